//! Single fields of an OSV record: digests, severity, times, the page to read.
//! Each gives what can be read and a defect for what cannot; none knows the record around it.
use std::collections::BTreeMap;

use cleanbill_model::{AdvisorySeverity, Defect, Integrity, Timestamp, Untrusted};
use serde::Deserialize;
use serde_json::value::RawValue;

use super::wire::{Indicators, Reference, SeverityEntry};
use crate::limits::{MAX_HASHES, MAX_URL_BYTES, MAX_VECTOR_BYTES};

/// Digests of the package's own tarballs. Digests of files inside it are another thing and not taken.
pub(super) fn hashes(raw: Option<&RawValue>, place: &str, defects: &mut Vec<Defect>) -> Vec<Integrity> {
    let place = format!("{place}.database_specific.indicators");
    let read: Option<Indicators<'_>> = lenient(raw, &place, defects);
    let mut found = Vec::new();
    for entry in read
        .and_then(|indicators| indicators.package_integrity)
        .unwrap_or_default()
    {
        let Some(digests): Option<BTreeMap<String, String>> =
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
pub(super) fn says_malice(cwe_ids: Option<&RawValue>) -> bool {
    cwe_ids
        .and_then(|raw| serde_json::from_str::<Vec<String>>(raw.get()).ok())
        .is_some_and(|ids| ids.iter().any(|id| id == "CWE-506"))
}

/// CWE-506 on the package itself.
pub(super) fn embeds_malice(cwes: Option<&RawValue>) -> bool {
    #[derive(Deserialize)]
    struct Cwe {
        #[serde(rename = "cweId", default)]
        id: Option<String>,
    }
    cwes.and_then(|raw| serde_json::from_str::<Vec<Cwe>>(raw.get()).ok())
        .is_some_and(|cwes| cwes.iter().any(|cwe| cwe.id.as_deref() == Some("CWE-506")))
}

/// The highest score among vectors that can be read.
pub(super) fn severity(
    raw: Option<&RawValue>,
    place: &str,
    defects: &mut Vec<Defect>,
) -> Option<AdvisorySeverity> {
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
pub(super) fn read_on(raw: Option<&RawValue>, defects: &mut Vec<Defect>) -> Option<Untrusted> {
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

pub(super) fn moment(raw: Option<&RawValue>, place: &str, defects: &mut Vec<Defect>) -> Option<Timestamp> {
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
pub(super) fn withdrawal(raw: Option<&RawValue>, defects: &mut Vec<Defect>) -> Option<Timestamp> {
    moment(raw, "withdrawn", defects)
}

/// Reads a part that may be wrong without losing the record; `null` is absence.
pub(super) fn lenient<'a, T: Deserialize<'a>>(
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
