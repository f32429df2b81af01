//! Weight files that somebody else made: read, recognised, asked about, loaded.

use std::borrow::Cow;

use burn::tensor::Device;

use super::class_names::class_names;
use super::entry::{entry, stream_of, warnings};
use super::identify::{Family, Found, identify};
use super::questions::{preprocessings, questions};
use crate::contract::manifest::{Architecture, WeightFile};
pub use crate::contract::weight_files::{Answers, Identified, MAX_WEIGHT_BYTES};
use crate::error::{Error, Result};
use crate::model::Recogniser;
use crate::model::agcn::Stream;
use crate::weights::joint_order::{JointOrder, reordered};
use crate::weights::{self, State};

/// Weight files that were read and understood.
#[derive(Clone, Debug)]
pub struct Opened {
    found: Found,
    states: Vec<State>,
    identified: Identified,
}

impl Opened {
    /// Reads files, given by name and bytes: one, or the streams of one ensemble.
    ///
    /// # Errors
    /// Names the file, and in it the byte or the key.
    pub fn read(files: &[(String, impl AsRef<[u8]>)]) -> Result<Self> {
        if !(1..=Stream::ALL.len()).contains(&files.len()) {
            let cause =
                format!("{} files; a network has one, an ensemble one for each of up to four streams", files.len());
            return Err(Error::weights(cause));
        }
        let one = |(name, bytes): &(String, _)| {
            let bytes: &[u8] = AsRef::as_ref(bytes);
            if bytes.len() > MAX_WEIGHT_BYTES {
                let cause = format!("{} bytes; at most {MAX_WEIGHT_BYTES} are read", bytes.len());
                return Err(Error::weights(cause).at(name));
            }
            weights::read(bytes).and_then(identify).map_err(|e| e.at(name))
        };
        let read = files.iter().map(one).collect::<Result<Vec<_>>>()?;
        let weights = |(name, bytes): &(String, _)| WeightFile {
            file: name.clone(),
            bytes: <_ as AsRef<[u8]>>::as_ref(bytes).len(),
            sha256: String::new(),
            stream: None,
            heads: false,
        };
        let weights: Vec<_> = files.iter().map(weights).collect();
        let found = ensemble(read.iter().map(|(found, _)| found))?;
        let identified = Identified {
            entry: entry(&found, weights.clone()),
            summary: summary(&found, &weights),
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
    /// An answer is out of its range or has no effect on this network, or a value in the files is not finite.
    pub fn load(&self, answers: &Answers, device: &Device) -> Result<Recogniser> {
        self.check(answers)?;
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
            (_, Some(stream)) if self.found.family.has_streams() => {
                entry.weights.iter_mut().for_each(|weight| weight.stream = Some(stream))
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
            for state in &mut states {
                *state = Cow::Owned(reordered(state, indices)?);
            }
        }
        Recogniser::from_states(entry, &states, device)
    }

    /// An answer to a question that the files leave no room for is an error, unless it agrees with them.
    fn check(&self, answers: &Answers) -> Result<()> {
        let found = &self.found;
        let name = found.family.name();
        let refused = |option: &str, cause: String| Err(Error::config(cause).at(option));
        match answers.stream {
            None => {}
            Some(Stream::Joint | Stream::Bone) if found.family == Family::Agcn => {}
            Some(_) if found.family.has_streams() && self.states.len() == 1 => {}
            Some(_) if found.family.has_streams() => {
                let cause = "has no effect on several files, whose names or order say their streams: see the summary";
                return refused("stream", cause.into());
            }
            Some(stream) if found.family == Family::Agcn => {
                return refused("stream", format!("{name} has a joint and a bone stream, no {} stream", stream.name()));
            }
            Some(_) => return refused("stream", format!("has no effect on {name}, which has one network")),
        }
        if let (Some(theirs), Some(answer)) = (found.people, answers.people)
            && theirs != answer
        {
            return refused("people", format!("these weights take {theirs} people, not {answer}"));
        }
        if let Some(answer) = answers.order {
            if !JointOrder::of(found.layout).contains(&answer) {
                return refused("order", "this one is not of that layout".into());
            }
            if found.order.is_some_and(|theirs| theirs != answer) {
                return refused("order", "the graph in the file shows another order of the joints".into());
            }
        }
        Ok(())
    }
}

/// What all files are: one network, or the streams of one ensemble.
fn ensemble<'a>(mut read: impl ExactSizeIterator<Item = &'a Found> + Clone) -> Result<Found> {
    let (files, all) = (read.len(), read.clone());
    let Some(first) = read.next() else { return Err(Error::weights("no file")) };
    let most = match first.family {
        Family::Agcn => 2,
        family if family.has_streams() => Stream::ALL.len(),
        _ => 1,
    };
    if read.all(|other| other == first) && files <= most {
        return Ok(first.clone());
    }
    let each: Vec<String> = all.map(|f| format!("{} of {} classes", described(f), f.classes)).collect();
    let cause = format!(
        "{files} files must be the streams of one 2s-AGCN (two) or of one Shift-GCN (up to four); they are {}",
        each.join(" and ")
    );
    Err(Error::weights(cause))
}

fn summary(found: &Found, weights: &[WeightFile]) -> String {
    let mut summary = format!("{}, {} classes", described(found), found.classes);
    for warning in warnings(found, weights) {
        summary.push_str(". ");
        summary.push_str(&warning);
    }
    summary
}

fn described(found: &Found) -> String {
    let layout = found.layout.layout().name;
    match found.people {
        Some(1) => format!("{}, {layout}, one person", found.family.name()),
        Some(people) => format!("{}, {layout}, {people} people", found.family.name()),
        None => format!("{}, {layout}", found.family.name()),
    }
}
