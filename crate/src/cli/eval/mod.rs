//! `ciasa eval`: the paper's experiments, and the report on them.

mod export;
mod failures;
mod film;
mod folders;
mod given;
mod inputs;
mod matrix;
mod merge;
mod pace;
mod queries;
mod report;

use std::collections::{BTreeSet, HashSet};
use std::path::PathBuf;
use std::thread::available_parallelism;

use clap::builder::{PossibleValuesParser, TypedValueParser};
use clap::{Args, Subcommand};

use super::attack::settings::projection_parser;
use super::say::{note, say};
use crate::attack::Projection;
use crate::error::{Error, Result};
use crate::eval::experiments::{Clips, EXPERIMENTS, Experiment, experiment};
use crate::eval::inputs::Inputs;
use crate::eval::run::{Cost, run_each};
use crate::eval::schedule::{Amount, Only, schedule};
use crate::eval::setting::{Preset, Protocol};
use crate::eval::table::RowFile;
use crate::eval::unit::Unit;
use failures::Failures;
use given::{GivenArgs, Wanted};
use pace::{Pace, throughput};

/// Test clips and steps of an attack of many steps, if the options do not say.
const CLIPS: usize = 27;
const ITERATIONS: usize = 100;
/// Attacks that are tried until one can be timed.
const TRIED: usize = 8;

/// Run the paper's experiments, or report on them
#[derive(Args, Debug)]
#[command(args_conflicts_with_subcommands = true)]
pub struct EvalArgs {
    #[command(subcommand)]
    command: Option<Command>,
    #[command(flatten)]
    run: RunArgs,
}

#[derive(Subcommand, Debug)]
enum Command {
    Merge(merge::MergeArgs),
    Report(report::ReportArgs),
    Film(Box<film::FilmArgs>),
    Matrix(Box<matrix::MatrixArgs>),
    Queries(Box<queries::QueriesArgs>),
    Clips(export::ExportArgs),
}

#[derive(Args, Debug)]
struct RunArgs {
    /// Experiments to run; all if none is named
    #[arg(value_name = "EXPERIMENT", value_parser = EXPERIMENTS.map(|e| e.id))]
    experiments: Vec<String>,
    #[command(flatten)]
    inputs: inputs::InputArgs,
    /// Attack only these networks, with commas between them
    #[arg(long, value_name = "ID", value_delimiter = ',')]
    only: Vec<String>,
    /// Measure only these settings, named as in the tables (e=0.012), with commas between them
    #[arg(long, value_name = "ID", value_delimiter = ',')]
    setting: Vec<String>,
    /// Test clips for attacks of one step or none [default: all]
    #[arg(long, value_name = "N")]
    one_step_clips: Option<usize>,
    /// Steps of the attacks of many steps [default: 100]
    #[arg(long, value_name = "N")]
    iterations: Option<usize>,
    /// Stop an attack when its goal has been met in so many forward passes in a row [default: never]
    #[arg(long, value_name = "N")]
    stop_after: Option<usize>,
    /// Protocol: the paper's, which judges the last iterate, or RobustBenchHAR's, with its bound and step of 0.01,
    /// which judges the best iterate
    #[arg(long, value_name = "NAME", default_value = "paper", value_parser = preset_parser())]
    protocol: Preset,
    /// How epsilon and bone lengths are enforced: both exactly, or clip and then realign as Algorithm 1 does
    #[arg(long, value_name = "NAME", default_value = "exact", value_parser = projection_parser())]
    projection: Projection,
    /// Seed of the choice of clips and of the discriminators
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// Do only the i-th of n shares of the work
    #[arg(long, value_name = "I/N", default_value = "1/1")]
    shard: String,
    /// Clips that are attacked at the same time [default: number of cores]
    #[arg(long, value_name = "N", conflicts_with = "dry_run")]
    threads: Option<usize>,
    /// Print how long so many clips would take, on this machine and on several
    #[arg(long, value_name = "N")]
    project: Option<usize>,
    /// File for the rows (CSV); rows that it holds already are not measured again
    #[arg(long, value_name = "FILE", default_value = "eval.csv")]
    out: PathBuf,
    /// Only print what there is to do and how long it takes
    #[arg(long)]
    dry_run: bool,
    #[command(flatten)]
    given: GivenArgs,
}

/// Runs the command.
///
/// # Errors
/// If an argument is wrong or has no effect, a file cannot be read or written, or an attack failed. The others are done
/// all the same.
pub fn run(args: &EvalArgs) -> Result<()> {
    match &args.command {
        Some(Command::Merge(args)) => merge::run(args),
        Some(Command::Report(args)) => report::run(args),
        Some(Command::Film(args)) => film::run(args),
        Some(Command::Matrix(args)) => matrix::run(args),
        Some(Command::Queries(args)) => queries::run(args),
        Some(Command::Clips(args)) => export::run(args),
        None => evaluate(&args.run),
    }
}

fn evaluate(args: &RunArgs) -> Result<()> {
    let wanted = args.given.wanted()?;
    let experiments = args.experiments(&wanted)?;
    let shard = shard(&args.shard)?;
    let protocol = args.protocol(&wanted)?;
    args.effective(&experiments, &wanted)?;
    // Opened before anything is loaded: a file that cannot be written is found now, and rows are in it as they come.
    let there = if args.dry_run && !args.out.exists() { None } else { Some(RowFile::open(&args.out)?) };
    let keys = there.as_ref().map(RowFile::keys).unwrap_or_default();
    let inputs = args.load(&experiments, &wanted)?;
    let amount = args.amount(&wanted)?;
    args.known_settings(&experiments, protocol, &inputs)?;
    let only = Only { models: &args.only, settings: &args.setting };
    let plan = || schedule(&inputs, &experiments, only, amount, protocol, &HashSet::new());
    let whole = plan()?;
    whole.skipped.iter().for_each(|what| note!("left out: {what}"));
    let whole = whole.units;
    // A share is one of the whole work, whatever of it is done already: a share that was cut off stays the same.
    let mut units: Vec<Unit> = shares(plan()?.units, shard);
    units.retain_mut(|unit| unit.keep_missing(&inputs, &keys));

    let wanted = !units.is_empty() || args.project.is_some();
    // The run reports a clip that cannot be attacked; here the next one is measured.
    let measured = |model: usize| {
        let own = units.iter().chain(&whole).filter(|unit| unit.model == model && wanted);
        own.take(TRIED).find_map(|unit| Cost::measure(&inputs, unit).ok()).unwrap_or_default()
    };
    // On one thread, like each attack.
    let pool = rayon::ThreadPoolBuilder::new().num_threads(1).build().map_err(|e| Error::device(e.to_string()))?;
    let costs: Vec<Cost> = pool.install(|| (0..inputs.models.len()).map(measured).collect());
    let cost = |unit: &Unit| costs[unit.model].of(unit);
    estimate(&experiments, &units, cost, keys.len());
    let threads = args.threads.unwrap_or_else(|| available_parallelism().map_or(1, Into::into));
    let expected = 1e-3 / threads as f64;
    let Some(mut table) = there.filter(|_| !args.dry_run) else {
        throughput(&whole, cost, expected, args.project);
        return Ok(());
    };

    let mut pace = Pace::new(units.len(), units.iter().map(cost).sum());
    let mut failures = Failures::default();
    run_each(&inputs, &units, threads, |at, rows| {
        pace.step(cost(&units[at]));
        match rows {
            Ok(rows) => return table.append(rows),
            Err(e) => failures.add(units[at].name(&inputs), &e),
        }
        Ok(())
    })?;
    throughput(&whole, cost, pace.finish().unwrap_or(expected), args.project);
    say!("{} rows in {}", table.finish()?.len(), args.out.display());
    failures.end(units.len())
}

impl RunArgs {
    fn experiments(&self, wanted: &Wanted<'_>) -> Result<Vec<&'static Experiment>> {
        let more: &[PathBuf] = if let Wanted::Count(_, more) = wanted { more } else { &[] };
        let mut ids = self.experiments.clone();
        ids.extend(more.iter().map(|id| id.to_string_lossy().into_owned()));
        let own = |e: &Experiment| *wanted == Wanted::Paths && ["gallery", "openpose"].contains(&e.id);
        if ids.is_empty() {
            return Ok(EXPERIMENTS.iter().filter(|e| !own(e) && e.clips != Clips::Filmed).collect());
        }
        let named = |id: &String| {
            let e = experiment(id).ok_or_else(|| Error::config(format!("there is no experiment {id:?}")))?;
            if e.clips == Clips::Filmed {
                let next = "npm run crossmodal measures it, and merge and report take its rows";
                return Err(Error::config(format!("{id} films clips in a browser: {next}")));
            }
            match own(e) {
                true => Err(Error::config(format!("{id} attacks our own clips; leave it out, or leave out --clips"))),
                false => Ok(e),
            }
        };
        ids.iter().map(named).collect()
    }

    /// Networks and clips: ours, or the user's.
    fn load(&self, experiments: &[&Experiment], wanted: &Wanted<'_>) -> Result<Inputs> {
        match wanted {
            Wanted::Paths => self.given.load(|| self.inputs.library(), &self.inputs.device()?, self.seed),
            _ => self.inputs.load(experiments, &self.only, self.seed),
        }
    }

    fn amount(&self, wanted: &Wanted<'_>) -> Result<Amount> {
        let many = self.one_step_clips.unwrap_or(usize::MAX);
        Ok(match wanted {
            Wanted::Usual => Amount { few: CLIPS, many },
            Wanted::Count(few, _) => Amount { few: *few, many },
            Wanted::Paths => {
                let few = self.given.draw()?;
                Amount { few, many: few.min(many) }
            }
        })
    }

    fn protocol(&self, wanted: &Wanted<'_>) -> Result<Protocol> {
        for (name, value) in [
            ("--clips", count(wanted)),
            ("--project", self.project),
            ("--iterations", self.iterations),
            ("--stop-after", self.stop_after),
            ("--threads", self.threads),
            ("--one-step-clips", self.one_step_clips),
        ] {
            if value == Some(0) {
                return Err(Error::config("must be at least 1").at(name));
            }
        }
        let iterations = self.iterations.unwrap_or(ITERATIONS);
        Ok(Protocol {
            iterations,
            hold: self.stop_after,
            seed: self.seed,
            projection: self.projection,
            preset: self.protocol,
        })
    }

    /// Does one of the experiments have each setting that is named?
    fn known_settings(&self, experiments: &[&Experiment], protocol: Protocol, inputs: &Inputs) -> Result<()> {
        let of = |e: &&Experiment| {
            let layouts = inputs.models.iter().map(|model| model.recogniser.entry.layout.layout());
            let settings = layouts.flat_map(|layout| protocol.preset.settings((e.settings)(layout)));
            settings.map(|setting| setting.id).collect::<Vec<_>>()
        };
        let known: BTreeSet<String> = experiments.iter().flat_map(of).collect();
        let Some(unknown) = self.setting.iter().find(|id| !known.contains(*id)) else { return Ok(()) };
        let known = known.into_iter().collect::<Vec<_>>().join(", ");
        Err(Error::config(format!("no experiment here has the setting {unknown:?}; known are: {known}"))
            .at("--setting"))
    }

    /// Does every option change one of the experiments?
    fn effective(&self, experiments: &[&Experiment], wanted: &Wanted<'_>) -> Result<()> {
        if *wanted == Wanted::Paths {
            let idle = [("--only", !self.only.is_empty()), ("--gallery", self.inputs.has_gallery())];
            if let Some((option, _)) = idle.into_iter().find(|(_, given)| *given) {
                let cause = "has no effect on clips and networks of your own; leave it out";
                return Err(Error::config(cause).at(option));
            }
        }
        let any = |fits: fn(&&&Experiment) -> bool| experiments.iter().any(|e| fits(&e));
        let few = any(|e| e.clips == Clips::Few);
        let many_steps = any(|e| e.clips != Clips::Many);
        for (option, given, effect, why) in [
            ("--clips", count(wanted), few, "none of these experiments takes many steps on test clips"),
            ("--one-step-clips", self.one_step_clips, any(|e| e.clips == Clips::Many), "all take many steps"),
            ("--iterations", self.iterations, few, "none of these experiments leaves the number of steps open"),
            ("--stop-after", self.stop_after, many_steps, "none of these experiments takes many steps"),
        ] {
            if given.is_some() && !effect {
                return Err(Error::config(format!("has no effect: {why}; leave it out")).at(option));
            }
        }
        Ok(())
    }
}

fn preset_parser() -> impl TypedValueParser<Value = Preset> {
    let parse = |name: String| Preset::parse(&name).ok_or("no protocol");
    PossibleValuesParser::new(Preset::ALL.map(Preset::as_str)).try_map(parse)
}

/// The number of clips that `--clips` gives, if it gives one.
fn count(wanted: &Wanted<'_>) -> Option<usize> {
    if let Wanted::Count(n, _) = wanted { Some(*n) } else { None }
}

/// `i/n` with 1 <= i <= n.
fn shard(text: &str) -> Result<(usize, usize)> {
    let parsed = text.split_once('/').and_then(|(i, n)| Some((i.parse().ok()?, n.parse().ok()?)));
    match parsed {
        Some((i, n)) if 1 <= i && i <= n => Ok((i, n)),
        _ => Err(Error::config(format!("{text:?} is not i/n with i from 1 to n")).at("--shard")),
    }
}

/// Every n-th unit, so that each share has a part of every experiment.
fn shares(units: Vec<Unit>, (i, n): (usize, usize)) -> Vec<Unit> {
    units.into_iter().enumerate().filter(|(at, _)| at % n == i - 1).map(|(_, unit)| unit).collect()
}

/// Prints what there is to do. An attack that several experiments share counts for the first of them.
fn estimate(experiments: &[&Experiment], units: &[Unit], cost: impl Fn(&Unit) -> f64, there: usize) {
    say!("{:10}  {:>7}  {:>6}  {:>12}", "experiment", "attacks", "rows", "core-minutes");
    let minutes = |units: &[&Unit]| units.iter().fold(0.0, |sum, u| sum + cost(u)) / 60_000.0;
    let line = |what: &str, units: &[&Unit]| {
        let rows: usize = units.iter().map(|u| u.rows()).sum();
        say!("{what:10}  {:7}  {rows:6}  {:12.1}", units.len(), minutes(units));
    };
    for experiment in experiments {
        let own: Vec<&Unit> = units.iter().filter(|u| u.experiments().next() == Some(experiment.id)).collect();
        line(experiment.id, &own);
    }
    line("all", &units.iter().collect::<Vec<_>>());
    say!("measured with a few steps on one thread; the file holds {there} rows already");
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shares_are_read_or_refused() {
        assert_eq!(shard("2/3"), Ok((2, 3)));
        for bad in ["", "1", "0/2", "3/2", "1/0", "a/b", "-1/2", "1/2/3"] {
            assert!(shard(bad).is_err_and(|e| e.is_config() && e.to_string().starts_with("--shard: ")), "{bad}");
        }
    }
}
