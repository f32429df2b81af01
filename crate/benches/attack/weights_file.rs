//! The network as a file, for sides in other languages: its arrays, and what the arrays do not say.

use std::path::{Path, PathBuf};

use ciasa::model::stgcn::StGcnConfig;
use ciasa::skeleton::{Graph, LayoutId};
use safetensors::Dtype;
use safetensors::tensor::{TensorView, serialize};

use crate::python::FOLDER;
use crate::side::{CLASSES, Result};
use crate::support::portable_stgcn;

/// Writes a safetensors file of 32-bit floats: the state dict, the adjacency `A` (K, V, V), `parents` (V), and
/// `strides` of the blocks. The bench in the browser writes the same.
pub fn write() -> Result<PathBuf> {
    let config = StGcnConfig::published(LayoutId::Ntu, CLASSES);
    let layout = config.layout.layout();
    let mut state = portable_stgcn(&config);
    let (graph, joints) = (Graph::stgcn(layout), layout.len());
    state.insert("A", &[graph.subsets.len(), joints, joints], graph.subsets.concat());
    state.insert("parents", &[joints], layout.parents.iter().map(|p| *p as f32).collect());
    state.insert("strides", &[config.blocks.len()], config.blocks.iter().map(|b| b.1 as f32).collect());
    let bytes: Vec<(&str, &[usize], Vec<u8>)> = state
        .iter()
        .map(|(key, array)| (key, &*array.shape, array.data.iter().flat_map(|v| v.to_le_bytes()).collect()))
        .collect();
    let views = bytes.iter().map(|(key, shape, bytes)| Ok((*key, TensorView::new(Dtype::F32, shape.to_vec(), bytes)?)));
    let place = Path::new(FOLDER).join("bench-weights.safetensors");
    std::fs::write(&place, serialize(views.collect::<Result<Vec<_>>>()?, None)?)?;
    Ok(place)
}
