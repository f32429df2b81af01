//! Kinect v1: 20 joints in the order of Microsoft's SDK.

use super::layout::{Layout, LayoutId, Region};

/// For each joint of the layout, its index in UTD-MHAD's files.
pub const UTD_MHAD_ORDER: [usize; 20] = [3, 2, 1, 0, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19];
/// For each joint of the layout, its index in MSR-Action3D's files.
pub const MSR_ACTION3D_ORDER: [usize; 20] = [6, 3, 2, 19, 1, 8, 10, 12, 0, 7, 9, 11, 5, 14, 16, 18, 4, 13, 15, 17];

/// Kinect v1, 20 joints.
pub(super) static KINECT_V1: Layout = Layout {
    id: LayoutId::KinectV1,
    name: "Kinect v1, 20 joints",
    joints: &[
        "hip centre",
        "spine",
        "shoulder centre",
        "head",
        "left shoulder",
        "left elbow",
        "left wrist",
        "left hand",
        "right shoulder",
        "right elbow",
        "right wrist",
        "right hand",
        "left hip",
        "left knee",
        "left ankle",
        "left foot",
        "right hip",
        "right knee",
        "right ankle",
        "right foot",
    ],
    parents: &[1, 2, 2, 2, 2, 4, 5, 6, 2, 8, 9, 10, 0, 12, 13, 14, 0, 16, 17, 18],
    centre: 2,
    pelvis: 0,
    mirror: &[0, 1, 2, 3, 8, 9, 10, 11, 4, 5, 6, 7, 16, 17, 18, 19, 12, 13, 14, 15],
    dims: 3,
    confidence: false,
    unit: "m",
    regions: &[
        Region { id: "set-1", name: "Set 1: left arm", joints: &[4, 5, 6, 7] },
        Region { id: "set-2", name: "Set 2: right arm", joints: &[8, 9, 10, 11] },
        Region { id: "set-3", name: "Set 3: trunk and head", joints: &[0, 1, 2, 3] },
        Region { id: "set-4", name: "Set 4: both legs", joints: &[12, 13, 14, 15, 16, 17, 18, 19] },
        Region { id: "legs", name: "Legs", joints: &[12, 13, 14, 15, 16, 17, 18, 19] },
        Region { id: "arms", name: "Arms", joints: &[4, 5, 6, 7, 8, 9, 10, 11] },
    ],
    hierarchical: &[
        0.01, 0.01, 0.01, 0.01, 0.01, 0.05, 0.15, 0.25, 0.01, 0.05, 0.15, 0.25, 0.01, 0.05, 0.15, 0.25, 0.01, 0.05,
        0.15, 0.25,
    ],
    major: &[0, 1, 3, 4, 5, 6, 8, 9, 10, 12, 13, 14, 16, 17, 18],
    height_chain: &[3, 2, 1, 0, 12, 13, 14],
};
