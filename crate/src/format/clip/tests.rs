use super::*;

fn document(frames: &str) -> String {
    format!(r#"{{"format":"ciasa-clip","version":1,"layout":"kinect-v1","fps":20,"frames":{frames}}}"#)
}

fn person(x: f32) -> String {
    format!("[{}]", vec![format!("[{x},1,2.5]"); 20].join(","))
}

fn message(text: &str) -> String {
    read(text).err().map(|e| e.to_string()).unwrap_or_default()
}

#[test]
fn keys_come_in_any_order_and_unknown_ones_are_ignored() -> error::Result<()> {
    let body = format!("[[{},null],[null,{}]]", person(0.5), person(-0.25));
    let plain = read(&document(&body))?;
    assert_eq!((plain.frames(), plain.people(), plain.fps), (2, 2, 20.0));
    assert_eq!(plain.joint(1, 1, 7), [-0.25, 1.0, 2.5]);
    assert!(plain.present(0, 0) && !plain.present(0, 1) && !plain.present(1, 0));
    let deep = "[".repeat(50_000) + &"]".repeat(50_000);
    let shuffled = format!(
        r#"{{"frames":{body},"note":{deep},"people":2,"fps":20,"layout":"kinect-v1",
            "version":1,"format":"ciasa-clip"}}"#
    );
    assert_eq!(read(&shuffled)?, plain);
    Ok(())
}

#[test]
fn every_layout_comes_back_to_a_tenth_of_a_millimetre() -> error::Result<()> {
    for id in LayoutId::ALL {
        let l = id.layout();
        let n = 3 * 2 * l.len() * l.channels();
        let mut data: Vec<f32> = (0..n).map(|i| (i as f32 * 0.37).sin().abs()).collect();
        data[..l.len() * l.channels()].fill(0.0);
        let mut clip = Sequence::new(id, 29.97, 3, 2, data)?;
        clip.label = Some("wave \"hello\"\n\u{1}".to_owned());
        let text = String::from_utf8_lossy(&write(&clip)).into_owned();
        let back = read(&text)?;
        assert_eq!((back.fps, &back.label, back.layout().id), (clip.fps, &clip.label, id));
        assert!(!back.present(0, 0) && text.contains("\n[null,[["));
        for (a, b) in clip.data().iter().zip(back.data()) {
            assert!((a - b).abs() < 0.5001e-4, "{a} {b}");
        }
        // What has 4 decimals once stays as it is.
        assert_eq!(write(&back), write(&clip));
    }
    Ok(())
}

#[test]
fn small_numbers_are_not_lost() -> error::Result<()> {
    let mut data = vec![0.0; 60];
    data[3] = 4e-5;
    data[7] = -1e-30;
    let clip = Sequence::new(LayoutId::KinectV1, 30.0, 1, 1, data)?;
    assert_eq!(read(&String::from_utf8_lossy(&write(&clip)))?, clip);
    let mut data = vec![0.0; 54];
    data[..3].copy_from_slice(&[0.25, 0.5, 1e-5]);
    let clip = Sequence::new(LayoutId::OpenPose18, 30.0, 1, 1, data)?;
    assert_eq!(read(&String::from_utf8_lossy(&write(&clip)))?, clip);
    Ok(())
}

#[test]
fn a_joint_without_confidence_is_nowhere() -> error::Result<()> {
    let joints = ["[0.5,0.25,0]"; 17].join(",");
    let text = format!(
        r#"{{"format":"ciasa-clip","version":1,"layout":"openpose-18","fps":30,
            "frames":[[[{joints},[0.5,0.25,0.9]]]]}}"#
    );
    let clip = read(&text)?;
    assert_eq!(clip.joint(0, 0, 3), [0.0; 3]);
    assert_eq!(clip.joint(0, 0, 17), [0.5, 0.25, 0.9]);
    Ok(())
}

#[test]
fn errors_name_the_field() {
    let one = person(0.0);
    let bad_joint = one.replacen("[0,1,2.5]", "[0,1]", 1);
    let huge = one.replacen("2.5", "1e300", 1);
    for (text, start) in [
        (document("[]"), "frames: there is no frame"),
        (document("[[]]"), "frames[0]: no people"),
        (document("[[null]]"), "nobody is seen in any of the clip's 1 frames"),
        (document(&format!("[[{one}],[{one},null]]")), "frames[1][1]: more than 1 people"),
        (document(&format!("[[{one},null],[{one}]]")), "frames[1]: 1 people, but the first frame has 2"),
        (document(&format!("[[{bad_joint}]]")), "frames[0][0][0]: 2 numbers; a joint of layout kinect-v1 has 3"),
        (document("[[[[0,1,2]]]]"), "frames[0][0]: 1 joints; the layout kinect-v1 has 20"),
        (document(&format!("[[{huge}]]")), "frames[0][0][0][2]: 1e300 is no coordinate"),
        (document(&format!("[[{}]]", one.replacen("2.5", "NaN", 1))), "frames[0][0][0][2]: expected value"),
        (document(&format!("[[{}]]", one.replacen("2.5", "1e999", 1))), "frames[0][0][0][2]: number out of range"),
        (document("[[\"x\"]]"), "frames[0][0]: invalid type: string \"x\", expected an array of joints, or null"),
        (document("[7]"), "frames[0]: invalid type: integer `7`, expected an array of people"),
        (document("null"), "frames: invalid type: null, expected an array of frames"),
        (document(&format!("[[{one}]],\"people\":2")), "people: 2 people, but the frames have 1"),
        (document(&format!("[[{one}]],\"fps\":30")), "fps: the key stands twice"),
        (r#"{"format":"other"}"#.to_owned(), "format: \"other\" is not \"ciasa-clip\""),
        (r#"{"format":"ciasa-clip","version":2}"#.to_owned(), "version: version 2.0 is not known"),
        (r#"{"layout":"ntu-25"}"#.to_owned(), "layout: \"ntu-25\" is no layout; known are kinect-v1"),
        (r#"{"fps":0}"#.to_owned(), "fps: 0.0 is not above 0"),
        (r#"{"people":1.5}"#.to_owned(), "people: 1.5 is no count"),
        (r#"{"format":"ciasa-clip","version":1,"fps":30}"#.to_owned(), "the key \"layout\" is missing"),
        ("[1]".to_owned(), "invalid type: sequence, expected an object"),
        ("{} {}".to_owned(), "trailing characters at line 1 column 4"),
    ] {
        let found = message(&text);
        assert!(found.starts_with(start), "{found:?} does not start with {start:?}");
    }
}

#[test]
fn messages_stay_short_whatever_they_quote() {
    let found = message(&document(&format!("\"{}\"", "é".repeat(100_000))));
    assert!(found.len() < 600 && found.contains("expected an array of frames at line 1 column "), "{found}");
}
