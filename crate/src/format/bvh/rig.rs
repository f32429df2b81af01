//! From a file's joints to a layout's, by name.

use super::hierarchy::Joint;
use super::rotation::Point;
use crate::error::{Error, Result, short};
use crate::skeleton::LayoutId;

/// Names of the file that an error lists.
const NAMES_LISTED: usize = 8;

/// A layout's joint: a point that is fixed to a joint of the file.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Fixed {
    pub joint: usize,
    /// In the joint's axes.
    pub at: Point,
}

/// A file's joints as a layout's.
#[derive(Debug)]
pub(super) struct Rig {
    pub layout: LayoutId,
    /// For each joint of the layout, (V).
    pub points: Vec<Fixed>,
}

/// Names for a joint of Kinect v1, the likeliest first. `@` is the side: left or l, before or after the part. CMU,
/// Mixamo, MotionBuilder, Biped, Poser, Xsens and the Kinects name their joints so.
const KINECT_V1: [&[&str]; 20] = [
    &["hips", "hip", "pelvis", "hipcenter", "hipcentre", "spinebase", "midhip", "root"],
    &["spine1", "spinemid", "spine", "chest", "abdomen", "l3", "torso", "upperback", "lowerback"],
    &["neck", "shouldercenter", "shouldercentre", "spineshoulder", "lowerneck", "neck1"],
    &["head", "skull"],
    &["@arm", "@uparm", "@upperarm", "@shldr", "arm@", "@humerus", "@shoulder", "shoulder@"],
    &["@forearm", "@lowarm", "@lowerarm", "forearm@", "@radius", "@elbow", "elbow@"],
    &["@wrist", "wrist@", "@hand", "hand@"],
    &["@fingerbase", "@handmiddle1", "@handindex1", "@mid1", "@fingers", "@hand", "hand@"],
    &["@arm", "@uparm", "@upperarm", "@shldr", "arm@", "@humerus", "@shoulder", "shoulder@"],
    &["@forearm", "@lowarm", "@lowerarm", "forearm@", "@radius", "@elbow", "elbow@"],
    &["@wrist", "wrist@", "@hand", "hand@"],
    &["@fingerbase", "@handmiddle1", "@handindex1", "@mid1", "@fingers", "@hand", "hand@"],
    &["@upleg", "@thigh", "@upperleg", "@femur", "upleg@", "@hip", "hip@"],
    &["@leg", "@lowleg", "@lowerleg", "@shin", "@calf", "@tibia", "leg@", "@knee", "knee@"],
    &["@ankle", "ankle@", "@foot", "foot@"],
    &["@toebase", "@toe", "@toes", "@ball", "@foot", "foot@"],
    &["@upleg", "@thigh", "@upperleg", "@femur", "upleg@", "@hip", "hip@"],
    &["@leg", "@lowleg", "@lowerleg", "@shin", "@calf", "@tibia", "leg@", "@knee", "knee@"],
    &["@ankle", "ankle@", "@foot", "foot@"],
    &["@toebase", "@toe", "@toes", "@ball", "@foot", "foot@"],
];

/// Joints of Kinect v1 that may be the end of another joint's bone: hands of wrists, feet of ankles.
const ENDS: [(usize, usize); 4] = [(7, 6), (11, 10), (15, 14), (19, 18)];

/// The names of HDM05's recording: each joint of the layout is the end of the bone that names it.
const HDM05: [&str; 31] = [
    "root",
    "lhipjoint",
    "rhipjoint",
    "lowerback",
    "lfemur",
    "ltibia",
    "lfoot",
    "ltoes",
    "rfemur",
    "rtibia",
    "rfoot",
    "rtoes",
    "upperback",
    "thorax",
    "lowerneck",
    "lclavicle",
    "rclavicle",
    "upperneck",
    "head",
    "lhumerus",
    "lradius",
    "lwrist",
    "lhand",
    "lthumb",
    "lfingers",
    "rhumerus",
    "rradius",
    "rwrist",
    "rhand",
    "rthumb",
    "rfingers",
];

/// Finds a layout's joints: HDM05's 31 where the file has all of them, else Kinect v1's 20.
///
/// # Errors
/// A joint is not found; the message lists the found, the missing and the file's names.
pub(super) fn rig(joints: &[Joint]) -> Result<Rig> {
    let names: Vec<String> = joints.iter().map(|joint| plain(&joint.name)).collect();
    if let Some(points) = hdm05(joints, &names) {
        return Ok(Rig { layout: LayoutId::Hdm05, points });
    }
    let layout = LayoutId::KinectV1.layout();
    let mut found: Vec<Option<Fixed>> = vec![None; layout.len()];
    let mut used = vec![false; joints.len()];
    for (j, patterns) in KINECT_V1.iter().enumerate() {
        let sides: &[&str] = match layout.joints[j] {
            name if name.starts_with("left") => &["left", "l"],
            name if name.starts_with("right") => &["right", "r"],
            _ => &[""],
        };
        let candidates = patterns.iter().flat_map(|pattern| sides.iter().map(|side| pattern.replace('@', side)));
        let at = candidates.filter_map(|name| names.iter().position(|n| *n == name)).find(|&n| !used[n]);
        if let Some(n) = at {
            used[n] = true;
            found[j] = Some(Fixed { joint: n, at: [0.0; 3] });
        }
    }
    for (end, of) in ENDS {
        if let (None, Some(of)) = (found[end], found[of]) {
            found[end] = tip(joints, of.joint).map(|at| Fixed { joint: of.joint, at });
        }
    }
    // A head is a joint at the base of the skull; its middle is half way to its end.
    if let Some(head) = found[3].as_mut()
        && let Some(end) = tip(joints, head.joint)
    {
        head.at = end.map(|v| 0.5 * v);
    }
    match found.iter().copied().collect::<Option<Vec<_>>>() {
        Some(points) => Ok(Rig { layout: layout.id, points }),
        None => Err(missing(joints, &found)),
    }
}

/// From a joint to the end of its bone: its first child, else its end site; None where neither is away from it.
fn tip(joints: &[Joint], joint: usize) -> Option<Point> {
    let child = joints.iter().find(|other| other.parent == Some(joint)).map(|other| other.offset);
    child.or(joints[joint].end).filter(|at| at.iter().any(|v| *v != 0.0))
}

fn hdm05(joints: &[Joint], names: &[String]) -> Option<Vec<Fixed>> {
    let point = |name: &&str| {
        let joint = names.iter().position(|n| n == name)?;
        let at = if *name == "root" { Some([0.0; 3]) } else { tip(joints, joint) };
        Some(Fixed { joint, at: at? })
    };
    HDM05.iter().map(point).collect()
}

/// A name as it is compared: without a prefix such as `mixamorig:`, in lower case, letters and digits only.
fn plain(name: &str) -> String {
    let name = name.rsplit(':').next().unwrap_or(name).to_ascii_lowercase();
    let name: String = name.chars().filter(char::is_ascii_alphanumeric).collect();
    let without = ["mixamorig", "bip01", "bip001", "character1"].iter().find_map(|prefix| name.strip_prefix(prefix));
    match without {
        Some(rest) if !rest.is_empty() => rest.to_owned(),
        _ => name,
    }
}

fn missing(joints: &[Joint], found: &[Option<Fixed>]) -> Error {
    let layout = LayoutId::KinectV1.layout();
    let named = |wanted: bool| -> Vec<&str> {
        layout.joints.iter().zip(found).filter(|(_, f)| f.is_some() == wanted).map(|(name, _)| *name).collect()
    };
    let (there, lost) = (named(true), named(false));
    let names: Vec<String> = joints.iter().take(NAMES_LISTED).map(|joint| short(&joint.name, 20)).collect();
    let more = if joints.len() > NAMES_LISTED { ", ..." } else { "" };
    Error::format(format!(
        "{} of {} joints of {} are found by name: {}. Missing: {}. The file has {}{more}; use CMU's or Mixamo's names",
        there.len(),
        layout.len(),
        layout.id.as_str(),
        there.join(", "),
        lost.join(", "),
        names.join(", ").escape_debug()
    ))
}
