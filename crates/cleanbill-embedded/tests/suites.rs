//! The stores of one folder pass the suites of their ports.
use cleanbill_embedded::{FileVerdictLog, FolderBlobs};
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
