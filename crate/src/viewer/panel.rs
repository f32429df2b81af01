//! What the user chose to see, and what is drawn for it.

use super::body::Solids;
use super::camera::Lens;
use super::marks::Shadow;
use super::pose::People;

/// Arrangement of the two clips.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum View {
    /// Both in one place.
    #[default]
    Overlay,
    /// Side by side, seen by the same camera.
    Side,
    /// Poses of the whole clip from left to right, clean above perturbed (the paper's figure 3).
    Film,
}

/// The user's choices.
#[derive(Clone, Debug, PartialEq)]
pub struct Options {
    /// Arrangement of the clips.
    pub view: View,
    /// Factor on the difference between the clips; 1 shows the perturbed clip itself.
    pub magnify: f32,
    /// Whether the recent paths of the joints that moved most are drawn.
    pub trails: bool,
    /// Joints of the attack region, by index; `None` for all joints.
    pub region: Option<Vec<usize>>,
    /// Whether the clean clip is shown.
    pub show_clean: bool,
    /// Whether the perturbed clip is shown.
    pub show_perturbed: bool,
    /// Whether the page's background is dark.
    pub dark: bool,
    /// Whether joints are being picked.
    pub picking: bool,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            view: View::Overlay,
            magnify: 1.0,
            trails: false,
            region: None,
            show_clean: true,
            show_perturbed: true,
            dark: false,
            picking: false,
        }
    }
}

/// One window of the canvas and everything in it.
#[derive(Clone, Debug)]
pub struct Panel {
    /// Left, top, width, height in CSS pixels.
    pub window: [f32; 4],
    /// The window's camera.
    pub lens: Lens,
    /// Opaque solids.
    pub solid: Solids,
    /// Translucent solids: the clean figure around the perturbed one.
    pub glass: Solids,
    /// Contact shadows.
    pub shadows: Vec<Shadow>,
    /// The floor's middle, and the radius at which its grid has faded out; `None` without a floor.
    pub floor: Option<([f32; 3], f32)>,
    /// Poses that can be picked from.
    pub targets: Vec<People>,
}
