//! What `result.json` in a result file says: the settings, and the record of the attack.

use serde::{Deserialize, Serialize};

use super::config::AttackConfig;
use super::report::{Done, StepReport};
use crate::error::{Error, Result};

/// The name of the format.
const FORMAT: &str = "ciasa-result";
/// The version that is written and read.
const VERSION: u32 = 1;
/// Characters of the settings, at most.
const SETTINGS: usize = 8_000;

/// The description of a result.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
pub struct ResultHead {
    /// `ciasa-result`.
    pub format: String,
    /// 1.
    pub version: u32,
    /// Name of the clip.
    pub name: String,
    /// The page's settings, as a link has them after the `#`.
    pub settings: String,
    /// Name of the network.
    pub network: String,
    /// The attack; none if there was none.
    pub attack: Option<AttackRecord>,
}

/// An attack that is over, with all its steps.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
pub struct AttackRecord {
    /// Its settings.
    pub config: AttackConfig,
    /// Class names of the attacked network.
    pub classes: Vec<String>,
    /// One report per step; at least one.
    pub reports: Vec<StepReport>,
    /// Why it is over.
    pub end: Done,
    /// The network's answer to the attacked clip, (classes); empty if it was not asked.
    pub probabilities: Vec<f32>,
}

impl ResultHead {
    /// Reads `result.json`.
    ///
    /// # Errors
    /// A format error if it is no JSON of this type, of another version, or names classes that the network lacks.
    pub fn parse(text: &str) -> Result<Self> {
        let head: Self = serde_json::from_str(text).map_err(|e| Error::format(e.to_string()))?;
        head.check()?;
        Ok(head)
    }

    /// Checks what the type does not.
    ///
    /// # Errors
    /// See [`ResultHead::parse`].
    pub fn check(&self) -> Result<()> {
        if self.format != FORMAT {
            return Err(Error::format(format!("is {:?}; {FORMAT:?} is expected", self.format)).at("format"));
        }
        if self.version != VERSION {
            let cause = format!("is {}; version {VERSION} is read. Open it with a newer playground", self.version);
            return Err(Error::format(cause).at("version"));
        }
        if self.settings.len() > SETTINGS {
            return Err(Error::format(format!("has more than {SETTINGS} characters")).at("settings"));
        }
        self.attack.as_ref().map_or(Ok(()), |attack| attack.check().map_err(|e| e.at("attack")))
    }
}

impl AttackRecord {
    fn check(&self) -> Result<()> {
        let classes = self.classes.len();
        if self.reports.is_empty() {
            return Err(Error::format("has no step").at("reports"));
        }
        if !self.probabilities.is_empty() && self.probabilities.len() != classes {
            let cause = format!("has {} values for {classes} classes", self.probabilities.len());
            return Err(Error::format(cause).at("probabilities"));
        }
        let known = |report: &StepReport| {
            let ranked = report.top.iter().map(|one| one.index);
            let named = [report.predicted, report.original].into_iter().chain(report.target).chain(ranked);
            let judged = report.outcome.iter().flat_map(|o| [Some(o.last), o.best]).flatten().map(|j| j.predicted);
            named.chain(judged).all(|index| index < classes)
        };
        match self.reports.iter().position(|report| !known(report)) {
            None => Ok(()),
            Some(i) => {
                let cause = format!("names a class beyond the network's {classes}");
                Err(Error::format(cause).at(format!("reports[{i}]")))
            }
        }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::super::{Losses, Metrics, Ranked};
    use super::*;

    fn head() -> ResultHead {
        let report = StepReport {
            iteration: 1,
            losses: Losses::default(),
            predicted: 1,
            original: 0,
            target: Some(1),
            p_original: 0.25,
            p_target: Some(0.75),
            top: vec![Ranked { index: 1, p: 0.75 }],
            figures: Metrics::default(),
            yielded_frames: 0,
            fooled: true,
            done: Some(Done::Held),
            gradient: 0.5,
            distance: None,
            outcome: None,
        };
        let attack = AttackRecord {
            config: AttackConfig::default(),
            classes: vec!["clap".into(), "wave".into()],
            reports: vec![report],
            end: Done::Held,
            probabilities: vec![0.25, 0.75],
        };
        ResultHead {
            format: FORMAT.into(),
            version: VERSION,
            name: "wave".into(),
            settings: "eps=0.03".into(),
            network: "2s-AGCN".into(),
            attack: Some(attack),
        }
    }

    #[test]
    fn what_is_written_is_read() {
        let head = head();
        assert_eq!(ResultHead::parse(&serde_json::to_string(&head).unwrap()).unwrap(), head);
    }

    #[test]
    fn each_wrong_field_is_named() {
        let refused = |change: &dyn Fn(&mut ResultHead)| {
            let mut changed = head();
            change(&mut changed);
            ResultHead::parse(&serde_json::to_string(&changed).unwrap()).unwrap_err().to_string()
        };
        let attack = |change: &dyn Fn(&mut AttackRecord)| refused(&|head| change(head.attack.as_mut().unwrap()));
        assert!(refused(&|head| head.format = "x".into()).starts_with("format: is \"x\""));
        assert!(refused(&|head| head.version = 2).contains("newer playground"));
        assert!(refused(&|head| head.settings = "x".repeat(9_000)).starts_with("settings: "));
        assert_eq!(attack(&|a| a.reports.clear()), "attack, reports: has no step");
        assert!(attack(&|a| a.probabilities.truncate(1)).contains("1 values for 2 classes"));
        for place in [
            attack(&|a| a.reports[0].original = 2),
            attack(&|a| a.reports[0].target = Some(9)),
            attack(&|a| a.reports[0].top[0].index = 7),
        ] {
            assert_eq!(place, "attack, reports[0]: names a class beyond the network's 2");
        }
        assert!(ResultHead::parse("{").unwrap_err().is_format());
    }
}
