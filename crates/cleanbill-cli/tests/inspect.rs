//! `cleanbill inspect` and `why` against replays on a loopback registry, feeds off.
#![allow(
    clippy::expect_used,
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "a test that cannot go on says so"
)]
mod common;

use cleanbill_testkit::{Case, Registry, Replay};
use common::{Answer, Machine, replay};

fn inspect(id: &str, machine: &Machine, more: &[&str]) -> (Answer, Case) {
    let folder = replay(id);
    let case = Case::read(&folder).expect("a case");
    let registry = Registry::start(Replay::read(&folder).expect("a replay"));
    let as_of = case.as_of.to_string();
    let mut arguments = vec![
        "inspect",
        &case.target,
        "--registry",
        registry.url(),
        "--as-of",
        &as_of,
        "--format",
        "json",
    ];
    arguments.extend(more);
    (machine.run(machine.home(), &arguments), case)
}

#[test]
fn the_mastra_metadata_is_held_a_minute_after_the_first_poisoned_release() {
    let machine = Machine::new();
    let (answer, case) = inspect("mastra-2026-06", &machine, &[]);
    assert_eq!(answer.code(), 1, "{}{}", answer.stdout(), answer.stderr());
    let report = answer.json();
    assert_eq!(report["schema"], "cleanbill.inspect/v1");
    assert!(
        ["quarantine", "block"].contains(&report["verdict"].as_str().expect("a verdict")),
        "{report}"
    );
    let audits: Vec<&str> = report["findings"]
        .as_array()
        .expect("findings")
        .iter()
        .filter_map(|f| f["audit"].as_str())
        .collect();
    for expected in [
        "dependency-injected",
        "provenance-dropped",
        "publish-channel-changed",
    ] {
        assert!(
            audits.contains(&expected),
            "{expected} is missing from {audits:?} for {}",
            case.target
        );
    }
    let why = machine.run(machine.home(), &["why", &case.target]);
    assert_eq!(why.code(), 0, "{}", why.stderr());
    assert!(why.stdout().contains("dependency-injected"), "{}", why.stdout());
}

#[test]
fn the_honest_release_of_the_day_before_passes() {
    let machine = Machine::new();
    let (answer, _) = inspect("mastra-2026-06-honest", &machine, &[]);
    assert_eq!(
        (answer.code(), answer.json()["verdict"].as_str()),
        (0, Some("allow")),
        "{}",
        answer.stdout()
    );
}

#[test]
fn as_of_decides_what_exists() {
    let machine = Machine::new();
    let registry = Registry::start(Replay::read(&replay("mastra-2026-06")).expect("a replay"));
    let at = |moment: &str| {
        machine.run(
            machine.home(),
            &[
                "inspect",
                "easy-day-js",
                "--registry",
                registry.url(),
                "--as-of",
                moment,
                "--format",
                "json",
            ],
        )
    };
    assert_eq!(
        at("2026-06-16T12:00:00Z").json()["subject"]["purl"],
        "pkg:npm/easy-day-js@1.11.21"
    );
    assert_eq!(
        at("2026-06-17T01:16:00Z").json()["subject"]["purl"],
        "pkg:npm/easy-day-js@1.11.22"
    );
    let before = at("2026-06-15T00:00:00Z");
    assert_eq!(before.code(), 2, "{}", before.stdout());
}

#[test]
fn a_token_goes_to_its_registry_and_into_no_log() {
    let machine = Machine::new();
    let registry = Registry::start(Replay::read(&replay("mastra-2026-06")).expect("a replay"));
    registry.require_authorization("Bearer planted-secret");
    let address = registry.address();
    machine.write(
        ".npmrc",
        &format!("registry=http://{address}/\n//{address}/:_authToken=${{PLANTED}}\n"),
    );
    let output = machine
        .command(
            machine.home(),
            &[
                "inspect",
                "zod",
                "--as-of",
                "2026-06-17T01:16:00Z",
                "-vv",
                "--format",
                "json",
            ],
        )
        .env("PLANTED", "planted-secret")
        .output()
        .expect("cleanbill starts");
    let answer = Answer(output);
    assert_eq!(
        answer.json()["subject"]["purl"],
        "pkg:npm/zod@3.25.76",
        "{}",
        answer.stderr()
    );
    assert!(!answer.stderr().contains("planted-secret") && !answer.stdout().contains("planted-secret"));
}

#[test]
fn without_a_registry_the_error_says_how_to_name_one() {
    let machine = Machine::new();
    let output = machine
        .command(machine.home(), &["inspect", "left@1.0.0"])
        .env("PATH", machine.home())
        .output()
        .expect("cleanbill starts");
    let answer = Answer(output);
    assert_eq!(answer.code(), 2, "{}", answer.stderr());
    assert!(answer.stderr().contains("--registry"), "{}", answer.stderr());
}
