//! The answer on one release, and everything that made it.
use serde::{Deserialize, Serialize};

use crate::{Finding, Integrity, Purl, Timestamp, Unassessed};

/// The answer. Ordered by how much it stops.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Verdict {
    /// Nothing speaks against it.
    Allow,
    /// It could not be judged; policy says whether that holds it.
    Unassessed,
    /// Held until age, review or new knowledge.
    Quarantine,
    /// Refused.
    Block,
}

impl Verdict {
    /// The word used in JSON and text.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Allow => "allow",
            Self::Unassessed => "unassessed",
            Self::Quarantine => "quarantine",
            Self::Block => "block",
        }
    }
}

/// A verdict with its reasons.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Judgement {
    /// The release.
    pub subject: Purl,
    /// The bytes it was judged by, where known.
    pub integrity: Option<Integrity>,
    /// The clock reading it holds for.
    pub as_of: Timestamp,
    /// The answer.
    pub verdict: Verdict,
    /// When time alone may change the answer: the end of a cooldown.
    pub until: Option<Timestamp>,
    /// What was found, the worst first.
    pub findings: Vec<Finding>,
    /// What could not be assessed.
    pub unassessed: Vec<Unassessed>,
    /// What the code can do, sorted: `network`, `process`, …; empty when the code was not read.
    pub capabilities: Vec<String>,
}
