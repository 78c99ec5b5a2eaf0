//! Reasoned, dated exceptions. One that is out of date counts for nothing and is told.
use cleanbill_model::{Integrity, PackageName, Signal, Timestamp, Version};

/// An exception an owner made.
#[derive(Clone, Debug)]
pub struct Waiver {
    /// The package.
    pub name: PackageName,
    /// The one version it is for.
    pub version: Version,
    /// The bytes it is for; another tarball under the same version is not covered.
    pub integrity: Option<Integrity>,
    /// The audits it is for; empty means every finding but those of known malware.
    pub audits: Vec<String>,
    /// Why.
    pub reason: String,
    /// Who answers for it.
    pub owner: String,
    /// Until when.
    pub until: Timestamp,
    /// Where it was written, for telling.
    pub place: String,
}

/// What became of a waiver in a run.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum WaiverState {
    /// It matched nothing.
    Unused,
    /// It would have matched, and its time is over.
    Expired,
    /// It matched.
    Used,
}

impl Waiver {
    /// What this waiver does about `signal` at `as_of`; `known` is the release's digest, where known.
    #[must_use]
    pub fn covers(&self, signal: &Signal, known: Option<&Integrity>, as_of: Timestamp) -> WaiverState {
        let same_release = signal.subject.name == self.name
            && signal.subject.version == self.version
            && signal.subject.qualifiers.is_none();
        let same_bytes = match (&self.integrity, known) {
            (None, _) => true,
            (Some(wanted), Some(known)) => wanted.compare(known) == cleanbill_model::Comparison::Same,
            (Some(_), None) => false,
        };
        let malware = signal
            .advisory
            .as_ref()
            .is_some_and(|advisory| advisory.malicious);
        let same_audit = match self.audits.as_slice() {
            [] => !malware,
            audits => audits.iter().any(|audit| audit == signal.audit.0),
        };
        match (same_release && same_bytes && same_audit, as_of < self.until) {
            (false, _) => WaiverState::Unused,
            (true, false) => WaiverState::Expired,
            (true, true) => WaiverState::Used,
        }
    }
}
