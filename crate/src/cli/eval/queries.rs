//! `ciasa eval queries`: BASAR's success against the number of its queries.

use std::path::PathBuf;
use std::thread::available_parallelism;

use clap::Args;

use super::failures::Failures;
use super::inputs::InputArgs;
use super::pace::Pace;
use crate::cli::say::say;
use crate::error::{Error, Result};
use crate::eval::experiments::{ROBUST, ST_GCN};
use crate::eval::growing::{GrowingFile, Line};
use crate::eval::queries::row::{QueryRow, Walked};
use crate::eval::queries::work::{Piece, Wanted, pieces, work};
use crate::eval::run::run_work;

/// The networks, if the options name no others.
const VICTIMS: [&str; 2] = [ST_GCN, ROBUST];

/// Walk with BASAR, which sees labels only: how near it comes with how many queries
///
/// One walk a clip, without a target. Its distance never grows, so it tells the success of every smaller budget, too.
/// Walks that the file holds already, as long or longer, are not measured again.
#[derive(Args, Debug)]
pub struct QueriesArgs {
    #[command(flatten)]
    inputs: InputArgs,
    /// Networks that are attacked [default: the shipped ST-GCN of UTD-MHAD and its twin trained on attacks]
    #[arg(long, value_name = "ID", value_delimiter = ',')]
    victims: Vec<String>,
    /// Test clips, drawn by the seed and spread over the classes
    #[arg(long, value_name = "N", default_value_t = 56)]
    clips: usize,
    /// Queries that each walk may ask
    #[arg(long, value_name = "N", default_value_t = 10_000)]
    queries: usize,
    /// A walk ends at this distance, as a share of the body's height
    #[arg(long, value_name = "SHARE", default_value_t = 0.01)]
    within: f32,
    /// Seed of the clips and of the walks
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// Clips that are attacked at the same time [default: number of cores]
    #[arg(long, value_name = "N")]
    threads: Option<usize>,
    /// File for the rows (CSV)
    #[arg(long, value_name = "FILE", default_value = "queries.csv")]
    out: PathBuf,
}

/// Runs the command.
///
/// # Errors
/// If an argument is wrong, a file cannot be read or written, or a walk failed. The others are done all the same.
pub fn run(args: &QueriesArgs) -> Result<()> {
    let wanted = args.wanted()?;
    let mut file = GrowingFile::<QueryRow>::open(&args.out)?;
    let there = file.keys();
    let inputs = args.inputs.load_victims(&wanted.victims, args.seed)?;
    let mut pieces = pieces(&inputs, &wanted)?;
    // A walk is there with its last line; a longer one tells what a shorter one would.
    let whole: Vec<&Walked> = there.iter().filter(|p| p.queries == p.walk.budget).map(|p| &p.walk).collect();
    pieces.retain(|piece| !whole.iter().any(|walk| walk.covers(&piece.walk)));
    say!("{} walks of {} queries at most; the file holds {} rows already", pieces.len(), wanted.queries, there.len());

    let threads = args.threads.unwrap_or_else(|| available_parallelism().map_or(1, Into::into));
    let mut pace = Pace::new(pieces.len(), pieces.len() as f64);
    let mut failures = Failures::default();
    run_work(
        &pieces,
        threads,
        |piece| work(&inputs, piece, &wanted),
        |at, rows| {
            pace.step(1.0);
            match rows {
                Ok(rows) => return file.append(rows.into_iter().filter(|r| !there.contains(&r.key())).collect()),
                Err(e) => failures.add(name(&pieces[at]), &e),
            }
            Ok(())
        },
    )?;
    pace.finish();
    say!("{} rows in {}", file.finish()?.len(), args.out.display());
    failures.end(pieces.len())
}

impl QueriesArgs {
    fn wanted(&self) -> Result<Wanted> {
        let threads = self.threads.unwrap_or(1);
        let counts = [("--clips", self.clips), ("--queries", self.queries), ("--threads", threads)];
        if let Some((name, _)) = counts.into_iter().find(|(_, n)| *n == 0) {
            return Err(Error::config("must be at least 1").at(name));
        }
        if !(self.within > 0.0 && self.within <= 1.0) {
            return Err(Error::config(format!("{} must be above 0 and at most 1", self.within)).at("--within"));
        }
        let victims = match self.victims.is_empty() {
            true => self.inputs.shipped(&VICTIMS)?.into_iter().map(str::to_owned).collect(),
            false => self.victims.clone(),
        };
        Ok(Wanted { victims, queries: self.queries, within: self.within, clips: self.clips, seed: self.seed })
    }
}

fn name(piece: &Piece) -> String {
    format!("clip {}, {}", piece.clip, piece.walk.victim)
}
