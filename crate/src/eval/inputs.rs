//! What experiments run on: networks, and clips with what is known of their set.

use std::sync::Arc;

use sha2::{Digest, Sha256};

use super::defence::Detector;
use super::manifold::Manifold;
use crate::contract::hashes::{HASH_DIGITS, hashed};
use crate::contract::manifest::{ModelEntry, WeightFile};
use crate::contract::sample::stratified;
use crate::data::dataset::Dataset;
use crate::error::{Error, Result};
use crate::model::Recogniser;
use crate::skeleton::Sequence;

/// Number of natural clips for an attack's discriminator.
const NATURAL: usize = 54;
/// Number of the user's natural clips whose poses are kept; the time to compare them grows with the square.
const POSES: usize = 108;

/// The first digits of the SHA-256 of a clip ([`hashed`]).
pub fn digest(clip: &Sequence) -> String {
    Sha256::digest(hashed(clip)).iter().take(HASH_DIGITS / 2).map(|b| format!("{b:02x}")).collect()
}

/// The first digits of the SHA-256 of a network's weights.
pub fn weights(entry: &ModelEntry) -> String {
    let digits = |w: &WeightFile| w.sha256.chars().take(HASH_DIGITS).collect::<String>();
    entry.weights.iter().map(digits).collect::<Vec<_>>().join("+")
}

/// A network and the set that it was trained on.
pub struct Model {
    /// Its id in rows.
    pub id: String,
    /// The network.
    pub recogniser: Arc<Recogniser>,
    /// The first digits of the SHA-256 of its weights.
    pub weights: String,
    /// Index of its set in [`Inputs::sources`]; none if the set is not there.
    pub source: Option<usize>,
}

impl Model {
    /// A loaded network with its set.
    pub fn new(recogniser: Recogniser, source: Option<usize>) -> Self {
        let weights = weights(&recogniser.entry);
        Self { id: recogniser.entry.id.clone(), recogniser: Arc::new(recogniser), weights, source }
    }

    /// Its id.
    pub fn id(&self) -> &str {
        &self.id
    }
}

/// A set of clips, and what is fitted on its training side.
pub struct Source {
    /// The set's name in rows.
    pub name: String,
    /// All its clips, each with the index of its class.
    pub clips: Vec<(Sequence, usize)>,
    /// The [`digest`] of each clip.
    pub digests: Vec<String>,
    /// Name of each clip's file; empty for a set that is one file.
    pub files: Vec<String>,
    /// Indices of the test clips.
    pub test: Vec<usize>,
    /// Indices of training clips for the discriminators.
    natural: Vec<usize>,
    /// Detector with thresholds from the training side.
    pub detector: Option<Detector>,
    /// Poses of the training side.
    pub manifold: Option<Manifold>,
}

impl Source {
    /// A data set, split into two sides (indices of clips).
    ///
    /// # Errors
    /// If a side is empty.
    pub fn of_dataset(name: &str, data: Dataset, training: &[usize], test: Vec<usize>, seed: u64) -> Result<Self> {
        if training.is_empty() || test.is_empty() {
            return Err(Error::data("a side of the split has no clip").at(name));
        }
        let side = || training.iter().map(|&i| &data.clips[i]);
        let detector = Detector::fit(&side().map(|c| &c.clip).collect::<Vec<_>>());
        let performers: Vec<_> = side().map(|c| (&c.clip, c.subject.as_str())).collect();
        let manifold = Manifold::fit(&performers);
        let labels: Vec<_> = training.iter().map(|&i| (i, data.clips[i].label)).collect();
        let natural = stratified(&labels, NATURAL, seed);
        let clips = data.clips.into_iter().map(|c| (c.clip, c.label)).collect();
        Ok(Self { test, natural, detector, manifold, ..Self::of_clips(name, clips) })
    }

    /// The user's clips. Without `natural` ones, a draw of them are natural clips for the others. Those that are given
    /// fit the detector as well, and, with the performers in NTU's file names, the natural poses.
    ///
    /// # Errors
    /// If there is one clip only, and no natural one.
    pub fn of_files(name: &str, clips: Vec<Named>, natural: Vec<Named>, seed: u64) -> Result<Self> {
        if clips.len() < 2 && natural.is_empty() {
            let cause = "one clip, and the discriminator learns from others; name some by --natural";
            return Err(Error::config(cause).at("--clips"));
        }
        let attacked = clips.len();
        let all = clips.into_iter().chain(natural);
        let (files, clips): (Vec<_>, Vec<_>) = all.map(|c| (c.file, (c.clip, c.label))).unzip();
        let beside: Vec<usize> = if clips.len() > attacked { (attacked..clips.len()).collect() } else { Vec::new() };
        let (detector, manifold) = {
            let side: Vec<&Sequence> = beside.iter().map(|&i| &clips[i].0).collect();
            let drawn = stratified(&beside.iter().map(|&i| (i, 0)).collect::<Vec<_>>(), POSES, seed);
            let performers: Vec<_> = drawn.iter().filter_map(|&i| Some((&clips[i].0, performer(&files[i])?))).collect();
            (Detector::fit(&side), Manifold::fit(&performers))
        };
        let among = if beside.is_empty() { (0..attacked).collect() } else { beside };
        let labels: Vec<_> = among.iter().map(|&i| (i, clips[i].1)).collect();
        let natural = stratified(&labels, NATURAL, seed);
        let test = (0..attacked).collect();
        Ok(Self { files, test, natural, detector, manifold, ..Self::of_clips(name, clips) })
    }

    /// Clips without a training side: all are attacked, and each is a natural clip for the others.
    pub fn of_gallery(clips: Vec<(Sequence, usize)>) -> Self {
        Self::of_clips("gallery", clips)
    }

    fn of_clips(name: &str, clips: Vec<(Sequence, usize)>) -> Self {
        let all: Vec<usize> = (0..clips.len()).collect();
        let digests = clips.iter().map(|(clip, _)| digest(clip)).collect();
        Self {
            name: name.into(),
            clips,
            digests,
            files: Vec::new(),
            test: all.clone(),
            natural: all,
            detector: None,
            manifold: None,
        }
    }

    /// Name of a clip's file; empty if it has none of its own.
    pub fn file(&self, clip: usize) -> &str {
        self.files.get(clip).map_or("", String::as_str)
    }

    /// Indices of `n` test clips, spread over the classes.
    pub fn select(&self, n: usize, seed: u64) -> Vec<usize> {
        let labels: Vec<_> = self.test.iter().map(|&i| (i, self.clips[i].1)).collect();
        stratified(&labels, n, seed)
    }

    /// The natural clips for an attack on a clip, without the clip itself.
    pub fn natural(&self, attacked: usize) -> Vec<Sequence> {
        let other = |i: &&usize| **i != attacked && self.digests[**i] != self.digests[attacked];
        self.natural.iter().filter(other).map(|&i| self.clips[i].0.clone()).collect()
    }
}

/// A clip with the name of its file and the index of its class.
pub struct Named {
    /// Name of the file.
    pub file: String,
    /// The clip.
    pub clip: Sequence,
    /// Index of its class.
    pub label: usize,
}

/// The networks and sets of a run.
#[derive(Default)]
pub struct Inputs {
    /// The networks.
    pub models: Vec<Model>,
    /// The sets.
    pub sources: Vec<Source>,
    /// With the user's networks: how many of the first ones are attacked. All of them judge.
    pub given: Option<usize>,
}

impl Inputs {
    /// The user's networks and clips. Networks with the same weights and answers are one network, and different ones
    /// with the same name get their hash into their id.
    pub fn given(attacked: Vec<Model>, judging: Vec<Model>, source: Source) -> Self {
        let mut models: Vec<Model> = Vec::new();
        let mut given = 0;
        for (i, mut model) in attacked.into_iter().map(|m| (true, m)).chain(judging.into_iter().map(|m| (false, m))) {
            if models.iter().any(|m| m.id == model.id && m.weights == model.weights) {
                continue;
            }
            if models.iter().any(|m| m.id == model.id) {
                model.id = format!("{} {}", model.id, model.weights);
            }
            models.push(model);
            given += usize::from(i);
        }
        Self { models, sources: vec![source], given: Some(given) }
    }

    /// Index of the network of that id.
    pub fn model(&self, id: &str) -> Option<usize> {
        self.models.iter().position(|m| m.id() == id)
    }
}

/// The performer in the name of an NTU RGB+D file, such as P001.
fn performer(file: &str) -> Option<&str> {
    let name = file.rsplit('/').next()?;
    let fits = |part: &&[u8]| part[0].eq_ignore_ascii_case(&b'P') && part[1..].iter().all(u8::is_ascii_digit);
    let at = name.as_bytes().windows(4).position(|part| fits(&part))?;
    name.get(at..at + 4)
}
