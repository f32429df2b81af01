//! The tables for a paper: every environment and brace is closed, nothing is a bare command, and LaTeX takes them.

use std::path::Path;
use std::process::Command;

use ciasa::eval::report::latex::latex;

/// The tables of all rows that the repository keeps, and one whose names are hostile to LaTeX.
fn tables() -> String {
    let page = std::fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs/RESULTS.md")).unwrap();
    let hostile = "\n## A_b & c#1 \\ {d} $e$ 5% ~f^\n\nFrom `x_y\\z{`.\n\n\
                   | n_1 & 2 | **h_#** | *i^* |\n| --- | --- | --- |\n| `a\\b_c` | {50 % $} | ~1^2 & 3 |\n";
    latex(&(page + hostile))
}

/// What is open at the end of a line of LaTeX, and whether a special character stands there as itself.
fn check(tex: &str) -> Result<(), String> {
    let (mut open, mut braces) = (Vec::new(), 0_i32);
    for (at, line) in tex.lines().enumerate().filter(|(_, line)| !line.starts_with('%')) {
        let wrong = |what: String| Err(format!("line {}: {what}: {line}", at + 1));
        let mut chars = line.chars().peekable();
        let (mut cells, mut command) = (0, String::new());
        while let Some(c) = chars.next() {
            match c {
                '\\' => {
                    command.clear();
                    while let Some(letter) = chars.next_if(char::is_ascii_alphabetic) {
                        command.push(letter);
                    }
                    if command.is_empty() {
                        chars.next();
                    }
                }
                '{' => braces += 1,
                '}' => braces -= 1,
                '&' => cells += 1,
                '%' if chars.peek().is_none() => {}
                '%' | '#' | '$' | '_' | '^' | '~' => return wrong(format!("a bare {c:?}")),
                c if !c.is_ascii() && !"–—−·×±°".contains(c) => {
                    return wrong(format!("{c:?} is not set by pdfLaTeX"));
                }
                _ => {}
            }
            if braces < 0 {
                return wrong("a brace too many".into());
            }
        }
        let name = |command: &str| Some(line.split_once(command)?.1.split('}').next()?.to_owned());
        if let Some(name) = name("\\begin{") {
            let columns = line.rsplit('{').next().unwrap_or_default().trim_end_matches('}').len();
            open.push((name, columns));
        }
        match open.last() {
            Some((name, columns)) if name == "tabular" && line.ends_with("\\\\") && cells + 1 != *columns => {
                return wrong(format!("{} cells of {columns}", cells + 1));
            }
            _ => {}
        }
        if let Some(name) = name("\\end{")
            && open.pop().is_none_or(|(opened, _)| opened != name)
        {
            return wrong("ends what is not open".into());
        }
        if open.is_empty() && braces != 0 {
            return wrong(format!("{braces} braces are open"));
        }
    }
    if open.is_empty() { Ok(()) } else { Err(format!("{open:?} are open at the end")) }
}

#[test]
fn environments_and_braces_are_closed_and_nothing_is_a_bare_command() {
    let tex = tables();
    assert!(tex.matches("\\begin{table").count() > 10);
    check(&tex).unwrap();
    // The check finds what it looks for.
    for (from, to) in [("\\_", "_"), ("\\end{tabular}", ""), (" & ", " "), ("\\%", "%"), ("\\caption{", "\\caption")] {
        assert!(check(&tex.replacen(from, to, 1)).is_err(), "{from} replaced by {to:?} is not found");
    }
}

#[test]
fn latex_compiles_the_tables() {
    let there = |program: &&str| Command::new(program).arg("--version").output().is_ok_and(|out| out.status.success());
    let Some(program) = ["pdflatex", "tectonic"].into_iter().find(there) else {
        eprintln!("skipped: neither pdflatex nor tectonic is installed");
        return;
    };
    let here = std::env::temp_dir().join(format!("ciasa-latex-{}", std::process::id()));
    std::fs::create_dir_all(&here).unwrap();
    std::fs::write(here.join("tables.tex"), tables()).unwrap();
    // Nothing but tables: at the end LaTeX turns more pages in a row without text than it allows by default.
    let document = "\\documentclass[twocolumn]{article}\n\\usepackage{booktabs,graphicx}\n\\extrafloats{99}\n\
                    \\maxdeadcycles=999\n\\begin{document}\nTables.\n\\input{tables.tex}\n\\end{document}\n";
    std::fs::write(here.join("paper.tex"), document).unwrap();
    let mut run = Command::new(program);
    if program == "pdflatex" {
        run.args(["-interaction=nonstopmode", "-halt-on-error"]);
    }
    let output = run.arg("paper.tex").current_dir(&here).output().unwrap();
    let log = String::from_utf8_lossy(&output.stdout);
    assert!(output.status.success(), "{log}");
    assert!(std::fs::metadata(here.join("paper.pdf")).unwrap().len() > 10_000);
    assert!(!log.contains("Overfull \\hbox"), "a table is wider than the page:\n{log}");
    std::fs::remove_dir_all(&here).unwrap();
}
