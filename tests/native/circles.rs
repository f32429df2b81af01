//! No circles of imports between the files of a room: each file can be read after those that it imports.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use crate::sources::{circles, imports, modules};

#[test]
fn no_files_import_each_other_in_a_circle() {
    let modules = modules(&Path::new(env!("CARGO_MANIFEST_DIR")).join("src"));
    let imports = imports(&modules);
    let edges: usize = imports.values().map(BTreeSet::len).sum();
    assert!(modules.len() > 100 && edges > 300, "{} files, {edges} imports: is this the right folder?", modules.len());
    let found: Vec<String> =
        circles(&imports).into_iter().map(|circle| circle.into_iter().collect::<Vec<_>>().join(", ")).collect();
    assert!(found.is_empty(), "these files import each other in a circle:\n{}", found.join("\n"));
}

fn circles_of(files: &[(&str, &str)]) -> Vec<String> {
    let module = |name: &str| name.split("::").filter(|part| !part.is_empty()).map(str::to_owned).collect::<Vec<_>>();
    let sources: BTreeMap<_, _> = files.iter().map(|(name, text)| (module(name), text.to_string())).collect();
    circles(&imports(&sources)).into_iter().map(|circle| circle.into_iter().collect::<Vec<_>>().join(" ")).collect()
}

#[test]
fn circles_are_found_through_uses_and_paths() {
    let through_use =
        [("", ""), ("room", ""), ("room::a", "use super::{b::B, c};"), ("room::b", "use crate::room::a::A;")];
    assert_eq!(circles_of(&through_use), ["room::a room::b"]);
    let through_path = [("room", ""), ("room::a", "fn f() { super::b::g() }"), ("room::b", "fn g() { super::a::f() }")];
    assert_eq!(circles_of(&through_path), ["room::a room::b"]);
    let parent = [("room", "mod a; use a::A; pub struct R(A);"), ("room::a", "use super::R; pub struct A(R);")];
    assert_eq!(circles_of(&parent), ["room room::a"]);
    let three = [("a", "use crate::b;"), ("b", "use crate::c::{self, X as Y};"), ("c", "use crate::a::Z;")];
    assert_eq!(circles_of(&three), ["a b c"]);
}

#[test]
fn names_passed_on_comments_and_tests_make_no_circles() {
    let passed_on = [("room", "pub use a::A; pub use b::B;"), ("room::a", "use super::B;"), ("room::b", "")];
    assert_eq!(circles_of(&passed_on), [""; 0]);
    let used = [("room", "pub use a::A; fn f(_: A) {} pub struct R;"), ("room::a", "use super::R;")];
    assert_eq!(circles_of(&used), ["room room::a"]);
    let comment =
        [("a", "use crate::b::B;"), ("b", "//! See crate::a::A.\n#[cfg(test)]\nmod tests { use crate::a::A; }")];
    assert_eq!(circles_of(&comment), [""; 0]);
}
