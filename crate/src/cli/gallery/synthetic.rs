//! Clips drawn from the motion prior.

use std::path::Path;

use burn::tensor::Device;

use super::args::GalleryArgs;
use super::figures::{Measurements, Real};
use super::index::{New, capitalised, slug};
use crate::cli::models::{Library, LibraryArgs};
use crate::cli::say::note;
use crate::contract::ModelEntry;
use crate::data::dataset::{Dataset, Kind, LabelledClip};
use crate::data::prior::{Example, Prior};
use crate::error::{Error, Result};
use crate::model::Recogniser;
use crate::skeleton::LayoutId;

/// The training subjects of UTD-MHAD's cross-subject split, the only ones that the prior is fitted on.
const TRAINING: [&str; 4] = ["1", "3", "5", "7"];
const CREDIT: &str = "synthetic: drawn from a motion prior fitted on training subjects of UTD-MHAD (Chen, Jafari and \
                      Kehtarnavaz 2015); nobody performed it";

/// The clips that ship, and a page that measures them and the draws that only check the prior.
///
/// Draw n of class c has the seed `seed + n * classes + c`; the first ones ship. No draw is chosen or left out.
pub fn make(data: &Path, args: &GalleryArgs) -> Result<(Vec<New>, String)> {
    let dataset = Dataset::read(data, Kind::UtdMhad)?;
    let training: Vec<&LabelledClip> =
        dataset.clips.iter().filter(|c| TRAINING.contains(&c.subject.as_str())).collect();
    let examples: Vec<Example<'_>> = training.iter().map(|c| (c.label, c.subject.as_str(), &c.clip)).collect();
    let prior = Prior::fit(&examples)?;
    let model = recogniser(&args.library, &dataset.classes)?;
    let (per_class, check, first) = (args.per_class.unwrap_or(2), args.check.unwrap_or(10), args.seed.unwrap_or(1));
    let real = Real::new(&examples, &prior);
    let mut measured = Measurements::new(&dataset.classes, real, model.as_ref(), prior.tilt());

    let mut clips = Vec::new();
    for (label, class) in dataset.classes.iter().enumerate() {
        for n in 0..per_class + check {
            let seed = first + (n * dataset.classes.len() + label) as u64;
            let mut draw = prior.sample(label, seed)?;
            measured.measure(label, &draw, n < per_class)?;
            if n < per_class {
                draw.clip.label = Some(class.clone());
                clips.push(New {
                    id: format!("synthetic-{}-{}", slug(class), n + 1),
                    name: format!("{} {}", capitalised(class), n + 1),
                    clip: draw.clip,
                    credit: CREDIT.to_owned(),
                    seed: Some(seed),
                    foreign: false,
                    thumb: None,
                });
            }
        }
    }
    Ok((clips, measured.markdown()))
}

/// The first shipped network that has these classes, in this order, in the prior's skeleton; none without a manifest.
fn recogniser(library: &LibraryArgs, classes: &[String]) -> Result<Option<Recogniser>> {
    let library: Library = match library.open() {
        Ok(library) => library,
        Err(e) => {
            note!("{e}; the clips are not recognised");
            return Ok(None);
        }
    };
    let fits = |m: &&ModelEntry| m.layout == LayoutId::KinectV1 && m.classes == classes;
    let missing = || Error::weights("has no network of these classes").at(library.folder.display());
    let entry = library.manifest.models.iter().find(fits).ok_or_else(missing)?;
    library.load(entry, &Device::flex()).map(Some)
}
