//! Seconds per attack step and per forward pass, native: this engine with one thread and two (and on the GPU, with the
//! feature `gpu`), ONNX Runtime and PyTorch, on the same network, weights and clip. Prints a table and writes
//! docs/bench/native.json.
//!
//! `cargo bench -p ciasa --features cli -- --help`
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod cores;
mod machine;
mod measure;
mod ours;
mod python;
mod side;
#[allow(dead_code, missing_docs)]
#[path = "../../../tests/native/support.rs"]
mod support;
mod table;
mod weights_file;

use std::path::{Path, PathBuf};

use clap::Parser;
use serde_json::json;

use measure::{Bench, What};
use ours::{Ours, Variant};
use side::{ALPHA, EPSILON, LAMBDA, Result, Side, Spec, TARGET};

/// The graphs of `onnx_graph.py`.
const ONNX_VARIANTS: [&str; 3] = ["joints", "frames", "products"];

/// Measures an attack step and a forward pass of this engine, of ONNX Runtime and of PyTorch
#[derive(Parser, Debug)]
struct Options {
    /// Measure only these sides, and ours with the first number of threads; a word that is no side's name stands for
    /// all sides whose names begin with it
    #[arg(long, value_delimiter = ',')]
    side: Vec<String>,
    /// Frames of the clip, multiples of 4
    #[arg(long, value_delimiter = ',', default_values_t = [64, 300])]
    frames: Vec<usize>,
    /// Clips in a batch, measured on GPUs in addition to a single clip
    #[arg(long, default_value_t = 32)]
    batch: usize,
    /// Measure the batch on the CPU, too
    #[arg(long)]
    batch_on_cpu: bool,
    /// Frames of the clip on which the sides are compared; 64 also compares with the golden case
    #[arg(long, default_value_t = 64)]
    check_frames: usize,
    /// Numbers of threads
    #[arg(long, value_delimiter = ',', default_values_t = [1, 2])]
    threads: Vec<usize>,
    /// Rounds per side
    #[arg(long, default_value_t = 7)]
    rounds: usize,
    /// Seconds per side and table; a side that takes longer runs fewer rounds, which the report notes
    #[arg(long, default_value_t = 300.0)]
    max_seconds: f64,
    /// Size of the matrix product; 0 skips it
    #[arg(long, default_value_t = 1024)]
    product: usize,
    /// Skip PyTorch
    #[arg(long)]
    no_torch: bool,
    /// Skip ONNX Runtime
    #[arg(long)]
    no_onnx: bool,
    /// The package index that pip installs PyTorch from, for example one with CPU builds only
    #[arg(long)]
    torch_index: Option<String>,
    /// The file to write
    #[arg(long, default_value = concat!(env!("CARGO_MANIFEST_DIR"), "/../docs/bench/native.json"))]
    out: PathBuf,
    /// Passed by cargo to every benchmark
    #[arg(long, hide = true)]
    bench: bool,
}

fn main() -> Result<()> {
    let options = Options::parse();
    if options.frames.iter().chain([&options.check_frames]).any(|f| *f == 0 || f % 4 != 0) {
        return Err("frames must be multiples of 4".into());
    }
    let before = machine::load();
    let mut bench = Bench::new(measure::Settings {
        rounds: options.rounds,
        max_seconds: options.max_seconds,
        batch_on_cpu: options.batch_on_cpu,
        check_frames: options.check_frames,
        first_frames: options.frames[0],
    });
    for spec in sides(&options) {
        enter(&mut bench, spec, &options);
    }
    for &frames in &options.frames {
        bench.times(What::Step, frames, 1);
        bench.times(What::Forward, frames, 1);
        if options.batch > 1 {
            bench.times(What::Step, frames, options.batch);
        }
    }
    if options.product > 0 {
        bench.products(options.product);
    }
    let result = json!({
        "command": machine::command(),
        "date": machine::date(),
        "machine": machine::machine(before),
        "versions": machine::versions(),
        "settings": {
            "frames": options.frames, "batch": options.batch, "checkFrames": options.check_frames,
            "rounds": options.rounds, "maxSeconds": options.max_seconds, "productSize": options.product,
        },
        "sides": bench.sides_json(),
        "checks": bench.checks,
        "cases": bench.cases,
        "roofs": bench.roofs,
        "memory": [],
        "skipped": bench.skipped,
    });
    write(&options.out, &result.to_string())?;
    println!("{result}\n");
    table::print(&bench);
    println!("Wrote {}. `npm run bench:report` updates docs/BENCH.md from it.", options.out.display());
    Ok(())
}

fn write(path: &Path, text: &str) -> Result<()> {
    if let Some(folder) = path.parent() {
        std::fs::create_dir_all(folder)?;
    }
    Ok(std::fs::write(path, format!("{text}\n"))?)
}

/// The sides to measure. The first one is the reference of the others.
fn sides(options: &Options) -> Vec<Spec> {
    let mut all = Vec::new();
    for n in &options.threads {
        let against = (*n != options.threads[0]).then(|| format!("ours-{}", options.threads[0]));
        all.push(Spec::new(format!("ours-{n}"), against, format!("ours-{n}")));
    }
    let first = format!("ours-{}", options.threads[0]);
    for variant in ["discriminator", "exact"] {
        all.push(Spec::new(format!("{first}-{variant}"), Some(first.clone()), first.clone()));
    }
    all.push(Spec::new("ours-gpu".into(), Some(first), "ours-gpu".into()));
    all.push(Spec::new("ours-gpu-exact".into(), Some("ours-gpu".into()), "ours-gpu".into()));
    for n in &options.threads {
        for variant in ONNX_VARIANTS {
            all.push(Spec::new(format!("onnx-{n}-{variant}"), Some(format!("ours-{n}")), format!("onnx-{n}")));
        }
    }
    for n in &options.threads {
        for variant in ["", "-folded"] {
            let name = format!("torch-{n}{variant}");
            all.push(Spec::new(name, Some(format!("ours-{n}")), format!("torch-{n}")));
        }
    }
    for variant in ["", "-folded"] {
        all.push(Spec::new(format!("torch-cuda{variant}"), Some("ours-gpu".into()), "torch-cuda".into()));
    }
    let names: Vec<String> = all.iter().map(|spec| spec.name.clone()).collect();
    let stands_for = |word: &String, name: &String| match names.contains(word) {
        true => word == name,
        false => name.starts_with(word.as_str()),
    };
    let wanted = |name: &String| options.side.is_empty() || options.side.iter().any(|word| stands_for(word, name));
    all.into_iter().enumerate().filter(|(i, s)| *i == 0 || wanted(&s.name)).map(|(_, spec)| spec).collect()
}

/// Starts a side and checks it; a side that cannot start is skipped with the reason.
fn enter(bench: &mut Bench, spec: Spec, options: &Options) {
    let name = spec.name.clone();
    let started = std::time::Instant::now();
    match start(&name, options) {
        Ok(side) => bench.enter(spec, side, started.elapsed().as_secs_f64()),
        Err(e) => bench.skip(&name, None, e.to_string()),
    }
}

fn start(name: &str, options: &Options) -> Result<Box<dyn Side>> {
    let words: Vec<&str> = name.split('-').collect();
    let variant = match words.last() {
        Some(&"discriminator") => Variant::Discriminator,
        Some(&"exact") => Variant::Exact,
        _ => Variant::Plain,
    };
    match words[0] {
        "ours" if words[1] == "gpu" => Ok(Box::new(Ours::on_gpu(variant)?)),
        "ours" => Ok(Box::new(Ours::on_cpu(words[1].parse()?, variant)?)),
        "onnx" if options.no_onnx => Err("--no-onnx was given".into()),
        "onnx" => {
            let weights = weights_file::write()?;
            let attack = json!({ "target": TARGET, "alpha": ALPHA, "epsilon": EPSILON, "lambda": LAMBDA }).to_string();
            let weights = weights.to_str().ok_or("the target folder's name is not text")?;
            let arguments = ["--weights", weights, "--attack", &attack, "--threads", words[1], "--variant", words[2]];
            Ok(Box::new(python::ONNX.start(None, &arguments, false)?))
        }
        _ if options.no_torch => Err("--no-torch was given".into()),
        _ => {
            let cuda = words[1] == "cuda";
            let (device, threads) = if cuda { ("cuda", "1") } else { ("cpu", words[1]) };
            let variant = if words.contains(&"folded") { "folded" } else { "plain" };
            let arguments = ["--device", device, "--threads", threads, "--variant", variant];
            Ok(Box::new(python::TORCH.start(options.torch_index.as_deref(), &arguments, cuda)?))
        }
    }
}
