//! How bad, how sure, and how far a finding may go: closed and ordered scales.
use serde::{Deserialize, Serialize};

/// How bad it is if it is true.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Severity {
    /// Worth knowing.
    Info,
    /// Small.
    Low,
    /// Real.
    Medium,
    /// Bad.
    High,
    /// As bad as it gets: hostile code runs.
    Critical,
}

/// How sure the audit is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Confidence {
    /// A hint.
    Low,
    /// More often right than wrong.
    Medium,
    /// As good as certain.
    High,
}

/// How far a finding goes: what the policy does about it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Level {
    /// Told when asked.
    Note,
    /// Told always; holds nothing.
    Warn,
    /// Holds the release.
    Quarantine,
    /// Refuses the release.
    Block,
}

macro_rules! words {
    ($($kind:ident { $($variant:ident => $word:literal),+ })+) => {$(
        impl $kind {
            /// The word used in JSON, settings and text.
            #[must_use]
            pub fn as_str(self) -> &'static str {
                match self { $(Self::$variant => $word),+ }
            }
        }
    )+};
}
words! {
    Severity { Info => "info", Low => "low", Medium => "medium", High => "high", Critical => "critical" }
    Confidence { Low => "low", Medium => "medium", High => "high" }
    Level { Note => "note", Warn => "warn", Quarantine => "quarantine", Block => "block" }
}
