//! From a layout's id to its data.

use super::body25::BODY_25;
use super::coco::COCO_17;
use super::h36m::H36M_17;
use super::hdm05::HDM05;
use super::kinect_v1::KINECT_V1;
use super::layout::{Layout, LayoutId};
use super::mediapipe::{MEDIAPIPE_33, MEDIAPIPE_33_PICTURE};
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
            Self::Coco17 => &COCO_17,
            Self::MediaPipe33 => &MEDIAPIPE_33,
            Self::MediaPipe33Picture => &MEDIAPIPE_33_PICTURE,
            Self::H36m17 => &H36M_17,
            Self::Body25 => &BODY_25,
        }
    }
}
