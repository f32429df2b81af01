//! `ciasa eval`: the paper's experiments, and the report on them.

mod film;
mod inputs;
mod merge;
mod report;

use std::path::PathBuf;
use std::thread::available_parallelism;

use clap::{Args, Subcommand};
use indicatif::ProgressBar;

use super::common::style;
use crate::error::{Error, Result};
use crate::eval::plan::{EXPERIMENTS, Experiment, experiment};
use crate::eval::run::{Cost, run as work};
use crate::eval::schedule::{Amount, plan};
use crate::eval::setting::Protocol;
use crate::eval::table::Table;
use crate::eval::unit::Unit;

/// Run the paper's experiments, and report on them
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
    /// Which: clean, figure2, table1, table2, table3, peers, ablation, openpose, gallery; all if none is named
    experiments: Vec<String>,
    #[command(flatten)]
    bench: inputs::BenchArgs,
    /// Attack only these models of those that an experiment names
    #[arg(long, value_delimiter = ',')]
    only: Vec<String>,
    /// Test clips for attacks of many steps, drawn by the seed as evenly over the classes as they go
    #[arg(long, default_value_t = 27)]
    clips: usize,
    /// The same for one step and for none; all test clips if not given
    #[arg(long)]
    one_step_clips: Option<usize>,
    /// Iterations of the attacks of many steps
    #[arg(long, default_value_t = 100)]
    iterations: usize,
    /// Stop an attack that has met its goal in so many forward passes in a row; without it no attack stops early
    #[arg(long)]
    stop_after: Option<usize>,
    /// Seed of the choice of clips and of the discriminators
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// Take only the i-th of n shares of the work, as i/n
    #[arg(long, default_value = "1/1")]
    shard: String,
    /// Clips that are attacked at a time; as many as there are cores if not given
    #[arg(long)]
    threads: Option<usize>,
    /// Where the rows go (CSV); rows that are there already are not measured again
    #[arg(long, default_value = "eval.csv")]
    out: PathBuf,
    /// Only tell what there is to do and how long it will take
    #[arg(long)]
    dry_run: bool,
}

/// Runs the command.
///
/// # Errors
/// Where an argument is wrong, a file cannot be read or written, or an attack fails.
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
    let bench = args.bench.load(&experiments, &args.only, args.seed)?;
    let amount = Amount { few: args.clips, many: args.one_step_clips.unwrap_or(usize::MAX) };
    let there = if args.dry_run && !args.out.exists() { None } else { Some(Table::open(&args.out)?) };
    let keys = there.as_ref().map(Table::keys).unwrap_or_default();
    let plan = plan(&bench, &experiments, &args.only, amount, protocol, &keys)?;
    plan.skipped.iter().for_each(|what| println!("left out: {what}"));
    let units: Vec<Unit> = shares(plan.units, shard);

    let measured = |model: usize| match units.iter().find(|unit| unit.model == model) {
        Some(unit) => Cost::measure(&bench, unit),
        None => Ok(Cost::default()),
    };
    // On one thread, as each attack will run.
    let pool = rayon::ThreadPoolBuilder::new().num_threads(1).build().map_err(|e| Error::device(e.to_string()))?;
    let costs: Vec<Cost> = pool.install(|| (0..bench.models.len()).map(measured).collect::<Result<_>>())?;
    let cost = |unit: &Unit| costs[unit.model].of(unit);
    estimate(&experiments, &units, cost, keys.len());
    let Some(mut table) = there.filter(|_| !args.dry_run) else { return Ok(()) };

    let threads = args.threads.unwrap_or_else(|| available_parallelism().map_or(1, Into::into));
    let total: f64 = units.iter().map(cost).sum();
    let bar = ProgressBar::new(total as u64).with_style(style());
    let mut done = 0;
    work(&bench, &units, threads, |at, rows| {
        done += 1;
        bar.inc(cost(&units[at]) as u64);
        bar.set_message(format!("ms of work, {done} of {} attacks,", units.len()));
        table.append(rows)
    })?;
    bar.finish();
    println!("{} rows in {}", table.finish()?.len(), args.out.display());
    Ok(())
}

impl RunArgs {
    fn experiments(&self) -> Result<Vec<&'static Experiment>> {
        if self.experiments.is_empty() {
            return Ok(EXPERIMENTS.iter().collect());
        }
        let known = || EXPERIMENTS.map(|e| e.id).join(", ");
        let named = |id: &String| {
            experiment(id).ok_or_else(|| Error::config(format!("there is no experiment {id:?}; there are {}", known())))
        };
        self.experiments.iter().map(named).collect()
    }

    fn protocol(&self) -> Result<Protocol> {
        for (name, value) in [
            ("--clips", self.clips),
            ("--iterations", self.iterations),
            ("--stop-after", self.stop_after.unwrap_or(1)),
            ("--threads", self.threads.unwrap_or(1)),
            ("--one-step-clips", self.one_step_clips.unwrap_or(1)),
        ] {
            if value == 0 {
                return Err(Error::config("must be above 0").at(name));
            }
        }
        Ok(Protocol { iterations: self.iterations, hold: self.stop_after, seed: self.seed })
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

/// Every n-th unit, so that each share has something of every experiment.
fn shares(units: Vec<Unit>, (i, n): (usize, usize)) -> Vec<Unit> {
    units.into_iter().enumerate().filter(|(at, _)| at % n == i - 1).map(|(_, unit)| unit).collect()
}

/// What there is to do. An attack that several experiments share counts for the first of them.
fn estimate(experiments: &[&Experiment], units: &[Unit], cost: impl Fn(&Unit) -> f64, there: usize) {
    println!("{:10}  {:>7}  {:>6}  {:>12}", "experiment", "attacks", "rows", "core-minutes");
    let minutes = |units: &[&Unit]| units.iter().fold(0.0, |sum, u| sum + cost(u)) / 60_000.0;
    let line = |what: &str, units: &[&Unit]| {
        let rows: usize = units.iter().map(|u| u.rows()).sum();
        println!("{what:10}  {:7}  {rows:6}  {:12.1}", units.len(), minutes(units));
    };
    for experiment in experiments {
        let own: Vec<&Unit> = units.iter().filter(|u| u.experiments().next() == Some(experiment.id)).collect();
        line(experiment.id, &own);
    }
    line("all", &units.iter().collect::<Vec<_>>());
    println!("as one thread did a few steps just now; {there} rows are there already");
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
