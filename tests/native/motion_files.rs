//! Motion capture and MediaPipe's results: from a file to an attacked file, and hostile changes.

use ciasa::format::{self, bvh};
use ciasa::skeleton::convert::Conversion;
use ciasa::skeleton::{LayoutId, Sequence};
use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::{Index, select};

use crate::mutations::change;

/// A made body that waves, in the names of CMU's files; and one of MediaPipe's results.
const BVH: &[u8] = include_bytes!("../fixtures/wave.bvh");
const MEDIAPIPE: &[u8] = include_bytes!("../fixtures/mediapipe.json");

fn read(bytes: &[u8]) -> Sequence {
    format::open(bytes, "a", None).unwrap().clip
}

fn distance(a: &Sequence, b: &Sequence) -> f32 {
    let apart = |(a, b): (&f32, &f32)| (a - b).abs();
    a.data().iter().zip(b.data()).map(apart).fold(0.0, f32::max)
}

#[test]
fn a_written_file_is_read_as_the_clip_that_was_written() {
    let clip = read(BVH);
    assert_eq!((clip.layout().id, clip.frames(), clip.people()), (LayoutId::KinectV1, 12, 1));
    let same = bvh::write(BVH, &clip, None).unwrap();
    assert_eq!(read(&same.bytes), clip);
    // A turn of the whole body by 3 degrees about the vertical: bones keep their lengths.
    let (sin, cos) = 3.0_f32.to_radians().sin_cos();
    let turned = |p: &[f32]| [cos * p[0] + sin * p[2], p[1], cos * p[2] - sin * p[0]];
    let goal = clip.with_data(clip.data().chunks_exact(3).flat_map(turned).collect()).unwrap();
    assert!(distance(&goal, &clip) > 0.02);
    let written = bvh::write(BVH, &goal, None).unwrap();
    assert!(distance(&read(&written.bytes), &goal) < 1e-4 && written.residual < 1e-4, "{}", written.residual);
}

#[test]
fn mediapipe_is_converted_for_both_kinds_of_networks() {
    let world = read(MEDIAPIPE);
    assert_eq!(world.layout().id, LayoutId::MediaPipe33);
    let kinect = Conversion::find(LayoutId::MediaPipe33, LayoutId::KinectV1).unwrap().apply(&world).unwrap();
    assert!(kinect.body_height().is_some_and(|h| (1.2..1.8).contains(&h)), "{:?}", kinect.body_height());
    let wanted = Some(LayoutId::OpenPose18);
    let picture = format::open_for(MEDIAPIPE, "a", None, wanted).unwrap().clip;
    assert_eq!(picture.layout().id, LayoutId::MediaPipe33Picture);
    let seen = Conversion::find(LayoutId::MediaPipe33Picture, LayoutId::OpenPose18).unwrap().apply(&picture).unwrap();
    let [nose, ankle] = ["nose", "left ankle"].map(|n| seen.joint(0, 0, seen.layout().joint(n).unwrap())[1]);
    assert!(nose < ankle, "y points down in a picture");
}

const PIECES: [&str; 24] = [
    "0",
    "-1",
    "1e30",
    "NaN",
    "inf",
    "99999999999",
    "{",
    "}",
    "[",
    "]",
    ",",
    ":",
    "\n",
    "\r\n",
    " ",
    "JOINT",
    "ROOT x",
    "End Site",
    "OFFSET",
    "CHANNELS 3",
    "MOTION",
    "Frames:",
    "null",
    "é",
];

proptest! {
    #![proptest_config(ProptestConfig { cases: 1500, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn changed_files_are_read_or_refused_with_a_short_message(
        which in any::<bool>(),
        changes in vec((select(vec![0u8, 1, 2, 3, 5]), any::<Index>(), 1usize..80, select(PIECES.to_vec())), 1..5),
    ) {
        let original = if which { BVH } else { MEDIAPIPE };
        let mut bytes = original.to_vec();
        for (kind, at, length, piece) in changes {
            change(&mut bytes, kind, at, length, piece.as_bytes());
        }
        match format::open(&bytes, if which { "a.bvh" } else { "a.json" }, None) {
            Ok(reading) => {
                let clip = reading.clip;
                prop_assert!(clip.data().iter().all(|v| v.is_finite()));
                if which {
                    // A file that is read can be written.
                    let written = bvh::write(&bytes, &clip, None);
                    prop_assert!(written.is_ok(), "{written:?}");
                }
            }
            Err(e) => {
                let message = e.to_string();
                prop_assert!(e.is_format() && message.chars().count() < 600, "{message}");
            }
        }
    }
}
