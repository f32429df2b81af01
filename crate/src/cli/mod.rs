//! The command line: each command is a file or folder with its arguments and its work.
//!
//! Results go to standard output, remarks and errors to standard error. A command on several files reports the one that
//! fails and does the others. An option that has no effect is an error.

pub mod attack;
pub mod certify;
mod classes;
mod clips;
pub mod convert;
mod device;
pub mod eval;
pub mod evaluate;
mod files;
mod formats;
pub mod fourier;
pub mod gallery;
mod inputs;
pub mod list;
mod models;
mod places;
pub mod plot;
mod progress;
mod publish;
pub mod quantise;
pub mod recognise;
mod resample;
mod say;
mod sets;
pub mod shipped;
mod test_clips;
pub mod train;
mod train_heads;
mod weights;
