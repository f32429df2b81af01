//! The attacks of the matrix, attacks against victims: `ciasa eval matrix` and the Lab have the same ones.

use super::config::Target;
use super::peers::Peer;

/// An attack of the matrix.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Attacker {
    /// Its id in rows and on the command line.
    pub id: &'static str,
    /// The attack.
    pub peer: Peer,
    /// Its goal.
    pub target: Target,
    /// Whether it searches for the smallest epsilon that reaches the goal.
    pub search: bool,
}

impl Attacker {
    /// Clips that a step has the network recognise.
    pub fn queries_a_step(self) -> usize {
        match self.peer {
            // It borrows its motion and asks nothing.
            Peer::PartSwap => 0,
            // One pass for the answer and one for the noisy networks, which share it but for their last layers.
            Peer::Tasar => 2,
            _ => 1,
        }
    }

    /// Name for people.
    pub fn name(self) -> String {
        let goal = if self.target == Target::LeastLikely { ", least likely class" } else { "" };
        format!("{}{goal}", self.peer.name())
    }
}

/// Every attack, in the order of the page.
pub fn attackers() -> Vec<Attacker> {
    let of = |id, peer, target| Attacker { id, peer, target, search: false };
    let away = Target::Untargeted;
    vec![
        of("noise", Peer::Noise, away),
        of("rotation", Peer::Rotation, away),
        of("fgsm", Peer::Fgsm, away),
        of("pgd", Peer::Pgd, away),
        of("mi-fgsm", Peer::MiFgsm, away),
        of("cw", Peer::Cw, away),
        of("smart", Peer::Smart, away),
        of("tasar", Peer::Tasar, away),
        of("bone-length", Peer::BoneLength, away),
        of("part-swap", Peer::PartSwap, away),
        of("basar", Peer::Basar, away),
        of("pgd-least-likely", Peer::Pgd, Target::LeastLikely),
        of("ciasa-least-likely", Peer::Ciasa, Target::LeastLikely),
        Attacker { search: true, ..of("pgd-smallest", Peer::Pgd, away) },
    ]
}
