//! Blobs in a folder, one file each, their checksum in front.
//! It does not know what the bytes mean; a blob that is damaged is not there.
use std::{
    fs::{self, File},
    io::{self, Read as _},
    path::{Path, PathBuf},
    time::{Duration, SystemTime, UNIX_EPOCH},
};

pub use cleanbill_ports::MAX_BLOB_BYTES;
use cleanbill_ports::{BlobKey, Blobs, BlobsError, SEAL_BYTES, seal, unseal};

use crate::files::{TEMPORARY, write_whole};

/// A temporary file older than this was left by a process that died.
const ABANDONED_AFTER: Duration = Duration::from_secs(3600);

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
        let bound = MAX_BLOB_BYTES + SEAL_BYTES as u64;
        file.take(bound + 1)
            .read_to_end(&mut bytes)
            .map_err(|source| self.failed(source))?;
        if bytes.len() as u64 > bound {
            return Ok(None);
        }
        Ok(unseal(key, bytes))
    }

    fn put(&self, key: &BlobKey, bytes: &[u8]) -> Result<(), BlobsError> {
        let seal = seal(key, bytes)?;
        write_whole(&self.path(key), &[&seal, bytes]).map_err(|source| self.failed(source))
    }
}
