//! Temporal convolutions at several scales side by side, as ST-GCN++ and CTR-GCN have them: dilated convolutions, a
//! maximum over three frames, and a product without neighbours in time.

use burn::tensor::{Device, Tensor};

use super::fold::{Affine, Pointwise, tensor};
use super::keys::Keys;
use crate::error::Result;
use crate::kernel::{TAPS, strided, temporal_conv};
use crate::weights::state::State;

/// How a publisher builds the branches.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Scales {
    /// ST-GCN++: three taps at dilations of 1 to 4. The first branch has the channels that are left over; no
    /// normalisation follows inside the branches.
    StGcnPp,
    /// CTR-GCN: five taps at dilations of 1 and 2. A normalisation ends each branch.
    CtrGcn,
}

impl Scales {
    /// Taps, and the dilation of each convolution. All of them reach four frames at most, as nine taps do.
    fn convolutions(self) -> (usize, &'static [usize]) {
        match self {
            Self::StGcnPp => (3, &[1, 2, 3, 4]),
            Self::CtrGcn => (5, &[1, 2]),
        }
    }

    /// Channels of each branch: the convolutions, the maximum, the product.
    fn widths(self, out: usize) -> Vec<usize> {
        let branches = self.convolutions().1.len() + 2;
        let each = out / branches;
        let mut widths = vec![each; branches];
        // What is left over, in pyskl's CTR-GCN as well, whose widths leave nothing.
        let left = if self == Self::StGcnPp { 0 } else { branches - 1 };
        widths[left] = out - each * (branches - 1);
        widths
    }

    /// The published names and shapes below `key`, from C' to C' channels.
    pub fn keys(self, keys: &mut Keys, key: &str, out: usize) {
        let (taps, dilations) = self.convolutions();
        let (widths, last) = (self.widths(out), dilations.len() + 1);
        for (i, &width) in widths.iter().enumerate() {
            let branch = format!("{key}.branches.{i}");
            if i == last && self == Self::StGcnPp {
                keys.conv(&branch, [out, width], 1);
                continue;
            }
            keys.conv(&format!("{branch}.0"), [out, width], 1);
            keys.norm(&format!("{branch}.1"), width);
            if i < dilations.len() {
                keys.conv(&format!("{branch}.3.conv"), [width, width], taps);
            }
            match self {
                Self::CtrGcn if i < dilations.len() => keys.norm(&format!("{branch}.3.bn"), width),
                Self::CtrGcn if i < last => keys.norm(&format!("{branch}.4"), width),
                _ => {}
            }
        }
        if self == Self::StGcnPp {
            keys.norm(&format!("{key}.transform.0"), out);
            keys.conv(&format!("{key}.transform.2"), [out, out], 1);
            keys.norm(&format!("{key}.bn"), out);
        }
    }
}

/// The frozen branches. The convolutions are one over all of their channels, in which each branch sees its own.
#[derive(Clone, Debug)]
pub(super) struct MultiBranch {
    /// From C to the channels of the convolutions and of the maximum; a ReLU follows.
    narrow: Pointwise,
    temporal: Tensor<3>,
    temporal_bias: Tensor<1>,
    /// (1, 1, 1, C of the maximum): what normalises it, where something does.
    maximum: Option<(Tensor<4>, Tensor<4>)>,
    product: Pointwise,
    after: Option<After>,
    stride: usize,
}

/// What ST-GCN++ does to all branches together: normalise, ReLU, product, normalise.
#[derive(Clone, Debug)]
struct After {
    scale: Tensor<4>,
    shift: Tensor<4>,
    product: Pointwise,
}

impl MultiBranch {
    pub fn new(state: &State, key: &str, scales: Scales, out: usize, stride: usize, device: &Device) -> Result<Self> {
        let (taps, dilations) = scales.convolutions();
        let (widths, last) = (scales.widths(out), dilations.len() + 1);
        let branch = |i: usize| format!("{key}.branches.{i}");
        let (convolved, all) = (widths[..dilations.len()].iter().sum::<usize>(), widths[..last].iter().sum::<usize>());

        let (mut narrow, mut narrow_bias) = (vec![0.0; out * all], Vec::with_capacity(all));
        let (mut temporal, mut temporal_bias) = (vec![0.0; TAPS * convolved * convolved], Vec::new());
        let mut first = 0;
        for (i, &width) in widths[..last].iter().enumerate() {
            let (weight, bias) =
                normalised(state, &format!("{}.0", branch(i)), &format!("{}.1", branch(i)), out, width)?;
            for o in 0..width {
                (0..out).for_each(|c| narrow[c * all + first + o] = weight[o * out + c]);
            }
            narrow_bias.extend(bias);
            if let Some(dilation) = dilations.get(i) {
                let conv = format!("{}.3.conv", branch(i));
                let weight = state.get(&format!("{conv}.weight"), &[width, width, taps, 1])?;
                let mut bias = state.get(&format!("{conv}.bias"), &[width])?.to_vec();
                let mut scale = vec![1.0; width];
                if scales == Scales::CtrGcn {
                    let norm = Affine::read(state, &format!("{}.3.bn", branch(i)), width)?;
                    bias = norm.fold_bias(&bias);
                    scale = norm.scale;
                }
                for (o, c, tap) in triples(width, taps) {
                    // The middle tap stands in the middle of the nine.
                    let place = TAPS / 2 + tap * dilation - taps / 2 * dilation;
                    temporal[(place * convolved + first + c) * convolved + first + o] =
                        weight[(o * width + c) * taps + tap] * scale[o];
                }
                temporal_bias.extend(bias);
            }
            first += width;
        }
        let affine = |norm: &str, n: usize| -> Result<_> {
            let norm = Affine::read(state, norm, n)?;
            Ok((tensor(norm.scale, [1, 1, 1, n], device), tensor(norm.shift, [1, 1, 1, n], device)))
        };
        let ctr = scales == Scales::CtrGcn;
        let maximum = ctr.then(|| affine(&format!("{}.4", branch(last - 1)), widths[last - 1])).transpose()?;
        let product = match ctr {
            true => {
                let [conv, norm] = [0, 1].map(|n| format!("{}.{n}", branch(last)));
                Pointwise::normalised(state, &conv, &norm, out, widths[last], device)?
            }
            false => Pointwise::plain(state, &branch(last), out, widths[last], device)?,
        };
        let after = (!ctr)
            .then(|| -> Result<_> {
                let (scale, shift) = affine(&format!("{key}.transform.0"), out)?;
                let [conv, norm] = ["transform.2", "bn"].map(|name| format!("{key}.{name}"));
                let product = Pointwise::normalised(state, &conv, &norm, out, out, device)?;
                Ok(After { scale, shift, product })
            })
            .transpose()?;
        Ok(Self {
            narrow: Pointwise::new(narrow, narrow_bias, out, device),
            temporal: tensor(temporal, [TAPS, convolved, convolved], device),
            temporal_bias: tensor(temporal_bias, [convolved], device),
            maximum,
            product,
            after,
            stride,
        })
    }

    /// (N, T, V, C') to (N, ceil(T / stride), V, C').
    pub fn forward(&self, x: Tensor<4>) -> Tensor<4> {
        let [convolved, all] = [self.temporal_bias.dims()[0], self.narrow.out()];
        let narrow = self.narrow.forward_relu(x.clone());
        let convolution = temporal_conv(
            narrow.clone().narrow(3, 0, convolved),
            self.temporal.clone(),
            self.temporal_bias.clone(),
            self.stride,
        );
        let highest = maximum(narrow.narrow(3, convolved, all - convolved), self.stride);
        let highest = match &self.maximum {
            Some((scale, shift)) => highest * scale.clone() + shift.clone(),
            None => highest,
        };
        let y = Tensor::cat(vec![convolution, highest, self.product.forward(x, self.stride)], 3);
        match &self.after {
            Some(after) => {
                let y = burn::tensor::activation::relu(y * after.scale.clone() + after.shift.clone());
                after.product.forward(y, 1)
            }
            None => y,
        }
    }
}

fn triples(width: usize, taps: usize) -> impl Iterator<Item = (usize, usize, usize)> {
    (0..width).flat_map(move |o| (0..width).flat_map(move |c| (0..taps).map(move |tap| (o, c, tap))))
}

/// A 1x1 convolution and the normalisation after it: weight (C', C), bias (C').
fn normalised(state: &State, conv: &str, norm: &str, c: usize, out: usize) -> Result<(Vec<f32>, Vec<f32>)> {
    let weight = state.get(&format!("{conv}.weight"), &[out, c, 1, 1])?;
    let norm = Affine::read(state, norm, out)?;
    let bias = norm.fold_bias(state.get(&format!("{conv}.bias"), &[out])?);
    Ok((weight.iter().enumerate().map(|(i, w)| w * norm.scale[i / c]).collect(), bias))
}

/// The largest of three frames in a row. Values are not negative, so the zeros outside the clip never win.
fn maximum(x: Tensor<4>, stride: usize) -> Tensor<4> {
    let [n, t, v, c] = x.dims();
    let empty = Tensor::zeros([n, 1, v, c], &x.device());
    let padded = Tensor::cat(vec![empty.clone(), x.clone(), empty], 1);
    let at = |from: usize| strided(padded.clone().narrow(1, from, t), stride);
    at(0).max_pair(at(1)).max_pair(at(2))
}
