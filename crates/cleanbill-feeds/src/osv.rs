//! Reads one OSV record into advisories, one for each npm package it names.
//! It touches no disk and knows neither feeds nor indexes.
//!
//! Format: the OSV schema 1.x (ossf.github.io/osv-schema) and, for package digests, the shape that
//! records of malicious packages carry in `affected[].database_specific.indicators.package_integrity`.
//! `database_specific.malicious-packages-origins[].sha256` is the digest of the report that a record was
//! merged from, never of a package, so it is not taken.
use cleanbill_model::{
    Advisory, AdvisoryKind, AdvisorySeverity, Affected, Confidence, Defect, Integrity, PackageName,
    Timestamp, Untrusted, Version,
};
use serde::Deserialize;
use serde_json::value::RawValue;

use crate::limits::{
    MAX_AFFECTED, MAX_ALIASES, MAX_HASHES, MAX_ID_BYTES, MAX_RECORD_BYTES, MAX_SUMMARY_CHARS, MAX_URL_BYTES,
    MAX_VECTOR_BYTES, MAX_VERSIONS,
};
use crate::ranges;

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

/// The fields that decide; a wrong type here makes the record unreadable.
#[derive(Deserialize)]
struct Record<'a> {
    id: String,
    #[serde(default)]
    affected: Option<Vec<AffectedPackage<'a>>>,
    #[serde(borrow, default)]
    published: Option<&'a RawValue>,
    #[serde(borrow, default)]
    modified: Option<&'a RawValue>,
    #[serde(borrow, default)]
    withdrawn: Option<&'a RawValue>,
    #[serde(borrow, default)]
    aliases: Option<&'a RawValue>,
    #[serde(borrow, default)]
    summary: Option<&'a RawValue>,
    #[serde(borrow, default)]
    severity: Option<&'a RawValue>,
    #[serde(borrow, default)]
    references: Option<&'a RawValue>,
    #[serde(borrow, default)]
    database_specific: Option<&'a RawValue>,
}

#[derive(Deserialize)]
struct AffectedPackage<'a> {
    #[serde(default)]
    package: Option<Package>,
    #[serde(borrow, default)]
    versions: Option<&'a RawValue>,
    #[serde(borrow, default)]
    ranges: Option<&'a RawValue>,
    #[serde(borrow, default)]
    severity: Option<&'a RawValue>,
    #[serde(borrow, default)]
    database_specific: Option<&'a RawValue>,
}

#[derive(Deserialize)]
struct Package {
    #[serde(default)]
    ecosystem: Option<String>,
    #[serde(default)]
    name: Option<String>,
}

#[derive(Deserialize)]
struct SeverityEntry {
    #[serde(rename = "type", default)]
    kind: Option<String>,
    #[serde(default)]
    score: Option<String>,
}

#[derive(Deserialize)]
struct Reference {
    #[serde(rename = "type", default)]
    kind: Option<String>,
    #[serde(default)]
    url: Option<String>,
}

/// What a record says of itself beside the schema.
#[derive(Deserialize)]
struct RecordSpecific<'a> {
    #[serde(rename = "malicious-packages-origins", borrow, default)]
    origins: Option<&'a RawValue>,
    #[serde(borrow, default)]
    cwe_ids: Option<&'a RawValue>,
}

/// What it says of one package.
#[derive(Deserialize, Default)]
struct PackageSpecific<'a> {
    #[serde(borrow, default)]
    indicators: Option<&'a RawValue>,
    #[serde(borrow, default)]
    last_known_affected_version_range: Option<&'a RawValue>,
    #[serde(borrow, default)]
    cwes: Option<&'a RawValue>,
}

#[derive(Deserialize)]
struct Indicators<'a> {
    #[serde(borrow, default)]
    package_integrity: Option<Vec<PackageIntegrity<'a>>>,
}

#[derive(Deserialize)]
struct PackageIntegrity<'a> {
    #[serde(borrow, default)]
    hashes: Option<&'a RawValue>,
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
                    parsed.advisories.push(advisory);
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

/// Digests of the package's own tarballs. Digests of files inside it are another thing and not taken.
fn hashes(raw: Option<&RawValue>, place: &str, defects: &mut Vec<Defect>) -> Vec<Integrity> {
    let place = format!("{place}.database_specific.indicators");
    let read: Option<Indicators<'_>> = lenient(raw, &place, defects);
    let mut found = Vec::new();
    for entry in read
        .and_then(|indicators| indicators.package_integrity)
        .unwrap_or_default()
    {
        let Some(digests): Option<std::collections::BTreeMap<String, String>> =
            lenient(entry.hashes, &format!("{place}.package_integrity"), defects)
        else {
            continue;
        };
        let mut together: Option<Integrity> = None;
        for (kind, text) in &digests {
            // Fuzzy digests such as `tlsh` and `ssdeep` say "alike", never "the same".
            if kind == "tlsh" || kind == "ssdeep" {
                continue;
            }
            let read = if text.contains('-') {
                Integrity::parse(text)
            } else {
                Integrity::parse_hex(text)
            };
            match read {
                Ok(one) => {
                    together = Some(together.map_or_else(|| one.clone(), |all| all.merged(&one)));
                }
                Err(error) => {
                    defects.push(Defect::new(
                        "bad-digest",
                        place.clone(),
                        format!("{kind}: {error}"),
                    ));
                }
            }
        }
        if found.len() < MAX_HASHES {
            found.extend(together);
        }
    }
    found
}

/// CWE-506, "embedded malicious code", on the record as a whole.
fn says_malice(cwe_ids: Option<&RawValue>) -> bool {
    cwe_ids
        .and_then(|raw| serde_json::from_str::<Vec<String>>(raw.get()).ok())
        .is_some_and(|ids| ids.iter().any(|id| id == "CWE-506"))
}

/// CWE-506 on the package itself.
fn embeds_malice(cwes: Option<&RawValue>) -> bool {
    #[derive(Deserialize)]
    struct Cwe {
        #[serde(rename = "cweId", default)]
        id: Option<String>,
    }
    cwes.and_then(|raw| serde_json::from_str::<Vec<Cwe>>(raw.get()).ok())
        .is_some_and(|cwes| cwes.iter().any(|cwe| cwe.id.as_deref() == Some("CWE-506")))
}

/// The highest score among vectors that can be read.
fn severity(raw: Option<&RawValue>, place: &str, defects: &mut Vec<Defect>) -> Option<AdvisorySeverity> {
    let entries: Vec<SeverityEntry> = lenient(raw, place, defects)?;
    let mut best: Option<AdvisorySeverity> = None;
    for entry in entries.iter().take(8) {
        if !entry.kind.as_deref().is_some_and(|kind| kind.starts_with("CVSS")) {
            continue;
        }
        let vector = entry.score.as_deref().unwrap_or_default();
        match read_vector(vector) {
            Some(score) if best.as_ref().is_none_or(|b| score > b.score) => {
                best = Some(AdvisorySeverity {
                    vector: Untrusted::from(vector),
                    score,
                });
            }
            Some(_) => {}
            None => {
                let note = Untrusted::clipped(vector, 80);
                defects.push(Defect::new("bad-cvss", place.to_owned(), note));
            }
        }
    }
    best
}

fn read_vector(vector: &str) -> Option<f32> {
    if vector.len() > MAX_VECTOR_BYTES {
        return None;
    }
    let score = vector.parse::<cvss::Cvss>().ok()?.score();
    #[expect(
        clippy::cast_possible_truncation,
        reason = "a score has one decimal between 0 and 10"
    )]
    let score = score as f32;
    (score.is_finite() && (0.0..=10.0).contains(&score)).then_some(score)
}

/// The advisory's page, or else an article or report; never the package's own page.
fn read_on(raw: Option<&RawValue>, defects: &mut Vec<Defect>) -> Option<Untrusted> {
    let references: Vec<Reference> = lenient(raw, "references", defects)?;
    ["ADVISORY", "ARTICLE", "REPORT", "WEB"].iter().find_map(|kind| {
        references
            .iter()
            .filter(|reference| reference.kind.as_deref() == Some(kind))
            .filter_map(|reference| reference.url.as_deref())
            .find(|url| {
                url.len() <= MAX_URL_BYTES && (url.starts_with("https://") || url.starts_with("http://"))
            })
            .map(Untrusted::from)
    })
}

fn moment(raw: Option<&RawValue>, place: &str, defects: &mut Vec<Defect>) -> Option<Timestamp> {
    let text: String = lenient(raw, place, defects)?;
    match Timestamp::parse(&text) {
        Ok(moment) => Some(moment),
        Err(error) => {
            defects.push(Defect::new("bad-time", place.to_owned(), error.to_string()));
            None
        }
    }
}

/// An unreadable withdrawal leaves the advisory standing: when unsure, hold.
fn withdrawal(raw: Option<&RawValue>, defects: &mut Vec<Defect>) -> Option<Timestamp> {
    moment(raw, "withdrawn", defects)
}

/// Reads a part that may be wrong without losing the record; `null` is absence.
pub(crate) fn lenient<'a, T: Deserialize<'a>>(
    raw: Option<&'a RawValue>,
    place: &str,
    defects: &mut Vec<Defect>,
) -> Option<T> {
    let raw = raw?;
    if raw.get() == "null" {
        return None;
    }
    match serde_json::from_str(raw.get()) {
        Ok(value) => Some(value),
        Err(error) => {
            defects.push(Defect::new("wrong-type", place.to_owned(), error.to_string()));
            None
        }
    }
}
