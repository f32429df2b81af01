//! A simulated pinhole camera that looks at a body.

use crate::geometry::{Vec3, add, cross, direction, dot, scale, sub};
use rand::{Rng, RngExt};

/// Width over height of the picture: 340 by 256, as in Kinetics-skeleton's videos.
pub const ASPECT: f32 = 340.0 / 256.0;

/// Position and optics of a camera. Axes are those of the data sets: y up, and a body that faces the sensor looks along
/// -z.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Camera {
    /// Degrees about the vertical, from the body's front.
    pub azimuth: f32,
    /// Degrees above the horizontal.
    pub elevation: f32,
    /// Roll: degrees about its own axis.
    pub roll: f32,
    /// Metres from the body.
    pub distance: f32,
    /// Focal length in picture heights.
    pub focal: f32,
    /// Where the body is in the picture, as shares of width and height, y down.
    pub centre: [f32; 2],
}

impl Camera {
    /// A random camera, as a person might hold it: up to 60 degrees to either side of the front, from 5 degrees below
    /// the hips to 25 above, 2.8 to 4.5 m away, a vertical field of view of 45 to 60 degrees, little roll, the body
    /// near the middle.
    pub fn draw(rng: &mut impl Rng) -> Self {
        let mut within = |from: f32, to: f32| rng.random_range(from..to);
        Self {
            azimuth: within(-60.0, 60.0),
            elevation: within(-5.0, 25.0),
            roll: within(-3.0, 3.0),
            distance: within(2.8, 4.5),
            focal: within(0.866, 1.207),
            centre: [within(0.35, 0.65), within(0.42, 0.58)],
        }
    }

    /// Unit vectors: to the right of the picture, to its top, and from the body to the camera.
    fn axes(&self) -> (Vec3, Vec3, Vec3) {
        let (a, e, r) = (self.azimuth.to_radians(), self.elevation.to_radians(), self.roll.to_radians());
        let back = [a.sin() * e.cos(), e.sin(), -a.cos() * e.cos()];
        let right = direction(cross([0.0, 1.0, 0.0], back), [-1.0, 0.0, 0.0]);
        let up = cross(back, right);
        (add(scale(right, r.cos()), scale(up, r.sin())), sub(scale(up, r.cos()), scale(right, r.sin())), back)
    }

    /// The direction from the body to the camera.
    pub fn back(&self) -> Vec3 {
        self.axes().2
    }

    /// x and y of a point as shares of the picture (y down) and its depth in metres, for a camera that looks at
    /// `target`.
    pub fn see(&self, target: Vec3, point: Vec3) -> ([f32; 2], f32) {
        let (right, up, back) = self.axes();
        let p = sub(point, target);
        // At least 20 cm: nearer points would leave every picture.
        let depth = (self.distance - dot(p, back)).max(0.2);
        let x = self.centre[0] + self.focal / ASPECT * dot(p, right) / depth;
        let y = self.centre[1] - self.focal * dot(p, up) / depth;
        ([x, y], depth)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const FRONT: Camera =
        Camera { azimuth: 0.0, elevation: 0.0, roll: 0.0, distance: 4.0, focal: 1.0, centre: [0.5, 0.5] };

    fn close(a: [f32; 2], b: [f32; 2]) {
        assert!((a[0] - b[0]).abs() < 1e-5 && (a[1] - b[1]).abs() < 1e-5, "{a:?} is not {b:?}");
    }

    #[test]
    fn a_camera_in_front_sees_the_right_hand_on_the_left() {
        // The body's right is +x: it looks along -z with y up. One metre at four metres is a quarter of the focal
        // length.
        let (hand, depth) = FRONT.see([0.0, 1.0, 3.0], [1.0, 1.0, 3.0]);
        close(hand, [0.5 - 0.25 / ASPECT, 0.5]);
        assert_eq!(depth, 4.0);
        close(FRONT.see([0.0, 1.0, 3.0], [0.0, 2.0, 2.0]).0, [0.5, 0.5 - 1.0 / 3.0]);
    }

    #[test]
    fn at_the_side_depth_becomes_width() {
        let side = Camera { azimuth: 90.0, ..FRONT };
        // From +x, the body's right, its front (-z) points to the picture's right.
        close(side.see([0.0; 3], [0.0, 0.0, -1.0]).0, [0.5 + 0.25 / ASPECT, 0.5]);
        let (_, depth) = side.see([0.0; 3], [1.0, 0.0, 0.0]);
        assert!((depth - 3.0).abs() < 1e-5);
    }

    #[test]
    fn from_above_what_is_nearer_is_lower() {
        let above = Camera { elevation: 30.0, ..FRONT };
        let (feet, _) = above.see([0.0; 3], [0.0, 0.0, -0.5]);
        assert!(feet[1] > 0.55 && (feet[0] - 0.5).abs() < 1e-5);
    }
}
