//! The action's own steps, run as a runner would: a pull request in a git repository, a `gh` that keeps comments in a
//! file, and the program that was built. And the ready-made settings for the bots that wait for it.
#![cfg(unix)]
#![expect(
    clippy::expect_used,
    reason = "helpers of tests fail as loudly as the tests themselves"
)]
mod common;

use std::{
    path::{Path, PathBuf},
    process::Command,
};

use cleanbill_testkit::Registry;
use common::{
    Machine,
    update::{NOW, OLD, executable, package, project},
};
use serde_json::{Value, json};

fn file(path: &str) -> String {
    let full = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("../../action")
        .join(path);
    std::fs::read_to_string(full).expect("a file of the action")
}

/// The scripts of the action's steps, in order, taken from its text: each `run` with what is indented below it.
fn steps(text: &str) -> Vec<String> {
    let lines: Vec<&str> = text.lines().collect();
    let mut steps = Vec::new();
    for (at, line) in lines.iter().enumerate() {
        let trimmed = line.trim_start();
        let indent = line.len() - trimmed.len();
        if trimmed == "run: |" {
            let body: Vec<&str> = lines
                .iter()
                .skip(at + 1)
                .take_while(|line| line.trim().is_empty() || line.len() - line.trim_start().len() > indent)
                .map(|line| line.get(indent + 2..).unwrap_or_default())
                .collect();
            steps.push(body.join("\n"));
        } else if let Some(one) = trimmed.strip_prefix("run: ") {
            steps.push(one.to_owned());
        }
    }
    steps
}

fn there(program: &str) -> bool {
    let found = Command::new(program)
        .arg("--version")
        .output()
        .is_ok_and(|output| output.status.success());
    if !found {
        eprintln!("{program} is not on the PATH; the action is not tested here");
    }
    found
}

struct Runner<'a> {
    machine: &'a Machine,
    folder: PathBuf,
    base: String,
}

impl Runner<'_> {
    fn git(&self, arguments: &[&str]) -> String {
        let output = Command::new("git")
            .args([
                "-c",
                "user.name=t",
                "-c",
                "user.email=t@t.example",
                "-c",
                "init.defaultBranch=main",
            ])
            .args(arguments)
            .current_dir(&self.folder)
            .output()
            .expect("git starts");
        assert!(
            output.status.success(),
            "{arguments:?}: {}",
            String::from_utf8_lossy(&output.stderr)
        );
        String::from_utf8_lossy(&output.stdout).trim().to_owned()
    }

    fn step(&self, script: &str, more: &[(&str, String)]) -> std::process::Output {
        let temp = self.machine.home().join("runner");
        std::fs::create_dir_all(&temp).expect("a folder");
        let path = format!(
            "{}:{}",
            self.machine.home().join("bin").display(),
            std::env::var("PATH").unwrap_or_default()
        );
        Command::new("bash")
            .args(["--noprofile", "--norc", "-eo", "pipefail", "-c", script])
            .current_dir(&self.folder)
            .env_clear()
            .env("PATH", path)
            .env("HOME", self.machine.home())
            .env("RUNNER_TEMP", &temp)
            .env("GITHUB_STEP_SUMMARY", temp.join("summary.md"))
            .env("GITHUB_OUTPUT", temp.join("output"))
            .env("BASE", &self.base)
            .envs(more.iter().map(|(name, value)| (*name, value.as_str())))
            .output()
            .expect("bash starts")
    }

    fn output(&self, name: &str) -> String {
        let text = std::fs::read_to_string(self.machine.home().join("runner/output")).expect("outputs");
        let found = text
            .lines()
            .rev()
            .find_map(|line| line.strip_prefix(&format!("{name}=")));
        found.expect("an output").to_owned()
    }
}

#[test]
fn the_action_posts_one_comment_and_updates_it_in_place_and_fails_with_what_is_held() {
    if !(there("git") && there("jq") && there("bash")) {
        return;
    }
    let machine = Machine::new();
    let registry = Registry::with([
        package(
            "left",
            &[
                ("1.0.0", OLD, json!({})),
                ("1.1.0", OLD, json!({"scripts": {"postinstall": "node x.js"}})),
            ],
        )
        .build(),
        package("young", &[("1.0.0", "2026-06-19T12:00:00Z", json!({}))]).build(),
    ]);
    let bare = json!({"resolved": null});
    let folder = project(
        &machine,
        &[("left", "^1.0.0")],
        &[("left", "1.0.0", bare.clone())],
    );
    // The program with the registry and the clock of this test; its arguments come from the action alone.
    let own = machine.write(
        "bin/cleanbill",
        &format!(
            "#!/bin/sh\nexec {} \"$@\" --registry {} --as-of {NOW}\n",
            env!("CARGO_BIN_EXE_cleanbill"),
            registry.url()
        ),
    );
    executable(&own);
    // A `gh` with one file of comments: lists, posts and patches as the interface does.
    let comments = machine.write("comments.json", "[]");
    let gh = machine.write(
        "bin/gh",
        &format!(
            "#!/usr/bin/env bash\nset -euo pipefail\nf={f}\ncase \"$*\" in\n\
*PATCH*) id=\"${{4##*/}}\"; jq --arg id \"$id\" --slurpfile b \"$6\" 'map(if (.id|tostring)==$id then .body=$b[0].body | .patched=true else . end)' $f > $f.new; mv $f.new $f;;\n\
*POST*) jq --slurpfile b \"$6\" '. + [{{id: (length + 7), user: {{login: \"github-actions[bot]\"}}, body: $b[0].body}}]' $f > $f.new; mv $f.new $f;;\n\
*--paginate*) jq -r \"$5\" $f;;\n\
*) echo \"unexpected: $*\" >&2; exit 9;;\nesac\n",
            f = comments.display()
        ),
    );
    executable(&gh);
    let mut runner = Runner {
        machine: &machine,
        folder: folder.clone(),
        base: String::new(),
    };
    runner.git(&["init", "-q"]);
    runner.git(&["add", "."]);
    runner.git(&["commit", "-qm", "base"]);
    runner.base = runner.git(&["rev-parse", "HEAD"]);
    project(
        &machine,
        &[("left", "^1.0.0"), ("young", "^1.0.0")],
        &[("left", "1.1.0", bare.clone()), ("young", "1.0.0", bare.clone())],
    );
    let action = file("action.yml");
    let steps = steps(&action);
    assert_eq!(steps.len(), 3, "check, comment, answer");
    let check = |deep: &str| {
        let more = [
            ("LOCKFILE", "package-lock.json".to_owned()),
            ("CLEANBILL", "cleanbill".to_owned()),
            ("POLICY", String::new()),
            ("DEEP", deep.to_owned()),
        ];
        let done = runner.step(&steps[0], &more);
        assert!(done.status.success(), "{}", String::from_utf8_lossy(&done.stderr));
    };
    let comment = || {
        let more = [
            ("GH_TOKEN", "t".to_owned()),
            ("REPOSITORY", "o/r".to_owned()),
            ("NUMBER", "5".to_owned()),
            ("MARKDOWN", runner.output("markdown")),
        ];
        let done = runner.step(&steps[1], &more);
        assert!(done.status.success(), "{}", String::from_utf8_lossy(&done.stderr));
        let text = std::fs::read_to_string(&comments).expect("comments");
        serde_json::from_str::<Vec<Value>>(&text).expect("JSON")
    };
    check("false");
    assert_eq!(
        (runner.output("verdict"), runner.output("status")),
        ("quarantine".to_owned(), "1".to_owned())
    );
    let posted = comment();
    assert_eq!(posted.len(), 1);
    let body = posted[0]["body"].as_str().expect("a body");
    assert!(
        body.starts_with("<!-- cleanbill-update -->")
            && body.contains("postinstall")
            && body.contains("young"),
        "{body}"
    );
    let sarif = std::fs::read_to_string(runner.output("sarif")).expect("SARIF");
    assert_eq!(
        serde_json::from_str::<Value>(&sarif).expect("JSON")["version"],
        "2.1.0"
    );
    let answer = runner.step(&steps[2], &[("STATUS", runner.output("status"))]);
    assert_eq!(
        answer.status.code(),
        Some(1),
        "the required check fails while something is held"
    );
    // The bot proposes again, without the young one; the same comment changes.
    project(&machine, &[("left", "^1.0.0")], &[("left", "1.0.0", bare)]);
    check("true");
    assert_eq!(runner.output("status"), "0");
    let patched = comment();
    assert_eq!((patched.len(), &patched[0]["patched"]), (1, &json!(true)));
    assert!(!patched[0]["body"].as_str().expect("a body").contains("young"));
    let answer = runner.step(&steps[2], &[("STATUS", runner.output("status"))]);
    assert_eq!(answer.status.code(), Some(0));
}

#[test]
fn the_ready_made_settings_leave_the_verdict_to_the_check() {
    let renovate: Value = serde_json::from_str(&file("presets/renovate.json")).expect("JSON");
    assert_eq!(
        (&renovate["minimumReleaseAge"], &renovate["internalChecksFilter"]),
        (&Value::Null, &json!("none")),
        "one clock alone"
    );
    for rule in renovate["packageRules"].as_array().expect("rules") {
        assert!(
            rule["automerge"] != true || rule["ignoreTests"] == false,
            "nothing merges past the check: {rule}"
        );
    }
    let dependabot = file("presets/dependabot.yml");
    assert!(dependabot.starts_with('#') && dependabot.contains("package-ecosystem: npm"));
    assert!(
        !dependabot
            .lines()
            .any(|line| line.trim_start().starts_with("cooldown:"))
    );
    let workflow = file("presets/lockfile-review.yml");
    assert!(workflow.contains("  pull_request:\n") && !workflow.contains("pull_request_target"));
    assert!(workflow.contains("permissions: {}"), "nothing by default");
    for line in workflow.lines().filter(|line| line.contains("uses:")) {
        assert!(line.ends_with("@FULL_COMMIT_SHA"), "to be pinned: {line}");
    }
    let docs = std::fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/update.md"))
        .expect("the page");
    for preset in [
        "presets/renovate.json",
        "presets/dependabot.yml",
        "presets/lockfile-review.yml",
    ] {
        assert!(docs.contains(preset), "docs/update.md names {preset}");
    }
    if there("bash") {
        for script in steps(&workflow).iter().chain(&steps(&file("action.yml"))) {
            let parsed = Command::new("bash")
                .args(["-n", "-c", script])
                .status()
                .expect("bash starts");
            assert!(parsed.success(), "{script}");
        }
    }
}
