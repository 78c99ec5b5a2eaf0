//! Versions and ranges with npm's meaning. Identity is the text; order is semantic.
//! It knows nothing of registries or which versions exist.
use std::{cmp::Ordering, fmt, hash, sync::Arc};

use serde::{Deserialize, Serialize};

/// Longest version text read, as npm's own `semver` has it (256); longer ones are refused.
pub const MAX_VERSION_BYTES: usize = 256;
/// Longest range text read; real ranges are far below, and longer ones only cost time.
pub const MAX_RANGE_BYTES: usize = 4096;

/// One version. Equal when the texts are equal; ordered by semver, then by text.
#[derive(Clone, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Version {
    text: Arc<str>,
    parsed: Arc<deno_semver::Version>,
}

/// The text is no version in npm's meaning.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("not a version: {text:?}")]
pub struct ParseVersionError {
    /// The start of what stood there.
    pub text: String,
}

impl Version {
    /// Reads a version as npm does (loosely) and keeps its text.
    ///
    /// # Errors
    /// When npm would not read it as a version either.
    pub fn parse(text: &str) -> Result<Self, ParseVersionError> {
        let refuse = || ParseVersionError {
            text: text.chars().take(64).collect(),
        };
        if text.len() > MAX_VERSION_BYTES {
            return Err(refuse());
        }
        let parsed = deno_semver::Version::parse_from_npm(text).map_err(|_| refuse())?;
        Ok(Self {
            text: Arc::from(text),
            parsed: Arc::new(parsed),
        })
    }

    /// The text as it came.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// Major, minor, patch.
    #[must_use]
    pub fn triple(&self) -> (u64, u64, u64) {
        (self.parsed.major, self.parsed.minor, self.parsed.patch)
    }

    /// True when it carries a pre-release part such as `-beta.1`.
    #[must_use]
    pub fn is_prerelease(&self) -> bool {
        !self.parsed.pre.is_empty()
    }

    /// True when both belong to one release line: the same major, or the same 0.minor below 1.
    #[must_use]
    pub fn same_line(&self, other: &Self) -> bool {
        let ((a, b, _), (x, y, _)) = (self.triple(), other.triple());
        a == x && (a != 0 || b == y)
    }

    pub(crate) fn parsed(&self) -> &deno_semver::Version {
        &self.parsed
    }
}

impl PartialEq for Version {
    fn eq(&self, other: &Self) -> bool {
        self.text == other.text
    }
}
impl Eq for Version {}
impl hash::Hash for Version {
    fn hash<H: hash::Hasher>(&self, state: &mut H) {
        self.text.hash(state);
    }
}
impl Ord for Version {
    fn cmp(&self, other: &Self) -> Ordering {
        self.parsed
            .cmp(&other.parsed)
            .then_with(|| self.text.cmp(&other.text))
    }
}
impl PartialOrd for Version {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}
impl fmt::Display for Version {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}
impl fmt::Debug for Version {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:?}", &*self.text)
    }
}
impl TryFrom<String> for Version {
    type Error = ParseVersionError;
    fn try_from(text: String) -> Result<Self, Self::Error> {
        Self::parse(&text)
    }
}
impl From<Version> for String {
    fn from(version: Version) -> Self {
        version.text.to_string()
    }
}

/// A range such as `^1.2.0`, as npm reads it. Dist-tags and URLs are no ranges.
#[derive(Debug, Clone)]
pub struct Range {
    text: Arc<str>,
    parsed: deno_semver::VersionReq,
}

/// The text is no range: a dist-tag, a URL, or nonsense.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("not a version range: {text:?}")]
pub struct ParseRangeError {
    /// The start of what stood there.
    pub text: String,
}

impl Range {
    /// Reads a range; the empty text means any version, as npm has it.
    ///
    /// # Errors
    /// When the text is a tag, a URL, or unreadable.
    pub fn parse(text: &str) -> Result<Self, ParseRangeError> {
        let refuse = || ParseRangeError {
            text: text.chars().take(64).collect(),
        };
        if text.len() > MAX_RANGE_BYTES {
            return Err(refuse());
        }
        let parsed = deno_semver::VersionReq::parse_from_npm(text).map_err(|_| refuse())?;
        if parsed.tag().is_some() {
            return Err(refuse());
        }
        Ok(Self {
            text: Arc::from(text),
            parsed,
        })
    }

    /// The text as it came.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// True when npm would let `version` satisfy this range (pre-releases as npm has them).
    #[must_use]
    pub fn matches(&self, version: &Version) -> bool {
        self.parsed.matches(version.parsed())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn version(text: &str) -> Version {
        Version::parse(text).unwrap()
    }

    #[test]
    fn order_is_semantic_and_identity_is_text() {
        assert!(version("1.10.0") > version("1.9.0"));
        assert!(version("1.0.0") > version("1.0.0-rc.1"));
        assert_ne!(version("1.0.0+a"), version("1.0.0+b"));
    }

    #[test]
    fn a_caret_takes_what_npm_takes() {
        let range = Range::parse("^1.11.21").unwrap();
        assert!(range.matches(&version("1.11.22")));
        assert!(!range.matches(&version("2.0.0")));
        assert!(!range.matches(&version("1.12.0-beta.1")));
    }

    #[test]
    fn tags_and_urls_are_no_ranges() {
        assert!(Range::parse("latest").is_err());
        assert!(Range::parse("https://files.example/a.tgz").is_err());
        assert!(Range::parse("").unwrap().matches(&version("1.0.0")));
    }

    #[test]
    fn lines_split_at_the_major_and_below_one_at_the_minor() {
        assert!(version("1.2.3").same_line(&version("1.9.0")));
        assert!(!version("0.1.0").same_line(&version("0.2.0")));
    }
}
