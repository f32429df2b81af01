//! The paper's own numbers in percent, as in its tables.

use crate::eval::experiments::SHARE_OF_UNIT;

/// Table I: epsilon, then the fooling rates on Kinetics, NTU cross-subject and NTU cross-view.
pub const TABLE_1: [(f32, [f64; 3]); 5] = [
    (0.004, [82.5, 89.4, 78.2]),
    (0.006, [92.5, 96.6, 85.5]),
    (0.008, [96.5, 98.7, 93.3]),
    (0.010, [97.5, 99.2, 98.9]),
    (0.012, [99.3, 99.8, 99.6]),
];

/// Table II, epsilon 0.04: region, then NTU cross-subject and cross-view.
pub const TABLE_2: [(&str, [f64; 2]); 4] =
    [("set-1", [90.8, 85.2]), ("set-2", [93.3, 91.7]), ("set-3", [61.3, 60.0]), ("set-4", [83.3, 81.7])];

/// Table III, NTU cross-view, epsilon 0.012: judge, accuracy before and after, fooling rate.
pub const TABLE_3: [(&str, [f64; 3]); 3] =
    [("2s-agcn-joint", [93.7, 13.5, 86.1]), ("2s-agcn-bone", [93.2, 6.8, 93.1]), ("2s-agcn", [95.1, 11.8, 88.4])];

/// The row of Table I for an epsilon in the paper's unit.
pub fn table_1(epsilon: f32) -> Option<[f64; 3]> {
    TABLE_1.iter().find(|(e, _)| (e - epsilon).abs() < 1e-5).map(|(_, rates)| *rates)
}

/// The epsilon of a setting in the paper's unit, from its id: `e=0.012` unchanged, `e=3%` converted by the paper's own
/// statement ([`SHARE_OF_UNIT`]).
pub fn epsilon(setting: &str) -> Option<f32> {
    let text = setting.strip_prefix("e=")?;
    match text.strip_suffix('%') {
        Some(share) => Some(share.parse::<f32>().ok()? / 100.0 / SHARE_OF_UNIT),
        None => text.parse().ok(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn settings_find_their_column() {
        assert_eq!(epsilon("e=0.012").and_then(table_1), Some([99.3, 99.8, 99.6]));
        assert_eq!(epsilon("e=3%").and_then(table_1), Some([99.3, 99.8, 99.6]));
        assert_eq!(epsilon("e=0.05").and_then(table_1), None);
        assert_eq!(epsilon("set-1 e=0.04"), None);
    }
}
