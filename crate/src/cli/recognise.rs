//! `ciasa recognise`: what a network thinks of a clip.

use std::path::PathBuf;

use clap::Args;

use super::common::{ModelArgs, clip};
use crate::attack::run::block_on;
use crate::error::Result;

/// Say which action a network sees in a clip
#[derive(Args, Debug)]
pub struct RecogniseArgs {
    /// Clips: NTU .skeleton, Kinetics-skeleton JSON or our own JSON
    #[arg(required = true)]
    clips: Vec<PathBuf>,
    /// How many classes to print for each
    #[arg(long, default_value_t = 5)]
    top: usize,
    #[command(flatten)]
    model: ModelArgs,
}

/// Runs the command.
///
/// # Errors
/// Where a clip or the model cannot be read, or they do not fit each other.
pub fn run(args: &RecogniseArgs) -> Result<()> {
    let model = args.model.load()?;
    for path in &args.clips {
        let probabilities = block_on(model.recognise(&clip(path)?)).map_err(|e| e.at(path.display()))?;
        let mut order: Vec<usize> = (0..probabilities.len()).collect();
        order.sort_by(|a, b| probabilities[*b].total_cmp(&probabilities[*a]));
        println!("{}", path.display());
        for c in order.into_iter().take(args.top) {
            println!("  {:6.2} %  {}", 100.0 * probabilities[c], model.entry.classes[c]);
        }
    }
    Ok(())
}
