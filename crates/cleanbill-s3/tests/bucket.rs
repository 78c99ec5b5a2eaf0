//! The suite of the port against a bucket on loopback, and what happens when the bucket is wrong, damaged or gone.
//! With `CLEANBILL_S3` set to an address and the usual keys in the environment, the suite runs against a real one too.
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    reason = "a test that cannot go on says so"
)]
mod fake;

use std::{
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    time::{Duration, Instant},
};

use axum::body::Bytes;
use cleanbill_ports::{BlobKey, Blobs, BlobsError, MAX_BLOB_BYTES};
use cleanbill_s3::{Keys, Layered, Place, S3Blobs};
use cleanbill_testkit::suites;
use fake::{Fake, ID, SECRET};

fn open(fake: &Fake, prefix: &str) -> S3Blobs {
    let place = Place::parse(&fake.url(prefix)).unwrap();
    S3Blobs::new(place, Keys::new(ID, SECRET, None)).unwrap()
}

fn key() -> BlobKey {
    BlobKey::parse(&"ab".repeat(64)).unwrap()
}

#[test]
fn the_suite_of_the_port() {
    let fake = Fake::start();
    suites::blobs(|| open(&fake, "suite"));
    assert!(fake.log().iter().all(|(line, status)| {
        matches!(status, 200 | 404) && line.split('/').nth(1) == Some(fake::BUCKET)
    }));
}

#[test]
fn the_suite_against_a_bucket_that_is_named() {
    let (Ok(address), Ok(id), Ok(secret)) = (
        std::env::var("CLEANBILL_S3"),
        std::env::var("AWS_ACCESS_KEY_ID"),
        std::env::var("AWS_SECRET_ACCESS_KEY"),
    ) else {
        println!("skipped: no bucket is named in CLEANBILL_S3");
        return;
    };
    let place = Place::parse(&address).unwrap();
    suites::blobs(|| S3Blobs::new(place.clone(), Keys::new(&id, &secret, None)).unwrap());
}

#[test]
fn other_keys_are_not_taken_and_the_error_tells_no_secret() {
    let fake = Fake::start();
    let place = Place::parse(&fake.url("x")).unwrap();
    let blobs = S3Blobs::new(place, Keys::new(ID, "another", None)).unwrap();
    let error = blobs.put(&key(), b"x").err().unwrap();
    let BlobsError::Io { path, source } = error else {
        panic!("{error}")
    };
    assert!(
        source.to_string().contains("keys are not taken (403)"),
        "{source}"
    );
    assert!(!format!("{path}{source}").contains("another"));
}

#[test]
fn what_was_damaged_or_moved_in_the_bucket_is_not_there() {
    let fake = Fake::start();
    let blobs = open(&fake, "damage");
    blobs.put(&key(), b"an analysis").unwrap();
    assert_eq!(
        blobs.get(&key()).unwrap().as_deref(),
        Some(b"an analysis".as_slice())
    );
    let name = format!("damage/{}", key().as_str());
    let mut whole = Bytes::new();
    fake.change(|objects| whole = objects.get(&name).unwrap().clone());
    for end in 0..whole.len() {
        fake.change(|objects| drop(objects.insert(name.clone(), whole.slice(..end))));
        assert_eq!(blobs.get(&key()).unwrap(), None, "cut at {end}");
    }
    let other = BlobKey::parse(&"cd".repeat(64)).unwrap();
    fake.change(|objects| drop(objects.insert(format!("damage/{}", other.as_str()), whole.clone())));
    assert_eq!(blobs.get(&other).unwrap(), None);
    let bound = usize::try_from(MAX_BLOB_BYTES).unwrap();
    fake.change(|objects| drop(objects.insert(name.clone(), vec![0; bound + 64].into())));
    assert_eq!(blobs.get(&key()).unwrap(), None, "a blob above the bound");
    assert!(matches!(
        blobs.put(&key(), &vec![0; bound + 1]),
        Err(BlobsError::TooLarge { .. })
    ));
}

#[test]
fn a_bucket_that_is_gone_costs_one_wait_and_not_one_for_each_who_asks() {
    let mut fake = Fake::start();
    let blobs = open(&fake, "gone");
    fake.wrong(503);
    assert!(blobs.get(&key()).is_err());
    assert_eq!(fake.log().len(), 3, "an error of its own is asked again about");
    fake.wrong(0);
    let asked = fake.log().len();
    assert!(blobs.get(&key()).is_err(), "it is left alone for a while");
    assert_eq!(fake.log().len(), asked);
    let fresh = open(&fake, "gone");
    fake.stop();
    let started = Instant::now();
    for _ in 0..50 {
        assert!(fresh.get(&key()).is_err());
    }
    assert!(
        started.elapsed() < Duration::from_secs(5),
        "{:?}",
        started.elapsed()
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 1)]
async fn a_call_from_within_a_runtime_does_not_stop_it() {
    let fake = tokio::task::spawn_blocking(Fake::start).await.unwrap();
    let blobs = open(&fake, "within");
    let ticks = Arc::new(AtomicUsize::new(0));
    let counted = Arc::clone(&ticks);
    let ticking = tokio::spawn(async move {
        loop {
            counted.fetch_add(1, Ordering::SeqCst);
            tokio::time::sleep(Duration::from_millis(1)).await;
        }
    });
    blobs.put(&key(), &vec![7; 8 << 20]).unwrap();
    assert_eq!(blobs.get(&key()).unwrap().map(|bytes| bytes.len()), Some(8 << 20));
    assert!(ticks.load(Ordering::SeqCst) > 1, "the one worker was held up");
    ticking.abort();
    drop(blobs);
    tokio::task::spawn_blocking(move || drop(fake)).await.unwrap();
}

/// A store in memory that counts.
#[derive(Default)]
struct Near(std::sync::Mutex<std::collections::HashMap<BlobKey, Vec<u8>>>);

impl Blobs for Near {
    fn get(&self, key: &BlobKey) -> Result<Option<Vec<u8>>, BlobsError> {
        Ok(self.0.lock().unwrap().get(key).cloned())
    }
    fn put(&self, key: &BlobKey, bytes: &[u8]) -> Result<(), BlobsError> {
        self.0.lock().unwrap().insert(key.clone(), bytes.to_vec());
        Ok(())
    }
}

#[test]
fn what_one_replica_has_made_another_finds_once_and_keeps_near() {
    let fake = Fake::start();
    let replica = || Layered {
        near: Near::default(),
        shared: open(&fake, "layers"),
    };
    let (one, other) = (replica(), replica());
    one.put(&key(), b"made once").unwrap();
    for _ in 0..3 {
        assert_eq!(
            other.get(&key()).unwrap().as_deref(),
            Some(b"made once".as_slice())
        );
    }
    let got = fake
        .log()
        .iter()
        .filter(|(line, _)| line.starts_with("GET"))
        .count();
    assert_eq!(got, 1);
    fake.wrong(500);
    assert!(
        one.put(&key(), b"again").is_err(),
        "it is told that nobody else has it"
    );
    assert_eq!(one.get(&key()).unwrap().as_deref(), Some(b"again".as_slice()));
}
