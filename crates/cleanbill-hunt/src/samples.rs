//! Facts for linking, from folders of unpacked releases: their own code, addresses, publisher and new dependencies.
//! It reads files and one packument beside them, and draws no conclusion.
use std::{
    collections::{BTreeSet, HashMap},
    fs,
    path::{Path, PathBuf},
};

use base64::Engine as _;
use cleanbill_intel::link::{Facts, Tlsh, fingerprint, fingerprints};
use cleanbill_model::Timestamp;
use rayon::prelude::*;
use serde_json::Value;
use walkdir::WalkDir;

use crate::{limits::MAX_MANIFEST_BYTES, read};

/// Largest source read for its fingerprints, in bytes; the largest worm bundles have some 12 MB.
const MAX_SOURCE_BYTES: u64 = 32 * 1024 * 1024;
/// Most files read of one release.
const MAX_FILES: usize = 5_000;
/// Most releases taken from one call.
const MAX_SAMPLES: usize = 200_000;
/// Deepest folder searched for releases.
const MAX_DEPTH: usize = 32;
/// Largest packument read, in bytes.
const MAX_PACKUMENT_BYTES: u64 = 64 * 1024 * 1024;
/// Longest host or path kept of an address.
const MAX_ADDRESS: usize = 200;
/// Shortest text that is tried as base64: shorter ones decode to nothing that tells.
const MIN_ENCODED: usize = 16;

/// One release on disk.
#[derive(Clone, Debug)]
pub struct Sample {
    /// Where it lies.
    pub folder: PathBuf,
    /// What is known of it.
    pub facts: Facts,
    /// Why its code was not read as code; its fingerprints as text are there all the same.
    pub unread: Option<String>,
}

/// What a reader of code tells of one unpacked release.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Code {
    /// Hashes of sub-trees.
    pub trees: Vec<u64>,
    /// Winnowed runs along the tree.
    pub runs: Vec<u64>,
    /// What it does, as canonical chains.
    pub behaviours: Vec<String>,
    /// Hosts it speaks to, those it decodes among them.
    pub hosts: Vec<String>,
}

/// Reads the code of an unpacked release. Who does, and in which process, is decided by whoever asks: code of
/// attackers is read where nothing can be lost.
pub trait ReadsCode: Sync {
    /// Reads the release in a folder.
    ///
    /// # Errors
    /// Why it cannot be read.
    fn read(&self, folder: &Path) -> Result<Code, String>;
}

/// Finds releases below folders (each with a `package.json` of its own) and reads their facts. A folder of a
/// replay, with a `packument.json` beside the versions, tells publisher, time and forerunner as well.
#[must_use]
pub fn samples(folders: &[PathBuf], code: &dyn ReadsCode) -> Vec<Sample> {
    let mut found: Vec<PathBuf> = folders
        .iter()
        .flat_map(|folder| releases(folder))
        .take(MAX_SAMPLES)
        .collect();
    found.sort();
    found.dedup();
    found
        .par_iter()
        .filter_map(|folder| sample(folder, code))
        .collect()
}

fn releases(root: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    let mut walk = WalkDir::new(root).max_depth(MAX_DEPTH).into_iter();
    while let Some(entry) = walk.next() {
        let Ok(entry) = entry else { continue };
        if !entry.file_type().is_dir() {
            continue;
        }
        if entry.file_name() == "node_modules" || entry.file_name() == ".git" {
            walk.skip_current_dir();
        } else if entry.path().join("package.json").is_file() {
            found.push(entry.path().to_owned());
            walk.skip_current_dir();
        }
    }
    found
}

fn json(path: &Path, limit: u64) -> Option<Value> {
    serde_json::from_slice(&read::bytes(path, limit).ok()?).ok()
}

fn sample(folder: &Path, code: &dyn ReadsCode) -> Option<Sample> {
    let manifest = json(&folder.join("package.json"), MAX_MANIFEST_BYTES)?;
    let name = manifest.get("name")?.as_str()?.to_owned();
    let version = manifest.get("version")?.as_str()?.to_owned();
    let mut facts = Facts {
        release: format!("{name}@{version}"),
        name: name.clone(),
        ..Facts::default()
    };
    let packument = folder
        .parent()
        .and_then(|parent| json(&parent.join("packument.json"), MAX_PACKUMENT_BYTES));
    if let Some(packument) = &packument {
        told_by(packument, folder, &manifest, &version, &mut facts);
    }
    let sources = sources(folder);
    let before = packument
        .as_ref()
        .and_then(|packument| forerunner(packument, &version))
        .and_then(|version| folder.parent().map(|parent| parent.join(version)));
    // Code the forerunner had already is the package's own, not the campaign's.
    let known: BTreeSet<u64> = before
        .iter()
        .flat_map(|folder| self::sources(folder))
        .flat_map(|(_, text)| fingerprints(&text))
        .collect();
    let mut payload: Option<(&String, bool)> = None;
    for (path, text) in &sources {
        if path
            .extension()
            .is_some_and(|ending| ["js", "cjs", "mjs", "ts"].iter().any(|known| ending == *known))
        {
            let all = fingerprints(text);
            let count = all.len();
            let own: Vec<u64> = all.into_iter().filter(|print| !known.contains(print)).collect();
            if !own.is_empty() && payload.is_none_or(|(longest, _)| text.len() > longest.len()) {
                payload = Some((text, own.len() * 2 > count));
            }
            facts.code.extend(own);
        }
        addresses(text, &mut facts);
    }
    facts.exact = payload.and_then(|(text, _)| fingerprint::exact(text, &[&name, &version]));
    // A file that is mostly its forerunner's is like every other release of it, whoever published them.
    facts.tlsh = payload
        .filter(|(_, mostly_own)| *mostly_own)
        .and_then(|(text, _)| Tlsh::of(text.as_bytes()));
    let unread = read_code(code, folder, before.as_deref(), &mut facts).err();
    Some(Sample {
        folder: folder.to_owned(),
        facts: facts.in_order(),
        unread,
    })
}

/// What the release's code has and its forerunner's had not.
fn read_code(
    code: &dyn ReadsCode,
    folder: &Path,
    before: Option<&Path>,
    facts: &mut Facts,
) -> Result<(), String> {
    let mine = code.read(folder)?;
    // A forerunner that is not at hand, or cannot be read, takes nothing away.
    let before = before
        .filter(|folder| folder.join("package.json").is_file())
        .and_then(|folder| code.read(folder).ok())
        .unwrap_or_default();
    let without = |mine: Vec<u64>, before: Vec<u64>| -> Vec<u64> {
        let before: BTreeSet<u64> = before.into_iter().collect();
        mine.into_iter().filter(|print| !before.contains(print)).collect()
    };
    facts.trees = without(mine.trees, before.trees);
    facts.runs = without(mine.runs, before.runs);
    let news = |mine: Vec<String>, before: &[String]| -> Vec<String> {
        mine.into_iter().filter(|text| !before.contains(text)).collect()
    };
    facts.behaviours = news(mine.behaviours, &before.behaviours);
    let hosts = news(mine.hosts, &before.hosts);
    facts
        .indicators
        .extend(hosts.iter().map(|host| format!("host {host}")));
    Ok(())
}

fn sources(folder: &Path) -> Vec<(PathBuf, String)> {
    let files = WalkDir::new(folder)
        .max_depth(MAX_DEPTH)
        .into_iter()
        .filter_map(Result::ok)
        .filter(|entry| entry.file_type().is_file());
    let text = |path: &Path| String::from_utf8(read::bytes(path, MAX_SOURCE_BYTES).ok()?).ok();
    let wanted = |path: &Path| {
        path.extension().is_some_and(|ending| {
            ["js", "cjs", "mjs", "ts", "json", "sh", "py", "gyp"]
                .iter()
                .any(|known| ending == *known)
        })
    };
    files
        .filter(|entry| wanted(entry.path()))
        .take(MAX_FILES)
        .filter_map(|entry| Some((entry.path().to_owned(), text(entry.path())?)))
        .collect()
}

/// The version published just before.
fn forerunner(packument: &Value, version: &str) -> Option<String> {
    let times = packument.get("time")?.as_object()?;
    let at = |value: &Value| value.as_str().and_then(|text| Timestamp::parse(text).ok());
    let mine = times.get(version).and_then(at)?;
    let is_version = |name: &str| name != "created" && name != "modified";
    times
        .iter()
        .filter(|(name, _)| is_version(name))
        .filter_map(|(name, time)| Some((at(time)?, name)))
        .filter(|(time, _)| *time < mine)
        .max()
        .map(|(_, name)| name.clone())
}

fn told_by(packument: &Value, folder: &Path, manifest: &Value, version: &str, facts: &mut Facts) {
    facts.published = packument
        .pointer("/time")
        .and_then(|times| times.get(version))
        .and_then(Value::as_str)
        .and_then(|text| Timestamp::parse(text).ok());
    let user = packument
        .get("versions")
        .and_then(|versions| versions.get(version))
        .and_then(|version| version.get("_npmUser"));
    if let Some(name) = user.and_then(|user| user.get("name")).and_then(Value::as_str) {
        facts.publishers.push(format!("account {name}"));
    }
    if let Some((_, host)) = user
        .and_then(|user| user.get("email"))
        .and_then(Value::as_str)
        .and_then(|mail| mail.split_once('@'))
    {
        facts.infrastructure.push(format!("mail host {host}"));
    }
    let dependencies = |manifest: &Value| -> BTreeSet<String> {
        let maps = ["dependencies", "optionalDependencies"]
            .iter()
            .filter_map(|map| manifest.get(map)?.as_object());
        maps.flat_map(|map| map.keys().cloned()).collect()
    };
    let before = forerunner(packument, version).and_then(|version| {
        let on_disk = folder
            .parent()
            .and_then(|parent| json(&parent.join(&version).join("package.json"), MAX_MANIFEST_BYTES));
        on_disk.or_else(|| packument.get("versions")?.get(&version).cloned())
    });
    if let Some(before) = before {
        let before = dependencies(&before);
        facts.injects = dependencies(manifest)
            .into_iter()
            .filter(|name| !before.contains(name))
            .collect();
    }
}

/// Hosts, ports and paths of addresses in a text, in the open or as base64.
fn addresses(text: &str, facts: &mut Facts) {
    each_address(text, facts);
    let encoded = |c: char| c.is_ascii_alphanumeric() || "+/=".contains(c);
    for word in text
        .split(|c: char| !encoded(c))
        .filter(|word| word.len() >= MIN_ENCODED && word.len() <= 4096)
    {
        if let Ok(bytes) = base64::engine::general_purpose::STANDARD.decode(word)
            && let Ok(decoded) = String::from_utf8(bytes)
        {
            each_address(&decoded, facts);
        }
    }
}

fn each_address(text: &str, facts: &mut Facts) {
    for (at, mark) in text.match_indices("://") {
        let rest = text.get(at + mark.len()..).unwrap_or_default();
        let end = rest
            .find(|c: char| !(c.is_ascii_alphanumeric() || "-._:/[]".contains(c)))
            .unwrap_or(rest.len());
        let address: String = rest
            .get(..end)
            .unwrap_or_default()
            .chars()
            .take(MAX_ADDRESS)
            .collect();
        let (host, path) = address.split_once('/').unwrap_or((&address, ""));
        let (host, port) = host.split_once(':').unwrap_or((host, ""));
        if !host.contains('.') {
            continue;
        }
        facts
            .indicators
            .push(format!("host {}", host.to_ascii_lowercase()));
        if !port.is_empty() {
            facts.infrastructure.push(format!("port {port}"));
        }
        if !path.is_empty() && path.len() >= 5 && path.bytes().all(|byte| byte.is_ascii_digit()) {
            facts
                .infrastructure
                .push("a number as the only step of the address".into());
        }
    }
}

/// Precision, recall and F1 by the B-cubed measure: for every item how much of its cluster is of its own label,
/// and how much of its label is in its cluster.
#[must_use]
pub fn b_cubed(labels: &HashMap<String, String>, clusters: &[Vec<String>]) -> (f64, f64, f64) {
    let mut cluster_of: HashMap<&str, usize> = HashMap::new();
    for (number, cluster) in clusters.iter().enumerate() {
        for item in cluster {
            cluster_of.insert(item, number);
        }
    }
    let alone = clusters.len();
    let place = |item: &str, at: usize| cluster_of.get(item).copied().unwrap_or(alone + at);
    let items: Vec<(&String, &String, usize)> = labels
        .iter()
        .enumerate()
        .map(|(at, (item, label))| (item, label, place(item, at)))
        .collect();
    let (mut precision, mut recall) = (0.0, 0.0);
    for (_, label, cluster) in &items {
        #[expect(
            clippy::cast_precision_loss,
            reason = "counts of releases stay far below 2^52"
        )]
        let count = |test: &dyn Fn(&&String, usize) -> bool| {
            items.iter().filter(|(_, other, at)| test(other, *at)).count() as f64
        };
        let both = count(&|other, at| other == label && at == *cluster);
        precision += both / count(&|_, at| at == *cluster).max(1.0);
        recall += both / count(&|other, _| other == label).max(1.0);
    }
    #[expect(
        clippy::cast_precision_loss,
        reason = "counts of releases stay far below 2^52"
    )]
    let all = items.len().max(1) as f64;
    let (precision, recall) = (precision / all, recall / all);
    let f1 = if precision + recall > 0.0 {
        2.0 * precision * recall / (precision + recall)
    } else {
        0.0
    };
    (precision, recall, f1)
}

/// The labels of replays: for each bad release of a case its family.
#[must_use]
pub fn labels(replays: &Path) -> HashMap<String, String> {
    let mut labels = HashMap::new();
    for entry in fs::read_dir(replays).into_iter().flatten().filter_map(Result::ok) {
        let Some(case) = json(&entry.path().join("case.json"), MAX_MANIFEST_BYTES) else {
            continue;
        };
        let Some(family) = case
            .get("family")
            .and_then(Value::as_str)
            .filter(|_| case.get("class").and_then(Value::as_str) == Some("malicious"))
        else {
            continue;
        };
        for bad in case
            .get("bad")
            .and_then(Value::as_array)
            .into_iter()
            .flatten()
            .filter_map(Value::as_str)
        {
            labels.insert(bad.to_owned(), family.to_owned());
        }
    }
    labels
}
