//! A setting: an attack without its clip; and what all attacks of a run have in common.

use crate::attack::{AttackConfig, Constraints, Epsilon, Method, Optimiser, Peer, Projection, Stop, Target};
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
    /// How it searches.
    pub optimiser: Optimiser,
    /// Whether the smallest epsilon is searched that reaches the goal; the search begins with `scale`.
    pub search: bool,
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
            queries: protocol.iterations.saturating_mul(QUERIES),
            constraints: self.constraints,
            projection: protocol.projection,
            optimiser: self.optimiser,
            stop: protocol.rule(),
            seed: protocol.seed,
            ..Default::default()
        };
        Ok(Some(protocol.preset.applied(peer.apply(config))))
    }

    /// The setting with RobustBenchHAR's bound. An epsilon in the id becomes that bound.
    fn on_bench(&self) -> Self {
        if self.attack.is_none() {
            return self.clone();
        }
        let words = self.id.split(' ').map(|word| match word {
            "hierarchical" => format!("e={BENCH}"),
            _ if word.starts_with("e=") => format!("e={BENCH}"),
            _ => word.to_owned(),
        });
        let own = self.attack == Some(Peer::Ciasa);
        let constraints = if own { self.constraints } else { Constraints { clip: true, ..Constraints::NONE } };
        Self { id: words.collect::<Vec<_>>().join(" "), scale: Scale::Unit(BENCH), constraints, ..self.clone() }
    }

    /// Why it makes sense with the exact projection alone, if that is so.
    pub fn needs_exact(&self) -> Option<&'static str> {
        match self.search {
            true => Some("the smallest epsilon is only known if it holds"),
            false => {
                (self.optimiser != Optimiser::default()).then_some("the paper's projection has the paper's losses")
            }
        }
    }

    /// The projection as a row writes it. For one step without realignment every projection is the same; an attack of
    /// several steps searches differently within each, and returns another iterate.
    pub fn projection(&self, protocol: Protocol) -> &'static str {
        let several = self.attack.is_some_and(|peer| !matches!(peer, Peer::Fgsm | Peer::PartSwap));
        let differs = several || self.attack.is_some() && self.constraints.realign;
        if differs { protocol.projection.as_str() } else { "" }
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
    /// How epsilon and the bone lengths are enforced.
    pub projection: Projection,
    /// The protocol's name.
    pub preset: Preset,
}

/// A protocol by name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Preset {
    /// The paper's: its epsilons, the last iterate is judged.
    Paper,
    /// RobustBenchHAR's: every coordinate within 0.01 of the clip's unit, steps of 0.01, no constraint beside it but
    /// CIASA's own; the best iterate is judged.
    RobustBenchHar,
}

/// Queries of BASAR for each step of the other attacks: 2,000 for 100.
const QUERIES: usize = 20;

/// RobustBenchHAR's bound and step, in the layout's unit.
const BENCH: f32 = 0.01;

impl Preset {
    /// The name in rows and on the command line.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Paper => "paper",
            Self::RobustBenchHar => "robustbenchhar",
        }
    }

    /// Every preset.
    pub const ALL: [Self; 2] = [Self::Paper, Self::RobustBenchHar];

    /// The preset of that name.
    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|preset| preset.as_str() == name)
    }

    /// Whether the iterate that met the goal best is judged, instead of the last one.
    pub fn judges_best(self) -> bool {
        self == Self::RobustBenchHar
    }

    /// An experiment's settings under this protocol. Settings that become the same are one.
    pub fn settings(self, settings: Vec<Setting>) -> Vec<Setting> {
        if self == Self::Paper {
            return settings;
        }
        let mut all: Vec<Setting> = Vec::new();
        // The bound is fixed here, so there is no smallest one.
        for setting in settings.into_iter().filter(|s| !s.search) {
            let bench = setting.on_bench();
            if !all.iter().any(|known| {
                Setting { id: String::new(), ..known.clone() } == Setting { id: String::new(), ..bench.clone() }
            }) {
                all.push(bench);
            }
        }
        all
    }

    fn applied(self, config: AttackConfig) -> AttackConfig {
        match self {
            Self::RobustBenchHar if config.method != Method::Fgsm => AttackConfig { alpha: BENCH, ..config },
            _ => config,
        }
    }
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

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use crate::skeleton::LayoutId;

    #[test]
    fn robustbenchhar_has_one_bound_and_one_step() {
        let setting = |id: &str, attack, scale| Setting {
            id: id.into(),
            attack: Some(attack),
            target: Target::LeastLikely,
            scale,
            region: None,
            constraints: Constraints::ALL,
            optimiser: Optimiser::default(),
            search: false,
        };
        let all = vec![
            setting("e=0.004", Peer::Ciasa, Scale::Unit(0.004)),
            setting("e=3%", Peer::Ciasa, Scale::Share(0.03)),
            setting("pgd targeted", Peer::Pgd, Scale::Share(0.03)),
            setting("fgsm targeted", Peer::Fgsm, Scale::Share(0.03)),
        ];
        let bench = Preset::RobustBenchHar.settings(all.clone());
        assert_eq!(
            bench.iter().map(|s| s.id.as_str()).collect::<Vec<_>>(),
            ["e=0.01", "pgd targeted", "fgsm targeted"]
        );
        assert_eq!(Preset::Paper.settings(all.clone()), all);
        let protocol = Protocol {
            iterations: 40,
            hold: None,
            seed: 1,
            projection: Projection::Exact,
            preset: Preset::RobustBenchHar,
        };
        let clip = Sequence::new(LayoutId::Ntu, 30.0, 1, 1, vec![0.5; 75]).unwrap();
        let config = |i: usize| bench[i].config(&clip, protocol).unwrap().unwrap();
        assert_eq!((config(1).epsilon, config(1).alpha), (Epsilon::Global(0.01), 0.01));
        assert!(config(1).constraints.clip && !config(1).constraints.realign && config(0).constraints.realign);
        // Without realignment one step is the same under both projections; many steps search differently.
        let free = |attack| Setting {
            constraints: Constraints { realign: false, ..Constraints::ALL },
            ..setting("e=0.01", attack, Scale::Unit(0.01))
        };
        let of = |setting: Setting| setting.projection(protocol);
        assert_eq!((of(free(Peer::Fgsm)), of(free(Peer::Ciasa)), of(free(Peer::Pgd))), ("", "exact", "exact"));
        assert_eq!(of(Setting { attack: None, ..free(Peer::Ciasa) }), "");
        for preset in Preset::ALL {
            assert_eq!(Preset::parse(preset.as_str()), Some(preset));
        }
    }
}
