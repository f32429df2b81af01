//! Output formats: named the same in help and parser, else chosen by the file's ending.

use std::path::{Path, PathBuf};

use clap::Args;
use clap::builder::{PossibleValuesParser, TypedValueParser};

use super::files::{Output, is_folder, same, writable_folder};
use super::inputs::Input;
use crate::error::{Error, Result};
use crate::format::Format;

/// `--to`, for commands that write clips.
#[derive(Args, Debug)]
pub struct FormatArg {
    /// Format to write; without it the file's ending decides (.json, .kinetics.json or .skeleton)
    #[arg(long, value_name = "FORMAT", value_parser = parser())]
    to: Option<Format>,
}

fn parser() -> impl TypedValueParser<Value = Format> {
    // The parser lists exactly these names in the help, and refuses every other.
    PossibleValuesParser::new(Format::ALL.map(Format::as_str)).try_map(|name| Format::parse(&name).ok_or("no format"))
}

impl FormatArg {
    /// Is `--to` given?
    pub fn is_given(&self) -> bool {
        self.to.is_some()
    }

    /// The format of a file to write. `--to` overrules the ending.
    ///
    /// # Errors
    /// If neither says which.
    pub fn of(&self, path: &Path) -> Result<Format> {
        self.to.or_else(|| by_ending(path)).ok_or_else(|| {
            let endings = Format::ALL.map(|f| format!(".{}", ending(f))).join(", ");
            let cause = format!("its ending names no format; use one of {endings}, or give --to");
            Error::config(cause).at(path.display())
        })
    }

    /// The format for files in a folder: our own unless `--to` is given.
    pub fn in_folder(&self) -> Format {
        self.to.unwrap_or(Format::Clip)
    }
}

/// The ending of a format's files, without the dot. Each format has its own.
pub fn ending(format: Format) -> &'static str {
    if format == Format::KineticsJson { "kinetics.json" } else { format.extension() }
}

/// The format whose ending a file has; of several the longest.
fn by_ending(path: &Path) -> Option<Format> {
    let name = path.file_name()?.to_string_lossy().to_lowercase();
    let fits = Format::ALL.into_iter().filter(|f| name.ends_with(&format!(".{}", ending(*f))));
    fits.max_by_key(|f| ending(*f).len())
}

/// A clip's name without folder and ending.
fn stem(path: &Path) -> String {
    let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
    if let Some(format) = by_ending(path) {
        return name[..name.len() - ending(format).len() - 1].to_owned();
    }
    path.file_stem().unwrap_or_default().to_string_lossy().into_owned()
}

/// The files for the results of a command, one for each input.
///
/// One input may have a file or a folder, several need a folder; `named` gives the name in the folder from an input's
/// stem.
///
/// # Errors
/// If an output cannot be written, is an input, or is the output of two inputs.
pub fn outputs(inputs: &[Input], out: &Path, named: impl Fn(&str) -> String) -> Result<Vec<Output>> {
    let place = |e: Error| e.at(out.display());
    if !is_folder(out) {
        if inputs.len() > 1 {
            return Err(place(Error::config(format!("{} clips need a folder that exists", inputs.len()))));
        }
        if let Some(input) = inputs.first().filter(|input| same(&input.path, out)) {
            return Err(Error::config("is the input as well; name another file").at(input.path.display()));
        }
        return Ok(vec![Output::new(out)?]);
    }
    writable_folder(out)?;
    let mut files: Vec<PathBuf> = Vec::new();
    for input in inputs {
        let file = out.join(named(&input.stem.clone().unwrap_or_else(|| stem(&input.path))));
        if files.contains(&file) {
            return Err(Error::config("two of the clips would be written here; rename one").at(file.display()));
        }
        if let Some(input) = inputs.iter().find(|input| same(&input.path, &file)) {
            return Err(Error::config("is an input as well; choose another folder").at(input.path.display()));
        }
        files.push(file);
    }
    files.iter().map(|file| Output::new(file)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_ending_decides_and_to_overrules() {
        let of = |to, name: &str| FormatArg { to }.of(Path::new(name)).map_err(|e| e.to_string());
        assert_eq!(of(None, "a.json"), Ok(Format::Clip));
        assert_eq!(of(None, "b/A.Kinetics.JSON"), Ok(Format::KineticsJson));
        assert_eq!(of(None, "a.skeleton"), Ok(Format::NtuSkeleton));
        assert_eq!(of(Some(Format::KineticsJson), "a.json"), Ok(Format::KineticsJson));
        let message = of(None, "a.txt").err().unwrap_or_default();
        assert!(message.starts_with("a.txt: its ending names no format; use one of .json"), "{message}");
    }

    #[test]
    fn every_format_has_an_ending_and_a_stem() {
        for format in Format::ALL {
            let name = format!("x/wave.1.{}", ending(format));
            assert_eq!(by_ending(Path::new(&name)), Some(format));
            assert_eq!(stem(Path::new(&name)), "wave.1");
        }
        assert_eq!(stem(Path::new("x/wave.txt")), "wave");
    }
}
