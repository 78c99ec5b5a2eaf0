//! What npm writes, feature by feature, and what an attacker might write instead.
use cleanbill_model::{Algorithm, SafeUrl};
use proptest::prelude::*;

use super::PackageLock;
use crate::{
    Edge, EdgeKind, Locked, Lockfile, LockfileFormat, Origin, ParseLockfileError, Scope, limits::MAX_DEPTH,
};

const DIGEST: &str =
    "sha512-z4PhNX7vuL3xVChQ1m2AB9Yg5AULVxXcg/SpIdNs6c5H0NE8XYXysP+DGNKHfuwvY7kxvUdBeoGlODJ6+SfaPg==";

fn read(text: &str) -> Lockfile {
    PackageLock.parse(text.as_bytes()).unwrap()
}

/// A version 3 file with these members of `packages`.
fn v3(packages: &str) -> Lockfile {
    read(&format!(
        "{{\"lockfileVersion\": 3, \"packages\": {{{packages}}}}}"
    ))
}

/// A version 1 file with these members of `dependencies`.
fn v1(dependencies: &str) -> Lockfile {
    read(&format!(
        "{{\"lockfileVersion\": 1, \"requires\": true, \"dependencies\": {{{dependencies}}}}}"
    ))
}

fn only(lockfile: &Lockfile) -> &Locked {
    assert_eq!(lockfile.packages.len(), 1, "{:?}", lockfile.packages);
    &lockfile.packages[0]
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

fn registry(url: &str) -> Origin {
    Origin::Registry {
        url: Some(SafeUrl::new(url)),
    }
}

mod flat {
    use super::*;

    #[test]
    fn a_release_carries_all_that_the_file_says() {
        let text = format!(
            "{{\n\"lockfileVersion\": 3,\n\"packages\": {{\n\"\": {{\"name\": \"app\", \"dependencies\": {{\"a\": \"^1.0.0\"}}}},\n\
             \"node_modules/a\": {{\"version\": \"1.2.0\", \"resolved\": \"https://registry.example/a/-/a-1.2.0.tgz\",\n\
             \"integrity\": \"{DIGEST}\", \"hasInstallScript\": true, \"optional\": true}}}}}}"
        );
        let lockfile = read(&text);
        assert_eq!(
            (lockfile.format, lockfile.version.as_str(), codes(&lockfile)),
            ("package-lock", "3", vec![])
        );
        let a = only(&lockfile);
        assert_eq!(a.purl().unwrap().spec(), "a@1.2.0");
        assert_eq!(a.origin, registry("https://registry.example/a/-/a-1.2.0.tgz"));
        assert_eq!(a.integrity.as_ref().unwrap().strongest(), Algorithm::Sha512);
        assert_eq!(
            (a.has_install_script, a.optional, a.line, a.key.raw()),
            (Some(true), true, 5, "node_modules/a")
        );
        let root = &lockfile.roots[0];
        assert_eq!((root.path.as_str(), root.name.as_deref()), ("", Some("app")));
        let edge = Edge {
            name: "a".into(),
            range: Some("^1.0.0".into()),
            kind: EdgeKind::Runtime,
            to: Some(0),
        };
        assert_eq!(root.edges, [edge]);
    }

    #[test]
    fn edges_go_where_node_would_look() {
        let lockfile = v3(
            "\"\": {\"dependencies\": {\"a\": \"1\", \"b\": \"2\"}},
             \"node_modules/a\": {\"version\": \"1.0.0\", \"dependencies\": {\"b\": \"^1\"}, \"peerDependencies\": {\"c\": \"*\"}},
             \"node_modules/a/node_modules/b\": {\"version\": \"1.0.0\"},
             \"node_modules/b\": {\"version\": \"2.0.0\", \"optionalDependencies\": {\"a\": \"1\"}}",
        );
        let to = |from: &[Edge]| from.iter().map(|edge| edge.to).collect::<Vec<_>>();
        assert_eq!(to(&lockfile.roots[0].edges), [Some(0), Some(2)]);
        assert_eq!(to(&lockfile.packages[0].edges), [Some(1), None]);
        assert_eq!(lockfile.packages[0].edges[1].kind, EdgeKind::Peer);
        assert_eq!(
            (
                to(&lockfile.packages[2].edges),
                lockfile.packages[2].edges[0].kind
            ),
            (vec![Some(0)], EdgeKind::Optional)
        );
        assert_eq!(lockfile.paths()[1], [vec![0, 1]]);
    }

    #[test]
    fn an_alias_is_known_by_its_real_name() {
        let lockfile = v3("\"\": {\"dependencies\": {\"b\": \"npm:@s/a@^1\"}},
             \"node_modules/b\": {\"name\": \"@s/a\", \"version\": \"1.0.0\"}");
        let entry = only(&lockfile);
        assert_eq!(
            (entry.purl().unwrap().spec().as_str(), entry.alias.as_deref()),
            ("@s/a@1.0.0", Some("b"))
        );
        assert_eq!(lockfile.roots[0].edges[0].name, "b");
    }

    #[test]
    fn git_entries_are_no_releases_whatever_their_name() {
        let lockfile = v3("\"\": {\"dependencies\": {\"lodash\": \"github:someone/lodash\"}},
             \"node_modules/lodash\": {\"version\": \"4.17.21\", \"resolved\": \"git+ssh://git@git.example/someone/lodash.git#0123456789abcdef0123456789abcdef01234567\"}");
        let entry = only(&lockfile);
        assert_eq!(entry.purl(), None);
        let Origin::Git { url, commit } = &entry.origin else {
            panic!("{:?}", entry.origin)
        };
        assert_eq!(url.expose(), "git+ssh://git@git.example/someone/lodash.git");
        assert_eq!(
            commit.as_deref(),
            Some("0123456789abcdef0123456789abcdef01234567")
        );
    }

    #[test]
    fn a_tarball_asked_for_by_address_is_no_release() {
        let lockfile = v3("\"\": {\"dependencies\": {\"a\": \"https://registry.example/a/-/a-1.0.0.tgz\"}},
             \"node_modules/a\": {\"version\": \"1.0.0\", \"resolved\": \"https://registry.example/a/-/a-1.0.0.tgz\"}");
        assert!(matches!(only(&lockfile).origin, Origin::Url { .. }));
    }

    #[test]
    fn a_release_with_a_strange_address_stays_a_release_for_the_audits_to_judge() {
        let lockfile = v3("\"\": {\"dependencies\": {\"a\": \"^1.0.0\"}},
             \"node_modules/a\": {\"version\": \"1.0.0\", \"resolved\": \"https://files.example/evil.tgz\"}");
        assert_eq!(only(&lockfile).origin, registry("https://files.example/evil.tgz"));
        assert_eq!(specs(&lockfile), ["a@1.0.0"]);
    }

    #[test]
    fn an_entry_nobody_asks_for_is_judged_by_its_address() {
        let read = |url: &str| {
            v3(&format!(
                "\"\": {{}}, \"node_modules/a\": {{\"version\": \"1.0.0\", \"resolved\": \"{url}\"}}"
            ))
        };
        assert!(matches!(
            only(&read("https://registry.example/a/-/a-1.0.0.tgz")).origin,
            Origin::Registry { .. }
        ));
        assert!(matches!(
            only(&read("https://files.example/a.tgz")).origin,
            Origin::Url { .. }
        ));
    }

    #[test]
    fn without_an_address_the_specifier_tells() {
        let origin = |spec: &str| {
            let lockfile = v3(&format!(
                "\"\": {{\"dependencies\": {{\"a\": \"{spec}\"}}}}, \"node_modules/a\": {{\"version\": \"1.0.0\"}}"
            ));
            only(&lockfile).origin.clone()
        };
        assert_eq!(origin("^1.0.0"), Origin::Registry { url: None });
        assert_eq!(origin("latest"), Origin::Registry { url: None });
        assert!(matches!(
            origin("github:o/a#0123456789"),
            Origin::Git { commit: Some(_), .. }
        ));
        assert!(matches!(
            origin("https://files.example/a.tgz"),
            Origin::Url { .. }
        ));
        assert_eq!(
            origin("file:../a.tgz"),
            Origin::File {
                path: "../a.tgz".into()
            }
        );
    }

    #[test]
    fn workspaces_are_roots_and_their_links_no_releases() {
        let lockfile = v3("\"\": {\"name\": \"mono\", \"workspaces\": [\"packages/*\"]},
             \"node_modules/b\": {\"version\": \"2.0.0\"},
             \"node_modules/one\": {\"resolved\": \"packages/one\", \"link\": true},
             \"packages/one\": {\"version\": \"1.0.0\", \"dependencies\": {\"b\": \"^1\"}, \"devDependencies\": {\"b\": \"^2\"}},
             \"packages/one/node_modules/b\": {\"version\": \"1.0.0\"}");
        assert_eq!(codes(&lockfile), [""; 0]);
        assert_eq!(
            lockfile
                .roots
                .iter()
                .map(|root| root.path.as_str())
                .collect::<Vec<_>>(),
            ["", "packages/one"]
        );
        assert_eq!(lockfile.roots[1].edges[0].to, Some(2));
        assert_eq!(
            lockfile.packages[1].origin,
            Origin::Workspace {
                path: "packages/one".into()
            }
        );
        assert_eq!(specs(&lockfile), ["b@2.0.0", "b@1.0.0"]);
    }

    #[test]
    fn a_link_to_a_folder_outside_asks_for_what_the_folder_asks_for() {
        let lockfile = v3(
            "\"\": {\"dependencies\": {\"out\": \"file:../out\", \"b\": \"1\"}},
             \"../out\": {\"version\": \"1.0.0\", \"dependencies\": {\"b\": \"1\"}},
             \"../out/node_modules/b\": {\"version\": \"1.0.1\"},
             \"node_modules/b\": {\"version\": \"1.0.0\"},
             \"node_modules/out\": {\"resolved\": \"../out\", \"link\": true}",
        );
        assert_eq!(lockfile.roots.len(), 1);
        let link = &lockfile.packages[2];
        assert_eq!(
            link.origin,
            Origin::Link {
                path: "../out".into()
            }
        );
        assert_eq!(link.edges[0].to, Some(0));
    }

    #[test]
    fn a_link_to_nowhere_is_a_defect() {
        let lockfile = v3("\"node_modules/a\": {\"resolved\": \"packages/a\", \"link\": true}");
        assert_eq!(
            (only(&lockfile).purl(), codes(&lockfile)),
            (None, vec!["link-without-target"])
        );
    }

    #[test]
    fn what_a_package_brings_along_is_not_fetched() {
        let lockfile = v3("\"\": {\"dependencies\": {\"a\": \"1\"}},
             \"node_modules/a\": {\"version\": \"1.0.0\", \"bundleDependencies\": [\"b\"], \"dependencies\": {\"b\": \"1\"}},
             \"node_modules/a/node_modules/b\": {\"version\": \"1.0.0\", \"inBundle\": true}");
        assert_eq!(
            (&lockfile.packages[1].origin, codes(&lockfile)),
            (&Origin::Bundled, vec![])
        );
        assert_eq!(specs(&lockfile), ["a@1.0.0"]);
    }

    #[test]
    fn the_flag_alone_hides_no_release() {
        // What the project itself bundles is fetched, and so is an entry that nothing bundles.
        let lockfile = v3(
            "\"\": {\"bundleDependencies\": [\"a\"], \"dependencies\": {\"a\": \"1\"}},
             \"node_modules/a\": {\"version\": \"1.0.0\", \"inBundle\": true}",
        );
        assert_eq!(
            (specs(&lockfile), codes(&lockfile)),
            (vec!["a@1.0.0".into()], vec!["bundled-without-bundler"])
        );
    }

    #[test]
    fn flags_become_scopes() {
        let scope = |flag: &str| {
            let lockfile = v3(&format!(
                "\"node_modules/a\": {{\"version\": \"1.0.0\", \"{flag}\": true}}"
            ));
            (only(&lockfile).scope, only(&lockfile).optional)
        };
        assert_eq!(scope("dev"), (Scope::Development, false));
        assert_eq!(scope("devOptional"), (Scope::Runtime, true));
        assert_eq!(scope("optional"), (Scope::Runtime, true));
        assert_eq!(scope("peer"), (Scope::Peer, false));
        assert_eq!(scope("license"), (Scope::Runtime, false));
    }

    #[test]
    fn the_hidden_lockfile_has_no_root_and_gets_one() {
        let lockfile = crate::parse(
            ".package-lock.json",
            br#"{"name": "app", "lockfileVersion": 3, "packages": {
                "node_modules/a": {"version": "1.0.0", "dependencies": {"b": "1"}},
                "node_modules/b": {"version": "1.0.0"},
                "node_modules/c": {"version": "1.0.0", "dev": true, "dependencies": {"d": "1"}},
                "node_modules/d": {"version": "1.0.0", "dev": true, "dependencies": {"c": "1"}}}}"#,
        )
        .unwrap();
        let root = &lockfile.roots[0];
        assert_eq!((root.path.as_str(), root.name.as_deref()), ("", Some("app")));
        let edges: Vec<_> = root
            .edges
            .iter()
            .map(|edge| (edge.name.as_str(), edge.kind, edge.range.as_deref()))
            .collect();
        assert_eq!(
            edges,
            [("a", EdgeKind::Runtime, None), ("c", EdgeKind::Development, None)]
        );
        assert!(lockfile.paths().iter().all(|paths| !paths.is_empty()));
    }
}

mod nested {
    use super::*;

    #[test]
    fn the_tree_is_read_with_its_nesting() {
        let lockfile = v1(
            "\"a\": {\"version\": \"1.0.0\", \"requires\": {\"b\": \"^1\"}, \"dependencies\": {\n\"b\": {\"version\": \"1.0.0\", \"dev\": true}}},
             \"b\": {\"version\": \"2.0.0\", \"requires\": {\"a\": \"1\"}, \"optional\": true}",
        );
        assert_eq!(specs(&lockfile), ["a@1.0.0", "b@1.0.0", "b@2.0.0"]);
        assert_eq!(
            (lockfile.packages[0].edges[0].to, lockfile.packages[2].edges[0].to),
            (Some(1), Some(0))
        );
        assert_eq!(
            (lockfile.packages[1].line, lockfile.packages[1].scope),
            (2, Scope::Development)
        );
        assert_eq!(lockfile.packages[0].has_install_script, None);
        let edge = Edge {
            name: "b".into(),
            range: None,
            kind: EdgeKind::Optional,
            to: Some(2),
        };
        assert_eq!(lockfile.roots[0].edges, [edge]);
    }

    #[test]
    fn the_version_tells_what_an_entry_is() {
        let lockfile = v1(
            "\"alias\": {\"version\": \"npm:@s/real@1.0.0\"},
             \"git\": {\"version\": \"git+ssh://git@git.example/o/git.git#0123456789\", \"from\": \"git@git.example:o/git\"},
             \"url\": {\"version\": \"https://files.example/url.tgz\", \"integrity\": \"sha1-2jmj7l5rSw0yVb/vlWAYkK/YBwk=\"},
             \"tarball\": {\"version\": \"file:vendor/tarball.tgz\"},
             \"link\": {\"version\": \"file:packages/link\"}",
        );
        assert_eq!(specs(&lockfile), ["@s/real@1.0.0"]);
        assert_eq!(lockfile.packages[0].alias.as_deref(), Some("alias"));
        assert!(
            matches!(&lockfile.packages[1].origin, Origin::Git { commit: Some(commit), .. } if commit == "0123456789")
        );
        assert!(
            matches!(&lockfile.packages[2].origin, Origin::Url { url } if url.expose() == "https://files.example/url.tgz")
        );
        assert_eq!(
            lockfile.packages[3].origin,
            Origin::File {
                path: "vendor/tarball.tgz".into()
            }
        );
        assert_eq!(
            lockfile.packages[4].origin,
            Origin::Link {
                path: "packages/link".into()
            }
        );
        assert_eq!(codes(&lockfile), [""; 0]);
    }

    #[test]
    fn bundled_counts_below_a_package_only() {
        let lockfile = v1(
            "\"a\": {\"version\": \"1.0.0\", \"bundled\": true, \"dependencies\": {\"b\": {\"version\": \"1.0.0\", \"bundled\": true}}}",
        );
        assert_eq!(
            (specs(&lockfile), &lockfile.packages[1].origin),
            (vec!["a@1.0.0".into()], &Origin::Bundled)
        );
    }

    #[test]
    fn a_stub_of_an_optional_package_is_no_flaw() {
        let lockfile = v1("\"a\": {\"optional\": true}, \"b\": {}");
        assert_eq!(
            (&lockfile.packages[0].origin, codes(&lockfile)),
            (&Origin::Unknown, vec!["missing-version"])
        );
    }

    #[test]
    fn a_shrinkwrap_from_before_versions_reads_as_version_1() {
        let lockfile = crate::parse(
            "npm-shrinkwrap.json",
            br#"{"name": "old", "dependencies": {"a": {"version": "1.0.0", "from": "a@^1", "resolved": "https://registry.example/a/-/a-1.0.0.tgz"}}}"#,
        )
        .unwrap();
        assert_eq!(
            (specs(&lockfile), codes(&lockfile)),
            (vec!["a@1.0.0".into()], vec!["missing-lockfile-version"])
        );
    }

    #[test]
    fn nesting_beyond_the_limit_is_refused() {
        let deep = |levels: usize| {
            let text = format!(
                "{{\"lockfileVersion\": 1, {}{}}}",
                "\"dependencies\": {\"a\": {".repeat(levels),
                "}}".repeat(levels)
            );
            PackageLock.parse(text.as_bytes())
        };
        assert_eq!(deep(MAX_DEPTH / 2).unwrap().packages.len(), MAX_DEPTH / 2);
        for levels in [MAX_DEPTH / 2 + 1, 20_000] {
            assert_eq!(
                deep(levels).unwrap_err(),
                ParseLockfileError::Limit {
                    limit: "MAX_DEPTH",
                    allowed: MAX_DEPTH
                }
            );
        }
    }
}

mod both_views {
    use super::*;

    fn both(packages: &str, dependencies: &str) -> Vec<String> {
        let text = format!(
            "{{\"lockfileVersion\": 2, \"packages\": {{{packages}}}, \"dependencies\": {{{dependencies}}}}}"
        );
        let lockfile = read(&text);
        assert!(
            lockfile
                .defects
                .iter()
                .all(|defect| defect.code == "views-disagree"),
            "{:?}",
            lockfile.defects
        );
        lockfile
            .defects
            .iter()
            .map(|defect| format!("{}: {}", defect.place.raw(), defect.note.raw()))
            .collect()
    }

    #[test]
    fn views_that_agree_are_quiet() {
        let found = both(
            "\"\": {\"workspaces\": [\"w\"]},
             \"node_modules/a\": {\"version\": \"1.0.0\", \"resolved\": \"https://registry.example/a/-/a-1.0.0.tgz\"},
             \"node_modules/alias\": {\"name\": \"real\", \"version\": \"1.0.0\"},
             \"node_modules/git\": {\"version\": \"1.0.0\", \"resolved\": \"git+ssh://git@git.example/o/git.git#0123456789\"},
             \"node_modules/w\": {\"resolved\": \"w\", \"link\": true},
             \"w\": {\"version\": \"1.0.0\"},
             \"w/node_modules/a\": {\"version\": \"2.0.0\"}",
            "\"a\": {\"version\": \"1.0.0\", \"resolved\": \"https://registry.example/a/-/a-1.0.0.tgz\"},
             \"alias\": {\"version\": \"npm:real@1.0.0\"},
             \"git\": {\"version\": \"git+ssh://git@git.example/o/git.git#0123456789\"},
             \"w\": {\"version\": \"file:w\", \"dependencies\": {\"a\": {\"version\": \"2.0.0\"}}},
             \"stub\": {\"optional\": true}",
        );
        assert_eq!(found, [""; 0]);
    }

    #[test]
    fn each_difference_is_named() {
        let flat = "\"node_modules/a\": {\"version\": \"1.0.0\", \"resolved\": \"https://registry.example/a/-/a-1.0.0.tgz\", \"integrity\": \"sha512-x\"}";
        let with = |nested: &str| {
            let text = format!(
                "{{\"lockfileVersion\": 2, \"dependencies\": {{\"a\": {nested}}}, \"packages\": {{{flat}}}}}"
            );
            let defects = read(&text).defects;
            defects
                .into_iter()
                .filter(|d| d.code == "views-disagree")
                .map(|d| d.note.raw().to_owned())
                .collect::<Vec<_>>()
        };
        assert_eq!(with("{\"version\": \"1.0.0\"}"), [""; 0]);
        assert_eq!(
            with("{\"version\": \"1.0.1\"}"),
            ["version is 1.0.1 in `dependencies` and 1.0.0 in `packages`"]
        );
        assert_eq!(
            with("{\"version\": \"1.0.0\", \"resolved\": \"https://evil.example/a.tgz\"}"),
            [
                "resolved is https://evil.example/a.tgz in `dependencies` and https://registry.example/a/-/a-1.0.0.tgz in `packages`"
            ]
        );
        assert_eq!(
            with("{\"version\": \"1.0.0\", \"integrity\": \"sha512-y\"}"),
            ["integrity is sha512-y in `dependencies` and sha512-x in `packages`"]
        );
        assert_eq!(
            with("{\"version\": \"npm:evil@1.0.0\"}"),
            ["name is evil in `dependencies` and a in `packages`"]
        );
        assert_eq!(
            with("{\"version\": \"git+ssh://git@git.example/a.git\"}"),
            [
                "resolved is git+ssh://git@git.example/a.git in `dependencies` and https://registry.example/a/-/a-1.0.0.tgz in `packages`"
            ]
        );
    }

    #[test]
    fn an_entry_only_old_npm_sees_is_named_once_with_its_folder() {
        let found = both(
            "\"node_modules/a\": {\"version\": \"1.0.0\"}",
            "\"a\": {\"version\": \"1.0.0\", \"dependencies\": {\"b\": {\"version\": \"1.0.0\", \"dependencies\": {\"c\": {\"version\": \"1.0.0\"}}}}}",
        );
        assert_eq!(
            found,
            ["node_modules/a/node_modules/b: entry is there in `dependencies` and missing in `packages`"]
        );
    }
}

mod hostile {
    use super::*;

    #[test]
    fn unknown_versions_are_refused_with_the_command_that_renews() {
        for (version, shown) in [
            ("4", "4"),
            ("0", "0"),
            ("1e999", "1e999"),
            ("2.5", "2.5"),
            ("{}", "{}"),
            ("true", "true"),
        ] {
            let error = PackageLock
                .parse(format!("{{\"lockfileVersion\": {version}}}").as_bytes())
                .unwrap_err();
            let ParseLockfileError::UnknownVersion {
                version: found,
                convert,
                ..
            } = error
            else {
                panic!("{error}")
            };
            assert_eq!(
                (found.as_str(), convert),
                (shown, "npm install --package-lock-only --lockfile-version 3")
            );
        }
    }

    #[test]
    fn a_version_in_quotes_is_read_and_noted() {
        let lockfile = read("{\"lockfileVersion\": \"3\", \"packages\": {}}");
        assert_eq!(
            (lockfile.version.as_str(), codes(&lockfile)),
            ("3", vec!["wrong-type"])
        );
    }

    #[test]
    fn what_is_no_lockfile_says_where() {
        let line = |text: &str| match PackageLock.parse(text.as_bytes()).unwrap_err() {
            ParseLockfileError::Malformed { line, reason, .. } => (line, reason),
            error => panic!("{error}"),
        };
        assert_eq!(line("[]"), (1, "the file is no object".into()));
        assert_eq!(line("{\n\"packages\": {\n").0, 3);
        assert_eq!(line("{\"lockfileVersion\": 3} x").0, 1);
        assert_eq!(
            line("{\n<<<<<<< ours\n\"a\": 1}"),
            (2, "an unresolved merge conflict stands here".into())
        );
        assert_eq!(
            PackageLock.parse(b"{\"a\xff\"}").unwrap_err(),
            ParseLockfileError::NotUtf8 { offset: 3 }
        );
    }

    #[test]
    fn a_byte_order_mark_is_passed_over() {
        assert_eq!(read("\u{feff}{\"lockfileVersion\": 3,\n\"packages\": {\"node_modules/a\": {\"version\": \"1.0.0\"}}}").packages[0].line, 2);
    }

    #[test]
    fn of_two_keys_the_last_counts() {
        let lockfile = v3(
            "\"node_modules/a\": {\"version\": \"1.0.0\"}, \"node_modules/a\": {\"version\": \"2.0.0\", \"version\": \"3.0.0\"}",
        );
        assert_eq!(
            (specs(&lockfile), codes(&lockfile)),
            (vec!["a@3.0.0".into()], vec!["duplicate-key"; 2])
        );
        let lockfile = v1(
            "\"a\": {\"version\": \"1.0.0\", \"dependencies\": {\"b\": {\"version\": \"1.0.0\"}}}, \"a\": {\"version\": \"2.0.0\"}",
        );
        assert_eq!(
            (specs(&lockfile), codes(&lockfile)),
            (vec!["a@2.0.0".into()], vec!["duplicate-key"])
        );
        let lockfile = v1(
            "\"a\": {\"version\": \"1.0.0\", \"dependencies\": {\"b\": {\"version\": \"1.0.0\"}}, \"dependencies\": {\"c\": {\"version\": \"1.0.0\"}}}",
        );
        assert_eq!(specs(&lockfile), ["a@1.0.0", "c@1.0.0"]);
        let lockfile = read(
            "{\"packages\": {\"node_modules/a\": {\"version\": \"1.0.0\"}}, \"lockfileVersion\": 3, \"packages\": {}}",
        );
        assert_eq!(
            (specs(&lockfile).len(), codes(&lockfile)),
            (0, vec!["duplicate-key"])
        );
        let lockfile = v3("\"\": {\"dependencies\": {\"b\": \"1\", \"a\": \"1\", \"b\": \"2\"}}");
        let ranges: Vec<_> = lockfile.roots[0]
            .edges
            .iter()
            .map(|e| (e.name.as_str(), e.range.as_deref()))
            .collect();
        assert_eq!(
            (ranges, codes(&lockfile)),
            (vec![("a", Some("1")), ("b", Some("2"))], vec!["duplicate-key"])
        );
    }

    #[test]
    fn an_escaped_key_is_the_same_key() {
        let lockfile = v3(
            "\"node_modules/a\": {\"version\": \"1.0.0\"},\n\"node_modules/\\u0061\": {\"version\": \"2.0.0\"}",
        );
        assert_eq!(
            (specs(&lockfile), codes(&lockfile)),
            (vec!["a@2.0.0".into()], vec!["duplicate-key"])
        );
        assert_eq!(lockfile.packages[0].line, 2);
    }

    #[test]
    fn every_field_takes_every_wrong_type_as_a_defect() {
        for field in [
            "name",
            "version",
            "resolved",
            "integrity",
            "link",
            "dev",
            "inBundle",
            "dependencies",
            "peerDependencies",
            "workspaces",
        ] {
            for value in [
                "7",
                "1e999",
                "-0",
                "[]",
                "[[{}]]",
                "{\"a\": 7}",
                "{\"a\": {}}",
                "\"\\ud800\"",
                "true",
                "\"\"",
            ] {
                if (field.contains("ependencies") || field == "workspaces")
                    && ["1e999", "\"\\ud800\""].contains(&value)
                {
                    continue; // Refused: where an object or list belongs the JSON reader sees these first.
                }
                let text = format!(
                    "{{\"lockfileVersion\": 3, \"packages\": {{\"node_modules/a\": {{\"{field}\": {value}, \"version\": \"1.0.0\"}}}}}}"
                );
                assert_eq!(
                    PackageLock.parse(text.as_bytes()).unwrap().packages.len(),
                    1,
                    "{field} {value}"
                );
            }
        }
        for value in ["7", "[]", "null", "\"x\"", "true"] {
            let lockfile = v3(&format!(
                "\"node_modules/a\": {value}, \"node_modules/b\": {{\"version\": \"1.0.0\"}}"
            ));
            assert_eq!(
                (specs(&lockfile), codes(&lockfile)),
                (vec!["b@1.0.0".into()], vec!["wrong-type"]),
                "{value}"
            );
            assert_eq!(
                codes(&read(&format!(
                    "{{\"lockfileVersion\": 3, \"packages\": {value}}}"
                ))),
                ["wrong-type"]
            );
            let lockfile = v1(&format!("\"a\": {value}, \"b\": {{\"version\": \"1.0.0\"}}"));
            assert_eq!(
                (specs(&lockfile), codes(&lockfile)),
                (vec!["b@1.0.0".into()], vec!["wrong-type"]),
                "{value}"
            );
        }
    }

    #[test]
    fn bad_values_are_left_out_and_named() {
        let lockfile =
            v3("\"node_modules/a\": {\"name\": \"a b\", \"version\": \"one\", \"integrity\": \"sha512-x\"}");
        let entry = only(&lockfile);
        assert!(entry.name.is_none() && entry.version.is_none() && entry.integrity.is_none());
        assert_eq!(codes(&lockfile), ["bad-name", "bad-version", "bad-integrity"]);
        assert_eq!(
            lockfile.defects[1].place.raw(),
            "packages[\"node_modules/a\"].version"
        );
    }

    #[test]
    fn names_of_prototypes_are_names() {
        let lockfile = v3("\"\": {\"dependencies\": {\"__proto__\": \"1\", \"constructor\": \"1\"}},
             \"node_modules/__proto__\": {\"version\": \"1.0.0\"}, \"node_modules/constructor\": {\"version\": \"1.0.0\"}");
        assert_eq!(specs(&lockfile), ["__proto__@1.0.0", "constructor@1.0.0"]);
        assert!(lockfile.roots[0].edges.iter().all(|edge| edge.to.is_some()));
    }

    #[test]
    fn an_overlong_field_or_key_is_left_out() {
        let long = "x".repeat(9_000);
        let lockfile = v3(&format!(
            "\"node_modules/{long}\": {{}}, \"node_modules/a\": {{\"version\": \"1.0.0\", \"resolved\": \"https://{long}\"}}"
        ));
        assert_eq!(
            (only(&lockfile).origin.clone(), codes(&lockfile)),
            (Origin::Registry { url: None }, vec!["limit-field"; 2])
        );
        let deep = "node_modules/a/".repeat(MAX_DEPTH + 1);
        assert_eq!(
            codes(&v3(&format!("\"{}\": {{}}", deep.trim_end_matches('/'))))[0],
            "limit-depth"
        );
    }

    #[test]
    fn defects_are_counted_out() {
        let many: Vec<_> = (0..5_000).map(|i| format!("\"node_modules/a{i}\": 7")).collect();
        let lockfile = v3(&many.join(","));
        assert_eq!(
            (lockfile.defects.len(), lockfile.defects.last().unwrap().code),
            (1_001, "limit-defects")
        );
    }

    #[test]
    fn too_many_entries_or_edges_end_the_reading() {
        let many = "\"\":0,".repeat(crate::limits::MAX_ENTRIES + 1);
        let text = format!("{{\"packages\": {{{many}\"\":0}}}}");
        assert!(matches!(
            PackageLock.parse(text.as_bytes()),
            Err(ParseLockfileError::Limit {
                limit: "MAX_ENTRIES",
                ..
            })
        ));
        let many = "\"\":\"\",".repeat(crate::limits::MAX_EDGES + 1);
        let text = format!("{{\"packages\": {{\"\": {{\"dependencies\": {{{many}\"\":\"\"}}}}}}}}");
        assert!(matches!(
            PackageLock.parse(text.as_bytes()),
            Err(ParseLockfileError::Limit {
                limit: "MAX_EDGES",
                ..
            })
        ));
    }

    const SAMPLE: &str = include_str!("../../fixtures/real/small/npm-v2/package-lock.json");

    #[test]
    fn every_truncation_is_an_error_and_none_a_shorter_lockfile() {
        let text = SAMPLE.trim_end();
        for length in (0..text.len()).step_by(97).chain(text.len() - 50..text.len()) {
            assert!(PackageLock.parse(&text.as_bytes()[..length]).is_err(), "{length}");
        }
    }

    proptest! {
        #[test]
        fn mutated_bytes_never_panic(edits in prop::collection::vec((0..SAMPLE.len(), any::<u8>()), 1..40)) {
            let mut bytes = SAMPLE.as_bytes().to_vec();
            for (at, byte) in edits {
                bytes[at] = byte;
            }
            let _ = PackageLock.parse(&bytes);
        }

        #[test]
        fn mutated_words_never_panic_and_keep_their_indices(edits in prop::collection::vec((0_usize..400, prop::sample::select(vec![
            "{}", "[]", "null", "1e5", "\"\"", "true", "\"../..\"", "\"node_modules/\"", "\"@/\"", "\"npm:\"", "\"file:\"", "\"git+#\"",
        ])), 1..12)) {
            let mut words: Vec<&str> = SAMPLE.split(' ').collect();
            for (at, word) in edits {
                let at = at * 37 % words.len();
                words[at] = word;
            }
            let text = words.join(" ").replace(" {}", " {},").replace(" []", " [],").replace(",,", ",");
            if let Ok(lockfile) = PackageLock.parse(text.as_bytes()) {
                let count = lockfile.packages.len();
                let edges = lockfile.packages.iter().flat_map(|p| &p.edges).chain(lockfile.roots.iter().flat_map(|r| &r.edges));
                prop_assert!(edges.filter_map(|edge| edge.to).all(|to| to < count));
            }
        }
    }
}
