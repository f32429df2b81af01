//! The normal and the binomial distribution, as far as certificates need them.

/// Halvings of an interval: more than the digits of an f64.
const HALVINGS: usize = 100;

/// The probability that a standard normal number is below `x`.
pub fn normal(x: f64) -> f64 {
    if x.abs() > 8.0 {
        return if x > 0.0 { 1.0 } else { 0.0 };
    }
    // 1/2 + phi(x) (x + x^3/3 + x^5/(3 5) + ...), all terms of one sign.
    let (mut term, mut sum, mut i) = (x, 0.0, 1.0);
    while f64::abs(term) > 1e-17 * f64::abs(sum) && term != 0.0 {
        sum += term;
        i += 2.0;
        term *= x * x / i;
    }
    let density = (-0.5 * x * x).exp() / (2.0 * std::f64::consts::PI).sqrt();
    (0.5 + density * sum).clamp(0.0, 1.0)
}

/// The inverse of [`normal`]: the number below which a standard normal one is with probability `p`. Infinite for 0 and
/// 1.
pub fn normal_quantile(p: f64) -> f64 {
    match p {
        p if p <= 0.0 => f64::NEG_INFINITY,
        p if p >= 1.0 => f64::INFINITY,
        p => bisect(-8.0, 8.0, |x| normal(x) < p),
    }
}

/// The lower end of Clopper's and Pearson's interval (1934): with confidence `1 - alpha` the probability of a hit is at
/// least this, after `hits` of `n` trials.
pub fn at_least(hits: usize, n: usize, alpha: f64) -> f64 {
    if hits == 0 || n == 0 {
        return 0.0;
    }
    bisect(0.0, 1.0, |p| tail(hits, n, p) < alpha)
}

/// Whether one of two classes with these counts is more frequent, with confidence `1 - alpha`: a two-sided test against
/// a fair coin.
pub fn differ(most: usize, next: usize, alpha: f64) -> bool {
    let n = most + next;
    n > 0 && 2.0 * tail(most.max(next), n, 0.5) <= alpha
}

/// The probability of at least `hits` of `n` trials, each with probability `p`.
pub fn tail(hits: usize, n: usize, p: f64) -> f64 {
    if hits == 0 || p >= 1.0 {
        return 1.0;
    }
    if hits > n || p <= 0.0 {
        return 0.0;
    }
    // The logarithm of each term from the one before: the terms themselves can be too small for an f64.
    let odds = (p / (1.0 - p)).ln();
    let mut log = n as f64 * (1.0 - p).ln();
    let mut sum = 0.0;
    for k in 0..=n {
        if k >= hits {
            sum += log.exp();
        }
        log += ((n - k) as f64 / (k + 1) as f64).ln() + odds;
    }
    sum.min(1.0)
}

/// Where `below` changes from true to false.
fn bisect(low: f64, high: f64, below: impl Fn(f64) -> bool) -> f64 {
    let halve = |(low, high): (f64, f64), _| {
        let middle = f64::midpoint(low, high);
        if below(middle) { (middle, high) } else { (low, middle) }
    };
    (0..HALVINGS).fold((low, high), halve).0
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_normal_distribution_by_the_book() {
        for (x, p) in [(0.0, 0.5), (1.0, 0.841_344_746), (-1.959_963_985, 0.025), (3.0, 0.998_650_102)] {
            assert!((normal(x) - p).abs() < 1e-9, "{x}: {}", normal(x));
            assert!((normal_quantile(p) - x).abs() < 1e-6, "{p}: {}", normal_quantile(p));
        }
        assert_eq!((normal_quantile(0.0), normal_quantile(1.0)), (f64::NEG_INFINITY, f64::INFINITY));
        assert_eq!((normal(-9.0), normal(9.0)), (0.0, 1.0));
    }

    #[test]
    fn clopper_and_pearson_by_the_book() {
        // With all of n hit, p^n = alpha.
        assert!((at_least(100, 100, 0.001) - 0.001_f64.powf(0.01)).abs() < 1e-9);
        // 9 of 10: p with 10 p^9 - 9 p^10 = 0.025, from tables 0.5550.
        assert!((at_least(9, 10, 0.025) - 0.555_0).abs() < 1e-4);
        assert_eq!((at_least(0, 10, 0.05), at_least(0, 0, 0.05)), (0.0, 0.0));
        // Many trials: near the share, and below it.
        let p = at_least(9_000, 10_000, 0.001);
        assert!(p < 0.9 && p > 0.889, "{p}");
    }

    #[test]
    fn a_fair_coin_and_a_loaded_one_differ() {
        // Twice 2^-10 is 0.2 %, twice 11 / 2^10 is 2.1 %.
        assert!(differ(10, 0, 0.01) && !differ(9, 1, 0.01) && differ(9, 1, 0.05));
        assert!(!differ(0, 0, 0.5) && !differ(5, 5, 0.5));
        assert!((tail(2, 3, 0.5) - 0.5).abs() < 1e-12);
        assert_eq!((tail(0, 3, 0.2), tail(4, 3, 0.2), tail(1, 3, 1.0)), (1.0, 0.0, 1.0));
    }
}
