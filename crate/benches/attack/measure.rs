//! The measurement: checks of all sides, then rounds in which they take turns.

use std::time::{Duration, Instant};

use serde_json::{Map, Value, json};

use crate::cores;
use crate::side::{Answers, Result, Side, Spec, clip, computed_flops, forward_flops};
use crate::support::{golden, relative_l2};

/// Bounds of the relative L2 distances of the logits, the cross-entropy's gradient, and the first step's change of the
/// clip.
const BOUNDS: [(&str, f64); 3] = [("logits", 1e-5), ("gradient", 2e-3), ("moved", 5e-2)];
/// The seconds of a round, for steps that are shorter.
const ROUND_SECONDS: f64 = 0.3;
/// The pause between two turns, in which threads that spin after their work go to sleep.
const REST: Duration = Duration::from_millis(50);

/// What is timed.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum What {
    /// A step of the attack.
    Step,
    /// The forward pass alone, as for recognition.
    Forward,
}

impl What {
    fn word(self) -> &'static str {
        match self {
            Self::Step => "step",
            Self::Forward => "forward",
        }
    }

    /// Passes as long as a forward one.
    fn passes(self) -> f64 {
        if self == Self::Step { 2.0 } else { 1.0 }
    }

    fn run(self, side: &mut dyn Side, count: usize) -> Result<f64> {
        match self {
            Self::Step => side.steps(count),
            Self::Forward => side.forward(count),
        }
    }
}

pub struct Settings {
    pub rounds: usize,
    pub max_seconds: f64,
    /// Whether a batch is also measured on the CPU.
    pub batch_on_cpu: bool,
    pub check_frames: usize,
    pub first_frames: usize,
}

pub struct Bench {
    settings: Settings,
    sides: Vec<Entry>,
    pub checks: Vec<Value>,
    pub cases: Vec<Value>,
    pub roofs: Vec<Value>,
    pub skipped: Vec<Value>,
}

struct Entry {
    spec: Spec,
    /// `None` after a failure.
    side: Option<Box<dyn Side>>,
    detail: (String, String),
    load: f64,
    first: Option<f64>,
    answers: Option<Answers>,
}

/// One side's rounds in a table.
struct Row {
    index: usize,
    count: usize,
    seconds: Vec<f64>,
    /// Of each round: seconds on cores, a step, and seconds without one, a second of the round.
    busy: Vec<f64>,
    waited: Vec<f64>,
    spent: f64,
    step: f64,
    over: bool,
}

/// Whether a side's step moves the clip in another way, so that only its logits and gradient can be compared.
fn other_step(side: &str) -> bool {
    side.ends_with("-discriminator") || side.ends_with("-exact")
}

impl Bench {
    pub fn new(settings: Settings) -> Self {
        let (sides, checks, cases) = (Vec::new(), Vec::new(), Vec::new());
        Self { settings, sides, checks, cases, roofs: Vec::new(), skipped: Vec::new() }
    }

    pub fn skip(&mut self, side: &str, frames: Option<usize>, reason: String) {
        eprintln!("  {side}: left out, {reason}");
        self.skipped.push(json!({ "side": side, "frames": frames, "reason": reason }));
    }

    /// Adds a side: takes its first step, and compares its answers with the first side's (the first side's with the
    /// golden case).
    pub fn enter(&mut self, spec: Spec, side: Box<dyn Side>, load: f64) {
        let name = spec.name.clone();
        eprintln!("  {name}: checking");
        let detail = side.detail();
        self.sides.push(Entry { spec, side: Some(side), detail, load, first: None, answers: None });
        let entered = self.check(self.sides.len() - 1);
        if let Err(e) = entered {
            self.drop_side(self.sides.len() - 1, None, e.to_string());
        }
    }

    fn check(&mut self, index: usize) -> Result<()> {
        let (first_frames, check_frames) = (self.settings.first_frames, self.settings.check_frames);
        let entry = &mut self.sides[index];
        let side = entry.side.as_mut().ok_or("it has failed")?;
        side.begin(first_frames, 1)?;
        entry.first = Some(side.steps(1)?);
        side.begin(check_frames, 1)?;
        let found = side.check()?;
        entry.answers = Some(found.clone());
        let name = entry.spec.name.clone();
        let (reference, wanted) = match index {
            0 if check_frames == 64 => ("golden".to_owned(), golden_answers()),
            0 => return Ok(()),
            _ => {
                let first = &self.sides[0];
                (first.spec.name.clone(), first.answers.clone().ok_or("there is nothing to compare with")?)
            }
        };
        // A step changes a hundredth of the clip, so only the change is compared.
        let clean = clip(check_frames);
        let motion = |a: &Answers| a.moved.iter().zip(clean.data()).map(|(x, c)| x - c).collect::<Vec<_>>();
        let distances = [
            relative_l2(&found.logits, &wanted.logits),
            relative_l2(&found.gradient, &wanted.gradient),
            relative_l2(&motion(&found), &motion(&wanted)),
        ];
        // A NaN fails.
        let counted = if other_step(&name) { 2 } else { 3 };
        let off: Vec<String> = BOUNDS[..counted]
            .iter()
            .zip(distances)
            .filter(|((_, bound), d)| d.is_nan() || d > bound)
            .map(|((key, _), d)| format!("{key} off by {d:.1e}"))
            .collect();
        let [logits, gradient, moved] = distances;
        self.checks.push(json!({
            "side": name, "reference": reference, "logits": logits, "gradient": gradient, "moved": moved,
            "ok": off.is_empty(),
        }));
        if off.is_empty() {
            return Ok(());
        }
        Err(format!("its results differ from those of {reference}: {}", off.join(", ")).into())
    }

    fn drop_side(&mut self, index: usize, frames: Option<usize>, reason: String) {
        self.sides[index].side = None;
        let name = self.sides[index].spec.name.clone();
        self.skip(&name, frames, reason);
    }

    /// Times steps or forward passes of `batch` clips of `frames` frames. A batch is measured on GPUs only, unless the
    /// settings include the CPU. Sides with another step have no batch, and the same forward pass.
    pub fn times(&mut self, what: What, frames: usize, batch: usize) {
        let mut rows = Vec::new();
        for index in 0..self.sides.len() {
            let other = other_step(&self.sides[index].spec.name);
            let on_cpu = self.settings.batch_on_cpu;
            let takes = |side: &&mut Box<dyn Side>| match (what, batch) {
                (What::Forward, _) => !other,
                (What::Step, 1) => true,
                (What::Step, _) => !other && (on_cpu || side.is_gpu()),
            };
            let Some(side) = self.sides[index].side.as_mut().filter(takes) else {
                continue;
            };
            let start = Instant::now();
            let warm = side.begin(frames, batch).and_then(|()| {
                what.run(side.as_mut(), 1)?;
                what.run(side.as_mut(), 2)
            });
            match warm {
                Ok(step) => rows.push(Row::new(index, step, start.elapsed().as_secs_f64())),
                Err(e) => self.drop_side(index, Some(frames), e.to_string()),
            }
        }
        self.rounds(&mut rows, Some(frames), |side, count| what.run(side, count));
        let mut sides: Vec<Value> = self.json(&rows);
        for value in &mut sides {
            let entry = self.sides.iter().find(|entry| value["side"] == entry.spec.name.as_str());
            if entry.and_then(|entry| entry.side.as_ref()).is_some_and(|side| side.saves()) {
                value["computed"] = json!(what.passes() * computed_flops(frames) * batch as f64);
            }
        }
        if !sides.is_empty() {
            let flops = what.passes() * forward_flops(frames) * batch as f64;
            self.cases
                .push(json!({ "what": what.word(), "frames": frames, "batch": batch, "flops": flops, "sides": sides }));
        }
    }

    /// Measures the matrix product, once for each group of sides that share a roof.
    pub fn products(&mut self, n: usize) {
        let mut rows: Vec<Row> = Vec::new();
        for index in 0..self.sides.len() {
            let roof = &self.sides[index].spec.roof;
            if rows.iter().any(|row| self.sides[row.index].spec.roof == *roof) {
                continue;
            }
            let Some(side) = self.sides[index].side.as_mut() else { continue };
            let start = Instant::now();
            match side.product(n, 1) {
                Ok(step) => rows.push(Row::new(index, step, start.elapsed().as_secs_f64())),
                Err(e) => self.drop_side(index, None, e.to_string()),
            }
        }
        self.rounds(&mut rows, None, |side, count| side.product(n, count));
        for (row, mut value) in rows.iter().zip(self.json(&rows)) {
            value["roof"] = json!(self.sides[row.index].spec.roof);
            value["n"] = json!(n);
            value["flops"] = json!(2.0 * (n as f64).powi(3));
            self.roofs.push(value);
        }
    }

    /// Runs the rounds. Every second one goes backwards, so that no side always follows the same other.
    fn rounds(&mut self, rows: &mut [Row], frames: Option<usize>, once: impl Fn(&mut dyn Side, usize) -> Result<f64>) {
        let (rounds, limit) = (self.settings.rounds, self.settings.max_seconds);
        for round in 0..rounds {
            for i in 0..rows.len() {
                let i = if round % 2 == 0 { i } else { rows.len() - 1 - i };
                let row = &mut rows[i];
                if row.over {
                    continue;
                }
                if row.spent + row.step * row.count as f64 > limit {
                    row.over = true;
                    let (name, done) = (self.sides[row.index].spec.name.clone(), row.seconds.len());
                    self.skip(
                        &name,
                        frames,
                        format!("{done} of {rounds} rounds fit into {limit} s; raise --max-seconds for more"),
                    );
                    continue;
                }
                let Some(side) = self.sides[row.index].side.as_mut() else { continue };
                std::thread::sleep(REST);
                let before = cores::used(side.process());
                match once(side.as_mut(), row.count) {
                    Ok(seconds) => row.add(seconds, before.zip(cores::used(side.process()))),
                    Err(e) => self.drop_side(row.index, frames, e.to_string()),
                }
            }
        }
    }

    fn json(&self, rows: &[Row]) -> Vec<Value> {
        let rows = rows.iter().filter(|row| !row.seconds.is_empty());
        let value = |row: &Row| {
            let spec = &self.sides[row.index].spec;
            json!({ "side": spec.name, "against": spec.against, "count": row.count, "seconds": row.seconds,
                "busy": row.busy, "waited": row.waited })
        };
        rows.map(value).collect()
    }

    /// Each side's version and device, its first step, and its loading time.
    pub fn sides_json(&self) -> Value {
        let one = |entry: &Entry| {
            let frames = self.settings.first_frames;
            let first = entry.first.map(|seconds| json!({ "frames": frames, "seconds": seconds }));
            let (version, detail) = &entry.detail;
            let roof = &entry.spec.roof;
            let value =
                json!({ "roof": roof, "load": entry.load, "first": first, "version": version, "detail": detail });
            (entry.spec.name.clone(), value)
        };
        Value::Object(self.sides.iter().map(one).collect::<Map<_, _>>())
    }
}

impl Row {
    fn new(index: usize, step: f64, spent: f64) -> Self {
        let count = ((ROUND_SECONDS / step) as usize).clamp(1, 100);
        Self { index, count, seconds: Vec::new(), busy: Vec::new(), waited: Vec::new(), spent, step, over: false }
    }

    /// `cores` has what the process had used before and after the round.
    fn add(&mut self, seconds: f64, cores: Option<([f64; 2], [f64; 2])>) {
        if let Some(([busy, waited], [busy_after, waited_after])) = cores {
            self.busy.push((busy_after - busy) / self.count as f64);
            self.waited.push((waited_after - waited) / (seconds * self.count as f64));
        }
        self.seconds.push(seconds);
        self.step = seconds;
        self.spent += seconds * self.count as f64;
    }
}

/// The golden case's answers; gradient and clip are (T, V, C).
fn golden_answers() -> Answers {
    let case = golden("stgcn_case_T64.safetensors");
    let (t, v, c) = (64, 25, 3);
    let array = |key: &str| {
        let x = case.get(key, &[1, c, t, v, 1]).unwrap();
        (0..x.len()).map(|i| x[i % c * t * v + i / c]).collect()
    };
    let logits = case.get("logits_ref", &[1, 60]).unwrap().to_vec();
    Answers { logits, gradient: array("grad_ce_ref"), moved: array("x_after_1_ref") }
}
