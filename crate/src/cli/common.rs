//! What several commands need: models by id, clips by path, progress bars.

use std::path::{Path, PathBuf};

use burn::tensor::Device;
use clap::Args;
use indicatif::ProgressStyle;

use super::weights::WeightArgs;
use crate::contract::{Manifest, ModelEntry};
use crate::error::{Error, Result};
use crate::format;
use crate::model::Recogniser;
use crate::skeleton::Sequence;

/// Which model.
#[derive(Args, Debug)]
pub struct ModelArgs {
    /// Id of a model in the manifest; its first if not given
    #[arg(long, conflicts_with = "weights")]
    model: Option<String>,
    /// Directory with manifest.json and the weight files
    #[arg(long, default_value = "models")]
    models: PathBuf,
    #[command(flatten)]
    opened: WeightArgs,
}

impl ModelArgs {
    /// Loads the model onto the CPU.
    ///
    /// # Errors
    /// Where the manifest, the model or its weights cannot be read.
    pub fn load(&self) -> Result<Recogniser> {
        self.load_on(&Device::flex())
    }

    /// The directory with manifest, weights and config files.
    pub fn dir(&self) -> &Path {
        &self.models
    }

    /// As [`ModelArgs::load`], onto any device.
    ///
    /// # Errors
    /// As [`ModelArgs::load`].
    pub fn load_on(&self, device: &Device) -> Result<Recogniser> {
        if !self.opened.weights.is_empty() {
            return self.opened.load(device);
        }
        let path = self.models.join("manifest.json");
        let manifest = Manifest::parse(&text(&path)?).map_err(|e| e.at(path.display()))?;
        let entry = match &self.model {
            Some(id) => manifest.get(id).ok_or_else(|| {
                let known: Vec<_> = manifest.models.iter().map(|m| m.id.as_str()).collect();
                Error::config(format!("there is no model {id:?}; there are {}", known.join(", "))).at("--model")
            })?,
            None => manifest.models.first().ok_or_else(|| Error::weights("names no model").at(path.display()))?,
        };
        load_on(entry, &self.models, device)
    }
}

/// What computes.
#[derive(clap::ValueEnum, Clone, Copy, Debug, Default)]
pub enum DeviceArg {
    /// Burn's CPU backend
    #[default]
    Cpu,
    /// The GPU, through Vulkan, Metal or DX12
    Gpu,
}

impl DeviceArg {
    /// The device.
    ///
    /// # Errors
    /// Where this program was built without a GPU backend, or there is no GPU.
    pub fn device(self) -> Result<Device> {
        match self {
            Self::Cpu => Ok(Device::flex()),
            Self::Gpu => gpu(),
        }
    }
}

#[cfg(feature = "gpu")]
fn gpu() -> Result<Device> {
    use std::sync::OnceLock;
    // A program may start the backend only once.
    static DEVICE: OnceLock<std::result::Result<Device, String>> = OnceLock::new();
    let device = DEVICE.get_or_init(|| Device::wgpu_options().init().map_err(|e| e.to_string()));
    device.clone().map_err(|cause| Error::device(cause).at("--device gpu"))
}

#[cfg(not(feature = "gpu"))]
fn gpu() -> Result<Device> {
    let cause = "this program has no GPU backend; build it with cargo build --release -p ciasa --features cli,gpu";
    Err(Error::config(cause).at("--device gpu"))
}

/// Loads a model of a manifest onto the CPU; its weight files are in `dir`.
///
/// # Errors
/// Where a weight file cannot be read.
pub fn load(entry: &ModelEntry, dir: &Path) -> Result<Recogniser> {
    load_on(entry, dir, &Device::flex())
}

/// As [`load`], onto any device.
///
/// # Errors
/// As [`load`].
pub fn load_on(entry: &ModelEntry, dir: &Path, device: &Device) -> Result<Recogniser> {
    let files = entry.weights.iter().map(|w| bytes(&dir.join(&w.file))).collect::<Result<Vec<_>>>()?;
    Recogniser::load(entry.clone(), &files, device)
}

/// Reads a file.
///
/// # Errors
/// Names the file.
pub fn bytes(path: &Path) -> Result<Vec<u8>> {
    std::fs::read(path).map_err(|e| Error::io(path, &e))
}

/// Reads a text file.
///
/// # Errors
/// Names the file.
pub fn text(path: &Path) -> Result<String> {
    std::fs::read_to_string(path).map_err(|e| Error::io(path, &e))
}

/// Writes a file.
///
/// # Errors
/// Names the file.
pub fn write(path: &Path, bytes: &[u8]) -> Result<()> {
    std::fs::write(path, bytes).map_err(|e| Error::io(path, &e))
}

/// Writes a file so that whoever is cut off meanwhile finds the old one whole.
///
/// # Errors
/// Names the file.
pub fn replace(path: &Path, bytes: &[u8]) -> Result<()> {
    let mut part = path.as_os_str().to_owned();
    part.push(".part");
    let part = PathBuf::from(part);
    write(&part, bytes)?;
    std::fs::rename(&part, path).map_err(|e| Error::io(path, &e))
}

/// Reads a clip of any format.
///
/// # Errors
/// Names the file and the place in it.
pub fn clip(path: &Path) -> Result<Sequence> {
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    format::read(&bytes(path)?, &name).map_err(|e| e.at(path.display()))
}

/// The clips of a gallery directory that have the layout, other than the one attacked.
///
/// # Errors
/// Where the directory or one of its clips cannot be read.
pub fn natural(dir: &Path, attacked: &Sequence) -> Result<Vec<Sequence>> {
    let entries = std::fs::read_dir(dir).map_err(|e| Error::io(dir, &e))?;
    let mut paths: Vec<PathBuf> = entries.filter_map(|e| e.ok().map(|e| e.path())).collect();
    // The order of a directory is not defined, and the seed must decide alone.
    paths.sort();
    let is_clip = |p: &PathBuf| p.extension().is_some_and(|e| e == "json") && !p.ends_with("index.json");
    let mut clips = Vec::new();
    for path in paths.into_iter().filter(is_clip) {
        let other = clip(&path)?;
        if other.layout().id == attacked.layout().id && other.data() != attacked.data() {
            clips.push(other);
        }
    }
    Ok(clips)
}

/// A progress bar's look.
pub fn style() -> ProgressStyle {
    let style = ProgressStyle::with_template("{bar:30} {pos}/{len} {msg} {eta} left");
    style.unwrap_or_else(|_| ProgressStyle::default_bar())
}
