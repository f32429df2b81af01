//! `ciasa attack`: attacks clips step by step, as the page does.

mod idle;
mod search;
pub mod settings;

use std::ops::ControlFlow;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Instant;

use burn::tensor::Device;
use clap::Args;

use super::classes::printed;
use super::clips::{ClipArgs, Natural, each, fitted};
use super::files::Output;
use super::formats::{FormatArg, ending, outputs};
use super::inputs::Inputs;
use super::models::NetworkArgs;
use super::say::{note, say};
use crate::attack::{Attack, AttackConfig, Camera, Judged, Method, Outcome, StepReport, Target, run as drive};
use crate::contract::report::top;
use crate::contract::step_csv;
use crate::error::{Error, Result};
use crate::format::Format;
use crate::model::Recogniser;
use crate::skeleton::Sequence;
use settings::SettingArgs;

/// Attack clips
#[derive(Args, Debug)]
pub struct AttackArgs {
    #[command(flatten)]
    clips: ClipArgs,
    /// File for the attacked clip; a folder for several clips
    #[arg(long, value_name = "PATH")]
    out: Option<PathBuf>,
    #[command(flatten)]
    format: FormatArg,
    /// File for a row for each step (CSV); a folder for several clips
    #[arg(long, value_name = "PATH")]
    report: Option<PathBuf>,
    #[command(flatten)]
    settings: SettingArgs,
    /// Look for the smallest epsilon that reaches the goal, by bisection from --epsilon
    #[arg(long, conflicts_with_all = ["report", "confidence"])]
    smallest: bool,
    /// Folder with natural clips, from which the discriminator learns, a part swap borrows, or BASAR starts. Without
    /// it: the gallery that ships ($CIASA_CLIPS)
    #[arg(long, value_name = "DIR")]
    natural: Option<PathBuf>,
    #[command(flatten)]
    network: NetworkArgs,
}

/// Runs the command.
///
/// # Errors
/// If a file cannot be read or written, a setting does not fit or has no effect, or an attack fails.
pub fn run(args: &AttackArgs) -> Result<()> {
    let inputs = args.clips.inputs();
    let files = Files::check(args, &inputs)?;
    let mut networks = args.network.open(Device::flex())?;
    let mut natural = None;
    each(&inputs, |i, clip| {
        let model = networks.for_layout(clip.layout().id)?;
        let clip = fitted(clip, &model)?;
        let config = args.settings.settings(clip.layout(), &model.entry.classes)?;
        if args.natural.is_some() && !config.needs_clips() {
            return Err(Error::config(
                "has no effect: this attack has no discriminator and borrows from no clip; leave it out",
            )
            .at("--natural"));
        }
        files.fit(i, &clip)?;
        let others = match config.needs_clips() {
            true => match &mut natural {
                Some(natural) => Natural::beside(natural, &clip)?,
                none => none.insert(Natural::read(args.natural.as_ref())?).beside(&clip)?,
            },
            false => Vec::new(),
        };
        say!("{}", inputs.list[i].name);
        let attack = Attack::new(model.clone(), &clip, &others, config)?;
        if args.smallest {
            return search::search(attack, &model.entry.classes, |clip| files.write(i, clip, ""));
        }
        Running { attack, model, reports: Vec::new() }.finish(&files, i)
    })
}

/// What is written for each clip, checked before the first attack.
struct Files<'a> {
    inputs: &'a Inputs,
    clips: Vec<Output>,
    formats: Vec<Format>,
    reports: Vec<Output>,
}

impl<'a> Files<'a> {
    fn check(args: &AttackArgs, inputs: &'a Inputs) -> Result<Self> {
        let mut files = Self { inputs, clips: Vec::new(), formats: Vec::new(), reports: Vec::new() };
        match &args.out {
            Some(out) => {
                let ending = ending(args.format.in_folder());
                files.clips = outputs(&inputs.list, out, |stem| format!("{stem}-attacked.{ending}"))?;
                let format = |file: &Output| match super::files::is_folder(out) {
                    true => Ok(args.format.in_folder()),
                    false => args.format.of(file.path()),
                };
                files.formats = files.clips.iter().map(format).collect::<Result<_>>()?;
            }
            None if args.format.is_given() => {
                return Err(Error::config("has no effect without --out; leave it out").at("--to"));
            }
            None => {}
        }
        if let Some(report) = &args.report {
            files.reports = outputs(&inputs.list, report, |stem| format!("{stem}-steps.csv"))?;
        }
        match files.clips.iter().find(|clip| files.reports.iter().any(|report| report.path() == clip.path())) {
            Some(both) => Err(Error::config("is both --out and --report").at(both.path().display())),
            None => Ok(files),
        }
    }

    /// Can the clip be written in its format? Asked of the clean clip, before the attack.
    fn fit(&self, i: usize, clip: &Sequence) -> Result<()> {
        match self.formats.get(i) {
            Some(format) => self.inputs.written(i, clip, *format).map(drop).map_err(|e| e.at("--out")),
            None => Ok(()),
        }
    }

    /// Writes what is asked for. A failure of one does not keep the other from being written.
    fn write(&self, i: usize, clip: Result<Sequence>, steps: &str) -> Result<()> {
        let report = self.reports.get(i).map_or(Ok(()), |file| file.write(steps.as_bytes()));
        let clip = match (self.clips.get(i), self.formats.get(i)) {
            (Some(file), Some(format)) => {
                let of = clip.and_then(|clip| self.inputs.written(i, &clip, *format)).map_err(unwritable);
                of.and_then(|(bytes, residual)| {
                    if let Some(residual) = residual {
                        say!("bones of the BVH file follow to within {:.1} mm", 1000.0 * residual);
                    }
                    file.write(&bytes)
                })
            }
            _ => Ok(()),
        };
        report.and(clip)
    }
}

/// Without clipping an attack can move joints further than any clip may hold.
fn unwritable(e: Error) -> Error {
    let next = "the attack left the range of a clip; leave clipping on, or lower --alpha or --epsilon";
    Error::config(format!("{next} ({e})")).at("--out: cannot be written")
}

/// An attack with the steps that it has taken.
struct Running {
    attack: Attack,
    model: Arc<Recogniser>,
    reports: Vec<StepReport>,
}

impl Running {
    /// Runs the attack to its end, prints what comes of it, and writes the files.
    fn finish(mut self, files: &Files<'_>, i: usize) -> Result<()> {
        let classes = &self.model.entry.classes;
        let (mut taken, config) = (0, self.attack.config().clone());
        let start = Instant::now();
        let end = drive::run(&mut self.attack, |report| {
            if taken == 0 {
                opening(report, &config, classes);
            }
            taken = report.iteration;
            step(report, classes);
            self.reports.push(report.clone());
            ControlFlow::Continue(())
        });
        let seconds = start.elapsed().as_secs_f64();
        let last = match end {
            Ok(last) => last,
            // What the steps before have come to is kept.
            Err(e) if taken > 0 => {
                let kept = files.write(i, self.attack.sequence(), &step_csv::table(&self.reports, classes));
                match kept {
                    Ok(()) if !files.clips.is_empty() => note!("the clip after step {taken} is written"),
                    Ok(()) => {}
                    Err(lost) => note!("{lost}"),
                }
                return Err(e.at(format!("step {}", taken + 1)));
            }
            Err(e) => return Err(e),
        };
        // Written before it is looked at again: nothing can go wrong with it any more.
        let written = files.write(i, self.attack.sequence(), &step_csv::table(&self.reports, classes));
        let clip = self.attack.clean();
        summary(&last, clip.layout().unit, clip.body_height());
        if let Some(outcome) = &last.outcome {
            returned(outcome);
        }
        if self.attack.config().method == Method::Basar {
            walked(&last, clip.layout().unit, clip.body_height());
        }
        say!("one step takes {:.0} ms on the CPU", 1000.0 * seconds / last.iteration as f64);
        let now = top(&drive::block_on(self.attack.recognise())?, 1);
        if let Some(now) = now.first() {
            say!("recognised now as {} with {:.1} %", printed(classes, now.index), 100.0 * now.p);
        }
        written
    }
}

/// What the attack starts from and aims at.
fn opening(r: &StepReport, config: &AttackConfig, classes: &[String]) {
    let target = match r.target {
        None => "any other class".to_owned(),
        Some(target) if config.target == Target::LeastLikely => {
            format!("{}, the least likely", printed(classes, target))
        }
        Some(target) => printed(classes, target),
    };
    say!("recognised as {}; target: {target}", printed(classes, r.original));
    if let Some(Camera { angle, spread, .. }) = config.camera {
        say!("judged in views of a camera at {angle}°±{spread}°: the answers below are theirs, not the skeleton's");
    }
}

fn step(r: &StepReport, classes: &[String]) {
    let target = r.p_target.map_or(String::new(), |p| format!("  target {:5.1} %", 100.0 * p));
    say!(
        "step {:4}  loss {:9.4}  original {:5.1} %{target}  recognised as {}",
        r.iteration,
        r.losses.total,
        100.0 * r.p_original,
        printed(classes, r.predicted)
    );
}

/// Which iterate is returned, and what speaks against the result.
fn returned(outcome: &Outcome) {
    let p = |judged: &Judged| match judged.p_target {
        Some(p) => format!("target {:.1} %", 100.0 * p),
        None => format!("original {:.1} %", 100.0 * judged.p_original),
    };
    match outcome.best.as_ref().filter(|_| outcome.returned_best) {
        Some(best) => {
            say!("returned                       the best iterate, after {} updates: {}", best.updates, p(best));
            say!("the last iterate               {}", p(&outcome.last));
        }
        None => say!("returned                       the last iterate: {}", p(&outcome.last)),
    }
    outcome.flags.iter().for_each(|flag| note!("{}: {}", flag.as_str(), flag.explain()));
}

/// How near a walk has come, with how many queries.
fn walked(r: &StepReport, unit: &str, height: Option<f32>) {
    let Some(distance) = r.distance else {
        note!("{} queries, and no clip that meets the goal; add clips of other classes with --natural", r.iteration);
        return;
    };
    let height = height.filter(|h| *h > 0.0);
    let share = height.map_or(String::new(), |h| format!(" ({:.2} % of the body's height)", 100.0 * distance / h));
    say!("nearest clip that meets the goal {distance:.4} {unit}{share}, after {} queries", r.iteration);
    if r.figures.linf < distance {
        note!("epsilon is smaller, so the clip was brought within it; --without clip returns the nearest one");
    }
}

fn summary(r: &StepReport, unit: &str, height: Option<f32>) {
    let f = &r.figures;
    // A body without a height has no share of it.
    let height = height.filter(|h| *h > 0.0);
    let share = height.map_or(String::new(), |h| format!(" ({:.2} % of the body's height)", 100.0 * f.linf / h));
    say!("largest change of a coordinate {:.4} {unit}{share}", f.linf);
    say!("mean displacement of a joint   {:.4} {unit}", f.mean_displacement);
    say!("largest change of a bone       {:.2e} of its length", f.bone_deviation);
    say!("beyond epsilon                 {:.4} {unit}", f.epsilon_excess);
    say!("frames that had to yield       {}", r.yielded_frames);
}
