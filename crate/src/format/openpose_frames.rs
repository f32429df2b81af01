//! OpenPose's own JSON, one file a frame: `{"people": [{"pose_keypoints_2d": [x0, y0, c0, ...]}]}`.
//!
//! The coordinates are pixels, or shares of the picture where OpenPose was asked for them. The files do not hold the
//! picture's size, so a person gives it. As in Kinetics-skeleton, a frame keeps the two surest people; the files know
//! no identities.

use serde::de::{Deserializer, Error as _};

use super::detect::{Found, detect};
use super::json::{self, List, Record, Value};
use super::picture::{Picture, unused};
use super::reading::{Reading, Warning};
use super::rules::{channel, room, somebody};
use super::unit::Unit;
use super::{frame_names, text};
use crate::error::{self, Error};
use crate::skeleton::{LayoutId, Sequence};

const FPS: f32 = 30.0;
const PEOPLE: usize = 2;
/// Bytes of all files together, at most.
const MOST: usize = 512 << 20;
/// Layouts by their number of joints; each has x, y and a confidence.
const LAYOUTS: [(usize, LayoutId); 2] = [(18, LayoutId::OpenPose18), (25, LayoutId::Body25)];

/// As [`super::open_frames`].
pub(super) fn open<B: AsRef<[u8]>>(
    files: &[(String, B)],
    unit: Option<Unit>,
    picture: Option<Picture>,
) -> error::Result<Reading> {
    let (sorted, gaps) = sorted(files)?;
    let (clip, mut warnings) = read(&sorted, picture)?;
    warnings.extend(gaps);
    Reading::of(clip, warnings, unit)
}

/// The farthest pixel to the right and downwards, if the files have pixels: then [`super::open_frames`] needs the size
/// of the picture. None for shares of the picture.
///
/// # Errors
/// As [`super::open_frames`].
pub fn pixels<B: AsRef<[u8]>>(files: &[(String, B)]) -> error::Result<Option<Picture>> {
    let (sorted, _) = sorted(files)?;
    Ok(farthest(&frames(&sorted)?))
}

/// Is this one of OpenPose's files?
pub fn is_frame(bytes: &[u8]) -> bool {
    let found = text::decode(bytes).and_then(|text| detect(text, ""));
    matches!(found, Ok(Found::OpenPoseFrame))
}

type Named<'a> = (&'a str, &'a str);

/// The files' names and texts in the order of the frames, with a warning of frames that are missing.
fn sorted<B: AsRef<[u8]>>(files: &[(String, B)]) -> error::Result<(Vec<Named<'_>>, Option<Warning>)> {
    if files.is_empty() || files.len() > Sequence::MAX_FRAMES {
        return Err(Error::format(format!("{} frames; a clip has 1 to {}", files.len(), Sequence::MAX_FRAMES)));
    }
    let size: usize = files.iter().map(|(_, bytes)| bytes.as_ref().len()).sum();
    if size > MOST {
        let (has, most) = (size.div_ceil(1 << 20), MOST >> 20);
        return Err(Error::format(format!("the frames have {has} MiB; at most {most} are read: cut the clip")));
    }
    let (order, warning) = frame_names::order(&files.iter().map(|(name, _)| name.as_str()).collect::<Vec<_>>())?;
    let named = order.into_iter().map(|i| {
        let (name, bytes) = &files[i];
        text::decode(bytes.as_ref()).map(|text| (name.as_str(), text)).map_err(|e| e.at(name))
    });
    Ok((named.collect::<error::Result<_>>()?, warning))
}

fn frames(files: &[Named<'_>]) -> error::Result<Vec<People>> {
    let read = |(name, text): &Named<'_>| {
        let mut document = Document::default();
        json::parse(text, &mut document)?;
        document.people.ok_or_else(|| Error::format("the key \"people\" is missing")).map_err(|e| e.at(name))
    };
    let place = |file: &Named<'_>, e: Error| if files.len() > 1 { e.at(file.0) } else { e };
    files.iter().map(|file| read(file).map_err(|e| place(file, e))).collect()
}

/// Reads a clip of one file for each frame, in order.
pub(super) fn read(files: &[Named<'_>], picture: Option<Picture>) -> error::Result<(Sequence, Vec<Warning>)> {
    let mut frames = frames(files)?;
    let id = layout(&frames)?;
    let Picture { width, height } = match (farthest(&frames), picture) {
        (None, picture) => unused(picture).map(|()| Picture { width: 1.0, height: 1.0 })?,
        (Some(_), None) => return Err(Picture::missing()),
        (Some(far), Some(size)) => size.reaches(far).map(|()| size)?,
    };
    let layout = id.layout();
    let people = frames.iter().map(|frame| frame.0.len().min(PEOPLE)).max().unwrap_or(0).max(1);
    let size: usize = files.iter().map(|(_, text)| text.len()).sum();
    let body = layout.len() * 3;
    let mut data = room(layout, frames.len(), people, size)?;
    let slots = data.chunks_exact_mut(people * body);
    for ((slot, frame), (name, _)) in slots.zip(&mut frames).zip(files) {
        let total = |person: &Vec<f64>| person.iter().skip(2).step_by(3).sum::<f64>();
        frame.0.sort_by(|a, b| total(b).total_cmp(&total(a)));
        for (place, person) in slot.chunks_exact_mut(body).zip(&frame.0) {
            for (joint, at) in
                person.as_chunks::<3>().0.iter().enumerate().filter(|(_, joint)| joint[2] > 0.0).map(|(j, p)| (p, j))
            {
                for (c, value) in [joint[0] / width, joint[1] / height, joint[2]].into_iter().enumerate() {
                    let wrong = |cause| Error::format(cause).at(format!("{name}, joint {:?}", layout.joints[at]));
                    place[3 * at + c] = channel(layout, c, value).map_err(wrong)?;
                }
            }
        }
    }
    let clip = Sequence::new(id, FPS, files.len(), people, data)?;
    somebody(&clip)?;
    Ok((clip, Vec::new()))
}

/// The layout of all people.
fn layout(frames: &[People]) -> error::Result<LayoutId> {
    let mut counts = frames.iter().flat_map(|frame| &frame.0).map(|person| person.len() / 3);
    let Some(count) = counts.next() else {
        return Err(Error::format(format!("nobody is seen in any of the clip's {} frames", frames.len())));
    };
    if let Some(other) = counts.find(|other| *other != count) {
        return Err(Error::format(format!("people of {count} and of {other} joints in one clip")));
    }
    let known = LAYOUTS.iter().find(|(joints, _)| *joints == count);
    known.map(|(_, id)| *id).ok_or_else(|| Error::format(unknown(count)))
}

fn unknown(joints: usize) -> String {
    let known: Vec<_> = LAYOUTS.iter().map(|(joints, id)| format!("{joints} ({})", id.as_str())).collect();
    format!("{joints} joints; read are {}", known.join(", "))
}

/// The farthest pixel; None for shares of the picture.
fn farthest(frames: &[People]) -> Option<Picture> {
    let seen = || frames.iter().flat_map(|f| &f.0).flat_map(|p| p.as_chunks::<3>().0).filter(|joint| joint[2] > 0.0);
    let most = |axis: usize| seen().map(|joint| joint[axis]).fold(0.0, f64::max);
    let (width, height) = (most(0), most(1));
    (width > 2.0 || height > 2.0).then_some(Picture { width, height })
}

#[derive(Default)]
struct Document {
    people: Option<People>,
}

impl Record for Document {
    const EXPECTED: &'static str = "an object with the key \"people\"";
    const KEYS: &'static [&'static str] = &["people"];

    fn field<'de, D: Deserializer<'de>>(&mut self, _: &'static str, value: Value<'_, D>) -> Result<(), D::Error> {
        let mut people = People::default();
        value.list(&mut people)?;
        self.people = Some(people);
        Ok(())
    }
}

/// The people of a frame: x, y and confidence of each joint.
#[derive(Default)]
struct People(Vec<Vec<f64>>);

impl List for People {
    const EXPECTED: &'static str = "an array of people";

    fn item<'de, D: Deserializer<'de>>(&mut self, _: usize, value: Value<'_, D>) -> Result<(), D::Error> {
        let mut found = PersonReader::default();
        value.record(&mut found)?;
        let numbers = found.0.ok_or_else(|| D::Error::custom("the key \"pose_keypoints_2d\" is missing"))?;
        if numbers.is_empty() {
            return Ok(()); // A person of whom only hands or a face were found.
        }
        if numbers.len() % 3 != 0 || !LAYOUTS.iter().any(|(joints, _)| 3 * joints == numbers.len()) {
            let cause = format!("{} numbers, three a joint: {}", numbers.len(), unknown(numbers.len() / 3));
            return Err(D::Error::custom(cause));
        }
        self.0.push(numbers);
        Ok(())
    }
}

#[derive(Default)]
struct PersonReader(Option<Vec<f64>>);

impl Record for PersonReader {
    const EXPECTED: &'static str = "a person: an object with \"pose_keypoints_2d\"";
    const KEYS: &'static [&'static str] = &["pose_keypoints_2d"];

    fn field<'de, D: Deserializer<'de>>(&mut self, _: &'static str, value: Value<'_, D>) -> Result<(), D::Error> {
        let mut numbers = Numbers(Vec::new());
        value.list(&mut numbers)?;
        self.0 = Some(numbers.0);
        Ok(())
    }
}

struct Numbers(Vec<f64>);

impl List for Numbers {
    const EXPECTED: &'static str = "an array of numbers";

    fn item<'de, D: Deserializer<'de>>(&mut self, index: usize, value: Value<'_, D>) -> Result<(), D::Error> {
        let number = value.number()?;
        if index % 3 == 2 && number < 0.0 {
            return Err(D::Error::custom(format!("the confidence {number:?} is negative")));
        }
        self.0.push(number);
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const VGA: Option<Picture> = Some(Picture { width: 640.0, height: 480.0 });

    fn frame(joints: usize, x: f64) -> String {
        let numbers = (0..joints).map(|j| format!("{},{},0.5", x + j as f64, 2 * j));
        format!(r#"{{"people":[{{"pose_keypoints_2d":[{}]}}]}}"#, numbers.collect::<Vec<_>>().join(","))
    }

    #[test]
    fn frames_follow_each_other_and_pixels_become_shares() -> error::Result<()> {
        let file = |n: usize, text: &str| (format!("wave_{n}_keypoints.json"), text.as_bytes().to_vec());
        let files = [file(10, &frame(18, 300.0)), file(9, r#"{"people":[]}"#), file(8, &frame(18, 100.0))];
        let clip = open(&files, None, VGA)?.clip;
        assert_eq!((clip.frames(), clip.people()), (3, 1));
        assert!(clip.present(0, 0) && !clip.present(1, 0));
        assert_eq!(clip.joint(0, 0, 4), [104.0 / 640.0, 8.0 / 480.0, 0.5]);
        assert_eq!(pixels(&files)?, Some(Picture { width: 317.0, height: 34.0 }));
        Ok(())
    }

    #[test]
    fn the_number_of_joints_decides_the_layout() -> error::Result<()> {
        let clip = read(&[("a", &frame(25, 600.0))], VGA)?.0;
        assert_eq!((clip.layout().id, clip.joint(0, 0, 8)), (LayoutId::Body25, [0.95, 16.0 / 480.0, 0.5].as_slice()));
        let mixed = [("a", &*frame(25, 0.0)), ("b", &*frame(18, 0.0))];
        let error = read(&mixed, VGA).err().map(|e| e.to_string()).unwrap_or_default();
        assert_eq!(error, "people of 25 and of 18 joints in one clip");
        Ok(())
    }

    #[test]
    fn the_size_is_asked_for_and_never_guessed() -> error::Result<()> {
        let message = |text: &str, size| read(&[("a", text)], size).err().map(|e| e.to_string()).unwrap_or_default();
        assert!(message(&frame(18, 100.0), None).contains("give the size of the picture, such as --size 1920x1080"));
        let small = Some(Picture { width: 40.0, height: 40.0 });
        assert!(message(&frame(18, 100.0), small).starts_with("size: a joint is at 117, 34: far outside"));
        // Shares of the picture need no size.
        let shares = r#"{"people":[{"pose_keypoints_2d":[SHARES]}]}"#.replace("SHARES", &["0.5,0.25,1"; 18].join(","));
        assert_eq!(read(&[("a", &shares)], None)?.0.joint(0, 0, 17), [0.5, 0.25, 1.0]);
        assert!(message(&shares, VGA).starts_with("size: has no effect"));
        assert_eq!(pixels(&[("a.json".into(), &shares)])?, None);
        Ok(())
    }

    #[test]
    fn errors_name_the_place() {
        let message = |text: &str| read(&[("a", text)], VGA).err().map(|e| e.to_string()).unwrap_or_default();
        assert!(message(&frame(17, 0.0)).starts_with("people[0]: 51 numbers, three a joint: 17 joints; read are 18"));
        assert!(message(r#"{"people":[{"pose_keypoints_2d":[1,2,-1]}]}"#).contains("is negative"));
        assert_eq!(message(r#"{"people":[]}"#), "nobody is seen in any of the clip's 1 frames");
        assert_eq!(message(r#"{"people":[{"pose_keypoints_2d":[]}]}"#), "nobody is seen in any of the clip's 1 frames");
        let files = [("v_1.json".to_owned(), frame(18, 0.0)), ("v_2.json".to_owned(), "{\"people\":[{}]}".to_owned())];
        let error = open(&files, None, VGA).err().map(|e| e.to_string()).unwrap_or_default();
        assert!(error.starts_with("v_2.json, people[0]: the key \"pose_keypoints_2d\" is missing"), "{error}");
    }
}
