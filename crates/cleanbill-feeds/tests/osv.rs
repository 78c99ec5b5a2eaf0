//! OSV records as feeds carry them: what is taken, what is passed over, what is told.
#![expect(clippy::unwrap_used, reason = "helpers of tests may fail loudly")]
use cleanbill_feeds::osv::{self, ParseRecordError, Parsed};
use cleanbill_model::{Advisory, AdvisoryKind, Integrity, Version};
use serde_json::{Value, json};

fn read(record: &Value) -> Parsed {
    osv::parse(record.to_string().as_bytes(), "test").unwrap()
}

fn one(record: &Value) -> Advisory {
    let mut parsed = read(record);
    assert_eq!(parsed.advisories.len(), 1, "{:?}", parsed.defects);
    parsed.advisories.remove(0)
}

fn version(text: &str) -> Version {
    Version::parse(text).unwrap()
}

/// A record on the npm package `left` with `extra` laid into its one affected entry.
fn record(id: &str, extra: Value) -> Value {
    let mut affected = json!({"package": {"ecosystem": "npm", "name": "left"}});
    affected
        .as_object_mut()
        .unwrap()
        .extend(extra.as_object().unwrap().clone());
    json!({"id": id, "modified": "2026-01-02T00:00:00Z", "published": "2026-01-01T00:00:00Z", "affected": [affected]})
}

#[test]
fn explicit_versions_are_named_and_others_are_not() {
    let advisory = one(&record("MAL-2026-1", json!({"versions": ["1.14.1", "0.30.4"]})));
    assert_eq!(advisory.kind, AdvisoryKind::Malicious);
    assert!(advisory.names(&version("1.14.1")) && !advisory.covers(&version("1.14.0")));
    assert_eq!(advisory.published.unwrap().to_string(), "2026-01-01T00:00:00Z");
}

#[test]
fn events_become_intervals_whatever_their_order() {
    let events =
        json!([{"fixed": "2.3.1"}, {"introduced": "2.0.0"}, {"fixed": "1.2.6"}, {"introduced": "0"}]);
    let advisory = one(&record(
        "GHSA-a",
        json!({"ranges": [{"type": "SEMVER", "events": events}]}),
    ));
    assert_eq!(advisory.kind, AdvisoryKind::Vulnerable);
    for bad in ["0.0.1", "1.2.5", "2.0.0", "2.3.1-rc.1"] {
        assert!(advisory.covers(&version(bad)), "{bad}");
    }
    for good in ["1.2.6", "1.9.9", "2.3.1", "3.0.0"] {
        assert!(!advisory.covers(&version(good)), "{good}");
    }
    assert_eq!(advisory.fixed_after(&version("2.1.0")), Some(&version("2.3.1")));
}

#[test]
fn last_affected_is_inside_and_names_no_fix() {
    let events = json!([{"introduced": "1.0.0"}, {"last_affected": "1.4.0"}]);
    let advisory = one(&record(
        "GHSA-b",
        json!({"ranges": [{"type": "SEMVER", "events": events}]}),
    ));
    assert!(advisory.covers(&version("1.4.0")) && !advisory.covers(&version("1.4.1")));
    assert_eq!(advisory.fixed_after(&version("1.1.0")), None);
}

#[test]
fn introduced_at_zero_and_never_fixed_means_the_whole_package() {
    let advisory = one(&record(
        "MAL-2026-2",
        json!({"ranges": [{"type": "SEMVER", "events": [{"introduced": "0"}]}]}),
    ));
    assert!(advisory.covers_everything() && !advisory.names(&version("1.0.0")));
    let bare = one(&record("MAL-2026-3", json!({})));
    assert!(bare.covers_everything());
}

#[test]
fn a_ceiling_beside_the_range_ends_it() {
    let range = json!([{"type": "SEMVER", "events": [{"introduced": "1.0.0"}]}]);
    let closed = |ceiling: &str| {
        let specific = json!({"last_known_affected_version_range": ceiling});
        one(&record(
            "GHSA-c",
            json!({"ranges": range, "database_specific": specific}),
        ))
    };
    let below = closed("< 3.0.0");
    assert!(below.covers(&version("2.9.9")) && !below.covers(&version("3.0.0")));
    let until = closed("<= 3.0.0");
    assert!(until.covers(&version("3.0.0")) && !until.covers(&version("3.0.1")));
}

#[test]
fn commits_are_no_versions() {
    let git = json!({"type": "GIT", "events": [{"introduced": "0"}, {"fixed": "abcdef"}]});
    let advisory = one(&record("GHSA-d", json!({"versions": ["1.0.0"], "ranges": [git]})));
    assert!(!advisory.covers_everything() && advisory.affected.ranges.is_empty());
}

#[test]
fn digests_of_the_tarball_are_taken_and_those_of_files_and_reports_are_not() {
    let sri =
        "sha512-II1ptMbTiBjpwPoVb/YjJBJFQiDPbSAeVb4JSkyax7yJmxySGfpvDT5yc4UE0k9P0hJxmy8T2BUXcY6Y181ZUw==";
    let indicators = json!({
        "evidence_files": [{"path": "index.js", "sha256": "f2".repeat(32), "tlsh": "b9b2"}],
        "package_integrity": [{"filename": "left-0.2.28.tgz",
            "hashes": {"sha1": "2c8fc0f6f39897039c46cb48d19674423888cbf8", "sha512_sri": sri, "tlsh": "b9b2c7"}}],
    });
    let mut record = record(
        "MAL-2026-4",
        json!({"versions": ["0.2.28"], "database_specific": {"indicators": indicators}}),
    );
    record["database_specific"] =
        json!({"malicious-packages-origins": [{"source": "a", "sha256": "aa".repeat(32)}]});
    let advisory = one(&record);
    let wanted = Integrity::parse(sri).unwrap();
    assert_eq!(advisory.affected.hashes.len(), 1);
    let hash = advisory.affected.hashes.first().unwrap();
    assert_eq!(hash.compare(&wanted), cleanbill_model::Comparison::Same);
    assert_eq!(
        hash.digests().len(),
        2,
        "sha1 and sha512 of the same bytes stand together"
    );
}

#[test]
fn malice_is_told_by_id_alias_origin_or_weakness() {
    let malicious = |record: &Value| one(record).kind == AdvisoryKind::Malicious;
    let plain = record("GHSA-e", json!({"versions": ["1.0.0"]}));
    assert!(!malicious(&plain));
    let with = |key: &str, value: Value| {
        let mut record = plain.clone();
        record[key] = value;
        record
    };
    assert!(malicious(&with("aliases", json!(["MAL-2026-9"]))));
    assert!(malicious(&with(
        "database_specific",
        json!({"malicious-packages-origins": []})
    )));
    assert!(malicious(&with(
        "database_specific",
        json!({"cwe_ids": ["CWE-506"]})
    )));
    assert!(!malicious(&with(
        "database_specific",
        json!({"cwe_ids": ["CWE-79"]})
    )));
    assert!(malicious(&record(
        "GHSA-f",
        json!({"database_specific": {"cwes": [{"cweId": "CWE-506"}]}})
    )));
}

#[test]
fn withdrawn_aliases_severity_and_the_page_to_read_are_kept() {
    let mut record = record("GHSA-g", json!({"versions": ["1.0.0"]}));
    record["withdrawn"] = json!("2026-03-01T00:00:00Z");
    record["aliases"] = json!(["CVE-2026-1"]);
    record["severity"] = json!([
        {"type": "CVSS_V3", "score": "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H"},
        {"type": "CVSS_V4", "score": "CVSS:4.0/AV:N/AC:L/AT:N/PR:N/UI:N/VC:L/VI:L/VA:N/SC:N/SI:N/SA:N"},
    ]);
    record["references"] = json!([
        {"type": "PACKAGE", "url": "https://registry.example/left"},
        {"type": "WEB", "url": "https://a.example/"},
        {"type": "ADVISORY", "url": "https://advisories.example/GHSA-g"},
    ]);
    let advisory = one(&record);
    assert!(advisory.withdrawn.is_some());
    assert_eq!(advisory.aliases.first().unwrap().raw(), "CVE-2026-1");
    let severity = advisory.severity.unwrap();
    assert!((severity.score - 9.8).abs() < 0.01 && severity.vector.raw().starts_with("CVSS:3.1"));
    assert_eq!(advisory.url.unwrap().raw(), "https://advisories.example/GHSA-g");
}

#[test]
fn one_record_on_several_packages_gives_one_advisory_for_each_of_npm() {
    let record = json!({"id": "GHSA-h", "affected": [
        {"package": {"ecosystem": "npm", "name": "left"}, "versions": ["1.0.0"]},
        {"package": {"ecosystem": "npm:beta", "name": "left"}, "versions": ["1.0.0"]},
        {"package": {"ecosystem": "Root:npm", "name": "left"}},
        {"package": {"ecosystem": "NPM", "name": "left"}},
        {"package": {"ecosystem": "PyPI", "name": "left"}},
        {"versions": ["1.0.0"]},
        {"package": {"ecosystem": "npm", "name": "@scope/right"}, "versions": ["2.0.0"]},
    ]});
    let parsed = read(&record);
    let names: Vec<_> = parsed.advisories.iter().map(|a| a.name.as_str()).collect();
    assert_eq!(names, ["left", "@scope/right"]);
    assert_eq!(parsed.other_ecosystems, 5);
}

#[test]
fn one_package_named_for_each_of_its_ranges_is_one_advisory_on_all_of_them() {
    let entry = |from: &str, to: &str| {
        json!({"package": {"ecosystem": "npm", "name": "left"},
            "ranges": [{"type": "SEMVER", "events": [{"introduced": from}, {"fixed": to}]}]})
    };
    let advisory =
        one(&json!({"id": "GHSA-j", "affected": [entry("1.0.0", "1.2.0"), entry("2.0.0", "2.5.0")]}));
    assert!(advisory.covers(&version("1.1.0")) && advisory.covers(&version("2.1.0")));
    assert!(!advisory.covers(&version("1.3.0")) && !advisory.covers(&version("2.5.0")));
    let whole = json!({"package": {"ecosystem": "npm", "name": "left"}});
    for order in [
        [entry("1.0.0", "1.2.0"), whole.clone()],
        [whole.clone(), entry("1.0.0", "1.2.0")],
    ] {
        assert!(one(&json!({"id": "GHSA-k", "affected": order})).covers_everything());
    }
}

#[test]
fn a_lone_odd_version_is_left_out_and_told() {
    let parsed = read(&record(
        "MAL-2026-5",
        json!({"versions": ["1.0.0", "all of them", "2.0.0"]}),
    ));
    let advisory = parsed.advisories.first().unwrap();
    assert_eq!(advisory.affected.versions.len(), 2);
    assert_eq!(parsed.defects.first().unwrap().code, "bad-version");
}

#[test]
fn versions_that_are_all_unreadable_never_turn_into_the_whole_package() {
    let record = record("MAL-2026-6", json!({"versions": ["first", "second"]}));
    let error = osv::parse(record.to_string().as_bytes(), "test").unwrap_err();
    assert_eq!(error.code(), "no-readable-package");
    let wrong = json!({"id": "MAL-2026-7", "affected": [
        {"package": {"ecosystem": "npm", "name": "left"}, "versions": {"1.0.0": true}},
        {"package": {"ecosystem": "npm", "name": "right"}, "versions": ["1.0.0"]}]});
    let parsed = read(&wrong);
    assert_eq!(parsed.advisories.first().unwrap().name.as_str(), "right");
    assert_eq!(parsed.defects.first().unwrap().code, "wrong-type");
}

#[test]
fn wrong_types_beside_what_decides_cost_only_themselves() {
    for (key, value) in [
        ("aliases", json!("CVE-1")),
        ("summary", json!(17)),
        ("severity", json!({"type": 3})),
        ("references", json!([1, 2])),
        ("database_specific", json!("x")),
        ("published", json!(1700000000)),
        ("withdrawn", json!("soon")),
        ("modified", json!([])),
    ] {
        let mut record = record("MAL-2026-8", json!({"versions": ["1.0.0"]}));
        record[key] = value;
        let parsed = read(&record);
        assert!(
            parsed.advisories.first().unwrap().names(&version("1.0.0")),
            "{key}"
        );
        assert_eq!(parsed.defects.len(), 1, "{key}: {:?}", parsed.defects);
        record[key] = Value::Null;
        assert!(read(&record).defects.is_empty(), "{key} may be null");
    }
}

#[test]
fn what_is_no_record_is_refused_with_a_reason() {
    let deep = "[".repeat(10_000);
    let deep_record = format!(r#"{{"id": "MAL-1", "details": {deep}"#);
    for (text, code) in [
        ("", "record-unreadable"),
        ("<html>", "record-unreadable"),
        ("[]", "record-unreadable"),
        ("{}", "record-unreadable"),
        (r#"{"id": 7}"#, "record-unreadable"),
        (r#"{"id": "a", "id": "b"}"#, "record-unreadable"),
        (r#"{"id": ""}"#, "record-without-id"),
        (r#"{"id": "a", "affected": {}}"#, "record-unreadable"),
        (
            r#"{"id": "a", "affected": [{"package": {"ecosystem": "npm", "name": "no name"}}]}"#,
            "no-readable-package",
        ),
        (&deep_record, "record-unreadable"),
    ] {
        let error = osv::parse(text.as_bytes(), "test").unwrap_err();
        assert_eq!(error.code(), code, "{}", &text[..text.len().min(60)]);
        assert!(!error.to_string().is_empty());
    }
    let not_utf8 = b"{\"id\": \"MAL-\xff\"}";
    assert!(osv::parse(not_utf8, "test").is_err());
    let large = vec![b' '; 4 * 1024 * 1024 + 1];
    assert_eq!(
        osv::parse(&large, "test").unwrap_err(),
        ParseRecordError::TooLarge
    );
}

#[test]
fn a_half_readable_range_is_left_out_rather_than_guessed() {
    let range = json!([{"type": "SEMVER", "events": [{"introduced": "1.0.0"}, {"fixed": "next"}]}]);
    let record = record("GHSA-i", json!({"versions": ["1.5.0"], "ranges": range}));
    let parsed = read(&record);
    let advisory = parsed.advisories.first().unwrap();
    assert!(advisory.affected.ranges.is_empty() && advisory.names(&version("1.5.0")));
    assert_eq!(parsed.defects.first().unwrap().code, "bad-event");
}
