//! The shared buffer: words for waiting and the job's header, then the job's values.

use std::ops::Range;

use js_sys::{Atomics, Float32Array, Int32Array, SharedArrayBuffer};
use wasm_bindgen::JsValue;
use wasm_bindgen::prelude::wasm_bindgen;

use super::header::{JobHeader, WORDS};

/// Bytes before the values.
const HEAD: u32 = 256;
/// The word with the job's number, which helpers wait for. The job's header follows it.
pub const JOB: u32 = 0;
const HEADER: u32 = 1;
/// From this word on, the last job that each helper has finished.
const DONE: u32 = 32;
/// The number of the job of a helper that has failed.
pub const FAILED: i32 = -1;
/// How often a word that is waited for is read before the thread sleeps: for 1.5 ms in a new thread, and less once the
/// browser has optimised it.
const SPINS: usize = 20_000;

#[wasm_bindgen]
extern "C" {
    /// `Atomics.load` of a word of the buffer. That of `js_sys` catches errors, which this cannot throw, and makes
    /// two objects for each call: megabytes in a wait.
    #[wasm_bindgen(js_namespace = Atomics)]
    fn load(words: &Int32Array, word: u32) -> i32;
}

/// The buffer as the engine and every helper see it.
pub struct Buffer {
    head: Int32Array,
    values: Float32Array,
}

impl Buffer {
    /// Views of a buffer that the page has made.
    pub fn new(buffer: &SharedArrayBuffer) -> Self {
        let head = Int32Array::new_with_byte_offset_and_length(buffer, 0, HEAD / 4);
        Self { head, values: Float32Array::new_with_byte_offset(buffer, HEAD) }
    }

    /// How many values the buffer holds.
    pub fn capacity(&self) -> usize {
        self.values.length() as usize
    }

    /// Some of the values.
    pub fn slice(&self, from: usize, len: usize) -> Float32Array {
        self.values.subarray(from as u32, (from + len) as u32)
    }

    /// Writes values from place `at` on.
    pub fn write(&self, at: usize, values: &[f32]) {
        if !values.is_empty() {
            self.slice(at, values.len()).copy_from(values);
        }
    }

    /// Resizes `into` to the `len` values that begin at place `at`, and reads `some` of them.
    pub fn read(&self, into: &mut Vec<f32>, len: usize, at: usize, some: Range<usize>) {
        into.resize(len, 0.0);
        if !some.is_empty() {
            self.slice(at + some.start, some.len()).copy_to(&mut into[some]);
        }
    }

    /// Writes a job's header.
    pub fn write_header(&self, header: &JobHeader) {
        (HEADER..).zip(header.encode()).for_each(|(i, word)| self.head.set_index(i, word));
    }

    /// Reads a job's header.
    pub fn read_header(&self) -> JobHeader {
        let mut words = [0; WORDS];
        words.iter_mut().zip(HEADER..).for_each(|(word, i)| *word = self.head.get_index(i));
        JobHeader::decode(&words)
    }

    /// Starts job number `job`: wakes the helpers. `None` where the buffer is not shared.
    pub fn start(&self, job: i32) -> Option<()> {
        Atomics::store(&self.head, JOB, job).ok()?;
        Atomics::notify(&self.head, JOB).ok()?;
        Some(())
    }

    /// Reports that a helper has finished a job, or has [`FAILED`].
    pub fn finish(&self, helper: u32, job: i32) -> Result<(), JsValue> {
        Atomics::store(&self.head, DONE + helper, job)?;
        Atomics::notify(&self.head, DONE + helper)?;
        Ok(())
    }

    /// Waits until a helper has finished a job; false where it has failed or is silent for `patience` milliseconds.
    pub fn wait_for(&self, helper: u32, job: i32, patience: f64) -> bool {
        let mut done = Ok(Some(load(&self.head, DONE + helper)));
        while let Ok(Some(before)) = done {
            if before == job || before == FAILED {
                return before == job;
            }
            done = self.changed(DONE + helper, before, patience);
        }
        false
    }

    /// The value of a word once it differs from `before`; `None` after so many milliseconds.
    pub fn changed(&self, word: u32, before: i32, patience: f64) -> Result<Option<i32>, JsValue> {
        // A thread that sleeps is slow to wake up, so it stays awake for the usual time between two jobs.
        for _ in 0..SPINS {
            let now = load(&self.head, word);
            if now != before {
                return Ok(Some(now));
            }
        }
        let woken = Atomics::wait_with_timeout(&self.head, word, before, patience)?;
        if woken == "timed-out" { Ok(None) } else { Ok(Some(load(&self.head, word))) }
    }
}
