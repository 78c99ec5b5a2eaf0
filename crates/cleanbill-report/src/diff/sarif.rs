//! A comparison as SARIF 2.1.0: a new chain is a result with its code flow, every other change one with its places.
//! Places lie inside the new release, under a name of their own, so no viewer takes them for files of the project.
//! Format: OASIS Static Analysis Results Interchange Format 2.1.0.
use std::collections::BTreeSet;

use cleanbill_model::{Evidence, Level};
use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};

use super::{DiffChain, DiffChange, DiffReport};
use crate::{
    escape::{
        json::pretty,
        sarif::{message, uri},
    },
    format::RenderError,
};

/// Most results one file may hold for the services that read it.
const MAX_RESULTS: usize = 5_000;
/// Paths inside the new release hang under this name.
const RELEASE: &str = "RELEASE";
/// The name of a place that has none; a URI may not be empty.
const NOWHERE: &str = "unnamed";

pub(super) fn draw(report: &DiffReport) -> Result<String, RenderError> {
    let ids: BTreeSet<String> = report
        .chains
        .iter()
        .map(chain_rule)
        .chain(report.changes.iter().map(change_rule))
        .collect();
    let ids: Vec<String> = ids.into_iter().collect();
    let chains = report.chains.iter().map(|chain| of_chain(chain, report, &ids));
    let changes = report
        .changes
        .iter()
        .map(|change| of_change(change, report, &ids));
    let results: Vec<Value> = chains.chain(changes).take(MAX_RESULTS).collect();
    let notes: Vec<Value> = report
        .unassessed
        .iter()
        .map(|missed| {
            let file = missed.file.as_ref().map(|file| format!("{}: ", file.raw()));
            let text = format!(
                "not assessed: {}{}",
                file.unwrap_or_default(),
                missed.reason.raw()
            );
            json!({"level": "error", "message": {"text": message(&text)}})
        })
        .collect();
    Ok(pretty(&json!({
        "$schema": "https://json.schemastore.org/sarif-2.1.0.json",
        "version": "2.1.0",
        "runs": [{
            "tool": {"driver": {
                "name": "cleanbill",
                "version": report.tool_version,
                "rules": ids.iter().map(|id| rule(id)).collect::<Vec<_>>(),
            }},
            "invocations": [{"executionSuccessful": true, "toolExecutionNotifications": notes}],
            "columnKind": "unicodeCodePoints",
            "results": results,
        }],
    }))?)
}

fn chain_rule(chain: &DiffChain) -> String {
    format!("new-chain/{}", chain.id)
}

fn change_rule(change: &DiffChange) -> String {
    format!("new-{}", change.kind)
}

fn rule(id: &str) -> Value {
    let text = match id.strip_prefix("new-chain/") {
        Some(chain) => format!("a flow of the kind {chain} that the release before did not have"),
        None => format!(
            "a change of the kind {} against the release before",
            id.strip_prefix("new-").unwrap_or(id)
        ),
    };
    json!({
        "id": id,
        "shortDescription": {"text": message(&text)},
        "properties": {"tags": ["security", "supply-chain"]},
    })
}

fn of_chain(chain: &DiffChain, report: &DiffReport, ids: &[String]) -> Value {
    let text = format!(
        "{} has a chain {} did not have: {}. {}.",
        report.new.spec(),
        report.old.spec(),
        chain.title(),
        chain.ending()
    );
    let level = match chain.level {
        Level::Block | Level::Quarantine => "error",
        Level::Warn => "warning",
        Level::Note => "note",
    };
    let mut value = result(&chain_rule(chain), level, &text, &chain.steps, report, ids);
    if !chain.steps.is_empty() {
        let locations: Vec<Value> = chain
            .steps
            .iter()
            .map(|step| json!({"location": location(step, true)}))
            .collect();
        insert(
            &mut value,
            "codeFlows",
            json!([{"threadFlows": [{"locations": locations}]}]),
        );
    }
    value
}

fn of_change(change: &DiffChange, report: &DiffReport, ids: &[String]) -> Value {
    let text = format!("{}: {}.", report.new.spec(), change.note.raw());
    let level = if change.counts { "warning" } else { "note" };
    let mut value = result(&change_rule(change), level, &text, &change.steps, report, ids);
    if change.steps.len() > 1 {
        let others: Vec<Value> = change
            .steps
            .iter()
            .skip(1)
            .map(|step| location(step, true))
            .collect();
        insert(&mut value, "relatedLocations", json!(others));
    }
    value
}

fn result(
    rule: &str,
    level: &str,
    text: &str,
    steps: &[Evidence],
    report: &DiffReport,
    ids: &[String],
) -> Value {
    // The sink is what a reader opens first; a change without a place stands at the manifest.
    let place = steps.iter().rev().find(|step| step.file.is_some());
    let place = place.map_or_else(
        || location(&Evidence::default().file("package.json").at(1, 1), false),
        |step| location(step, false),
    );
    json!({
        "ruleId": rule,
        "ruleIndex": ids.iter().position(|id| id == rule),
        "level": level,
        "message": {"text": message(text)},
        "locations": [place],
        "partialFingerprints": {"cleanbill/v1": fingerprint(rule, text)},
        "properties": {"old": report.old.spec(), "new": report.new.spec()},
    })
}

fn insert(value: &mut Value, key: &str, inner: Value) {
    if let Some(object) = value.as_object_mut() {
        object.insert(key.to_owned(), inner);
    }
}

fn location(step: &Evidence, told: bool) -> Value {
    let path = step.file.as_ref().map_or("", |file| file.raw());
    let path = uri(path);
    let path = if path.is_empty() { NOWHERE } else { &path };
    let mut physical = json!({"artifactLocation": {"uri": path, "uriBaseId": RELEASE}});
    if let Some(line) = step.line {
        let region = json!({"startLine": line.max(1), "startColumn": step.column.unwrap_or(1).max(1)});
        insert(&mut physical, "region", region);
    }
    let mut place = json!({"physicalLocation": physical});
    if told {
        let text = match &step.decoded {
            Some(decoded) => format!("{}: {}", step.note.raw(), decoded.raw()),
            None => step.note.raw().to_owned(),
        };
        insert(&mut place, "message", json!({"text": message(&text)}));
    }
    place
}

/// The same change of the same two releases keeps its print.
fn fingerprint(rule: &str, text: &str) -> String {
    let mut hash = Sha256::new();
    for part in [rule, text] {
        hash.update(part.len().to_le_bytes());
        hash.update(part);
    }
    hash.finalize()
        .iter()
        .take(16)
        .map(|byte| format!("{byte:02x}"))
        .collect()
}
