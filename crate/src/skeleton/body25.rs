//! OpenPose's BODY_25: its 18 joints, the middle of the hips and the feet; two coordinates and a confidence.

use super::layout::{Layout, LayoutId, Region};

const LEGS: &[usize] = &[9, 10, 11, 12, 13, 14, 19, 20, 21, 22, 23, 24];

/// OpenPose's BODY_25.
pub(super) static BODY_25: Layout = Layout {
    id: LayoutId::Body25,
    name: "OpenPose BODY_25, 25 joints (2-D)",
    joints: &[
        "nose",
        "neck",
        "right shoulder",
        "right elbow",
        "right wrist",
        "left shoulder",
        "left elbow",
        "left wrist",
        "middle of hips",
        "right hip",
        "right knee",
        "right ankle",
        "left hip",
        "left knee",
        "left ankle",
        "right eye",
        "left eye",
        "right ear",
        "left ear",
        "left big toe",
        "left small toe",
        "left heel",
        "right big toe",
        "right small toe",
        "right heel",
    ],
    parents: &[1, 1, 1, 2, 3, 1, 5, 6, 1, 8, 9, 10, 8, 12, 13, 0, 0, 15, 16, 14, 19, 14, 11, 22, 11],
    centre: 1,
    pelvis: 8,
    mirror: &[0, 1, 5, 6, 7, 2, 3, 4, 8, 12, 13, 14, 9, 10, 11, 16, 15, 18, 17, 22, 23, 24, 19, 20, 21],
    dims: 2,
    confidence: true,
    unit: "picture widths",
    regions: &[
        Region { id: "set-1", name: "Set 1: left arm", joints: &[5, 6, 7] },
        Region { id: "set-2", name: "Set 2: right arm", joints: &[2, 3, 4] },
        Region { id: "set-3", name: "Set 3: trunk and head", joints: &[0, 1, 8, 15, 16, 17, 18] },
        Region { id: "set-4", name: "Set 4: both legs", joints: LEGS },
        Region { id: "legs", name: "Legs", joints: LEGS },
        Region { id: "arms", name: "Arms", joints: &[2, 3, 4, 5, 6, 7] },
    ],
    // OpenPose's values; the feet by the same ladder.
    hierarchical: &[
        0.004, 0.004, 0.004, 0.02, 0.06, 0.004, 0.02, 0.06, 0.004, 0.004, 0.02, 0.06, 0.004, 0.02, 0.06, 0.004, 0.004,
        0.004, 0.004, 0.1, 0.1, 0.1, 0.1, 0.1, 0.1,
    ],
    major: &[0, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14],
    height_chain: &[0, 1, 8, 12, 13, 14],
};
