//! A line of the curve: one walk to one clip, after so many queries.

use serde::{Deserialize, Serialize};

use crate::error::Result;
use crate::eval::growing::{Line, finite, parsed, written};

/// A line of the table.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct QueryRow {
    /// Id of the network.
    pub victim: String,
    /// The first digits of the SHA-256 of its weights.
    pub weights: String,
    /// The clip's set.
    pub dataset: String,
    /// The clip's index in it.
    pub clip: usize,
    /// The first digits of the clip's hash.
    pub data: String,
    /// Queries that the walk may ask.
    pub budget: usize,
    /// The walk ends at this distance, as a share of the body's height.
    pub within: String,
    /// Seed of the run.
    pub seed: u64,
    /// The clip's class.
    pub label: String,
    /// The network's class for the clean clip.
    pub clean: String,
    /// Its class for the clip that the walk returns in the end.
    pub predicted: String,
    /// The line is about the time after so many queries.
    pub queries: usize,
    /// Queries that the walk has asked by then: fewer if it has ended.
    pub asked: usize,
    /// The largest change of a coordinate of the nearest clip with another class so far, as a share of the body's
    /// height; none before the first one is found.
    pub distance: Option<f32>,
    /// Root mean square change of a joint's acceleration in that clip, in units per frame squared.
    pub acceleration: Option<f32>,
    /// Duration of the whole walk on one thread, in seconds.
    pub seconds: f32,
}

/// What identifies a line.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Place {
    /// The walk.
    pub walk: Walked,
    /// [`QueryRow::queries`].
    pub queries: usize,
}

/// What identifies a walk.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Walked {
    /// Id of the network.
    pub victim: String,
    /// The first digits of the SHA-256 of its weights.
    pub weights: String,
    /// The clip's index in its set.
    pub clip: usize,
    /// The first digits of the clip's hash.
    pub data: String,
    /// Queries that it may ask.
    pub budget: usize,
    /// Where it ends.
    pub within: String,
    /// Seed of the run.
    pub seed: u64,
}

impl Walked {
    /// Whether this walk tells all that the other one would: it is the same, with as many queries or more.
    pub fn covers(&self, other: &Self) -> bool {
        self.budget >= other.budget && Self { budget: other.budget, ..self.clone() } == *other
    }

    /// Its line after so many queries.
    pub fn after(&self, queries: usize) -> Place {
        Place { walk: self.clone(), queries }
    }
}

impl QueryRow {
    /// Its walk.
    pub fn walk(&self) -> Walked {
        Walked {
            victim: self.victim.clone(),
            weights: self.weights.clone(),
            clip: self.clip,
            data: self.data.clone(),
            budget: self.budget,
            within: self.within.clone(),
            seed: self.seed,
        }
    }

    /// Whether the network recognises the clean clip.
    pub fn clean_correct(&self) -> bool {
        self.clean == self.label
    }

    /// Whether the walk has changed the answer within this share of the height.
    pub fn success(&self, share: f64) -> bool {
        self.predicted != self.clean && self.distance.is_some_and(|d| f64::from(d) <= share)
    }
}

impl Line for QueryRow {
    type Key = Place;

    fn key(&self) -> Place {
        self.walk().after(self.queries)
    }

    fn parse(bytes: &[u8]) -> Result<Vec<Self>> {
        parsed(bytes, |row: &Self| finite(&[row.distance.unwrap_or(0.0), row.acceleration.unwrap_or(0.0), row.seconds]))
    }

    fn serialise(rows: &[Self], header: bool) -> Result<Vec<u8>> {
        written(rows, header)
    }
}

#[cfg(test)]
pub(super) mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    /// A line of a walk that has come so near.
    pub fn row(victim: &str, clip: usize, queries: usize, distance: Option<f32>) -> QueryRow {
        QueryRow {
            victim: victim.into(),
            weights: "abcd".into(),
            dataset: "made".into(),
            clip,
            data: "ef01".into(),
            budget: 100,
            within: "0.01".into(),
            seed: 1,
            label: "wave".into(),
            clean: "wave".into(),
            predicted: "squat".into(),
            queries,
            asked: queries,
            distance,
            acceleration: distance,
            seconds: 1.0,
        }
    }

    #[test]
    fn lines_are_read_as_they_were_written_and_bad_ones_are_named() {
        let rows = vec![row("a", 0, 10, None), row("a", 0, 20, Some(0.125))];
        let bytes = QueryRow::serialise(&rows, true).unwrap();
        assert_eq!(QueryRow::parse(&bytes).unwrap(), rows);
        let text = String::from_utf8(bytes).unwrap();
        let bad = text.replace("0.125,0.125", "0.125,NaN");
        assert_eq!(QueryRow::parse(bad.as_bytes()).unwrap_err().to_string(), "row 2: a number is not finite");
        assert!(QueryRow::parse(text.replace(",20,20,", ",x,20,").as_bytes()).is_err());
    }

    #[test]
    fn a_longer_walk_tells_what_a_shorter_one_would() {
        let (long, short) = (row("a", 0, 10, None).walk(), Walked { budget: 20, ..row("a", 0, 10, None).walk() });
        assert!(long.covers(&short) && long.covers(&long) && !short.covers(&long));
        assert!(!long.covers(&Walked { seed: 2, ..short.clone() }) && !row("a", 1, 10, None).walk().covers(&short));
    }

    #[test]
    fn a_walk_succeeds_within_an_epsilon_if_the_network_says_another_class() {
        let near = row("a", 0, 10, Some(0.02));
        assert!(near.success(0.02_f32.into()) && !near.success(0.01) && !row("a", 0, 10, None).success(1.0));
        assert!(!QueryRow { predicted: "wave".into(), ..near }.success(1.0));
    }
}
