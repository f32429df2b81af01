//! Weight files that somebody else made: read, told apart, asked about, loaded.

use std::borrow::Cow;

use burn::tensor::Device;
use serde::Serialize;

use super::identify::{Family, Found, identify};
use crate::contract::manifest::{Accuracy, Architecture, ModelEntry, Preprocessing, WeightFile};
pub use crate::contract::weight_files::{Answers, Choice, Identified, MAX_WEIGHT_BYTES, Question};
use crate::error::{Error, Result};
use crate::model::Recogniser;
use crate::model::agcn::Stream;
use crate::skeleton::{LayoutId, NTU_CLASSES};
use crate::weights::joint_order::{JointOrder, reordered};
use crate::weights::state::State;

/// Weight files that were read and understood.
#[derive(Clone, Debug)]
pub struct Opened {
    found: Found,
    states: Vec<State>,
    identified: Identified,
}

impl Opened {
    /// Reads files, given by name and bytes: one, or the two streams of 2s-AGCN.
    ///
    /// # Errors
    /// Names the file, and in it the byte or the key.
    pub fn read(files: &[(String, impl AsRef<[u8]>)]) -> Result<Self> {
        if !(1..=2).contains(&files.len()) {
            return Err(Error::weights(format!("{} files; a network has one, 2s-AGCN two", files.len())));
        }
        let one = |(name, bytes): &(String, _)| {
            let bytes: &[u8] = AsRef::as_ref(bytes);
            if bytes.len() > MAX_WEIGHT_BYTES {
                let cause = format!("{} bytes; at most {MAX_WEIGHT_BYTES} are read", bytes.len());
                return Err(Error::weights(cause).at(name));
            }
            State::from_bytes(bytes).and_then(identify).map_err(|e| e.at(name))
        };
        let read = files.iter().map(one).collect::<Result<Vec<_>>>()?;
        let weights = |(name, bytes): &(String, _)| WeightFile {
            file: name.clone(),
            bytes: <_ as AsRef<[u8]>>::as_ref(bytes).len(),
            sha256: String::new(),
        };
        let weights: Vec<_> = files.iter().map(weights).collect();
        let found = match read.as_slice() {
            [(found, _)] => found.clone(),
            [(one, _), (two, _)] if one.family == Family::Agcn && one == two => one.clone(),
            [(one, _), (two, _)] => {
                let say = |f: &Found| format!("{} of {} classes", described(f), f.classes);
                let cause =
                    format!("two files must be the streams of one 2s-AGCN; they are {} and {}", say(one), say(two));
                return Err(Error::weights(cause));
            }
            _ => return Err(Error::weights(format!("{} files; a network has one, 2s-AGCN two", files.len()))),
        };
        let identified = Identified {
            entry: entry(&found, weights.clone()),
            summary: format!("{}, {} classes", described(&found), found.classes),
            questions: questions(&found, &weights),
        };
        Ok(Self { found, states: read.into_iter().map(|(_, state)| state).collect(), identified })
    }

    /// What was recognised.
    pub fn identified(&self) -> &Identified {
        &self.identified
    }

    /// Loads the network onto a device (a plain one, without autodiff).
    ///
    /// # Errors
    /// Where an answer is out of its range, or a value in the files is no number.
    pub fn load(&self, answers: &Answers, device: &Device) -> Result<Recogniser> {
        let mut entry = self.identified.entry.clone();
        let mut states: Vec<Cow<'_, State>> = self.states.iter().map(Cow::Borrowed).collect();
        match (entry.architecture, answers.stream) {
            (Architecture::AgcnJoint | Architecture::AgcnBone, Some(Stream::Joint)) => {
                entry.architecture = Architecture::AgcnJoint;
            }
            (Architecture::AgcnJoint | Architecture::AgcnBone, Some(Stream::Bone)) => {
                entry.architecture = Architecture::AgcnBone;
            }
            (Architecture::Agcn, stream)
                if stream.unwrap_or_else(|| stream_of(&entry.weights[0].file)) == Stream::Bone =>
            {
                states.reverse();
                entry.weights.reverse();
            }
            _ => {}
        }
        entry.people = self.found.people.or(answers.people).unwrap_or(entry.people);
        entry.preprocessing = answers.preprocessing.unwrap_or(entry.preprocessing);
        if !preprocessings(entry.layout).contains(&entry.preprocessing) {
            let cause = format!("this one is not for the layout {}", entry.layout.as_str());
            return Err(Error::config(cause).at("preprocessing"));
        }
        entry.frames = answers.frames.unwrap_or(entry.frames);
        if let Some(list) = &answers.class_names {
            entry.classes = class_names(list, self.found.classes).map_err(|e| e.at("class names"))?;
        }
        let order = self.found.order.or(answers.order).unwrap_or(JointOrder::Layout);
        if let Some(indices) = order.indices() {
            if !JointOrder::of(entry.layout).contains(&order) {
                return Err(Error::config("this one is not of that layout").at("order"));
            }
            for state in &mut states {
                *state = Cow::Owned(reordered(state, indices)?);
            }
        }
        Recogniser::from_states(entry, &states, device)
    }
}

fn described(found: &Found) -> String {
    let layout = found.layout.layout().name;
    match found.people {
        Some(1) => format!("{}, {layout}, one person", found.family.name()),
        Some(people) => format!("{}, {layout}, {people} people", found.family.name()),
        None => format!("{}, {layout}", found.family.name()),
    }
}

/// The stream that a file's name speaks of.
fn stream_of(file: &str) -> Stream {
    if file.to_ascii_lowercase().contains("bone") { Stream::Bone } else { Stream::Joint }
}

fn entry(found: &Found, weights: Vec<WeightFile>) -> ModelEntry {
    let stems: Vec<&str> =
        weights.iter().map(|w| w.file.rsplit_once('.').map_or(w.file.as_str(), |(s, _)| s)).collect();
    let name: String = stems.join(" + ").chars().take(120).collect();
    let classes = match (found.layout, found.classes) {
        (LayoutId::Ntu, n) if n == NTU_CLASSES.len() => NTU_CLASSES.map(str::to_owned).to_vec(),
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
fn usual_people(layout: LayoutId) -> usize {
    if matches!(layout, LayoutId::Ntu | LayoutId::OpenPose18) { 2 } else { 1 }
}

/// 300 as published; 64 in our own.
fn usual_frames(layout: LayoutId) -> usize {
    if matches!(layout, LayoutId::Ntu | LayoutId::OpenPose18) { 300 } else { 64 }
}

fn usual_preprocessing(found: &Found) -> Preprocessing {
    match (found.layout, found.family) {
        (LayoutId::Ntu, Family::StGcn) => Preprocessing::Padded,
        (LayoutId::Ntu, _) => Preprocessing::Agcn,
        (LayoutId::OpenPose18, Family::Agcn) => Preprocessing::KineticsUp,
        (LayoutId::OpenPose18, _) => Preprocessing::Kinetics,
        _ => Preprocessing::Centred,
    }
}

/// What can be done to a clip of a layout.
fn preprocessings(layout: LayoutId) -> &'static [Preprocessing] {
    use Preprocessing::{Agcn, Anchored, Centred, Kinetics, KineticsUp, Padded, Raw};
    match layout {
        LayoutId::OpenPose18 => &[Kinetics, KineticsUp, Padded, Raw, Centred],
        LayoutId::Hdm05 => &[Centred, Anchored, Raw, Padded],
        // The joints that it turns the body by have the same numbers in both.
        LayoutId::KinectV1 | LayoutId::Ntu => &[Agcn, Padded, Raw, Centred, Anchored],
    }
}

fn in_words(preprocessing: Preprocessing) -> &'static str {
    match preprocessing {
        Preprocessing::Raw => "none; short clips are resampled",
        Preprocessing::Centred => "pelvis subtracted in each frame; short clips are resampled (ours)",
        Preprocessing::Anchored => "pelvis's mean position subtracted; short clips are resampled (ours)",
        Preprocessing::Padded => "none; empty frames follow short clips (ST-GCN)",
        Preprocessing::Kinetics => "middle of the picture subtracted; empty frames follow short clips (ST-GCN)",
        Preprocessing::KineticsUp => "the same with y upwards (2s-AGCN)",
        Preprocessing::Agcn => "spine subtracted, body turned; short clips are repeated (2s-AGCN, Shift-GCN)",
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

fn questions(found: &Found, weights: &[WeightFile]) -> Vec<Question> {
    let mut questions = Vec::new();
    if found.family == Family::Agcn {
        let text = match weights {
            [_] => "Which stream is it?".into(),
            _ => format!("Which stream is {:?}? (The other file is the other one.)", weights[0].file),
        };
        let choices = vec![choice(Stream::Joint, "joints"), choice(Stream::Bone, "bones: each joint minus its parent")];
        questions.push(Question { id: "stream", text, choices, default: written(stream_of(&weights[0].file)) });
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
            default: written(usual_people(found.layout)),
        });
    }
    questions.push(Question {
        id: "preprocessing",
        text: "What happens to a clip before the network sees it?".into(),
        choices: preprocessings(found.layout).iter().map(|p| choice(p, in_words(*p))).collect(),
        default: written(usual_preprocessing(found)),
    });
    questions.push(Question {
        id: "frames",
        text: "How many frames does it take?".into(),
        choices: vec![
            choice(300, "300, as published"),
            choice(64, "64"),
            choice(0, "as many as the clip has (faster)"),
        ],
        default: written(usual_frames(found.layout)),
    });
    questions
}

/// Names of classes from a text with one in each line, or a JSON array.
///
/// # Errors
/// Where there are not `count` of them, one is too long or is there twice.
pub fn class_names(list: &str, count: usize) -> Result<Vec<String>> {
    let list = list.trim_start_matches('\u{feff}').trim();
    let names: Vec<String> = match list.starts_with('[') {
        true => serde_json::from_str(list).map_err(|e| Error::config(e.to_string()))?,
        false => list.lines().map(str::to_owned).collect(),
    };
    let names: Vec<String> = names.iter().map(|n| n.trim().to_owned()).filter(|n| !n.is_empty()).collect();
    if names.len() != count {
        return Err(Error::config(format!("{} names for {count} classes", names.len())));
    }
    let mut seen = std::collections::BTreeSet::new();
    for (i, name) in names.iter().enumerate() {
        if name.chars().count() > 200 {
            return Err(Error::config(format!("name {} is longer than 200 letters", i + 1)));
        }
        if !seen.insert(name) {
            return Err(Error::config(format!("{name:?} is there twice")));
        }
    }
    Ok(names)
}
