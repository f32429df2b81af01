//! Real data sets for training and evaluation, read from a data directory; and the sources of the shipped clips: a
//! motion prior that is fitted on one of the sets, and free motion capture. No clip of a real set ships.

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
