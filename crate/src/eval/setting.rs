//! A setting: an attack without its clip; and what all attacks of a run have in common.

use crate::attack::{AttackConfig, Constraints, Epsilon, Peer, Projection, Stop, Target};
use crate::error::{Error, Result};
use crate::skeleton::Sequence;

/// An attack without its clip.
#[derive(Clone, Debug, PartialEq)]
pub struct Setting {
    /// Its id, unique in its experiment.
    pub id: String,
    /// The attack; none if the clip is not attacked.
    pub attack: Option<Peer>,
    /// Its target.
    pub target: Target,
    /// Its epsilon.
    pub scale: Scale,
    /// Id of its region; none for all joints.
    pub region: Option<&'static str>,
    /// The constraints that are on; peers use only clipping and realignment.
    pub constraints: Constraints,
}

/// An epsilon.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Scale {
    /// In the layout's unit.
    Unit(f32),
    /// A share of the body's height.
    Share(f32),
    /// The layout's own for each joint.
    Hierarchical,
}

impl Setting {
    /// The attack on a clip; none if the clip is not attacked.
    ///
    /// # Errors
    /// If the epsilon is a share of a height and no frame shows a body from head to foot, or the layout has no such
    /// region.
    pub fn config(&self, clip: &Sequence, protocol: Protocol) -> Result<Option<AttackConfig>> {
        let Some(peer) = self.attack else { return Ok(None) };
        let layout = clip.layout();
        let epsilon = match self.scale {
            Scale::Unit(e) => Epsilon::Global(e),
            Scale::Share(share) => {
                let height = clip
                    .body_height()
                    .filter(|h| *h > 0.0)
                    .ok_or_else(|| Error::data("has no body height: no frame shows a body from head to foot"))?;
                Epsilon::Global(share * height)
            }
            Scale::Hierarchical => Epsilon::PerJoint(layout.hierarchical.to_vec()),
        };
        let region = |id| layout.region(id).ok_or_else(|| Error::config(format!("there is no region {id:?}")));
        let config = AttackConfig {
            target: self.target,
            joints: self.region.map(region).transpose()?.map(|r| r.joints.to_vec()),
            epsilon,
            iterations: protocol.iterations,
            constraints: self.constraints,
            // The kept rows are the paper's attack.
            projection: Projection::Paper,
            stop: protocol.rule(),
            seed: protocol.seed,
            ..Default::default()
        };
        Ok(Some(peer.apply(config)))
    }
}

/// What all attacks of a run have in common.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Protocol {
    /// Steps of the iterative attacks.
    pub iterations: usize,
    /// Forward passes in a row that must meet the goal before an attack stops early; none if it never does.
    pub hold: Option<usize>,
    /// Seed of the discriminators and of the choice of clips.
    pub seed: u64,
}

impl Protocol {
    /// The stop rule of every attack.
    pub fn rule(self) -> Stop {
        self.hold.map_or(Stop::Iterations, |hold| Stop::Confidence { confidence: f32::MIN_POSITIVE, hold })
    }

    /// The stop rule as a row writes it.
    pub fn stop(self) -> String {
        self.rule().in_words()
    }
}
