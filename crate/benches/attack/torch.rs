//! PyTorch as a side: its own process, which reads and writes one JSON object per line (`torch_side.py`).

use std::io::{BufRead, BufReader, Write};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};
use std::sync::OnceLock;

use serde::de::DeserializeOwned;
use serde_json::{Value, json};

use crate::side::{Answers, Result, Side, clip};

/// The folder for files that are kept between runs.
const FOLDER: &str = env!("CARGO_TARGET_TMPDIR");

/// The Python of a virtual environment with PyTorch. The first call creates it; nothing is installed elsewhere.
pub fn python(index: Option<&str>) -> Result<PathBuf> {
    static FOUND: OnceLock<std::result::Result<PathBuf, String>> = OnceLock::new();
    Ok(FOUND.get_or_init(|| install(index)).clone()?)
}

fn install(index: Option<&str>) -> std::result::Result<PathBuf, String> {
    let folder = Path::new(FOLDER).join("torch");
    let python = folder.join(if cfg!(windows) { "Scripts/python.exe" } else { "bin/python" });
    let succeeds = |command: &mut Command| command.status().is_ok_and(|status| status.success());
    let installed = || succeeds(Command::new(&python).args(["-c", "import torch"]).stderr(Stdio::null()));
    if installed() {
        return Ok(python);
    }
    eprintln!("Installing PyTorch into {} (the CUDA build downloads 3 GB; --no-torch skips it).", folder.display());
    if !succeeds(Command::new("python3").args(["-m", "venv"]).arg(&folder)) {
        return Err("python3 with venv is missing; install it, or use --no-torch".into());
    }
    let mut pip = Command::new(&python);
    pip.args(["-m", "pip", "install", "--quiet", "--disable-pip-version-check", "torch"]);
    pip.args(index.iter().flat_map(|address| ["--index-url", address]));
    if succeeds(&mut pip) && installed() {
        Ok(python)
    } else {
        Err("pip could not install PyTorch; see its message above, or use --no-torch".into())
    }
}

pub struct Torch {
    child: Child,
    asks: ChildStdin,
    answers: BufReader<ChildStdout>,
    version: String,
    detail: String,
    cuda: bool,
}

impl Torch {
    pub fn start(python: &Path, device: &str, threads: usize, folded: bool) -> Result<Self> {
        let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("benches/attack/torch_side.py");
        let mut command = Command::new(python);
        command.arg(script).args(["--device", device, "--threads", &threads.to_string()]);
        command.args(["--variant", if folded { "folded" } else { "plain" }]);
        let mut child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn()?;
        let asks = child.stdin.take().ok_or("no pipe")?;
        let answers = BufReader::new(child.stdout.take().ok_or("no pipe")?);
        let (version, detail) = Default::default();
        let mut side = Self { child, asks, answers, version, detail, cuda: device == "cuda" };
        let hello = side.read()?;
        let text = |key: &str| hello[key].as_str().unwrap_or_default().to_owned();
        (side.version, side.detail) = (text("version"), text("detail"));
        Ok(side)
    }

    fn ask<T: DeserializeOwned>(&mut self, call: &Value) -> Result<T> {
        writeln!(self.asks, "{call}")?;
        Ok(serde_json::from_value(self.read()?["value"].take())?)
    }

    fn read(&mut self) -> Result<Value> {
        let mut line = String::new();
        if self.answers.read_line(&mut line)? == 0 {
            return Err("the PyTorch process ended unexpectedly".into());
        }
        let answer: Value = serde_json::from_str(&line)?;
        match answer["error"].as_str() {
            Some(error) => Err(error.into()),
            None => Ok(answer),
        }
    }
}

impl Side for Torch {
    fn detail(&self) -> (String, String) {
        (format!("PyTorch {}", self.version), self.detail.clone())
    }

    fn is_gpu(&self) -> bool {
        self.cuda
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

    fn check(&mut self) -> Result<Answers> {
        self.ask(&json!({ "call": "check" }))
    }

    fn product(&mut self, n: usize, count: usize) -> Result<f64> {
        self.ask(&json!({ "call": "product", "n": n, "count": count }))
    }
}

impl Drop for Torch {
    fn drop(&mut self) {
        // The process may have ended already, which is no error here.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
