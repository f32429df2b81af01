//! CIASA: adversarial attacks on action recognition from skeletons.
//!
//! "Adversarial Attack on Skeleton-based Human Action Recognition" (Liu, Akhtar, Mian) perturbs the joints of a
//! skeleton clip until a graph network sees another action. Bone lengths, smoothness and plausibility are kept.
//!
//! | module | what it is |
//! | --- | --- |
//! | [`skeleton`] | layouts, clips (T, M, V, C), graphs |
//! | [`geometry`] | three-vectors |
//! | [`format`] | NTU `.skeleton`, Kinetics-skeleton JSON and our own JSON, to clips and back |
//! | [`container`] | zip archives, pickles and NumPy arrays, read as data |
//! | [`contract`] | settings, presets, bounds, reports, metrics, manifest, statistics: no Burn |
//! | `weights`, `checkpoint` | weight files as named arrays, and the network that they hold (feature `engine`) |
//! | `model` | the networks, frozen and differentiable to the clip (feature `engine`) |
//! | `attack` | CIASA, FGSM and their peers, one step in, one report out (feature `engine`) |
//! | `defence` | defences that attacks go through, and certified radii (feature `engine`) |
//! | `train`, `eval`, `cli` | the trainer, the experiments and the commands (features `train`, `cli`) |
//! | `viewer`, `engine` | the two modules of the page (features `viewer`, and `web` or `web-cpu`) |
//!
//! Recognise a clip and attack it:
//!
//! ```
//! # #[cfg(not(feature = "cli"))] fn main() {}
//! # #[cfg(feature = "cli")]
//! # fn main() -> Result<(), Box<dyn std::error::Error>> {
//! # std::env::set_current_dir(concat!(env!("CARGO_MANIFEST_DIR"), "/.."))?;
//! use std::{fs, ops::ControlFlow, sync::Arc};
//! use ciasa::attack::{Attack, AttackConfig, Constraints, run};
//! use ciasa::{contract::Manifest, format, model::Recogniser};
//!
//! let manifest = Manifest::parse(&fs::read_to_string("models/manifest.json")?)?;
//! let entry = manifest.models[0].clone();
//! let weights = fs::read(format!("models/{}", entry.weights[0].file))?;
//! let recogniser = Arc::new(Recogniser::load(entry, &[weights], &burn::tensor::Device::flex())?);
//!
//! let clip = format::read(&fs::read("web/public/clips/synthetic-wave-1.json")?, "wave.json")?;
//! // The plausibility constraint needs other clips to learn from; this example does without.
//! let constraints = Constraints { plausible: false, ..Constraints::ALL };
//! let config = AttackConfig { iterations: 3, constraints, ..AttackConfig::default() };
//! let mut attack = Attack::new(recogniser, &clip, &[], config)?;
//! let report = run::run(&mut attack, |_| ControlFlow::Continue(()))?;
//! assert_eq!(report.iteration, 3);
//! assert!(report.figures.bone_deviation < 1e-4);
//! # Ok(()) }
//! ```

// docs.rs shows which feature an item needs.
#![cfg_attr(docsrs, feature(doc_cfg))]

#[cfg(feature = "engine")]
pub mod attack;
#[cfg(feature = "engine")]
pub mod checkpoint;
#[cfg(feature = "cli")]
pub mod cli;
pub mod container;
pub mod contract;
#[cfg(feature = "engine")]
pub mod data;
#[cfg(feature = "engine")]
pub mod defence;
#[cfg(all(feature = "web-cpu", target_arch = "wasm32"))]
pub mod engine;
pub mod error;
#[cfg(feature = "cli")]
pub mod eval;
pub mod format;
pub mod geometry;
#[cfg(feature = "engine")]
pub mod kernel;
#[cfg(feature = "engine")]
pub mod model;
pub mod skeleton;
#[cfg(feature = "train")]
pub mod train;
#[cfg(any(test, feature = "viewer"))]
pub mod viewer;
#[cfg(feature = "weights")]
pub mod weights;

pub use error::{Error, Result};
