//! `cleanbill demo` and `cleanbill run` with the npm of this machine, on loopback.
#![allow(
    clippy::expect_used,
    clippy::unwrap_used,
    reason = "a test that cannot go on says so"
)]
mod common;

use cleanbill_testkit::{Registry, Replay};
use common::{Machine, replay};

#[test]
fn the_demo_shows_the_attack_and_the_gate_that_stops_it() {
    let machine = Machine::new();
    let answer = machine.run(machine.home(), &["demo"]);
    assert_eq!(answer.code(), 0, "npm must be installed: {}", answer.stderr());
    let told = answer.stdout();
    let (without, with) = told
        .split_once("with the gate: npm")
        .expect("both installs are told");
    assert!(without.contains("installed easy-day-js@1.11.22"), "{told}");
    assert!(
        with.contains("installed @mastra/core@1.41.0") && !with.contains("installed easy-day-js"),
        "{told}"
    );
    assert!(with.contains("held: @mastra/core@1.42.1"), "{told}");
}

#[test]
fn a_run_behind_the_gate_keeps_the_lockfile_canonical_and_the_clients_exit_code() {
    let machine = Machine::new();
    let registry = Registry::start(Replay::read(&replay("mastra-2026-06")).expect("the replay"));
    let project = machine.home().join("app");
    machine.write(
        "app/package.json",
        "{\"name\":\"app\",\"version\":\"1.0.0\",\"dependencies\":{\"@mastra/core\":\"^1.40.0\"}}",
    );
    let run = |arguments: &[&str]| {
        let mut all = vec![
            "run",
            "--registry",
            registry.url(),
            "--as-of",
            "2026-06-17T01:16:00Z",
            "--",
            "npm",
        ];
        all.extend(arguments);
        machine.run(&project, &all)
    };
    let answer = run(&["install", "--no-audit", "--no-fund"]);
    assert_eq!(answer.code(), 0, "npm must be installed: {}", answer.stderr());
    let lockfile = std::fs::read_to_string(project.join("package-lock.json")).expect("npm wrote a lockfile");
    assert!(
        lockfile.contains("\"version\": \"1.41.0\"") && !lockfile.contains("easy-day-js"),
        "{lockfile}"
    );
    assert!(
        lockfile.contains(registry.url()),
        "addresses are upstream's own: {lockfile}"
    );
    let refused = run(&["install", "--no-audit", "--no-fund", "@mastra/core@1.42.1"]);
    assert_ne!(refused.code(), 0);
    assert!(
        refused.stderr().contains("Cleanbill") || refused.stderr().contains("cleanbill"),
        "{}",
        refused.stderr()
    );
}
