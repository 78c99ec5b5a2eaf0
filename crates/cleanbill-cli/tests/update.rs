//! `cleanbill update` on registries of the testkit, on loopback.
#![expect(
    clippy::expect_used,
    clippy::indexing_slicing,
    reason = "helpers of tests fail as loudly as the tests themselves"
)]
mod common;

use cleanbill_testkit::Registry;
use common::{
    Answer, Machine,
    update::{NOW, OLD, client, entry, executable, npm, package, project, update, vulnerable},
};
use serde_json::{Value, json};

#[test]
fn a_young_newest_is_held_with_the_moment_it_is_ready_and_the_older_safe_one_is_taken() {
    let machine = Machine::new();
    let left = package(
        "left",
        &[
            ("1.0.0", OLD, json!({})),
            ("1.1.0", OLD, json!({})),
            ("1.2.0", "2026-06-19T12:00:00Z", json!({})),
        ],
    );
    let registry = Registry::with([left.build()]);
    project(&machine, &[("left", "^1.0.0")], &[("left", "1.0.0", json!({}))]);
    let answer = update(&machine, &registry, &["--format", "json"]);
    assert_eq!(answer.code(), 0, "{}", answer.stderr());
    let report = answer.json();
    assert_eq!(report["schema"], "cleanbill.update/v1");
    let left = entry(&report, "left");
    assert_eq!(
        (&left["to"]["version"], &left["to"]["how"]["kind"]),
        (&json!("1.1.0"), &json!("lockfile")),
        "{left:#}"
    );
    assert_eq!(left["passed_over"][0]["version"], "1.2.0");
    assert_eq!(
        left["passed_over"][0]["ready"], "2026-06-22T12:00:00Z",
        "{left:#}"
    );
    let told = update(&machine, &registry, &[]).stdout();
    assert!(
        told.contains("left 1.0.0 to 1.1.0") && told.contains("ready at 2026-06-22T12:00:00Z"),
        "{told}"
    );
}

#[test]
fn a_vulnerable_release_takes_the_smallest_step_that_fixes_through_the_fast_lane() {
    let machine = Machine::new();
    let young = "2026-06-19T12:00:00Z";
    let left = package(
        "left",
        &[
            ("1.0.0", OLD, json!({})),
            ("1.0.1", young, json!({})),
            ("1.1.0", young, json!({})),
            ("2.0.0", OLD, json!({})),
        ],
    );
    // Its young sibling fixes nothing and waits.
    let right = package("right", &[("1.0.0", OLD, json!({})), ("1.0.1", young, json!({}))]);
    let registry = Registry::with([left.build(), right.build()]);
    project(
        &machine,
        &[("left", "^1.0.0"), ("right", "^1.0.0")],
        &[("left", "1.0.0", json!({})), ("right", "1.0.0", json!({}))],
    );
    vulnerable(&machine, "GHSA-test-0001", "left", "1.0.1");
    let report = update(&machine, &registry, &["--format", "json"]).json();
    let left = entry(&report, "left");
    assert_eq!(
        (&left["cause"], &left["to"]["version"]),
        (&json!("vulnerable"), &json!("1.0.1")),
        "{left:#}"
    );
    assert_eq!(left["to"]["fixes"], json!(["GHSA-test-0001"]));
    let right = entry(&report, "right");
    assert_eq!(
        (&right["to"], &right["passed_over"][0]["ready"]),
        (&Value::Null, &json!("2026-06-22T12:00:00Z")),
        "{right:#}"
    );
}

#[test]
fn a_vulnerability_that_nothing_in_reach_fixes_is_told_and_fails() {
    let machine = Machine::new();
    let left = package("left", &[("1.0.0", OLD, json!({})), ("2.0.0", OLD, json!({}))]);
    let registry = Registry::with([left.build()]);
    project(&machine, &[("left", "^1.0.0")], &[("left", "1.0.0", json!({}))]);
    vulnerable(&machine, "GHSA-test-0002", "left", "2.0.0");
    let answer = update(&machine, &registry, &[]);
    assert_eq!(answer.code(), 1, "{}", answer.stdout());
    assert!(
        answer.stdout().contains("GHSA-test-0002") && answer.stdout().contains("--major"),
        "{}",
        answer.stdout()
    );
    let wider = update(&machine, &registry, &["--major", "--format", "json"]);
    let left = entry(&wider.json(), "left");
    assert_eq!(
        (
            wider.code(),
            &left["to"]["version"],
            &left["to"]["how"]["ranges"][0]["to"]
        ),
        (0, &json!("2.0.0"), &json!("^2.0.0"))
    );
}

#[test]
fn a_release_that_pulls_in_what_is_held_is_not_chosen() {
    let machine = Machine::new();
    let left = package(
        "left",
        &[
            ("1.0.0", OLD, json!({})),
            ("1.1.0", OLD, json!({})),
            (
                "1.2.0",
                "2026-06-10T00:00:00Z",
                json!({"dependencies": {"fresh": "^1.0.0"}}),
            ),
        ],
    );
    let fresh = package("fresh", &[("1.0.0", "2026-06-19T23:00:00Z", json!({}))]);
    let registry = Registry::with([left.build(), fresh.build()]);
    project(&machine, &[("left", "^1.0.0")], &[("left", "1.0.0", json!({}))]);
    let left = entry(&update(&machine, &registry, &["--format", "json"]).json(), "left");
    assert_eq!(left["to"]["version"], "1.1.0", "{left:#}");
    let reason = left["passed_over"][0]["reasons"][0].as_str().expect("a reason");
    assert!(reason.contains("fresh@1.0.0"), "{left:#}");
}

#[test]
fn a_deprecated_release_and_one_that_gained_a_script_are_passed_over() {
    let machine = Machine::new();
    let left = package(
        "left",
        &[
            ("1.0.0", OLD, json!({})),
            ("1.1.0", OLD, json!({})),
            ("1.2.0", OLD, json!({"scripts": {"postinstall": "node build.js"}})),
            ("1.3.0", OLD, json!({})),
        ],
    )
    .partial(json!({"versions": {"1.3.0": {"deprecated": "broken on Tuesdays"}}}));
    let registry = Registry::with([left.build()]);
    project(&machine, &[("left", "^1.0.0")], &[("left", "1.0.0", json!({}))]);
    let left = entry(&update(&machine, &registry, &["--format", "json"]).json(), "left");
    assert_eq!(left["to"]["version"], "1.1.0", "{left:#}");
    let told = left["passed_over"].to_string();
    assert!(
        told.contains("broken on Tuesdays") && told.contains("node build.js"),
        "{told}"
    );
}

#[test]
fn a_peer_that_would_not_fit_is_told_and_two_that_move_together_are_not_a_conflict() {
    let machine = Machine::new();
    let core = package("core", &[("1.0.0", OLD, json!({})), ("2.0.0", OLD, json!({}))]);
    let ui = package(
        "ui",
        &[
            ("1.0.0", OLD, json!({"peerDependencies": {"core": "^1.0.0"}})),
            ("2.0.0", OLD, json!({"peerDependencies": {"core": "^2.0.0"}})),
        ],
    );
    let registry = Registry::with([core.build(), ui.build()]);
    let installed = [
        ("core", "1.0.0", json!({})),
        ("ui", "1.0.0", json!({"peerDependencies": {"core": "^1.0.0"}})),
    ];
    project(&machine, &[("core", "^1.0.0"), ("ui", "^1.0.0")], &installed);
    let alone = entry(
        &update(&machine, &registry, &["core", "--major", "--format", "json"]).json(),
        "core",
    );
    assert_eq!(alone["to"], Value::Null, "{alone:#}");
    assert!(
        alone["passed_over"]
            .to_string()
            .contains("its peer ui@1.0.0 asks for ^1.0.0"),
        "{alone:#}"
    );
    let both = update(&machine, &registry, &["--major", "--format", "json"]).json();
    assert_eq!(
        (
            &entry(&both, "core")["to"]["version"],
            &entry(&both, "ui")["to"]["version"]
        ),
        (&json!("2.0.0"), &json!("2.0.0"))
    );
}

#[test]
fn npm_carries_out_a_plan_and_only_what_was_meant_changes() {
    if !npm() {
        return;
    }
    let machine = Machine::new();
    let young = "2026-06-19T12:00:00Z";
    let left = package(
        "left",
        &[
            ("1.0.0", OLD, json!({})),
            ("1.1.0", OLD, json!({})),
            ("1.2.0", young, json!({})),
        ],
    );
    let pinned = package("pinned", &[("1.0.0", OLD, json!({})), ("1.0.5", OLD, json!({}))]);
    let outer = package(
        "outer",
        &[("1.0.0", OLD, json!({"dependencies": {"deep": "1.0.0"}}))],
    );
    let deep = package("deep", &[("1.0.0", OLD, json!({})), ("1.0.1", OLD, json!({}))]);
    let registry = Registry::with([left.build(), pinned.build(), outer.build(), deep.build()]);
    let installed = [
        ("deep", "1.0.0", json!({})),
        ("left", "1.0.0", json!({})),
        ("outer", "1.0.0", json!({"dependencies": {"deep": "1.0.0"}})),
        ("pinned", "1.0.0", json!({})),
    ];
    let folder = project(
        &machine,
        &[("left", "^1.0.0"), ("outer", "^1.0.0"), ("pinned", "1.0.0")],
        &installed,
    );
    let manifest = "{\n\t\"version\": \"1.0.0\",\n\t\"name\": \"app\",\n\t\"dependencies\": { \"pinned\":\"1.0.0\", \"left\": \"^1.0.0\", \"outer\": \"^1.0.0\" }\n}";
    std::fs::write(folder.join("package.json"), manifest).expect("a file");
    vulnerable(&machine, "GHSA-test-0003", "deep", "1.0.1");
    let answer = update(&machine, &registry, &["--apply", "--format", "json"]);
    assert_eq!(answer.code(), 0, "{}{}", answer.stdout(), answer.stderr());
    let text = std::fs::read_to_string(folder.join("package.json")).expect("the manifest");
    let expected = manifest
        .replace("\"pinned\":\"1.0.0\"", "\"pinned\":\"1.0.5\"")
        .replace(
            " }\n}",
            " },\n\t\"overrides\": {\n\t\t\"deep\": \"1.0.1\"\n\t}\n}",
        );
    assert_eq!(text, expected);
    let lock: Value = serde_json::from_str(
        &std::fs::read_to_string(folder.join("package-lock.json")).expect("the lockfile"),
    )
    .expect("JSON");
    for (name, version) in [
        ("left", "1.1.0"),
        ("pinned", "1.0.5"),
        ("deep", "1.0.1"),
        ("outer", "1.0.0"),
    ] {
        assert_eq!(
            lock["packages"][format!("node_modules/{name}")]["version"],
            version,
            "{lock:#}"
        );
    }
    assert!(
        !lock.to_string().contains("127.0.0.1:")
            || lock.to_string().contains(&registry.address().to_string()),
        "the gate's address is gone: {lock:#}"
    );
    assert!(!folder.join("node_modules").exists() && !folder.join(".cleanbill-update").exists());
}

#[test]
fn whatever_the_client_does_wrong_the_project_stays_byte_for_byte() {
    let machine = Machine::new();
    let left = package("left", &[("1.0.0", OLD, json!({})), ("1.1.0", OLD, json!({}))]);
    let registry = Registry::with([left.build()]);
    let folder = project(&machine, &[("left", "1.0.0")], &[("left", "1.0.0", json!({}))]);
    let read = |name: &str| std::fs::read(folder.join(name)).expect("a file");
    let before = (read("package.json"), read("package-lock.json"));
    // Clients that fail, write rubbish, or do nothing at all.
    for (script, said) in [
        (
            "echo the tree is impossible >&2; exit 1",
            "the tree is impossible",
        ),
        ("echo rubbish > package-lock.json", "cannot be read"),
        ("exit 0", "did not come to what the plan chose"),
        ("kill -9 $$", "nothing was changed"),
    ] {
        let client = machine.write("bin/npm", &format!("#!/bin/sh\n{script}\n"));
        executable(&client);
        let path = format!("{}:/usr/bin:/bin", client.parent().expect("a folder").display());
        let arguments = ["update", "--registry", registry.url(), "--as-of", NOW, "--apply"];
        let answer = Answer(
            machine
                .command(&folder, &arguments)
                .env("PATH", path)
                .output()
                .expect("cleanbill starts"),
        );
        assert_eq!(
            answer.code(),
            2,
            "{script}: {}{}",
            answer.stdout(),
            answer.stderr()
        );
        assert!(answer.stderr().contains(said), "{script}: {}", answer.stderr());
        assert_eq!(
            (read("package.json"), read("package-lock.json")),
            before,
            "{script}"
        );
        assert_eq!(
            std::fs::read_dir(&folder).expect("the project").count(),
            2,
            "{script}: nothing else lies there"
        );
    }
}

#[test]
fn a_dirty_tree_is_refused_unless_allowed() {
    let git = |folder: &std::path::Path, arguments: &[&str]| {
        std::process::Command::new("git")
            .args(["-c", "user.name=t", "-c", "user.email=t@t.example"])
            .args(arguments)
            .current_dir(folder)
            .output()
            .is_ok_and(|o| o.status.success())
    };
    let machine = Machine::new();
    let left = package("left", &[("1.0.0", OLD, json!({})), ("1.1.0", OLD, json!({}))]);
    let registry = Registry::with([left.build()]);
    let folder = project(&machine, &[("left", "^1.0.0")], &[("left", "1.0.0", json!({}))]);
    if !(git(&folder, &["init", "-q"])
        && git(&folder, &["add", "."])
        && git(&folder, &["commit", "-qm", "x"]))
    {
        eprintln!("git is not on the PATH; dirty trees are not tested here");
        return;
    }
    std::fs::write(
        folder.join("package.json"),
        "{\"name\":\"app\",\"dependencies\":{\"left\":\"^1.0.0\"}}",
    )
    .expect("a file");
    let answer = update(&machine, &registry, &["--apply"]);
    assert_eq!(answer.code(), 2);
    assert!(
        answer.stderr().contains("uncommitted changes") && answer.stderr().contains("--allow-dirty"),
        "{}",
        answer.stderr()
    );
}

#[test]
fn a_changed_lockfile_tells_what_each_release_does_differently() {
    let machine = Machine::new();
    let left = package(
        "left",
        &[
            ("1.0.0", OLD, json!({})),
            (
                "1.1.0",
                OLD,
                json!({"scripts": {"postinstall": "node `x`.js"}, "dependencies": {"more": "1.0.0"}}),
            ),
        ],
    );
    let more = package("more", &[("1.0.0", OLD, json!({}))]);
    let young = package("young", &[("1.0.0", "2026-06-19T12:00:00Z", json!({}))]);
    let registry = Registry::with([left.build(), more.build(), young.build()]);
    let bare = json!({"resolved": null});
    let folder = project(
        &machine,
        &[("left", "^1.0.0")],
        &[("left", "1.0.0", bare.clone()), ("old", "1.0.0", bare.clone())],
    );
    std::fs::rename(folder.join("package-lock.json"), folder.join("base.json")).expect("a file");
    project(
        &machine,
        &[("left", "^1.0.0")],
        &[
            ("left", "1.1.0", bare.clone()),
            ("more", "1.0.0", bare.clone()),
            ("young", "1.0.0", bare),
        ],
    );
    let check = |format: &str| {
        update(
            &machine,
            &registry,
            &[
                "--check",
                "--base",
                "base.json",
                "--head",
                "package-lock.json",
                "--format",
                format,
            ],
        )
    };
    let answer = check("json");
    assert_eq!(answer.code(), 1, "{}", answer.stderr());
    let report = answer.json();
    assert_eq!(
        (&report["schema"], &report["went"]),
        (&json!("cleanbill.update-check/v1"), &json!(["pkg:npm/old@1.0.0"]))
    );
    let came = report["came"].as_array().expect("came");
    assert_eq!(
        (came.len(), &came[0]["purl"], &came[0]["verdict"]),
        (3, &json!("pkg:npm/young@1.0.0"), &json!("quarantine"))
    );
    let left = came
        .iter()
        .find(|one| one["purl"] == "pkg:npm/left@1.1.0")
        .expect("left");
    assert_eq!(left["from"], "1.0.0");
    let told = left["changes"].to_string();
    assert!(
        told.contains("postinstall") && told.contains("depends now on more"),
        "{told}"
    );
    let markdown = check("markdown").stdout();
    assert!(
        markdown.starts_with("<!-- cleanbill-update -->\n") && markdown.contains("node \\u{60}x\\u{60}.js"),
        "{markdown}"
    );
    let sarif = check("sarif").json();
    assert_eq!(sarif["version"], "2.1.0");
    assert!(
        sarif["runs"][0]["results"]
            .as_array()
            .expect("results")
            .iter()
            .any(|one| one["ruleId"] == "release-young"),
        "{sarif:#}"
    );
    let same = update(
        &machine,
        &registry,
        &[
            "--check",
            "--base",
            "package-lock.json",
            "--head",
            "package-lock.json",
        ],
    );
    assert_eq!(same.code(), 0, "{}", same.stdout());
}

#[test]
fn the_same_version_under_another_digest_is_held() {
    let machine = Machine::new();
    let registry = Registry::with([package("left", &[("1.0.0", OLD, json!({}))]).build()]);
    let pin =
        |letter: &str| json!({"resolved": null, "integrity": format!("sha512-{}==", letter.repeat(86))});
    let folder = project(&machine, &[("left", "^1.0.0")], &[("left", "1.0.0", pin("A"))]);
    std::fs::rename(folder.join("package-lock.json"), folder.join("base.json")).expect("a file");
    project(&machine, &[("left", "^1.0.0")], &[("left", "1.0.0", pin("Q"))]);
    let answer = update(
        &machine,
        &registry,
        &["--check", "--base", "base.json", "--head", "package-lock.json"],
    );
    assert_eq!(answer.code(), 1);
    assert!(
        answer.stdout().contains("its digest is another one"),
        "{}",
        answer.stdout()
    );
}

#[test]
fn a_clients_own_settings_are_written_from_the_policy_only_when_asked() {
    let machine = Machine::new();
    let folder = project(&machine, &[], &[]);
    std::fs::write(folder.join(".npmrc"), "save-exact=true\nmin-release-age=1\n").expect("a file");
    let told = machine.run(&folder, &["update", "--sync-clients"]);
    assert_eq!(
        (told.code(), told.stdout().as_str()),
        (
            0,
            ".npmrc: min-release-age 3\n.npmrc: strict-allow-scripts true\n"
        ),
        "{}",
        told.stderr()
    );
    let read = || std::fs::read_to_string(folder.join(".npmrc")).expect("a file");
    assert_eq!(read(), "save-exact=true\nmin-release-age=1\n");
    assert_eq!(
        machine
            .run(&folder, &["update", "--sync-clients", "--apply"])
            .code(),
        0
    );
    assert_eq!(
        read(),
        "save-exact=true\nmin-release-age=3\nstrict-allow-scripts=true\n"
    );
    let again = machine.run(&folder, &["update", "--sync-clients"]);
    assert_eq!(again.stdout(), "the clients' settings say what the policy says\n");
}

#[test]
fn exclusions_whose_time_has_passed_leave_a_clients_settings_and_only_who_runs_scripts_today_may() {
    let machine = Machine::new();
    let script = json!({"scripts": {"install": "node build.js"}});
    let registry = Registry::with([
        package("native", &[("1.0.0", OLD, script)]).build(),
        package(
            "left",
            &[
                ("1.0.0", OLD, json!({})),
                ("1.1.0", "2026-06-19T12:00:00Z", json!({})),
            ],
        )
        .build(),
    ]);
    machine.write(
        "app/package.json",
        "{\n  \"name\": \"app\",\n  \"dependencies\": {\n    \"left\": \"^1.0.0\",\n    \"native\": \"^1.0.0\"\n  }\n}\n",
    );
    machine.write(
        "app/pnpm-lock.yaml",
        "lockfileVersion: '9.0'\n\nimporters:\n\n  .:\n    dependencies:\n      left:\n        specifier: ^1.0.0\n        version: 1.0.0\n      native:\n        specifier: ^1.0.0\n        version: 1.0.0\n\npackages:\n\n  left@1.0.0:\n    resolution: {integrity: sha512-AAAA}\n\n  native@1.0.0:\n    resolution: {integrity: sha512-AAAA}\n\nsnapshots:\n\n  left@1.0.0: {}\n\n  native@1.0.0: {}\n",
    );
    let settings = machine.write(
        "app/pnpm-workspace.yaml",
        "# ours\nminimumReleaseAge: 10 # too little\nminimumReleaseAgeExclude:\n  - left@1.0.0 || 1.1.0\n  - native@1.0.0\n  - always\nlinkWorkspacePackages: true\n",
    );
    let answer = update(&machine, &registry, &["--sync-clients", "--apply"]);
    assert_eq!(answer.code(), 0, "{}", answer.stderr());
    let text = std::fs::read_to_string(&settings).expect("a file");
    let list = if text.contains("allowBuilds") {
        "allowBuilds:\n  native: true\n"
    } else {
        "onlyBuiltDependencies:\n  - native\n"
    };
    assert_eq!(
        text,
        format!(
            "# ours\nminimumReleaseAge: 4320 # too little\nminimumReleaseAgeExclude:\n  - 'left@1.1.0'\n  - always\nlinkWorkspacePackages: true\nstrictDepBuilds: true\n{list}trustPolicy: no-downgrade\n"
        )
    );
    assert!(answer.stderr().contains("`always`"), "{}", answer.stderr());
    let again = update(&machine, &registry, &["--sync-clients"]);
    assert_eq!(
        again.stdout(),
        "the clients' settings say what the policy says\n",
        "{}",
        again.stderr()
    );
}

#[test]
fn a_young_fix_is_let_in_with_the_young_release_it_needs_by_name_and_for_a_time() {
    if !npm() {
        return;
    }
    let machine = Machine::new();
    let young = "2026-06-19T12:00:00Z";
    let needs = |range: &str| json!({"dependencies": {"need": range}});
    let left = package(
        "left",
        &[("1.0.0", OLD, needs("^1.0.0")), ("1.0.1", young, needs("^1.1.0"))],
    );
    let need = package("need", &[("1.0.0", OLD, json!({})), ("1.1.0", young, json!({}))]);
    let registry = Registry::with([left.build(), need.build()]);
    let installed = [("left", "1.0.0", needs("^1.0.0")), ("need", "1.0.0", json!({}))];
    let folder = project(&machine, &[("left", "^1.0.0")], &installed);
    std::fs::write(folder.join(".npmrc"), "min-release-age=3\n").expect("a file");
    vulnerable(&machine, "GHSA-test-0004", "left", "1.0.1");
    let answer = update(&machine, &registry, &["--apply", "--format", "json"]);
    assert_eq!(answer.code(), 0, "{}{}", answer.stdout(), answer.stderr());
    let left = entry(&answer.json(), "left");
    assert_eq!(
        left["to"]["admissions"],
        json!([{"purl": "pkg:npm/need@1.1.0", "until": "2026-06-22T12:00:00Z"}]),
        "{left:#}"
    );
    let lock = std::fs::read_to_string(folder.join("package-lock.json")).expect("the lockfile");
    assert!(
        lock.contains("need-1.1.0.tgz") && lock.contains("left-1.0.1.tgz"),
        "{lock}"
    );
    let admitted = answer.json()["applied"][0]["admitted"].clone();
    assert_eq!(
        admitted,
        json!([
            {"purl": "pkg:npm/left@1.0.1", "until": "2026-06-22T12:00:00Z"},
            {"purl": "pkg:npm/need@1.1.0", "until": "2026-06-22T12:00:00Z"},
        ])
    );
    // What was let in stays let in for this project, and for no other; another young release does not come with it.
    let policy = machine.home().join("policy.toml").display().to_string();
    let audit = |folder: &std::path::Path| {
        let arguments = [
            "audit",
            "--registry",
            registry.url(),
            "--as-of",
            NOW,
            "--policy",
            &policy,
            "--format",
            "json",
        ];
        machine.run(folder, &arguments)
    };
    let here = audit(&folder);
    assert_eq!(here.code(), 0, "{}", here.stdout());
    let other = machine.write("other/package-lock.json", &lock);
    let elsewhere = audit(other.parent().expect("a folder"));
    assert_eq!(elsewhere.code(), 1, "{}", elsewhere.stdout());
}

#[test]
fn a_fix_that_injects_a_young_name_is_no_fix_for_the_fast_lane() {
    let machine = Machine::new();
    let young = "2026-06-19T12:00:00Z";
    let injected = json!({"dependencies": {"fresh": "^1.0.0"}});
    let left = package("left", &[("1.0.0", OLD, json!({})), ("1.0.1", young, injected)]);
    let registry = Registry::with([
        left.build(),
        package("fresh", &[("1.0.0", young, json!({}))]).build(),
    ]);
    project(&machine, &[("left", "^1.0.0")], &[("left", "1.0.0", json!({}))]);
    vulnerable(&machine, "GHSA-test-0005", "left", "1.0.1");
    let answer = update(&machine, &registry, &["--format", "json"]);
    let left = entry(&answer.json(), "left");
    assert_eq!((answer.code(), &left["to"]), (1, &Value::Null), "{left:#}");
    assert!(left["passed_over"].to_string().contains("fresh"), "{left:#}");
}

#[test]
fn with_two_lockfiles_nothing_is_carried_out() {
    let machine = Machine::new();
    let left = package("left", &[("1.0.0", OLD, json!({})), ("1.1.0", OLD, json!({}))]);
    let registry = Registry::with([left.build()]);
    let folder = project(&machine, &[("left", "^1.0.0")], &[("left", "1.0.0", json!({}))]);
    std::fs::create_dir(folder.join("other")).expect("a folder");
    std::fs::copy(
        folder.join("package-lock.json"),
        folder.join("other/package-lock.json"),
    )
    .expect("a file");
    let answer = update(&machine, &registry, &["--apply"]);
    assert_eq!(answer.code(), 2);
    assert!(answer.stderr().contains("--project"), "{}", answer.stderr());
}

#[test]
fn known_malware_is_rolled_back_to_the_last_good_version() {
    if !npm() {
        return;
    }
    let machine = Machine::new();
    let left = package(
        "left",
        &[
            ("1.0.0", OLD, json!({})),
            ("1.0.9", OLD, json!({})),
            ("1.1.0", OLD, json!({})),
        ],
    );
    let registry = Registry::with([left.build()]);
    let folder = project(&machine, &[("left", "^1.1.0")], &[("left", "1.1.0", json!({}))]);
    vulnerable(&machine, "MAL-2026-0001", "left", "1.2.0");
    let record = machine.home().join("osv/MAL-2026-0001.json");
    let named = std::fs::read_to_string(&record).expect("the record").replace(
        "\"ranges\":[{\"events\":[{\"introduced\":\"0\"},{\"fixed\":\"1.2.0\"}],\"type\":\"SEMVER\"}]",
        "\"versions\":[\"1.1.0\"]",
    );
    assert!(named.contains("versions"), "{named}");
    std::fs::write(&record, named).expect("a file");
    let osv = record.parent().expect("a folder").display().to_string();
    let policy = machine.home().join("policy.toml").display().to_string();
    machine.run(
        machine.home(),
        &["feed", "import", "test", &osv, "--policy", &policy],
    );
    let answer = update(&machine, &registry, &["--apply", "--format", "json"]);
    assert_eq!(answer.code(), 0, "{}{}", answer.stdout(), answer.stderr());
    let left = entry(&answer.json(), "left");
    assert_eq!(
        (&left["cause"], &left["to"]["version"]),
        (&json!("held"), &json!("1.0.9")),
        "{left:#}"
    );
    let manifest = std::fs::read_to_string(folder.join("package.json")).expect("the manifest");
    assert!(manifest.contains("\"left\": \"1.0.9\""), "{manifest}");
}

#[test]
fn a_workspace_keeps_its_own_manifest_in_step() {
    if !npm() {
        return;
    }
    let machine = Machine::new();
    let left = package(
        "left",
        &[
            ("1.0.0", OLD, json!({})),
            ("1.0.1", OLD, json!({})),
            ("2.0.0", OLD, json!({})),
        ],
    );
    let registry = Registry::with([left.build()]);
    machine.write(
        "app/package.json",
        "{\n  \"name\": \"app\",\n  \"workspaces\": [\"packages/*\"]\n}\n",
    );
    let inner = "{\n  \"name\": \"inner\",\n  \"version\": \"1.0.0\",\n  \"devDependencies\": {\"left\": \"~1.0.0\"}\n}\n";
    machine.write("app/packages/inner/package.json", inner);
    let lock = json!({"name": "app", "lockfileVersion": 3, "requires": true, "packages": {
        "": {"name": "app", "workspaces": ["packages/*"]},
        "packages/inner": {"name": "inner", "version": "1.0.0", "devDependencies": {"left": "~1.0.0"}},
        "node_modules/inner": {"resolved": "packages/inner", "link": true},
        "node_modules/left": {"version": "1.0.0", "dev": true},
    }});
    machine.write("app/package-lock.json", &lock.to_string());
    let answer = update(
        &machine,
        &registry,
        &["left", "--major", "--apply", "--format", "json"],
    );
    assert_eq!(answer.code(), 0, "{}{}", answer.stdout(), answer.stderr());
    let read = |path: &str| std::fs::read_to_string(machine.home().join("app").join(path)).expect("a file");
    assert_eq!(
        read("packages/inner/package.json"),
        inner.replace("~1.0.0", "~2.0.0")
    );
    let new: Value = serde_json::from_str(&read("package-lock.json")).expect("JSON");
    assert_eq!(
        new["packages"]["node_modules/left"]["version"], "2.0.0",
        "{new:#}"
    );
}

/// A project whose lockfile the client itself wrote is moved within one range and out of one pin.
fn moves_with(program: &str, install: &[&str], lockfile: &str) {
    let machine = Machine::new();
    let (left, pinned) = (
        package("left", &[("1.0.0", OLD, json!({}))]),
        package("pinned", &[("1.0.0", OLD, json!({}))]),
    );
    let registry = Registry::with([left.build(), pinned.build()]);
    let manifest = "{\n    \"name\": \"app\",\n    \"dependencies\": { \"left\": \"^1.0.0\", \"pinned\": \"1.0.0\" }\n}\n";
    let folder = machine
        .write("app/package.json", manifest)
        .parent()
        .expect("a folder")
        .to_owned();
    let output = std::process::Command::new(program)
        .args(install)
        .current_dir(&folder)
        .env("HOME", machine.home())
        .envs(
            ["npm_config_registry", "YARN_REGISTRY", "YARN_NPM_REGISTRY_SERVER"]
                .map(|name| (name, registry.url())),
        )
        .env("YARN_UNSAFE_HTTP_WHITELIST", "127.0.0.1")
        .env("YARN_ENABLE_TELEMETRY", "0")
        .output()
        .expect("the client starts");
    assert!(
        output.status.success(),
        "{}{}",
        String::from_utf8_lossy(&output.stdout),
        String::from_utf8_lossy(&output.stderr)
    );
    let _ = std::fs::remove_dir_all(folder.join("node_modules"));
    // Yarn lays the manifest out anew when it first sees it; from then on it is the owner's.
    let manifest = std::fs::read_to_string(folder.join("package.json")).expect("the manifest");
    let before = std::fs::read_dir(&folder).expect("the project").count();
    registry.publish(
        package(
            "left",
            &[
                ("1.0.0", OLD, json!({})),
                ("1.1.0", OLD, json!({})),
                ("1.2.0", "2026-06-19T12:00:00Z", json!({})),
            ],
        )
        .build(),
    );
    registry.publish(package("pinned", &[("1.0.0", OLD, json!({})), ("1.0.5", OLD, json!({}))]).build());
    let answer = update(&machine, &registry, &["--apply", "--format", "json"]);
    assert_eq!(answer.code(), 0, "{}{}", answer.stdout(), answer.stderr());
    let report = answer.json();
    assert_eq!(
        report["applied"][0]["added"],
        json!(["left@1.1.0", "pinned@1.0.5"]),
        "{report:#}"
    );
    let read = |name: &str| std::fs::read_to_string(folder.join(name)).expect("a file");
    assert_eq!(
        read("package.json"),
        manifest.replace("\"pinned\": \"1.0.0\"", "\"pinned\": \"1.0.5\"")
    );
    assert!(
        read(lockfile).contains("1.1.0") && !read(lockfile).contains("1.2.0"),
        "{}",
        read(lockfile)
    );
    assert_eq!(
        std::fs::read_dir(&folder).expect("the project").count(),
        before,
        "nothing else lies there"
    );
}

#[test]
fn pnpm_carries_out_a_plan() {
    if client("pnpm").is_some() {
        moves_with("pnpm", &["install", "--lockfile-only"], "pnpm-lock.yaml");
    }
}

#[test]
fn either_yarn_carries_out_a_plan() {
    match client("yarn") {
        Some(version) if version.starts_with("1.") => moves_with(
            "yarn",
            &["install", "--ignore-scripts", "--non-interactive"],
            "yarn.lock",
        ),
        Some(_) => moves_with("yarn", &["install", "--mode=update-lockfile"], "yarn.lock"),
        None => {}
    }
}

#[test]
fn bun_carries_out_a_plan() {
    if client("bun").is_some() {
        moves_with(
            "bun",
            &["install", "--lockfile-only", "--save-text-lockfile"],
            "bun.lock",
        );
    }
}

#[test]
fn killed_in_the_middle_it_leaves_the_project_as_it_was() {
    let machine = Machine::new();
    let registry =
        Registry::with([package("left", &[("1.0.0", OLD, json!({})), ("1.1.0", OLD, json!({}))]).build()]);
    let folder = project(&machine, &[("left", "1.0.0")], &[("left", "1.0.0", json!({}))]);
    let read = |name: &str| std::fs::read(folder.join(name)).expect("a file");
    let before = (read("package.json"), read("package-lock.json"));
    let fake = machine.write(
        "bin/npm",
        "#!/bin/sh\necho half > package-lock.json\nkill -9 $PPID\n",
    );
    executable(&fake);
    let path = format!("{}:/usr/bin:/bin", fake.parent().expect("a folder").display());
    let arguments = ["update", "--registry", registry.url(), "--as-of", NOW, "--apply"];
    let output = machine
        .command(&folder, &arguments)
        .env("PATH", path)
        .output()
        .expect("cleanbill starts");
    assert_eq!(output.status.code(), None, "it was killed");
    assert_eq!((read("package.json"), read("package-lock.json")), before);
}

#[test]
fn what_the_project_pins_and_another_pins_too_moves_in_both_places() {
    if !npm() {
        return;
    }
    let machine = Machine::new();
    let left = package("left", &[("1.0.0", OLD, json!({})), ("1.0.1", OLD, json!({}))]);
    let needs = json!({"dependencies": {"left": "1.0.0"}});
    let registry = Registry::with([
        left.build(),
        package("outer", &[("1.0.0", OLD, needs.clone())]).build(),
    ]);
    let installed = [("left", "1.0.0", json!({})), ("outer", "1.0.0", needs)];
    let folder = project(&machine, &[("left", "1.0.0"), ("outer", "^1.0.0")], &installed);
    vulnerable(&machine, "GHSA-test-0006", "left", "1.0.1");
    let answer = update(&machine, &registry, &["--apply", "--format", "json"]);
    assert_eq!(answer.code(), 0, "{}{}", answer.stdout(), answer.stderr());
    let read = |name: &str| std::fs::read_to_string(folder.join(name)).expect("a file");
    let manifest: Value = serde_json::from_str(&read("package.json")).expect("JSON");
    assert_eq!(
        (&manifest["dependencies"]["left"], &manifest["overrides"]["left"]),
        (&json!("1.0.1"), &json!("$left"))
    );
    assert!(
        !read("package-lock.json").contains("left-1.0.0.tgz"),
        "{}",
        read("package-lock.json")
    );
}
