//! Two readings and their difference made ready to tell. It decides nothing and draws nothing.
use std::collections::{BTreeMap, BTreeSet};

use cleanbill_facts::{Source, source::evidence};
use cleanbill_js::{
    Analysis, Step,
    analysis::Destination,
    delta::{ChangeKind, Delta},
    hosts::registrable,
};
use cleanbill_model::{Evidence, Unassessed};
use cleanbill_report::diff::{
    DiffChain, DiffChange, DiffDependency, DiffFiles, DiffHost, DiffReport, DiffSide,
};
use serde::Serialize;
use serde_json::Value;

use crate::present::VERSION;

/// The maps of a manifest that ask for other packages.
const MAPS: [&str; 5] = [
    "dependencies",
    "optionalDependencies",
    "peerDependencies",
    "bundleDependencies",
    "devDependencies",
];
/// Longest part of a decoded text shown, in characters.
const MAX_DECODED_CHARS: usize = 400;

/// The comparison of two releases, each with what was asked for.
#[must_use]
pub fn comparison(old: (&str, &Source), new: (&str, &Source), delta: &Delta) -> DiffReport {
    let (before, after) = (&old.1.analysis, &new.1.analysis);
    let mut changes: Vec<DiffChange> = delta
        .changes
        .iter()
        // A new chain is told whole, as a chain.
        .filter(|change| {
            change.kind != ChangeKind::Chain || !is_told_as_chain(&change.evidence, after, delta)
        })
        .map(|change| DiffChange {
            kind: word(&change.kind),
            counts: change.counts,
            note: change.note.as_str().into(),
            steps: change.evidence.iter().map(evidence).collect(),
        })
        .collect();
    changes.sort_by_key(|change| !change.counts);
    DiffReport {
        tool_version: VERSION.to_owned(),
        old: side(old.0, old.1),
        new: side(new.0, new.1),
        level: delta.level,
        patch: delta.patch,
        gained: delta.gained.iter().map(word).collect(),
        lost: delta.lost.iter().map(word).collect(),
        chains: chains(after, delta),
        changes,
        hosts: hosts(before, after),
        dependencies: dependencies(old.1, new.1),
        files: files(before, after),
        decoded: decoded(before, after),
        unassessed: after
            .unassessed
            .iter()
            .map(|(file, reason)| Unassessed {
                file: Some(file.as_str().into()),
                reason: reason.as_str().into(),
            })
            .collect(),
    }
}

fn side(asked: &str, source: &Source) -> DiffSide {
    DiffSide {
        asked: asked.into(),
        name: source.analysis.name.as_deref().map(Into::into),
        version: source.analysis.version.as_deref().map(Into::into),
        integrity: source.integrity.clone(),
    }
}

/// A value's word as it stands in JSON.
fn word(value: &impl Serialize) -> String {
    let value = serde_json::to_value(value).unwrap_or_default();
    value.as_str().map_or_else(|| value.to_string(), str::to_owned)
}

/// The steps are the first of a chain the delta calls new.
fn is_told_as_chain(steps: &[Step], after: &Analysis, delta: &Delta) -> bool {
    let fresh: BTreeSet<&str> = delta
        .new_chains
        .iter()
        .map(|(signature, _)| signature.as_str())
        .collect();
    after
        .chains
        .iter()
        .any(|chain| fresh.contains(chain.signature.as_str()) && chain.steps.starts_with(steps))
}

fn chains(after: &Analysis, delta: &Delta) -> Vec<DiffChain> {
    let mut told = BTreeSet::new();
    let mut found: Vec<DiffChain> = delta
        .new_chains
        .iter()
        .filter(|(signature, _)| told.insert(signature.as_str()))
        .filter_map(|(signature, level)| {
            let chain = after.chains.iter().find(|chain| &chain.signature == signature)?;
            let class = chain.host_class.map(|class| class.words().to_owned());
            Some(DiffChain {
                id: chain.id.clone(),
                trigger: chain.trigger.as_str().to_owned(),
                level: *level,
                host: chain
                    .host
                    .as_deref()
                    .map(|host| (host.into(), class.unwrap_or_default())),
                steps: chain.steps.iter().map(evidence).collect(),
            })
        })
        .collect();
    found.sort_by_key(|chain| std::cmp::Reverse(chain.level));
    found
}

/// Hosts by the domain that is bought as one: another name under the same domain is no news.
fn hosts(before: &Analysis, after: &Analysis) -> Vec<DiffHost> {
    let only = |these: &[Destination], others: &[Destination], added: bool| {
        let known: BTreeSet<&str> = others.iter().map(|other| registrable(&other.host)).collect();
        let mut told = BTreeSet::new();
        let fresh = these
            .iter()
            .filter(|one| !known.contains(registrable(&one.host)) && told.insert(one.host.clone()));
        fresh
            .map(|one| DiffHost {
                added,
                host: one.host.as_str().into(),
                class: one.class.words().to_owned(),
                place: Evidence::note("speaks to it")
                    .file(one.file.as_str())
                    .at(one.line.max(1), 1)
                    .decoded(one.url.as_str()),
            })
            .collect::<Vec<_>>()
    };
    let mut found = only(&after.destinations, &before.destinations, true);
    found.extend(only(&before.destinations, &after.destinations, false));
    found
}

fn dependencies(old: &Source, new: &Source) -> Vec<DiffDependency> {
    let mut found = Vec::new();
    for map in MAPS {
        let (before, after) = (requests(old, map), requests(new, map));
        let names: BTreeSet<&String> = before.keys().chain(after.keys()).collect();
        found.extend(names.into_iter().filter_map(|name| {
            let (old, new) = (before.get(name), after.get(name));
            (old != new).then(|| DiffDependency {
                map: map.to_owned(),
                name: name.as_str().into(),
                old: old.map(|range| range.as_str().into()),
                new: new.map(|range| range.as_str().into()),
            })
        }));
    }
    found
}

/// Requests of one map; a list of names, as bundles are told, asks for whatever lies there.
fn requests(source: &Source, map: &str) -> BTreeMap<String, String> {
    let manifest = source.manifest.as_ref();
    let value = |field: &str| manifest.and_then(|manifest| manifest.get(field));
    let value = value(map).or_else(|| (map == "bundleDependencies").then(|| value("bundledDependencies"))?);
    match value {
        Some(Value::Object(requests)) => requests
            .iter()
            .map(|(name, range)| (name.clone(), range.as_str().unwrap_or_default().to_owned()))
            .collect(),
        Some(Value::Array(names)) => names
            .iter()
            .filter_map(|name| Some((name.as_str()?.to_owned(), "bundled".to_owned())))
            .collect(),
        _ => BTreeMap::new(),
    }
}

fn files(before: &Analysis, after: &Analysis) -> Vec<DiffFiles> {
    let mut by_kind: BTreeMap<String, DiffFiles> = BTreeMap::new();
    let had: BTreeMap<&str, u64> = before
        .files
        .iter()
        .map(|file| (file.path.as_str(), file.digest))
        .collect();
    let has: BTreeSet<&str> = after.files.iter().map(|file| file.path.as_str()).collect();
    for file in &after.files {
        let digest = had.get(file.path.as_str());
        if digest == Some(&file.digest) {
            continue;
        }
        let kind = by_kind.entry(word(&file.kind)).or_default();
        let list = if digest.is_some() {
            &mut kind.changed
        } else {
            &mut kind.added
        };
        list.push(file.path.as_str().into());
    }
    for file in before
        .files
        .iter()
        .filter(|file| !has.contains(file.path.as_str()))
    {
        let kind = by_kind.entry(word(&file.kind)).or_default();
        kind.removed.push(file.path.as_str().into());
    }
    by_kind
        .into_iter()
        .map(|(kind, files)| DiffFiles { kind, ..files })
        .collect()
}

/// Decoded layers, and values recovered at the ends of chains, that the old release did not have.
fn decoded(before: &Analysis, after: &Analysis) -> Vec<Evidence> {
    let heads: BTreeSet<&str> = before.layers.iter().map(|layer| layer.head.as_str()).collect();
    let mut told = BTreeSet::new();
    after
        .layers
        .iter()
        .filter(|layer| !heads.contains(layer.head.as_str()) && told.insert(layer.head.as_str()))
        .map(|layer| {
            let head: String = layer.head.chars().take(MAX_DECODED_CHARS).collect();
            evidence(&layer.at).decoded(head)
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use cleanbill_js::analysis::FileFacts;

    use super::*;

    fn source(manifest: &str) -> Source {
        Source {
            manifest: serde_json::from_str(manifest).unwrap(),
            ..Source::default()
        }
    }

    fn told(old: &str, new: &str) -> Vec<String> {
        dependencies(&source(old), &source(new))
            .iter()
            .map(|request| {
                let text = |side: &Option<cleanbill_model::Untrusted>| {
                    side.as_ref().map_or("-", |text| text.raw()).to_owned()
                };
                format!(
                    "{} {} {}",
                    request.name.raw(),
                    text(&request.old),
                    text(&request.new)
                )
            })
            .collect()
    }

    #[test]
    fn requests_come_go_and_change() {
        let found = told(
            r#"{"dependencies":{"a":"1","b":"1"},"bundleDependencies":["c"]}"#,
            r#"{"dependencies":{"b":"2"},"optionalDependencies":{"d":"1"},"bundledDependencies":["c","e"]}"#,
        );
        assert_eq!(found, ["a 1 -", "b 1 2", "d - 1", "e - bundled"]);
        assert!(told(r#"{"dependencies":["a"]}"#, r#"{"dependencies":["a"]}"#).is_empty());
    }

    #[test]
    fn a_file_with_other_bytes_is_changed_and_one_with_the_same_is_not_told() {
        let file = |path: &str, digest: u64| FileFacts {
            path: path.to_owned(),
            kind: cleanbill_js::kind::FileKind::JavaScript,
            bytes: 1,
            trigger: cleanbill_js::Trigger::Import,
            minified: false,
            obfuscation: Vec::new(),
            outcome: cleanbill_js::analysis::Outcome::Quiet,
            pieces: Vec::new(),
            digest,
        };
        let of = |files: Vec<FileFacts>| Analysis {
            files,
            ..Analysis::default()
        };
        let old = of(vec![file("a.js", 1), file("b.js", 1), file("c.js", 1)]);
        let new = of(vec![file("a.js", 1), file("b.js", 2), file("d.js", 3)]);
        let found = files(&old, &new);
        let names = |list: &[cleanbill_model::Untrusted]| -> Vec<String> {
            list.iter().map(|name| name.raw().to_owned()).collect()
        };
        let [one] = found.as_slice() else {
            panic!("{found:?}")
        };
        assert_eq!(names(&one.changed), ["b.js"]);
        assert_eq!(
            (names(&one.added), names(&one.removed)),
            (vec!["d.js".to_owned()], vec!["c.js".to_owned()])
        );
    }
}
