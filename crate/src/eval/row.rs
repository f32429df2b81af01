//! A row: the answer of one judge for one clip under one setting.

use serde::{Deserialize, Serialize};

use super::setting::{Protocol, Setting};
use crate::contract::crossmodal::Answer;
use crate::contract::{AttackConfig, Epsilon, Target};

/// A row of the tables. **Protocol.** The iterate that the attack returns is judged: with the exact projection the best
/// one, else the last one, after all iterations or when the stop rule ends it. `best` says whether any iterate met the
/// goal. A clip is fooled if the judge recognises another class than in the clean clip; a targeted attack hits if it
/// recognises the target. Every clip has a row; `clean_correct` marks those that are recognised correctly without an
/// attack. Classes are named.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Row {
    /// Id of the experiment.
    pub experiment: String,
    /// Id of the setting in it.
    pub setting: String,
    /// Id of the attacked network.
    pub model: String,
    /// The first digits of the SHA-256 of its weights.
    pub weights: String,
    /// Id of the network that judges; for transfer not the attacked one.
    pub judge: String,
    /// The first digits of the SHA-256 of the judge's weights.
    pub judge_weights: String,
    /// The clip's set.
    pub dataset: String,
    /// The clip's index in the set, from 0.
    pub clip: usize,
    /// Name of the clip's file; empty for a set that is one file.
    pub file: String,
    /// The first digits of the SHA-256 of the clip ([`super::inputs::digest`]).
    pub data: String,
    /// The clip's class.
    pub label: String,
    /// The judge's class for the clean clip.
    pub clean: String,
    /// Whether that is right.
    pub clean_correct: bool,
    /// The attack's target; none if it is untargeted.
    pub target: Option<String>,
    /// Id of the attack.
    pub attack: String,
    /// Epsilon in the layout's unit, if all joints have the same.
    pub epsilon: Option<f32>,
    /// Epsilon as a share of the body's height.
    pub share: Option<f32>,
    /// Id of the region; empty for all joints.
    pub region: String,
    /// The constraints that are on.
    pub constraints: String,
    /// How epsilon and bone lengths are enforced; empty if the attack does not restore bone lengths.
    pub projection: String,
    /// Id of the protocol ([`super::setting::Preset`]).
    pub protocol: String,
    /// Largest number of steps.
    pub iterations: usize,
    /// Seed of the run.
    pub seed: u64,
    /// The stop rule.
    pub stop: String,
    /// Steps taken.
    pub used: usize,
    /// Updates after which an iterate first met the goal.
    pub first: Option<usize>,
    /// Whether any iterate met the goal.
    pub best: Option<bool>,
    /// Whether the last iterate meets the goal, whichever the attack returns.
    pub last: Option<bool>,
    /// Indicators of failure ([`crate::contract::Flag`]), with a space between them, or `none`; empty if nobody looked
    /// for them.
    pub flags: String,
    /// The smallest epsilon that reached the goal, in the layout's unit, if the setting searches for it; of BASAR the
    /// distance of its nearest clip.
    pub smallest: Option<f32>,
    /// The judge's class for the iterate that the attack returns.
    pub predicted: String,
    /// Its probability, 0 to 1.
    pub confidence: f32,
    /// The target's probability, 0 to 1.
    pub p_target: Option<f32>,
    /// Whether the judge recognises the target.
    pub hit: Option<bool>,
    /// Whether it recognises another class than in the clean clip.
    pub fooled: bool,
    /// Largest change of a coordinate, in the layout's unit, like all lengths.
    pub linf: f32,
    /// Mean displacement of a joint.
    pub mean_displacement: f32,
    /// Largest displacement of a joint.
    pub max_displacement: f32,
    /// Largest relative change of a bone's length.
    pub bone_deviation: f32,
    /// Mean squared change of a joint's acceleration, in (units per frame squared) squared.
    pub acceleration_change: f32,
    /// How far realignment moves a coordinate beyond epsilon.
    pub epsilon_excess: f32,
    /// Score of the attack's own discriminator, if it has one.
    pub plausibility: Option<f32>,
    /// Share of natural poses ([`super::manifold`]).
    pub natural: Option<f32>,
    /// The judge's class for the smoothed clip ([`super::defence::smoothed`]).
    pub smoothed: String,
    /// Whether the detector flags its bones.
    pub flag_bones: Option<bool>,
    /// Whether the detector flags its accelerations.
    pub flag_acceleration: Option<bool>,
    /// Duration of the attack on one thread, in seconds.
    pub seconds: f32,
    /// The camera, if the judge saw the clips through one.
    #[serde(skip)]
    pub film: Option<Film>,
}

/// The columns of a row whose clips went through a camera.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Film {
    /// The camera's angle from the front in degrees.
    pub camera: Option<f32>,
    /// Mean distance of 13 main joints from the clean clip's in metres, after the best similarity of each frame.
    pub error_clean: Option<f32>,
    /// The same of the attacked clip.
    pub error_attacked: Option<f32>,
    /// Share of the pictures in which the person was found, 0 to 1.
    pub found: Option<f32>,
}

/// [`Row::flags`] of a row without an indicator of failure.
pub const NO_FLAG: &str = "none";

/// The identity of a row: rows with the same key are the same measurement. A clip with a file of its own is known by
/// the file's name, whatever its index among the files of the run.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Key {
    experiment: String,
    model: String,
    judge: String,
    setting: String,
    dataset: String,
    weights: String,
    judge_weights: String,
    clip: usize,
    file: String,
    data: String,
    iterations: usize,
    seed: u64,
    stop: String,
    projection: String,
    protocol: String,
    camera: Option<String>,
}

impl Row {
    /// Its key.
    pub fn key(&self) -> Key {
        let place = Place {
            experiment: &self.experiment,
            model: &self.model,
            weights: &self.weights,
            judge: &self.judge,
            judge_weights: &self.judge_weights,
            dataset: &self.dataset,
            clip: self.clip,
            file: &self.file,
            data: &self.data,
        };
        let words = [&*self.stop, &self.projection, &self.protocol];
        let camera = self.film.and_then(|film| film.camera).map(|angle| angle.to_string());
        Key { camera, ..place.key(&self.setting, self.iterations, self.seed, words) }
    }

    /// The key of a setting's row.
    pub fn key_of(place: &Place<'_>, setting: &Setting, protocol: Protocol) -> Key {
        let words = [&*protocol.stop(), setting.projection(protocol), protocol.preset.as_str()];
        place.key(&setting.id, protocol.iterations, protocol.seed, words)
    }

    /// What the table of the experiment `crossmodal` counts of it.
    pub fn answer(&self) -> Answer<'_> {
        let film = self.film.unwrap_or_default();
        Answer {
            setting: self.setting.clone(),
            camera: film.camera,
            label: &self.label,
            clean: &self.clean,
            predicted: &self.predicted,
            target: self.target.as_deref(),
            error_clean: film.error_clean,
            error_attacked: film.error_attacked,
        }
    }

    /// Whether the target is recognised after smoothing.
    pub fn smoothed_hit(&self) -> Option<bool> {
        self.target.as_ref().map(|target| self.smoothed == *target)
    }

    /// Whether another class than in the clean clip is recognised after smoothing.
    pub fn smoothed_fooled(&self) -> bool {
        self.smoothed != self.clean
    }

    /// Whether the attack met its goal: the target, or any other class if it is untargeted.
    pub fn success(&self) -> bool {
        self.hit.unwrap_or(self.fooled)
    }

    /// Whether it meets its goal after smoothing.
    pub fn smoothed_success(&self) -> bool {
        self.smoothed_hit().unwrap_or(self.smoothed_fooled())
    }

    /// The smallest epsilon as a share of the body's height.
    pub fn smallest_share(&self) -> Option<f32> {
        Some(self.smallest? / self.epsilon? * self.share?)
    }

    /// Whether an indicator of failure speaks against the result; none if nobody looked for them.
    pub fn doubtful(&self) -> Option<bool> {
        (!self.flags.is_empty()).then_some(self.flags != NO_FLAG)
    }

    /// Whether the detector flags bones or accelerations.
    pub fn flagged(&self) -> Option<bool> {
        Some(self.flag_bones? || self.flag_acceleration?)
    }
}

/// The place of a row.
#[derive(Clone, Copy, Debug)]
pub struct Place<'a> {
    /// The experiment.
    pub experiment: &'a str,
    /// The attacked network.
    pub model: &'a str,
    /// Its weights.
    pub weights: &'a str,
    /// The judge.
    pub judge: &'a str,
    /// Its weights.
    pub judge_weights: &'a str,
    /// The set.
    pub dataset: &'a str,
    /// The clip.
    pub clip: usize,
    /// The clip's file, if it has one of its own.
    pub file: &'a str,
    /// The clip's hash.
    pub data: &'a str,
}

impl Place<'_> {
    fn key(&self, setting: &str, iterations: usize, seed: u64, [stop, projection, protocol]: [&str; 3]) -> Key {
        Key {
            experiment: self.experiment.to_owned(),
            model: self.model.to_owned(),
            judge: self.judge.to_owned(),
            setting: setting.to_owned(),
            dataset: self.dataset.to_owned(),
            weights: self.weights.to_owned(),
            judge_weights: self.judge_weights.to_owned(),
            clip: if self.file.is_empty() { self.clip } else { 0 },
            file: self.file.to_owned(),
            data: self.data.to_owned(),
            iterations,
            seed,
            stop: stop.to_owned(),
            projection: projection.to_owned(),
            protocol: protocol.to_owned(),
            camera: None,
        }
    }
}

/// Rounds to five significant digits, enough for any table.
pub fn short(v: f32) -> f32 {
    format!("{v:.4e}").parse().unwrap_or(v)
}

/// The epsilon of all joints, if they have the same.
pub fn global(config: Option<&AttackConfig>) -> Option<f32> {
    match config.map(|c| &c.epsilon) {
        Some(Epsilon::Global(e)) => Some(*e),
        _ => None,
    }
}

/// The constraints that are on, in words.
pub fn constraints(config: Option<&AttackConfig>) -> String {
    config.map_or("none".into(), AttackConfig::constraints_in_words)
}

/// Whether the attack has a target.
pub fn targeted(config: &AttackConfig) -> bool {
    config.target != Target::Untargeted
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use crate::contract::Peer;
    use crate::contract::eval_columns::EVAL_COLUMNS;
    use crate::contract::{Constraints, Optimiser, Projection, Smoothness};

    #[test]
    fn five_digits_are_kept() {
        assert_eq!(short(0.123_456_78), 0.123_46);
        assert_eq!(short(1_234_567.0), 1_234_600.0);
        assert_eq!(short(0.0), 0.0);
    }

    #[test]
    fn the_columns_are_those_of_the_contract() {
        let header = EVAL_COLUMNS.join(",");
        let cells = "e,s,m,w,j,jw,d,0,f,h,1,1,true,,fgsm,0.1,,,none,exact,paper,\
             1,1,none,1,,,,,,1,0.5,,,false,0.0,0.0,0.0,0.0,0.0,0.0,,,1,,,0.0";
        let table = format!("{header}\n{cells}\n");
        let rows: Result<Vec<Row>, _> = csv::Reader::from_reader(table.as_bytes()).deserialize().collect();
        let mut writer = csv::Writer::from_writer(Vec::new());
        rows.unwrap().iter().for_each(|row| writer.serialize(row).unwrap());
        assert_eq!(String::from_utf8(writer.into_inner().unwrap()).unwrap(), table);
    }

    #[test]
    fn constraints_in_words() {
        let paper = AttackConfig { projection: Projection::Paper, ..Default::default() };
        let of = |peer: Peer| constraints(Some(&peer.apply(paper.clone())));
        assert_eq!(of(Peer::Ciasa), "clip+realign+smooth+plausible");
        assert_eq!(of(Peer::Smart), "clip+realign+perceptual");
        assert_eq!(of(Peer::Pgd), "clip+realign");
        assert_eq!(constraints(None), "none");
        assert_eq!(constraints(Some(&Peer::Pgd.apply(AttackConfig::default()))), "exact");
        let optimiser = Optimiser { smoothness: Smoothness::Paper, ..Default::default() };
        let literal = AttackConfig { optimiser, ..Default::default() };
        assert_eq!(constraints(Some(&literal)), "exact+smooth (paper)+plausible");
        let clip = Constraints { clip: true, ..Constraints::NONE };
        assert_eq!(constraints(Some(&AttackConfig { constraints: clip, ..Default::default() })), "clip");
    }
}
