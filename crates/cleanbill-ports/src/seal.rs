//! How blobs lie in a store: a checksum in front of the bytes, and a bound on both.
//! It does not know where they lie; what is damaged, or lies under another key, is nothing.
use sha2::{Digest as _, Sha256};

use crate::{BlobKey, BlobsError};

/// Largest blob. Analyses of the largest releases are a few MiB of JSON.
pub const MAX_BLOB_BYTES: u64 = 32 * 1024 * 1024;
/// Bytes of the seal in front of every blob.
pub const SEAL_BYTES: usize = 32;

/// The seal of `bytes` under `key`.
///
/// # Errors
/// When there are more than [`MAX_BLOB_BYTES`].
pub fn seal(key: &BlobKey, bytes: &[u8]) -> Result<[u8; SEAL_BYTES], BlobsError> {
    let found = bytes.len() as u64;
    if found > MAX_BLOB_BYTES {
        return Err(BlobsError::TooLarge {
            found,
            limit: MAX_BLOB_BYTES,
        });
    }
    Ok(checksum_of(key, bytes))
}

/// The bytes behind their seal; `None` where the two do not belong together, or not to `key`.
#[must_use]
pub fn unseal(key: &BlobKey, mut sealed: Vec<u8>) -> Option<Vec<u8>> {
    let (seal, bytes) = sealed.split_at_checked(SEAL_BYTES)?;
    let whole = bytes.len() as u64 <= MAX_BLOB_BYTES && seal == checksum_of(key, bytes);
    whole.then(|| sealed.split_off(SEAL_BYTES))
}

/// Covers the key as well: a blob moved to another name is damage too.
fn checksum_of(key: &BlobKey, bytes: &[u8]) -> [u8; SEAL_BYTES] {
    let mut hasher = Sha256::new();
    hasher.update(key.as_str().as_bytes());
    hasher.update([0]);
    hasher.update(bytes);
    hasher.finalize().into()
}
