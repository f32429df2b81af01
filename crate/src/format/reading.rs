//! A clip that was read, with warnings: what a file holds that a body or a recording hardly can.

use serde::Serialize;

use super::unit::Unit;
use crate::error::Result;
use crate::skeleton::Sequence;

/// A clip, and what is odd about it.
#[derive(Clone, Debug, PartialEq)]
pub struct Reading {
    /// The clip.
    pub clip: Sequence,
    /// What a person should know before they trust the clip. Empty for most clips.
    pub warnings: Vec<Warning>,
}

/// Something odd about a clip's file.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS), ts(rename = "ClipWarning"))]
pub struct Warning {
    /// A sentence for a person.
    pub text: String,
    /// The unit that mends it, if reading the file again with another unit does.
    pub unit: Option<Unit>,
}

impl Warning {
    pub(super) fn new(text: impl Into<String>) -> Self {
        Self { text: text.into(), unit: None }
    }
}

impl std::fmt::Display for Warning {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.text)
    }
}

/// Heights in metres, head to ankle, that a body can have, a child's and a stilt walker's included.
pub(super) const HEIGHTS: std::ops::RangeInclusive<f32> = 0.3..=3.0;
/// Frame rates that a recording can have.
const RATES: std::ops::RangeInclusive<f32> = 0.5..=500.0;
/// Characters of a label that are kept.
const LABEL: usize = 200;

impl Reading {
    /// The clip, from numbers in `unit` if one is given, with the warnings of its reader and those that every clip is
    /// checked for.
    ///
    /// # Errors
    /// The unit does not apply to the clip's layout.
    pub(super) fn of(clip: Sequence, mut warnings: Vec<Warning>, unit: Option<Unit>) -> Result<Self> {
        let mut clip = match unit {
            Some(unit) => unit.applied(&clip)?,
            None => clip,
        };
        warnings.extend([height(&clip), confidence(&clip), rate(&clip), empty(&clip)].into_iter().flatten());
        warnings.extend(label(&mut clip));
        Ok(Self { clip, warnings })
    }
}

fn height(clip: &Sequence) -> Option<Warning> {
    let layout = clip.layout();
    if layout.dims == 2 {
        return (clip.body_height()? == 0.0)
            .then(|| Warning::new("The body has no height: all joints are at one place."));
    }
    let height = clip.body_height()?;
    if HEIGHTS.contains(&height) {
        return None;
    }
    if height == 0.0 {
        return Some(Warning::new(
            "The body has no height: head and feet are at one place, so shares of its height mean nothing.",
        ));
    }
    let unit = [Unit::Centimetres, Unit::Millimetres].into_iter().find(|u| HEIGHTS.contains(&(height * u.factor())));
    let text = match unit {
        Some(unit) => format!("A body of {height:.0} m; are these {}? Read the file in {unit}.", unit.name()),
        None if height > *HEIGHTS.end() => format!("A body of {height:.1} m is taller than a person."),
        None => format!("A body of {height:.4} m is smaller than a person; were the coordinates scaled?"),
    };
    Some(Warning { text, unit })
}

fn confidence(clip: &Sequence) -> Option<Warning> {
    let layout = clip.layout();
    if !layout.confidence {
        return None;
    }
    let all = || clip.data().iter().skip(layout.dims).step_by(layout.channels());
    let most = all().copied().fold(0.0, f32::max);
    let above = all().filter(|c| **c > 1.0).count();
    if above == 0 {
        return None;
    }
    let percent = (2.0..=100.0).contains(&most);
    let hint = if percent { "; are these percent? Read the file in percent." } else { "." };
    let text = format!("{above} of {} confidences are above 1, up to {most}{hint}", all().count());
    Some(Warning { text, unit: percent.then_some(Unit::Percent) })
}

fn rate(clip: &Sequence) -> Option<Warning> {
    let fps = clip.fps;
    (!RATES.contains(&fps))
        .then(|| Warning::new(format!("{fps} frames a second; a recording has {} to {}.", RATES.start(), RATES.end())))
}

fn empty(clip: &Sequence) -> Option<Warning> {
    let empty = (0..clip.frames()).filter(|t| (0..clip.people()).all(|m| !clip.present(*t, m))).count();
    (2 * empty > clip.frames()).then(|| Warning::new(format!("Nobody is in {empty} of {} frames.", clip.frames())))
}

fn label(clip: &mut Sequence) -> Vec<Warning> {
    let mut warnings = Vec::new();
    let Some(label) = clip.label.as_mut() else { return warnings };
    let length = label.chars().count();
    if length > LABEL {
        *label = label.chars().take(LABEL).collect();
        warnings.push(Warning::new(format!("The label has {length} characters; the first {LABEL} are kept.")));
    }
    let controls = label.chars().filter(|c| c.is_control()).count();
    if controls > 0 {
        warnings.push(Warning::new(format!("The label holds {controls} control characters.")));
    }
    warnings
}
