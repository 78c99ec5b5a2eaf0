//! Damage costs what is damaged and nothing else.
#![expect(
    clippy::disallowed_methods,
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "tests damage files and fail by panicking"
)]
use std::{
    fs,
    path::{Path, PathBuf},
    time::{Duration, SystemTime},
};

use cleanbill_embedded::{FileVerdictLog, FolderBlobs, blobs::MAX_BLOB_BYTES};
use cleanbill_model::PackageName;
use cleanbill_ports::{BlobKey, Blobs as _, BlobsError, VerdictLog as _, VerdictRecord};
use cleanbill_testkit::suites::record;
use proptest::prelude::*;

fn key() -> BlobKey {
    BlobKey::parse(&"ab".repeat(32)).unwrap()
}

fn only_file(folder: &Path, end: &str) -> PathBuf {
    let mut open = vec![folder.to_owned()];
    let mut found = Vec::new();
    while let Some(folder) = open.pop() {
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                open.push(path);
            } else if path.to_string_lossy().ends_with(end) {
                found.push(path);
            }
        }
    }
    assert_eq!(found.len(), 1);
    found.remove(0)
}

fn json_of(log: &FileVerdictLog, name: &str) -> Option<String> {
    log.last(&PackageName::parse(name).unwrap(), None)
        .unwrap()
        .map(|record| record.json)
}

#[test]
fn half_a_call_is_none_of_it_and_what_follows_is_sound() {
    let folder = tempfile::tempdir().unwrap();
    let log = FileVerdictLog::in_folder(folder.path());
    log.append(&[record("before", "1.0.0", 1, "{}")]).unwrap();
    let file = only_file(folder.path(), ".jsonl");
    let start = fs::read(&file).unwrap().len();
    log.append(&[record("a", "1.0.0", 2, "{}"), record("b", "1.0.0", 2, "{}")])
        .unwrap();
    let whole = fs::read(&file).unwrap();
    for end in start..whole.len() {
        fs::write(&file, &whole[..end]).unwrap();
        assert_eq!(
            [json_of(&log, "a"), json_of(&log, "b")],
            [None, None],
            "cut at {end}"
        );
        assert!(json_of(&log, "before").is_some());
    }
    for end in [start + 1, whole.len() - 1, whole.len() - 20] {
        fs::write(&file, &whole[..end]).unwrap();
        log.append(&[record("after", "1.0.0", 3, "{}")]).unwrap();
        assert_eq!(
            [json_of(&log, "a"), json_of(&log, "b")],
            [None, None],
            "cut at {end}"
        );
        assert!(json_of(&log, "before").is_some() && json_of(&log, "after").is_some());
    }
}

#[test]
fn a_lost_line_end_costs_the_two_lines_it_joins() {
    let folder = tempfile::tempdir().unwrap();
    let log = FileVerdictLog::in_folder(folder.path());
    let written: Vec<VerdictRecord> = (0..4)
        .map(|n| record(&format!("p{n}"), "1.0.0", n, "{}"))
        .collect();
    log.append(&written).unwrap();
    let file = only_file(folder.path(), ".jsonl");
    let text = fs::read_to_string(&file).unwrap();
    fs::write(&file, text.replacen('\n', "?", 2).replacen('?', "\n", 1)).unwrap();
    let left: Vec<bool> = (0..4)
        .map(|n| json_of(&log, &format!("p{n}")).is_some())
        .collect();
    assert_eq!(left, [true, false, false, true]);
}

#[test]
fn a_log_that_grows_is_rotated_and_bounded() {
    let folder = tempfile::tempdir().unwrap();
    let log = FileVerdictLog::in_folder(folder.path()).bounded(4096, 32);
    let text = "x".repeat(4096);
    for n in 0..40 {
        log.append(&[record(&format!("p{n}"), "1.0.0", n, &text)])
            .unwrap();
    }
    let segments = fs::read_dir(folder.path().join("verdicts-v1")).unwrap().count() - 1;
    assert_eq!(segments, 32);
    assert_eq!(json_of(&log, "p0"), None);
    assert!(json_of(&log, "p8").is_some() && json_of(&log, "p39").is_some());
}

#[test]
fn a_blob_cut_anywhere_moved_or_grown_is_not_there() {
    let folder = tempfile::tempdir().unwrap();
    let store = FolderBlobs::in_folder(folder.path());
    store.put(&key(), b"an analysis").unwrap();
    let file = only_file(folder.path(), "");
    let whole = fs::read(&file).unwrap();
    for end in 0..whole.len() {
        fs::write(&file, &whole[..end]).unwrap();
        assert_eq!(store.get(&key()).unwrap(), None, "cut at {end}");
    }
    fs::write(&file, [whole.as_slice(), b"!"].concat()).unwrap();
    assert_eq!(store.get(&key()).unwrap(), None);
    let other = BlobKey::parse(&format!("{}cd", "ab".repeat(31))).unwrap();
    fs::write(&file, &whole).unwrap();
    fs::rename(&file, file.with_file_name(&other.as_str()[2..])).unwrap();
    assert_eq!(store.get(&other).unwrap(), None);
}

#[test]
fn blobs_are_bounded_each_and_together() {
    let folder = tempfile::tempdir().unwrap();
    let store = FolderBlobs::in_folder(folder.path());
    let large = vec![0; usize::try_from(MAX_BLOB_BYTES).unwrap() + 1];
    assert!(matches!(
        store.put(&key(), &large),
        Err(BlobsError::TooLarge { .. })
    ));
    for n in 0..10 {
        store
            .put(&BlobKey::parse(&format!("{n:064x}")).unwrap(), &[0; 1000])
            .unwrap();
    }
    let abandoned = folder.path().join("blobs-v1/00/.part-1-1-1");
    fs::write(&abandoned, "half").unwrap();
    let later = SystemTime::now() + Duration::from_secs(7200);
    assert!(store.prune(5_000, later).unwrap() <= 5_000);
    assert!(!abandoned.exists());
    let left = (0..10).filter(|n| {
        store
            .get(&BlobKey::parse(&format!("{n:064x}")).unwrap())
            .unwrap()
            .is_some()
    });
    assert_eq!(left.count(), 4);
    assert_eq!(
        FolderBlobs::in_folder(folder.path().join("absent"))
            .prune(0, later)
            .unwrap(),
        0
    );
}

/// One way a file is hurt.
#[derive(Clone, Debug)]
enum Harm {
    Flip { at: usize, bits: u8 },
    Cut { at: usize },
    Insert { at: usize, bytes: Vec<u8> },
    Remove { at: usize, count: usize },
}

fn harm() -> impl Strategy<Value = Harm> {
    prop_oneof![
        (any::<usize>(), 1..=255_u8).prop_map(|(at, bits)| Harm::Flip { at, bits }),
        any::<usize>().prop_map(|at| Harm::Cut { at }),
        (any::<usize>(), prop::collection::vec(any::<u8>(), 1..40))
            .prop_map(|(at, bytes)| Harm::Insert { at, bytes }),
        (any::<usize>(), 1..200_usize).prop_map(|(at, count)| Harm::Remove { at, count }),
    ]
}

fn hurt(bytes: &mut Vec<u8>, harm: &Harm) {
    let length = bytes.len();
    match harm {
        Harm::Flip { at, bits } => bytes[at % length] ^= bits,
        Harm::Cut { at } => bytes.truncate(at % length),
        Harm::Insert { at, bytes: more } => {
            let at = at % length;
            bytes.splice(at..at, more.iter().copied());
        }
        Harm::Remove { at, count } => {
            let at = at % length;
            bytes.drain(at..(at + count).min(length));
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 128, failure_persistence: None, ..ProptestConfig::default() })]

    /// Whatever happens to the bytes: no panic, no error, nothing that was never written, and the log
    /// takes and gives new records.
    #[test]
    fn a_hurt_log_invents_nothing_and_goes_on(harms in prop::collection::vec(harm(), 1..4)) {
        let folder = tempfile::tempdir().unwrap();
        let log = FileVerdictLog::in_folder(folder.path());
        let written: Vec<VerdictRecord> =
            (0..12).map(|n| record(&format!("p{}", n % 4), "1.0.0", n, &format!("{{\"n\":{n}}}"))).collect();
        for call in written.chunks(3) {
            log.append(call).unwrap();
        }
        let file = only_file(folder.path(), ".jsonl");
        let mut bytes = fs::read(&file).unwrap();
        for harm in &harms {
            if !bytes.is_empty() {
                hurt(&mut bytes, harm);
            }
        }
        fs::write(&file, &bytes).unwrap();
        for n in 0..4 {
            let found = log.last(&PackageName::parse(&format!("p{n}")).unwrap(), None).unwrap();
            if let Some(found) = found {
                prop_assert!(written.contains(&found), "{found:?}");
            }
        }
        let after = record("p0", "2.0.0", 99, "{}");
        log.append(std::slice::from_ref(&after)).unwrap();
        prop_assert_eq!(log.last(&after.name, None).unwrap(), Some(after));
    }

    /// One flipped bit costs one record, or two where it joins their lines.
    #[test]
    fn one_flip_costs_little(at in any::<usize>(), bit in 0..8_u8) {
        let folder = tempfile::tempdir().unwrap();
        let log = FileVerdictLog::in_folder(folder.path());
        let written: Vec<VerdictRecord> = (0..10).map(|n| record(&format!("p{n}"), "1.0.0", n, "{}")).collect();
        log.append(&written).unwrap();
        log.append(&[record("after", "1.0.0", 11, "{}")]).unwrap();
        let file = only_file(folder.path(), ".jsonl");
        let mut bytes = fs::read(&file).unwrap();
        let at = at % bytes.len();
        let was_newline = bytes[at] == b'\n';
        bytes[at] ^= 1 << bit;
        fs::write(&file, &bytes).unwrap();
        let left = written.iter().filter(|record| log.last(&record.name, None).unwrap().as_ref() == Some(record));
        let left = left.count();
        prop_assert!(left >= if was_newline { 8 } else { 9 }, "{} left", left);
    }

    #[test]
    fn a_hurt_blob_is_whole_or_not_there(harms in prop::collection::vec(harm(), 1..3), content in prop::collection::vec(any::<u8>(), 0..300)) {
        let folder = tempfile::tempdir().unwrap();
        let store = FolderBlobs::in_folder(folder.path());
        store.put(&key(), &content).unwrap();
        let file = only_file(folder.path(), "");
        let mut bytes = fs::read(&file).unwrap();
        for harm in &harms {
            if !bytes.is_empty() {
                hurt(&mut bytes, harm);
            }
        }
        fs::write(&file, &bytes).unwrap();
        if let Some(found) = store.get(&key()).unwrap() {
            prop_assert_eq!(found, content);
        }
    }
}
