//! Threads in WebAssembly. The engine's memory is its own, so the threads are engines too, helpers in workers of their own, and a
//! convolution's tasks are shared out over a `SharedArrayBuffer`: numbers in, numbers out. The tasks are those of one thread, so
//! the result does not depend on how many there are.
//!
//! Only where the page is cross-origin isolated is there such a buffer; `web/src/engine/helpers.ts` starts the helpers.

use std::cell::RefCell;
use std::collections::HashSet;
use std::ops::Range;

use js_sys::{Atomics, Float32Array, Int32Array, SharedArrayBuffer};
use wasm_bindgen::JsValue;

use super::panels::{self, Panels};
use super::temporal::Shape;
use super::work::{Around, Plan, Way, Weight, Work};

/// Bytes before the numbers: the head.
const HEAD: u32 = 256;
/// The job's number, which helpers wait for. A job's other words follow.
const JOB: u32 = 0;
const WORDS: u32 = 1;
/// The last job that each helper has done, from here on.
const DONE: u32 = 32;
/// Helpers at most: the last blocks of a short clip have no more than sixteen frames to share.
pub const MOST: u32 = 7;
/// A helper that has failed.
const FAILED: i32 = -1;
/// Multiplications from which on a job is worth telling others of it.
const WORTH: u64 = 1 << 20;
/// Milliseconds after which a helper that says nothing has failed.
const PATIENCE: f64 = 20_000.0;

/// Looks at a word that is waited for, before sleeping: about a millisecond of them.
const SPINS: usize = 20_000;

thread_local! {
    static CREW: RefCell<Option<Crew>> = const { RefCell::new(None) };
}

/// The buffer as helpers and engine see it.
struct Shared {
    head: Int32Array,
    numbers: Float32Array,
}

/// The helpers, as the engine sees them.
struct Crew {
    shared: Shared,
    helpers: u32,
    job: i32,
    /// Weights that the helpers have kept.
    sent: HashSet<(u32, Way)>,
}

/// Shares work with so many helpers from now on, which wait for it at the buffer; with none, the engine is alone.
pub fn join(buffer: &SharedArrayBuffer, helpers: u32) {
    let helpers = helpers.min(MOST);
    let crew = Crew { shared: Shared::new(buffer), helpers, job: 0, sent: HashSet::new() };
    CREW.set((helpers > 0).then_some(crew));
}

/// How many threads take part: the helpers, and the engine's own.
pub fn threads() -> usize {
    CREW.with_borrow(|crew| crew.as_ref().map_or(1, |crew| crew.helpers as usize + 1))
}

/// A helper's life: does its part of every job, and never returns.
///
/// # Errors
/// Where the buffer is none to wait at.
pub fn help(buffer: &SharedArrayBuffer, helper: u32) -> Result<(), JsValue> {
    let shared = Shared::new(buffer);
    let mut room = Room::default();
    let mut job = 0;
    loop {
        job = shared.changed(JOB, job, f64::INFINITY)?.unwrap_or(job);
        shared.part(helper, &mut room);
        shared.tell(helper, job)?;
    }
}

/// Tells the engine that a helper will do nothing any more; it then does that part itself.
///
/// # Errors
/// Where the buffer is none to wait at.
pub fn give_up(buffer: &SharedArrayBuffer, helper: u32) -> Result<(), JsValue> {
    Shared::new(buffer).tell(helper, FAILED)
}

/// A convolution, computed by all; none where it is not worth it, or where there are no helpers.
pub(super) fn shared(work: &Work<'_>) -> Option<Vec<f32>> {
    let computed = CREW.with_borrow_mut(|crew| crew.as_mut()?.compute(work))?;
    if !computed.whole {
        // What one has not done was done here; but nobody waits for it twice.
        CREW.set(None);
    }
    Some(computed.result)
}

struct Computed {
    result: Vec<f32>,
    /// Has every helper done its part?
    whole: bool,
}

impl Crew {
    fn compute(&mut self, work: &Work<'_>) -> Option<Computed> {
        let (plan, tasks) = (work.plan, work.plan.tasks());
        if tasks < 2 || plan.multiplications() < WORTH {
            return None;
        }
        let threads = self.helpers as usize + 1;
        let kept = work.w.name.filter(|_| Panels::take(plan)).map(|name| (name, plan.way));
        let known = kept.is_some_and(|kept| self.sent.contains(&kept));
        let w = if known { 0 } else { work.w.values.len() };
        let layout = Layout::of(plan, [w, work.around.bias.len(), work.around.past.len(), work.a.len()]);
        self.shared.publish(work, &layout, threads)?;
        self.sent.extend(kept);
        self.job = self.job.checked_add(1).unwrap_or(1);
        Atomics::store(&self.shared.head, JOB, self.job).ok()?;
        Atomics::notify(&self.shared.head, JOB).ok()?;

        let mut result = work.compute(part(tasks, threads, 0));
        result.resize(plan.place(0..tasks).end, 0.0);
        let mut whole = true;
        for helper in 0..self.helpers {
            let part = part(tasks, threads, helper as usize + 1);
            let place = plan.place(part.clone());
            if self.has_done(helper) {
                self.shared.slice(layout.result.start + place.start, place.len()).copy_to(&mut result[place]);
            } else {
                result[place].copy_from_slice(&work.compute(part));
                whole = false;
            }
        }
        Some(Computed { result, whole })
    }

    /// Waits for a helper.
    fn has_done(&self, helper: u32) -> bool {
        let mut done = Ok(Some(Atomics::load(&self.shared.head, DONE + helper).unwrap_or(FAILED)));
        while let Ok(Some(before)) = done {
            if before == self.job || before == FAILED {
                return before == self.job;
            }
            done = self.shared.changed(DONE + helper, before, PATIENCE);
        }
        false
    }
}

/// The tasks of one of several threads.
fn part(tasks: usize, threads: usize, thread: usize) -> Range<usize> {
    tasks * thread / threads..tasks * (thread + 1) / threads
}

/// Where a job's numbers lie, counted in numbers. The weight is left out where the helpers have kept it.
struct Layout {
    w: Range<usize>,
    bias: Range<usize>,
    past: Range<usize>,
    a: Range<usize>,
    result: Range<usize>,
}

impl Layout {
    /// For a weight, a bias, something past it and an adjacency of so many values.
    fn of(plan: Plan, [w, bias, past, a]: [usize; 4]) -> Self {
        let [from, result] = plan.sizes();
        let mut end = from;
        let mut next = |len: usize| {
            end += len;
            end - len..end
        };
        Self { w: next(w), bias: next(bias), past: next(past), a: next(a), result: next(result) }
    }
}

/// What a helper keeps, so that it need not ask for memory at every job.
#[derive(Default)]
struct Room {
    from: Vec<f32>,
    w: Vec<f32>,
    bias: Vec<f32>,
    past: Vec<f32>,
    a: Vec<f32>,
}

impl Shared {
    fn new(buffer: &SharedArrayBuffer) -> Self {
        let head = Int32Array::new_with_byte_offset_and_length(buffer, 0, HEAD / 4);
        Self { head, numbers: Float32Array::new_with_byte_offset(buffer, HEAD) }
    }

    fn slice(&self, from: usize, len: usize) -> Float32Array {
        self.numbers.subarray(from as u32, (from + len) as u32)
    }

    /// Writes a job; none where it does not fit.
    fn publish(&self, work: &Work<'_>, layout: &Layout, threads: usize) -> Option<()> {
        if layout.result.end > self.numbers.length() as usize {
            return None;
        }
        let Plan { shape: s, way, frames, subsets } = work.plan;
        let (name, oldest) = (work.w.name.unwrap_or_default() as usize, panels::oldest() as usize);
        let flags = [way == Way::Back, work.around.relu, super::fused()].map(usize::from);
        let lens = [&layout.w, &layout.bias, &layout.past, &layout.a].map(Range::len);
        let words = [flags.as_slice(), &[threads, frames, subsets, name, oldest], &lens];
        let words = [words.concat(), vec![s.n, s.t, s.v, s.c, s.out, s.stride, s.taps]].concat();
        (WORDS..).zip(words).for_each(|(i, word)| self.head.set_index(i, word as i32));

        // What the engine alone reads stays at home.
        let tasks = part(work.plan.tasks(), threads, 1).start..work.plan.tasks();
        let from = work.plan.needs(tasks.clone());
        let past = if layout.past.is_empty() { 0..0 } else { work.plan.place(tasks) };
        self.write(from.start, &work.from[from]);
        self.write(layout.w.start, &work.w.values[..layout.w.len()]);
        self.write(layout.bias.start, work.around.bias);
        self.write(layout.past.start + past.start, &work.around.past[past]);
        self.write(layout.a.start, work.a);
        Some(())
    }

    /// A helper's part of the job.
    fn part(&self, helper: u32, room: &mut Room) {
        let mut words = (WORDS..).map(|i| self.head.get_index(i) as usize);
        let mut word = || words.next().unwrap_or_default();
        let [back, relu, fused] = [word() == 1, word() == 1, word() == 1];
        let [threads, frames, subsets, name, oldest] = [word(), word(), word(), word(), word()];
        let lens = [word(), word(), word(), word()];
        let [n, t, v, c, out, stride, taps] = [word(), word(), word(), word(), word(), word(), word()];
        let way = if back { Way::Back } else { Way::Forward };
        let plan = Plan { shape: Shape { n, t, v, c, out, stride, taps }, way, frames, subsets };
        super::fuse(fused);
        panels::forget(oldest as u32);

        let tasks = part(plan.tasks(), threads, helper as usize + 1);
        let (place, layout) = (plan.place(tasks.clone()), Layout::of(plan, lens));
        let past = if layout.past.is_empty() { 0..0 } else { place.clone() };
        self.read(&mut room.w, layout.w.len(), layout.w.start, 0..layout.w.len());
        self.read(&mut room.bias, layout.bias.len(), layout.bias.start, 0..layout.bias.len());
        self.read(&mut room.a, layout.a.len(), layout.a.start, 0..layout.a.len());
        if !place.is_empty() {
            self.read(&mut room.from, plan.sizes()[0], 0, plan.needs(tasks.clone()));
            self.read(&mut room.past, layout.past.len(), layout.past.start, past);
        }
        let work = Work {
            plan,
            from: &room.from,
            w: Weight { values: &room.w, name: u32::try_from(name).ok().filter(|name| *name > 0) },
            around: Around { bias: &room.bias, past: &room.past, relu },
            a: &room.a,
        };
        // A weight comes once, so it is kept by those without a task, too.
        if !layout.w.is_empty() {
            Panels::of(&work);
        }
        if !place.is_empty() {
            self.write(layout.result.start + place.start, &work.compute(tasks));
        }
    }

    fn write(&self, at: usize, values: &[f32]) {
        if !values.is_empty() {
            self.slice(at, values.len()).copy_from(values);
        }
    }

    /// Makes room for `len` values that begin at `at`, and reads some of them.
    fn read(&self, room: &mut Vec<f32>, len: usize, at: usize, some: Range<usize>) {
        room.resize(len, 0.0);
        if !some.is_empty() {
            self.slice(at + some.start, some.len()).copy_to(&mut room[some]);
        }
    }

    /// What a word is once it is no longer `before`; none where that took too many milliseconds.
    fn changed(&self, word: u32, before: i32, patience: f64) -> Result<Option<i32>, JsValue> {
        // A thread that sleeps is slow to wake up, so it stays awake for the time that there usually is between two jobs.
        for _ in 0..SPINS {
            let now = Atomics::load(&self.head, word)?;
            if now != before {
                return Ok(Some(now));
            }
        }
        let woken = Atomics::wait_with_timeout(&self.head, word, before, patience)?;
        if woken == "timed-out" { Ok(None) } else { Atomics::load(&self.head, word).map(Some) }
    }

    fn tell(&self, helper: u32, job: i32) -> Result<(), JsValue> {
        Atomics::store(&self.head, DONE + helper, job)?;
        Atomics::notify(&self.head, DONE + helper)?;
        Ok(())
    }
}
