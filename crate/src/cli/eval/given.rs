//! `--clips`, `--network` and `--judge`: the experiments on the user's own clips and networks.

use std::path::PathBuf;
use std::str::FromStr;

use burn::tensor::Device;
use clap::Args;

use super::folders::{self, Found, Part, files};
use crate::cli::clips::{fitted, unit_parser};
use crate::cli::files::text;
use crate::cli::models::Library;
use crate::cli::say::note;
use crate::cli::weights::AnswerArgs;
use crate::error::{Error, Result};
use crate::eval::inputs::{Inputs, Model, Named, Source};
use crate::eval::labels::{Labels, beyond, class_of};
use crate::eval::split::Names;
use crate::format::Unit;
use crate::model::Recogniser;
use crate::skeleton::Sequence;

/// Clips and networks that the user names.
#[derive(Args, Debug)]
#[command(next_help_heading = "Your own clips and networks")]
pub struct GivenArgs {
    /// Your own clips: files, or folders with all that is in them. A number instead: so many test clips of each of our
    /// sets for attacks of many steps, drawn by the seed and spread over the classes [default: 27]
    #[arg(long, value_name = "PATH", num_args = 1..)]
    clips: Vec<PathBuf>,
    /// Networks to attack: weight files, with a comma between the two streams of 2s-AGCN, or ids of shipped networks
    #[arg(long, value_name = "FILE", num_args = 1.., group = "files", requires = "clips")]
    network: Vec<Weights>,
    /// Networks that only judge the attacked clips (table3, peers); the attacked ones judge each other as well
    #[arg(long, value_name = "FILE", num_args = 1.., requires = "network")]
    judge: Vec<Weights>,
    /// Labels of the clips: a CSV table with the columns file and label (name or number of the class, from 1). Without
    /// it a clip's own label counts, or the class in the name of an NTU file (A023)
    #[arg(long, value_name = "FILE", requires = "network")]
    labels: Option<PathBuf>,
    /// Only a part of the clips: a file with the name of a file or an id on each line, or the name of a split that
    /// files of many clips hold (xsub_val)
    #[arg(long, value_name = "FILE", requires = "network")]
    split: Option<PathBuf>,
    /// Attack only so many of the clips, drawn by the seed and spread over the classes
    #[arg(long, value_name = "N", requires = "network")]
    draw: Option<usize>,
    /// Natural clips, from which the discriminators learn and to which the detector is fitted: files or folders.
    /// Without it: 54 of the clips for the discriminators, and no detector
    #[arg(long, value_name = "PATH", num_args = 1.., requires = "network")]
    natural: Vec<PathBuf>,
    /// Name of the clips in the rows [default: the name of their folder]
    #[arg(long, value_name = "NAME", requires = "network")]
    dataset: Option<String>,
    /// Unit of the clips' numbers, if it is not their layout's: lengths in m, cm or mm, or confidences in percent
    #[arg(long, value_name = "UNIT", value_parser = unit_parser(), requires = "network")]
    unit: Option<Unit>,
    #[command(flatten)]
    answers: AnswerArgs,
}

/// The weight files of one network, or the id of a shipped one.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Weights(Vec<PathBuf>);

impl FromStr for Weights {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self> {
        let files: Vec<PathBuf> = text.split(',').map(PathBuf::from).collect();
        match files.iter().all(|f| !f.as_os_str().is_empty()) {
            true => Ok(Self(files)),
            false => Err(Error::config("names no file; write FILE, or FILE,FILE for two streams")),
        }
    }
}

/// What `--clips` means.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Wanted<'a> {
    /// Nothing is said: our own sets and their usual number of clips.
    Usual,
    /// So many clips of our own sets; the values after the number are experiments.
    Count(usize, &'a [PathBuf]),
    /// The user's own clips.
    Paths,
}

impl GivenArgs {
    /// What `--clips` means.
    ///
    /// # Errors
    /// If it names paths and there is no network for them.
    pub fn wanted(&self) -> Result<Wanted<'_>> {
        let number = |path: &PathBuf| path.to_str().filter(|_| !path.exists())?.parse().ok();
        match self.clips.split_first() {
            None => Ok(Wanted::Usual),
            Some((first, rest)) => match number(first) {
                Some(_) if !self.network.is_empty() => {
                    Err(Error::config("is a number, and --network needs clips: name files or folders").at("--clips"))
                }
                Some(n) => Ok(Wanted::Count(n, rest)),
                None if self.network.is_empty() => {
                    let cause = "names files, and no network for them; name its weight file by --network FILE";
                    Err(Error::config(cause).at("--clips"))
                }
                None => Ok(Wanted::Paths),
            },
        }
    }

    /// How many of the clips are attacked.
    ///
    /// # Errors
    /// If it is none.
    pub fn draw(&self) -> Result<usize> {
        match self.draw {
            Some(0) => Err(Error::config("must be at least 1").at("--draw")),
            draw => Ok(draw.unwrap_or(usize::MAX)),
        }
    }

    /// Loads networks and clips. A file that is no clip for these networks is reported and left out.
    ///
    /// # Errors
    /// If a network cannot be loaded, the networks read different layouts, or no clip is left.
    pub fn load(&self, library: impl Fn() -> Result<Library>, device: &Device, seed: u64) -> Result<Inputs> {
        let labels = match &self.labels {
            Some(path) => Some(Labels::parse(&text(path)?).map_err(|e| e.at(path.display()).at("--labels"))?),
            None => None,
        };
        let networks = self.networks(library, device)?;
        let (attacked, judging) = networks.split_at(self.network.len());
        let first = &networks[0].entry;
        if let Some(other) = networks.iter().find(|n| n.entry.layout != first.layout) {
            let [a, b] = [first, &other.entry].map(|e| format!("{} reads {}", e.id, e.layout.as_str()));
            return Err(Error::config(format!("the networks must read one layout; {a}, {b}")).at("--network"));
        }
        if let Some(other) = networks.iter().find(|n| n.entry.classes != first.classes) {
            let [a, b] = [first, &other.entry].map(|e| format!("{} has {}", e.id, e.classes.len()));
            let cause = format!("the networks must have the same classes; {a}, {b}; measure them one by one");
            return Err(Error::config(cause).at("--network"));
        }

        let part = self.part()?;
        let found = files(&self.clips, part.as_ref(), self.unit)?;
        if let Some(Part::Listed(names)) = &part {
            let all = found.clips.iter().map(|c| c.name.as_str());
            self.unused(names, all.chain(found.skipped.iter().map(|(name, _)| name.as_str())))?;
        }
        let (mut clips, mut skipped, mut above) = (Vec::new(), found.skipped, Vec::new());
        for clip in found.clips {
            let name = clip.name.clone();
            if let Some(number) = beyond(&name, clip.clip.label.as_deref(), labels.as_ref(), &first.classes) {
                above.push((name, number));
                continue;
            }
            match fit(clip, &networks, labels.as_ref()) {
                Ok(clip) => clips.push(clip),
                Err(e) => skipped.push((name, e.to_string())),
            }
        }
        report("--clips", clips.len(), &skipped);
        if let Some((name, number)) = above.first() {
            let (n, most) = (above.len(), first.classes.len());
            note!(
                "--clips: {n} more left out, of classes above {most}: the networks know the first {most} classes only \
                 (the first such clip: {name}, class {number})"
            );
        }
        if clips.is_empty() {
            return Err(Error::data("no clip is left, for the reasons above").at("--clips"));
        }
        if let Some(labels) = &labels {
            let unused = labels.unused(clips.iter().map(|c| c.file.as_str()));
            if unused > 0 {
                note!("--labels: {unused} lines name no clip that is attacked");
            }
        }
        let natural = self.natural(&networks)?;
        let name = self.dataset.clone().unwrap_or_else(|| folders::name(&self.clips[0]));
        let source = Source::of_files(&name, clips, natural, seed)?;
        let model = |n: &Recogniser| Model::new(n.clone(), Some(0));
        let (attacked, judging) = (attacked.iter().map(model).collect(), judging.iter().map(model).collect());
        Ok(Inputs::given(attacked, judging, source))
    }

    /// The part of the clips that counts.
    fn part(&self) -> Result<Option<Part>> {
        let Some(path) = &self.split else { return Ok(None) };
        if path.is_file() {
            let names = Names::parse(&text(path)?).map_err(|e| e.at(path.display()).at("--split"))?;
            return Ok(Some(Part::Listed(names)));
        }
        let name = path.to_string_lossy().into_owned();
        if path.is_dir() || name.contains(['/', '\\']) || path.extension().is_some() {
            let cause = "there is no such file; name a file with one name a line, or a split of the clips' file";
            return Err(Error::config(cause).at(path.display()).at("--split"));
        }
        Ok(Some(Part::Split(name)))
    }

    /// Says which lines of the list name no clip.
    fn unused<'a>(&self, names: &Names, files: impl Iterator<Item = &'a str>) -> Result<()> {
        let idle = names.unused(files);
        let Some((line, name)) = idle.first() else { return Ok(()) };
        let first = format!("the first is line {line}, {name}");
        if idle.len() == names.len() {
            let cause = format!("none of its {} lines names a clip that is here; {first}", names.len());
            return Err(Error::data(cause).at("--split"));
        }
        note!("--split: {} of {} lines name no clip that is here; {first}", idle.len(), names.len());
        Ok(())
    }

    /// The attacked networks, then those that judge.
    fn networks(&self, library: impl Fn() -> Result<Library>, device: &Device) -> Result<Vec<Recogniser>> {
        let all: Vec<&Weights> = self.network.iter().chain(&self.judge).collect();
        let id = |weights: &Weights| match &weights.0[..] {
            [path] if !path.exists() => path.to_str().filter(|id| !id.contains(['/', '\\', '.'])).map(str::to_owned),
            _ => None,
        };
        let opened: Vec<&[PathBuf]> = all.iter().filter(|w| id(w).is_none()).map(|w| &w.0[..]).collect();
        if opened.is_empty() && self.answers.are_given() {
            let cause = "an answer to what weight files leave open has no effect on shipped networks; leave it out";
            return Err(Error::config(cause).at("--network"));
        }
        let mut opened = self.answers.load_each(&opened, device)?.into_iter();
        let mut networks: Vec<Recogniser> = Vec::new();
        for weights in all {
            let network = match id(weights) {
                Some(id) => {
                    let library = library()?;
                    let entry = library.get(&id).map_err(|e| e.at("--network: no such file"))?;
                    Some(library.load(entry, device)?)
                }
                None => opened.next(),
            };
            networks.extend(network);
        }
        Ok(networks)
    }

    fn natural(&self, networks: &[Recogniser]) -> Result<Vec<Named>> {
        if self.natural.is_empty() {
            return Ok(Vec::new());
        }
        let found = files(&self.natural, None, self.unit)?;
        let (mut clips, mut skipped) = (Vec::new(), found.skipped);
        for Found { name, clip } in found.clips {
            match accepted(&clip, networks) {
                Ok(()) => clips.push(Named { file: name, clip, label: 0 }),
                Err(e) => skipped.push((name, e.to_string())),
            }
        }
        report("--natural", clips.len(), &skipped);
        match clips.is_empty() {
            true => Err(Error::data("no clip is left, for the reasons above").at("--natural")),
            false => Ok(clips),
        }
    }
}

/// The clip as all networks take it, with its class.
fn fit(found: Found, networks: &[Recogniser], labels: Option<&Labels>) -> Result<Named> {
    let layout = networks[0].entry.layout;
    if found.clip.layout().id != layout {
        let [has, reads] = [found.clip.layout().id, layout].map(|l| l.as_str());
        return Err(Error::data(format!("its layout is {has}; the networks read {reads}")));
    }
    let classes = &networks[0].entry.classes;
    let label = class_of(&found.name, found.clip.label.as_deref(), labels, classes)?;
    let mut clip = found.clip;
    for network in networks {
        clip = fitted(clip, network)?;
    }
    accepted(&clip, networks)?;
    Ok(Named { file: found.name, clip, label })
}

fn accepted(clip: &Sequence, networks: &[Recogniser]) -> Result<()> {
    networks.iter().try_for_each(|network| network.accepts(clip))
}

/// Says how many files became clips, and why the others did not.
fn report(option: &str, clips: usize, skipped: &[(String, String)]) {
    for (name, why) in skipped {
        note!("left out: {name}: {why}");
    }
    let count = |n: usize, what: &str| format!("{n} {what}{}", if n == 1 { "" } else { "s" });
    note!("{option}: {}, {} left out", count(clips, "clip"), count(skipped.len(), "file"));
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use std::path::Path;

    use super::*;

    #[test]
    fn two_streams_are_one_network() {
        let read = |text: &str| text.parse::<Weights>();
        assert_eq!(read("a.pt").unwrap().0, [Path::new("a.pt")]);
        assert_eq!(read("joint.pt,bone.pt").unwrap().0, [Path::new("joint.pt"), Path::new("bone.pt")]);
        assert!(read("a.pt,").unwrap_err().is_config());
    }
}
