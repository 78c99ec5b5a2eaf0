//! From a case's folder to facts: the layout in `fixtures/README.md`, read strictly.
use std::{collections::BTreeMap, collections::HashMap, fs, path::Path, sync::Arc};

use cleanbill_facts::{
    Facts, JudgedEdge, Notice, Notices, Package, Pin, PopularNames, Publication, Run, Source, Tier,
    pin::Origin,
    pin::Scope,
    read_tarball,
    source::{Context, REQUIRED_STACK_BYTES},
};
use cleanbill_model::{
    Advisory, AdvisoryKind, AdvisorySeverity, Affected, Confidence, Evidence, Integrity, Known, Missing,
    PackageName, Purl, Range, SafeUrl, Timestamp, Verdict, Version, VersionRange,
};

use crate::tarball;
use serde::{Deserialize, de::DeserializeOwned};

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Case {
    subject: Purl,
    as_of: Timestamp,
    #[serde(default)]
    popular: Vec<String>,
    package: Option<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct PinFile {
    #[serde(default = "package_lock")]
    file: String,
    #[serde(default = "one")]
    line: u32,
    key: Option<String>,
    origin: String,
    url: Option<String>,
    commit: Option<String>,
    path: Option<String>,
    integrity: Option<Integrity>,
    #[serde(default = "yes")]
    pins_integrity: bool,
    alias: Option<String>,
    registry_host: Option<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct AdvisoryFile {
    id: String,
    #[serde(default)]
    aliases: Vec<String>,
    kind: String,
    #[serde(default)]
    summary: String,
    url: Option<String>,
    withdrawn: Option<Timestamp>,
    vector: Option<String>,
    score: Option<f32>,
    #[serde(default)]
    versions: Vec<Version>,
    #[serde(default)]
    ranges: Vec<RangeFile>,
    #[serde(default)]
    npm_ranges: Vec<String>,
    #[serde(default = "feed")]
    feed: String,
    campaign: Option<String>,
    confidence: Option<Confidence>,
    last_good: Option<String>,
    #[serde(default)]
    tier: String,
    #[serde(default)]
    list: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RangeFile {
    introduced: Option<Version>,
    fixed: Option<Version>,
    last_affected: Option<Version>,
}

fn package_lock() -> String {
    "package-lock.json".to_owned()
}
fn feed() -> String {
    "osv".to_owned()
}
fn one() -> u32 {
    1
}
fn yes() -> bool {
    true
}

/// Stands in a packument for the digest of the case's own tarball.
const OWN_INTEGRITY: &str = "<integrity>";

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct EdgeFile {
    resolved: Purl,
    range: String,
    #[serde(default)]
    added: bool,
    verdict: Verdict,
    worst: Option<WorstFile>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct WorstFile {
    title: String,
    file: String,
    line: u32,
    note: String,
}

fn edge(file: EdgeFile) -> JudgedEdge {
    JudgedEdge {
        resolved: file.resolved,
        range: file.range,
        added: file.added,
        verdict: file.verdict,
        worst: file.worst.map(|worst| {
            let evidence = Evidence::note(worst.note).file(worst.file).at(worst.line, 1);
            (worst.title.into(), vec![evidence])
        }),
    }
}

/// Reads a tarball as a worker does, on a stack of the size that takes.
fn source(bytes: &[u8]) -> Known<Arc<Source>> {
    let bytes = bytes.to_vec();
    let reading = std::thread::Builder::new()
        .stack_size(REQUIRED_STACK_BYTES)
        .spawn(move || read_tarball(&bytes, &Context::default()));
    Known::Known(Arc::new(reading.unwrap().join().unwrap()))
}

/// The facts of the case in `folder`.
pub fn facts(folder: &Path) -> Facts {
    let case: Case = json(&folder.join("case.json")).expect("a case has a case.json");
    let mut facts = Facts::unknown(case.subject.clone(), case.as_of);
    facts.popular = Arc::new(PopularNames::new(case.popular));
    if case.package.as_deref() == Some("not-found") {
        facts.package = Known::Missing(Missing::NotFound);
    }
    let packed = tarball::pack(folder, "package");
    if let Some(bytes) = &packed {
        facts.source = source(bytes);
    }
    if let Some(bytes) = tarball::pack(folder, "before") {
        facts.before = source(&bytes);
    }
    if let Some(bytes) = tarball::pack(folder, "elder") {
        facts.elder = source(&bytes);
    }
    if let Some(list) = json::<Vec<EdgeFile>>(&folder.join("edges.json")) {
        facts.edges = Known::Known(list.into_iter().map(edge).collect());
    }
    if let Ok(text) = fs::read_to_string(folder.join("packument.json")) {
        let real = facts
            .source
            .get()
            .and_then(|source| source.integrity.as_ref())
            .map(ToString::to_string);
        let text = text.replace(OWN_INTEGRITY, real.as_deref().unwrap_or(OWN_INTEGRITY));
        let package = package(text.as_bytes(), case.as_of);
        assert_eq!(
            package.name,
            case.subject.name,
            "{}: the packument is another package's",
            folder.display()
        );
        facts.package = Known::Known(Arc::new(package));
    }
    if let Ok(entries) = fs::read_dir(folder.join("companions")) {
        let mut companions = BTreeMap::new();
        for entry in entries {
            let bytes = fs::read(entry.unwrap().path()).unwrap();
            let package = package(&bytes, case.as_of);
            companions.insert(package.name.clone(), Known::Known(Arc::new(package)));
        }
        facts.companions = Known::Known(companions);
    }
    if let Some(pin) = json::<PinFile>(&folder.join("pin.json")) {
        facts.pin = Known::Known(self::pin(pin, &case.subject));
    }
    if let Some(list) = json::<Vec<AdvisoryFile>>(&folder.join("advisories.json")) {
        facts.notices = Known::Known(notices(list, &case.subject.name));
    }
    if let Some(run) = json::<HashMap<String, Vec<(Purl, Timestamp)>>>(&folder.join("run.json")) {
        facts.run = Known::Known(Arc::new(self::run(run)));
    }
    facts
}

fn json<T: DeserializeOwned>(path: &Path) -> Option<T> {
    let bytes = fs::read(path).ok()?;
    Some(serde_json::from_slice(&bytes).unwrap_or_else(|error| panic!("{}: {error}", path.display())))
}

fn package(bytes: &[u8], as_of: Timestamp) -> Package {
    #[derive(Deserialize)]
    struct Named {
        name: PackageName,
    }
    let named: Named = serde_json::from_slice(bytes).expect("a packument in a case has a name");
    let packument = cleanbill_npm::packument::parse(bytes).expect("a packument in a case can be read");
    Package::collect(&named.name, &packument, as_of)
}

fn pin(file: PinFile, subject: &Purl) -> Pin {
    let url = || SafeUrl::new(file.url.clone().expect("this origin has a url"));
    let path = || file.path.clone().expect("this origin has a path");
    let origin = match file.origin.as_str() {
        "registry" => Origin::Registry {
            url: file.url.as_ref().map(SafeUrl::new),
        },
        "git" => Origin::Git {
            url: url(),
            commit: file.commit.clone(),
        },
        "url" => Origin::Url { url: url() },
        "file" => Origin::File { path: path() },
        "link" => Origin::Link { path: path() },
        "workspace" => Origin::Workspace { path: path() },
        "bundled" => Origin::Bundled,
        other => panic!("no such origin: {other}"),
    };
    Pin {
        file: Arc::from(file.file.as_str()),
        format: "package-lock",
        line: file.line,
        key: file
            .key
            .unwrap_or_else(|| format!("node_modules/{}", subject.name))
            .into(),
        origin,
        integrity: file.integrity,
        format_pins_integrity: file.pins_integrity,
        ranges: Vec::new(),
        alias: file.alias,
        scope: Scope::Runtime,
        optional: false,
        registry_host: file.registry_host,
    }
}

fn notices(list: Vec<AdvisoryFile>, name: &PackageName) -> Notices {
    let mut notices = Notices::default();
    for file in list {
        let (tier, list) = (file.tier.clone(), file.list.clone());
        let advisory = Arc::new(advisory(file, name));
        match (list.as_str(), tier.as_str()) {
            ("disputed", "") => notices.disputed.push(advisory),
            ("", "hash") => notices.about.push(Notice {
                advisory,
                tier: Tier::Hash,
            }),
            ("", "version") => notices.about.push(Notice {
                advisory,
                tier: Tier::Version,
            }),
            ("", "name") => notices.about.push(Notice {
                advisory,
                tier: Tier::Name,
            }),
            other => panic!("no such list and tier: {other:?}"),
        }
    }
    notices
}

fn advisory(file: AdvisoryFile, name: &PackageName) -> Advisory {
    let range = |range: RangeFile| VersionRange {
        introduced: range.introduced,
        fixed: range.fixed,
        last_affected: range.last_affected,
    };
    Advisory {
        id: file.id.into(),
        aliases: file.aliases.into_iter().map(Into::into).collect(),
        name: name.clone(),
        kind: match file.kind.as_str() {
            "malicious" => AdvisoryKind::Malicious,
            "vulnerable" => AdvisoryKind::Vulnerable,
            other => panic!("no such kind: {other}"),
        },
        summary: file.summary.into(),
        url: file.url.map(Into::into),
        published: None,
        withdrawn: file.withdrawn,
        severity: file.score.map(|score| AdvisorySeverity {
            vector: file.vector.unwrap_or_default().into(),
            score,
        }),
        affected: Affected {
            versions: file.versions,
            ranges: file.ranges.into_iter().map(range).collect(),
            npm_ranges: file
                .npm_ranges
                .iter()
                .map(|text| Range::parse(text).unwrap())
                .collect(),
            hashes: Vec::new(),
        },
        feed: file.feed,
        campaign: file.campaign.map(Into::into),
        confidence: file.confidence.unwrap_or(Confidence::High),
        last_good: file.last_good.map(Into::into),
    }
}

fn run(file: HashMap<String, Vec<(Purl, Timestamp)>>) -> Run {
    let publications = |list: Vec<(Purl, Timestamp)>| {
        let mut list: Vec<_> = list
            .into_iter()
            .map(|(purl, published)| Publication { purl, published })
            .collect();
        list.sort_by_key(|publication| publication.published);
        list
    };
    Run {
        by_publisher: file
            .into_iter()
            .map(|(account, list)| (account, publications(list)))
            .collect(),
    }
}
