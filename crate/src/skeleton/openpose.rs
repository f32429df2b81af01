//! OpenPose's 18 joints as Kinetics-skeleton uses them: two coordinates and a confidence.

use super::layout::{Layout, LayoutId, Region};

/// OpenPose, 18 joints.
pub(super) static OPENPOSE_18: Layout = Layout {
    id: LayoutId::OpenPose18,
    name: "OpenPose, 18 joints (2-D)",
    joints: &[
        "nose",
        "neck",
        "right shoulder",
        "right elbow",
        "right wrist",
        "left shoulder",
        "left elbow",
        "left wrist",
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
    ],
    parents: &[1, 1, 1, 2, 3, 1, 5, 6, 2, 8, 9, 5, 11, 12, 0, 0, 14, 15],
    centre: 1,
    // OpenPose has no pelvis joint; detectors lose the neck least.
    pelvis: 1,
    mirror: &[0, 1, 5, 6, 7, 2, 3, 4, 11, 12, 13, 8, 9, 10, 15, 14, 17, 16],
    dims: 2,
    confidence: true,
    unit: "picture widths",
    regions: &[
        Region { id: "set-1", name: "Set 1: left arm", joints: &[5, 6, 7] },
        Region { id: "set-2", name: "Set 2: right arm", joints: &[2, 3, 4] },
        Region { id: "set-3", name: "Set 3: head and neck", joints: &[0, 1, 14, 15, 16, 17] },
        Region { id: "set-4", name: "Set 4: both legs", joints: &[8, 9, 10, 11, 12, 13] },
        Region { id: "legs", name: "Legs", joints: &[8, 9, 10, 11, 12, 13] },
        Region { id: "arms", name: "Arms", joints: &[2, 3, 4, 5, 6, 7] },
    ],
    // The values in metres times 0.4: a body of 1.25 m from head to ankle fills about half of the picture's height.
    hierarchical: &[
        0.004, 0.004, 0.004, 0.02, 0.06, 0.004, 0.02, 0.06, 0.004, 0.02, 0.06, 0.004, 0.02, 0.06, 0.004, 0.004, 0.004,
        0.004,
    ],
    major: &[0, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13],
    height_chain: &[0, 1, 8, 9, 10],
};
