//! `ciasa eval film`: the pictures of the paper's figures 6 and 7, of a synthetic clip.

use std::path::PathBuf;
use std::sync::Arc;

use burn::tensor::Device;
use clap::Args;

use crate::attack::run::block_on;
use crate::attack::{AttackConfig, Constraints, Epsilon, Projection};
use crate::cli::clips::{Natural, clip, gallery};
use crate::cli::files::Output;
use crate::cli::models::NetworkArgs;
use crate::cli::say::say;
use crate::contract::report::top;
use crate::error::{Error, Result};
use crate::eval::report::film::{Strip, film};
use crate::eval::trial::attack;
use crate::model::Recogniser;
use crate::skeleton::Sequence;

/// Draw a clip before and after attacks with and without each constraint
#[derive(Args, Debug)]
pub struct FilmArgs {
    /// Clip to draw; a synthetic one may be published [default: synthetic-wave-1 of the gallery]
    clip: Option<PathBuf>,
    /// Epsilon of all joints, in the layout's unit
    #[arg(long, default_value_t = 0.05)]
    epsilon: f32,
    /// Epsilon of the legs, in the layout's unit
    #[arg(long, value_name = "EPSILON", default_value_t = 0.1)]
    legs: f32,
    /// Steps of each attack
    #[arg(long, default_value_t = 100)]
    iterations: usize,
    /// Folder with natural clips, from which the discriminator learns. Without it: the gallery that ships
    /// ($CIASA_CLIPS)
    #[arg(long, value_name = "DIR")]
    natural: Option<PathBuf>,
    /// Folder for figure6.svg and figure7.svg
    #[arg(long, value_name = "DIR", default_value = "docs/results")]
    out: PathBuf,
    #[command(flatten)]
    network: NetworkArgs,
}

/// Runs the command.
///
/// # Errors
/// If a file cannot be read or written, or an attack fails.
pub fn run(args: &FilmArgs) -> Result<()> {
    let files = [Output::new(&args.out.join("figure6.svg"))?, Output::new(&args.out.join("figure7.svg"))?];
    let clip = match &args.clip {
        Some(path) => clip(path)?,
        None => clip(&gallery(None)?.join("synthetic-wave-1.json"))?,
    };
    let layout = clip.layout();
    let others = Natural::read(args.natural.as_ref())?.beside(&clip)?;
    let model = args.network.open(Device::flex())?.for_layout(layout.id)?;
    let scene = Scene { model, clip, others };
    let all = Constraints::ALL;
    let basic = AttackConfig {
        epsilon: Epsilon::Global(args.epsilon),
        iterations: args.iterations,
        // The films show the paper's attack.
        projection: Projection::Paper,
        seed: 1,
        ..Default::default()
    };
    let legs = layout.region("legs").ok_or_else(|| Error::config("its layout has no legs").at("the clip"))?;
    let legs =
        AttackConfig { joints: Some(legs.joints.to_vec()), epsilon: Epsilon::Global(args.legs), ..basic.clone() };

    // Neighbouring frames show jitter, frames over the whole clip show poses.
    let near: Vec<usize> = (0..8).map(|i| scene.clip.frames() / 2 + i).filter(|t| *t < scene.clip.frames()).collect();
    let far: Vec<usize> = (0..8).map(|i| (2 * i + 1) * scene.clip.frames() / 16).collect();
    let figures = [
        (
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
    for (file, (title, frames, rows)) in files.into_iter().zip(figures) {
        file.write(scene.picture(&title, &frames, &rows)?.as_bytes())?;
        say!("{}", file.path().display());
    }
    Ok(())
}

/// A clip with the network that is attacked and the natural clips.
struct Scene {
    model: Arc<Recogniser>,
    clip: Sequence,
    others: Vec<Sequence>,
}

impl Scene {
    /// A picture with a strip of the original and one for each attack.
    fn picture(&self, title: &str, frames: &[usize], rows: &[(&str, AttackConfig)]) -> Result<String> {
        let mut attacked: Vec<(Vec<String>, Option<Sequence>)> = Vec::new();
        attacked.push((vec!["Original".into(), self.answer(&self.clip)?], None));
        for (name, config) in rows {
            let trial = attack(self.model.clone(), &self.clip, &self.others, config.clone())?;
            let figures = trial.last.figures;
            let caption = vec![
                (*name).to_owned(),
                self.answer(&trial.clip)?,
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

    /// The recognised class and its probability.
    fn answer(&self, clip: &Sequence) -> Result<String> {
        let p = block_on(self.model.recognise(clip))?;
        let classes = &self.model.entry.classes;
        Ok(top(&p, 1).into_iter().map(|r| format!("{:?}, {:.0} %", classes[r.index], 100.0 * r.p)).collect())
    }
}
