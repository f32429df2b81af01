//! Algorithm 1, "Constrained iterative attacker A", for one clip or several of one shape, on the host or on a GPU.
//!
//! Every method runs this loop: FGSM takes one iteration, and the other methods differ in their losses and update
//! rules.

use super::forward_backward::{backward, forward, losses, track};
#[cfg(feature = "gpu")]
use super::gpu_steps::{self, GpuIterate};
use super::host_steps::HostIterate;
use super::iterate::Iterate;
use super::state::Attack;
use crate::contract::{Goal, StepReport};
use crate::error::Result;

/// Lines 3 to 13. Nothing changes if it fails or is dropped half-way: no call after the last `await` can fail.
async fn iteration<I: Iterate>(iterates: &mut [I]) -> Result<()> {
    let inputs = track(iterates.iter().map(|iterate| iterate.input()).collect());
    let logits = forward(&inputs); // line 3: Z = F(V')
    let losses = losses(inputs, logits); // lines 4 to 7: L_pred + lambda (L_smooth + w L_adv)
    let gradients = backward(losses)?; // line 8
    let passes = I::fetch(gradients).await?;
    for (iterate, pass) in iterates.iter_mut().zip(passes) {
        if iterate.holds(&pass) {
            continue;
        }
        iterate.update(pass); // line 9: V', w = Adam([V', w], gradients)
        iterate.project(); // lines 10 to 13: clip, then realign
    }
    Ok(())
}

/// One step of each attack on the host: the recogniser computes on its device, and the results are read back.
pub(super) async fn host_step(attacks: &mut [&mut Attack], goals: &[Goal]) -> Result<Vec<StepReport>> {
    let iterates = attacks.iter_mut().zip(goals).map(|(attack, &goal)| HostIterate::new(attack, goal));
    let mut iterates: Vec<HostIterate> = iterates.collect();
    iteration(&mut iterates).await?;
    Ok(iterates.into_iter().filter_map(HostIterate::report).collect())
}

/// `count` steps of each attack on a GPU without the host, and one read-back after them; `None` if a GPU does not take
/// the steps of all of them.
#[cfg(feature = "gpu")]
pub(super) async fn gpu_steps(
    attacks: &mut [&mut Attack],
    goals: &[Goal],
    count: usize,
) -> Result<Option<Vec<Vec<StepReport>>>> {
    let iterates = attacks.iter().zip(goals).map(|(attack, &goal)| GpuIterate::new(attack, goal, count));
    let Some(mut iterates) = iterates.collect::<Option<Vec<_>>>() else { return Ok(None) };
    for _ in 0..count {
        iteration(&mut iterates).await?;
    }
    let results = gpu_steps::read_back(iterates).await?;
    Ok(Some(attacks.iter_mut().zip(results).map(|(attack, result)| result.adopt(attack)).collect()))
}
