//! `ciasa attack --smallest`: the smallest epsilon that reaches the goal.

use crate::attack::Attack;
use crate::attack::run::block_on;
use crate::attack::smallest::Smallest;
use crate::cli::classes::printed;
use crate::cli::say::say;
use crate::error::{Error, Result};
use crate::skeleton::Sequence;

/// Searches, prints each epsilon that is tried, and hands the clip of the smallest one to `write`.
///
/// # Errors
/// If the attack fails, no epsilon reaches the goal, or the clip cannot be written.
pub fn search(attack: Attack, classes: &[String], write: impl FnOnce(Result<Sequence>) -> Result<()>) -> Result<()> {
    let mut search = Smallest::new(attack)?;
    let (unit, height) = {
        let clean = search.attack().clean();
        (clean.layout().unit, clean.body_height().filter(|height| *height > 0.0))
    };
    let length = |epsilon: f32| {
        let share = height.map_or(String::new(), |h| format!(" ({:.2} % of the body's height)", 100.0 * epsilon / h));
        format!("{epsilon:.5} {unit}{share}")
    };
    let mut opened = false;
    loop {
        let step = block_on(search.step())?;
        if !opened {
            opened = true;
            let target = step.step.target.map_or("any other class".into(), |target| printed(classes, target));
            say!("recognised as {}; target: {target}", printed(classes, step.step.original));
        }
        if let Some(trial) = step.trial {
            let said = if trial.reached { "reaches the goal" } else { "fails" };
            say!("epsilon {}: {said} after {} steps, {:.1} %", length(trial.epsilon), trial.steps, 100.0 * trial.p);
        }
        if step.done {
            break;
        }
    }
    match search.found() {
        Some((epsilon, clip)) => {
            say!("the smallest epsilon that reaches the goal is {}", length(epsilon));
            write(search.attack().clean().with_data(clip.to_vec()))
        }
        None => {
            let most = search.trials().iter().map(|trial| trial.epsilon).fold(0.0, f32::max);
            let cause = format!("no epsilon up to {} reaches the goal; try more --iterations", length(most));
            Err(Error::config(cause).at("--smallest"))
        }
    }
}
