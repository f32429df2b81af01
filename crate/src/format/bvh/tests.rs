use super::*;
use crate::error::Error;
use crate::skeleton::LayoutId;

/// A body as Mixamo names it, with channels in several orders, an unmapped clavicle and a second spine joint.
fn hierarchy() -> String {
    let arm = |side: &str, x: f64| {
        format!(
            "JOINT {side}Shoulder {{ OFFSET {} 12 0 CHANNELS 3 Zrotation Yrotation Xrotation
             JOINT {side}Arm {{ OFFSET {} 2 0 CHANNELS 3 Yrotation Zrotation Xrotation
             JOINT {side}ForeArm {{ OFFSET {} 0 0 CHANNELS 3 Xrotation Yrotation Zrotation
             JOINT {side}Hand {{ OFFSET {} 0 0 CHANNELS 3 Zrotation Xrotation Yrotation
             End Site {{ OFFSET {} 0 1 }} }} }} }} }}\n",
            4.0 * x,
            14.0 * x,
            27.0 * x,
            25.0 * x,
            9.0 * x
        )
    };
    let leg = |side: &str, x: f64| {
        format!(
            "JOINT {side}UpLeg {{ OFFSET {} -3 0 CHANNELS 3 Zrotation Xrotation Yrotation
             JOINT {side}Leg {{ OFFSET 0 -42 0 CHANNELS 3 Xrotation Zrotation Yrotation
             JOINT {side}Foot {{ OFFSET 0 -40 0 CHANNELS 3 Zrotation Xrotation Yrotation
             JOINT {side}ToeBase {{ OFFSET 0 -6 14 CHANNELS 3 Zrotation Xrotation Yrotation
             End Site {{ OFFSET 0 0 5 }} }} }} }} }}\n",
            9.0 * x
        )
    };
    format!(
        "HIERARCHY\nROOT mixamorig:Hips\n{{\nOFFSET 0 0 0\n
         CHANNELS 6 Xposition Yposition Zposition Zrotation Xrotation Yrotation
         {}{}JOINT Spine {{ OFFSET 0 8 0 CHANNELS 3 Zrotation Xrotation Yrotation
         JOINT Spine1 {{ OFFSET 0 14 1 CHANNELS 3 Zrotation Xrotation Yrotation
         {}{}JOINT Neck {{ OFFSET 0 24 0 CHANNELS 3 Zrotation Xrotation Yrotation
         JOINT Head {{ OFFSET 0 8 1 CHANNELS 3 Zrotation Xrotation Yrotation
         End Site {{ OFFSET 0 18 0 }} }} }} }} }} }}\n",
        leg("Left", 1.0),
        leg("Right", -1.0),
        arm("Left", 1.0),
        arm("Right", -1.0)
    )
}

const FRAMES: usize = 7;

/// The file with angles that move; `turn` is how far about the vertical the person stands.
fn file(turn: f64) -> String {
    let channels = hierarchy().matches("rotation").count() + 3;
    let mut text = format!("{}MOTION\nFrames: {FRAMES}\nFrame Time: 0.0333333\n", hierarchy());
    for t in 0..FRAMES {
        let value = |i: usize| match i {
            0 => 3.0 * t as f64,
            1 => 95.0,
            2 => 10.0,
            5 => turn,
            _ => 25.0 * (0.3 * t as f64 + 1.7 * i as f64).sin(),
        };
        let row: Vec<String> = (0..channels).map(|i| format!("{:.4}", value(i))).collect();
        text.push_str(&row.join(" "));
        text.push('\n');
    }
    text
}

fn clip(text: &str) -> Result<Sequence> {
    Ok(read(text, None)?.0)
}

fn distance(a: &Sequence, b: &Sequence) -> f32 {
    let apart = |(a, b): (&[f32], &[f32])| (0..3).map(|c| (a[c] - b[c]).powi(2)).sum::<f32>().sqrt();
    a.data().chunks_exact(3).zip(b.data().chunks_exact(3)).map(apart).fold(0.0, f32::max)
}

#[test]
fn a_resting_body_stands_where_its_offsets_say_and_faces_the_sensor() -> Result<()> {
    let channels = hierarchy().matches("rotation").count() + 3;
    let mut row = vec!["0"; channels];
    row[1] = "100";
    let text = format!("{}MOTION\nFrames: 1\nFrame Time: .04\n{}\n", hierarchy(), row.join(" "));
    let clip = clip(&text)?;
    assert_eq!((clip.layout().id, clip.frames(), clip.people()), (LayoutId::KinectV1, 1, 1));
    assert!((clip.fps - 25.0).abs() < 1e-4);
    let at = |name: &str| clip.joint(0, 0, clip.layout().joint(name).unwrap_or(0)).to_vec();
    // The file's person faces +z with the left side at +x; here both are turned.
    for (name, place) in [
        ("hip centre", [0.0, 1.0, 0.0]),
        ("spine", [0.0, 1.22, -0.01]),
        ("shoulder centre", [0.0, 1.46, -0.01]),
        ("head", [0.0, 1.63, -0.02]),
        ("left shoulder", [-0.18, 1.36, -0.01]),
        ("right elbow", [0.45, 1.36, -0.01]),
        ("left wrist", [-0.70, 1.36, -0.01]),
        ("left hand", [-0.79, 1.36, -0.02]),
        ("right knee", [0.09, 0.55, 0.0]),
        ("left foot", [-0.09, 0.09, -0.14]),
    ] {
        let found = at(name);
        assert!((0..3).all(|c| (found[c] - place[c]).abs() < 1e-6), "{name}: {found:?}, not {place:?}");
    }
    Ok(())
}

#[test]
fn a_rotation_acts_in_the_order_of_its_channels() -> Result<()> {
    let channels = hierarchy().matches("rotation").count() + 3;
    // The root's channels are Z, X, Y: a quarter about z, then about the turned y.
    let mut row = vec!["0"; channels];
    (row[3], row[5]) = ("90", "90");
    let text = format!("{}MOTION\nFrames: 1\nFrame Time: 0.04\n{}\n", hierarchy(), row.join(" "));
    let recording = Recording::read(&text, 1.0)?;
    let knee = recording.points(recording.motion.frame(0))[13];
    // Rz Ry (9, -45, 0): Ry leads to (0, -45, -9), Rz to (45, 0, -9).
    assert!((0..3).all(|c| (knee[c] - [45.0, 0.0, -9.0][c]).abs() < 1e-9), "{knee:?}");
    Ok(())
}

#[test]
fn what_has_not_moved_is_written_as_it_was() -> Result<()> {
    for turn in [0.0, 180.0, 75.0] {
        let text = file(turn);
        let written = write(text.as_bytes(), &clip(&text)?, None)?;
        let (before, after) = (Recording::read(&text, 0.01)?, Recording::read(&text_of(&written)?, 0.01)?);
        assert_eq!(before.motion.values, after.motion.values);
        assert!(written.residual < 1e-9);
    }
    Ok(())
}

fn text_of(written: &Written) -> Result<String> {
    String::from_utf8(written.bytes.clone()).map_err(|e| Error::format(e.to_string()))
}

/// The file moved by other angles, and the clip of it: a motion that the bones can follow.
fn moved(text: &str, by: impl Fn(usize) -> f64) -> Result<Sequence> {
    let recording = Recording::read(text, 0.01)?;
    let channels = recording.motion.channels;
    let rows = recording.motion.values.iter().enumerate().map(|(i, v)| (v + by(i % channels)).to_string());
    let values: Vec<String> = rows.collect();
    let lines: Vec<String> = values.chunks(channels).map(|row| row.join(" ")).collect();
    clip(&format!("{}{}", &text[..recording.motion.head], lines.join("\n")))
}

#[test]
fn a_motion_that_the_bones_can_follow_comes_back() -> Result<()> {
    for turn in [0.0, 180.0] {
        let text = file(turn);
        // A few degrees of every joint, and a few centimetres of the root.
        let goal = moved(&text, |i| if i < 3 { 2.0 } else { 6.0 * (2.3 * i as f64).sin() })?;
        assert!(distance(&goal, &clip(&text)?) > 0.05);
        let written = write(text.as_bytes(), &goal, None)?;
        let back = clip(&text_of(&written)?)?;
        assert!(distance(&back, &goal) < 1e-4, "{} m apart", distance(&back, &goal));
        assert!((written.residual - distance(&back, &goal)).abs() < 1e-5);
        // Once more: nothing is left to change.
        let again = write(&written.bytes, &back, None)?;
        assert!(distance(&clip(&text_of(&again)?)?, &back) < 1e-6);
    }
    Ok(())
}

#[test]
fn what_bones_cannot_follow_is_stated_as_the_residual() -> Result<()> {
    let text = file(0.0);
    let clean = clip(&text)?;
    let mut data = clean.data().to_vec();
    // The left ankle of every frame, 3 cm along the shin: no rotation makes a bone longer.
    let (knee, ankle) = (13, 14);
    for frame in data.chunks_exact_mut(60) {
        let along: Vec<f32> = (0..3).map(|c| frame[3 * ankle + c] - frame[3 * knee + c]).collect();
        (0..3).for_each(|c| frame[3 * ankle + c] += 0.03 / 0.4 * along[c]);
    }
    let goal = clean.with_data(data)?;
    let written = write(text.as_bytes(), &goal, None)?;
    let back = clip(&text_of(&written)?)?;
    // The whole leg gives way a little, so that no joint is off by all of the 3 cm.
    assert!((0.01..0.03).contains(&written.residual), "{}", written.residual);
    assert!((distance(&back, &goal) - written.residual).abs() < 1e-5);
    Ok(())
}

#[test]
fn units_are_found_by_the_height_of_the_body() -> Result<()> {
    let scaled = |factor: f64| {
        let words = |line: &str| {
            let mut offset = false;
            let word = |word: &str| {
                offset |= word == "OFFSET";
                match (offset, word.parse::<f64>()) {
                    (true, Ok(v)) => (v * factor).to_string(),
                    (true, _) if word != "OFFSET" => {
                        offset = false;
                        word.to_owned()
                    }
                    _ => word.to_owned(),
                }
            };
            line.split_whitespace().map(word).collect::<Vec<_>>().join(" ")
        };
        let (head, motion) =
            file(0.0).split_once("MOTION").map(|(a, b)| (a.to_owned(), b.to_owned())).unwrap_or_default();
        head.lines().map(|line| words(line) + "\n").collect::<String>() + "MOTION" + &motion
    };
    assert!(read(&scaled(1.0), None)?.1.is_empty());
    for (factor, unit) in [(0.01, Unit::Metres), (10.0, Unit::Millimetres), (1.0 / 5.6444, Unit::Cmu)] {
        let text = scaled(factor);
        let (_, warnings) = read(&text, None)?;
        assert_eq!(warnings.iter().map(|w| w.unit).collect::<Vec<_>>(), [Some(unit)], "{warnings:?}");
        let right = crate::format::open(text.as_bytes(), "a.bvh", Some(unit))?;
        assert!(right.clip.body_height().is_some_and(|h| (1.2..1.9).contains(&h)));
    }
    Ok(())
}

#[test]
fn errors_name_the_line_or_the_joints() {
    let good = file(0.0);
    let message = |text: &str| read(text, None).err().map(|e| e.to_string()).unwrap_or_default();
    let deep = format!("HIERARCHY\nROOT a {{\n{}", "JOINT b {\n".repeat(5000));
    for (text, part) in [
        ("HIERARCHY", "line 1: the file ends where \"ROOT\" is expected"),
        ("HIERARCHY\nROOT\n{", "line 2: a joint without a name"),
        (&good.replacen("OFFSET 0 8 0", "OFFSET 0 8 nan", 1), "\"nan\" stands where a number of an offset"),
        (&good.replacen("CHANNELS 6", "CHANNELS 7", 1), "\"7\" stands where a number of channels, at most 6"),
        (&good.replacen("Zrotation", "Qrotation", 1), "\"Qrotation\" stands where a channel"),
        (&good.replacen("Zrotation Xrotation", "Zrotation Zrotation", 1), "the channel \"Zrotation\" stands twice"),
        (&deep, "more than 1024 joints or 128 levels"),
        (&good.replacen("Frames: 7", "Frames: 70000", 1), "the file is too short for them"),
        (&good.replacen("Frames: 7", "Frames: 6", 1), "more values than 6 frames"),
        (&good.replacen("0.0333333", "0", 1), "0 seconds a frame"),
        (&good.replacen("MOTION", "ROOT b { }\nMOTION", 1), "a second body (ROOT)"),
        (&good.replacen("LeftForeArm", "Elbow", 1), "Missing: left elbow. The file has mixamorig:Hips"),
        (&good[..good.len() - 40], "frame 6 of 7"),
    ] {
        let found = message(text);
        assert!(found.contains(part), "{found:?} does not contain {part:?}");
    }
    let other = LayoutId::KinectV1.layout();
    let short = Sequence::new(other.id, 30.0, 2, 1, vec![0.5; 120]);
    let refused = short.and_then(|clip| write(good.as_bytes(), &clip, None)).err().map(|e| e.to_string());
    assert!(refused.unwrap_or_default().contains("the clip has 2 frames of 1 people"));
}

#[test]
fn rigs_of_several_programs_are_found() {
    let cmu = ["Hips", "LHipJoint", "LowerBack", "Spine", "Spine1", "Neck", "Neck1", "Head"].map(str::to_owned);
    let sides = |parts: &[&str], left: &str, right: &str| -> Vec<String> {
        parts.iter().flat_map(|p| [p.replace('@', left), p.replace('@', right)]).collect()
    };
    let limbs = ["@Shoulder", "@Arm", "@ForeArm", "@Hand", "@FingerBase", "@UpLeg", "@Leg", "@Foot", "@ToeBase"];
    let kinect = ["HipCenter", "Spine", "ShoulderCenter", "Head"].map(str::to_owned);
    let kinect_limbs = ["Shoulder@", "Elbow@", "Wrist@", "Hand@", "Hip@", "Knee@", "Ankle@", "Foot@"];
    let poser = ["hip", "abdomen", "chest", "neck", "head"].map(str::to_owned);
    let poser_limbs = ["@Collar", "@Shldr", "@ForeArm", "@Hand", "@Mid1", "@Thigh", "@Shin", "@Foot", "@Toe"];
    for (trunk, limbs) in [
        (cmu.to_vec(), sides(&limbs, "Left", "Right")),
        (kinect.to_vec(), sides(&kinect_limbs, "Left", "Right")),
        (poser.to_vec(), sides(&poser_limbs, "l", "r")),
    ] {
        let names: Vec<String> = trunk.into_iter().chain(limbs).collect();
        let joint = |(i, name): (usize, &String)| hierarchy::Joint {
            name: name.clone(),
            parent: i.checked_sub(1),
            offset: [0.0, 1.0, 0.0],
            channels: Vec::new(),
            first: 0,
            end: None,
        };
        let joints: Vec<_> = names.iter().enumerate().map(joint).collect();
        let found = rig::rig(&joints);
        let points = found.map(|rig| rig.points).unwrap_or_default();
        assert_eq!(points.len(), 20, "{names:?}");
        let name = |j: usize| names[points[j].joint].to_ascii_lowercase();
        assert!(name(4).contains("arm") || name(4).contains("sh"), "{}", name(4));
        assert!(name(16).starts_with('r') || name(16).ends_with("right"), "{}", name(16));
        let mut used: Vec<usize> = points.iter().map(|p| p.joint).collect();
        used.sort_unstable();
        used.dedup();
        assert_eq!(used.len(), 20, "each joint stands for one");
    }
}

/// The file with z upwards: offsets, positions and rotations about (x, y, z) become those about (x, z, -y).
fn z_up(text: &str) -> String {
    let (head, motion) = text.split_once("MOTION").unwrap_or_default();
    let words: Vec<&str> = head.split_whitespace().collect();
    let (mut out, mut signs, mut at) = (String::new(), Vec::new(), 0);
    while at < words.len() {
        match words[at] {
            "OFFSET" => {
                let [x, y, z] = [1, 2, 3].map(|i| words[at + i].parse::<f64>().unwrap_or(f64::NAN));
                out += &format!("OFFSET {x} {} {y}\n", -z);
                at += 4;
            }
            word => {
                let (name, sign) = match word {
                    "Yposition" => ("Zposition", 1),
                    "Zposition" => ("Yposition", -1),
                    "Yrotation" => ("Zrotation", 1),
                    "Zrotation" => ("Yrotation", -1),
                    other => (other, 1),
                };
                if word.ends_with("position") || word.ends_with("rotation") {
                    signs.push(sign);
                }
                out += name;
                // A name stands on the line of its word.
                out.push(if ["ROOT", "JOINT", "End"].contains(&word) { ' ' } else { '\n' });
                at += 1;
            }
        }
    }
    let mut lines = motion.trim_start().lines();
    out += &format!("MOTION\n{}\n{}\n", lines.next().unwrap_or_default(), lines.next().unwrap_or_default());
    for line in lines {
        let values = line.split_whitespace().zip(&signs);
        let turned = values.map(|(v, sign)| (v.parse::<f64>().unwrap_or(f64::NAN) * f64::from(*sign)).to_string());
        out += &turned.collect::<Vec<_>>().join(" ");
        out.push('\n');
    }
    out
}

#[test]
fn a_file_with_z_upwards_is_the_same_clip_and_is_written_back() -> Result<()> {
    for turn in [0.0, 170.0] {
        let (text, original) = (z_up(&file(turn)), clip(&file(turn))?);
        let (turned, warnings) = read(&text, None)?;
        assert!(distance(&turned, &original) < 1e-6, "{}", distance(&turned, &original));
        assert!(warnings.iter().any(|w| w.text.contains("z is read as upwards")), "{warnings:?}");
        let same = write(text.as_bytes(), &turned, None)?;
        assert!(same.residual < 1e-6 && distance(&clip(&String::from_utf8_lossy(&same.bytes))?, &turned) < 1e-6);
        // One that moves upwards as a whole, which the root follows.
        let raised: Vec<f32> = turned.data().iter().enumerate().map(|(i, v)| v + [0.0, 0.25, 0.0][i % 3]).collect();
        let raised = turned.with_data(raised)?;
        let written = write(text.as_bytes(), &raised, None)?;
        let back = clip(&String::from_utf8_lossy(&written.bytes))?;
        assert!(written.residual < 1e-4 && distance(&back, &raised) < 1e-3, "{}", distance(&back, &raised));
    }
    Ok(())
}

#[test]
fn a_body_that_lies_along_z_stays_lying() -> Result<()> {
    // The root's second rotation is about x: a quarter lays the body down, head towards +z.
    let lying = |t: &str| {
        let row: Vec<&str> = t.split(' ').collect();
        let mut row: Vec<String> = row.iter().map(|v| (*v).to_owned()).collect();
        for (at, value) in [(3, "0"), (4, "90"), (5, "0")] {
            row[at] = value.into();
        }
        row.join(" ")
    };
    let text = file(0.0);
    let head = text.lines().count() - FRAMES;
    let text: String =
        text.lines().enumerate().map(|(i, l)| if i < head { l.to_owned() } else { lying(l) } + "\n").collect();
    let (clip, warnings) = read(&text, None)?;
    let (head, foot) = (clip.joint(0, 0, 3), clip.joint(0, 0, 14));
    assert!((head[1] - foot[1]).abs() < 0.8 && (head[2] - foot[2]).abs() > 1.0, "{head:?} {foot:?}");
    assert!(warnings.iter().any(|w| w.text.contains("y is read as upwards")), "{warnings:?}");
    Ok(())
}

#[test]
fn a_clip_without_a_bvh_file_gets_one_that_reads_as_the_same_motion() -> Result<()> {
    // The body of the first file is not rigid: joints without a place in the layout lie between its joints.
    let (bent, _) = read(&file(0.0), None)?;
    let again = |clip: &Sequence| -> Result<(Sequence, f32)> {
        let written = made(clip)?;
        let (again, _) = read(&String::from_utf8_lossy(&written.bytes), None)?;
        assert_eq!((again.layout().id, again.frames()), (clip.layout().id, clip.frames()));
        let far = again.data().iter().zip(clip.data()).map(|(a, b)| (a - b).abs()).fold(0.0, f32::max);
        assert!(far <= written.residual + 1e-4, "{far} m, {} m are said", written.residual);
        Ok((again, written.residual))
    };
    let (rigid, _) = again(&bent)?;
    let (_, residual) = again(&rigid)?;
    assert!(residual < 1e-3, "{residual} m");
    Ok(())
}

#[test]
fn a_clip_that_no_bvh_file_can_hold_is_refused_by_name() -> Result<()> {
    let message = |clip: &Sequence| made(clip).err().map(|e| e.to_string()).unwrap_or_default();
    let (clip, _) = read(&file(0.0), None)?;
    let mut data = clip.data().to_vec();
    data[60..120].fill(0.0);
    let unseen = message(&clip.with_data(data)?);
    assert!(unseen.starts_with("frame 1: a joint is not seen"), "{unseen}");
    let two = Sequence::new(LayoutId::KinectV1, 30.0, 1, 2, vec![1.0; 120])?;
    assert!(message(&two).contains("the clip has 2 in"));
    Ok(())
}
