//! Real skeleton sets, for training and evaluation beside a data directory, none of whose clips ships; and the clips that
//! do: drawn from a motion prior, and free motion capture.

mod align;
pub mod augment;
mod body;
mod camera;
pub mod convert;
#[cfg(feature = "train")]
pub mod dataset;
pub mod distance;
mod ground;
pub mod mocap;
mod motion;
pub mod openpose;
pub mod prior;
mod quaternion;
mod series;
pub mod thumb;
