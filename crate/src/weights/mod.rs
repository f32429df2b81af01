//! Weight files as named arrays: safetensors and PyTorch's `.pt`, read without running anything in them.

mod eight_bits;
mod foreign;
pub mod joint_order;
pub mod pytorch;
mod safetensors;
pub mod state;
mod state_dict;
mod tensors;

pub use state::State;

use crate::container::{Archive, pickle};
use crate::error::Result;

/// Reads a weight file: safetensors, or PyTorch's `.pt` and `.pth`. The first bytes show which one it is.
///
/// # Errors
/// Names the byte or the key where the file is cut short or contradicts itself, and what the file is where it is no
/// weight file at all (a web page, a Git LFS pointer, ...).
pub fn read(bytes: &[u8]) -> Result<State> {
    if let Some(refusal) = foreign::refusal(bytes) {
        return Err(refusal);
    }
    // A safetensors file begins with the length of its JSON, which can look like the start of a pickle.
    let json = bytes.get(4..9) == Some(b"\0\0\0\0{");
    match Archive::is_zip(bytes) || (pickle::is_pickle(bytes) && !json) {
        true => pytorch::read(bytes),
        false => State::from_safetensors(bytes),
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn a_short_header_of_safetensors_is_no_pickle() {
        let mut bytes = 640u64.to_le_bytes().to_vec();
        bytes[..2].copy_from_slice(b"\x80\x02");
        bytes.extend(b"{\"w\":{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[0,4]}}");
        bytes.resize(648, b' ');
        bytes.extend(2f32.to_le_bytes());
        assert_eq!(read(&bytes).unwrap().get("w", &[1]).unwrap(), [2.0]);
        assert!(read(b"\x80\x02K\x01.").unwrap_err().to_string().contains("holds no state dict"));
    }
}
