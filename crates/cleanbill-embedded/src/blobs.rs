//! Blobs in a folder, one file each, their checksum in front.
//! It does not know what the bytes mean; a blob that is damaged is not there.
use std::{
    fs::{self, File},
    io::{self, Read as _},
    path::{Path, PathBuf},
    time::{Duration, SystemTime, UNIX_EPOCH},
};

use cleanbill_ports::{BlobKey, Blobs, BlobsError};
use sha2::{Digest as _, Sha256};

use crate::files::{TEMPORARY, write_whole};

/// Largest blob. Analyses of the largest releases are a few MiB of JSON.
pub const MAX_BLOB_BYTES: u64 = 32 * 1024 * 1024;
/// A temporary file older than this was left by a process that died.
const ABANDONED_AFTER: Duration = Duration::from_secs(3600);
/// Bytes of the checksum in front of every blob.
const CHECKSUM_BYTES: usize = 32;

/// [`Blobs`] in one folder; several processes may use it at once.
#[derive(Clone, Debug)]
pub struct FolderBlobs {
    folder: PathBuf,
}

impl FolderBlobs {
    /// Blobs below `folder`, which is made when first written to.
    #[must_use]
    pub fn in_folder(folder: impl Into<PathBuf>) -> Self {
        Self {
            folder: folder.into().join("blobs-v1"),
        }
    }

    /// Brings the store below `max_bytes`, longest unwritten first, and removes what dead processes left.
    /// Gives the bytes that remain.
    ///
    /// # Errors
    /// When the folder cannot be listed.
    pub fn prune(&self, max_bytes: u64, now: SystemTime) -> Result<u64, BlobsError> {
        let mut kept = 0;
        let mut files = Vec::new();
        for shard in self.list(&self.folder)? {
            for path in self.list(&shard)? {
                let Ok(metadata) = fs::symlink_metadata(&path) else {
                    continue;
                };
                let modified = metadata.modified().unwrap_or(UNIX_EPOCH);
                if path
                    .file_name()
                    .is_some_and(|name| name.to_string_lossy().starts_with(TEMPORARY))
                {
                    if now.duration_since(modified).unwrap_or_default() > ABANDONED_AFTER {
                        let _ = fs::remove_file(&path);
                    }
                    continue;
                }
                kept += metadata.len();
                files.push((modified, metadata.len(), path));
            }
        }
        files.sort_unstable();
        for (_, length, path) in files {
            if kept <= max_bytes {
                break;
            }
            if fs::remove_file(path).is_ok() {
                kept -= length;
            }
        }
        Ok(kept)
    }

    fn path(&self, key: &BlobKey) -> PathBuf {
        let (shard, rest) = key.as_str().split_at_checked(2).unwrap_or(("00", key.as_str()));
        self.folder.join(shard).join(rest)
    }

    fn list(&self, folder: &Path) -> Result<Vec<PathBuf>, BlobsError> {
        match fs::read_dir(folder) {
            Ok(entries) => Ok(entries
                .filter_map(|entry| entry.ok().map(|entry| entry.path()))
                .collect()),
            Err(error)
                if matches!(
                    error.kind(),
                    io::ErrorKind::NotFound | io::ErrorKind::NotADirectory
                ) =>
            {
                Ok(Vec::new())
            }
            Err(source) => Err(self.failed(source)),
        }
    }

    fn failed(&self, source: io::Error) -> BlobsError {
        BlobsError::Io {
            path: self.folder.display().to_string(),
            source,
        }
    }
}

impl Blobs for FolderBlobs {
    fn get(&self, key: &BlobKey) -> Result<Option<Vec<u8>>, BlobsError> {
        let file = match File::open(self.path(key)) {
            Ok(file) => file,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
            Err(source) => return Err(self.failed(source)),
        };
        let mut bytes = Vec::new();
        let bound = MAX_BLOB_BYTES + CHECKSUM_BYTES as u64;
        file.take(bound + 1)
            .read_to_end(&mut bytes)
            .map_err(|source| self.failed(source))?;
        if bytes.len() as u64 > bound {
            return Ok(None);
        }
        let Some((checksum, content)) = bytes.split_at_checked(CHECKSUM_BYTES) else {
            return Ok(None);
        };
        if checksum != checksum_of(key, content) {
            return Ok(None);
        }
        Ok(Some(bytes.split_off(CHECKSUM_BYTES)))
    }

    fn put(&self, key: &BlobKey, bytes: &[u8]) -> Result<(), BlobsError> {
        let found = bytes.len() as u64;
        if found > MAX_BLOB_BYTES {
            return Err(BlobsError::TooLarge {
                found,
                limit: MAX_BLOB_BYTES,
            });
        }
        write_whole(&self.path(key), &[&checksum_of(key, bytes), bytes]).map_err(|source| self.failed(source))
    }
}

/// Covers the key as well: a file moved to another name is damage too.
fn checksum_of(key: &BlobKey, bytes: &[u8]) -> [u8; CHECKSUM_BYTES] {
    let mut hasher = Sha256::new();
    hasher.update(key.as_str().as_bytes());
    hasher.update([0]);
    hasher.update(bytes);
    hasher.finalize().into()
}
