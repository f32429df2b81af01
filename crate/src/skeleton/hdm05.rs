//! HDM05: 31 joints of an optical motion capture system.

use super::layout::{Layout, LayoutId, Region};

/// HDM05, 31 joints.
pub(super) static HDM05: Layout = Layout {
    id: LayoutId::Hdm05,
    name: "HDM05, 31 joints",
    joints: &[
        "root",
        "left hip joint",
        "right hip joint",
        "lower back",
        "left femur",
        "left tibia",
        "left foot",
        "left toes",
        "right femur",
        "right tibia",
        "right foot",
        "right toes",
        "upper back",
        "thorax",
        "lower neck",
        "left clavicle",
        "right clavicle",
        "upper neck",
        "head",
        "left humerus",
        "left radius",
        "left wrist",
        "left hand",
        "left thumb",
        "left fingers",
        "right humerus",
        "right radius",
        "right wrist",
        "right hand",
        "right thumb",
        "right fingers",
    ],
    parents: &[
        0, 0, 0, 0, 1, 4, 5, 6, 2, 8, 9, 10, 3, 12, 13, 13, 13, 14, 17, 15, 19, 20, 21, 21, 22, 16, 25, 26, 27, 27, 28,
    ],
    centre: 0,
    pelvis: 0,
    mirror: &[
        0, 2, 1, 3, 8, 9, 10, 11, 4, 5, 6, 7, 12, 13, 14, 16, 15, 17, 18, 25, 26, 27, 28, 29, 30, 19, 20, 21, 22, 23,
        24,
    ],
    dims: 3,
    confidence: false,
    unit: "m",
    regions: &[
        Region { id: "set-1", name: "Set 1: left arm", joints: &[15, 19, 20, 21, 22, 23, 24] },
        Region { id: "set-2", name: "Set 2: right arm", joints: &[16, 25, 26, 27, 28, 29, 30] },
        Region { id: "set-3", name: "Set 3: trunk and head", joints: &[0, 3, 12, 13, 14, 17, 18] },
        Region { id: "set-4", name: "Set 4: both legs", joints: &[1, 4, 5, 6, 7, 2, 8, 9, 10, 11] },
        Region { id: "legs", name: "Legs", joints: &[1, 4, 5, 6, 7, 2, 8, 9, 10, 11] },
        Region { id: "arms", name: "Arms", joints: &[15, 19, 20, 21, 22, 23, 24, 16, 25, 26, 27, 28, 29, 30] },
    ],
    // A femur ends at the knee here: "femur" is the knee, "tibia" the ankle, "foot" and "toes" the foot. The same holds
    // for the arm: "humerus" is the elbow, "radius" and "wrist" the wrist.
    hierarchical: &[
        0.01, 0.01, 0.01, 0.01, 0.05, 0.15, 0.25, 0.25, 0.05, 0.15, 0.25, 0.25, 0.01, 0.01, 0.01, 0.01, 0.01, 0.01,
        0.01, 0.05, 0.15, 0.15, 0.25, 0.25, 0.25, 0.05, 0.15, 0.15, 0.25, 0.25, 0.25,
    ],
    major: &[1, 2, 3, 4, 5, 6, 8, 9, 10, 12, 13, 14, 15, 16, 17, 18, 19, 20, 25, 26],
    height_chain: &[18, 17, 14, 13, 12, 3, 0, 1, 4, 5, 6],
};
