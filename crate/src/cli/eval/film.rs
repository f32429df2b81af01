//! `ciasa eval film`: the pictures of the paper's figures 6 and 7, of a made clip.

use std::path::PathBuf;
use std::sync::Arc;

use clap::Args;

use super::super::common::{ModelArgs, clip, natural, write};
use crate::attack::run::block_on;
use crate::attack::{AttackConfig, Constraints, Epsilon};
use crate::contract::report::top;
use crate::error::{Error, Result};
use crate::eval::report::film::{Strip, film};
use crate::eval::trial::attack;
use crate::model::Recogniser;
use crate::skeleton::Sequence;

/// Draw a made clip as it was and as attacks with and without each constraint leave it
#[derive(Args, Debug)]
pub struct FilmArgs {
    /// The clip; one of our own, because pictures of it are published
    #[arg(default_value = "web/public/clips/synthetic-wave-1.json")]
    clip: PathBuf,
    /// Epsilon of all joints, in the layout's unit
    #[arg(long, default_value_t = 0.05)]
    epsilon: f32,
    /// Epsilon of the legs
    #[arg(long, default_value_t = 0.1)]
    legs: f32,
    /// Iterations
    #[arg(long, default_value_t = 100)]
    iterations: usize,
    /// Directory with natural clips for the discriminator
    #[arg(long, default_value = "web/public/clips")]
    natural: PathBuf,
    /// Where figure6.svg and figure7.svg go
    #[arg(long, default_value = "docs/results")]
    out: PathBuf,
    #[command(flatten)]
    model: ModelArgs,
}

/// Runs the command.
///
/// # Errors
/// Where a file cannot be read or written, or an attack fails.
pub fn run(args: &FilmArgs) -> Result<()> {
    let clip = clip(&args.clip)?;
    let layout = clip.layout();
    let others = natural(&args.natural, &clip)?;
    let scene = Scene { model: Arc::new(args.model.load()?), clip, others };
    let all = Constraints::ALL;
    let basic = AttackConfig {
        epsilon: Epsilon::Global(args.epsilon),
        iterations: args.iterations,
        seed: 1,
        ..Default::default()
    };
    let legs = layout.region("legs").ok_or_else(|| Error::config("has no legs").at("clip"))?;
    let legs =
        AttackConfig { joints: Some(legs.joints.to_vec()), epsilon: Epsilon::Global(args.legs), ..basic.clone() };

    // Neighbouring frames show jitter, frames over the whole clip show poses.
    let near: Vec<usize> = (0..8).map(|i| scene.clip.frames() / 2 + i).filter(|t| *t < scene.clip.frames()).collect();
    let far: Vec<usize> = (0..8).map(|i| (2 * i + 1) * scene.clip.frames() / 16).collect();
    let figures = [
        (
            "figure6.svg",
            format!("All joints, epsilon {} {}: neighbouring frames", args.epsilon, layout.unit),
            near,
            vec![
                ("All constraints", AttackConfig { constraints: all, ..basic.clone() }),
                (
                    "Without smoothness",
                    AttackConfig { constraints: Constraints { smooth: false, ..all }, ..basic.clone() },
                ),
                (
                    "Without realignment",
                    AttackConfig { constraints: Constraints { realign: false, ..all }, ..basic.clone() },
                ),
                (
                    "Without plausibility",
                    AttackConfig { constraints: Constraints { plausible: false, ..all }, ..basic },
                ),
            ],
        ),
        (
            "figure7.svg",
            format!("The legs, epsilon {} {}: frames over the clip", args.legs, layout.unit),
            far,
            vec![
                (
                    "Neither",
                    AttackConfig {
                        constraints: Constraints { realign: false, plausible: false, ..all },
                        ..legs.clone()
                    },
                ),
                ("Realignment", AttackConfig { constraints: Constraints { plausible: false, ..all }, ..legs.clone() }),
                ("Realignment, plausibility", AttackConfig { constraints: all, ..legs }),
            ],
        ),
    ];
    for (name, title, frames, rows) in figures {
        let path = args.out.join(name);
        write(&path, scene.picture(&title, &frames, &rows)?.as_bytes())?;
        println!("{}", path.display());
    }
    Ok(())
}

/// What is drawn.
struct Scene {
    model: Arc<Recogniser>,
    clip: Sequence,
    others: Vec<Sequence>,
}

impl Scene {
    /// The original, and a strip for each attack.
    fn picture(&self, title: &str, frames: &[usize], rows: &[(&str, AttackConfig)]) -> Result<String> {
        let mut attacked: Vec<(Vec<String>, Option<Sequence>)> = Vec::new();
        attacked.push((vec!["Original".into(), self.said(&self.clip)?], None));
        for (name, config) in rows {
            let trial = attack(self.model.clone(), &self.clip, &self.others, config.clone())?;
            let figures = trial.last.figures;
            let caption = vec![
                (*name).to_owned(),
                self.said(&trial.clip)?,
                format!("bones change by {:.1} % at most", 100.0 * figures.bone_deviation),
                format!("acceleration by {:.1} mm a frame²", 1000.0 * figures.acceleration_change.sqrt()),
            ];
            attacked.push((caption, Some(trial.clip)));
        }
        let strips: Vec<Strip<'_>> = attacked
            .iter()
            .map(|(caption, clip)| Strip { caption: caption.clone(), perturbed: clip.as_ref() })
            .collect();
        Ok(film(title, &self.clip, &strips, frames))
    }

    /// The class that the model says, and with what probability.
    fn said(&self, clip: &Sequence) -> Result<String> {
        let p = block_on(self.model.recognise(clip))?;
        let said =
            top(&p, 1).into_iter().map(|r| format!("{:?}, {:.0} %", self.model.entry.classes[r.index], 100.0 * r.p));
        Ok(said.collect())
    }
}
