//! A certified radius as it crosses between the engine module and the page.

use serde::{Deserialize, Serialize};

/// What is to be certified how.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
pub struct CertificateOrder {
    /// Standard deviation of the noise along motions, in the layout's unit.
    pub deviation: f32,
    /// Frequency above which the noise falls, in hertz.
    pub cutoff: f32,
    /// Draws that choose the class.
    pub select: usize,
    /// Draws that bound its probability.
    pub draws: usize,
    /// The probability of a wrong certificate, at most.
    pub alpha: f64,
    /// Seed of the noise.
    pub seed: u64,
}

/// How far a vote over noise is.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
pub struct CertificateStep {
    /// Draws so far.
    pub drawn: usize,
    /// Draws in the end.
    pub of: usize,
    /// The certificate; none before the end, and none if the network abstains.
    pub certificate: Option<CertifiedAnswer>,
    /// How far the attacked clip is from the certified one, in standard deviations of the noise; none without one. It
    /// is infinite, and so none, where a joint has moved that was not seen.
    pub reached: Option<f64>,
}

/// A certified answer.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
pub struct CertifiedAnswer {
    /// Index of the class.
    pub class: usize,
    /// A lower bound of its probability under noise.
    pub probability: f64,
    /// No shorter change of the clip changes the class; in standard deviations of the noise.
    pub radius: f64,
    /// The radius as a shift of one coordinate of one joint over the whole clip, in the layout's unit; none if no joint
    /// is seen in every frame.
    pub offset: Option<f64>,
}
