//! One release rehearsed: unpacked, played on invented machines, and what was proven. A pure function that a
//! worker runs; nothing here has a host.
use std::{
    collections::BTreeMap,
    panic::{AssertUnwindSafe, catch_unwind},
};

use cleanbill_npm::tarball::{Limits, unpack};
use cleanbill_rehearsal::{Budget, RehearsalFact, RehearsalInput, Trace, findings, rehearse_all};
use serde::{Deserialize, Serialize};

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

/// Rehearses a tarball's release.
#[must_use]
pub fn rehearse_tarball(bytes: &[u8]) -> Rehearsed {
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
    let name = serde_json::from_str::<serde_json::Value>(&manifest).ok();
    let name = name
        .as_ref()
        .and_then(|manifest| manifest.get("name")?.as_str())
        .unwrap_or("package")
        .to_owned();
    let input = RehearsalInput {
        name,
        manifest,
        files,
        seed: 1,
        ..RehearsalInput::default()
    };
    match catch_unwind(AssertUnwindSafe(|| rehearse_all(&input, &Budget::default()))) {
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
