//! Memory and work of the readers, counted by the allocator: a share of the file, whatever is in it.

use ciasa::format;
use ciasa::format::many::Many;
use ciasa::weights;

use crate::counting::{Counting, measured};

#[global_allocator]
static ALLOCATOR: Counting = Counting;

/// Frames of a large file.
const FRAMES: usize = 4_000;

fn joined<T: ToString>(items: impl Iterator<Item = T>, comma: &str) -> String {
    items.map(|item| item.to_string()).collect::<Vec<_>>().join(comma)
}

/// A clip in our own format whose numbers are all written as `number`. Every `absent`-th frame is without the person.
fn clip(number: &str, absent: usize) -> String {
    let body = format!("[[{}]]", vec![format!("[{number},{number},{number}]"); 25].join(","));
    let frames = (0..FRAMES).map(|t| if absent > 0 && t % absent == 1 { "[null]" } else { &body });
    let frames = joined(frames, ",");
    format!(r#"{{"format":"ciasa-clip","version":1,"layout":"ntu","fps":30,"frames":[{frames}]}}"#)
}

fn ntu() -> String {
    let joint = "1 1 1 0 0 0 0 0 0 0 0 0\n".repeat(25);
    format!("{FRAMES}\n{}", format!("1\n7 0 0 0 0 0 0 0 0 0\n25\n{joint}").repeat(FRAMES))
}

fn kinetics(number: &str) -> String {
    let numbers = |n: usize| vec![number; n].join(",");
    let person = format!(r#"{{"pose":[{}],"score":[{}]}}"#, numbers(36), numbers(18));
    let frame = |t| format!(r#"{{"frame_index":{t},"skeleton":[{person}]}}"#);
    format!(r#"{{"data":[{}]}}"#, joined((1..=FRAMES).map(frame), ","))
}

fn ucla() -> String {
    let body = format!("[{}]", vec!["[1,1,2]"; 20].join(","));
    format!(r#"{{"file_name":"a01_s01_e00_v01","skeletons":[{}]}}"#, vec![body; FRAMES].join(","))
}

fn mediapipe() -> String {
    let body = vec![r#"{"x":0,"y":0,"z":1,"visibility":1}"#; 33].join(",");
    let frame = format!(r#"{{"worldLandmarks":[[{body}]]}}"#);
    format!(r#"{{"fps":30,"frames":[{}]}}"#, vec![frame; FRAMES].join(","))
}

fn bvh() -> String {
    let file = include_str!("../fixtures/wave.bvh");
    let (head, _) = file.split_once("MOTION").unwrap();
    let channels: usize = head.matches("rotation").count() + head.matches("position").count();
    let frame = vec!["9"; channels].join(" ");
    format!("{head}MOTION\nFrames: {FRAMES}\nFrame Time: 0.033\n{}\n", vec![frame; FRAMES].join("\n"))
}

#[test]
fn a_reader_takes_memory_in_proportion_to_its_file() {
    // The file, the ending of its name, and the peak in file sizes that docs/CLIP_FORMAT.md states.
    let cases: [(&str, String, &str, f64); 9] = [
        ("our own", clip("0.1234", 0), "json", 1.2),
        ("our own, one digit", clip("1", 0), "json", 3.2),
        ("our own, one digit, absent people", clip("1", 3), "json", 4.0),
        ("NTU", ntu(), "skeleton", 2.0),
        ("Kinetics", kinetics("0.123"), "json", 3.2),
        ("Kinetics, one digit", kinetics("1"), "json", 7.2),
        ("Northwestern-UCLA, one digit", ucla(), "json", 3.2),
        ("MediaPipe", mediapipe(), "json", 3.0),
        ("BVH, one digit", bvh(), "bvh", 6.0),
    ];
    let mut wrong = Vec::new();
    for (name, text, ending, most) in cases {
        let (clip, peak, _) = measured(|| format::read(text.as_bytes(), &format!("a.{ending}")));
        let clip = clip.unwrap_or_else(|e| panic!("{name}: {e}"));
        assert_eq!(clip.frames(), FRAMES, "{name}");
        let share = peak as f64 / text.len() as f64;
        println!("{name}: {} KiB, peak {share:.2} times", text.len() >> 10);
        if share > most {
            wrong.push(format!("{name}: {peak} bytes for a file of {}, {share:.2} times, not {most}", text.len()));
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}

/// A text of a pickle.
fn word(text: &str) -> Vec<u8> {
    [&b"X"[..], &(text.len() as u32).to_le_bytes(), text.as_bytes()].concat()
}

/// A file of PyTorch before 1.6 with one storage, whose list of storages names it `times` times.
fn repeated(key: &str, times: usize) -> Vec<u8> {
    let id = [&b"("[..], &word("storage"), b"ctorch\nFloatStorage\n", &word(key), &word("cpu"), b"K\x01t"].concat();
    let tensor = [&b"ctorch._utils\n_rebuild_tensor_v2\n("[..], &id, b"QK\0K\x01\x85K\x01\x85\x89NtR"].concat();
    let root = [&b"\x80\x02}("[..], &word("w"), &tensor, b"u."].concat();
    let head = b"\x80\x02\x8a\x0a\x6c\xfc\x9c\x46\xf9\x20\x6a\xa8\x50\x19.\x80\x02M\xe9\x03.\x80\x02}.";
    let keys = [&b"\x80\x02]("[..], &word(key), b"q\0", &b"h\0".repeat(times - 1), b"e."].concat();
    let values = [&1_u64.to_le_bytes()[..], &1.0_f32.to_le_bytes()].concat().repeat(times);
    [&head[..], &root, &keys, &values].concat()
}

#[test]
fn an_old_weight_file_that_repeats_a_long_key_is_refused_at_the_second() {
    let key = "k".repeat(250);
    assert!(weights::read(&repeated(&key, 1)).is_ok());
    let message = |bytes: &[u8]| weights::read(bytes).err().map(|e| e.to_string()).unwrap_or_default();
    // The list takes an entry for each name, and its names are one text; nothing else grows with their number.
    let work = |times: usize| {
        let file = repeated(&key, times);
        let (error, peak, calls) = measured(|| message(&file));
        assert!(error.contains("is in the list of storages twice"), "{error}");
        (peak as f64 / file.len() as f64, calls)
    };
    let ((_, few), (share, many)) = (work(1_000), work(200_000));
    // A list doubles a few times more.
    assert!(many < few + 40, "{few} allocations for 1,000 names, {many} for 200,000");
    assert!(share < 12.0, "{share:.1} times the file");
    // A key longer than any program writes is no name at all.
    let error = message(&repeated(&"k".repeat(50_000), 1_000));
    assert!(error.contains("a storage's name of 50000 bytes; at most 512 are read"), "{error}");
}

#[test]
fn a_pickle_that_fills_one_dict_has_room_for_it_once() {
    let file = [&b"\x80\x02}("[..], &b"]".repeat(262_200), b"u."].concat();
    let (read, peak, _) = measured(|| Many::read(&file, None).map(drop));
    assert!(read.is_err_and(|e| e.to_string().contains("without annotations")));
    // An item is one byte of the file, and 136 bytes while the stack grows. A dict that grew item by item took 208.
    let share = peak as f64 / file.len() as f64;
    assert!(share < 160.0, "{share:.1} times the file");
}
