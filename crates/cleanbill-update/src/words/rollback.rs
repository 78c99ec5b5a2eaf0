//! A way back in words: what turned bad, which set nothing is known against, what changes with it.
//! It draws what it is given.
use std::{fmt::Write as _, sync::Arc};

use cleanbill_model::{Purl, Timestamp, Untrusted, Verdict};
use cleanbill_report::escape::terminal;
use serde_json::{Value, json};

use super::json::Applied;

/// The schema's name.
pub const SCHEMA: &str = "cleanbill.update-rollback/v1";

/// A release that turned bad.
#[derive(Clone, Debug)]
pub struct Bad {
    /// The release.
    pub purl: Purl,
    /// What is thought of it now.
    pub verdict: Verdict,
    /// Why.
    pub why: Untrusted,
}

/// A way back.
#[derive(Clone, Debug)]
pub struct Rollback {
    /// The lockfile.
    pub lockfile: Arc<str>,
    /// What of it turned bad; nothing is done where nothing did.
    pub bad: Vec<Bad>,
    /// When the set was looked at that is gone back to; `None` where none is good.
    pub taken: Option<Timestamp>,
    /// Releases that come back.
    pub came: Vec<String>,
    /// Releases that go.
    pub went: Vec<String>,
    /// Sets that were no better, each with one release that is known against it.
    pub passed_over: Vec<(Timestamp, String)>,
    /// What was done.
    pub applied: Option<Applied>,
}

/// For people.
#[must_use]
pub fn human(told: &Rollback) -> String {
    let mut out = String::new();
    let mut line = |text: String| {
        let _ = writeln!(out, "{}", terminal::line(&text));
    };
    if told.bad.is_empty() {
        line(format!(
            "{}: nothing in it turned bad; there is nothing to roll back from",
            told.lockfile
        ));
        return out;
    }
    for bad in &told.bad {
        line(format!(
            "{} is {}: {}",
            bad.purl.spec(),
            bad.verdict.as_str(),
            bad.why.raw()
        ));
    }
    for (taken, spec) in &told.passed_over {
        line(format!(
            "not the set of {taken}: it has {spec}, which is no better"
        ));
    }
    match told.taken {
        None => {
            line("no set is known here that nothing is known against; `cleanbill update` looks for other versions".into());
        }
        Some(taken) => {
            line(format!(
                "the last set that nothing is known against is that of {taken}"
            ));
            for (label, list) in [("comes back", &told.came), ("goes", &told.went)] {
                if !list.is_empty() {
                    line(format!("  {label}: {}", list.join(", ")));
                }
            }
            match &told.applied {
                Some(applied) => line(format!(
                    "changed by way of {}: {}",
                    applied.client,
                    applied.files.join(", ")
                )),
                None => line(
                    "nothing was changed; `cleanbill update --roll-back --apply` does it behind a gate"
                        .into(),
                ),
            }
        }
    }
    out
}

/// For machines.
#[must_use]
pub fn json(told: &Rollback) -> Value {
    json!({
        "schema": SCHEMA,
        "lockfile": &*told.lockfile,
        "bad": told.bad.iter().map(|bad| json!({"purl": bad.purl.to_string(), "verdict": bad.verdict.as_str(), "why": bad.why.raw()})).collect::<Vec<_>>(),
        "to": told.taken.map(|taken| taken.to_string()),
        "came": told.came,
        "went": told.went,
        "passed_over": told.passed_over.iter().map(|(taken, spec)| json!({"taken": taken.to_string(), "has": spec})).collect::<Vec<_>>(),
        "applied": told.applied,
    })
}
