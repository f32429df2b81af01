//! What a conversion does, in words made from its data.

use super::conversion::Conversion;
use super::place::Kind;

impl Conversion {
    /// The joints, by index, of the old layout that no joint of the new one is made from.
    pub fn dropped(&self) -> Vec<usize> {
        let used = |j: &usize| self.places.iter().any(|place| place.sources().any(|source| source == *j));
        (0..self.from.layout().len()).filter(|j| !used(j)).collect()
    }

    /// Which joints are copied, averaged, invented and dropped.
    pub fn sentence(&self) -> String {
        let (from, to) = (self.from.layout(), self.to.layout());
        let names = |joints: &[usize]| joints.iter().map(|&j| from.joints[j]).collect::<Vec<_>>().join(", ");
        let made = |kind: Kind| self.places.iter().zip(to.joints).filter(move |(place, _)| place.kind() == kind);
        let mut parts = vec![format!("{} of {} joints are copied", made(Kind::Copied).count(), to.len())];
        let averaged: Vec<String> =
            made(Kind::Averaged).map(|(place, name)| format!("{name} ({})", names(place.from))).collect();
        let invented: Vec<&str> = made(Kind::Invented).map(|(_, name)| *name).collect();
        if !averaged.is_empty() {
            parts.push(format!("averaged: {}", averaged.join(", ")));
        }
        if !invented.is_empty() {
            parts.push(format!("invented, on lines between others: {}", invented.join(", ")));
        }
        let dropped = self.dropped();
        if !dropped.is_empty() {
            parts.push(format!("dropped: {}", names(&dropped)));
        }
        let remark = if self.remark.is_empty() { String::new() } else { format!(" {}", self.remark) };
        format!("{} from {}: {}.{remark}", to.name, from.name, parts.join("; "))
    }
}
