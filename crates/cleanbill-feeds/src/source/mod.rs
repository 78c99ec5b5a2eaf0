//! Where records come from: a folder or an archive, given out one file after the other.
//! It reads no record; it bounds what each may cost and tells what was left out.
mod archive;
mod bounded;
mod fetch;
mod folder;

use std::{collections::BTreeMap, io, path::Path};

use cleanbill_model::Untrusted;
pub use fetch::FetchFailure;
pub(crate) use fetch::{Answer, fetch};

use crate::limits::{
    MAX_ARCHIVE_BYTES, MAX_DIRECTORY_BYTES, MAX_ENTRIES, MAX_TOLD, MAX_TOLD_CHARS, MAX_TOTAL_BYTES,
};

/// One part of a source that was left out.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SkippedPart {
    /// The file inside the source.
    pub file: Untrusted,
    /// A kebab-case code.
    pub code: &'static str,
    /// Why, in a sentence's end.
    pub reason: Untrusted,
}

/// Everything left out: counted in full, told by name up to [`MAX_TOLD`].
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Skipped {
    /// How many, by code.
    pub by_code: BTreeMap<&'static str, u64>,
    /// The first of them.
    pub told: Vec<SkippedPart>,
}

impl Skipped {
    /// How many parts were left out.
    #[must_use]
    pub fn total(&self) -> u64 {
        self.by_code.values().sum()
    }

    /// How many parts were meant to be records and could not be read as such.
    #[must_use]
    pub fn unreadable(&self) -> u64 {
        let expected = |code: &str| matches!(code, "not-json" | "symlink" | "duplicate-id");
        self.by_code
            .iter()
            .filter(|(code, _)| !expected(code))
            .map(|(_, count)| count)
            .sum()
    }

    pub(crate) fn add(&mut self, file: &str, code: &'static str, reason: impl Into<String>) {
        *self.by_code.entry(code).or_default() += 1;
        if self.told.len() < MAX_TOLD {
            let file = Untrusted::clipped(file, MAX_TOLD_CHARS);
            let reason = Untrusted::clipped(&reason.into(), MAX_TOLD_CHARS);
            self.told.push(SkippedPart { file, code, reason });
        }
    }
}

/// The source as a whole cannot be used.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum SourceError {
    /// The disk refuses.
    #[error("cannot read it")]
    Io(#[from] io::Error),
    /// No readable archive: cut short, damaged, or something else altogether.
    #[error("it is no readable zip archive: {reason}")]
    NoArchive {
        /// What the archive reader says.
        reason: String,
    },
    /// Longer than [`MAX_ARCHIVE_BYTES`].
    #[error("the archive has more than {MAX_ARCHIVE_BYTES} bytes")]
    ArchiveTooLarge,
    /// Its directory is longer than [`MAX_DIRECTORY_BYTES`].
    #[error("the directory of the archive has more than {MAX_DIRECTORY_BYTES} bytes")]
    DirectoryTooLarge,
    /// More files than [`MAX_ENTRIES`].
    #[error("it holds more than {MAX_ENTRIES} files")]
    TooManyEntries,
    /// More than [`MAX_TOTAL_BYTES`] altogether, or a hundred times the archive.
    #[error("its records unpack to more than {limit} bytes")]
    TooLargeUnpacked {
        /// The limit that was met.
        limit: u64,
    },
}

/// Gives each JSON file of a folder or zip archive to `visit`, with its name inside the source.
///
/// # Errors
/// When the source as a whole cannot be used; single files left out are in `skipped`.
pub(crate) fn each(
    path: &Path,
    skipped: &mut Skipped,
    visit: &mut dyn FnMut(&str, &[u8], &mut Skipped),
) -> Result<(), SourceError> {
    let about = std::fs::metadata(path)?;
    if about.is_dir() {
        folder::each(path, skipped, visit)
    } else {
        archive::each(path, skipped, visit)
    }
}

/// Adds up what was unpacked, against one limit.
pub(crate) struct Total {
    used: u64,
    limit: u64,
}

impl Total {
    pub(crate) fn new(limit: u64) -> Self {
        Self {
            used: 0,
            limit: limit.min(MAX_TOTAL_BYTES),
        }
    }

    pub(crate) fn add(&mut self, bytes: u64) -> Result<(), SourceError> {
        self.used = self.used.saturating_add(bytes);
        if self.used > self.limit {
            return Err(SourceError::TooLargeUnpacked { limit: self.limit });
        }
        Ok(())
    }
}
