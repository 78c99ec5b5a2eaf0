//! What sightings and campaigns mean: who was exposed, what to do first, which releases belong together.
//! It knows no disk, no clock and no file format; whoever gathered the facts hands them in.
//!
//! Reading order: how a machine stands towards a campaign ([`exposure`]), what to do about it ([`steps`]),
//! how an indicator is read ([`indicator`]), which releases belong together ([`link`]), and whose traits
//! they bear ([`profile`]).
#![deny(clippy::disallowed_methods)]

pub mod exposure;
pub mod indicator;
pub mod link;
pub mod profile;
pub mod steps;
pub mod technique;

pub use exposure::{Gap, Reach, Standing, standing};
pub use indicator::{Trace, refang, trace_of};
pub use steps::{Case, Punishment, Step, StepKind, first_steps};
