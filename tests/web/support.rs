//! Clips and weights.

use ciasa::engine::parity;
use ciasa::model::stgcn::StGcnConfig;
use ciasa::skeleton::{LayoutId, Sequence};

/// A clip (T, 1, V, C) of a figure with the layout's bones that waves all its joints. Each `phase` gives another clip.
pub fn clip(frames: usize, phase: f32) -> Sequence {
    let layout = LayoutId::KinectV1.layout();
    let mut data = Vec::new();
    for t in 0..frames {
        let mut at: Vec<[f32; 3]> = vec![[0.0; 3]; layout.len()];
        let mut order: Vec<usize> = (0..layout.len()).collect();
        order.sort_by_key(|&j| depth(layout.parents, j));
        for j in order {
            let parent = layout.parents[j];
            if parent != j {
                let angle = 1.3 * j as f32 + phase + 0.2 * (t as f32 * 0.5 + j as f32).sin();
                let bone = [0.15 * angle.cos(), 0.2 * angle.sin(), 0.1 * (2.0 * angle).sin()];
                at[j] = [0, 1, 2].map(|c| at[parent][c] + bone[c]);
            }
        }
        // Away from the origin, which marks an absent person.
        data.extend(at.iter().flat_map(|p| [p[0] + 0.1, p[1] + 1.0, p[2] + 2.0]));
    }
    Sequence::new(LayoutId::KinectV1, 30.0, frames, 1, data).unwrap()
}

fn depth(parents: &[usize], joint: usize) -> usize {
    if parents[joint] == joint { 0 } else { 1 + depth(parents, parents[joint]) }
}

/// A weight file for the published ST-GCN with meaningless weights.
pub fn weights(classes: usize) -> Vec<u8> {
    let config = StGcnConfig::published(LayoutId::KinectV1, classes);
    parity::made_weights(&config).to_safetensors_16().unwrap()
}
