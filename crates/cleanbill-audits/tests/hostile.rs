//! Whatever a registry or a lockfile says, audits end without a panic, say the same twice, and keep secrets in
//! addresses to themselves.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    reason = "a test fails by panicking"
)]

use std::{collections::BTreeMap, sync::Arc};

use cleanbill_audits::CATALOGUE;
use cleanbill_facts::{Facts, Notices, Package, Pin, PopularNames, Run, pin::Origin, pin::Scope};
use cleanbill_model::{Known, PackageName, Purl, SafeUrl, Signal, Timestamp};
use proptest::prelude::*;
use serde_json::{Value, json};

/// Versions that meet each other often, odd ones among them.
const VERSIONS: &[&str] = &[
    "0.0.0",
    "1.0.0",
    "1.0.1",
    "1.1.0-rc.1",
    "2.0.0",
    "99.99.99",
    "1.0.0+b",
    "18446744073709551615.0.0",
];

fn text() -> impl Strategy<Value = String> {
    prop_oneof![
        any::<String>(),
        Just("http://[::1".to_owned()),
        Just("git+ssh://git@:/#".to_owned()),
        Just("npm:@/@".to_owned()),
        Just("https://user:swordfish@host.example/-/a-.tgz?x=swordfish".to_owned()),
        Just("\u{202e}\u{1b}[2J%2f%40/-/".to_owned()),
        Just("9999-99-99T99:99:99Z".to_owned()),
    ]
}

fn account() -> impl Strategy<Value = Value> {
    prop_oneof![
        (0..3_u8, text()).prop_map(|(n, mail)| json!({"name": format!("user{n}"), "email": mail})),
        Just(json!({"name": "GitHub Actions", "trustedPublisher": {"id": "github"}})),
        Just(Value::Null),
    ]
}

fn manifest(version: &'static str) -> impl Strategy<Value = Value> {
    (account(), text(), text(), text(), any::<bool>()).prop_map(
        move |(user, range, script, url, attested)| {
            let attestations = if attested {
                json!({"provenance": {"predicateType": "x"}})
            } else {
                Value::Null
            };
            json!({
                "name": "left", "version": version, "_npmUser": user,
                "scripts": {"postinstall": script}, "repository": url, "deprecated": script,
                "dependencies": {"left": range, "right": range, (url.clone()): range},
                "dist": {"tarball": url, "integrity": range, "attestations": attestations}
            })
        },
    )
}

fn packument() -> impl Strategy<Value = Value> {
    let one = |version: &'static str| (manifest(version), 0..2_000_000_000_000_i64, any::<bool>());
    let all: Vec<_> = VERSIONS.iter().map(|version| one(version)).collect();
    (all, text()).prop_map(|(all, tag)| {
        let (mut versions, mut times) = (serde_json::Map::new(), serde_json::Map::new());
        for (version, (manifest, moment, kept)) in VERSIONS.iter().zip(all) {
            times.insert((*version).to_owned(), json!(Timestamp::from_millis(moment).to_string()));
            if kept {
                versions.insert((*version).to_owned(), manifest);
            }
        }
        json!({"name": "left", "dist-tags": {"latest": "1.0.1", (tag): "1.0.0"}, "time": times, "versions": versions})
    })
}

fn package(name: &PackageName, document: &Value, as_of: Timestamp) -> Known<Arc<Package>> {
    let bytes = serde_json::to_vec(document).unwrap();
    let packument = cleanbill_npm::packument::parse(&bytes).unwrap();
    Known::Known(Arc::new(Package::collect(name, &packument, as_of)))
}

fn signals(document: &Value, version: &str, url: &str) -> Vec<Signal> {
    let as_of = Timestamp::parse("2030-01-01").unwrap();
    let name = PackageName::parse("left").unwrap();
    let mut facts = Facts::unknown(Purl::parse(&format!("pkg:npm/left@{version}")).unwrap(), as_of);
    facts.package = package(&name, document, as_of);
    facts.popular = Arc::new(PopularNames::new(vec![
        "lefts".to_owned(),
        "l-e-f-t".to_owned(),
        "@l/eft".to_owned(),
    ]));
    facts.notices = Known::Known(Notices::default());
    let right = PackageName::parse("right").unwrap();
    facts.companions = Known::Known(BTreeMap::from([(
        right.clone(),
        package(&right, document, as_of),
    )]));
    facts.run = Known::Known(Arc::new(Run::collect(facts.package.get().cloned(), as_of)));
    let mut seen = Vec::new();
    for origin in [
        Origin::Registry {
            url: Some(SafeUrl::new(url)),
        },
        Origin::Url {
            url: SafeUrl::new(url),
        },
        Origin::Git {
            url: SafeUrl::new(url),
            commit: None,
        },
    ] {
        facts.pin = Known::Known(Pin {
            file: Arc::from("package-lock.json"),
            format: "package-lock",
            line: 0,
            key: url.into(),
            origin,
            integrity: None,
            format_pins_integrity: true,
            ranges: Vec::new(),
            alias: None,
            scope: Scope::Runtime,
            optional: false,
            registry_host: Some("registry.example".to_owned()),
        });
        for audit in CATALOGUE {
            if audit
                .meta()
                .needs
                .iter()
                .all(|need| facts.missing(*need).is_none())
            {
                audit.run(&facts, &mut seen);
            }
        }
    }
    seen
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 64, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn any_document_and_any_address_end_in_signals_or_silence(document in packument(), index in 0..VERSIONS.len(), url in text()) {
        let version = VERSIONS.get(index).copied().unwrap_or("1.0.0");
        let seen = signals(&document, version, &url);
        prop_assert_eq!(&seen, &signals(&document, version, &url));
    }
}

#[test]
fn a_password_in_a_lockfile_address_is_not_repeated() {
    let seen = signals(
        &json!({"name": "left", "versions": {}}),
        "1.0.0",
        "https://user:swordfish@host.example/x.tgz?t=swordfish",
    );
    assert!(!seen.is_empty());
    for signal in seen {
        assert!(!format!("{signal:?}").contains("swordfish"), "{signal:?}");
    }
}
