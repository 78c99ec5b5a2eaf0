//! Projects, registries and feeds for the tests of `cleanbill update`.
#![allow(dead_code, reason = "each test file uses its part of the harness")]
#![allow(
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "helpers of tests fail as loudly as the tests themselves"
)]
use cleanbill_testkit::{PackageBuilder, Registry};
use serde_json::{Value, json};

use super::{Answer, Machine};

/// The reading of every test.
pub const NOW: &str = "2026-06-20T00:00:00Z";
/// A moment long past.
pub const OLD: &str = "2025-01-01T00:00:00Z";

/// A package whose releases are old unless told otherwise; each carries `fields` of its manifest.
pub fn package(name: &str, releases: &[(&str, &str, Value)]) -> PackageBuilder {
    let mut builder = PackageBuilder::new(name);
    for (version, moment, fields) in releases {
        let mut manifest = json!({"name": name, "version": version});
        for (key, value) in fields.as_object().expect("fields") {
            manifest[key] = value.clone();
        }
        builder = builder
            .release(version, &[("package.json", &manifest.to_string())])
            .published(version, moment);
    }
    let last = releases.last().expect("a release").0;
    builder.tag("latest", last)
}

/// A project with a lockfile of npm's: direct requests, and everything installed with its own requests.
pub fn project(
    machine: &Machine,
    direct: &[(&str, &str)],
    installed: &[(&str, &str, Value)],
) -> std::path::PathBuf {
    let asks: serde_json::Map<String, Value> = direct
        .iter()
        .map(|(name, range)| ((*name).to_owned(), json!(range)))
        .collect();
    let mut packages = serde_json::Map::new();
    packages.insert(
        String::new(),
        json!({"name": "app", "version": "1.0.0", "dependencies": asks}),
    );
    for (name, version, fields) in installed {
        let mut entry = json!({
            "version": version,
            "resolved": format!("https://registry.example/{name}/-/{name}-{version}.tgz"),
        });
        for (key, value) in fields.as_object().expect("fields") {
            entry[key] = value.clone();
        }
        if entry["resolved"].is_null() {
            entry.as_object_mut().expect("an entry").remove("resolved");
        }
        packages.insert(format!("node_modules/{name}"), entry);
    }
    let lock = json!({"name": "app", "version": "1.0.0", "lockfileVersion": 3, "requires": true, "packages": packages});
    machine.write(
        "app/package-lock.json",
        &(serde_json::to_string_pretty(&lock).expect("JSON") + "\n"),
    );
    let manifest = json!({"name": "app", "version": "1.0.0", "dependencies": asks});
    machine.write(
        "app/package.json",
        &(serde_json::to_string_pretty(&manifest).expect("JSON") + "\n"),
    );
    machine.home().join("app")
}

/// A feed of one vulnerability below `fixed`, brought in as a user would.
pub fn vulnerable(machine: &Machine, id: &str, name: &str, fixed: &str) {
    let record = json!({
        "schema_version": "1.6.0", "id": id, "modified": "2026-06-01T00:00:00Z", "published": "2026-06-01T00:00:00Z",
        "summary": "reads beyond its input",
        "affected": [{"package": {"ecosystem": "npm", "name": name},
            "ranges": [{"type": "SEMVER", "events": [{"introduced": "0"}, {"fixed": fixed}]}]}],
    });
    let file = machine.write(&format!("osv/{id}.json"), &record.to_string());
    let folder = file.parent().expect("a folder").display().to_string();
    let settings = format!("[[feed]]\nname = \"test\"\nsource = \"{folder}\"\nmax-age = \"3650d\"\n");
    let policy = machine.write("policy.toml", &settings).display().to_string();
    let answer = machine.run(
        machine.home(),
        &["feed", "import", "test", &folder, "--policy", &policy],
    );
    assert_eq!(answer.code(), 0, "{}", answer.stderr());
}

/// Runs `update` in the project.
pub fn update(machine: &Machine, registry: &Registry, more: &[&str]) -> Answer {
    let folder = machine.home().join("app");
    let mut arguments = vec!["update", "--registry", registry.url(), "--as-of", NOW];
    let policy = machine.home().join("policy.toml");
    let policy = policy.display().to_string();
    if machine.home().join("policy.toml").is_file() {
        arguments.extend(["--policy", &policy]);
    }
    arguments.extend(more);
    machine.run(&folder, &arguments)
}

/// The entry of a name in a report.
pub fn entry(report: &Value, name: &str) -> Value {
    let all = report["updates"].as_array().expect("updates");
    all.iter()
        .find(|update| update["name"] == name)
        .unwrap_or_else(|| panic!("no {name} in {report:#}"))
        .clone()
}

/// True when the real npm can be run; where it cannot, the test says so and proves nothing.
pub fn npm() -> bool {
    let found = std::process::Command::new("npm")
        .arg("--version")
        .output()
        .is_ok_and(|output| output.status.success());
    if !found {
        eprintln!("npm is not on the PATH; carrying out a plan is not tested here");
    }
    found
}

/// Makes a file a program.
pub fn executable(path: &std::path::Path) {
    use std::os::unix::fs::PermissionsExt as _;
    std::fs::set_permissions(path, std::fs::Permissions::from_mode(0o755)).expect("permissions");
}

/// The version of a client on the PATH; where there is none, the test says so and proves nothing.
pub fn client(program: &str) -> Option<String> {
    let output = std::process::Command::new(program)
        .arg("--version")
        .output()
        .ok()
        .filter(|output| output.status.success());
    let version = output.map(|output| String::from_utf8_lossy(&output.stdout).trim().to_owned());
    if version.is_none() {
        eprintln!("{program} is not on the PATH; carrying out a plan with it is not tested here");
    }
    version
}
