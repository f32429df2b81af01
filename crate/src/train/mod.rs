//! The trainer: a config file beside the weights goes in, weights and their manifest entry come out.

mod config;
mod evaluate;
mod network;
mod run;

pub use config::TrainConfig;
pub use evaluate::{Evaluation, evaluate};
pub use network::TrainableStGcn;
pub use run::{Progress, train};
