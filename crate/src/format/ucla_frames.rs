//! Northwestern-UCLA as its authors distribute it: a folder for each clip, such as `view_1/a01_s01_e00`, with a text
//! for each frame, `frame_12_tc_4711_skeletons.txt`.
//!
//! Line by line: a line of the frame's own, which is not read, and per person 20 lines of a joint each (Kinect v1):
//! x, y and z in metres and a fourth number, with commas between them. The first person of a frame is kept, as the
//! set's users do.

use super::picture::{Picture, unused};
use super::reading::{Reading, Warning};
use super::rules::{channel, room, somebody};
use super::unit::Unit;
use super::{text, ucla};
use crate::error::{Error, Result};
use crate::skeleton::{LayoutId, Sequence};

const FPS: f32 = 30.0;
const JOINTS: usize = 20;
const ENDING: &str = "_skeletons.txt";
/// Bytes of all files together, at most.
const MOST: usize = 64 << 20;

/// Is this the name of such a file?
pub fn is_name(name: &str) -> bool {
    name.to_ascii_lowercase().ends_with(ENDING)
}

/// Is this the text of a frame with somebody in it?
pub(super) fn is_frame(text: &str) -> bool {
    let second = text.lines().nth(1).unwrap_or_default();
    second.split(',').count() == 4 && second.split(',').all(|field| field.trim().parse::<f64>().is_ok())
}

/// Reads a clip of one file for each frame, given by name and bytes. The action is in the name of the folder, if the
/// names have it.
pub(super) fn open<B: AsRef<[u8]>>(
    files: &[(String, B)],
    unit: Option<Unit>,
    picture: Option<Picture>,
) -> Result<Reading> {
    unused(picture)?;
    let size: usize = files.iter().map(|(_, bytes)| bytes.as_ref().len()).sum();
    if size > MOST {
        let cause = format!("the frames have {} MiB; at most {} are read", size.div_ceil(1 << 20), MOST >> 20);
        return Err(Error::format(cause));
    }
    let (order, gaps) = order(&files.iter().map(|(name, _)| name.as_str()).collect::<Vec<_>>())?;
    let decoded = order.into_iter().map(|i| {
        let (name, bytes) = &files[i];
        text::decode(bytes.as_ref()).map(|text| (name.as_str(), text)).map_err(|e| e.at(name))
    });
    let (clip, mut warnings) = read(&decoded.collect::<Result<Vec<_>>>()?)?;
    warnings.extend(gaps);
    Reading::of(clip, warnings, unit)
}

/// Reads a clip of frames in order, each with its file's name.
pub(super) fn read(files: &[(&str, &str)]) -> Result<(Sequence, Vec<Warning>)> {
    let layout = LayoutId::KinectV1.layout();
    let size = files.iter().map(|(_, text)| text.len()).sum();
    let mut data = room(layout, files.len(), 1, size)?;
    let mut more = 0;
    for (frame, (name, text)) in data.chunks_exact_mut(JOINTS * 3).zip(files) {
        let people = one(text, frame).map_err(|e| if files.len() > 1 { e.at(name) } else { e })?;
        more += usize::from(people > 1);
    }
    let mut clip = Sequence::new(layout.id, FPS, files.len(), 1, data)?;
    somebody(&clip)?;
    clip.label = files.first().and_then(|(name, _)| name.split(['/', '\\']).find_map(ucla::action)).map(str::to_owned);
    let text = || format!("{more} of {} frames have several people; the first is kept.", files.len());
    Ok((clip, if more > 0 { vec![Warning::new(text())] } else { Vec::new() }))
}

/// Reads the first person of a frame, and counts the people.
fn one(text: &str, frame: &mut [f32]) -> Result<usize> {
    let joints: Vec<(usize, &str)> =
        text.lines().enumerate().skip(1).filter(|(_, line)| !line.trim().is_empty()).collect();
    if !joints.len().is_multiple_of(JOINTS) {
        let cause = format!("{} joints; a person has {JOINTS}; was the file cut short?", joints.len());
        return Err(Error::format(cause));
    }
    let layout = LayoutId::KinectV1.layout();
    for ((at, line), place) in joints.iter().zip(frame.chunks_exact_mut(3)) {
        let wrong = |cause: String| Error::format(cause).at(format!("line {}", at + 1));
        let fields: Vec<&str> = line.split(',').map(str::trim).collect();
        if fields.len() != 4 {
            return Err(wrong(format!("{} fields; a joint has x, y, z and a fourth number", fields.len())));
        }
        for (c, (field, value)) in fields.iter().zip(place).enumerate() {
            let number =
                field.parse().map_err(|_| wrong(format!("{:?} is no number", crate::error::short(field, 24))))?;
            *value = channel(layout, c, number).map_err(wrong)?;
        }
    }
    Ok(joints.len() / JOINTS)
}

/// The places of the names in the order of the frames, and a warning if numbers are missing between them.
fn order(names: &[&str]) -> Result<(Vec<usize>, Option<Warning>)> {
    if names.is_empty() || names.len() > Sequence::MAX_FRAMES {
        return Err(Error::format(format!("{} frames; a clip has 1 to {}", names.len(), Sequence::MAX_FRAMES)));
    }
    let number = |name: &&str| -> Result<u64> {
        let base = name.rsplit(['/', '\\']).next().unwrap_or(name).to_ascii_lowercase();
        let digits = base.strip_prefix("frame_").and_then(|rest| rest.split('_').next()?.parse::<u32>().ok());
        let cause = || Error::format("is no name of a frame, such as frame_12_tc_4711_skeletons.txt").at(name);
        Ok(digits.ok_or_else(cause)?.into())
    };
    let numbers: Vec<u64> = match names {
        [_] => vec![0], // One frame alone needs no order.
        several => several.iter().map(number).collect::<Result<_>>()?,
    };
    let mut order: Vec<usize> = (0..names.len()).collect();
    order.sort_by_key(|i| numbers[*i]);
    if let Some(pair) = order.windows(2).find(|pair| numbers[pair[0]] == numbers[pair[1]]) {
        let [a, b] = [names[pair[0]], names[pair[1]]];
        let cause = format!("{a:?} and {b:?} have the same number: two recordings in one folder; keep one of them");
        return Err(Error::format(cause));
    }
    let (first, last) = (numbers[order[0]], numbers[order[order.len() - 1]]);
    let missing = (last - first + 1).saturating_sub(names.len() as u64);
    let text = || format!("{missing} of the frames {first} to {last} are missing; the others follow each other.");
    Ok((order, (missing > 0).then(|| Warning::new(text()))))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn frame(people: usize, x: f32) -> String {
        let joint = |j: usize| format!("{},{},2.5,2\r\n", x + j as f32 / 100.0, j as f32 / 10.0);
        format!("1\r\n{}", (0..people * JOINTS).map(joint).collect::<String>())
    }

    fn file(n: usize, text: String) -> (String, String) {
        (format!("a11_s03_e01/frame_{n}_tc_{}_skeletons.txt", 9_000 - n), text)
    }

    fn message(files: &[(String, String)]) -> String {
        open(files, None, None).err().map(|e| e.to_string()).unwrap_or_default()
    }

    #[test]
    fn frames_follow_each_other_by_their_number() -> Result<()> {
        let files = [file(10, frame(1, 0.3)), file(9, "0\n".into()), file(7, frame(2, 0.1))];
        let Reading { clip, warnings } = open(&files, None, None)?;
        assert_eq!((clip.layout().id, clip.frames(), clip.people()), (LayoutId::KinectV1, 3, 1));
        assert_eq!(clip.label.as_deref(), Some("throw"));
        assert!(clip.present(0, 0) && !clip.present(1, 0));
        let near = |joint: &[f32], x: f32| (joint[0] - x).abs() < 1e-6 && joint[1..] == [1.9, 2.5];
        assert!(near(clip.joint(0, 0, 19), 0.29) && near(clip.joint(2, 0, 19), 0.49));
        let said: Vec<_> = warnings.into_iter().map(|w| w.text).collect();
        assert!(said.iter().any(|w| w.starts_with("1 of 3 frames have several people")), "{said:?}");
        assert!(said.iter().any(|w| w.starts_with("1 of the frames 7 to 10 are missing")), "{said:?}");
        Ok(())
    }

    #[test]
    fn errors_name_file_and_line() {
        assert!(message(&[file(1, frame(1, 0.0)), file(1, frame(1, 0.0))]).contains("have the same number"));
        let cut = frame(1, 0.0).lines().take(12).collect::<Vec<_>>().join("\n");
        assert!(message(&[file(1, frame(1, 0.0)), file(2, cut)]).contains("_2_tc_8998_skeletons.txt: 11 joints"));
        let bad = |from: &str, to: &str| message(&[file(1, frame(1, 0.0).replacen(from, to, 1))]);
        assert!(bad("2.5,2", "x,2").starts_with("line 2: \"x\" is no number"), "{}", bad("2.5,2", "x,2"));
        assert!(bad("2.5,2", "2.5").starts_with("line 2: 3 fields"));
        assert!(bad("2.5,2", "1e9,2").starts_with("line 2: 1000000000.0 is no coordinate"));
        assert!(bad("2.5,2", "NaN,2").starts_with("line 2: NaN is no coordinate"));
        assert_eq!(message(&[file(1, "0\n".into())]), "nobody is seen in any of the clip's 1 frames");
        let odd = [("a_skeletons.txt".to_owned(), frame(1, 0.0)), ("b_skeletons.txt".to_owned(), frame(1, 0.0))];
        assert!(message(&odd).contains("is no name of a frame"));
    }
}
