//! `--weights`: a network from other weight files, and answers to what the files leave open.

use std::path::PathBuf;

use burn::tensor::Device;
use clap::Args;
use serde::de::DeserializeOwned;

use super::files::{bytes, text};
use super::say::note;
use crate::checkpoint::opened::{Answers, Identified, Opened};
use crate::error::{Error, Result};
use crate::model::Recogniser;

/// Weight files, and answers to what they leave open.
#[derive(Args, Debug)]
pub struct WeightArgs {
    /// Weight files (.pt, .pth, .safetensors) of another network: one, or two with a comma between them for the two
    /// streams of 2s-AGCN
    #[arg(long, value_name = "FILE", value_delimiter = ',', conflicts_with_all = ["model", "models"])]
    weights: Vec<PathBuf>,
    /// Names of its classes: a text file with one name a line, or a JSON array
    #[arg(long, value_name = "FILE", requires = "weights")]
    classes: Option<PathBuf>,
    /// What happens to a clip before the network: raw, centred, anchored, padded, kinetics, kinetics-up or 2s-agcn
    #[arg(long, requires = "weights")]
    preprocessing: Option<String>,
    /// Stream of a 2s-AGCN file, or of the first of two: joint or bone
    #[arg(long, requires = "weights")]
    stream: Option<String>,
    /// Frames that the network takes; 0 for as many as the clip has
    #[arg(long, requires = "weights")]
    frames: Option<usize>,
    /// People that the network takes (ST-GCN only)
    #[arg(long, requires = "weights")]
    people: Option<usize>,
    /// Order of 20 joints: layout, utd-mhad or msr-action3d
    #[arg(long, requires = "weights")]
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
        let named =
            |path: &PathBuf| Ok((path.file_name().unwrap_or_default().to_string_lossy().into_owned(), bytes(path)?));
        let opened = Opened::read(&self.weights.iter().map(named).collect::<Result<Vec<_>>>()?)?;
        let answers = self.answers()?;
        effective(&answers, opened.identified())?;
        let model = opened.load(&answers, device)?;
        let files: Vec<_> = model.entry.weights.iter().map(|w| format!("{} ({} bytes)", w.file, w.bytes)).collect();
        note!("{}: {}", files.join(", "), opened.identified().summary);
        for question in &opened.identified().questions {
            let (answer, source) = match written(&answers, question.id) {
                Some(answer) => (answer, "given"),
                None => (question.default.clone(), "default"),
            };
            let meaning = question.choices.iter().find(|c| c.value == answer).map_or("", |c| c.label.as_str());
            note!("  --{} {answer} ({source}): {meaning}", question.id);
        }
        Ok(model)
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

/// Does each answer belong to a question that these files leave open?
fn effective(answers: &Answers, identified: &Identified) -> Result<()> {
    let reasons = [
        ("stream", "only 2s-AGCN has streams"),
        ("order", "the file or its skeleton leaves only one order of the joints"),
        ("people", "the file itself says for how many people the network is"),
    ];
    for (id, reason) in reasons {
        if written(answers, id).is_some() && !identified.questions.iter().any(|q| q.id == id) {
            let cause = format!("has no effect on this network ({}): {reason}; leave it out", identified.summary);
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
