//! The machine, versions and date of a run.

use std::process::Command;

use serde_json::{Value, json};

fn output(program: &str, arguments: &[&str]) -> Option<String> {
    let output = Command::new(program).args(arguments).current_dir(env!("CARGO_MANIFEST_DIR")).output().ok()?;
    let text = String::from_utf8(output.stdout).ok()?;
    output.status.success().then(|| text.trim().to_owned())
}

/// The value of the first line that begins with `key`, in one of Linux's files about the machine.
fn line(file: &str, key: &str) -> Option<String> {
    let text = std::fs::read_to_string(file).ok()?;
    let line = text.lines().find(|line| line.starts_with(key))?;
    Some(line.split_once(':')?.1.trim().to_owned())
}

/// The load average of the last minute. Above 0 before a run, other programs were computing.
pub fn load() -> Option<String> {
    std::fs::read_to_string("/proc/loadavg").ok()?.split_whitespace().next().map(str::to_owned)
}

pub fn machine(before: Option<String>) -> Value {
    let unknown = || "unknown".to_owned();
    let [before, after] = [before, load()].map(|load| load.unwrap_or_else(unknown));
    json!({
        "processor": line("/proc/cpuinfo", "model name").unwrap_or_else(unknown),
        "cores": std::thread::available_parallelism().map_or(0, usize::from),
        "memory": line("/proc/meminfo", "MemTotal").unwrap_or_else(unknown),
        "system": std::env::consts::OS,
        "load": format!("{before} before, {after} after"),
    })
}

pub fn versions() -> Value {
    let commit = output("git", &["rev-parse", "--short", "HEAD"]).unwrap_or_default();
    let changed = output("git", &["status", "--porcelain", "--untracked-files=no"]).is_some_and(|s| !s.is_empty());
    json!({
        "commit": if changed { format!("{commit} with changes") } else { commit },
        "rust": output("rustc", &["--version"]).unwrap_or_default(),
    })
}

pub fn date() -> String {
    output("date", &["-u", "+%F %R"]).unwrap_or_default()
}

/// The command that repeats the run.
pub fn command() -> String {
    let features = if cfg!(feature = "gpu") { "cli,gpu" } else { "cli" };
    let arguments: Vec<String> = std::env::args().skip(1).filter(|a| a != "--bench").collect();
    let rest = if arguments.is_empty() { String::new() } else { format!(" -- {}", arguments.join(" ")) };
    format!("cargo bench -p ciasa --features {features}{rest}")
}
