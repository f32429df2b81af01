//! The trainer: from a config file and a data set to weights and their manifest entry.

mod adversarial;
mod adversary;
mod agcn;
mod average;
mod checkpoint;
mod config;
mod ensemble;
mod evaluate;
mod example;
mod heads;
mod layers;
mod network;
mod parts;
mod run;
mod stgcn;
#[cfg(test)]
mod tests;

pub use adversarial::{Adversarial, By, Reach};
pub use config::TrainConfig;
pub use ensemble::{Ensemble, sha256};
pub use evaluate::{Evaluation, evaluate};
pub use heads::{HeadsConfig, HeadsTrainer};
pub use run::{Epoch, Progress, Trainer};
