//! From tensors to launches of the attack's kernels.

use burn::backend::TensorMetadata;
use burn::tensor::{DType, Shape};
use cubecl::calculate_cube_count_elemwise;
use cubecl::prelude::*;

use super::adam_step::{self, CONSTANTS};
use super::exact::{self as parts, limits, surface};
use super::realign as bones;
use crate::kernel::gpu::buffers::{Primitive, dense, empty};
use crate::kernel::gpu::launched;

/// Units of a workgroup.
const UNITS: u32 = 64;

/// x and gradient of one shape with n values, moments (2, n), range (2, n), steps (steps, 5): x and moments after step
/// number `step`.
pub fn adam_step(
    x: Primitive,
    gradient: Primitive,
    moments: Primitive,
    range: Option<Primitive>,
    steps: Primitive,
    step: usize,
) -> (Primitive, Primitive) {
    launched();
    let [x, gradient, moments, steps] = [x, gradient, moments, steps].map(dense);
    let values = x.shape().num_elements();
    let both = |of: &Primitive| of.shape().num_elements() == 2 * values;
    // The kernel does not check its bounds.
    assert!(gradient.shape() == x.shape() && both(&moments) && range.as_ref().is_none_or(both), "{values} values");
    assert!((step + 1) * CONSTANTS <= steps.shape().num_elements(), "there is no step {step}");
    let (moved, after) = (empty(&x, x.shape()), empty(&x, moments.shape()));
    let client = x.client.clone();
    let dim = CubeDim::new_1d(UNITS);
    // SAFETY: the buffers are dense and of the sizes checked above; units beyond the values do nothing.
    unsafe {
        adam_step::adam_step::launch_unchecked(
            &client,
            calculate_cube_count_elemwise(&client, values, dim),
            dim,
            x.into_buffer_arg(),
            gradient.into_buffer_arg(),
            moments.into_buffer_arg(),
            range.map(|r| dense(r).into_buffer_arg()).into(),
            steps.into_buffer_arg(),
            moved.clone().into_buffer_arg(),
            after.clone().into_buffer_arg(),
            values as u32,
            step as u32,
        );
    }
    (moved, after)
}

/// x and clean (T, M, V, C), placing (T M, V): x with the bone lengths of `clean`.
pub fn realign(x: Primitive, clean: Primitive, placing: Primitive, dims: usize) -> Primitive {
    launched();
    let (x, clean) = (dense(x), dense(clean));
    let [t, m, v, c] = x.shape().dims();
    let fits = clean.shape() == x.shape() && placing.shape() == Shape::from([t * m, v]) && dims <= c;
    assert!(fits && placing.is_contiguous() && placing.dtype == DType::I32, "{t} x {m} poses of {v} joints");
    let to = empty(&x, x.shape());
    let client = x.client.clone();
    let dim = CubeDim::new_1d(UNITS);
    let sizes = bones::SizesLaunch::new((t * m) as u32, v as u32, c as u32, dims as u32);
    // SAFETY: as above; the kernel reads no joint beyond the last, whatever `placing` holds.
    unsafe {
        bones::realign::launch_unchecked(
            &client,
            calculate_cube_count_elemwise(&client, t * m, dim),
            dim,
            x.into_buffer_arg(),
            clean.into_buffer_arg(),
            placing.into_buffer_arg(),
            to.clone().into_buffer_arg(),
            sizes,
        );
    }
    to
}

/// x (T, M, V, C), places (3, T M V C), starts (T M, slots), table (n), asked (2, T M slots): x after the exact
/// projection, and the shares that the parts have kept, (T M, slots). Then `rounds` times parts that yield make their
/// neighbours in time follow.
pub fn exact(
    x: Primitive,
    places: Primitive,
    [starts, table]: [Primitive; 2],
    asked: Primitive,
    dims: usize,
    rounds: usize,
) -> (Primitive, Primitive) {
    let [x, places, asked] = [x, places, asked].map(dense);
    let [t, m, v, c] = x.shape().dims();
    let [poses, slots] = starts.shape().dims();
    let (values, units) = (t * m * v * c, poses * slots);
    let of = |x: &Primitive, values: usize| x.shape().num_elements() == values;
    let whole = |x: &Primitive| x.is_contiguous() && x.dtype == DType::I32;
    let fits = of(&places, 3 * values) && of(&asked, 2 * units) && poses == t * m && (1..=v).contains(&slots);
    assert!(fits && dims <= c.min(3) && whole(&starts) && whole(&table), "{t} x {m} poses of {v} joints");
    let (to, shares, follow) = (empty(&x, x.shape()), empty(&x, [poses, slots]), empty(&x, [2, units]));
    let client = x.client.clone();
    let dim = CubeDim::new_1d(UNITS);
    let count = calculate_cube_count_elemwise(&client, units, dim);
    for round in 0..=rounds {
        launched();
        let sizes = parts::SizesLaunch::new(units as u32, slots as u32, values as u32, c as u32, 0);
        let asked = if round == 0 { &asked } else { &follow };
        // SAFETY: the buffers are dense and of the sizes checked above; `projection/tables.rs` writes the tables for
        // poses of these sizes.
        unsafe {
            parts::exact::launch_unchecked(
                &client,
                count.clone(),
                dim,
                x.clone().into_buffer_arg(),
                places.clone().into_buffer_arg(),
                starts.clone().into_buffer_arg(),
                table.clone().into_buffer_arg(),
                asked.clone().into_buffer_arg(),
                to.clone().into_buffer_arg(),
                shares.clone().into_buffer_arg(),
                sizes,
                v,
                dims,
            );
        }
        if round < rounds {
            launched();
            // SAFETY: as above.
            unsafe {
                limits::limits::launch_unchecked(
                    &client,
                    count.clone(),
                    dim,
                    shares.clone().into_buffer_arg(),
                    starts.clone().into_buffer_arg(),
                    table.clone().into_buffer_arg(),
                    follow.clone().into_buffer_arg(),
                    limits::PartsLaunch::new(units as u32, slots as u32, m as u32),
                    v,
                );
            }
        }
    }
    (to, shares)
}

/// gradient and x (T, M, V, C), places (3, T M V C), starts (T M, slots), table (n): the gradient without what would
/// change the lengths of bones.
pub fn along_surface(
    gradient: Primitive,
    x: Primitive,
    places: Primitive,
    [starts, table]: [Primitive; 2],
    dims: usize,
) -> Primitive {
    launched();
    let [gradient, x, places] = [gradient, x, places].map(dense);
    let [t, m, v, c] = x.shape().dims();
    let [poses, slots] = starts.shape().dims();
    let (values, units) = (t * m * v * c, poses * slots);
    let whole = |x: &Primitive| x.is_contiguous() && x.dtype == DType::I32;
    let fits = gradient.shape() == x.shape() && places.shape().num_elements() == 3 * values && poses == t * m;
    assert!(fits && dims <= c.min(3) && whole(&starts) && whole(&table), "{t} x {m} poses of {v} joints");
    let to = empty(&x, x.shape());
    let client = x.client.clone();
    let dim = CubeDim::new_1d(UNITS);
    // SAFETY: as above.
    unsafe {
        surface::surface::launch_unchecked(
            &client,
            calculate_cube_count_elemwise(&client, units, dim),
            dim,
            gradient.into_buffer_arg(),
            x.into_buffer_arg(),
            places.into_buffer_arg(),
            starts.into_buffer_arg(),
            table.into_buffer_arg(),
            to.clone().into_buffer_arg(),
            units as u32,
            slots as u32,
            values as u32,
            c as u32,
            v,
            dims,
        );
    }
    to
}
