//! The header of a job: all that a helper needs to know besides the values, in 32-bit words of the shared buffer.

use super::super::cpu::plan::{Direction, Plan};
use super::super::cpu::shape::ConvShape;

/// Words of a header.
pub const WORDS: usize = 20;

/// One job of the worker pool.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct JobHeader {
    /// The convolution, and how it is cut into tasks.
    pub plan: Plan,
    /// Whether a ReLU follows.
    pub relu: bool,
    /// Whether products multiply and add in one instruction.
    pub fused: bool,
    /// Threads that share the tasks: the engine is number 0, helper `h` is number `h + 1`.
    pub threads: usize,
    /// The id of a frozen weight.
    pub weight: Option<u32>,
    /// Helpers may drop the weights with smaller ids.
    pub oldest_weight: u32,
    /// Values of each operand.
    pub lens: Lens,
}

/// Values of each operand of a job besides its input; 0 where it has none.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Lens {
    /// 0 also where the helpers keep the weight already.
    pub w: usize,
    pub bias: usize,
    pub residual: usize,
    /// The adjacency.
    pub a: usize,
}

impl JobHeader {
    /// The words that [`JobHeader::decode`] reads. Sizes fit: they count values in a 32-bit memory.
    pub fn encode(&self) -> [i32; WORDS] {
        let Plan { shape: s, direction, frames, subsets, minimal } = self.plan;
        let backward = direction == Direction::Backward;
        let [backward, minimal, relu, fused] = [backward, minimal, self.relu, self.fused].map(usize::from);
        let [weight, oldest] = [self.weight.unwrap_or_default(), self.oldest_weight].map(|id| id as usize);
        let Lens { w, bias, residual, a } = self.lens;
        let plan = [backward, minimal, frames, subsets, s.n, s.t, s.v, s.c, s.out, s.stride, s.taps];
        let rest = [relu, fused, self.threads, weight, oldest, w, bias, residual, a];
        let mut words = [0; WORDS];
        words.iter_mut().zip(plan.into_iter().chain(rest)).for_each(|(word, value)| *word = value as u32 as i32);
        words
    }

    /// The header that [`JobHeader::encode`] wrote.
    pub fn decode(words: &[i32; WORDS]) -> Self {
        let [backward, minimal, frames, subsets, n, t, v, c, out, stride, taps, rest @ ..] =
            words.map(|word| word as u32 as usize);
        let [relu, fused, threads, weight, oldest, w, bias, residual, a] = rest;
        let direction = if backward == 1 { Direction::Backward } else { Direction::Forward };
        let shape = ConvShape { n, t, v, c, out, stride, taps };
        Self {
            plan: Plan { shape, direction, frames, subsets, minimal: minimal == 1 },
            relu: relu == 1,
            fused: fused == 1,
            threads,
            weight: Some(weight as u32).filter(|id| *id > 0),
            oldest_weight: oldest as u32,
            lens: Lens { w, bias, residual, a },
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A header without two equal words, so that no two can be swapped unnoticed.
    fn header() -> JobHeader {
        let shape = ConvShape { n: 2, t: 3, v: 4, c: 5, out: 6, stride: 7, taps: 9 };
        JobHeader {
            plan: Plan { shape, direction: Direction::Backward, frames: 10, subsets: 11, minimal: false },
            relu: false,
            fused: true,
            threads: 12,
            weight: Some(u32::MAX),
            oldest_weight: 13,
            lens: Lens { w: 14, bias: 15, residual: 16, a: 17 },
        }
    }

    #[test]
    fn a_header_comes_back_from_its_words() {
        let plain = JobHeader { weight: None, oldest_weight: 0, lens: Lens::default(), ..header() };
        let forward = Plan { direction: Direction::Forward, minimal: true, ..header().plan };
        let flipped = JobHeader { plan: forward, relu: true, fused: false, ..header() };
        for header in [header(), plain, flipped] {
            assert_eq!(JobHeader::decode(&header.encode()), header);
        }
    }

    #[test]
    fn every_word_of_a_header_is_read() {
        let words = header().encode();
        for i in 0..WORDS {
            let mut other = words;
            // A flag that is neither 0 nor 1 is off, so flags flip.
            other[i] = if (0..=1).contains(&words[i]) { 1 - words[i] } else { words[i] - 1 };
            assert_ne!(JobHeader::decode(&other), header(), "word {i} is ignored");
        }
    }
}
