//! How a lockfile pins a release: where from, by which digest, at whose request.
use std::sync::Arc;

pub use cleanbill_lockfile::{Origin, Scope};
use cleanbill_model::{Integrity, Untrusted};

/// One entry of a lockfile, as facts.
#[derive(Clone, Debug)]
pub struct Pin {
    /// The lockfile's path as the user would write it.
    pub file: Arc<str>,
    /// The format's id.
    pub format: &'static str,
    /// Line of the entry, from 1.
    pub line: u32,
    /// The entry's key as it stands there.
    pub key: Untrusted,
    /// Where its bytes come from.
    pub origin: Origin,
    /// The digest it pins.
    pub integrity: Option<Integrity>,
    /// True when entries of this format carry the tarball's digest at all (Yarn berry's do not).
    pub format_pins_integrity: bool,
    /// Ranges and specifiers that ask for it, as far as the format keeps them.
    pub ranges: Vec<String>,
    /// The name it is installed under, where it is an alias.
    pub alias: Option<String>,
    /// Why it is there.
    pub scope: Scope,
    /// Only wanted where it can be had.
    pub optional: bool,
    /// Host of the registry the client would ask for this name; `None` where not known.
    pub registry_host: Option<String>,
}
