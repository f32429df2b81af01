//! `ciasa gallery`: makes the clips that ship, measures them and writes their index.

mod capture;
mod converted;
mod figures;
mod index;
mod synthetic;

use std::path::PathBuf;

use clap::Args;

use super::common::write;
use crate::error::{Error, Result};

pub use index::{Entry, Index, Origin};

/// Make the gallery's clips: synthetic ones from the motion prior, and motion capture
#[derive(Args, Debug)]
pub struct GalleryArgs {
    /// Directory with data/utd_mhad.npz; with it the synthetic clips are drawn anew
    #[arg(long, env = "CIASA_DATA")]
    data: Option<PathBuf>,
    /// pybullet_data/data/motions of the Python package pybullet 3.2.7; with it the motion capture is converted anew
    #[arg(long)]
    mocap: Option<PathBuf>,
    /// Directory of the models that say what is recognised; left out where it has no manifest
    #[arg(long, default_value = "models")]
    models: PathBuf,
    /// Where clips, index and figures go
    #[arg(long, default_value = "web/public/clips")]
    out: PathBuf,
    /// Synthetic clips of each class
    #[arg(long, default_value_t = 2)]
    per_class: usize,
    /// The first seed
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// Further draws of each class that are measured and thrown away
    #[arg(long, default_value_t = 10)]
    check: usize,
}

/// Runs the command. Synthetic clips and motion capture stay as they are where they are not asked for; the clips in other
/// skeletons are made from what is there then.
///
/// # Errors
/// Where a file is missing, broken or cannot be written.
pub fn run(args: &GalleryArgs) -> Result<()> {
    std::fs::create_dir_all(&args.out).map_err(|e| Error::io(&args.out, &e))?;
    let mut index = Index::read(&args.out)?;
    if let Some(data) = &args.data {
        let (clips, figures) = synthetic::make(&data.join("data"), args)?;
        index.replace(Origin::Synthetic, clips, &args.out)?;
        write(&args.out.join("figures.md"), figures.as_bytes())?;
        print!("{figures}");
    }
    if let Some(dir) = &args.mocap {
        let clips = capture::make(dir)?;
        println!("{} clips of motion capture", clips.len());
        index.replace(Origin::MotionCapture, clips, &args.out)?;
    }
    let clips = converted::make(&index, &args.out)?;
    println!("{} clips in other skeletons", clips.len());
    index.replace(Origin::Converted, clips, &args.out)?;
    index.write(&args.out)
}
