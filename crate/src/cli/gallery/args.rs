//! The arguments of `ciasa gallery`.

use std::path::PathBuf;

use clap::Args;

use crate::cli::models::LibraryArgs;

/// Make the gallery's clips: synthetic ones from the motion prior, and motion capture
#[derive(Args, Debug)]
pub struct GalleryArgs {
    /// Folder with data/utd_mhad.npz; with it the synthetic clips are drawn again
    #[arg(long, value_name = "DIR", env = "CIASA_DATA")]
    pub data: Option<PathBuf>,
    /// pybullet_data/data/motions of the Python package pybullet 3.2.7; with it the motion capture is converted again
    #[arg(long, value_name = "DIR")]
    pub mocap: Option<PathBuf>,
    /// Networks that recognise the clips
    #[command(flatten)]
    pub library: LibraryArgs,
    /// Folder for clips, index and figures
    #[arg(long, value_name = "DIR", default_value = "web/public/clips")]
    pub out: PathBuf,
    /// Synthetic clips of each class [default: 2]
    #[arg(long, value_name = "N", requires = "data")]
    pub per_class: Option<usize>,
    /// First seed [default: 1]
    #[arg(long, requires = "data")]
    pub seed: Option<u64>,
    /// Further draws of each class that are measured and thrown away [default: 10]
    #[arg(long, value_name = "N", requires = "data")]
    pub check: Option<usize>,
}
