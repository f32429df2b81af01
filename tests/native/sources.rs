//! The crate's sources as a graph: which file imports which.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

/// All Rust files below a folder.
pub fn rust_files(path: &Path, found: &mut Vec<PathBuf>) {
    if path.is_dir() {
        for entry in std::fs::read_dir(path).unwrap() {
            rust_files(&entry.unwrap().path(), found);
        }
    } else if path.extension().is_some_and(|e| e == "rs") {
        found.push(path.to_path_buf());
    }
}

/// A path through modules, `kernel::cpu::plan` as its three names; the crate's root is empty.
type Module = Vec<String>;

/// One source file.
#[derive(Default)]
struct Source {
    tokens: Vec<String>,
    /// Names that it passes on with `pub use`, and where they come from.
    passed_on: BTreeMap<String, Vec<String>>,
    /// Paths that it uses, as they are written.
    used: Vec<Vec<String>>,
}

/// The imports of each file of a crate, by module. Tests are left out.
pub fn imports(sources: &BTreeMap<Module, String>) -> BTreeMap<Module, BTreeSet<Module>> {
    let read = sources.iter().map(|(module, text)| (module.clone(), Source::read(module, sources, text)));
    let files: BTreeMap<Module, Source> = read.collect();
    let of = |(module, source): (&Module, &Source)| {
        let passed_on = source.passed_on.iter().filter(|(name, _)| source.mentions(name) > 1).map(|(_, path)| path);
        let reached = source.used.iter().chain(passed_on).filter_map(|path| resolve(module, path, &files, 0));
        (module.clone(), reached.filter(|to| to != module).collect())
    };
    files.iter().map(of).collect()
}

/// The files of a crate by module; tests are left out.
pub fn modules(root: &Path) -> BTreeMap<Module, String> {
    let mut files = Vec::new();
    rust_files(root, &mut files);
    let named = files.iter().map(|file| {
        let inside = file.strip_prefix(root).unwrap().with_extension("");
        let mut module: Module = inside.iter().map(|part| part.to_string_lossy().into_owned()).collect();
        if module.last().is_some_and(|last| last == "mod" || last == "lib") {
            module.pop();
        }
        (module, std::fs::read_to_string(file).unwrap())
    });
    named.filter(|(module, _)| !module.iter().any(|name| name == "tests" || name == "bin")).collect()
}

/// Groups of files that import each other in a circle.
pub fn circles(imports: &BTreeMap<Module, BTreeSet<Module>>) -> Vec<BTreeSet<String>> {
    let reach = |from: &Module| {
        let (mut seen, mut open) = (BTreeSet::new(), vec![from]);
        while let Some(module) = open.pop() {
            open.extend(imports[module].iter().filter(|to| seen.insert((*to).clone())));
        }
        seen
    };
    let reached: BTreeMap<&Module, BTreeSet<Module>> = imports.keys().map(|module| (module, reach(module))).collect();
    let circle = |module: &Module| {
        let both = |other: &&Module| reached[module].contains(*other) && reached[*other].contains(module);
        imports.keys().filter(both).map(|module| module.join("::")).collect::<BTreeSet<_>>()
    };
    let all: BTreeSet<BTreeSet<String>> = imports.keys().map(circle).collect();
    all.into_iter().filter(|circle| !circle.is_empty()).collect()
}

impl Source {
    fn read(module: &Module, sources: &BTreeMap<Module, String>, text: &str) -> Self {
        let tokens = tokens(without_tests(text));
        let mut source = Self::default();
        let is_child = |name: &str| sources.contains_key(&[module.as_slice(), &[name.to_owned()]].concat());
        let mut at = 0;
        while at < tokens.len() {
            let word = tokens[at].as_str();
            if word == "pub" && next_is(&tokens, at, "(") {
                // `pub(in crate::room)` imports nothing.
                at += tokens[at..].iter().position(|token| token == ")").unwrap_or(1);
            } else if word == "use" {
                let public = is_public(&tokens[..at]);
                let mut paths = Vec::new();
                at = tree(&tokens, at + 1, &[], &mut paths);
                for (name, path) in paths {
                    let inside = ["crate", "super", "self"].contains(&path[0].as_str()) || is_child(&path[0]);
                    match public {
                        _ if !inside => {}
                        true => drop(source.passed_on.insert(name, path)),
                        false => source.used.push(path),
                    }
                }
            } else if (["crate", "super"].contains(&word) || is_child(word)) && next_is(&tokens, at, "::") {
                let mut path = vec![word.to_owned()];
                while next_is(&tokens, at, "::") && tokens.get(at + 2).is_some_and(|t| is_name(t)) {
                    path.push(tokens[at + 2].clone());
                    at += 2;
                }
                source.used.push(path);
                at += 1;
            } else {
                at += 1;
            }
        }
        source.tokens = tokens;
        source
    }

    fn mentions(&self, name: &str) -> usize {
        self.tokens.iter().filter(|token| *token == name).count()
    }
}

/// The module that a path names, or that holds the item that it names. A name that is only passed on leads to where it
/// comes from.
fn resolve(from: &Module, path: &[String], files: &BTreeMap<Module, Source>, depth: usize) -> Option<Module> {
    let (mut module, mut rest) = match path[0].as_str() {
        "crate" => (Vec::new(), &path[1..]),
        "self" => (from.clone(), &path[1..]),
        _ => (from.clone(), path),
    };
    while let Some((name, after)) = rest.split_first() {
        if name == "super" {
            module.pop();
        } else {
            let deeper = [module.as_slice(), std::slice::from_ref(name)].concat();
            if !files.contains_key(&deeper) {
                break;
            }
            module = deeper;
        }
        rest = after;
    }
    let passed_on = rest.first().and_then(|name| files.get(&module)?.passed_on.get(name));
    match passed_on {
        Some(path) if depth < 8 => {
            let path = [path.as_slice(), &rest[1..]].concat();
            resolve(&module, &path, files, depth + 1)
        }
        _ => files.contains_key(&module).then_some(module),
    }
}

/// Reads a `use` tree from a token on: each name with its path. Returns the place after it.
fn tree(tokens: &[String], mut at: usize, before: &[String], paths: &mut Vec<(String, Vec<String>)>) -> usize {
    let mut path = before.to_vec();
    let mut alias = None;
    while let Some(token) = tokens.get(at) {
        match token.as_str() {
            "{" => {
                at += 1;
                while tokens.get(at).is_some_and(|token| token != "}") {
                    at = tree(tokens, at, &path, paths);
                    // A comma, or what is no name: either way the next name follows it.
                    at += usize::from(tokens.get(at).is_some_and(|token| token != "}"));
                }
                return at + 1;
            }
            "as" => {
                alias = tokens.get(at + 1).cloned();
                at += 2;
            }
            "," | "}" | ";" => break,
            "self" if !path.is_empty() => at += 1,
            name if is_name(name) => {
                path.push(name.to_owned());
                at += 1;
            }
            _ => at += 1,
        }
    }
    if let Some(last) = path.last() {
        paths.push((alias.unwrap_or_else(|| last.clone()), path.clone()));
    }
    at
}

/// Whether the tokens end in `pub`, `pub(crate)` or the like.
fn is_public(before: &[String]) -> bool {
    match before.last().map(String::as_str) {
        Some("pub") => true,
        Some(")") => before.iter().rposition(|t| t == "(").is_some_and(|open| open > 0 && before[open - 1] == "pub"),
        _ => false,
    }
}

fn next_is(tokens: &[String], at: usize, what: &str) -> bool {
    tokens.get(at + 1).is_some_and(|token| token == what)
}

fn is_name(token: &str) -> bool {
    token.starts_with(|c: char| c.is_alphabetic() || c == '_')
}

/// The text before its tests.
fn without_tests(text: &str) -> &str {
    let end = text.match_indices("#[cfg(test)]").find(|(at, _)| {
        let next = text[*at..].lines().skip(1).find(|line| !line.trim_start().starts_with("#["));
        next.is_some_and(|line| line.trim_start().starts_with("mod ") || line.trim_start().starts_with("pub mod "))
    });
    &text[..end.map_or(text.len(), |(at, _)| at)]
}

/// Names, `::` and single signs, without comments and texts.
fn tokens(text: &str) -> Vec<String> {
    let mut tokens: Vec<String> = Vec::new();
    let mut rest = text.trim_start();
    while let Some(first) = rest.chars().next() {
        let (len, keep) = match first {
            '/' if rest.starts_with("//") => (rest.find('\n').unwrap_or(rest.len()), false),
            '"' => (quoted(rest, tokens.last().is_some_and(|last| last == "r" || last == "#")), false),
            '\'' if rest.starts_with("'\"'") => (3, false),
            ':' if rest.starts_with("::") => (2, true),
            c if c.is_alphanumeric() || c == '_' => {
                (rest.find(|c: char| !(c.is_alphanumeric() || c == '_')).unwrap_or(rest.len()), true)
            }
            c => (c.len_utf8(), true),
        };
        if keep {
            tokens.push(rest[..len].to_owned());
        }
        rest = rest[len..].trim_start();
    }
    tokens
}

/// The length of the text literal at the beginning.
fn quoted(text: &str, raw: bool) -> usize {
    let mut escaped = false;
    for (at, c) in text.char_indices().skip(1) {
        match c {
            '"' if !escaped && (!raw || !text[at + 1..].starts_with(|c: char| c.is_alphanumeric())) => return at + 1,
            '\\' if !raw => escaped = !escaped,
            _ => escaped = false,
        }
    }
    text.len()
}
