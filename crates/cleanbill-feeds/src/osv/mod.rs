//! Reads one OSV record into advisories, one for each npm package it names.
//! It touches no disk and knows neither feeds nor indexes.
//!
//! Format: the OSV schema 1.x (ossf.github.io/osv-schema) and, for package digests, the shape that
//! records of malicious packages carry in `affected[].database_specific.indicators.package_integrity`.
//! `database_specific.malicious-packages-origins[].sha256` is the digest of the report that a record was
//! merged from, never of a package, so it is not taken.
mod fields;
mod ranges;
mod wire;

use std::collections::HashMap;

use cleanbill_model::{
    Advisory, AdvisoryKind, AdvisorySeverity, Affected, Confidence, Defect, PackageName, Timestamp,
    Untrusted, Version, VersionRange,
};

use self::{
    fields::{embeds_malice, hashes, lenient, moment, read_on, says_malice, severity, withdrawal},
    wire::{AffectedPackage, PackageSpecific, Record, RecordSpecific},
};
use crate::limits::{
    MAX_AFFECTED, MAX_ALIASES, MAX_HASHES, MAX_ID_BYTES, MAX_RECORD_BYTES, MAX_SUMMARY_CHARS, MAX_VERSIONS,
};

/// The one ecosystem taken, byte for byte; `npm:beta` and the like are other ecosystems.
const ECOSYSTEM: &str = "npm";

/// What one record came to.
#[derive(Clone, Debug, Default)]
pub struct Parsed {
    /// One for each npm package, in the record's order.
    pub advisories: Vec<Advisory>,
    /// When the record was last changed: decides between two of the same id.
    pub modified: Option<Timestamp>,
    /// Parts that could not be read and were left out; the rest stands.
    pub defects: Vec<Defect>,
    /// Packages of other ecosystems, passed over.
    pub other_ecosystems: usize,
}

/// Why a record was left out as a whole.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ParseRecordError {
    /// Longer than [`MAX_RECORD_BYTES`].
    #[error("record has more than {MAX_RECORD_BYTES} bytes")]
    TooLarge,
    /// No JSON, or a field that decides has the wrong type.
    #[error("record is not readable: {reason}")]
    Unreadable {
        /// What the JSON reader says, with line and column.
        reason: String,
    },
    /// The id is empty or too long.
    #[error("record has no usable `id`")]
    Id,
    /// More packages than any record has.
    #[error("record names {found} packages, the limit is {MAX_AFFECTED}")]
    TooManyPackages {
        /// Entries found.
        found: usize,
    },
    /// npm packages are named, and none could be read.
    #[error("no package of the record is readable: {reason}")]
    NothingLeft {
        /// The first defect.
        reason: String,
    },
}

impl ParseRecordError {
    /// A kebab-case code for counting.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self {
            Self::TooLarge => "record-too-large",
            Self::Unreadable { .. } => "record-unreadable",
            Self::Id => "record-without-id",
            Self::TooManyPackages { .. } => "too-many-packages",
            Self::NothingLeft { .. } => "no-readable-package",
        }
    }
}

/// Reads one record of `feed`.
///
/// # Errors
/// When the record as a whole cannot be used; what can be passed over is a defect in [`Parsed`].
pub fn parse(bytes: &[u8], feed: &str) -> Result<Parsed, ParseRecordError> {
    if bytes.len() as u64 > MAX_RECORD_BYTES {
        return Err(ParseRecordError::TooLarge);
    }
    let record: Record<'_> = serde_json::from_slice(bytes).map_err(|error| ParseRecordError::Unreadable {
        reason: error.to_string(),
    })?;
    if record.id.is_empty() || record.id.len() > MAX_ID_BYTES {
        return Err(ParseRecordError::Id);
    }
    let packages = record.affected.as_deref().unwrap_or_default();
    if packages.len() > MAX_AFFECTED {
        return Err(ParseRecordError::TooManyPackages {
            found: packages.len(),
        });
    }
    let mut parsed = Parsed::default();
    let defects = &mut parsed.defects;
    let common = Common::of(&record, feed, defects);
    parsed.modified = moment(record.modified, "modified", defects);
    let mut wanted = 0_usize;
    let mut places = HashMap::new();
    for (at, package) in packages.iter().enumerate() {
        let Some(name) = npm_name(package) else {
            parsed.other_ecosystems += 1;
            continue;
        };
        wanted += 1;
        match PackageName::parse(name) {
            Ok(name) => {
                let place = format!("affected[{at}]");
                if let Some(advisory) = common.advisory(name, package, &place, &mut parsed.defects) {
                    join(&mut parsed.advisories, &mut places, advisory);
                }
            }
            Err(error) => {
                let place = format!("affected[{at}].package.name");
                parsed
                    .defects
                    .push(Defect::new("bad-name", place, error.to_string()));
            }
        }
    }
    if wanted > 0 && parsed.advisories.is_empty() {
        let reason = parsed
            .defects
            .last()
            .map_or_else(String::new, |d| d.note.raw().to_owned());
        return Err(ParseRecordError::NothingLeft { reason });
    }
    Ok(parsed)
}

/// A record may name one package several times, once for each range; together they are one advisory.
fn join(all: &mut Vec<Advisory>, places: &mut HashMap<PackageName, usize>, mut advisory: Advisory) {
    let place = places.entry(advisory.name.clone()).or_insert(all.len());
    let Some(first) = all.get_mut(*place) else {
        all.push(advisory);
        return;
    };
    for affected in [&mut first.affected, &mut advisory.affected] {
        let nothing =
            affected.versions.is_empty() && affected.ranges.is_empty() && affected.hashes.is_empty();
        if nothing {
            // No version data means every version, and must go on meaning it beside data.
            affected.ranges.push(VersionRange {
                introduced: None,
                fixed: None,
                last_affected: None,
            });
        }
    }
    first.affected.versions.append(&mut advisory.affected.versions);
    first.affected.versions.sort();
    first.affected.versions.dedup();
    first.affected.ranges.append(&mut advisory.affected.ranges);
    first.affected.hashes.append(&mut advisory.affected.hashes);
    first.affected.hashes.truncate(MAX_HASHES);
    if advisory.kind == AdvisoryKind::Malicious {
        first.kind = AdvisoryKind::Malicious;
    }
    let score = |severity: &Option<AdvisorySeverity>| severity.as_ref().map_or(-1.0, |s| s.score);
    if score(&advisory.severity) > score(&first.severity) {
        first.severity = advisory.severity;
    }
}

fn npm_name<'p>(package: &'p AffectedPackage<'_>) -> Option<&'p str> {
    let package = package.package.as_ref()?;
    (package.ecosystem.as_deref() == Some(ECOSYSTEM)).then(|| package.name.as_deref().unwrap_or_default())
}

/// What every advisory of a record shares.
struct Common {
    id: String,
    aliases: Vec<Untrusted>,
    malicious: bool,
    summary: Untrusted,
    url: Option<Untrusted>,
    published: Option<Timestamp>,
    withdrawn: Option<Timestamp>,
    severity: Option<AdvisorySeverity>,
    feed: String,
}

impl Common {
    fn of(record: &Record<'_>, feed: &str, defects: &mut Vec<Defect>) -> Self {
        let aliases: Vec<String> = lenient(record.aliases, "aliases", defects).unwrap_or_default();
        let specific: Option<RecordSpecific<'_>> =
            lenient(record.database_specific, "database_specific", defects);
        let malicious = record.id.starts_with("MAL-")
            || aliases.iter().any(|alias| alias.starts_with("MAL-"))
            || specific.is_some_and(|specific| specific.origins.is_some() || says_malice(specific.cwe_ids));
        let summary: String = lenient(record.summary, "summary", defects).unwrap_or_default();
        Self {
            id: record.id.clone(),
            malicious,
            summary: Untrusted::clipped(&summary, MAX_SUMMARY_CHARS),
            url: read_on(record.references, defects),
            published: moment(record.published, "published", defects),
            withdrawn: withdrawal(record.withdrawn, defects),
            severity: severity(record.severity, "severity", defects),
            aliases: aliases
                .into_iter()
                .filter(|alias| !alias.is_empty() && alias.len() <= MAX_ID_BYTES)
                .take(MAX_ALIASES)
                .map(Untrusted::from)
                .collect(),
            feed: feed.to_owned(),
        }
    }

    fn advisory(
        &self,
        name: PackageName,
        package: &AffectedPackage<'_>,
        place: &str,
        defects: &mut Vec<Defect>,
    ) -> Option<Advisory> {
        let specific: PackageSpecific<'_> = lenient(
            package.database_specific,
            &format!("{place}.database_specific"),
            defects,
        )
        .unwrap_or_default();
        let affected = affected(package, &specific, place, defects)?;
        let malicious = self.malicious || embeds_malice(specific.cwes);
        let own = severity(package.severity, &format!("{place}.severity"), defects);
        Some(Advisory {
            id: Untrusted::from(self.id.as_str()),
            aliases: self.aliases.clone(),
            name,
            kind: if malicious {
                AdvisoryKind::Malicious
            } else {
                AdvisoryKind::Vulnerable
            },
            summary: self.summary.clone(),
            url: self.url.clone(),
            published: self.published,
            withdrawn: self.withdrawn,
            severity: own.or_else(|| self.severity.clone()),
            affected,
            feed: self.feed.clone(),
            campaign: None,
            confidence: Confidence::High,
            last_good: None,
        })
    }
}

/// `None` when version data stood there and none of it could be read: what is left would mean "all versions".
fn affected(
    package: &AffectedPackage<'_>,
    specific: &PackageSpecific<'_>,
    place: &str,
    defects: &mut Vec<Defect>,
) -> Option<Affected> {
    let mut found = Affected::default();
    let before = defects.len();
    let named: Vec<String> =
        lenient(package.versions, &format!("{place}.versions"), defects).unwrap_or_default();
    if named.len() > MAX_VERSIONS {
        defects.push(Defect::new(
            "limit-versions",
            format!("{place}.versions"),
            format!("{} versions, the limit is {MAX_VERSIONS}", named.len()),
        ));
    }
    for text in named.iter().take(MAX_VERSIONS) {
        match Version::parse(text) {
            Ok(version) => found.versions.push(version),
            Err(error) => {
                defects.push(Defect::new(
                    "bad-version",
                    format!("{place}.versions"),
                    error.to_string(),
                ));
            }
        }
    }
    found.versions.sort();
    found.versions.dedup();
    let ceiling: Option<String> = lenient(
        specific.last_known_affected_version_range,
        &format!("{place}.database_specific.last_known_affected_version_range"),
        defects,
    );
    let ranges: Vec<ranges::WireRange> =
        lenient(package.ranges, &format!("{place}.ranges"), defects).unwrap_or_default();
    found.ranges = ranges::read(&ranges, ceiling.as_deref(), &format!("{place}.ranges"), defects);
    let nothing = found.versions.is_empty() && found.ranges.is_empty();
    let lost = defects.len() > before;
    found.hashes = hashes(specific.indicators, place, defects);
    (!(nothing && lost)).then_some(found)
}
