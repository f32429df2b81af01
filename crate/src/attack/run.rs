//! Driving an attack to its end on the calling thread. Not in the browser, where nothing may block.

use std::future::Future;
use std::ops::ControlFlow;
use std::pin::pin;
use std::sync::Arc;
use std::task::{Context, Poll, Wake, Waker};
use std::thread::{self, Thread};

use super::{Attack, Done, StepReport};
use crate::error::Result;

/// Steps until the attack is done, or until `each`, which sees every report, breaks. Gives the last report.
///
/// # Errors
/// As [`Attack::step`].
pub fn run(attack: &mut Attack, mut each: impl FnMut(&StepReport) -> ControlFlow<()>) -> Result<StepReport> {
    loop {
        let mut report = block_on(attack.step())?;
        let go_on = each(&report);
        if report.done.is_some() {
            return Ok(report);
        }
        if go_on.is_break() {
            report.done = Some(Done::Cancelled);
            return Ok(report);
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
