//! Opens an index and looks names up in it.
//! It trusts no byte: each look-up checks what it reads, and damage is an error, never a panic.
use std::{fs::File, io, path::Path};

use cleanbill_model::{Advisory, PackageName};
use sha2::{Digest as _, Sha256};

use super::{
    bytes::{Cursor, Damaged, check, mix},
    layout::{BUCKET_BYTES, Header, HeaderError, Parts, SLOT_BYTES, Summary},
    map::{self, Bytes},
    record,
};
use crate::limits::{MAX_INDEX_BYTES, MAX_PER_NAME};

/// An open index.
pub struct Index {
    bytes: Bytes,
    header: Header,
    parts: Parts,
}

/// The index cannot be used.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum IndexError {
    /// No such file.
    #[error("no index there")]
    Absent,
    /// The system refuses to read it.
    #[error("cannot read the index")]
    Io(#[source] io::Error),
    /// Longer than [`MAX_INDEX_BYTES`].
    #[error("index has {found} bytes, the limit is {MAX_INDEX_BYTES}")]
    TooLarge {
        /// Bytes found.
        found: u64,
    },
    /// Not of this program, or of another version of it, or damaged.
    #[error("{reason}")]
    Unusable {
        /// What is wrong.
        reason: String,
    },
}

impl From<HeaderError> for IndexError {
    fn from(error: HeaderError) -> Self {
        Self::Unusable {
            reason: error.to_string(),
        }
    }
}

impl From<Damaged> for IndexError {
    fn from(error: Damaged) -> Self {
        Self::Unusable {
            reason: format!("index is {error}"),
        }
    }
}

impl Index {
    /// Opens the file by memory map and checks its header.
    ///
    /// # Errors
    /// When there is none, or it is not usable.
    pub fn open(path: &Path) -> Result<Self, IndexError> {
        let file = File::open(path).map_err(|error| match error.kind() {
            io::ErrorKind::NotFound => IndexError::Absent,
            _ => IndexError::Io(error),
        })?;
        let about = file.metadata().map_err(IndexError::Io)?;
        if !about.is_file() {
            return Err(IndexError::Unusable {
                reason: "index is no file".to_owned(),
            });
        }
        if about.len() > MAX_INDEX_BYTES {
            return Err(IndexError::TooLarge { found: about.len() });
        }
        // A map of nothing is an error on some systems; a header is wanted anyway.
        if about.len() == 0 {
            return Err(Damaged { part: "header" }.into());
        }
        Self::over(map::map(&file).map_err(IndexError::Io)?)
    }

    /// The same over bytes in memory.
    ///
    /// # Errors
    /// When they are no index.
    pub fn from_bytes(bytes: Vec<u8>) -> Result<Self, IndexError> {
        Self::over(Bytes::Owned(bytes))
    }

    fn over(bytes: Bytes) -> Result<Self, IndexError> {
        let (header, parts) = Header::read(&bytes)?;
        Ok(Self { bytes, header, parts })
    }

    /// What the header tells.
    #[must_use]
    pub fn summary(&self) -> Summary {
        self.header.summary
    }

    /// Every advisory on `name`, as `feed` carries them.
    ///
    /// # Errors
    /// When what the look-up reads is damaged.
    pub fn about(&self, name: &PackageName, feed: &str) -> Result<Vec<Advisory>, IndexError> {
        let text = name.as_str().as_bytes();
        let key = mix(self.header.seed, text);
        let mut found = Vec::new();
        for slot in self.slots(key)?.chunks_exact(SLOT_BYTES) {
            let mut slot = Cursor::new(slot, "slot");
            if slot.u64()? != key {
                continue;
            }
            let group = self.group(slot)?;
            let mut group = Cursor::new(group, "group");
            // Two names may share a key; the name itself decides.
            if group.blob()? != text {
                continue;
            }
            read_group(&mut group, name, feed, &mut found)?;
        }
        Ok(found)
    }

    /// The slots of the key's bucket, checked.
    fn slots(&self, key: u64) -> Result<&[u8], Damaged> {
        let bucket = self.header.bucket(key);
        let at = self.parts.buckets + bucket * BUCKET_BYTES;
        let damaged = Damaged { part: "bucket" };
        let pair = self.bytes.get(at..at + 2 * BUCKET_BYTES).ok_or(damaged)?;
        let mut pair = Cursor::new(pair, "bucket");
        let (first, wanted, next) = (pair.u32()? as usize, pair.u32()?, pair.u32()? as usize);
        let slots = self
            .bytes
            .get(self.parts.slots..self.parts.groups)
            .ok_or(damaged)?;
        let from = first.checked_mul(SLOT_BYTES).ok_or(damaged)?;
        let to = next.checked_mul(SLOT_BYTES).ok_or(damaged)?;
        let held = slots.get(from..to).ok_or(damaged)?;
        if check(self.header.seed ^ bucket as u64, held) == wanted {
            Ok(held)
        } else {
            Err(damaged)
        }
    }

    /// The group a slot points to, checked.
    fn group(&self, mut slot: Cursor<'_>) -> Result<&[u8], Damaged> {
        let damaged = Damaged { part: "group" };
        let start = usize::try_from(slot.u64()?).map_err(|_| damaged)?;
        let length = slot.u32()? as usize;
        let wanted = slot.u32()?;
        let end = start.checked_add(length).ok_or(damaged)?;
        let groups = self.bytes.get(self.parts.groups..self.parts.end).ok_or(damaged)?;
        let group = groups.get(start..end).ok_or(damaged)?;
        if check(self.header.seed, group) == wanted {
            Ok(group)
        } else {
            Err(damaged)
        }
    }

    /// Reads everything once: the digest of the body and every advisory. For `feed status` and tests;
    /// a look-up checks what it reads by itself.
    ///
    /// # Errors
    /// When any part is damaged.
    pub fn verify(&self) -> Result<(), IndexError> {
        let body = self.bytes.get(self.parts.buckets..).unwrap_or_default();
        if Sha256::digest(body).as_slice() != self.header.body {
            return Err(Damaged { part: "body" }.into());
        }
        let mut count = 0_u64;
        self.each(|_| count += 1)?;
        let wanted = self
            .header
            .summary
            .malicious
            .checked_add(self.header.summary.vulnerable);
        if wanted == Some(count) {
            Ok(())
        } else {
            Err(Damaged { part: "counts" }.into())
        }
    }

    /// Reads a group without its check, so that a fuzzer gets past it.
    ///
    /// # Errors
    /// When it is damaged.
    #[doc(hidden)]
    pub fn read_unchecked(bytes: &[u8], name: &PackageName) -> Result<Vec<Advisory>, IndexError> {
        let mut found = Vec::new();
        read_group(&mut Cursor::new(bytes, "group"), name, "", &mut found)?;
        Ok(found)
    }

    /// Gives every advisory to `visit`, in the order of their keys, under an empty feed name.
    ///
    /// # Errors
    /// When any part is damaged.
    pub fn each(&self, mut visit: impl FnMut(&Advisory)) -> Result<(), IndexError> {
        let slots = self
            .bytes
            .get(self.parts.slots..self.parts.groups)
            .unwrap_or_default();
        for slot in slots.chunks_exact(SLOT_BYTES) {
            let mut slot = Cursor::new(slot, "slot");
            slot.u64()?;
            let mut group = Cursor::new(self.group(slot)?, "group");
            let name = PackageName::parse(group.text()?).map_err(|_| group.damaged())?;
            let mut found = Vec::new();
            read_group(&mut group, &name, "", &mut found)?;
            found.iter().for_each(&mut visit);
        }
        Ok(())
    }
}

fn read_group(
    group: &mut Cursor<'_>,
    name: &PackageName,
    feed: &str,
    found: &mut Vec<Advisory>,
) -> Result<(), Damaged> {
    let count = group.at("group").number()?;
    if count > MAX_PER_NAME {
        return Err(group.damaged());
    }
    for _ in 0..count {
        found.push(record::read(group, name, feed)?);
    }
    if group.left() == 0 {
        Ok(())
    } else {
        Err(group.at("group").damaged())
    }
}
