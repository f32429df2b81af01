//! What experiments run on: networks, and clips with what is known of their set.

use std::sync::Arc;

use super::defence::Detector;
use super::manifold::Manifold;
use crate::contract::sample::stratified;
use crate::data::dataset::Dataset;
use crate::error::{Error, Result};
use crate::model::Recogniser;
use crate::skeleton::Sequence;

/// Number of natural clips for an attack's discriminator.
const NATURAL: usize = 54;

/// A network and the set that it was trained on.
pub struct Model {
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
        let digits = |w: &crate::contract::manifest::WeightFile| w.sha256.chars().take(8).collect::<String>();
        let weights = recogniser.entry.weights.iter().map(digits).collect::<Vec<_>>().join("+");
        Self { recogniser: Arc::new(recogniser), weights, source }
    }

    /// Its id.
    pub fn id(&self) -> &str {
        &self.recogniser.entry.id
    }
}

/// A set of clips, and what is fitted on its training side.
pub struct Source {
    /// The set's name in rows.
    pub name: String,
    /// All its clips, each with the index of its class.
    pub clips: Vec<(Sequence, usize)>,
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
        Ok(Self { name: name.into(), clips, test, natural, detector, manifold })
    }

    /// Clips without a training side: all are attacked, and each is a natural clip for the others.
    pub fn of_gallery(clips: Vec<(Sequence, usize)>) -> Self {
        let all: Vec<usize> = (0..clips.len()).collect();
        let name = "gallery".to_owned();
        Self { name, clips, test: all.clone(), natural: all, detector: None, manifold: None }
    }

    /// Indices of `n` test clips, spread over the classes.
    pub fn select(&self, n: usize, seed: u64) -> Vec<usize> {
        let labels: Vec<_> = self.test.iter().map(|&i| (i, self.clips[i].1)).collect();
        stratified(&labels, n, seed)
    }

    /// The natural clips for an attack on a clip, without the clip itself.
    pub fn natural(&self, attacked: usize) -> Vec<Sequence> {
        self.natural.iter().filter(|i| **i != attacked).map(|&i| self.clips[i].0.clone()).collect()
    }
}

/// The networks and sets of a run.
#[derive(Default)]
pub struct Inputs {
    /// The networks.
    pub models: Vec<Model>,
    /// The sets.
    pub sources: Vec<Source>,
}

impl Inputs {
    /// Index of the network of that id.
    pub fn model(&self, id: &str) -> Option<usize> {
        self.models.iter().position(|m| m.id() == id)
    }
}
