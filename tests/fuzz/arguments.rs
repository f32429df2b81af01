//! What the program is asked to do.

use std::path::PathBuf;

const HELP: &str = "options: --minutes N | --inputs N (of each parser), --seed S, --parser NAME, --threads N, \
                    --replay FILE, --seeds FOLDER";

pub struct Arguments {
    /// How long to run, all parsers together.
    pub minutes: Option<f64>,
    /// Inputs of each parser; without it those of the test.
    pub inputs: Option<u64>,
    pub seed: u64,
    pub threads: usize,
    /// A file to read once instead.
    pub replay: Option<PathBuf>,
    /// A folder into which seeds and finds are written instead, for other fuzzers.
    pub seeds: Option<PathBuf>,
    /// Parts of the names of the parsers; all if there is none.
    parsers: Vec<String>,
    exact: Option<String>,
}

impl Arguments {
    /// Reads the options. Other words choose parsers by a part of their names, as with other tests.
    pub fn read(mut words: impl Iterator<Item = String>) -> Result<Self, String> {
        let threads = std::thread::available_parallelism().map_or(1, usize::from);
        let mut all = Self {
            minutes: None,
            inputs: None,
            seed: 1,
            threads,
            replay: None,
            seeds: None,
            parsers: Vec::new(),
            exact: None,
        };
        while let Some(word) = words.next() {
            let mut value = || words.next().ok_or(format!("{word} needs a value; {HELP}"));
            let number = |text: String| text.parse::<u64>().map_err(|_| format!("{text:?} is no whole number; {HELP}"));
            match word.as_str() {
                "--minutes" => {
                    let minutes = value()?;
                    let parsed = minutes.parse().ok().filter(|n: &f64| *n > 0.0 && *n < 1e6);
                    all.minutes = Some(parsed.ok_or(format!("{minutes:?} is no number of minutes; {HELP}"))?);
                }
                "--inputs" => all.inputs = Some(number(value()?)?),
                "--seed" => all.seed = number(value()?)?,
                "--threads" => all.threads = number(value()?)?.clamp(1, 64) as usize,
                "--parser" => all.exact = Some(value()?),
                "--replay" => all.replay = Some(value()?.into()),
                "--seeds" => all.seeds = Some(value()?.into()),
                // Those of Rust's test programs, which `cargo test` passes to every program.
                "--nocapture" | "--quiet" | "-q" => {}
                _ if word.starts_with('-') => return Err(format!("there is no option {word}; {HELP}")),
                _ => all.parsers.push(word),
            }
        }
        let names = || crate::targets::TARGETS.iter().map(|t| t.name).collect::<Vec<_>>().join(", ");
        match &all.exact {
            Some(name) if !crate::targets::TARGETS.iter().any(|t| t.name == name) => {
                Err(format!("there is no parser {name:?}; there are {}", names()))
            }
            _ => Ok(all),
        }
    }

    pub fn chooses(&self, name: &str) -> bool {
        match &self.exact {
            Some(exact) => exact == name,
            None => self.parsers.is_empty() || self.parsers.iter().any(|part| name.contains(part.as_str())),
        }
    }
}
