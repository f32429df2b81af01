//! Files of many clips, and clips of OpenPose's frames, for TypeScript.

use js_sys::{Array, Object, Uint8Array};
use wasm_bindgen::prelude::*;

use super::export::{set, thrown};
use super::files::{picture_of, reading, unit_of};
use super::json::to_js;
use crate::error::{Error, Result as Outcome};
use crate::format::many::{self, Labels, Many};
use crate::format::{self, Picture, openpose_frames};

/// A file of many clips in memory. A clip is cut out when it is opened.
#[wasm_bindgen]
pub struct ClipFile {
    /// Announced bytes of the file.
    size: usize,
    bytes: Vec<u8>,
    labels: Option<Labels>,
}

#[wasm_bindgen]
impl ClipFile {
    /// Room for a file of so many bytes, which [`Self::append`] fills.
    ///
    /// # Errors
    /// Throws if there is not enough memory.
    #[wasm_bindgen(constructor)]
    pub fn new(size: f64) -> Result<ClipFile, JsValue> {
        let cause = "the file does not fit into the page's memory; the command line reads it: `ciasa clips FILE`";
        let full = || thrown(Error::format(cause));
        if !(0.0..=f64::from(i32::MAX)).contains(&size) {
            return Err(full());
        }
        let mut bytes = Vec::new();
        bytes.try_reserve_exact(size as usize).map_err(|_| full())?;
        Ok(Self { size: size as usize, bytes, labels: None })
    }

    /// Adds the next bytes of the file. A whole file is unpacked if its arrays are compressed.
    ///
    /// # Errors
    /// Throws if the file is longer than announced, or cannot be unpacked.
    pub fn append(&mut self, chunk: &Uint8Array) -> Result<(), JsValue> {
        let (start, length) = (self.bytes.len(), chunk.length() as usize);
        if length > self.size.saturating_sub(start) {
            return Err(thrown(Error::format("the file grew while it was read; open it again")));
        }
        self.bytes.resize(start + length, 0);
        chunk.copy_to(&mut self.bytes[start..]);
        if self.bytes.len() == self.size
            && let Some(unpacked) = many::unpacked(&self.bytes).map_err(thrown)?
        {
            self.bytes = unpacked;
        }
        Ok(())
    }

    /// Takes the names and labels of a `.npy` file from the pickle beside it.
    ///
    /// # Errors
    /// Throws if the pickle holds something else, or labels of another number of clips.
    #[wasm_bindgen(js_name = setLabels)]
    pub fn set_labels(&mut self, bytes: &[u8]) -> Result<(), JsValue> {
        let labels = Labels::read(bytes).map_err(thrown)?;
        Many::read(&self.bytes, Some(&labels)).map_err(thrown)?;
        self.labels = Some(labels);
        Ok(())
    }

    /// The list of clips, `ClipEntry[]`.
    ///
    /// # Errors
    /// Throws if the file holds no clips.
    pub fn entries(&self) -> Result<JsValue, JsValue> {
        to_js(&self.many().map_err(thrown)?.entries())
    }

    /// The farthest pixel of the clips at these places, `{width, height}`, if the pixels of one come without the
    /// picture's size: then `clips` needs the size.
    ///
    /// # Errors
    /// Throws if the file holds no clips. A clip that cannot be read has no pixels here.
    pub fn pixels(&self, indices: &[usize]) -> Result<Option<Object>, JsValue> {
        let many = self.many().map_err(thrown)?;
        let far = indices.iter().filter_map(|i| many.pixels(*i).ok().flatten());
        let far = far.reduce(|a, b| Picture { width: a.width.max(b.width), height: a.height.max(b.height) });
        Ok(far.map(pixel))
    }

    /// The clips at these places in the list, from 0, as `parseClip` gives them; in place of one that cannot be read,
    /// the error, whose message names the place. `size`, such as `1920x1080`, is the picture's for those whose pixels
    /// come without it.
    ///
    /// # Errors
    /// Throws if the file holds no clips, or `unit` or `size` is none.
    pub fn clips(&self, indices: &[usize], unit: Option<String>, size: Option<String>) -> Result<Array, JsValue> {
        let (unit, picture) = (unit_of(unit)?, picture_of(size)?);
        let many = self.many().map_err(thrown)?;
        let open = |index: usize| {
            let picture = if many.pixels(index)?.is_some() { picture } else { None };
            many.open(index, unit, picture)
        };
        let clip = |index: &usize| open(*index).map_err(thrown).and_then(|read| reading(&read)).map(JsValue::from);
        Ok(indices.iter().map(|index| clip(index).unwrap_or_else(|error| error)).collect())
    }
}

impl ClipFile {
    fn many(&self) -> Outcome<Many<'_>> {
        Many::read(&self.bytes, self.labels.as_ref())
    }
}

/// The farthest pixel of OpenPose's frames, `{width, height}`, if their coordinates are pixels: then `parseFrames`
/// needs the picture's size.
///
/// # Errors
/// Throws if a file is none of OpenPose's; the message names it.
#[wasm_bindgen(js_name = framePixels)]
pub fn frame_pixels(names: Vec<String>, files: &Array) -> Result<Option<Object>, JsValue> {
    let far = openpose_frames::pixels(&frames(names, files)).map_err(thrown)?;
    Ok(far.map(pixel))
}

fn pixel(Picture { width, height }: Picture) -> Object {
    let object = Object::new();
    set(&object, "width", width);
    set(&object, "height", height);
    object
}

/// Reads a clip of OpenPose's frames, one file each (`Uint8Array[]`), as `parseClip` gives it.
///
/// # Errors
/// Throws if a file cannot be read, or pixels come without a size such as `1920x1080`.
#[wasm_bindgen(js_name = parseFrames)]
pub fn parse_frames(names: Vec<String>, files: &Array, size: Option<String>) -> Result<Object, JsValue> {
    let picture = picture_of(size)?;
    reading(&format::open_frames(&frames(names, files), None, picture).map_err(thrown)?)
}

fn frames(names: Vec<String>, files: &Array) -> Vec<(String, Vec<u8>)> {
    names.into_iter().zip(files.iter().map(|file| Uint8Array::new(&file).to_vec())).collect()
}
