//! The viewer: a small module without Burn that draws clips with WebGL2 and reads and writes their files.
//!
//! What is shown is computed in pure code that runs anywhere: [`views`] turns a [`stage`] into panels. Drawing them
//! (`scene`) and the page's calls (`export`) exist in the browser only.

pub mod body;
pub mod camera;
pub mod extent;
pub mod film;
pub mod marks;
pub mod matrix;
pub mod moving;
pub mod palette;
pub mod panel;
pub mod person;
pub mod pose;
pub mod stage;
pub mod svg;
pub mod views;

#[cfg(all(feature = "viewer", target_arch = "wasm32"))]
mod clip_file;
#[cfg(all(feature = "viewer", target_arch = "wasm32"))]
mod estimated;
#[cfg(all(feature = "viewer", target_arch = "wasm32"))]
mod export;
#[cfg(all(feature = "viewer", target_arch = "wasm32"))]
mod files;
#[cfg(all(feature = "viewer", target_arch = "wasm32"))]
mod gl;
#[cfg(all(feature = "viewer", target_arch = "wasm32"))]
mod json;
#[cfg(all(feature = "viewer", target_arch = "wasm32"))]
mod logic;
#[cfg(all(feature = "viewer", target_arch = "wasm32"))]
mod results;
#[cfg(all(feature = "viewer", target_arch = "wasm32"))]
mod scene;
