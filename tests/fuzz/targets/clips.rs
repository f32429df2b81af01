//! Clip files, and files of many clips.

use ciasa::Result;
use ciasa::format::many::{self, Labels, Many};
use ciasa::format::{self, Format, Picture, Reading, Unit, bvh};
use ciasa::skeleton::convert::Conversion;
use ciasa::skeleton::{LayoutId, Sequence};

use super::{Laws, refusal};

/// A file of one clip in any format; the content shows which.
pub fn clip(bytes: &[u8]) -> Result<Laws<'_>> {
    let reading = format::open(bytes, "a.json", None)?;
    Ok(Box::new(move || {
        laws(&reading);
        let again = format::open(bytes, "a.json", None).expect("the same bytes are read again");
        assert_eq!(again.clip, reading.clip);
        for unit in [Unit::Centimetres, Unit::Percent] {
            judge(format::open(bytes, "a.json", Some(unit)));
        }
        judge(format::open_for(bytes, "a.json", None, Some(LayoutId::OpenPose18)));
        if bytes.trim_ascii_start().starts_with(b"HIERARCHY") {
            let written = bvh::write(bytes, &reading.clip, None).expect("a file that is read can be written");
            assert!(written.residual.is_finite());
        }
    }))
}

/// OpenPose's files, one a frame, parted by the byte 0x1e.
pub fn frames(bytes: &[u8]) -> Result<Laws<'_>> {
    let parts = bytes.split(|b| *b == 0x1e).enumerate();
    let files: Vec<(String, &[u8])> = parts.map(|(i, file)| (format!("a_{i:012}_keypoints.json"), file)).collect();
    let reading = format::open_frames(&files, None, Picture::parse("640x480"))?;
    Ok(Box::new(move || {
        laws(&reading);
        judge(format::open_frames(&files, None, None));
    }))
}

/// A file of many clips: its list, and its first clips.
pub fn many(bytes: &[u8]) -> Result<Laws<'_>> {
    let unpacked = many::unpacked(bytes)?;
    let entries = Many::read(unpacked.as_deref().unwrap_or(bytes), None)?.entries();
    Ok(Box::new(move || {
        let many = Many::read(unpacked.as_deref().unwrap_or(bytes), None).expect("the same bytes are read again");
        assert!(!entries.is_empty() && entries.len() == many.len());
        for (i, entry) in entries.iter().enumerate().take(8) {
            assert!(entry.id.len() <= 1_000);
            judge(many.open(i, None, None));
            judge(many.open(i, None, Picture::parse("320x240")));
        }
        judge(format::open(bytes, "a", None));
    }))
}

/// The labels beside an array of clips.
pub fn labels(bytes: &[u8]) -> Result<Laws<'_>> {
    let labels = Labels::read(bytes)?;
    Ok(Box::new(move || {
        let named = (0..labels.len()).filter(|i| labels.of(*i).is_some()).count();
        assert!(named <= labels.len());
    }))
}

fn judge(read: Result<Reading>) {
    match read {
        Ok(reading) => laws(&reading),
        Err(e) => drop(refusal(&e)),
    }
}

/// A clip keeps the rules of clips, can be converted, and what is written of it is read as the same.
fn laws(reading: &Reading) {
    let clip = &reading.clip;
    valid(clip);
    assert!(clip.label.as_ref().is_none_or(|label| label.chars().count() <= 200), "a long label");
    for warning in &reading.warnings {
        assert!((1..600).contains(&warning.text.chars().count()), "{}", warning.text);
        assert!(!warning.text.contains(char::is_control), "{}", warning.text);
    }
    for conversion in Conversion::of(clip.layout().id) {
        match conversion.apply(clip) {
            Ok(other) => valid(&other),
            Err(e) => drop(refusal(&e)),
        }
    }
    for format in [Format::Clip, Format::NtuSkeleton, Format::KineticsJson] {
        if let Some(again) = written(clip, format) {
            assert_eq!((again.layout().id, again.frames()), (clip.layout().id, clip.frames()));
            if format == Format::Clip {
                assert_eq!(again.label, clip.label);
                same(&again, clip);
            }
        }
    }
}

fn valid(clip: &Sequence) {
    assert!(clip.data().iter().all(|v| v.is_finite() && v.abs() <= 100_000.0), "a value that is no coordinate");
    let (id, t, m) = (clip.layout().id, clip.frames(), clip.people());
    Sequence::new(id, clip.fps, t, m, clip.data().to_vec()).expect("a valid clip");
    assert!((0..t).any(|t| (0..m).any(|m| clip.present(t, m))), "nobody is in it");
}

/// The clip as it is read from the file that was written; none if the format refuses it.
fn written(clip: &Sequence, format: Format) -> Option<Sequence> {
    match format::write(clip, format) {
        Ok(bytes) => Some(format::read(&bytes, "a").expect("what is written is read")),
        Err(e) => {
            refusal(&e);
            None
        }
    }
}

/// Our own format keeps four decimals, and loses no joint.
fn same(again: &Sequence, clip: &Sequence) {
    assert_eq!(again.people(), clip.people());
    for (a, b) in again.data().iter().zip(clip.data()) {
        assert!((a - b).abs() <= 0.6e-4 + 1e-6 * b.abs(), "{b} is read as {a}");
    }
    let channels = clip.layout().channels();
    let zero = |joint: &[f32]| joint.iter().all(|v| *v == 0.0);
    for (a, b) in again.data().chunks_exact(channels).zip(clip.data().chunks_exact(channels)) {
        assert!(zero(a) == zero(b), "the joint {b:?} is read as {a:?}");
        assert!(!clip.layout().confidence || (a[channels - 1] > 0.0) == (b[channels - 1] > 0.0), "{b:?} as {a:?}");
    }
}
