//! `ciasa attack`: one clip, one attack, step by step, as the page does it.

use std::ops::ControlFlow;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Instant;

use clap::Args;

use super::common::{ModelArgs, clip, natural, text, write};
use super::convert::format_of;
use crate::attack::{Attack, AttackConfig, Epsilon, Peer, Ranked, StepReport, Stop, Target, run as drive};
use crate::contract::report::top;
use crate::contract::step_csv;
use crate::error::{Error, Result};
use crate::format::{self, Format};
use crate::skeleton::Layout;

/// Attack a clip
#[derive(Args, Debug)]
pub struct AttackArgs {
    /// The clip: NTU .skeleton, Kinetics-skeleton JSON or our own JSON
    clip: PathBuf,
    /// Settings as the page saves them (JSON); the options below change single ones
    #[arg(long)]
    config: Option<PathBuf>,
    /// Which attack: ciasa, fgsm, pgd, mi-fgsm, cw or smart, each with its own step and losses
    #[arg(long, conflicts_with = "fgsm")]
    attack: Option<String>,
    /// As --attack fgsm: one step along the gradient's sign
    #[arg(long)]
    fgsm: bool,
    /// Class to reach: its name or number, least-likely, or (but for ciasa) untargeted
    #[arg(long)]
    target: Option<String>,
    /// Attack region: set-1 to set-4, legs, arms, or joint names separated by commas
    #[arg(long)]
    region: Option<String>,
    /// Largest change of a coordinate, in the layout's unit
    #[arg(long, conflicts_with = "hierarchical")]
    epsilon: Option<f32>,
    /// The layout's own epsilon for each joint (advanced mode)
    #[arg(long)]
    hierarchical: bool,
    /// Steps at most
    #[arg(long)]
    iterations: Option<usize>,
    /// The step
    #[arg(long)]
    alpha: Option<f32>,
    /// Weight of the restraint: smoothness and plausibility, or SMART's perceptual loss
    #[arg(long)]
    lambda: Option<f32>,
    /// Stop once the target has this probability for --hold steps in a row
    #[arg(long)]
    confidence: Option<f32>,
    /// Steps in a row for --confidence
    #[arg(long, default_value_t = 3)]
    hold: usize,
    /// Constraints to switch off: clip, realign, smooth, plausible
    #[arg(long, value_delimiter = ',')]
    without: Vec<String>,
    /// Seed
    #[arg(long)]
    seed: Option<u64>,
    /// Directory with natural clips for the discriminator
    #[arg(long, default_value = "web/public/clips")]
    natural: PathBuf,
    /// Where the attacked clip goes
    #[arg(long)]
    out: Option<PathBuf>,
    /// Its format: ciasa-clip, ntu-skeleton or kinetics-json
    #[arg(long, default_value = Format::Clip.as_str())]
    to: String,
    /// Where a row for each step goes (CSV)
    #[arg(long)]
    report: Option<PathBuf>,
    #[command(flatten)]
    model: ModelArgs,
}

impl AttackArgs {
    fn settings(&self, layout: &Layout, classes: &[String]) -> Result<AttackConfig> {
        let mut config = match &self.config {
            Some(path) => {
                serde_json::from_str(&text(path)?).map_err(|e| Error::config(e.to_string()).at(path.display()))?
            }
            None => AttackConfig::default(),
        };
        if let Some(target) = &self.target {
            config.target = target_of(target, classes)?;
        }
        if let Some(region) = &self.region {
            config.joints = Some(region_of(region, layout)?);
        }
        if let Some(epsilon) = self.epsilon {
            config.epsilon = Epsilon::Global(epsilon);
        }
        if self.hierarchical {
            config.epsilon = Epsilon::PerJoint(layout.hierarchical.to_vec());
        }
        if let Some(confidence) = self.confidence {
            config.stop = Stop::Confidence { confidence, hold: self.hold };
        }
        for name in &self.without {
            match name.as_str() {
                "clip" => config.constraints.clip = false,
                "realign" => config.constraints.realign = false,
                "smooth" => config.constraints.smooth = false,
                "plausible" => config.constraints.plausible = false,
                _ => return Err(Error::config(format!("there is no constraint {name:?}")).at("--without")),
            }
        }
        config.iterations = self.iterations.unwrap_or(config.iterations);
        let named = if self.fgsm { Some(Peer::Fgsm.as_str()) } else { self.attack.as_deref() };
        if let Some(name) = named {
            let peer = Peer::parse(name).ok_or_else(|| Error::config(format!("there is no attack {name:?}")));
            config = peer.map_err(|e| e.at("--attack"))?.apply(config);
        }
        config.alpha = self.alpha.unwrap_or(config.alpha);
        config.lambda = self.lambda.unwrap_or(config.lambda);
        config.seed = self.seed.unwrap_or(config.seed);
        Ok(config)
    }
}

fn target_of(name: &str, classes: &[String]) -> Result<Target> {
    match name {
        "least-likely" => Ok(Target::LeastLikely),
        "untargeted" => Ok(Target::Untargeted),
        _ => classes
            .iter()
            .position(|c| c.eq_ignore_ascii_case(name))
            .or_else(|| name.parse().ok())
            .map(|index| Target::Class { index })
            .ok_or_else(|| Error::config(format!("there is no class {name:?}")).at("--target")),
    }
}

fn region_of(name: &str, layout: &Layout) -> Result<Vec<usize>> {
    if let Some(region) = layout.region(name) {
        return Ok(region.joints.to_vec());
    }
    let joint = |n: &str| {
        let missing = || Error::config(format!("there is neither a region nor a joint {n:?}")).at("--region");
        layout.joint(n.trim()).ok_or_else(missing)
    };
    name.split(',').map(joint).collect()
}

/// Runs the command.
///
/// # Errors
/// Where a file cannot be read or written, or a setting does not fit.
pub fn run(args: &AttackArgs) -> Result<()> {
    let model = Arc::new(args.model.load()?);
    let clip = clip(&args.clip)?;
    let format = format_of(&args.to).map_err(|e| e.at("--to"))?;
    let config = args.settings(clip.layout(), &model.entry.classes)?;
    let others = if config.constraints.plausible { natural(&args.natural, &clip)? } else { Vec::new() };
    let mut attack = Attack::new(model.clone(), &clip, &others, config)?;

    let classes = &model.entry.classes;
    let mut reports = Vec::new();
    let start = Instant::now();
    let last = drive::run(&mut attack, |report| {
        line(report, classes);
        reports.push(report.clone());
        ControlFlow::Continue(())
    })?;
    let milliseconds = 1000.0 * start.elapsed().as_secs_f64() / last.iteration as f64;
    let probabilities = drive::block_on(attack.recognise())?;
    summary(&last, clip.layout().unit, clip.body_height());
    println!("a step took {milliseconds:.0} ms in the mean, on the CPU");
    for Ranked { index, p } in top(&probabilities, 1) {
        println!("now recognised as {:?} with {:.1} %", classes[index], 100.0 * p);
    }

    if let Some(path) = &args.report {
        write(path, step_csv::table(&reports, classes).as_bytes())?;
    }
    if let Some(path) = &args.out {
        write(path, &format::write(&attack.sequence()?, format)?)?;
    }
    Ok(())
}

fn line(r: &StepReport, classes: &[String]) {
    let target = r.p_target.map_or(String::new(), |p| format!("  target {:5.1} %", 100.0 * p));
    println!(
        "step {:4}  loss {:9.4}  original {:5.1} %{target}  seen as {}",
        r.iteration,
        r.losses.total,
        100.0 * r.p_original,
        classes[r.predicted]
    );
}

fn summary(r: &StepReport, unit: &str, height: Option<f32>) {
    let f = &r.figures;
    let share = height.map_or(String::new(), |h| format!(" ({:.2} % of the body's height)", 100.0 * f.linf / h));
    println!("largest change of a coordinate {:.4} {unit}{share}", f.linf);
    println!("mean displacement of a joint   {:.4} {unit}", f.mean_displacement);
    println!("bone lengths change by         {:.2e} at most, relative", f.bone_deviation);
    println!("beyond epsilon after SSR       {:.4} {unit}", f.epsilon_excess);
}
