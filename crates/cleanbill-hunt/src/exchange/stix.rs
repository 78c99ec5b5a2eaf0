//! Campaigns as one STIX 2.1 bundle: a campaign, what indicates it, and notes that quote who says what.
//! An actor is never an object of its own: a claim is a note with its speaker as author.
use cleanbill_feeds::campaign::{Campaign, Indicator, IndicatorKind};
use cleanbill_intel::refang;
use cleanbill_model::{Confidence, Timestamp};
use serde_json::{Map, Value, json};

use super::{OURS, algorithm, stix_time, uuid};

/// The bundle. `made` dates the objects; nothing else of it depends on the clock.
#[must_use]
pub fn bundle(campaigns: &[&Campaign], made: Timestamp) -> Value {
    let producer = id("identity", "cleanbill");
    let mut objects = vec![json!({
        "type": "identity", "spec_version": "2.1", "id": producer, "created": stix_time(made), "modified": stix_time(made),
        "name": "Cleanbill campaign pack", "identity_class": "system",
    })];
    for campaign in campaigns {
        Bundling {
            campaign,
            made: stix_time(made),
            producer: &producer,
            objects: &mut objects,
        }
        .add();
    }
    let names: Vec<&str> = campaigns.iter().map(|campaign| campaign.id.as_str()).collect();
    json!({"type": "bundle", "id": id("bundle", &names.join(" ")), "objects": objects})
}

fn id(kind: &str, name: &str) -> String {
    format!("{kind}--{}", uuid(OURS, &format!("{kind} {name}")))
}

struct Bundling<'a> {
    campaign: &'a Campaign,
    made: String,
    producer: &'a str,
    objects: &'a mut Vec<Value>,
}

impl Bundling<'_> {
    fn add(mut self) {
        let campaign = self.campaign;
        let id = id("campaign", &campaign.id);
        let (first, last) = super::span(campaign);
        let mut fields = json!({
            "name": super::title(campaign),
            "description": format!("How they got in: {}. When the code ran: {}.", campaign.vector, campaign.execution.detail),
            "aliases": campaign.aliases,
            "labels": [campaign.id],
            "external_references": campaign.sources.iter().map(|url| json!({"source_name": "report", "url": url})).collect::<Vec<_>>(),
        });
        // Lists must not be empty in STIX.
        if let Some(fields) = fields.as_object_mut() {
            fields.retain(|_, value| value.as_array().is_none_or(|list| !list.is_empty()));
            if let Some(first) = first {
                fields.insert("first_seen".into(), stix_time(first).into());
            }
            if let Some(last) = last {
                fields.insert("last_seen".into(), stix_time(last).into());
            }
        }
        self.push("campaign", &id, fields);
        for package in &campaign.packages {
            let name = quoted(&package.name);
            let pattern = match package.versions.as_slice() {
                [] if package.whole => format!("[software:name = {name}]"),
                [] => continue,
                [one] => format!("[software:name = {name} AND software:version = {}]", quoted(one)),
                many => {
                    let versions: Vec<String> = many.iter().map(|version| quoted(version)).collect();
                    format!(
                        "[software:name = {name} AND software:version IN ({})]",
                        versions.join(", ")
                    )
                }
            };
            self.indicator(
                &id,
                &format!("malicious release of {}", package.name),
                &pattern,
                "malicious-activity",
            );
            for digest in &package.tarballs {
                if let Some(algorithm) = algorithm(digest) {
                    self.indicator(
                        &id,
                        &format!("tarball of {}", package.name),
                        &format!("[file:hashes.'{algorithm}' = {}]", quoted(digest)),
                        "malicious-activity",
                    );
                }
            }
        }
        for indicator in &campaign.indicators {
            if let Some((name, pattern)) = pattern(indicator) {
                self.indicator(&id, &name, &pattern, "malicious-activity");
            }
        }
        for claim in &campaign.attribution {
            let by = claim.by.as_deref().unwrap_or("not named");
            let mut words = format!("Attributed by {by} to {}.", claim.actor);
            if let Some(basis) = &claim.basis {
                words.push_str(&format!(" Basis: {basis}."));
            }
            if let Some(confidence) = &claim.confidence {
                words.push_str(&format!(" Confidence in their words: {confidence}."));
            }
            let note = self::id("note", &format!("{} {by} {}", campaign.id, claim.actor));
            self.push("note", &note, json!({"abstract": "Somebody's attribution, quoted", "content": words, "authors": [by], "object_refs": [id]}));
        }
    }

    fn indicator(&mut self, campaign: &str, name: &str, pattern: &str, kind: &str) {
        let indicator = id("indicator", &format!("{} {pattern}", self.campaign.id));
        // One pattern, one indicator, however often the file tells it.
        if self
            .objects
            .iter()
            .rev()
            .take_while(|object| object.get("id").and_then(Value::as_str) != Some(campaign))
            .any(|object| object.get("id").and_then(Value::as_str) == Some(&indicator))
        {
            return;
        }
        let (first, _) = super::span(self.campaign);
        let from = first.map_or_else(|| self.made.clone(), stix_time);
        self.push("indicator", &indicator, json!({
            "name": name, "description": format!("{name}, of the campaign {}", self.campaign.id), "pattern": pattern, "pattern_type": "stix", "valid_from": from, "indicator_types": [kind],
        }));
        let link = id("relationship", &format!("{indicator} {campaign}"));
        self.push(
            "relationship",
            &link,
            json!({"relationship_type": "indicates", "source_ref": indicator, "target_ref": campaign}),
        );
    }

    fn push(&mut self, kind: &str, id: &str, fields: Value) {
        let mut object = Map::new();
        object.insert("type".into(), kind.into());
        object.insert("spec_version".into(), "2.1".into());
        object.insert("id".into(), id.into());
        object.insert("created_by_ref".into(), self.producer.into());
        object.insert("created".into(), self.made.clone().into());
        object.insert("modified".into(), self.made.clone().into());
        // The standard's own table for low, medium and high.
        object.insert(
            "confidence".into(),
            match self.campaign.confidence {
                Confidence::Low => 15,
                Confidence::Medium => 50,
                Confidence::High => 85,
            }
            .into(),
        );
        if let Value::Object(fields) = fields {
            object.extend(fields);
        }
        self.objects.push(Value::Object(object));
    }
}

fn pattern(indicator: &Indicator) -> Option<(String, String)> {
    let value = refang(&indicator.value);
    let label = |what: &str| {
        indicator
            .label
            .clone()
            .unwrap_or_else(|| format!("{what} of the campaign"))
    };
    Some(match indicator.kind {
        IndicatorKind::Domain => (
            label("domain"),
            format!("[domain-name:value = {}]", quoted(&value)),
        ),
        IndicatorKind::Ip => {
            let kind = if value.contains(':') {
                "ipv6-addr"
            } else {
                "ipv4-addr"
            };
            (label("address"), format!("[{kind}:value = {}]", quoted(&value)))
        }
        IndicatorKind::Hash => (
            label("file"),
            format!("[file:hashes.'{}' = {}]", algorithm(&value)?, quoted(&value)),
        ),
        IndicatorKind::Email => (
            label("mail address"),
            format!("[email-addr:value = {}]", quoted(&value)),
        ),
        IndicatorKind::NpmUser => (
            label("registry account"),
            format!("[user-account:account_login = {}]", quoted(&value)),
        ),
        IndicatorKind::File => match cleanbill_intel::trace_of(&value) {
            cleanbill_intel::Trace::Path {
                segments,
                weight: cleanbill_intel::indicator::Weight::Telling,
            } => (
                label("file"),
                format!("[file:name = {}]", quoted(segments.last()?)),
            ),
            _ => return None,
        },
        // Somebody who was robbed indicates nothing.
        IndicatorKind::VictimUser => return None,
    })
}

/// A string of the pattern language.
fn quoted(text: &str) -> String {
    format!("'{}'", text.replace('\\', "\\\\").replace('\'', "\\'"))
}
