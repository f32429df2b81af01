//! The conversions.
//!
//! Kinect v1 places hips, spine and shoulder centre differently from other skeletons: its hip joints are about 9 cm
//! higher. The shares below are medians of UTD-MHAD's bodies (Kinect v1) on the line from the middle of the hips to the
//! middle of the shoulders, against those of NTU RGB+D (Kinect v2), whose thighs have an anatomical length.

use super::conversion::Conversion;
use super::place::{Place, copied, line, mean};
use crate::skeleton::LayoutId::{Body25, Coco17, H36m17, KinectV1, MediaPipe33, MediaPipe33Picture, Ntu, OpenPose18};

pub(super) static ALL: &[Conversion] = &[
    Conversion {
        from: Ntu,
        to: KinectV1,
        places: &NTU_TO_KINECT,
        remark: "Hips, spine and hip centre are where Kinect v1 sees them, higher than Kinect v2.",
    },
    Conversion { from: Coco17, to: OpenPose18, places: &COCO_TO_OPENPOSE, remark: "" },
    Conversion {
        from: MediaPipe33,
        to: KinectV1,
        places: &MEDIAPIPE_TO_KINECT,
        remark: "The middle of the hips stays at the origin, so walking and jumping do not show. Depth is less exact \
                 than height and width.",
    },
    Conversion {
        from: MediaPipe33,
        to: OpenPose18,
        places: &MEDIAPIPE_TO_OPENPOSE,
        remark: "The body is drawn from the front in the middle of a picture, a metre as 0.4 of its height, so walking \
                 and jumping do not show; landmarks in the picture convert better.",
    },
    Conversion { from: MediaPipe33Picture, to: OpenPose18, places: &MEDIAPIPE_TO_OPENPOSE, remark: "" },
    Conversion {
        from: H36m17,
        to: KinectV1,
        places: &H36M_TO_KINECT,
        remark: "Hands continue the forearms and feet the shins, because Human3.6M has neither.",
    },
    Conversion { from: Body25, to: OpenPose18, places: &BODY_25_TO_OPENPOSE, remark: "" },
];

/// Spine (shoulder) is below Kinect v1's shoulder centre; the neck is nearest to it.
static NTU_TO_KINECT: [Place; 20] = [
    line(&[0], &[1], 0.58),
    line(&[0], &[1], 0.81),
    copied(&[2]),
    copied(&[3]),
    copied(&[4]),
    copied(&[5]),
    copied(&[6]),
    copied(&[7]),
    copied(&[8]),
    copied(&[9]),
    copied(&[10]),
    copied(&[11]),
    line(&[12], &[4], 0.2),
    copied(&[13]),
    copied(&[14]),
    copied(&[15]),
    line(&[16], &[8], 0.2),
    copied(&[17]),
    copied(&[18]),
    copied(&[19]),
];

static COCO_TO_OPENPOSE: [Place; 18] = [
    copied(&[0]),
    mean(&[5, 6]),
    copied(&[6]),
    copied(&[8]),
    copied(&[10]),
    copied(&[5]),
    copied(&[7]),
    copied(&[9]),
    copied(&[12]),
    copied(&[14]),
    copied(&[16]),
    copied(&[11]),
    copied(&[13]),
    copied(&[15]),
    copied(&[2]),
    copied(&[1]),
    copied(&[4]),
    copied(&[3]),
];

/// A hand is the middle of its outer knuckles, as deep in the palm as Kinect's; the head is between the ears.
static MEDIAPIPE_TO_KINECT: [Place; 20] = [
    line(&[23, 24], &[11, 12], 0.36),
    line(&[23, 24], &[11, 12], 0.5),
    line(&[23, 24], &[11, 12], 1.24),
    mean(&[7, 8]),
    copied(&[11]),
    copied(&[13]),
    copied(&[15]),
    mean(&[17, 19]),
    copied(&[12]),
    copied(&[14]),
    copied(&[16]),
    mean(&[18, 20]),
    line(&[23], &[11], 0.2),
    copied(&[25]),
    copied(&[27]),
    copied(&[31]),
    line(&[24], &[12], 0.2),
    copied(&[26]),
    copied(&[28]),
    copied(&[32]),
];

static MEDIAPIPE_TO_OPENPOSE: [Place; 18] = [
    copied(&[0]),
    mean(&[11, 12]),
    copied(&[12]),
    copied(&[14]),
    copied(&[16]),
    copied(&[11]),
    copied(&[13]),
    copied(&[15]),
    copied(&[24]),
    copied(&[26]),
    copied(&[28]),
    copied(&[23]),
    copied(&[25]),
    copied(&[27]),
    copied(&[5]),
    copied(&[2]),
    copied(&[8]),
    copied(&[7]),
];

/// UTD-MHAD's hands are 28 % of the forearm beyond the wrist, its feet 16 % of the shin below the ankle.
static H36M_TO_KINECT: [Place; 20] = [
    line(&[0], &[8], 0.31),
    line(&[0], &[8], 0.43),
    copied(&[8]),
    mean(&[9, 10]),
    copied(&[11]),
    copied(&[12]),
    copied(&[13]),
    line(&[12], &[13], 1.28),
    copied(&[14]),
    copied(&[15]),
    copied(&[16]),
    line(&[15], &[16], 1.28),
    line(&[4], &[11], 0.2),
    copied(&[5]),
    copied(&[6]),
    line(&[5], &[6], 1.16),
    line(&[1], &[14], 0.2),
    copied(&[2]),
    copied(&[3]),
    line(&[2], &[3], 1.16),
];

static BODY_25_TO_OPENPOSE: [Place; 18] = [
    copied(&[0]),
    copied(&[1]),
    copied(&[2]),
    copied(&[3]),
    copied(&[4]),
    copied(&[5]),
    copied(&[6]),
    copied(&[7]),
    copied(&[9]),
    copied(&[10]),
    copied(&[11]),
    copied(&[12]),
    copied(&[13]),
    copied(&[14]),
    copied(&[15]),
    copied(&[16]),
    copied(&[17]),
    copied(&[18]),
];
