//! The clients, and how each is told what to do.
use std::{
    io::Read,
    path::{Path, PathBuf},
    process::{Command, Output, Stdio},
    time::{Duration, Instant},
};

use super::common::Machine;

/// The longest any command takes; each takes a second or two, and a dozen run at one time.
const PATIENCE: Duration = Duration::from_secs(120);

/// Arguments of a client's command; `None` where it has no such command.
type Words = Option<&'static [&'static str]>;

/// A client.
pub struct Client {
    pub folder: &'static str,
    pub shown: &'static str,
    pub program: &'static str,
    /// True where it wants a newer Node than a machine may have.
    pub newest_node: bool,
    pub add: &'static [&'static str],
    pub frozen: &'static [&'static str],
    pub update: &'static [&'static str],
    pub dlx: Words,
    pub audit: Words,
    pub signatures: Words,
    pub login: Words,
    pub whoami: Words,
    pub publish: Words,
    pub tags: Words,
    pub prefix: &'static str,
}

const NPM: Client = Client {
    folder: "npm-10",
    shown: "npm 10.9.9",
    program: "npm",
    newest_node: false,
    add: &["install", "--no-audit", "--no-fund", "--no-update-notifier"],
    frozen: &["ci", "--no-audit", "--no-fund", "--no-update-notifier"],
    update: &["update", "--no-audit", "--no-fund"],
    dlx: Some(&["exec", "--yes", "--", "cli"]),
    audit: Some(&["audit"]),
    // npm asks a service of its own for keys first, which a test without a network has not.
    signatures: None,
    login: Some(&["login", "--auth-type=web"]),
    whoami: Some(&["whoami"]),
    publish: Some(&["publish"]),
    tags: Some(&["dist-tag", "ls", "left"]),
    prefix: "",
};

const PNPM: Client = Client {
    folder: "pnpm-9",
    shown: "pnpm 9.15.9",
    program: "pnpm",
    newest_node: false,
    add: &["add"],
    frozen: &["install", "--frozen-lockfile"],
    update: &["update"],
    dlx: Some(&["dlx", "cli"]),
    audit: Some(&["audit"]),
    signatures: None,
    login: Some(&["login", "--auth-type=web"]),
    whoami: Some(&["whoami"]),
    publish: Some(&["publish", "--no-git-checks"]),
    tags: Some(&["dist-tag", "ls", "left"]),
    prefix: "",
};

pub const CLIENTS: [Client; 11] = [
    NPM,
    Client {
        folder: "npm-11",
        shown: "npm 11.21.2",
        ..NPM
    },
    Client {
        folder: "npm-12",
        shown: "npm 12.2.0",
        newest_node: true,
        ..NPM
    },
    PNPM,
    Client {
        folder: "pnpm-10",
        shown: "pnpm 10.34.9",
        ..PNPM
    },
    Client {
        folder: "pnpm-11",
        shown: "pnpm 11.28.10",
        newest_node: true,
        signatures: Some(&["audit", "signatures"]),
        login: Some(&["login"]),
        ..PNPM
    },
    Client {
        folder: "pnpm-12",
        shown: "pnpm 12.20.0",
        newest_node: true,
        signatures: Some(&["audit", "signatures"]),
        login: Some(&["login"]),
        ..PNPM
    },
    Client {
        folder: "yarn-1",
        shown: "Yarn 1.22.22",
        program: "yarn",
        newest_node: false,
        add: &["add", "--non-interactive"],
        frozen: &["install", "--frozen-lockfile", "--non-interactive"],
        update: &["upgrade", "--non-interactive"],
        dlx: None,
        // It asks Yarn's own address, whatever registry is set.
        audit: None,
        signatures: None,
        login: None,
        whoami: None,
        publish: Some(&["publish", "--non-interactive", "--new-version", "1.0.0"]),
        tags: Some(&["tag", "list", "left"]),
        prefix: "",
    },
    Client {
        folder: "yarn-4",
        shown: "Yarn 4.18.1",
        program: "yarn",
        newest_node: false,
        add: &["add"],
        frozen: &["install", "--immutable"],
        update: &["up", "left@^1.0.0"],
        dlx: Some(&["dlx", "cli"]),
        audit: Some(&["npm", "audit"]),
        signatures: None,
        login: None,
        whoami: Some(&["npm", "whoami"]),
        publish: Some(&["npm", "publish"]),
        tags: Some(&["npm", "tag", "list", "left"]),
        prefix: "",
    },
    Client {
        folder: "bun-1",
        shown: "Bun 1.4.5",
        program: "bun",
        newest_node: false,
        add: &["add"],
        frozen: &["install", "--frozen-lockfile"],
        update: &["update"],
        dlx: Some(&["x", "cli"]),
        audit: Some(&["audit"]),
        signatures: None,
        login: None,
        whoami: Some(&["pm", "whoami"]),
        publish: Some(&["publish"]),
        tags: None,
        prefix: "",
    },
    Client {
        folder: "deno-2",
        shown: "Deno 2.9.6",
        program: "deno",
        newest_node: false,
        add: &["add"],
        frozen: &["install", "--frozen"],
        update: &["update"],
        dlx: Some(&["run", "-A", "npm:cli"]),
        audit: Some(&["audit"]),
        signatures: None,
        login: None,
        whoami: None,
        publish: None,
        tags: None,
        prefix: "npm:",
    },
];

pub fn clients_folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../target/clients")
}

impl Client {
    /// The `PATH` it is found on; `None` where it is not installed.
    pub fn path(&self) -> Option<String> {
        let of = |folder: &str| {
            let bin = clients_folder().join(folder).join("node_modules/.bin");
            bin.canonicalize().ok()
        };
        let bin = of(self.folder).filter(|bin| bin.join(self.program).exists())?;
        let mut path = bin.display().to_string();
        if self.newest_node {
            path = format!("{path}:{}", of("node-24")?.display());
        }
        Some(format!("{path}:{}", std::env::var("PATH").unwrap()))
    }

    /// A project of its own, with what the client needs to put packages where they can be looked at.
    pub fn project(&self, machine: &Machine, name: &str) -> PathBuf {
        let folder = machine.home().join(name);
        machine.write(
            &format!("{name}/package.json"),
            "{\"name\":\"app\",\"version\":\"1.0.0\",\"private\":true}\n",
        );
        if self.program == "deno" {
            machine.write(&format!("{name}/deno.json"), "{\"nodeModulesDir\":\"auto\"}\n");
        }
        if self.folder == "yarn-4" {
            machine.write(&format!("{name}/yarn.lock"), "");
        }
        folder
    }

    pub fn dress<'c>(&self, command: &'c mut Command, path: &str, machine: &Machine) -> &'c mut Command {
        if self.folder == "yarn-1" {
            // For root it would be one for the whole machine.
            command.env("YARN_CACHE_FOLDER", machine.home().join(".yarn-cache"));
        }
        command
            .env("PATH", path)
            .env("CI", "1")
            .env("YARN_NODE_LINKER", "node-modules")
            .env("YARN_ENABLE_IMMUTABLE_INSTALLS", "false")
            .env("YARN_ENABLE_TELEMETRY", "0")
            .env("DENO_NO_UPDATE_CHECK", "1")
            .env("npm_config_fetch_retries", "0")
            .env("npm_config_browser", "false")
            .env("npm_config_update_notifier", "false")
            .stdin(Stdio::null())
    }

    pub fn run(
        &self,
        machine: &Machine,
        folder: &Path,
        path: &str,
        arguments: &[&str],
        registry: Option<&str>,
    ) -> (bool, String) {
        let mut command = Command::new(self.program);
        command
            .args(arguments)
            .current_dir(folder)
            .env_clear()
            .env("HOME", machine.home());
        if let Some(registry) = registry {
            for name in [
                "npm_config_registry",
                "pnpm_config_registry",
                "NPM_CONFIG_REGISTRY",
                "YARN_REGISTRY",
                "YARN_NPM_REGISTRY_SERVER",
                "BUN_CONFIG_REGISTRY",
            ] {
                command.env(name, registry);
            }
            command.env("YARN_UNSAFE_HTTP_WHITELIST", "127.0.0.1");
        }
        let output = within(self.dress(&mut command, path, machine));
        let text = [output.stdout, output.stderr].concat();
        (
            output.status.success(),
            String::from_utf8_lossy(&text).into_owned(),
        )
    }
}

/// What a client's command gives; one that takes too long is ended, and its trial with it.
pub fn within(command: &mut Command) -> Output {
    let mut child = command
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let (id, started) = (child.id(), Instant::now());
    let (mut out, mut err) = (child.stdout.take().unwrap(), child.stderr.take().unwrap());
    std::thread::scope(|scope| {
        let read = |from: &mut dyn Read| {
            let mut bytes = Vec::new();
            from.read_to_end(&mut bytes).unwrap();
            bytes
        };
        let stdout = scope.spawn(move || read(&mut out));
        let stderr = scope.spawn(move || read(&mut err));
        let status = loop {
            if let Some(status) = child.try_wait().unwrap() {
                break status;
            }
            if started.elapsed() > PATIENCE {
                let _ = child.kill();
                let _ = child.wait();
                panic!("{command:?} ({id}) took longer than {PATIENCE:?}");
            }
            std::thread::sleep(Duration::from_millis(10));
        };
        Output {
            status,
            stdout: stdout.join().unwrap(),
            stderr: stderr.join().unwrap(),
        }
    })
}
