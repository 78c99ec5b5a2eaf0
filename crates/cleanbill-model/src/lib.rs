//! The words every other crate speaks: names, versions, evidence, verdicts.
//! It knows no format, no clock, no disk and no network.
//!
//! Reading order: what a release is called ([`name`], [`version`], [`purl`], [`integrity`]), when
//! ([`time`]), what is known ([`known`], [`defect`], [`advisory`]), what was seen ([`untrusted`],
//! [`evidence`], [`level`], [`audit`], [`signal`]), what was decided ([`finding`], [`verdict`]).
#![deny(clippy::disallowed_methods)]

pub mod advisory;
pub mod audit;
pub mod defect;
pub mod evidence;
pub mod finding;
pub mod hint;
pub mod integrity;
pub mod known;
pub mod level;
pub mod name;
pub mod purl;
pub mod redact;
pub mod signal;
pub mod time;
pub mod untrusted;
pub mod verdict;
pub mod version;

pub use advisory::{Advisory, AdvisoryKind, Affected, Severity as AdvisorySeverity, VersionRange};
pub use audit::{AuditId, AuditMeta, Need, Stability};
pub use defect::Defect;
pub use evidence::Evidence;
pub use finding::{Finding, Unassessed};
pub use hint::Hint;
pub use integrity::{Algorithm, Comparison, Digest, Integrity};
pub use known::{Known, Missing};
pub use level::{Confidence, Level, Severity};
pub use name::PackageName;
pub use purl::Purl;
pub use redact::{SafeUrl, Secret};
pub use signal::{AdvisoryRef, Mark, Maturity, Signal};
pub use time::{Age, Timestamp};
pub use untrusted::Untrusted;
pub use verdict::{Judgement, Verdict};
pub use version::{Range, Version};
