//! Settings as written and as meant: TOML text in, one complete policy and its origins out.
//! It reads no disk and no environment; whoever does hands the texts in.
//!
//! Reading order: what may be written ([`file`]), what it means ([`settings`]), what a project may
//! not do ([`strict`]), lengths of time ([`duration`]), the commented template ([`template`]).
#![deny(clippy::disallowed_methods)]

pub mod duration;
pub mod file;
pub mod settings;
pub mod strict;
pub mod template;

pub use file::{File, ParseSettingsError, parse};
pub use settings::{FeedSource, Layer, LayerKind, Overrides, ResolveError, Setting, Settings, resolve};
