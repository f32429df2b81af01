//! Real data sets, read from `.npz` files into the joint orders of our layouts.

use std::fs::File;
use std::path::Path;

use npyz::npz::NpzArchive;

use super::openpose;
use crate::error::{Error, Result};
use crate::skeleton::{LayoutId, MSR_ACTION3D_ORDER, Sequence, UTD_MHAD_ORDER};

/// The data sets that can be read.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub enum Kind {
    /// UTD-MHAD: 27 classes, 8 subjects (Chen, Jafari, Kehtarnavaz 2015).
    #[serde(rename = "utd_mhad")]
    UtdMhad,
    /// UTD-MHAD as simulated cameras see it, in OpenPose's layout: [`super::openpose`].
    #[serde(rename = "utd_mhad_openpose")]
    UtdMhadOpenPose,
    /// Northwestern-UCLA: 10 classes, 3 views (Wang et al. 2014).
    #[serde(rename = "nw_ucla")]
    NwUcla,
    /// MSR-Action3D: 20 classes, 10 subjects (Li, Zhang, Liu 2010).
    #[serde(rename = "msr_action3d")]
    MsrAction3d,
    /// Eleven classes of HDM05 (Müller et al. 2007).
    #[serde(rename = "hdm05_11")]
    Hdm05,
}

/// A clip with its class, performer and view.
#[derive(Clone, Debug)]
pub struct LabelledClip {
    /// The clip: one person, 30 frames per second, in the set's layout and unit.
    pub clip: Sequence,
    /// For a clip of a simulated camera, the joints in space, in metres.
    pub solid: Option<Sequence>,
    /// Class index, 0-based.
    pub label: usize,
    /// The performer.
    pub subject: String,
    /// The camera's view; 0 in a set with one view.
    pub view: i64,
}

/// A whole set in memory.
#[derive(Clone, Debug)]
pub struct Dataset {
    /// Which set it is.
    pub kind: Kind,
    /// Names of the classes, by label.
    pub classes: Vec<String>,
    /// All clips, in the file's order.
    pub clips: Vec<LabelledClip>,
}

const UTD_CLASSES: [&str; 27] = [
    "swipe left",
    "swipe right",
    "wave",
    "clap",
    "throw",
    "arm cross",
    "basketball shoot",
    "draw x",
    "draw circle (clockwise)",
    "draw circle (counter-clockwise)",
    "draw triangle",
    "bowling",
    "boxing",
    "baseball swing",
    "tennis swing",
    "arm curl",
    "tennis serve",
    "push",
    "knock",
    "catch",
    "pick up and throw",
    "jog in place",
    "walk in place",
    "sit to stand",
    "stand to sit",
    "forward lunge",
    "squat",
];
const UCLA_CLASSES: [&str; 10] = [
    "pick up with one hand",
    "pick up with two hands",
    "drop trash",
    "walk around",
    "sit down",
    "stand up",
    "donning",
    "doffing",
    "throw",
    "carry",
];
const MSR_CLASSES: [&str; 20] = [
    "high arm wave",
    "horizontal arm wave",
    "hammer",
    "hand catch",
    "forward punch",
    "high throw",
    "draw x",
    "draw tick",
    "draw circle",
    "hand clap",
    "two hand wave",
    "side boxing",
    "bend",
    "forward kick",
    "side kick",
    "jogging",
    "tennis swing",
    "tennis serve",
    "golf swing",
    "pick up and throw",
];

/// The source's code of each class, and the name to show.
const HDM05_CLASSES: [(&str, &str); 11] = [
    ("depositFloorR", "deposit on floor"),
    ("elbowToKnee1RepsLelbowStart", "elbow to knee"),
    ("grabHighR", "grab high"),
    ("hopBothLegs1hops", "hop on both legs"),
    ("jogLeftCircle4StepsRstart", "jog in a left circle"),
    ("kickLFront1Reps", "kick forward, left"),
    ("lieDownFloor", "lie down on floor"),
    ("rotateArmsBothBackward1Reps", "rotate both arms backward"),
    ("sneak2StepsLStart", "sneak"),
    ("squat1Reps", "squat"),
    ("throwBasketball", "throw basketball"),
];

impl Kind {
    /// The file's name in a data directory.
    pub fn file_name(self) -> &'static str {
        match self {
            Self::UtdMhad | Self::UtdMhadOpenPose => "utd_mhad.npz",
            Self::NwUcla => "nw_ucla.npz",
            Self::MsrAction3d => "msr_action3d.npz",
            Self::Hdm05 => "hdm05_11.npz",
        }
    }

    /// Name to show.
    pub fn describe(self) -> &'static str {
        match self {
            Self::UtdMhad => "utd_mhad",
            Self::UtdMhadOpenPose => {
                "utd_mhad as made cameras see it (test cameras and noise seeded by the clip's index)"
            }
            Self::NwUcla => "nw_ucla",
            Self::MsrAction3d => "msr_action3d",
            Self::Hdm05 => "hdm05_11",
        }
    }

    /// The layout of the set's clips.
    pub fn layout(self) -> LayoutId {
        match self {
            Self::UtdMhadOpenPose => LayoutId::OpenPose18,
            _ => self.solid_layout(),
        }
    }

    /// The layout of the joints in space.
    fn solid_layout(self) -> LayoutId {
        match self {
            Self::Hdm05 => LayoutId::Hdm05,
            _ => LayoutId::KinectV1,
        }
    }

    fn order(self) -> Vec<usize> {
        match self {
            Self::UtdMhad | Self::UtdMhadOpenPose => UTD_MHAD_ORDER.to_vec(),
            Self::MsrAction3d => MSR_ACTION3D_ORDER.to_vec(),
            Self::NwUcla => (0..20).collect(),
            Self::Hdm05 => (0..31).collect(),
        }
    }

    /// Names of the classes, in a set whose labels are numbers.
    fn numbered_classes(self) -> &'static [&'static str] {
        match self {
            Self::UtdMhad | Self::UtdMhadOpenPose => &UTD_CLASSES,
            Self::NwUcla => &UCLA_CLASSES,
            Self::MsrAction3d => &MSR_CLASSES,
            Self::Hdm05 => &[],
        }
    }

    /// The 0-based label of a set's own class number. Northwestern-UCLA has no classes 7 and 10.
    fn label(self, number: i64) -> Option<usize> {
        let label = match (self, number) {
            (Self::NwUcla, 1..=6) => number - 1,
            (Self::NwUcla, 8..=9) => number - 2,
            (Self::NwUcla, 11..=12) => number - 3,
            (Self::NwUcla, _) => return None,
            _ => number - 1,
        };
        usize::try_from(label).ok().filter(|l| *l < self.numbered_classes().len())
    }
}

struct Reader<'a> {
    archive: NpzArchive<std::io::BufReader<File>>,
    path: &'a Path,
}

impl Reader<'_> {
    fn array(&mut self, name: &str) -> Result<npyz::NpyFile<impl std::io::Read + '_>> {
        let path = self.path;
        match self.archive.by_name(name) {
            Ok(Some(array)) => Ok(array),
            Ok(None) => Err(Error::data(format!("has no array {name:?}")).at(path.display())),
            Err(e) => Err(Error::data(e.to_string()).at(format!("array {name:?}")).at(path.display())),
        }
    }

    fn read<T: npyz::Deserialize>(&mut self, name: &str) -> Result<Vec<T>> {
        let path = self.path;
        let array = self.array(name)?;
        array.into_vec().map_err(|e| Error::data(e.to_string()).at(format!("array {name:?}")).at(path.display()))
    }
}

impl Dataset {
    /// Reads `<dir>/<kind's file>`.
    ///
    /// # Errors
    /// An I/O error if the file is missing or not an `.npz`; a data error that names the array or clip which does not
    /// fit.
    pub fn read(dir: &Path, kind: Kind) -> Result<Self> {
        let path = dir.join(kind.file_name());
        let file = File::open(&path).map_err(|e| Error::io(&path, &e))?;
        let archive = NpzArchive::new(std::io::BufReader::new(file)).map_err(|e| Error::io(&path, &e))?;
        let mut reader = Reader { archive, path: &path };
        let xyz: Vec<i16> = reader.read("xyz_mm")?;
        let lengths: Vec<i32> = reader.read("len")?;
        let n = lengths.len();
        let (labels, classes) = read_labels(&mut reader, kind)?;
        let subjects = match kind {
            Kind::Hdm05 => reader.read::<String>("subject")?,
            _ => reader.read::<i64>("subject")?.into_iter().map(|s| s.to_string()).collect(),
        };
        let views = if kind == Kind::NwUcla { reader.read::<i64>("view")? } else { vec![0; n] };
        if [labels.len(), subjects.len(), views.len()] != [n; 3] {
            return Err(Error::data("the arrays len, label, subject and view differ in length").at(path.display()));
        }

        let order = kind.order();
        let mut clips = Vec::with_capacity(n);
        let mut at = 0;
        for i in 0..n {
            let size = usize::try_from(lengths[i]).unwrap_or(0) * order.len() * 3;
            let place = |e: Error| e.at(format!("clip {i}")).at(path.display());
            let frames = xyz
                .get(at..at + size)
                .ok_or_else(|| place(Error::data("the array xyz_mm ends before this clip does")))?;
            let data = frames.chunks_exact(order.len() * 3).flat_map(|f| {
                order.iter().flat_map(move |&j| f[j * 3..j * 3 + 3].iter().map(|mm| f32::from(*mm) / 1000.0))
            });
            let mut clip =
                Sequence::new(kind.solid_layout(), 30.0, size / (order.len() * 3), 1, data.collect()).map_err(place)?;
            clip.label = Some(classes[labels[i]].clone());
            let (clip, solid) = match kind {
                Kind::UtdMhadOpenPose => (openpose::project(&clip, i as u64).map_err(place)?, Some(clip)),
                _ => (clip, None),
            };
            clips.push(LabelledClip { clip, solid, label: labels[i], subject: subjects[i].clone(), view: views[i] });
            at += size;
        }
        Ok(Self { kind, classes, clips })
    }
}

fn read_labels(reader: &mut Reader<'_>, kind: Kind) -> Result<(Vec<usize>, Vec<String>)> {
    if kind == Kind::Hdm05 {
        let codes: Vec<String> = reader.read("label")?;
        let label = |code: &String| HDM05_CLASSES.iter().position(|(c, _)| c == code);
        let unknown = |code: &String| Error::data(format!("unknown class {code:?}")).at(reader.path.display());
        let labels = codes.iter().map(|code| label(code).ok_or_else(|| unknown(code))).collect::<Result<_>>()?;
        return Ok((labels, HDM05_CLASSES.iter().map(|(_, name)| (*name).to_owned()).collect()));
    }
    let numbers: Vec<i64> = reader.read("label")?;
    let labels = numbers
        .into_iter()
        .map(|n| kind.label(n).ok_or_else(|| Error::data(format!("unknown class {n}")).at(reader.path.display())))
        .collect::<Result<_>>()?;
    Ok((labels, kind.numbered_classes().iter().map(|c| (*c).to_owned()).collect()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn orders_are_permutations() {
        for kind in [Kind::UtdMhad, Kind::UtdMhadOpenPose, Kind::NwUcla, Kind::MsrAction3d, Kind::Hdm05] {
            let mut order = kind.order();
            order.sort_unstable();
            assert_eq!(order, (0..kind.solid_layout().layout().len()).collect::<Vec<_>>());
        }
    }

    #[test]
    fn ucla_skips_the_numbers_that_it_has_not() {
        let labels: Vec<_> = (1..=12).map(|n| Kind::NwUcla.label(n)).collect();
        assert_eq!(labels.iter().flatten().count(), 10);
        assert_eq!((labels[6], labels[9], labels[11]), (None, None, Some(9)));
    }
}
