//! What advisories say of a release, by how closely they mean it.
use std::sync::Arc;

use cleanbill_model::Advisory;

/// How closely an advisory names the release.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Tier {
    /// By package name only, or "all versions".
    Name,
    /// By name and version.
    Version,
    /// By the digest of its bytes.
    Hash,
}

/// An advisory that covers the release.
#[derive(Clone, Debug)]
pub struct Notice {
    /// The advisory.
    pub advisory: Arc<Advisory>,
    /// How closely it names this release.
    pub tier: Tier,
}

/// Everything advisories say of one release.
#[derive(Clone, Debug, Default)]
pub struct Notices {
    /// Those that cover it.
    pub about: Vec<Notice>,
    /// Vulnerabilities of the version it would replace (installed, or its predecessor) that it fixes.
    pub fixes: Vec<Arc<Advisory>>,
    /// Versions that advisories of malware name as false alarms, or that were withdrawn: told, never held.
    pub disputed: Vec<Arc<Advisory>>,
}
