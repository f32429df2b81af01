//! Reading and writing files. Every error names the file, and a computed result is never lost.

use std::fs::{self, OpenOptions};
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};

use memmap2::Mmap;

use crate::error::{Error, Result};

/// Reads a file.
///
/// # Errors
/// Names the file.
pub fn bytes(path: &Path) -> Result<Vec<u8>> {
    fs::read(path).map_err(|e| Error::io(path, &e))
}

/// Files up to this size are read into memory; larger ones are mapped, so that only what is used takes memory.
const MAPPED: u64 = 64 << 20;

/// The bytes of a file.
pub enum Bytes {
    /// In memory.
    Read(Vec<u8>),
    /// In the file.
    Mapped(Mmap),
}

impl Bytes {
    /// The bytes of a file.
    ///
    /// # Errors
    /// Names the file.
    pub fn of(path: &Path) -> Result<Self> {
        let mapped = |path: &Path| {
            let file = fs::File::open(path)?;
            if file.metadata()?.len() <= MAPPED {
                return Ok(None);
            }
            // SAFETY: the bytes are only read, and every reader takes any bytes. The program must not outlive the file:
            // nothing here shortens or rewrites an input.
            unsafe { Mmap::map(&file) }.map(Some)
        };
        match mapped(path).map_err(|e| Error::io(path, &e))? {
            Some(map) => Ok(Self::Mapped(map)),
            None => bytes(path).map(Self::Read),
        }
    }
}

impl std::ops::Deref for Bytes {
    type Target = [u8];

    fn deref(&self) -> &[u8] {
        match self {
            Self::Read(bytes) => bytes,
            Self::Mapped(map) => map,
        }
    }
}

/// Reads a text file in UTF-8.
///
/// # Errors
/// Names the file.
pub fn text(path: &Path) -> Result<String> {
    fs::read_to_string(path).map_err(|e| Error::io(path, &e))
}

/// Replaces a file in one move: a program that is cut off in the middle leaves the old file whole.
///
/// # Errors
/// Names the file.
pub fn replace(path: &Path, bytes: &[u8]) -> Result<()> {
    put(path, bytes).map_err(|e| Error::io(path, &e))
}

/// The files of a folder with this ending (without the dot), in the order of their names.
///
/// # Errors
/// Names the folder.
pub fn listed(folder: &Path, ending: &str) -> Result<Vec<PathBuf>> {
    let entries = fs::read_dir(folder).map_err(|e| Error::io(folder, &e))?;
    let mut paths: Vec<PathBuf> = entries.filter_map(|e| e.ok().map(|e| e.path())).collect();
    paths.retain(|p| p.extension().is_some_and(|e| e == ending));
    // A folder has no defined order, and results must not depend on it.
    paths.sort();
    Ok(paths)
}

/// A file that a command writes when its work is done. It is checked before the work begins.
#[derive(Clone, Debug)]
pub struct Output(PathBuf);

impl Output {
    /// Checks that the file can be written. Nothing is created or changed.
    ///
    /// # Errors
    /// If the path is a folder, its folder does not exist, or either may not be written.
    pub fn new(path: &Path) -> Result<Self> {
        if is_folder(path) {
            return Err(Error::config("is a folder; name a file in it").at(path.display()));
        }
        writable_folder(folder_of(path))?;
        // Opening a pipe would block until another program reads it.
        if path.is_file() {
            OpenOptions::new().append(true).open(path).map_err(|e| Error::io(path, &e))?;
        }
        Ok(Self(path.to_owned()))
    }

    /// Its path.
    pub fn path(&self) -> &Path {
        &self.0
    }

    /// Writes the result. If that fails, saves it in the current folder or the temporary one.
    ///
    /// # Errors
    /// If the file could not be written; the message says where the result is instead.
    pub fn write(&self, bytes: &[u8]) -> Result<()> {
        put(&self.0, bytes).map_err(|e| {
            let saved = [PathBuf::from("."), std::env::temp_dir()].iter().find_map(|f| rescue(f, &self.0, bytes));
            let cause = match saved {
                Some(path) => format!("{e}; the result was saved as {} instead", path.display()),
                None => format!("{e}; the result could not be saved in the current or the temporary folder either"),
            };
            Error::io(&self.0, &io::Error::other(cause))
        })
    }
}

/// Is this a folder, or does it end like one?
pub fn is_folder(path: &Path) -> bool {
    path.is_dir() || path.as_os_str().as_encoded_bytes().last().is_some_and(|b| std::path::is_separator((*b).into()))
}

/// Checks that files can be created in a folder.
///
/// # Errors
/// If it does not exist, is no folder, or may not be written.
pub fn writable_folder(folder: &Path) -> Result<()> {
    let place = |e: Error| e.at(folder.display());
    if !folder.exists() {
        return Err(place(Error::config("the folder does not exist; create it first")));
    }
    if !folder.is_dir() {
        return Err(place(Error::config("is a file, not a folder")));
    }
    let probe = folder.join(format!(".ciasa-{}", std::process::id()));
    OpenOptions::new().write(true).create_new(true).open(&probe).map_err(|e| Error::io(folder, &e))?;
    fs::remove_file(&probe).map_err(|e| Error::io(folder, &e))
}

/// Do both paths name the same file that exists?
pub fn same(a: &Path, b: &Path) -> bool {
    matches!((fs::canonicalize(a), fs::canonicalize(b)), (Ok(a), Ok(b)) if a == b)
}

fn folder_of(path: &Path) -> &Path {
    path.parent().filter(|p| !p.as_os_str().is_empty()).unwrap_or(Path::new("."))
}

fn put(path: &Path, bytes: &[u8]) -> io::Result<()> {
    // Devices and pipes are written to, never replaced by a file.
    if fs::metadata(path).is_ok_and(|m| !m.is_file()) {
        return fs::write(path, bytes);
    }
    // A link stays, and the file that it names is replaced.
    let path = fs::canonicalize(path).unwrap_or_else(|_| path.to_owned());
    let mut part = path.clone().into_os_string();
    part.push(".part");
    let written = fs::write(&part, bytes).and_then(|()| fs::rename(&part, &path));
    if written.is_err() {
        // It may not have been created; the error above is the one to report.
        let _ = fs::remove_file(&part);
    }
    written
}

/// Saves a result in another folder, under a name that no file has.
fn rescue(folder: &Path, path: &Path, bytes: &[u8]) -> Option<PathBuf> {
    let name = path.file_name()?.to_string_lossy();
    (0..100).find_map(|n| {
        let number = if n == 0 { String::new() } else { format!("-{n}") };
        let path = folder.join(format!("rescued{number}-{name}"));
        let mut file = OpenOptions::new().write(true).create_new(true).open(&path).ok()?;
        file.write_all(bytes).ok().map(|()| path)
    })
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    fn scratch(name: &str) -> PathBuf {
        let folder = std::env::temp_dir().join(format!("ciasa-files-{}-{name}", std::process::id()));
        fs::create_dir_all(&folder).unwrap();
        folder
    }

    #[test]
    fn an_output_that_cannot_be_written_is_refused_before_the_work() {
        let folder = scratch("refused");
        let message = |path: PathBuf| Output::new(&path).unwrap_err().to_string();
        assert!(message(folder.clone()).ends_with("is a folder; name a file in it"));
        assert!(message(folder.join("new/")).ends_with("is a folder; name a file in it"));
        assert!(message(folder.join("missing/a.json")).contains("missing: the folder does not exist"));
        fs::write(folder.join("a.json"), "old").unwrap();
        assert!(message(folder.join("a.json/b.json")).contains("a.json: is a file, not a folder"));
        // The check changes nothing.
        Output::new(&folder.join("a.json")).unwrap();
        Output::new(&folder.join("b.json")).unwrap();
        assert_eq!(fs::read_to_string(folder.join("a.json")).unwrap(), "old");
        assert_eq!(listed(&folder, "json").unwrap(), [folder.join("a.json")]);
        fs::remove_dir_all(&folder).unwrap();
    }

    #[test]
    fn a_result_is_rescued_under_a_name_of_its_own() {
        let folder = scratch("rescued");
        let first = rescue(&folder, Path::new("/nowhere/a.json"), b"1").unwrap();
        let second = rescue(&folder, Path::new("/nowhere/a.json"), b"2").unwrap();
        assert_eq!((first, second), (folder.join("rescued-a.json"), folder.join("rescued-1-a.json")));
        assert_eq!(fs::read(folder.join("rescued-1-a.json")).unwrap(), b"2");
        fs::remove_dir_all(&folder).unwrap();
    }
}
