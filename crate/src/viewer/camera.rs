//! The camera: an orbit around the clip, with pan and zoom, in numbers and in words.

use super::extent::{Extent, SLICES};
use super::matrix::Mat4;
use crate::geometry::{Vec3, along, cross, dot};
use std::f32::consts::{PI, TAU};

/// Vertical field of view in radians: narrow enough not to distort bodies.
const FOV: f32 = 0.52;
/// Radians per CSS pixel of a drag.
const ORBIT_SPEED: f32 = 0.008;
/// The first view: a little from the person's left and a little from above, in radians.
const HOME: (f32, f32) = (0.42, 0.2);
const ELEVATION: (f32, f32) = (-0.3, 1.5);
const ZOOM: (f32, f32) = (0.4, 8.0);
/// The largest shift of the picture, in heights of the window.
const SHIFT: f32 = 3.0;
/// Share of the window that the clip may fill, 0 to 1.
const FILL: f32 = 0.93;

/// The camera's position as the user has set it. Angles are relative to the direction in which the person faces, so a
/// new clip keeps the view.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Camera {
    /// Radians around the vertical: 0 sees the front, positive values the person's left.
    pub azimuth: f32,
    /// Radians above the horizon.
    pub elevation: f32,
    /// Magnification: 1 shows the whole clip.
    pub zoom: f32,
    /// Shift of the picture as a share of the window's height, right and up.
    pub pan: [f32; 2],
}

/// A camera for one window, with all that drawing and picking need.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Lens {
    /// From world coordinates to the window's, -1 to 1.
    pub matrix: Mat4,
    /// Position of the eye in the world.
    pub eye: Vec3,
    /// Direction to the window's right, in the world.
    pub right: Vec3,
    /// Direction to the window's top, in the world.
    pub up: Vec3,
    /// Direction from the scene to the eye.
    pub back: Vec3,
    /// Share of the window's height that a world unit fills at the target.
    pub unit: f32,
}

impl Lens {
    /// x and y of a point in a window of this size, from its upper left corner, and its depth; `None` behind the eye.
    pub fn pixel(&self, p: Vec3, size: [f32; 2]) -> Option<Vec3> {
        let [x, y, z] = self.matrix.project(p)?;
        Some([(x + 1.0) / 2.0 * size[0], (1.0 - y) / 2.0 * size[1], z])
    }
}

impl Camera {
    /// The first view of a clip.
    pub fn home(flat: bool) -> Self {
        let (azimuth, elevation) = if flat { (0.0, 0.0) } else { HOME };
        Self { azimuth, elevation, zoom: 1.0, pan: [0.0; 2] }
    }

    /// Azimuth and elevation in degrees, zoom, shift right and up.
    pub fn numbers(&self) -> [f32; 5] {
        [self.azimuth.to_degrees(), self.elevation.to_degrees(), self.zoom, self.pan[0], self.pan[1]]
    }

    /// The camera of such numbers, within the bounds of a camera that somebody moves; `None` if one is not finite.
    pub fn of(numbers: [f32; 5]) -> Option<Self> {
        let [azimuth, elevation, zoom, right, up] = numbers;
        numbers.iter().all(|n| n.is_finite()).then(|| Self {
            azimuth: (azimuth.to_radians() + PI).rem_euclid(TAU) - PI,
            elevation: elevation.to_radians().clamp(ELEVATION.0, ELEVATION.1),
            zoom: zoom.clamp(ZOOM.0, ZOOM.1),
            pan: [right, up].map(|n| n.clamp(-SHIFT, SHIFT)),
        })
    }

    /// Turns the scene for a drag of so many CSS pixels to the right and down.
    pub fn orbit(&mut self, dx: f32, dy: f32) {
        self.azimuth = (self.azimuth - dx * ORBIT_SPEED + PI).rem_euclid(TAU) - PI;
        self.elevation = (self.elevation + dy * ORBIT_SPEED).clamp(ELEVATION.0, ELEVATION.1);
    }

    /// Shifts the picture for a drag of so many CSS pixels to the right and down, in a window of this height.
    pub fn shift(&mut self, dx: f32, dy: f32, height: f32) {
        let height = height.max(1.0);
        self.pan[0] = (self.pan[0] + dx / height).clamp(-SHIFT, SHIFT);
        self.pan[1] = (self.pan[1] - dy / height).clamp(-SHIFT, SHIFT);
    }

    /// Enlarges the picture by a factor.
    pub fn magnify(&mut self, factor: f32) {
        if factor.is_finite() && factor > 0.0 {
            self.zoom = (self.zoom * factor).clamp(ZOOM.0, ZOOM.1);
        }
    }

    /// The camera's axes in the world: right, up, back.
    fn axes(&self, facing: Vec3) -> [Vec3; 3] {
        let azimuth = self.azimuth + facing[0].atan2(facing[2]);
        let (sin, cos) = azimuth.sin_cos();
        let (rise, run) = self.elevation.sin_cos();
        let back = [sin * run, rise, cos * run];
        let right = [cos, 0.0, -sin];
        [right, cross(back, right), back]
    }

    /// The camera for a window of width / height = `aspect`, which looks at `target` and at zoom 1 shows the whole
    /// clip.
    pub fn lens(&self, extent: &Extent, target: Vec3, aspect: f32) -> Lens {
        let [right, up, back] = self.axes(extent.facing);
        // The clip's slices fit at the first elevation from every side, so a turn does not change the distance.
        let home = Self { azimuth: 0.0, ..Self::home(extent.flat) };
        let [fit_right, fit_up, fit_back] = home.axes(extent.facing);
        let forward = cross(fit_right, [0.0, 1.0, 0.0]);
        let margin = 0.09 * extent.size;
        let tall = extent.top - extent.floor;
        let (slope_y, slope_x) = ((FOV / 2.0).tan() * FILL, (FOV / 2.0).tan() * FILL * aspect);
        let distance_for =
            |p: Vec3| (dot(p, fit_right).abs() / slope_x).max(dot(p, fit_up).abs() / slope_y) + dot(p, fit_back);
        let needed = extent.slices.iter().enumerate().flat_map(|(i, radius)| {
            let height = |edge: usize| (edge as f32 / SLICES as f32 - 0.5) * (tall + 2.0 * margin);
            let around = (0..16).flat_map(move |a| [(a, height(i)), (a, height(i + 1))]);
            around.map(move |(a, y)| {
                let (sin, cos) = (TAU * a as f32 / 16.0).sin_cos();
                let depth = if extent.flat { 0.0 } else { radius + margin };
                distance_for(along(along([0.0, y, 0.0], fit_right, cos * (radius + margin)), forward, sin * depth))
            })
        });
        let fitted = needed.fold(0.1, f32::max);
        let distance = fitted / self.zoom;
        let window = 2.0 * distance * (FOV / 2.0).tan();
        let shifted = along(along(target, right, -self.pan[0] * window), up, -self.pan[1] * window);
        let eye = along(shifted, back, distance);
        let near = (distance * 0.05).max(0.01);
        let projection = Mat4::perspective(FOV, aspect, near, distance + 4.0 * fitted + 10.0 * extent.size);
        Lens { matrix: projection.times(&Mat4::view(eye, right, up, back)), eye, right, up, back, unit: 1.0 / window }
    }

    /// A parallel projection of `height` world units around `target`, for the film strip.
    pub fn parallel(&self, extent: &Extent, target: Vec3, height: f32, aspect: f32) -> Lens {
        let [right, up, back] = self.axes(extent.facing);
        let window = height / self.zoom;
        let shifted = along(along(target, right, -self.pan[0] * window), up, -self.pan[1] * window);
        // Rows far from the middle lie far along `up`, never along `back`: a few body sizes of depth hold everything.
        let far = 20.0 * (extent.reach + extent.size + height);
        let eye = along(shifted, back, far / 2.0);
        let projection = Mat4::orthographic(window / 2.0 * aspect, window / 2.0, 0.0, far);
        Lens { matrix: projection.times(&Mat4::view(eye, right, up, back)), eye, right, up, back, unit: 1.0 / window }
    }

    /// The view in words, for screen readers.
    pub fn describe(&self, flat: bool) -> String {
        const SIDES: [&str; 8] = [
            "the front",
            "the front left",
            "the left",
            "behind on the left",
            "behind",
            "behind on the right",
            "the right",
            "the front right",
        ];
        let sector = (self.azimuth.rem_euclid(TAU) / (PI / 4.0)).round() as usize % 8;
        let height = match self.elevation.to_degrees() {
            e if e < -3.0 => ", from below",
            e if e < 5.0 => ", at eye level",
            e if e < 25.0 => ", slightly from above",
            e if e < 60.0 => ", from above",
            _ => ", from overhead",
        };
        let mut words = if flat && *self == Self::home(true) {
            "The picture plane, straight on".to_owned()
        } else {
            format!("Seen from {}{height}", SIDES[sector])
        };
        if (self.zoom - 1.0).abs() > 0.02 {
            words += &format!(", zoom {:.0} %", self.zoom * 100.0);
        }
        if self.pan[0].hypot(self.pan[1]) > 0.02 {
            words += ", shifted";
        }
        words
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    fn extent() -> Extent {
        Extent {
            floor: -1.0,
            top: 0.8,
            slices: [0.7; SLICES],
            centre: [0.0; 2],
            follow: false,
            facing: [0.0, 0.0, -1.0],
            size: 1.0,
            flat: false,
            reach: 0.7,
            span: [-1.0, 0.8],
        }
    }

    const TARGET: Vec3 = [0.3, -0.1, 2.8];

    #[test]
    fn the_whole_clip_is_in_the_window_from_every_side_in_every_shape() {
        for aspect in [0.4, 1.0, 2.5] {
            for step in 0..12 {
                let camera = Camera { azimuth: step as f32, ..Camera::home(false) };
                let lens = camera.lens(&extent(), TARGET, aspect);
                for i in 0..32 {
                    let (sin, cos) = (i as f32 * 0.4).sin_cos();
                    for y in [-1.0, 0.8] {
                        let p = [TARGET[0] + 0.7 * cos, y, TARGET[2] + 0.7 * sin];
                        let [x, y, _] = lens.matrix.project(p).unwrap();
                        assert!(x.abs() < 0.97 && y.abs() < 0.97, "aspect {aspect}, step {step}: {x} {y}");
                    }
                }
            }
        }
    }

    #[test]
    fn the_front_shows_the_persons_left_on_the_right_of_the_window() {
        let camera = Camera { azimuth: 0.0, ..Camera::home(false) };
        let lens = camera.lens(&extent(), TARGET, 1.0);
        // The person faces -z, so the left is at -x; the eye is in front.
        assert!(lens.eye[2] < TARGET[2]);
        let left = lens.pixel([TARGET[0] - 0.3, TARGET[1], TARGET[2]], [100.0, 100.0]).unwrap();
        assert!(left[0] > 55.0, "{left:?}");
        let above = lens.pixel([TARGET[0], TARGET[1] + 0.5, TARGET[2]], [100.0, 100.0]).unwrap();
        assert!(above[1] < 45.0);
    }

    #[test]
    fn a_drag_to_the_right_turns_the_front_of_the_scene_to_the_right() {
        let mut camera = Camera { azimuth: 0.0, elevation: 0.0, zoom: 1.0, pan: [0.0; 2] };
        let nose = [TARGET[0], TARGET[1], TARGET[2] - 0.3];
        let x = |c: &Camera| c.lens(&extent(), TARGET, 1.0).pixel(nose, [100.0; 2]).unwrap()[0];
        let before = x(&camera);
        camera.orbit(30.0, 0.0);
        assert!(x(&camera) > before + 1.0);
        camera.orbit(0.0, 1e6);
        assert!(camera.elevation <= ELEVATION.1);
        camera.orbit(1e5, 0.0);
        assert!(camera.azimuth.abs() <= PI + 1e-3);
    }

    #[test]
    fn pan_moves_the_target_by_the_pixels_dragged_and_zoom_enlarges() {
        let mut camera = Camera::home(false);
        camera.shift(20.0, 10.0, 100.0);
        for lens in [camera.lens(&extent(), TARGET, 1.0), camera.parallel(&extent(), TARGET, 3.0, 1.0)] {
            let p = lens.pixel(TARGET, [100.0, 100.0]).unwrap();
            assert!((p[0] - 70.0).abs() < 0.1 && (p[1] - 60.0).abs() < 0.1, "{p:?}");
            let aside = lens.pixel(along(TARGET, lens.right, 0.1), [100.0, 100.0]).unwrap();
            assert!((aside[0] - p[0] - 10.0 * lens.unit).abs() < 0.1);
        }
        let mut camera = Camera::home(false);
        let height = |c: &Camera| {
            let lens = c.lens(&extent(), TARGET, 1.0);
            let y = |dy: f32| lens.pixel([TARGET[0], TARGET[1] + dy, TARGET[2]], [100.0; 2]).unwrap()[1];
            y(-0.01) - y(0.01)
        };
        let before = height(&camera);
        camera.magnify(2.0);
        assert!((height(&camera) / before - 2.0).abs() < 0.05);
        camera.magnify(f32::NAN);
        camera.magnify(1e9);
        assert_eq!(camera.zoom, ZOOM.1);
    }

    #[test]
    fn numbers_make_the_same_camera_within_its_bounds() {
        let camera = Camera { azimuth: -2.0, elevation: 0.7, zoom: 2.5, pan: [0.2, -0.1] };
        let again = Camera::of(camera.numbers()).unwrap();
        let near = |a: f32, b: f32| (a - b).abs() < 1e-5;
        assert!(near(again.azimuth, camera.azimuth) && near(again.elevation, camera.elevation), "{again:?}");
        assert_eq!((again.zoom, again.pan), (camera.zoom, camera.pan));
        let far = Camera::of([725.0, 400.0, 0.0, 9.0, -9.0]).unwrap();
        assert!(near(far.azimuth, 5_f32.to_radians()), "{far:?}");
        assert_eq!((far.elevation, far.zoom, far.pan), (ELEVATION.1, ZOOM.0, [SHIFT, -SHIFT]));
        assert_eq!(Camera::of([0.0, f32::NAN, 1.0, 0.0, 0.0]), None);
    }

    #[test]
    fn words_follow_the_view() {
        let view = |azimuth: f32, elevation: f32| Camera { azimuth, elevation, zoom: 1.0, pan: [0.0; 2] };
        assert_eq!(view(0.0, 0.0).describe(false), "Seen from the front, at eye level");
        assert_eq!(view(PI / 2.0, 0.3).describe(false), "Seen from the left, slightly from above");
        assert_eq!(view(-PI / 2.0, 1.4).describe(false), "Seen from the right, from overhead");
        assert_eq!(view(-PI, -0.2).describe(false), "Seen from behind, from below");
        let mut camera = Camera::home(true);
        assert_eq!(camera.describe(true), "The picture plane, straight on");
        camera.magnify(1.5);
        camera.shift(50.0, 0.0, 100.0);
        assert_eq!(camera.describe(true), "Seen from the front, at eye level, zoom 150 %, shifted");
    }
}
