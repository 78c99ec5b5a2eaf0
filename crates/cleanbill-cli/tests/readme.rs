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

#[test]
fn the_capture_in_the_readme_is_real() {
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
    let readme = include_str!("../../../README.md");
    let (_, rest) = readme
        .split_once("<!-- capture: audit -->\n```text\n")
        .expect("the capture begins");
    let (shown, _) = rest.split_once("```").expect("the capture ends");
    if std::env::var_os("UPDATE_README").is_some() {
        let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../../README.md");
        std::fs::write(path, readme.replace(shown, &format!("{}\n", said.trim_end())))
            .expect("the README is written");
        return;
    }
    assert_eq!(
        timeless(shown),
        timeless(&said),
        "run this test with UPDATE_README=1 to renew the capture"
    );
}
