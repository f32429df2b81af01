//! Compares `web/src/generated` with the Rust types and constants that cross to TypeScript, or writes it anew:
//! `npm run generate`.

#![allow(clippy::unwrap_used)]

use std::fmt::Write as _;
use std::path::Path;

use serde_json::Value;
use ts_rs::{Config, TS};

use ciasa::contract::attackers::attackers;
use ciasa::contract::bisection::{SearchStep, Trial};
use ciasa::contract::certificate::{CertificateOrder, CertificateStep, CertifiedAnswer};
use ciasa::contract::crossmodal::{FilmedClip, View};
use ciasa::contract::eval_columns::EVAL_COLUMNS;
use ciasa::contract::hashes::HASH_DIGITS;
use ciasa::contract::layout_info::{ConversionInfo, RegionInfo};
use ciasa::contract::manifest::{Accuracy, Architecture, Preprocessing, WeightFile};
use ciasa::contract::messages::{
    Backend, BackendKind, ClipHead, DeviceChoice, ErrorMessage, LoadedWeights, Memory, Parity, RecognitionHead,
};
use ciasa::contract::weight_files::{
    Answers, Choice, Identified, JointOrder, MAX_NAMES_BYTES, MAX_WEIGHT_BYTES, Question, Stream,
};
use ciasa::contract::*;
use ciasa::error::Error;
use ciasa::format::many::Entry;
use ciasa::format::{Unit, Warning};
use ciasa::skeleton::LayoutId;

const NOTICE: &str = "// Generated from Rust by tests/generated.rs. Do not edit; run: npm run generate\n";

#[test]
fn generated_typescript_is_up_to_date() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../web/src/generated");
    for (name, text) in [("types.ts", types()), ("constants.ts", constants())] {
        let path = folder.join(name);
        if std::env::var_os("UPDATE_GENERATED").is_some() {
            std::fs::create_dir_all(&folder).unwrap();
            std::fs::write(&path, text).unwrap();
        } else {
            let there = std::fs::read_to_string(&path).unwrap_or_default();
            assert!(there == text, "web/src/generated/{name} is out of date. Run: npm run generate");
        }
    }
}

fn types() -> String {
    // A seed or a size is a number in the page; those above 2^53 do not occur.
    let config = Config::new().with_large_int("number");
    let mut text = NOTICE.to_owned();
    macro_rules! write_types {
        ($($type:ty),* $(,)?) => {
            $(text.push_str(&declaration::<$type>(&config));)*
        };
    }
    write_types!(
        // Settings.
        AttackConfig,
        Method,
        Prediction,
        Restraint,
        Target,
        Epsilon,
        Constraints,
        Projection,
        Optimiser,
        Schedule,
        Learning,
        Smoothness,
        Transfer,
        Camera,
        Stop,
        Peer,
        // Reports.
        StepReport,
        Losses,
        Ranked,
        Metrics,
        Done,
        Outcome,
        Judged,
        Flag,
        ResultHead,
        AttackRecord,
        SearchStep,
        Trial,
        CertificateOrder,
        CertificateStep,
        CertifiedAnswer,
        FilmedClip,
        View,
        // Networks.
        Manifest,
        ModelEntry,
        Architecture,
        Preprocessing,
        WeightFile,
        Accuracy,
        Identified,
        Question,
        Choice,
        Answers,
        Stream,
        JointOrder,
        // Skeletons and clips.
        LayoutId,
        LayoutInfo,
        ConversionInfo,
        RegionInfo,
        ClipHead,
        Entry,
        Warning,
        Unit,
        // The engine.
        RecognitionHead,
        DeviceChoice,
        BackendKind,
        Backend,
        Parity,
        ErrorMessage,
        LoadedWeights,
        Memory,
    );
    text
}

fn constants() -> String {
    let mut text = format!("{NOTICE}import type {{ Flag, Peer, Target }} from \"./types.ts\";\n");
    let names = Peer::ALL.map(|peer| format!("  {}: {},\n", quoted(peer.as_str()), quoted(peer.name()))).concat();
    let _ = write!(
        text,
        "\n/** Names of the attacks. */\nexport const PEER_NAMES: Record<Peer, string> = {{\n{names}}};\n"
    );
    let attacks: String = attackers()
        .into_iter()
        .filter(|attack| !attack.search)
        .map(|attack| {
            let target = serde_json::to_string(&attack.target).unwrap();
            let [id, name, peer] = [attack.id, &attack.name(), attack.peer.as_str()].map(quoted);
            format!("  {{ id: {id}, name: {name}, peer: {peer}, target: {target} }},\n")
        })
        .collect();
    let _ = write!(
        text,
        "\n/** The attacks of the matrix. */\nexport const ATTACKERS: {{ id: string; name: string; peer: Peer; target: \
         Target }}[] = [\n{attacks}];\n"
    );
    let flags = Flag::ALL.map(|flag| format!("  {}: {},\n", quoted(flag.as_str()), quoted(flag.explain()))).concat();
    let _ = write!(
        text,
        "\n/** What each indicator of failure means. */\nexport const FLAGS: Record<Flag, string> = {{\n{flags}}};\n"
    );
    let mut list = |name: &str, about: &str, words: &[&str]| {
        let words: String = words.iter().map(|word| format!("  {},\n", quoted(word))).collect();
        let _ = write!(text, "\n/** {about} */\nexport const {name} = [\n{words}] as const;\n");
    };
    list("ERROR_KINDS", "Kinds of errors.", &Error::KINDS);
    list("STEP_COLUMNS", "Columns of an attack's steps as CSV.", &step_csv::COLUMNS);
    list("EVAL_COLUMNS", "Columns of the tables of `ciasa eval`.", &EVAL_COLUMNS);
    let mut number = |name: &str, about: &str, value: usize| {
        let _ = write!(text, "\n/** {about} */\nexport const {name} = {value};\n");
    };
    number("MAX_WEIGHT_BYTES", "The largest weight file that is read, in bytes.", MAX_WEIGHT_BYTES);
    number("HASH_DIGITS", "Hexadecimal digits of a hash in a row.", HASH_DIGITS);
    number("MAX_NAMES_BYTES", "The largest list of class names that is read, in bytes.", MAX_NAMES_BYTES);
    text
}

fn quoted(text: &str) -> String {
    Value::from(text).to_string()
}

/// A type with its comments, laid out line by line.
fn declaration<T: TS>(config: &Config) -> String {
    let raw = format!("{}export {}", T::docs().unwrap_or_default(), T::decl(config));
    let mut text = String::from("\n");
    let mut lines = raw.lines().map(str::trim);
    while let Some(line) = lines.next() {
        if line == "/**" {
            let comment: Vec<&str> = lines.by_ref().take_while(|l| *l != "*/").collect();
            text.push_str(&comment_of(&comment, if text.len() > 1 { "  " } else { "" }));
            continue;
        }
        let line = line.replace("\"kind\":", "kind:").replace(", }", ";\n}").replace(", kind", "; kind");
        for part in line.lines() {
            let part = part.strip_suffix(',').map_or(part.to_owned(), |field| format!("{field};"));
            let indent = if part.starts_with("export") || part.starts_with('}') { "" } else { "  " };
            // A union that is too long for a line has a line for each member.
            let wrapped = || part.replace(" | ", "\n  | ").replace(" = ", " =\n  | ");
            let part = if part.len() > 120 { wrapped() } else { part };
            let _ = writeln!(text, "{indent}{part}");
        }
    }
    assert!(text.lines().all(|line| line.len() <= 120), "a line of more than 120 columns:\n{text}");
    text
}

/// A doc comment without Rust's examples and links.
fn comment_of(lines: &[&str], indent: &str) -> String {
    let text = lines.iter().map(|line| line.trim_start_matches('*').trim()).collect::<Vec<_>>().join("\n");
    let prose: String = text.split("```").step_by(2).collect();
    let prose = prose.replace("[`", "`").replace("`]", "`");
    match prose.trim().lines().collect::<Vec<_>>().as_slice() {
        [line] => format!("{indent}/** {line} */\n"),
        lines => {
            let body: String = lines.iter().map(|l| format!("{indent} * {l}").trim_end().to_owned() + "\n").collect();
            format!("{indent}/**\n{body}{indent} */\n")
        }
    }
}
