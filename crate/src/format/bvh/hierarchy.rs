//! A BVH file's hierarchy: joints with offsets and channels.

use super::rotation::Point;
use super::words::Words;
use crate::error::{Result, short};

/// Joints of a file that are read.
const MOST_JOINTS: usize = 1024;
/// Levels of the hierarchy that are read.
const MOST_LEVELS: usize = 128;

/// A channel: a coordinate, or an angle in degrees about an axis.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Channel {
    Position(usize),
    Rotation(usize),
}

/// A joint of the hierarchy.
#[derive(Debug)]
pub(super) struct Joint {
    pub name: String,
    /// The joint above it; None for the root.
    pub parent: Option<usize>,
    /// From the joint above.
    pub offset: Point,
    pub channels: Vec<Channel>,
    /// Where its channels start among a frame's values.
    pub first: usize,
    /// From here to the end site, if there is one.
    pub end: Option<Point>,
}

impl Joint {
    /// The axes of its rotation channels, in their order, with their places among a frame's values.
    pub(super) fn rotations(&self) -> impl Iterator<Item = (usize, usize)> {
        self.channels.iter().enumerate().filter_map(|(i, channel)| match channel {
            Channel::Rotation(axis) => Some((*axis, self.first + i)),
            Channel::Position(_) => None,
        })
    }

    /// The axes of its position channels, with their places among a frame's values.
    pub(super) fn positions(&self) -> impl Iterator<Item = (usize, usize)> {
        self.channels.iter().enumerate().filter_map(|(i, channel)| match channel {
            Channel::Position(axis) => Some((*axis, self.first + i)),
            Channel::Rotation(_) => None,
        })
    }
}

/// Reads from the start of the file to the word `MOTION`. Parents come before their children.
pub(super) fn read(words: &mut Words<'_>) -> Result<Vec<Joint>> {
    words.expect("HIERARCHY")?;
    words.expect("ROOT")?;
    let mut joints = vec![named(words, None)?];
    // The joints whose brackets are open.
    let mut open = vec![0];
    while let Some(&current) = open.last() {
        match words.next() {
            Some("}") => drop(open.pop()),
            Some(word) if word.eq_ignore_ascii_case("OFFSET") => joints[current].offset = offset(words)?,
            Some(word) if word.eq_ignore_ascii_case("CHANNELS") => {
                if !joints[current].channels.is_empty() {
                    return Err(words.error("a second list of channels of one joint"));
                }
                joints[current].channels = channels(words)?;
            }
            Some(word) if word.eq_ignore_ascii_case("JOINT") => {
                if joints.len() >= MOST_JOINTS || open.len() >= MOST_LEVELS {
                    let cause = format!("more than {MOST_JOINTS} joints or {MOST_LEVELS} levels");
                    return Err(words.error(cause));
                }
                joints.push(named(words, Some(current))?);
                open.push(joints.len() - 1);
            }
            Some(word) if word.eq_ignore_ascii_case("End") => {
                words.expect("Site")?;
                words.expect("{")?;
                words.expect("OFFSET")?;
                joints[current].end = Some(offset(words)?);
                words.expect("}")?;
            }
            other => return Err(words.unexpected(other, "OFFSET, CHANNELS, JOINT, End Site or a closing bracket")),
        }
    }
    let mut first = 0;
    for joint in &mut joints {
        joint.first = first;
        first += joint.channels.len();
    }
    Ok(joints)
}

/// A joint's name and opening bracket.
fn named(words: &mut Words<'_>, parent: Option<usize>) -> Result<Joint> {
    let name = words.name();
    if name.is_empty() {
        return Err(words.error("a joint without a name"));
    }
    words.expect("{")?;
    let name = short(name, 100);
    Ok(Joint { name, parent, offset: [0.0; 3], channels: Vec::new(), first: 0, end: None })
}

fn offset(words: &mut Words<'_>) -> Result<Point> {
    let mut at = [0.0; 3];
    for value in &mut at {
        *value = words.number("a number of an offset")?;
    }
    Ok(at)
}

fn channels(words: &mut Words<'_>) -> Result<Vec<Channel>> {
    let count = words.count("a number of channels", 6)?;
    let mut channels = Vec::with_capacity(count);
    for _ in 0..count {
        let word = words.next();
        let kind = word.map(str::to_ascii_lowercase);
        let axis = |name: &str| ["x", "y", "z"].iter().position(|axis| name == *axis);
        let channel = kind.as_deref().and_then(|kind| {
            kind.strip_suffix("position")
                .and_then(axis)
                .map(Channel::Position)
                .or_else(|| kind.strip_suffix("rotation").and_then(axis).map(Channel::Rotation))
        });
        match channel {
            Some(channel) if channels.contains(&channel) => {
                return Err(words.error(format!("the channel {:?} stands twice", short(word.unwrap_or(""), 40))));
            }
            Some(channel) => channels.push(channel),
            None => return Err(words.unexpected(word, "a channel such as Xposition or Zrotation")),
        }
    }
    Ok(channels)
}
