//! Packuments, honest and hostile.
#![expect(clippy::unwrap_used, reason = "a helper that fails is a test that fails")]
use cleanbill_model::{Known, Missing};
use cleanbill_npm::{Bundled, Packument, ParsePackumentError, condense, limits, packument};

#[track_caller]
fn parse(json: &str) -> Packument<'_> {
    packument::parse(json.as_bytes()).unwrap()
}

#[track_caller]
fn codes(json: &str) -> Vec<(&'static str, String)> {
    parse(json)
        .defects
        .iter()
        .map(|d| (d.code, d.place.raw().to_owned()))
        .collect()
}

/// The condensed copy reads the same.
#[track_caller]
fn condenses(json: &[u8]) {
    let first = packument::parse(json).unwrap();
    let small = condense(&first);
    assert!(
        small.len() <= json.len().max(2) * 3,
        "a copy grows only where bytes were replaced"
    );
    let again = packument::parse(&small).unwrap();
    let repaired = ["not-utf8", "byte-order-mark"];
    let kept: Vec<_> = first
        .defects
        .iter()
        .filter(|d| !repaired.contains(&d.code))
        .collect();
    assert_eq!(kept, again.defects.iter().collect::<Vec<_>>());
    assert_eq!(first.versions, again.versions);
    assert_eq!(first.times, again.times);
    assert_eq!(first.dist_tags, again.dist_tags);
    assert_eq!(first.maintainers, again.maintainers);
    assert_eq!(first.name, again.name);
    assert_eq!(first.truncated, again.truncated);
}

const FULL: &str = r#"{
  "name": "left", "readme": "long and of no use", "dist-tags": {"latest": "1.1.0", "next": "2.0.0-rc.1"},
  "time": {"created": "2024-01-01T00:00:00.000Z", "modified": "2026-01-01T00:00:00.000Z",
           "1.0.0": "2024-01-01T00:00:00.000Z", "1.1.0": "2025-01-01T00:00:00.000Z", "1.0.5": "2024-06-01T00:00:00.000Z"},
  "maintainers": [{"name": "ann", "email": "ann@mail.example"}, "bo <bo@mail.example> (https://bo.example)"],
  "versions": {
    "1.0.0": {"name": "left", "version": "1.0.0", "dist": {"tarball": "https://registry.example/left/-/left-1.0.0.tgz",
      "shasum": "da39a3ee5e6b4b0d3255bfef95601890afd80709"}, "deprecated": "use right", "author": "Ann"},
    "1.1.0": {"name": "left", "version": "1.1.0",
      "_npmUser": {"name": "GitHub Actions", "email": "ci@mail.example", "trustedPublisher": {"id": "github", "oidcConfigId": "oidc:1"}},
      "dist": {"tarball": "https://registry.example/left/-/left-1.1.0.tgz", "integrity": "sha512-x", "unpackedSize": 1024, "fileCount": 3,
        "signatures": [{"keyid": "k", "sig": "s"}], "attestations": {"url": "https://registry.example/a", "provenance": {"predicateType": "p"}}},
      "scripts": {"test": "x", "postinstall": "node setup.js", "preinstall": "node a.js"}, "hasInstallScript": true, "gypfile": false,
      "dependencies": {"a": "^1.0.0"}, "optionalDependencies": {"b": "2"}, "peerDependencies": {"c": "*"}, "devDependencies": {"d": "1"},
      "bundledDependencies": ["a"], "repository": {"type": "git", "url": "git+https://git.example/left.git"},
      "homepage": "https://left.example", "description": "pads", "bin": "cli.js", "author": {"name": "Ann", "email": "ann@mail.example"}}
  }}"#;

fn known(text: &Known<cleanbill_npm::Str<'_>>) -> String {
    text.get().unwrap().to_string()
}

#[test]
fn a_full_document_is_read_without_defects() {
    let packument = parse(FULL);
    assert_eq!(packument.defects, []);
    let versions = packument.versions.get().unwrap();
    let [old, new] = versions.as_slice() else {
        panic!("two versions")
    };
    assert_eq!(old.deprecated.get().unwrap().message, "use right");
    assert_eq!(old.scripts, Known::Missing(Missing::NotSent));
    assert_eq!(old.dist.get().unwrap().attested, Known::Known(false));
    assert_eq!(known(&old.author.get().unwrap().name), "Ann");
    let publisher = new.publisher.get().unwrap();
    assert_eq!(known(&publisher.trusted), "github");
    let dist = new.dist.get().unwrap();
    assert_eq!(
        (&dist.attested, &dist.signed),
        (&Known::Known(true), &Known::Known(true))
    );
    assert_eq!(
        (&dist.unpacked_size, &dist.file_count),
        (&Known::Known(1024), &Known::Known(3))
    );
    let scripts = new.scripts.get().unwrap();
    assert_eq!(
        scripts.iter().map(|(event, _)| &**event).collect::<Vec<_>>(),
        ["preinstall", "postinstall"]
    );
    assert_eq!(new.bundled, Known::Known(Bundled::Names(vec!["a".into()])));
    assert_eq!(known(&new.repository), "git+https://git.example/left.git");
    assert_eq!(new.bin.get().unwrap().len(), 1);
    let times = packument.times.get().unwrap();
    assert_eq!(times.versions.len(), 3);
    let owners = packument.maintainers.get().unwrap();
    assert_eq!(known(&owners[1].name), "bo");
    assert_eq!(known(&owners[1].email), "bo@mail.example");
}

#[test]
fn the_abbreviated_form_leaves_the_rest_missing() {
    let packument = parse(
        r#"{"name":"left","modified":"2026-01-01T00:00:00.000Z","dist-tags":{"latest":"1.0.0"},
        "versions":{"1.0.0":{"name":"left","version":"1.0.0","hasInstallScript":true,"dist":{"tarball":"https://registry.example/l.tgz"}}}}"#,
    );
    assert_eq!(packument.defects, []);
    assert_eq!(packument.times, Known::Missing(Missing::NotSent));
    let one = &packument.versions.get().unwrap()[0];
    assert_eq!(one.publisher, Known::Missing(Missing::NotSent));
    assert_eq!(one.has_install_script, Known::Known(true));
}

#[test]
fn each_field_of_another_type_is_a_defect_of_its_own_and_spoils_nothing_else() {
    let fields = [
        ("_npmUser", "5"),
        ("dist", "[]"),
        ("scripts", "\"x\""),
        ("hasInstallScript", "\"yes\""),
        ("gypfile", "1"),
        ("dependencies", "[\"a\"]"),
        ("optionalDependencies", "true"),
        ("peerDependencies", "3"),
        ("bundleDependencies", "9"),
        ("deprecated", "{}"),
        ("description", "{}"),
        ("repository", "[]"),
        ("homepage", "[1]"),
        ("author", "4"),
        ("bin", "false"),
        ("maintainers", "{}"),
        ("version", "{}"),
    ];
    for (field, value) in fields {
        let json = format!(
            r#"{{"name":"left","versions":{{"1.0.0":{{"{field}":{value}}},"1.0.1":{{"description":"fine"}}}}}}"#
        );
        assert_eq!(
            codes(&json),
            [("wrong-type", format!("versions[\"1.0.0\"].{field}"))],
            "{field}"
        );
        assert_eq!(
            known(&parse(&json).versions.get().unwrap()[1].description),
            "fine"
        );
        condenses(json.as_bytes());
    }
    let dist = [
        ("tarball", "5"),
        ("integrity", "[]"),
        ("shasum", "1"),
        ("attestations", "\"yes\""),
        ("signatures", "{}"),
        ("unpackedSize", "\"9\""),
        ("fileCount", "{}"),
    ];
    for (field, value) in dist {
        let json = format!(r#"{{"versions":{{"1.0.0":{{"dist":{{"{field}":{value}}}}}}}}}"#);
        assert_eq!(
            codes(&json),
            [("wrong-type", format!("versions[\"1.0.0\"].dist.{field}"))],
            "{field}"
        );
        condenses(json.as_bytes());
    }
    for (field, value) in [
        ("name", "{}"),
        ("dist-tags", "[]"),
        ("time", "7"),
        ("maintainers", "\"ann\""),
        ("versions", "[]"),
        ("versions", "8"),
    ] {
        let json = format!(r#"{{"{field}":{value}}}"#);
        assert_eq!(codes(&json), [("wrong-type", field.to_owned())], "{field}");
        condenses(json.as_bytes());
    }
}

#[test]
fn null_stands_for_nothing_as_npm_has_it_but_not_for_a_version_or_a_time() {
    let json = r#"{"dist-tags":null,"versions":{"1.0.0":{"scripts":null,"dist":null,"deprecated":null}}}"#;
    assert_eq!(codes(json), []);
    let json = r#"{"time":{"1.0.0":null},"versions":{"1.0.0":null}}"#;
    let found = codes(json);
    assert_eq!(
        found.iter().map(|(code, _)| *code).collect::<Vec<_>>(),
        ["wrong-type", "wrong-type"]
    );
    condenses(json.as_bytes());
}

#[test]
fn keys_that_mean_something_elsewhere_are_only_keys() {
    let json = r#"{"__proto__":{"versions":{"6.6.6":{}}},"constructor":1,"versions":{"__proto__":{"dist":{"tarball":"x"}},"1.0.0":{"dependencies":{"__proto__":"1"}}}}"#;
    let packument = parse(json);
    let versions = packument.versions.get().unwrap();
    assert_eq!(
        versions.iter().map(|v| &*v.version).collect::<Vec<_>>(),
        ["__proto__", "1.0.0"]
    );
    condenses(json.as_bytes());
}

#[test]
fn repeated_keys_keep_the_last_and_are_told() {
    let json = r#"{"versions":{"1.0.0":{"description":"first"}},
        "versions":{"1.0.0":{"description":"second"},"1.0.0":{"description":"third","description":"last"}}}"#;
    let packument = parse(json);
    assert_eq!(known(&packument.versions.get().unwrap()[0].description), "last");
    let places: Vec<_> = codes(json)
        .into_iter()
        .map(|(code, place)| format!("{code} {place}"))
        .collect();
    assert_eq!(
        places,
        [
            "duplicate-key versions",
            "duplicate-key versions[\"1.0.0\"]",
            "duplicate-key versions[\"1.0.0\"].description"
        ]
    );
    condenses(json.as_bytes());
    let json = r#"{"versions":{"1.0.0":{}},"versions":5}"#;
    assert_eq!(parse(json).versions, Known::Missing(Missing::Malformed));
    condenses(json.as_bytes());
}

#[test]
fn numbers_beyond_any_range_spoil_only_themselves() {
    let json =
        r#"{"versions":{"1.0.0":{"x":1e999,"dist":{"unpackedSize":1e999,"fileCount":-3,"shasum":"aa"}}}}"#;
    assert_eq!(
        codes(json).iter().map(|(code, _)| *code).collect::<Vec<_>>(),
        ["number-out-of-range"; 2]
    );
    assert_eq!(
        known(&parse(json).versions.get().unwrap()[0].dist.get().unwrap().shasum),
        "aa"
    );
    condenses(json.as_bytes());
}

#[test]
fn half_characters_escapes_and_bidi_stay_text() {
    let json =
        r#"{"maintainers":[{"name":"\ud800"},{"name":"\u001b[2Jann\u202e"}],"versions":{"1.0.0\ud800":{}}}"#;
    let packument = parse(json);
    assert_eq!(
        known(&packument.maintainers.get().unwrap()[1].name),
        "\u{1b}[2Jann\u{202e}"
    );
    assert_eq!(
        packument
            .defects
            .iter()
            .filter(|d| d.code == "lone-surrogate")
            .count(),
        2
    );
    condenses(json.as_bytes());
}

#[test]
fn a_byte_order_mark_and_foreign_bytes_are_told_and_read_on() {
    let json = b"\xef\xbb\xbf{\"versions\":{\"1.0.0\":{\"description\":\"caf\xe9\"}}}";
    let packument = packument::parse(json).unwrap();
    assert_eq!(
        known(&packument.versions.get().unwrap()[0].description),
        "caf\u{fffd}"
    );
    assert_eq!(
        packument.defects.iter().map(|d| d.code).collect::<Vec<_>>(),
        ["byte-order-mark", "not-utf8"]
    );
    condenses(json);
}

#[test]
fn nesting_costs_no_stack() {
    let deep = format!("{}{}", "{\"a\":[".repeat(200_000), "]}".repeat(200_000));
    let json =
        format!(r#"{{"x":{deep},"versions":{{"1.0.0":{{"scripts":{deep},"dist":{{"tarball":{deep}}}}}}}}}"#);
    assert_eq!(codes(&json).len(), 1);
    condenses(json.as_bytes());
}

#[test]
fn what_is_no_object_is_an_error_with_a_place() {
    for bytes in [
        &b""[..],
        b"[]",
        b"5",
        b"\"x\"",
        b"null",
        b"<html>",
        b"{\"versions\":{\"1.0.0\":{",
        b"{} {}",
    ] {
        let error = packument::parse(bytes).unwrap_err();
        assert!(
            matches!(error, ParsePackumentError::NotAnObject { .. }),
            "{error}"
        );
        assert!(!error.to_string().ends_with('.'));
    }
    let error = packument::parse(b"{\n  \"a\": }").unwrap_err();
    assert_eq!(
        error.to_string(),
        "packument is not a JSON object: line 2, column 8: expected value"
    );
}

#[test]
fn a_million_versions_are_cut_at_the_limit_and_told() {
    let mut json = String::from("{\"versions\":{");
    for at in 0..1_000_000 {
        json.push_str(&format!("{}\"1.0.{at}\":{{}}", if at == 0 { "" } else { "," }));
    }
    json.push_str("}}");
    let packument = parse(&json);
    assert!(packument.truncated);
    assert_eq!(packument.versions.get().unwrap().len(), limits::MAX_VERSIONS);
    assert_eq!(
        packument.defects.iter().map(|d| d.code).collect::<Vec<_>>(),
        ["limit-versions"]
    );
    condenses(json.as_bytes());
}

#[test]
fn entries_and_defects_are_bounded() {
    let dependencies: Vec<String> = (0..=limits::MAX_ENTRIES)
        .map(|at| format!("\"{at}\":0"))
        .collect();
    let json = format!(
        r#"{{"versions":{{"1.0.0":{{"dependencies":{{{}}}}}}}}}"#,
        dependencies.join(",")
    );
    let packument = parse(&json);
    assert_eq!(
        packument.versions.get().unwrap()[0].dependencies,
        Known::Missing(Missing::Limit)
    );
    assert_eq!(
        packument.defects.iter().map(|d| d.code).collect::<Vec<_>>(),
        ["limit-entries"]
    );
    let json = format!(
        r#"{{"versions":{{"1.0.0":{{"dependencies":{{{}}}}}}}}}"#,
        dependencies[..1000].join(",")
    );
    let packument = parse(&json);
    assert_eq!(packument.defects.len(), limits::MAX_DEFECTS + 1);
    assert_eq!(packument.defects.last().unwrap().code, "limit-defects");
}

#[test]
fn a_wholly_withdrawn_package_keeps_its_list() {
    let json = r#"{"name":"left","time":{"created":"2024-01-01T00:00:00.000Z","1.0.0":"2024-01-01T00:00:00.000Z",
        "unpublished":{"time":"2024-02-01T00:00:00.000Z","versions":["1.0.0","1.0.1"],"maintainers":[]}}}"#;
    let packument = parse(json);
    assert_eq!(packument.versions, Known::Missing(Missing::NotSent));
    let gone = packument.times.get().unwrap().unpublished.get().unwrap();
    assert_eq!(gone.versions, ["1.0.0", "1.0.1"]);
    condenses(json.as_bytes());
}

#[test]
fn a_condensed_document_is_smaller_and_reads_the_same() {
    condenses(FULL.as_bytes());
    let packument = parse(FULL);
    let small = condense(&packument);
    let text = std::str::from_utf8(&small).unwrap();
    assert!(!text.contains("readme") && !text.contains("devDependencies") && !text.contains("keyid"));
    assert_eq!(
        condense(&packument::parse(&small).unwrap()),
        small,
        "condensing twice changes nothing"
    );
}

mod properties {
    use proptest::prelude::*;

    use super::*;

    /// Any JSON value, with the names this crate knows likelier than chance.
    fn json() -> impl Strategy<Value = String> {
        let key = prop_oneof![
            Just("versions".to_owned()),
            Just("time".to_owned()),
            Just("dist".to_owned()),
            Just("scripts".to_owned()),
            Just("1.0.0".to_owned()),
            Just("_npmUser".to_owned()),
            Just("dependencies".to_owned()),
            Just("signatures".to_owned()),
            Just("trustedPublisher".to_owned()),
            Just("unpublished".to_owned()),
            Just("\\ud800".to_owned()),
            Just("maintainers".to_owned()),
            Just("bundleDependencies".to_owned()),
            Just("repository".to_owned()),
            Just("postinstall".to_owned()),
            Just("deprecated".to_owned()),
            "[a-z]{0,3}",
        ];
        let leaf = prop_oneof![
            Just("null".to_owned()),
            Just("true".to_owned()),
            Just("1e999".to_owned()),
            Just("-1".to_owned()),
            Just("12".to_owned()),
            Just(r#""\ud800\u001b""#.to_owned()),
            Just(r#""""#.to_owned()),
            "\"[a-z0-9.<>@]{0,8}\"",
        ];
        leaf.prop_recursive(6, 60, 6, move |inner| {
            prop_oneof![
                1 => proptest::collection::vec(inner.clone(), 0..4).prop_map(|items| format!("[{}]", items.join(", "))),
                3 => proptest::collection::vec((key.clone(), inner), 0..6).prop_map(|members| {
                    let members: Vec<_> = members.iter().map(|(key, value)| format!("\"{key}\" : {value}")).collect();
                    format!("{{{}}}", members.join(","))
                }),
            ]
        })
    }

    proptest! {
        #[test]
        fn any_object_is_read_and_condenses_to_the_same(versions in json(), time in json(), tags in json(), rest in json()) {
            let json = format!(r#"{{"rest":{rest},"versions":{{"1.0.0":{versions},"2.0.0":{versions}}},"time":{time},"dist-tags":{tags},"maintainers":{rest}}}"#);
            condenses(json.as_bytes());
            condenses(format!(r#"{{"versions":{versions}}}"#).as_bytes());
        }

        #[test]
        fn any_bytes_are_read_or_refused(bytes in proptest::collection::vec(any::<u8>(), 0..200)) {
            let _ = packument::parse(&bytes);
        }

        #[test]
        fn any_mutation_of_a_real_shape_is_read_or_refused(at in 0..FULL.len(), byte in any::<u8>(), cut in 0..FULL.len()) {
            let mut bytes = FULL.as_bytes().to_vec();
            bytes[at] = byte;
            if packument::parse(&bytes).is_ok() {
                condenses(&bytes);
            }
            bytes.truncate(cut);
            let _ = packument::parse(&bytes);
        }
    }
}
