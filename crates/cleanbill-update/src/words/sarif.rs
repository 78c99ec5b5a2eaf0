//! A comparison as SARIF 2.1.0, so that code scanning shows it on the lines of the lockfile.
//! It repeats findings and decides nothing.
use std::collections::BTreeMap;

use cleanbill_model::{Level, Verdict};
use cleanbill_report::escape::sarif::{message, uri};
use serde_json::{Value, json};

use crate::compare::Comparison;

/// The rule for an entry whose pin changed.
const REPINNED: &str = "lockfile-pin-changed";
/// The rule for what a release newly does.
const CHANGED: &str = "release-does-more";

/// Draws it.
#[must_use]
pub fn comparison(comparison: &Comparison) -> Value {
    let mut rules: BTreeMap<String, String> = BTreeMap::new();
    let mut results = Vec::new();
    let mut add = |rule: &str, title: &str, level: &str, text: String, line: u32| {
        rules.entry(rule.to_owned()).or_insert_with(|| title.to_owned());
        results.push(json!({
            "ruleId": rule,
            "level": level,
            "message": {"text": message(&text)},
            "locations": [{"physicalLocation": {
                "artifactLocation": {"uri": uri(&comparison.head)},
                "region": {"startLine": line.max(1)},
            }}],
        }));
    };
    for pin in &comparison.repinned {
        let text = format!("{} keeps its version, and {}", pin.purl.spec(), pin.what);
        add(
            REPINNED,
            "an entry keeps its version and changes its pin",
            "error",
            text,
            pin.line,
        );
    }
    for came in &comparison.came {
        for finding in came
            .judgement
            .findings
            .iter()
            .filter(|f| !f.waived && f.level > Level::Note)
        {
            let level = if finding.level >= Level::Quarantine {
                "error"
            } else {
                "warning"
            };
            let signal = &finding.signal;
            let text = format!(
                "{}: {} {}",
                came.purl.spec(),
                signal.title.raw(),
                signal.what.raw()
            );
            add(signal.audit.0, "see `cleanbill explain`", level, text, came.line);
        }
        if came.judgement.verdict == Verdict::Unassessed {
            add(
                "unassessed",
                "a release could not be assessed",
                "warning",
                format!("{} could not be assessed", came.purl.spec()),
                came.line,
            );
        }
        for change in &came.changes {
            add(
                CHANGED,
                "a release does what the one before did not",
                "note",
                format!("{} {}", came.purl.spec(), change.raw()),
                came.line,
            );
        }
    }
    let rules: Vec<Value> = rules
        .into_iter()
        .map(|(id, title)| json!({"id": id, "shortDescription": {"text": title}}))
        .collect();
    json!({
        "version": "2.1.0",
        "$schema": "https://json.schemastore.org/sarif-2.1.0.json",
        "runs": [{
            "tool": {"driver": {"name": "cleanbill", "version": env!("CARGO_PKG_VERSION"), "rules": rules}},
            "results": results,
        }],
    })
}
