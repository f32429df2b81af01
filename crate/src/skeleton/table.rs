//! From a layout's id to its data.

use super::hdm05::HDM05;
use super::kinect_v1::KINECT_V1;
use super::layout::{Layout, LayoutId};
use super::ntu::NTU;
use super::openpose::OPENPOSE_18;

impl LayoutId {
    /// The layout's data.
    pub fn layout(self) -> &'static Layout {
        match self {
            Self::KinectV1 => &KINECT_V1,
            Self::Ntu => &NTU,
            Self::OpenPose18 => &OPENPOSE_18,
            Self::Hdm05 => &HDM05,
        }
    }
}
