//! The gate's store outlives a process killed in the middle of a write, and a disk that is full.
#![expect(clippy::unwrap_used, reason = "a test that cannot go on says so")]
use std::{
    env,
    io::{BufRead as _, BufReader},
    path::Path,
    process::{Command, Stdio},
};

use cleanbill_embedded::SqliteStore;
use cleanbill_model::{PackageName, Timestamp, Version};
use cleanbill_ports::{EventKind, GateStore as _, Sighting, StoreError, chain::Verifier};
use cleanbill_testkit::suites::event;

const STORE: &str = "CLEANBILL_TEST_STORE";

/// The other process of the next test; alone it does nothing.
#[test]
fn a_writer_that_goes_on_until_it_is_killed() {
    let Some(path) = env::var_os(STORE) else { return };
    let store = SqliteStore::open(Path::new(&path)).unwrap();
    let name = PackageName::parse("left").unwrap();
    for n in 0..100_000_i64 {
        let of = format!("1.0.{n}");
        let events: Vec<_> = (0..7)
            .map(|part| event(EventKind::Served, "left", &of, &format!("part {part}"), n))
            .collect();
        let last = store.append(&events).unwrap();
        let sighting = Sighting {
            version: Version::parse(&of).unwrap(),
            content: format!("content {n}"),
        };
        store.see(&name, Timestamp::from_millis(n), &[sighting]).unwrap();
        println!("written {last}");
    }
}

fn whole(store: &SqliteStore) -> Verifier {
    let mut verifier = Verifier::default();
    loop {
        let piece = store.entries(verifier.number(), 1_000).unwrap();
        if piece.is_empty() {
            return verifier;
        }
        verifier.follow(&piece).unwrap();
    }
}

#[test]
fn a_writer_killed_at_any_moment_loses_nothing_that_was_answered_and_leaves_no_half() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("gate.sqlite");
    let mut least = 0;
    for round in 0..8 {
        let mut child = Command::new(env::current_exe().unwrap())
            .args([
                "--exact",
                "a_writer_that_goes_on_until_it_is_killed",
                "--nocapture",
            ])
            .env(STORE, &path)
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let mut told = 0;
        for line in BufReader::new(child.stdout.take().unwrap()).lines() {
            let line = line.unwrap();
            let Some((_, number)) = line.rsplit_once("written ") else {
                continue;
            };
            least = number.trim().parse::<u64>().unwrap();
            told += 1;
            if told == 3 + round * 5 {
                // SIGKILL: nothing of the writer runs any more.
                child.kill().unwrap();
                break;
            }
        }
        child.wait().unwrap();
        assert!(told >= 3, "the writer wrote");
        let store = SqliteStore::open(&path).unwrap();
        let number = whole(&store).number();
        assert!(
            number >= least,
            "{number} entries are left of {least} that were answered"
        );
        assert_eq!(number % 7, 0, "a call is there in half");
    }
}

#[test]
fn a_full_disk_is_said_as_such_and_what_was_kept_stays_readable() {
    let folder = tempfile::tempdir().unwrap();
    let store = SqliteStore::open(&folder.path().join("gate.sqlite")).unwrap();
    store.bounded(60).unwrap();
    let mut kept = 0;
    let error = loop {
        let events: Vec<_> = (0..50)
            .map(|n| event(EventKind::Served, "left", &format!("1.0.{n}"), "192.0.2.1", n))
            .collect();
        match store.append(&events) {
            Ok(last) => kept = last,
            Err(error) => break error,
        }
        assert!(kept < 100_000, "the bound holds");
    };
    assert!(matches!(error, StoreError::Full { .. }), "{error}");
    assert!(error.to_string().contains("no room left"), "{error}");
    assert!(kept > 0);
    assert_eq!(whole(&store).number(), kept, "the call that failed left nothing");
    store.bounded(10_000).unwrap();
    store
        .append(&[event(EventKind::Served, "left", "2.0.0", "192.0.2.1", 1)])
        .unwrap();
    assert_eq!(whole(&store).number(), kept + 1, "with room again it goes on");
}

#[test]
fn a_store_of_a_later_version_is_left_alone() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("gate.sqlite");
    drop(SqliteStore::open(&path).unwrap());
    rusqlite::Connection::open(&path)
        .unwrap()
        .execute_batch("PRAGMA user_version=99")
        .unwrap();
    assert!(matches!(
        SqliteStore::open(&path),
        Err(StoreError::Later { found: 99, .. })
    ));
}

#[test]
fn a_changed_row_breaks_the_chain() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("gate.sqlite");
    let store = SqliteStore::open(&path).unwrap();
    let events: Vec<_> = (0..9)
        .map(|n| event(EventKind::Served, "left", "1.0.0", "192.0.2.1", n))
        .collect();
    store.append(&events).unwrap();
    rusqlite::Connection::open(&path)
        .unwrap()
        .execute(
            "UPDATE log SET text = replace(text, '192.0.2.1', '192.0.2.9') WHERE number = 4",
            [],
        )
        .unwrap();
    let error = Verifier::default()
        .follow(&store.entries(0, 100).unwrap())
        .unwrap_err();
    assert_eq!(error.to_string(), "entry 4 was changed, or one before it");
}
