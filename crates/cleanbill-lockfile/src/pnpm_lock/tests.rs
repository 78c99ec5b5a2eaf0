use cleanbill_model::SafeUrl;
use proptest::prelude::*;

use super::*;
use crate::{EdgeKind, Locked, Origin, Scope};

const VERSION_5: &str = include_str!("../../fixtures/pnpm-lock/version-5.4.yaml");
const VERSION_6: &str = include_str!("../../fixtures/pnpm-lock/version-6.0.yaml");
const VERSION_9: &str = include_str!("../../fixtures/pnpm-lock/version-9.0.yaml");

const GIT_ARCHIVE: &str = "4f5c2a1b0d3e6f7a8b9c0d1e2f3a4b5c6d7e8f90";
const GIT_CLONE: &str = "0a1b2c3d4e5f60718293a4b5c6d7e8f901234567";

fn read(text: &str) -> Lockfile {
    PnpmLock
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

fn releases(lockfile: &Lockfile) -> Vec<String> {
    lockfile
        .packages
        .iter()
        .filter_map(Locked::purl)
        .map(|purl| purl.spec())
        .collect()
}

/// Asked range, kind, and the key of the answer, of `name` in the project at `path`.
fn asked<'l>(lockfile: &'l Lockfile, path: &str, name: &str) -> (Option<&'l str>, EdgeKind, Option<&'l str>) {
    let root = lockfile.roots.iter().find(|root| root.path == path).unwrap();
    let edge = root
        .edges
        .iter()
        .find(|edge| edge.name == name)
        .unwrap_or_else(|| panic!("no {name}"));
    (
        edge.range.as_deref(),
        edge.kind,
        edge.to.map(|to| lockfile.packages[to].key.raw()),
    )
}

fn codes(text: &str) -> Vec<&'static str> {
    read(text).defects.iter().map(|defect| defect.code).collect()
}

fn with_packages(packages: &str) -> String {
    format!("lockfileVersion: '6.0'\npackages:\n{packages}")
}

fn git(url: &str, commit: &str) -> Origin {
    Origin::Git {
        url: SafeUrl::new(url),
        commit: Some(commit.into()),
    }
}

#[test]
fn version_5_is_read_with_its_slashes() {
    let lockfile = read(VERSION_5);
    assert_eq!(lockfile.defects, []);
    assert_eq!((lockfile.format, &*lockfile.version), ("pnpm-lock", "5.4"));
    assert_eq!(
        releases(&lockfile),
        [
            "@acme/parser@2.1.4",
            "left@0.9.7",
            "left@1.0.3",
            "react@17.0.2",
            "watcher@2.3.3",
            "tester@1.0.0"
        ]
    );
    assert_eq!(
        asked(&lockfile, "", "@acme/parser"),
        (
            Some("^2.0.0"),
            EdgeKind::Runtime,
            Some("/@acme/parser/2.1.4_react@17.0.2")
        )
    );
    assert_eq!(
        asked(&lockfile, "", "old-left"),
        (Some("npm:left@^0.9.0"), EdgeKind::Runtime, Some("/left/0.9.7"))
    );
    assert_eq!(asked(&lockfile, "", "tester").1, EdgeKind::Development);
    assert_eq!(
        asked(&lockfile, "", "watcher"),
        (None, EdgeKind::Optional, Some("/watcher/2.3.3"))
    );
    let origin = |key: &str| entry(&lockfile, key).origin.clone();
    assert_eq!(
        origin("@files.example"),
        Origin::Url {
            url: SafeUrl::new("https://files.example/archive-1.0.0.tgz")
        }
    );
    assert_eq!(
        origin("git-by-archive"),
        git("https://archive.example/acme/git-by-archive", GIT_ARCHIVE)
    );
    assert_eq!(
        origin("git-by-clone"),
        git("git+ssh://git@git.example/acme/git-by-clone.git", GIT_CLONE)
    );
    assert_eq!(
        origin("file:vendor"),
        Origin::File {
            path: "vendor/folder".into()
        }
    );
    assert_eq!(
        origin("link:"),
        Origin::Link {
            path: "../linked".into()
        }
    );
    assert_eq!(
        origin("/tester/"),
        Origin::Registry {
            url: Some(SafeUrl::new("https://registry.example/tester/-/tester-1.0.0.tgz"))
        }
    );
    assert_eq!(
        entry(&lockfile, "git-by-clone").name.as_ref().unwrap().as_str(),
        "git-by-clone"
    );
    assert_eq!(
        entry(&lockfile, "git-by-clone")
            .version
            .as_ref()
            .unwrap()
            .as_str(),
        "2.0.0"
    );
}

#[test]
fn scopes_flags_and_scripts_are_those_of_the_file() {
    let lockfile = read(VERSION_5);
    let watcher = entry(&lockfile, "/watcher/");
    assert!(watcher.optional);
    assert_eq!(
        watcher.has_install_script, None,
        "pnpm says so of every optional package"
    );
    assert_eq!(entry(&lockfile, "git-by-clone").has_install_script, Some(true));
    assert_eq!(entry(&lockfile, "/react/").has_install_script, None);
    assert_eq!(entry(&lockfile, "tester").scope, Scope::Development);
    assert_eq!(
        entry(&lockfile, "/left/1.0.3").scope,
        Scope::Runtime,
        "both ask for it"
    );
}

#[test]
fn a_peer_request_has_its_range_and_its_answer() {
    let lockfile = read(VERSION_5);
    let edges: Vec<_> = entry(&lockfile, "/@acme/parser")
        .edges
        .iter()
        .map(|edge| (&*edge.name, edge.range.as_deref(), edge.kind, edge.to.is_some()))
        .collect();
    assert_eq!(
        edges,
        [
            ("left", None, EdgeKind::Runtime, true),
            ("react", Some("^16.8.0 || ^17.0.0"), EdgeKind::Peer, true),
            ("watcher", None, EdgeKind::Optional, true),
            ("preact", Some("^10.0.0"), EdgeKind::Peer, false),
        ]
    );
}

#[test]
fn version_6_is_read_with_its_workspaces() {
    let lockfile = read(VERSION_6);
    assert_eq!(lockfile.defects, []);
    let roots: Vec<&str> = lockfile.roots.iter().map(|root| &*root.path).collect();
    assert_eq!(roots, ["", "packages/app", "packages/copied", "packages/tools"]);
    assert_eq!(
        asked(&lockfile, "packages/app", "left"),
        (
            Some("1.0.3"),
            EdgeKind::Runtime,
            Some("/left@1.0.3(patch_hash=0a1b2c)")
        )
    );
    assert_eq!(
        asked(&lockfile, "packages/app", "old-left").2,
        Some("/left@0.9.7")
    );
    assert_eq!(entry(&lockfile, "/left@0.9.7").alias.as_deref(), Some("old-left"));
    assert_eq!(
        entry(&lockfile, "link:../tools").origin,
        Origin::Workspace {
            path: "packages/tools".into()
        }
    );
    assert_eq!(
        entry(&lockfile, "link:../../../outside").origin,
        Origin::Link {
            path: "../outside".into()
        }
    );
    assert_eq!(
        entry(&lockfile, "file:packages/copied").origin,
        Origin::File {
            path: "packages/copied".into()
        }
    );
    assert_eq!(
        entry(&lockfile, "/tester").origin,
        Origin::Registry {
            url: Some(SafeUrl::new("https://registry.example/downloads/tester.tgz"))
        }
    );
    assert_eq!(
        releases(&lockfile),
        [
            "@acme/view@3.0.0",
            "@acme/view@3.0.0",
            "left@0.9.7",
            "left@1.0.3",
            "react@17.0.2",
            "react@18.3.1",
            "tester@1.0.0"
        ]
    );
}

#[test]
fn one_release_with_two_sets_of_peers_keeps_both_sets_of_edges() {
    let lockfile = read(VERSION_6);
    let answers = |key: &str| {
        lockfile.packages[entry(&lockfile, key).edges[0].to.unwrap()]
            .key
            .raw()
            .to_owned()
    };
    assert_eq!(answers("/@acme/view@3.0.0(react@17.0.2)"), "/react@17.0.2");
    assert_eq!(answers("/@acme/view@3.0.0(react@18.3.1)"), "/react@18.3.1");
}

#[test]
fn every_document_of_version_9_is_read() {
    let lockfile = read(VERSION_9);
    assert_eq!(lockfile.defects, []);
    assert_eq!(
        asked(&lockfile, "", "pnpm"),
        (Some("^12.0.0"), EdgeKind::Runtime, Some("pnpm@12.21.0"))
    );
    assert_eq!(
        asked(&lockfile, "", "@acme/pnpm-config").2,
        Some("@acme/pnpm-config@1.0.0")
    );
    assert_eq!(entry(&lockfile, "pnpm@").scope, Scope::Runtime);
    assert_eq!(
        lockfile.roots.iter().filter(|root| root.path.is_empty()).count(),
        1
    );
    assert_eq!(
        releases(&lockfile),
        [
            "@acme/pnpm-config@1.0.0",
            "pnpm@12.21.0",
            "@acme/view@3.0.0",
            "inner@1.0.0",
            "left@0.9.7",
            "react@18.3.1",
            "tester@1.0.0",
            "watcher@2.3.3"
        ]
    );
}

#[test]
fn a_catalog_gives_the_range() {
    let lockfile = read(VERSION_9);
    assert_eq!(
        asked(&lockfile, "", "react"),
        (Some("^18.3.0"), EdgeKind::Runtime, Some("react@18.3.1"))
    );
    assert_eq!(asked(&lockfile, "packages/tools", "left").0, Some("^0.9.0"));
    assert_eq!(
        asked(&lockfile, "", "old-left"),
        (
            Some("npm:left@catalog:legacy"),
            EdgeKind::Runtime,
            Some("left@0.9.7")
        )
    );
    let unknown = "lockfileVersion: '9.0'\nimporters:\n  .:\n    dependencies:\n      a: {specifier: 'catalog:gone', version: 1.0.0}\npackages:\n  a@1.0.0:\n    resolution: {}\n";
    assert_eq!(asked(&read(unknown), "", "a").0, Some("catalog:gone"));
}

#[test]
fn every_kind_of_source_of_version_9_is_told_apart() {
    let lockfile = read(VERSION_9);
    let origin = |key: &str| entry(&lockfile, key).origin.clone();
    assert_eq!(
        origin("archive@"),
        Origin::Url {
            url: SafeUrl::new("https://files.example/archive-1.0.0.tgz")
        }
    );
    assert_eq!(
        origin("folder@"),
        Origin::File {
            path: "vendor/folder.tgz".into()
        }
    );
    assert_eq!(
        origin("git-by-archive@"),
        git("https://archive.example/acme/git-by-archive", GIT_ARCHIVE)
    );
    assert_eq!(
        origin("git-by-clone@"),
        git("git+ssh://git@git.example/acme/git-by-clone.git", GIT_CLONE)
    );
    assert_eq!(
        origin("node@"),
        Origin::Url {
            url: SafeUrl::new("https://files.example/node-22.11.0-linux-x64.tar.gz")
        }
    );
    assert_eq!(
        origin("link:packages/tools"),
        Origin::Workspace {
            path: "packages/tools".into()
        }
    );
    assert_eq!(origin("inner@work:1.0.0"), Origin::Registry { url: None });
    assert_eq!(asked(&lockfile, "", "inner").2, Some("inner@work:1.0.0"));
    for name in ["archive", "folder", "git-by-archive", "git-by-clone", "node"] {
        assert!(asked(&lockfile, "", name).2.is_some(), "{name}");
        assert!(entry(&lockfile, &format!("{name}@")).version.is_some(), "{name}");
    }
}

#[test]
fn without_a_flag_the_scope_is_what_reaches_the_entry() {
    let lockfile = read(VERSION_9);
    assert_eq!(entry(&lockfile, "tester@").scope, Scope::Development);
    assert_eq!(entry(&lockfile, "left@").scope, Scope::Runtime);
    assert!(entry(&lockfile, "watcher@").optional);
    let nobody = read("lockfileVersion: '9.0'\npackages:\n  a@1.0.0:\n    resolution: {}\n");
    assert_eq!(nobody.packages[0].scope, Scope::Runtime);
}

#[test]
fn a_workspace_brings_its_own_requests_along() {
    let lockfile = read(VERSION_9);
    let tools = entry(&lockfile, "link:packages/tools");
    assert_eq!(tools.edges.len(), 2);
    let view = lockfile
        .packages
        .iter()
        .position(|package| package.key.raw() == "@acme/view@3.0.0")
        .unwrap();
    let shortest = &lockfile.paths()[view][0];
    assert_eq!(shortest, &[view]);
}

#[test]
fn every_entry_knows_its_line() {
    for text in [VERSION_5, VERSION_6, VERSION_9] {
        for package in read(text)
            .packages
            .iter()
            .filter(|package| !package.key.raw().starts_with("link:"))
        {
            let line = text.lines().nth(package.line as usize - 1).unwrap();
            assert_eq!(
                line.trim_start().trim_end_matches(':').trim_matches('\''),
                package.key.raw()
            );
        }
    }
}

#[test]
fn known_versions_are_read_and_others_refused_with_what_to_run() {
    for version in [
        "5",
        "5.0",
        "5.1",
        "5.2",
        "5.3",
        "5.4",
        "'6.0'",
        "'6.1'",
        "'9.0'",
        "5.4-inlineSpecifiers",
    ] {
        read(&format!("lockfileVersion: {version}\n"));
    }
    for version in ["4", "5.5", "7.0", "10.0", "x"] {
        let error = PnpmLock
            .parse(format!("lockfileVersion: {version}\n").as_bytes())
            .unwrap_err();
        assert_eq!(
            error,
            ParseLockfileError::UnknownVersion {
                format: "pnpm-lock",
                version: version.into(),
                convert: CONVERT
            }
        );
    }
    let second = "lockfileVersion: '9.0'\n---\nlockfileVersion: '12.0'\n";
    assert!(matches!(
        PnpmLock.parse(second.as_bytes()),
        Err(ParseLockfileError::UnknownVersion { .. })
    ));
    for text in ["", "---\n", "a: b\n", "lockfileVersion: []\n", "text\n"] {
        assert!(
            matches!(
                PnpmLock.parse(text.as_bytes()),
                Err(ParseLockfileError::Malformed { .. })
            ),
            "{text:?}"
        );
    }
}

#[test]
fn a_request_may_stand_without_specifier_beside_it() {
    let text = "lockfileVersion: 5.3\nimporters:\n  .:\n    specifiers:\n      a: ^1.0.0\n    dependencies:\n      a: 1.0.0\npackages:\n  /a/1.0.0:\n    resolution: {integrity: sha1-2jmj7l5rSw0yVb/vlWAYkK/YBwk=}\n";
    let lockfile = read(text);
    assert_eq!(
        asked(&lockfile, "", "a"),
        (Some("^1.0.0"), EdgeKind::Runtime, Some("/a/1.0.0"))
    );
}

#[test]
fn flaws_are_defects_and_the_rest_is_read() {
    let good = "  /a@1.0.0:\n    resolution: {integrity: sha1-2jmj7l5rSw0yVb/vlWAYkK/YBwk=}\n";
    let mut all = good.to_owned();
    for (entry, code) in [
        ("  /b@1.0.0: text\n", &["wrong-type", "missing-field"] as &[_]),
        ("  /b@1.0.0:\n    engines: {}\n", &["missing-field"]),
        ("  /b@1.0.0:\n    resolution: text\n", &["wrong-type"]),
        ("  /b@1.0.0:\n    resolution: {integrity: [a]}\n", &["wrong-type"]),
        (
            "  /b@1.0.0:\n    resolution: {integrity: sha512-short}\n",
            &["bad-integrity"],
        ),
        ("  /b@1.0.0:\n    resolution: {type: odd}\n", &["unknown-source"]),
        ("  /b@1.0.0:\n    resolution: {type: git}\n", &["unknown-source"]),
        (
            "  /b@1.0.0:\n    resolution: {}\n    optional: maybe\n",
            &["wrong-type"],
        ),
        (
            "  /b@1.0.0:\n    resolution: {}\n    dependencies: [a]\n",
            &["wrong-type"],
        ),
        (
            "  /b@1.0.0:\n    resolution: {}\n    dependencies:\n      c: [d]\n",
            &["wrong-type"],
        ),
        (
            "  /b@1.0.0:\n    resolution: {}\n    dependencies:\n      c: 1.0.0\n",
            &["missing-entry"],
        ),
        (
            "  /b@1.0.0:\n    resolution: {}\n    name: c\n",
            &["several-names"],
        ),
        ("  /b c@1.0.0:\n    resolution: {}\n", &["bad-name"]),
        (
            "  odd:\n    resolution: {}\n",
            &["missing-field", "unknown-source"],
        ),
        ("  /a@1.0.0:\n    resolution: {}\n", &["duplicate-key"]),
        (
            "  /b@1.0.0:\n    resolution: {}\n    resolution: {}\n",
            &["duplicate-key"],
        ),
    ] {
        let lockfile = read(&with_packages(&format!("{good}{entry}")));
        assert_eq!(
            lockfile
                .defects
                .iter()
                .map(|defect| defect.code)
                .collect::<Vec<_>>(),
            code,
            "{entry}"
        );
        assert_eq!(lockfile.packages.len(), 2);
        assert_eq!(releases(&lockfile)[0], "a@1.0.0");
        all.push_str(entry);
    }
    assert_eq!(read(&with_packages(&all)).packages.len(), 17);
    assert_eq!(
        codes("lockfileVersion: '9.0'\nsnapshots:\n  a@1.0.0: {}\n"),
        ["missing-entry", "missing-field"]
    );
    assert_eq!(
        codes("lockfileVersion: '9.0'\npackages: text\nimporters: [a]\n"),
        ["wrong-type", "wrong-type"]
    );
    assert_eq!(
        codes("lockfileVersion: '9.0'\nimporters:\n  .:\n    dependencies: text\n"),
        ["wrong-type"]
    );
}

#[test]
fn the_name_that_pnpm_would_install_is_the_entrys() {
    let lockfile = read(&with_packages(
        "  /left@1.0.0:\n    resolution: {}\n    name: right\n    version: 2.0.0\n",
    ));
    assert_eq!(releases(&lockfile), ["right@2.0.0"]);
    let newer = read(
        "lockfileVersion: '9.0'\npackages:\n  left@1.0.0:\n    resolution: {}\n    name: right\n    version: 2.0.0\n",
    );
    assert_eq!(releases(&newer), ["left@1.0.0"]);
}

#[test]
fn hostile_yaml_is_refused() {
    let bomb = "lockfileVersion: '9.0'\na: &a [x, x]\nb: &b [*a, *a]\n";
    assert!(matches!(
        PnpmLock.parse(bomb.as_bytes()),
        Err(ParseLockfileError::Malformed { line: 3, .. })
    ));
    for open in ["[", "{a: ", "- "] {
        let deep = format!("lockfileVersion: '9.0'\na:\n  {}\n", open.repeat(10_000));
        assert!(
            matches!(
                PnpmLock.parse(deep.as_bytes()),
                Err(ParseLockfileError::Limit {
                    limit: "MAX_DEPTH",
                    ..
                })
            ),
            "{open}"
        );
    }
    let many = "---\nlockfileVersion: '9.0'\n".repeat(50);
    assert!(matches!(
        PnpmLock.parse(many.as_bytes()),
        Err(ParseLockfileError::Limit {
            limit: "MAX_DOCUMENTS",
            ..
        })
    ));
    assert!(matches!(
        PnpmLock.parse(b"lockfileVersion: \xff"),
        Err(ParseLockfileError::NotUtf8 { offset: 17 })
    ));
    assert!(matches!(
        PnpmLock.parse(b"lockfileVersion: '9.0'\n<<<<<<< HEAD\n"),
        Err(ParseLockfileError::Malformed { line: 2, .. })
    ));
}

#[test]
fn marks_and_line_ends_of_other_systems_are_read() {
    for text in [VERSION_5, VERSION_6, VERSION_9] {
        let other = read(&format!("\u{feff}{}", text.replace('\n', "\r\n")));
        assert_eq!(
            format!("{:?}", read(text).packages),
            format!("{:?}", other.packages)
        );
    }
}

#[test]
fn what_only_the_slow_reader_takes_comes_to_the_same() {
    let quoted = VERSION_9.replace("hasBin: true", "hasBin: true\n    extra: \"\\x41\"");
    let (plain, slow) = (read(VERSION_9), read(&quoted));
    assert_eq!(releases(&plain), releases(&slow));
    for (one, other) in plain.packages.iter().zip(&slow.packages) {
        assert_eq!(
            (&one.origin, &one.integrity, &one.edges, &one.key),
            (&other.origin, &other.integrity, &other.edges, &other.key)
        );
        let line = quoted.lines().nth(other.line as usize - 1).unwrap();
        assert!(
            line.contains(other.key.raw().trim_start_matches("link:")),
            "{line}"
        );
    }
}

#[test]
fn it_knows_its_files() {
    for name in ["pnpm-lock.yaml", "pnpm-lock.feature.yaml"] {
        assert!(PnpmLock.recognises(name, b""));
    }
    for name in [
        "pnpm-lock.yml",
        "xpnpm-lock.yaml",
        "pnpm-lock.yaml.bak",
        "pnpm-workspace.yaml",
    ] {
        assert!(!PnpmLock.recognises(name, b""));
    }
}

#[test]
fn a_file_cut_anywhere_never_panics() {
    for text in [VERSION_5, VERSION_6, VERSION_9] {
        for end in (0..text.len()).step_by(13) {
            let _ = PnpmLock.parse(&text.as_bytes()[..end]);
        }
    }
}

proptest! {
    #[test]
    fn changed_bytes_never_panic(which in 0..3usize, changes in prop::collection::vec((0..VERSION_5.len(), any::<u8>()), 0..8), keep in 0..20_000usize) {
        let mut bytes = [VERSION_5, VERSION_6, VERSION_9][which].as_bytes().to_vec();
        for (at, byte) in changes {
            if let Some(place) = bytes.get_mut(at) {
                *place = byte;
            }
        }
        bytes.truncate(keep.min(bytes.len()));
        if let Ok(lockfile) = PnpmLock.parse(&bytes) {
            let edges = lockfile.packages.iter().flat_map(|package| &package.edges).chain(lockfile.roots.iter().flat_map(|root| &root.edges));
            for edge in edges {
                prop_assert!(edge.to.is_none_or(|to| to < lockfile.packages.len()));
            }
        }
    }

    #[test]
    fn any_key_is_read_without_panic(key in "[/a@.0-9()_:-]{0,24}|\\PC{0,16}", reference in "[/a@.0-9()_:-]{0,16}") {
        for grammar in [Grammar::Slash, Grammar::SlashAt, Grammar::At] {
            let _ = keys::Key::parse(&key, grammar);
            let _ = keys::target(&key, &reference, grammar);
        }
    }
}

#[test]
fn a_workspaces_development_requests_are_not_those_of_who_links_it() {
    let lockfile = read(
        "lockfileVersion: '9.0'\nimporters:\n  .:\n    dependencies:\n      b: {specifier: 'workspace:*', version: 'link:b'}\n  b:\n    devDependencies:\n      a: {specifier: ^1.0.0, version: 1.0.0}\npackages:\n  a@1.0.0:\n    resolution: {}\n",
    );
    assert_eq!(entry(&lockfile, "a@1.0.0").scope, Scope::Development);
}

#[test]
fn what_the_edges_say_agrees_with_the_flags_of_real_files() {
    for text in [
        include_str!("../../fixtures/real/mid/pnpm-8/pnpm-lock.yaml"),
        include_str!("../../fixtures/real/mid/pnpm-latest/pnpm-lock.yaml"),
    ] {
        let said = read(text);
        let mut derived = said.clone();
        scope::work_out(&mut derived);
        for (said, derived) in said.packages.iter().zip(&derived.packages) {
            assert_eq!(
                (said.scope, said.optional),
                (derived.scope, derived.optional),
                "{:?}",
                said.key
            );
        }
    }
}
