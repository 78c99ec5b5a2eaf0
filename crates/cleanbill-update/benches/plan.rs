//! How long a plan for 1,300 packages takes from documents at hand: 150 direct requests, every package four wide,
//! up to 150 releases each. The whole time is told; nothing is repeated, since a plan is made once.
#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "a benchmark makes its own data and may fail"
)]
use std::{
    collections::HashMap,
    sync::Arc,
    time::{Duration, Instant},
};

use cleanbill_engine::{GatherOptions, NamedLockfile, Ports};
use cleanbill_facts::PopularNames;
use cleanbill_model::{Advisory, PackageName, SafeUrl, Timestamp};
use cleanbill_policy::Policy;
use cleanbill_ports::{Advisories, FeedStatus, FetchError, Fetched, Registry, registry::Source};
use cleanbill_update::{Wish, plan};
use futures::future::BoxFuture;
use serde_json::{Map, Value, json};

const PACKAGES: usize = 1_300;
const DIRECT: usize = 150;
/// The goal: a plan for a project of this size from what is at hand.
const GOAL: Duration = Duration::from_secs(3);

struct Documents(HashMap<PackageName, Arc<[u8]>>);

impl Registry for Documents {
    fn packument<'a>(&'a self, name: &'a PackageName) -> BoxFuture<'a, Result<Fetched, FetchError>> {
        Box::pin(async move {
            let bytes = self
                .0
                .get(name)
                .ok_or_else(|| FetchError::NoRegistry { name: name.clone() })?;
            Ok(Fetched {
                bytes: Arc::clone(bytes),
                source: Source::Cache,
            })
        })
    }
    fn tarball<'a>(
        &'a self,
        name: &'a PackageName,
        _: &'a SafeUrl,
    ) -> BoxFuture<'a, Result<Fetched, FetchError>> {
        Box::pin(async move { Err(FetchError::NoRegistry { name: name.clone() }) })
    }
    fn host_of(&self, _: &PackageName) -> Option<String> {
        Some("registry.example".to_owned())
    }
}

struct Nothing;

impl Advisories for Nothing {
    fn about(&self, _: &PackageName) -> Vec<Arc<Advisory>> {
        Vec::new()
    }
    fn status(&self, _: Timestamp) -> Vec<FeedStatus> {
        Vec::new()
    }
}

fn document(at: usize) -> (String, Value) {
    let name = format!("pkg{at}");
    let count = [5, 20, 40, 80, 150][at % 5];
    let needs: Map<String, Value> = (1..5)
        .map(|step| {
            (
                format!("pkg{}", (at * 7 + step * 131) % PACKAGES),
                json!("^1.0.0"),
            )
        })
        .collect();
    let (mut versions, mut time) = (Map::new(), Map::new());
    for number in 0..count {
        let version = format!("{}.{}.0", 1 + number / 100, number % 100);
        let manifest = json!({
            "name": name, "version": version, "description": "x".repeat(80), "dependencies": needs,
            "_npmUser": {"name": "ann", "email": "ann@mail.example"},
            "dist": {"tarball": format!("https://registry.example/{name}/-/{name}-{version}.tgz"),
                "integrity": format!("sha512-{}==", "A".repeat(86))},
        });
        time.insert(
            version.clone(),
            json!(format!("20{:02}-03-10T00:00:00.000Z", 18 + number * 7 / count)),
        );
        versions.insert(version, manifest);
    }
    let latest = versions
        .keys()
        .max_by_key(|v| cleanbill_model::Version::parse(v).unwrap())
        .cloned();
    (
        name.clone(),
        json!({"name": name, "dist-tags": {"latest": latest}, "versions": versions, "time": time}),
    )
}

fn main() {
    let documents: Vec<(String, Value)> = (0..PACKAGES).map(document).collect();
    let mut entries = Map::new();
    let asks: Map<String, Value> = documents
        .iter()
        .take(DIRECT)
        .map(|(name, _)| (name.clone(), json!("^1.0.0")))
        .collect();
    entries.insert(
        String::new(),
        json!({"name": "app", "version": "1.0.0", "dependencies": asks}),
    );
    for (name, document) in &documents {
        let needs = &document["versions"]["1.0.0"]["dependencies"];
        entries.insert(
            format!("node_modules/{name}"),
            json!({"version": "1.0.0", "dependencies": needs}),
        );
    }
    let text = json!({"name": "app", "lockfileVersion": 3, "packages": entries}).to_string();
    let lockfile = cleanbill_lockfile::parse("package-lock.json", text.as_bytes()).unwrap();
    let named = NamedLockfile {
        path: "package-lock.json".into(),
        lockfile,
    };
    let bytes = documents.into_iter().map(|(name, document)| {
        (
            PackageName::parse(&name).unwrap(),
            Arc::from(document.to_string().into_bytes()),
        )
    });
    let ports = Ports {
        registry: Arc::new(Documents(bytes.collect())),
        advisories: Arc::new(Nothing),
        code: None,
    };
    let options = GatherOptions {
        as_of: Timestamp::parse("2026-06-20").unwrap(),
        progress: Arc::new(|_| {}),
        popular: Arc::new(PopularNames::builtin()),
        installed: Arc::new(HashMap::new()),
    };
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()
        .unwrap();
    let started = Instant::now();
    let made = runtime.block_on(plan(
        &named,
        &ports,
        &options,
        &Policy::default(),
        &Wish::default(),
    ));
    let took = started.elapsed();
    println!(
        "{} releases, {} proposals, {took:?} (goal {GOAL:?})",
        made.considered,
        made.proposals().count()
    );
    assert!(made.proposals().count() > DIRECT / 2, "the plan is no empty one");
}
