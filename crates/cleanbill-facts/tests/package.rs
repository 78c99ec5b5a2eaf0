//! Packages as they stood at a reading, from packuments as registries send them.
#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "a helper that fails is a test that fails"
)]
use std::sync::Arc;

use cleanbill_facts::{Channel, DependencyKind, Package, Person, Run};
use cleanbill_model::{Algorithm, Comparison, Integrity, Known, Missing, PackageName, Timestamp, Version};
use cleanbill_npm::packument;
use serde_json::json;

const SHA1: &str = "da39a3ee5e6b4b0d3255bfef95601890afd80709";
const SHA512: &str =
    "sha512-z4PhNX7vuL3xVChQ1m2AB9Yg5AULVxXcg/SpIdNs6c5H0NE8XYXysP+DGNKHfuwvY7kxvUdBeoGlODJ6+SfaPg==";

#[track_caller]
fn collect(document: &serde_json::Value, as_of: &str) -> Package {
    let bytes = serde_json::to_vec(document).unwrap();
    let name = PackageName::parse("left").unwrap();
    Package::collect(
        &name,
        &packument::parse(&bytes).unwrap(),
        Timestamp::parse(as_of).unwrap(),
    )
}

fn version(text: &str) -> Version {
    Version::parse(text).unwrap()
}

fn codes(package: &Package) -> Vec<&str> {
    package.defects.iter().map(|defect| defect.code).collect()
}

fn history() -> serde_json::Value {
    json!({
        "name": "left",
        "dist-tags": {"latest": "2.0.0", "next": "3.0.0-rc.1", "old": "1.0.0"},
        "maintainers": [{"name": "ann", "email": "ann@mail.example"}, {"email": "x"}],
        "time": {"created": "2025-01-01T00:00:00.000Z", "modified": "2026-06-10T00:00:00.000Z",
                 "1.0.0": "2025-01-01T00:00:00.000Z", "2.0.0": "2026-06-03T00:00:00.000Z",
                 "1.1.0": "2026-06-01T00:00:00.000Z", "1.1.1": "2026-06-02T00:00:00.000Z",
                 "3.0.0-rc.1": "2026-06-05T00:00:00.000Z"},
        "versions": {
            "1.0.0": {"dist": {"shasum": SHA1}},
            "1.1.0": {"_npmUser": {"name": "GitHub Actions", "email": "a@mail.example", "trustedPublisher": {"id": "gitlab"}},
                      "dist": {"shasum": SHA1, "integrity": SHA512, "attestations": {"url": "u"}, "tarball": "https://registry.example/l.tgz"}},
            "2.0.0": {"_npmUser": {"name": "ann", "email": "ann@mail.example"}, "dist": {"signatures": [{}]}},
            "3.0.0-rc.1": {"_npmUser": {"name": "GitHub Actions"}}
        }
    })
}

#[test]
fn what_came_later_does_not_exist_and_latest_is_what_it_was() {
    let now = collect(&history(), "2026-06-10T00:00:00Z");
    assert_eq!(now.defects, []);
    let order: Vec<_> = now
        .releases
        .iter()
        .map(|release| release.version.as_str())
        .collect();
    assert_eq!(order, ["1.0.0", "1.1.0", "2.0.0", "3.0.0-rc.1"]);
    assert_eq!(now.dist_tags["latest"], version("2.0.0"));
    assert_eq!(now.withdrawn.len(), 1);
    assert_eq!(now.withdrawn[0].version, version("1.1.1"));

    let then = collect(&history(), "2026-06-01T12:00:00Z");
    let order: Vec<_> = then
        .releases
        .iter()
        .map(|release| release.version.as_str())
        .collect();
    assert_eq!(order, ["1.0.0", "1.1.0"]);
    assert_eq!(then.dist_tags["latest"], version("1.1.0"));
    assert_eq!(then.dist_tags["old"], version("1.0.0"));
    assert!(!then.dist_tags.contains_key("next"));
    assert!(then.withdrawn.is_empty());

    let before = collect(&history(), "2024-01-01T00:00:00Z");
    assert!(before.releases.is_empty() && before.dist_tags.is_empty());
}

#[test]
fn a_release_exists_from_its_own_moment_on() {
    assert_eq!(collect(&history(), "2026-06-03T00:00:00.000Z").releases.len(), 3);
    assert_eq!(collect(&history(), "2026-06-02T23:59:59.999Z").releases.len(), 2);
}

#[test]
fn channels_and_publishers_are_told_apart() {
    let package = collect(&history(), "2026-06-10T00:00:00Z");
    let of = |text| package.release(&version(text)).unwrap();
    assert_eq!(of("1.0.0").publisher, Known::Missing(Missing::NotSent));
    assert_eq!(of("1.0.0").channel, Known::Missing(Missing::NotSent));
    assert_eq!(
        of("1.1.0").channel,
        Known::Known(Channel::TrustedPublisher {
            provider: "gitlab".into()
        })
    );
    assert_eq!(of("2.0.0").channel, Known::Known(Channel::Account));
    assert_eq!(
        of("3.0.0-rc.1").channel,
        Known::Known(Channel::TrustedPublisher {
            provider: "github".into()
        })
    );
    let ann = Person {
        name: "ann".into(),
        email: Some("ann@mail.example".into()),
    };
    assert_eq!(of("2.0.0").publisher, Known::Known(ann.clone()));
    assert_eq!(package.maintainers, Known::Known(vec![ann]));
}

#[test]
fn provenance_is_known_only_where_the_registry_sends_such_things() {
    let package = collect(&history(), "2026-06-10T00:00:00Z");
    assert!(
        package.sends.attestations
            && package.sends.publisher
            && package.sends.times
            && package.sends.maintainers
    );
    let of = |text| package.release(&version(text)).unwrap().provenance.clone();
    assert_eq!(
        (of("1.0.0"), of("1.1.0"), of("3.0.0-rc.1")),
        (Known::Known(false), Known::Known(true), Known::Known(false))
    );

    let bare = collect(
        &json!({"versions": {"1.0.0": {"dist": {"shasum": SHA1}}}}),
        "2026-06-10T00:00:00Z",
    );
    assert_eq!(bare.sends, cleanbill_facts::Sends::default());
    assert_eq!(bare.releases[0].provenance, Known::Missing(Missing::NotSent));
    assert_eq!(bare.releases[0].published, Known::Missing(Missing::NotSent));
    assert_eq!(bare.created, Known::Missing(Missing::NotSent));
    assert_eq!(bare.maintainers, Known::Missing(Missing::NotSent));
    assert_eq!(bare.dist_tags["latest"], version("1.0.0"));
    assert!(bare.withdrawn.is_empty());
}

#[test]
fn both_digests_are_kept_and_an_unreadable_one_is_told() {
    let package = collect(&history(), "2026-06-10T00:00:00Z");
    let both = package
        .release(&version("1.1.0"))
        .unwrap()
        .integrity
        .get()
        .unwrap()
        .clone();
    assert_eq!(both.strongest(), Algorithm::Sha512);
    assert_eq!(
        both.compare(&Integrity::parse_hex(SHA1).unwrap()),
        Comparison::Same
    );

    let bad = collect(
        &json!({"versions": {"1.0.0": {"dist": {"integrity": "sha512-no", "shasum": SHA1}},
        "1.0.1": {"dist": {"shasum": "zz"}}, "1.0.2": {"dist": {}}}}),
        "2026-06-10T00:00:00Z",
    );
    assert_eq!(codes(&bad), ["digest-unreadable", "digest-unreadable"]);
    assert_eq!(
        bad.releases[0].integrity.get().unwrap().strongest(),
        Algorithm::Sha1
    );
    assert_eq!(bad.releases[1].integrity, Known::Missing(Missing::Malformed));
    assert_eq!(bad.releases[2].integrity, Known::Missing(Missing::NotSent));
}

#[track_caller]
fn scripts(manifest: serde_json::Value) -> Result<Vec<(String, String)>, Missing> {
    let package = collect(&json!({"versions": {"1.0.0": manifest}}), "2026-06-10T00:00:00Z");
    match &package.releases[0].install_scripts {
        Known::Known(found) => Ok(found
            .iter()
            .map(|s| (s.event.clone(), s.command.raw().to_owned()))
            .collect()),
        Known::Missing(reason) => Err(*reason),
    }
}

fn pair(event: &str, command: &str) -> (String, String) {
    (event.to_owned(), command.to_owned())
}

#[test]
fn what_runs_at_install_is_found_in_each_of_its_guises() {
    assert_eq!(scripts(json!({})), Ok(vec![]));
    assert_eq!(
        scripts(json!({"scripts": {"test": "x", "postinstall": ""}})),
        Ok(vec![])
    );
    assert_eq!(
        scripts(json!({"scripts": {"postinstall": "b", "preinstall": "a"}, "hasInstallScript": true})),
        Ok(vec![pair("preinstall", "a"), pair("postinstall", "b")])
    );
    assert_eq!(
        scripts(json!({"hasInstallScript": true})),
        Ok(vec![pair("install", "")])
    );
    assert_eq!(
        scripts(json!({"gypfile": true})),
        Ok(vec![pair("gyp", "node-gyp rebuild")])
    );
    assert_eq!(
        scripts(json!({"gypfile": true, "scripts": {"install": "prebuild || node-gyp rebuild"}})),
        Ok(vec![pair("install", "prebuild || node-gyp rebuild")])
    );
    assert_eq!(
        scripts(json!({"gypfile": true, "scripts": {"postinstall": "x"}})),
        Ok(vec![pair("postinstall", "x"), pair("gyp", "node-gyp rebuild")])
    );
    assert_eq!(scripts(json!({"scripts": 5})), Err(Missing::Malformed));
    assert_eq!(
        scripts(json!({"scripts": {"install": 5}})),
        Err(Missing::Malformed)
    );
    assert_eq!(
        scripts(json!({"scripts": 5, "hasInstallScript": true})),
        Ok(vec![pair("install", "")])
    );
    assert_eq!(scripts(json!(5)), Err(Missing::Malformed));
}

#[test]
fn a_registry_that_contradicts_its_manifest_is_told() {
    let package = collect(
        &json!({"versions": {"1.0.0": {"scripts": {"test": "x"}, "hasInstallScript": true}}}),
        "2026-06-10",
    );
    assert_eq!(codes(&package), ["install-script-unlisted"]);
    assert_eq!(package.releases[0].install_scripts.get().unwrap().len(), 1);
}

#[test]
fn what_is_optional_counts_once() {
    let package = collect(
        &json!({"versions": {"1.0.0": {"dependencies": {"a": "1", "b": "2", "c": 3},
        "optionalDependencies": {"b": "2"}, "peerDependencies": {"a": "*"}, "devDependencies": {"z": "1"}}}}),
        "2026-06-10",
    );
    let found: Vec<_> = package.releases[0]
        .dependencies
        .iter()
        .map(|d| (d.name.as_str(), d.kind))
        .collect();
    assert_eq!(
        found,
        [
            ("a", DependencyKind::Runtime),
            ("b", DependencyKind::Optional),
            ("a", DependencyKind::Peer)
        ]
    );
    assert_eq!(codes(&package), ["wrong-type"]);
}

#[test]
fn created_is_never_later_than_the_first_version() {
    let package = collect(
        &json!({"time": {"created": "2026-01-01T00:00:00Z", "1.0.0": "2025-05-05T00:00:00Z"},
        "versions": {"1.0.0": {}}}),
        "2026-06-10",
    );
    assert_eq!(
        package.created,
        Known::Known(Timestamp::parse("2025-05-05").unwrap())
    );
    let package = collect(
        &json!({"time": {"created": "soon", "1.0.0": "never"}, "versions": {"1.0.0": {}}}),
        "2026-06-10",
    );
    assert_eq!(package.created, Known::Missing(Missing::Malformed));
    assert_eq!(package.releases[0].published, Known::Missing(Missing::Malformed));
    assert_eq!(codes(&package), ["time-unreadable", "time-unreadable"]);
}

#[test]
fn a_wholly_withdrawn_package_has_only_withdrawn_versions() {
    let package = collect(
        &json!({"time": {"created": "2026-06-01T00:00:00Z", "1.0.0": "2026-06-01T00:00:00Z",
        "unpublished": {"time": "2026-06-02T00:00:00Z", "versions": ["1.0.0", "1.0.1"]}}}),
        "2026-06-10",
    );
    let gone: Vec<_> = package
        .withdrawn
        .iter()
        .map(|gone| (gone.version.as_str(), gone.published.get().is_some()))
        .collect();
    assert_eq!(gone, [("1.0.0", true), ("1.0.1", false)]);
}

#[test]
fn nothing_is_called_withdrawn_where_versions_were_not_read() {
    let time = json!({"1.0.0": "2026-06-01T00:00:00Z"});
    assert!(
        collect(&json!({"time": time, "versions": 7}), "2026-06-10")
            .withdrawn
            .is_empty()
    );
    assert!(collect(&json!({"time": time}), "2026-06-10").withdrawn.is_empty());
    let unreadable = collect(&json!({"time": time, "versions": {"1.0.0": 7}}), "2026-06-10");
    assert!(unreadable.withdrawn.is_empty());
    assert_eq!(
        unreadable.releases[0].publisher,
        Known::Missing(Missing::Malformed)
    );
    assert_eq!(
        collect(&json!({"time": time, "versions": {}}), "2026-06-10")
            .withdrawn
            .len(),
        1
    );
}

#[test]
fn versions_no_client_reads_are_left_out_and_told() {
    let package = collect(
        &json!({"dist-tags": {"latest": "x\u{1b}[2J"}, "versions": {"__proto__": {}, "not a version": {}, "1.0.0": {}}}),
        "2026-06-10",
    );
    assert_eq!(package.releases.len(), 1);
    assert_eq!(codes(&package).len(), 3);
    assert_eq!(package.dist_tags["latest"], version("1.0.0"));
}

#[test]
fn a_document_of_another_name_is_told() {
    assert_eq!(
        codes(&collect(&json!({"name": "right"}), "2026-06-10")),
        ["name-differs"]
    );
}

#[test]
fn a_run_knows_who_published_what_lately() {
    let package = Arc::new(collect(&history(), "2026-06-10"));
    let run = Run::collect(
        [Arc::clone(&package), package],
        Timestamp::parse("2026-07-03").unwrap(),
    );
    let mut accounts: Vec<_> = run
        .by_publisher
        .iter()
        .map(|(name, list)| (name.as_str(), list.len()))
        .collect();
    accounts.sort_unstable();
    // 1.1.0 is older than the window; the same package given twice counts once.
    assert_eq!(accounts, [("GitHub Actions", 1), ("ann", 1)]);
}

mod properties {
    use proptest::prelude::*;

    use super::*;

    fn moment() -> impl Strategy<Value = Option<i64>> {
        proptest::option::of(0_i64..100)
    }

    proptest! {
        #[test]
        fn no_reading_sees_the_future_and_order_holds(
            times in proptest::collection::vec((0_u64..4, 0_u64..6, any::<bool>(), moment(), any::<bool>()), 0..20),
            as_of in 0_i64..100,
        ) {
            let day = |n: i64| Timestamp::from_millis(n * 86_400_000).to_string();
            let (mut time, mut versions) = (serde_json::Map::new(), serde_json::Map::new());
            for (major, minor, pre, moment, listed) in times {
                let name = format!("{major}.{minor}.0{}", if pre { "-rc.1" } else { "" });
                if let Some(moment) = moment {
                    time.insert(name.clone(), json!(day(moment)));
                }
                if listed {
                    versions.insert(name, json!({}));
                }
            }
            let package = collect(&json!({"time": time, "versions": versions, "dist-tags": {"latest": "3.0.0"}}), &day(as_of));
            let reading = Timestamp::parse(&day(as_of)).unwrap();
            let published: Vec<_> = package.releases.iter().filter_map(|r| r.published.get().copied()).collect();
            prop_assert!(published.iter().all(|moment| *moment <= reading));
            prop_assert!(published.is_sorted());
            prop_assert!(package.withdrawn.iter().all(|gone| package.release(&gone.version).is_none()));
            match package.dist_tags.get("latest") {
                Some(latest) => prop_assert!(package.release(latest).is_some()),
                None => prop_assert!(package.releases.is_empty()),
            }
        }
    }
}

#[test]
fn a_release_is_measured_against_one_that_had_settled_and_not_against_its_twin_of_an_hour_before() {
    let document = json!({
        "name": "left",
        "time": {"created": "2025-01-01T00:00:00.000Z", "1.0.0": "2025-01-01T00:00:00.000Z",
                 "1.0.1": "2025-06-01T00:00:00.000Z", "1.0.2": "2026-06-01T10:00:00.000Z",
                 "1.0.3": "2026-06-01T11:00:00.000Z", "2.0.0": "2026-06-01T11:30:00.000Z"},
        "versions": {"1.0.0": {}, "1.0.1": {}, "1.0.2": {}, "1.0.3": {}, "2.0.0": {}}
    });
    let package = collect(&document, "2026-06-10T00:00:00Z");
    let before = |text: &str| {
        let release = package.release(&version(text)).unwrap();
        package
            .predecessor(release)
            .map(|before| before.version.to_string())
    };
    assert_eq!(before("1.0.3").as_deref(), Some("1.0.1"));
    assert_eq!(before("2.0.0").as_deref(), Some("1.0.1"));
    assert_eq!(before("1.0.1").as_deref(), Some("1.0.0"));
    assert_eq!(before("1.0.0"), None);
}

#[test]
fn the_fields_of_shape_are_kept_as_they_were_sent() {
    let document = json!({
        "name": "left",
        "versions": {"1.0.0": {"main": "./a.js", "exports": {".": "./a.js"}, "os": ["linux"], "gypfile": true,
                               "bundleDependencies": ["right"]}, "1.0.1": {"main": null}}
    });
    let package = collect(&document, "2026-06-10T00:00:00Z");
    let shape = &package.release(&version("1.0.0")).unwrap().shape;
    let sent: Vec<(&str, &str)> = shape
        .iter()
        .map(|(field, json)| (*field, json.as_str()))
        .collect();
    assert_eq!(
        sent,
        [
            ("exports", r#"{".":"./a.js"}"#),
            ("main", r#""./a.js""#),
            ("os", r#"["linux"]"#)
        ]
    );
    assert!(package.release(&version("1.0.1")).unwrap().shape.is_empty());
}
