//! `ciasa convert`: from one clip format to another.

use std::path::PathBuf;

use clap::Args;

use super::clips::{ClipArgs, each};
use super::files::is_folder;
use super::formats::{FormatArg, ending, outputs};
use crate::error::Result;
use crate::format;

/// Convert clips from one format to another
///
/// Read and written: NTU RGB+D's .skeleton text, Kinetics-skeleton JSON (.kinetics.json or .json) and ciasa-clip JSON
/// (.json). Read: OpenPose's JSON (a folder, one file a frame), Northwestern-UCLA's JSON, and files of many clips: .pkl
/// of pyskl and MMAction2, .npy (N, C, T, V, M) and CTR-GCN's .npz. The content decides how a file is read, not its
/// name.
#[derive(Args, Debug)]
pub struct ConvertArgs {
    #[command(flatten)]
    clips: ClipArgs,
    /// File to write; a folder for several clips
    #[arg(required = true, value_name = "OUT")]
    out: PathBuf,
    #[command(flatten)]
    format: FormatArg,
}

/// Runs the command.
///
/// # Errors
/// If a clip cannot be read, the format cannot hold its layout, or a file cannot be written.
pub fn run(args: &ConvertArgs) -> Result<()> {
    let inputs = args.clips.inputs();
    let format = match is_folder(&args.out) || inputs.list.len() > 1 {
        true => args.format.in_folder(),
        false => args.format.of(&args.out)?,
    };
    let files = outputs(&inputs.list, &args.out, |stem| format!("{stem}.{}", ending(format)))?;
    each(&inputs, |i, clip| files[i].write(&format::write(&clip, format)?))
}
