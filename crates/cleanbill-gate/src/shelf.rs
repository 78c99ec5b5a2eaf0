//! Tarballs on a shelf that replicas share, by the digest of their bytes. What lies there is checked like what
//! comes from a registry: a shelf is a saving and no authority.
use std::sync::Arc;

use bytes::Bytes;
use cleanbill_model::{Algorithm, Integrity};
use cleanbill_ports::{BlobKey, Blobs};

/// Looks for the bytes of `expected`. A shelf that does not answer has nothing.
pub(crate) async fn take(shelf: &Arc<dyn Blobs>, expected: &Integrity) -> Option<Bytes> {
    let (shelf, key) = (Arc::clone(shelf), key_of(expected)?);
    let found = tokio::task::spawn_blocking(move || shelf.get(&key)).await.ok()?;
    match found {
        Ok(found) => found.map(Bytes::from),
        Err(error) => {
            tracing::debug!(target: "cleanbill", reason = %error, "the shared tarballs cannot be asked");
            None
        }
    }
}

/// Puts verified bytes there, for the others; nobody waits for it.
pub(crate) fn put(shelf: &Arc<dyn Blobs>, expected: &Integrity, bytes: Bytes) {
    let Some(key) = key_of(expected) else { return };
    let shelf = Arc::clone(shelf);
    tokio::task::spawn_blocking(move || {
        if let Err(error) = shelf.put(&key, &bytes) {
            tracing::debug!(target: "cleanbill", reason = %error, "a tarball is not shared");
        }
    });
}

/// The strongest digest there is; what has a weaker one alone is not shared.
fn key_of(expected: &Integrity) -> Option<BlobKey> {
    let digest = expected
        .digests()
        .iter()
        .find(|digest| digest.algorithm == Algorithm::Sha512)?;
    BlobKey::parse(&digest.hex()).ok()
}
