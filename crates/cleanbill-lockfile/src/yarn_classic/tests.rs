use cleanbill_model::Algorithm;
use proptest::prelude::*;

use super::*;

const SOURCES: &str = include_str!("../../fixtures/yarn-classic/sources.lock");

fn read(text: &str) -> Lockfile {
    YarnClassic
        .parse(text.as_bytes())
        .unwrap_or_else(|error| panic!("{text}: {error}"))
}

fn refused(text: &str) -> ParseLockfileError {
    YarnClassic.parse(text.as_bytes()).expect_err(text)
}

fn entry<'l>(lockfile: &'l Lockfile, key: &str) -> &'l Locked {
    lockfile
        .packages
        .iter()
        .find(|package| package.key.raw().contains(key))
        .unwrap_or_else(|| panic!("no {key}"))
}

fn codes(text: &str) -> Vec<&'static str> {
    read(text).defects.iter().map(|defect| defect.code).collect()
}

#[test]
fn every_kind_of_source_is_told_apart() {
    let lockfile = read(SOURCES);
    assert_eq!(
        (lockfile.format, &*lockfile.version, lockfile.packages.len()),
        ("yarn-classic", "1", 9)
    );
    assert_eq!(lockfile.defects, []);
    let url = |text: &str| Origin::Registry {
        url: Some(SafeUrl::new(text)),
    };
    assert_eq!(
        entry(&lockfile, "@acme/parser").origin,
        url("https://registry.example/@acme/parser/-/parser-2.1.4.tgz")
    );
    assert_eq!(
        entry(&lockfile, "from-archive").origin,
        Origin::Url {
            url: SafeUrl::new("https://files.example/from-archive-1.0.0.tgz")
        }
    );
    assert_eq!(
        entry(&lockfile, "from-folder").origin,
        Origin::File {
            path: "./vendor/from-folder".into()
        }
    );
    let git = |url: &str, commit: &str| Origin::Git {
        url: SafeUrl::new(url),
        commit: Some(commit.into()),
    };
    assert_eq!(
        entry(&lockfile, "from-git").origin,
        git(
            "https://archive.example/acme/from-git",
            "4f5c2a1b0d3e6f7a8b9c0d1e2f3a4b5c6d7e8f90"
        )
    );
    assert_eq!(
        entry(&lockfile, "from-ssh").origin,
        git(
            "git+ssh://git@git.example/acme/from-ssh.git",
            "0a1b2c3d4e5f60718293a4b5c6d7e8f901234567"
        )
    );
    let releases: Vec<String> = lockfile
        .packages
        .iter()
        .filter_map(Locked::purl)
        .map(|purl| purl.spec())
        .collect();
    assert_eq!(
        releases,
        [
            "@acme/parser@2.1.4",
            "left@1.0.3",
            "left@0.9.7",
            "watcher@2.3.3",
            "watcher-native@1.0.0"
        ]
    );
}

#[test]
fn an_alias_is_the_package_behind_it() {
    let lockfile = read(SOURCES);
    let aliased = entry(&lockfile, "old-left");
    assert_eq!(aliased.name.as_ref().unwrap().as_str(), "left");
    assert_eq!(aliased.alias.as_deref(), Some("old-left"));
    let shared = read("\"a@npm:left@^1\", left@^1:\n  name left\n  version \"1.0.0\"\n");
    assert_eq!(
        (
            shared.packages[0].name.as_ref().unwrap().as_str(),
            shared.packages[0].alias.as_deref()
        ),
        ("left", Some("a"))
    );
    assert_eq!(codes("a@^1, b@^1:\n  version \"1.0.0\"\n"), ["several-names"]);
}

#[test]
fn the_fragment_is_the_digest_where_there_is_no_other() {
    let lockfile = read(SOURCES);
    assert_eq!(
        entry(&lockfile, "@acme/parser")
            .integrity
            .as_ref()
            .unwrap()
            .strongest(),
        Algorithm::Sha512
    );
    assert_eq!(
        entry(&lockfile, "left@^1")
            .integrity
            .as_ref()
            .unwrap()
            .strongest(),
        Algorithm::Sha1
    );
    assert_eq!(
        entry(&lockfile, "from-archive")
            .integrity
            .as_ref()
            .unwrap()
            .strongest(),
        Algorithm::Sha1
    );
    assert_eq!(
        entry(&lockfile, "from-ssh").integrity,
        None,
        "a commit is no digest of a tarball"
    );
}

#[test]
fn requests_find_their_answer() {
    let lockfile = read(SOURCES);
    let parser = entry(&lockfile, "@acme/parser");
    let edge = |name: &str, range: &str, kind, to| Edge {
        name: name.into(),
        range: Some(range.into()),
        kind,
        to,
    };
    assert_eq!(
        parser.edges,
        [
            edge("left", "^1.0.0", EdgeKind::Runtime, Some(5)),
            edge("watcher", "~2.3.2", EdgeKind::Optional, Some(7))
        ]
    );
    let lonely = read("a@1:\n  version \"1.0.0\"\n  dependencies:\n    gone \"^1\"\n");
    assert_eq!(lonely.packages[0].edges[0].to, None);
}

#[test]
fn only_what_optional_requests_lead_to_is_optional() {
    let lockfile = read(SOURCES);
    let optional: Vec<&str> = lockfile
        .packages
        .iter()
        .filter(|package| package.optional)
        .map(|package| package.key.raw())
        .collect();
    assert_eq!(optional, ["watcher@~2.3.2", "watcher-native@1.0.0"]);
}

#[test]
fn every_entry_knows_its_line_and_key() {
    let lockfile = read(SOURCES);
    for package in &lockfile.packages {
        let line = SOURCES.lines().nth(package.line as usize - 1).unwrap();
        assert_eq!(line, format!("{}:", package.key.raw()));
    }
}

#[test]
fn an_entry_keeps_its_name_whatever_its_address_says() {
    let lockfile = read(
        "left@^1:\n  version \"1.0.0\"\n  resolved \"https://registry.example/right/-/right-1.0.0.tgz\"\n",
    );
    assert_eq!(lockfile.packages[0].purl().unwrap().spec(), "left@1.0.0");
    let from_git = read(
        "left@^1:\n  version \"1.0.0\"\n  resolved \"git+https://git.example/a/left.git#0a1b2c3d4e5f60718293a4b5c6d7e8f901234567\"\n",
    );
    assert_eq!(from_git.packages[0].purl(), None);
}

#[test]
fn a_file_of_an_offline_mirror_has_no_address() {
    let origin = |resolved: &str| {
        read(&format!(
            "a@^1:\n  version \"1.0.0\"\n  resolved \"{resolved}\"\n"
        ))
        .packages[0]
            .origin
            .clone()
    };
    assert_eq!(origin("a-1.0.0.tgz#0a1b"), Origin::Registry { url: None });
    assert_eq!(
        origin("file:./mirror/a-1.0.0.tgz#0a1b"),
        Origin::File {
            path: "./mirror/a-1.0.0.tgz".into()
        }
    );
}

#[test]
fn flaws_are_defects_and_the_rest_is_read() {
    assert_eq!(codes("a@1:\n  resolved \"x\"\n"), ["missing-field"]);
    assert_eq!(codes("a@1:\n  version \"one\"\n"), ["bad-version"]);
    assert_eq!(codes("\"a b@1\":\n  version \"1.0.0\"\n"), ["bad-name"]);
    assert_eq!(
        codes("a@1:\n  version \"1.0.0\"\n  integrity sha512-short\n"),
        ["bad-integrity"]
    );
    assert_eq!(
        codes("a@1:\n  version \"1.0.0\"\n  version \"2.0.0\"\n"),
        ["duplicate-key"]
    );
    assert_eq!(
        codes("a@1:\n  version \"1.0.0\"\n\na@1:\n  version \"2.0.0\"\n"),
        ["duplicate-key"]
    );
    assert_eq!(
        codes("a@1:\n  version \"1.0.0\"\n  dependencies:\n    b \"1\"\n    b \"2\"\n"),
        ["duplicate-key"]
    );
    let long = format!(
        "a@1:\n  version \"1.0.0\"\n  resolved \"https://files.example/{}\"\n",
        "x".repeat(9000)
    );
    assert_eq!(codes(&long), ["limit-field"]);
    let repeated = "a@1:\n  version \"1.0.0\"\n  version \"2.0.0\"\n";
    assert_eq!(
        read(repeated).packages[0].version.as_ref().unwrap().as_str(),
        "1.0.0"
    );
    assert_eq!(
        codes("a@1:\n  version \"1.0.0\"\n  unknown true\n  permissions:\n    x \"1\"\n      deeper \"1\"\n"),
        [""; 0]
    );
}

#[test]
fn what_is_not_of_the_grammar_is_refused_with_its_place() {
    for (text, at) in [
        ("a@1\n", (1, 4)),
        ("a@1:\n  version\n", (2, 10)),
        ("a@1:\n  version \"1.0.0\n", (2, 11)),
        ("a@1:\n   version \"1.0.0\"\n", (2, 4)),
        ("  version \"1.0.0\"\n", (1, 3)),
        ("a@1:\n\tversion \"1.0.0\"\n", (2, 1)),
        ("a@1: b\n", (1, 6)),
        ("<<<<<<< HEAD\na@1:\n", (1, 1)),
        ("a@1:\n  version \"\\q\"\n", (2, 11)),
    ] {
        match refused(text) {
            ParseLockfileError::Malformed { line, column, .. } => assert_eq!((line, column), at, "{text:?}"),
            other => panic!("{text:?}: {other:?}"),
        }
    }
    assert_eq!(
        YarnClassic.parse(b"a@1:\n  version \"\xff\"\n").unwrap_err(),
        ParseLockfileError::NotUtf8 { offset: 16 }
    );
}

#[test]
fn a_newer_version_is_refused_with_what_to_run() {
    let error = refused("# yarn lockfile v2\n\na@1:\n  version \"1.0.0\"\n");
    assert_eq!(
        error,
        ParseLockfileError::UnknownVersion {
            format: "yarn-classic",
            version: "2".into(),
            convert: "yarn install"
        }
    );
    assert!(error.hint().is_some());
}

#[test]
fn marks_and_line_ends_of_other_systems_are_read() {
    let text = format!("\u{feff}{}", SOURCES.replace('\n', "\r\n"));
    let (plain, other) = (read(SOURCES), read(&text));
    assert_eq!(other.packages.len(), plain.packages.len());
    for (one, other) in plain.packages.iter().zip(&other.packages) {
        assert_eq!(
            (&one.name, &one.version, &one.origin, &one.integrity, one.line),
            (
                &other.name,
                &other.version,
                &other.origin,
                &other.integrity,
                other.line
            )
        );
        assert_eq!((&one.edges, &one.key), (&other.edges, &other.key));
    }
    assert!(read("# yarn lockfile v1\n\n\n").packages.is_empty());
}

#[test]
fn a_flood_of_defects_is_counted() {
    let text: String = (0..1_200)
        .map(|entry| format!("a{entry}@1:\n  version \"x\"\n"))
        .collect();
    let lockfile = read(&text);
    assert_eq!(lockfile.defects.len(), crate::limits::MAX_DEFECTS + 1);
    assert_eq!(lockfile.defects.last().unwrap().code, "limit-defects");
    assert_eq!(lockfile.packages.len(), 1_200);
}

#[test]
fn floods_of_entries_and_patterns_are_refused() {
    let limit = |text: &str, entries, words| match grammar::read(text, Room { entries, words }) {
        Ok(_) => None,
        Err(ParseLockfileError::Limit { limit, .. }) => Some(limit),
        Err(other) => panic!("{text}: {other}"),
    };
    let text = "a@1, a@2:\n  version 1\n  version 1\n  dependencies:\n    b 1\n\nb@1:\n";
    assert_eq!(limit(text, 2, 5), None);
    assert_eq!(limit(text, 1, 5), Some("MAX_ENTRIES"));
    assert_eq!(limit(text, 2, 4), Some("MAX_EDGES"));
    assert_eq!(limit(text, 2, 1), Some("MAX_EDGES"));
}

#[test]
fn it_knows_its_files() {
    assert!(YarnClassic.recognises("yarn.lock", SOURCES.as_bytes()));
    assert!(YarnClassic.recognises("yarn.lock", b""));
    assert!(!YarnClassic.recognises("yarn.lock", b"# x\n\n__metadata:\n  version: 8\n"));
    assert!(!YarnClassic.recognises("package-lock.json", b""));
}

#[test]
fn a_file_cut_at_any_byte_never_panics() {
    for end in 0..SOURCES.len() {
        let _ = YarnClassic.parse(&SOURCES.as_bytes()[..end]);
    }
}

proptest! {
    #[test]
    fn changed_bytes_never_panic(changes in prop::collection::vec((0..SOURCES.len(), any::<u8>()), 1..8)) {
        let mut bytes = SOURCES.as_bytes().to_vec();
        for (at, byte) in changes {
            bytes[at] = byte;
        }
        if let Ok(lockfile) = YarnClassic.parse(&bytes) {
            for edge in lockfile.packages.iter().flat_map(|package| &package.edges) {
                prop_assert!(edge.to.is_none_or(|to| to < lockfile.packages.len()));
            }
        }
    }
}
