//! COCO's 17 keypoints, as HRNet, ViTPose, YOLO and pyskl's files have them: two coordinates and a confidence.
//!
//! COCO has no neck and no pelvis. The tree uses real joints only: the shoulders hang on the nose and the hips on the
//! shoulders, as in pyskl's graph.

use super::layout::{Layout, LayoutId, Region};

/// COCO, 17 joints.
pub(super) static COCO_17: Layout = Layout {
    id: LayoutId::Coco17,
    name: "COCO, 17 joints (2-D)",
    joints: &[
        "nose",
        "left eye",
        "right eye",
        "left ear",
        "right ear",
        "left shoulder",
        "right shoulder",
        "left elbow",
        "right elbow",
        "left wrist",
        "right wrist",
        "left hip",
        "right hip",
        "left knee",
        "right knee",
        "left ankle",
        "right ankle",
    ],
    parents: &[0, 0, 0, 1, 2, 0, 0, 5, 6, 7, 8, 5, 6, 11, 12, 13, 14],
    centre: 0,
    // No joint is in the middle of the body but the nose.
    pelvis: 0,
    mirror: &[0, 2, 1, 4, 3, 6, 5, 8, 7, 10, 9, 12, 11, 14, 13, 16, 15],
    dims: 2,
    confidence: true,
    unit: "picture widths",
    regions: &[
        Region { id: "set-1", name: "Set 1: left arm", joints: &[5, 7, 9] },
        Region { id: "set-2", name: "Set 2: right arm", joints: &[6, 8, 10] },
        Region { id: "set-3", name: "Set 3: head", joints: &[0, 1, 2, 3, 4] },
        Region { id: "set-4", name: "Set 4: both legs", joints: &[11, 12, 13, 14, 15, 16] },
        Region { id: "legs", name: "Legs", joints: &[11, 12, 13, 14, 15, 16] },
        Region { id: "arms", name: "Arms", joints: &[5, 6, 7, 8, 9, 10] },
    ],
    // OpenPose's values.
    hierarchical: &[
        0.004, 0.004, 0.004, 0.004, 0.004, 0.004, 0.004, 0.02, 0.02, 0.06, 0.06, 0.004, 0.004, 0.02, 0.02, 0.06, 0.06,
    ],
    major: &[5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16],
    height_chain: &[0, 5, 11, 13, 15],
};
