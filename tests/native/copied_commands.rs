//! The commands that the page copies give the page's settings; `tests/e2e/commands.spec.ts` reads the same fixture and
//! holds the page to it.

use std::path::Path;
use std::process::Command;

use ciasa::contract::AttackConfig;
use ciasa::skeleton::LayoutId;
use serde_json::Value;

/// Number of classes of the network in the fixture.
const CLASSES: usize = 27;

fn cases() -> Vec<Value> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../tests/fixtures/commands.json");
    serde_json::from_str(&std::fs::read_to_string(path).unwrap()).unwrap()
}

/// The settings in a command: what the shell hands to it as its input.
fn input(command: &str) -> &str {
    command.split_once("<<'JSON'\n").unwrap().1.strip_suffix("\nJSON").unwrap()
}

#[test]
fn a_copied_command_has_the_settings_of_the_page() {
    let cases = cases();
    assert!(cases.len() > 5);
    for case in cases {
        let command = case["command"].as_str().unwrap();
        let given = AttackConfig::parse(input(command)).unwrap();
        let page: AttackConfig = serde_json::from_value(case["config"].clone()).unwrap();
        assert_eq!(given, page, "{}", case["name"]);
        given.validate(LayoutId::KinectV1.layout(), CLASSES).unwrap();
    }
}

#[cfg(unix)]
#[test]
fn a_copied_command_runs_in_a_shell() {
    let program = Path::new(env!("CARGO_BIN_EXE_ciasa")).parent().unwrap();
    let paths = format!("{}:{}", program.display(), std::env::var("PATH").unwrap());
    let case = cases().into_iter().find(|case| case["name"] == "one step").unwrap();
    let run = Command::new("sh")
        .args(["-c", case["command"].as_str().unwrap()])
        .current_dir(Path::new(env!("CARGO_MANIFEST_DIR")).join(".."))
        .env("PATH", paths)
        .output()
        .unwrap();
    let (out, err) = (String::from_utf8_lossy(&run.stdout), String::from_utf8_lossy(&run.stderr));
    assert!(run.status.success(), "{out}\n{err}");
    assert!(out.contains("target: any other class"), "{out}");
    assert!(out.contains("largest change of a coordinate 0.0300"), "{out}");
}
