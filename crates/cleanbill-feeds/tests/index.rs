//! The compiled index: it gives back what was put in, and damage is told, never a panic.
#![expect(clippy::unwrap_used, reason = "helpers of tests may fail loudly")]
#![expect(clippy::disallowed_methods, reason = "tests make their feeds on the disk")]
mod common;

use std::fs;

use cleanbill_feeds::{
    FeedSet,
    index::{Builder, Index, IndexError},
    osv, sync_local,
};
use cleanbill_model::{Advisory, PackageName, Timestamp};
use cleanbill_ports::{Advisories, FeedState};
use common::{malicious, now, settings, zip};
use proptest::prelude::*;
use tempfile::tempdir;

/// Packages of the sample, enough for several buckets.
const PACKS: u64 = 40;

fn name(text: &str) -> PackageName {
    PackageName::parse(text).unwrap()
}

const FULL: &str = r#"{
    "id": "GHSA-full", "modified": "2026-01-02T00:00:00Z", "published": "2026-01-01T00:00:00Z",
    "withdrawn": "2026-06-01T00:00:00Z", "aliases": ["CVE-2026-1", "MAL-2026-1"], "summary": "a \u202e line",
    "severity": [{"type": "CVSS_V3", "score": "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H"}],
    "references": [{"type": "ADVISORY", "url": "https://advisories.example/GHSA-full"}],
    "affected": [{
        "package": {"ecosystem": "npm", "name": "@scope/full"}, "versions": ["1.0.0", "1.0.1-rc.1+b"],
        "ranges": [{"type": "SEMVER", "events": [{"introduced": "0"}, {"fixed": "0.9.0"}]},
                   {"type": "SEMVER", "events": [{"introduced": "2.0.0"}, {"last_affected": "2.1.0"}]},
                   {"type": "SEMVER", "events": [{"introduced": "4.0.0"}]}],
        "database_specific": {"indicators": {"package_integrity": [
            {"hashes": {"sha1": "2c8fc0f6f39897039c46cb48d19674423888cbf8"}}]}}
    }]
}"#;

fn built(records: &[String]) -> Vec<u8> {
    let mut builder = Builder::default();
    for record in records {
        let parsed = osv::parse(record.as_bytes(), "").unwrap();
        parsed
            .advisories
            .iter()
            .for_each(|advisory| builder.add(advisory, parsed.modified));
    }
    builder.build(now()).unwrap().bytes
}

fn sample() -> Vec<String> {
    let mut records: Vec<String> = (0..PACKS)
        .map(|n| {
            malicious(
                &format!("MAL-2026-{n}"),
                &format!("pack-{n}"),
                &["1.0.0", "1.0.1"],
            )
        })
        .collect();
    records.push(FULL.to_owned());
    records.push(malicious("MAL-2026-twice", "pack-7", &["3.0.0"]));
    records
}

/// Everything an advisory says, comparable.
fn told(advisory: &Advisory) -> String {
    format!("{advisory:?}")
}

#[test]
fn every_field_comes_back_as_it_was() {
    let parsed = osv::parse(FULL.as_bytes(), "osv").unwrap();
    let index = Index::from_bytes(built(&sample())).unwrap();
    let found = index.about(&name("@scope/full"), "osv").unwrap();
    assert_eq!(found.len(), 1);
    assert_eq!(told(&found[0]), told(&parsed.advisories[0]));
    assert_eq!(found[0].affected.ranges, parsed.advisories[0].affected.ranges);
}

#[test]
fn every_name_is_found_with_all_its_advisories_and_no_other_is() {
    let index = Index::from_bytes(built(&sample())).unwrap();
    index.verify().unwrap();
    for n in 0..PACKS {
        let wanted = if n == 7 { 2 } else { 1 };
        assert_eq!(
            index.about(&name(&format!("pack-{n}")), "osv").unwrap().len(),
            wanted,
            "pack-{n}"
        );
        assert!(
            index
                .about(&name(&format!("pack-{n}x")), "osv")
                .unwrap()
                .is_empty()
        );
    }
    assert_eq!(
        (
            index.summary().malicious,
            index.summary().vulnerable,
            index.summary().names
        ),
        (PACKS + 2, 0, PACKS + 1)
    );
}

#[test]
fn the_order_of_records_leaves_no_trace() {
    let forward = sample();
    let backward: Vec<String> = forward.iter().rev().cloned().collect();
    assert_eq!(built(&forward), built(&backward));
}

#[test]
fn an_empty_index_answers_nothing() {
    let index = Index::from_bytes(built(&[])).unwrap();
    index.verify().unwrap();
    assert!(index.about(&name("left"), "osv").unwrap().is_empty());
}

#[test]
fn a_file_of_another_kind_or_layout_or_length_is_refused() {
    let good = built(&sample());
    let refused = |bytes: Vec<u8>| match Index::from_bytes(bytes) {
        Err(error) => error.to_string(),
        Ok(_) => panic!("taken"),
    };
    assert_eq!(refused(b"PK\x03\x04".repeat(100)), "not an index of advisories");
    assert_eq!(refused(Vec::new()), "index is damaged at header");
    let mut other = good.clone();
    other[8] = 9;
    assert_eq!(refused(other), "index has layout 9, this program reads 1");
    for cut in [1, 100, 160, good.len() - 1] {
        refused(good[..cut].to_vec());
    }
    let mut longer = good;
    longer.push(0);
    assert!(refused(longer).contains("its header says"));
}

#[test]
fn a_flip_of_any_byte_gives_the_same_answer_or_is_told() {
    let good = built(&sample());
    let names: Vec<PackageName> = (0..PACKS)
        .map(|n| name(&format!("pack-{n}")))
        .chain([name("@scope/full")])
        .collect();
    let index = Index::from_bytes(good.clone()).unwrap();
    let right: Vec<Vec<String>> = names
        .iter()
        .map(|n| index.about(n, "osv").unwrap().iter().map(told).collect())
        .collect();
    for at in 0..good.len() {
        let mut bad = good.clone();
        bad[at] ^= 0x55;
        let Ok(index) = Index::from_bytes(bad) else {
            continue;
        };
        assert!(index.verify().is_err(), "byte {at}: the whole is told as damaged");
        for (name, right) in names.iter().zip(&right) {
            if let Ok(found) = index.about(name, "osv") {
                let found: Vec<String> = found.iter().map(told).collect();
                assert_eq!(
                    &found, right,
                    "byte {at}: {name} has another answer and nobody was told"
                );
            }
        }
    }
}

#[test]
fn damage_met_by_a_look_up_makes_the_feed_broken() {
    let dir = tempdir().unwrap();
    let feed = zip(
        &dir.path().join("all.zip"),
        &[("a.json", malicious("MAL-1", "left", &["1.0.0"]).as_bytes())],
    );
    let settings = [settings("osv", &feed)];
    sync_local(dir.path(), &settings[0], now()).unwrap();
    let path = dir.path().join("osv.index");
    let mut bytes = fs::read(&path).unwrap();
    *bytes.last_mut().unwrap() ^= 1;
    fs::write(&path, bytes).unwrap();
    let set = FeedSet::open(dir.path(), &settings, now());
    assert_eq!(
        set.status(now())[1].state,
        FeedState::Fresh,
        "nothing was read of it yet"
    );
    assert!(set.about(&name("left")).is_empty());
    let status = &set.status(now())[1];
    assert_eq!(status.state, FeedState::Broken);
    assert_eq!(status.problem.as_deref(), Some("index is damaged at group"));
    let set = FeedSet::open(dir.path(), &settings, now());
    set.verify();
    assert_eq!(
        set.status(now())[1].state,
        FeedState::Broken,
        "a full check tells it without a look-up"
    );
}

#[test]
fn a_folder_or_nothing_in_the_place_of_an_index_is_told() {
    let dir = tempdir().unwrap();
    assert!(matches!(
        Index::open(&dir.path().join("none")),
        Err(IndexError::Absent)
    ));
    assert!(Index::open(dir.path()).is_err());
    let empty = dir.path().join("empty.index");
    fs::write(&empty, b"").unwrap();
    assert!(matches!(Index::open(&empty), Err(IndexError::Unusable { .. })));
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 128, ..ProptestConfig::default() })]

    #[test]
    fn bytes_of_any_kind_never_panic(bytes in proptest::collection::vec(any::<u8>(), 0..4096)) {
        if let Ok(index) = Index::from_bytes(bytes) {
            let _ = index.about(&name("left"), "osv");
            let _ = index.verify();
        }
    }

    #[test]
    fn many_flips_never_panic(flips in proptest::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..40)) {
        let mut bytes = built(&sample());
        for (at, value) in flips {
            let at = at.index(bytes.len());
            bytes[at] = value;
        }
        if let Ok(index) = Index::from_bytes(bytes) {
            for n in 0..PACKS {
                let _ = index.about(&name(&format!("pack-{n}")), "osv");
            }
            let _ = index.verify();
        }
    }

    #[test]
    fn records_of_any_kind_never_panic(text in "\\PC{0,400}") {
        let _ = osv::parse(text.as_bytes(), "osv");
        let wrapped = format!(r#"{{"id": "MAL-1", "affected": [{{"package": {{"ecosystem": "npm", "name": "left"}}, "versions": [{}]}}]}}"#, serde_json::json!(text));
        let _ = osv::parse(wrapped.as_bytes(), "osv");
    }

    #[test]
    fn a_time_comes_back(millis in any::<i64>()) {
        let parsed = osv::parse(malicious("MAL-1", "left", &["1.0.0"]).as_bytes(), "").unwrap();
        let mut advisory = parsed.advisories[0].clone();
        advisory.published = Some(Timestamp::from_millis(millis));
        let mut builder = Builder::default();
        builder.add(&advisory, None);
        let index = Index::from_bytes(builder.build(now()).unwrap().bytes).unwrap();
        prop_assert_eq!(index.about(&name("left"), "").unwrap()[0].published, advisory.published);
    }
}
