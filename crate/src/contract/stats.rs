//! Rates with confidence intervals, quantiles and means.

use std::fmt;

/// A number of hits out of a number of trials.
///
/// ```
/// use ciasa::contract::stats::Rate;
///
/// let rate = Rate { hits: 10, of: 20 };
/// let (low, high) = rate.interval();
/// assert_eq!(rate.share(), 0.5);
/// assert!((low - 0.299).abs() < 1e-3 && (high - 0.701).abs() < 1e-3);
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Rate {
    /// Number of hits.
    pub hits: usize,
    /// Number of trials.
    pub of: usize,
}

impl Rate {
    /// Counts the hits among answers.
    pub fn count(answers: impl IntoIterator<Item = bool>) -> Self {
        let count = |r: Self, hit: bool| Self { hits: r.hits + usize::from(hit), of: r.of + 1 };
        answers.into_iter().fold(Self::default(), count)
    }

    /// Hits as a share of the trials, 0 to 1; NaN without trials.
    pub fn share(self) -> f64 {
        self.hits as f64 / self.of as f64
    }

    /// Wilson's 95 % score interval (1927). It stays within 0 and 1, has a width above 0 at either end, and is (0, 1)
    /// without trials.
    pub fn interval(self) -> (f64, f64) {
        // The 97.5 % point of the normal distribution: two tails of 2.5 % leave 95 %.
        const Z: f64 = 1.959_964;
        if self.of == 0 {
            return (0.0, 1.0);
        }
        let (n, p) = (self.of as f64, self.share());
        let scale = 1.0 + Z * Z / n;
        let middle = (p + Z * Z / (2.0 * n)) / scale;
        let half = Z * (p * (1.0 - p) / n + Z * Z / (4.0 * n * n)).sqrt() / scale;
        ((middle - half).max(0.0), (middle + half).min(1.0))
    }
}

impl fmt::Display for Rate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.of == 0 {
            return f.write_str("-");
        }
        let (low, high) = self.interval();
        write!(f, "{:.1} [{:.0}, {:.0}]", 100.0 * self.share(), 100.0 * low, 100.0 * high)
    }
}

/// The median; of an even number of values the lower of the middle two. None without values.
pub fn median(values: impl IntoIterator<Item = f64>) -> Option<f64> {
    quantile(values, 0.5)
}

/// A median with its 95 % interval.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Middle {
    /// The median ([`median`]).
    pub median: f64,
    /// The interval between two of the values, for any distribution; none for fewer than six values, because no two of
    /// them hold the median with that confidence.
    pub interval: Option<(f64, f64)>,
}

impl Middle {
    /// Of these values; none without values. NaN is left out.
    ///
    /// The interval runs from the k-th smallest to the k-th largest value, with the largest k for which fewer than k of
    /// n values lie below the median with a probability of 2.5 % at most.
    pub fn of(values: impl IntoIterator<Item = f64>) -> Option<Self> {
        let mut values: Vec<f64> = values.into_iter().filter(|v| !v.is_nan()).collect();
        values.sort_by(f64::total_cmp);
        let n = values.len();
        let median = *values.get(n.div_ceil(2).checked_sub(1)?)?;
        // The probability that exactly i of n values lie below the median, from its logarithm: 2^-n is no f64 for long
        // columns.
        let (mut log, mut below, mut k) = (-(n as f64) * std::f64::consts::LN_2, 0.0, 0);
        while k < n {
            below += log.exp();
            if below > 0.025 {
                break;
            }
            log += ((n - k) as f64 / (k + 1) as f64).ln();
            k += 1;
        }
        let interval = k.checked_sub(1).map(|at| (values[at], values[n - 1 - at]));
        Some(Self { median, interval })
    }

    /// With so many decimals: `1.50 [1.20, 1.90]`.
    pub fn text(self, digits: usize) -> String {
        let (median, interval) = (self.median, self.interval);
        match interval {
            Some((low, high)) => format!("{median:.digits$} [{low:.digits$}, {high:.digits$}]"),
            None => format!("{median:.digits$}"),
        }
    }
}

/// The smallest value that at least this share of all values does not exceed. None without values; NaN is left out.
pub fn quantile(values: impl IntoIterator<Item = f64>, share: f64) -> Option<f64> {
    let mut values: Vec<f64> = values.into_iter().filter(|v| !v.is_nan()).collect();
    values.sort_by(f64::total_cmp);
    let rank = (share * values.len() as f64).ceil() as usize;
    values.get(rank.saturating_sub(1)).copied()
}

/// The mean; none without values.
pub fn mean(values: impl IntoIterator<Item = f64>) -> Option<f64> {
    let (sum, n) = values.into_iter().fold((0.0, 0), |(sum, n), v| (sum + v, n + 1));
    (n > 0).then(|| sum / f64::from(n))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn wilsons_interval_by_the_book() {
        // 10 of 20: middle 0.5, half sqrt(20) * 1.96 / (2 (20 + 3.84)) ... = 0.2007.
        let (low, high) = Rate { hits: 10, of: 20 }.interval();
        assert!((low - 0.2993).abs() < 1e-3 && (high - 0.7007).abs() < 1e-3, "{low} {high}");
        // 0 of 10: from 0 to z^2 / (10 + z^2) = 0.2775.
        let (low, high) = Rate { hits: 0, of: 10 }.interval();
        assert!(low == 0.0 && (high - 0.2775).abs() < 1e-3);
        assert_eq!(Rate { hits: 27, of: 27 }.interval().1, 1.0);
        assert_eq!(Rate::default().interval(), (0.0, 1.0));
        assert!(Rate::default().share().is_nan());
        assert_eq!(Rate::count([true, false, true, true]).to_string(), "75.0 [30, 95]");
    }

    #[test]
    fn the_interval_of_a_median_by_the_binomial() {
        let to = |n: usize| Middle::of((1..=n).map(|v| v as f64));
        // 2^-5 is above 2.5 %, 2^-6 is not.
        assert_eq!(to(5), Some(Middle { median: 3.0, interval: None }));
        assert_eq!(to(6), Some(Middle { median: 3.0, interval: Some((1.0, 6.0)) }));
        // P(below 6 of 20) is 2.07 %, below 7 5.77 %.
        assert_eq!(to(20), Some(Middle { median: 10.0, interval: Some((6.0, 15.0)) }));
        // The normal approximation gives 5000 -+ 98.
        let (low, high) = to(10_000).and_then(|m| m.interval).unwrap_or_default();
        assert!((low - 4902.0).abs() < 3.0 && (high - 5099.0).abs() < 3.0, "{low} {high}");
        assert_eq!(Middle::of([f64::NAN]), None);
        assert_eq!(to(20).map(|m| m.text(1)), Some("10.0 [6.0, 15.0]".into()));
        assert_eq!(to(5).map(|m| m.text(0)), Some("3".into()));
    }

    #[test]
    fn quantiles_are_values_that_occur() {
        let values = [4.0, 1.0, 3.0, 2.0];
        assert_eq!(median(values), Some(2.0));
        assert_eq!(quantile(values, 0.95), Some(4.0));
        assert_eq!(quantile(values, 0.75), Some(3.0));
        assert_eq!((median([]), mean([])), (None, None));
        assert_eq!(mean(values), Some(2.5));
    }
}
