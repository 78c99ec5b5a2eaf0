//! The local log of verdicts, for `why`: what was decided, when, on which release.
use cleanbill_model::{PackageName, Timestamp, Version};

/// One decided release, its judgement already in its frozen JSON form.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct VerdictRecord {
    /// The package.
    pub name: PackageName,
    /// The version.
    pub version: Version,
    /// When it was decided.
    pub decided: Timestamp,
    /// `cleanbill.inspect/v1` JSON.
    pub json: String,
}

/// The log cannot be written or read.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum VerdictLogError {
    /// The disk said no.
    #[error("cannot use the verdict log at {path}")]
    Io {
        /// Where.
        path: String,
        /// What the system said.
        #[source]
        source: std::io::Error,
    },
    /// More in one call than the log takes whole.
    #[error("{found} bytes of verdicts at once are above the limit of {limit}")]
    TooLarge {
        /// Bytes given.
        found: u64,
        /// The limit.
        limit: u64,
    },
}

/// Keeps verdicts. `append` is atomic per call: a reader sees all of it or nothing.
pub trait VerdictLog: Send + Sync {
    /// Adds records.
    ///
    /// # Errors
    /// When the store cannot be written.
    fn append(&self, records: &[VerdictRecord]) -> Result<(), VerdictLogError>;
    /// The newest record on `name`, of `version` where given.
    ///
    /// # Errors
    /// When the store cannot be read. A damaged record is passed over.
    fn last(
        &self,
        name: &PackageName,
        version: Option<&Version>,
    ) -> Result<Option<VerdictRecord>, VerdictLogError>;
}
