//! MediaPipe's 33 pose landmarks, in two layouts: world landmarks in metres, and landmarks in the picture. Both have
//! the landmark's visibility as confidence.
//!
//! World landmarks have their origin between the hips. MediaPipe's y points down; here x and y are turned, so that y
//! points up and a person who faces the camera has the left side at negative x, as with a Kinect.
//!
//! MediaPipe has no neck and no pelvis. The tree uses real joints only: the shoulders hang on the nose and the hips on
//! the shoulders.

use super::layout::{Layout, LayoutId, Region};

const LEFT_ARM: &[usize] = &[11, 13, 15, 17, 19, 21];
const RIGHT_ARM: &[usize] = &[12, 14, 16, 18, 20, 22];
const LEGS: &[usize] = &[23, 24, 25, 26, 27, 28, 29, 30, 31, 32];

const BOTH: Layout = Layout {
    id: LayoutId::MediaPipe33,
    name: "MediaPipe, 33 joints",
    joints: &[
        "nose",
        "left eye inner",
        "left eye",
        "left eye outer",
        "right eye inner",
        "right eye",
        "right eye outer",
        "left ear",
        "right ear",
        "left mouth",
        "right mouth",
        "left shoulder",
        "right shoulder",
        "left elbow",
        "right elbow",
        "left wrist",
        "right wrist",
        "left pinky",
        "right pinky",
        "left index",
        "right index",
        "left thumb",
        "right thumb",
        "left hip",
        "right hip",
        "left knee",
        "right knee",
        "left ankle",
        "right ankle",
        "left heel",
        "right heel",
        "left foot index",
        "right foot index",
    ],
    parents: &[
        0, 0, 1, 2, 0, 4, 5, 3, 6, 0, 0, 0, 0, 11, 12, 13, 14, 15, 16, 15, 16, 15, 16, 11, 12, 23, 24, 25, 26, 27, 28,
        27, 28,
    ],
    centre: 0,
    // No joint is in the middle of the body but the nose.
    pelvis: 0,
    mirror: &[
        0, 4, 5, 6, 1, 2, 3, 8, 7, 10, 9, 12, 11, 14, 13, 16, 15, 18, 17, 20, 19, 22, 21, 24, 23, 26, 25, 28, 27, 30,
        29, 32, 31,
    ],
    dims: 3,
    confidence: true,
    unit: "m",
    regions: &[
        Region { id: "set-1", name: "Set 1: left arm", joints: LEFT_ARM },
        Region { id: "set-2", name: "Set 2: right arm", joints: RIGHT_ARM },
        Region { id: "set-3", name: "Set 3: head", joints: &[0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10] },
        Region { id: "set-4", name: "Set 4: both legs", joints: LEGS },
        Region { id: "legs", name: "Legs", joints: LEGS },
        Region { id: "arms", name: "Arms", joints: &[11, 12, 13, 14, 15, 16, 17, 18, 19, 20, 21, 22] },
    ],
    hierarchical: &[
        0.01, 0.01, 0.01, 0.01, 0.01, 0.01, 0.01, 0.01, 0.01, 0.01, 0.01, 0.01, 0.01, 0.05, 0.05, 0.15, 0.15, 0.25,
        0.25, 0.25, 0.25, 0.25, 0.25, 0.01, 0.01, 0.05, 0.05, 0.15, 0.15, 0.25, 0.25, 0.25, 0.25,
    ],
    major: &[11, 12, 13, 14, 15, 16, 23, 24, 25, 26, 27, 28],
    height_chain: &[0, 11, 23, 25, 27],
};

/// MediaPipe's world landmarks, metres.
pub(super) static MEDIAPIPE_33: Layout = BOTH;

/// MediaPipe's landmarks in the picture.
pub(super) static MEDIAPIPE_33_PICTURE: Layout = Layout {
    id: LayoutId::MediaPipe33Picture,
    name: "MediaPipe, 33 joints (2-D)",
    dims: 2,
    unit: "picture widths",
    // The values in metres times 0.4, as for OpenPose.
    hierarchical: &[
        0.004, 0.004, 0.004, 0.004, 0.004, 0.004, 0.004, 0.004, 0.004, 0.004, 0.004, 0.004, 0.004, 0.02, 0.02, 0.06,
        0.06, 0.1, 0.1, 0.1, 0.1, 0.1, 0.1, 0.004, 0.004, 0.02, 0.02, 0.06, 0.06, 0.1, 0.1, 0.1, 0.1,
    ],
    ..BOTH
};
