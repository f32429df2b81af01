//! What page, engine and command line agree on, without Burn: settings and their presets, bounds, goals, reports, metrics,
//! the model manifest and statistics.
//!
//! Everything here is pure data and arithmetic, so the small viewer module carries it too. Types that cross to TypeScript
//! are defined here once.

pub mod config;
pub mod goal;
pub mod manifest;
pub mod metrics;
pub mod peers;
pub mod region;
pub mod report;
pub mod stats;

pub use config::{AttackConfig, Constraints, Epsilon, Method, Prediction, Restraint, Stop, Target};
pub use goal::Goal;
pub use manifest::{Manifest, ModelEntry};
pub use metrics::Metrics;
pub use peers::Peer;
pub use report::{Done, Losses, Ranked, StepReport};
