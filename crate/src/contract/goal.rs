//! The class that an attack aims at.

use super::config::Target;
use crate::error::{Error, Result};

/// The original class and the target class of an attack.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Goal {
    /// The recogniser's class for the original clip.
    pub original: usize,
    /// The class to reach; none if any class other than the original counts.
    pub target: Option<usize>,
}

impl Goal {
    /// The goal from the recogniser's logits for the original clip, (classes). Ties go to the lowest class.
    pub fn new(target: Target, clean: &[f32]) -> Self {
        let best = |better: fn(f32, f32) -> bool| {
            (1..clean.len()).fold(0, |best, c| if better(clean[c], clean[best]) { c } else { best })
        };
        Self {
            original: best(|a, b| a > b),
            target: match target {
                Target::Untargeted => None,
                Target::LeastLikely => Some(best(|a, b| a < b)),
                Target::Class { index } => Some(index),
            },
        }
    }

    /// The goal, if it is not reached from the beginning.
    ///
    /// # Errors
    /// A config error if the target is the class that the recogniser sees in the original.
    pub fn away(self) -> Result<Self> {
        match self.target == Some(self.original) {
            true => {
                Err(Error::config("is the class that the network sees in the original; choose another one")
                    .at("target"))
            }
            false => Ok(self),
        }
    }

    /// Whether this prediction reaches the goal.
    pub fn reached(self, predicted: usize) -> bool {
        match self.target {
            Some(target) => predicted == target,
            None => predicted != self.original,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn goals_from_the_clean_logits() {
        let clean = [0.5, 3.0, -2.0, 3.0];
        assert_eq!(Goal::new(Target::LeastLikely, &clean), Goal { original: 1, target: Some(2) });
        assert_eq!(Goal::new(Target::Class { index: 0 }, &clean), Goal { original: 1, target: Some(0) });
        let away = Goal::new(Target::Untargeted, &clean);
        assert_eq!(away, Goal { original: 1, target: None });
        assert!(away.reached(0) && !away.reached(1));
        assert!(away.away().is_ok());
        let same = Goal { original: 1, target: Some(1) };
        assert!(same.away().is_err_and(|e| e.is_config() && e.to_string().starts_with("target: ")));
        let toward = Goal { original: 1, target: Some(2) };
        assert!(toward.reached(2) && !toward.reached(0));
    }
}
