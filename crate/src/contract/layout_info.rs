//! A skeleton layout, as the page reads it.

use serde::Serialize;

use crate::skeleton::convert::Conversion;
use crate::skeleton::{Layout, LayoutId, Region};

/// A skeleton layout. Joints are named by index.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
pub struct LayoutInfo {
    /// Its id.
    pub id: LayoutId,
    /// Name for people.
    pub name: &'static str,
    /// Names of the joints, (V).
    pub joints: &'static [&'static str],
    /// Parent of each joint, (V); the centre is its own parent.
    pub parents: &'static [usize],
    /// Number of channels that are coordinates: 3, or 2 for positions in the picture.
    pub dims: usize,
    /// Whether a confidence follows the coordinates as the last channel.
    pub confidence: bool,
    /// Unit of the coordinates and of epsilon.
    pub unit: &'static str,
    /// Preset attack regions.
    pub regions: Vec<RegionInfo>,
    /// Default epsilon of each joint for hierarchical clipping, (V).
    pub hierarchical: &'static [f32],
    /// The joint on the other side, (V); joints on the midline are their own.
    pub mirror: &'static [usize],
    /// The layouts that clips of this one can be converted to, the best first.
    pub conversions: Vec<ConversionInfo>,
}

/// A conversion to another layout.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
pub struct ConversionInfo {
    /// The layout that is made.
    pub to: LayoutId,
    /// Its name for people.
    pub name: &'static str,
    /// Which joints are copied, averaged, invented and dropped.
    pub sentence: String,
}

/// A named set of joints.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
pub struct RegionInfo {
    /// Its id: `set-1` to `set-4`, `legs`, `arms`.
    pub id: &'static str,
    /// Name for people.
    pub name: &'static str,
    /// The joints, by index.
    pub joints: &'static [usize],
}

impl From<&Layout> for LayoutInfo {
    fn from(layout: &Layout) -> Self {
        Self {
            id: layout.id,
            name: layout.name,
            joints: layout.joints,
            parents: layout.parents,
            dims: layout.dims,
            confidence: layout.confidence,
            unit: layout.unit,
            regions: layout.regions.iter().map(RegionInfo::from).collect(),
            hierarchical: layout.hierarchical,
            mirror: layout.mirror,
            conversions: Conversion::of(layout.id).map(ConversionInfo::from).collect(),
        }
    }
}

impl From<&Conversion> for ConversionInfo {
    fn from(conversion: &Conversion) -> Self {
        Self { to: conversion.to, name: conversion.to.layout().name, sentence: conversion.sentence() }
    }
}

impl From<&Region> for RegionInfo {
    fn from(region: &Region) -> Self {
        Self { id: region.id, name: region.name, joints: region.joints }
    }
}
