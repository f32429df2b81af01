//! A result as one file: a zip archive with the clip, the attacked clip, what describes them, and pictures.
//!
//! `result.json` describes the result (`contract` has its type); `clip.json` is the clean clip in our own format, which
//! rounds. `clean.npy` and `attacked.npy` hold both clips' values exactly, (T, M, V, C) as 32-bit floats. Everything
//! else is for people, and is not read again.

use super::{Format, read as read_clip, write as write_clip};
use crate::container::{Archive, Array, store, write_npy};
use crate::error::{Error, Result};
use crate::skeleton::Sequence;

/// Names of the files that are read again.
const HEAD: &str = "result.json";
const CLIP: &str = "clip.json";
const CLEAN: &str = "clean.npy";
const ATTACKED: &str = "attacked.npy";

/// What a result file holds.
#[derive(Clone, Debug, PartialEq)]
pub struct ResultFile {
    /// `result.json`, as text.
    pub head: String,
    /// The clean clip.
    pub clip: Sequence,
    /// The attacked clip's values, (T, M, V, C); none if there was no attack.
    pub attacked: Option<Vec<f32>>,
}

/// Reads a result file.
///
/// # Errors
/// A format error if a part is missing or not what it should be; the message begins with the part's name.
pub fn read(bytes: &[u8]) -> Result<ResultFile> {
    let archive = Archive::open(bytes).map_err(Error::of_format)?;
    let part = |name: &str| archive.get(name).map_err(Error::of_format);
    let head = std::str::from_utf8(part(HEAD)?).map_err(|_| Error::format("is no UTF-8 text").at(HEAD))?;
    let clip = read_clip(part(CLIP)?, CLIP).map_err(|e| e.at(CLIP))?;
    let values = |name: &str| exact(&clip, part(name)?).map_err(|e| e.at(name));
    let attacked = archive.names().contains(&ATTACKED).then(|| values(ATTACKED)).transpose()?;
    Ok(ResultFile { head: head.to_owned(), clip: clip.with_data(values(CLEAN)?)?, attacked })
}

/// Values of the clip's shape.
fn exact(clip: &Sequence, bytes: &[u8]) -> Result<Vec<f32>> {
    let array = Array::npy(bytes).map_err(Error::of_format)?;
    let wanted = shape(clip);
    if !array.is_numeric() || array.shape != wanted {
        return Err(Error::format(format!("has the shape {:?}; the clip's is {wanted:?}", array.shape)));
    }
    Ok(clip.with_data(array.floats())?.data().to_vec())
}

/// (T, M, V, C).
fn shape(clip: &Sequence) -> [usize; 4] {
    [clip.frames(), clip.people(), clip.layout().len(), clip.layout().channels()]
}

/// Writes a result file, with `others` (name and bytes) beside the parts that are read again.
///
/// # Errors
/// Of the clip's format if it cannot hold the clip; a config error if one of `others` has the name of such a part.
pub fn write(result: &ResultFile, others: &[(String, Vec<u8>)]) -> Result<Vec<u8>> {
    let ResultFile { head, clip, attacked } = result;
    let own = |name: &str, bytes: Vec<u8>| (name.to_owned(), bytes);
    let mut files = vec![
        own(HEAD, head.clone().into_bytes()),
        own(CLIP, write_clip(clip, Format::Clip)?),
        own(CLEAN, write_npy(&shape(clip), clip.data())),
    ];
    if let Some(values) = attacked {
        let attacked = clip.with_data(values.clone()).map_err(|e| e.at(ATTACKED))?;
        files.push(own(ATTACKED, write_npy(&shape(clip), attacked.data())));
    }
    files.extend_from_slice(others);
    store(&files)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use crate::skeleton::LayoutId;

    fn result() -> ResultFile {
        let n = 3 * LayoutId::KinectV1.layout().len() * 3;
        // Values that our own format rounds.
        let data: Vec<f32> = (0..n).map(|i| 1.0 + i as f32 / 7.0).collect();
        let mut clip = Sequence::new(LayoutId::KinectV1, 30.0, 3, 1, data).unwrap();
        clip.label = Some("wave".into());
        let attacked = clip.data().iter().map(|v| v + 1e-5).collect();
        ResultFile { head: "{}".into(), clip, attacked: Some(attacked) }
    }

    #[test]
    fn what_is_written_is_read_with_the_same_bits() {
        let result = result();
        let others = [("pictures/view.png".to_owned(), vec![1, 2, 3])];
        assert_eq!(read(&write(&result, &others).unwrap()).unwrap(), result);
        let alone = ResultFile { attacked: None, ..result };
        assert_eq!(read(&write(&alone, &[]).unwrap()).unwrap(), alone);
    }

    #[test]
    fn missing_and_wrong_parts_are_named() {
        let message = |files: &[(&str, Vec<u8>)]| read(&store(files).unwrap()).unwrap_err().to_string();
        assert_eq!(message(&[]), "\"result.json\": is not in the zip archive");
        let bytes = write(&result(), &[]).unwrap();
        let archive = Archive::open(&bytes).unwrap();
        let with = |name: &str, other: Vec<u8>| {
            let files = archive.names().iter().map(|&n| {
                let own = if n == name { other.clone() } else { archive.get(n).unwrap().to_vec() };
                (n, own)
            });
            message(&files.collect::<Vec<_>>())
        };
        let short = with(CLEAN, write_npy(&[2, 1, 20, 3], &[0.0; 120]));
        assert_eq!(short, "clean.npy: has the shape [2, 1, 20, 3]; the clip's is [3, 1, 20, 3]");
        assert!(with(ATTACKED, write_npy(&[3, 1, 20, 3], &[f32::NAN; 180])).starts_with("attacked.npy, frame 0"));
        assert!(with(CLIP, b"{".to_vec()).starts_with("clip.json"));
        assert_eq!(with(HEAD, vec![0xff]), "result.json: is no UTF-8 text");
        let error = write(&result(), &[(CLEAN.to_owned(), Vec::new())]).unwrap_err();
        assert!(error.is_config(), "{error}");
    }

    #[test]
    fn every_cut_is_an_error_of_the_format() {
        let bytes = write(&result(), &[]).unwrap();
        assert!((0..bytes.len()).step_by(97).all(|cut| read(&bytes[..cut]).is_err_and(|e| e.is_format())));
    }
}
