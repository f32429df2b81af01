//! A clip, and perhaps its perturbed copy, as a person in a room.

use super::asset::Body;
use super::joints::{self, Joints};
use super::look::Look;
use super::rig::Rig;
use super::skin::{Surface, surface};
use super::studio::Studio;
use crate::error::{Error, Result};
use crate::geometry::Vec3;
use crate::skeleton::Sequence;
use crate::viewer::extent::Extent;
use crate::viewer::pose;

/// Poses at which the camera looks when it is set up.
const SAMPLES: usize = 120;

/// Who is filmed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Take {
    /// The clean clip.
    Clean,
    /// The perturbed clip.
    Perturbed,
}

/// The film of a clip: the same body, room and camera for the clean and the perturbed one.
#[derive(Debug)]
pub struct Film {
    /// The body in the look's shape.
    pub body: Body,
    /// Colours, light and room.
    pub look: Look,
    /// The camera.
    pub studio: Studio,
    /// Direction in which the person faces at first.
    pub facing: Vec3,
    rig: Rig,
    clean: Sequence,
    perturbed: Option<Sequence>,
    size: f32,
}

impl Film {
    /// Sets up the camera for a clip and its perturbed copy. `yaw` is in radians, as [`Studio::new`] takes it. The
    /// first person of the clip is filmed.
    ///
    /// # Errors
    /// A config error if the layout has no body, or no frame shows a whole person.
    pub fn new(body: &Body, clean: Sequence, perturbed: Option<Sequence>, look: Look, yaw: f32) -> Result<Self> {
        joints::check(clean.layout())?;
        let body = body.shaped(&look.shape);
        let rig = Rig::new(&body)?;
        let poses = |clip: &Sequence| -> Vec<Joints> {
            let frames = pose::film_frames(clip, clip.frames().min(SAMPLES));
            frames.into_iter().filter_map(|f| at(clip, f)).collect()
        };
        let filmed = poses(&clean);
        let nobody = || Error::config("no frame of the clip shows all joints of its first person");
        let extent = Extent::of(&clean).filter(|_| !filmed.is_empty()).ok_or_else(nobody)?;
        let size = rig.size(&filmed);
        let mut all = filmed;
        all.extend(perturbed.as_ref().map(poses).unwrap_or_default());
        let studio = Studio::new(&all, extent.facing, extent.floor, size, yaw);
        Ok(Self { body, look, studio, facing: extent.facing, rig, clean, perturbed, size })
    }

    /// The clean clip.
    pub fn clean(&self) -> &Sequence {
        &self.clean
    }

    /// The person at a frame, which may be fractional, and points on the floor below hips and feet; `None` if a joint
    /// is unseen, or there is no perturbed clip.
    pub fn person(&self, take: Take, frame: f32) -> Option<(Surface, [Vec3; 3])> {
        let clip = match take {
            Take::Clean => &self.clean,
            Take::Perturbed => self.perturbed.as_ref()?,
        };
        let joints = at(clip, frame)?;
        let bones = self.rig.pose(&joints, self.size)?;
        let floor = |p: Vec3| [p[0], self.studio.floor, p[2]];
        let spots = [Joints::middle(joints.hips), joints.feet[0], joints.feet[1]].map(floor);
        Some((surface(&self.body, &bones), spots))
    }
}

fn at(clip: &Sequence, frame: f32) -> Option<Joints> {
    let people = pose::at(clip, frame);
    Joints::of(clip.layout(), people.first()?.as_ref()?)
}
