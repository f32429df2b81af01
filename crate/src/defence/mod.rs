//! Defences in front of a network. Each is differentiable and a [`Victim`](crate::attack::Victim) itself, so that an
//! attack goes through it: a defence that was only attacked blindly is not known to hold.
//!
//! | part | file |
//! | --- | --- |
//! | a network behind a defence | [`defended`] |
//! | the certified radius of a randomly smoothed network | [`certificate`] |
//! | the probabilities behind it: normal and binomial distribution | [`chance`] |

pub mod certificate;
pub mod chance;
pub mod defended;
