//! The attack: CIASA (Algorithm 1 of the paper), FGSM (Eq. 10) and their peers, one step at a time.
//!
//! [`Attack`] is one running attack on one clip. Read `algorithm.rs` first: it holds the loop, in the paper's order.
//! The parts:
//!
//! | part | file |
//! | --- | --- |
//! | `Attack`: clip, settings and state between steps | `state.rs` |
//! | Algorithm 1, for one clip or several, on the host or on a GPU | `algorithm.rs` |
//! | the calls for several attacks; an attack alone is a batch of one | [`batch`] |
//! | V' and its optimiser during a step: on the host, on a GPU | `iterate.rs`, `host_steps.rs`, `gpu_steps.rs` |
//! | the GPU kernels of the Adam step, realignment and the exact projection | `gpu/` |
//! | forward pass, losses, backward pass, read-back | `forward_backward.rs` |
//! | the losses | [`losses`], with their [`discriminator`] |
//! | the update rules: sign steps, momentum, Adam, draws | [`update`], [`sign`], [`momentum`], [`adam`], [`draw`] |
//! | the direction of a transfer attack | [`tasar`] |
//! | lengths of bones, parts of other clips | [`bone_lengths`], [`part_swap`] |
//! | the walk that sees labels only | [`basar`] |
//! | what a camera and a pose estimator see of the clip | `views.rs`, with the [`noise`] of an estimator |
//! | the projection after each update | [`constraints`], from [`projection`], or from [`project`] and [`realign`] |
//! | iterations taken, and the stop rule | `progress.rs` |
//! | the smallest epsilon that reaches the goal | [`smallest`] |
//! | what each joint contributed | [`attribution`] |
//! | the best iterate, the indicators of failure, the end | `track.rs`, `ending.rs` |
//!
//! A new attack of this family is one more [`update::Update`], or one more loss; [`Peer`] names the published ones.

pub mod adam;
mod algorithm;
pub mod attribution;
pub mod basar;
pub mod batch;
pub mod bone_lengths;
pub mod constraints;
pub mod discriminator;
pub mod draw;
mod ending;
mod forward_backward;
#[cfg(feature = "gpu")]
mod gpu;
#[cfg(feature = "gpu")]
mod gpu_steps;
mod host_steps;
mod iterate;
pub mod losses;
pub mod momentum;
pub mod noise;
pub mod part_swap;
mod pose;
mod progress;
pub mod project;
pub mod projection;
pub mod realign;
#[cfg(not(target_arch = "wasm32"))]
pub mod run;
pub mod sign;
pub mod smallest;
mod solve_between;
mod state;
pub mod tasar;
mod track;
pub mod update;
mod victim;
mod views;

pub use state::Attack;
pub use victim::Victim;

pub use crate::contract::{
    AttackConfig, Camera, Constraints, Done, Epsilon, Flag, Judged, Learning, Losses, Method, Metrics, Optimiser,
    Outcome, Peer, Prediction, Projection, Ranked, Restraint, Schedule, Smoothness, StepReport, Stop, Target, Transfer,
};
