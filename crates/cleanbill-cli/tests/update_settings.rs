//! `cleanbill update --sync-clients` shown with the clients themselves: what it writes is what they obey.
#![cfg(unix)]
#![expect(
    clippy::unwrap_used,
    reason = "helpers of tests fail as loudly as the tests themselves"
)]
mod common;

use std::{
    path::{Path, PathBuf},
    process::{Command, Output},
    time::{Duration, SystemTime},
};

use cleanbill_model::Timestamp;
use cleanbill_testkit::{PackageBuilder, Registry};
use common::{
    Machine,
    update::{OLD, package},
};
use serde_json::json;

/// Where a client lies below `target/clients`, its program, how it resolves anew, and how it installs.
const CLIENTS: [(&str, &str, &[&str], &[&str]); 4] = [
    (
        "npm",
        "npm",
        &["install", "--package-lock-only", "--no-audit", "--no-fund"],
        &["ci", "--no-audit", "--no-fund"],
    ),
    (
        "pnpm-10",
        "pnpm",
        &["install", "--lockfile-only", "--no-frozen-lockfile"],
        &["install", "--no-frozen-lockfile"],
    ),
    (
        "yarn-4",
        "yarn",
        &["install", "--mode=update-lockfile", "--no-immutable"],
        &["install", "--no-immutable"],
    ),
    (
        "bun-1",
        "bun",
        &["install", "--lockfile-only", "--save-text-lockfile"],
        &["install"],
    ),
];
/// The first npm that knows an age.
const NPM_WITH_AGES: (u64, u64) = (11, 10);

/// The PATH under which a client is found, where it is there and knows an age.
fn path_of(folder: &str, program: &str) -> Option<String> {
    let own = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("../../target/clients")
        .join(folder)
        .join("node_modules/.bin");
    let rest = std::env::var("PATH").unwrap_or_default();
    if own.join(program).exists() {
        return Some(format!("{}:{rest}", own.canonicalize().unwrap().display()));
    }
    let version = Command::new("npm").arg("--version").output().ok()?.stdout;
    let version = String::from_utf8_lossy(&version).trim().to_owned();
    let mut numbers = version.split('.').filter_map(|part| part.parse::<u64>().ok());
    let known = (numbers.next()?, numbers.next()?) >= NPM_WITH_AGES;
    if folder == "npm" && known {
        return Some(rest);
    }
    eprintln!("{folder} is not there, or knows no age; it is not tested here");
    None
}

fn call(machine: &Machine, registry: &Registry, path: &str, program: &str, arguments: &[&str]) -> Output {
    Command::new("sh")
        .args(["-c", &format!("{program} \"$@\""), program])
        .args(arguments)
        .current_dir(machine.home().join("app"))
        .env_clear()
        .env("PATH", path)
        .env("HOME", machine.home())
        .env("MARKS", machine.home().join("marks"))
        .envs(
            [
                "npm_config_registry",
                "pnpm_config_registry",
                "YARN_NPM_REGISTRY_SERVER",
                "BUN_CONFIG_REGISTRY",
            ]
            .map(|name| (name, registry.url())),
        )
        .env("YARN_UNSAFE_HTTP_WHITELIST", "127.0.0.1")
        .env("YARN_ENABLE_TELEMETRY", "0")
        .env("YARN_NODE_LINKER", "node-modules")
        .output()
        .unwrap()
}

fn sync(machine: &Machine, registry: &Registry, path: &str) -> String {
    let policy = machine
        .write("policy.toml", "[cooldown]\nrelease = \"3d\"\n")
        .display()
        .to_string();
    let output = machine
        .command(
            &machine.home().join("app"),
            &[
                "update",
                "--sync-clients",
                "--apply",
                "--registry",
                registry.url(),
                "--policy",
                &policy,
            ],
        )
        .env("PATH", path)
        .output()
        .unwrap();
    let told = format!(
        "{}{}",
        String::from_utf8_lossy(&output.stdout),
        String::from_utf8_lossy(&output.stderr)
    );
    assert!(output.status.success(), "{told}");
    told
}

fn app(machine: &Machine, dependencies: &serde_json::Value) -> PathBuf {
    let manifest = json!({"name": "app", "version": "1.0.0", "private": true, "dependencies": dependencies});
    machine.write(
        "app/package.json",
        &serde_json::to_string_pretty(&manifest).unwrap(),
    );
    machine.home().join("app")
}

fn lockfile(folder: &Path) -> String {
    ["package-lock.json", "pnpm-lock.yaml", "yarn.lock", "bun.lock"]
        .iter()
        .filter_map(|name| std::fs::read_to_string(folder.join(name)).ok())
        .collect()
}

/// An hour ago by the clients' own clock, which no test can set.
fn young() -> String {
    let moment = SystemTime::now() - Duration::from_secs(3600);
    let millis = moment.duration_since(SystemTime::UNIX_EPOCH).unwrap().as_millis();
    Timestamp::from_millis(i64::try_from(millis).unwrap()).to_string()
}

#[test]
fn every_client_waits_as_long_as_the_policy_says() {
    for (folder, program, resolve, _) in CLIENTS {
        let Some(path) = path_of(folder, program) else {
            continue;
        };
        let machine = Machine::new();
        let left = package(
            "left",
            &[("1.0.0", OLD, json!({})), ("1.1.0", &young(), json!({}))],
        );
        let registry = Registry::with([left.build()]);
        // The lockfile tells which client the project has.
        let app = app(&machine, &json!({"left": "1.0.0"}));
        let seeded = call(&machine, &registry, &path, program, resolve);
        assert!(
            seeded.status.success() && !lockfile(&app).is_empty(),
            "{folder}: {seeded:?}"
        );
        let told = sync(&machine, &registry, &path);
        assert!(told.to_lowercase().contains("age"), "{folder}: {told}");
        self::app(&machine, &json!({"left": "^1.0.0"}));
        for name in ["package-lock.json", "pnpm-lock.yaml", "bun.lock"] {
            let _ = std::fs::remove_file(app.join(name));
        }
        if folder == "yarn-4" {
            std::fs::write(app.join("yarn.lock"), "").unwrap();
        }
        let output = call(&machine, &registry, &path, program, resolve);
        let lock = lockfile(&app);
        assert!(
            lock.contains("1.0.0") && !lock.contains("1.1.0"),
            "{folder}: {told}{lock}{output:?}"
        );
    }
}

/// A package whose install leaves a mark.
fn marks(name: &str) -> PackageBuilder {
    let mark = "node -e \"require('fs').writeFileSync(require('path').join(process.env.MARKS, process.env.npm_package_name), '')\"";
    package(name, &[("1.0.0", OLD, json!({"scripts": {"postinstall": mark}}))])
}

#[test]
fn who_runs_scripts_today_may_and_a_newcomer_may_not() {
    for (folder, program, resolve, install) in CLIENTS {
        let Some(path) = path_of(folder, program) else {
            continue;
        };
        let machine = Machine::new();
        let registry = Registry::with([marks("native").build(), marks("newcomer").build()]);
        let marked = machine.home().join("marks");
        std::fs::create_dir_all(&marked).unwrap();
        app(&machine, &json!({"native": "1.0.0"}));
        let ignoring: Vec<&str> = match folder {
            "yarn-4" => resolve.to_vec(),
            _ => resolve.iter().copied().chain(["--ignore-scripts"]).collect(),
        };
        let seeded = call(&machine, &registry, &path, program, &ignoring);
        assert!(seeded.status.success(), "{folder}: {seeded:?}");
        let told = sync(&machine, &registry, &path);
        assert!(told.contains("native"), "{folder}: {told}");
        // Settings in the manifest stay; only the newcomer is asked for beside.
        let manifest = machine.home().join("app/package.json");
        let text = std::fs::read_to_string(&manifest).unwrap();
        let with = text.replace(
            "\"native\": \"1.0.0\"",
            "\"native\": \"1.0.0\",\n    \"newcomer\": \"1.0.0\"",
        );
        assert_ne!(text, with, "{folder}");
        std::fs::write(&manifest, with).unwrap();
        call(&machine, &registry, &path, program, &ignoring);
        let output = call(&machine, &registry, &path, program, install);
        assert!(!marked.join("newcomer").exists(), "{folder}: {told}{output:?}");
        // pnpm and npm refuse the whole install until an owner has looked; the others install and run what may.
        if ["yarn-4", "bun-1"].contains(&folder) {
            assert!(marked.join("native").exists(), "{folder}: {told}{output:?}");
        } else {
            assert!(
                !output.status.success() || marked.join("native").exists(),
                "{folder}: {told}{output:?}"
            );
        }
    }
}
