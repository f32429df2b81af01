//! Skeletons: joint layouts as constant data, clips, and the graph that the networks convolve over.

mod body25;
mod coco;
pub mod convert;
pub mod facing;
pub mod graph;
mod h36m;
mod hdm05;
mod kinect_v1;
mod layout;
mod mediapipe;
mod ntu;
mod ntu_classes;
mod openpose;
mod sequence;
mod table;

pub use graph::Graph;
pub use kinect_v1::{MSR_ACTION3D_ORDER, UTD_MHAD_ORDER};
pub use layout::{Layout, LayoutId, Region};
pub use ntu_classes::{NTU_120_CLASSES, NTU_CLASSES};
pub use sequence::Sequence;
