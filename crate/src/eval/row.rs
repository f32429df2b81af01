//! One row: what one judge says of one clip under one setting.

use serde::{Deserialize, Serialize};

use super::setting::{Protocol, Setting};
use crate::contract::{AttackConfig, Epsilon, Target};

/// A row of the tables. **Protocol.** The iterate that is judged is the last one, which the attack returns: after all iterations, or,
/// with a stop rule, where it held. `best` tells, separately, whether any iterate met the goal, which is what other code
/// reports. A clip is fooled if the judge says something else than of the clean clip; a targeted attack hits if it says the
/// target. All clips have rows; `clean_correct` picks those that were right without an attack.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Row {
    /// The experiment.
    pub experiment: String,
    /// The setting in it.
    pub setting: String,
    /// The model that was attacked.
    pub model: String,
    /// Its weights: the first digits of their SHA-256.
    pub weights: String,
    /// The model that judges; the attacked one, but for transfer.
    pub judge: String,
    /// The set that the clip is of.
    pub dataset: String,
    /// The clip's index in it.
    pub clip: usize,
    /// The clip's class.
    pub label: usize,
    /// What the judge says of the clean clip.
    pub clean: usize,
    /// Is that right?
    pub clean_correct: bool,
    /// The class that the attack aims at, if any.
    pub target: Option<usize>,
    /// The attack.
    pub attack: String,
    /// The epsilon, where all joints have one, in the layout's unit.
    pub epsilon: Option<f32>,
    /// The same as a share of the body's height.
    pub share: Option<f32>,
    /// The region; empty for all joints.
    pub region: String,
    /// The constraints that held.
    pub constraints: String,
    /// Iterations allowed.
    pub iterations: usize,
    /// Seed of the run.
    pub seed: u64,
    /// The stop rule.
    pub stop: String,
    /// Iterations taken.
    pub used: usize,
    /// Updates after which the attacked model first said what it was to say.
    pub first: Option<usize>,
    /// Did any iterate make it say so?
    pub best: Option<bool>,
    /// What the judge says of the last iterate.
    pub predicted: usize,
    /// With what probability.
    pub confidence: f32,
    /// The target's probability.
    pub p_target: Option<f32>,
    /// Does the judge say the target?
    pub hit: Option<bool>,
    /// Does it say something else than of the clean clip?
    pub fooled: bool,
    /// The largest change of a coordinate, in the layout's unit, as all lengths.
    pub linf: f32,
    /// How far a joint is from where it was, in the mean.
    pub mean_displacement: f32,
    /// And at most.
    pub max_displacement: f32,
    /// The largest relative change of a bone's length.
    pub bone_deviation: f32,
    /// The mean squared change of a joint's acceleration a frame.
    pub acceleration_change: f32,
    /// How far realignment pushed a coordinate beyond epsilon.
    pub epsilon_excess: f32,
    /// The score of the attack's own discriminator, where one took part.
    pub plausibility: Option<f32>,
    /// The share of poses that are natural ([`super::manifold`]).
    pub natural: Option<f32>,
    /// What the judge says of the smoothed clip ([`super::defence::smoothed`]).
    pub smoothed: usize,
    /// Does the detector flag its bones?
    pub flag_bones: Option<bool>,
    /// Does it flag its accelerations?
    pub flag_acceleration: Option<bool>,
    /// Seconds that the attack took, on one thread.
    pub seconds: f32,
}

/// What tells rows apart: rows of one key are the same measurement.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Key(String, String, String, String, String, String, usize, usize, u64, String);

impl Row {
    /// Its key.
    pub fn key(&self) -> Key {
        let text = [&self.experiment, &self.model, &self.judge, &self.setting, &self.dataset, &self.weights];
        let [experiment, model, judge, setting, dataset, weights] = text.map(Clone::clone);
        let stop = self.stop.clone();
        Key(experiment, model, judge, setting, dataset, weights, self.clip, self.iterations, self.seed, stop)
    }

    /// The key that the row of a setting will have.
    pub fn key_of(place: &Place<'_>, setting: &Setting, protocol: Protocol) -> Key {
        Key(
            place.experiment.to_owned(),
            place.model.to_owned(),
            place.judge.to_owned(),
            setting.id.clone(),
            place.dataset.to_owned(),
            place.weights.to_owned(),
            place.clip,
            protocol.iterations,
            protocol.seed,
            protocol.stop(),
        )
    }

    /// Is the smoothed clip still the target's?
    pub fn smoothed_hit(&self) -> Option<bool> {
        self.target.map(|target| self.smoothed == target)
    }

    /// Is the smoothed clip still something else than the clean one was?
    pub fn smoothed_fooled(&self) -> bool {
        self.smoothed != self.clean
    }

    /// Did the attack reach what it was after: its target, or untargeted any other class?
    pub fn success(&self) -> bool {
        self.hit.unwrap_or(self.fooled)
    }

    /// The same after smoothing.
    pub fn smoothed_success(&self) -> bool {
        self.smoothed_hit().unwrap_or(self.smoothed_fooled())
    }

    /// Does the detector flag anything?
    pub fn flagged(&self) -> Option<bool> {
        Some(self.flag_bones? || self.flag_acceleration?)
    }
}

/// Where a row belongs.
#[derive(Clone, Copy, Debug)]
pub struct Place<'a> {
    /// The experiment.
    pub experiment: &'a str,
    /// The attacked model.
    pub model: &'a str,
    /// Its weights.
    pub weights: &'a str,
    /// The judge.
    pub judge: &'a str,
    /// The set.
    pub dataset: &'a str,
    /// The clip.
    pub clip: usize,
}

/// Five significant digits: enough for any table, and rows stay small.
pub fn short(v: f32) -> f32 {
    format!("{v:.4e}").parse().unwrap_or(v)
}

/// The one epsilon of all joints.
pub fn global(config: Option<&AttackConfig>) -> Option<f32> {
    match config.map(|c| &c.epsilon) {
        Some(Epsilon::Global(e)) => Some(*e),
        _ => None,
    }
}

/// The constraints that hold, in words.
pub fn constraints(config: Option<&AttackConfig>) -> String {
    config.map_or("none".into(), AttackConfig::constraints_in_words)
}

/// Does the attack have a target?
pub fn targeted(config: &AttackConfig) -> bool {
    config.target != Target::Untargeted
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use crate::contract::Peer;
    use crate::contract::eval_columns::EVAL_COLUMNS;

    #[test]
    fn five_digits_are_kept() {
        assert_eq!(short(0.123_456_78), 0.123_46);
        assert_eq!(short(1_234_567.0), 1_234_600.0);
        assert_eq!(short(0.0), 0.0);
    }

    #[test]
    fn the_columns_are_those_of_the_contract() {
        let header = EVAL_COLUMNS.join(",");
        let cells =
            "e,s,m,w,j,d,0,1,1,true,,fgsm,0.1,,,none,1,1,none,1,,,1,0.5,,,false,0.0,0.0,0.0,0.0,0.0,0.0,,,1,,,0.0";
        let table = format!("{header}\n{cells}\n");
        let rows: Result<Vec<Row>, _> = csv::Reader::from_reader(table.as_bytes()).deserialize().collect();
        let mut writer = csv::Writer::from_writer(Vec::new());
        rows.unwrap().iter().for_each(|row| writer.serialize(row).unwrap());
        assert_eq!(String::from_utf8(writer.into_inner().unwrap()).unwrap(), table);
    }

    #[test]
    fn constraints_in_words() {
        let of = |peer: Peer| constraints(Some(&peer.apply(AttackConfig::default())));
        assert_eq!(of(Peer::Ciasa), "clip+realign+smooth+plausible");
        assert_eq!(of(Peer::Smart), "clip+realign+perceptual");
        assert_eq!(of(Peer::Pgd), "clip+realign");
        assert_eq!(constraints(None), "none");
    }
}
