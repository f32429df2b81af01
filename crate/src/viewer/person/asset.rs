//! The file of the body, as `web/scripts/body/make_body.py` writes it.
//!
//! The word `CIASABODY1`, the length of a JSON header (u32, little-endian), the header ([`Header`]), then arrays of
//! integers. Most are differences to the value before, in planes of bytes, the lowest byte first:
//!
//! 1. x, y and z of each vertex: i16, 32,767 for the header's `largest` metres
//! 2. for each morph, x, y and z of each vertex: i8, 127 for the morph's `largest`
//! 3. the bones that move a vertex, three planes: u8
//! 4. the weights of the second and the third of them, two planes, not differences: u8. All three sum up to 255
//! 5. the corners of the triangles, three planes: u16. Triangles of a part stand together, in the header's order
//!
//! The body stands upright, y up, faces +z, has its left side at positive x and its arms half raised.

use crate::error::{Error, Result};
use crate::geometry::{Vec3, along};
use serde::Deserialize;

const WORD: &[u8] = b"CIASABODY1";
/// Vertices and triangles that a file may have.
const MOST: usize = 65_535;

#[derive(Deserialize)]
struct Header {
    vertices: usize,
    triangles: usize,
    largest: f32,
    morphs: Vec<MorphHeader>,
    parts: Vec<PartHeader>,
    bones: Vec<Bone>,
}

#[derive(Deserialize)]
struct MorphHeader {
    name: String,
    largest: f32,
}

#[derive(Deserialize)]
struct PartHeader {
    name: String,
    triangles: usize,
}

/// A bone at rest.
#[derive(Clone, Debug, Deserialize)]
pub struct Bone {
    /// Its name in the rig.
    pub name: String,
    /// Its parent, which comes before it; `None` for the pelvis.
    pub parent: Option<usize>,
    /// Where it begins, in metres.
    pub head: Vec3,
    /// Where it ends.
    pub tail: Vec3,
    /// What each morph adds to head and tail.
    morphs: Vec<[Vec3; 2]>,
}

/// A body at rest: surface, bones, and what changes its shape.
#[derive(Clone, Debug)]
pub struct Body {
    /// Vertices in metres, (N).
    pub places: Vec<Vec3>,
    /// The three bones that move each vertex, with weights that sum up to 1, (N).
    pub weights: Vec<[(usize, f32); 3]>,
    /// Corners of the triangles, counter-clockwise from outside.
    pub triangles: Vec<[u16; 3]>,
    /// The part, by index, of each triangle.
    pub part_of: Vec<u8>,
    /// Names of the parts, such as "skin" and "shirt".
    pub parts: Vec<String>,
    /// Names of the morphs.
    pub morphs: Vec<String>,
    /// The bones, parents first.
    pub bones: Vec<Bone>,
    /// What each morph adds to each vertex, (morphs, N).
    morphed: Vec<Vec<Vec3>>,
}

impl Body {
    /// Reads the file.
    ///
    /// # Errors
    /// A format error that names the place if the bytes are no such file.
    pub fn read(bytes: &[u8]) -> Result<Self> {
        let bad = |cause: &str| Error::format(cause).at("body");
        let rest = bytes.strip_prefix(WORD).ok_or_else(|| bad("does not begin with CIASABODY1"))?;
        let (length, rest) = rest.split_first_chunk::<4>().ok_or_else(|| bad("ends before the header"))?;
        let length = u32::from_le_bytes(*length) as usize;
        let header = rest.get(..length).ok_or_else(|| bad("ends within the header"))?;
        let header: Header = serde_json::from_slice(header).map_err(|e| bad(&e.to_string()).at("header"))?;
        check(&header)?;
        let (n, f) = (header.vertices, header.triangles);
        let mut planes = Planes { rest: &rest[length..] };
        let places = planes.points(n, 2, header.largest)?;
        let morphed = header.morphs.iter().map(|m| planes.points(n, 1, m.largest)).collect::<Result<_>>()?;
        let of: [Vec<u32>; 3] = planes.three(n, 1)?;
        let (second, third) = (planes.raw(n)?.to_vec(), planes.raw(n)?);
        let weights = (0..n)
            .map(|i| {
                let bone = |k: usize| match of[k][i] as usize {
                    b if b < header.bones.len() => Ok(b),
                    b => Err(bad(&format!("vertex {i} has the bone {b} of {}", header.bones.len()))),
                };
                let (b, c) = (u32::from(second[i]), u32::from(third[i]));
                let a = 255u32.checked_sub(b + c).ok_or_else(|| bad(&format!("the weights of vertex {i} exceed 1")))?;
                let share = |w: u32| w as f32 / 255.0;
                Ok([(bone(0)?, share(a)), (bone(1)?, share(b)), (bone(2)?, share(c))])
            })
            .collect::<Result<_>>()?;
        let corners: [Vec<u32>; 3] = planes.three(f, 2)?;
        let triangles: Vec<[u16; 3]> = (0..f).map(|i| [0, 1, 2].map(|k| corners[k][i] as u16)).collect();
        if let Some(i) = triangles.iter().position(|t| t.iter().any(|v| usize::from(*v) >= n)) {
            return Err(bad(&format!("triangle {i} has a corner beyond the {n} vertices")));
        }
        let counts = header.parts.iter().enumerate();
        let part_of = counts.flat_map(|(i, p)| std::iter::repeat_n(i as u8, p.triangles)).collect();
        Ok(Self {
            places,
            weights,
            triangles,
            part_of,
            parts: header.parts.into_iter().map(|p| p.name).collect(),
            morphs: header.morphs.into_iter().map(|m| m.name).collect(),
            bones: header.bones,
            morphed,
        })
    }

    /// The body with each morph added by a share, usually from -1 to 1.
    pub fn shaped(&self, shares: &[f32]) -> Self {
        let mut body = self.clone();
        for (k, share) in shares.iter().take(self.morphs.len()).enumerate() {
            for (place, by) in body.places.iter_mut().zip(&self.morphed[k]) {
                *place = along(*place, *by, *share);
            }
            for bone in &mut body.bones {
                let [head, tail] = bone.morphs[k];
                bone.head = along(bone.head, head, *share);
                bone.tail = along(bone.tail, tail, *share);
            }
        }
        body
    }

    /// The bone of this name.
    pub fn bone(&self, name: &str) -> Option<usize> {
        self.bones.iter().position(|b| b.name == name)
    }
}

fn check(header: &Header) -> Result<()> {
    let bad = |cause: String| Err(Error::format(cause).at("header").at("body"));
    if header.vertices > MOST || header.triangles > MOST || header.bones.len() > 255 || header.parts.len() > 255 {
        return bad(format!("more than {MOST} vertices or triangles, or more than 255 bones or parts"));
    }
    let sizes = header.morphs.iter().map(|m| m.largest).chain([header.largest]);
    if sizes.into_iter().any(|s| !(s.is_finite() && (0.0..=10.0).contains(&s))) {
        return bad("a size is not between 0 and 10 metres".to_owned());
    }
    let sum = header.parts.iter().try_fold(0usize, |sum, p| sum.checked_add(p.triangles));
    if sum != Some(header.triangles) {
        return bad(format!("the parts do not have {} triangles together", header.triangles));
    }
    for (i, bone) in header.bones.iter().enumerate() {
        let points = bone.morphs.iter().flatten().chain([&bone.head, &bone.tail]);
        if points.flatten().any(|v| !v.is_finite() || v.abs() > 10.0) {
            return bad(format!("the bone {:?} is not within 10 metres", bone.name));
        }
        if bone.morphs.len() != header.morphs.len() || bone.parent.is_some_and(|p| p >= i) {
            return bad(format!("the bone {:?} has a later parent, or not a place for each morph", bone.name));
        }
    }
    Ok(())
}

/// The arrays that are left to read.
struct Planes<'a> {
    rest: &'a [u8],
}

impl<'a> Planes<'a> {
    fn raw(&mut self, n: usize) -> Result<&'a [u8]> {
        let (now, later) =
            self.rest.split_at_checked(n).ok_or_else(|| Error::format("ends before its last array").at("body"))?;
        self.rest = later;
        Ok(now)
    }

    /// Integers of `size` bytes, wrapped to that size.
    fn integers(&mut self, n: usize, size: usize) -> Result<Vec<u32>> {
        let bytes = self.raw(n * size)?;
        let mask = (1u32 << (8 * size)) - 1;
        let mut last = 0u32;
        let next = |i: usize| {
            let step: u32 = (0..size).map(|b| u32::from(bytes[b * n + i]) << (8 * b)).sum();
            last = last.wrapping_add(step) & mask;
            last
        };
        Ok((0..n).map(next).collect())
    }

    fn three(&mut self, n: usize, size: usize) -> Result<[Vec<u32>; 3]> {
        Ok([self.integers(n, size)?, self.integers(n, size)?, self.integers(n, size)?])
    }

    /// Points whose coordinates are signed, the largest integer for `largest`.
    fn points(&mut self, n: usize, size: usize, largest: f32) -> Result<Vec<Vec3>> {
        let axes = self.three(n, size)?;
        let half = 1i64 << (8 * size - 1);
        let value = |v: u32| {
            let v = i64::from(v);
            (if v >= half { v - 2 * half } else { v }) as f32 * largest / (half - 1) as f32
        };
        Ok((0..n).map(|i| [0, 1, 2].map(|k| value(axes[k][i]))).collect())
    }
}
