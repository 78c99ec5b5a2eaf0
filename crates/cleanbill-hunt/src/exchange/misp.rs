//! A campaign as one MISP event, importable as it is.
//! What honest software shares with the campaign is sent with `to_ids` off.
use cleanbill_feeds::campaign::{Campaign, IndicatorKind};
use cleanbill_intel::{Trace, indicator::Weight, refang, trace_of};
use cleanbill_model::{Confidence, Timestamp};
use serde_json::{Value, json};

use super::{OURS, algorithm, uuid};

/// The event.
#[must_use]
pub fn event(campaign: &Campaign, made: Timestamp) -> Value {
    let (first, _) = super::span(campaign);
    let mut attributes = Vec::new();
    let mut push = |kind: &str, category: &str, value: &str, to_ids: bool, comment: &str| {
        attributes.push(json!({
            "uuid": uuid(OURS, &format!("misp {} {kind} {value}", campaign.id)),
            "type": kind, "category": category, "value": value, "to_ids": to_ids, "comment": comment,
        }));
    };
    for package in &campaign.packages {
        for version in &package.versions {
            push(
                "text",
                "Payload delivery",
                &super::purl(&package.name, Some(version)),
                false,
                "malicious release",
            );
        }
        if package.whole {
            push(
                "text",
                "Payload delivery",
                &super::purl(&package.name, None),
                false,
                "malicious in every version",
            );
        }
    }
    for indicator in &campaign.indicators {
        let value = refang(&indicator.value);
        let comment = indicator.label.as_deref().unwrap_or_default();
        match indicator.kind {
            IndicatorKind::Domain => push("domain", "Network activity", &value, true, comment),
            IndicatorKind::Ip => push("ip-dst", "Network activity", &value, true, comment),
            IndicatorKind::Email => push(
                "email-src",
                "Payload delivery",
                &value,
                false,
                "account of the publisher",
            ),
            IndicatorKind::NpmUser => push("text", "Other", &value, false, "account on the registry"),
            IndicatorKind::VictimUser => push(
                "text",
                "Other",
                &value,
                false,
                "account of somebody who was robbed",
            ),
            IndicatorKind::Hash => {
                if let Some(algorithm) = algorithm(&value) {
                    push(
                        &algorithm.replace('-', "").to_ascii_lowercase(),
                        "Payload delivery",
                        &value,
                        true,
                        comment,
                    );
                }
            }
            IndicatorKind::File => match trace_of(&value) {
                Trace::Path { segments, weight } => {
                    let name = segments.last().map_or(value.as_str(), String::as_str);
                    push(
                        "filename",
                        "Artifacts dropped",
                        name,
                        weight == Weight::Telling,
                        &value,
                    );
                }
                Trace::ByHand(words) => push("text", "Artifacts dropped", &words, false, comment),
            },
        }
    }
    for url in &campaign.sources {
        push("link", "External analysis", url, false, "");
    }
    for claim in &campaign.attribution {
        let words = format!(
            "attributed by {} to {}",
            claim.by.as_deref().unwrap_or("somebody not named"),
            claim.actor
        );
        push("text", "Attribution", &words, false, "a claim, quoted");
    }
    json!({"Event": {
        "uuid": uuid(OURS, &format!("misp event {}", campaign.id)),
        "info": super::title(campaign),
        "date": first.unwrap_or(made).to_string().get(..10).unwrap_or_default(),
        "timestamp": (made.as_millis() / 1000).to_string(),
        "threat_level_id": match campaign.confidence { Confidence::High => "1", Confidence::Medium => "2", Confidence::Low => "3" },
        "analysis": "2",
        "distribution": "0",
        "published": false,
        "Tag": [{"name": "tlp:clear"}],
        "Attribute": attributes,
    }})
}
