//! A package's name: scope and name, checked once where it enters, byte-exact ever after.
//! It has no idea which names are popular or whether the package exists.
use std::{fmt, sync::Arc};

use serde::{Deserialize, Serialize};

/// Longest name a registry accepts, in bytes; longer ones are no package names.
pub const MAX_NAME_BYTES: usize = 214;

/// A package name such as `left` or `@scope/left`, never trimmed, folded or decoded.
#[derive(Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct PackageName(Arc<str>);

/// The text is no package name; the fault is in the input that carried it.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ParseNameError {
    /// Nothing there, or a scope with nothing behind it.
    #[error("package name is empty")]
    Empty,
    /// Longer than [`MAX_NAME_BYTES`].
    #[error("package name has {found} bytes, the limit is {MAX_NAME_BYTES}")]
    TooLong {
        /// Bytes found.
        found: usize,
    },
    /// A character that cannot stand in a name.
    #[error("package name holds {character:?}, which no package name may")]
    Character {
        /// The first offending character.
        character: char,
    },
    /// `@scope` without a slash, two slashes, or a path segment of dots.
    #[error("package name has the wrong shape")]
    Shape,
}

impl PackageName {
    /// Checks `text` and keeps it byte for byte.
    ///
    /// # Errors
    /// When the text is empty, too long, or holds what no name may.
    pub fn parse(text: &str) -> Result<Self, ParseNameError> {
        if text.len() > MAX_NAME_BYTES {
            return Err(ParseNameError::TooLong { found: text.len() });
        }
        let bare = match text.strip_prefix('@') {
            Some(rest) => {
                let (scope, bare) = rest.split_once('/').ok_or(ParseNameError::Shape)?;
                check_segment(scope)?;
                bare
            }
            None => text,
        };
        check_segment(bare)?;
        Ok(Self(Arc::from(text)))
    }

    /// The whole name as it came.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The scope with its `@`, where there is one.
    #[must_use]
    pub fn scope(&self) -> Option<&str> {
        self.0
            .starts_with('@')
            .then(|| self.0.split_once('/').map(|(scope, _)| scope))
            .flatten()
    }

    /// The part after the scope, or the whole name.
    #[must_use]
    pub fn bare(&self) -> &str {
        match self.0.split_once('/') {
            Some((_, bare)) => bare,
            None => &self.0,
        }
    }
}

/// One side of the slash: URL-safe characters only, and not a path step.
fn check_segment(segment: &str) -> Result<(), ParseNameError> {
    if segment.is_empty() {
        return Err(ParseNameError::Empty);
    }
    if segment == "." || segment == ".." {
        return Err(ParseNameError::Shape);
    }
    match segment
        .chars()
        .find(|c| !(c.is_ascii_alphanumeric() || "-_.~!*'()".contains(*c)))
    {
        Some('/') => Err(ParseNameError::Shape),
        Some(character) => Err(ParseNameError::Character { character }),
        None => Ok(()),
    }
}

impl fmt::Display for PackageName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl fmt::Debug for PackageName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:?}", &*self.0)
    }
}

impl TryFrom<String> for PackageName {
    type Error = ParseNameError;
    fn try_from(text: String) -> Result<Self, Self::Error> {
        Self::parse(&text)
    }
}

impl From<PackageName> for String {
    fn from(name: PackageName) -> Self {
        name.0.to_string()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn scopes_and_bare_names_are_told_apart() {
        let name = PackageName::parse("@mastra/core").unwrap();
        assert_eq!((name.scope(), name.bare()), (Some("@mastra"), "core"));
        let name = PackageName::parse("left").unwrap();
        assert_eq!((name.scope(), name.bare()), (None, "left"));
    }

    #[test]
    fn what_is_no_name_is_refused() {
        for text in [
            "",
            "@",
            "@a",
            "@a/",
            "@/b",
            "a/b",
            "@a/b/c",
            "..",
            "a b",
            "a\u{202e}b",
            "рackage",
            "a\0",
            "a%2fb",
        ] {
            assert!(PackageName::parse(text).is_err(), "{text:?} was taken");
        }
        assert!(PackageName::parse(&"a".repeat(215)).is_err());
    }

    #[test]
    fn case_and_odd_old_names_stay_as_they_are() {
        for text in ["JSONStream", "_", "-", "crypto-js.", "a~b!c", "__proto__"] {
            assert_eq!(PackageName::parse(text).unwrap().as_str(), text);
        }
    }
}
