//! Zip archives, Python pickles and NumPy arrays, read as data: nothing in a file is ever run. Archives and arrays are
//! written as well.
//!
//! Weight files and clip files both come in these containers. What is read borrows from the file's bytes, so memory
//! stays in proportion to the file's size.

mod array;
mod calls;
mod dtype;
mod instructions;
pub mod pickle;
mod store;
mod unpack;
pub mod value;
pub mod zip;

pub use array::{Array, write_npy};
pub use pickle::load;
pub use store::store;
pub use unpack::unpack;
pub use value::Value;
pub use zip::Archive;
