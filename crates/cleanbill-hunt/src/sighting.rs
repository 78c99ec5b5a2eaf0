//! What a hunt brings home: where something of a campaign was seen, and where nobody could look.
//! It draws no conclusion from either.
use cleanbill_intel::Reach;
use cleanbill_model::Timestamp;
use serde::Serialize;

use crate::limits::MAX_SHOWN;

/// One place where something of a campaign was seen.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sighting {
    /// The campaign, by its place in the [`crate::Watch`].
    pub campaign: usize,
    /// Package and version, where a release was seen and no mere trace.
    pub release: Option<(String, String)>,
    /// How far it came.
    pub reach: Reach,
    /// What kind of place it is.
    pub source: Source,
    /// The file, folder or repository, as its user would write it.
    pub place: String,
    /// The line, where the place is a text.
    pub line: Option<u32>,
    /// What exactly was seen.
    pub note: String,
    /// When it was there, where that can be told.
    pub at: Option<Timestamp>,
    /// Between which commits, for what a history tells.
    pub window: Option<Window>,
}

/// What kind of place something was seen in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Source {
    /// A lockfile as it lies there.
    Lockfile,
    /// A version of a lockfile in a repository's history.
    History,
    /// An unpacked package.
    Installed,
    /// The store or cache of a package manager.
    Cache,
    /// A log.
    Log,
    /// A bill of materials.
    Sbom,
    /// A container image.
    Image,
    /// A file the campaign leaves behind.
    Trace,
    /// A manifest without a lockfile.
    Manifest,
    /// The log of a gate.
    Gate,
}

/// The time in which a history held a release.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Window {
    /// The earliest commit that brought it in.
    pub from: Option<Timestamp>,
    /// The latest commit that took it out; `None` while a branch still holds it.
    pub until: Option<Timestamp>,
    /// Commits that hold it.
    pub commits: usize,
    /// Commits that brought it in, earliest first.
    pub introduced: Vec<CommitSeen>,
    /// Commits that took it out, earliest first.
    pub removed: Vec<CommitSeen>,
    /// Branches and tags whose history passes through it.
    pub branches: Vec<String>,
    /// Branches and tags that hold it now.
    pub still_on: Vec<String>,
}

/// A commit, as far as people need it to find it.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct CommitSeen {
    /// When it was committed, by the committer's clock.
    pub at: Timestamp,
    /// Its whole id.
    pub id: String,
    /// Its message's first line.
    pub summary: String,
}

/// A place nobody could look at.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Unseen {
    /// The place.
    pub place: String,
    /// Why not.
    pub reason: String,
    /// Only campaigns that began before this are touched by it; `None` touches all.
    pub before: Option<Timestamp>,
}

/// How much was looked at.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Looked {
    /// Files and folders walked over.
    pub walked: u64,
    /// Lockfiles as they lie there.
    pub lockfiles: u64,
    /// Unpacked packages.
    pub installed: u64,
    /// Repositories.
    pub repositories: u64,
    /// Commits.
    pub commits: u64,
    /// Distinct versions of lockfiles in histories.
    pub history_lockfiles: u64,
    /// Entries of caches and stores.
    pub cached: u64,
    /// Logs.
    pub logs: u64,
    /// Bills of materials.
    pub sboms: u64,
    /// Files inside images.
    pub image_files: u64,
    /// Manifests judged by their ranges.
    pub manifests: u64,
    /// Entries of a gate's log.
    pub gate_entries: u64,
}

impl Looked {
    /// True when there was anything at all to look at.
    #[must_use]
    pub fn at_anything(&self) -> bool {
        self.lockfiles
            + self.installed
            + self.history_lockfiles
            + self.cached
            + self.logs
            + self.sboms
            + self.image_files
            + self.manifests
            + self.gate_entries
            > 0
    }
}

/// The start of somebody else's text, for showing.
pub(crate) fn clipped(text: &str) -> String {
    match text.char_indices().nth(MAX_SHOWN) {
        Some((at, _)) => format!("{}…", text.get(..at).unwrap_or_default()),
        None => text.to_owned(),
    }
}
