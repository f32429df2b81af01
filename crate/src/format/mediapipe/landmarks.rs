//! Landmarks, poses and lists of poses, however deep a program has nested them.

use serde::de::{Deserializer, Error as _};

use crate::format::json::{List, Mixed, Record, Value};

/// Landmarks of a pose.
pub(super) const COUNT: usize = 33;
/// Poses in a frame that are read; MediaPipe finds a few.
const MOST_POSES: usize = 64;
/// Levels from a list of poses down to a number, with `{"landmark": [...]}` between.
const DEPTH: usize = 5;

/// A landmark as it stands in the file.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Landmark {
    /// x, y, z; z is 0 where the file has none.
    pub at: [f64; 3],
    /// 1 where the file has none.
    pub visibility: f64,
}

/// The 33 landmarks of one person.
pub(super) type Pose = Vec<Landmark>;

/// Reads a frame's poses.
///
/// # Errors
/// The value is no landmarks; the message says why.
pub(super) fn poses<'de, D: Deserializer<'de>>(value: Value<'_, D>) -> Result<Vec<Pose>, D::Error> {
    let mut node = Node::default();
    value.mixed(&mut node)?;
    node.poses().map_err(D::Error::custom)
}

fn whole(pose: Pose) -> Result<Pose, String> {
    match pose.len() {
        COUNT => Ok(pose),
        n => Err(format!("{n} landmarks; MediaPipe's pose has {COUNT} (hands and faces are not read)")),
    }
}

/// What a value turns out to be.
#[derive(Default)]
enum Found {
    #[default]
    Nothing,
    Number(f64),
    Landmark(Landmark),
    Pose(Pose),
    Poses(Vec<Pose>),
}

/// A value while it is read.
pub(super) struct Node {
    /// Levels that may follow.
    depth: usize,
    /// x, y, z and visibility of a landmark that is an object.
    fields: [Option<f64>; 4],
    /// The numbers of an array.
    numbers: Vec<f64>,
    found: Found,
}

impl Default for Node {
    fn default() -> Self {
        Self::at(DEPTH)
    }
}

impl Node {
    /// The poses that were read.
    ///
    /// # Errors
    /// It is no pose; the message says why.
    pub(super) fn poses(self) -> Result<Vec<Pose>, String> {
        match self.finish()? {
            Found::Nothing => Ok(Vec::new()),
            Found::Pose(pose) => Ok(vec![whole(pose)?]),
            Found::Poses(poses) => Ok(poses),
            Found::Number(_) | Found::Landmark(_) => Err(format!("one landmark; a pose has {COUNT}")),
        }
    }

    fn at(depth: usize) -> Self {
        Self { depth, fields: [None; 4], numbers: Vec::new(), found: Found::Nothing }
    }

    /// Reads a value that stands inside this one.
    fn inner<'de, D: Deserializer<'de>>(&self, value: Value<'_, D>) -> Result<Found, D::Error> {
        let depth = self.depth.checked_sub(1).ok_or_else(|| D::Error::custom("too many levels for landmarks"))?;
        let mut node = Self::at(depth);
        value.mixed(&mut node)?;
        node.finish().map_err(D::Error::custom)
    }

    /// Adds an element of an array.
    fn add(&mut self, element: Found) -> Result<(), String> {
        let mixed = || Err("numbers, landmarks and poses are mixed here".to_owned());
        match (&mut self.found, element) {
            (_, Found::Nothing) => {}
            (Found::Nothing, Found::Number(v)) if self.numbers.len() < 4 * COUNT => self.numbers.push(v),
            (Found::Nothing, Found::Number(_)) => return Err("more numbers than a pose has".to_owned()),
            _ if !self.numbers.is_empty() => return mixed(),
            (Found::Nothing, Found::Landmark(first)) => self.found = Found::Pose(vec![first]),
            (Found::Nothing, Found::Pose(first)) => self.found = Found::Poses(vec![whole(first)?]),
            (Found::Pose(pose), Found::Landmark(next)) if pose.len() <= COUNT => pose.push(next),
            (Found::Pose(_), Found::Landmark(_)) => return Err(format!("more than {COUNT} landmarks")),
            (Found::Poses(poses), Found::Pose(next)) if poses.len() < MOST_POSES => poses.push(whole(next)?),
            (Found::Poses(_), Found::Pose(_)) => return Err(format!("more than {MOST_POSES} poses")),
            _ => return mixed(),
        }
        Ok(())
    }

    fn finish(self) -> Result<Found, String> {
        let of = |n: &[f64]| Landmark {
            at: [n[0], n[1], n.get(2).copied().unwrap_or(0.0)],
            visibility: n.get(3).copied().unwrap_or(1.0),
        };
        match (self.fields, self.numbers.as_slice()) {
            ([None, None, ..], []) => Ok(self.found),
            ([Some(x), Some(y), z, visibility], []) => {
                let at = [x, y, z.unwrap_or(0.0)];
                Ok(Found::Landmark(Landmark { at, visibility: visibility.unwrap_or(1.0) }))
            }
            (_, n @ [_, _, ..]) if n.len() <= 4 => Ok(Found::Landmark(of(n))),
            // A pose as one row of numbers.
            (_, n) if n.len() == 4 * COUNT => Ok(Found::Pose(n.chunks_exact(4).map(of).collect())),
            (_, n) if n.len() == 3 * COUNT => Ok(Found::Pose(n.chunks_exact(3).map(of).collect())),
            (_, []) => Err("a landmark needs x and y".to_owned()),
            (_, n) => Err(format!("{} numbers are neither a landmark nor a pose of {COUNT}", n.len())),
        }
    }
}

impl List for Node {
    const EXPECTED: &'static str = "landmarks";
    const NULLABLE: bool = true;

    fn item<'de, D: Deserializer<'de>>(&mut self, _: usize, value: Value<'_, D>) -> Result<(), D::Error> {
        let element = self.inner(value)?;
        self.add(element).map_err(D::Error::custom)
    }
}

impl Record for Node {
    const EXPECTED: &'static str = "landmarks";
    const KEYS: &'static [&'static str] = &["x", "y", "z", "visibility", "landmark", "landmarks"];

    fn field<'de, D: Deserializer<'de>>(&mut self, key: &'static str, value: Value<'_, D>) -> Result<(), D::Error> {
        let inner = self.inner(value)?;
        let at = match key {
            "x" => 0,
            "y" => 1,
            "z" => 2,
            "visibility" => 3,
            _ => {
                self.found = inner;
                return Ok(());
            }
        };
        match inner {
            Found::Number(v) => self.fields[at] = Some(v),
            Found::Nothing => {}
            _ => return Err(D::Error::custom("is no number")),
        }
        Ok(())
    }
}

impl Mixed for Node {
    fn number(&mut self, value: f64) -> Result<(), String> {
        self.found = Found::Number(value);
        Ok(())
    }
}
