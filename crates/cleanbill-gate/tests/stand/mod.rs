//! A gate on a stand: a loopback registry behind it, a clock that moves when told, advisories of one's own.
#![allow(dead_code, reason = "each test file uses its part of the stand")]
#![allow(
    clippy::expect_used,
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "a test that cannot go on says so"
)]
use std::{
    net::SocketAddr,
    path::PathBuf,
    sync::{
        Arc, Mutex,
        atomic::{AtomicI64, Ordering},
    },
    time::Duration,
};

use cleanbill_embedded::SqliteStore;
use cleanbill_engine::Ports;
use cleanbill_gate::{Gate, GateSettings, Running, enforce::Enforcer};
use cleanbill_model::{
    Advisory, AdvisoryKind, Affected, Confidence, PackageName, SafeUrl, Timestamp, Version,
};
use cleanbill_policy::Policy;
use cleanbill_ports::{Advisories, Clock, FeedStatus, GateStore};
use cleanbill_testkit::{PackageBuilder, Registry};
use cleanbill_upstream::{Upstream, settings::UpstreamSettings};
use serde_json::Value;

pub const FULL: &str = "application/json";
pub const SHORT: &str = "application/vnd.npm.install-v1+json";

pub fn at(text: &str) -> Timestamp {
    Timestamp::parse(text).expect("a moment")
}

pub fn name(text: &str) -> PackageName {
    PackageName::parse(text).expect("a name")
}

pub fn version(text: &str) -> Version {
    Version::parse(text).expect("a version")
}

/// A clock that moves when told.
pub struct Moved(AtomicI64);

impl Moved {
    pub fn to(&self, text: &str) {
        self.0.store(at(text).as_millis(), Ordering::SeqCst);
    }
}

impl Clock for Moved {
    fn now(&self) -> Timestamp {
        Timestamp::from_millis(self.0.load(Ordering::SeqCst))
    }
}

/// Advisories that a test adds to.
#[derive(Clone, Default)]
pub struct Listed(Arc<Mutex<Vec<Arc<Advisory>>>>);

impl Listed {
    pub fn malicious(&self, package: &str, of: &str) {
        let advisory = Advisory {
            id: "MAL-2026-9".into(),
            aliases: Vec::new(),
            name: name(package),
            kind: AdvisoryKind::Malicious,
            summary: "it does harm".into(),
            url: None,
            published: None,
            withdrawn: None,
            severity: None,
            affected: Affected {
                versions: vec![version(of)],
                ..Affected::default()
            },
            feed: "test".into(),
            campaign: None,
            confidence: Confidence::High,
            last_good: None,
        };
        self.0.lock().unwrap().push(Arc::new(advisory));
    }
}

impl Advisories for Listed {
    fn about(&self, name: &PackageName) -> Vec<Arc<Advisory>> {
        let all = self.0.lock().unwrap();
        all.iter()
            .filter(|advisory| advisory.name == *name)
            .cloned()
            .collect()
    }

    fn status(&self, _as_of: Timestamp) -> Vec<FeedStatus> {
        Vec::new()
    }
}

pub struct Stand {
    pub registry: Registry,
    pub gate: Running,
    pub client: reqwest::Client,
    pub clock: Arc<Moved>,
    pub listed: Listed,
    pub enforcer: Enforcer,
    pub folder: tempfile::TempDir,
}

/// `left`: 1.0.0 of long ago, 1.1.0 of the first of June.
pub fn left() -> PackageBuilder {
    PackageBuilder::new("left")
        .release("1.0.0", &[("index.js", "module.exports = 1;\n")])
        .published("1.0.0", "2024-01-01T00:00:00.000Z")
        .partial(serde_json::json!({"time": {"created": "2024-01-01T00:00:00.000Z"}}))
        .release("1.1.0", &[("index.js", "module.exports = 2;\n")])
        .published("1.1.0", "2026-06-01T00:00:00.000Z")
        .tag("latest", "1.1.0")
}

impl Stand {
    pub async fn with(registry: Registry, moment: &str, change: impl FnOnce(&mut GateSettings)) -> Self {
        let clock = Arc::new(Moved(AtomicI64::new(at(moment).as_millis())));
        let listed = Listed::default();
        let mut told = UpstreamSettings::for_registry(registry.url());
        // What never comes is given up soon, and tried again once.
        told.attempts = 2;
        told.backoff = Duration::from_millis(20);
        told.deadlines.headers = Duration::from_secs(10);
        // Small enough that a bomb above it is soon made.
        (told.max_packument_bytes, told.max_tarball_bytes) = (8 << 20, 8 << 20);
        told.deadlines.stall = Duration::from_secs(2);
        let upstream = Upstream::new(told).expect("a client");
        let base = SafeUrl::new(registry.url());
        let enforcer = Enforcer {
            ports: Ports {
                registry: Arc::new(upstream),
                advisories: Arc::new(listed.clone()),
                code: None,
            },
            policy: Arc::new(Policy::default()),
            popular: Arc::default(),
            code: None,
            basis: "test".into(),
        };
        let folder = tempfile::tempdir().expect("a folder");
        let listen = SocketAddr::from(([127, 0, 0, 1], 0));
        let mut settings = GateSettings::new(listen, enforcer.clone(), Arc::<Moved>::clone(&clock));
        settings.pass_to = Arc::new(move |_| Some(base.clone()));
        settings.store = Some(Arc::new(
            SqliteStore::open(&folder.path().join("gate.sqlite")).unwrap(),
        ));
        change(&mut settings);
        let gate = Gate::start(settings).await.expect("the gate starts");
        Self {
            registry,
            gate,
            client: reqwest::Client::new(),
            clock,
            listed,
            enforcer,
            folder,
        }
    }

    pub async fn new(registry: Registry, moment: &str) -> Self {
        Self::with(registry, moment, |_| {}).await
    }

    /// Another handle to the gate's store.
    pub fn store(&self) -> SqliteStore {
        SqliteStore::open(&self.file()).unwrap()
    }

    pub fn file(&self) -> PathBuf {
        self.folder.path().join("gate.sqlite")
    }

    pub async fn get(&self, path: &str, headers: &[(&str, &str)]) -> reqwest::Response {
        let mut request = self.client.get(format!("http://{}{path}", self.gate.address));
        for (key, value) in headers {
            request = request.header(*key, *value);
        }
        request.send().await.expect("the gate answers")
    }

    pub async fn status(&self, path: &str) -> u16 {
        self.get(path, &[]).await.status().as_u16()
    }

    pub async fn json(&self, path: &str) -> Value {
        let text = self
            .get(path, &[("accept", FULL)])
            .await
            .text()
            .await
            .expect("a body");
        serde_json::from_str(&text).unwrap_or_else(|error| panic!("no JSON: {error}: {text}"))
    }

    /// The versions that the document of `package` shows.
    pub async fn versions(&self, package: &str) -> Vec<String> {
        let document = self.json(&format!("/{package}")).await;
        document["versions"]
            .as_object()
            .map(|versions| versions.keys().cloned().collect())
            .unwrap_or_default()
    }

    pub fn events(&self, kind: cleanbill_ports::EventKind) -> Vec<cleanbill_ports::Event> {
        self.store().of_kind(kind, 100).unwrap()
    }
}
