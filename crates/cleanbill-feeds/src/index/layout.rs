//! The header: what the file holds and where its parts lie.
//! It checks that the parts fit the file; what stands in them it does not read.
use cleanbill_model::Timestamp;
use sha2::{Digest as _, Sha256};

use super::bytes::{Cursor, Damaged, Writer};

/// Version of the layout. A file of another version is rebuilt, never guessed at.
pub const FORMAT_VERSION: u32 = 1;
pub(super) const MAGIC: &[u8; 8] = b"CBFEEDS\n";
/// Bytes of the header with its digest.
pub(super) const HEADER_BYTES: usize = 160;
const DIGEST_BYTES: usize = 32;
/// One bucket: first slot and check.
pub(super) const BUCKET_BYTES: usize = 8;
/// One slot: key, place, length, check.
pub(super) const SLOT_BYTES: usize = 24;
/// Most top bits of a key that choose a bucket: with 310,000 names about five slots a bucket.
pub(super) const MAX_BUCKET_BITS: u32 = 16;

/// What the header tells of an index.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Summary {
    /// When the data was brought in.
    pub synced: Timestamp,
    /// Advisories of malware.
    pub malicious: u64,
    /// Advisories of vulnerabilities.
    pub vulnerable: u64,
    /// Different package names.
    pub names: u64,
}

/// The header's fields.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Header {
    pub(super) summary: Summary,
    pub(super) seed: u64,
    pub(super) bucket_bits: u32,
    pub(super) groups_bytes: u64,
    /// SHA-256 of everything behind the header.
    pub(super) body: [u8; DIGEST_BYTES],
}

/// Where the parts lie, in bytes from the file's start.
#[derive(Clone, Copy, Debug)]
pub(super) struct Parts {
    pub(super) buckets: usize,
    pub(super) slots: usize,
    pub(super) groups: usize,
    pub(super) end: usize,
}

impl Header {
    pub(super) fn write(&self) -> Vec<u8> {
        let mut out = Writer::default();
        out.bytes.extend_from_slice(MAGIC);
        out.bytes.extend_from_slice(&FORMAT_VERSION.to_le_bytes());
        out.bytes.extend_from_slice(&self.bucket_bits.to_le_bytes());
        let numbers = [
            self.seed,
            self.summary.synced.as_millis().cast_unsigned(),
            self.summary.malicious,
            self.summary.vulnerable,
            self.summary.names,
            self.groups_bytes,
        ];
        numbers
            .iter()
            .for_each(|n| out.bytes.extend_from_slice(&n.to_le_bytes()));
        out.bytes.extend_from_slice(&self.body);
        out.bytes.resize(HEADER_BYTES - DIGEST_BYTES, 0);
        let digest = Sha256::digest(&out.bytes);
        out.bytes.extend_from_slice(&digest);
        out.bytes
    }

    /// Reads and checks the header against its digest and the file's length.
    pub(super) fn read(file: &[u8]) -> Result<(Self, Parts), HeaderError> {
        let mut cursor = Cursor::new(file, "header");
        let start = cursor.take(HEADER_BYTES)?;
        let mut fields = Cursor::new(start, "header");
        if fields.take(MAGIC.len())? != MAGIC {
            return Err(HeaderError::Foreign);
        }
        let version = fields.u32()?;
        if version != FORMAT_VERSION {
            return Err(HeaderError::Version { found: version });
        }
        let (covered, digest) = start
            .split_at_checked(HEADER_BYTES - DIGEST_BYTES)
            .ok_or(Damaged { part: "header" })?;
        if Sha256::digest(covered).as_slice() != digest {
            return Err(Damaged { part: "header" }.into());
        }
        let bucket_bits = fields.u32()?;
        let seed = fields.u64()?;
        let synced = Timestamp::from_millis(fields.u64()?.cast_signed());
        let summary = Summary {
            synced,
            malicious: fields.u64()?,
            vulnerable: fields.u64()?,
            names: fields.u64()?,
        };
        let groups_bytes = fields.u64()?;
        let body = fields
            .take(DIGEST_BYTES)?
            .try_into()
            .map_err(|_| Damaged { part: "header" })?;
        let header = Self {
            summary,
            seed,
            bucket_bits,
            groups_bytes,
            body,
        };
        let parts = header.parts().ok_or(Damaged { part: "header" })?;
        if parts.end != file.len() {
            return Err(HeaderError::Length {
                found: file.len(),
                wanted: parts.end,
            });
        }
        Ok((header, parts))
    }

    /// `None` when the numbers do not add up to a file.
    pub(super) fn parts(&self) -> Option<Parts> {
        if self.bucket_bits > MAX_BUCKET_BITS {
            return None;
        }
        // One bucket more than keys can choose, so that each bucket's end is the next one's start.
        let buckets = (1_usize << self.bucket_bits).checked_add(1)?;
        let slots = HEADER_BYTES.checked_add(buckets.checked_mul(BUCKET_BYTES)?)?;
        let names = usize::try_from(self.summary.names).ok()?;
        let groups = slots.checked_add(names.checked_mul(SLOT_BYTES)?)?;
        let end = groups.checked_add(usize::try_from(self.groups_bytes).ok()?)?;
        Some(Parts {
            buckets: HEADER_BYTES,
            slots,
            groups,
            end,
        })
    }

    /// The bucket of a key.
    pub(super) fn bucket(&self, key: u64) -> usize {
        if self.bucket_bits == 0 {
            return 0;
        }
        usize::try_from(key >> (64 - self.bucket_bits)).unwrap_or_default()
    }
}

/// The start of the file is no header of ours.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub(super) enum HeaderError {
    #[error("not an index of advisories")]
    Foreign,
    #[error("index has layout {found}, this program reads {FORMAT_VERSION}")]
    Version { found: u32 },
    #[error("index has {found} bytes, its header says {wanted}")]
    Length { found: usize, wanted: usize },
    #[error("index is {0}")]
    Damaged(#[from] Damaged),
}

/// Enough buckets for about four names each.
pub(super) fn bucket_bits(names: usize) -> u32 {
    (names / 4).max(1).ilog2().min(MAX_BUCKET_BITS)
}
