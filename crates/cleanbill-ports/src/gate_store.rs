//! What a gate keeps beyond its own life, shared by all its replicas: when a version was first seen,
//! verdicts by content, who fetched what, its tokens, and a log whose entries hang on one another.
//! It decides nothing: what is found in it is weighed by whoever asks.
use std::fmt;

use cleanbill_model::{PackageName, Purl, Timestamp, Verdict, Version};
use serde::{Deserialize, Serialize};

/// Largest text of one event, in bytes; sentences are a few hundred.
pub const MAX_EVENT_BYTES: usize = 16 * 1024;
/// Most versions of one package that a store takes in one call; the largest packuments have some tens of
/// thousands.
pub const MAX_SIGHTINGS: usize = 200_000;

/// One version with its content, as a document told it.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Sighting {
    /// The version.
    pub version: Version,
    /// The integrity text; empty where the document gave none.
    pub content: String,
}

/// What is known of a sighting.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Seen {
    /// When this content was first seen behind this version.
    pub first: Timestamp,
    /// When the package had last been looked at without it: it cannot be older than that.
    /// `None` where the package itself was new then.
    pub floor: Option<Timestamp>,
}

/// A verdict kept by content.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KeptVerdict {
    /// The answer.
    pub verdict: Verdict,
    /// When time alone lifts it.
    pub until: Option<Timestamp>,
    /// The sentence said to a client; empty where nothing is held.
    pub sentence: String,
    /// `cleanbill.inspect/v1` JSON.
    pub json: String,
    /// When it was decided.
    pub decided: Timestamp,
}

/// What happened.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum EventKind {
    /// A tarball was served.
    Served,
    /// A tarball was refused.
    Refused,
    /// What was served before is known to be bad now.
    FoundBad,
    /// A registry's document says something else of a version than it did before.
    Changed,
    /// A token was made or revoked.
    Token,
    /// Versions were taken in that projects had locked before.
    Locked,
    /// The gate started, stopped or read its settings anew.
    Gate,
}

impl EventKind {
    /// The word used in JSON and in stores.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Served => "served",
            Self::Refused => "refused",
            Self::FoundBad => "found-bad",
            Self::Changed => "changed",
            Self::Token => "token",
            Self::Locked => "locked",
            Self::Gate => "gate",
        }
    }
}

/// One line of the log.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Event {
    /// When.
    pub at: Timestamp,
    /// What.
    pub kind: EventKind,
    /// Who: a client's address and token, or an administrator.
    pub who: String,
    /// The package, where it is about one.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub name: Option<PackageName>,
    /// Its version.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub version: Option<Version>,
    /// Its content.
    #[serde(skip_serializing_if = "String::is_empty", default)]
    pub content: String,
    /// The verdict, where there was one.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub verdict: Option<Verdict>,
    /// The sentence.
    #[serde(skip_serializing_if = "String::is_empty", default)]
    pub text: String,
}

impl Event {
    /// An event about no package.
    #[must_use]
    pub fn plain(at: Timestamp, kind: EventKind, who: &str, text: &str) -> Self {
        Self {
            at,
            kind,
            who: who.to_owned(),
            name: None,
            version: None,
            content: String::new(),
            verdict: None,
            text: text.chars().take(MAX_EVENT_BYTES / 4).collect(),
        }
    }

    /// The text that is chained and kept.
    #[must_use]
    pub fn to_text(&self) -> String {
        serde_json::to_string(self).unwrap_or_default()
    }

    /// Reads [`Event::to_text`] again; `None` where it is none.
    #[must_use]
    pub fn from_text(text: &str) -> Option<Self> {
        serde_json::from_str(text).ok()
    }
}

/// An entry of the log as it is kept.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Chained {
    /// From 1, without holes.
    pub number: u64,
    /// [`Event::to_text`].
    pub text: String,
    /// [`crate::chain::link`] of the hash before, the number and the text.
    pub hash: String,
}

/// What a token may do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Role {
    /// Fetch packages.
    Client,
    /// Fetch packages and read what the gate tells of itself.
    Admin,
}

impl Role {
    /// The word.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Client => "client",
            Self::Admin => "admin",
        }
    }

    /// The role of a word.
    #[must_use]
    pub fn parse(word: &str) -> Option<Self> {
        match word {
            "client" => Some(Self::Client),
            "admin" => Some(Self::Admin),
            _ => None,
        }
    }
}

/// A token, without its secret.
#[derive(Clone, PartialEq, Eq)]
pub struct Token {
    /// A short name for it, unique.
    pub id: String,
    /// What it is for, in the words of who made it.
    pub note: String,
    /// SHA-256 of the secret, in hexadecimal.
    pub hash: String,
    /// What it may do.
    pub role: Role,
    /// Patterns of names it may fetch; empty means all.
    pub scopes: Vec<String>,
    /// When it was made.
    pub created: Timestamp,
    /// From when on it is nothing any more.
    pub expires: Option<Timestamp>,
    /// When it was revoked.
    pub revoked: Option<Timestamp>,
}

impl fmt::Debug for Token {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Token")
            .field("id", &self.id)
            .field("role", &self.role)
            .finish_non_exhaustive()
    }
}

/// A version that a project had locked before the gate came.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Locked {
    /// The package.
    pub name: PackageName,
    /// The version.
    pub version: Version,
    /// The lockfile's integrity; empty where it has none.
    pub content: String,
}

/// The store cannot be used.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum StoreError {
    /// There is no room left for it.
    #[error("the store at {place} has no room left")]
    Full {
        /// Where.
        place: String,
    },
    /// Someone wrote what this program does not know: it is of a later version.
    #[error("the store at {place} was made by a later version of this program ({found})")]
    Later {
        /// Where.
        place: String,
        /// The format found.
        found: u32,
    },
    /// Anything else.
    #[error("cannot use the store at {place}: {reason}")]
    Failed {
        /// Where.
        place: String,
        /// What was said.
        reason: String,
    },
}

/// Keeps what a gate must not forget. Every call is all or nothing, and what a call has answered survives
/// the end of the process at any moment. Several processes may use one store.
pub trait GateStore: Send + Sync {
    /// Where it is, without secrets.
    fn place(&self) -> String;
    /// Fails where the store cannot be read and written now.
    ///
    /// # Errors
    /// As said.
    fn check(&self) -> Result<(), StoreError>;
    /// Notes that a document of `name` was looked at, with these versions; gives what is known of each,
    /// in their order. The first sighting of a content stays, whatever comes later.
    ///
    /// # Errors
    /// When the store cannot be used.
    fn see(&self, name: &PackageName, at: Timestamp, sightings: &[Sighting])
    -> Result<Vec<Seen>, StoreError>;
    /// The verdict on a content under `basis`, which covers everything it depends on beside the content.
    ///
    /// # Errors
    /// When the store cannot be used.
    fn verdict(&self, content: &str, basis: &str) -> Result<Option<KeptVerdict>, StoreError>;
    /// Keeps a verdict and gives the one that is kept: of several at one time the first stays, so that
    /// all who ask say the same. One decided before `renew_before` makes room for the new one.
    ///
    /// # Errors
    /// When the store cannot be used.
    fn keep_verdict(
        &self,
        content: &str,
        basis: &str,
        verdict: &KeptVerdict,
        renew_before: Timestamp,
    ) -> Result<KeptVerdict, StoreError>;
    /// Adds events to the log, in their order and in one piece; gives the number of the last.
    ///
    /// # Errors
    /// When the store cannot be used; then none was added.
    fn append(&self, events: &[Event]) -> Result<u64, StoreError>;
    /// Entries after number `after`, at most `limit`.
    ///
    /// # Errors
    /// When the store cannot be used.
    fn entries(&self, after: u64, limit: usize) -> Result<Vec<Chained>, StoreError>;
    /// Events on one package, of one version where given, the newest first, at most `limit`.
    ///
    /// # Errors
    /// When the store cannot be used.
    fn about(
        &self,
        name: &PackageName,
        version: Option<&Version>,
        limit: usize,
    ) -> Result<Vec<Event>, StoreError>;
    /// Events of one kind, the newest first, at most `limit`.
    ///
    /// # Errors
    /// When the store cannot be used.
    fn of_kind(&self, kind: EventKind, limit: usize) -> Result<Vec<Event>, StoreError>;
    /// Every release that was served, each once, by name and version, at most `limit`, after `after`.
    ///
    /// # Errors
    /// When the store cannot be used.
    fn served(&self, after: Option<&Purl>, limit: usize) -> Result<Vec<Purl>, StoreError>;
    /// Keeps a new token. One of the same id is an error.
    ///
    /// # Errors
    /// When the store cannot be used or the id is taken.
    fn add_token(&self, token: &Token) -> Result<(), StoreError>;
    /// Every token, the oldest first.
    ///
    /// # Errors
    /// When the store cannot be used.
    fn tokens(&self) -> Result<Vec<Token>, StoreError>;
    /// Revokes a token; false where there is none of that id that still counts.
    ///
    /// # Errors
    /// When the store cannot be used.
    fn revoke_token(&self, id: &str, at: Timestamp) -> Result<bool, StoreError>;
    /// Keeps versions that projects had locked.
    ///
    /// # Errors
    /// When the store cannot be used.
    fn keep_locked(&self, locked: &[Locked]) -> Result<(), StoreError>;
    /// The locked versions of one package.
    ///
    /// # Errors
    /// When the store cannot be used.
    fn locked(&self, name: &PackageName) -> Result<Vec<Locked>, StoreError>;
}
