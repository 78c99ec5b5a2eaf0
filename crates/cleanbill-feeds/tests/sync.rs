//! Feeds brought in from archives and folders, good ones and hostile ones.
#![expect(clippy::unwrap_used, reason = "helpers of tests may fail loudly")]
#![expect(clippy::disallowed_methods, reason = "tests make their feeds on the disk")]
mod common;

use std::fs;

use cleanbill_feeds::{FeedSet, SourceError, SyncError, sync_local};
use cleanbill_model::{Age, PackageName, Timestamp, Version};
use cleanbill_ports::{Advisories, FeedState, FeedStatus};
use common::{malicious, now, settings, zip};
use tempfile::tempdir;

fn name(text: &str) -> PackageName {
    PackageName::parse(text).unwrap()
}

/// The status of the one feed beside the pack.
fn status(set: &FeedSet, at: Timestamp) -> FeedStatus {
    set.status(at)
        .into_iter()
        .find(|status| status.name != "cleanbill-campaigns")
        .unwrap()
}

#[test]
fn an_archive_is_brought_in_and_found_by_name() {
    let dir = tempdir().unwrap();
    let feed = zip(
        &dir.path().join("all.zip"),
        &[
            (
                "MAL-2026-1.json",
                malicious("MAL-2026-1", "left", &["1.0.1"]).as_bytes(),
            ),
            (
                "nested/GHSA-1.json",
                br#"{"id": "GHSA-1", "affected": [{"package": {"ecosystem": "npm", "name": "@a/b"},
            "ranges": [{"type": "SEMVER", "events": [{"introduced": "0"}, {"fixed": "2.0.0"}]}]}]}"#,
            ),
        ],
    );
    let settings = settings("osv", &feed);
    let report = sync_local(dir.path(), &settings, now()).unwrap();
    assert_eq!((report.malicious, report.vulnerable, report.names), (1, 1, 2));
    assert_eq!((report.skipped.total(), report.before), (0, None));
    let set = FeedSet::open(dir.path(), &[settings], now());
    let found = set.about(&name("left"));
    let advisory = found.first().unwrap();
    assert!(advisory.names(&Version::parse("1.0.1").unwrap()));
    assert_eq!(advisory.summary.raw(), "Malicious code in left (npm)");
    assert_eq!(advisory.feed, "osv");
    assert_eq!(set.about(&name("@a/b")).len(), 1);
    assert!(set.about(&name("right")).is_empty());
    let status = status(&set, now());
    assert_eq!(
        (status.state, status.malicious, status.vulnerable),
        (FeedState::Fresh, 1, 1)
    );
    assert_eq!(status.synced, Some(now()));
}

#[test]
fn a_folder_is_read_at_every_depth_and_links_are_not_followed() {
    let dir = tempdir().unwrap();
    let source = dir.path().join("osv");
    fs::create_dir_all(source.join("npm/left")).unwrap();
    fs::create_dir_all(source.join(".git/objects")).unwrap();
    fs::write(
        source.join("npm/left/MAL-1.json"),
        malicious("MAL-1", "left", &["1.0.0"]),
    )
    .unwrap();
    fs::write(source.join("README.md"), "words").unwrap();
    fs::write(
        source.join(".git/objects/x.json"),
        malicious("MAL-9", "never", &["1.0.0"]),
    )
    .unwrap();
    #[cfg(unix)]
    std::os::unix::fs::symlink("/etc", source.join("etc")).unwrap();
    let report = sync_local(dir.path(), &settings("folder", &source), now()).unwrap();
    assert_eq!(
        (report.records, report.skipped.by_code.get("not-json")),
        (1, Some(&1))
    );
    #[cfg(unix)]
    assert_eq!(report.skipped.by_code.get("symlink"), Some(&1));
}

#[test]
fn a_bad_record_is_counted_and_named_and_the_others_stand() {
    let dir = tempdir().unwrap();
    let feed = zip(
        &dir.path().join("all.zip"),
        &[
            ("MAL-1.json", malicious("MAL-1", "left", &["1.0.0"]).as_bytes()),
            ("bad/MAL-2.json", b"{\"id\": 3}"),
            (
                "MAL-3.json",
                malicious("MAL-3", "right", &["1.0.0", "one point oh"]).as_bytes(),
            ),
            ("notes.txt", b"words"),
            ("../MAL-4.json", malicious("MAL-4", "up", &["1.0.0"]).as_bytes()),
            (
                "/etc/MAL-5.json",
                malicious("MAL-5", "root", &["1.0.0"]).as_bytes(),
            ),
            ("a\\b.json", malicious("MAL-6", "slash", &["1.0.0"]).as_bytes()),
        ],
    );
    let report = sync_local(dir.path(), &settings("osv", &feed), now()).unwrap();
    assert_eq!(report.records, 2);
    let counted: Vec<_> = report
        .skipped
        .by_code
        .iter()
        .map(|(code, n)| (*code, *n))
        .collect();
    assert_eq!(
        counted,
        [
            ("bad-version", 1),
            ("not-json", 1),
            ("path-leads-out", 3),
            ("record-unreadable", 1)
        ]
    );
    let told = report
        .skipped
        .told
        .iter()
        .find(|part| part.code == "record-unreadable")
        .unwrap();
    assert_eq!(told.file.raw(), "bad/MAL-2.json");
    assert!(told.reason.raw().contains("expected a string"), "{told:?}");
}

#[test]
fn of_two_records_with_one_id_the_newer_stands_and_the_other_is_told() {
    let dir = tempdir().unwrap();
    let source = dir.path().join("osv");
    fs::create_dir(&source).unwrap();
    let old = malicious("MAL-1", "left", &["1.0.0"]);
    let new = old.replace("2026-01-02", "2026-02-02").replace("1.0.0", "2.0.0");
    fs::write(source.join("a.json"), &new).unwrap();
    fs::write(source.join("b.json"), &old).unwrap();
    let settings = settings("osv", &source);
    let report = sync_local(dir.path(), &settings, now()).unwrap();
    assert_eq!(
        (report.records, report.skipped.by_code.get("duplicate-id")),
        (1, Some(&1))
    );
    let found = FeedSet::open(dir.path(), &[settings], now()).about(&name("left"));
    assert!(found.first().unwrap().names(&Version::parse("2.0.0").unwrap()));
}

#[test]
fn withdrawn_and_later_published_stand_as_the_day_asked_for_had_them() {
    let dir = tempdir().unwrap();
    let source = dir.path().join("osv");
    fs::create_dir(&source).unwrap();
    let record =
        malicious("MAL-1", "left", &["1.0.0"]).replacen('{', r#"{"withdrawn": "2026-03-01T00:00:00Z", "#, 1);
    fs::write(source.join("a.json"), record).unwrap();
    let settings = [settings("osv", &source)];
    sync_local(dir.path(), &settings[0], now()).unwrap();
    let on =
        |day: &str| FeedSet::open(dir.path(), &settings, Timestamp::parse(day).unwrap()).about(&name("left"));
    assert!(on("2025-12-31").is_empty(), "not published yet");
    assert!(on("2026-02-01").first().unwrap().withdrawn.is_none(), "standing");
    assert!(
        on("2026-04-01").first().unwrap().withdrawn.is_some(),
        "taken back, and told"
    );
}

#[test]
fn a_date_ahead_of_the_clock_hides_nothing_that_is_already_there() {
    let dir = tempdir().unwrap();
    let source = dir.path().join("osv");
    fs::create_dir(&source).unwrap();
    let record = malicious("MAL-1", "left", &["1.0.0"]).replace("2026-01-01", "2036-01-01");
    fs::write(source.join("a.json"), record).unwrap();
    let settings = [settings("osv", &source)];
    sync_local(dir.path(), &settings[0], now()).unwrap();
    assert_eq!(
        FeedSet::open(dir.path(), &settings, now())
            .about(&name("left"))
            .len(),
        1
    );
}

#[test]
fn a_feed_never_brought_in_is_absent_and_says_so() {
    let dir = tempdir().unwrap();
    let set = FeedSet::open(dir.path(), &[settings("osv", dir.path())], now());
    let status = status(&set, now());
    assert_eq!(status.state, FeedState::Absent);
    assert!(status.problem.is_some());
    assert!(!set.about(&name("axios")).is_empty(), "the pack still answers");
}

#[test]
fn an_old_feed_is_stale_and_still_answers() {
    let dir = tempdir().unwrap();
    let feed = zip(
        &dir.path().join("all.zip"),
        &[("a.json", malicious("MAL-1", "left", &["1.0.0"]).as_bytes())],
    );
    let settings = [settings("osv", &feed)];
    sync_local(dir.path(), &settings[0], now()).unwrap();
    let later = now().plus(Age::days(3));
    let set = FeedSet::open(dir.path(), &settings, later);
    let status = status(&set, later);
    assert_eq!(status.state, FeedState::Stale);
    assert_eq!(
        status.problem.as_deref(),
        Some("it is 3 days old, the limit is 2 days")
    );
    assert_eq!(set.about(&name("left")).len(), 1);
}

#[test]
fn a_source_without_npm_packages_makes_an_empty_feed_never_a_good_one() {
    let dir = tempdir().unwrap();
    let other = br#"{"id": "PYSEC-1", "affected": [{"package": {"ecosystem": "PyPI", "name": "x"}}]}"#;
    let feed = zip(&dir.path().join("all.zip"), &[("PYSEC-1.json", other)]);
    let settings = [settings("osv", &feed)];
    let report = sync_local(dir.path(), &settings[0], now()).unwrap();
    assert_eq!((report.records, report.other_ecosystems), (0, 1));
    assert_eq!(
        status(&FeedSet::open(dir.path(), &settings, now()), now()).state,
        FeedState::Empty
    );
}

#[test]
fn a_source_that_suddenly_holds_nothing_leaves_the_old_index() {
    let dir = tempdir().unwrap();
    let path = dir.path().join("all.zip");
    zip(
        &path,
        &[("a.json", malicious("MAL-1", "left", &["1.0.0"]).as_bytes())],
    );
    let settings = [settings("osv", &path)];
    sync_local(dir.path(), &settings[0], now()).unwrap();
    zip(&path, &[("readme.txt", b"moved")]);
    let error = sync_local(dir.path(), &settings[0], now()).unwrap_err();
    assert!(
        matches!(error, SyncError::BecameEmpty { before: 1, .. }),
        "{error}"
    );
    assert_eq!(
        FeedSet::open(dir.path(), &settings, now())
            .about(&name("left"))
            .len(),
        1
    );
}

#[test]
fn an_archive_cut_anywhere_is_refused_and_the_old_index_stands() {
    let dir = tempdir().unwrap();
    let path = dir.path().join("all.zip");
    zip(
        &path,
        &[
            ("a.json", malicious("MAL-1", "left", &["1.0.0"]).as_bytes()),
            ("b.json", malicious("MAL-2", "right", &["1.0.0"]).as_bytes()),
        ],
    );
    let settings = [settings("osv", &path)];
    sync_local(dir.path(), &settings[0], now()).unwrap();
    let whole = fs::read(&path).unwrap();
    for cut in [0, 1, 30, whole.len() / 2, whole.len() - 23, whole.len() - 1] {
        fs::write(&path, &whole[..cut]).unwrap();
        let error = sync_local(dir.path(), &settings[0], now()).unwrap_err();
        assert!(
            matches!(
                error,
                SyncError::Source {
                    cause: SourceError::NoArchive { .. },
                    ..
                }
            ),
            "{cut}: {error}"
        );
    }
    assert_eq!(
        FeedSet::open(dir.path(), &settings, now())
            .about(&name("right"))
            .len(),
        1
    );
    let left: Vec<_> = fs::read_dir(dir.path())
        .unwrap()
        .map(|e| e.unwrap().file_name())
        .collect();
    assert_eq!(
        left.len(),
        3,
        "archive, index and state, and no partial file: {left:?}"
    );
}

#[test]
fn a_damaged_entry_is_told_and_the_others_stand() {
    let dir = tempdir().unwrap();
    let path = dir.path().join("all.zip");
    let first = malicious("MAL-1", "left", &["1.0.0"]);
    zip(
        &path,
        &[
            ("a.json", first.as_bytes()),
            ("b.json", malicious("MAL-2", "right", &["1.0.0"]).as_bytes()),
        ],
    );
    let mut bytes = fs::read(&path).unwrap();
    for byte in &mut bytes[50..70] {
        *byte ^= 0xff;
    }
    fs::write(&path, &bytes).unwrap();
    let report = sync_local(dir.path(), &settings("osv", &path), now()).unwrap();
    assert_eq!((report.records, report.skipped.total()), (1, 1));
}

#[test]
fn an_entry_that_unpacks_without_end_is_left_out() {
    let dir = tempdir().unwrap();
    let bomb = format!(
        r#"{{"id": "MAL-1", "details": "{}"}}"#,
        " ".repeat(2 * 1024 * 1024)
    );
    let huge = vec![b' '; 40 * 1024 * 1024];
    let feed = zip(
        &dir.path().join("all.zip"),
        &[
            ("bomb.json", bomb.as_bytes()),
            ("huge.json", &huge),
            ("good.json", malicious("MAL-2", "left", &["1.0.0"]).as_bytes()),
        ],
    );
    let report = sync_local(dir.path(), &settings("osv", &feed), now()).unwrap();
    let counted: Vec<_> = report
        .skipped
        .by_code
        .iter()
        .map(|(code, n)| (*code, *n))
        .collect();
    assert_eq!(
        (report.records, counted),
        (1, vec![("packed-too-well", 1), ("record-too-large", 1)])
    );
}

#[test]
fn an_archive_of_many_bombs_ends_early() {
    let dir = tempdir().unwrap();
    let bomb = vec![b' '; 4 * 1024 * 1024];
    let names: Vec<String> = (0..20).map(|n| format!("{n}.json")).collect();
    let entries: Vec<(&str, &[u8])> = names
        .iter()
        .map(|name| (name.as_str(), bomb.as_slice()))
        .collect();
    let feed = zip(&dir.path().join("all.zip"), &entries);
    let error = sync_local(dir.path(), &settings("osv", &feed), now()).unwrap_err();
    assert!(
        matches!(
            error,
            SyncError::Source {
                cause: SourceError::TooLargeUnpacked { .. },
                ..
            }
        ),
        "{error}"
    );
}

#[test]
fn a_name_that_leaves_the_state_folder_is_refused() {
    let dir = tempdir().unwrap();
    for bad in [
        "",
        "../up",
        "a/b",
        "A",
        "a.b",
        "cleanbill-campaigns",
        &"x".repeat(65),
    ] {
        let settings = settings(bad, dir.path());
        assert!(
            matches!(sync_local(dir.path(), &settings, now()), Err(SyncError::Name(_))),
            "{bad}"
        );
        let set = FeedSet::open(dir.path(), &[settings], now());
        let all = set.status(now());
        assert_eq!(all.last().unwrap().state, FeedState::Broken, "{bad}");
    }
}

#[test]
fn a_missing_source_is_an_error_with_its_cause() {
    let dir = tempdir().unwrap();
    let error = sync_local(dir.path(), &settings("osv", &dir.path().join("none.zip")), now()).unwrap_err();
    assert!(
        matches!(
            error,
            SyncError::Source {
                cause: SourceError::Io(_),
                ..
            }
        ),
        "{error}"
    );
}
