//! Text that may hold what a package says: an attacker speaking. It cannot be printed by accident,
//! since it has no `Display`; a destination's escaper takes it through [`Untrusted::raw`].
use std::fmt;

/// Text for people that may carry a package's own words.
#[derive(Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Default)]
pub struct Untrusted(String);

impl Untrusted {
    /// Wraps text.
    pub fn new(text: impl Into<String>) -> Self {
        Self(text.into())
    }

    /// The text as it came; only an escaper, a serialiser or a comparison may hold it.
    #[must_use]
    pub fn raw(&self) -> &str {
        &self.0
    }

    /// At most `limit` characters, with a mark where it was cut.
    #[must_use]
    pub fn clipped(text: &str, limit: usize) -> Self {
        match text.char_indices().nth(limit) {
            Some((at, _)) => Self(format!("{}…", text.get(..at).unwrap_or_default())),
            None => Self(text.to_owned()),
        }
    }
}

impl From<String> for Untrusted {
    fn from(text: String) -> Self {
        Self(text)
    }
}
impl From<&str> for Untrusted {
    fn from(text: &str) -> Self {
        Self(text.to_owned())
    }
}
impl fmt::Debug for Untrusted {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.0.escape_debug())
    }
}
