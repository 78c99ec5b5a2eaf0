//! What is wrong with a campaign file, before anybody is judged by it.
//! It reads one file's words and asks nobody whether they are true.
use std::collections::HashSet;

use cleanbill_feeds::campaign::{Campaign, Class, IndicatorKind, SCHEMA};
use cleanbill_intel::refang;
use cleanbill_model::{Integrity, PackageName, Range, Timestamp, Version};
use serde::Serialize;

/// One thing to mend.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Lint {
    /// Whether the file may not be used so.
    pub grave: bool,
    /// Where in the file, as a JSON pointer.
    pub at: String,
    /// What is wrong and what to write.
    pub what: String,
}

/// Digests that feeds have published as bad and that are of harmless bytes.
const KNOWN_CLEAN: &[&str] = &["4a8860240e4231c3a74c81949be655a28e096a7d72f38fbe84e5b37636b98417"];

/// Reads a campaign file and says what is wrong with it. An unreadable one gives one lint and no campaign.
#[must_use]
pub fn lint(text: &str, file_stem: Option<&str>) -> (Option<Campaign>, Vec<Lint>) {
    let campaign: Campaign = match serde_json::from_str(text) {
        Ok(campaign) => campaign,
        Err(error) => {
            return (
                None,
                vec![Lint {
                    grave: true,
                    at: String::new(),
                    what: format!("it is no campaign file: {error}"),
                }],
            );
        }
    };
    let mut lints = Lints(Vec::new());
    lints.head(&campaign, file_stem);
    lints.packages(&campaign);
    lints.indicators(&campaign);
    lints.claims(&campaign);
    (Some(campaign), lints.0)
}

struct Lints(Vec<Lint>);

impl Lints {
    fn grave(&mut self, at: impl Into<String>, what: impl Into<String>) {
        self.0.push(Lint {
            grave: true,
            at: at.into(),
            what: what.into(),
        });
    }

    fn light(&mut self, at: impl Into<String>, what: impl Into<String>) {
        self.0.push(Lint {
            grave: false,
            at: at.into(),
            what: what.into(),
        });
    }

    fn head(&mut self, campaign: &Campaign, file_stem: Option<&str>) {
        if campaign.schema != SCHEMA {
            self.grave(
                "/schema",
                format!(
                    "the shape is `{}`, this program reads `{SCHEMA}`",
                    campaign.schema
                ),
            );
        }
        let plain = !campaign.id.is_empty()
            && campaign.id.len() <= 64
            && campaign
                .id
                .bytes()
                .all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-');
        if !plain {
            self.grave(
                "/id",
                "write the id in small letters, digits and hyphens, at most 64",
            );
        }
        if file_stem.is_some_and(|stem| stem != campaign.id) {
            self.light("/id", format!("the file is not called `{}.json`", campaign.id));
        }
        if campaign.sources.is_empty() {
            self.grave("/sources", "no source is named; a campaign is somebody's report");
        } else if campaign.sources.len() == 1 && campaign.class != Class::FalsePositive {
            self.light(
                "/sources",
                "one source alone tells it; a second, independent one makes it firm",
            );
        }
        let mut last: Option<Timestamp> = None;
        for (at, moment) in campaign.timeline.iter().enumerate() {
            match Timestamp::parse(&moment.at) {
                Ok(moment) => {
                    if last.is_some_and(|last| moment < last) {
                        self.light(
                            format!("/timeline/{at}/at"),
                            "it is earlier than the moment before it",
                        );
                    }
                    last = Some(moment);
                }
                Err(_)
                    if Timestamp::parse(&format!("{}-01", moment.at)).is_ok()
                        || Timestamp::parse(&format!("{}-01-01", moment.at)).is_ok() => {}
                Err(_) => self.grave(
                    format!("/timeline/{at}/at"),
                    "write RFC 3339 in UTC, or a date, month or year",
                ),
            }
        }
        if !campaign
            .timeline
            .iter()
            .any(|moment| moment.what == "first bad release published")
        {
            self.light(
                "/timeline",
                "no moment is called `first bad release published`, so its beginning is not known",
            );
        }
        if campaign.remediation.is_empty() {
            self.light("/remediation", "nothing says what was done or what to do");
        }
    }

    fn packages(&mut self, campaign: &Campaign) {
        let mut seen = HashSet::new();
        for (at, package) in campaign.packages.iter().enumerate() {
            let place = format!("/packages/{at}");
            if PackageName::parse(&package.name).is_err() {
                self.grave(
                    format!("{place}/name"),
                    format!("`{}` is no package name", package.name),
                );
            }
            if !seen.insert(&package.name) {
                self.grave(&place, format!("`{}` is listed twice", package.name));
            }
            for (version, text) in package
                .versions
                .iter()
                .enumerate()
                .filter(|(_, text)| Version::parse(text).is_err())
            {
                self.grave(
                    format!("{place}/versions/{version}"),
                    format!("`{text}` is no version"),
                );
            }
            if let Some(range) = &package.range
                && Range::parse(range).is_err()
            {
                self.grave(format!("{place}/range"), format!("`{range}` is no range"));
            }
            let says = !package.versions.is_empty() || package.range.is_some() || package.whole;
            if !says && package.note.is_none() {
                self.light(
                    &place,
                    format!(
                        "`{}` can never match: give versions, a range, `whole`, or a note that says why not",
                        package.name
                    ),
                );
            }
            for (digest, text) in package.tarballs.iter().enumerate() {
                self.digest(&format!("{place}/tarballs/{digest}"), text);
            }
        }
    }

    fn digest(&mut self, place: &str, text: &str) {
        if Integrity::parse_hex(text).is_err() {
            self.grave(place, format!("`{text}` is no digest in hexadecimal"));
        }
        if KNOWN_CLEAN.contains(&text) {
            self.grave(
                place,
                "this digest is of harmless bytes; block the name, not the bytes",
            );
        }
    }

    fn indicators(&mut self, campaign: &Campaign) {
        for (at, indicator) in campaign.indicators.iter().enumerate() {
            let place = format!("/indicators/{at}/value");
            match indicator.kind {
                IndicatorKind::Hash => self.digest(&place, &indicator.value),
                IndicatorKind::Domain | IndicatorKind::Ip if refang(&indicator.value) == indicator.value => {
                    self.grave(
                        place,
                        format!("`{}` can be clicked: write `[.]` for its dots", indicator.value),
                    );
                }
                _ if indicator.value.trim().is_empty() => self.grave(place, "it is empty"),
                _ => {}
            }
        }
    }

    fn claims(&mut self, campaign: &Campaign) {
        for (at, claim) in campaign.attribution.iter().enumerate() {
            if claim.by.is_none() {
                self.light(
                    format!("/attribution/{at}"),
                    format!(
                        "nobody is named as saying that it was {}; an actor is only ever quoted",
                        claim.actor
                    ),
                );
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn grave(change: impl Fn(&mut serde_json::Value)) -> Vec<String> {
        let mut value = serde_json::json!({
            "schema": SCHEMA, "id": "left-2026", "name": "left", "class": "hijack", "confidence": "high", "vector": "x",
            "execution": {"when": ["install"], "detail": "x"}, "sources": ["https://reports.example/1"],
            "packages": [{"name": "left", "versions": ["1.0.1"]}], "indicators": [{"kind": "domain", "value": "a[.]example"}],
        });
        change(&mut value);
        lint(&value.to_string(), None)
            .1
            .into_iter()
            .filter(|lint| lint.grave)
            .map(|lint| lint.at)
            .collect()
    }

    #[test]
    fn a_sound_file_has_nothing_grave() {
        assert!(grave(|_| {}).is_empty());
    }

    #[test]
    fn each_fault_is_told_at_its_place() {
        assert_eq!(
            grave(|v| v["packages"][0]["versions"][0] = "later".into()),
            ["/packages/0/versions/0"]
        );
        assert_eq!(
            grave(|v| v["packages"][0]["tarballs"] = serde_json::json!(["xyz"])),
            ["/packages/0/tarballs/0"]
        );
        assert_eq!(
            grave(|v| v["indicators"][0]["value"] = "a.example".into()),
            ["/indicators/0/value"]
        );
        assert_eq!(grave(|v| v["id"] = "Left".into()), ["/id"]);
        assert_eq!(grave(|v| v["sources"] = serde_json::json!([])), ["/sources"]);
        assert_eq!(
            grave(|v| v["packages"][0]["tarballs"] = serde_json::json!([KNOWN_CLEAN[0]])),
            ["/packages/0/tarballs/0"]
        );
        assert_eq!(grave(|v| v["surprise"] = 1.into()), [""]);
    }

    #[test]
    fn the_built_in_campaigns_have_nothing_grave() {
        for campaign in cleanbill_feeds::pack::campaigns().unwrap() {
            let text = serde_json::to_string(&campaign).unwrap();
            let grave: Vec<Lint> = lint(&text, Some(&campaign.id))
                .1
                .into_iter()
                .filter(|lint| lint.grave)
                .collect();
            assert!(grave.is_empty(), "{}: {grave:?}", campaign.id);
        }
    }
}
