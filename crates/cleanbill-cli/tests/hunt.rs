//! `cleanbill hunt` and `cleanbill campaign` as a user runs them.
#![allow(
    clippy::expect_used,
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "a test that cannot go on says so"
)]
mod common;

use common::Machine;

const BAD: &str = r#"{"name":"app","lockfileVersion":3,"packages":{"":{"name":"app"},
"node_modules/axios":{"version":"1.14.1"}}}"#;

#[test]
fn a_bad_pin_is_exposed_with_its_line_its_steps_and_exit_code_1() {
    let machine = Machine::new();
    machine.write("app/package-lock.json", BAD);
    let answer = machine.run(
        &machine.home().join("app"),
        &["hunt", "--campaign", "axios-2026-03", "--format", "json"],
    );
    assert_eq!(answer.code(), 1, "{}", answer.stderr());
    let json = answer.json();
    assert_eq!(
        (json["schema"].as_str(), json["verdict"].as_str()),
        (Some("cleanbill.hunt/v1"), Some("exposed"))
    );
    let campaign = &json["campaigns"][0];
    assert_eq!(campaign["evidence"][0]["purl"], "pkg:npm/axios@1.14.1");
    assert_eq!(
        (
            campaign["evidence"][0]["file"].as_str(),
            campaign["evidence"][0]["line"].as_u64()
        ),
        (Some("package-lock.json"), Some(2))
    );
    assert_eq!(campaign["steps"][0]["kind"], "isolate");
    assert!(
        campaign["last_good"]["axios"]
            .as_str()
            .unwrap()
            .contains("1.14.0")
    );
    assert!(
        campaign["attribution"]
            .as_array()
            .unwrap()
            .iter()
            .all(|claim| claim.as_str().unwrap().starts_with("attributed by "))
    );
}

#[test]
fn a_clean_lockfile_is_not_exposed_and_nothing_to_look_at_is_not_known() {
    let machine = Machine::new();
    machine.write("app/package-lock.json", &BAD.replace("1.14.1", "1.14.0"));
    let app = machine.home().join("app");
    let answer = machine.run(&app, &["hunt", "--campaign", "axios-2026-03"]);
    assert_eq!(answer.code(), 0, "{}", answer.stdout());
    assert!(
        answer
            .stdout()
            .contains("0 exposed, 0 possibly exposed, 1 not exposed, 0 not known"),
        "{}",
        answer.stdout()
    );
    std::fs::create_dir(machine.home().join("empty")).unwrap();
    let answer = machine.run(
        &machine.home().join("empty"),
        &["hunt", "--campaign", "axios-2026-03"],
    );
    assert_eq!(answer.code(), 3);
    assert!(
        answer.stdout().contains("nothing to look at"),
        "{}",
        answer.stdout()
    );
}

#[test]
fn a_clean_pin_that_asks_for_a_poisoned_range_is_told_when_asked_for() {
    let machine = Machine::new();
    let lockfile = r#"{"lockfileVersion":3,"packages":{"":{"dependencies":{"mastra":"1.13.0"}},
        "node_modules/mastra":{"version":"1.13.0","dependencies":{"@mastra/deployer":"^1.42.0"}},
        "node_modules/@mastra/deployer":{"version":"1.42.0"}}}"#;
    machine.write("app/package-lock.json", lockfile);
    let app = machine.home().join("app");
    assert_eq!(
        machine
            .run(&app, &["hunt", "--campaign", "mastra-2026-06"])
            .code(),
        0
    );
    let asked = [
        "hunt",
        "--campaign",
        "mastra-2026-06",
        "--would-resolve",
        "--window",
        "2026-06-17..2026-06-18",
        "--format",
        "json",
    ];
    let answer = machine.run(&app, &asked);
    assert_eq!(answer.code(), 3, "{}", answer.stderr());
    let note = answer.json()["campaigns"][0]["evidence"][0]["note"]
        .as_str()
        .unwrap()
        .to_owned();
    assert!(
        note.contains("`mastra` 1.13.0 asks for `@mastra/deployer` ^1.42.0, which 1.42.1 answers"),
        "{note}"
    );
}

#[test]
fn hostile_names_reach_no_view_unescaped() {
    let machine = Machine::new();
    machine.write("app/<img src=x>\u{1b}[31m/package-lock.json", BAD);
    let app = machine.home().join("app");
    for format in ["human", "markdown", "html", "sarif", "json"] {
        let answer = machine.run(&app, &["hunt", "--campaign", "axios-2026-03", "--format", format]);
        assert_eq!(answer.code(), 1, "{}", answer.stderr());
        let text = answer.stdout();
        assert!(!text.contains('\u{1b}'), "{format}: {text}");
        assert!(format != "html" || !text.contains("<img"), "{text}");
    }
}

#[test]
fn unknown_campaigns_and_missing_paths_are_usage() {
    let machine = Machine::new();
    for arguments in [
        ["hunt", "--campaign", "nobody"].as_slice(),
        &["hunt", "missing"],
        &["campaign", "show", "nobody"],
    ] {
        let answer = machine.run(machine.home(), arguments);
        assert_eq!(answer.code(), 2, "{arguments:?}");
        assert!(answer.stderr().contains("hint:"), "{}", answer.stderr());
    }
}

#[test]
fn campaigns_leave_in_every_format_and_come_back_from_osv() {
    let machine = Machine::new();
    let run = |arguments: &[&str]| {
        let answer = machine.run(machine.home(), arguments);
        assert_eq!(answer.code(), 0, "{arguments:?}: {}", answer.stderr());
        answer
    };
    let stix = run(&["campaign", "export", "--to", "stix", "axios-2026-03"]).json();
    let objects = stix["objects"].as_array().unwrap();
    let ids: std::collections::HashSet<&str> = objects
        .iter()
        .map(|object| object["id"].as_str().unwrap())
        .collect();
    assert_eq!(ids.len(), objects.len(), "ids are unique");
    for object in objects.iter().filter(|object| object["type"] == "relationship") {
        assert!(
            ids.contains(object["source_ref"].as_str().unwrap())
                && ids.contains(object["target_ref"].as_str().unwrap())
        );
    }
    assert!(
        objects.iter().all(|object| object["type"] != "threat-actor"),
        "an actor is only ever quoted"
    );
    assert!(objects.iter().any(|object| object["pattern"]
        == "[software:name = 'axios' AND software:version IN ('1.14.1', '0.30.4')]"));
    let misp = run(&["campaign", "export", "--to", "misp", "axios-2026-03"]).json();
    assert!(misp[0]["Event"]["Attribute"].as_array().unwrap().len() > 20);
    let csv = run(&["campaign", "export", "--to", "csv", "axios-2026-03"]).stdout();
    assert!(
        csv.contains("axios-2026-03,release,pkg:npm/axios@1.14.1,"),
        "{csv}"
    );
    let osv = run(&["campaign", "export", "--to", "osv", "axios-2026-03"]).stdout();
    machine.write("osv.json", &osv);
    let back = run(&["campaign", "import", "osv.json", "--id", "back-2026"]);
    let back = back.json();
    assert!(
        back["packages"]
            .as_array()
            .unwrap()
            .iter()
            .any(|package| package["name"] == "axios" && package["versions"][0] == "0.30.4")
    );
    machine.write(
        "list.txt",
        "# seen today\nleft@1.0.1\n@scope/right@2.0.0\nwhole\n",
    );
    let list = run(&["campaign", "import", "list.txt", "--id", "list-2026"]);
    machine.write("list-2026.json", &list.stdout());
    assert_eq!(list.json()["packages"].as_array().unwrap().len(), 3);
    machine.write(
        "app/package-lock.json",
        r#"{"lockfileVersion":3,"packages":{"node_modules/whole":{"version":"9.0.0"}}}"#,
    );
    let answer = machine.run(
        machine.home(),
        &[
            "hunt",
            "app",
            "--pack",
            "list-2026.json",
            "--campaign",
            "list-2026",
        ],
    );
    assert_eq!(answer.code(), 1, "{}{}", answer.stdout(), answer.stderr());
}

#[test]
fn the_linter_fails_a_file_that_would_do_harm() {
    let machine = Machine::new();
    let bad = r#"{"schema":"cleanbill-campaign/1","id":"x","name":"x","class":"hijack","confidence":"high","vector":"x",
        "execution":{"when":[],"detail":""},"sources":["https://reports.example/1"],"packages":[{"name":"left","versions":["soon"]}]}"#;
    machine.write("x.json", bad);
    let answer = machine.run(machine.home(), &["campaign", "lint", "x.json"]);
    assert_eq!(answer.code(), 1);
    assert!(
        answer
            .stdout()
            .contains("/packages/0/versions/0: error: `soon` is no version"),
        "{}",
        answer.stdout()
    );
}

/// Runs git in a folder at a fixed time, with nobody's settings.
fn git(machine: &Machine, at: &str, arguments: &[&str]) {
    let mut command = std::process::Command::new("git");
    command
        .args(arguments)
        .current_dir(machine.home().join("app"))
        .env_clear()
        .env("PATH", std::env::var_os("PATH").unwrap_or_default())
        .env("HOME", machine.home())
        .env("GIT_CONFIG_NOSYSTEM", "1");
    for who in ["AUTHOR", "COMMITTER"] {
        command
            .env(format!("GIT_{who}_NAME"), "somebody")
            .env(format!("GIT_{who}_EMAIL"), "somebody@people.example")
            .env(format!("GIT_{who}_DATE"), at);
    }
    assert!(command.status().unwrap().success(), "git {arguments:?}");
}

#[test]
fn a_bad_mastra_pin_of_two_commits_on_a_side_branch_is_found_with_its_window() {
    let machine = Machine::new();
    let commit = |at: &str, version: &str, note: &str| {
        let lockfile = format!(
            r#"{{"lockfileVersion":3,"packages":{{"node_modules/@mastra/core":{{"version":"{version}"}},"node_modules/note":{{"version":"1.0.0","license":"{note}"}}}}}}"#
        );
        machine.write("app/package-lock.json", &lockfile);
        git(&machine, at, &["add", "-A"]);
        git(&machine, at, &["commit", "-q", "-m", &format!("core {version}")]);
    };
    machine.write("app/README.md", "an app");
    git(&machine, "2026-06-16T08:00:00Z", &["init", "-q", "-b", "main"]);
    commit("2026-06-16T09:00:00Z", "1.42.0", "one");
    git(
        &machine,
        "2026-06-17T01:00:00Z",
        &["switch", "-q", "-c", "upgrade"],
    );
    commit("2026-06-17T02:00:00Z", "1.42.1", "two");
    commit("2026-06-17T03:00:00Z", "1.42.1", "three");
    commit("2026-06-17T09:00:00Z", "1.42.2", "four");
    git(&machine, "2026-06-17T10:00:00Z", &["switch", "-q", "main"]);
    let asked = ["hunt", "--campaign", "mastra-2026-06", "--format", "json"];
    let answer = machine.run(&machine.home().join("app"), &asked);
    assert_eq!(answer.code(), 1, "{}{}", answer.stdout(), answer.stderr());
    let json = answer.json();
    let evidence = json["campaigns"][0]["evidence"].as_array().unwrap();
    assert_eq!(evidence.len(), 1, "{evidence:?}");
    let window = &evidence[0]["window"];
    assert_eq!(evidence[0]["purl"], "pkg:npm/%40mastra/core@1.42.1");
    assert_eq!(window["commits"], 2);
    assert_eq!(
        (window["from"].as_str(), window["until"].as_str()),
        (Some("2026-06-17T02:00:00Z"), Some("2026-06-17T09:00:00Z"))
    );
    assert_eq!(window["branches"], serde_json::json!(["upgrade"]));
    assert_eq!(window["introduced"][0]["summary"], "core 1.42.1");
}

#[test]
fn a_machine_is_looked_through_where_package_managers_keep_things_and_logs_in_whole_folders() {
    let machine = Machine::new();
    machine.write("list.txt", "left@1.0.1\n");
    let list = machine.run(
        machine.home(),
        &["campaign", "import", "list.txt", "--id", "list-2026"],
    );
    machine.write("list-2026.json", &list.stdout());
    machine.write("app/package.json", r#"{"name":"app"}"#);
    let manifest = r#"{"name":"left","version":"1.0.1"}"#;
    let places = [
        ".npm/_npx/0123456789abcdef/node_modules/left/package.json",
        ".nvm/versions/node/v24.1.0/lib/node_modules/left/package.json",
        ".cache/yarn/v6/npm-left-1.0.1-0123-integrity/node_modules/left/package.json",
        ".local/share/pnpm/global/5/node_modules/left/package.json",
        ".bun/install/global/node_modules/left/package.json",
    ];
    for place in places {
        machine.write(place, manifest);
    }
    let hunt = |arguments: &[&str]| {
        let mut all = vec![
            "hunt",
            "app",
            "--pack",
            "list-2026.json",
            "--campaign",
            "list-2026",
            "--format",
            "json",
        ];
        all.extend(arguments);
        machine.run(machine.home(), &all)
    };
    assert_eq!(
        hunt(&[]).code(),
        3,
        "one manifest without a lockfile tells nothing of the machine"
    );
    let answer = hunt(&["--machine"]);
    assert_eq!(answer.code(), 1, "{}", answer.stdout());
    let told = answer.stdout();
    for place in places {
        assert!(told.contains(place), "{place}: {told}");
    }
    machine.write(
        "ci/3_install.txt",
        "npm http fetch GET 200 https://registry.example/left/-/left-1.0.1.tgz 31ms\n",
    );
    let answer = hunt(&["--logs", "ci"]);
    assert_eq!(answer.code(), 1, "{}", answer.stdout());
    assert!(answer.stdout().contains("3_install.txt"));
    assert_eq!(hunt(&["--logs", "nowhere"]).code(), 2);
}
