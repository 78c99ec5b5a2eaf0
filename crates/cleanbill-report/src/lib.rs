//! A verdict in words, for people and programs: one result, seven views.
//! It knows the model and nothing else: no registry, no lockfile reader, no clock, no terminal.
//!
//! Reading order: what a run hands in ([`report`]), the views and their names ([`mod@format`]), what a
//! script reads off the process ([`exit`]), how hostile text is tamed ([`escape`]), then one module a
//! view. [`explain()`] shows an audit's page, [`why()`] a stored answer, [`diff`] two releases side by side.
#![deny(clippy::disallowed_methods)]

pub mod diff;
pub mod escape;
pub mod exit;
pub mod explain;
pub mod format;
pub mod report;
pub mod why;

mod command;
mod cyclonedx;
mod excerpt;
mod github;
mod html;
mod human;
pub mod json;
mod junit;
mod page;
mod sarif;
mod view;
mod words;

#[cfg(test)]
mod samples;
#[cfg(test)]
mod snapshots;

pub use diff::{DiffFormat, DiffReport, render_diff};
pub use exit::ExitCode;
pub use explain::explain;
pub use format::{
    Colour, Detail, Format, RenderError, RenderOptions, UnknownFormat, render_audit, render_inspect,
};
pub use report::{
    AuditReport, BroughtIn, ClientSetting, FeedLine, FeedState, InspectReport, LockfileProblem,
    LockfileReport, Moment, NotKnown, PackageReport, PinPlace, Story, UnassessedRule, WaiverNote,
    WaiverState,
};
pub use why::{WhyError, why};
