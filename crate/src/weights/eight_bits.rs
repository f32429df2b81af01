//! Weights of 8 bits: each row of an array's first axis (a convolution's output channel) has one scale, which lies
//! beside the array under its name with `.scale`. A value is its whole number, -127 to 127, times the scale of its row.

use half::f16;
use safetensors::tensor::TensorView;
use safetensors::{Dtype, SafeTensors};

use super::state::Array;

/// What follows the name of an array in the name of its scales.
pub(super) const SCALE: &str = ".scale";
/// Smaller arrays (biases, normalisations, graphs) stay at 16 bits: they decide much and take little.
const SMALLEST: usize = 4096;
/// The largest whole number. -128 is not used, so that signs are alike.
const MOST: f32 = 127.0;

/// Does an array become one of 8 bits?
pub(super) fn fits(array: &Array) -> bool {
    array.data.len() >= SMALLEST && array.shape.len() > 1 && array.shape[0] > 1
}

/// The whole numbers as bytes, and the scale of each row. A row of zeros has the scale 0.
pub(super) fn quantised(array: &Array) -> (Vec<u8>, Vec<f32>) {
    let row = array.data.len() / array.shape.first().copied().unwrap_or(1).max(1);
    let (mut bytes, mut scales) = (Vec::with_capacity(array.data.len()), Vec::new());
    for row in array.data.chunks_exact(row.max(1)) {
        let scale = row.iter().fold(0.0f32, |most, v| most.max(v.abs())) / MOST;
        let whole = |v: &f32| if scale > 0.0 { (v / scale).round().clamp(-MOST, MOST) as i8 } else { 0 };
        bytes.extend(row.iter().map(|v| whole(v).to_le_bytes()[0]));
        scales.push(scale);
    }
    (bytes, scales)
}

/// Is this array the scales of another one, which has 8 bits?
pub(super) fn is_scale(file: &SafeTensors<'_>, key: &str) -> bool {
    let of = key.strip_suffix(SCALE).and_then(|of| file.tensor(of).ok());
    of.is_some_and(|of| of.dtype() == Dtype::I8)
}

/// The values of an array of 8 bits, or why it cannot be read.
pub(super) fn values(file: &SafeTensors<'_>, key: &str, array: &TensorView<'_>) -> Result<Vec<f32>, String> {
    let name = format!("{key}{SCALE}");
    let scale = file.tensor(&name).map_err(|_| format!("has 8 bits, and its scales {name:?} are missing"))?;
    let rows = array.shape().first().copied().unwrap_or(0);
    if scale.shape() != [rows] || array.shape().len() < 2 {
        let (has, shape) = (scale.shape(), array.shape());
        return Err(format!(
            "has 8 bits and shape {shape:?}, and its scales {name:?} have shape {has:?}, not [{rows}]"
        ));
    }
    let scales: Vec<f32> = match scale.dtype() {
        Dtype::F32 => scale.data().as_chunks::<4>().0.iter().map(|b| f32::from_le_bytes(*b)).collect(),
        Dtype::F16 => scale.data().as_chunks::<2>().0.iter().map(|b| f16::from_le_bytes(*b).to_f32()).collect(),
        other => return Err(format!("has 8 bits, and its scales {name:?} have the type {other:?}, not F32")),
    };
    if let Some((i, bad)) = scales.iter().enumerate().find(|(_, s)| !(s.is_finite() && **s >= 0.0)) {
        return Err(format!("has 8 bits, and scale {i} in {name:?} is {bad}: a scale is finite and not negative"));
    }
    let row = array.data().len().checked_div(rows).unwrap_or(0).max(1);
    let mut values = Vec::with_capacity(array.data().len());
    for (row, scale) in array.data().chunks_exact(row).zip(&scales) {
        values.extend(row.iter().map(|b| f32::from(i8::from_le_bytes([*b])) * scale));
    }
    Ok(values)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::super::state::State;
    use super::*;

    /// Two convolutions, one large and one small, a row of zeros, and a bias.
    fn state() -> State {
        let mut state = State::new();
        let mut large: Vec<f32> = (0..16 * 288).map(|i| (i as f32 * 0.7).sin() * (1.0 + (i / 288) as f32)).collect();
        large[288..576].fill(0.0);
        state.insert("conv.weight", &[16, 32, 9, 1], large);
        state.insert("conv.bias", &[16], vec![0.25; 16]);
        state.insert("small.weight", &[4, 4, 1, 1], vec![-0.125; 16]);
        state.insert("flat", &[5000], vec![0.5; 5000]);
        state
    }

    #[test]
    fn a_value_moves_by_half_a_step_of_its_row_at_most() {
        let state = state();
        let bytes = state.to_safetensors_8().unwrap();
        assert!(bytes.len() < state.to_safetensors_16().unwrap().len() - 16 * 288 + 512);
        let back = State::from_safetensors(&bytes).unwrap();
        assert_eq!(back.keys().collect::<Vec<_>>(), state.keys().collect::<Vec<_>>());
        for (key, array) in state.iter() {
            let found = back.expect(key, &array.shape).unwrap();
            for (row, found) in array.data.chunks(288).zip(found.data.chunks(288)) {
                let most = row.iter().fold(0.0f32, |most, v| most.max(v.abs()));
                let step = if key == "conv.weight" { most / MOST } else { 0.0 };
                assert!(row.iter().zip(found).all(|(a, b)| (a - b).abs() <= 0.501 * step), "{key}");
            }
        }
    }

    /// A safetensors file with one array of 8 bits, (2, 3), and its scales as they are given.
    fn file(scales: Option<(&str, &str, &[f32])>) -> Vec<u8> {
        let mut header = r#"{"w":{"dtype":"I8","shape":[2,3],"data_offsets":[0,6]}"#.to_owned();
        let mut data: Vec<u8> = [1i8, -2, 127, -127, 0, 64].iter().flat_map(|v| v.to_le_bytes()).collect();
        if let Some((dtype, shape, scales)) = scales {
            let end = 6 + 4 * scales.len();
            header += &format!(r#","w.scale":{{"dtype":"{dtype}","shape":{shape},"data_offsets":[6,{end}]}}"#);
            data.extend(scales.iter().flat_map(|s| s.to_le_bytes()));
        }
        header.push('}');
        [&(header.len() as u64).to_le_bytes()[..], header.as_bytes(), &data].concat()
    }

    #[test]
    fn values_are_whole_numbers_times_the_scale_of_their_row() {
        let state = State::from_safetensors(&file(Some(("F32", "[2]", &[0.5, 2.0])))).unwrap();
        assert_eq!(state.get("w", &[2, 3]).unwrap(), [0.5, -1.0, 63.5, -254.0, 0.0, 128.0]);
        assert!(!state.contains("w.scale"));
    }

    #[test]
    fn wrong_scales_are_named() {
        let cause = |scales: Option<(&str, &str, &[f32])>| {
            let state = State::from_safetensors(&file(scales)).unwrap();
            state.get("w", &[2, 3]).unwrap_err().to_string()
        };
        assert_eq!(cause(None), r#""w": has 8 bits, and its scales "w.scale" are missing"#);
        assert!(cause(Some(("F32", "[3]", &[1.0; 3]))).contains("have shape [3], not [2]"));
        assert!(cause(Some(("F32", "[2,1]", &[1.0; 2]))).contains("have shape [2, 1], not [2]"));
        assert!(cause(Some(("I32", "[2]", &[1.0; 2]))).contains("have the type I32, not F32"));
        for bad in [f32::NAN, f32::INFINITY, -1.0] {
            assert!(cause(Some(("F32", "[2]", &[1.0, bad]))).contains("scale 1 in \"w.scale\" is"));
        }
    }

    #[test]
    fn a_cut_file_is_refused() {
        let bytes = state().to_safetensors_8().unwrap();
        for cut in (0..bytes.len()).step_by(97) {
            assert!(State::from_safetensors(&bytes[..cut]).is_err(), "cut at {cut}");
        }
    }

    #[test]
    fn an_array_that_is_named_as_scales_is_not_overwritten() {
        let mut state = state();
        state.insert("conv.weight.scale", &[1], vec![1.0]);
        assert!(state.to_safetensors_8().unwrap_err().to_string().contains("conv.weight.scale"));
    }
}
