//! Kinect v2 as NTU RGB+D numbers it: 25 joints, joint 21 (index 20) in the centre.

use super::layout::{Layout, LayoutId, Region};

/// NTU RGB+D, 25 joints.
pub(super) static NTU: Layout = Layout {
    id: LayoutId::Ntu,
    name: "NTU RGB+D (Kinect v2), 25 joints",
    joints: &[
        "base of spine",
        "middle of spine",
        "neck",
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
        "spine (shoulder)",
        "left hand tip",
        "left thumb",
        "right hand tip",
        "right thumb",
    ],
    // As in the published list of bones, 22-23 and 24-25 connect the hand's tip to the thumb.
    parents: &[1, 20, 20, 2, 20, 4, 5, 6, 20, 8, 9, 10, 0, 12, 13, 14, 0, 16, 17, 18, 20, 22, 7, 24, 11],
    centre: 20,
    pelvis: 0,
    mirror: &[0, 1, 2, 3, 8, 9, 10, 11, 4, 5, 6, 7, 16, 17, 18, 19, 12, 13, 14, 15, 20, 23, 24, 21, 22],
    dims: 3,
    confidence: false,
    unit: "m",
    regions: &[
        Region { id: "set-1", name: "Set 1: left arm", joints: &[4, 5, 6, 7, 21, 22] },
        Region { id: "set-2", name: "Set 2: right arm", joints: &[8, 9, 10, 11, 23, 24] },
        Region { id: "set-3", name: "Set 3: trunk and head", joints: &[0, 1, 2, 3, 20] },
        Region { id: "set-4", name: "Set 4: both legs", joints: &[12, 13, 14, 15, 16, 17, 18, 19] },
        Region { id: "legs", name: "Legs", joints: &[12, 13, 14, 15, 16, 17, 18, 19] },
        Region { id: "arms", name: "Arms", joints: &[4, 5, 6, 7, 21, 22, 8, 9, 10, 11, 23, 24] },
    ],
    hierarchical: &[
        0.01, 0.01, 0.01, 0.01, 0.01, 0.05, 0.15, 0.25, 0.01, 0.05, 0.15, 0.25, 0.01, 0.05, 0.15, 0.25, 0.01, 0.05,
        0.15, 0.25, 0.01, 0.25, 0.25, 0.25, 0.25,
    ],
    major: &[0, 1, 2, 3, 4, 5, 6, 8, 9, 10, 12, 13, 14, 16, 17, 18],
    height_chain: &[3, 2, 20, 1, 0, 12, 13, 14],
};
