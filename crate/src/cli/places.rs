//! The folders of the files that ship, found from any current folder.

use std::path::{Path, PathBuf};

/// A folder that ships with the program.
#[derive(Clone, Copy, Debug)]
pub struct Shipped {
    /// Environment variable that names it.
    pub variable: &'static str,
    /// Its path in the repository.
    pub repository: &'static str,
    /// Its name beside the installed program.
    pub installed: &'static str,
    /// A file that is in it.
    pub holds: &'static str,
}

/// The networks: manifest, weights and training configs.
pub const MODELS: Shipped =
    Shipped { variable: "CIASA_MODELS", repository: "models", installed: "models", holds: "manifest.json" };

/// The gallery's clips.
pub const CLIPS: Shipped =
    Shipped { variable: "CIASA_CLIPS", repository: "web/public/clips", installed: "clips", holds: "index.json" };

impl Shipped {
    /// The first of its places that holds its file, or all places that were tried.
    pub fn find(&self) -> Result<PathBuf, Vec<PathBuf>> {
        let places = self.places();
        places.iter().find(|folder| folder.join(self.holds).is_file()).cloned().ok_or(places)
    }

    /// The places, in order: the environment variable, the current folder, beside the program, the repository that it
    /// was built from. A variable that is set is the only place: a wrong one is an error, not a fall back.
    fn places(&self) -> Vec<PathBuf> {
        if let Some(folder) = std::env::var_os(self.variable) {
            return vec![folder.into()];
        }
        let mut places = vec![PathBuf::from(self.repository)];
        // A link in a folder of programs names the place where the program is.
        let program = std::env::current_exe().and_then(std::fs::canonicalize);
        if let Some(folder) = program.ok().as_deref().and_then(Path::parent) {
            places.push(folder.join(self.installed));
            places.extend(folder.parent().map(|f| f.join("share/ciasa").join(self.installed)));
        }
        places.extend(Path::new(env!("CARGO_MANIFEST_DIR")).parent().map(|f| f.join(self.repository)));
        places
    }
}

/// Paths as an error lists them.
pub fn listed(places: &[PathBuf]) -> String {
    places.iter().map(|p| p.display().to_string()).collect::<Vec<_>>().join(", ")
}
