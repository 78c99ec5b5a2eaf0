//! One release rehearsed: unpacked, played on invented machines, and what was proven. A pure function that a
//! worker runs; nothing here has a host.
use std::{
    collections::BTreeMap,
    panic::{AssertUnwindSafe, catch_unwind},
};

use cleanbill_npm::tarball::{Limits, unpack};
use cleanbill_rehearsal::{
    Budget, Entry, RehearsalFact, RehearsalInput, Trace, entries_of, findings, rehearse_all,
};
use serde::{Deserialize, Serialize};

/// Instructions a rehearsal may spend where it stands beside the reading: half of what one asked for alone may.
const BESIDE_INSTRUCTIONS: usize = 10_000_000;

/// What a rehearsal showed.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct Rehearsed {
    /// What happened, machine by machine.
    pub traces: Vec<Trace>,
    /// What that proves.
    pub facts: Vec<RehearsalFact>,
    /// Why there is nothing, where there is nothing.
    pub problem: Option<String>,
}

impl Rehearsed {
    /// Nothing, for a reason.
    pub(crate) fn without(problem: &str) -> Self {
        Self {
            problem: Some(problem.to_owned()),
            ..Self::default()
        }
    }
}

/// What of a release is to be played.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Part {
    /// These; where there are none, whatever the manifest starts.
    pub entries: Vec<Entry>,
    /// What an import loads, beside the entries named.
    pub imports: bool,
    /// It stands beside a reading, and spends less.
    pub beside: bool,
}

/// Rehearses a tarball's release.
#[must_use]
pub fn rehearse_tarball(bytes: &[u8], part: &Part) -> Rehearsed {
    let unpacked = unpack(bytes, &Limits::default());
    let Some(manifest) = unpacked
        .file("package.json")
        .map(|file| String::from_utf8_lossy(&file.bytes).into_owned())
    else {
        return Rehearsed {
            problem: Some("the tarball has no package.json".into()),
            ..Rehearsed::default()
        };
    };
    let files: BTreeMap<String, Vec<u8>> = unpacked
        .files
        .into_iter()
        .map(|file| (file.path, file.bytes))
        .collect();
    let parsed = serde_json::from_str::<serde_json::Value>(&manifest).ok();
    let text = |key: &str| {
        let found = parsed.as_ref().and_then(|manifest| manifest.get(key)?.as_str());
        found.map(str::to_owned)
    };
    let mut input = RehearsalInput {
        name: text("name").unwrap_or_else(|| "package".to_owned()),
        version: text("version").unwrap_or_default(),
        manifest,
        files,
        seed: 1,
        ..RehearsalInput::default()
    };
    input.entries.clone_from(&part.entries);
    if part.imports {
        let imports = entries_of(&input).into_iter();
        input
            .entries
            .extend(imports.filter(|entry| matches!(entry, Entry::Import { .. })));
    }
    if part.beside && input.entries.is_empty() {
        return Rehearsed::default();
    }
    let mut budget = Budget::default();
    if part.beside {
        budget.instructions = BESIDE_INSTRUCTIONS;
    }
    match catch_unwind(AssertUnwindSafe(|| rehearse_all(&input, &budget))) {
        Ok(traces) => Rehearsed {
            facts: findings(&traces),
            traces,
            problem: None,
        },
        Err(_) => Rehearsed {
            problem: Some("the stage broke off; this is our fault".into()),
            ..Rehearsed::default()
        },
    }
}
