//! One input: read, judged, measured.

use std::cell::RefCell;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use crate::counting;
use crate::targets::{Target, refusal};

thread_local! {
    static PANIC: RefCell<String> = const { RefCell::new(String::new()) };
}

/// What became of an input.
#[derive(Clone, Debug, PartialEq)]
pub enum Outcome {
    Accepted,
    /// Refused with this message.
    Refused(String),
    /// A law is broken.
    Find(String),
}

/// Panics are kept for the report and not printed.
pub fn quiet() {
    std::panic::set_hook(Box::new(|info| {
        let cause = info.payload();
        let text = cause.downcast_ref::<String>().cloned();
        let text = text.or_else(|| cause.downcast_ref::<&str>().map(|s| (*s).to_owned())).unwrap_or_default();
        let place = info.location().map_or_else(String::new, |l| format!(" at {}:{}", l.file(), l.line()));
        let text: String = text.chars().take(300).collect();
        PANIC.with(|last| *last.borrow_mut() = format!("panic: {text}{place}"));
    }));
}

/// Reads an input and checks every law.
pub fn run(target: &Target, bytes: &[u8]) -> Outcome {
    measured(target, bytes).outcome
}

/// An input's outcome, and what reading it took.
pub struct Trial {
    pub outcome: Outcome,
    /// Bytes of the heap.
    pub taken: usize,
    /// By the clock on the wall.
    pub wall: Duration,
}

/// The same, with what reading took.
pub fn measured(target: &Target, bytes: &[u8]) -> Trial {
    let judged = catch_unwind(AssertUnwindSafe(|| {
        let started = Instant::now();
        let (read, bytes_taken, _) = counting::measured(|| (target.open)(bytes));
        let wall = started.elapsed();
        let refused = match read {
            Ok(laws) => {
                laws();
                None
            }
            Err(e) => Some(refusal(&e)),
        };
        (refused, bytes_taken, wall)
    }));
    let Ok((refused, taken, wall)) = judged else {
        let outcome = Outcome::Find(PANIC.with(|last| last.borrow().clone()));
        return Trial { outcome, taken: 0, wall: Duration::ZERO };
    };
    let find = |text: String| Trial { outcome: Outcome::Find(text), taken, wall };
    let most = target.base + target.times * bytes.len();
    if taken > most {
        return find(format!("memory: {taken} bytes for {} bytes, at most {most}", bytes.len()));
    }
    let limit = Duration::from_millis(target.patience) + Duration::from_nanos(target.nanoseconds * bytes.len() as u64);
    if wall > limit {
        // Other programs may have had the core meanwhile: the fastest of some counts.
        let fastest = (0..5).map(|_| time(target, bytes)).min().unwrap_or(wall);
        if fastest > limit {
            return find(format!("time: {fastest:?} for {} bytes, at most {limit:?}", bytes.len()));
        }
    }
    Trial { outcome: refused.map_or(Outcome::Accepted, Outcome::Refused), taken, wall }
}

fn time(target: &Target, bytes: &[u8]) -> Duration {
    let started = clock();
    let _ = (target.open)(bytes);
    clock().saturating_sub(started)
}

/// Time that this thread had a core, where the system counts it; else the time of day.
fn clock() -> Duration {
    let counted = std::fs::read_to_string("/proc/thread-self/schedstat").ok();
    let nanoseconds = counted.and_then(|text| text.split(' ').next().and_then(|n| n.parse().ok()));
    nanoseconds.map_or_else(|| SystemTime::now().duration_since(UNIX_EPOCH).unwrap(), Duration::from_nanos)
}

/// A text without what differs from input to input: finds and refusals of one kind have the same.
pub fn kind(text: &str) -> u64 {
    let mut quoted = false;
    text.bytes()
        .filter(|b| {
            quoted ^= *b == b'"';
            !quoted && b.is_ascii_alphabetic()
        })
        .fold(0xcbf2_9ce4_8422_2325, |hash, b| (hash ^ u64::from(b)).wrapping_mul(0x0000_0100_0000_01b3))
}
