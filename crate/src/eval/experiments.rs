//! The experiments, as data.

use super::setting::{Scale, Setting};
use crate::attack::{Constraints, Learning, Optimiser, Peer, Smoothness, Target};
use crate::contract::crossmodal;
use crate::skeleton::Layout;

/// The ST-GCN that most experiments attack.
pub const ST_GCN: &str = "utd-mhad-st-gcn";
/// Its twin, trained as the paper's networks: without augmentation, label smoothing and averaged weights.
pub const PLAIN: &str = "utd-mhad-st-gcn-plain";
/// Its twin, trained on attacked clips.
pub const ROBUST: &str = "utd-mhad-st-gcn-robust";
/// Its twin, trained on clips with other bone lengths.
pub const BONE_LENGTH: &str = "utd-mhad-st-gcn-bone-length";
/// The same network with small heads.
pub const HEADS: &str = "utd-mhad-st-gcn-heads";
/// 2s-AGCN's joint stream.
pub const JOINT: &str = "utd-mhad-2s-agcn-joint";
/// Its bone stream.
pub const BONE: &str = "utd-mhad-2s-agcn-bone";
/// Its ensemble.
pub const ENSEMBLE: &str = "utd-mhad-2s-agcn";
/// The ST-GCN for OpenPose's joints.
pub const OPENPOSE: &str = "utd-mhad-openpose-st-gcn";

/// An experiment: the attacked networks, the clips, the settings, and the other networks that judge the attacked clips.
#[derive(Clone, Copy, Debug)]
pub struct Experiment {
    /// Its id in rows and on the command line.
    pub id: &'static str,
    /// Its question or subject, as a heading.
    pub about: &'static str,
    /// The networks that are attacked.
    pub models: Models,
    /// Networks that judge the attacked clips, besides the attacked one.
    pub judges: &'static [&'static str],
    /// The clips that are attacked.
    pub clips: Clips,
    /// Number of steps, if the experiment fixes it.
    pub iterations: Option<usize>,
    /// The settings, for clips of a layout.
    pub settings: fn(&Layout) -> Vec<Setting>,
}

/// The networks that an experiment attacks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Models {
    /// All that ship.
    Every,
    /// Every ST-GCN that ships.
    EveryStGcn,
    /// The networks with these ids.
    These(&'static [&'static str]),
}

/// The clips that an experiment attacks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Clips {
    /// The run's number of test clips for attacks of many steps.
    Few,
    /// Its number for attacks of one step or none; all test clips by default.
    Many,
    /// The first so many synthetic clips of the gallery.
    Gallery(usize),
    /// Clips that a browser films: `npm run crossmodal` measures them, and its rows are merged and reported here.
    Filmed,
}

/// The paper calls its 0.02 a twentieth of a skeleton's height: one unit is 2.5 heights.
pub const SHARE_OF_UNIT: f32 = 2.5;
/// The epsilon at which attacks are compared: the paper's 0.012 as a share of the height.
const COMPARED: Scale = Scale::Share(0.012 * SHARE_OF_UNIT);

/// Every experiment, in the order of the report.
pub const EXPERIMENTS: [Experiment; 11] = [
    Experiment {
        id: "clean",
        about: "accuracy without an attack, with and without the defences",
        models: Models::Every,
        judges: &[],
        clips: Clips::Many,
        iterations: None,
        settings: clean,
    },
    Experiment {
        id: "figure2",
        about: "one step, untargeted, against epsilon",
        models: Models::EveryStGcn,
        judges: &[],
        clips: Clips::Many,
        iterations: None,
        settings: figure2,
    },
    Experiment {
        id: "table1",
        about: "CIASA basic, least likely target, against epsilon",
        models: Models::These(&[ST_GCN, PLAIN, ROBUST]),
        judges: &[],
        clips: Clips::Few,
        iterations: None,
        settings: table1,
    },
    Experiment {
        id: "smallest",
        about: "the smallest epsilon that reaches the goal",
        models: Models::These(&[ST_GCN, PLAIN, ROBUST]),
        judges: &[],
        clips: Clips::Few,
        iterations: None,
        settings: smallest,
    },
    Experiment {
        id: "table2",
        about: "CIASA localized in four regions, and advanced on the legs",
        models: Models::These(&[ST_GCN]),
        judges: &[],
        clips: Clips::Few,
        iterations: None,
        settings: table2,
    },
    Experiment {
        id: "table3",
        about: "do attacks on one network fool another?",
        models: Models::These(&[ST_GCN, JOINT]),
        judges: &[ST_GCN, JOINT, BONE, ENSEMBLE],
        clips: Clips::Few,
        iterations: None,
        settings: table3,
    },
    Experiment {
        id: "peers",
        about: "other attacks with the same clips, epsilon, model and projection",
        models: Models::These(&[ST_GCN]),
        judges: &[JOINT, BONE, ENSEMBLE],
        clips: Clips::Few,
        iterations: None,
        settings: peers,
    },
    Experiment {
        id: "ablation",
        about: "each constraint on and off, and in the paper's form",
        models: Models::These(&[ST_GCN]),
        judges: &[],
        clips: Clips::Few,
        iterations: None,
        settings: ablation,
    },
    Experiment {
        id: "openpose",
        about: "CIASA basic on x and y, with unchanged confidence",
        models: Models::These(&[OPENPOSE]),
        judges: &[],
        clips: Clips::Few,
        iterations: None,
        settings: openpose,
    },
    Experiment {
        id: crossmodal::EXPERIMENT,
        about: "attacked skeletons as a film, and what a pose estimator and the network see in it",
        models: Models::These(&[ST_GCN]),
        judges: &[],
        clips: Clips::Filmed,
        iterations: None,
        settings: |_| Vec::new(),
    },
    Experiment {
        id: "gallery",
        about: "a few steps on synthetic clips, which need no data: a test repeats them",
        models: Models::These(&[ST_GCN]),
        judges: &[],
        clips: Clips::Gallery(3),
        iterations: Some(5),
        settings: gallery,
    },
];

/// The experiment of that id.
pub fn experiment(id: &str) -> Option<&'static Experiment> {
    EXPERIMENTS.iter().find(|e| e.id == id)
}

fn clean(_: &Layout) -> Vec<Setting> {
    let unharmed = Setting { attack: None, constraints: Constraints::NONE, ..basic(Scale::Unit(0.0)) };
    vec![Setting { id: "clean".into(), ..unharmed }]
}

/// Eq. 10 without further constraints: a step of epsilon stays within epsilon by itself.
fn figure2(layout: &Layout) -> Vec<Setting> {
    let grid: &[f32] = match layout.dims {
        3 => &[0.004, 0.008, 0.012, 0.02, 0.03, 0.05, 0.08, 0.12],
        _ => &[0.002, 0.004, 0.008, 0.012, 0.02, 0.03, 0.05],
    };
    let one_step = |&e: &f32| Setting {
        attack: Some(Peer::Fgsm),
        target: Target::Untargeted,
        constraints: Constraints::NONE,
        ..basic(Scale::Unit(e))
    };
    grid.iter().map(one_step).collect()
}

/// The paper's epsilons and two more in metres, and two of them as the share of the height that the paper gives.
fn table1(_: &Layout) -> Vec<Setting> {
    let metres = [0.004, 0.006, 0.008, 0.01, 0.012, 0.02, 0.05].map(|e| basic(Scale::Unit(e)));
    let shares = [0.012, 0.02].map(|e| basic(Scale::Share(e * SHARE_OF_UNIT)));
    [&metres[..], &shares].concat()
}

/// Both goals; without a target PGD, because CIASA needs one. The search begins with the epsilon at which attacks are
/// compared.
fn smallest(_: &Layout) -> Vec<Setting> {
    let of = |peer: Peer, goal: &str, target| Setting {
        id: format!("{} {goal}", peer.as_str()),
        attack: Some(peer),
        target,
        search: true,
        ..basic(COMPARED)
    };
    vec![of(Peer::Ciasa, "least likely", Target::LeastLikely), of(Peer::Pgd, "untargeted", Target::Untargeted)]
}

fn table2(_: &Layout) -> Vec<Setting> {
    let local = |region, scale| {
        let whole = basic(scale);
        Setting { id: format!("{region} {}", whole.id), region: Some(region), ..whole }
    };
    let sets = ["set-1", "set-2", "set-3", "set-4"];
    let scales = [Scale::Unit(0.04), Scale::Share(0.04 * SHARE_OF_UNIT)];
    let mut settings: Vec<_> = scales.iter().flat_map(|scale| sets.map(|set| local(set, *scale))).collect();
    settings.push(local("legs", Scale::Hierarchical));
    settings
}

fn table3(_: &Layout) -> Vec<Setting> {
    vec![basic(Scale::Unit(0.012)), basic(COMPARED)]
}

fn peers(_: &Layout) -> Vec<Setting> {
    let of = |peer: Peer, target: Target| {
        let goal = if target == Target::Untargeted { "untargeted" } else { "targeted" };
        Setting { id: format!("{} {goal}", peer.as_str()), attack: Some(peer), target, ..basic(COMPARED) }
    };
    let both = Peer::ALL.into_iter().flat_map(|p| [of(p, Target::LeastLikely), of(p, Target::Untargeted)]);
    // CIASA needs a target, and a part swap cannot aim at one.
    let apt = |s: &Setting| match s.attack {
        Some(Peer::Ciasa) => s.target != Target::Untargeted,
        Some(Peer::PartSwap) => s.target == Target::Untargeted,
        _ => true,
    };
    both.filter(apt).collect()
}

fn ablation(_: &Layout) -> Vec<Setting> {
    let all = Constraints::ALL;
    let rows = [
        ("all", all),
        ("no clip", Constraints { clip: false, ..all }),
        ("no realign", Constraints { realign: false, ..all }),
        ("no smooth", Constraints { smooth: false, ..all }),
        ("no plausible", Constraints { plausible: false, ..all }),
        ("clip only", Constraints { clip: true, ..Constraints::NONE }),
    ];
    let mut settings = rows.map(|(id, constraints)| Setting { id: id.into(), constraints, ..basic(COMPARED) }).to_vec();
    let (smoothness, discriminator) = (Smoothness::Paper, Learning::Paper);
    let literal = [
        ("paper smooth", Optimiser { smoothness, ..Optimiser::default() }),
        ("paper plausible", Optimiser { discriminator, ..Optimiser::default() }),
        ("paper both", Optimiser { smoothness, discriminator, ..Optimiser::default() }),
    ];
    settings.extend(literal.map(|(id, optimiser)| Setting { id: id.into(), optimiser, ..basic(COMPARED) }));
    settings
}

/// The paper's epsilons, which are shares of the picture there as well.
fn openpose(_: &Layout) -> Vec<Setting> {
    [0.004, 0.006, 0.008, 0.01, 0.012].map(|e| basic(Scale::Unit(e))).to_vec()
}

fn gallery(layout: &Layout) -> Vec<Setting> {
    let mut settings: Vec<_> = figure2(layout).into_iter().filter(|s| s.scale == Scale::Unit(0.05)).collect();
    settings.push(Setting { id: "ciasa e=0.05".into(), ..basic(Scale::Unit(0.05)) });
    settings
}

/// CIASA's basic mode with the paper's protocol.
fn basic(scale: Scale) -> Setting {
    let id = match scale {
        Scale::Unit(e) => format!("e={e}"),
        Scale::Share(s) => format!("e={}%", (1e4 * s).round() / 100.0),
        Scale::Hierarchical => "hierarchical".into(),
    };
    Setting {
        id,
        attack: Some(Peer::Ciasa),
        target: Target::LeastLikely,
        scale,
        region: None,
        constraints: Constraints::ALL,
        optimiser: Optimiser::default(),
        search: false,
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use crate::attack::Projection;
    use crate::eval::setting::{Preset, Protocol};
    use crate::skeleton::{LayoutId, Sequence};

    const PROTOCOL: Protocol =
        Protocol { iterations: 100, hold: None, seed: 1, projection: Projection::Exact, preset: Preset::Paper };

    /// A body of 1.25 units from head to ankle.
    fn clip(id: LayoutId) -> Sequence {
        let l = id.layout();
        let mut data = vec![0.5; l.len() * l.channels()];
        let bones = l.height_chain.len() - 1;
        for (i, &j) in l.height_chain.iter().enumerate() {
            data[j * l.channels() + 1] = 1.25 * (1.0 - i as f32 / bones as f32);
        }
        Sequence::new(id, 30.0, 1, 1, data).unwrap()
    }

    #[test]
    fn every_setting_of_every_experiment_is_an_attack_that_can_run() {
        for experiment in EXPERIMENTS {
            assert_eq!(super::experiment(experiment.id).map(|e| e.id), Some(experiment.id));
            for id in [LayoutId::KinectV1, LayoutId::OpenPose18] {
                let clip = clip(id);
                let settings = (experiment.settings)(clip.layout());
                let mut ids: Vec<_> = settings.iter().map(|s| s.id.clone()).collect();
                ids.sort();
                ids.dedup();
                assert_eq!(ids.len(), settings.len(), "{}", experiment.id);
                for config in settings.iter().filter_map(|s| s.config(&clip, PROTOCOL).unwrap()) {
                    config.validate(clip.layout(), 27).unwrap();
                }
            }
        }
    }

    #[test]
    fn a_share_is_of_the_body_in_the_clip_and_compared_settings_are_one_attack() {
        let clip = clip(LayoutId::KinectV1);
        let config = |experiment: &str, id: &str| {
            let settings = (super::experiment(experiment).unwrap().settings)(clip.layout());
            settings.iter().find(|s| s.id == id).unwrap().config(&clip, PROTOCOL).unwrap().unwrap()
        };
        // 3 % of 1.25.
        let basic = config("table1", "e=3%");
        assert!((basic.epsilon.of(0) - 0.0375).abs() < 1e-6);
        for (experiment, id) in [("table3", "e=3%"), ("peers", "ciasa targeted"), ("ablation", "all")] {
            assert_eq!(config(experiment, id), basic);
        }
        assert_eq!(config("peers", "pgd untargeted").target, Target::Untargeted);
        assert!(config("peers", "smart targeted").constraints.realign);
        assert_eq!(config("table2", "legs hierarchical").epsilon.of(15), 0.25);

        let nobody = clip.with_data(vec![0.0; 60]).unwrap();
        let setting = &(super::experiment("ablation").unwrap().settings)(clip.layout())[0];
        assert!(setting.config(&nobody, PROTOCOL).unwrap_err().is_data());
    }
}
