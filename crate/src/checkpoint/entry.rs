//! What a manifest would say of a network that was recognised: its usual preprocessing, frames, people and class names.

use super::identify::{Family, Found};
use crate::contract::manifest::{Accuracy, Architecture, ModelEntry, Preprocessing, WeightFile};
use crate::model::agcn::Stream;
use crate::skeleton::{LayoutId, NTU_120_CLASSES, NTU_CLASSES};

/// The stream that a file's name speaks of.
pub(super) fn stream_of(file: &str) -> Stream {
    if file.to_ascii_lowercase().contains("bone") { Stream::Bone } else { Stream::Joint }
}

/// A sentence for each file whose name speaks of a stream that the network is not loaded as.
pub(super) fn warnings(found: &Found, weights: &[WeightFile]) -> Vec<String> {
    let name = found.family.name();
    let warning = |weight: &WeightFile| {
        let file = weight.file.to_ascii_lowercase();
        let (motion, bone) = (file.contains("motion"), file.contains("bone"));
        let stream = match (motion, bone) {
            (true, true) => "bone motion",
            (true, false) => "motion",
            (false, true) if found.family != Family::Agcn => "bone",
            _ => return None,
        };
        let read = if found.family == Family::Agcn { "joint or bone" } else { "joint" };
        Some(format!(
            "Warning: the name {:?} speaks of the {stream} stream, but {name} is loaded as a {read} stream; if it was \
             trained on another, its answers mean nothing",
            weight.file
        ))
    };
    weights.iter().filter_map(warning).collect()
}

pub(super) fn entry(found: &Found, weights: Vec<WeightFile>) -> ModelEntry {
    let stems: Vec<&str> =
        weights.iter().map(|w| w.file.rsplit_once('.').map_or(w.file.as_str(), |(s, _)| s)).collect();
    let name: String = stems.join(" + ").chars().take(120).collect();
    let classes = match (found.layout, found.classes) {
        (LayoutId::Ntu, n) if n == NTU_CLASSES.len() => NTU_CLASSES.map(str::to_owned).to_vec(),
        (LayoutId::Ntu, n) if n == NTU_120_CLASSES.len() => NTU_120_CLASSES.map(str::to_owned).to_vec(),
        (_, n) => (1..=n).map(|c| format!("class {c}")).collect(),
    };
    let architecture = match (found.family, weights.as_slice()) {
        (Family::StGcn, _) => Architecture::StGcn,
        (Family::ShiftGcn, _) => Architecture::ShiftGcn,
        (Family::Agcn, [one]) if stream_of(&one.file) == Stream::Bone => Architecture::AgcnBone,
        (Family::Agcn, [_]) => Architecture::AgcnJoint,
        (Family::Agcn, _) => Architecture::Agcn,
    };
    ModelEntry {
        id: name.clone(),
        name,
        architecture,
        layout: found.layout,
        classes,
        people: found.people.unwrap_or_else(|| usual_people(found.layout)),
        frames: usual_frames(found.layout),
        preprocessing: usual_preprocessing(found),
        weights,
        accuracy: Accuracy { top1: 0.0, clips: 0 },
        split: "not known: the weights come from a file".into(),
        data: "not known".into(),
        licence: "that of the file's publisher".into(),
        retrain: String::new(),
    }
}

/// NTU RGB+D and Kinetics-skeleton have two people, the sets of the other sensors one.
pub(super) fn usual_people(layout: LayoutId) -> usize {
    if matches!(layout, LayoutId::Ntu | LayoutId::OpenPose18) { 2 } else { 1 }
}

/// 300 as published; 64 in our own.
pub(super) fn usual_frames(layout: LayoutId) -> usize {
    if matches!(layout, LayoutId::Ntu | LayoutId::OpenPose18) { 300 } else { 64 }
}

pub(super) fn usual_preprocessing(found: &Found) -> Preprocessing {
    match (found.layout, found.family) {
        (LayoutId::Ntu, Family::StGcn) => Preprocessing::Padded,
        (LayoutId::Ntu, _) => Preprocessing::Agcn,
        (layout, family) if layout.layout().dims == 2 => match family {
            Family::Agcn => Preprocessing::KineticsUp,
            _ => Preprocessing::Kinetics,
        },
        _ => Preprocessing::Centred,
    }
}
