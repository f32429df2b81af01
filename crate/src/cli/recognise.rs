//! `ciasa recognise`: names the actions that a network recognises in clips.

use std::time::Instant;

use burn::tensor::Device;
use clap::Args;

use super::classes::printed;
use super::clips::{ClipArgs, each, fitted};
use super::models::NetworkArgs;
use super::say::say;
use crate::attack::run::block_on;
use crate::contract::report::top;
use crate::contract::stats::median;
use crate::error::Result;
use crate::model::Recogniser;
use crate::skeleton::Sequence;

/// Forward passes that `--time` measures, after one that is not counted.
const TIMED: usize = 9;

/// Name the action in clips
///
/// Classes are numbered from 1, as NTU RGB+D's A001.
#[derive(Args, Debug)]
pub struct RecogniseArgs {
    #[command(flatten)]
    clips: ClipArgs,
    /// Classes to print for each clip, likeliest first
    #[arg(long, value_name = "N", default_value_t = 5, value_parser = clap::value_parser!(u16).range(1..))]
    top: u16,
    /// Print how long a forward pass takes: the median of 9, after one that is not counted
    #[arg(long)]
    time: bool,
    #[command(flatten)]
    network: NetworkArgs,
}

/// Runs the command.
///
/// # Errors
/// If a clip or the network cannot be read, or they do not fit each other.
pub fn run(args: &RecogniseArgs) -> Result<()> {
    let mut networks = args.network.open(Device::flex())?;
    let inputs = args.clips.inputs();
    each(&inputs, |i, clip| {
        let model = networks.for_layout(clip.layout().id)?;
        let clip = fitted(clip, &model)?;
        let probabilities = block_on(model.recognise(&clip))?;
        say!("{}", inputs.list[i].name);
        for class in top(&probabilities, args.top.into()) {
            say!("  {:6.2} %  {}", 100.0 * class.p, printed(&model.entry.classes, class.index));
        }
        match args.time {
            true => time(&model, &clip),
            false => Ok(()),
        }
    })
}

/// Prints the time of a forward pass, preprocessing included.
fn time(model: &Recogniser, clip: &Sequence) -> Result<()> {
    let pass = || -> Result<f64> {
        let start = Instant::now();
        block_on(model.recognise(clip))?;
        Ok(1000.0 * start.elapsed().as_secs_f64())
    };
    // The caller's pass was the first: weights and caches are warm.
    let times = (0..TIMED).map(|_| pass()).collect::<Result<Vec<f64>>>()?;
    let middle = median(times).unwrap_or(f64::NAN);
    let (frames, threads) = (clip.frames(), rayon::current_num_threads());
    say!("  forward pass: {middle:.1} ms (median of {TIMED}; {frames} frames; CPU, {threads} threads)");
    Ok(())
}
