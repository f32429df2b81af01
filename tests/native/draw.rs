//! The seeded draw of clips from the gallery. `tests/e2e/core-calls.spec.ts` holds the Lab to the same file.

use std::collections::BTreeMap;
use std::path::Path;

use ciasa::contract::Manifest;
use ciasa::eval::inputs::Source;
use ciasa::format;

#[test]
fn a_seed_draws_the_clips_of_the_fixture() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    let manifest = Manifest::parse(&std::fs::read_to_string(root.join("models/manifest.json")).unwrap()).unwrap();
    let entry = &manifest.models[0];
    let folder = root.join("web/public/clips");
    let mut names: Vec<String> =
        std::fs::read_dir(&folder).unwrap().map(|f| f.unwrap().file_name().into_string().unwrap()).collect();
    names.retain(|name| name.ends_with(".json") && name != "index.json");
    names.sort();
    let (mut files, mut clips) = (Vec::new(), Vec::new());
    for name in names {
        let clip = format::read(&std::fs::read(folder.join(&name)).unwrap(), &name).unwrap();
        let class = entry.classes.iter().position(|c| Some(c) == clip.label.as_ref());
        if let Some(class) = class.filter(|_| clip.layout().id == entry.layout) {
            files.push(name);
            clips.push((clip, class));
        }
    }
    let gallery = Source::of_gallery(clips);
    let drawn: BTreeMap<String, Vec<&String>> = [1, 7, 4_294_967_295]
        .map(|seed: u64| {
            let mut clips = gallery.select(entry.classes.len(), seed);
            clips.sort_unstable();
            (seed.to_string(), clips.into_iter().map(|clip| &files[clip]).collect())
        })
        .into();
    let fixture = std::fs::read_to_string(root.join("tests/fixtures/draws.json")).unwrap();
    let fixture: BTreeMap<String, Vec<String>> = serde_json::from_str(&fixture).unwrap();
    assert_eq!(serde_json::to_value(&drawn).unwrap(), serde_json::to_value(&fixture).unwrap());
}
