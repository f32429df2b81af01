//! `ciasa convert`: from one clip format to another.

use clap::Args;

use super::clips::{ClipArgs, each};
use super::files::is_folder;
use super::formats::{FormatArg, ending, outputs};
use crate::error::Result;

/// Convert clips from one format or layout to another
///
/// Read and written: NTU RGB+D's .skeleton text, Kinetics-skeleton JSON (.kinetics.json or .json) and ciasa-clip JSON
/// (.json). Read: MediaPipe's results as JSON, BVH motion capture, OpenPose's JSON (a folder, one file a frame),
/// Northwestern-UCLA's JSON, and files of many clips: .pkl of pyskl and MMAction2, .npy (N, C, T, V, M) and CTR-GCN's
/// .npz. The content decides how a file is read, not its name.
///
/// The last path is the file to write, or a folder for several clips.
#[derive(Args, Debug)]
#[command(override_usage = "ciasa convert [OPTIONS] <CLIP>... <OUT>")]
pub struct ConvertArgs {
    #[command(flatten)]
    clips: ClipArgs,
    #[command(flatten)]
    format: FormatArg,
}

/// Runs the command.
///
/// # Errors
/// If a clip cannot be read, the format cannot hold its layout, or a file cannot be written.
pub fn run(args: &ConvertArgs) -> Result<()> {
    let (clips, out) = args.clips.and_out()?;
    let inputs = clips.inputs();
    let format = match is_folder(&out) || inputs.list.len() > 1 {
        true => args.format.in_folder(),
        false => args.format.of(&out)?,
    };
    let files = outputs(&inputs.list, &out, |stem| format!("{stem}.{}", ending(format)))?;
    each(&inputs, |i, clip| files[i].write(&inputs.written(i, &clip, format)?.0))
}
