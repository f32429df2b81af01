//! The stage: the clips on show, the frame, the camera and the options.

use super::body::Figure;
use super::camera::Camera;
use super::extent::Extent;
use super::palette::Palette;
use super::panel::Options;
use super::pose::{self, People};
use crate::error::{Error, Result};
use crate::skeleton::Sequence;

/// Paths drawn at most.
const TRAILS: usize = 4;

/// The state of the viewer.
#[derive(Debug, Default)]
pub struct Stage {
    pub(super) clip: Option<(Sequence, Extent)>,
    pub(super) perturbed: Option<Sequence>,
    /// How much each joint of the perturbed clip contributed, (T, M, V), 0 to 1.
    heat: Option<Vec<f32>>,
    /// What the user chose.
    pub options: Options,
    pub(super) frame: f32,
    pub(super) camera: Option<Camera>,
    /// Width and height in CSS pixels.
    pub(super) size: [f32; 2],
    pub(super) trail_joints: Vec<usize>,
}

impl Stage {
    /// Shows another clip, or none, and drops the perturbed clip. The camera stays, except between 2-D and 3-D.
    pub fn set_clip(&mut self, clip: Option<Sequence>) {
        let was_flat = self.flat();
        self.perturbed = None;
        self.heat = None;
        self.clip = clip.and_then(|c| Extent::of(&c).map(|b| (c, b)));
        if self.flat() != was_flat {
            self.camera = None;
        }
        self.find_trails();
    }

    /// Shows the perturbed values, (T, M, V, C) of the clip, or none.
    ///
    /// # Errors
    /// A config error if there is no clip; a format error if the values do not have its shape.
    pub fn set_perturbed(&mut self, data: Option<Vec<f32>>) -> Result<()> {
        let Some(data) = data else {
            self.perturbed = None;
            self.find_trails();
            return Ok(());
        };
        let (clip, _) = self
            .clip
            .as_ref()
            .ok_or_else(|| Error::config("no clip is shown; show one before its perturbed values"))?;
        self.perturbed = Some(clip.with_data(data)?);
        self.find_trails();
        Ok(())
    }

    /// Colours the perturbed figure by what each joint contributed, (T, M, V), 0 to 1; none for its own colour.
    ///
    /// # Errors
    /// A config error if no clip is shown, or the values do not have its shape or are not within 0 and 1.
    pub fn set_heat(&mut self, heat: Option<Vec<f32>>) -> Result<()> {
        let size = self.clip.as_ref().map_or(0, |(c, _)| c.frames() * c.people() * c.layout().len());
        match heat {
            Some(values) if values.len() != size || values.iter().any(|v| !(0.0..=1.0).contains(v)) => {
                Err(Error::config(format!("needs {size} values from 0 to 1")).at("heat"))
            }
            heat => {
                self.heat = heat;
                Ok(())
            }
        }
    }

    /// The heat of a person's joints in the nearest frame, (V), of the perturbed figure.
    pub(super) fn heat(&self, figure: Figure, frame: f32, person: usize) -> Option<&[f32]> {
        let ((clip, _), heat) = self.clip.as_ref().zip(self.heat.as_ref())?;
        let joints = clip.layout().len();
        let t = (frame.round().max(0.0) as usize).min(clip.frames() - 1);
        let from = (t * clip.people() + person) * joints;
        if figure == Figure::Perturbed { heat.get(from..from + joints) } else { None }
    }

    fn find_trails(&mut self) {
        self.trail_joints = match &self.clip {
            Some((clip, _)) => pose::trail_joints(clip, self.perturbed.as_ref(), TRAILS),
            None => Vec::new(),
        };
    }

    /// Goes to a frame, which may be fractional.
    pub fn set_frame(&mut self, frame: f32) {
        self.frame = if frame.is_finite() { frame } else { 0.0 };
    }

    /// Sets the canvas's size in CSS pixels.
    pub fn resize(&mut self, width: f32, height: f32) {
        self.size = [width, height].map(|v| if v.is_finite() { v.clamp(0.0, 16_384.0) } else { 0.0 });
    }

    /// Whether the clip is a 2-D one.
    pub fn flat(&self) -> bool {
        self.clip.as_ref().is_some_and(|(_, b)| b.flat)
    }

    /// Size of the body relative to an average one; 1 without a clip.
    pub fn body_size(&self) -> f32 {
        self.clip.as_ref().map_or(1.0, |(_, b)| b.size)
    }

    /// The current camera.
    pub fn camera(&self) -> Camera {
        self.camera.unwrap_or_else(|| Camera::home(self.flat()))
    }

    /// Changes the camera.
    pub fn move_camera(&mut self, change: impl FnOnce(&mut Camera)) {
        let mut camera = self.camera();
        change(&mut camera);
        self.camera = Some(camera);
    }

    /// Shifts the picture by CSS pixels.
    pub fn pan(&mut self, dx: f32, dy: f32) {
        let height = self.size[1];
        self.move_camera(|c| c.shift(dx, dy, height));
    }

    /// Returns to the first view.
    pub fn reset_camera(&mut self) {
        self.camera = None;
    }

    /// The theme's colours.
    pub fn palette(&self) -> Palette {
        Palette::of(self.options.dark)
    }

    /// The figures that are shown, the clean one first.
    pub(super) fn figures(&self) -> Vec<Figure> {
        let perturbed = self.options.show_perturbed && self.perturbed.is_some();
        let mut figures = Vec::new();
        if self.options.show_clean {
            figures.push(Figure::Clean);
        }
        if perturbed {
            figures.push(Figure::Perturbed);
        }
        figures
    }

    /// A figure's people at a frame, with the difference magnified.
    pub(super) fn people(&self, figure: Figure, frame: f32) -> People {
        match (figure, &self.clip, &self.perturbed) {
            (Figure::Clean, Some((clip, _)), _) => pose::at(clip, frame),
            (Figure::Perturbed, Some((clip, _)), Some(p)) => pose::magnified(clip, p, frame, self.options.magnify),
            _ => Vec::new(),
        }
    }
}
