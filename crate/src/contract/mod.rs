//! What page, engine and command line share: settings and presets, bounds, goals, reports, metrics, the model manifest,
//! statistics, the draw of clips. No Burn.
//!
//! Everything here is plain data and arithmetic, so the small viewer module carries it too. Types that cross to
//! TypeScript are defined here once; `web/src/generated` holds their TypeScript form.

pub mod attackers;
pub mod bisection;
pub mod camera;
pub mod certificate;
pub mod config;
mod config_json;
pub mod crossmodal;
pub mod eval_columns;
pub mod goal;
pub mod hashes;
pub mod layout_info;
pub mod manifest;
pub mod messages;
mod method;
pub mod metrics;
pub mod optimiser;
pub mod outcome;
pub mod peers;
pub mod region;
pub mod report;
pub mod result_head;
pub mod sample;
pub mod stats;
pub mod step_csv;
pub mod stream;
pub mod transfer;
pub mod validate;
pub mod weight_files;

pub use camera::Camera;
pub use config::{AttackConfig, Constraints, Epsilon, Method, Prediction, Projection, Restraint, Stop, Target};
pub use goal::Goal;
pub use layout_info::LayoutInfo;
pub use manifest::{Manifest, ModelEntry};
pub use metrics::Metrics;
pub use optimiser::{Learning, Optimiser, Schedule, Smoothness};
pub use outcome::{Flag, Judged, Outcome};
pub use peers::Peer;
pub use report::{Done, Losses, Ranked, StepReport};
pub use result_head::{AttackRecord, ResultHead};
pub use transfer::Transfer;
