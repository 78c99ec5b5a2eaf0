use proptest::prelude::*;

use super::*;

const WORKSPACES: &str = include_str!("../../fixtures/yarn-berry/workspaces.lock");
const VERSION_4: &str = include_str!("../../fixtures/yarn-berry/version-4.lock");

fn read(text: &str) -> Lockfile {
    YarnBerry
        .parse(text.as_bytes())
        .unwrap_or_else(|error| panic!("{text}: {error}"))
}

fn entry<'l>(lockfile: &'l Lockfile, key: &str) -> &'l Locked {
    lockfile
        .packages
        .iter()
        .find(|package| package.key.raw().contains(key))
        .unwrap_or_else(|| panic!("no {key}"))
}

/// The key of the entry that answers `name` for the project in `path`.
fn answer<'l>(lockfile: &'l Lockfile, path: &str, name: &str) -> Option<&'l str> {
    let root = lockfile.roots.iter().find(|root| root.path == path).unwrap();
    let edge = root.edges.iter().find(|edge| edge.name == name).unwrap();
    edge.to.map(|to| lockfile.packages[to].key.raw())
}

fn with_entry(entry: &str) -> String {
    format!("__metadata:\n  version: 8\n\n{entry}")
}

fn codes(entry: &str) -> Vec<&'static str> {
    read(&with_entry(entry))
        .defects
        .iter()
        .map(|defect| defect.code)
        .collect()
}

#[test]
fn every_kind_of_source_is_told_apart() {
    let lockfile = read(WORKSPACES);
    assert_eq!(lockfile.defects, []);
    assert_eq!((lockfile.format, &*lockfile.version), ("yarn-berry", "8"));
    let origin = |key: &str| entry(&lockfile, key).origin.clone();
    let commit = Some("0a1b2c3d4e5f60718293a4b5c6d7e8f901234567".to_owned());
    assert_eq!(
        origin("from-git@"),
        Origin::Git {
            url: SafeUrl::new("git+ssh://git@git.example/acme/from-git.git"),
            commit
        }
    );
    assert_eq!(
        origin("from-archive@"),
        Origin::Url {
            url: SafeUrl::new("https://files.example/from-archive-1.0.0.tgz")
        }
    );
    assert_eq!(
        origin("from-folder@"),
        Origin::File {
            path: "./vendor/from-folder".into()
        }
    );
    assert_eq!(
        origin("linked@"),
        Origin::Link {
            path: "../linked".into()
        }
    );
    assert_eq!(
        origin("portal@"),
        Origin::Link {
            path: "../portal".into()
        }
    );
    assert_eq!(
        origin("@acme/tools@"),
        Origin::Workspace {
            path: "packages/tools".into()
        }
    );
    assert_eq!(origin("left@npm:^1"), Origin::Registry { url: None });
    assert_eq!(
        origin("unusual@"),
        Origin::Registry {
            url: Some(SafeUrl::new(
                "https://registry.example/downloads/unusual-1.0.0.tgz"
            ))
        }
    );
    let mut releases: Vec<String> = lockfile
        .packages
        .iter()
        .filter_map(Locked::purl)
        .map(|purl| purl.spec())
        .collect();
    releases.dedup();
    assert_eq!(
        releases,
        [
            "left@1.0.3",
            "left@0.9.7",
            "overridden@3.1.4",
            "patched@1.0.0",
            "shared@2.2.0",
            "typescript@5.9.3",
            "unusual@1.0.0",
            "watcher-native@1.0.0",
            "watcher@2.3.3"
        ]
    );
}

#[test]
fn projects_are_roots_and_workspaces_answer_requests() {
    let lockfile = read(WORKSPACES);
    let roots: Vec<(&str, Option<&str>)> = lockfile
        .roots
        .iter()
        .map(|root| (&*root.path, root.name.as_deref()))
        .collect();
    assert_eq!(
        roots,
        [
            ("packages/app", Some("@acme/app")),
            ("packages/tools", Some("@acme/tools")),
            ("", Some("monorepo"))
        ]
    );
    assert_eq!(
        answer(&lockfile, "packages/app", "@acme/tools"),
        Some("@acme/tools@workspace:^, @acme/tools@workspace:packages/tools")
    );
    assert!(
        lockfile
            .packages
            .iter()
            .all(|package| package.key.raw() != "monorepo@workspace:.")
    );
}

#[test]
fn requests_find_their_answer_through_aliases_bindings_overrides_and_catalogs() {
    let lockfile = read(WORKSPACES);
    assert_eq!(
        answer(&lockfile, "packages/app", "old-left"),
        Some("old-left@npm:left@^0.9.0")
    );
    assert_eq!(entry(&lockfile, "old-left@").alias.as_deref(), Some("old-left"));
    assert_eq!(
        entry(&lockfile, "old-left@").name.as_ref().unwrap().as_str(),
        "left"
    );
    assert!(
        answer(&lockfile, "packages/tools", "linked")
            .unwrap()
            .starts_with("linked@link:")
    );
    assert!(
        answer(&lockfile, "", "from-folder")
            .unwrap()
            .starts_with("from-folder@file:")
    );
    assert_eq!(
        answer(&lockfile, "packages/app", "overridden"),
        Some("overridden@npm:3.1.4")
    );
    assert_eq!(
        answer(&lockfile, "packages/app", "shared"),
        Some("shared@npm:^2.0.0")
    );
    let two = read(&with_entry(
        "\"a@npm:1.0.0\":\n  version: 1.0.0\n  resolution: \"a@npm:1.0.0\"\n  dependencies:\n    b: \"npm:^9\"\n\n\"b@npm:1\":\n  version: 1.0.0\n  resolution: \"b@npm:1.0.0\"\n\n\"b@npm:2\":\n  version: 2.0.0\n  resolution: \"b@npm:2.0.0\"\n",
    ));
    assert_eq!(
        two.packages[0].edges[0].to, None,
        "with two of a name there is no telling"
    );
}

#[test]
fn a_patch_is_reached_first_and_asks_for_what_it_is_laid_over() {
    let lockfile = read(WORKSPACES);
    let patched = entry(&lockfile, "typescript@patch:");
    assert_eq!(answer(&lockfile, "", "typescript"), Some(patched.key.raw()));
    let below = patched.edges[0].to.unwrap();
    assert_eq!(lockfile.packages[below].key.raw(), "typescript@npm:^5.4.5");
    assert_eq!(patched.purl(), lockfile.packages[below].purl());
    assert!(
        answer(&lockfile, "packages/tools", "patched")
            .unwrap()
            .starts_with("patched@patch:")
    );
    assert_eq!(
        entry(&lockfile, "patched@patch:").edges[0]
            .to
            .map(|to| lockfile.packages[to].key.raw()),
        Some("patched@npm:1.0.0")
    );
}

#[test]
fn a_checksum_of_yarns_own_archive_is_no_integrity() {
    assert!(
        read(WORKSPACES)
            .packages
            .iter()
            .all(|package| package.integrity.is_none())
    );
}

#[test]
fn optional_is_what_only_optional_requests_lead_to() {
    let lockfile = read(WORKSPACES);
    let optional: Vec<&str> = lockfile
        .packages
        .iter()
        .filter(|package| package.optional)
        .map(|package| package.key.raw())
        .collect();
    assert_eq!(
        optional,
        [
            "watcher-native@npm:1.0.0, watcher-native@npm:~1.0.0",
            "watcher@npm:~2.3.2"
        ]
    );
    let app = lockfile
        .roots
        .iter()
        .find(|root| root.path == "packages/app")
        .unwrap();
    assert_eq!(app.edges.last().unwrap().kind, EdgeKind::Optional);
    assert_eq!(lockfile.roots[1].edges.last().unwrap().kind, EdgeKind::Peer);
}

#[test]
fn every_entry_knows_its_line() {
    let lockfile = read(WORKSPACES);
    for package in &lockfile.packages {
        let line = WORKSPACES.lines().nth(package.line as usize - 1).unwrap();
        assert_eq!(
            line.trim_start_matches("? ")
                .trim_end_matches(':')
                .trim_matches('"'),
            package.key.raw()
        );
    }
}

#[test]
fn ranges_without_a_protocol_are_the_registrys() {
    let lockfile = read(VERSION_4);
    assert_eq!(lockfile.defects, []);
    assert_eq!(
        answer(&lockfile, "", "left"),
        Some("left@npm:^1.0.0, left@npm:^1.0.2")
    );
    let below = lockfile.packages[0].edges[0].to.unwrap();
    assert_eq!(
        lockfile.packages[below].key.raw(),
        "fsevents@patch:fsevents@~2.3.2#~builtin<compat/fsevents>"
    );
    assert_eq!(lockfile.packages[below].purl().unwrap().spec(), "fsevents@2.3.3");
    assert!(lockfile.packages[below].optional);
}

#[test]
fn known_versions_are_read_and_others_refused_with_what_to_run() {
    for version in 4..=10 {
        let text = format!("__metadata:\n  version: {version}\n");
        assert_eq!(read(&text).version, version.to_string());
    }
    for version in ["3", "11", "x", "-1", "4294967296"] {
        let error = YarnBerry
            .parse(format!("__metadata:\n  version: {version}\n").as_bytes())
            .unwrap_err();
        assert_eq!(
            error,
            ParseLockfileError::UnknownVersion {
                format: "yarn-berry",
                version: version.into(),
                convert: CONVERT
            }
        );
    }
    for text in [
        "",
        "__metadata:\n",
        "__metadata:\n  version:\n",
        "__metadata:\n  version: []\n",
        "a: b\n",
    ] {
        assert!(
            matches!(
                YarnBerry.parse(text.as_bytes()),
                Err(ParseLockfileError::Malformed { .. })
            ),
            "{text:?}"
        );
    }
}

#[test]
fn flaws_are_defects_and_the_rest_is_read() {
    assert_eq!(codes("\"a@npm:1\": text\n"), ["wrong-type"]);
    assert_eq!(
        codes("\"a@npm:1\":\n  version: 1.0.0\n"),
        ["missing-field", "unknown-source"]
    );
    assert_eq!(
        codes("\"a@npm:1\":\n  version: [1]\n  resolution: \"a@npm:1.0.0\"\n"),
        ["wrong-type"]
    );
    assert_eq!(
        codes("\"a@npm:1\":\n  version: 1.0.0\n  resolution: {a: b}\n"),
        ["wrong-type", "missing-field", "unknown-source"]
    );
    assert_eq!(
        codes("\"a@npm:1\":\n  version: 1.0.0\n  resolution: \"a@npm:2.0.0\"\n"),
        ["version-mismatch"]
    );
    assert_eq!(
        codes("\"a@npm:1\":\n  version: 1.0.0\n  resolution: \"a@odd:2.0.0\"\n"),
        ["unknown-source"]
    );
    assert_eq!(
        codes("\"a@npm:1\":\n  version: one\n  resolution: \"a@npm:one\"\n"),
        ["bad-version"]
    );
    assert_eq!(
        codes("\"a b@npm:1\":\n  version: 1.0.0\n  resolution: \"a b@npm:1.0.0\"\n"),
        ["bad-name"]
    );
    assert_eq!(
        codes("\"a@npm:1\":\n  version: 1.0.0\n  version: 1.0.0\n  resolution: \"a@npm:1.0.0\"\n"),
        ["duplicate-key"]
    );
    let twice = "\"a@npm:1\":\n  version: 1.0.0\n  resolution: \"a@npm:1.0.0\"\n";
    assert_eq!(codes(&twice.repeat(2)), ["duplicate-key"]);
    assert_eq!(read(&with_entry(&twice.repeat(2))).packages.len(), 2);
    assert_eq!(codes(&format!("{twice}  dependencies: [b]\n")), ["wrong-type"]);
    assert_eq!(
        codes(&format!("{twice}  dependencies:\n    b: [c]\n    d: e\n")),
        ["wrong-type"]
    );
    assert_eq!(codes(&format!("{twice}---\na: b\n")), ["extra-document"]);
    let mismatch = read(&with_entry(
        "\"a@npm:1\":\n  version: 1.0.0\n  resolution: \"a@npm:2.0.0\"\n",
    ));
    assert_eq!(
        mismatch.packages[0].purl().unwrap().spec(),
        "a@2.0.0",
        "what is fetched is what the resolution names"
    );
}

#[test]
fn hostile_yaml_is_refused() {
    let bomb = with_entry("a: &a [x, x]\nb: &b [*a, *a]\nc: [*b, *b]\n");
    assert!(matches!(
        YarnBerry.parse(bomb.as_bytes()),
        Err(ParseLockfileError::Malformed { line: 5, .. })
    ));
    let deep = with_entry(&format!("a: {}\n", "[".repeat(10_000)));
    assert!(matches!(
        YarnBerry.parse(deep.as_bytes()),
        Err(ParseLockfileError::Limit {
            limit: "MAX_DEPTH",
            ..
        })
    ));
    assert!(matches!(
        YarnBerry.parse(b"__metadata:\n  version: 8\n\xff"),
        Err(ParseLockfileError::NotUtf8 { offset: 25 })
    ));
    assert!(matches!(
        YarnBerry.parse(with_entry("<<<<<<< HEAD\n").as_bytes()),
        Err(ParseLockfileError::Malformed { line: 4, .. })
    ));
}

#[test]
fn marks_and_line_ends_of_other_systems_are_read() {
    let text = format!("\u{feff}{}", WORKSPACES.replace('\n', "\r\n"));
    assert!(YarnBerry.recognises("yarn.lock", text.as_bytes()));
    let (plain, other) = (read(WORKSPACES), read(&text));
    assert_eq!(format!("{:?}", plain.packages), format!("{:?}", other.packages));
}

#[test]
fn it_knows_its_files() {
    assert!(YarnBerry.recognises("yarn.lock", WORKSPACES.as_bytes()));
    assert!(!YarnBerry.recognises("yarn.lock", b"# yarn lockfile v1\n"));
    assert!(!YarnBerry.recognises("pnpm-lock.yaml", WORKSPACES.as_bytes()));
}

#[test]
fn a_file_cut_anywhere_never_panics() {
    for end in (0..WORKSPACES.len()).step_by(5) {
        let _ = YarnBerry.parse(&WORKSPACES.as_bytes()[..end]);
    }
}

proptest! {
    #[test]
    fn changed_bytes_never_panic(changes in prop::collection::vec((0..WORKSPACES.len(), any::<u8>()), 0..8), keep in 0..8_000usize) {
        let mut bytes = WORKSPACES.as_bytes().to_vec();
        for (at, byte) in changes {
            bytes[at] = byte;
        }
        bytes.truncate(keep.min(bytes.len()));
        if let Ok(lockfile) = YarnBerry.parse(&bytes) {
            let edges = lockfile.packages.iter().flat_map(|package| &package.edges).chain(lockfile.roots.iter().flat_map(|root| &root.edges));
            for edge in edges {
                prop_assert!(edge.to.is_none_or(|to| to < lockfile.packages.len()));
            }
        }
    }

    #[test]
    fn any_locator_is_read_without_panic(text in "[a@:#%!<>/.0-9&=,~-]{0,24}|\\PC{0,16}") {
        let _ = Locator::parse(&text).source();
        let _ = locator::under_built_in(&text);
        let _ = locator::descriptors(&text).count();
    }
}
