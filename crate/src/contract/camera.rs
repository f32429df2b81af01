//! The cameras that an attack is made for.

use serde::{Deserialize, Serialize};

use super::method::Method;
use crate::error::{Error, Result};
use crate::skeleton::Layout;

/// Largest angle from the front, to both sides, in degrees.
pub const MAX_ANGLE: f32 = 180.0;
/// Largest spread of the angles to both sides, in degrees.
pub const MAX_SPREAD: f32 = 90.0;
/// Most views in a step.
pub const MAX_VIEWS: usize = 16;

/// The cameras that an attack is made for: level ones around the person, behind each a pose estimator that keeps most
/// of a change in the picture's plane and little of one in depth. The attack's loss is the mean over views from them.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
#[serde(default, rename_all = "camelCase", deny_unknown_fields)]
pub struct Camera {
    /// The angle around the vertical from where the person faces at first, in degrees, positive towards the person's
    /// left.
    pub angle: f32,
    /// The angles of the views lie within this many degrees on both sides of it.
    pub spread: f32,
    /// Views in each step, each with its own angle and noise of the estimator; another set of as many, which stays the
    /// same, judges the iterates.
    pub views: usize,
}

impl Default for Camera {
    fn default() -> Self {
        Self { angle: 30.0, spread: 15.0, views: 4 }
    }
}

impl Camera {
    /// In words, such as "camera 30±15".
    pub fn in_words(&self) -> String {
        format!("camera {}±{}", self.angle, self.spread)
    }

    /// Checks the ranges, and that such an attack on such clips can be made for a camera.
    ///
    /// # Errors
    /// Names the first setting that is out of range or does not fit.
    pub(super) fn validate(&self, method: Method, layout: &Layout) -> Result<()> {
        let fail = |field: &str, cause: String| Err(Error::config(cause).at(field));
        let Self { angle, spread, views } = *self;
        if !(-MAX_ANGLE..=MAX_ANGLE).contains(&angle) {
            return fail("camera.angle", format!("must be from -{MAX_ANGLE} to {MAX_ANGLE} degrees, not {angle}"));
        }
        if !(0.0..=MAX_SPREAD).contains(&spread) {
            return fail("camera.spread", format!("must be from 0 to {MAX_SPREAD} degrees, not {spread}"));
        }
        if !(1..=MAX_VIEWS).contains(&views) {
            return fail("camera.views", format!("must be from 1 to {MAX_VIEWS}, not {views}"));
        }
        if layout.dims != 3 {
            let cause = format!(
                "{} has places in a picture, not in a room; leave the camera out, or convert the clip",
                layout.name
            );
            return fail("camera", cause);
        }
        match method.takes_camera() {
            true => Ok(()),
            false => fail(
                "camera",
                "only fgsm, ciasa, pgd, mi-fgsm, cw and smart can be made for a camera; choose one of them, or leave \
                 the camera out"
                    .into(),
            ),
        }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use crate::skeleton::LayoutId;

    #[test]
    fn every_bad_camera_is_refused_by_its_name() {
        let usual = Camera::default();
        let cases = [
            ("camera.angle", Camera { angle: 180.5, ..usual }),
            ("camera.angle", Camera { angle: f32::NAN, ..usual }),
            ("camera.spread", Camera { spread: -1.0, ..usual }),
            ("camera.spread", Camera { spread: 91.0, ..usual }),
            ("camera.spread", Camera { spread: f32::INFINITY, ..usual }),
            ("camera.views", Camera { views: 0, ..usual }),
            ("camera.views", Camera { views: MAX_VIEWS + 1, ..usual }),
        ];
        let of = |camera: Camera, method, layout: LayoutId| camera.validate(method, layout.layout());
        for (field, camera) in cases {
            let message = of(camera, Method::Ciasa, LayoutId::KinectV1).unwrap_err().to_string();
            assert!(message.starts_with(&format!("{field}: must be from ")), "{message}");
        }
        let ends = Camera { angle: -180.0, spread: 90.0, views: MAX_VIEWS };
        assert_eq!(of(ends, Method::Ciasa, LayoutId::Ntu), Ok(()));
        let flat = of(usual, Method::Ciasa, LayoutId::OpenPose18).unwrap_err().to_string();
        assert!(flat.starts_with("camera: ") && flat.contains("picture"), "{flat}");
        for method in Method::ALL {
            let fits = of(usual, method, LayoutId::KinectV1);
            let refused = fits.as_ref().is_err_and(|e| e.to_string().starts_with("camera: only "));
            assert!(fits.is_ok() != refused && fits.is_ok() == method.takes_camera(), "{method:?}: {fits:?}");
        }
    }
}
