//! Keeps the cache on disk within bounds.
//! It knows ages and sizes, and opens no file.
use std::{
    fs, io,
    path::Path,
    time::{SystemTime, UNIX_EPOCH},
};

use crate::{
    limits::ABANDONED_AFTER,
    store::{PACKUMENTS, TARBALL_CONTENT, TARBALL_INDEX, TEMPORARY},
};

/// What [`prune`] did.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct PruneReport {
    /// Bytes kept.
    pub kept: u64,
    /// Files removed.
    pub removed: u64,
}

/// Brings the cache in `folder` below `max_bytes`, longest unconfirmed first, and removes what dead
/// processes left behind. A folder that is not there is empty.
///
/// # Errors
/// When a folder cannot be listed.
pub fn prune(folder: &Path, max_bytes: u64, now: SystemTime) -> io::Result<PruneReport> {
    let mut report = PruneReport::default();
    let mut files = Vec::new();
    for part in [PACKUMENTS, TARBALL_INDEX, TARBALL_CONTENT] {
        for shard in list(&folder.join(part))? {
            for entry in list(&shard.path())? {
                let Ok(metadata) = entry.metadata() else { continue };
                let modified = metadata.modified().unwrap_or(UNIX_EPOCH);
                let temporary = entry.file_name().to_string_lossy().starts_with(TEMPORARY);
                let age = now.duration_since(modified).unwrap_or_default();
                if temporary && age > ABANDONED_AFTER && fs::remove_file(entry.path()).is_ok() {
                    report.removed += 1;
                } else if !temporary {
                    report.kept += metadata.len();
                    files.push((modified, metadata.len(), entry.path()));
                }
            }
        }
    }
    files.sort_unstable();
    for (_, length, path) in files {
        if report.kept <= max_bytes {
            break;
        }
        if fs::remove_file(path).is_ok() {
            report.kept -= length;
            report.removed += 1;
        }
    }
    Ok(report)
}

fn list(folder: &Path) -> io::Result<Vec<fs::DirEntry>> {
    match fs::read_dir(folder) {
        Ok(entries) => Ok(entries.filter_map(Result::ok).collect()),
        Err(error)
            if matches!(
                error.kind(),
                io::ErrorKind::NotFound | io::ErrorKind::NotADirectory
            ) =>
        {
            Ok(Vec::new())
        }
        Err(error) => Err(error),
    }
}
