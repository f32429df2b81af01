//! The plans of all poses as tables of numbers, for a GPU.

use super::plan::{Part, Plan};
use super::pose::Pose;
use crate::skeleton::Sequence;

/// The parts of each pose.
pub struct Tables {
    /// The most parts that a pose has, at least 1.
    pub slots: usize,
    /// Where each part stands in `table`, (T M, slots); -1 for none. The first one takes the joints that stay along.
    pub starts: Vec<i32>,
    /// The records of the parts, as the kernel reads them.
    pub table: Vec<i32>,
    /// Whether a part may have to yield.
    pub may_yield: bool,
}

/// The tables for a clip and its bounds, (T, M, V, C).
pub fn tables(clean: &Sequence, bounds: &[f32]) -> Tables {
    let layout = clean.layout();
    let values = layout.len() * layout.channels();
    let (mut table, mut may_yield) = (Vec::new(), false);
    // Each plan so far with the starts of its parts, and which of them each pose has.
    let mut known: Vec<(Plan, Vec<i32>)> = Vec::new();
    let mut of_pose = Vec::with_capacity(clean.frames() * clean.people());
    for frame in 0..clean.frames() {
        for person in 0..clean.people() {
            let at = (frame * clean.people() + person) * values;
            let pose = Pose::new(clean, frame, person, &bounds[at..at + values]);
            let number = match known.iter().rposition(|(plan, _)| plan.fits(&pose)) {
                Some(number) => number,
                None => {
                    let plan = Plan::new(layout, &pose);
                    may_yield |= !plan.parts().iter().all(|part| keeps_all(part, &pose));
                    known.push((plan.clone(), write(&plan, &pose, &mut table)));
                    known.len() - 1
                }
            };
            of_pose.push(number);
        }
    }
    let slots = known.iter().map(|(_, starts)| starts.len()).max().unwrap_or(1);
    let starts = of_pose.into_iter().flat_map(|number| {
        let starts = &known[number].1;
        (0..slots).map(|slot| starts.get(slot).copied().unwrap_or(-1))
    });
    Tables { slots, starts: starts.collect(), table, may_yield }
}

/// Does the part never yield? A joint can always move along with the one that it hangs on if its own reach is not
/// smaller.
fn keeps_all(part: &Part, pose: &Pose) -> bool {
    let follows = |from: &usize, joint: usize| pose.reach[*from] <= pose.reach[joint];
    !part.tied() && part.placing.iter().all(|p| p.from.iter().all(|from| follows(from, p.joint)))
}

/// Appends the records of a plan's parts; gives where they start.
fn write(plan: &Plan, pose: &Pose, table: &mut Vec<i32>) -> Vec<i32> {
    let mut rest: Vec<usize> = (0..pose.seen.len()).filter(|&j| !pose.moves(j)).collect();
    if plan.parts().is_empty() {
        return vec![append(table, &[0, 0, 0, rest.len()], &rest)];
    }
    let record = |part: &Part| {
        let rest = std::mem::take(&mut rest);
        let sizes = [part.placing.len(), part.bones.len(), part.tied().into(), rest.len()];
        let hangs = part.placing.iter().flat_map(|p| std::iter::once(p.from.len()).chain(p.from.iter().copied()));
        let numbers: Vec<usize> =
            part.joints().chain(rest).chain(part.bones.iter().flat_map(|&(a, b)| [a, b])).chain(hangs).collect();
        append(table, &sizes, &numbers)
    };
    plan.parts().iter().map(record).collect()
}

/// Appends a record; gives where it starts.
fn append(table: &mut Vec<i32>, sizes: &[usize], numbers: &[usize]) -> i32 {
    let start = table.len() as i32;
    table.extend(sizes.iter().chain(numbers).map(|&n| n as i32));
    start
}
