//! Kinetics-skeleton JSON: OpenPose's 18 joints, x and y as shares of the picture, a score each.
//!
//! `{"data": [{"frame_index": 1, "skeleton": [{"pose": [x0, y0, ...], "score": [s0, ...]}]}], "label": "..."}`
//!
//! y points *down*, as in a picture, and stays so in the [`Sequence`]. The centring that networks trained on this set
//! expect (minus 0.5, in some code with y turned) is preprocessing, not reading. A joint with score 0 was not found:
//! all its channels are zero here.
//!
//! The files know no identities. As in the set's usual preprocessing, each frame is sorted by total score and the two
//! surest people are kept, so a slot may pass from one person to another; unlike there, people beyond the fifth count
//! too. A clip starts at its first `frame_index`, and a skipped index is a frame without anybody.

use std::fmt::Write as _;

use serde::de::{Deserializer, Error as _};

use super::json::{self, List, Record, Value};
use super::rules::{channel, room, somebody};
use crate::error::{self, Error};
use crate::skeleton::{Layout, LayoutId, Sequence};

/// The set's videos were brought to 30 frames a second before OpenPose ran on them.
const FPS: f32 = 30.0;
/// People kept in a frame.
const PEOPLE: usize = 2;
const JOINTS: usize = 18;
const VALUES: usize = JOINTS * 3;

/// Reads a clip.
pub(super) fn read(text: &str) -> error::Result<Sequence> {
    let mut document = Document::default();
    json::parse(text, &mut document)?;
    let missing = || Error::format("the key \"data\" is missing");
    let kept = document.data.ok_or_else(missing)?.kept;
    let (Some((first, _)), Some((last, _))) = (kept.first(), kept.last()) else {
        return Err(Error::format("there is no frame").at("data"));
    };
    let (first, frames) = (*first, last - first + 1);
    // A clip without anybody is refused below; until then it has one empty slot.
    let people = kept.iter().map(|(_, people)| people.len()).max().unwrap_or(0).max(1);
    let layout = LayoutId::OpenPose18.layout();
    let mut values = room(layout, frames, people, text.len())?;
    for (index, found) in &kept {
        let start = (index - first) * people * VALUES;
        for (place, joints) in values[start..].chunks_exact_mut(VALUES).zip(found) {
            place.copy_from_slice(joints);
        }
    }
    let mut clip = Sequence::new(layout.id, FPS, frames, people, values)?;
    somebody(&clip)?;
    clip.label = document.label;
    Ok(clip)
}

/// Writes a clip, one frame a line; absent people are left out. There is no `label_index`: it numbers the classes of
/// whoever trained a network, which a clip does not know.
pub(super) fn write(clip: &Sequence) -> Vec<u8> {
    let mut out = String::from(r#"{"data":["#);
    for t in 0..clip.frames() {
        let _ = write!(out, "{}\n{{\"frame_index\":{},\"skeleton\":[", if t == 0 { "" } else { "," }, t + 1);
        for (i, m) in (0..clip.people()).filter(|&m| clip.present(t, m)).enumerate() {
            let joints = clip.person(t, m).chunks_exact(3);
            let list = |numbers: Vec<String>| numbers.join(",");
            let pose = list(joints.clone().map(|j| format!("{},{}", j[0], j[1])).collect());
            let score = list(joints.map(|j| j[2].to_string()).collect());
            let _ = write!(out, "{}{{\"pose\":[{pose}],\"score\":[{score}]}}", if i == 0 { "" } else { "," });
        }
        out.push_str("]}");
    }
    out.push_str("\n]");
    if let Some(label) = &clip.label {
        let _ = write!(out, r#","label":{}"#, serde_json::Value::from(label.as_str()));
    }
    out.push_str("}\n");
    out.into_bytes()
}

#[derive(Default)]
struct Document {
    data: Option<Data>,
    label: Option<String>,
}

impl Record for Document {
    const EXPECTED: &'static str = "an object with the key \"data\"";
    const KEYS: &'static [&'static str] = &["data", "label"];

    fn field<'de, D: Deserializer<'de>>(&mut self, key: &'static str, value: Value<'_, D>) -> Result<(), D::Error> {
        if key == "label" {
            self.label = value.text()?;
        } else {
            let mut data = Data::default();
            value.list(&mut data)?;
            self.data = Some(data);
        }
        Ok(())
    }
}

/// The people kept, surest first, (V, C) each, by the frame's index.
#[derive(Default)]
struct Data {
    kept: Vec<(usize, Vec<[f32; VALUES]>)>,
}

impl List for Data {
    const EXPECTED: &'static str = "an array of frames";

    fn item<'de, D: Deserializer<'de>>(&mut self, _: usize, value: Value<'_, D>) -> Result<(), D::Error> {
        let mut frame = Frame { before: self.kept.last().map(|(index, _)| *index), index: None, people: None };
        value.record(&mut frame)?;
        let index = frame.index.ok_or_else(|| missing("frame_index"))?;
        let mut people = frame.people.ok_or_else(|| missing("skeleton"))?.0;
        people.sort_by(|a, b| b.total.total_cmp(&a.total)); // Stable: among equals the file's order.
        people.truncate(PEOPLE);
        self.kept.push((index, people.into_iter().map(|p| p.joints).collect()));
        Ok(())
    }
}

fn missing<E: serde::de::Error>(key: &str) -> E {
    E::custom(format!("the key {key:?} is missing"))
}

struct Frame {
    before: Option<usize>,
    index: Option<usize>,
    people: Option<People>,
}

impl Record for Frame {
    const EXPECTED: &'static str = "a frame: an object with \"frame_index\" and \"skeleton\"";
    const KEYS: &'static [&'static str] = &["frame_index", "skeleton"];

    fn field<'de, D: Deserializer<'de>>(&mut self, key: &'static str, value: Value<'_, D>) -> Result<(), D::Error> {
        if key == "skeleton" {
            let mut people = People(Vec::new());
            value.list(&mut people)?;
            self.people = Some(people);
            return Ok(());
        }
        let index = value.count()?;
        if let Some(before) = self.before.filter(|before| index <= *before) {
            return Err(D::Error::custom(format!("{index} does not come after {before}, the frame before it")));
        }
        self.index = Some(index);
        Ok(())
    }
}

/// Everybody in a frame who has a joint with a score.
struct People(Vec<Person>);

struct Person {
    total: f32,
    joints: [f32; VALUES],
}

impl List for People {
    const EXPECTED: &'static str = "an array of people";

    fn item<'de, D: Deserializer<'de>>(&mut self, _: usize, value: Value<'_, D>) -> Result<(), D::Error> {
        let mut read = PersonReader::default();
        value.record(&mut read)?;
        let pose = read.pose.ok_or_else(|| missing("pose"))?;
        let score = read.score.ok_or_else(|| missing("score"))?;
        let mut person = Person { total: score.iter().sum(), joints: [0.0; VALUES] };
        for (j, joint) in person.joints.chunks_exact_mut(3).enumerate().filter(|(j, _)| score[*j] > 0.0) {
            joint.copy_from_slice(&[pose[2 * j], pose[2 * j + 1], score[j]]);
        }
        if person.total > 0.0 {
            self.0.push(person);
        }
        Ok(())
    }
}

#[derive(Default)]
struct PersonReader {
    pose: Option<[f32; 2 * JOINTS]>,
    score: Option<[f32; JOINTS]>,
}

impl Record for PersonReader {
    const EXPECTED: &'static str = "a person: an object with \"pose\" and \"score\"";
    const KEYS: &'static [&'static str] = &["pose", "score"];

    fn field<'de, D: Deserializer<'de>>(&mut self, key: &'static str, value: Value<'_, D>) -> Result<(), D::Error> {
        if key == "pose" {
            self.pose = Some(numbers(value, |i| i % 2)?);
        } else {
            self.score = Some(numbers(value, |_| 2)?);
        }
        Ok(())
    }
}

/// Reads exactly N numbers; `of` names the channel of each.
fn numbers<'de, D: Deserializer<'de>, const N: usize>(
    value: Value<'_, D>,
    of: impl Fn(usize) -> usize,
) -> Result<[f32; N], D::Error> {
    let mut numbers = Numbers { layout: LayoutId::OpenPose18.layout(), of, values: [0.0; N] };
    match value.list(&mut numbers)?.unwrap_or(0) {
        count if count == N => Ok(numbers.values),
        count => Err(D::Error::custom(format!("{count} numbers; {JOINTS} joints have {N}"))),
    }
}

struct Numbers<F, const N: usize> {
    layout: &'static Layout,
    of: F,
    values: [f32; N],
}

impl<F: Fn(usize) -> usize, const N: usize> List for Numbers<F, N> {
    const EXPECTED: &'static str = "an array of numbers";

    fn item<'de, D: Deserializer<'de>>(&mut self, index: usize, value: Value<'_, D>) -> Result<(), D::Error> {
        let Some(place) = self.values.get_mut(index) else {
            return value.skip(); // Counted, and reported when the array ends.
        };
        *place = channel(self.layout, (self.of)(index), value.number()?).map_err(D::Error::custom)?;
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn person(x: f32, score: f32) -> String {
        let pose = vec![format!("{x},0.75"); 18].join(",");
        format!(r#"{{"pose":[{pose}],"score":[{}]}}"#, vec![score.to_string(); 18].join(","))
    }

    fn document(frames: &[(usize, &[String])]) -> String {
        let frame =
            |(i, people): &(usize, &[String])| format!(r#"{{"frame_index":{i},"skeleton":[{}]}}"#, people.join(","));
        format!(
            r#"{{"data":[{}],"label":"abseiling","label_index":0}}"#,
            frames.iter().map(frame).collect::<Vec<_>>().join(",")
        )
    }

    fn message(text: &str) -> String {
        read(text).err().map(|e| e.to_string()).unwrap_or_default()
    }

    #[test]
    fn the_two_surest_of_eleven_are_kept_in_order_of_score() -> error::Result<()> {
        let crowd: Vec<_> = (0..11)
            .map(|i| person(i as f32 / 20.0, [0.1, 0.9, 0.8][usize::from(i == 7) + 2 * usize::from(i == 9)]))
            .collect();
        let clip = read(&document(&[(1, &crowd), (2, &[]), (3, &[person(0.5, 0.4)])]))?;
        assert_eq!((clip.frames(), clip.people(), clip.fps), (3, 2, 30.0));
        assert_eq!(clip.label.as_deref(), Some("abseiling"));
        assert_eq!(clip.joint(0, 0, 4), [0.35, 0.75, 0.9]);
        assert_eq!(clip.joint(0, 1, 4), [0.45, 0.75, 0.8]);
        assert!(!clip.present(1, 0) && clip.present(2, 0) && !clip.present(2, 1));
        Ok(())
    }

    #[test]
    fn a_joint_without_score_is_all_zero_and_a_person_without_any_is_nobody() -> error::Result<()> {
        let half = person(0.5, 0.5).replacen("\"score\":[0.5", "\"score\":[0", 1);
        let clip = read(&document(&[(0, &[person(0.1, 0.0), half])]))?;
        assert_eq!(clip.people(), 1);
        assert_eq!(clip.joint(0, 0, 0), [0.0; 3]);
        assert_eq!(clip.joint(0, 0, 1), [0.5, 0.75, 0.5]);
        Ok(())
    }

    #[test]
    fn a_skipped_index_is_an_empty_frame_and_labels_may_be_missing() -> error::Result<()> {
        let text = document(&[(5, &[person(0.5, 1.0)]), (8, &[person(0.6, 1.0)])]);
        let clip = read(&text.replace(r#","label":"abseiling","label_index":0"#, ""))?;
        assert_eq!((clip.frames(), clip.label.as_deref()), (4, None));
        assert_eq!([0, 1, 2, 3].map(|t| clip.present(t, 0)), [true, false, false, true]);
        Ok(())
    }

    #[test]
    fn a_written_clip_comes_back_exactly() -> error::Result<()> {
        let text = document(&[(1, &[person(0.123_456_79, 0.9), person(-0.1, 0.333_333_34)]), (2, &[])]);
        let clip = read(&text)?;
        assert_eq!(read(&String::from_utf8_lossy(&write(&clip)))?, clip);
        Ok(())
    }

    #[test]
    fn errors_name_the_field() {
        let one = person(0.5, 0.5);
        let good = document(&[(1, std::slice::from_ref(&one)), (2, std::slice::from_ref(&one))]);
        let second = good.rfind("{\"frame_index\"").unwrap_or(0);
        let change = |from: &str, to: &str| format!("{}{}", &good[..second], good[second..].replacen(from, to, 1));
        for (text, start) in [
            (change("0.5,0.75,", ""), "data[1].skeleton[0].pose: 34 numbers; 18 joints have 36"),
            (change("\"score\":[0.5", "\"score\":[0.5,1"), "data[1].skeleton[0].score: 19 numbers; 18 joints have 18"),
            (change("0.75", "240"), "data[1].skeleton[0].pose[1]: 240.0 is no share of the picture"),
            (
                change("\"score\":[0.5", "\"score\":[-1"),
                "data[1].skeleton[0].score[0]: the confidence -1.0 is negative",
            ),
            (change("0.75", "Infinity"), "data[1].skeleton[0].pose[1]: expected value"),
            (change("0.75", "1e999"), "data[1].skeleton[0].pose[1]: number out of range"),
            (change("0.75", "\"0.75\""), "data[1].skeleton[0].pose[1]: invalid type: string"),
            (change("pose", "poses"), "data[1].skeleton[0]: the key \"pose\" is missing"),
            (change("score", "pose"), "data[1].skeleton[0].pose: the key stands twice"),
            (change("\"frame_index\":2", "\"frame_index\":1"), "data[1].frame_index: 1 does not come after 1"),
            (change("\"frame_index\":2", "\"frame_index\":0"), "data[1].frame_index: 0 does not come after 1"),
            (change("\"frame_index\":2", "\"frame_index\":-2"), "data[1].frame_index: -2.0 is no count"),
            (change("\"frame_index\":2,", ""), "data[1]: the key \"frame_index\" is missing"),
            (
                change("\"frame_index\":2", "\"frame_index\":4294967296"),
                "data[1].frame_index: 4294967296.0 is no count",
            ),
            (change("\"frame_index\":2", "\"frame_index\":1e6"), "1000000 frames; at most 162000 are read"),
            (change("\"frame_index\":2", "\"frame_index\":1e5"), "100000 frames, but hardly anybody in them"),
            (good.replacen("[{", "[[{", 1), "data[0]: invalid type: sequence, expected a frame"),
            (good.replacen("abseiling", "\\ud800", 1), "label: "),
            (good[..good.len() - 60].to_owned(), "data[1].skeleton[0].score: EOF while parsing a list at line 1"),
            (r#"{"data":[]}"#.to_owned(), "data: there is no frame"),
            (document(&[(1, &[])]), "nobody is seen in any of the clip's 1 frames"),
            (r#"{"label":"x"}"#.to_owned(), "the key \"data\" is missing"),
        ] {
            let found = message(&text);
            assert!(found.starts_with(start), "{found:?} does not start with {start:?}");
        }
    }
}
