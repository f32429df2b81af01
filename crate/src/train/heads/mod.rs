//! Bayesian heads on a frozen network (BEAT, Wang et al., "Defending Black-box Skeleton-based Human Activity
//! Classifiers", AAAI 2023): only the heads of [`crate::model::heads`] learn, from clean and from attacked clips.
//!
//! A round attacks clips of the training side through the network with its heads as they are, keeps what the network's
//! last layer reads of clean and attacked clips, and moves the heads on over all that was kept so far. The network runs
//! once for each clip, so a round takes about as long as one epoch of adversarial training, and the heads' own steps
//! seconds.
//!
//! **What differs from the publication.** Attacked clips are those of PGD with the exact projection, in place of
//! Langevin samples near a clip. There is no term for the probability of the clip itself, whose samples would need
//! chains of clips. The heads' chains have no adaptive step (`chain.rs`).

mod chain;
mod config;
#[cfg(test)]
mod tests;
mod train;

pub use config::HeadsConfig;
pub use train::HeadsTrainer;
