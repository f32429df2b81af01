//! The real Fourier transform of sixteen frames, and the way back to twelve.
//!
//! Each complex product is three real ones (Gauss): with X = a + b i and W = c + d i, k1 = c (a + b), k2 = a (d - c)
//! and k3 = b (c + d) give X W = (k1 - k3) + (k1 + k2) i. So the transform writes a + b, a and b of seven frequencies,
//! and the two real ones, 0 and 8: 23 values for sixteen.

use std::f32::consts::FRAC_1_SQRT_2 as R;

use super::super::shape::WINDOW;
use super::lanes::Lanes;

/// Frames that a tile gives at most, with five taps.
pub const MOST: usize = 12;
/// Real products of a tile.
pub const PRODUCTS: usize = 23;
/// The cosine and the sine of pi / 8.
const C: f32 = 0.923_879_5;
const S: f32 = 0.382_683_43;

/// What the product `p` multiplies the frames with: the frequency, and which of the three products of a complex one.
/// Frequencies 0 and 8 have one.
pub fn part(p: usize) -> (usize, usize) {
    match p {
        0 => (0, 0),
        1 => (8, 0),
        _ => (1 + (p - 2) / 3, (p - 2) % 3),
    }
}

/// Sixteen frames of N channels to the 23 values that are multiplied.
#[inline(always)]
pub fn analyse<L: Lanes>(x: [L; WINDOW]) -> [L; PRODUCTS] {
    let a: [_; 8] = std::array::from_fn(|i| x[i] + x[i + 8]);
    let b: [_; 8] = std::array::from_fn(|i| x[i] - x[i + 8]);
    let c: [_; 4] = std::array::from_fn(|i| a[i] + a[i + 4]);
    let d: [_; 4] = std::array::from_fn(|i| a[i] - a[i + 4]);
    // Frequencies 0, 8 and 4.
    let (even, odd) = (c[0] + c[2], c[1] + c[3]);
    let (re4, im4) = (c[0] - c[2], c[3] - c[1]);
    // 2 and 6.
    let (sum, difference) = ((d[1] + d[3]) * R, (d[1] - d[3]) * R);
    let (re2, im2) = (d[0] + difference, -d[2] - sum);
    let (re6, im6) = (d[0] - difference, d[2] - sum);
    // The odd ones: p are the halves' differences, q their sums.
    let p: [_; 3] = std::array::from_fn(|i| b[i + 1] - b[7 - i]);
    let q: [_; 3] = std::array::from_fn(|i| b[i + 1] + b[7 - i]);
    let (e1, o1) = (b[0] + p[1] * R, p[0] * C + p[2] * S);
    let (e3, o3) = (b[0] - p[1] * R, p[0] * S - p[2] * C);
    let (u1, v1) = (b[4] + q[1] * R, q[0] * S + q[2] * C);
    let (u3, v3) = (q[1] * R - b[4], q[0] * C - q[2] * S);
    let (re1, im1, re3, im3) = (e1 + o1, -u1 - v1, e3 + o3, -u3 - v3);
    let (re5, im5, re7, im7) = (e3 - o3, u3 - v3, e1 - o1, u1 - v1);
    // In the order of `part`; written out, so that all stay in registers.
    [
        even + odd,
        even - odd,
        re1 + im1,
        re1,
        im1,
        re2 + im2,
        re2,
        im2,
        re3 + im3,
        re3,
        im3,
        re4 + im4,
        re4,
        im4,
        re5 + im5,
        re5,
        im5,
        re6 + im6,
        re6,
        im6,
        re7 + im7,
        re7,
        im7,
    ]
}

/// The 23 products back to the tile's first frames. The transform's factors are in the weights.
#[inline(always)]
pub fn synthesise<L: Lanes>(k: [L; PRODUCTS]) -> [L; MOST] {
    let at = |f: usize| 2 + 3 * (f - 1);
    let re: [_; 8] = std::array::from_fn(|f| if f == 0 { k[0] } else { k[at(f)] - k[at(f) + 2] });
    let im: [_; 8] = std::array::from_fn(|f| if f == 0 { k[1] } else { k[at(f)] + k[at(f) + 1] });
    // The even frequencies: 0, 8 and 4 return after four frames, 2 and 6 change their sign.
    let (sum, difference) = (k[0] + k[1], k[0] - k[1]);
    let p = [sum + re[4], difference - im[4], sum - re[4], difference + im[4]];
    let (s, g) = (re[2] - re[6], im[2] + im[6]);
    let q = [re[2] + re[6], (s - g) * R, im[6] - im[2], (s + g) * -R];
    let even: [_; 8] = std::array::from_fn(|t| if t < 4 { p[t] + q[t] } else { p[t - 4] - q[t - 4] });
    // The odd ones: `a` from the cosines, `b` from the sines.
    let (r17, r35) = (re[1] - re[7], re[3] - re[5]);
    let (m17, m35) = (im[1] + im[7], im[3] + im[5]);
    let (outer, inner) = (re[1] + re[7], re[3] + re[5]);
    let (m1, m3) = (im[1] - im[7], im[3] - im[5]);
    let a = [outer + inner, r17 * C + r35 * S, (outer - inner) * R, r17 * S - r35 * C];
    let b = [m17 * S + m35 * C, (m1 + m3) * R, m17 * C - m35 * S, m1 - m3];
    // After eight frames the even frequencies return, and the odd ones change their sign.
    let odd = [a[0], a[1] - b[0], a[2] - b[1], a[3] - b[2]];
    [
        even[0] + odd[0],
        even[1] + odd[1],
        even[2] + odd[2],
        even[3] + odd[3],
        even[4] - b[3],
        even[5] - (a[3] + b[2]),
        even[6] - (a[2] + b[1]),
        even[7] - (a[1] + b[0]),
        even[0] - odd[0],
        even[1] - odd[1],
        even[2] - odd[2],
        even[3] - odd[3],
    ]
}

/// What frame `i` of a tile counts in the value `p`: [`analyse`] as a matrix.
#[cfg(feature = "gpu")]
pub fn analysis(p: usize, i: usize) -> f32 {
    analyse::<f32>(std::array::from_fn(|k| if k == i { 1.0 } else { 0.0 }))[p]
}

/// What the product `p` counts in frame `t` of a tile: [`synthesise`] as a matrix.
#[cfg(feature = "gpu")]
pub fn synthesis(t: usize, p: usize) -> f32 {
    synthesise::<f32>(std::array::from_fn(|k| if k == p { 1.0 } else { 0.0 }))[t]
}
