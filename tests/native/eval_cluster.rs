//! Shares of a run as processes of their own: one is killed, and all together make the rows of a single run.

use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use ciasa::eval::row::Row;
use ciasa::eval::table::read;

const CIASA: &str = env!("CARGO_BIN_EXE_ciasa");
const NETWORK: &str = "utd-mhad-st-gcn";
const OPTIONS: [&str; 2] = ["--iterations", "4"];

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..")
}

/// A folder with two clips in `clips/`.
fn folder(name: &str) -> PathBuf {
    let here = std::env::temp_dir().join(format!("ciasa-cluster-{}-{name}", std::process::id()));
    let _ = std::fs::remove_dir_all(&here);
    std::fs::create_dir_all(here.join("clips")).unwrap();
    for clip in ["synthetic-wave-1.json", "synthetic-clap-1.json"] {
        std::fs::copy(root().join("web/public/clips").join(clip), here.join("clips").join(clip)).unwrap();
    }
    here
}

/// Starts a share of Table I, nine settings on two clips.
fn start(here: &Path, shard: &str, out: &Path) -> Child {
    let mut run = Command::new(CIASA);
    run.current_dir(root()).args(["eval", "table1", "--network", NETWORK, "--threads", "1", "--shard", shard]);
    run.arg("--clips").arg(here.join("clips")).args(OPTIONS).arg("--out").arg(out);
    run.stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap()
}

/// Starts a share and kills it when its file has a row or two. Gives the number of rows.
fn killed(here: &Path, shard: &str, out: &Path) -> usize {
    let mut child = start(here, shard, out);
    let lines = || std::fs::read(out).map_or(0, |bytes| bytes.iter().filter(|b| **b == b'\n').count());
    let begun = Instant::now();
    while lines() < 2 && child.try_wait().unwrap().is_none() && begun.elapsed() < Duration::from_secs(120) {
        std::thread::sleep(Duration::from_millis(5));
    }
    child.kill().unwrap();
    child.wait().unwrap();
    lines() - 1
}

fn timeless(path: &Path) -> Vec<Row> {
    read(path).unwrap().into_iter().map(|r| Row { seconds: 0.0, ..r }).collect()
}

fn single(here: &Path) -> Vec<Row> {
    let out = here.join("single.csv");
    assert!(start(here, "1/1", &out).wait().unwrap().success());
    let rows = timeless(&out);
    assert_eq!(rows.len(), 2 * 9);
    rows
}

#[test]
fn two_processes_of_which_one_is_killed_make_the_rows_of_one() {
    let here = folder("processes");
    let shares = [1, 2].map(|i| here.join(format!("shard-{i}.csv")));
    let there = killed(&here, "2/2", &shares[1]);
    assert!((1..9).contains(&there), "{there} rows were there when the share was killed");
    let both = [start(&here, "1/2", &shares[0]), start(&here, "2/2", &shares[1])];
    assert!(both.into_iter().all(|mut child| child.wait().unwrap().success()));
    assert!(shares.iter().all(|share| read(share).unwrap().len() == 9));
    let merged = here.join("rows.csv");
    let merge = Command::new(CIASA).args(["eval", "merge"]).args(&shares).arg("--out").arg(&merged).output().unwrap();
    assert!(merge.status.success(), "{}", String::from_utf8_lossy(&merge.stderr));
    assert_eq!(timeless(&merged), single(&here));
    std::fs::remove_dir_all(&here).unwrap();
}

#[cfg(unix)]
#[test]
fn gnu_parallel_goes_on_with_a_killed_share_and_merges() {
    let version = Command::new("parallel").arg("--version").output();
    // moreutils has another program of that name.
    if !version.is_ok_and(|out| String::from_utf8_lossy(&out.stdout).contains("GNU parallel")) {
        eprintln!("skipped: GNU parallel is not installed (apt install parallel)");
        return;
    }
    let here = folder("parallel with a blank");
    let there = killed(&here, "2/2", &here.join("shard-2.csv"));
    assert!((1..9).contains(&there), "{there} rows were there when the share was killed");
    let script = root().join("examples/cluster/gnu-parallel.sh");
    let script = || {
        let mut run = Command::new("bash");
        run.current_dir(root()).arg(&script).args(OPTIONS);
        run.env("CIASA", CIASA).env("CLIPS", here.join("clips")).env("NETWORK", NETWORK).env("OUT", &here);
        let out = run.env("EXPERIMENTS", "table1").env("SHARES", "2").env("JOBS", "2").output().unwrap();
        (out.status.success(), String::from_utf8_lossy(&out.stderr).into_owned())
    };
    let (done, err) = script();
    assert!(done, "{err}");
    let rows = timeless(&here.join("rows.csv"));
    assert_eq!(rows, single(&here));
    // Nothing is left to do: the same rows again, and their times stay.
    let first = read(&here.join("rows.csv")).unwrap();
    assert!(script().0);
    assert_eq!(read(&here.join("rows.csv")).unwrap(), first);
    std::fs::remove_dir_all(&here).unwrap();
}
