//! The README's capture is what the program really says.
#![allow(
    clippy::expect_used,
    clippy::unwrap_used,
    reason = "a test that cannot go on says so"
)]
mod common;

use common::{Machine, tests};

/// The text without the time it took, which is never the same twice.
fn timeless(text: &str) -> String {
    let mut lines: Vec<String> = text.lines().map(|line| line.trim_end().to_owned()).collect();
    while lines.last().is_some_and(String::is_empty) {
        lines.pop();
    }
    if let Some(last) = lines.last_mut()
        && let Some(at) = last.rfind(" (")
    {
        last.truncate(at);
    }
    lines.join("\n")
}

/// Compares what stands between the marks of `capture` with `said`, or writes it there on request.
fn compare(capture: &str, said: &str, told: impl Fn(&str) -> String) {
    let readme = std::fs::read_to_string(README).expect("the README is there");
    let begin = format!("<!-- capture: {capture} -->\n```text\n");
    let (before, rest) = readme.split_once(&begin).expect("the capture begins");
    let (shown, after) = rest.split_once("```").expect("the capture ends");
    if std::env::var_os("UPDATE_README").is_some() {
        let fresh = format!("{before}{begin}{}\n```{after}", said.trim_end());
        std::fs::write(README, fresh).expect("the README is written");
        return;
    }
    assert_eq!(
        told(shown),
        told(said),
        "run this test with UPDATE_README=1 to renew the capture"
    );
}

const README: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../README.md");

/// Two captures in one file are not written at one time.
static ONE_AT_A_TIME: std::sync::Mutex<()> = std::sync::Mutex::new(());

#[test]
fn the_stories_in_the_readme_are_real() {
    let _alone = ONE_AT_A_TIME.lock().expect("no other test broke off");
    let machine = Machine::new();
    let corpus = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../../corpus/replays");
    for (capture, release) in [
        ("mastra", "mastra-2026-06/registry/easy-day-js/1.11.22"),
        ("axios", "axios-2026-03/registry/plain-crypto-js/4.2.1"),
    ] {
        let output = machine
            .command(&corpus.join(release), &["rehearse", "."])
            .output()
            .expect("cleanbill starts");
        let said = String::from_utf8(output.stdout).expect("UTF-8");
        compare(capture, &said, |text| text.trim_end().to_owned());
    }
}

#[test]
fn the_capture_in_the_readme_is_real() {
    let _alone = ONE_AT_A_TIME.lock().expect("no other test broke off");
    let machine = Machine::new();
    let output = machine
        .command(
            &tests("projects/burst"),
            &["audit", "--offline", "--as-of", "2026-11-24T12:00:00Z"],
        )
        .env("COLUMNS", "100")
        .output()
        .expect("cleanbill starts");
    let said = String::from_utf8(output.stdout).expect("UTF-8");
    compare("audit", &said, timeless);
}

#[test]
fn the_demo_in_the_readme_is_real() {
    let _alone = ONE_AT_A_TIME.lock().expect("no other test broke off");
    let machine = Machine::new();
    let shown = machine.run(machine.home(), &["demo"]);
    assert_eq!(shown.code(), 0, "{}", shown.stderr());
    compare("demo", &shown.stdout(), |text| text.trim_end().to_owned());
}
