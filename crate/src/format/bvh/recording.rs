//! A BVH file as a layout's joints over time.

use super::motion::Motion;
use super::pose::Pose;
use super::rig::{Rig, rig};
use super::rotation::Point;
use crate::error::Result;
use crate::skeleton::Sequence;

/// Seconds at the start that decide which way the person faces.
const START: f32 = 1.0;

/// A file, and how its points become a clip's joints.
pub(super) struct Recording {
    pub motion: Motion,
    pub rig: Rig,
    /// What a coordinate is multiplied by, axis by axis: the unit, and -1 for x and z where the person is turned.
    pub scale: Point,
}

impl Recording {
    /// Reads a file whose coordinates are multiplied by `factor`.
    ///
    /// # Errors
    /// Names the line, or the joints that are not found.
    pub(super) fn read(text: &str, factor: f32) -> Result<Self> {
        let motion = Motion::read(text)?;
        let rig = rig(&motion.joints)?;
        let factor = f64::from(factor);
        let mut recording = Self { motion, rig, scale: [factor; 3] };
        if recording.faces_ahead() {
            recording.scale = [-factor, factor, -factor];
        }
        Ok(recording)
    }

    /// The layout's joints in a frame, (V), in the file's axes and unit.
    pub(super) fn points(&self, values: &[f64]) -> Vec<Point> {
        let pose = Pose::of(&self.motion.joints, values);
        self.rig.points.iter().map(|fixed| pose.point(fixed.joint, fixed.at)).collect()
    }

    /// The clip (T, 1, V, 3), written into `data`.
    ///
    /// # Errors
    /// The errors of [`Sequence::new`].
    pub(super) fn clip(&self, mut data: Vec<f32>) -> Result<Sequence> {
        let size = 3 * self.rig.points.len();
        for (t, values) in data.chunks_exact_mut(size).enumerate() {
            for (joint, point) in values.chunks_exact_mut(3).zip(self.points(self.motion.frame(t))) {
                (0..3).for_each(|c| joint[c] = (point[c] * self.scale[c]) as f32);
            }
        }
        Sequence::new(self.rig.layout, self.motion.fps, self.motion.frames(), 1, data)
    }

    /// Whether the person faces +z at the start: the left side, on average, is at larger x.
    fn faces_ahead(&self) -> bool {
        let layout = self.rig.layout.layout();
        let frames = ((START * self.motion.fps) as usize).clamp(1, self.motion.frames());
        let across = |t: usize| -> f64 {
            let points = self.points(self.motion.frame(t));
            let left = (0..layout.len()).filter(|&j| layout.joints[j].starts_with("left"));
            left.map(|j| points[j][0] - points[layout.mirror[j]][0]).sum()
        };
        (0..frames).map(across).sum::<f64>() > 0.0
    }
}
