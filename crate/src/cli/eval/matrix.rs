//! `ciasa eval matrix`: attacks against victims behind defences.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::thread::available_parallelism;

use clap::Args;

use super::failures::Failures;
use super::inputs::InputArgs;
use super::pace::Pace;
use crate::cli::say::say;
use crate::error::{Error, Result};
use crate::eval::inputs::Inputs;
use crate::eval::matrix::file::MatrixFile;
use crate::eval::matrix::plan::{DEFENCES, Piece, SHARE, VICTIMS, Wanted, pieces, usual};
use crate::eval::matrix::work::{CleanAnswers, work};
use crate::eval::run::run_work;

/// Set attacks against victims behind defences: success, queries, smallest epsilon, acceleration, natural poses
///
/// Every attack on a bare network is judged behind each defence too (blind), and attacks each defence through itself
/// (adaptive). Attacks hold the exact projection. Rows that the file holds already are not measured again.
#[derive(Args, Debug)]
pub struct MatrixArgs {
    #[command(flatten)]
    inputs: InputArgs,
    /// Attacks, with commas between them [default: all but pgd-smallest]
    #[arg(long, value_name = "ID", value_delimiter = ',')]
    attacks: Vec<String>,
    /// Networks that are attacked [default: the shipped ST-GCN of UTD-MHAD, its twin trained on attacks, its plain
    /// twin]
    #[arg(long, value_name = "ID", value_delimiter = ',')]
    victims: Vec<String>,
    /// Defences; "none" is the bare network, whose attacks are judged behind the others
    #[arg(long, value_name = "ID", value_delimiter = ',', default_values = DEFENCES)]
    defences: Vec<String>,
    /// Those of the attacks that go through each defence as well; the others attack blindly [default: all]
    #[arg(long, value_name = "ID", value_delimiter = ',')]
    adaptive: Vec<String>,
    /// Epsilons as shares of the body's height, with commas between them
    #[arg(long, value_name = "SHARE", value_delimiter = ',', default_values_t = [SHARE])]
    epsilon: Vec<f32>,
    /// Test clips, drawn by the seed and spread over the classes
    #[arg(long, value_name = "N", default_value_t = 14)]
    clips: usize,
    /// Steps of each attack of many steps
    #[arg(long, value_name = "N", default_value_t = 30)]
    iterations: usize,
    /// Queries of basar
    #[arg(long, value_name = "N", default_value_t = 300)]
    queries: usize,
    /// Seed of the clips, the discriminators and the noise
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// Clips that are attacked at the same time [default: number of cores]
    #[arg(long, value_name = "N")]
    threads: Option<usize>,
    /// File for the rows (CSV)
    #[arg(long, value_name = "FILE", default_value = "matrix.csv")]
    out: PathBuf,
    /// Only print what there is to do
    #[arg(long)]
    dry_run: bool,
}

/// Runs the command.
///
/// # Errors
/// If an argument is wrong, a file cannot be read or written, or an attack failed. The others are done all the same.
pub fn run(args: &MatrixArgs) -> Result<()> {
    let wanted = args.wanted()?;
    let there = if args.dry_run && !args.out.exists() { None } else { Some(MatrixFile::open(&args.out)?) };
    let cells = there.as_ref().map(MatrixFile::keys).unwrap_or_default();
    let inputs = args.inputs.load_victims(&wanted.victims, args.seed)?;
    let pieces = pieces(&inputs, &wanted, &cells)?;
    print(&inputs, &pieces, cells.len());
    let Some(mut file) = there.filter(|_| !args.dry_run) else { return Ok(()) };

    let threads = args.threads.unwrap_or_else(|| available_parallelism().map_or(1, Into::into));
    let mut pace = Pace::new(pieces.len(), pieces.len() as f64);
    let mut failures = Failures::default();
    let known = CleanAnswers::default();
    run_work(
        &pieces,
        threads,
        |piece| work(&inputs, &known, piece, &wanted),
        |at, rows| {
            pace.step(1.0);
            match rows {
                Ok(rows) => return file.append(rows),
                Err(e) => failures.add(name(&inputs, &pieces[at]), &e),
            }
            Ok(())
        },
    )?;
    pace.finish();
    say!("{} rows in {}", file.finish()?.len(), args.out.display());
    failures.end(pieces.len())
}

impl MatrixArgs {
    fn wanted(&self) -> Result<Wanted> {
        let counts = [
            ("--clips", self.clips),
            ("--iterations", self.iterations),
            ("--queries", self.queries),
            ("--threads", self.threads.unwrap_or(1)),
        ];
        if let Some((name, _)) = counts.into_iter().find(|(_, n)| *n == 0) {
            return Err(Error::config("must be at least 1").at(name));
        }
        if let Some(bad) = self.epsilon.iter().find(|e| !(**e > 0.0 && **e <= 1.0)) {
            return Err(Error::config(format!("{bad} must be above 0 and at most 1")).at("--epsilon"));
        }
        let owned = |ids: Vec<&str>| ids.into_iter().map(str::to_owned).collect::<Vec<_>>();
        let or = |given: &[String], usual: Vec<String>| if given.is_empty() { usual } else { unique(given) };
        let attacks = or(&self.attacks, owned(usual()));
        Ok(Wanted {
            adaptive: or(&self.adaptive, attacks.clone()),
            attacks,
            victims: or(&self.victims, owned(self.inputs.shipped(&VICTIMS)?)),
            defences: unique(&self.defences),
            shares: self.epsilon.clone(),
            iterations: self.iterations,
            queries: self.queries,
            clips: self.clips,
            seed: self.seed,
        })
    }
}

/// Each id once, in the order of their first mention.
fn unique(ids: &[String]) -> Vec<String> {
    let mut all: Vec<String> = Vec::new();
    ids.iter().filter(|id| !id.is_empty()).for_each(|id| {
        if !all.contains(id) {
            all.push(id.clone());
        }
    });
    all
}

fn name(inputs: &Inputs, piece: &Piece) -> String {
    let victim = inputs.models[piece.model].id();
    format!("clip {}, {victim} behind {}, {}", piece.clip, piece.through, piece.attacker.id)
}

/// Prints what there is to do.
fn print(inputs: &Inputs, pieces: &[Piece], there: usize) {
    let mut counts: BTreeMap<(&str, &str), (usize, usize)> = BTreeMap::new();
    for piece in pieces {
        let of = counts.entry((inputs.models[piece.model].id(), &piece.through)).or_default();
        *of = (of.0 + 1, of.1 + piece.cells.len());
    }
    say!("{:28}  {:12}  {:>7}  {:>6}", "victim", "attack through", "attacks", "rows");
    for ((victim, through), (attacks, rows)) in counts {
        say!("{victim:28}  {through:14}  {attacks:7}  {rows:6}");
    }
    say!("the file holds {there} rows already");
}
