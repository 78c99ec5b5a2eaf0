//! A comparison as JSON, schema `cleanbill.update-check/v1`, and in lines for a terminal.
use std::fmt::Write as _;

use cleanbill_model::{Level, Untrusted};
use cleanbill_report::escape::terminal;
use serde_json::{Value, json};

use crate::{
    compare::{Came, Comparison},
    weigh::worst,
};

/// As JSON.
#[must_use]
pub fn json(comparison: &Comparison) -> Value {
    json!({
        "schema": "cleanbill.update-check/v1",
        "as_of": comparison.as_of.to_string(),
        "lockfile": &*comparison.head,
        "verdict": comparison.verdict().as_str(),
        "came": comparison.came.iter().map(came).collect::<Vec<_>>(),
        "went": comparison.went.iter().map(ToString::to_string).collect::<Vec<_>>(),
        "repinned": comparison.repinned.iter().map(|pin| json!({"purl": pin.purl.to_string(), "what": pin.what, "line": pin.line})).collect::<Vec<_>>(),
    })
}

fn came(came: &Came) -> Value {
    let texts = |texts: &[Untrusted]| texts.iter().map(|text| text.raw().to_owned()).collect::<Vec<_>>();
    json!({
        "purl": came.purl.to_string(),
        "from": came.from.as_ref().map(|version| version.as_str()),
        "verdict": came.judgement.verdict.as_str(),
        "until": came.judgement.until.map(|moment| moment.to_string()),
        "findings": came.judgement.findings.iter().filter(|f| f.level > Level::Note).map(|f| json!({
            "audit": f.signal.audit.0, "level": f.level.as_str(), "title": f.signal.title.raw(), "waived": f.waived,
        })).collect::<Vec<_>>(),
        "capabilities": came.judgement.capabilities,
        "fixes": texts(&came.fixes),
        "changes": texts(&came.changes),
        "line": came.line,
    })
}

/// In lines.
#[must_use]
pub fn human(comparison: &Comparison) -> String {
    let mut out = String::new();
    let mut line = |text: &str| {
        let _ = writeln!(out, "{}", terminal::line(text));
    };
    for pin in &comparison.repinned {
        line(&format!(
            "{} (line {}): same version, and {}",
            pin.purl.spec(),
            pin.line,
            pin.what
        ));
    }
    for came in &comparison.came {
        let from = came
            .from
            .as_ref()
            .map_or_else(|| "new".to_owned(), |from| format!("from {from}"));
        line(&format!(
            "{} ({from}): {}",
            came.purl.spec(),
            came.judgement.verdict.as_str()
        ));
        let worst = worst(&came.judgement);
        for text in std::iter::once(worst.as_str())
            .filter(|text| !text.is_empty())
            .chain(came.changes.iter().map(Untrusted::raw))
        {
            line(&format!("  {text}"));
        }
        for id in &came.fixes {
            line(&format!("  fixes {}", id.raw()));
        }
    }
    for purl in &comparison.went {
        line(&format!("{}: gone", purl.spec()));
    }
    line(&format!(
        "{} came, {} went: {}",
        comparison.came.len(),
        comparison.went.len(),
        comparison.verdict().as_str()
    ));
    out
}
