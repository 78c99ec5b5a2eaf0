//! Incidents replayed through `cleanbill update`: the newest release is poisoned and old enough for any cooldown, the
//! plan stops one short of it and says what the code does.
#![expect(
    clippy::unwrap_used,
    reason = "helpers of tests fail as loudly as the tests themselves"
)]
mod common;

use std::path::{Path, PathBuf};

use cleanbill_replay::{Case, Replay};
use cleanbill_testkit::Registry;
use common::{
    Machine,
    update::{entry, project},
};
use serde_json::{Value, json};

/// A replay, what its project has, what the plan comes to, and what is said of the newest.
const POISONED: [(&str, &str, &str, &str, &str); 6] = [
    ("axios-2026-03", "axios", "1.13.6", "1.14.0", "it is "),
    ("coa-2021-11", "coa", "2.0.1", "2.0.2", "it is "),
    ("eslint-scope-2018-07", "eslint-scope", "3.7.0", "3.7.1", "it is "),
    (
        "event-stream-2018-09",
        "event-stream",
        "3.3.3",
        "3.3.4",
        "who is new to this package",
    ),
    (
        "solana-web3js-2024-12",
        "@solana/web3.js",
        "1.95.4",
        "1.95.5",
        "it is ",
    ),
    (
        "tanstack-2026-05",
        "@tanstack/history",
        "1.161.4",
        "1.161.6",
        "it is ",
    ),
];

fn replays() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../corpus/replays")
}

/// The plan for a project that has `name` in `version`, at the moment of the case and without any cooldown.
fn planned(id: &str, name: &str, version: &str) -> (Case, Value, String) {
    let folder = replays().join(id);
    let case = Case::read(&folder).unwrap();
    let replay = Replay::read(&folder).unwrap();
    let registry = Registry::with(
        replay
            .names()
            .filter_map(|name| replay.package(name).cloned())
            .collect::<Vec<_>>(),
    );
    let machine = Machine::new();
    let folder = project(
        &machine,
        &[(name, &format!("^{version}"))],
        &[(name, version, json!({"resolved": null}))],
    );
    let policy = machine.write("policy.toml", "[cooldown]\nrelease = \"0\"\nname = \"0\"\n");
    let as_of = case.as_of.to_string();
    let policy = policy.display().to_string();
    let told = |format: &str| {
        let arguments = [
            "update",
            "--registry",
            registry.url(),
            "--as-of",
            &as_of,
            "--policy",
            &policy,
            "--deep",
            "--format",
            format,
        ];
        machine.run(&folder, &arguments)
    };
    let answer = told("json");
    let human = told("human").stdout();
    (case, answer.json(), human)
}

#[test]
fn a_plan_stops_one_short_of_a_poisoned_newest_and_says_why() {
    for (id, name, from, expected, said) in POISONED {
        let (case, plan, human) = planned(id, name, from);
        let update = entry(&plan, name);
        assert_eq!(update["to"]["version"], expected, "{id}: {update:#}");
        let (_, poisoned) = case.target.rsplit_once('@').unwrap();
        let passed = &update["passed_over"][0];
        assert_eq!(passed["version"], poisoned, "{id}: {update:#}");
        assert_eq!(passed["ready"], Value::Null, "{id}: no age mends it: {update:#}");
        let reasons = passed["reasons"].to_string();
        assert!(reasons.contains(said), "{id}: {update:#}");
        assert!(human.contains(&format!("not: {poisoned}: ")), "{id}: {human}");
    }
}

#[test]
fn an_honest_release_of_the_same_package_is_taken() {
    let (case, plan, _) = planned("axios-2026-03-honest", "axios", "1.13.6");
    let (_, newest) = case.target.rsplit_once('@').unwrap();
    let update = entry(&plan, "axios");
    assert_eq!(update["to"]["version"], newest, "{update:#}");
}
