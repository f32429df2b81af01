//! NTU RGB+D's `.skeleton` text: Kinect v2 bodies of 25 joints, metres, 30 frames a second.
//!
//! Line by line: the count of frames; per frame the count of bodies; per body a line of 10 fields that starts with the
//! body's id, the count of joints, and per joint a line of 12 fields that starts with x, y and z. Only the id and the
//! coordinates are read: the other fields hold `NaN` in some files.
//!
//! A body keeps its slot by its id, also when it leaves and comes back; a person whose id changes is one person
//! ([`tracks`](super::tracks)). Of more than two bodies the two of highest motion energy stay, the highest first, as in
//! this set's usual preprocessing.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use super::ntu_classes;
use super::reading::Warning;
use super::rules::{channel, room, somebody};
use super::tracks::{Track, stitched};
use crate::error::{Error, Result, short};
use crate::skeleton::{LayoutId, Sequence};

const FPS: f32 = 30.0;
/// Bodies kept in a clip.
const PEOPLE: usize = 2;
/// Bodies that a Kinect tracks at a time.
const BODIES: usize = 6;
const JOINTS: usize = 25;
const VALUES: usize = JOINTS * 3;

/// Reads a clip; the label comes from the file's name.
pub(super) fn read(text: &str, file_name: &str) -> Result<(Sequence, Vec<Warning>)> {
    let mut lines = Lines { rest: text.lines(), number: 0, frame: None };
    let frames = lines.count("the count of frames")?;
    if frames == 0 || frames > Sequence::MAX_FRAMES {
        return Err(lines.error(format!("{frames} frames; a clip has 1 to {}", Sequence::MAX_FRAMES)));
    }
    let mut bodies = Bodies::default();
    for t in 0..frames {
        lines.frame = Some(t);
        read_frame(&mut lines, t, &mut bodies)?;
    }
    lines.frame = None;
    lines.only_blank(frames)?;
    let (kept, people) = bodies.liveliest();
    let mut warnings = Vec::new();
    if people > PEOPLE {
        warnings.push(Warning::new(format!("{people} bodies; the {PEOPLE} with the most motion are kept.")));
    }
    let layout = LayoutId::Ntu.layout();
    // A clip without anybody is refused below; until then it has one empty slot.
    let people = kept.len().max(1);
    let mut data = room(layout, frames, people, text.len())?;
    for (slot, body) in kept.iter().enumerate() {
        for (t, joints) in body.frames.iter().zip(body.values.chunks_exact(VALUES)) {
            let at = (t * people + slot) * VALUES;
            data[at..at + VALUES].copy_from_slice(joints);
        }
    }
    let mut clip = Sequence::new(layout.id, FPS, frames, people, data)?;
    somebody(&clip)?;
    clip.label = ntu_classes::label(file_name).map(str::to_owned);
    Ok((clip, warnings))
}

fn read_frame<'t>(lines: &mut Lines<'t>, t: usize, bodies: &mut Bodies<'t>) -> Result<()> {
    let count = lines.count("a count of bodies")?;
    if count > BODIES {
        return Err(lines.error(format!("{count} bodies in a frame; a Kinect tracks at most {BODIES}")));
    }
    for _ in 0..count {
        let id = lines.fields::<1>(10, "a body")?;
        let body = bodies.of(id[0]);
        if body.frames.last() == Some(&t) {
            return Err(lines.error(format!("the body {} is twice in this frame", short(id[0], 24))));
        }
        let joints = lines.count("a count of joints")?;
        if joints != JOINTS {
            return Err(lines.error(format!("{joints} joints; a body has {JOINTS}")));
        }
        let start = body.values.len();
        for _ in 0..JOINTS {
            let xyz = lines.fields::<3>(12, "a joint")?;
            for (c, field) in xyz.into_iter().enumerate() {
                body.values.push(lines.coordinate(c, field)?);
            }
        }
        if body.values[start..].iter().all(|v| *v == 0.0) {
            body.values.truncate(start); // All zeros: the body is not there.
        } else {
            body.frames.push(t);
        }
    }
    Ok(())
}

/// All bodies of a clip, in order of appearance.
#[derive(Default)]
struct Bodies<'t> {
    by_id: BTreeMap<&'t str, usize>,
    all: Vec<Track>,
}

impl<'t> Bodies<'t> {
    fn of(&mut self, id: &'t str) -> &mut Track {
        let new = self.all.len();
        let at = *self.by_id.entry(id).or_insert(new);
        if at == new {
            self.all.push(Track::default());
        }
        &mut self.all[at]
    }

    /// At most two, the highest energy first, among equals the one that came first; and how many there were.
    fn liveliest(self) -> (Vec<Track>, usize) {
        let seen = self.all.into_iter().filter(|b| !b.frames.is_empty()).collect();
        let mut ranked: Vec<_> = stitched(seen).into_iter().map(|b| (b.energy(), b)).collect();
        let count = ranked.len();
        ranked.sort_by(|a, b| b.0.total_cmp(&a.0));
        ranked.truncate(PEOPLE);
        (ranked.into_iter().map(|(_, body)| body).collect(), count)
    }
}

/// The lines of a file, numbered from 1.
struct Lines<'t> {
    rest: std::str::Lines<'t>,
    number: usize,
    /// The frame being read, from 0.
    frame: Option<usize>,
}

impl<'t> Lines<'t> {
    fn next(&mut self, what: &str) -> Result<&'t str> {
        self.number += 1;
        self.rest.next().ok_or_else(|| self.error(format!("{what} should stand here")))
    }

    /// The next line as a count.
    fn count(&mut self, what: &str) -> Result<usize> {
        let line = self.next(what)?.trim_ascii();
        line.parse().map_err(|_| self.error(format!("{:?} is not {what}", short(line, 24))))
    }

    /// The first N fields of the next line, which must have `all` of them.
    fn fields<const N: usize>(&mut self, all: usize, what: &str) -> Result<[&'t str; N]> {
        let line = self.next(what)?;
        let mut first = [""; N];
        let mut found = 0;
        for field in line.split_ascii_whitespace() {
            if let Some(place) = first.get_mut(found) {
                *place = field;
            }
            found += 1;
        }
        if found == all { Ok(first) } else { Err(self.error(format!("{found} fields; {what} has {all}"))) }
    }

    fn coordinate(&self, axis: usize, field: &str) -> Result<f32> {
        let no_number = || self.error(format!("{:?} is no coordinate", short(field, 24)));
        let value = field.parse().map_err(|_| no_number())?;
        channel(LayoutId::Ntu.layout(), axis, value).map_err(|cause| self.error(cause))
    }

    fn only_blank(&mut self, frames: usize) -> Result<()> {
        while let Some(line) = self.rest.next() {
            self.number += 1;
            if !line.trim_ascii().is_empty() {
                return Err(self.error(format!("there is more after the last of {frames} frames")));
            }
        }
        Ok(())
    }

    /// An error at this line. Files cut short are common, so it says where nothing follows.
    fn error(&self, cause: String) -> Error {
        let ends = self.rest.clone().next().is_none();
        let error = Error::format(if ends { format!("{cause} (the file ends here)") } else { cause });
        let error = match self.frame {
            Some(frame) => error.at(format!("frame {frame}")),
            None => error,
        };
        error.at(format!("line {}", self.number))
    }
}

/// Writes a clip. Fields that a clip does not know (hands, lean, pictures, orientation) are 0, tracking states 2,
/// tracked.
pub(super) fn write(clip: &Sequence) -> Result<Vec<u8>> {
    if clip.people() > BODIES {
        return Err(Error::config(format!("{} people; an NTU file has at most {BODIES}", clip.people())));
    }
    let mut out = format!("{}\n", clip.frames());
    for t in 0..clip.frames() {
        let present: Vec<_> = (0..clip.people()).filter(|&m| clip.present(t, m)).collect();
        let _ = writeln!(out, "{}", present.len());
        for m in present {
            // Ids of the size that a Kinect gives: 2^56 and up.
            let _ = writeln!(out, "{} 0 0 0 0 0 0 0 0 2\n{JOINTS}", (1u64 << 56) + 1 + m as u64);
            for xyz in clip.person(t, m).chunks_exact(3) {
                let _ = writeln!(out, "{} {} {} 0 0 0 0 0 0 0 0 2", xyz[0], xyz[1], xyz[2]);
            }
        }
    }
    Ok(out.into_bytes())
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A body whose first joint is at x; `swing` scales its motion energy.
    fn body(id: &str, x: f32, swing: f32) -> String {
        let joint = |j: usize| format!("{} {} 3.5 NaN 0 0 0 0 0 0 0 2\n", x + swing * j as f32, 0.1 * j as f32);
        format!("{id} 0 1 1 1 1 0 0.02 -0.1 2\n25\n{}", (0..25).map(joint).collect::<String>())
    }

    fn file(frames: &[&[String]]) -> String {
        let frame = |bodies: &&[String]| format!("{}\n{}", bodies.len(), bodies.concat());
        format!("{}\n{}", frames.len(), frames.iter().map(frame).collect::<String>())
    }

    fn read(text: &str, name: &str) -> Result<Sequence> {
        super::read(text, name).map(|(clip, _)| clip)
    }

    fn message(text: &str) -> String {
        read(text, "").err().map(|e| e.to_string()).unwrap_or_default()
    }

    #[test]
    fn a_body_keeps_its_slot_where_it_leaves_and_comes_back_in_another_place() -> Result<()> {
        let (a, b) = (|x| body("7", x, 0.1), |x| body("9", x, 0.2));
        let clip = read(&file(&[&[a(0.1)], &[b(1.0), a(0.2)], &[b(1.1)], &[], &[a(0.5), b(1.4)]]), "")?;
        assert_eq!((clip.frames(), clip.people(), clip.fps), (5, 2, 30.0));
        let x = |t, m| clip.present(t, m).then(|| clip.joint(t, m, 0)[0]);
        // "9" swings more, so it has the first slot, although "7" appeared first.
        assert_eq!([0, 1, 2, 3, 4].map(|t| x(t, 0)), [None, Some(1.0), Some(1.1), None, Some(1.4)]);
        assert_eq!([0, 1, 2, 3, 4].map(|t| x(t, 1)), [Some(0.1), Some(0.2), None, None, Some(0.5)]);
        Ok(())
    }

    #[test]
    fn of_six_bodies_the_two_liveliest_stay() -> Result<()> {
        let crowd: Vec<_> = (0..6).map(|i| body(&i.to_string(), i as f32, [0.0, 0.2, 0.1, 0.4, 0.3, 0.0][i])).collect();
        let (clip, warnings) = super::read(&file(&[&crowd]), "")?;
        assert_eq!(warnings[0].text, "6 bodies; the 2 with the most motion are kept.");
        assert_eq!([0, 1].map(|m| clip.joint(0, m, 0)[0]), [3.0, 4.0]);
        Ok(())
    }

    #[test]
    fn both_line_ends_a_missing_last_one_and_blank_lines_after_it_are_taken() -> Result<()> {
        let unix = file(&[&[body("1", 0.5, 0.1)], &[]]);
        let clip = read(&unix, "S001C001P001R001A023.skeleton")?;
        assert_eq!(clip.label.as_deref(), Some("hand waving"));
        assert_eq!(clip.joint(0, 0, 2), [0.7, 0.2, 3.5]);
        for text in [unix.replace('\n', "\r\n"), unix.trim_end().to_owned(), format!("{unix}\n \r\n")] {
            assert_eq!(read(&text, "S001C001P001R001A023.skeleton")?, clip);
        }
        Ok(())
    }

    #[test]
    fn a_body_of_zeros_is_absent() -> Result<()> {
        let nobody = format!("5 0 0 0 0 0 0 0 0 0\n25\n{}", "0 0 0 0 0 0 0 0 0 0 0 0\n".repeat(25));
        assert_eq!(read(&file(&[&[nobody.clone(), body("6", 1.0, 0.1)]]), "")?.people(), 1);
        assert_eq!(message(&file(&[&[nobody]])), "nobody is seen in any of the clip's 1 frames");
        Ok(())
    }

    #[test]
    fn a_written_clip_comes_back_exactly() -> Result<()> {
        let clip = read(&file(&[&[body("1", 0.1, 0.3), body("2", 1.0 / 3.0, 0.2)], &[], &[body("2", 1e-7, 0.2)]]), "")?;
        let text = String::from_utf8_lossy(&write(&clip)?).into_owned();
        assert_eq!(read(&text, "")?, clip);
        assert_eq!(text.lines().nth(2), Some("72057594037927937 0 0 0 0 0 0 0 0 2"));
        Ok(())
    }

    #[test]
    fn errors_name_the_line() {
        let good = file(&[&[body("1", 0.5, 0.1)], &[body("1", 0.5, 0.1), body("2", 0.0, 0.1)]]);
        // Line 30 counts the second frame's bodies; its bodies start at lines 31 and 58.
        let with = |number: usize, line: &str| {
            good.lines()
                .enumerate()
                .map(|(i, l)| if i + 1 == number { line } else { l }.to_owned() + "\n")
                .collect::<String>()
        };
        let cut = |number: usize| good.lines().take(number).collect::<Vec<_>>().join("\n");
        for (text, expected) in [
            (with(1, "0"), "line 1: 0 frames; a clip has 1 to 162000"),
            (with(1, "99999999999"), "line 1: 99999999999 frames; a clip has 1 to 162000"),
            (with(1, &"9".repeat(99)), "line 1: \"999999999999999999999999...\" is not the count of frames"),
            (with(1, "1"), "line 30: there is more after the last of 1 frames"),
            (with(1, "3"), "line 85, frame 2: a count of bodies should stand here (the file ends here)"),
            (with(30, "-1"), "line 30, frame 1: \"-1\" is not a count of bodies"),
            (with(30, "7"), "line 30, frame 1: 7 bodies in a frame; a Kinect tracks at most 6"),
            (with(31, "1 0 0"), "line 31, frame 1: 3 fields; a body has 10"),
            (with(32, "20"), "line 32, frame 1: 20 joints; a body has 25"),
            (with(58, "1 0 0 0 0 0 0 0 0 2"), "line 58, frame 1: the body 1 is twice in this frame"),
            (with(34, "0 NaN 0 0 0 0 0 0 0 0 0 2"), "line 34, frame 1: NaN is no coordinate"),
            (with(34, "-inf 0 0 0 0 0 0 0 0 0 0 2"), "line 34, frame 1: -inf is no coordinate"),
            (with(34, "1e999 0 0 0 0 0 0 0 0 0 0 2"), "line 34, frame 1: inf is no coordinate"),
            (with(34, "0 0 1e30 0 0 0 0 0 0 0 0 2"), "line 34, frame 1: 1e30 is no coordinate"),
            (with(34, "0 0 x1 0 0 0 0 0 0 0 0 2"), "line 34, frame 1: \"x1\" is no coordinate"),
            (with(34, "0 0 0 0 0 0 0 0 0 0 0 2 7"), "line 34, frame 1: 13 fields; a joint has 12"),
            (cut(41), "line 42, frame 1: a joint should stand here (the file ends here)"),
            (cut(41) + "\n0.1 0.", "line 42, frame 1: 2 fields; a joint has 12 (the file ends here)"),
            ("2\n0\n0\n".to_owned(), "nobody is seen in any of the clip's 2 frames"),
            (
                "162000\n".to_owned() + &"0\n".repeat(162_000),
                "162000 frames, but hardly anybody in them: the file is too small for it",
            ),
        ] {
            assert_eq!(message(&text), expected);
        }
    }
}
