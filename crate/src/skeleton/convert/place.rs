//! How a joint of the new layout is made.

/// A point on the line between the mean of some joints and the mean of others.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Place {
    /// The joints, of the old layout, whose mean the line starts at.
    pub from: &'static [usize],
    /// The joints whose mean it leads to; empty where `share` is 0.
    pub to: &'static [usize],
    /// Share of the way; above 1 the point lies beyond the end.
    pub share: f32,
}

/// What becomes of a joint.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// It is one joint of the old layout.
    Copied,
    /// It is the mean of several.
    Averaged,
    /// It lies on a line between joints.
    Invented,
}

/// One joint as it is.
pub(super) const fn copied(joint: &'static [usize]) -> Place {
    Place { from: joint, to: &[], share: 0.0 }
}

/// The mean of several joints.
pub(super) const fn mean(joints: &'static [usize]) -> Place {
    copied(joints)
}

/// A share of the way from the mean of some joints to the mean of others.
pub(super) const fn line(from: &'static [usize], to: &'static [usize], share: f32) -> Place {
    Place { from, to, share }
}

impl Place {
    /// What becomes of the joint.
    pub fn kind(&self) -> Kind {
        match (self.to, self.from) {
            ([], [_]) => Kind::Copied,
            ([], _) => Kind::Averaged,
            _ => Kind::Invented,
        }
    }

    /// The joints of the old layout that take part.
    pub fn sources(&self) -> impl Iterator<Item = usize> {
        self.from.iter().chain(self.to).copied()
    }
}
