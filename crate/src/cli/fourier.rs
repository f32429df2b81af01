//! `ciasa fourier`: the frequencies that a network is sensitive to, as a picture.

use std::path::PathBuf;
use std::sync::Arc;

use clap::Args;

use super::device::DeviceArg;
use super::files::Output;
use super::say::say;
use super::test_clips::{TestClips, TestClipsArgs};
use crate::contract::stats::Rate;
use crate::error::{Error, Result};
use crate::eval::fourier::{GraphBasis, HERTZ, errors};
use crate::eval::matrix::heat::{Line, heat};
use crate::eval::run::run_work;

/// Draw what a network is sensitive to: errors under perturbations of one frequency along the skeleton and in time
#[derive(Args, Debug)]
pub struct FourierArgs {
    #[command(flatten)]
    clips: TestClipsArgs,
    /// Root mean square of each perturbation, as a share of the body's height
    #[arg(long, value_name = "SHARE", default_value_t = 0.02)]
    size: f32,
    /// Clips at the same time [default: number of cores]
    #[arg(long, value_name = "N")]
    threads: Option<usize>,
    /// File for the picture (SVG)
    #[arg(long, short, value_name = "FILE")]
    out: PathBuf,
    /// What computes
    #[arg(long, value_enum, default_value_t)]
    device: DeviceArg,
}

/// Runs the command.
///
/// # Errors
/// If an option is out of its range, the network or the data cannot be read, or the picture cannot be written.
pub fn run(args: &FourierArgs) -> Result<()> {
    if args.threads == Some(0) {
        return Err(Error::config("must be at least 1").at("--threads"));
    }
    if !(args.size > 0.0 && args.size <= 1.0) {
        return Err(Error::config(format!("{} must be above 0 and at most 1", args.size)).at("--size"));
    }
    let out = Output::new(&args.out)?;
    let TestClips { library, entry, data, drawn: clips, .. } = args.clips.open()?;
    let (seed, recogniser) = (args.clips.seed, Arc::new(library.load(&entry, &args.device.device()?)?));
    let basis = GraphBasis::new(entry.layout.layout());
    let mut answers: Vec<Vec<Rate>> = vec![vec![Rate::default(); HERTZ.len()]; basis.shapes.len()];
    let threads = args.threads.unwrap_or_else(|| std::thread::available_parallelism().map_or(1, Into::into));
    let work = |&at: &usize| {
        let clip = &data.clips[at];
        let height = clip.clip.body_height().filter(|h| *h > 0.0).ok_or_else(|| Error::data("has no body height"))?;
        errors(&*recogniser, &basis, (&clip.clip, clip.label), args.size * height, seed.wrapping_add(at as u64))
    };
    run_work(&clips, threads, work, |i, wrong| {
        for (rates, wrong) in answers.iter_mut().zip(wrong.map_err(|e| e.at(format!("clip {}", clips[i])))?) {
            let count = |(rate, wrong): (&mut Rate, bool)| {
                *rate = Rate { hits: rate.hits + usize::from(wrong), of: rate.of + 1 };
            };
            rates.iter_mut().zip(wrong).for_each(count);
        }
        Ok(())
    })?;

    say!("{}: errors under waves of {} of the height; {} clips, seed {}", entry.id, args.size, clips.len(), seed);
    for (frequency, rates) in basis.frequencies.iter().zip(&answers) {
        let cells: Vec<String> = rates.iter().map(|r| format!("{:4.0}", 100.0 * r.share())).collect();
        say!("  graph frequency {frequency:5.2}: {} %", cells.join(" "));
    }
    let columns: Vec<String> = HERTZ.iter().map(|h| format!("{h} Hz")).collect();
    let line = |(frequency, rates): (&f64, &Vec<Rate>)| Line {
        name: format!("{frequency:.2}"),
        cells: rates.iter().map(|r| Some((r.share(), format!("{:.0}", 100.0 * r.share())))).collect(),
    };
    let title = format!(
        "{}: errors in % by frequency along the skeleton (down) and in time; {} clips, waves of {} of the height",
        entry.id,
        clips.len(),
        args.size
    );
    out.write(heat(&title, &columns, &basis.frequencies.iter().zip(&answers).map(line).collect::<Vec<_>>()).as_bytes())
}
