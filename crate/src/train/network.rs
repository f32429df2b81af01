//! The networks that can be trained.

use burn::module::Module;
use burn::tensor::{Device, Tensor, TensorData};

use super::agcn::TrainableAgcn;
use super::layers::{Fixed, Pass, Start};
use super::stgcn::TrainableStGcn;
use crate::contract::manifest::Architecture;
use crate::error::{Error, Result};
use crate::model::agcn::{AgcnConfig, Stream, bone_ends};
use crate::model::stgcn::{K, StGcnConfig};
use crate::skeleton::{Graph, Layout, LayoutId};
use crate::weights::State;

/// A network with trainable weights.
#[derive(Module, Debug)]
pub(super) enum Network {
    StGcn(TrainableStGcn),
    Agcn(TrainableAgcn),
}

fn stream(architecture: Architecture) -> Result<Option<Stream>> {
    match architecture {
        Architecture::StGcn => Ok(None),
        Architecture::AgcnJoint => Ok(Some(Stream::Joint)),
        Architecture::AgcnBone => Ok(Some(Stream::Bone)),
        _ => {
            let cause = "only st-gcn, 2s-agcn-joint and 2s-agcn-bone can be trained";
            Err(Error::config(cause).at("architecture"))
        }
    }
}

impl Network {
    /// A network with random weights.
    ///
    /// # Errors
    /// For an architecture that cannot be trained.
    pub fn new(architecture: Architecture, layout: LayoutId, classes: usize, start: &mut Start<'_>) -> Result<Self> {
        Ok(match stream(architecture)? {
            None => Self::StGcn(TrainableStGcn::new(&StGcnConfig::published(layout, classes), start)),
            Some(stream) => Self::Agcn(TrainableAgcn::new(&AgcnConfig { layout, classes, people: 1, stream }, start)),
        })
    }

    /// (N, T, V, C) to (N, classes).
    pub fn forward(&self, x: Tensor<4>, pass: &mut Pass<'_>) -> Tensor<2> {
        match self {
            Self::StGcn(network) => network.forward(x, pass),
            Self::Agcn(network) => network.forward(x, pass),
        }
    }

    /// The weights under their published names.
    pub fn state(&self) -> State {
        match self {
            Self::StGcn(network) => network.state(),
            Self::Agcn(network) => network.state(),
        }
    }

    /// Takes the weights from a state dict under their published names.
    ///
    /// # Errors
    /// A weights error that names the key which is missing, has another shape, or a bias that the network has not.
    pub fn import(&mut self, state: &State) -> Result<()> {
        match self {
            Self::StGcn(network) => network.import(state),
            Self::Agcn(network) => network.import(state),
        }
    }
}

impl Fixed {
    /// The constants of an architecture on a layout.
    ///
    /// # Errors
    /// For an architecture that cannot be trained.
    pub fn new(architecture: Architecture, layout: &Layout, device: &Device) -> Result<Self> {
        let stream = stream(architecture)?;
        let graph = if stream.is_none() { Graph::stgcn(layout) } else { Graph::agcn(layout) };
        let v = graph.joints;
        let parents: Vec<i32> = bone_ends(layout.id).iter().map(|p| *p as i32).collect();
        Ok(Self {
            adjacency: Tensor::from_data(TensorData::new(graph.subsets.concat(), [K, v, v]), device),
            parents: (stream == Some(Stream::Bone)).then(|| Tensor::from_data(TensorData::new(parents, [v]), device)),
        })
    }
}
