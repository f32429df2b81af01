//! Runs units on several threads, and estimates their time.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::mpsc;
use std::time::Instant;

use super::inputs::Inputs;
use super::row::Row;
use super::unit::Unit;
use crate::attack::run::block_on;
use crate::attack::{Attack, AttackConfig, Constraints};
use crate::error::{Error, Result};

/// Runs the units and passes the rows of each to `each`, until one fails.
///
/// # Errors
/// The first error of a unit or of `each`. Rows that were finished before have been passed on.
pub fn run(
    inputs: &Inputs,
    units: &[Unit],
    threads: usize,
    mut each: impl FnMut(usize, Vec<Row>) -> Result<()>,
) -> Result<()> {
    run_each(inputs, units, threads, |at, rows| each(at, rows?))
}

/// Runs the units and passes the rows of each, or its error, to `each`, on the calling thread, in the order in which
/// they finish. A unit that fails does not end the run.
///
/// Each clip is attacked on one thread, whose kernels use no other. This keeps all cores busy, which kernels that split
/// a single clip do not, and no row depends on the number of threads.
///
/// # Errors
/// The first error of `each`, or no thread can be started. What was finished before has been passed on.
pub fn run_each(
    inputs: &Inputs,
    units: &[Unit],
    threads: usize,
    each: impl FnMut(usize, Result<Vec<Row>>) -> Result<()>,
) -> Result<()> {
    run_work(units, threads, |unit| unit.work(inputs), each)
}

/// Does any pieces of work and passes the result of each to `each`, as [`run_each`] does with units.
///
/// # Errors
/// As [`run_each`].
pub fn run_work<U: Sync, R: Send>(
    pieces: &[U],
    threads: usize,
    work: impl Fn(&U) -> Result<R> + Sync,
    mut each: impl FnMut(usize, Result<R>) -> Result<()>,
) -> Result<()> {
    let next = AtomicUsize::new(0);
    let (send, results) = mpsc::channel();
    std::thread::scope(|scope| {
        for _ in 0..threads.clamp(1, pieces.len().max(1)) {
            let (send, next, work) = (send.clone(), &next, &work);
            scope.spawn(move || {
                let thread = || {
                    loop {
                        let at = next.fetch_add(1, Ordering::Relaxed);
                        let Some(piece) = pieces.get(at) else { return };
                        if send.send(Ok((at, work(piece)))).is_err() {
                            return;
                        }
                    }
                };
                // Kernels use the threads of the pool that they run in; this pool has one.
                match rayon::ThreadPoolBuilder::new().num_threads(1).build() {
                    Ok(pool) => pool.install(thread),
                    Err(e) => {
                        let _ = send.send(Err(Error::device(e.to_string()).at("starting a thread")));
                    }
                }
            });
        }
        drop(send);
        for result in results {
            if let Err(e) = result.and_then(|(at, rows)| each(at, rows)) {
                // The other threads finish their piece and find no next one.
                next.store(pieces.len(), Ordering::Relaxed);
                return Err(e);
            }
        }
        Ok(())
    })
}

/// Seconds of processor time of this thread (Linux only). On a busy machine the clock would count the time of others.
fn busy() -> Option<f64> {
    let stat = std::fs::read_to_string("/proc/thread-self/schedstat").ok()?;
    Some(stat.split_whitespace().next()?.parse::<u64>().ok()? as f64 / 1e9)
}

/// Attacks of full length that a search for the smallest epsilon takes, about.
const EPSILONS: f64 = 3.0;

/// Times on one thread, in milliseconds.
#[derive(Clone, Copy, Debug, Default)]
pub struct Cost {
    /// A forward pass.
    pub forward: f64,
    /// A step without the discriminator.
    pub step: f64,
    /// The discriminator's part of a step.
    pub game: f64,
}

impl Cost {
    /// Measures a unit's network on its clip.
    ///
    /// # Errors
    /// If the attack fails.
    pub fn measure(inputs: &Inputs, unit: &Unit) -> Result<Self> {
        const TIMES: u32 = 3;
        let (victim, source) = (&inputs.models[unit.model].recogniser, &inputs.sources[unit.source]);
        let clip = &source.clips[unit.clip].0;
        let time = |work: &mut dyn FnMut() -> Result<()>| -> Result<f64> {
            work()?;
            let (start, before) = (Instant::now(), busy());
            (0..TIMES).try_for_each(|_| work())?;
            let seconds = match before.zip(busy()) {
                Some((before, after)) => after - before,
                None => start.elapsed().as_secs_f64(),
            };
            Ok(1000.0 * seconds / f64::from(TIMES))
        };
        let forward = time(&mut || block_on(victim.recognise(clip)).map(drop))?;
        let step = |constraints| -> Result<f64> {
            let config = AttackConfig { constraints, ..Default::default() };
            let mut attack = Attack::new(victim.clone(), clip, &source.natural(unit.clip), config)?;
            time(&mut || block_on(attack.step()).map(drop))
        };
        let plain = step(Constraints { plausible: false, ..Constraints::ALL })?;
        Ok(Self { forward, step: plain, game: (step(Constraints::ALL)? - plain).max(0.0) })
    }

    /// The expected time of a unit, in milliseconds.
    pub fn of(&self, unit: &Unit) -> f64 {
        let attack = unit.config.as_ref().map_or(0.0, |config| {
            let pass = if config.method.follows_gradient() { self.step } else { self.forward };
            let step = pass + if config.plausible() { self.game } else { 0.0 };
            let epsilons = if unit.search { EPSILONS } else { 1.0 };
            self.forward + step * config.steps() as f64 * epsilons
        });
        attack + 3.0 * self.forward * unit.judges() as f64
    }
}
