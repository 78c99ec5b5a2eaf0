//! What Bun writes, feature by feature, and what an attacker might write instead.
use cleanbill_model::{Algorithm, SafeUrl};
use proptest::prelude::*;

use super::BunLock;
use crate::{EdgeKind, Lockfile, LockfileFormat, Origin, ParseLockfileError, Scope};

const DIGEST: &str =
    "sha512-z4PhNX7vuL3xVChQ1m2AB9Yg5AULVxXcg/SpIdNs6c5H0NE8XYXysP+DGNKHfuwvY7kxvUdBeoGlODJ6+SfaPg==";

fn read(text: &str) -> Lockfile {
    BunLock.parse(text.as_bytes()).unwrap()
}

/// A file whose root asks for `root` and that locks `packages`.
fn lock(root: &str, packages: &str) -> Lockfile {
    read(&format!(
        "{{\n\"lockfileVersion\": 1,\n\"workspaces\": {{\"\": {{\"name\": \"app\", {root}}},}},\n\"packages\": {{\n{packages}\n}},\n}}"
    ))
}

fn codes(lockfile: &Lockfile) -> Vec<&'static str> {
    lockfile.defects.iter().map(|defect| defect.code).collect()
}

fn specs(lockfile: &Lockfile) -> Vec<String> {
    lockfile
        .packages
        .iter()
        .filter_map(|p| p.purl())
        .map(|p| p.spec())
        .collect()
}

#[test]
fn a_release_carries_all_that_the_file_says() {
    let lockfile = lock(
        "\"dependencies\": {\"a\": \"^1.0.0\",}",
        &format!(
            "\"a\": [\"a@1.2.0\", \"\", {{ \"dependencies\": {{ \"b\": \"~2\" }}, \"bin\": \"x\" }}, \"{DIGEST}\"],\n\n\
             \"b\": [\"b@2.0.0\", \"https://registry.example/b/-/b-2.0.0.tgz\", {{}}, \"\"], // last"
        ),
    );
    assert_eq!(
        (lockfile.format, lockfile.version.as_str(), codes(&lockfile)),
        ("bun-lock", "1", vec![])
    );
    assert_eq!(specs(&lockfile), ["a@1.2.0", "b@2.0.0"]);
    let [a, b] = &lockfile.packages[..] else { panic!() };
    assert_eq!(
        (&a.origin, a.line, a.edges[0].to),
        (&Origin::Registry { url: None }, 5, Some(1))
    );
    assert_eq!(a.integrity.as_ref().unwrap().strongest(), Algorithm::Sha512);
    let url = Some(SafeUrl::new("https://registry.example/b/-/b-2.0.0.tgz"));
    assert_eq!(
        (&b.origin, b.line, &b.integrity),
        (&Origin::Registry { url }, 7, &None)
    );
    assert_eq!(lockfile.roots[0].edges[0].to, Some(0));
}

#[test]
fn each_kind_of_resolution_is_told_apart() {
    let lockfile = lock(
        "\"dependencies\": {}",
        &format!(
            "\"alias\": [\"@s/real@1.0.0\", \"\", {{}}, \"{DIGEST}\"],
             \"git\": [\"git@git+ssh://git@git.example/o/git.git#0123456789\", {{}}, \"o-git-0123456\", \"{DIGEST}\"],
             \"hub\": [\"hub@github:o/hub#0123456789\", {{}}, \"o-hub-0123456\"],
             \"url\": [\"url@https://files.example/url.tgz\", {{}}, \"{DIGEST}\"],
             \"tar\": [\"tar@./vendor/tar.tgz\", {{}}],
             \"bare\": [\"bare@vendor/bare.tgz\", {{}}],
             \"dir\": [\"dir@file:../dir\", {{}}],
             \"sym\": [\"sym@link:sym\", {{}}],
             \"w\": [\"w@workspace:packages/w\"],
             \"app\": [\"app@root:\", {{}}]"
        ),
    );
    assert_eq!(codes(&lockfile), [""; 0]);
    assert_eq!(specs(&lockfile), ["@s/real@1.0.0"]);
    let origin = |at: usize| &lockfile.packages[at].origin;
    assert_eq!(lockfile.packages[0].alias.as_deref(), Some("alias"));
    assert!(matches!(origin(1), Origin::Git { commit: Some(commit), .. } if commit == "0123456789"));
    assert!(lockfile.packages[1].integrity.is_some());
    assert!(matches!(origin(2), Origin::Git { url, .. } if url.expose() == "github:o/hub"));
    assert!(matches!(origin(3), Origin::Url { .. }) && lockfile.packages[3].integrity.is_some());
    assert_eq!(
        origin(4),
        &Origin::File {
            path: "./vendor/tar.tgz".into()
        }
    );
    assert_eq!(
        origin(5),
        &Origin::File {
            path: "vendor/bare.tgz".into()
        }
    );
    assert_eq!(
        origin(6),
        &Origin::File {
            path: "../dir".into()
        }
    );
    assert_eq!(origin(7), &Origin::Link { path: "sym".into() });
    assert_eq!(
        origin(8),
        &Origin::Workspace {
            path: "packages/w".into()
        }
    );
    assert_eq!(origin(9), &Origin::Workspace { path: String::new() });
}

#[test]
fn keys_are_paths_of_names_and_the_nearest_wins() {
    let lockfile = lock(
        "\"dependencies\": {\"@s/a\": \"1\", \"b\": \"2\"}",
        "\"@s/a\": [\"@s/a@1.0.0\", \"\", {\"dependencies\": {\"b\": \"1\"}}, \"\"],
         \"b\": [\"b@2.0.0\", \"\", {\"dependencies\": {\"@s/a\": \"1\"}}, \"\"],
         \"@s/a/b\": [\"b@1.0.0\", \"\", {}, \"\"]",
    );
    assert_eq!(
        (lockfile.packages[0].edges[0].to, lockfile.packages[1].edges[0].to),
        (Some(2), Some(0))
    );
    assert_eq!(lockfile.packages[2].alias, None);
}

#[test]
fn a_workspace_looks_below_its_own_name_first() {
    for (version, repeated) in [(1, ""), (0, ", {\"dependencies\": {\"b\": \"^1\"}}")] {
        let lockfile = read(&format!(
            "{{\"lockfileVersion\": {version}, \"workspaces\": {{\"\": {{}}, \"packages/w\": {{\"name\": \"@s/w\", \"dependencies\": {{\"b\": \"^1\"}}}}}},
             \"packages\": {{\"@s/w\": [\"@s/w@workspace:packages/w\"{repeated}],
             \"b\": [\"b@2.0.0\", \"\", {{}}, \"\"], \"@s/w/b\": [\"b@1.0.0\", \"\", {{}}, \"\"]}}}}"
        ));
        assert_eq!(lockfile.roots[1].path, "packages/w");
        assert_eq!(lockfile.roots[1].edges[0].to, Some(2));
        assert_eq!((specs(&lockfile).len(), lockfile.packages[0].edges.len()), (2, 0));
    }
}

#[test]
fn scopes_are_worked_out_from_the_edges() {
    let package = |name: &str, info: &str| format!("\"{name}\": [\"{name}@1.0.0\", \"\", {{{info}}}, \"\"],");
    let packages = [
        package(
            "run",
            "\"dependencies\": {\"both\": \"1\"}, \"peerDependencies\": {\"peer\": \"1\"}, \"optionalDependencies\": {\"opt\": \"1\"}",
        ),
        package("dev", "\"dependencies\": {\"both\": \"1\", \"only\": \"1\"}"),
        package("both", ""),
        package("only", ""),
        package("peer", ""),
        package("opt", ""),
    ];
    let lockfile = lock(
        "\"dependencies\": {\"run\": \"1\"}, \"devDependencies\": {\"dev\": \"1\"}",
        &packages.concat(),
    );
    let scopes: Vec<_> = lockfile
        .packages
        .iter()
        .map(|package| (package.scope, package.optional))
        .collect();
    let [run, dev, peer] = [Scope::Runtime, Scope::Development, Scope::Peer];
    assert_eq!(
        scopes,
        [
            (run, false),
            (dev, false),
            (run, false),
            (dev, false),
            (peer, false),
            (run, true)
        ]
    );
    assert_eq!(
        lockfile.packages[0]
            .edges
            .iter()
            .map(|edge| edge.kind)
            .collect::<Vec<_>>(),
        [EdgeKind::Runtime, EdgeKind::Peer, EdgeKind::Optional]
    );
}

#[test]
fn bundled_entries_are_not_fetched_and_the_flag_alone_hides_none() {
    let lockfile = lock(
        "\"dependencies\": {}",
        "\"a\": [\"a@1.0.0\", \"\", {\"bundled\": true}, \"\"], \"a/b\": [\"b@1.0.0\", \"\", {\"bundled\": true}, \"\"]",
    );
    assert_eq!(
        (specs(&lockfile), codes(&lockfile)),
        (vec!["a@1.0.0".into()], vec!["bundled-without-bundler"])
    );
    assert_eq!(lockfile.packages[1].origin, Origin::Bundled);
}

#[test]
fn unknown_versions_are_refused_with_the_command_that_renews() {
    for (version, shown) in [("4", "4"), ("1e999", "1e999"), ("null", "null")] {
        let error = BunLock
            .parse(format!("{{\"lockfileVersion\": {version}, \"packages\": {{}},}}").as_bytes())
            .unwrap_err();
        let ParseLockfileError::UnknownVersion {
            format: "bun-lock",
            version: found,
            convert,
        } = error
        else {
            panic!("{error}")
        };
        assert_eq!(
            (found.as_str(), convert),
            (shown, "bun install --save-text-lockfile --lockfile-only")
        );
    }
    for version in 0..=3 {
        assert_eq!(
            read(&format!("{{\"lockfileVersion\": {version}}}")).version,
            version.to_string()
        );
    }
}

#[test]
fn wrong_types_are_defects_of_their_entry() {
    for value in [
        "7",
        "null",
        "\"x\"",
        "{}",
        "[]",
        "[7]",
        "[[]]",
        "[{}]",
        "[null, \"\", 1e999]",
    ] {
        let lockfile = lock(
            "\"dependencies\": {}",
            &format!("\"a\": {value}, \"b\": [\"b@1.0.0\", \"\", {{}}, \"\"]"),
        );
        assert_eq!(specs(&lockfile), ["b@1.0.0"], "{value}");
        assert!(
            codes(&lockfile).contains(&"wrong-type"),
            "{value} {:?}",
            codes(&lockfile)
        );
    }
    for value in [
        "[\"a\"]",
        "[\"a@\"]",
        "[\"@1\"]",
        "[\"a@1.0.0\"]",
        "[\"a@1.0.0\", 7, [], 7]",
        "[\"a@1.0.0\", \"\", {\"dependencies\": 7}, \"\", 1, 2]",
    ] {
        assert_eq!(
            lock("\"dependencies\": {}", &format!("\"a\": {value}"))
                .packages
                .len(),
            1,
            "{value}"
        );
    }
}

#[test]
fn of_two_paths_the_last_counts() {
    let lockfile = lock(
        "\"dependencies\": {}",
        "\"a\": [\"a@1.0.0\", \"\", {}, \"\"], \"\\u0061\": [\"a@2.0.0\", \"\", {}, \"\"]",
    );
    assert_eq!(
        (specs(&lockfile), codes(&lockfile)),
        (vec!["a@2.0.0".into()], vec!["duplicate-key"])
    );
}

const SAMPLE: &str = include_str!("../../fixtures/real/small/bun/bun.lock");

#[test]
fn every_truncation_is_an_error() {
    let text = SAMPLE.trim_end();
    for length in (0..text.len()).step_by(61) {
        assert!(BunLock.parse(&text.as_bytes()[..length]).is_err(), "{length}");
    }
}

proptest! {
    #[test]
    fn mutated_bytes_never_panic(edits in prop::collection::vec((0..SAMPLE.len(), any::<u8>()), 1..40)) {
        let mut bytes = SAMPLE.as_bytes().to_vec();
        for (at, byte) in edits {
            bytes[at] = byte;
        }
        let _ = BunLock.parse(&bytes);
    }
}
