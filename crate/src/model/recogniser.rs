//! A network with its preprocessing and its class names.

use std::borrow::Borrow;

use burn::tensor::activation::softmax;
use burn::tensor::{Device, Tensor, TensorData};

use super::agcn::{Agcn, AgcnConfig, Stream};
use super::ctrgcn::{CtrGcn, CtrGcnConfig};
use super::efficient_gcn::{EfficientGcn, EfficientGcnConfig};
use super::ends::Head;
use super::input::Input;
use super::shift_gcn::{ShiftGcn, ShiftGcnConfig};
use super::stgcn::{StGcn, StGcnConfig};
use super::stgcn_pp::{StGcnPp, StGcnPpConfig};
use crate::contract::manifest::{Architecture, ModelEntry, Preprocessing};
use crate::error::{Error, Result};
use crate::kernel::pass;
use crate::skeleton::{LayoutId, Sequence};
use crate::weights::{self, State};

/// More frames than any network was trained on.
const MAX_FRAMES: usize = 1000;
/// Frames of a clip that a network without resampling reads at most: a hundred seconds. ST-GCN needs half a megabyte
/// for each.
pub const MOST_SEEN: usize = 3000;

/// A clip as a tensor, (1, C, T, V, M).
pub fn clip_tensor(clip: &Sequence, device: &Device) -> Tensor<5> {
    let shape = [clip.frames(), clip.people(), clip.layout().len(), clip.layout().channels()];
    Tensor::<4>::from_data(TensorData::new(clip.data().to_vec(), shape), device).permute([3, 0, 2, 1]).unsqueeze()
}

/// A recogniser of actions. Its weights are frozen: gradients flow to the clip only.
#[derive(Clone, Debug)]
pub struct Recogniser {
    /// Its manifest entry.
    pub entry: ModelEntry,
    input: Input,
    /// One network, or streams whose scores are added, and what each reads.
    networks: Vec<(Stream, Network)>,
    device: Device,
}

#[derive(Clone, Debug)]
enum Network {
    StGcn(Box<StGcn>),
    Agcn(Box<Agcn>),
    ShiftGcn(Box<ShiftGcn>),
    EfficientGcn(Box<EfficientGcn>),
    StGcnPp(Box<StGcnPp>),
    CtrGcn(Box<CtrGcn>),
}

impl Network {
    fn new(entry: &ModelEntry, i: usize, state: &State, device: &Device) -> Result<Self> {
        let (layout, classes, people) = (entry.layout, entry.classes.len(), entry.people);
        let agcn = |stream| Agcn::new(&AgcnConfig { layout, classes, people, stream }, state, device);
        Ok(match (entry.architecture, i) {
            (Architecture::StGcn, _) => {
                Self::StGcn(Box::new(StGcn::new(&StGcnConfig::published(layout, classes), state, device)?))
            }
            (Architecture::AgcnJoint, _) | (Architecture::Agcn, 0) => Self::Agcn(Box::new(agcn(Stream::Joint)?)),
            (Architecture::AgcnBone | Architecture::Agcn, _) => Self::Agcn(Box::new(agcn(Stream::Bone)?)),
            (Architecture::ShiftGcn, _) => {
                Self::ShiftGcn(Box::new(ShiftGcn::new(&ShiftGcnConfig { layout, classes, people }, state, device)?))
            }
            (Architecture::StGcnPp, _) => {
                Self::StGcnPp(Box::new(StGcnPp::new(&StGcnPpConfig { layout, classes }, state, device)?))
            }
            (Architecture::CtrGcn, _) => {
                Self::CtrGcn(Box::new(CtrGcn::new(&CtrGcnConfig { layout, classes, people }, state, device)?))
            }
            (Architecture::EfficientGcn, _) => {
                let config = EfficientGcnConfig { layout, classes };
                Self::EfficientGcn(Box::new(EfficientGcn::new(&config, state, device)?))
            }
        })
    }

    /// Its last layer.
    fn head_mut(&mut self) -> &mut Head {
        match self {
            Self::StGcn(network) => network.head_mut(),
            Self::Agcn(network) => network.head_mut(),
            Self::ShiftGcn(network) => network.head_mut(),
            Self::EfficientGcn(network) => network.head_mut(),
            Self::StGcnPp(network) => network.head_mut(),
            Self::CtrGcn(network) => network.head_mut(),
        }
    }

    /// The network with another last layer.
    fn with_head(&self, change: impl FnOnce(&Head) -> Head) -> Self {
        let mut network = self.clone();
        let head = network.head_mut();
        *head = change(head);
        network
    }

    fn forward(&self, x: Tensor<5>) -> Tensor<2> {
        match self {
            Self::StGcn(network) => network.forward(x),
            Self::Agcn(network) => network.forward(x),
            Self::ShiftGcn(network) => network.forward(x),
            Self::EfficientGcn(network) => network.forward(x),
            Self::StGcnPp(network) => network.forward(x),
            Self::CtrGcn(network) => network.forward(x),
        }
    }
}

impl Recogniser {
    /// Reads the weight files, in the entry's order, onto a device without autodiff. Each is read when those before it
    /// have become networks, so that the arrays of one file at a time lie in memory.
    ///
    /// # Errors
    /// A weights error that names the file, and the key which is missing or has a wrong shape or a value that is not
    /// finite.
    pub fn load<F>(entry: ModelEntry, files: F, device: &Device) -> Result<Self>
    where
        F: IntoIterator<Item: AsRef<[u8]>, IntoIter: ExactSizeIterator>,
    {
        Self::build(entry, files.into_iter().map(|bytes| weights::read(bytes.as_ref())), device)
    }

    /// Builds the recogniser from state dicts, in the entry's order.
    ///
    /// # Errors
    /// The errors of [`Recogniser::load`].
    pub fn from_states(entry: ModelEntry, states: &[impl Borrow<State>], device: &Device) -> Result<Self> {
        Self::build(entry, states.iter().map(|state| Ok(state.borrow())), device)
    }

    fn build<S: Borrow<State>>(
        entry: ModelEntry,
        states: impl ExactSizeIterator<Item = Result<S>>,
        device: &Device,
    ) -> Result<Self> {
        if entry.classes.is_empty() {
            return Err(Error::weights("a model needs a class").at(&entry.id));
        }
        if !(1..=Sequence::MAX_PEOPLE).contains(&entry.people) {
            return Err(Error::config(format!("must be 1 to {}", Sequence::MAX_PEOPLE)).at("people"));
        }
        if entry.frames > MAX_FRAMES {
            return Err(Error::config(format!("must be 0 to {MAX_FRAMES}")).at("frames"));
        }
        let (least, most) = entry.architecture.files();
        let files = entry.weights.iter().filter(|weights| !weights.heads).count();
        if states.len() != entry.weights.len() || !(least..=most).contains(&files) {
            let wanted = if least == most { least.to_string() } else { format!("{least} to {most}") };
            return Err(
                Error::weights(format!("{} weight files where {wanted} are needed", states.len())).at(&entry.id)
            );
        }
        let mut networks: Vec<(Stream, Network)> = Vec::new();
        for (weights, state) in entry.weights.iter().zip(states) {
            let place = |e: Error| e.at(&weights.file);
            let state = state.map_err(place)?;
            let state = state.borrow();
            if weights.heads {
                let network = networks.last_mut().ok_or_else(|| {
                    Error::weights("holds heads; the file of their network must stand before it").at(&weights.file)
                })?;
                network.1.head_mut().add(state, device).map_err(place)?;
            } else {
                let network = Network::new(&entry, networks.len(), state, device).map_err(place)?;
                networks.push((weights.stream.unwrap_or(Stream::Joint), network));
            }
        }
        let input = Input::new(&entry);
        Ok(Self { entry, input, networks, device: device.clone() })
    }

    /// The scores of each class, before the softmax.
    ///
    /// # Shapes
    /// - x: (N, C, T, V, M), a clip's own coordinates at its own number of frames
    /// - result: (N, classes)
    pub fn logits(&self, x: Tensor<5>) -> Tensor<2> {
        pass(&self.device, || {
            let prepared = self.input.prepare(x);
            // An ensemble adds its streams' scores.
            let scores = self.networks.iter().map(|(stream, network)| network.forward(prepared.stream(*stream)));
            scores.reduce(|a, b| a + b).unwrap_or_else(|| Tensor::zeros([1, self.entry.classes.len()], &self.device))
        })
    }

    /// The scores of the recogniser, and of others that differ from it in their last layer only: its weights have
    /// Gaussian noise of the size `noise`, a share of the root of their mean square. Streams of an ensemble have noise
    /// of their own.
    ///
    /// # Shapes
    /// - x: (N, C, T, V, M), as in [`Recogniser::logits`]
    /// - result: (N, (1 + draws) classes): the recogniser's, then those of each draw
    pub fn spread_logits(&self, x: Tensor<5>, draws: usize, noise: f32, seed: u64) -> Tensor<2> {
        self.with_heads(|i, head| head.spread(draws, noise, seed.wrapping_add(i as u64))).logits(x)
    }

    /// What the last layer reads, the mean of the last block over people, frames and joints, and its own scores,
    /// without those of heads. Of an ensemble both are sums over its streams.
    ///
    /// # Shapes
    /// - x: (N, C, T, V, M), as in [`Recogniser::logits`]
    /// - results: (N, C') and (N, classes)
    pub fn features(&self, x: Tensor<5>) -> (Tensor<2>, Tensor<2>) {
        let both = self.with_heads(|_, head| head.open()).logits(x);
        let classes = self.entry.classes.len();
        let c = both.dims()[1] - classes;
        (both.clone().narrow(1, 0, c), both.narrow(1, c, classes))
    }

    /// The recogniser with other last layers, of each network by its number.
    fn with_heads(&self, change: impl Fn(usize, &Head) -> Head) -> Self {
        let of = |(i, (stream, network)): (usize, &(Stream, Network))| (*stream, network.with_head(|h| change(i, h)));
        let networks = self.networks.iter().enumerate().map(of).collect();
        Self { entry: self.entry.clone(), input: self.input, networks, device: self.device.clone() }
    }

    /// Checks whether the network can read the clip.
    ///
    /// # Errors
    /// A config error if the clip has another layout, or more frames than fit into memory.
    pub fn accepts(&self, clip: &Sequence) -> Result<()> {
        if clip.layout().id != self.entry.layout {
            let [has, reads] = [clip.layout().id, self.entry.layout].map(LayoutId::as_str);
            return Err(Error::config(format!("is in the layout {has}; the recogniser reads {reads}")).at("clip"));
        }
        // Other networks resample the clip first.
        let whole = self.entry.frames == 0
            || matches!(self.entry.preprocessing, Preprocessing::Agcn | Preprocessing::Pyskl | Preprocessing::CtrGcn);
        match clip.frames() {
            t if whole && t > MOST_SEEN => {
                let cause = format!("has {t} frames; this network reads {MOST_SEEN} at most: cut the clip");
                Err(Error::config(cause).at("clip"))
            }
            _ => Ok(()),
        }
    }

    /// The probability of each class for a clip, (classes). Reads back from the device without blocking.
    ///
    /// # Errors
    /// The errors of [`Recogniser::accepts`], a weights error if a probability is not finite, a device error.
    pub async fn recognise(&self, clip: &Sequence) -> Result<Vec<f32>> {
        self.accepts(clip)?;
        let probabilities = softmax(self.logits(clip_tensor(clip, &self.device)), 1);
        let data = probabilities.into_data_async().await.map_err(|e| Error::device(e.to_string()))?;
        let values = data.try_to_vec::<f32>().map_err(|e| Error::device(format!("{e:?}")))?;
        match values.iter().all(|p| p.is_finite()) {
            true => Ok(values),
            false => Err(Error::weights(
                "the network gives a score that is not finite; its weights are damaged or do not fit",
            )
            .at(&self.entry.id)),
        }
    }

    /// The device of the weights, without autodiff.
    pub fn device(&self) -> &Device {
        &self.device
    }
}
