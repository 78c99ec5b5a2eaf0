//! What a lockfile format is, and which one a file belongs to.
//! A format is one file with private wire types; this room only asks each in turn.
use cleanbill_model::Hint;

use crate::{Lockfile, limits::MAX_LOCKFILE_BYTES};

/// One format: how to know its files, and how to read them.
pub trait LockfileFormat: Sync {
    /// Stable id, such as `pnpm-lock`.
    fn id(&self) -> &'static str;
    /// File names it goes by, such as `package-lock.json`.
    fn file_names(&self) -> &'static [&'static str];
    /// True when a file of this name and these first bytes is of this format
    /// (two formats may share a file name: both Yarns write `yarn.lock`).
    fn recognises(&self, file_name: &str, bytes: &[u8]) -> bool;
    /// Reads the whole file. Anything odd inside an entry is a defect; only what cannot be read at all
    /// is an error.
    ///
    /// # Errors
    /// When the file is no such lockfile, of an unknown version, or beyond a limit.
    fn parse(&self, bytes: &[u8]) -> Result<Lockfile, ParseLockfileError>;
}

/// Every format, in the order they are asked.
pub static FORMATS: &[&dyn LockfileFormat] = &[
    &crate::bun_lockb::BunLockb,
    &crate::bun_lock::BunLock,
    &crate::package_lock::PackageLock,
    &crate::yarn_berry::YarnBerry,
    &crate::yarn_classic::YarnClassic,
    &crate::pnpm_lock::PnpmLock,
];

/// Why a lockfile cannot be read. The file's path is added by the caller, who knows it.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ParseLockfileError {
    /// No format goes by this name.
    #[error("no lockfile format goes by this file name")]
    UnknownFormat,
    /// Larger than the limit.
    #[error("the file has {found} bytes, the limit is {MAX_LOCKFILE_BYTES}")]
    TooLarge {
        /// Bytes found.
        found: usize,
    },
    /// Not UTF-8.
    #[error("the file is not UTF-8 (byte {offset})")]
    NotUtf8 {
        /// Where the first bad byte stands.
        offset: usize,
    },
    /// The text is not of the format's grammar, or is cut off.
    #[error("the file is malformed at line {line}, column {column}: {reason}")]
    Malformed {
        /// Line, from 1.
        line: u32,
        /// Column, from 1.
        column: u32,
        /// What was wrong there.
        reason: String,
    },
    /// A version this Cleanbill does not know.
    #[error("the file is {format} version {version}, which is not known here")]
    UnknownVersion {
        /// The format's id.
        format: &'static str,
        /// The version it gives itself.
        version: String,
        /// The command that converts or renews it.
        convert: &'static str,
    },
    /// A binary format with a text twin.
    #[error("the file is {format}, a binary format")]
    Binary {
        /// The format's id.
        format: &'static str,
        /// The version it gives itself, where it can be told.
        version: Option<String>,
        /// The command that converts it.
        convert: &'static str,
    },
    /// More entries or deeper nesting than the limit.
    #[error("the file goes beyond the limit {limit} ({allowed})")]
    Limit {
        /// The limit's name.
        limit: &'static str,
        /// Its value.
        allowed: usize,
    },
}

impl ParseLockfileError {
    /// What the owner of the file can do.
    #[must_use]
    pub fn hint(&self) -> Option<Hint> {
        match self {
            Self::UnknownVersion { convert, .. } | Self::Binary { convert, .. } => {
                Some(Hint::new(format!("run `{convert}`")))
            }
            Self::Malformed { .. } | Self::NotUtf8 { .. } => Some(Hint::new(
                "restore the file from version control, or let the package manager write it anew",
            )),
            _ => None,
        }
    }
}

/// The format of a file by its name and first bytes.
#[must_use]
pub fn format_of(file_name: &str, bytes: &[u8]) -> Option<&'static dyn LockfileFormat> {
    FORMATS
        .iter()
        .copied()
        .find(|format| format.recognises(file_name, bytes))
}

/// Reads a lockfile of any format.
///
/// # Errors
/// When no format goes by that name, or the format refuses the bytes.
pub fn parse(file_name: &str, bytes: &[u8]) -> Result<Lockfile, ParseLockfileError> {
    if bytes.len() > MAX_LOCKFILE_BYTES {
        return Err(ParseLockfileError::TooLarge { found: bytes.len() });
    }
    format_of(file_name, bytes)
        .ok_or(ParseLockfileError::UnknownFormat)?
        .parse(bytes)
}
