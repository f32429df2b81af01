//! Conversions between layouts, as data: how each joint of the new layout is made from joints of the old one.
//!
//! A conversion is never implicit. It says in a sentence which joints it copies, averages, places on a line between
//! others (invents) and drops.
//!
//! ```
//! use ciasa::skeleton::{LayoutId, convert::Conversion};
//! let conversion = Conversion::find(LayoutId::Coco17, LayoutId::OpenPose18)?;
//! assert!(conversion.sentence().contains("averaged: neck (left shoulder, right shoulder)"));
//! # Ok::<(), ciasa::Error>(())
//! ```

mod apply;
mod choice;
mod conversion;
mod place;
mod sentence;
mod tables;

pub use conversion::Conversion;
pub use place::{Kind, Place};
