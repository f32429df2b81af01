//! A network together with what it needs to read a clip and to name what it saw.

use burn::tensor::activation::softmax;
use burn::tensor::{Device, Tensor, TensorData};

use super::input::Input;
use super::manifest::{Architecture, ModelEntry};
use super::state::State;
use super::stgcn::{StGcn, StGcnConfig};
use crate::error::{Error, Result};
use crate::skeleton::{LayoutId, Sequence};

/// A clip as the networks take it: (1, C, T, V, M).
pub fn clip_tensor(clip: &Sequence, device: &Device) -> Tensor<5> {
    let shape = [clip.frames(), clip.people(), clip.layout().len(), clip.layout().channels()];
    Tensor::<4>::from_data(TensorData::new(clip.data().to_vec(), shape), device).permute([3, 0, 2, 1]).unsqueeze()
}

/// A recogniser of actions. Its weights are frozen: gradients flow to the clip only.
#[derive(Clone, Debug)]
pub struct Recogniser {
    /// What the manifest says of it.
    pub entry: ModelEntry,
    input: Input,
    network: Network,
    device: Device,
}

#[derive(Clone, Debug)]
enum Network {
    StGcn(Box<StGcn>),
}

impl Recogniser {
    /// Reads the weights onto a device (a plain one, without autodiff).
    ///
    /// # Errors
    /// Names the key that is missing, has another shape or a value that is no number.
    pub fn load(entry: ModelEntry, bytes: &[u8], device: &Device) -> Result<Self> {
        let state = State::from_safetensors(bytes).map_err(|e| e.at(&entry.file))?;
        Self::from_state(entry, &state, device)
    }

    /// As [`Recogniser::load`], from a state dict at hand.
    ///
    /// # Errors
    /// As [`Recogniser::load`].
    pub fn from_state(entry: ModelEntry, state: &State, device: &Device) -> Result<Self> {
        if entry.classes.is_empty() || entry.people == 0 {
            return Err(Error::weights("a model needs a class and a person").at(&entry.id));
        }
        let layout = entry.layout.layout();
        let network = match entry.architecture {
            Architecture::StGcn => {
                let config = StGcnConfig::published(entry.layout, entry.classes.len());
                Network::StGcn(Box::new(StGcn::new(&config, state, device).map_err(|e| e.at(&entry.file))?))
            }
        };
        let input = Input {
            frames: (entry.frames > 0).then_some(entry.frames),
            centre: entry.centred.then_some(layout.pelvis),
            dims: layout.dims,
            people: entry.people,
        };
        Ok(Self { entry, input, network, device: device.clone() })
    }

    /// The scores of each class, before the softmax.
    ///
    /// # Shapes
    /// - x: (N, C, T, V, M), a clip's own coordinates at its own number of frames
    /// - result: (N, classes)
    pub fn logits(&self, x: Tensor<5>) -> Tensor<2> {
        let x = self.input.forward(x);
        match &self.network {
            Network::StGcn(network) => network.forward(x),
        }
    }

    /// The probability of each class for a clip, (classes). Reads from the device without blocking.
    ///
    /// # Errors
    /// Where the clip has another layout, or the device fails.
    pub async fn recognise(&self, clip: &Sequence) -> Result<Vec<f32>> {
        if clip.layout().id != self.entry.layout {
            let [has, reads] = [clip.layout().id, self.entry.layout].map(LayoutId::as_str);
            return Err(Error::config(format!("is in the layout {has}; the recogniser reads {reads}")).at("clip"));
        }
        let probabilities = softmax(self.logits(clip_tensor(clip, &self.device)), 1);
        let data = probabilities.into_data_async().await.map_err(|e| Error::device(e.to_string()))?;
        data.try_to_vec().map_err(|e| Error::device(format!("{e:?}")))
    }

    /// Where the weights are.
    pub fn device(&self) -> &Device {
        &self.device
    }
}
