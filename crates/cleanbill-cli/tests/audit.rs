//! `cleanbill audit` as a user runs it.
#![allow(
    clippy::expect_used,
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "a test that cannot go on says so"
)]
mod common;

use common::{Machine, tests};
use serde_json::Value;

fn verdicts(report: &Value) -> Vec<(String, String)> {
    let text = |value: &Value| value.as_str().expect("a text").to_owned();
    let packages = report["packages"].as_array().expect("packages");
    let mut verdicts: Vec<_> = packages
        .iter()
        .map(|p| (text(&p["purl"]), text(&p["verdict"])))
        .collect();
    verdicts.sort();
    verdicts
}

#[test]
fn known_compromises_are_found_with_no_network_and_no_feed() {
    let machine = Machine::new();
    let answer = machine.run(
        &tests("projects/ten-incidents"),
        &["audit", "--offline", "--format", "json"],
    );
    assert_eq!(answer.code(), 1, "{}", answer.stderr());
    let report = answer.json();
    assert_eq!(report["schema"], "cleanbill.audit/v1");
    let blocked = verdicts(&report)
        .into_iter()
        .filter(|(_, verdict)| verdict == "block")
        .count();
    assert_eq!(blocked, 12, "{:?}", verdicts(&report));
    let axios = report["packages"]
        .as_array()
        .expect("packages")
        .iter()
        .find(|p| p["purl"] == "pkg:npm/axios@1.14.1")
        .expect("axios");
    assert_eq!(axios["findings"][0]["audit"], "known-malicious");
    assert!(
        !axios["findings"][0]["evidence"]
            .as_array()
            .expect("evidence")
            .is_empty()
    );
    assert_eq!(axios["paths"][0][0], "hurt");
}

#[test]
fn good_neighbours_of_bad_versions_are_not_blocked_and_not_called_clean_offline() {
    let machine = Machine::new();
    let answer = machine.run(
        &tests("projects/good-neighbours"),
        &["audit", "--offline", "--format", "json"],
    );
    assert_eq!(
        answer.code(),
        3,
        "what could not be known offline is held: {}",
        answer.stderr()
    );
    assert!(
        verdicts(&answer.json())
            .iter()
            .all(|(_, verdict)| verdict == "unassessed")
    );
}

#[test]
fn a_folder_without_a_lockfile_says_what_to_do() {
    let machine = Machine::new();
    let answer = machine.run(machine.home(), &["audit"]);
    assert_eq!(answer.code(), 2);
    assert!(
        answer.stderr().contains("no lockfile") && answer.stderr().contains("hint:"),
        "{}",
        answer.stderr()
    );
    assert!(answer.stdout().is_empty());
}

#[test]
fn a_broken_lockfile_is_named_with_its_place_and_the_others_are_still_judged() {
    let machine = Machine::new();
    machine.write(
        "app/package-lock.json",
        "{\"lockfileVersion\": 3, \"packages\": {",
    );
    machine.write(
        "app/old/bun.lockb",
        "#!/usr/bin/env bun\nbun-lockfile-format-v0\n\u{0}\u{1}",
    );
    let good =
        std::fs::read_to_string(tests("projects/ten-incidents/package-lock.json")).expect("the fixture");
    machine.write("app/good/package-lock.json", &good);
    let answer = machine.run(&machine.home().join("app"), &["audit", "--offline"]);
    assert_eq!(answer.code(), 1, "{}", answer.stderr());
    let told = answer.stdout().split_whitespace().collect::<Vec<_>>().join(" ");
    assert!(
        told.contains("package-lock.json") && told.contains("line 1"),
        "{told}"
    );
    assert!(
        told.contains("bun.lockb") && told.contains("bun install --save-text-lockfile"),
        "{told}"
    );
    assert!(told.contains("axios"), "{told}");
}

#[test]
fn ignored_folders_and_unpacked_packages_are_not_searched() {
    let machine = Machine::new();
    let good =
        std::fs::read_to_string(tests("projects/ten-incidents/package-lock.json")).expect("the fixture");
    machine.write("app/.gitignore", "vendor/\n");
    machine.write("app/package-lock.json", &good);
    machine.write("app/vendor/package-lock.json", &good);
    machine.write("app/node_modules/x/package-lock.json", &good);
    let report = machine
        .run(
            &machine.home().join("app"),
            &["audit", "--offline", "--format", "json"],
        )
        .json();
    assert_eq!(
        report["lockfiles"].as_array().expect("lockfiles").len(),
        1,
        "{}",
        report["lockfiles"]
    );
}

#[test]
fn every_format_tells_the_same_result() {
    let machine = Machine::new();
    let folder = tests("projects/ten-incidents");
    for (format, mark) in [
        ("human", "axios@1.14.1"),
        ("sarif", "\"2.1.0\""),
        ("cyclonedx", "\"1.6\""),
        ("junit", "<testsuites"),
        ("html", "<!doctype html"),
        ("github", "::error"),
    ] {
        let answer = machine.run(&folder, &["audit", "--offline", "--format", format]);
        assert_eq!(answer.code(), 1, "{format}: {}", answer.stderr());
        let told = answer.stdout().to_lowercase();
        assert!(
            told.contains(&mark.to_lowercase()),
            "{format} lacks {mark}: {}",
            told.chars().take(400).collect::<String>()
        );
        assert!(told.contains("axios"), "{format}");
    }
}

#[test]
fn the_answer_can_go_to_a_file() {
    let machine = Machine::new();
    let out = machine.home().join("out.json");
    let path = out.display().to_string();
    let answer = machine.run(
        &tests("projects/ten-incidents"),
        &["audit", "--offline", "--format", "json", "-o", &path],
    );
    assert_eq!((answer.code(), answer.stdout().as_str()), (1, ""));
    let report: Value = serde_json::from_str(&std::fs::read_to_string(out).expect("the file")).expect("JSON");
    assert_eq!(report["verdict"], "block");
}

#[test]
fn a_project_cannot_let_itself_through() {
    let machine = Machine::new();
    let lock =
        std::fs::read_to_string(tests("projects/ten-incidents/package-lock.json")).expect("the fixture");
    machine.write("app/package-lock.json", &lock);
    machine.write(
        "app/cleanbill.toml",
        "[audits]\nknown-malicious = \"off\"\n[run]\nfail-on = \"block\"\n",
    );
    let answer = machine.run(&machine.home().join("app"), &["audit", "--offline"]);
    assert_eq!(answer.code(), 1);
    assert!(
        answer.stderr().contains("audits.known-malicious"),
        "{}",
        answer.stderr()
    );
}
