//! What the caller says of a feed, and where its files lie in the state folder.
//! It reads no settings file and no index.
use std::path::{Path, PathBuf};

use cleanbill_model::{Age, SafeUrl};

use crate::limits::MAX_FEED_NAME_BYTES;

/// One feed as the user set it up.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FeedSettings {
    /// Its name: lower-case letters, digits and `-`, since it names files.
    pub name: String,
    /// A zip file, a folder of JSON files, or the address of a zip file.
    pub source: String,
    /// How old its data may be before it counts as stale.
    pub max_age: Age,
}

/// A source by its kind.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Source {
    /// An address.
    Url(SafeUrl),
    /// A file or folder.
    Path(PathBuf),
}

/// The feed's name cannot name a file.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "feed name {name:?} may hold only lower-case letters, digits and `-`, and at most {MAX_FEED_NAME_BYTES} bytes"
)]
pub struct BadFeedName {
    /// The start of the name.
    pub name: String,
}

impl FeedSettings {
    pub(crate) fn source(&self) -> Source {
        let lower = self.source.get(..8).unwrap_or(&self.source).to_ascii_lowercase();
        if lower.starts_with("https://") || lower.starts_with("http://") {
            Source::Url(SafeUrl::new(self.source.clone()))
        } else {
            Source::Path(PathBuf::from(&self.source))
        }
    }

    /// The source as it may be shown: without user, password and query.
    #[must_use]
    pub fn shown_source(&self) -> String {
        match self.source() {
            Source::Url(url) => url.to_string(),
            Source::Path(path) => path.display().to_string(),
        }
    }

    pub(crate) fn checked_name(&self) -> Result<&str, BadFeedName> {
        let name = self.name.as_str();
        let good = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-';
        let fits = !name.is_empty() && name.len() <= MAX_FEED_NAME_BYTES && name.chars().all(good);
        // The built-in pack's name stays its own, so that a finding's feed is never ambiguous.
        if fits && name != crate::pack::FEED {
            Ok(name)
        } else {
            Err(BadFeedName {
                name: name.chars().take(MAX_FEED_NAME_BYTES).collect(),
            })
        }
    }

    pub(crate) fn index_path(&self, state: &Path) -> Result<PathBuf, BadFeedName> {
        Ok(state.join(format!("{}.index", self.checked_name()?)))
    }

    pub(crate) fn state_path(&self, state: &Path) -> Result<PathBuf, BadFeedName> {
        Ok(state.join(format!("{}.state.json", self.checked_name()?)))
    }
}
