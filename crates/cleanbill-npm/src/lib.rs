//! What a registry and an npm client say, as values and defects: bytes in, fields out.
//! It knows no network, no disk, no clock, and nothing of what is suspicious.
//!
//! Reading order: a registry's document ([`packument`], [`manifest`], [`dist`]), a smaller copy of it
//! ([`condense`](condense())), what a client is set to ([`npmrc`], [`settings`], [`credentials`],
//! [`clients`]), a release's files ([`tarball`]), and every cap ([`limits`]).
#![deny(clippy::disallowed_methods)]

mod archive_path;
pub mod clients;
mod condense;
pub mod credentials;
pub mod dist;
mod flaws;
mod gzip;
mod json;
pub mod limits;
pub mod manifest;
pub mod npmrc;
mod owned;
pub mod packument;
mod reader;
mod resolver;
pub mod settings;
mod tar_header;
pub mod tarball;

pub use clients::{Client, ClientSetting, ClientSettings};
pub use condense::condense;
pub use credentials::Credential;
pub use dist::Dist;
pub use manifest::{Account, Bundled, Deprecation, INSTALL_EVENTS, Manifest, Pairs, Publisher};
pub use packument::{Packument, ParsePackumentError, Times, Unpublished};
pub use reader::Str;
pub use settings::{Level, RegistrySetting, Settings, SettingsFile, Transport};
pub use tarball::{ArchiveFile, Limits, Unpacked, unpack};
