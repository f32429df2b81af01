//! Which format a text is in.

use serde::de::{Deserializer, Error as _};

use super::{bvh, json, mediapipe, ucla_frames};
use crate::error::{Error, Result};

/// What the content is.
pub(super) enum Found {
    Clip,
    Ntu,
    Kinetics,
    Bvh,
    MediaPipe,
    OpenPoseFrame,
    Ucla,
    UclaFrame,
}

/// What a file is, by its content; by its name only if the content does not show it.
pub(super) fn detect(text: &str, file_name: &str) -> Result<Found> {
    let first = text.trim_ascii_start().bytes().next();
    let named = |ending: &str| file_name.to_ascii_lowercase().ends_with(ending);
    match first {
        _ if bvh::is_bvh(text) => Ok(Found::Bvh),
        Some(b'{') => detect_json(text),
        Some(b'[') if mediapipe::are_poses(text) => Ok(Found::MediaPipe),
        _ if ucla_frames::is_frame(text) => Ok(Found::UclaFrame),
        Some(b'0'..=b'9' | b'+' | b'-') => Ok(Found::Ntu),
        // The reader of the named format says best what is wrong.
        _ if named(".skeleton") => Ok(Found::Ntu),
        _ if named(".bvh") => Ok(Found::Bvh),
        _ if named(".json") => Ok(Found::Clip),
        _ => Err(Error::format("this is no clip: neither JSON nor NTU RGB+D's text nor BVH").at("line 1")),
    }
}

/// Looks at the keys of the document and stops at the first that decides. `people` is a key of our own format as well,
/// where it holds a number.
fn detect_json(text: &str) -> Result<Found> {
    #[derive(Default)]
    struct Probe(Option<Found>);

    impl json::Record for Probe {
        const EXPECTED: &'static str = "an object";
        const KEYS: &'static [&'static str] = &["format", "frames", "data", "skeletons", "people", "results"];

        fn field<'de, D: Deserializer<'de>>(
            &mut self,
            key: &'static str,
            value: json::Value<'_, D>,
        ) -> std::result::Result<(), D::Error> {
            if key == "people" {
                if value.skip_list()? {
                    self.0 = Some(Found::OpenPoseFrame);
                }
                return Ok(());
            }
            self.0 = Some(match key {
                "data" => Found::Kinetics,
                "skeletons" => Found::Ucla,
                "results" => Found::MediaPipe,
                "frames" if mediapipe::are_frames(value) => Found::MediaPipe,
                _ => Found::Clip,
            });
            Err(D::Error::custom("found")) // The only way to stop early; never shown.
        }
    }

    let mut probe = Probe::default();
    let read = json::parse(text, &mut probe);
    match probe.0 {
        Some(found) => Ok(found),
        None => read.and(Err(Error::format(
            "this JSON is no clip: it has neither \"frames\" (our own format, MediaPipe) nor \"data\" \
             (Kinetics-skeleton), \"people\" (OpenPose) or \"skeletons\" (Northwestern-UCLA)",
        ))),
    }
}
