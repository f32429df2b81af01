//! One attack, but for its clip: a setting; and what all attacks of a run have in common.

use crate::attack::{AttackConfig, Constraints, Epsilon, Peer, Stop, Target};
use crate::error::{Error, Result};
use crate::skeleton::Sequence;

/// One attack, but for the clip.
#[derive(Clone, Debug, PartialEq)]
pub struct Setting {
    /// Its id, unique in its experiment.
    pub id: String,
    /// None: the clip stays as it is.
    pub attack: Option<Peer>,
    /// Where it goes.
    pub target: Target,
    /// How far.
    pub scale: Scale,
    /// A region's id; none means all joints.
    pub region: Option<&'static str>,
    /// Which constraints hold; for peers only the projection's.
    pub constraints: Constraints,
}

/// An epsilon.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Scale {
    /// In the layout's unit.
    Unit(f32),
    /// As a share of the height of the body in the clip.
    Share(f32),
    /// The layout's own for each joint.
    Hierarchical,
}

impl Setting {
    /// The attack on a clip; none where it is to stay as it is.
    ///
    /// # Errors
    /// Where the epsilon is a share of a height that the clip does not show, or the layout has no such region.
    pub fn config(&self, clip: &Sequence, protocol: Protocol) -> Result<Option<AttackConfig>> {
        let Some(peer) = self.attack else { return Ok(None) };
        let layout = clip.layout();
        let epsilon = match self.scale {
            Scale::Unit(e) => Epsilon::Global(e),
            Scale::Share(share) => {
                let height = clip.body_height().ok_or_else(|| Error::data("nobody is seen from head to foot"))?;
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
    /// Passes in a row that the goal has to be met for an attack to stop early; none: it never does. The iterate that is judged is
    /// the one that the attack returns either way.
    pub hold: Option<usize>,
    /// Seed of the discriminator and of the choice of clips.
    pub seed: u64,
}

impl Protocol {
    /// The stop rule of every attack.
    pub fn rule(self) -> Stop {
        self.hold.map_or(Stop::Iterations, |hold| Stop::Confidence { confidence: f32::MIN_POSITIVE, hold })
    }

    /// The stop rule in a row.
    pub fn stop(self) -> String {
        self.rule().in_words()
    }
}
