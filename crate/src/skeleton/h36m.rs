//! Human3.6M's 17 joints in the order that 3-D pose estimators use (VideoPose3D, MotionBERT, MMPose).

use super::layout::{Layout, LayoutId, Region};

/// Human3.6M, 17 joints.
pub(super) static H36M_17: Layout = Layout {
    id: LayoutId::H36m17,
    name: "Human3.6M, 17 joints",
    joints: &[
        "pelvis",
        "right hip",
        "right knee",
        "right ankle",
        "left hip",
        "left knee",
        "left ankle",
        "spine",
        "thorax",
        "nose",
        "top of head",
        "left shoulder",
        "left elbow",
        "left wrist",
        "right shoulder",
        "right elbow",
        "right wrist",
    ],
    parents: &[7, 0, 1, 2, 0, 4, 5, 8, 8, 8, 9, 8, 11, 12, 8, 14, 15],
    centre: 8,
    pelvis: 0,
    mirror: &[0, 4, 5, 6, 1, 2, 3, 7, 8, 9, 10, 14, 15, 16, 11, 12, 13],
    dims: 3,
    confidence: false,
    unit: "m",
    regions: &[
        Region { id: "set-1", name: "Set 1: left arm", joints: &[11, 12, 13] },
        Region { id: "set-2", name: "Set 2: right arm", joints: &[14, 15, 16] },
        Region { id: "set-3", name: "Set 3: trunk and head", joints: &[0, 7, 8, 9, 10] },
        Region { id: "set-4", name: "Set 4: both legs", joints: &[1, 2, 3, 4, 5, 6] },
        Region { id: "legs", name: "Legs", joints: &[1, 2, 3, 4, 5, 6] },
        Region { id: "arms", name: "Arms", joints: &[11, 12, 13, 14, 15, 16] },
    ],
    hierarchical: &[
        0.01, 0.01, 0.05, 0.15, 0.01, 0.05, 0.15, 0.01, 0.01, 0.01, 0.01, 0.01, 0.05, 0.15, 0.01, 0.05, 0.15,
    ],
    major: &[0, 1, 2, 3, 4, 5, 6, 7, 9, 10, 11, 12, 13, 14, 15, 16],
    height_chain: &[10, 9, 8, 7, 0, 4, 5, 6],
};
