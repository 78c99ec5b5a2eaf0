//! `cleanbill update` on registries of the testkit, on loopback.
mod common;

use cleanbill_testkit::{PackageBuilder, Registry};
use common::{Answer, Machine};
use serde_json::{Value, json};

/// The reading of every test.
const NOW: &str = "2026-06-20T00:00:00Z";
const OLD: &str = "2025-01-01T00:00:00Z";

/// A package whose releases are old unless told otherwise; each carries `fields` of its manifest.
fn package(name: &str, releases: &[(&str, &str, Value)]) -> PackageBuilder {
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
fn project(
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

/// A feed of vulnerabilities, as a file that is imported.
fn vulnerable(machine: &Machine, id: &str, name: &str, fixed: &str) {
    let record = json!({
        "schema_version": "1.6.0", "id": id, "modified": "2026-06-01T00:00:00Z", "published": "2026-06-01T00:00:00Z",
        "summary": "reads beyond its input",
        "affected": [{"package": {"ecosystem": "npm", "name": name},
            "ranges": [{"type": "SEMVER", "events": [{"introduced": "0"}, {"fixed": fixed}]}]}],
    });
    let folder = machine.write(&format!("osv/{id}.json"), &record.to_string());
    let settings = format!(
        "[[feeds]]\nname = \"test\"\nkind = \"osv\"\nsource = \"{}\"\n",
        folder.parent().expect("a folder").display()
    );
    machine.write("policy.toml", &settings);
}

fn update(machine: &Machine, registry: &Registry, more: &[&str]) -> Answer {
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

fn entry(report: &Value, name: &str) -> Value {
    let all = report["updates"].as_array().expect("updates");
    all.iter()
        .find(|update| update["name"] == name)
        .unwrap_or_else(|| panic!("no {name} in {report:#}"))
        .clone()
}

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
