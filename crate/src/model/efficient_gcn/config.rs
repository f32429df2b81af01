//! Sizes and names of EfficientGCN-B0.

use super::branches::BRANCHES;
use crate::model::keys::Keys;
use crate::model::stgcn::K;
use crate::skeleton::LayoutId;

/// Channels after the stem of a branch, and after its two blocks.
pub(super) const STEM: usize = 64;
pub(super) const WIDTHS: [usize; 2] = [48, 32];
/// Channels after the two blocks of the main stream, each of which halves the frames.
pub(super) const MAIN: [usize; 2] = [64, 128];
/// Taps in time.
pub(super) const FIVE: usize = 5;

/// Sizes of an EfficientGCN-B0.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EfficientGcnConfig {
    /// The skeleton that it reads.
    pub layout: LayoutId,
    /// Number of classes.
    pub classes: usize,
}

impl EfficientGcnConfig {
    /// The published names and shapes of all arrays, without batch counters. Normalisations have PyTorch's names.
    pub fn keys(&self) -> Vec<(String, Vec<usize>)> {
        let v = self.layout.layout().len();
        let mut keys = Keys::default();
        for branch in 0..BRANCHES {
            let key = |name: &str| format!("input_branches.{branch}.{name}");
            keys.norm(&key("init_bn"), 6);
            spatial(&mut keys, &key("stem_scn"), v, [6, STEM]);
            keys.conv(&key("stem_tcn.conv"), [STEM, STEM], FIVE);
            keys.norm(&key("stem_tcn.bn"), STEM);
            for (i, [c, out]) in [[STEM, WIDTHS[0]], WIDTHS].into_iter().enumerate() {
                spatial(&mut keys, &key(&format!("block-{i}_scn")), v, [c, out]);
                attention(&mut keys, &key(&format!("block-{i}_att")), out);
            }
        }
        for (i, [c, out]) in [[BRANCHES * WIDTHS[1], MAIN[0]], MAIN].into_iter().enumerate() {
            let key = |name: &str| format!("main_stream.block-{i}_{name}");
            spatial(&mut keys, &key("scn"), v, [c, out]);
            sandglass(&mut keys, &key("tcn-0"), out);
            attention(&mut keys, &key("att"), out);
        }
        keys.array("classifier.fc.weight", &[self.classes, MAIN[1], 1, 1, 1]);
        keys.array("classifier.fc.bias", &[self.classes]);
        keys.0
    }
}

fn spatial(keys: &mut Keys, key: &str, v: usize, [c, out]: [usize; 2]) {
    keys.array(format!("{key}.conv.A"), &[K, v, v]);
    keys.array(format!("{key}.conv.edge"), &[K, v, v]);
    keys.conv(&format!("{key}.conv.gcn"), [c, K * out], 1);
    keys.norm(&format!("{key}.bn"), out);
    keys.conv(&format!("{key}.residual.0"), [c, out], 1);
    keys.norm(&format!("{key}.residual.1"), out);
}

fn attention(keys: &mut Keys, key: &str, c: usize) {
    keys.conv(&format!("{key}.att.fcn.0"), [c, c / 2], 1);
    keys.norm(&format!("{key}.att.fcn.1"), c / 2);
    keys.conv(&format!("{key}.att.conv_t"), [c / 2, c], 1);
    keys.conv(&format!("{key}.att.conv_v"), [c / 2, c], 1);
    keys.norm(&format!("{key}.bn"), c);
}

fn sandglass(keys: &mut Keys, key: &str, c: usize) {
    // Depthwise: each channel has its own taps.
    let layers = [("depth_conv1", [1, c], FIVE), ("point_conv1", [c, c / 2], 1), ("point_conv2", [c / 2, c], 1)];
    for (name, channels, taps) in layers.into_iter().chain([("depth_conv2", [1, c], FIVE), ("residual", [c, c], 1)]) {
        keys.conv(&format!("{key}.{name}.0"), channels, taps);
        keys.norm(&format!("{key}.{name}.1"), channels[1]);
    }
}
