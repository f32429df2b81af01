//! EfficientGCN's attention: which frames and which joints count, for each channel.

use burn::tensor::activation::{sigmoid, silu};
use burn::tensor::{Device, Tensor};

use crate::error::Result;
use crate::model::fold::{Affine, Pointwise, tensor};
use crate::weights::state::State;

#[derive(Clone, Debug)]
pub(super) struct Attention {
    narrow: Pointwise,
    frames: Pointwise,
    joints: Pointwise,
    /// (1, 1, 1, C)
    scale: Tensor<4>,
    shift: Tensor<4>,
}

impl Attention {
    pub fn new(state: &State, key: &str, c: usize, device: &Device) -> Result<Self> {
        let norm = Affine::read(state, &format!("{key}.bn"), c)?;
        let [conv, inner] = ["att.fcn.0", "att.fcn.1"].map(|name| format!("{key}.{name}"));
        Ok(Self {
            narrow: Pointwise::normalised(state, &conv, &inner, c, c / 2, device)?,
            frames: Pointwise::plain(state, &format!("{key}.att.conv_t"), c / 2, c, device)?,
            joints: Pointwise::plain(state, &format!("{key}.att.conv_v"), c / 2, c, device)?,
            scale: tensor(norm.scale, [1, 1, 1, c], device),
            shift: tensor(norm.shift, [1, 1, 1, c], device),
        })
    }

    /// (N, T, V, C), the same shape.
    pub fn forward(&self, x: Tensor<4>) -> Tensor<4> {
        let [n, t, v, c] = x.dims();
        // The means over joints and those over frames lie along one axis, T + V long.
        let means = Tensor::cat(vec![x.clone().mean_dim(2), x.clone().mean_dim(1).reshape([n, v, 1, c])], 1);
        let h = self.narrow.forward(means, 1);
        let h = h.clone() * (h + 3.0).clamp(0.0, 6.0) / 6.0;
        let frames = sigmoid(self.frames.forward(h.clone().narrow(1, 0, t), 1));
        let joints = sigmoid(self.joints.forward(h.narrow(1, t, v), 1)).reshape([n, 1, v, c]);
        silu(x.clone() * frames * joints * self.scale.clone() + self.shift.clone() + x)
    }
}
