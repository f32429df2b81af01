//! Clipping to epsilon (Eq. 5).

/// Sets every value that must stay, whose bound is 0, to the original's. All slices are (T, M, V, C).
pub fn hold(x: &mut [f32], clean: &[f32], bounds: &[f32]) {
    for ((x, clean), bound) in x.iter_mut().zip(clean).zip(bounds) {
        if *bound == 0.0 {
            *x = *clean;
        }
    }
}

/// Clips every value to `[clean - bound, clean + bound]`, exactly. All slices are (T, M, V, C), in the layout's unit.
pub fn clip(x: &mut [f32], clean: &[f32], bounds: &[f32]) {
    for ((x, clean), bound) in x.iter_mut().zip(clean).zip(bounds) {
        let (low, high) = range(*clean, *bound);
        *x = x.clamp(low, high);
    }
}

/// `clean - bound` and `clean + bound`, rounded inwards, so that the bound holds exactly and not only up to rounding.
pub(super) fn range(clean: f32, bound: f32) -> (f32, f32) {
    let within = |end: f32| (f64::from(end) - f64::from(clean)).abs() <= f64::from(bound);
    let (low, high) = (clean - bound, clean + bound);
    (if within(low) { low } else { low.next_up() }, if within(high) { high } else { high.next_down() })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_are_clipped_each_to_its_own_bound() {
        let mut x = [1.5, 0.5, 1.1, 7.0];
        clip(&mut x, &[1.0, 1.0, 1.0, 2.0], &[0.25, 0.25, 0.25, 0.0]);
        assert_eq!(x, [1.25, 0.75, 1.1, 2.0]);
    }

    #[test]
    fn the_bound_holds_exactly_even_if_the_sum_rounds_outwards() {
        for i in 1..1000 {
            let (clean, bound) = (i as f32 * 0.37, 0.02);
            let mut x = [clean + 1.0, clean - 1.0];
            clip(&mut x, &[clean; 2], &[bound; 2]);
            for x in x {
                let moved = (f64::from(x) - f64::from(clean)).abs();
                assert!(moved <= f64::from(bound) && moved > 0.019_9, "{clean} {x}");
            }
        }
    }

    #[test]
    fn values_that_must_stay_are_reset() {
        let mut x = [3.0, 4.0];
        hold(&mut x, &[1.0, 1.0], &[0.0, 0.1]);
        assert_eq!(x, [1.0, 4.0]);
    }
}
