//! Weights for joints in another order than ours, brought into ours.

use super::state::State;
pub use crate::contract::weight_files::JointOrder;
use crate::error::{Error, Result};
use crate::skeleton::{LayoutId, MSR_ACTION3D_ORDER, UTD_MHAD_ORDER};

impl JointOrder {
    /// The orders that occur with a layout, its own first.
    pub fn of(layout: LayoutId) -> &'static [Self] {
        match layout {
            LayoutId::KinectV1 => &[Self::Layout, Self::UtdMhad, Self::MsrAction3d],
            _ => &[Self::Layout],
        }
    }

    /// For each joint of the layout, its index in this order; None where that is the same.
    pub fn indices(self) -> Option<&'static [usize]> {
        match self {
            Self::Layout => None,
            Self::UtdMhad => Some(&UTD_MHAD_ORDER),
            Self::MsrAction3d => Some(&MSR_ACTION3D_ORDER),
        }
    }
}

/// A state dict in which every array over joints has them in a new order: joint `j` was joint `order[j]`.
///
/// # Errors
/// Names the key whose size is no multiple of the number of joints.
pub fn reordered(state: &State, order: &[usize]) -> Result<State> {
    let v = order.len();
    let mut new = State::new();
    for (key, array) in state.iter() {
        let (shape, data) = (array.shape.as_slice(), array.data.as_slice());
        let fits =
            |per_joint: usize| match per_joint > 0 && data.len() % per_joint == 0 {
                true => Ok(()),
                false => Err(Error::weights(format!("has shape {shape:?}, which is not one of {v} joints"))
                    .at(format!("{key:?}"))),
            };
        let data = match axes(key, shape, v) {
            Axes::None => data.to_vec(),
            Axes::Square => {
                fits(v * v)?;
                let square =
                    |a: &[f32]| order.iter().flat_map(|i| order.iter().map(move |j| a[i * v + j])).collect::<Vec<_>>();
                data.chunks_exact(v * v).flat_map(square).collect()
            }
            Axes::Rows(c) => {
                fits(v * c)?;
                data.chunks_exact(v * c)
                    .flat_map(|a| order.iter().flat_map(|i| &a[i * c..(i + 1) * c]))
                    .copied()
                    .collect()
            }
            Axes::Indices(c) => {
                fits(v * c)?;
                let now = |old: f32| {
                    let place = order.iter().position(|i| *i == old as usize / c);
                    // An index outside all joints stays wrong, and is refused where it is used.
                    place.map_or(old, |j| (j * c + old as usize % c) as f32)
                };
                order.iter().flat_map(|i| &data[i * c..(i + 1) * c]).map(|old| now(*old)).collect()
            }
        };
        new.insert(key, shape, data);
    }
    Ok(new)
}

/// Where joints are in an array.
enum Axes {
    None,
    /// The last two axes.
    Square,
    /// Rows of so many channels.
    Rows(usize),
    /// The same, and each value is the index of a joint's channel.
    Indices(usize),
}

fn axes(key: &str, shape: &[usize], v: usize) -> Axes {
    let last = shape.last().copied().unwrap_or(0);
    match key.rsplit_once('.') {
        _ if key == "A" || key.starts_with("edge_importance.") || key.ends_with(".PA") || key.ends_with(".gcn.A") => {
            Axes::Square
        }
        _ if key.ends_with(".Feature_Mask") => Axes::Rows(last),
        Some((_, "shift_in" | "shift_out")) => Axes::Indices(last / v),
        Some(("data_bn", _)) if shape.len() == 1 => Axes::Rows(3),
        // Shift-GCN's is over joints and channels, 2s-AGCN's over channels; a counter of batches is over nothing.
        Some((norm, _)) if norm.ends_with(".gcn1.bn") && last > 0 && last % v == 0 => Axes::Rows(last / v),
        _ => Axes::None,
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn every_order_names_every_joint_once() {
        for layout in LayoutId::ALL {
            for order in JointOrder::of(layout).iter().filter_map(|o| o.indices()) {
                let mut all = order.to_vec();
                all.sort_unstable();
                assert_eq!(all, (0..layout.layout().len()).collect::<Vec<_>>());
            }
        }
    }

    #[test]
    fn arrays_over_joints_move_and_others_stay() {
        let mut state = State::new();
        state.insert("edge_importance.0", &[1, 2, 2], vec![1.0, 2.0, 3.0, 4.0]);
        state.insert("data_bn.bias", &[6], vec![1.0, 2.0, 3.0, 4.0, 5.0, 6.0]);
        state.insert("l1.gcn1.shift_in", &[4], vec![2.0, 1.0, 0.0, 9.0]);
        state.insert("l1.gcn1.conv.bias", &[2], vec![1.0, 2.0]);
        let new = reordered(&state, &[1, 0]).unwrap();
        assert_eq!(new.get("edge_importance.0", &[1, 2, 2]).unwrap(), [4.0, 3.0, 2.0, 1.0]);
        assert_eq!(new.get("data_bn.bias", &[6]).unwrap(), [4.0, 5.0, 6.0, 1.0, 2.0, 3.0]);
        assert_eq!(new.get("l1.gcn1.shift_in", &[4]).unwrap(), [2.0, 9.0, 0.0, 3.0]);
        assert_eq!(new.get("l1.gcn1.conv.bias", &[2]).unwrap(), [1.0, 2.0]);
        assert!(reordered(&state, &[2, 0, 1]).unwrap_err().to_string().contains("not one of 3 joints"));
    }
}
