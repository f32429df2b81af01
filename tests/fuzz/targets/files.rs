//! Weight files as named arrays.

use ciasa::Result;
use ciasa::weights::{self, State};

use super::{Laws, refusal};

/// A weight file of any kind.
pub fn weights(bytes: &[u8]) -> Result<Laws<'_>> {
    let state = weights::read(bytes)?;
    Ok(Box::new(move || {
        for (key, array) in state.iter() {
            assert_eq!(array.shape.iter().product::<usize>(), array.data.len(), "{key}");
        }
        // Weights of 8 bits have one byte a value.
        assert!(
            state.iter().map(|(_, array)| array.data.len()).sum::<usize>() <= bytes.len(),
            "more values than bytes"
        );
        match state.to_safetensors_16() {
            Ok(written) => {
                let again = State::from_safetensors(&written).expect("what is written is read");
                let shapes = |state: &State| -> Vec<_> {
                    state.iter().map(|(key, array)| (key.to_owned(), array.shape.clone())).collect()
                };
                assert_eq!(shapes(&again), shapes(&state));
            }
            Err(e) => drop(refusal(&e)),
        }
    }))
}
