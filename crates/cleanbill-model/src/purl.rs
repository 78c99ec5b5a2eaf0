//! The one identity of a release across Cleanbill: a package URL of type npm.
//! It knows neither registries nor files.
use std::{fmt, sync::Arc};

use serde::{Deserialize, Serialize};

use crate::{PackageName, Version};

/// A release: `pkg:npm/%40scope/name@1.2.3`.
/// Method: the package-url specification, type `npm`.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Purl {
    /// The package.
    pub name: PackageName,
    /// Its version.
    pub version: Version,
    /// Encoded qualifiers, such as `vcs_url=…`, for what does not come from a registry under this name.
    pub qualifiers: Option<Arc<str>>,
}

/// The text is no npm purl with a version.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("not an npm package URL with a version: {text:?}")]
pub struct ParsePurlError {
    /// The start of what stood there.
    pub text: String,
}

impl Purl {
    /// A release of `name`.
    #[must_use]
    pub fn new(name: PackageName, version: Version) -> Self {
        Self {
            name,
            version,
            qualifiers: None,
        }
    }

    /// The same name and version from elsewhere: `key` is `vcs_url` or `download_url`.
    #[must_use]
    pub fn from_elsewhere(name: PackageName, version: Version, key: &str, url: &str) -> Self {
        Self {
            name,
            version,
            qualifiers: Some(Arc::from(format!("{key}={}", encoded(url)))),
        }
    }

    /// Reads `pkg:npm/...@version`.
    ///
    /// # Errors
    /// When it is another type, has no version, or carries what no name or version may.
    pub fn parse(text: &str) -> Result<Self, ParsePurlError> {
        let refuse = || ParsePurlError {
            text: text.chars().take(120).collect(),
        };
        let rest = text.strip_prefix("pkg:npm/").ok_or_else(refuse)?;
        let rest = rest.split('#').next().unwrap_or(rest);
        let (path, qualifiers) = match rest.split_once('?') {
            Some((path, qualifiers)) => (path, Some(Arc::from(qualifiers))),
            None => (rest, None),
        };
        let (name, version) = path.rsplit_once('@').ok_or_else(refuse)?;
        let name = decoded(name).ok_or_else(refuse)?;
        let version = decoded(version).ok_or_else(refuse)?;
        Ok(Self {
            name: PackageName::parse(&name).map_err(|_| refuse())?,
            version: Version::parse(&version).map_err(|_| refuse())?,
            qualifiers,
        })
    }

    /// `name@version`, the form people and package managers write.
    #[must_use]
    pub fn spec(&self) -> String {
        format!("{}@{}", self.name, self.version)
    }
}

impl fmt::Display for Purl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("pkg:npm/")?;
        if let Some(scope) = self.name.scope() {
            write!(f, "{}/", encoded(scope))?;
        }
        write!(
            f,
            "{}@{}",
            encoded(self.name.bare()),
            encoded(self.version.as_str())
        )?;
        match &self.qualifiers {
            Some(qualifiers) => write!(f, "?{qualifiers}"),
            None => Ok(()),
        }
    }
}

/// Undoes percent-encoding once; `None` where it is malformed or not UTF-8. Case stays as it is: old npm
/// names have capitals, and another case is another package.
fn decoded(text: &str) -> Option<String> {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.bytes();
    while let Some(byte) = rest.next() {
        if byte == b'%' {
            let pair = [rest.next()?, rest.next()?];
            bytes.push(u8::from_str_radix(std::str::from_utf8(&pair).ok()?, 16).ok()?);
        } else {
            bytes.push(byte);
        }
    }
    String::from_utf8(bytes).ok()
}

/// Percent-encodes all but the characters the specification leaves bare.
fn encoded(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || b"-._~".contains(&byte) {
            out.push(char::from(byte));
        } else {
            out.push_str(&format!("%{byte:02X}"));
        }
    }
    out
}

impl TryFrom<String> for Purl {
    type Error = ParsePurlError;
    fn try_from(text: String) -> Result<Self, Self::Error> {
        Self::parse(&text)
    }
}
impl From<Purl> for String {
    fn from(purl: Purl) -> Self {
        purl.to_string()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn scoped_names_and_build_metadata_round_trip() {
        for text in [
            "pkg:npm/%40mastra/core@1.42.1",
            "pkg:npm/left@1.2.3",
            "pkg:npm/a@1.0.0%2Bbuild.1",
            "pkg:npm/JSONStream@1.0.0",
            "pkg:npm/a@1.0.0?vcs_url=git%2Bssh%3A%2F%2Fgit.example%2Fa",
        ] {
            assert_eq!(Purl::parse(text).unwrap().to_string(), text);
        }
    }

    #[test]
    fn another_type_or_no_version_is_refused() {
        for text in ["pkg:cargo/serde@1.0.0", "pkg:npm/left", "left@1.0.0", ""] {
            assert!(Purl::parse(text).is_err());
        }
    }
}
