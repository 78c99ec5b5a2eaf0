//! A campaign as a layer for ATT&CK's Navigator: its techniques, with the signals that stand for each.
//! Format: layer 4.5. The score is the number of bad releases, not a measure of harm.
use cleanbill_feeds::campaign::Campaign;
use cleanbill_hunt::exchange::title;
use cleanbill_intel::technique::techniques;
use serde_json::{Value, json};

/// The layer.
#[must_use]
pub fn layer(campaign: &Campaign) -> Value {
    let (each, whole) = super::releases(campaign);
    let score = (each + whole).max(1);
    let techniques: Vec<Value> = techniques(campaign.signals.iter().map(String::as_str))
        .into_iter()
        .map(|(id, words, signals)| {
            let comment = if signals.is_empty() {
                words.to_owned()
            } else {
                format!("{words}: {}", signals.join(", "))
            };
            json!({"techniqueID": id, "score": score, "comment": comment, "enabled": true})
        })
        .collect();
    json!({
        "name": campaign.id,
        "versions": {"layer": "4.5", "navigator": "5.1.0", "attack": "17"},
        "domain": "enterprise-attack",
        "description": title(campaign),
        "techniques": techniques,
        "gradient": {"colors": ["#fce8e6", "#b3261e"], "minValue": 0, "maxValue": score},
        "legendItems": [{"label": "seen in this campaign", "color": "#b3261e"}],
        "showTacticRowBackground": false,
        "hideDisabled": false,
    })
}
