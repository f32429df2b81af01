use super::*;
use serde_json::{Value, json};

/// A person who stands and faces the camera, in MediaPipe's axes: metres, y down, the left side at positive x.
fn world(raised: f64) -> Vec<Value> {
    let at = |j: usize| -> [f64; 3] {
        // Odd landmarks from the shoulders on are on the left.
        let side = if j % 2 == 1 { 1.0 } else { -1.0 };
        match j {
            0..=10 => [0.02 * j as f64, -0.6, -0.1],
            11 | 12 => [0.17 * side, -0.45, 0.0],
            13 | 14 => [0.2 * side, -0.2, 0.0],
            15..=22 => [0.21 * side, 0.05 - raised, -0.02],
            23 | 24 => [0.1 * side, 0.0, 0.0],
            25 | 26 => [0.1 * side, 0.4, 0.0],
            27 | 28 => [0.1 * side, 0.8, 0.0],
            _ => [0.1 * side, 0.85, -0.1],
        }
    };
    (0..33)
        .map(|j| {
            let [x, y, z] = at(j);
            json!({"x": x, "y": y, "z": z, "visibility": 0.9, "presence": 0.99})
        })
        .collect()
}

fn picture() -> Vec<Value> {
    let shown = |v: &Value| {
        let of = |key: &str| v[key].as_f64().unwrap_or(0.0);
        json!({"x": 0.5 + 0.3 * of("x"), "y": 0.5 + 0.4 * of("y"), "z": 0.3 * of("z"), "visibility": 0.9})
    };
    world(0.0).iter().map(shown).collect()
}

fn opened(document: &Value) -> Result<(Sequence, Vec<Warning>)> {
    read(&document.to_string(), false)
}

fn message(document: &Value) -> String {
    opened(document).err().map(|e| e.to_string()).unwrap_or_default()
}

#[test]
fn every_way_to_save_the_results_gives_the_same_clip() -> Result<()> {
    let web = json!([
        {"landmarks": [picture()], "worldLandmarks": [world(0.0)]},
        {"landmarks": [picture()], "worldLandmarks": [world(0.3)]},
    ]);
    let (clip, warnings) = opened(&web)?;
    assert_eq!((clip.layout().id, clip.frames(), clip.people(), clip.fps), (LayoutId::MediaPipe33, 2, 1, 30.0));
    assert!(warnings[0].text.contains("30 a second is assumed"), "{warnings:?}");
    // Upright, and the left side at negative x.
    assert_eq!(clip.joint(0, 0, 11), [-0.17, 0.45, 0.0, 0.9]);
    assert_eq!(clip.joint(1, 0, 28), [0.1, -0.8, 0.0, 0.9]);
    let row = |raised: f64| -> Vec<f64> {
        let numbers = |v: &Value| ["x", "y", "z", "visibility"].map(|key| v[key].as_f64().unwrap_or(0.0));
        world(raised).iter().flat_map(numbers).collect()
    };
    for other in [
        json!([{"pose_world_landmarks": [world(0.0)]}, {"pose_world_landmarks": [world(0.3)]}]),
        json!([{"poseWorldLandmarks": world(0.0)}, {"poseLandmarks": picture(), "poseWorldLandmarks": world(0.3)}]),
        json!([{"pose_world_landmarks": {"landmark": world(0.0)}}, {"pose_world_landmarks": {"landmark": world(0.3)}}]),
        json!([world(0.0), world(0.3)]),
        json!([[world(0.0)], [world(0.3)]]),
        json!([row(0.0), row(0.3)]),
        json!({"results": [{"worldLandmarks": [world(0.0)]}, {"worldLandmarks": [world(0.3)]}]}),
    ] {
        assert_eq!(opened(&other)?.0, clip, "{other}");
    }
    let timed = json!({"label": "wave", "frames": [
        {"timestampMs": 1000, "worldLandmarks": [world(0.0)]},
        {"timestampMs": 1040.0, "worldLandmarks": [world(0.3)]},
    ]});
    let (timed, warnings) = opened(&timed)?;
    assert_eq!((timed.fps, timed.label.as_deref(), warnings.len()), (25.0, Some("wave"), 0));
    assert_eq!(timed.data(), clip.data());
    let (rated, _) = opened(&json!({"fps": 12.5, "frames": [world(0.0)]}))?;
    assert_eq!(rated.fps, 12.5);
    Ok(())
}

#[test]
fn landmarks_in_the_picture_are_read_where_they_are_wanted_and_fitted() -> Result<()> {
    let both = json!([{"landmarks": [picture()], "worldLandmarks": [world(0.0)]}]).to_string();
    let (clip, _) = read(&both, true)?;
    assert_eq!(clip.layout().id, LayoutId::MediaPipe33Picture);
    assert_eq!(clip.joint(0, 0, 11), [0.551, 0.32, 0.9]);
    // A portrait picture is narrower, so a shoulder is nearer the middle of ours.
    let portrait = json!({"width": 720, "height": 1280, "frames": [{"landmarks": [picture()]}]});
    let (clip, _) = opened(&portrait)?;
    let x = 0.5 + 0.051 * (720.0 / 1280.0) / (340.0 / 256.0);
    assert!((clip.joint(0, 0, 11)[0] - x as f32).abs() < 1e-6 && clip.joint(0, 0, 11)[1] == 0.32);
    let wide = json!({"width": 1920, "height": 1080, "frames": [{"landmarks": [picture()]}]});
    let y = 0.5 - 0.18 * (340.0 / 256.0) / (1920.0 / 1080.0);
    assert!((opened(&wide)?.0.joint(0, 0, 11)[1] - y as f32).abs() < 1e-6);
    // A landmark that MediaPipe guesses far outside the picture is not found; a hidden one keeps its place.
    let mut guessed = picture();
    guessed[27]["y"] = json!(3.5);
    guessed[15]["visibility"] = json!(0.0);
    let (clip, _) = opened(&json!([{"landmarks": [guessed]}]))?;
    assert!(!clip.seen(0, 0, 27) && clip.seen(0, 0, 15));
    assert_eq!(opened(&json!([picture()]))?.0.layout().id, LayoutId::MediaPipe33Picture);
    Ok(())
}

#[test]
fn empty_frames_stay_and_two_people_are_kept() -> Result<()> {
    let three = vec![world(0.0), world(0.1), world(0.2)];
    let document = json!([{"worldLandmarks": []}, {"worldLandmarks": three}, null, {"worldLandmarks": [world(0.0)]}]);
    let (clip, warnings) = opened(&document)?;
    assert_eq!((clip.frames(), clip.people()), (4, 2));
    let present: Vec<bool> = (0..4).flat_map(|t| [clip.present(t, 0), clip.present(t, 1)]).collect();
    assert_eq!(present, [false, false, true, true, false, false, true, false]);
    assert!(warnings[0].text.starts_with("A frame has 3 people"));
    Ok(())
}

#[test]
fn errors_name_the_field() {
    let short = world(0.0)[..21].to_vec();
    let mut far = world(0.0);
    far[3]["x"] = json!(1e9);
    let mut text = world(0.0);
    text[3]["x"] = json!("left");
    for (document, start) in [
        (json!([]), "frames: there is no frame"),
        (json!([{"worldLandmarks": []}]), "nobody is seen in any of the clip's 1 frames"),
        (json!([{"worldLandmarks": [short]}]), "[0].worldLandmarks[0]: 21 landmarks; MediaPipe's pose has 33"),
        (json!([{"worldLandmarks": [text]}]), "[0].worldLandmarks[0][3].x: invalid type: string"),
        (json!([{"worldLandmarks": [far]}]), "frame 0: -1000000000.0 is no coordinate"),
        (json!([{"worldLandmarks": [[[[[[[1]]]]]]]}]), "[0].worldLandmarks[0][0][0][0]"),
        (json!(world(0.0)), "[0].x: this is a landmark, not a frame of 33"),
        (json!({"fps": 0, "frames": [world(0.0)]}), "fps: 0.0 is not above 0"),
        (json!({"width": -1, "frames": [world(0.0)]}), "width: -1.0 is no size of a picture"),
        (json!([[1, 2, 3, 4, 5]]), "[0]: 5 numbers are neither a landmark nor a pose of 33"),
        (json!([7]), "[0]: 7.0 is neither an array nor an object"),
    ] {
        let found = message(&document);
        assert!(found.starts_with(start), "{found:?} does not start with {start:?}");
    }
}
