//! Every JavaScript lockfile as one model: bytes in, a [`Lockfile`] and its defects out.
//! It knows no disk, no registry and nothing of what is suspicious.
//!
//! Reading order: the model ([`lockfile`]), what a format is ([`format`]), the formats themselves.
#![deny(clippy::disallowed_methods)]

mod address;
mod asks;
mod block_yaml;
pub mod bun_lock;
pub mod bun_lockb;
mod entry;
pub mod format;
mod intake;
mod json;
mod jsonc;
pub mod limits;
pub mod lines;
pub mod lockfile;
pub mod manifest;
pub mod package_lock;
pub mod pnpm_lock;
mod reach;
mod roots;
mod scope;
mod spec;
mod text;
mod tree;
pub mod yarn_berry;
pub mod yarn_classic;

pub use format::{FORMATS, LockfileFormat, ParseLockfileError, format_of, parse};
pub use lockfile::{Edge, EdgeKind, Locked, Lockfile, Origin, Root, Scope};
pub use manifest::{ParseManifestError, add_manifest};
