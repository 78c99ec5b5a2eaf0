//! What a registry and an npm client say, as values and defects: bytes in, fields out.
//! It knows no network, no disk, no clock, and nothing of what is suspicious.
//!
//! Reading order: a registry's document ([`packument`], [`manifest`], [`dist`]), a smaller copy of it
//! ([`condense`](condense())), and every cap ([`limits`]).
#![deny(clippy::disallowed_methods)]

mod condense;
pub mod dist;
mod json;
pub mod limits;
pub mod manifest;
mod owned;
pub mod packument;
mod reader;

pub use condense::condense;
pub use dist::Dist;
pub use manifest::{Account, Bundled, Deprecation, INSTALL_EVENTS, Manifest, Pairs, Publisher};
pub use packument::{Packument, ParsePackumentError, Times, Unpublished};
pub use reader::Str;
