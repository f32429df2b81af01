//! Files of many clips, and clips in the field's other formats.

use ciasa::format::many::{self, Labels, Many};
use ciasa::format::{self, Picture, Unit};
use ciasa::skeleton::{LayoutId, Sequence};
use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::{Index, select};

use crate::mutations::change;

macro_rules! case {
    ($name:literal) => {
        (include_bytes!(concat!("../fixtures/cases/", $name)) as &[u8])
    };
}

/// The same two clips, as NumPy wrote them for ST-GCN, CTR-GCN and pyskl.
const NPY: &[u8] = case!("clips_NCTVM.npy");
const NPZ: &[u8] = case!("clips_ctrgcn.npz");
const NPZ_COMPRESSED: &[u8] = case!("clips_ctrgcn_compressed.npz");
const PYSKL: [&[u8]; 3] =
    [case!("clips_pyskl_protocol2.pkl"), case!("clips_pyskl_protocol4.pkl"), case!("clips_pyskl_protocol5.pkl")];
const LIST: &[u8] = case!("clips_list_protocol3.pkl");
const LABELS: &[u8] = case!("clips_label.pkl");
const SINGLE: &[u8] = case!("clip_N3TV1.npy");

fn check(first: &Sequence, second: &Sequence, precision: f32) {
    assert_eq!((first.layout().id, first.frames(), first.people()), (LayoutId::Ntu, 3, 1));
    assert_eq!((second.frames(), second.people()), (4, 2));
    let near = |a: &[f32], b: [f32; 3]| a.iter().zip(b).all(|(a, b)| (a - b).abs() < precision);
    // Joint 7 of frame 2 is at 0.07, 1.28, 3.2; the second clip is 1 further, its second person 5.
    assert!(near(first.joint(2, 0, 7), [0.07, 1.28, 3.2]), "{:?}", first.joint(2, 0, 7));
    assert!(near(second.joint(2, 0, 7), [1.07, 2.28, 4.2]) && near(second.joint(2, 1, 7), [5.07, 5.0 + 1.28, 8.2]));
    assert_eq!((first.label.as_deref(), second.label.as_deref()), (Some("clapping"), Some("punch/slap")));
}

fn read(bytes: &[u8]) -> Many<'_> {
    Many::read(bytes, None).unwrap()
}

fn message<T>(result: ciasa::error::Result<T>) -> String {
    result.err().map(|e| e.to_string()).unwrap_or_default()
}

#[test]
fn an_array_of_clips_is_read_with_its_labels() {
    let labels = Labels::read(LABELS).unwrap();
    let many = Many::read(NPY, Some(&labels)).unwrap();
    let listed: Vec<_> = many.entries().into_iter().map(|e| (e.id, e.label.unwrap(), e.frames, e.people)).collect();
    let entry = |id: &str, label: &str| (id.to_owned(), label.to_owned(), 6, 2);
    let (first, second) = ("S001C001P001R001A010.skeleton", "S001C001P001R001A050.skeleton");
    assert_eq!(listed, [entry(first, "clapping"), entry(second, "punch/slap")]);
    assert_eq!(many.choose(second).unwrap(), [1]);
    let clip = |i| many.open(i, None, None).unwrap().clip;
    check(&clip(0), &clip(1), 1e-6);

    let plain = read(NPY);
    assert_eq!(
        plain.entries().into_iter().map(|e| (e.id, e.label)).collect::<Vec<_>>(),
        [("1".into(), None), ("2".into(), None)]
    );
    assert_eq!(plain.open(0, None, None).unwrap().clip.label, None);
    assert!(message(plain.open(2, None, None)).contains("there is no clip 3; the file has 2"));
    assert!(message(format::read(NPY, "a.npy")).contains("the file holds 2 clips; choose by number from 1 (FILE#3)"));
    let size = Picture::parse("640x480");
    assert!(message(plain.open(0, None, size)).contains("size: has no effect"));
}

#[test]
fn labels_fit_their_set_or_are_refused() {
    assert!(message(Many::read(NPZ, Some(&Labels::read(LABELS).unwrap()))).contains("this file has its own"));
    assert!(message(Many::read(SINGLE, Some(&Labels::read(LABELS).unwrap()))).contains("2 labels for 1 clips"));
    assert!(message(Many::read(LABELS, None)).contains("names and labels; open the .npy file"));
    assert!(message(Labels::read(PYSKL[1])).starts_with("labels are a pair of lists (names, classes), not a dict"));
}

#[test]
fn parts_of_a_set_in_an_npz_are_listed() {
    let many = read(NPZ);
    let listed: Vec<_> = many.entries().into_iter().map(|e| (e.id, e.label.unwrap(), e.splits)).collect();
    let entry = |id: &str, label: &str, split: &str| (id.to_owned(), label.to_owned(), vec![split.to_owned()]);
    assert_eq!(listed, [entry("train_0", "clapping", "train"), entry("test_0", "punch/slap", "test")]);
    let chosen = |wanted| many.choose(wanted).unwrap();
    assert_eq!(
        (chosen("test_0"), chosen("1"), chosen("train"), chosen("all")),
        (vec![1], vec![0], vec![0], vec![0, 1])
    );
    assert!(message(many.choose("7")).contains("numbered from 1 to 2"));
    check(&many.open(0, None, None).unwrap().clip, &many.open(1, None, None).unwrap().clip, 1e-6);
}

#[test]
fn a_compressed_npz_gives_the_same_clips() {
    let unpacked = many::unpacked(NPZ_COMPRESSED).unwrap().unwrap();
    let (plain, packed) = (read(NPZ), read(&unpacked));
    assert_eq!(plain.entries(), packed.entries());
    for index in 0..plain.len() {
        assert_eq!(plain.open(index, None, None).unwrap().clip, packed.open(index, None, None).unwrap().clip);
    }
    assert_eq!(many::unpacked(NPZ).unwrap(), None);
    // Every cut and every changed byte is an error or the same clips, never a panic.
    for cut in 0..NPZ_COMPRESSED.len() {
        assert!(many::unpacked(&NPZ_COMPRESSED[..cut]).is_err() || cut < 4);
    }
    for at in 0..NPZ_COMPRESSED.len() {
        let mut changed = NPZ_COMPRESSED.to_vec();
        changed[at] ^= 0x55;
        if let Ok(Some(bytes)) = many::unpacked(&changed) {
            let _ = Many::read(&bytes, None);
        }
    }
}

#[test]
fn annotations_of_pyskl_are_read_in_each_protocol() {
    for bytes in PYSKL {
        let many = read(bytes);
        let entries = many.entries();
        assert_eq!(entries.iter().map(|e| (e.frames, e.people)).collect::<Vec<_>>(), [(3, 1), (4, 2), (2, 1)]);
        assert_eq!(entries[0].splits, ["xsub_train", "xview_train"]);
        assert_eq!(entries[2].label.as_deref(), Some("class 4"));
        let clip = |name: &str| many.open(many.choose(name).unwrap()[0], None, None).unwrap().clip;
        // 16-bit floats.
        check(&clip("S001C001P001R001A010"), &clip("S001C001P001R001A050"), 4e-3);
        let video = clip("video");
        assert_eq!((video.layout().id, video.frames()), (LayoutId::OpenPose18, 2));
        assert_eq!(video.joint(1, 0, 3), [80.0 / 320.0, 35.0 / 240.0, 0.5]);
    }
}

#[test]
fn a_list_of_annotations_in_any_order_of_bytes_and_axes_is_read() {
    let many = read(LIST);
    let entries = many.entries();
    assert_eq!(entries.iter().map(|e| e.id.as_str()).collect::<Vec<_>>(), ["big", "fortran"]);
    assert!(entries.iter().all(|e| e.label.as_deref() == Some("class 8") && e.splits.is_empty()));
    for (i, score) in [0.5, 1.0].into_iter().enumerate() {
        let clip = many.open(i, None, None).unwrap().clip;
        assert_eq!((clip.layout().id, clip.frames(), clip.people()), (LayoutId::OpenPose18, 2, 1));
        // Joint 5 of frame 1 is at pixel 55, 22 of a picture 200 wide and 100 high.
        assert_eq!(clip.joint(1, 0, 5), [0.275, 0.22, score]);
        // Not found: a score of 0, or no score and the corner of the picture.
        assert_eq!(clip.joint(1, 0, 3) == [0.0; 3], i == 0);
        assert_eq!(clip.joint(0, 0, 0) == [0.0; 3], i == 1);
    }
}

/// A .npy file of that type, shape and order.
fn npy(descr: &str, fortran: bool, shape: &str, data: &[u8]) -> Vec<u8> {
    let order = if fortran { "True" } else { "False" };
    let header = format!("{{'descr': '{descr}', 'fortran_order': {order}, 'shape': {shape}, }}");
    [b"\x93NUMPY\x01\0", &(header.len() as u16).to_le_bytes()[..], header.as_bytes(), data].concat()
}

#[test]
fn every_type_of_number_gives_the_same_clip() {
    // (C, T, V, M) = (3, 2, 20, 1): halves, which every type holds.
    let number = |c: usize, t: usize, v: usize| (c + 2 * t) as f32 + v as f32 / 2.0;
    let order = |fortran: bool| {
        let places =
            (0..120).map(move |i| if fortran { (i % 3, i / 3 % 2, i / 6) } else { (i / 40, i / 20 % 2, i % 20) });
        places.map(move |(c, t, v)| number(c, t, v))
    };
    let half = |v: f32| {
        let bits = v.to_bits();
        if v == 0.0 { 0 } else { ((((bits >> 23) - 112) << 10) | ((bits >> 13) & 0x3ff)) as u16 }
    };
    let expected: Vec<f32> = (0..120).map(|i| number(i % 3, i / 60, i / 3 % 20)).collect();
    for fortran in [false, true] {
        let all = || order(fortran);
        for (descr, data) in [
            ("<f2", all().flat_map(|v| half(v).to_le_bytes()).collect::<Vec<u8>>()),
            (">f2", all().flat_map(|v| half(v).to_be_bytes()).collect()),
            ("<f4", all().flat_map(f32::to_le_bytes).collect()),
            (">f4", all().flat_map(f32::to_be_bytes).collect()),
            ("<f8", all().flat_map(|v| f64::from(v).to_le_bytes()).collect()),
            (">f8", all().flat_map(|v| f64::from(v).to_be_bytes()).collect()),
        ] {
            for shape in ["(3, 2, 20, 1)", "(1, 3, 2, 20, 1)"] {
                let clip = format::read(&npy(descr, fortran, shape, &data), "a.npy").unwrap();
                assert_eq!((clip.layout().id, clip.data()), (LayoutId::KinectV1, &expected[..]), "{descr} {fortran}");
            }
        }
    }
}

#[test]
fn coordinates_from_the_middle_of_the_picture_are_brought_back() {
    // (N, C, T, V, M) = (2, 3, 1, 18, 1); only the first clip shows that the file is centred.
    let clip = |x: f32| {
        let channel = |f: &dyn Fn(usize) -> f32| (0..18).map(f).collect::<Vec<f32>>();
        [channel(&|v| x + v as f32 / 100.0), channel(&|_| 0.25), channel(&|v| if v == 4 { 0.0 } else { 0.5 })].concat()
    };
    let data: Vec<u8> = [clip(-0.25), clip(0.0)].concat().into_iter().flat_map(f32::to_le_bytes).collect();
    let file = npy("<f4", false, "(2, 3, 1, 18, 1)", &data);
    let many = read(&file);
    for (i, x) in [0.25, 0.5].into_iter().enumerate() {
        let reading = many.open(i, None, None).unwrap();
        assert_eq!(reading.clip.joint(0, 0, 0), [x, 0.75, 0.5]);
        assert_eq!(reading.clip.joint(0, 0, 4), [0.0; 3], "a joint that was not found");
        assert!(reading.warnings.iter().any(|w| w.text.contains("0.5 is added")), "{:?}", reading.warnings);
    }
}

#[test]
fn a_third_number_from_0_to_1_is_a_confidence() {
    // (C, T, V, M) = (3, 1, 25, 1): NTU's joints in metres, or BODY_25 in the picture.
    let file = |third: f32| {
        let data = (0..75).map(|i| if i < 50 { 0.5f32 } else { third }).flat_map(f32::to_le_bytes).collect::<Vec<u8>>();
        npy("<f4", false, "(3, 1, 25, 1)", &data)
    };
    let layout = |file: &[u8]| format::read(file, "a.npy").unwrap().layout().id;
    assert_eq!((layout(&file(2.5)), layout(&file(0.75))), (LayoutId::Ntu, LayoutId::Body25));
    let warnings = format::open(&file(0.75), "a.npy", None).unwrap().warnings;
    assert!(warnings.iter().any(|w| w.text.contains("Read as body-25")), "{warnings:?}");
}

#[test]
fn errors_name_the_place_and_the_way_out() {
    let shape = |shape: &str, n: usize| message(Many::read(&npy("<f4", false, shape, &vec![0; 4 * n]), None));
    assert!(
        shape("(2, 3, 4, 19, 1)", 456)
            .contains("19 joints of 3 numbers; joints x numbers that are read: 20 x 3 (kinect-v1), 25 x 3 (ntu)")
    );
    assert!(shape("(0, 3, 4, 20, 1)", 0).contains("holds no clip"));
    assert!(shape("(7, 7)", 49).contains("(N, C, T, V, M), (C, T, V, M), (M, T, V, C) and (T, V, C) are read"));
    let empty = npy("<f4", false, "(2, 3, 4, 20, 1)", &vec![0; 4 * 480]);
    assert_eq!(message(read(&empty).open(1, None, None)), "clip 2 (2): nobody is seen in any of the clip's 1 frames");
    let mut bad = vec![0; 4 * 480];
    bad[..4].copy_from_slice(&f32::NAN.to_le_bytes());
    let bad = npy("<f4", false, "(2, 3, 4, 20, 1)", &bad);
    let error = message(read(&bad).open(0, None, None));
    assert!(error.starts_with("clip 1 (1), frame 0, person 0, joint \"hip centre\": NaN is no coordinate"), "{error}");
    // Numbers without an array.
    assert!(message(Many::read(b"\x80\x02K\x01.", None)).contains("a pickle of an integer without annotations"));
    assert!(message(Many::read(b"\x80\x02].", None)).contains("a pickle of 0 annotations"));
    let list = message(Many::read(b"\x80\x02]}U\x05labelK\x01sa.", None));
    assert!(list.starts_with("annotation 0: has no keypoint, but label"), "{list}");
}

#[test]
fn annotations_that_share_their_parts_take_neither_memory_nor_time() {
    let text = |s: &str| [&[b'X'][..], &(s.len() as u32).to_le_bytes(), s.as_bytes()].concat();
    let shape = b"cnumpy.core.multiarray\n_reconstruct\n(K\0K\0K\0tR(K\x01(K\x01K\x01K\x14K\x03t";
    let array = [&shape[..], b"cnumpy\ndtype\n(U\x02f2K\0K\x01tR\x89U\x78", &[1; 120], b"tb"].concat();
    let annotation = |rest: &[u8]| [b"}(", &text("keypoint")[..], &array, rest, b"u"].concat();
    let many = |one: &[u8]| [&b"\x80\x02]("[..], one, b"q\0", &b"h\0".repeat(400_000), b"e."].concat();
    let started = std::time::Instant::now();
    let file = many(&annotation(b""));
    let set = read(&file);
    assert_eq!((set.len(), set.entries().len()), (400_001, 400_001));
    assert_eq!(set.open(400_000, None, None).unwrap().clip.frames(), 1);
    let long = annotation(&[text("frame_dir"), text(&"x".repeat(1_000_000))].concat());
    assert!(message(Many::read(&many(&long), None)).contains("a name of 1000000 bytes; at most 256 are read"));
    let keys: Vec<u8> = (0..70).flat_map(|i| [text(&format!("k{i}")), b"K\x01".to_vec()].concat()).collect();
    assert!(message(Many::read(&many(&annotation(&keys)), None)).contains("annotation 0: has 71 keys; at most 64"));
    assert!(started.elapsed().as_secs() < 10, "{:?}", started.elapsed());
}

#[test]
fn pixels_without_the_pictures_size_ask_for_it() {
    let whole = case!("clips_list_protocol3.pkl");
    assert_eq!(read(whole).pixels(0).unwrap(), None);
    let at = whole.windows(9).position(|w| w == b"img_shape").unwrap();
    let bytes = [&whole[..at], b"img_shaqe", &whole[at + 9..]].concat();
    let many = read(&bytes);
    // The last joint of the last frame: 10 * 17 + 5 and 4 * 17 + 2.
    for i in 0..2 {
        assert_eq!(many.pixels(i).unwrap(), Some(Picture { width: 175.0, height: 70.0 }));
    }
    assert!(message(many.open(0, None, None)).contains("give the size of the picture"));
    assert!(message(many.open(0, None, Picture::parse("80x100"))).contains("far outside a picture of 80x100"));
    let clip = |many: &Many<'_>, size| many.open(1, None, size).unwrap().clip;
    let [given, held] = [clip(&many, Picture::parse("200x100")), clip(&read(whole), None)];
    assert_eq!(given.data(), held.data());
    assert!(message(many.pixels(2)).contains("there is no clip 3"));
    // Metres need no picture.
    assert_eq!(read(case!("set_kinect.pkl")).pixels(0).unwrap(), None);
}

#[test]
fn a_file_of_one_clip_is_a_clip() {
    let clip = format::open(SINGLE, "clap.npy", None).unwrap().clip;
    assert_eq!((clip.layout().id, clip.frames(), clip.people()), (LayoutId::Ntu, 62, 1));
    let skeleton = format::read(case!("clap.skeleton"), "clap.skeleton").unwrap();
    assert!(clip.data().iter().zip(skeleton.data()).all(|(a, b)| (a - b).abs() < 1e-4));
    let small = format::open(SINGLE, "clap.npy", Some(Unit::Centimetres)).unwrap();
    assert!(small.warnings.iter().any(|w| w.text.contains("smaller than a person")), "{:?}", small.warnings);
}

#[test]
fn a_frame_of_openpose_is_a_clip_of_one_frame() {
    let frame = case!("openpose_frame.json");
    assert!(message(format::open(frame, "frame.json", None)).contains("give the size of the picture"));
    let size = Picture::parse("640x480");
    let files = [("a_1.json".to_owned(), frame), ("a_0.json".to_owned(), &br#"{"people":[]}"#[..])];
    let clip = format::open_frames(&files[..1], None, size).unwrap().clip;
    assert_eq!((clip.layout().id, clip.frames()), (LayoutId::OpenPose18, 1));
    assert_eq!(clip.joint(0, 0, 0), [332.0 / 640.0, (174.4f64 / 480.0) as f32, 0.854]);
    let clip = format::open_frames(&files, None, size).unwrap().clip;
    assert!(clip.frames() == 2 && !clip.present(0, 0) && clip.present(1, 0));
}

/// Whatever the bytes are: an error of kind format that fits a screen, or clips that keep all rules.
fn judge(bytes: &[u8]) {
    let error = |e: ciasa::Error| {
        let message = e.to_string();
        assert!(e.is_format() && message.chars().count() < 1200, "{message}");
    };
    let _ = Labels::read(bytes).map_err(error);
    match Many::read(bytes, None) {
        Err(e) => error(e),
        Ok(many) => {
            assert_eq!(many.entries().len(), many.len());
            for i in 0..many.len().min(4) {
                match many.open(i, None, None) {
                    Err(e) => error(e),
                    Ok(reading) => assert!(reading.clip.data().iter().all(|v| v.is_finite())),
                }
            }
        }
    }
}

#[test]
fn every_cut_is_an_error_or_clips() {
    for bytes in [NPZ, PYSKL[0], PYSKL[2], LIST, LABELS] {
        (0..bytes.len()).step_by(7).for_each(|end| judge(&bytes[..end]));
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 1500, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn changed_files_never_panic(
        which in 0usize..6,
        changes in vec((0u8..5, any::<Index>(), 1usize..60, select(crate::hostile_weights::PIECES.to_vec())), 1..6),
    ) {
        let mut bytes = [NPY, NPZ, PYSKL[0], PYSKL[1], PYSKL[2], LIST][which].to_vec();
        for (kind, at, length, piece) in changes {
            change(&mut bytes, kind, at, length, piece);
        }
        judge(&bytes);
    }
}
