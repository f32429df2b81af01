//! What the matrix consists of: attacks, victims, defences, and the pieces of work.

use std::collections::HashSet;

use super::row::{Cell, Mode};
use crate::attack::noise::Noise;
use crate::attack::{AttackConfig, Peer};
use crate::contract::attackers::{Attacker, attackers};
use crate::defence::defended::Defence;
use crate::error::{Error, Result};
use crate::eval::experiments::{BONE_LENGTH, HEADS, PLAIN, ROBUST, ST_GCN};
use crate::eval::inputs::Inputs;

/// The victims, if the options name no others.
pub const VICTIMS: [&str; 5] = [ST_GCN, ROBUST, HEADS, BONE_LENGTH, PLAIN];
/// The epsilon as a share of the body's height, if the options name no other.
pub const SHARE: f32 = 0.03;
/// Draws of noise in each step of an attack.
const DRAWS: usize = 4;

/// Steps of an attack at most, of one epsilon.
fn steps(attacker: Attacker, wanted: &Wanted) -> usize {
    match attacker.peer {
        Peer::Fgsm | Peer::PartSwap => 1,
        Peer::Basar => wanted.queries,
        _ => wanted.iterations,
    }
}

/// The attacks that run if the options name none: the search takes as long as several attacks.
pub fn usual() -> Vec<&'static str> {
    attackers().iter().filter(|a| !a.search).map(|a| a.id).collect()
}

/// The defences by id, in the order of the page.
pub const DEFENCES: [&str; 4] = ["none", "smoothing", "randomised", "detector"];

/// A defence by its id. `acceleration` is the detector's threshold, from clean training clips.
///
/// # Errors
/// If there is none of that id, or the detector has no clips to learn from.
pub fn defence(id: &str, acceleration: Option<f64>) -> Result<Defence> {
    Ok(match id {
        "none" => Defence::None,
        "smoothing" => Defence::Smoothing,
        "randomised" => Defence::Randomised { noise: Noise::USUAL, draws: DRAWS },
        "detector" => Defence::Detector {
            acceleration: acceleration.ok_or_else(|| Error::data("has no clean clips to learn from").at(id))? as f32,
        },
        _ => return Err(Error::config(format!("there is no defence {id:?}; known are {}", DEFENCES.join(", ")))),
    })
}

/// What is wanted of the matrix.
#[derive(Clone, Debug)]
pub struct Wanted {
    /// Ids of the attacks.
    pub attacks: Vec<String>,
    /// Ids of the victims.
    pub victims: Vec<String>,
    /// Ids of the defences.
    pub defences: Vec<String>,
    /// Ids of the attacks that go through the defences as well.
    pub adaptive: Vec<String>,
    /// Epsilons as shares of the body's height.
    pub shares: Vec<f32>,
    /// Steps of each attack of many steps.
    pub iterations: usize,
    /// Queries of BASAR.
    pub queries: usize,
    /// Test clips of each victim.
    pub clips: usize,
    /// Seed of the draws.
    pub seed: u64,
}

/// One attack on one clip, and the cells that its result fills.
#[derive(Clone, Debug)]
pub struct Piece {
    /// Index of the network.
    pub model: usize,
    /// Index of the clip in its set.
    pub clip: usize,
    /// The attack.
    pub attacker: Attacker,
    /// Epsilon as a share of the body's height.
    pub share: f32,
    /// The defence that the attack goes through, by id.
    pub through: String,
    /// The cells to fill.
    pub cells: Vec<Cell>,
}

/// The pieces of work whose cells are not `there` yet, in a fixed order: clip by clip, so a run that is cut off has
/// measured every cell on the same clips.
///
/// # Errors
/// If an attack, a victim or a defence is unknown.
pub fn pieces(inputs: &Inputs, wanted: &Wanted, there: &HashSet<Cell>) -> Result<Vec<Piece>> {
    let known = attackers();
    let attacker = |id: &String| {
        let ids = || known.iter().map(|a| a.id).collect::<Vec<_>>().join(", ");
        known.iter().find(|a| a.id == id).copied().ok_or_else(|| {
            Error::config(format!("there is no attack {id:?} in the matrix; known are {}", ids())).at("--attacks")
        })
    };
    let attacks = wanted.attacks.iter().map(attacker).collect::<Result<Vec<_>>>()?;
    if let Some(id) = wanted.adaptive.iter().find(|id| !wanted.attacks.contains(id)) {
        return Err(Error::config(format!("{id:?} is none of the attacks of this run")).at("--adaptive"));
    }
    wanted.defences.iter().try_for_each(|id| defence(id, Some(1.0)).map(drop).map_err(|e| e.at("--defences")))?;
    let mut pieces = Vec::new();
    for id in &wanted.victims {
        let missing = || Error::config(format!("{id} or its data set is not there")).at("--victims");
        let model = inputs.model(id).ok_or_else(missing)?;
        let source = inputs.models[model].source.ok_or_else(missing)?;
        for (round, clip) in inputs.sources[source].select(wanted.clips, wanted.seed).into_iter().enumerate() {
            for &share in &wanted.shares {
                for &attacker in &attacks {
                    for through in &wanted.defences {
                        let cell = |defence: &String, mode| Cell {
                            victim: id.clone(),
                            weights: inputs.models[model].weights.clone(),
                            defence: defence.clone(),
                            mode,
                            attack: attacker.id.into(),
                            clip,
                            data: inputs.sources[source].digests[clip].clone(),
                            share: share.to_string(),
                            iterations: steps(attacker, wanted),
                            seed: wanted.seed,
                        };
                        let bare = through == "none";
                        if !bare && !wanted.adaptive.iter().any(|id| id == attacker.id) {
                            continue;
                        }
                        let blind = wanted.defences.iter().filter(|d| bare && *d != "none" && !attacker.search);
                        let own = cell(through, if bare { Mode::Bare } else { Mode::Adaptive });
                        let mut cells = vec![own];
                        cells.extend(blind.map(|d| cell(d, Mode::Blind)));
                        cells.retain(|cell| !there.contains(cell));
                        if !cells.is_empty() {
                            pieces
                                .push((round, Piece { model, clip, attacker, share, through: through.clone(), cells }));
                        }
                    }
                }
            }
        }
    }
    pieces.sort_by_key(|(round, _)| *round);
    Ok(pieces.into_iter().map(|(_, piece)| piece).collect())
}

impl Piece {
    /// The settings of the attack on a clip of this height, with the exact projection.
    pub fn config(&self, height: f32, wanted: &Wanted) -> AttackConfig {
        let base = AttackConfig {
            target: self.attacker.target,
            epsilon: crate::attack::Epsilon::Global(self.share * height),
            iterations: wanted.iterations,
            queries: wanted.queries,
            seed: wanted.seed,
            ..AttackConfig::default()
        };
        self.attacker.peer.apply(base)
    }
}
