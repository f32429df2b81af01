//! Imports go down only. This reads the sources, because the compiler would allow more.

use std::collections::BTreeMap;
use std::path::Path;

use crate::sources::rust_files;

/// Each layer with those that it may import: the table under "Layers of the crate" in ARCHITECTURE.md.
fn layers() -> BTreeMap<String, Vec<String>> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../ARCHITECTURE.md");
    let text = std::fs::read_to_string(path).unwrap();
    let section = text.split("## Layers of the crate").nth(1).unwrap().split("\n## ").next().unwrap();
    let names = |cell: &str| cell.split('`').skip(1).step_by(2).map(str::to_owned).collect::<Vec<_>>();
    let rows = section.lines().filter(|line| line.starts_with("| `"));
    rows.map(|row| {
        let cells: Vec<&str> = row.trim_matches('|').split(" | ").collect();
        (names(cells[0])[0].clone(), names(cells.last().unwrap()))
    })
    .collect()
}

#[test]
fn imports_go_down_only() {
    let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let allowed = layers();
    let mut files = Vec::new();
    rust_files(&source, &mut files);
    let (mut seen, mut wrong) = (0, Vec::new());
    for file in files {
        let inside = file.strip_prefix(&source).unwrap();
        let layer =
            inside.components().next().unwrap().as_os_str().to_string_lossy().trim_end_matches(".rs").to_owned();
        if layer == "lib" || layer == "bin" {
            continue;
        }
        let may = allowed.get(layer.as_str()).unwrap_or_else(|| panic!("{layer} is no layer: add it to the table"));
        for part in std::fs::read_to_string(&file).unwrap().split("crate::").skip(1) {
            let import: String = part.chars().take_while(|c| c.is_alphanumeric() || *c == '_').collect();
            // Items that lib.rs re-exports, such as `crate::Error`, come from the lowest layers.
            if !allowed.contains_key(import.as_str()) {
                continue;
            }
            seen += 1;
            if import != layer && !may.contains(&import) {
                wrong.push(format!("{} imports {import}", inside.display()));
            }
        }
    }
    assert!(seen > 50, "found only {seen} imports: is this test reading the right place?");
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}
