//! The one place that maps a file into memory.
//! It knows nothing of what the file holds.
use std::{fs::File, io, ops::Deref};

/// The bytes of an index: a mapped file, or bytes in memory for tests and small packs.
pub(super) enum Bytes {
    /// Mapped, read-only.
    Mapped(memmap2::Mmap),
    /// Owned.
    Owned(Vec<u8>),
}

impl Deref for Bytes {
    type Target = [u8];

    fn deref(&self) -> &[u8] {
        match self {
            Self::Mapped(map) => map,
            Self::Owned(bytes) => bytes,
        }
    }
}

/// Maps the whole of `file`, read-only.
///
/// # Errors
/// When the system refuses.
#[expect(
    unsafe_code,
    reason = "a memory map is the point of the index; the proof stands at the call"
)]
pub(super) fn map(file: &File) -> io::Result<Bytes> {
    // SAFETY: `Mmap::map` is unsafe because another process may change or shorten the file under the map:
    // a change would be seen in a `&[u8]`, a cut would raise a signal on access. Indexes are never written
    // in place: `build::Built::store` writes a new file and renames it over the old name, so the inode that
    // is mapped here keeps its bytes and its length for as long as it is mapped. The folder belongs to the
    // user who runs the program; who can write there can as well replace the program's settings. The bytes
    // are only ever read as plain `u8`, for which every value is valid, and every read of them is bounds-
    // and checksum-checked, so even a changed file gives a wrong answer or an error, not undefined shapes.
    let map = unsafe { memmap2::Mmap::map(file)? };
    Ok(Bytes::Mapped(map))
}
