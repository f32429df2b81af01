//! `ciasa certify`: certified radii of a randomly smoothed network, and attacks within them.

use std::collections::HashSet;
use std::path::PathBuf;
use std::sync::Arc;

use clap::Args;

use super::device::DeviceArg;
use super::say::say;
use super::test_clips::{TestClips, TestClipsArgs};
use crate::attack::Victim;
use crate::attack::noise::Noise;
use crate::contract::stats::{Middle, Rate};
use crate::defence::certificate::Sampling;
use crate::error::{Error, Result};
use crate::eval::certified::{Against, Attacked, Certified, Named, Plan, certified, line};
use crate::eval::growing::{GrowingFile, Line};
use crate::eval::inputs::weights;
use crate::eval::run::run_work;

/// Radii at which certified accuracy is printed, in standard deviations of the noise.
const RADII: [f64; 5] = [0.0, 0.5, 1.0, 1.5, 2.0];

/// Certify a network's answers under random noise, and attack the certificates
///
/// Randomised smoothing (Cohen et al. 2019): the network answers the class that it gives most often for the clip with
/// Gaussian noise. No change within the certified radius changes that answer, with the confidence that --alpha leaves.
#[derive(Args, Debug)]
pub struct CertifyArgs {
    #[command(flatten)]
    clips: TestClipsArgs,
    /// Standard deviation of the noise, in the layout's unit
    #[arg(long, value_name = "D", default_value_t = 0.02)]
    deviation: f32,
    /// Frequency above which the noise falls, in hertz; 0 for noise that is independent in each frame
    #[arg(long, value_name = "HZ", default_value_t = 1.0)]
    cutoff: f32,
    /// Draws that choose the class
    #[arg(long, value_name = "N", default_value_t = 16)]
    select: usize,
    /// Draws that bound its probability
    #[arg(long, value_name = "N", default_value_t = 100)]
    draws: usize,
    /// The probability of a wrong certificate, at most
    #[arg(long, value_name = "P", default_value_t = 0.001)]
    alpha: f64,
    /// Attack each certificate with so many steps through the smoothing, up the steepest way within the radius
    #[arg(long, value_name = "STEPS")]
    attack: Option<usize>,
    /// Attacks on each certificate: one away from its class, then one towards each other class, the likeliest first
    #[arg(long, value_name = "N", default_value_t = 1, requires = "attack")]
    attempts: usize,
    /// Draws for the answer to an attacked clip [default: as --draws]
    #[arg(long, value_name = "N", requires = "attack")]
    answer: Option<usize>,
    /// Clips at the same time [default: number of cores]
    #[arg(long, value_name = "N")]
    threads: Option<usize>,
    /// File for one line a clip (CSV); lines that it holds already are not measured again
    #[arg(long, value_name = "FILE")]
    out: Option<PathBuf>,
    /// What computes
    #[arg(long, value_enum, default_value_t)]
    device: DeviceArg,
}

/// Runs the command.
///
/// # Errors
/// If an option is out of its range, the network or the data cannot be read, or a clip fails.
pub fn run(args: &CertifyArgs) -> Result<()> {
    let plan = args.plan()?;
    let mut out = args.out.as_deref().map(GrowingFile::<Certified>::open).transpose()?;
    let TestClips { library, entry, data, drawn, .. } = args.clips.open()?;
    let recogniser = Arc::new(library.load(&entry, &args.device.device()?)?);
    let (classes, weights) = (recogniser.entry.classes.clone(), weights(&entry));
    let victim: Arc<dyn Victim> = recogniser;
    let network = Named { victim: &victim, id: &entry.id, weights: &weights, classes: &classes };
    let given = |at: usize| (at, &data.clips[at].clip, data.clips[at].label);
    let place = |at: usize| line(&network, given(at), plan).key();
    let there = out.as_ref().map(GrowingFile::keys).unwrap_or_default();
    let clips: Vec<usize> = drawn.iter().copied().filter(|at| !there.contains(&place(*at))).collect();
    let threads = args.threads.unwrap_or_else(|| std::thread::available_parallelism().map_or(1, Into::into));
    let mut lines: Vec<Certified> = Vec::new();
    let work = |&at: &usize| certified(&network, given(at), plan);
    run_work(&clips, threads, work, |i, line| {
        let line = line.map_err(|e| e.at(format!("clip {}", clips[i])))?;
        lines.push(line.clone());
        out.as_mut().map_or(Ok(()), |out| out.append(vec![line]))
    })?;
    // With what the file has of these clips from before.
    let wanted: HashSet<_> = drawn.iter().map(|at| place(*at)).collect();
    let all = out.map_or(Ok(lines), GrowingFile::finish)?;
    args.print(&entry.id, &all.into_iter().filter(|line| wanted.contains(&line.key())).collect::<Vec<_>>());
    Ok(())
}

impl CertifyArgs {
    fn plan(&self) -> Result<Plan> {
        let counts = [("--attack", self.attack), ("--attempts", Some(self.attempts)), ("--threads", self.threads)];
        if let Some((name, _)) = counts.into_iter().find(|(_, n)| *n == Some(0)) {
            return Err(Error::config("must be at least 1").at(name));
        }
        let noise = Noise { deviation: self.deviation, cutoff: (self.cutoff != 0.0).then_some(self.cutoff) };
        let sampling = Sampling { select: self.select, estimate: self.draws, alpha: self.alpha, seed: self.clips.seed };
        noise.validate()?;
        sampling.validate()?;
        let answer = self.answer.unwrap_or(self.draws);
        Sampling { estimate: answer, ..sampling }.validate().map_err(|e| e.at("--answer"))?;
        let against = |iterations| Against { iterations, draws: 4, attempts: self.attempts, answer };
        Ok(Plan { noise, sampling, attack: self.attack.map(against) })
    }

    fn print(&self, id: &str, lines: &[Certified]) {
        let noise = match self.cutoff {
            0.0 => "independent in each frame".into(),
            cutoff => format!("along motions, cutoff {cutoff} Hz"),
        };
        say!(
            "{id}: noise of {} {noise}; {} draws, alpha {}, seed {}",
            self.deviation,
            self.draws,
            self.alpha,
            self.clips.seed
        );
        let rate = |hit: &dyn Fn(&Certified) -> bool| Rate::count(lines.iter().map(hit));
        say!(
            "clips: {}; correct {} %; abstains {} %",
            lines.len(),
            rate(&|l| l.correct),
            rate(&|l| l.radius.is_none())
        );
        for radius in RADII {
            let sure = rate(&|l| l.correct && l.radius.is_some_and(|r| r >= radius));
            say!("  correct and certified at radius {radius:.1}: {sure} %");
        }
        let middle = |of: &dyn Fn(&Certified) -> Option<f64>| {
            Middle::of(lines.iter().filter(|l| l.correct).filter_map(of)).map_or("-".into(), |m| m.text(3))
        };
        say!("median radius of the correct ones: {} deviations of the noise", middle(&|l| l.radius));
        say!("  that is an offset of one coordinate over the whole clip by {} units", middle(&|l| l.offset));
        if self.attack.is_some() {
            let of = Attacked::of(lines);
            say!(
                "attacked within the radius: {} clips, from {} certificates; abstains on {}",
                of.attacks.of,
                of.certificates.of,
                of.unsure
            );
            say!(
                "certificates broken: {} ({} % of the attacked clips, {} % of the certificates)",
                of.certificates.hits,
                of.attacks,
                of.certificates
            );
        }
    }
}
