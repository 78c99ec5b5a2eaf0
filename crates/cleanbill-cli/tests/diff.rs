//! `cleanbill diff` and `cleanbill rehearse` on the files of a replay.
#![allow(
    clippy::expect_used,
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "a test that cannot go on says so"
)]
mod common;

use common::{Machine, replay};

#[test]
fn the_difference_names_what_the_poisoned_release_gained() {
    let machine = Machine::new();
    let folder = replay("mastra-2026-06").join("registry/easy-day-js");
    let answer = machine.run(&folder, &["diff", "./1.11.21", "./1.11.22"]);
    assert_eq!(answer.code(), 1, "{}{}", answer.stdout(), answer.stderr());
    assert!(answer.stdout().contains("setup.cjs"), "{}", answer.stdout());
    let json = machine
        .run(&folder, &["diff", "./1.11.21", "./1.11.22", "--format", "json"])
        .json();
    assert_eq!(json["schema"], "cleanbill.diff/v1");
    let gained = json["delta"]["gained"].to_string();
    assert!(
        gained.contains("network") && gained.contains("process"),
        "{gained}"
    );
    let same = machine.run(&folder, &["diff", "./1.11.21", "./1.11.21"]);
    assert_eq!(same.code(), 0, "{}", same.stdout());
}

#[test]
fn the_rehearsal_proves_the_dropper_and_leaves_no_trace_here() {
    let machine = Machine::new();
    let folder = replay("mastra-2026-06").join("registry/easy-day-js");
    let answer = machine.run(&folder, &["rehearse", "./1.11.22"]);
    assert_eq!(answer.code(), 1, "{}{}", answer.stdout(), answer.stderr());
    assert!(
        answer.stdout().contains("proven: a program is fetched and run"),
        "{}",
        answer.stdout()
    );
    let clean = machine.run(&folder, &["rehearse", "./1.11.21"]);
    assert_eq!(clean.code(), 0, "{}", clean.stdout());
}
