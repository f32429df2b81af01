//! Measures synthetic clips: are they recognised, and are they no copies of training clips?

use std::fmt::Write;

use crate::attack::run::block_on;
use crate::contract::report::top;
use crate::data::distance::{Compared, median, spacing};
use crate::data::prior::{Draw, Example, Prior};
use crate::error::Result;
use crate::model::Recogniser;
use crate::skeleton::Sequence;

/// The training clips, as recorded and as the mean body performs them.
pub struct Real {
    labels: Vec<usize>,
    seen: Vec<Compared>,
    neutral: Vec<Compared>,
}

impl Real {
    pub fn new(examples: &[Example<'_>], prior: &Prior) -> Self {
        Self {
            labels: examples.iter().map(|e| e.0).collect(),
            seen: examples.iter().map(|e| Compared::of(e.2)).collect(),
            neutral: prior.neutral().cloned().collect(),
        }
    }

    /// [`spacing`] of a class's clips.
    fn spacing(&self, label: usize, clips: &[Compared]) -> (f32, f32) {
        let class: Vec<&Compared> = clips.iter().zip(&self.labels).filter(|c| *c.1 == label).map(|c| c.0).collect();
        spacing(&class)
    }
}

/// The likeliest class.
fn recognise(model: &Recogniser, clip: &Sequence) -> Result<usize> {
    let probabilities = block_on(model.recognise(clip))?;
    Ok(top(&probabilities, 1).first().map_or(0, |best| best.index))
}

/// One draw, measured.
struct Row {
    label: usize,
    ships: bool,
    recognised: Option<usize>,
    /// Class and distance of the nearest training clip, as recorded.
    nearest: (usize, f32),
    /// Distance to the nearest training clip if the mean body performs both.
    neutral: f32,
}

/// The draws that are measured so far.
pub struct Measurements<'a> {
    classes: &'a [String],
    real: Real,
    model: Option<&'a Recogniser>,
    tilt: f32,
    rows: Vec<Row>,
}

impl<'a> Measurements<'a> {
    pub fn new(classes: &'a [String], real: Real, model: Option<&'a Recogniser>, tilt: f32) -> Self {
        Self { classes, real, model, tilt, rows: Vec::new() }
    }

    /// Measures a draw of a class.
    pub fn measure(&mut self, label: usize, draw: &Draw, ships: bool) -> Result<()> {
        let recognised = self.model.map(|model| recognise(model, &draw.clip)).transpose()?;
        let nearest = Compared::of(&draw.clip).nearest(self.real.seen.iter()).unwrap_or_default();
        let neutral = draw.neutral.nearest(self.real.neutral.iter()).unwrap_or_default();
        let nearest = (self.real.labels[nearest.0], nearest.1);
        self.rows.push(Row { label, ships, recognised, nearest, neutral: neutral.1 });
        Ok(())
    }

    /// The measurements as a Markdown page.
    pub fn markdown(&self) -> String {
        let mut page = String::from("# Figures of the synthetic clips\n\nWritten by `ciasa gallery`. ");
        // Writing to a string cannot fail.
        let _ = self.write(&mut page);
        page
    }

    fn write(&self, page: &mut String) -> std::fmt::Result {
        writeln!(
            page,
            "Distances are centimetres: the mean distance of a joint, pelvis at the origin, over 64 moments of both \
             clips. \"Same body\" compares movements: both clips are performed by the mean body first. The sensor was \
             found to look down by {:.1} degrees.\n",
            self.tilt
        )?;
        match self.model {
            Some(model) => {
                writeln!(page, "Recognised by `{}`, which was trained on real clips only.\n", model.entry.id)?
            }
            None => writeln!(page, "They were not recognised, because no network was found.\n")?,
        }
        let shipped: Vec<&Row> = self.rows.iter().filter(|r| r.ships).collect();
        let others: Vec<&Row> = self.rows.iter().filter(|r| !r.ships).collect();
        self.summary(page, "The clips that ship", &shipped)?;
        self.summary(page, "Further draws that were measured and thrown away", &others)?;
        writeln!(
            page,
            "\n| class | recognised as | class of the nearest training clip | to it | real clips: nearest | \
             real clips: all pairs | same body: to the nearest | same body, real clips: nearest | \
             same body, real clips: all pairs |"
        )?;
        writeln!(page, "| --- | --- | --- | --- | --- | --- | --- | --- | --- |")?;
        for row in shipped {
            let (near, pairs) = self.real.spacing(row.label, &self.real.seen);
            let (neutral_near, neutral_pairs) = self.real.spacing(row.label, &self.real.neutral);
            writeln!(
                page,
                "| {} | {} | {} | {:.1} | {near:.1} | {pairs:.1} | {:.1} | {neutral_near:.1} | {neutral_pairs:.1} |",
                self.classes[row.label],
                row.recognised.map_or("-", |r| &self.classes[r]),
                self.classes[row.nearest.0],
                row.nearest.1,
                row.neutral
            )?;
        }
        Ok(())
    }

    /// A line that summarises draws.
    fn summary(&self, page: &mut String, what: &str, rows: &[&Row]) -> std::fmt::Result {
        if rows.is_empty() {
            return Ok(());
        }
        let n = rows.len();
        write!(page, "* {what}: {n}.")?;
        if self.model.is_some() {
            let right = rows.iter().filter(|r| r.recognised == Some(r.label)).count();
            write!(page, " Recognised as their class: {right} ({:.1} %).", 100.0 * right as f32 / n as f32)?;
        }
        let same = rows.iter().filter(|r| r.nearest.0 == r.label).count();
        let share = |values: Vec<f32>| median(values).unwrap_or(0.0);
        writeln!(
            page,
            " The nearest training clip is of their class: {same} ({:.1} %); it is {:.1} cm away in the median, \
             {:.1} cm at least ({:.1} and {:.1} with the same body).",
            100.0 * same as f32 / n as f32,
            share(rows.iter().map(|r| r.nearest.1).collect()),
            rows.iter().map(|r| r.nearest.1).fold(f32::INFINITY, f32::min),
            share(rows.iter().map(|r| r.neutral).collect()),
            rows.iter().map(|r| r.neutral).fold(f32::INFINITY, f32::min),
        )
    }
}
