//! `ciasa gallery`: makes the clips that ship, measures them, and writes their index.

mod capture;
mod converted;
mod figures;
mod index;
mod synthetic;

use std::path::PathBuf;

use clap::Args;

use super::files::{replace, writable_folder};
use super::models::LibraryArgs;
use super::say::say;
use crate::error::{Error, Result};

pub use index::{Entry, Index, Origin};

/// Make the gallery's clips: synthetic ones from the motion prior, and motion capture
#[derive(Args, Debug)]
pub struct GalleryArgs {
    /// Folder with data/utd_mhad.npz; with it the synthetic clips are drawn again
    #[arg(long, value_name = "DIR", env = "CIASA_DATA")]
    data: Option<PathBuf>,
    /// pybullet_data/data/motions of the Python package pybullet 3.2.7; with it the motion capture is converted again
    #[arg(long, value_name = "DIR")]
    mocap: Option<PathBuf>,
    #[command(flatten)]
    library: LibraryArgs,
    /// Folder for clips, index and figures
    #[arg(long, value_name = "DIR", default_value = "web/public/clips")]
    out: PathBuf,
    /// Synthetic clips of each class [default: 2]
    #[arg(long, value_name = "N", requires = "data")]
    per_class: Option<usize>,
    /// First seed [default: 1]
    #[arg(long, requires = "data")]
    seed: Option<u64>,
    /// Further draws of each class that are measured and thrown away [default: 10]
    #[arg(long, value_name = "N", requires = "data")]
    check: Option<usize>,
}

/// Runs the command. Without --data or --mocap the clips of that origin stay as they are. Clips in other skeletons are always
/// converted again.
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
