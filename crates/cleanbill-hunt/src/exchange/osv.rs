//! A campaign as one OSV record: what is affected, version by version, and where it is told.
//! Schema: OSV 1.7. A range that OSV cannot say stays a list or is left to the words.
use cleanbill_feeds::campaign::{Campaign, CampaignPackage};
use cleanbill_model::Timestamp;
use serde_json::{Map, Value, json};

/// The record. Packages without anything to match are named in `database_specific` alone.
#[must_use]
pub fn record(campaign: &Campaign, modified: Timestamp) -> Value {
    let (first, _) = super::span(campaign);
    let affected: Vec<Value> = campaign.packages.iter().filter_map(affected).collect();
    let unmatched: Vec<&str> = campaign
        .packages
        .iter()
        .filter(|package| self::affected(package).is_none())
        .map(|package| package.name.as_str())
        .collect();
    let references: Vec<Value> = campaign
        .sources
        .iter()
        .map(|url| json!({"type": "WEB", "url": url}))
        .collect();
    json!({
        "schema_version": "1.7.0",
        "id": format!("CLEANBILL-{}", campaign.id),
        "published": first.unwrap_or(modified).to_string(),
        "modified": modified.to_string(),
        "related": campaign.aliases,
        "summary": format!("Malicious code in the campaign {}", super::title(campaign)),
        "details": format!("How they got in: {}. When the code ran: {}.", campaign.vector, campaign.execution.detail),
        "affected": affected,
        "references": references,
        "database_specific": {"campaign": campaign.id, "confidence": campaign.confidence, "without_versions": unmatched},
    })
}

fn affected(package: &CampaignPackage) -> Option<Value> {
    let mut entry = Map::new();
    entry.insert(
        "package".into(),
        json!({"ecosystem": "npm", "name": package.name, "purl": super::purl(&package.name, None)}),
    );
    if package.whole {
        entry.insert(
            "ranges".into(),
            json!([{"type": "SEMVER", "events": [{"introduced": "0"}]}]),
        );
    } else if let Some(from) = package
        .range
        .as_deref()
        .and_then(|range| range.strip_prefix(">="))
        .filter(|from| !from.contains([' ', '|', '<']))
    {
        entry.insert(
            "ranges".into(),
            json!([{"type": "SEMVER", "events": [{"introduced": from}]}]),
        );
    }
    if !package.versions.is_empty() {
        entry.insert("versions".into(), json!(package.versions));
    }
    entry
        .contains_key("ranges")
        .then_some(())
        .or_else(|| entry.contains_key("versions").then_some(()))?;
    Some(Value::Object(entry))
}
