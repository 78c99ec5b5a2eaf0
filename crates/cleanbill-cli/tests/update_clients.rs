//! `cleanbill update` with the real clients: those below `target/clients`, which `.ci/clients` installs, and those on
//! the PATH. Where one is missing, the test says so and proves nothing of it.
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
    Answer, Machine,
    update::{NOW, OLD, entry, package, vulnerable},
};
use serde_json::{Value, json};

/// A client, where it lies, and how its first lockfile is written.
struct Client {
    folder: &'static str,
    program: &'static str,
    install: &'static [&'static str],
    lockfile: &'static str,
}

const CLIENTS: [Client; 6] = [
    Client {
        folder: "npm",
        program: "npm",
        install: &[
            "install",
            "--package-lock-only",
            "--ignore-scripts",
            "--no-audit",
            "--no-fund",
        ],
        lockfile: "package-lock.json",
    },
    Client {
        folder: "pnpm-9",
        program: "pnpm",
        install: &["install", "--lockfile-only", "--ignore-scripts"],
        lockfile: "pnpm-lock.yaml",
    },
    Client {
        folder: "pnpm-10",
        program: "pnpm",
        install: &["install", "--lockfile-only", "--ignore-scripts"],
        lockfile: "pnpm-lock.yaml",
    },
    Client {
        folder: "yarn-1",
        program: "yarn",
        install: &["install", "--ignore-scripts", "--non-interactive"],
        lockfile: "yarn.lock",
    },
    Client {
        folder: "yarn-4",
        program: "yarn",
        install: &["install", "--mode=update-lockfile"],
        lockfile: "yarn.lock",
    },
    Client {
        folder: "bun-1",
        program: "bun",
        install: &["install", "--lockfile-only", "--save-text-lockfile"],
        lockfile: "bun.lock",
    },
];

impl Client {
    /// The PATH under which the client is found first.
    fn path(&self) -> Option<String> {
        let own = Path::new(env!("CARGO_MANIFEST_DIR"))
            .join("../../target/clients")
            .join(self.folder)
            .join("node_modules/.bin");
        let rest = std::env::var("PATH").unwrap_or_default();
        let there = own.join(self.program).exists();
        let path = if there {
            format!("{}:{rest}", own.canonicalize().expect("a folder").display())
        } else if self.folder == "npm" {
            rest
        } else {
            eprintln!(
                "{} is not below target/clients; it is not tested here",
                self.folder
            );
            return None;
        };
        let answers = Command::new("sh")
            .args(["-c", &format!("{} --version", self.program)])
            .env("PATH", &path)
            .output()
            .is_ok_and(|output| output.status.success());
        answers.then_some(path)
    }

    /// Writes the first lockfile, as the project's owner would.
    fn install(&self, machine: &Machine, registry: &Registry, folder: &Path, path: &str) {
        let mut command = Command::new("sh");
        command
            .args(["-c", &format!("{} \"$@\"", self.program), self.program])
            .args(self.install)
            .current_dir(folder)
            .env("PATH", path)
            .env("HOME", machine.home())
            .envs(
                [
                    "npm_config_registry",
                    "pnpm_config_registry",
                    "YARN_REGISTRY",
                    "YARN_NPM_REGISTRY_SERVER",
                    "BUN_CONFIG_REGISTRY",
                ]
                .map(|name| (name, registry.url())),
            )
            .env("YARN_UNSAFE_HTTP_WHITELIST", "127.0.0.1")
            .env("YARN_ENABLE_TELEMETRY", "0")
            // The testkit's releases are dated in the tests' own year.
            .env("pnpm_config_minimum_release_age", "0")
            .env("YARN_NPM_MINIMAL_AGE_GATE", "0");
        let output = command.output().expect("the client starts");
        assert!(
            output.status.success(),
            "{}: {}{}",
            self.folder,
            String::from_utf8_lossy(&output.stdout),
            String::from_utf8_lossy(&output.stderr)
        );
        let _ = std::fs::remove_dir_all(folder.join("node_modules"));
    }

    fn update(
        &self,
        machine: &Machine,
        registry: &Registry,
        folder: &Path,
        path: &str,
        more: &[&str],
    ) -> Answer {
        let policy = machine.home().join("policy.toml");
        let policy = policy.display().to_string();
        let mut arguments = vec!["update", "--registry", registry.url(), "--as-of", NOW];
        if machine.home().join("policy.toml").is_file() {
            arguments.extend(["--policy", &policy]);
        }
        arguments.extend(more);
        let output = machine
            .command(folder, &arguments)
            .env("PATH", path)
            .output()
            .expect("cleanbill starts");
        Answer(output)
    }
}

/// Runs `test` with every client that is there.
fn each(test: impl Fn(&Client, &Machine, &str)) {
    for client in &CLIENTS {
        if let Some(path) = client.path() {
            test(client, &Machine::new(), &path);
        }
    }
}

fn write(machine: &Machine, files: &[(&str, &str)]) -> PathBuf {
    for (path, text) in files {
        machine.write(&format!("app/{path}"), text);
    }
    machine.home().join("app")
}

fn bytes(folder: &Path) -> Vec<(PathBuf, Vec<u8>)> {
    let mut files: Vec<_> = std::fs::read_dir(folder)
        .expect("the project")
        .map(|entry| entry.expect("an entry").path())
        .filter(|path| path.is_file())
        .map(|path| (path.clone(), std::fs::read(path).expect("a file")))
        .collect();
    files.sort();
    files
}

#[test]
fn a_fix_that_nobodys_request_takes_is_overridden_by_every_client_and_told_when_it_may_go() {
    each(|client, machine, path| {
        let needs = |range: &str| json!({"dependencies": {"deep": range}});
        let registry = Registry::with([
            package("outer", &[("1.0.0", OLD, needs("1.0.0"))]).build(),
            package("deep", &[("1.0.0", OLD, json!({})), ("1.0.1", OLD, json!({}))]).build(),
        ]);
        let manifest = "{\n  \"name\": \"app\",\n  \"version\": \"1.0.0\",\n  \"dependencies\": {\n    \"outer\": \"^1.0.0\"\n  }\n}\n";
        let folder = write(machine, &[("package.json", manifest)]);
        client.install(machine, &registry, &folder, path);
        vulnerable(machine, "GHSA-test-0010", "deep", "1.0.1");
        let answer = client.update(
            machine,
            &registry,
            &folder,
            path,
            &["--apply", "--format", "json"],
        );
        assert_eq!(
            answer.code(),
            0,
            "{}: {}{}",
            client.folder,
            answer.stdout(),
            answer.stderr()
        );
        let deep = entry(&answer.json(), "deep");
        assert_eq!(
            (&deep["to"]["how"]["kind"], &deep["to"]["how"]["until"]),
            (&json!("override"), &json!(["outer@1.0.0"])),
            "{}: {deep:#}",
            client.folder
        );
        let lock = std::fs::read_to_string(folder.join(client.lockfile)).expect("the lockfile");
        assert!(lock.contains("1.0.1"), "{}: {lock}", client.folder);
        let clean = machine
            .command(
                &folder,
                &["audit", "--registry", registry.url(), "--as-of", NOW, "--policy"],
            )
            .arg(machine.home().join("policy.toml"))
            .output()
            .expect("cleanbill starts");
        assert_eq!(
            clean.status.code(),
            Some(0),
            "{}: {}",
            client.folder,
            String::from_utf8_lossy(&clean.stdout)
        );
        // Once the parent asks for the fix itself, the override may go, and the plan says so.
        registry.publish(
            package(
                "outer",
                &[("1.0.0", OLD, needs("1.0.0")), ("1.1.0", OLD, needs("^1.0.1"))],
            )
            .build(),
        );
        // A day later, as it were: documents are asked for again.
        let _ = std::fs::remove_dir_all(machine.home().join(".cache/cleanbill"));
        let moved = client.update(
            machine,
            &registry,
            &folder,
            path,
            &["--apply", "--format", "json"],
        );
        assert_eq!(
            moved.code(),
            0,
            "{}: {}{}",
            client.folder,
            moved.stdout(),
            moved.stderr()
        );
        let told = client.update(machine, &registry, &folder, path, &[]).stdout();
        assert!(
            told.contains("needed no more") && told.contains("deep: 1.0.1"),
            "{}: {told}",
            client.folder
        );
    });
}

#[test]
fn a_transitive_that_its_parents_range_takes_moves_in_the_lockfile_alone() {
    each(|client, machine, path| {
        let needs = json!({"dependencies": {"deep": "^1.0.0"}});
        let deep = |versions: &[&str]| {
            let releases: Vec<(&str, &str, Value)> = versions.iter().map(|v| (*v, OLD, json!({}))).collect();
            package("deep", &releases).build()
        };
        let registry = Registry::with([
            package("outer", &[("1.0.0", OLD, needs)]).build(),
            deep(&["1.0.0"]),
        ]);
        let manifest = "{\n  \"name\": \"app\",\n  \"version\": \"1.0.0\",\n  \"dependencies\": {\n    \"outer\": \"^1.0.0\"\n  }\n}\n";
        let folder = write(machine, &[("package.json", manifest)]);
        client.install(machine, &registry, &folder, path);
        let before = std::fs::read_to_string(folder.join("package.json")).expect("the manifest");
        registry.publish(deep(&["1.0.0", "1.0.1", "1.1.0"]));
        vulnerable(machine, "GHSA-test-0011", "deep", "1.0.1");
        let answer = client.update(
            machine,
            &registry,
            &folder,
            path,
            &["--apply", "--format", "json"],
        );
        assert_eq!(
            answer.code(),
            0,
            "{}: {}{}",
            client.folder,
            answer.stdout(),
            answer.stderr()
        );
        let report = answer.json();
        assert_eq!(
            (
                &entry(&report, "deep")["to"]["how"]["kind"],
                &report["applied"][0]["added"]
            ),
            (&json!("lockfile"), &json!(["deep@1.0.1"])),
            "{}: {report:#}",
            client.folder
        );
        assert_eq!(
            std::fs::read_to_string(folder.join("package.json")).expect("the manifest"),
            before,
            "{}",
            client.folder
        );
    });
}

#[test]
fn a_range_in_a_catalog_is_rewritten_in_the_catalog() {
    let manifest = "{\n  \"name\": \"app\",\n  \"private\": true,\n  \"workspaces\": {\n    \"packages\": [\"packages/*\"],\n    \"catalog\": {\n      \"left\": \"^1.0.0\"\n    }\n  }\n}\n";
    let member = "{\n  \"name\": \"member\",\n  \"version\": \"1.0.0\",\n  \"dependencies\": {\n    \"left\": \"catalog:\"\n  }\n}\n";
    let plain = "{\n  \"name\": \"app\",\n  \"private\": true,\n  \"workspaces\": [\"packages/*\"]\n}\n";
    let workspace = "packages:\n  - packages/*\n\n# shared\ncatalog:\n  left: ^1.0.0 # by the team\n";
    let yarnrc = "catalog:\n  left: ^1.0.0 # by the team\n";
    for client in CLIENTS
        .iter()
        .filter(|client| matches!(client.folder, "pnpm-10" | "bun-1" | "yarn-4"))
    {
        let Some(path) = client.path() else { continue };
        let machine = Machine::new();
        let (file, text, root) = match client.program {
            "pnpm" => ("pnpm-workspace.yaml", workspace, plain),
            "yarn" => (".yarnrc.yml", yarnrc, plain),
            _ => ("package.json", manifest, manifest),
        };
        let folder = write(
            &machine,
            &[
                ("package.json", root),
                (file, text),
                ("packages/member/package.json", member),
            ],
        );
        let left = |versions: &[&str]| {
            let releases: Vec<(&str, &str, Value)> = versions.iter().map(|v| (*v, OLD, json!({}))).collect();
            package("left", &releases).build()
        };
        let registry = Registry::with([left(&["1.0.0"])]);
        client.install(&machine, &registry, &folder, &path);
        registry.publish(left(&["1.0.0", "2.0.0"]));
        let before = std::fs::read_to_string(folder.join(file)).expect("the catalog's file");
        let answer = client.update(
            &machine,
            &registry,
            &folder,
            &path,
            &["--major", "--apply", "--format", "json"],
        );
        assert_eq!(
            answer.code(),
            0,
            "{}: {}{}",
            client.folder,
            answer.stdout(),
            answer.stderr()
        );
        let read = |name: &str| std::fs::read_to_string(folder.join(name)).expect("a file");
        assert_eq!(
            read(file),
            before.replace("^1.0.0", "^2.0.0"),
            "{}: {}",
            client.folder,
            answer.stdout()
        );
        assert_eq!(read("packages/member/package.json"), member, "{}", client.folder);
        assert!(read(client.lockfile).contains("2.0.0"), "{}", client.folder);
    }
}

#[test]
fn every_client_goes_back_to_the_last_set_that_nothing_is_known_against() {
    each(|client, machine, path| {
        let left = |versions: &[&str]| {
            let releases: Vec<(&str, &str, Value)> = versions.iter().map(|v| (*v, OLD, json!({}))).collect();
            package("left", &releases).build()
        };
        let registry = Registry::with([left(&["1.0.0"])]);
        let manifest = "{\n  \"name\": \"app\",\n  \"version\": \"1.0.0\",\n  \"dependencies\": {\n    \"left\": \"1.0.0\"\n  }\n}\n";
        let folder = write(machine, &[("package.json", manifest)]);
        client.install(machine, &registry, &folder, path);
        let first = bytes(&folder);
        registry.publish(left(&["1.0.0", "1.1.0"]));
        let moved = client.update(machine, &registry, &folder, path, &["--apply"]);
        assert_eq!(
            moved.code(),
            0,
            "{}: {}{}",
            client.folder,
            moved.stdout(),
            moved.stderr()
        );
        let nothing = client.update(machine, &registry, &folder, path, &["--roll-back"]);
        assert!(
            nothing.stdout().contains("nothing in it turned bad"),
            "{}: {}",
            client.folder,
            nothing.stdout()
        );
        // Days later the release turns out to be malware.
        vulnerable(machine, "MAL-2026-0010", "left", "9.9.9");
        let record = machine.home().join("osv/MAL-2026-0010.json");
        let mut value: Value =
            serde_json::from_str(&std::fs::read_to_string(&record).expect("a record")).expect("JSON");
        value["affected"][0] =
            json!({"package": {"ecosystem": "npm", "name": "left"}, "versions": ["1.1.0"]});
        std::fs::write(&record, value.to_string()).expect("a file");
        let (osv, policy) = (machine.home().join("osv"), machine.home().join("policy.toml"));
        machine.run(
            machine.home(),
            &[
                "feed",
                "import",
                "test",
                &osv.display().to_string(),
                "--policy",
                &policy.display().to_string(),
            ],
        );
        let told = client.update(
            machine,
            &registry,
            &folder,
            path,
            &["--roll-back", "--format", "json"],
        );
        assert_eq!(
            told.code(),
            1,
            "{}: {}{}",
            client.folder,
            told.stdout(),
            told.stderr()
        );
        let report = told.json();
        assert_eq!(
            (&report["bad"][0]["purl"], &report["came"], &report["went"]),
            (
                &json!("pkg:npm/left@1.1.0"),
                &json!(["left@1.0.0"]),
                &json!(["left@1.1.0"])
            ),
            "{}: {report:#}",
            client.folder
        );
        let done = client.update(machine, &registry, &folder, path, &["--roll-back", "--apply"]);
        assert_eq!(
            done.code(),
            0,
            "{}: {}{}",
            client.folder,
            done.stdout(),
            done.stderr()
        );
        assert_eq!(
            bytes(&folder),
            first,
            "{}: every byte is as it was",
            client.folder
        );
    });
}
