//! One project locked by every package manager: the same releases must come out, with the same digests.
//! Where the managers truly differ, a rule below names the releases and says why.
#![expect(
    clippy::disallowed_methods,
    clippy::unwrap_used,
    clippy::panic,
    reason = "a test reads its fixtures and may fail"
)]
use std::{
    collections::{BTreeMap, BTreeSet},
    path::Path,
};

use cleanbill_lockfile::{Lockfile, add_manifest, parse};
use cleanbill_model::Comparison;

/// What every other lockfile of the project is held against.
const BASE: &str = "npm-v3";

const NPM: &[&str] = &[
    "npm-v1",
    "npm-v2",
    "npm-v3",
    "npm-v3-noresolved",
    "npm-shrinkwrap",
];
const PNPM: &[&str] = &["pnpm-8", "pnpm-9", "pnpm-10", "pnpm-latest"];
const YARN: &[&str] = &["yarn-v1", "yarn-berry"];
const BERRY: &[&str] = &["yarn-berry"];
const BUN: &[&str] = &["bun"];

/// Releases in which some managers differ from [`BASE`], and why. One `*` in a pattern stands for anything.
struct Rule {
    managers: &'static [&'static [&'static str]],
    /// Releases that only these managers lock.
    only_here: &'static [&'static str],
    /// Releases that only [`BASE`] locks.
    only_base: &'static [&'static str],
    /// How many releases the patterns name in all.
    count: usize,
    why: &'static str,
}

const RULES: &[Rule] = &[
    Rule {
        managers: &[PNPM, YARN, BUN],
        only_here: &["@testing-library/jest-dom@6.10.0"],
        only_base: &["@testing-library/jest-dom@6.9.1"],
        count: 2,
        why: "npm alone passes over a version whose `engines` ask for a newer Node than the one it runs on",
    },
    Rule {
        managers: &[PNPM, YARN],
        only_here: &["range-parser@1.3.0", "string_decoder@1.3.0"],
        only_base: &[],
        count: 2,
        why: "asked for as `~1.2.1` and as `^1.2.1`: npm and Bun keep one version that suits both, pnpm and \
              Yarn take the highest for each",
    },
    Rule {
        managers: &[BUN],
        only_here: &[],
        only_base: &["@colors/colors@1.6.1", "@types/send@1.2.1", "minipass@7.1.3"],
        count: 3,
        why: "a wide range beside a narrow one: Bun settles for the narrow one's version, npm adds the highest",
    },
    Rule {
        managers: &[YARN],
        only_here: &["rollup@4.64.10", "unrs-resolver@1.12.2", "@types/estree@1.0.9"],
        only_base: &["rollup@4.68.7", "unrs-resolver@1.13.0"],
        count: 5,
        why: "Yarn's own manifest of this project pins both by `resolutions`, and that rollup asks for one \
              exact @types/estree",
    },
    Rule {
        managers: &[YARN],
        only_here: &["@rollup/rollup-*@4.64.10", "@unrs/resolver-binding-*@1.12.2"],
        only_base: &["@rollup/rollup-*@4.68.7", "@unrs/resolver-binding-*@1.13.0"],
        count: 53,
        why: "of the pinned two, Yarn locks the packages of every platform, npm those it could find",
    },
    Rule {
        managers: &[YARN],
        only_here: &["@emnapi/*", "@napi-rs/*", "@tybys/wasm-util@*"],
        only_base: &[],
        count: 6,
        why: "the pinned two's builds for other platforms ask for them, and only Yarn locks those",
    },
    Rule {
        managers: &[YARN],
        only_here: &[
            "@types/express-serve-static-core@5.1.3",
            "@types/express@5.0.6",
            "@types/node@26.6.6",
            "@types/serve-static@2.2.0",
            "undici-types@8.9.0",
            "websocket-driver@0.8.0",
        ],
        only_base: &[],
        count: 6,
        why: "asked for as `*` or `>=`: Yarn adds the highest version with what it brings, the others keep \
              what is there",
    },
    Rule {
        managers: &[YARN],
        only_here: &[
            "@typescript-eslint/*@8.73.0",
            "eslint-plugin-react-hooks@5.0.0-canary-7118f5dd7-20230705",
            "eslint-visitor-keys@5.0.1",
            "ignore@7.0.16",
            "minimatch@11.0.9",
            "@isaacs/nonrecursive-glob-match@1.1.0",
            "ts-api-utils@2.5.0",
        ],
        only_base: &[],
        count: 16,
        why: "eslint-config-next takes any of several majors: Yarn adds the highest of each, with what it \
              brings, the others keep the one the project asks for itself",
    },
    Rule {
        managers: &[YARN],
        only_here: &[],
        only_base: &[
            "@testing-library/dom@10.4.2",
            "@types/aria-query@5.0.4",
            "aria-query@5.3.0",
            "dequal@2.0.3",
            "dom-accessibility-api@0.5.16",
            "lz-string@1.5.0",
            "pretty-format@27.5.1",
            "react-is@17.0.2",
        ],
        count: 8,
        why: "Yarn installs no peers by itself; these are one peer and what it brings",
    },
    Rule {
        managers: &[BERRY],
        only_here: &[
            "@isaacs/fs-minipass@4.0.1",
            "abbrev@5.0.0",
            "chownr@3.0.0",
            "env-paths@2.2.1",
            "exponential-backoff@3.1.3",
            "isexe@4.0.0",
            "minizlib@3.1.0",
            "node-gyp@13.1.0",
            "nopt@10.0.1",
            "proc-log@7.0.0",
            "tar@7.5.23",
            "undici@8.12.4",
            "which@7.0.0",
            "yallist@5.0.0",
        ],
        only_base: &[],
        count: 14,
        why: "Yarn berry asks for node-gyp on behalf of packages that build natively without saying so",
    },
];

/// The releases of one lockfile with the digest each is pinned to.
type Releases = BTreeMap<String, Option<cleanbill_model::Integrity>>;

fn read(size: &str, manager: &str) -> (Lockfile, String) {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("fixtures/real")
        .join(size)
        .join(manager);
    let path = folder.read_dir().unwrap().next().unwrap().unwrap().path();
    let text = std::fs::read_to_string(&path).unwrap();
    let name = path.file_name().unwrap().to_str().unwrap();
    (
        parse(name, text.as_bytes()).unwrap_or_else(|error| panic!("{}: {error}", path.display())),
        text,
    )
}

fn releases(lockfile: &Lockfile) -> Releases {
    lockfile
        .packages
        .iter()
        .filter_map(|p| Some((p.purl()?.spec(), p.integrity.clone())))
        .collect()
}

fn managers() -> impl Iterator<Item = &'static str> {
    [NPM, PNPM, YARN, BUN].into_iter().flatten().copied()
}

fn matches(pattern: &str, release: &str) -> bool {
    match pattern.split_once('*') {
        Some((head, tail)) => {
            release.len() >= pattern.len() - 1 && release.starts_with(head) && release.ends_with(tail)
        }
        None => pattern == release,
    }
}

#[test]
fn the_small_project_is_the_same_in_every_format() {
    let base = releases(&read("small", BASE).0);
    assert_eq!(base.len(), 74);
    for manager in managers() {
        let found = releases(&read("small", manager).0);
        assert!(found.keys().eq(base.keys()), "{manager}");
    }
}

#[test]
fn the_mid_project_differs_only_where_a_rule_says_why() {
    let base: BTreeSet<String> = releases(&read("mid", BASE).0).into_keys().collect();
    assert_eq!(base.len(), 1273);
    for manager in managers() {
        let found: BTreeSet<String> = releases(&read("mid", manager).0).into_keys().collect();
        let mut only_here: BTreeSet<&String> = found.difference(&base).collect();
        let mut only_base: BTreeSet<&String> = base.difference(&found).collect();
        for rule in RULES
            .iter()
            .filter(|rule| rule.managers.iter().any(|group| group.contains(&manager)))
        {
            let before = only_here.len() + only_base.len();
            only_here.retain(|release| !rule.only_here.iter().any(|pattern| matches(pattern, release)));
            only_base.retain(|release| !rule.only_base.iter().any(|pattern| matches(pattern, release)));
            let explained = before - only_here.len() - only_base.len();
            assert_eq!(
                explained, rule.count,
                "{manager}: this many releases differ because {}",
                rule.why
            );
        }
        assert!(
            only_here.is_empty() && only_base.is_empty(),
            "{manager}: only here {only_here:?}, only in {BASE} {only_base:?}"
        );
    }
}

#[test]
fn a_release_is_pinned_to_one_digest_in_every_format() {
    for size in ["small", "mid"] {
        let base = releases(&read(size, BASE).0);
        for manager in managers() {
            let found = releases(&read(size, manager).0);
            for (release, integrity) in &found {
                match (integrity, base.get(release)) {
                    // Yarn berry's checksum is of its own archive, not of the tarball.
                    (None, _) => assert_eq!(
                        manager, "yarn-berry",
                        "{release} is pinned to nothing in {manager}"
                    ),
                    (Some(here), Some(Some(there))) => {
                        assert_eq!(here.compare(there), Comparison::Same, "{release} in {manager}");
                    }
                    _ => {}
                }
            }
        }
    }
}

#[test]
fn real_files_have_no_defects_and_every_entry_its_line() {
    for size in ["small", "mid"] {
        for manager in managers() {
            let (lockfile, text) = read(size, manager);
            assert!(
                lockfile.defects.is_empty(),
                "{size} {manager}: {:?}",
                lockfile.defects.first()
            );
            let lines: Vec<&str> = text.lines().collect();
            for package in &lockfile.packages {
                let line = lines[package.line as usize - 1];
                let name = package.name.as_ref().unwrap().as_str();
                assert!(
                    line.contains(name),
                    "{size} {manager}: {name} is not on line {}: {line}",
                    package.line
                );
            }
        }
    }
}

#[test]
fn every_entry_can_be_reached_from_the_project() {
    for size in ["small", "mid"] {
        let project = Path::new(env!("CARGO_MANIFEST_DIR"))
            .join("fixtures/real")
            .join(size)
            .join("package.json");
        let manifest = std::fs::read(project).unwrap();
        for manager in managers() {
            let mut lockfile = read(size, manager).0;
            // Classic yarn.lock does not keep what the project asks for; its manifest does.
            add_manifest(&mut lockfile, "", &manifest).unwrap();
            let paths = lockfile.paths();
            let lost = lockfile
                .packages
                .iter()
                .zip(&paths)
                .filter(|(_, paths)| paths.is_empty());
            let lost: Vec<_> = lost.map(|(package, _)| package.key.raw()).collect();
            assert!(
                lost.is_empty(),
                "{size} {manager}: {} entries, such as {:?}",
                lost.len(),
                lost.first()
            );
        }
    }
}
