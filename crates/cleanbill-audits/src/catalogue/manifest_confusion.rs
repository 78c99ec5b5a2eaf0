//! The manifest inside the tarball and the one the registry tells of are not the same. Clients resolve by the one and
//! run the other, and people read only one of them.
//! Incident: disclosed for the public registry in June 2023.
use std::collections::{BTreeMap, BTreeSet};

use cleanbill_facts::{Facts, Release};
use cleanbill_model::{AuditId, AuditMeta, Confidence, Evidence, Level, Need, Severity, Signal, Stability};
use serde_json::{Map, Value};

use crate::{Audit, shape, words};

pub(crate) struct ManifestConfusion;

static META: AuditMeta = AuditMeta {
    id: AuditId("manifest-confusion"),
    title: "the tarball's manifest is not the one the registry tells of",
    severity: Severity::High,
    confidence: Confidence::High,
    level: Level::Quarantine,
    needs: &[Need::Release, Need::Source],
    since: "0.1.0",
    stability: Stability::Preview,
    taxonomy: &["MET-01"],
    attack: &["T1195.002", "T1036"],
    page: include_str!("../../docs/manifest-confusion.md"),
};

/// The scripts that run at install.
const EVENTS: [&str; 3] = ["preinstall", "install", "postinstall"];
/// The maps whose requests are installed with a release.
const MAPS: [&str; 3] = ["dependencies", "optionalDependencies", "peerDependencies"];
/// What a registry writes in place of a missing script where it sees a native build.
const INJECTED: &str = "node-gyp rebuild";
/// Most differences shown.
const MAX_SHOWN: usize = 12;

/// One difference: how far it goes, and both sides.
struct Difference {
    level: Level,
    field: String,
    registry: String,
    tarball: String,
}

impl Audit for ManifestConfusion {
    fn meta(&self) -> &'static AuditMeta {
        &META
    }

    fn run(&self, facts: &Facts, signals: &mut Vec<Signal>) {
        let (Some(source), Some(release)) = (facts.source.get(), facts.release().get().copied()) else {
            return;
        };
        let Some(inside) = &source.manifest else { return };
        let native = source
            .analysis
            .files
            .iter()
            .any(|file| file.path == "binding.gyp");
        let mut found = Vec::new();
        identity(facts, inside, &mut found);
        scripts(release, inside, native, &mut found);
        dependencies(release, inside, &mut found);
        commands(facts, release, inside, &mut found);
        found.extend(
            shape::differences(release, inside, native)
                .into_iter()
                .map(|(field, registry, tarball)| differs(Level::Warn, field, &registry, &tarball)),
        );
        found.sort_by_key(|difference| std::cmp::Reverse(difference.level));
        let Some(worst) = found.first() else { return };
        let level = worst.level;
        let mut evidence = found
            .iter()
            .take(MAX_SHOWN)
            .flat_map(|difference| places(release, difference));
        let Some(first) = evidence.next() else { return };
        let signal = evidence.fold(Signal::new(&META, &facts.subject, first), Signal::also);
        let fields: BTreeSet<String> = found
            .iter()
            .map(|difference| format!("`{}`", difference.field))
            .collect();
        let fields: Vec<String> = fields.into_iter().take(MAX_SHOWN).collect();
        let held = level >= Level::Quarantine;
        signals.push(
            signal
                .level(level)
                .severity(if held { Severity::High } else { Severity::Low })
                .confidence(if held { Confidence::High } else { Confidence::Medium })
                .words(
                    format!(
                        "The manifest inside the tarball of {} differs from the registry's in {}.",
                        facts.subject.version,
                        fields.join(", ")
                    ),
                    "Clients choose what to install by the registry's manifest, and run the scripts of the one inside. \
                     Who reads only one of them sees only half.",
                    if held {
                        "Do not install it. Ask its authors how the two came apart; an honest publication sends one manifest."
                    } else {
                        "Compare the two before you rely on either."
                    },
                ),
        );
    }
}

fn places(release: &Release, difference: &Difference) -> [Evidence; 2] {
    [
        words::field(
            &release.version,
            &difference.field,
            &words::quote(&difference.registry),
        ),
        Evidence::note(format!(
            "{}: {}",
            difference.field,
            words::quote(&difference.tarball)
        ))
        .file("package.json"),
    ]
}

fn differs(level: Level, field: impl Into<String>, registry: &str, tarball: &str) -> Difference {
    Difference {
        level,
        field: field.into(),
        registry: registry.to_owned(),
        tarball: tarball.to_owned(),
    }
}

const NONE: &str = "nothing";

/// Name and version, the version without the marks a registry takes away.
fn identity(facts: &Facts, inside: &Map<String, Value>, found: &mut Vec<Difference>) {
    let text = |field: &str| inside.get(field).and_then(Value::as_str).map(str::trim);
    let name = facts.subject.name.as_str();
    if let Some(other) = text("name").filter(|other| *other != name) {
        found.push(differs(Level::Warn, "name", name, other));
    }
    let version = facts.subject.version.as_str();
    let plain = |version: &str| {
        let version = version.trim_start_matches(['v', '=', ' ']);
        version.split('+').next().unwrap_or(version).to_owned()
    };
    if let Some(other) = text("version").filter(|other| plain(other) != plain(version)) {
        found.push(differs(Level::Warn, "version", version, other));
    }
}

/// What runs at install. A registry that only says that something runs is believed as far as that.
fn scripts(release: &Release, inside: &Map<String, Value>, native: bool, found: &mut Vec<Difference>) {
    let Some(told) = release.install_scripts.get() else {
        return;
    };
    let ours = inside.get("scripts").and_then(Value::as_object);
    let ours = |event: &str| {
        ours.and_then(|scripts| scripts.get(event)?.as_str())
            .map(str::trim)
            .filter(|command| !command.is_empty())
    };
    let only_told = told.iter().any(|script| script.command.raw().is_empty());
    for event in EVENTS {
        let theirs = told
            .iter()
            .find(|script| script.event == event)
            .map(|script| script.command.raw().trim());
        let field = format!("scripts.{event}");
        match (theirs, ours(event)) {
            (None, Some(_)) if only_told => {}
            (None, Some(command)) => found.push(differs(Level::Quarantine, field, NONE, command)),
            (Some(""), _) | (None, None) => {}
            (Some(command), None) if command == INJECTED && event == "install" && native => {}
            (Some(command), None) => found.push(differs(Level::Quarantine, field, command, NONE)),
            (Some(theirs), Some(command)) if !same_words(theirs, command) => {
                found.push(differs(Level::Quarantine, field, theirs, command));
            }
            (Some(_), Some(_)) => {}
        }
    }
}

fn same_words(a: &str, b: &str) -> bool {
    a.split_whitespace().eq(b.split_whitespace())
}

/// Requests by name over the three maps: a registry moves what is optional from one to another.
fn dependencies(release: &Release, inside: &Map<String, Value>, found: &mut Vec<Difference>) {
    let mut ours: BTreeMap<&str, &str> = BTreeMap::new();
    for map in MAPS {
        // Old publishers wrote lists here, which registries turned into maps.
        let Some(requests) = inside.get(map).filter(|value| !value.is_null()) else {
            continue;
        };
        let Some(requests) = requests.as_object() else {
            return;
        };
        for (name, range) in requests {
            ours.insert(name, range.as_str().unwrap_or_default());
        }
    }
    let bundled = bundled(inside);
    let theirs: BTreeMap<&str, Vec<&str>> =
        release
            .dependencies
            .iter()
            .fold(BTreeMap::new(), |mut map, request| {
                map.entry(request.name.as_str())
                    .or_default()
                    .push(request.range.as_str());
                map
            });
    for (name, range) in &ours {
        let field = format!("dependencies[{name:?}]");
        match theirs.get(name) {
            // What a tarball brings along itself is never asked for.
            None if bundled.contains(*name) => {}
            None => found.push(differs(Level::Quarantine, field, NONE, range)),
            Some(ranges) if ranges.iter().any(|other| same_request(other, range)) => {}
            Some(ranges) => {
                let other = ranges.first().copied().unwrap_or_default();
                let address = is_address(other) != is_address(range);
                let level = if address { Level::Quarantine } else { Level::Warn };
                found.push(differs(level, field, other, range));
            }
        }
    }
    for (name, ranges) in theirs {
        if !ours.contains_key(name) {
            let field = format!("dependencies[{name:?}]");
            found.push(differs(
                Level::Quarantine,
                field,
                ranges.first().copied().unwrap_or_default(),
                NONE,
            ));
        }
    }
}

fn bundled(inside: &Map<String, Value>) -> BTreeSet<&str> {
    let lists = ["bundleDependencies", "bundledDependencies"]
        .into_iter()
        .filter_map(|field| inside.get(field)?.as_array());
    lists.flatten().filter_map(Value::as_str).collect()
}

/// The same request in two spellings: blanks, an empty range for any, git addresses with and without their marks.
fn same_request(a: &str, b: &str) -> bool {
    let plain = |range: &str| {
        let range = range.split_whitespace().collect::<Vec<_>>().join(" ");
        if matches!(range.as_str(), "" | "*" | "x" | "latest") {
            return "*".to_owned();
        }
        let range = range.strip_prefix("git+").unwrap_or(&range);
        let range = ["ssh://git@", "https://", "git://", "http://", "git@"]
            .iter()
            .find_map(|scheme| range.strip_prefix(scheme))
            .unwrap_or(range);
        // `owner/repository` means the forge; a registry writes it out, or the other way round.
        let range = range.strip_prefix("github:").unwrap_or(range);
        let range = range
            .strip_prefix("github.com/")
            .or_else(|| range.strip_prefix("github.com:"))
            .unwrap_or(range);
        let (address, commit) = range.split_once('#').unwrap_or((range, ""));
        let address = address.strip_suffix(".git").unwrap_or(address);
        if commit.is_empty() {
            address.to_owned()
        } else {
            format!("{address}#{commit}")
        }
    };
    plain(a) == plain(b)
}

/// A request that names a place instead of a range.
fn is_address(range: &str) -> bool {
    range.contains("://") || range.contains('/') && !range.starts_with("npm:")
}

/// The commands it installs, by name.
fn commands(facts: &Facts, release: &Release, inside: &Map<String, Value>, found: &mut Vec<Difference>) {
    let Some(theirs) = release.commands.get() else {
        return;
    };
    let own = facts.subject.name.as_str();
    let own = own.rsplit('/').next().unwrap_or(own);
    let plain = |path: &str| path.trim_start_matches("./").trim_start_matches('/').to_owned();
    let mut ours: BTreeMap<String, String> = BTreeMap::new();
    match inside.get("bin") {
        Some(Value::String(path)) => {
            ours.insert(own.to_owned(), plain(path));
        }
        Some(Value::Object(map)) => {
            ours.extend(
                map.iter()
                    .filter_map(|(name, path)| Some((name.clone(), plain(path.as_str()?)))),
            );
        }
        _ => {}
    }
    let theirs: BTreeMap<String, String> = theirs
        .iter()
        .map(|(name, path)| (if name.is_empty() { own } else { name }.to_owned(), plain(path)))
        .collect();
    for (name, path) in &theirs {
        if ours.get(name) != Some(path) {
            let other = ours.get(name).map_or(NONE, String::as_str);
            found.push(differs(Level::Warn, format!("bin[{name:?}]"), path, other));
        }
    }
    for (name, path) in ours.iter().filter(|(name, _)| !theirs.contains_key(*name)) {
        found.push(differs(Level::Warn, format!("bin[{name:?}]"), NONE, path));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn requests_a_registry_spells_otherwise_are_the_same() {
        for (a, b) in [
            ("", "*"),
            (">=1  <2", ">=1 <2"),
            ("left/left", "github:left/left"),
            ("git+https://github.com/left/left.git", "github:left/left"),
            ("git+ssh://git@github.com/left/left.git#v1", "left/left#v1"),
        ] {
            assert!(same_request(a, b), "{a} and {b}");
        }
        for (a, b) in [
            ("^1.0.0", "^1.0.1"),
            ("left/left#v1", "left/left#v2"),
            ("left/left", "right/left"),
        ] {
            assert!(!same_request(a, b), "{a} and {b}");
        }
    }
}
