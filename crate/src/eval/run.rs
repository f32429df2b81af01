//! Working through units on several threads.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::mpsc;
use std::time::Instant;

use super::inputs::Inputs;
use super::row::Row;
use super::unit::Unit;
use crate::attack::run::block_on;
use crate::attack::{Attack, AttackConfig, Constraints};
use crate::error::{Error, Result};

/// Works through the units and gives each one's rows to `each`, on the calling thread, in the order in which they are done.
///
/// Clips are attacked side by side, each on one thread with kernels that use no other. All cores are busy all the time then, which
/// kernels that split a single clip's work do not achieve, and no row depends on the number of threads.
///
/// # Errors
/// The first error of a unit or of `each`; what was done until then has been given out.
pub fn run(
    inputs: &Inputs,
    units: &[Unit],
    threads: usize,
    mut each: impl FnMut(usize, Vec<Row>) -> Result<()>,
) -> Result<()> {
    let next = AtomicUsize::new(0);
    let (send, results) = mpsc::channel();
    std::thread::scope(|scope| {
        for _ in 0..threads.clamp(1, units.len().max(1)) {
            let (send, next) = (send.clone(), &next);
            scope.spawn(move || {
                let work = || {
                    loop {
                        let at = next.fetch_add(1, Ordering::Relaxed);
                        let Some(unit) = units.get(at) else { return };
                        if send.send(unit.work(inputs).map(|rows| (at, rows))).is_err() {
                            return;
                        }
                    }
                };
                // The kernels ask the pool that they run in for its threads: this one has but one.
                match rayon::ThreadPoolBuilder::new().num_threads(1).build() {
                    Ok(pool) => pool.install(work),
                    Err(e) => {
                        let _ = send.send(Err(Error::device(e.to_string()).at("starting a thread")));
                    }
                }
            });
        }
        drop(send);
        for result in results {
            if let Err(e) = result.and_then(|(at, rows)| each(at, rows)) {
                // The others finish the unit that they are at, and find no next one.
                next.store(units.len(), Ordering::Relaxed);
                return Err(e);
            }
        }
        Ok(())
    })
}

/// Seconds that this thread has been on a core, where the system tells (Linux): on a busy machine the clock tells too much.
fn busy() -> Option<f64> {
    let stat = std::fs::read_to_string("/proc/thread-self/schedstat").ok()?;
    Some(stat.split_whitespace().next()?.parse::<u64>().ok()? as f64 / 1e9)
}

/// Milliseconds of one thread.
#[derive(Clone, Copy, Debug, Default)]
pub struct Cost {
    /// A forward pass.
    pub forward: f64,
    /// A step without a discriminator.
    pub step: f64,
    /// What the discriminator adds to a step.
    pub game: f64,
}

impl Cost {
    /// Measures the model of a unit on its clip.
    ///
    /// # Errors
    /// Where the attack fails.
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

    /// Of a unit.
    pub fn of(&self, unit: &Unit) -> f64 {
        let attack = unit.config.as_ref().map_or(0.0, |config| {
            let step = self.step + if config.plausible() { self.game } else { 0.0 };
            self.forward + step * config.steps() as f64
        });
        attack + 3.0 * self.forward * unit.judges() as f64
    }
}
