//! `ciasa eval`: the paper's experiments, and the report on them.

mod film;
mod inputs;
mod merge;
mod report;

use std::path::PathBuf;
use std::thread::available_parallelism;

use clap::{Args, Subcommand};
use indicatif::ProgressBar;

use super::progress::style;
use super::say::{note, say};
use crate::error::{Error, Result};
use crate::eval::experiments::{Clips, EXPERIMENTS, Experiment, experiment};
use crate::eval::run::{Cost, run as work};
use crate::eval::schedule::{Amount, schedule};
use crate::eval::setting::Protocol;
use crate::eval::table::RowFile;
use crate::eval::unit::Unit;

/// Test clips and steps of an attack of many steps, if the options do not say.
const CLIPS: usize = 27;
const ITERATIONS: usize = 100;

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
    /// Test clips for attacks of many steps, drawn by the seed and spread over the classes [default: 27]
    #[arg(long, value_name = "N")]
    clips: Option<usize>,
    /// Test clips for attacks of one step or none [default: all]
    #[arg(long, value_name = "N")]
    one_step_clips: Option<usize>,
    /// Steps of the attacks of many steps [default: 100]
    #[arg(long, value_name = "N")]
    iterations: Option<usize>,
    /// Stop an attack when its goal has been met in so many forward passes in a row [default: never]
    #[arg(long, value_name = "N")]
    stop_after: Option<usize>,
    /// Seed of the choice of clips and of the discriminators
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// Do only the i-th of n shares of the work
    #[arg(long, value_name = "I/N", default_value = "1/1")]
    shard: String,
    /// Clips that are attacked at the same time [default: number of cores]
    #[arg(long, value_name = "N", conflicts_with = "dry_run")]
    threads: Option<usize>,
    /// File for the rows (CSV); rows that it holds already are not measured again
    #[arg(long, value_name = "FILE", default_value = "eval.csv")]
    out: PathBuf,
    /// Only print what there is to do and how long it takes
    #[arg(long)]
    dry_run: bool,
}

/// Runs the command.
///
/// # Errors
/// If an argument is wrong or has no effect, a file cannot be read or written, or an attack fails.
pub fn run(args: &EvalArgs) -> Result<()> {
    match &args.command {
        Some(Command::Merge(args)) => merge::run(args),
        Some(Command::Report(args)) => report::run(args),
        Some(Command::Film(args)) => film::run(args),
        None => evaluate(&args.run),
    }
}

fn evaluate(args: &RunArgs) -> Result<()> {
    let experiments = args.experiments()?;
    let shard = shard(&args.shard)?;
    let protocol = args.protocol()?;
    args.effective(&experiments)?;
    // Opened before anything is loaded: a file that cannot be written is found now, and rows are in it as they come.
    let there = if args.dry_run && !args.out.exists() { None } else { Some(RowFile::open(&args.out)?) };
    let keys = there.as_ref().map(RowFile::keys).unwrap_or_default();
    let inputs = args.inputs.load(&experiments, &args.only, args.seed)?;
    let amount = Amount { few: args.clips.unwrap_or(CLIPS), many: args.one_step_clips.unwrap_or(usize::MAX) };
    let schedule = schedule(&inputs, &experiments, &args.only, amount, protocol, &keys)?;
    schedule.skipped.iter().for_each(|what| note!("left out: {what}"));
    let units: Vec<Unit> = shares(schedule.units, shard);

    let measured = |model: usize| match units.iter().find(|unit| unit.model == model) {
        Some(unit) => Cost::measure(&inputs, unit),
        None => Ok(Cost::default()),
    };
    // On one thread, like each attack.
    let pool = rayon::ThreadPoolBuilder::new().num_threads(1).build().map_err(|e| Error::device(e.to_string()))?;
    let costs: Vec<Cost> = pool.install(|| (0..inputs.models.len()).map(measured).collect::<Result<_>>())?;
    let cost = |unit: &Unit| costs[unit.model].of(unit);
    estimate(&experiments, &units, cost, keys.len());
    let Some(mut table) = there.filter(|_| !args.dry_run) else { return Ok(()) };

    let threads = args.threads.unwrap_or_else(|| available_parallelism().map_or(1, Into::into));
    let total: f64 = units.iter().map(cost).sum();
    let bar = ProgressBar::new(total as u64).with_style(style());
    let mut done = 0;
    work(&inputs, &units, threads, |at, rows| {
        done += 1;
        bar.inc(cost(&units[at]) as u64);
        bar.set_message(format!("ms of work; {done} of {} attacks;", units.len()));
        table.append(rows)
    })?;
    bar.finish();
    say!("{} rows in {}", table.finish()?.len(), args.out.display());
    Ok(())
}

impl RunArgs {
    fn experiments(&self) -> Result<Vec<&'static Experiment>> {
        if self.experiments.is_empty() {
            return Ok(EXPERIMENTS.iter().collect());
        }
        let named = |id: &String| experiment(id).ok_or_else(|| Error::config(format!("there is no experiment {id:?}")));
        self.experiments.iter().map(named).collect()
    }

    fn protocol(&self) -> Result<Protocol> {
        for (name, value) in [
            ("--clips", self.clips),
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
        Ok(Protocol { iterations, hold: self.stop_after, seed: self.seed })
    }

    /// Does every option change one of the experiments?
    fn effective(&self, experiments: &[&Experiment]) -> Result<()> {
        let any = |fits: fn(&&&Experiment) -> bool| experiments.iter().any(|e| fits(&e));
        let few = any(|e| e.clips == Clips::Few);
        let many_steps = any(|e| e.clips != Clips::Many);
        for (option, given, effect, why) in [
            ("--clips", self.clips, few, "none of these experiments takes many steps on test clips"),
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
