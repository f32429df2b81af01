//! A BVH file as a layout's joints over time.

use super::motion::Motion;
use super::pose::Pose;
use super::rig::{Rig, rig};
use super::rotation::Point;
use crate::error::Result;
use crate::skeleton::Sequence;

/// Seconds at the start that decide which way the person faces.
const START: f32 = 1.0;
/// Frames that are looked at, at most, to see which way is up.
const LOOKS: usize = 100;

/// Which axis of the file points upwards.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Up {
    /// y, as most files have it.
    Y,
    /// z, as Blender and 3ds Max have it: both the resting and the moving body stand along z.
    Z,
    /// Taken as y: the moving body is along z, the resting one is not. Either it lies, or the root turns it.
    Unsure,
}

/// A file, and how its points become a clip's joints.
pub(super) struct Recording {
    pub motion: Motion,
    pub rig: Rig,
    /// The file's axis that each axis of the clip is taken from.
    pub axes: [usize; 3],
    /// What the coordinate on that axis is multiplied by: the unit, and its sign.
    pub scale: Point,
    pub up: Up,
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
        let mut recording = Self { motion, rig, axes: [0, 1, 2], scale: [factor; 3], up: Up::Y };
        recording.up = recording.upwards();
        if recording.up == Up::Z {
            recording.axes = [0, 2, 1];
            recording.scale[2] = -factor;
        }
        if recording.faces_ahead() {
            recording.scale[0] *= -1.0;
            recording.scale[2] *= -1.0;
        }
        Ok(recording)
    }

    /// Which way is up: from the ankles to the head, at rest and on average over the motion.
    fn upwards(&self) -> Up {
        let chain = self.rig.layout.layout().height_chain;
        let (Some(&head), Some(&ankle)) = (chain.first(), chain.last()) else { return Up::Y };
        let body = |values: &[f64]| {
            let points = self.points(values);
            [0, 1, 2].map(|c| points[head][c] - points[ankle][c])
        };
        // Twice as far along z as along the others.
        let along_z = |[x, y, z]: Point| z > 2.0 * x.abs() && z > 2.0 * y.abs();
        let every = self.motion.frames().div_ceil(LOOKS);
        let seen = (0..self.motion.frames()).step_by(every).map(|t| body(self.motion.frame(t)));
        if !along_z(seen.fold([0.0; 3], |sum, v| [0, 1, 2].map(|c| sum[c] + v[c]))) {
            return Up::Y;
        }
        match along_z(body(&vec![0.0; self.motion.channels])) {
            true => Up::Z,
            false => Up::Unsure,
        }
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
                (0..3).for_each(|c| joint[c] = (point[self.axes[c]] * self.scale[c]) as f32);
            }
        }
        Sequence::new(self.rig.layout, self.motion.fps, self.motion.frames(), 1, data)
    }

    /// Whether the person faces +z, where y is up, at the start: the left side, on average, is at larger x.
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
