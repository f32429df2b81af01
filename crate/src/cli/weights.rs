//! `--weights`: a network from somebody else's files, with what the files do not tell.

use std::path::PathBuf;

use burn::tensor::Device;
use clap::Args;
use serde::de::DeserializeOwned;

use super::common::{bytes, text};
use crate::checkpoint::{Answers, Opened};
use crate::error::{Error, Result};
use crate::model::Recogniser;

/// Weight files, and answers to what they leave open.
#[derive(Args, Debug)]
pub struct WeightArgs {
    /// Weight files (.pt, .pth, .safetensors) of another network: one, or two separated by a comma for 2s-AGCN's streams
    #[arg(long, value_delimiter = ',')]
    pub weights: Vec<PathBuf>,
    /// Names of its classes: a text file with one in each line, or a JSON array
    #[arg(long, requires = "weights")]
    classes: Option<PathBuf>,
    /// What happens to a clip before: raw, centred, anchored, padded, kinetics, kinetics-up or 2s-agcn
    #[arg(long, requires = "weights")]
    preprocessing: Option<String>,
    /// The stream of a 2s-AGCN file, or of the first of two: joint or bone
    #[arg(long, requires = "weights")]
    stream: Option<String>,
    /// Frames that it takes; 0: as many as a clip has
    #[arg(long, requires = "weights")]
    frames: Option<usize>,
    /// People that it takes (ST-GCN; the others say it themselves)
    #[arg(long, requires = "weights")]
    people: Option<usize>,
    /// Order of 20 joints: layout, utd-mhad or msr-action3d
    #[arg(long, requires = "weights")]
    order: Option<String>,
}

impl WeightArgs {
    /// Loads the network onto a device, and prints what was recognised and how its questions are answered.
    ///
    /// # Errors
    /// Where a file cannot be read or is none of a network that is known, or an answer does not fit.
    pub fn load(&self, device: &Device) -> Result<Recogniser> {
        let named =
            |path: &PathBuf| Ok((path.file_name().unwrap_or_default().to_string_lossy().into_owned(), bytes(path)?));
        let opened = Opened::read(&self.weights.iter().map(named).collect::<Result<Vec<_>>>()?)?;
        let answers = self.answers()?;
        let model = opened.load(&answers, device)?;
        let files: Vec<_> = model.entry.weights.iter().map(|w| format!("{} ({} bytes)", w.file, w.bytes)).collect();
        println!("{}: {}", files.join(", "), opened.identified().summary);
        let given = serde_json::to_value(&answers).unwrap_or_default();
        for question in &opened.identified().questions {
            let given = given.get(question.id).filter(|v| !v.is_null());
            let (answer, whose) = match given {
                Some(serde_json::Value::String(text)) => (text.clone(), "given"),
                Some(other) => (other.to_string(), "given"),
                None => (question.default.clone(), "usual"),
            };
            let words = question.choices.iter().find(|c| c.value == answer).map_or("", |c| c.label.as_str());
            println!("  --{} {answer} ({whose}): {words}", question.id);
        }
        Ok(model)
    }

    fn answers(&self) -> Result<Answers> {
        Ok(Answers {
            stream: word(self.stream.as_ref(), "--stream")?,
            order: word(self.order.as_ref(), "--order")?,
            people: self.people,
            preprocessing: word(self.preprocessing.as_ref(), "--preprocessing")?,
            frames: self.frames,
            class_names: self.classes.as_ref().map(|path| text(path)).transpose()?,
        })
    }
}

/// A word as the manifest writes it.
fn word<T: DeserializeOwned>(given: Option<&String>, option: &str) -> Result<Option<T>> {
    let read = |word: &String| {
        serde_json::from_value(word.as_str().into()).map_err(|e| Error::config(e.to_string()).at(option))
    };
    given.map(read).transpose()
}
