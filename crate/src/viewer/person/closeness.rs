//! How near two poses are, whatever their place, direction and size.

use crate::error::{Error, Result};
use crate::geometry::{Vec3, length, scale, sub};
use crate::skeleton::{LayoutId, Sequence};

/// The main joints of Kinect v1: head, shoulders, elbows, wrists, hips, knees and ankles.
pub const MAIN: [usize; 13] = [3, 4, 5, 6, 8, 9, 10, 12, 13, 14, 16, 17, 18];

/// Mean distance of the main joints in metres, over the frames that show both people, after the best similarity of each
/// frame; `None` if no frame does.
///
/// # Errors
/// A config error if one of the clips is not of Kinect v1 or their frames differ.
pub fn mean_error(a: &Sequence, b: &Sequence) -> Result<Option<f32>> {
    let kinect = |c: &Sequence| c.layout().id == LayoutId::KinectV1;
    if !kinect(a) || !kinect(b) || a.frames() != b.frames() {
        return Err(Error::config("two clips of Kinect v1 with equal frames are needed"));
    }
    let pose = |c: &Sequence, t: usize| MAIN.map(|j| -> Vec3 { std::array::from_fn(|k| c.joint(t, 0, j)[k]) });
    let seen = |t: &usize| a.present(*t, 0) && b.present(*t, 0);
    let errors: Vec<f32> = (0..a.frames()).filter(seen).map(|t| error(&pose(a, t), &pose(b, t))).collect();
    Ok((!errors.is_empty()).then(|| errors.iter().sum::<f32>() / errors.len() as f32))
}

/// Mean distance of the points of `b` from those of `a`, after the similarity that brings `b` nearest to `a`.
///
/// Horn's method: the rotation is the eigenvector, of the largest eigenvalue, of a symmetric 4 x 4 matrix.
pub fn error(a: &[Vec3], b: &[Vec3]) -> f32 {
    let (a, b) = (centred(a), centred(b));
    let mut s = [[0.0f64; 3]; 3];
    for (x, y) in b.iter().zip(&a) {
        (0..9).for_each(|i| s[i / 3][i % 3] += f64::from(x[i / 3]) * f64::from(y[i % 3]));
    }
    let rotation = rotation(&s);
    let turned: Vec<Vec3> =
        b.iter().map(|p| rotation.map(|row| row[0] * p[0] + row[1] * p[1] + row[2] * p[2])).collect();
    let product = |x: &[Vec3], y: &[Vec3]| x.iter().flatten().zip(y.iter().flatten()).map(|(p, q)| p * q).sum::<f32>();
    let own = product(&turned, &turned);
    let size = if own > 1e-12 { product(&turned, &a) / own } else { 1.0 };
    let distances = turned.iter().zip(&a).map(|(p, q)| length(sub(scale(*p, size), *q)));
    distances.sum::<f32>() / a.len().max(1) as f32
}

fn centred(points: &[Vec3]) -> Vec<Vec3> {
    let n = points.len().max(1) as f32;
    let mean: Vec3 = std::array::from_fn(|k| points.iter().map(|p| p[k]).sum::<f32>() / n);
    points.iter().map(|p| sub(*p, mean)).collect()
}

/// The rows of the rotation that makes the sum of products with this covariance largest.
fn rotation(s: &[[f64; 3]; 3]) -> [Vec3; 3] {
    let [[xx, xy, xz], [yx, yy, yz], [zx, zy, zz]] = *s;
    let mut m = [
        [xx + yy + zz, yz - zy, zx - xz, xy - yx],
        [yz - zy, xx - yy - zz, xy + yx, zx + xz],
        [zx - xz, xy + yx, yy - xx - zz, yz + zy],
        [xy - yx, zx + xz, yz + zy, zz - xx - yy],
    ];
    let norm = |m: &[[f64; 4]; 4]| m.iter().flatten().map(|v| v * v).sum::<f64>().sqrt();
    let shift = norm(&m);
    (0..4).for_each(|i| m[i][i] += shift + 1e-12);
    // Each squaring doubles the lead of the largest eigenvalue.
    for _ in 0..14 {
        let square: [[f64; 4]; 4] =
            std::array::from_fn(|i| std::array::from_fn(|j| (0..4).map(|k| m[i][k] * m[k][j]).sum()));
        let n = norm(&square);
        m = square.map(|row| row.map(|v| v / n));
    }
    let longest = |row: &[f64; 4]| row.iter().map(|v| v * v).sum::<f64>();
    let q = m.into_iter().max_by(|a, b| longest(a).total_cmp(&longest(b))).unwrap_or([1.0, 0.0, 0.0, 0.0]);
    let n = longest(&q).sqrt();
    let [w, x, y, z] = q.map(|v| v / n);
    [
        [w * w + x * x - y * y - z * z, 2.0 * (x * y - w * z), 2.0 * (x * z + w * y)],
        [2.0 * (x * y + w * z), w * w - x * x + y * y - z * z, 2.0 * (y * z - w * x)],
        [2.0 * (x * z - w * y), 2.0 * (y * z + w * x), w * w - x * x - y * y + z * z],
    ]
    .map(|row| row.map(|v| v as f32))
}
