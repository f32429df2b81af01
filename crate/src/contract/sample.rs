//! The seeded draw of clips, the same in the Lab and in `ciasa eval`.

use rand::SeedableRng;
use rand::seq::SliceRandom;
use rand_pcg::Pcg64Mcg;

/// Draws `n` clips by seed, as evenly over the classes as possible: one of each class first, then a second of each, and
/// so on, in a new order of the classes each time. A larger `n` extends the draw: the first 27 of 54 are those of `n =
/// 27`. All clips if there are no more than `n`.
///
/// `clips` is (clip, class); the result holds clips.
pub fn stratified(clips: &[(usize, usize)], n: usize, seed: u64) -> Vec<usize> {
    let mut classes: Vec<usize> = clips.iter().map(|c| c.1).collect();
    classes.sort_unstable();
    classes.dedup();
    let mut rounds: Vec<Vec<usize>> = Vec::new();
    let mut rng = Pcg64Mcg::seed_from_u64(seed);
    for class in classes {
        let mut members: Vec<usize> = clips.iter().filter(|c| c.1 == class).map(|c| c.0).collect();
        members.shuffle(&mut rng);
        for (round, clip) in members.into_iter().enumerate() {
            if rounds.len() == round {
                rounds.push(Vec::new());
            }
            rounds[round].push(clip);
        }
    }
    rounds.iter_mut().for_each(|round| round.shuffle(&mut rng));
    rounds.into_iter().flatten().take(n).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_class_has_its_turn_before_any_has_a_second() {
        // Class 0 has two clips, class 1 one, class 5 three.
        let clips = [(10, 0), (11, 0), (20, 1), (50, 5), (51, 5), (52, 5)];
        let class = |clip: &usize| clips.iter().find(|c| c.0 == *clip).map(|c| c.1);
        let all = stratified(&clips, 100, 3);
        let mut classes: Vec<_> = all.iter().filter_map(class).collect();
        classes[..3].sort_unstable();
        classes[3..5].sort_unstable();
        assert_eq!(classes, [0, 1, 5, 0, 5, 5]);
        for n in 0..6 {
            assert_eq!(stratified(&clips, n, 3), all[..n]);
        }
        // Every clip and every class can be the first.
        let mut first: Vec<_> = (0..200).flat_map(|seed| stratified(&clips, 1, seed)).collect();
        first.sort_unstable();
        first.dedup();
        assert_eq!(first.len(), clips.len());
        assert_eq!(stratified(&clips, 6, 3), all);
    }
}
