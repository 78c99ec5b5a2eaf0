//! The quick search of lockfiles beside the whole reading of them: it may rule out only what reading would not find.
#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::disallowed_methods,
    reason = "helpers of tests may fail"
)]
mod common;

use std::collections::BTreeSet;

use cleanbill_hunt::{
    Watch,
    pins::{Pins, pins},
};
use common::watch;
use proptest::prelude::*;

/// Name and version of every pin, by the format's own parser alone.
fn read(watch: &Watch, file: &str, text: &str) -> BTreeSet<(String, String)> {
    let lockfile = cleanbill_lockfile::parse(file, text.as_bytes()).unwrap();
    let pairs = lockfile.packages.iter().filter_map(|locked| {
        Some((
            locked.name.as_ref()?.to_string(),
            locked.version.as_ref()?.to_string(),
        ))
    });
    pairs
        .filter(|(name, version)| watch.about(name, version).next().is_some())
        .collect()
}

fn found(watch: &Watch, file: &str, text: &str) -> BTreeSet<(String, String)> {
    match pins(watch, file, text.as_bytes()) {
        Pins::Read(pins) => pins.into_iter().map(|pin| (pin.name, pin.version)).collect(),
        Pins::Unreadable { reason, .. } => panic!("{reason}"),
    }
}

/// One entry: its name, its version, the order of its fields, a list or object beside them.
type Entry = (usize, usize, bool, usize);

const NAMES: [&str; 6] = ["left", "@scope/left", "lefty", "right", "upper-left", "left-pad"];
const VERSIONS: [&str; 6] = ["1.0.1", "1.0.0", "3.0.0", "11.0.1", "1.0.1-rc.1", "1.0.10"];

fn entry((name, version, turned, beside): &Entry) -> (String, String) {
    let fields = [
        format!("\"version\": \"{}\"", VERSIONS[*version]),
        [
            "\"license\": \"MIT\"",
            "\"engines\": {\n        \"node\": \">=1.0.1\"\n      }",
            "\"bin\": {\"left\": \"1.0.1\"}",
            "\"peer\": true",
        ][*beside]
            .to_owned(),
    ];
    let fields = if *turned {
        [&fields[1], &fields[0]]
    } else {
        [&fields[0], &fields[1]]
    };
    (
        NAMES[*name].to_owned(),
        format!("{{\n      {},\n      {}\n    }}", fields[0], fields[1]),
    )
}

/// The lockfile of npm as it writes it, or all on one line.
fn flat(entries: &[Entry], one_line: bool) -> String {
    let members: Vec<String> = entries
        .iter()
        .enumerate()
        .map(|(at, one)| {
            let (name, object) = entry(one);
            format!("    \"node_modules/of-{at}/node_modules/{name}\": {object}")
        })
        .collect();
    let text = format!(
        "{{\n  \"lockfileVersion\": 3,\n  \"packages\": {{\n    \"\": {{\n      \"dependencies\": {{\n        \"left\": \"1.0.0\"\n      }}\n    }}{}{}\n  }}\n}}\n",
        if members.is_empty() { "" } else { ",\n" },
        members.join(",\n")
    );
    if one_line { text.replace('\n', "") } else { text }
}

/// The old one, each entry inside the one before.
fn nested(entries: &[Entry]) -> String {
    let mut text = String::from("{\n  \"lockfileVersion\": 1,\n  \"dependencies\": {\n");
    for one in entries {
        let (name, object) = entry(one);
        text.push_str(&format!(
            "\"{name}\": {},\n\"dependencies\": {{\n",
            object.trim_end_matches('}').trim_end()
        ));
    }
    for _ in entries {
        text.push_str("    }\n    }\n");
    }
    text.push_str("  }\n}\n");
    text
}

/// Yarn's.
fn yarn(entries: &[Entry]) -> String {
    let mut text = String::from("# yarn lockfile v1\n\n\n");
    for (name, version, ..) in entries {
        text.push_str(&format!(
            "\"{0}@^{1}\":\n  version \"{1}\"\n\n",
            NAMES[*name], VERSIONS[*version]
        ));
    }
    text
}

/// Yarn's newer one, with blank lines where nobody writes them.
fn berry(entries: &[Entry]) -> String {
    let mut text = String::from("__metadata:\n  version: 8\n\n");
    for (name, version, odd, _) in entries {
        let blank = if *odd { "\n" } else { "" };
        text.push_str(&format!(
            "\"{0}@npm:^{1}\":\n{blank}  version: {1}\n{blank}  resolution: \"{0}@npm:{1}\"\n  languageName: node\n\n",
            NAMES[*name], VERSIONS[*version]
        ));
    }
    text
}

/// pnpm's, the same way.
fn pnpm(entries: &[Entry]) -> String {
    let mut text = String::from("lockfileVersion: '9.0'\n\nimporters:\n\n  .: {}\n\npackages:\n\n");
    for (name, version, odd, beside) in entries {
        let blank = if *odd { "\n" } else { "" };
        // A key of another name, and the real one inside.
        let (key, inside) = if *beside == 3 {
            let inside = format!(
                "{blank}    name: {}\n    version: {}\n",
                NAMES[*name].replace('@', "x"),
                VERSIONS[*version]
            );
            (
                format!("file-{version}@https://registry.example/{version}.tgz"),
                inside,
            )
        } else {
            (format!("{}@{}", NAMES[*name], VERSIONS[*version]), String::new())
        };
        text.push_str(&format!(
            "  '{key}':\n{inside}{blank}    resolution: {{integrity: sha512-AA==}}\n\n"
        ));
    }
    text
}

proptest! {
    #[test]
    fn the_search_rules_out_nothing_that_reading_finds(
        entries in prop::collection::vec((0..6_usize, 0..6_usize, any::<bool>(), 0..4_usize), 0..8), one_line: bool,
    ) {
        let watch = watch();
        for (file, text) in [
            ("package-lock.json", flat(&entries, one_line)),
            ("package-lock.json", nested(&entries)),
            ("yarn.lock", yarn(&entries)),
            ("yarn.lock", berry(&entries)),
            ("pnpm-lock.yaml", pnpm(&entries)),
        ] {
            // Twice: the second time every piece is known.
            for _ in 0..2 {
                prop_assert_eq!(found(&watch, file, &text), read(&watch, file, &text), "{}", text);
            }
        }
    }
}

proptest! {
    #[test]
    fn whatever_is_handed_in_from_others_is_read_or_refused(text in ".{0,300}", pattern in r"[\[\]a-z:.'= ()]{0,60}") {
        use cleanbill_hunt::{exchange::{import::import, signed::{PublicKey, SigningKey}}, lint::lint};
        let _ = (import("a", &text), lint(&text, None), SigningKey::parse(&text), PublicKey::parse(&text));
        for pattern in [text, pattern] {
            let bundle = serde_json::json!({"type": "bundle", "objects": [{"type": "indicator", "pattern": pattern}]});
            // A note of what was left out is the least that is said.
            if let Ok(campaign) = import("a", &bundle.to_string()) {
                prop_assert!(!campaign.packages.is_empty() || !campaign.indicators.is_empty());
            }
        }
    }
}

#[test]
fn a_name_and_the_bad_version_of_another_package_need_no_reading() {
    // The text is cut in the middle: reading it would fail, and it need not be read.
    let text = "{\n  \"packages\": {\n    \"node_modules/left\": {\n      \"version\": \"1.0.0\"\n    },\n    \"node_modules/right\": {\n      \"version\": \"1.0.1\"\n    },\n";
    assert_eq!(
        pins(&watch(), "package-lock.json", text.as_bytes()),
        Pins::Read(Vec::new())
    );
    let bad = text.replacen("1.0.0", "1.0.1", 1);
    assert!(matches!(
        pins(&watch(), "package-lock.json", bad.as_bytes()),
        Pins::Unreadable { .. }
    ));
}

#[test]
fn every_way_to_write_a_letter_otherwise_is_read_through() {
    let watch = watch();
    for name in [r"@scope\/left", r"@scope/\u006ceft", r"\u0040scope/left"] {
        let text = format!(
            "{{\"lockfileVersion\":3,\"packages\":{{\"node_modules/{name}\":{{\"version\":\"3.0.0\"}}}}}}"
        );
        assert_eq!(
            found(&watch, "package-lock.json", &text),
            BTreeSet::from([("@scope/left".to_owned(), "3.0.0".to_owned())]),
            "{name}"
        );
    }
}
