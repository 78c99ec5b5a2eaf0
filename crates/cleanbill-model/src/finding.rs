//! A signal after policy: what people read.
use crate::{Level, Signal, Untrusted};

/// A signal, the level the policy gave it, and why that differs where it does.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Finding {
    /// What was seen.
    pub signal: Signal,
    /// How far it goes under this policy.
    pub level: Level,
    /// Why the policy changed the audit's own level: a waiver, a setting, a second mark.
    pub because: Option<Untrusted>,
    /// True when a waiver covers it; it is still told, and counts for nothing.
    pub waived: bool,
}

/// What could not be assessed, and why.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Unassessed {
    /// The file, where it is one.
    pub file: Option<Untrusted>,
    /// The reason.
    pub reason: Untrusted,
}
