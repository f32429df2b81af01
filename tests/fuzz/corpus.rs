//! Files that were found: kept, and read again by every run.

use std::fs;
use std::path::{Path, PathBuf};

use crate::seeds;
use crate::targets::Target;

fn folder(target: &Target) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../tests/fuzz/corpus").join(target.name)
}

/// The files of earlier finds, in the order of their names.
pub fn kept(target: &Target) -> Vec<Vec<u8>> {
    let entries = fs::read_dir(folder(target)).into_iter().flatten();
    let mut paths: Vec<PathBuf> = entries.map(|entry| entry.unwrap().path()).collect();
    paths.sort();
    paths.iter().map(|path| fs::read(path).unwrap()).collect()
}

/// Keeps a find; the file that it is in.
pub fn keep(target: &Target, bytes: &[u8], kind: u64) -> PathBuf {
    let path = folder(target).join(format!("{kind:016x}.bin"));
    fs::create_dir_all(folder(target)).unwrap();
    fs::write(&path, bytes).unwrap();
    path
}

/// Writes the seeds into a folder for each target, for coverage-guided fuzzing.
pub fn write_seeds(to: &Path, targets: &[&Target]) {
    for target in targets {
        let folder = to.join(target.name);
        fs::create_dir_all(&folder).unwrap();
        for (i, seed) in seeds::of(target.name).iter().chain(&kept(target)).enumerate() {
            fs::write(folder.join(format!("{i:03}")), seed).unwrap();
        }
    }
}
