//! Times of a document held against what the gate itself has seen: a version that was not there a while ago
//! is no older than that, whatever its registry says, and one without a time has that of its first sighting.
//! It knows times and contents, and nothing of what an age is good for.
use std::collections::BTreeMap;

use cleanbill_model::{Age, Known, Timestamp, Version};
use cleanbill_npm::Packument;
use cleanbill_ports::{Seen, Sighting, gate_store::MAX_SIGHTINGS};

/// Caches between a registry and a gate show a new version this much later without anything being wrong.
const LAG: Age = Age::hours(1);

/// A time that was put right.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Corrected {
    /// The version.
    pub(crate) version: Version,
    /// What the document says; `None` where it says nothing a client reads.
    pub(crate) told: Option<Timestamp>,
    /// What counts.
    pub(crate) counts: Timestamp,
}

/// The versions of a document with their contents.
pub(crate) fn sightings(packument: &Packument<'_>) -> Vec<Sighting> {
    packument
        .versions
        .get()
        .into_iter()
        .flatten()
        .take(MAX_SIGHTINGS)
        .filter_map(|manifest| {
            let dist = manifest.dist.get();
            let text = |known: Option<&Known<cleanbill_npm::Str<'_>>>| {
                known.and_then(Known::get).map(|text| text.to_string())
            };
            let content =
                text(dist.map(|dist| &dist.integrity)).or_else(|| text(dist.map(|dist| &dist.shasum)));
            Some(Sighting {
                version: Version::parse(&manifest.version).ok()?,
                content: content.unwrap_or_default(),
            })
        })
        .collect()
}

/// What has to be put right, `seen` being what is known of each of `sightings`.
pub(crate) fn corrections(
    packument: &Packument<'_>,
    sightings: &[Sighting],
    seen: &[Seen],
    now: Timestamp,
) -> Vec<Corrected> {
    let told: BTreeMap<&str, Timestamp> = packument
        .times
        .get()
        .into_iter()
        .flat_map(|times| &times.versions)
        .filter_map(|(version, time)| Some((&**version, Timestamp::parse(time.get()?).ok()?)))
        .collect();
    sightings
        .iter()
        .zip(seen)
        .filter_map(|(sighting, seen)| {
            let told = told.get(sighting.version.as_str()).copied();
            let counts = match told {
                Some(told) if told > now => seen.first,
                Some(told) if seen.floor.is_some_and(|floor| told.plus(LAG) < floor) => seen.floor?,
                Some(_) => return None,
                None => seen.first,
            };
            Some(Corrected {
                version: sighting.version.clone(),
                told,
                counts,
            })
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str) -> Timestamp {
        Timestamp::parse(text).unwrap()
    }

    fn corrected(document: &str, floor: Option<&str>) -> Vec<(String, String)> {
        let packument = cleanbill_npm::packument::parse(document.as_bytes()).unwrap();
        let sightings = sightings(&packument);
        let seen = Seen {
            first: at("2026-06-10T00:00:00Z"),
            floor: floor.map(at),
        };
        corrections(
            &packument,
            &sightings,
            &vec![seen; sightings.len()],
            at("2026-06-10T00:00:00Z"),
        )
        .into_iter()
        .map(|one| (one.version.to_string(), one.counts.to_string()))
        .collect()
    }

    fn document(time: &str) -> String {
        format!(
            r#"{{"name":"left","time":{{"1.0.0":{time}}},"versions":{{"1.0.0":{{"dist":{{"integrity":"sha512-eA=="}}}}}}}}"#
        )
    }

    #[test]
    fn an_honest_time_stays() {
        assert_eq!(corrected(&document("\"2026-06-09T23:30:00Z\""), None), []);
        assert_eq!(
            corrected(
                &document("\"2026-06-09T23:30:00Z\""),
                Some("2026-06-10T00:00:00Z")
            ),
            []
        );
        assert_eq!(
            corrected(&document("\"2020-01-01T00:00:00Z\""), None),
            [],
            "the package was not known before"
        );
    }

    #[test]
    fn a_time_before_the_last_look_is_that_of_the_look() {
        assert_eq!(
            corrected(
                &document("\"2026-05-01T00:00:00Z\""),
                Some("2026-06-09T00:00:00Z")
            ),
            [("1.0.0".to_owned(), "2026-06-09T00:00:00Z".to_owned())]
        );
    }

    #[test]
    fn none_a_malformed_and_a_future_one_are_the_first_sighting() {
        for time in ["null", "\"soon\"", "\"2030-01-01T00:00:00Z\"", "7"] {
            assert_eq!(
                corrected(&document(time), None),
                [("1.0.0".to_owned(), "2026-06-10T00:00:00Z".to_owned())],
                "{time}"
            );
        }
    }
}
