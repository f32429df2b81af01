//! Measures a recogniser on a set of clips.

use crate::data::dataset::LabelledClip;
use crate::error::{Error, Result};
use crate::model::{Recogniser, clip_tensor};

/// Which classes a recogniser gave to clips of which classes.
#[derive(Clone, Debug, PartialEq)]
pub struct Evaluation {
    /// Clips by (true class, predicted class), row-major.
    pub confusion: Vec<usize>,
    /// Number of classes.
    pub classes: usize,
}

impl Evaluation {
    /// Top-1 accuracy, 0 to 1.
    pub fn top1(&self) -> f64 {
        let right: usize = (0..self.classes).map(|c| self.confusion[c * self.classes + c]).sum();
        right as f64 / self.clips().max(1) as f64
    }

    /// Number of clips.
    pub fn clips(&self) -> usize {
        self.confusion.iter().sum()
    }

    /// Top-1 accuracy of each class, (classes); `None` for a class without clips.
    pub fn per_class(&self) -> Vec<Option<f64>> {
        let share = |row: &[usize], c: usize| {
            let n: usize = row.iter().sum();
            (n > 0).then(|| row[c] as f64 / n as f64)
        };
        self.confusion.chunks_exact(self.classes).enumerate().map(|(c, row)| share(row, c)).collect()
    }
}

/// Recognises each clip alone, through the model's own preprocessing, as the page does.
///
/// # Errors
/// A device error, or a weights error if a score is not finite.
pub fn evaluate<'a>(recogniser: &Recogniser, clips: impl Iterator<Item = &'a LabelledClip>) -> Result<Evaluation> {
    let classes = recogniser.entry.classes.len();
    let mut confusion = vec![0; classes * classes];
    for clip in clips {
        let logits = recogniser.logits(clip_tensor(&clip.clip, recogniser.device()));
        let logits = logits.try_into_data().map_err(|e| Error::device(e.to_string()))?;
        let logits = logits.try_to_vec::<f32>().map_err(|e| Error::device(format!("{e:?}")))?;
        if !logits.iter().all(|v| v.is_finite()) {
            return Err(Error::weights(
                "the network gives a score that is not finite; its weights are damaged or do not fit",
            )
            .at(&recogniser.entry.id));
        }
        let predicted = (0..classes).max_by(|a, b| logits[*a].total_cmp(&logits[*b])).unwrap_or(0);
        confusion[clip.label * classes + predicted] += 1;
    }
    Ok(Evaluation { confusion, classes })
}
