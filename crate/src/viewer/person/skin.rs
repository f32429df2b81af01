//! The surface of a body in a pose: each vertex moves with up to three bones, and normals follow from the triangles.

use super::affine::{Affine, apply};
use super::asset::Body;
use crate::geometry::{Vec3, add, along, cross, scale, sub, unit};

/// A body's surface in one pose.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Surface {
    /// Vertices in metres, (N).
    pub places: Vec<Vec3>,
    /// Outward unit normals, (N).
    pub normals: Vec<Vec3>,
}

/// Moves the surface with its bones.
pub fn surface(body: &Body, bones: &[Affine]) -> Surface {
    let move_by = |p: &Vec3, weights: &[(usize, f32); 3]| {
        weights.iter().filter(|(_, w)| *w > 0.0).fold([0.0; 3], |sum, (bone, w)| match bones.get(*bone) {
            Some(map) => add(along(sum, apply(&map.matrix, *p), *w), scale(map.shift, *w)),
            None => along(sum, *p, *w),
        })
    };
    let places: Vec<Vec3> = body.places.iter().zip(&body.weights).map(|(p, w)| move_by(p, w)).collect();
    let mut normals = vec![[0.0; 3]; places.len()];
    for t in &body.triangles {
        let [a, b, c] = t.map(usize::from);
        // Its length is twice the triangle's area: larger triangles count more.
        let n = cross(sub(places[b], places[a]), sub(places[c], places[a]));
        for v in [a, b, c] {
            normals[v] = add(normals[v], n);
        }
    }
    Surface { places, normals: normals.into_iter().map(unit).collect() }
}

/// The corners to draw: a vertex on the border of two parts is drawn once in the colour of each.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Corners {
    /// The vertex of each corner.
    pub vertex: Vec<u16>,
    /// The part of each corner.
    pub part: Vec<u8>,
    /// The triangles, by corner.
    pub triangles: Vec<u16>,
}

impl Corners {
    /// The corners of a body. Beyond 65,535 of them the rest of the body is left out.
    pub fn of(body: &Body) -> Self {
        let mut corners = Self::default();
        let mut known = std::collections::HashMap::new();
        for (triangle, part) in body.triangles.iter().zip(&body.part_of) {
            if corners.vertex.len() > usize::from(u16::MAX) - 3 {
                break;
            }
            for vertex in triangle {
                let corner = *known.entry((*vertex, *part)).or_insert_with(|| {
                    corners.vertex.push(*vertex);
                    corners.part.push(*part);
                    (corners.vertex.len() - 1) as u16
                });
                corners.triangles.push(corner);
            }
        }
        corners
    }
}
