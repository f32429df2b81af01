//! What the user chose to see, and what is drawn for it.

use super::body::Solids;
use super::camera::Lens;
use super::marks::Shadow;
use super::pose::People;

/// How the two clips stand together.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum View {
    /// In one place.
    #[default]
    Overlay,
    /// Next to each other, seen by the same camera.
    Side,
    /// Poses of the whole clip from left to right, clean above perturbed (the paper's figure 3).
    Film,
}

/// What the user chose.
#[derive(Clone, Debug, PartialEq)]
pub struct Options {
    /// How the clips stand together.
    pub view: View,
    /// Factor on the difference between the clips; 1 shows what the network sees.
    pub magnify: f32,
    /// Draw the recent path of the joints that moved most.
    pub trails: bool,
    /// Joints of the attack region; None for all.
    pub region: Option<Vec<usize>>,
    /// Show the clip as it was.
    pub show_clean: bool,
    /// Show the clip after the attack.
    pub show_perturbed: bool,
    /// Is the page's background dark?
    pub dark: bool,
    /// Are joints being picked?
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
    /// Its camera.
    pub lens: Lens,
    /// Opaque solids.
    pub solid: Solids,
    /// The clean figure where the perturbed one must be seen inside it.
    pub glass: Solids,
    /// Contact shadows.
    pub shadows: Vec<Shadow>,
    /// The floor's middle, its height and the radius at which its grid has faded; None without a floor.
    pub floor: Option<([f32; 3], f32)>,
    /// Poses that can be picked from.
    pub targets: Vec<People>,
}
