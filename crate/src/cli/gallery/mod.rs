//! `ciasa gallery`: makes the clips that ship, measures them, and writes their index.

mod args;
mod capture;
mod converted;
mod figures;
mod index;
mod synthetic;

use super::files::{replace, writable_folder};
use super::say::say;
use crate::error::{Error, Result};

pub use args::GalleryArgs;
pub use index::{Entry, Index, Origin};

/// Runs the command. Without --data or --mocap the clips of that origin stay as they are. Clips in other skeletons are
/// always converted again.
///
/// # Errors
/// If a file is missing, broken or cannot be written.
pub fn run(args: &GalleryArgs) -> Result<()> {
    std::fs::create_dir_all(&args.out).map_err(|e| Error::io(&args.out, &e))?;
    writable_folder(&args.out)?;
    let mut index = Index::read(&args.out)?;
    if let Some(data) = &args.data {
        let (clips, figures) = synthetic::make(&data.join("data"), args)?;
        index.replace(Origin::Synthetic, clips, &args.out)?;
        replace(&args.out.join("figures.md"), figures.as_bytes())?;
        say!("{}", figures.trim_end());
    }
    if let Some(dir) = &args.mocap {
        let clips = capture::make(dir)?;
        say!("{} clips of motion capture", clips.len());
        index.replace(Origin::MotionCapture, clips, &args.out)?;
    }
    let clips = converted::make(&index, &args.out)?;
    say!("{} clips in other skeletons", clips.len());
    index.replace(Origin::Converted, clips, &args.out)?;
    index.write(&args.out)
}
