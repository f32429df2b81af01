//! Driving an attack to its end on the calling thread. Not in the browser, where nothing may block.

use std::future::Future;
use std::ops::ControlFlow;
use std::pin::pin;
use std::sync::Arc;
use std::task::{Context, Poll, Wake, Waker};
use std::thread::{self, Thread};

use super::{Attack, Done, StepReport};
use crate::error::Result;

/// Steps that a GPU takes before it is asked what they came to.
const AT_ONCE: usize = 8;

/// Steps until the attack is done, or until `each`, which sees every report, breaks. Gives the last report: after a break that of the
/// last step that a GPU has already taken, which `each` sees too, so that it is of the attack's clip.
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

/// Waits for a future on this thread.
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
