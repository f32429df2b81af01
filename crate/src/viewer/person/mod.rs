//! A person in a room: a body that follows a clip's joints, drawn as a camera would see it, and the way back from the
//! joints that a pose estimator finds in such pictures.
//!
//! Everything but the drawing is pure: [`asset`] reads the body, [`joints`] finds its joints in a clip's pose, [`rig`]
//! turns and stretches its bones onto them, [`skin`] moves its surface along, [`look`] draws clothes and light by seed,
//! [`studio`] sets up the camera, [`recover`] makes a clip of what a pose estimator saw, [`closeness`] measures how
//! near that comes, and [`channel`] what comes through of a perturbation.

pub mod affine;
pub mod asset;
pub mod channel;
pub mod closeness;
pub mod film;
pub mod joints;
pub mod look;
pub mod recover;
pub mod rig;
pub mod skin;
pub mod studio;

#[cfg(all(feature = "viewer", target_arch = "wasm32"))]
mod export;
#[cfg(all(feature = "viewer", target_arch = "wasm32"))]
mod scene;

#[cfg(test)]
mod tests;
