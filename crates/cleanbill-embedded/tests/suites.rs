//! The stores of one folder pass the suites of their ports.
use cleanbill_embedded::{FileVerdictLog, FolderBlobs, SqliteStore};
use cleanbill_testkit::suites;

#[test]
fn blobs() {
    let folder = tempfile::tempdir().unwrap();
    suites::blobs(|| FolderBlobs::in_folder(folder.path()));
}

#[test]
fn verdict_log() {
    let folder = tempfile::tempdir().unwrap();
    suites::verdict_log(|| FileVerdictLog::in_folder(folder.path()));
}

#[test]
fn gate_store() {
    let folder = tempfile::tempdir().unwrap();
    suites::gate_store(|| SqliteStore::open(&folder.path().join("gate.sqlite")).unwrap());
}
