//! Networks from the user's weight files, and answers to what the files leave open.

use std::path::{Path, PathBuf};

use burn::tensor::Device;
use clap::Args;
use serde::de::DeserializeOwned;

use super::files::{bytes, text};
use super::say::note;
use crate::checkpoint::opened::{Answers, Identified, Opened};
use crate::error::{Error, Result};
use crate::model::Recogniser;
use crate::train::sha256;

/// Weight files, and answers to what they leave open.
#[derive(Args, Debug)]
pub struct WeightArgs {
    /// Weight files (.pt, .pth, .pdparams, .safetensors) of another network: one, or with commas between them the two
    /// streams of 2s-AGCN or up to four of Shift-GCN
    #[arg(long, value_name = "FILE", value_delimiter = ',', group = "files", conflicts_with_all = ["model", "models"])]
    weights: Vec<PathBuf>,
    #[command(flatten)]
    answers: AnswerArgs,
}

/// Answers to what weight files leave open. They belong to an option of the group `files`.
#[derive(Args, Debug)]
pub struct AnswerArgs {
    /// Names of its classes: a text file with one name a line, or a JSON array
    #[arg(long, value_name = "FILE", requires = "files")]
    classes: Option<PathBuf>,
    /// What happens to a clip before the network: raw, centred, anchored, padded, kinetics, kinetics-up or 2s-agcn
    #[arg(long, requires = "files")]
    preprocessing: Option<String>,
    /// Stream of a file: joint or bone (2s-AGCN, the first of two), or joint-motion or bone-motion
    #[arg(long, requires = "files")]
    stream: Option<String>,
    /// Frames that the network takes; 0 for as many as the clip has
    #[arg(long, requires = "files")]
    frames: Option<usize>,
    /// People that the network takes (ST-GCN only)
    #[arg(long, requires = "files")]
    people: Option<usize>,
    /// Order of 20 joints: layout, utd-mhad or msr-action3d
    #[arg(long, requires = "files")]
    order: Option<String>,
}

impl WeightArgs {
    /// Are weight files named?
    pub fn are_given(&self) -> bool {
        !self.weights.is_empty()
    }

    /// Loads the network onto a device, and prints what it is and how each open question is answered.
    ///
    /// # Errors
    /// If a file cannot be read or holds no known network, or an answer has no effect or is out of range.
    pub fn load(&self, device: &Device) -> Result<Recogniser> {
        let answers = self.answers.answers()?;
        let opened = open(&self.weights)?;
        effective(&answers, &[opened.identified()])?;
        load(&opened, &answers, device)
    }
}

impl AnswerArgs {
    /// Loads several networks, each from one weight file or from two. The hashes of the files are in the entries. An
    /// answer goes to the networks that leave its question open, and a network's id names the answers that it got.
    ///
    /// # Errors
    /// As [`WeightArgs::load`]; an answer must have an effect on one of the networks.
    pub fn load_each(&self, networks: &[&[PathBuf]], device: &Device) -> Result<Vec<Recogniser>> {
        let answers = self.answers()?;
        let opened = networks.iter().map(|files| open(files)).collect::<Result<Vec<_>>>()?;
        effective(&answers, &opened.iter().map(Opened::identified).collect::<Vec<_>>())?;
        let one = |(opened, files): (&Opened, &&[PathBuf])| {
            let answers = asked(&answers, opened.identified());
            let mut model = load(opened, &answers, device)?;
            hash(&mut model, files)?;
            let given = ASKED.iter().chain(&ALWAYS).filter_map(|id| Some(format!("{id} {}", written(&answers, id)?)));
            let given: Vec<String> = given.collect();
            if !given.is_empty() {
                model.entry.id = format!("{} ({})", model.entry.id, given.join(", "));
            }
            Ok(model)
        };
        opened.iter().zip(networks).map(one).collect()
    }

    /// Is any answer given?
    pub fn are_given(&self) -> bool {
        let texts = [&self.preprocessing, &self.stream, &self.order];
        let numbers = [self.frames, self.people];
        self.classes.is_some() || texts.iter().any(|t| t.is_some()) || numbers.iter().any(Option::is_some)
    }

    fn answers(&self) -> Result<Answers> {
        Ok(Answers {
            stream: parsed(self.stream.as_ref(), "--stream")?,
            order: parsed(self.order.as_ref(), "--order")?,
            people: self.people,
            preprocessing: parsed(self.preprocessing.as_ref(), "--preprocessing")?,
            frames: self.frames,
            class_names: self.classes.as_ref().map(|path| text(path)).transpose()?,
        })
    }
}

/// Questions that only some weight files leave open, and why the others do not.
const REASONS: [(&str, &str); 3] = [
    ("stream", "it has no streams, or the names or the order of several files say which each is"),
    ("order", "the file or its skeleton leaves only one order of the joints"),
    ("people", "the file itself says for how many people the network is"),
];
/// Their ids, and those of the questions that all files leave open.
const ASKED: [&str; 3] = [REASONS[0].0, REASONS[1].0, REASONS[2].0];
const ALWAYS: [&str; 2] = ["preprocessing", "frames"];

fn open(files: &[PathBuf]) -> Result<Opened> {
    let named = |path: &PathBuf| Ok((file_name(path), bytes(path)?));
    Opened::read(&files.iter().map(named).collect::<Result<Vec<_>>>()?)
}

fn file_name(path: &Path) -> String {
    path.file_name().unwrap_or_default().to_string_lossy().into_owned()
}

fn load(opened: &Opened, answers: &Answers, device: &Device) -> Result<Recogniser> {
    let model = opened.load(answers, device)?;
    let files: Vec<_> = model.entry.weights.iter().map(|w| format!("{} ({} bytes)", w.file, w.bytes)).collect();
    note!("{}: {}", files.join(", "), opened.identified().summary);
    for question in &opened.identified().questions {
        let (answer, source) = match written(answers, question.id) {
            Some(answer) => (answer, "given"),
            None => (question.default.clone(), "default"),
        };
        let meaning = question.choices.iter().find(|c| c.value == answer).map_or("", |c| c.label.as_str());
        note!("  --{} {answer} ({source}): {meaning}", question.id);
    }
    Ok(model)
}

/// Writes the hashes of the files into the entry, whose streams may be in the other order.
fn hash(model: &mut Recogniser, files: &[PathBuf]) -> Result<()> {
    let mut files: Vec<&PathBuf> = files.iter().collect();
    if files.first().zip(model.entry.weights.first()).is_some_and(|(path, first)| file_name(path) != first.file) {
        files.reverse();
    }
    for (weight, path) in model.entry.weights.iter_mut().zip(files) {
        weight.sha256 = sha256(&bytes(path)?);
    }
    Ok(())
}

/// The answers to the questions that these files leave open.
fn asked(answers: &Answers, identified: &Identified) -> Answers {
    let open = |id: &str| identified.questions.iter().any(|q| q.id == id);
    Answers {
        stream: answers.stream.filter(|_| open("stream")),
        order: answers.order.filter(|_| open("order")),
        people: answers.people.filter(|_| open("people")),
        ..answers.clone()
    }
}

/// Does each answer belong to a question that one of these networks leaves open?
fn effective(answers: &Answers, all: &[&Identified]) -> Result<()> {
    for (id, reason) in REASONS {
        if written(answers, id).is_some() && !all.iter().any(|one| one.questions.iter().any(|q| q.id == id)) {
            let networks = all.iter().map(|one| one.summary.as_str()).collect::<Vec<_>>().join("; ");
            let cause = format!("has no effect on this network ({networks}): {reason}; leave it out");
            return Err(Error::config(cause).at(format!("--{id}")));
        }
    }
    Ok(())
}

/// An answer as the option spells it; none if it is not given.
fn written(answers: &Answers, id: &str) -> Option<String> {
    match serde_json::to_value(answers).ok()?.get(id)? {
        serde_json::Value::Null => None,
        serde_json::Value::String(text) => Some(text.clone()),
        other => Some(other.to_string()),
    }
}

/// A value as the manifest spells it.
fn parsed<T: DeserializeOwned>(given: Option<&String>, option: &str) -> Result<Option<T>> {
    let read = |text: &String| {
        serde_json::from_value(text.as_str().into()).map_err(|e| Error::config(e.to_string()).at(option))
    };
    given.map(read).transpose()
}
