//! Inputs for one target, one after the other.

use std::collections::HashSet;
use std::fmt;
use std::fs::File;
use std::io::{Seek, Write};
use std::path::Path;
use std::time::{Duration, Instant};

use rand::{RngExt, SeedableRng};
use rand_pcg::Pcg32;

use crate::mutate::{Tools, mutate};
use crate::targets::Target;
use crate::trial::{self, Outcome, Trial};
use crate::{corpus, dictionary, minimise, seeds};

/// Inputs that are changed further, at most.
const POOL: usize = 400;
/// Only shorter ones are.
const LONGEST: usize = 1 << 14;

/// When to end.
#[derive(Clone, Copy)]
pub enum Budget {
    Inputs(u64),
    Time(Duration),
}

/// What a run has come to.
pub struct Tally {
    name: &'static str,
    pub inputs: u64,
    accepted: u64,
    /// Kinds of messages.
    kinds: usize,
    pub time: Duration,
    /// Bytes of the heap for each byte of the file, above the target's base, at most.
    memory: f64,
    /// The longest time that an input took, of some tries the shortest, and its bytes.
    slowest: (Duration, usize),
    pub finds: Vec<String>,
}

/// Changes the target's seeds, what was found before, and inputs that led to a new message.
pub fn run(target: &'static Target, seed: u64, budget: Budget) -> Tally {
    let mut worker = Worker::new(target, seed);
    let started = Instant::now();
    for bytes in seeds::of(target.name).into_iter().chain(corpus::kept(target)) {
        worker.take(&bytes);
        worker.pool.push(bytes);
        worker.seeds = worker.pool.len();
    }
    let goes_on = |tally: &Tally| match budget {
        Budget::Inputs(inputs) => tally.inputs < inputs,
        Budget::Time(time) => started.elapsed() < time,
    };
    while goes_on(&worker.tally) {
        let bytes = worker.next();
        worker.take(&bytes);
    }
    worker.tally.time = started.elapsed();
    worker.tally.kinds = worker.seen.len();
    let _ = std::fs::remove_file(&worker.last.0);
    worker.tally
}

struct Worker {
    target: &'static Target,
    rng: Pcg32,
    words: Vec<Vec<u8>>,
    pool: Vec<Vec<u8>>,
    /// The first of the pool: what is valid, and what was found before.
    seeds: usize,
    seen: HashSet<u64>,
    found: HashSet<u64>,
    /// A file with the input that is read just now: what is left of a program that was aborted.
    last: (std::path::PathBuf, File),
    tally: Tally,
}

impl Worker {
    fn new(target: &'static Target, seed: u64) -> Self {
        let path = Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("fuzz-{}.last", target.name));
        let file = File::create(&path).unwrap();
        let tally = Tally {
            name: target.name,
            inputs: 0,
            accepted: 0,
            kinds: 0,
            time: Duration::ZERO,
            memory: 0.0,
            slowest: (Duration::ZERO, 0),
            finds: Vec::new(),
        };
        Self {
            target,
            rng: Pcg32::seed_from_u64(seed),
            words: dictionary::words(target.dictionary),
            pool: Vec::new(),
            seeds: 0,
            seen: HashSet::new(),
            found: HashSet::new(),
            last: (path, file),
            tally,
        }
    }

    fn next(&mut self) -> Vec<u8> {
        // What is refused already stays refused for the most part: half of the inputs begin valid.
        let [one, other] = [0; 2].map(|_| {
            let most = if self.rng.random_bool(0.5) { self.seeds } else { self.pool.len() };
            self.rng.random_range(0..most)
        });
        let mut bytes = self.pool[one].clone();
        mutate(&mut bytes, &mut Tools { rng: &mut self.rng, words: &self.words, other: &self.pool[other] });
        bytes
    }

    fn take(&mut self, bytes: &[u8]) {
        let file = &mut self.last.1;
        file.rewind().and_then(|()| file.write_all(bytes)).and_then(|()| file.set_len(bytes.len() as u64)).unwrap();
        self.tally.inputs += 1;
        let Trial { outcome, taken, wall } = trial::measured(self.target, bytes);
        if wall > self.tally.slowest.0 {
            // Another program may have had the core meanwhile.
            let again = (0..3).map(|_| trial::measured(self.target, bytes).wall);
            let fastest = again.fold(wall, Duration::min);
            self.tally.slowest = self.tally.slowest.max((fastest, bytes.len()));
        }
        if bytes.len() >= 256 {
            let times = taken.saturating_sub(self.target.base) as f64 / bytes.len() as f64;
            self.tally.memory = self.tally.memory.max(times);
        }
        match outcome {
            Outcome::Accepted => self.tally.accepted += 1,
            Outcome::Refused(message) => {
                let new = self.seen.insert(trial::kind(&message));
                if new && self.pool.len() < POOL && bytes.len() < LONGEST {
                    self.pool.push(bytes.to_vec());
                }
            }
            Outcome::Find(find) => self.keep(bytes, &find),
        }
    }

    fn keep(&mut self, bytes: &[u8], find: &str) {
        let kind = trial::kind(find);
        if !self.found.insert(kind) {
            return;
        }
        let small = minimise::minimise(self.target, bytes.to_vec(), find);
        let path = corpus::keep(self.target, &small, kind);
        self.tally.finds.push(format!("{find} ({} bytes in {})", small.len(), path.display()));
    }
}

impl fmt::Display for Tally {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let rate = self.inputs as f64 / f64::max(self.time.as_secs_f64(), 1e-3);
        write!(
            f,
            "{:<19} {:>9} inputs, {:>7} accepted, {:>4} kinds of refusal, {rate:>7.0} inputs/s, memory {:>5.1} times, \
             slowest {:>7.3} ms ({} bytes), {} finds",
            self.name,
            self.inputs,
            self.accepted,
            self.kinds,
            self.memory,
            1e3 * self.slowest.0.as_secs_f64(),
            self.slowest.1,
            self.finds.len()
        )?;
        self.finds.iter().try_for_each(|find| write!(f, "\n  {find}"))
    }
}
