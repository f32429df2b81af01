//! The fuzz suite: files, settings and messages are changed at random, and every reader must hold its laws.
//!
//! `cargo test` runs a fixed seed for about a minute; `npm run fuzz` as long as wanted. Both first read again what
//! was found before (`tests/fuzz/corpus`). CONTRIBUTING.md describes the options.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod arguments;
mod corpus;
mod dictionary;
mod minimise;
mod mutate;
mod seeds;
mod targets;
mod trial;
mod worker;

#[path = "../native/counting.rs"]
mod counting;
#[allow(dead_code)] // The native tests use the rest.
#[path = "../native/support.rs"]
mod support;
#[allow(dead_code)]
#[path = "../native/torch_files.rs"]
mod torch_files;

use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use arguments::Arguments;
use targets::{TARGETS, Target};
use worker::{Budget, Tally};

#[global_allocator]
static ALLOCATOR: counting::Counting = counting::Counting;

fn main() {
    let arguments = match Arguments::read(std::env::args().skip(1)) {
        Ok(arguments) => arguments,
        Err(message) => return fail(&message),
    };
    trial::quiet();
    let chosen: Vec<&Target> = TARGETS.iter().filter(|target| arguments.chooses(target.name)).collect();
    if let Some(folder) = &arguments.seeds {
        return corpus::write_seeds(folder, &chosen);
    }
    if let Some(file) = &arguments.replay {
        return replay(&std::fs::read(file).unwrap(), &chosen);
    }
    let tallies = run(&chosen, &arguments);
    report(&tallies);
}

/// Runs the targets, one on each core at a time.
fn run(chosen: &[&'static Target], arguments: &Arguments) -> Vec<Tally> {
    let threads = arguments.threads.min(chosen.len().max(1));
    let each = |minutes: f64| minutes * 60.0 * threads as f64 / chosen.len() as f64;
    let budget = |target: &Target| match arguments.minutes {
        Some(minutes) => Budget::Time(Duration::from_secs_f64(each(minutes))),
        None => Budget::Inputs(arguments.inputs.unwrap_or(target.inputs)),
    };
    let (next, tallies) = (AtomicUsize::new(0), Mutex::new(Vec::new()));
    std::thread::scope(|scope| {
        for _ in 0..threads {
            scope.spawn(|| {
                while let Some(target) = chosen.get(next.fetch_add(1, Ordering::Relaxed)) {
                    let tally = worker::run(target, arguments.seed, budget(target));
                    println!("{tally}");
                    tallies.lock().unwrap().push(tally);
                }
            });
        }
    });
    tallies.into_inner().unwrap()
}

fn replay(bytes: &[u8], chosen: &[&'static Target]) {
    for target in chosen {
        let started = Instant::now();
        let outcome = trial::run(target, bytes);
        println!("{}: {outcome:?} after {:?}", target.name, started.elapsed());
    }
}

/// The sums, and the line from which the test command counts.
fn report(tallies: &[Tally]) {
    let finds: usize = tallies.iter().map(|tally| tally.finds.len()).sum();
    let (inputs, seconds) = tallies.iter().fold((0, 0.0), |(n, s), t| (n + t.inputs, s + t.time.as_secs_f64()));
    println!("{inputs} inputs, {:.0} inputs/s on each core, {finds} finds", inputs as f64 / f64::max(seconds, 1e-3));
    let failed = tallies.iter().filter(|tally| !tally.finds.is_empty()).count();
    let result = if failed == 0 { "ok" } else { "FAILED" };
    println!("test result: {result}. {} passed; {failed} failed", tallies.len() - failed);
    if failed > 0 {
        std::process::exit(1);
    }
}

fn fail(message: &str) {
    eprintln!("{message}");
    std::process::exit(2);
}
