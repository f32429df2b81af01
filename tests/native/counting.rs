//! Memory and allocations of a thread, counted by the allocator.

use std::alloc::{GlobalAlloc, Layout, System};
use std::cell::Cell;

/// The system's allocator. It counts for each thread, so that tests beside it do not disturb a measurement.
pub struct Counting;

thread_local! {
    static HELD: Cell<isize> = const { Cell::new(0) };
    static PEAK: Cell<isize> = const { Cell::new(0) };
    static CALLS: Cell<usize> = const { Cell::new(0) };
}

fn count(bytes: isize) {
    // A thread that ends frees memory when its counters are gone already.
    let _ = HELD.try_with(|held| {
        held.set(held.get() + bytes);
        let _ = PEAK.try_with(|peak| peak.set(peak.get().max(held.get())));
        let _ = CALLS.try_with(|calls| calls.set(calls.get() + usize::from(bytes > 0)));
    });
}

// SAFETY: every call is passed on to the system's allocator as it is; counting allocates nothing.
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        count(layout.size() as isize);
        // SAFETY: the caller's contract.
        unsafe { System.alloc(layout) }
    }

    unsafe fn alloc_zeroed(&self, layout: Layout) -> *mut u8 {
        count(layout.size() as isize);
        // SAFETY: the caller's contract.
        unsafe { System.alloc_zeroed(layout) }
    }

    unsafe fn dealloc(&self, place: *mut u8, layout: Layout) {
        count(-(layout.size() as isize));
        // SAFETY: the caller's contract.
        unsafe { System.dealloc(place, layout) }
    }

    unsafe fn realloc(&self, place: *mut u8, layout: Layout, size: usize) -> *mut u8 {
        // While a list moves, both the old and the new one are there.
        count(size as isize);
        count(-(layout.size() as isize));
        // SAFETY: the caller's contract.
        unsafe { System.realloc(place, layout, size) }
    }
}

/// The most bytes that this thread held at a time while `work` ran, above those that it held before, and its number of
/// allocations.
pub fn measured<T>(work: impl FnOnce() -> T) -> (T, usize, usize) {
    let (before, calls) = (HELD.get(), CALLS.get());
    PEAK.set(before);
    let result = work();
    (result, (PEAK.get() - before).max(0) as usize, CALLS.get() - calls)
}
