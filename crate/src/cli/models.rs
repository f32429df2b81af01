//! Networks: those that ship, by id or by a clip's layout, and those of `--weights`.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use burn::tensor::Device;
use clap::Args;

use super::files::{bytes, text};
use super::places::{self, MODELS};
use super::say::note;
use super::weights::WeightArgs;
use crate::contract::{Manifest, ModelEntry};
use crate::error::{Error, Result};
use crate::model::Recogniser;
use crate::skeleton::LayoutId;
use crate::skeleton::convert::Conversion;

/// A shipped network.
#[derive(Args, Debug)]
pub struct ShippedArgs {
    /// Id of a shipped network (`ciasa models` lists them); without it the first that fits
    #[arg(long, value_name = "ID")]
    pub model: Option<String>,
    #[command(flatten)]
    pub library: LibraryArgs,
}

/// The folder of the shipped networks.
#[derive(Args, Debug)]
pub struct LibraryArgs {
    /// Folder with manifest.json and the weight files. Without it: $CIASA_MODELS, else ./models, models beside the
    /// program, or the repository that the program was built from
    #[arg(long, value_name = "DIR")]
    models: Option<PathBuf>,
}

/// A shipped network, or one from other weight files.
#[derive(Args, Debug)]
#[command(next_help_heading = "Network")]
pub struct NetworkArgs {
    #[command(flatten)]
    shipped: ShippedArgs,
    #[command(flatten)]
    opened: WeightArgs,
}

/// The shipped networks.
pub struct Library {
    /// Folder of the manifest, the weights and the training configs.
    pub folder: PathBuf,
    /// The networks, the default first.
    pub manifest: Manifest,
}

impl LibraryArgs {
    /// Is a folder named?
    pub fn is_given(&self) -> bool {
        self.models.is_some()
    }

    /// Finds and reads the manifest.
    ///
    /// # Errors
    /// If there is none, or it cannot be read.
    pub fn open(&self) -> Result<Library> {
        let folder = match &self.models {
            Some(folder) => folder.clone(),
            None => MODELS.find().map_err(|tried| {
                let tried = places::listed(&tried);
                let next = "name their folder by --models DIR, or weight files of your own by --weights FILE";
                Error::config(format!("no manifest.json of the shipped networks in {tried}; {next}"))
            })?,
        };
        Library::read(&folder)
    }
}

impl Library {
    /// Reads a folder's manifest.
    ///
    /// # Errors
    /// Names the file.
    pub fn read(folder: &Path) -> Result<Self> {
        let path = folder.join(MODELS.holds);
        let manifest = Manifest::parse(&text(&path)?).map_err(|e| e.at(path.display()))?;
        match manifest.models.is_empty() {
            true => Err(Error::weights("lists no network").at(path.display())),
            false => Ok(Self { folder: folder.to_owned(), manifest }),
        }
    }

    /// The network of that id.
    ///
    /// # Errors
    /// Lists the ids that there are.
    pub fn get(&self, id: &str) -> Result<&ModelEntry> {
        self.manifest.get(id).ok_or_else(|| {
            let known: Vec<&str> = self.manifest.models.iter().map(|m| m.id.as_str()).collect();
            Error::config(format!("there is no network {id:?}; there are {}", known.join(", "))).at("--model")
        })
    }

    /// The network of that id, or the default.
    ///
    /// # Errors
    /// As [`Library::get`].
    pub fn get_or_first(&self, id: Option<&String>) -> Result<&ModelEntry> {
        id.map_or_else(|| Ok(&self.manifest.models[0]), |id| self.get(id))
    }

    /// The first network that reads a layout.
    ///
    /// # Errors
    /// If none does; the message says what to do.
    pub fn first_for(&self, layout: LayoutId) -> Result<&ModelEntry> {
        self.manifest.models.iter().find(|m| m.layout == layout).ok_or_else(|| {
            let mut known: Vec<&str> = self.manifest.models.iter().map(|m| m.layout.as_str()).collect();
            known.sort_unstable();
            known.dedup();
            let next = converted(layout, &self.manifest.models).map_or(String::new(), |next| format!("{next}, or "));
            let cause = format!(
                "no shipped network reads the layout {} (they read {}); {next}\
                 name the weight file of one that does by --weights FILE; docs/MODELS.md lists published ones",
                layout.as_str(),
                known.join(", ")
            );
            Error::config(cause)
        })
    }

    /// Loads a network onto a device.
    ///
    /// # Errors
    /// If a weight file cannot be read.
    pub fn load(&self, entry: &ModelEntry, device: &Device) -> Result<Recogniser> {
        let read = |w: &crate::contract::manifest::WeightFile| bytes(&self.folder.join(&w.file));
        let files = entry.weights.iter().map(read).collect::<Result<Vec<_>>>()?;
        Recogniser::load(entry.clone(), &files, device)
    }
}

/// The networks of a command. Each is loaded once, when the first clip needs it.
pub struct Networks {
    source: Source,
    device: Device,
    loaded: BTreeMap<String, Arc<Recogniser>>,
}

enum Source {
    Opened(Arc<Recogniser>),
    Shipped { library: Library, wanted: Option<String> },
}

impl NetworkArgs {
    /// Opens the weight files or the manifest.
    ///
    /// # Errors
    /// If they cannot be read, or there is no network of the wanted id.
    pub fn open(&self, device: Device) -> Result<Networks> {
        let source = if self.opened.are_given() {
            Source::Opened(Arc::new(self.opened.load(&device)?))
        } else {
            let library = self.shipped.library.open()?;
            let wanted = self.shipped.model.clone();
            wanted.as_ref().map(|id| library.get(id).map(drop)).transpose()?;
            Source::Shipped { library, wanted }
        };
        Ok(Networks { source, device, loaded: BTreeMap::new() })
    }
}

impl Networks {
    /// The network for clips of a layout: the one that was asked for, else the first shipped one that reads it.
    ///
    /// # Errors
    /// If no network reads the layout, or its weights cannot be read.
    pub fn for_layout(&mut self, layout: LayoutId) -> Result<Arc<Recogniser>> {
        let (library, entry) = match &self.source {
            Source::Opened(model) => return reads(&model.entry, layout, None).map(|()| model.clone()),
            Source::Shipped { library, wanted } => {
                let entry = match wanted {
                    Some(id) => library.get(id)?,
                    None => library.first_for(layout)?,
                };
                reads(entry, layout, Some(library))?;
                (library, entry)
            }
        };
        if let Some(model) = self.loaded.get(&entry.id) {
            return Ok(model.clone());
        }
        let model = Arc::new(library.load(entry, &self.device)?);
        note!("network: {} (--model {})", entry.name, entry.id);
        self.loaded.insert(entry.id.clone(), model.clone());
        Ok(model)
    }
}

/// How to convert a clip to a layout that one of the networks reads; None if no conversion leads there.
fn converted<'a>(layout: LayoutId, models: impl IntoIterator<Item = &'a ModelEntry>) -> Option<String> {
    let read: Vec<LayoutId> = models.into_iter().map(|m| m.layout).collect();
    let fits = Conversion::of(layout).filter(|c| read.contains(&c.to));
    let options: Vec<String> = fits.map(|c| format!("--layout {}", c.to.as_str())).collect();
    (!options.is_empty()).then(|| format!("convert the clip by {}", options.join(" or ")))
}

/// Does a network read a layout? Names those of the library that do.
fn reads(entry: &ModelEntry, layout: LayoutId, library: Option<&Library>) -> Result<()> {
    if entry.layout == layout {
        return Ok(());
    }
    let others = library.map(|l| l.manifest.models.iter().filter(|m| m.layout == layout).map(|m| m.id.as_str()));
    let others: Vec<&str> = others.into_iter().flatten().collect();
    let next = match (&others[..], converted(layout, [entry])) {
        (_, Some(next)) => next,
        ([], None) => "give the weight file of a network that does by --weights FILE".to_owned(),
        (others, None) => format!("these do: {}", others.join(", ")),
    };
    let [has, takes] = [layout, entry.layout].map(LayoutId::as_str);
    Err(Error::config(format!("its layout is {has}; the network {} reads {takes}; {next}", entry.id)))
}
