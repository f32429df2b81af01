//! Other programs as sides: a Python process each, which reads and writes one JSON object per line (`*_side.py`).

use std::io::{BufRead, BufReader, Write};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};
use std::sync::OnceLock;

use serde::de::DeserializeOwned;
use serde_json::{Value, json};

use crate::side::{Answers, Result, Side, clip};

/// The folder for files that are kept between runs.
pub const FOLDER: &str = env!("CARGO_TARGET_TMPDIR");

/// A library, in a virtual environment of its own.
pub struct Library {
    /// As its publishers write it.
    name: &'static str,
    /// Names its environment, its `_side.py`, and its `.requirements.txt` with exact versions.
    word: &'static str,
    /// What Python imports.
    module: &'static str,
    /// What its download costs.
    size: &'static str,
    found: OnceLock<std::result::Result<PathBuf, String>>,
}

pub static TORCH: Library =
    Library { name: "PyTorch", word: "torch", module: "torch", size: "3 GB with CUDA", found: OnceLock::new() };
pub static ONNX: Library =
    Library { name: "ONNX Runtime", word: "onnx", module: "onnxruntime, onnx", size: "50 MB", found: OnceLock::new() };

impl Library {
    fn file(&self, ending: &str) -> PathBuf {
        Path::new(env!("CARGO_MANIFEST_DIR")).join(format!("benches/attack/{}{ending}", self.word))
    }

    /// The environment's Python. The first call creates it, again after a change of versions; nothing is installed
    /// elsewhere.
    fn python(&self, index: Option<&str>) -> Result<PathBuf> {
        Ok(self.found.get_or_init(|| self.install(index)).clone()?)
    }

    fn install(&self, index: Option<&str>) -> std::result::Result<PathBuf, String> {
        let Self { name, word, module, size, .. } = self;
        let folder = Path::new(FOLDER).join(word);
        let python = folder.join(if cfg!(windows) { "Scripts/python.exe" } else { "bin/python" });
        let wanted = self.file(".requirements.txt");
        let kept = folder.join("requirements.txt");
        let read = |path: &Path| std::fs::read(path).ok();
        let succeeds = |command: &mut Command| command.status().is_ok_and(|status| status.success());
        let imports =
            || succeeds(Command::new(&python).args(["-c", &format!("import {module}")]).stderr(Stdio::null()));
        if read(&kept) == read(&wanted) && imports() {
            return Ok(python);
        }
        eprintln!("Installing {name} into {} (a download of {size}; --no-{word} skips it).", folder.display());
        if !succeeds(Command::new("python3").args(["-m", "venv"]).arg(&folder)) {
            return Err(format!("python3 with venv is missing; install it, or use --no-{word}"));
        }
        let mut pip = Command::new(&python);
        pip.args(["-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--requirement"]).arg(&wanted);
        pip.args(index.iter().flat_map(|address| ["--index-url", address]));
        if succeeds(&mut pip) && imports() && std::fs::copy(&wanted, &kept).is_ok() {
            Ok(python)
        } else {
            Err(format!("pip could not install {name}; see its message above, or use --no-{word}"))
        }
    }

    /// Starts a side. `index` is the package index to install from.
    pub fn start(&'static self, index: Option<&str>, arguments: &[&str], on_gpu: bool) -> Result<Python> {
        let mut command = Command::new(self.python(index)?);
        command.arg(self.file("_side.py")).args(arguments);
        let mut child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn()?;
        let asks = child.stdin.take().ok_or("no pipe")?;
        let answers = BufReader::new(child.stdout.take().ok_or("no pipe")?);
        let (version, detail) = Default::default();
        let mut side = Python { library: self, child, asks, answers, version, detail, on_gpu };
        let hello = side.read()?;
        let text = |key: &str| hello[key].as_str().unwrap_or_default().to_owned();
        (side.version, side.detail) = (text("version"), text("detail"));
        Ok(side)
    }
}

/// A side in its process.
pub struct Python {
    library: &'static Library,
    child: Child,
    asks: ChildStdin,
    answers: BufReader<ChildStdout>,
    version: String,
    detail: String,
    on_gpu: bool,
}

impl Python {
    fn ask<T: DeserializeOwned>(&mut self, call: &Value) -> Result<T> {
        writeln!(self.asks, "{call}")?;
        Ok(serde_json::from_value(self.read()?["value"].take())?)
    }

    fn read(&mut self) -> Result<Value> {
        let mut line = String::new();
        if self.answers.read_line(&mut line)? == 0 {
            return Err(format!("the process of {} ended unexpectedly", self.library.name).into());
        }
        let answer: Value = serde_json::from_str(&line)?;
        match answer["error"].as_str() {
            Some(error) => Err(error.into()),
            None => Ok(answer),
        }
    }
}

impl Side for Python {
    fn detail(&self) -> (String, String) {
        (format!("{} {}", self.library.name, self.version), self.detail.clone())
    }

    fn is_gpu(&self) -> bool {
        self.on_gpu
    }

    fn process(&self) -> u32 {
        self.child.id()
    }

    fn begin(&mut self, frames: usize, batch: usize) -> Result<()> {
        let place = Path::new(FOLDER).join(format!("bench-{frames}.f32"));
        let bytes: Vec<u8> = clip(frames).data().iter().flat_map(|v| v.to_le_bytes()).collect();
        std::fs::write(&place, bytes)?;
        self.ask(&json!({ "call": "begin", "clip": place, "frames": frames, "batch": batch }))
    }

    fn steps(&mut self, count: usize) -> Result<f64> {
        self.ask(&json!({ "call": "steps", "count": count }))
    }

    fn forward(&mut self, count: usize) -> Result<f64> {
        self.ask(&json!({ "call": "forward", "count": count }))
    }

    fn check(&mut self) -> Result<Answers> {
        self.ask(&json!({ "call": "check" }))
    }

    fn product(&mut self, n: usize, count: usize) -> Result<f64> {
        self.ask(&json!({ "call": "product", "n": n, "count": count }))
    }
}

impl Drop for Python {
    fn drop(&mut self) {
        // The process may have ended already, which is no error here.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
