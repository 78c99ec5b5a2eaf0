//! Every JavaScript lockfile as one model: bytes in, a [`Lockfile`] and its defects out.
//! It knows no disk, no registry and nothing of what is suspicious.
//!
//! Reading order: the model ([`lockfile`]), what a format is ([`format`]), the formats themselves.
#![deny(clippy::disallowed_methods)]

pub mod format;
pub mod limits;
pub mod lockfile;

pub use format::{FORMATS, LockfileFormat, ParseLockfileError, format_of, parse};
pub use lockfile::{Edge, EdgeKind, Locked, Lockfile, Origin, Root, Scope};
