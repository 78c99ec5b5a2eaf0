//! Turns OSV events into intervals of npm versions.
//! It knows nothing of records; it is given one package's ranges.
//!
//! Source of the meaning: OSV schema, "affected[].ranges[].events": events are sorted by version, an
//! `introduced` opens an interval, the next `fixed`, `last_affected` or `limit` closes it.
use cleanbill_model::{Defect, Version, VersionRange};
use serde::Deserialize;

use crate::limits::MAX_EVENTS;

/// One range as it stands in a record.
#[derive(Deserialize)]
pub(super) struct WireRange {
    #[serde(rename = "type", default)]
    kind: Option<String>,
    #[serde(default)]
    events: Vec<WireEvent>,
}

#[derive(Deserialize)]
struct WireEvent {
    #[serde(default)]
    introduced: Option<String>,
    #[serde(default)]
    fixed: Option<String>,
    #[serde(default)]
    last_affected: Option<String>,
    #[serde(default)]
    limit: Option<String>,
}

/// What happens at a version; the order is that of equal versions: a close before the next opening.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Turn {
    Fixed,
    Introduced,
    LastAffected,
}

/// All intervals of a package, in the record's order of ranges.
pub(super) fn read(
    ranges: &[WireRange],
    ceiling: Option<&str>,
    place: &str,
    defects: &mut Vec<Defect>,
) -> Vec<VersionRange> {
    let mut found = Vec::new();
    for range in ranges {
        match range.kind.as_deref() {
            Some("SEMVER" | "ECOSYSTEM") | None => intervals(range, place, defects, &mut found),
            // Commits say nothing of published releases.
            Some("GIT") => {}
            Some(other) => {
                let note = format!("range type {:?}", other.chars().take(40).collect::<String>());
                defects.push(Defect::new("unknown-range-type", place.to_owned(), note));
            }
        }
    }
    if let Some(text) = ceiling {
        apply_ceiling(&mut found, text, place, defects);
    }
    found
}

fn intervals(range: &WireRange, place: &str, defects: &mut Vec<Defect>, found: &mut Vec<VersionRange>) {
    if range.events.len() > MAX_EVENTS {
        let note = format!("{} events, the limit is {MAX_EVENTS}", range.events.len());
        defects.push(Defect::new("limit-events", place.to_owned(), note));
        return;
    }
    let Some(mut turns) = turns(range, place, defects) else {
        return;
    };
    turns.sort_by(|(a, x), (b, y)| order(a.as_ref(), b.as_ref()).then(x.cmp(y)));
    let mut open: Option<Option<Version>> = None;
    for (version, turn) in turns {
        match turn {
            Turn::Introduced => {
                // A second opening inside an open interval adds nothing.
                open.get_or_insert(version);
            }
            Turn::Fixed => match (open.take(), version) {
                (Some(introduced), Some(fixed)) => {
                    found.push(VersionRange {
                        introduced,
                        fixed: Some(fixed),
                        last_affected: None,
                    });
                }
                (None, _) => {
                    defects.push(Defect::new(
                        "close-without-open",
                        place.to_owned(),
                        "fixed without introduced",
                    ));
                }
                (Some(introduced), None) => open = Some(introduced),
            },
            Turn::LastAffected => match (open.take(), version) {
                (Some(introduced), last_affected) => {
                    found.push(VersionRange {
                        introduced,
                        fixed: None,
                        last_affected,
                    });
                }
                (None, _) => {
                    let note = "last_affected without introduced";
                    defects.push(Defect::new("close-without-open", place.to_owned(), note));
                }
            },
        }
    }
    if let Some(introduced) = open {
        found.push(VersionRange {
            introduced,
            fixed: None,
            last_affected: None,
        });
    }
}

/// `None` when an event could not be read: half a range would say something nobody said.
fn turns(range: &WireRange, place: &str, defects: &mut Vec<Defect>) -> Option<Vec<(Option<Version>, Turn)>> {
    let mut turns = Vec::with_capacity(range.events.len());
    for event in &range.events {
        let texts = [
            (event.introduced.as_deref(), Turn::Introduced),
            (event.fixed.as_deref(), Turn::Fixed),
            // A limit ends what is known to be affected, as a fix does.
            (event.limit.as_deref().filter(|limit| *limit != "*"), Turn::Fixed),
            (event.last_affected.as_deref(), Turn::LastAffected),
        ];
        for (text, turn) in texts {
            match text {
                None => {}
                // "0" is the schema's word for "before every version".
                Some("0") if turn == Turn::Introduced => turns.push((None, turn)),
                Some(text) => match Version::parse(text) {
                    Ok(version) => turns.push((Some(version), turn)),
                    Err(error) => {
                        defects.push(Defect::new("bad-event", place.to_owned(), error.to_string()));
                        return None;
                    }
                },
            }
        }
    }
    Some(turns)
}

fn order(a: Option<&Version>, b: Option<&Version>) -> std::cmp::Ordering {
    match (a, b) {
        (None, None) => std::cmp::Ordering::Equal,
        (None, Some(_)) => std::cmp::Ordering::Less,
        (Some(_), None) => std::cmp::Ordering::Greater,
        (Some(a), Some(b)) => a.cmp(b),
    }
}

/// Some records give the end of an open range only beside it, as `< 3.0.0` or `<= 2.9.1`.
fn apply_ceiling(found: &mut [VersionRange], text: &str, place: &str, defects: &mut Vec<Defect>) {
    let text = text.trim();
    let (inclusive, version) = match (text.strip_prefix("<="), text.strip_prefix('<')) {
        (Some(rest), _) => (true, rest),
        (None, Some(rest)) => (false, rest),
        (None, None) => (true, text.strip_prefix('=').unwrap_or(text)),
    };
    let Ok(version) = Version::parse(version.trim()) else {
        defects.push(Defect::new(
            "bad-ceiling",
            place.to_owned(),
            cleanbill_model::Untrusted::clipped(text, 60),
        ));
        return;
    };
    for range in found
        .iter_mut()
        .filter(|range| range.fixed.is_none() && range.last_affected.is_none())
    {
        if inclusive {
            range.last_affected = Some(version.clone());
        } else {
            range.fixed = Some(version.clone());
        }
    }
}
