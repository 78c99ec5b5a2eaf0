//! What an audit says of itself before it runs: its name, its needs, its page.
use std::fmt;

use crate::{Confidence, Level, Severity};

/// A kebab-case name of the thing seen, never reused: `install-script-added`.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct AuditId(pub &'static str);

impl fmt::Display for AuditId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.0)
    }
}
impl fmt::Debug for AuditId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.0)
    }
}

/// A kind of fact an audit cannot do without; when it is missing the audit does not run
/// and the release is unassessed for it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Need {
    /// The package's history as its registry tells it.
    Package,
    /// The release's own entry in that history.
    Release,
    /// How a lockfile pins it.
    Pin,
    /// Advisories about it.
    Notices,
    /// Facts of the packages it depends on.
    Companions,
    /// Verdicts on what it resolves to, one step down.
    Edges,
    /// Other releases seen in the same run.
    Run,
    /// The files of the release.
    Source,
    /// The files of the release before it.
    Delta,
}

/// How settled an audit is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stability {
    /// May change its mind between minor versions.
    Preview,
    /// Settled.
    Stable,
    /// Kept only for its name.
    Deprecated,
}

/// An audit's description.
#[derive(Clone, Copy, Debug)]
pub struct AuditMeta {
    /// Its name.
    pub id: AuditId,
    /// One line, without a full stop.
    pub title: &'static str,
    /// How bad what it sees is, at most.
    pub severity: Severity,
    /// How sure it is, at most.
    pub confidence: Confidence,
    /// How far it goes alone, at most.
    pub level: Level,
    /// Facts it cannot do without.
    pub needs: &'static [Need],
    /// The version of Cleanbill that brought it.
    pub since: &'static str,
    /// How settled it is.
    pub stability: Stability,
    /// Ids of the detection taxonomy, such as `MET-05`.
    pub taxonomy: &'static [&'static str],
    /// MITRE ATT&CK techniques, such as `T1195.002`.
    pub attack: &'static [&'static str],
    /// The page, Markdown.
    pub page: &'static str,
}
