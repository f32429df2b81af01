//! Threads that stay awake between the operations of one pass. A network is some forty operations of half a
//! millisecond; a thread that slept between them would begin each one a tenth too late.

use std::hint::spin_loop;
use std::sync::atomic::{AtomicBool, Ordering};

use super::threads::threads;

/// Whether a pass keeps threads awake. One does at a time: two that waited for each other's would never end.
static TAKEN: AtomicBool = AtomicBool::new(false);
/// How often a thread pauses before it looks for work again: about a microsecond.
const PAUSES: usize = 64;

/// Ends the waiting, also when the work panics.
struct Pass<'a>(&'a AtomicBool);

impl Drop for Pass<'_> {
    fn drop(&mut self) {
        self.0.store(true, Ordering::Release);
        TAKEN.store(false, Ordering::Release);
    }
}

/// Runs `work` while the other threads of Rayon's pool look for something to do without falling asleep. Does nothing
/// more than that outside a pool, in a pool of one thread, and while another pass does the same.
pub fn awake<R>(work: impl FnOnce() -> R) -> R {
    let Some(own) = rayon::current_thread_index().filter(|_| threads() > 1) else { return work() };
    if TAKEN.swap(true, Ordering::AcqRel) {
        return work();
    }
    let done = AtomicBool::new(false);
    rayon::in_place_scope(|scope| {
        let _pass = Pass(&done);
        // Rayon gives each thread this job before it lets it take parts of the work, so no thread that waits for such a
        // part is caught in it.
        scope.spawn_broadcast(|_, thread| {
            while thread.index() != own && !done.load(Ordering::Acquire) {
                if rayon::yield_now() != Some(rayon::Yield::Executed) {
                    (0..PAUSES).for_each(|_| spin_loop());
                }
            }
        });
        work()
    })
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::panic)]
    use std::panic::{AssertUnwindSafe, catch_unwind};

    use rayon::ThreadPoolBuilder;
    use rayon::prelude::*;

    use super::*;

    /// Work in many short parts with gaps between them.
    fn sum() -> u64 {
        (0..200_u64).map(|i| (0..16_u64).into_par_iter().map(|j| i * j).sum::<u64>()).sum()
    }

    const SUM: u64 = 199 * 200 / 2 * 120;

    #[test]
    fn the_work_is_done_with_any_number_of_threads() {
        assert_eq!(awake(sum), SUM);
        for threads in [1, 2, 5] {
            let pool = ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
            assert_eq!(pool.install(|| awake(|| awake(sum) + sum())), 2 * SUM);
        }
    }

    #[test]
    fn passes_side_by_side_end_all() {
        let pool = ThreadPoolBuilder::new().num_threads(3).build().unwrap();
        let sums: Vec<u64> = pool.install(|| (0..24).into_par_iter().map(|_| awake(sum)).collect());
        assert_eq!(sums, [SUM; 24]);
    }

    #[test]
    fn a_panic_ends_the_waiting() {
        let pool = ThreadPoolBuilder::new().num_threads(2).build().unwrap();
        let panics = || -> u64 { panic!("on purpose") };
        assert!(catch_unwind(AssertUnwindSafe(|| pool.install(|| awake(panics)))).is_err());
        assert_eq!(pool.install(|| awake(sum)), SUM);
    }
}
