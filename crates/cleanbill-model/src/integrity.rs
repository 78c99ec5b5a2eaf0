//! The SRI digest of a tarball: strongest wins, absence is visible.
//! It compares digests and never computes one.
//! Format: W3C Subresource Integrity, `algorithm-base64[?options]`, separated by blanks.
use std::fmt;

use base64::Engine as _;
use serde::{Deserialize, Serialize};

/// Digest algorithms that occur in lockfiles and packuments, weakest first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Algorithm {
    /// Broken; found in very old lockfiles.
    Md5,
    /// Broken for collisions; `dist.shasum` of every release.
    Sha1,
    /// SHA-256.
    Sha256,
    /// SHA-384.
    Sha384,
    /// SHA-512, what registries send today.
    Sha512,
}

impl Algorithm {
    /// The SRI word.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Md5 => "md5",
            Self::Sha1 => "sha1",
            Self::Sha256 => "sha256",
            Self::Sha384 => "sha384",
            Self::Sha512 => "sha512",
        }
    }

    fn bytes(self) -> usize {
        match self {
            Self::Md5 => 16,
            Self::Sha1 => 20,
            Self::Sha256 => 32,
            Self::Sha384 => 48,
            Self::Sha512 => 64,
        }
    }

    fn parse(text: &str) -> Option<Self> {
        [Self::Md5, Self::Sha1, Self::Sha256, Self::Sha384, Self::Sha512]
            .into_iter()
            .find(|a| a.as_str() == text)
    }
}

/// One digest.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Digest {
    /// How it was made.
    pub algorithm: Algorithm,
    /// Its bytes, as many as the algorithm gives.
    pub bytes: Vec<u8>,
}

impl Digest {
    /// Its bytes in lowercase hexadecimal.
    #[must_use]
    pub fn hex(&self) -> String {
        self.bytes.iter().map(|byte| format!("{byte:02x}")).collect()
    }
}

/// One or more digests of the same bytes, strongest first.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Integrity(Vec<Digest>);

/// What two integrities say of each other.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Comparison {
    /// The strongest algorithm both have agrees.
    Same,
    /// The strongest algorithm both have disagrees.
    Differs,
    /// They share no algorithm.
    NotComparable,
}

/// The text holds no readable digest.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("not an integrity digest: {text:?}")]
pub struct ParseIntegrityError {
    /// The start of what stood there.
    pub text: String,
}

impl Integrity {
    /// Reads an SRI text; unknown algorithms are passed over, at least one known is needed.
    ///
    /// # Errors
    /// When no known, well-formed digest is there.
    pub fn parse(text: &str) -> Result<Self, ParseIntegrityError> {
        let mut digests: Vec<Digest> = text.split_ascii_whitespace().filter_map(parse_digest).collect();
        digests.sort_by(|a, b| b.cmp(a));
        digests.dedup();
        if digests.is_empty() {
            return Err(ParseIntegrityError {
                text: text.chars().take(64).collect(),
            });
        }
        Ok(Self(digests))
    }

    /// Reads a bare hexadecimal digest, such as `dist.shasum` (SHA-1) or a SHA-256 of a feed.
    ///
    /// # Errors
    /// When it is not hexadecimal or of no known length.
    pub fn parse_hex(text: &str) -> Result<Self, ParseIntegrityError> {
        let refuse = || ParseIntegrityError {
            text: text.chars().take(64).collect(),
        };
        let bytes = decode_hex(text).ok_or_else(refuse)?;
        let algorithm = [
            Algorithm::Md5,
            Algorithm::Sha1,
            Algorithm::Sha256,
            Algorithm::Sha384,
            Algorithm::Sha512,
        ]
        .into_iter()
        .find(|a| a.bytes() == bytes.len())
        .ok_or_else(refuse)?;
        Ok(Self(vec![Digest { algorithm, bytes }]))
    }

    /// From a digest computed elsewhere; `None` when the length does not fit the algorithm.
    #[must_use]
    pub fn from_digest(algorithm: Algorithm, bytes: &[u8]) -> Option<Self> {
        (bytes.len() == algorithm.bytes()).then(|| {
            Self(vec![Digest {
                algorithm,
                bytes: bytes.to_vec(),
            }])
        })
    }

    /// This and that together, strongest first.
    #[must_use]
    pub fn merged(&self, other: &Self) -> Self {
        let mut digests: Vec<Digest> = self.0.iter().chain(&other.0).cloned().collect();
        digests.sort_by(|a, b| b.cmp(a));
        digests.dedup();
        Self(digests)
    }

    /// The digests, strongest first; never empty.
    #[must_use]
    pub fn digests(&self) -> &[Digest] {
        &self.0
    }

    /// The strongest algorithm present.
    #[must_use]
    pub fn strongest(&self) -> Algorithm {
        self.0.first().map_or(Algorithm::Md5, |d| d.algorithm)
    }

    /// Compares by the strongest algorithm that both carry.
    #[must_use]
    pub fn compare(&self, other: &Self) -> Comparison {
        for algorithm in [
            Algorithm::Sha512,
            Algorithm::Sha384,
            Algorithm::Sha256,
            Algorithm::Sha1,
            Algorithm::Md5,
        ] {
            let mine: Vec<_> = self.0.iter().filter(|d| d.algorithm == algorithm).collect();
            let theirs: Vec<_> = other.0.iter().filter(|d| d.algorithm == algorithm).collect();
            if !mine.is_empty() && !theirs.is_empty() {
                let agrees = mine.iter().any(|d| theirs.contains(d));
                return if agrees {
                    Comparison::Same
                } else {
                    Comparison::Differs
                };
            }
        }
        Comparison::NotComparable
    }
}

fn parse_digest(word: &str) -> Option<Digest> {
    let (algorithm, rest) = word.split_once('-')?;
    let algorithm = Algorithm::parse(algorithm)?;
    let text = rest.split('?').next().unwrap_or(rest);
    let bytes = base64::engine::general_purpose::STANDARD.decode(text).ok()?;
    (bytes.len() == algorithm.bytes()).then_some(Digest { algorithm, bytes })
}

fn decode_hex(text: &str) -> Option<Vec<u8>> {
    if !text.len().is_multiple_of(2) || text.len() > 128 || !text.is_ascii() {
        return None;
    }
    (0..text.len())
        .step_by(2)
        .map(|i| {
            text.get(i..i + 2)
                .and_then(|pair| u8::from_str_radix(pair, 16).ok())
        })
        .collect()
}

impl fmt::Display for Integrity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (i, digest) in self.0.iter().enumerate() {
            let text = base64::engine::general_purpose::STANDARD.encode(&digest.bytes);
            write!(
                f,
                "{}{}-{text}",
                if i == 0 { "" } else { " " },
                digest.algorithm.as_str()
            )?;
        }
        Ok(())
    }
}

impl TryFrom<String> for Integrity {
    type Error = ParseIntegrityError;
    fn try_from(text: String) -> Result<Self, Self::Error> {
        Self::parse(&text)
    }
}
impl From<Integrity> for String {
    fn from(integrity: Integrity) -> Self {
        integrity.to_string()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SHA1_OF_NOTHING: &str = "sha1-2jmj7l5rSw0yVb/vlWAYkK/YBwk=";

    #[test]
    fn the_strongest_common_algorithm_decides() {
        let hex = Integrity::parse_hex("da39a3ee5e6b4b0d3255bfef95601890afd80709").unwrap();
        assert_eq!(
            Integrity::parse(SHA1_OF_NOTHING).unwrap().compare(&hex),
            Comparison::Same
        );
        let other = Integrity::parse_hex(&"00".repeat(20)).unwrap();
        assert_eq!(hex.compare(&other), Comparison::Differs);
        assert_eq!(
            hex.compare(&Integrity::parse_hex(&"00".repeat(64)).unwrap()),
            Comparison::NotComparable
        );
    }

    #[test]
    fn nonsense_and_wrong_lengths_are_refused() {
        for text in ["", "sha512-", "sha512-AAAA", "md6-AAAA", "sha1"] {
            assert!(Integrity::parse(text).is_err(), "{text:?} was taken");
        }
        assert!(Integrity::parse_hex("éé").is_err());
    }
}
