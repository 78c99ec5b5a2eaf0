//! What a gate keeps, and what follows from it: its own clock, locked versions, rules that change, the log.
#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "a test that cannot go on says so"
)]
mod stand;

use std::sync::Arc;

use cleanbill_gate::failures::Unlogged;
use cleanbill_model::{PackageName, Purl, Timestamp, Version};
use cleanbill_ports::{
    Chained, Event, EventKind, GateStore, KeptVerdict, Locked, Seen, Sighting, StoreError, Token,
    chain::Verifier,
};
use cleanbill_testkit::Registry;
use serde_json::json;
use stand::{Stand, left, name, version};

#[tokio::test]
async fn a_version_dated_back_by_its_registry_is_as_old_as_the_gates_last_look() {
    let stand = Stand::new(Registry::with([left().build()]), "2026-07-01T00:00:00Z").await;
    assert_eq!(stand.versions("left").await, ["1.0.0", "1.1.0"]);
    let back_dated = left()
        .release("1.2.0", &[("index.js", "module.exports = 3;\n")])
        .published("1.2.0", "2026-06-02T00:00:00.000Z")
        .tag("latest", "1.2.0");
    stand.registry.publish(back_dated.build());
    stand.clock.to("2026-07-01T12:00:00Z");
    let document = stand.json("/left").await;
    assert!(document["versions"].get("1.2.0").is_none(), "{document}");
    assert_eq!(document["dist-tags"]["latest"], "1.1.0");
    assert_eq!(stand.status("/left/-/left-1.2.0.tgz").await, 403);
    let changed = stand.events(EventKind::Changed);
    assert_eq!(changed.len(), 1, "{changed:?}");
    assert!(changed[0].text.contains("2026-06-02"), "{}", changed[0].text);
    stand.clock.to("2026-07-04T00:00:01Z");
    let document = stand.json("/left").await;
    assert_eq!(
        document["time"]["1.2.0"], "2026-07-01T00:00:00Z",
        "three days after the look without it"
    );
    assert_eq!(document["dist-tags"]["latest"], "1.2.0");
}

#[tokio::test]
async fn other_bytes_behind_a_known_version_are_new() {
    let stand = Stand::new(Registry::with([left().build()]), "2026-07-01T00:00:00Z").await;
    assert_eq!(stand.versions("left").await, ["1.0.0", "1.1.0"]);
    let other = cleanbill_testkit::PackageBuilder::new("left")
        .release("1.0.0", &[("index.js", "module.exports = 1;\n")])
        .published("1.0.0", "2024-01-01T00:00:00.000Z")
        .release("1.1.0", &[("index.js", "module.exports = 'other';\n")])
        .published("1.1.0", "2026-06-01T00:00:00.000Z")
        .tag("latest", "1.1.0");
    stand.registry.publish(other.build());
    stand.clock.to("2026-07-01T12:00:00Z");
    assert_eq!(stand.versions("left").await, ["1.0.0"]);
}

#[tokio::test]
async fn a_registry_without_times_gets_those_of_the_first_sighting_and_they_last() {
    let bare = cleanbill_testkit::PackageBuilder::new("left")
        .release("1.0.0", &[("index.js", "module.exports = 1;\n")])
        .partial(json!({"time": null}))
        .tag("latest", "1.0.0");
    let stand = Stand::new(Registry::with([bare.build()]), "2026-07-01T00:00:00Z").await;
    assert_eq!(stand.status("/left").await, 403, "new to us, and so held");
    stand.clock.to("2026-07-20T00:00:00Z");
    let document = stand.json("/left").await;
    assert_eq!(document["time"]["1.0.0"], "2026-07-01T00:00:00Z", "{document}");
}

#[tokio::test]
async fn a_clock_that_jumps_back_makes_nothing_older() {
    let stand = Stand::new(Registry::with([left().build()]), "2026-07-01T00:00:00Z").await;
    stand.versions("left").await;
    stand.clock.to("2026-06-10T00:00:00Z");
    stand.versions("left").await;
    stand.clock.to("2026-07-02T00:00:00Z");
    stand.registry.publish(
        left()
            .release("1.2.0", &[("index.js", "3")])
            .published("1.2.0", "2026-06-11T00:00:00.000Z")
            .build(),
    );
    stand.clock.to("2026-07-02T01:00:00Z");
    assert_eq!(stand.versions("left").await, ["1.0.0", "1.1.0"]);
}

fn young() -> Registry {
    Registry::with([left().build()])
}

/// A day after 1.1.0 came out: it is held by its age alone.
const YOUNG: &str = "2026-06-02T00:00:00Z";

fn integrity_of(document: &serde_json::Value, of: &str) -> String {
    document["policyRestrictions"]["versions"][of]["dist"]["integrity"]
        .as_str()
        .unwrap()
        .to_owned()
}

#[tokio::test]
async fn what_was_locked_before_the_gate_came_stays_to_be_seen_and_is_served_where_its_age_alone_holds_it() {
    let stand = Stand::new(young(), YOUNG).await;
    let before = stand.json("/left").await;
    assert!(before["versions"].get("1.1.0").is_none());
    assert_eq!(stand.status("/left/-/left-1.1.0.tgz").await, 403);
    let locked = Locked {
        name: name("left"),
        version: version("1.1.0"),
        content: integrity_of(&before, "1.1.0"),
    };
    stand.store().keep_locked(&[locked]).unwrap();
    stand.clock.to("2026-06-02T00:06:00Z");
    let after = stand.json("/left").await;
    assert!(after["versions"].get("1.1.0").is_some(), "{after}");
    assert_eq!(after["dist-tags"]["latest"], "1.0.0", "it is not proposed");
    assert_eq!(stand.status("/left/1.1.0").await, 200);
    assert_eq!(stand.status("/left/-/left-1.1.0.tgz").await, 200);
    stand.listed.malicious("left", "1.1.0");
    stand.gate.renew(stand.enforcer.clone()).await.unwrap();
    assert_eq!(
        stand.status("/left/-/left-1.1.0.tgz").await,
        403,
        "malware is not grandfathered"
    );
    assert!(
        stand.versions("left").await.contains(&"1.1.0".to_owned()),
        "frozen installs still find it"
    );
}

#[tokio::test]
async fn other_bytes_than_the_locked_ones_are_not_spared() {
    let stand = Stand::new(young(), YOUNG).await;
    let locked = Locked {
        name: name("left"),
        version: version("1.1.0"),
        content: format!("sha512-{}==", "A".repeat(86)),
    };
    stand.store().keep_locked(&[locked]).unwrap();
    assert_eq!(stand.versions("left").await, ["1.0.0"]);
    assert_eq!(stand.status("/left/-/left-1.1.0.tgz").await, 403);
}

#[tokio::test]
async fn what_the_project_at_hand_has_locked_is_seen_and_not_served() {
    let stand = Stand::with(young(), YOUNG, |settings| {
        settings.locked = Arc::new(|name| {
            vec![Locked {
                name: name.clone(),
                version: Version::parse("1.1.0").unwrap(),
                content: String::new(),
            }]
        });
    })
    .await;
    assert_eq!(stand.versions("left").await, ["1.0.0", "1.1.0"]);
    assert_eq!(stand.status("/left/-/left-1.1.0.tgz").await, 403);
}

#[tokio::test]
async fn a_list_that_changes_is_in_force_at_once_and_tells_who_had_fetched_what_it_names() {
    let stand = Stand::new(Registry::with([left().build()]), "2026-07-01T00:00:00Z").await;
    let tag = |response: &reqwest::Response| response.headers()["etag"].to_str().unwrap().to_owned();
    let before = tag(&stand.get("/left", &[]).await);
    assert_eq!(stand.status("/left/-/left-1.1.0.tgz").await, 200);
    stand.listed.malicious("left", "1.1.0");
    assert_eq!(stand.gate.renew(stand.enforcer.clone()).await.unwrap(), 1);
    assert_eq!(stand.status("/left/-/left-1.1.0.tgz").await, 403);
    assert_ne!(
        tag(&stand.get("/left", &[]).await),
        before,
        "the validator is another"
    );
    let bad = stand.events(EventKind::FoundBad);
    assert_eq!(bad.len(), 1);
    assert!(
        bad[0].text.contains("left@1.1.0") && bad[0].text.contains("MAL-2026-9"),
        "{}",
        bad[0].text
    );
    assert_eq!(
        stand.gate.renew(stand.enforcer.clone()).await.unwrap(),
        0,
        "told once"
    );
    let about = stand
        .store()
        .about(&name("left"), Some(&version("1.1.0")), 9)
        .unwrap();
    let served: Vec<&Event> = about
        .iter()
        .filter(|event| event.kind == EventKind::Served)
        .collect();
    assert_eq!(served.len(), 1);
    assert_eq!(served[0].who, "127.0.0.1");
}

#[tokio::test]
async fn everything_served_and_refused_stands_in_a_whole_chain() {
    let stand = Arc::new(Stand::new(young(), YOUNG).await);
    let mut tasks = Vec::new();
    for n in 0..60 {
        let stand = Arc::clone(&stand);
        tasks.push(tokio::spawn(async move {
            let of = if n % 3 == 0 { "1.1.0" } else { "1.0.0" };
            stand.status(&format!("/left/-/left-{of}.tgz")).await
        }));
    }
    let mut answers = Vec::new();
    for task in tasks {
        answers.push(task.await.unwrap());
    }
    assert_eq!(answers.iter().filter(|status| **status == 200).count(), 40);
    assert_eq!(answers.iter().filter(|status| **status == 403).count(), 20);
    let entries = stand.store().entries(0, 1_000).unwrap();
    Verifier::default().follow(&entries).unwrap();
    let of = |kind| {
        let events = entries.iter().filter_map(|entry| Event::from_text(&entry.text));
        events.filter(|event| event.kind == kind).count()
    };
    assert_eq!(
        (of(EventKind::Served), of(EventKind::Refused), of(EventKind::Gate)),
        (40, 20, 1)
    );
}

/// A store whose disk fills up when told.
struct Filling {
    inner: cleanbill_embedded::SqliteStore,
    full: std::sync::atomic::AtomicBool,
}

impl Filling {
    fn fails(&self) -> Result<(), StoreError> {
        if self.full.load(std::sync::atomic::Ordering::SeqCst) {
            return Err(StoreError::Full { place: "here".into() });
        }
        Ok(())
    }
}

impl GateStore for Filling {
    fn place(&self) -> String {
        self.inner.place()
    }
    fn check(&self) -> Result<(), StoreError> {
        self.fails()
    }
    fn see(&self, name: &PackageName, at: Timestamp, seen: &[Sighting]) -> Result<Vec<Seen>, StoreError> {
        self.fails()?;
        self.inner.see(name, at, seen)
    }
    fn verdict(&self, content: &str, basis: &str) -> Result<Option<KeptVerdict>, StoreError> {
        self.inner.verdict(content, basis)
    }
    fn keep_verdict(
        &self,
        content: &str,
        basis: &str,
        verdict: &KeptVerdict,
        renew: Timestamp,
    ) -> Result<KeptVerdict, StoreError> {
        self.fails()?;
        self.inner.keep_verdict(content, basis, verdict, renew)
    }
    fn append(&self, events: &[Event]) -> Result<u64, StoreError> {
        self.fails()?;
        self.inner.append(events)
    }
    fn entries(&self, after: u64, limit: usize) -> Result<Vec<Chained>, StoreError> {
        self.inner.entries(after, limit)
    }
    fn about(
        &self,
        name: &PackageName,
        of: Option<&Version>,
        limit: usize,
    ) -> Result<Vec<Event>, StoreError> {
        self.inner.about(name, of, limit)
    }
    fn of_kind(&self, kind: EventKind, limit: usize) -> Result<Vec<Event>, StoreError> {
        self.inner.of_kind(kind, limit)
    }
    fn served(&self, after: Option<&Purl>, limit: usize) -> Result<Vec<Purl>, StoreError> {
        self.inner.served(after, limit)
    }
    fn add_token(&self, token: &Token) -> Result<(), StoreError> {
        self.inner.add_token(token)
    }
    fn tokens(&self) -> Result<Vec<Token>, StoreError> {
        self.inner.tokens()
    }
    fn revoke_token(&self, id: &str, at: Timestamp) -> Result<bool, StoreError> {
        self.inner.revoke_token(id, at)
    }
    fn keep_locked(&self, locked: &[Locked]) -> Result<(), StoreError> {
        self.inner.keep_locked(locked)
    }
    fn locked(&self, name: &PackageName) -> Result<Vec<Locked>, StoreError> {
        self.inner.locked(name)
    }
}

async fn filling(unlogged: Unlogged) -> (Stand, Arc<Filling>) {
    let folder = tempfile::tempdir().unwrap();
    let store = Arc::new(Filling {
        inner: cleanbill_embedded::SqliteStore::open(&folder.keep().join("gate.sqlite")).unwrap(),
        full: false.into(),
    });
    let given = Arc::clone(&store);
    let stand = Stand::with(young(), "2026-07-01T00:00:00Z", move |settings| {
        settings.store = Some(given);
        settings.unlogged = unlogged;
    })
    .await;
    (stand, store)
}

#[tokio::test]
async fn a_full_disk_closes_the_gate_unless_its_keeper_said_otherwise() {
    let path = "/left/-/left-1.0.0.tgz";
    for (unlogged, expected) in [(Unlogged::Refuse, 503), (Unlogged::Serve, 200)] {
        let (stand, store) = filling(unlogged).await;
        assert_eq!(stand.status(path).await, 200);
        assert_eq!(stand.status("/-/cleanbill/ready").await, 200);
        store.full.store(true, std::sync::atomic::Ordering::SeqCst);
        assert_eq!(stand.status(path).await, expected, "{unlogged:?}");
        assert_eq!(stand.status("/-/cleanbill/ready").await, 503);
        assert_eq!(
            stand.status("/-/cleanbill/health").await,
            200,
            "it lives all the same"
        );
        let metrics = stand.get("/-/cleanbill/metrics", &[]).await.text().await.unwrap();
        assert!(metrics.contains("cleanbill_log_failures_total 1"), "{metrics}");
        stand.clock.to("2026-07-01T00:06:00Z");
        assert_eq!(
            stand.status("/left").await,
            503,
            "nothing new is judged without its own clock"
        );
        store.full.store(false, std::sync::atomic::Ordering::SeqCst);
        assert_eq!(stand.status("/left").await, 200);
        assert_eq!(stand.status(path).await, 200);
    }
}
