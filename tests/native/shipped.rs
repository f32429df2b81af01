//! The models that ship: each is what the manifest says, and reads a clip.

use std::collections::BTreeSet;
use std::path::Path;

use burn::tensor::Device;
use ciasa::attack::run::block_on;
use ciasa::contract::Manifest;
use ciasa::model::Recogniser;
use ciasa::skeleton::Sequence;
use sha2::{Digest, Sha256};

/// What all weight files may take together.
const BUDGET: usize = 45_000_000;

#[test]
fn each_is_the_file_that_the_manifest_names_and_recognises_a_clip() {
    let dir = Path::new(env!("CARGO_MANIFEST_DIR")).join("../models");
    let manifest = Manifest::parse(&std::fs::read_to_string(dir.join("manifest.json")).unwrap()).unwrap();
    let mut files = BTreeSet::new();
    let mut total = 0;
    for entry in manifest.models {
        let id = entry.id.clone();
        let bytes: Vec<Vec<u8>> = entry.weights.iter().map(|w| std::fs::read(dir.join(&w.file)).unwrap()).collect();
        for (weights, bytes) in entry.weights.iter().zip(&bytes) {
            assert_eq!(weights.bytes, bytes.len(), "{}", weights.file);
            let digest: String = Sha256::digest(bytes).iter().map(|b| format!("{b:02x}")).collect();
            assert_eq!(weights.sha256, digest, "{}", weights.file);
            total += if files.insert(weights.file.clone()) { bytes.len() } else { 0 };
        }
        assert!(entry.accuracy.clips > 0 && entry.accuracy.top1 > 0.5, "{id}");
        let (layout, classes) = (entry.layout, entry.classes.len());
        let recogniser = Recogniser::load(entry, &bytes, &Device::flex()).unwrap();
        // Joints spread around, all of them seen.
        let l = layout.layout();
        let data = (0..12 * l.len() * l.channels()).map(|i| 0.5 + 0.3 * (i as f32 * 0.7).sin()).collect();
        let clip = Sequence::new(layout, 30.0, 12, 1, data).unwrap();
        let seen = block_on(recogniser.recognise(&clip)).unwrap();
        assert_eq!(seen.len(), classes, "{id}");
        assert!((seen.iter().sum::<f32>() - 1.0).abs() < 1e-3 && seen.iter().all(|p| p.is_finite()), "{id}");
    }
    assert!(total <= BUDGET, "{total} bytes of weights");
}
