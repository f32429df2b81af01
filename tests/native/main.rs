//! Everything that is tested natively beyond the unit tests, in one binary: one link instead of many.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod attack_batch;
mod attack_laws;
mod attack_loop;
mod attack_outcome;
mod attack_peers;
mod circles;
mod clip_sets;
mod command_line;
mod draw;
mod eval;
mod eval_given;
mod eval_results;
mod formats;
mod gallery;
mod golden_agcn;
mod golden_attack;
mod golden_branches;
mod golden_efficient_gcn;
mod golden_shift_gcn;
mod golden_stgcn;
mod gradients;
mod hostile_weights;
mod layers;
mod many_clips;
mod mutations;
mod opened_weights;
mod other_names;
mod projection;
mod shipped;
mod sources;
mod support;
mod torch_files;
mod toy;
mod trainer;
mod user_files;
