//! Advisories by package name, and how fresh each feed is.
use std::sync::Arc;

use cleanbill_model::{Advisory, PackageName, Timestamp};

/// How a feed stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FeedState {
    /// There and within its age budget.
    Fresh,
    /// There, older than its age budget.
    Stale,
    /// Never fetched, or its index is gone.
    Absent,
    /// There, and holds nothing.
    Empty,
    /// There, and unreadable.
    Broken,
}

/// One feed's standing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FeedStatus {
    /// The feed's name.
    pub name: String,
    /// How it stands.
    pub state: FeedState,
    /// When its data was last brought in.
    pub synced: Option<Timestamp>,
    /// Advisories of malware in it.
    pub malicious: u64,
    /// Advisories of vulnerabilities in it.
    pub vulnerable: u64,
    /// Where it comes from, as the user named it.
    pub source: String,
    /// What is wrong, where something is.
    pub problem: Option<String>,
}

/// Advisories at hand, all feeds together. Look-ups touch no network.
pub trait Advisories: Send + Sync {
    /// Every advisory on `name` that stood at `as_of` (withdrawn ones included, for telling them).
    fn about(&self, name: &PackageName) -> Vec<Arc<Advisory>>;
    /// Each feed's standing at `as_of`.
    fn status(&self, as_of: Timestamp) -> Vec<FeedStatus>;
}
