//! A gate's own log: which machine was handed which release, and when.
//! It reads the log's lines as they are written and leaves their chain to whoever keeps it.
use std::collections::HashSet;

use cleanbill_intel::Reach;
use cleanbill_model::{Integrity, Timestamp};
use serde::Deserialize;

use crate::{
    Hunted, Sighting, Source, Watch, git,
    read::{release, seen},
    sighting::clipped,
};

/// A line as `gate log` writes it; the entry alone is read as well.
#[derive(Deserialize)]
struct Line<'a> {
    #[serde(borrow)]
    entry: Entry<'a>,
}

#[derive(Deserialize)]
struct Entry<'a> {
    at: Timestamp,
    #[serde(borrow)]
    kind: std::borrow::Cow<'a, str>,
    #[serde(borrow)]
    who: std::borrow::Cow<'a, str>,
    #[serde(borrow, default)]
    name: Option<std::borrow::Cow<'a, str>>,
    #[serde(borrow, default)]
    version: Option<std::borrow::Cow<'a, str>>,
    #[serde(borrow, default)]
    content: Option<std::borrow::Cow<'a, str>>,
}

/// What one line says of the campaigns. `None` where it is no line of a gate's log.
pub(crate) fn line(watch: &Watch, text: &str, shown: &str) -> Option<Vec<Sighting>> {
    let text = text.trim();
    if !text.starts_with('{') {
        return None;
    }
    let entry = match serde_json::from_str::<Line<'_>>(text) {
        Ok(line) => line.entry,
        Err(_) => serde_json::from_str::<Entry<'_>>(text).ok()?,
    };
    let who = clipped(&entry.who);
    let (reach, what) = match &*entry.kind {
        "served" => (Reach::Fetched, format!("the gate handed it to {who}")),
        "found-bad" => (
            Reach::Fetched,
            format!("the gate had handed it out before it was known to be bad, as {who} was told"),
        ),
        "refused" => (Reach::Named, format!("the gate refused it to {who}")),
        "locked" => (
            Reach::Pinned,
            "a project had locked it before the gate came".to_owned(),
        ),
        _ => return Some(Vec::new()),
    };
    let (Some(name), Some(version)) = (&entry.name, &entry.version) else {
        return Some(Vec::new());
    };
    let told = seen(reach, Source::Gate, shown, what, Some(entry.at));
    let mut found = release(watch, name, version, &told);
    let integrity = entry
        .content
        .as_deref()
        .and_then(|text| Integrity::parse(text).ok());
    for (campaign, label) in integrity.iter().flat_map(|integrity| watch.by_digest(integrity)) {
        if !found.iter().any(|seen| seen.campaign == campaign) {
            found.push(Sighting {
                campaign,
                release: Some((name.to_string(), version.to_string())),
                note: format!("{}; its digest is that of {label}", told.note),
                ..told.clone()
            });
        }
    }
    Some(found)
}

/// What was told of a log so far: campaign, release, and what happened to whom.
#[derive(Debug, Default)]
pub struct Told(HashSet<Key>);

type Key = (usize, Option<(String, String)>, String);

impl Hunted {
    /// Adds what a gate's log says, entry by entry: the same machine and release once, at its first time.
    pub fn add_gate_log<'a>(
        &mut self,
        watch: &Watch,
        entries: impl IntoIterator<Item = &'a str>,
        shown: &str,
        told: &mut Told,
    ) {
        let mut found = git::Found::default();
        for text in entries {
            let Some(sightings) = line(watch, text, shown) else {
                continue;
            };
            found.looked.gate_entries += 1;
            for sighting in sightings {
                if told
                    .0
                    .insert((sighting.campaign, sighting.release.clone(), sighting.note.clone()))
                {
                    found.sightings.push(sighting);
                }
            }
        }
        self.add(found);
        self.sort();
    }
}
