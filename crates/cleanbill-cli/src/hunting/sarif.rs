//! The answer of a hunt as SARIF 2.1.0: a rule for each campaign found, a result for each piece of evidence.
use cleanbill_hunt::{Answer, Sighting};
use cleanbill_intel::Standing;
use cleanbill_report::escape::sarif::{message, uri};
use serde_json::{Value, json};

use super::View;

/// Most results one file may hold for the services that read it.
const MAX_RESULTS: usize = 5_000;

/// Draws it.
///
/// # Errors
/// When it cannot be written as JSON, which is our fault.
pub fn draw(view: &View<'_>) -> Result<String, serde_json::Error> {
    let found: Vec<&Answer<'_>> = view.found().collect();
    let rules: Vec<Value> = found.iter().map(|answer| rule(answer)).collect();
    let results: Vec<Value> = found
        .iter()
        .enumerate()
        .flat_map(|(index, answer)| {
            answer
                .sightings
                .iter()
                .map(move |sighting| result(answer, index, sighting))
        })
        .take(MAX_RESULTS)
        .collect();
    let notifications: Vec<Value> = view
        .hunted
        .unseen
        .iter()
        .map(|place| json!({"level": "warning", "message": {"text": message(&format!("could not look at {}: {}", place.place, place.reason))}}))
        .collect();
    let log = json!({
        "$schema": "https://json.schemastore.org/sarif-2.1.0.json",
        "version": "2.1.0",
        "runs": [{
            "tool": {"driver": {"name": "cleanbill", "version": env!("CARGO_PKG_VERSION"), "rules": rules}},
            "invocations": [{"executionSuccessful": true, "toolExecutionNotifications": notifications}],
            "results": results,
        }],
    });
    cleanbill_report::escape::json::pretty(&log)
}

fn rule(answer: &Answer<'_>) -> Value {
    let steps: Vec<String> = (1..)
        .zip(&answer.steps)
        .map(|(number, step)| format!("{number}. {}", step.text))
        .collect();
    json!({
        "id": format!("campaign/{}", answer.campaign.id),
        "shortDescription": {"text": message(&answer.campaign.name)},
        "help": {"text": message(&steps.join("\n"))},
        "properties": {"security-severity": if answer.standing == Standing::Exposed { "9.5" } else { "5.0" }, "tags": ["security", "supply-chain"]},
    })
}

fn result(answer: &Answer<'_>, index: usize, sighting: &Sighting) -> Value {
    // A place inside a history or an archive is told as the file behind the last colon.
    let file = sighting
        .window
        .as_ref()
        .and_then(|_| sighting.place.rsplit_once(':'))
        .map_or(sighting.place.as_str(), |(_, file)| file);
    let mut words = format!("{}: {}", sighting.reach.as_str(), sighting.note);
    if let Some(window) = &sighting.window {
        let until = window
            .until
            .map_or_else(|| "now".to_owned(), |until| until.to_string());
        if let Some(from) = window.from {
            words.push_str(&format!("; from {from} to {until}"));
        }
    }
    json!({
        "ruleId": format!("campaign/{}", answer.campaign.id),
        "ruleIndex": index,
        "level": if answer.standing == Standing::Exposed { "error" } else { "warning" },
        "message": {"text": message(&words)},
        "locations": [{"physicalLocation": {
            "artifactLocation": {"uri": uri(file)},
            "region": {"startLine": sighting.line.unwrap_or(1).max(1)},
        }}],
    })
}
