//! Clips drawn from the prior.

use std::path::Path;

use super::GalleryArgs;
use super::figures::{Figures, Real};
use super::index::{New, capitalised, slug};
use crate::cli::common::{load, text};
use crate::contract::Manifest;
use crate::data::dataset::{Dataset, Kind, LabelledClip};
use crate::data::prior::{Example, Prior};
use crate::error::{Error, Result};
use crate::model::Recogniser;
use crate::skeleton::LayoutId;

/// The training side of UTD-MHAD's cross-subject split. The prior sees nobody else.
const TRAINING: [&str; 4] = ["1", "3", "5", "7"];
const CREDIT: &str = "synthetic: drawn from a motion prior fitted on training subjects of UTD-MHAD (Chen, Jafari and \
                      Kehtarnavaz 2015); nobody performed it";

/// The clips that ship, and the figures of them and of the draws that only check the prior.
///
/// Draw n of class c has the seed `seed + n * classes + c`; the first ones ship. No draw is left out or chosen.
pub fn make(data: &Path, args: &GalleryArgs) -> Result<(Vec<New>, String)> {
    let dataset = Dataset::read(data, Kind::UtdMhad)?;
    let training: Vec<&LabelledClip> =
        dataset.clips.iter().filter(|c| TRAINING.contains(&c.subject.as_str())).collect();
    let examples: Vec<Example<'_>> = training.iter().map(|c| (c.label, c.subject.as_str(), &c.clip)).collect();
    let prior = Prior::fit(&examples)?;
    let model = recogniser(&args.models, &dataset.classes)?;
    let real = Real::new(&examples, &prior);
    let mut figures = Figures::new(&dataset.classes, real, model.as_ref(), prior.tilt());

    let mut clips = Vec::new();
    for (label, class) in dataset.classes.iter().enumerate() {
        for n in 0..args.per_class + args.check {
            let seed = args.seed + (n * dataset.classes.len() + label) as u64;
            let mut draw = prior.sample(label, seed)?;
            figures.measure(label, &draw, n < args.per_class)?;
            if n < args.per_class {
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
    Ok((clips, figures.markdown()))
}

/// The first model of a directory's manifest that tells these classes apart, in this order, in the prior's skeleton; None without a manifest.
fn recogniser(dir: &Path, classes: &[String]) -> Result<Option<Recogniser>> {
    let path = dir.join("manifest.json");
    if !path.exists() {
        return Ok(None);
    }
    let manifest = Manifest::parse(&text(&path)?).map_err(|e| e.at(path.display()))?;
    let entry = manifest.models.into_iter().find(|m| m.layout == LayoutId::KinectV1 && m.classes == classes);
    let entry = entry.ok_or_else(|| Error::weights("has no model of these classes").at(path.display()))?;
    load(&entry, dir).map(Some)
}
