//! What weight files leave open: questions with their usual answers.

use serde::Serialize;

use super::entry::{stream_of, usual_frames, usual_people, usual_preprocessing};
use super::identify::{Family, Found};
use crate::contract::manifest::{Preprocessing, WeightFile};
use crate::contract::weight_files::{Choice, Question};
use crate::model::agcn::Stream;
use crate::skeleton::LayoutId;
use crate::weights::joint_order::JointOrder;

/// What can be done to a clip of a layout.
pub(super) fn preprocessings(layout: LayoutId) -> &'static [Preprocessing] {
    use Preprocessing::{Agcn, Anchored, Centred, CtrGcn, Kinetics, KineticsUp, Padded, Pyskl, Raw};
    match layout {
        LayoutId::OpenPose18 | LayoutId::Coco17 | LayoutId::Body25 | LayoutId::MediaPipe33Picture => {
            &[Kinetics, KineticsUp, Pyskl, Padded, Raw, Centred]
        }
        LayoutId::Hdm05 | LayoutId::H36m17 | LayoutId::MediaPipe33 => &[Centred, Anchored, Raw, Padded],
        // The joints that it turns the body by have the same numbers in both.
        LayoutId::KinectV1 | LayoutId::Ntu => &[Agcn, Padded, Pyskl, CtrGcn, Raw, Centred, Anchored],
    }
}

fn in_words(preprocessing: Preprocessing) -> &'static str {
    match preprocessing {
        Preprocessing::Raw => "none; short clips are resampled",
        Preprocessing::Centred => "pelvis subtracted in each frame; short clips are resampled (ours)",
        Preprocessing::Anchored => "pelvis's mean position subtracted; short clips are resampled (ours)",
        Preprocessing::Padded => "none; empty frames follow short clips (ST-GCN, EfficientGCN cross-subject)",
        Preprocessing::Kinetics => "middle of the picture subtracted; empty frames follow short clips (ST-GCN)",
        Preprocessing::KineticsUp => "the same with y upwards (2s-AGCN)",
        Preprocessing::Pyskl => {
            "body moved and turned as a whole, pictures from -1 to 1; frames at equal distances (pyskl, MMAction2)"
        }
        Preprocessing::CtrGcn => "body moved as a whole; the middle 95 % are resampled (CTR-GCN)",
        Preprocessing::Agcn => {
            "spine subtracted, body turned; short clips are repeated (2s-AGCN, Shift-GCN, EfficientGCN cross-view)"
        }
    }
}

/// A value as it is written.
fn written(value: impl Serialize) -> String {
    match serde_json::to_value(value) {
        Ok(serde_json::Value::String(text)) => text,
        Ok(other) => other.to_string(),
        Err(_) => String::new(),
    }
}

fn choice(value: impl Serialize, label: impl Into<String>) -> Choice {
    Choice { value: written(value), label: label.into() }
}

fn stream(stream: Stream) -> Choice {
    let label = match stream {
        Stream::Joint => "joints",
        Stream::Bone => "bones: each joint minus its parent",
        Stream::JointMotion => "joint motion: the way of each joint to the next frame",
        Stream::BoneMotion => "bone motion: the change of each bone to the next frame",
    };
    choice(stream, label)
}

pub(super) fn questions(found: &Found, weights: &[WeightFile]) -> Vec<Question> {
    let mut questions = Vec::new();
    if found.family == Family::Agcn {
        let text = match weights {
            [_] => "Which stream is it?".into(),
            _ => format!("Which stream is {:?}? (The other file is the other one.)", weights[0].file),
        };
        let choices = [Stream::Joint, Stream::Bone].into_iter().map(stream).collect();
        let usual = match stream_of(&weights[0].file) {
            Stream::Bone | Stream::BoneMotion => Stream::Bone,
            _ => Stream::Joint,
        };
        questions.push(Question { id: "stream", text, choices, default: written(usual) });
    }
    if let ([weight], true) = (weights, found.family.has_streams()) {
        let choices = Stream::ALL.into_iter().map(stream).collect();
        let text = "Which stream is it?".into();
        questions.push(Question { id: "stream", text, choices, default: written(stream_of(&weight.file)) });
    }
    if found.order.is_none() {
        let label = |order: &JointOrder| match order {
            JointOrder::Layout => "hip centre first, as Kinect's software and Northwestern-UCLA",
            JointOrder::UtdMhad => "head first, as UTD-MHAD",
            JointOrder::MsrAction3d => "shoulders first, as MSR-Action3D",
        };
        questions.push(Question {
            id: "order",
            text: "In which order are its joints?".into(),
            choices: JointOrder::of(found.layout).iter().map(|o| choice(o, label(o))).collect(),
            default: written(JointOrder::Layout),
        });
    }
    if found.people.is_none() {
        questions.push(Question {
            id: "people",
            text: "How many people does it take? (The mean over people is taken, empty ones included.)".into(),
            choices: vec![choice(1, "one"), choice(2, "two, as for NTU RGB+D and Kinetics")],
            default: written(usual_people(found)),
        });
    }
    questions.push(Question {
        id: "preprocessing",
        text: "What happens to a clip before the network sees it?".into(),
        choices: preprocessings(found.layout).iter().map(|p| choice(p, in_words(*p))).collect(),
        default: written(usual_preprocessing(found)),
    });
    let usual = usual_frames(found);
    let mut frames = vec![choice(300, "300, as published for ST-GCN, 2s-AGCN and Shift-GCN"), choice(64, "64")];
    if usual == 100 {
        frames.insert(0, choice(100, "100, as published by pyskl"));
    }
    frames.push(choice(0, "as many as the clip has (faster)"));
    questions.push(Question {
        id: "frames",
        text: "How many frames does it take?".into(),
        choices: frames,
        default: written(usual),
    });
    questions
}
