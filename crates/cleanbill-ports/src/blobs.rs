//! Small results kept by the digest of what they were made from, so that the work is done once.
//! It does not know what the bytes mean or whether the key was computed well.
use std::fmt;

/// Shortest and longest digest taken as a key, in hexadecimal digits: SHA-1 and SHA-512.
const KEY_DIGITS: std::ops::RangeInclusive<usize> = 40..=128;

/// A digest in lowercase hexadecimal. It must cover everything the bytes depend on, the version of the
/// maker included: whoever leaves an input out of it reads someone else's answer.
#[derive(Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct BlobKey(String);

/// The text is no key.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a blob key is 40 to 128 lowercase hexadecimal digits")]
pub struct ParseBlobKeyError;

impl BlobKey {
    /// Checks `text` and keeps it.
    ///
    /// # Errors
    /// When it is no lowercase hexadecimal digest.
    pub fn parse(text: &str) -> Result<Self, ParseBlobKeyError> {
        let is_hex = text.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'));
        if is_hex && KEY_DIGITS.contains(&text.len()) {
            Ok(Self(text.to_owned()))
        } else {
            Err(ParseBlobKeyError)
        }
    }

    /// The digits.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for BlobKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// The store cannot be used; the fault is the disk's or the caller's.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum BlobsError {
    /// The disk said no.
    #[error("cannot use the store at {path}")]
    Io {
        /// Where.
        path: String,
        /// What the system said.
        #[source]
        source: std::io::Error,
    },
    /// More bytes than one blob may have.
    #[error("a blob of {found} bytes is above the limit of {limit}")]
    TooLarge {
        /// Bytes given.
        found: u64,
        /// The limit.
        limit: u64,
    },
}

/// Keeps bytes by key.
///
/// `put` is atomic: a reader, in this process or another, sees the bytes of one `put` whole, or none.
/// A second `put` of a key takes the place of the first. `get` gives what was put, byte for byte, or
/// nothing: a damaged blob is nothing. A store may forget a blob at any time, as everything in it can be
/// made again.
pub trait Blobs: Send + Sync {
    /// The bytes under `key`, where they are there and undamaged.
    ///
    /// # Errors
    /// When the store cannot be read.
    fn get(&self, key: &BlobKey) -> Result<Option<Vec<u8>>, BlobsError>;
    /// Keeps `bytes` under `key`.
    ///
    /// # Errors
    /// When the store cannot be written or the bytes are too many.
    fn put(&self, key: &BlobKey, bytes: &[u8]) -> Result<(), BlobsError>;
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_lowercase_digests_are_keys() {
        assert!(BlobKey::parse(&"0a".repeat(32)).is_ok());
        for text in [
            "",
            "abc",
            &"0A".repeat(32),
            &"..".repeat(32),
            &"0a".repeat(65),
            &format!("{}/", "a".repeat(63)),
        ] {
            assert_eq!(BlobKey::parse(text), Err(ParseBlobKeyError), "{text}");
        }
    }
}
