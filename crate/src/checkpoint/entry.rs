//! What a manifest would say of a network that was recognised: its usual preprocessing, frames, people and class names.

use super::identify::{Family, Found};
use crate::contract::manifest::{Accuracy, Architecture, ModelEntry, Preprocessing, WeightFile};
use crate::model::agcn::Stream;
use crate::skeleton::{LayoutId, NTU_120_CLASSES, NTU_CLASSES};

/// The stream that a file's name speaks of: words, or pyskl's letters (`b.pth`, `jm.pth`).
pub(super) fn stream_of(file: &str) -> Stream {
    let file = file.to_ascii_lowercase();
    let stem = file.rsplit_once('.').map_or(file.as_str(), |(stem, _)| stem);
    let has = |letters: &str| stem.split(|c: char| !c.is_ascii_alphanumeric()).any(|part| part == letters);
    let motion = file.contains("motion") || has("jm") || has("bm");
    let bone = file.contains("bone") || has("b") || has("bm");
    match (bone, motion) {
        (false, false) => Stream::Joint,
        (true, false) => Stream::Bone,
        (false, true) => Stream::JointMotion,
        (true, true) => Stream::BoneMotion,
    }
}

/// The streams of several files: by their names if all names differ in it, else in the order of [`Stream::ALL`].
pub(super) fn streams_of(files: &[WeightFile]) -> Vec<Stream> {
    let named: Vec<Stream> = files.iter().map(|f| stream_of(&f.file)).collect();
    let distinct = named.iter().enumerate().all(|(i, stream)| !named[..i].contains(stream));
    if distinct { named } else { Stream::ALL.into_iter().take(files.len()).collect() }
}

/// A sentence for each file whose name speaks of a stream that the network is not loaded as, or about which stream each
/// of several files is.
pub(super) fn warnings(found: &Found, weights: &[WeightFile]) -> Vec<String> {
    let name = found.family.name();
    if found.family.has_streams() {
        let streams = weights.iter().zip(streams_of(weights));
        let streams: Vec<String> = streams.map(|(w, s)| format!("{:?} is the {} stream", w.file, s.name())).collect();
        return if weights.len() > 1 { vec![streams.join(", ")] } else { Vec::new() };
    }
    let warning = |weight: &WeightFile| {
        let stream = stream_of(&weight.file);
        let read: &[Stream] =
            if found.family == Family::Agcn { &[Stream::Joint, Stream::Bone] } else { &[Stream::Joint] };
        if read.contains(&stream) {
            return None;
        }
        let read = match found.family {
            Family::Agcn => "loaded as a joint or bone stream",
            Family::EfficientGcn => "one network of joints, velocities and bones",
            _ => "loaded as a joint stream",
        };
        Some(format!(
            "Warning: the name {:?} speaks of the {} stream, but {name} is {read}; if it was trained on another, its \
             answers mean nothing",
            weight.file,
            stream.name()
        ))
    };
    weights.iter().filter_map(warning).collect()
}

pub(super) fn entry(found: &Found, mut weights: Vec<WeightFile>) -> ModelEntry {
    if found.family.has_streams() {
        let streams = streams_of(&weights);
        weights.iter_mut().zip(streams).for_each(|(weight, stream)| weight.stream = Some(stream));
    }
    let stems: Vec<&str> =
        weights.iter().map(|w| w.file.rsplit_once('.').map_or(w.file.as_str(), |(s, _)| s)).collect();
    let name: String = stems.join(" + ").chars().take(120).collect();
    let classes = match (found.layout, found.classes) {
        (LayoutId::Ntu, n) if n == NTU_CLASSES.len() => NTU_CLASSES.map(str::to_owned).to_vec(),
        (LayoutId::Ntu, n) if n == NTU_120_CLASSES.len() => NTU_120_CLASSES.map(str::to_owned).to_vec(),
        (_, n) => (1..=n).map(|c| format!("class {c}")).collect(),
    };
    let architecture = match (found.family, weights.as_slice()) {
        (Family::StGcn | Family::StGcnPyskl, _) => Architecture::StGcn,
        (Family::StGcnPp, _) => Architecture::StGcnPp,
        (Family::CtrGcn, _) => Architecture::CtrGcn,
        (Family::ShiftGcn, _) => Architecture::ShiftGcn,
        (Family::EfficientGcn, _) => Architecture::EfficientGcn,
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
        people: found.people.unwrap_or_else(|| usual_people(found)),
        frames: usual_frames(found),
        preprocessing: usual_preprocessing(found),
        weights,
        accuracy: Accuracy { top1: 0.0, clips: 0 },
        split: "not known: the weights come from a file".into(),
        data: "not known".into(),
        licence: "that of the file's publisher".into(),
        retrain: String::new(),
    }
}

/// NTU RGB+D, Kinetics-skeleton and pyskl's networks have two people, the sets of the other sensors one.
pub(super) fn usual_people(found: &Found) -> usize {
    let pyskl = matches!(found.family, Family::StGcnPyskl | Family::StGcnPp);
    if pyskl || matches!(found.layout, LayoutId::Ntu | LayoutId::OpenPose18) { 2 } else { 1 }
}

/// As published; 64 in our own.
pub(super) fn usual_frames(found: &Found) -> usize {
    match found.family {
        Family::StGcnPyskl | Family::StGcnPp => 100,
        Family::CtrGcn => 64,
        _ if matches!(found.layout, LayoutId::Ntu | LayoutId::OpenPose18) => 300,
        _ => 64,
    }
}

pub(super) fn usual_preprocessing(found: &Found) -> Preprocessing {
    if let Some(preprocessing) = found.preprocessing {
        return preprocessing;
    }
    match (found.layout, found.family) {
        (LayoutId::Ntu | LayoutId::OpenPose18 | LayoutId::Coco17, Family::StGcnPyskl | Family::StGcnPp) => {
            Preprocessing::Pyskl
        }
        (LayoutId::Ntu, Family::CtrGcn) => Preprocessing::CtrGcn,
        (LayoutId::Ntu, Family::StGcn) => Preprocessing::Padded,
        (LayoutId::Ntu, _) => Preprocessing::Agcn,
        (layout, family) if layout.layout().dims == 2 => match family {
            Family::Agcn => Preprocessing::KineticsUp,
            _ => Preprocessing::Kinetics,
        },
        _ => Preprocessing::Centred,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_of_files_speak_of_streams() {
        for (file, stream) in [
            ("ntu_ShiftGCN_joint_xview.pt", Stream::Joint),
            ("ntu_ShiftGCN_bone_xview.pt", Stream::Bone),
            ("ntu_ShiftGCN_joint_motion_xview.pt", Stream::JointMotion),
            ("ntu-Bone-Motion.safetensors", Stream::BoneMotion),
            ("j.pth", Stream::Joint),
            ("b.pth", Stream::Bone),
            ("jm.pth", Stream::JointMotion),
            ("xsub_bm.pth", Stream::BoneMotion),
            ("best.pth", Stream::Joint),
        ] {
            assert_eq!(stream_of(file), stream, "{file}");
        }
        let weight = |file: &&str| WeightFile {
            file: (*file).into(),
            bytes: 0,
            sha256: String::new(),
            stream: None,
            heads: false,
        };
        let of = |files: &[&str]| streams_of(&files.iter().map(weight).collect::<Vec<_>>());
        assert_eq!(of(&["bm.pt", "j.pt"]), [Stream::BoneMotion, Stream::Joint]);
        assert_eq!(of(&["1.pt", "2.pt", "3.pt"]), [Stream::Joint, Stream::Bone, Stream::JointMotion]);
    }
}
