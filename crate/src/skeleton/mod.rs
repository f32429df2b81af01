//! Skeletons: joint layouts as constant data, clips, and the graph that the networks convolve over.

pub mod graph;
mod hdm05;
mod kinect_v1;
mod layout;
mod ntu;
mod openpose;
mod sequence;

pub use graph::Graph;
pub use layout::{Layout, LayoutId, Region};
pub use sequence::Sequence;
