//! How many threads compute, and loops over chunks that they share.

/// How many threads compute: Rayon's.
#[cfg(feature = "cli")]
pub fn threads() -> usize {
    rayon::current_num_threads()
}

#[cfg(target_arch = "wasm32")]
thread_local! {
    static THREADS: std::cell::Cell<usize> = const { std::cell::Cell::new(1) };
}

/// How many threads compute: the engine, and the helpers that the worker pool has.
#[cfg(target_arch = "wasm32")]
pub fn threads() -> usize {
    THREADS.get()
}

/// Sets what [`threads`] returns. The worker pool calls it as helpers come and go.
#[cfg(target_arch = "wasm32")]
pub fn set_threads(threads: usize) {
    THREADS.set(threads);
}

/// How many threads compute: without Rayon, one.
#[cfg(not(any(feature = "cli", target_arch = "wasm32")))]
pub fn threads() -> usize {
    1
}

/// Calls `f(n, chunk)` for each chunk of `out`, in parallel where threads are at hand. The chunks are independent, so
/// the result does not depend on the number of threads.
#[cfg(feature = "cli")]
pub fn each_chunk<T: Send>(out: &mut [T], len: usize, f: impl Fn(usize, &mut [T]) + Sync) {
    use rayon::prelude::*;
    // Handing a single task to another thread costs more than it brings.
    if out.len() <= len || threads() == 1 {
        return out.chunks_mut(len).enumerate().for_each(|(n, chunk)| f(n, chunk));
    }
    out.par_chunks_mut(len).enumerate().for_each(|(n, chunk)| f(n, chunk));
}

/// Calls `f(n, chunk)` for each chunk of `out`. In WebAssembly the threads share whole convolutions, not chunks.
#[cfg(not(feature = "cli"))]
pub fn each_chunk<T: Send>(out: &mut [T], len: usize, f: impl Fn(usize, &mut [T]) + Sync) {
    out.chunks_mut(len).enumerate().for_each(|(n, chunk)| f(n, chunk));
}
