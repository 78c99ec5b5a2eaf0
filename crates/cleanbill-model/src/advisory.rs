//! A published notice on a package: malware or a vulnerability, its aliases and affected versions.
//! Source of the shape: the OSV schema; of the order within a range: its `events`.
use crate::{Integrity, PackageName, Range, Timestamp, Untrusted, Version};

/// What a notice is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum AdvisoryKind {
    /// The release does harm on purpose.
    Malicious,
    /// The release has a flaw.
    Vulnerable,
}

/// A CVSS vector's base score, and the word for it.
#[derive(Clone, Debug, PartialEq)]
pub struct Severity {
    /// The vector as the record gives it.
    pub vector: Untrusted,
    /// Base score, 0 to 10.
    pub score: f32,
}

/// A half-open interval of versions, as OSV events give it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct VersionRange {
    /// First affected; `None` is the beginning.
    pub introduced: Option<Version>,
    /// First not affected any more.
    pub fixed: Option<Version>,
    /// Last affected, where no fix is known.
    pub last_affected: Option<Version>,
}

impl VersionRange {
    /// True when the version lies inside.
    #[must_use]
    pub fn contains(&self, version: &Version) -> bool {
        self.introduced
            .as_ref()
            .is_none_or(|from| version.parsed() >= from.parsed())
            && self
                .fixed
                .as_ref()
                .is_none_or(|to| version.parsed() < to.parsed())
            && self
                .last_affected
                .as_ref()
                .is_none_or(|last| version.parsed() <= last.parsed())
    }

    /// True when it names no bound at all.
    #[must_use]
    pub fn is_everything(&self) -> bool {
        let from_start = self.introduced.as_ref().is_none_or(|v| v.triple() == (0, 0, 0));
        from_start && self.fixed.is_none() && self.last_affected.is_none()
    }
}

/// Which versions of the package a notice covers.
#[derive(Clone, Debug, Default)]
pub struct Affected {
    /// Named one by one.
    pub versions: Vec<Version>,
    /// By interval.
    pub ranges: Vec<VersionRange>,
    /// By an npm range text, as some packs write it.
    pub npm_ranges: Vec<Range>,
    /// Digests of the bad tarballs, where the record carries them.
    pub hashes: Vec<Integrity>,
}

/// A notice on one package. A record that names several packages becomes one notice each.
#[derive(Clone, Debug)]
pub struct Advisory {
    /// Its id, such as `MAL-2026-1` or `GHSA-…`.
    pub id: Untrusted,
    /// Other ids of the same thing.
    pub aliases: Vec<Untrusted>,
    /// The package.
    pub name: PackageName,
    /// What it is about.
    pub kind: AdvisoryKind,
    /// One line.
    pub summary: Untrusted,
    /// Where to read on.
    pub url: Option<Untrusted>,
    /// First published.
    pub published: Option<Timestamp>,
    /// Taken back at this moment; from then on it says nothing.
    pub withdrawn: Option<Timestamp>,
    /// How bad, where the record says.
    pub severity: Option<Severity>,
    /// Which versions.
    pub affected: Affected,
    /// The feed that carries it.
    pub feed: String,
    /// The campaign it belongs to, where one is named.
    pub campaign: Option<Untrusted>,
    /// How sure the source is.
    pub confidence: crate::Confidence,
    /// The last good versions, in words, where the source names them.
    pub last_good: Option<Untrusted>,
}

impl Advisory {
    /// True when a version is named outright, not by a range over everything.
    #[must_use]
    pub fn names(&self, version: &Version) -> bool {
        self.affected.versions.contains(version)
            || self
                .affected
                .npm_ranges
                .iter()
                .any(|range| range.matches(version))
            || self
                .affected
                .ranges
                .iter()
                .any(|range| !range.is_everything() && range.contains(version))
    }

    /// True when it covers the version in any way; a notice without any version data covers all.
    #[must_use]
    pub fn covers(&self, version: &Version) -> bool {
        self.names(version) || self.covers_everything()
    }

    /// True when it means the whole package: no version data, or a range without bounds.
    #[must_use]
    pub fn covers_everything(&self) -> bool {
        let affected = &self.affected;
        (affected.versions.is_empty()
            && affected.ranges.is_empty()
            && affected.npm_ranges.is_empty()
            && affected.hashes.is_empty())
            || affected.ranges.iter().any(VersionRange::is_everything)
    }

    /// The lowest fix above `version`, by the ranges that contain it.
    #[must_use]
    pub fn fixed_after(&self, version: &Version) -> Option<&Version> {
        self.affected
            .ranges
            .iter()
            .filter(|range| range.contains(version))
            .filter_map(|range| range.fixed.as_ref())
            .min()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn version(text: &str) -> Version {
        Version::parse(text).unwrap()
    }

    #[test]
    fn a_range_holds_its_start_and_not_its_fix() {
        let range = VersionRange {
            introduced: Some(version("1.0.0")),
            fixed: Some(version("1.2.0")),
            last_affected: None,
        };
        assert!(range.contains(&version("1.0.0")) && range.contains(&version("1.2.0-rc.1")));
        assert!(!range.contains(&version("1.2.0")) && !range.contains(&version("0.9.9")));
    }

    #[test]
    fn introduced_zero_without_a_fix_means_the_whole_package() {
        let range = VersionRange {
            introduced: Some(version("0.0.0")),
            fixed: None,
            last_affected: None,
        };
        assert!(range.is_everything());
    }
}
