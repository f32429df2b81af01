//! Runs an attack to its end on the calling thread. Not for the browser, where nothing may block.

use std::future::Future;
use std::ops::ControlFlow;
use std::pin::pin;
use std::sync::Arc;
use std::task::{Context, Poll, Wake, Waker};
use std::thread::{self, Thread};

use super::{Attack, Done, StepReport};
use crate::error::Result;

/// Steps that a GPU takes between two read-backs.
const AT_ONCE: usize = 8;

/// Takes steps until the attack is over, or until `each`, which is called with every report, breaks. Returns the last
/// report.
///
/// A GPU may have taken a few more steps by the time of a break. `each` is called with those, too, and the last one is
/// returned, because it belongs to the attack's V'.
///
/// # Errors
/// As [`Attack::step`].
pub fn run(attack: &mut Attack, mut each: impl FnMut(&StepReport) -> ControlFlow<()>) -> Result<StepReport> {
    loop {
        let mut reports = block_on(attack.steps(AT_ONCE))?;
        let breaks = reports.iter().filter(|report| each(report).is_break()).count();
        let Some(mut last) = reports.pop() else { continue };
        if breaks > 0 {
            last.done = last.done.or(Some(Done::Cancelled));
        }
        if last.done.is_some() {
            return Ok(last);
        }
    }
}

/// Blocks this thread until a future is ready.
pub fn block_on<F: Future>(future: F) -> F::Output {
    struct Unpark(Thread);
    impl Wake for Unpark {
        fn wake(self: Arc<Self>) {
            self.0.unpark();
        }
    }
    let waker = Waker::from(Arc::new(Unpark(thread::current())));
    let mut future = pin!(future);
    loop {
        match future.as_mut().poll(&mut Context::from_waker(&waker)) {
            Poll::Ready(value) => return value,
            Poll::Pending => thread::park(),
        }
    }
}
