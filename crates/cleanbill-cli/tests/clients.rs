//! The gate before real clients, set up by `cleanbill setup` and by `cleanbill run`: what each installs, what
//! each is refused, and what it prints then. `.ci/clients` installs the clients; those that are not there are
//! left out with a word. With `CLEANBILL_WRITE_CLIENTS=1` the page `docs/clients.md` is written anew.
#![cfg(unix)]
#![allow(
    clippy::expect_used,
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "a test that cannot go on says so"
)]
mod common;

use std::{
    fmt::Write as _,
    fs,
    io::{BufRead as _, BufReader},
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    time::{SystemTime, UNIX_EPOCH},
};

use cleanbill_model::{Age, Timestamp};
use cleanbill_testkit::{PackageBuilder, Registry, replay::ReplayPackage};
use common::Machine;
use serde_json::json;

/// A client, and how it is told what to do.
struct Client {
    folder: &'static str,
    shown: &'static str,
    program: &'static str,
    add: &'static [&'static str],
    frozen: &'static [&'static str],
    prefix: &'static str,
}

const CLIENTS: [Client; 8] = [
    Client {
        folder: "npm-10",
        shown: "npm 10.9.9",
        program: "npm",
        add: &["install", "--no-audit", "--no-fund", "--no-update-notifier"],
        frozen: &["ci", "--no-audit", "--no-fund", "--no-update-notifier"],
        prefix: "",
    },
    Client {
        folder: "",
        shown: "npm on the PATH",
        program: "npm",
        add: &["install", "--no-audit", "--no-fund", "--no-update-notifier"],
        frozen: &["ci", "--no-audit", "--no-fund", "--no-update-notifier"],
        prefix: "",
    },
    Client {
        folder: "pnpm-9",
        shown: "pnpm 9.15.9",
        program: "pnpm",
        add: &["add"],
        frozen: &["install", "--frozen-lockfile"],
        prefix: "",
    },
    Client {
        folder: "pnpm-10",
        shown: "pnpm 10.34.9",
        program: "pnpm",
        add: &["add"],
        frozen: &["install", "--frozen-lockfile"],
        prefix: "",
    },
    Client {
        folder: "yarn-1",
        shown: "Yarn 1.22.22",
        program: "yarn",
        add: &["add", "--non-interactive"],
        frozen: &["install", "--frozen-lockfile", "--non-interactive"],
        prefix: "",
    },
    Client {
        folder: "yarn-4",
        shown: "Yarn 4.18.1",
        program: "yarn",
        add: &["add"],
        frozen: &["install", "--immutable"],
        prefix: "",
    },
    Client {
        folder: "bun-1",
        shown: "Bun 1.4.5",
        program: "bun",
        add: &["add"],
        frozen: &["install", "--frozen-lockfile"],
        prefix: "",
    },
    Client {
        folder: "deno-2",
        shown: "Deno 2.9.6",
        program: "deno",
        add: &["add"],
        frozen: &["install", "--frozen"],
        prefix: "npm:",
    },
];

/// What is asked for, the folder it lands in, and what has to come of it.
const ASKED: [(&str, &str, &str, &str); 8] = [
    ("latest", "left", "left", "1.0.0"),
    ("range", "left@^1.0.0", "left", "1.0.0"),
    ("exact", "left@1.1.0", "left", "refused"),
    ("all held", "fresh", "fresh", "refused"),
    ("transitive", "parent", "fresh", "refused"),
    ("alias", "mine@npm:left@1.1.0", "mine", "refused"),
    ("scoped", "@acme/tool@2.0.0", "@acme/tool", "refused"),
    ("scoped latest", "@acme/tool", "@acme/tool", "1.0.0"),
];

fn packages(registry_is_open: bool) -> Vec<ReplayPackage> {
    let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_millis();
    let now = Timestamp::from_millis(i64::try_from(now).unwrap());
    // Held for its age before the gate; long past for whoever makes a lockfile without one.
    let young = if registry_is_open {
        now.minus(Age::days(400))
    } else {
        now.minus(Age::hours(1))
    }
    .to_string();
    let old = "2020-01-01T00:00:00.000Z";
    let code = &[("index.js", "module.exports = 1;\n")];
    let package = |name: &str, versions: &[(&str, &str)]| {
        let latest = versions.last().unwrap().0;
        let mut builder = PackageBuilder::new(name)
            .partial(json!({"time": {"created": old, "modified": old}}))
            .tag("latest", latest);
        for (version, moment) in versions {
            builder = builder.release(version, code).published(version, moment);
        }
        builder
    };
    let parent = "{\"name\":\"parent\",\"version\":\"1.0.0\",\"dependencies\":{\"fresh\":\"^1.0.0\"}}";
    vec![
        package("left", &[("1.0.0", old), ("1.1.0", &young)]).build(),
        package("fresh", &[("1.0.0", &young)]).build(),
        package("@acme/tool", &[("1.0.0", old), ("2.0.0", &young)]).build(),
        PackageBuilder::new("parent")
            .partial(json!({"time": {"created": old}}))
            .release("1.0.0", &[("package.json", parent), ("index.js", "")])
            .published("1.0.0", old)
            .tag("latest", "1.0.0")
            .build(),
    ]
}

struct Gate(Child, String);

impl Gate {
    fn start(machine: &Machine, registry: &Registry) -> Self {
        let arguments = ["gate", "--registry", registry.url(), "--listen", "127.0.0.1:0"];
        let mut child = machine
            .command(machine.home(), &arguments)
            .stdin(Stdio::null())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let mut lines = BufReader::new(child.stderr.take().unwrap()).lines();
        let line = lines.next().unwrap().unwrap();
        let address = line["gate on ".len()..].split(' ').next().unwrap().to_owned();
        // Its words are read to the end, so that it never waits for a reader.
        std::thread::spawn(move || lines.for_each(drop));
        Self(child, address)
    }
}

impl Drop for Gate {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

fn clients_folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../target/clients")
}

impl Client {
    fn path(&self) -> Option<String> {
        let path = std::env::var("PATH").unwrap();
        if self.folder.is_empty() {
            return Some(path);
        }
        let bin = clients_folder().join(self.folder).join("node_modules/.bin");
        let bin = bin.canonicalize().ok()?;
        bin.join(self.program)
            .exists()
            .then(|| format!("{}:{path}", bin.display()))
    }

    /// A project of its own, with what the client needs to put packages where they can be looked at.
    fn project(&self, machine: &Machine, name: &str) -> PathBuf {
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

    fn dress<'c>(&self, command: &'c mut Command, path: &str, machine: &Machine) -> &'c mut Command {
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
            .stdin(Stdio::null())
    }

    fn run(
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
                "NPM_CONFIG_REGISTRY",
                "YARN_REGISTRY",
                "YARN_NPM_REGISTRY_SERVER",
                "BUN_CONFIG_REGISTRY",
            ] {
                command.env(name, registry);
            }
            command.env("YARN_UNSAFE_HTTP_WHITELIST", "127.0.0.1");
        }
        let output = self.dress(&mut command, path, machine).output().unwrap();
        let text = [output.stdout, output.stderr].concat();
        (
            output.status.success(),
            String::from_utf8_lossy(&text).into_owned(),
        )
    }
}

fn installed(folder: &Path, name: &str) -> Option<String> {
    let text = fs::read_to_string(folder.join("node_modules").join(name).join("package.json")).ok()?;
    let manifest: serde_json::Value = serde_json::from_str(&text).unwrap();
    manifest["version"].as_str().map(str::to_owned)
}

/// The line by which a person learns why, with what differs from run to run taken out.
fn reason(said: &str, machine: &Machine) -> String {
    let plain: String = said.replace(&machine.home().display().to_string(), "~");
    let line = plain
        .lines()
        .map(str::trim)
        .find(|line| line.contains("leanbill"))
        .or_else(|| {
            plain
                .lines()
                .map(str::trim)
                .find(|line| line.to_lowercase().contains("error") || line.contains("ERR"))
        })
        .unwrap_or("nothing");
    let mut out = String::new();
    let mut rest = line;
    while let Some(at) = rest.find("127.0.0.1:") {
        out.push_str(&rest[..at]);
        out.push_str("GATE");
        rest = rest[at + 10..].trim_start_matches(|c: char| c.is_ascii_digit());
    }
    out.push_str(rest);
    // Colours, and moments.
    let mut clean = String::new();
    let mut chars = out.chars().peekable();
    while let Some(c) = chars.next() {
        if c == '\u{1b}' {
            while chars.next_if(|c| !c.is_ascii_alphabetic()).is_some() {}
            chars.next();
        } else {
            clean.push(c);
        }
    }
    match clean.find(" until 2") {
        Some(at) => {
            let end = clean[at + 7..]
                .find(|c: char| !(c.is_ascii_alphanumeric() || matches!(c, '-' | ':' | '.')))
                .map_or(clean.len(), |end| at + 7 + end);
            // The colon behind a moment belongs to the sentence.
            let end = if clean[..end].ends_with(':') { end - 1 } else { end };
            format!("{} until TIME{}", &clean[..at], &clean[end..])
        }
        None => clean,
    }
}

struct Column {
    shown: &'static str,
    cells: Vec<String>,
    said: Vec<(String, String)>,
}

fn examine(client: &Client) -> Option<Column> {
    let Some(path) = client.path() else {
        println!("skipped: {} is not installed", client.shown);
        return None;
    };
    let registry = Registry::with(packages(false));
    let machine = Machine::new();
    let gate = Gate::start(&machine, &registry);
    let set = machine.run(machine.home(), &["setup", "--address", &gate.1]);
    assert_eq!(set.code(), 0, "{}", set.stderr());
    let mut column = Column {
        shown: client.shown,
        cells: Vec::new(),
        said: Vec::new(),
    };
    for (title, spec, lands, expected) in ASKED {
        let project = client.project(&machine, &format!("add-{}", title.replace(' ', "-")));
        let spec = match spec.split_once("npm:") {
            Some(_) => spec.to_owned(),
            None => format!("{}{spec}", client.prefix),
        };
        let arguments: Vec<&str> = client.add.iter().copied().chain([spec.as_str()]).collect();
        let (succeeded, said) = client.run(&machine, &project, &path, &arguments, None);
        let cell = match installed(&project, lands) {
            Some(version) if succeeded => version,
            _ if !succeeded => "refused".to_owned(),
            _ => "nothing".to_owned(),
        };
        assert_eq!(cell, expected, "{} {title}: {said}", client.shown);
        if expected == "refused" {
            column.said.push((title.to_owned(), reason(&said, &machine)));
        }
        column.cells.push(cell);
    }
    drop(gate);
    frozen(client, &path, &mut column);
    Some(column)
}

/// A lockfile made before the block, and an install that may not change it: with an empty cache, and again
/// with the cache of who installed it before.
fn frozen(client: &Client, path: &str, column: &mut Column) {
    let registry = Registry::with(packages(true));
    let url = registry.url().to_owned();
    let maker = Machine::new();
    let project = client.project(&maker, "app");
    if client.program == "deno" {
        maker.write("app/.npmrc", &format!("registry={url}/\n"));
    }
    let spec = format!("{}left@1.1.0", client.prefix);
    let arguments: Vec<&str> = client.add.iter().copied().chain([spec.as_str()]).collect();
    let (succeeded, said) = client.run(&maker, &project, path, &arguments, Some(&format!("{url}/")));
    assert!(succeeded, "{} makes its lockfile: {said}", client.shown);
    for package in packages(false) {
        registry.publish(package);
    }
    for (title, warm) in [("frozen", false), ("frozen, warm cache", true)] {
        let machine = Machine::new();
        let user = if warm { &maker } else { &machine };
        let folder = if warm {
            project.clone()
        } else {
            client.project(&machine, "app")
        };
        let mut locked = Vec::new();
        for file in [
            "package.json",
            "package-lock.json",
            "yarn.lock",
            "pnpm-lock.yaml",
            "bun.lock",
            "deno.lock",
            "deno.json",
        ] {
            if let Ok(text) = fs::read_to_string(project.join(file)) {
                fs::write(folder.join(file), &text).unwrap();
                locked.push((file, text));
            }
        }
        // What an earlier install left must not stand in for this one.
        drop(fs::remove_dir_all(folder.join("node_modules")));
        if client.program == "deno" {
            drop(fs::remove_file(folder.join(".npmrc")));
        }
        let mut arguments = vec!["run", "--registry", &url, "--", client.program];
        arguments.extend(client.frozen);
        let mut command = user.command(&folder, &arguments);
        let output = client.dress(&mut command, path, user).output().unwrap();
        let said = String::from_utf8_lossy(&[output.stdout, output.stderr].concat()).into_owned();
        let there = installed(&folder, "left");
        let cell = match (output.status.success(), there.as_deref(), warm) {
            (false, _, _) => "refused",
            (true, Some("1.1.0"), true) => "from its cache",
            (true, _, _) => "not refused",
        };
        assert_ne!(cell, "not refused", "{} {title}: {said}", client.shown);
        for (file, text) in locked {
            let now = fs::read_to_string(folder.join(file)).unwrap();
            assert_eq!(now, text, "{} changed {file}", client.shown);
        }
        if !warm {
            column.said.push((title.to_owned(), reason(&said, user)));
        }
        column.cells.push(cell.to_owned());
    }
}

fn page(columns: &[Column]) -> (String, String) {
    let mut table = String::from("| client |");
    let titles: Vec<&str> = ASKED
        .iter()
        .map(|(title, ..)| *title)
        .chain(["frozen", "frozen, warm cache"])
        .collect();
    for title in &titles {
        let _ = write!(table, " {title} |");
    }
    let _ = write!(table, "\n|{}\n", "---|".repeat(titles.len() + 1));
    for column in columns {
        let _ = writeln!(table, "| {} | {} |", column.shown, column.cells.join(" | "));
    }
    let mut said = String::new();
    for column in columns {
        let _ = writeln!(said, "### {}\n\n```text", column.shown);
        for (title, line) in &column.said {
            let _ = writeln!(said, "{title}: {line}");
        }
        said.push_str("```\n\n");
    }
    (table, said)
}

#[test]
fn every_client_installs_what_is_proven_and_is_refused_what_is_not() {
    if !clients_folder().is_dir() {
        println!("skipped: no clients are installed; `.ci/clients` does it");
        return;
    }
    let columns: Vec<Column> = std::thread::scope(|scope| {
        let tasks: Vec<_> = CLIENTS
            .iter()
            .map(|client| scope.spawn(move || examine(client)))
            .collect();
        tasks
            .into_iter()
            .filter_map(|task| task.join().expect("a client's trial"))
            .collect()
    });
    assert!(!columns.is_empty());
    let (table, said) = page(&columns);
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/clients.md");
    if std::env::var_os("CLEANBILL_WRITE_CLIENTS").is_some() {
        let text = format!(
            "# Clients\n\nWhat real clients do behind the gate. The page is written by a test that runs them \
             (`.ci/clients`, then `CLEANBILL_WRITE_CLIENTS=1 cargo test -p cleanbill-cli --test clients`).\n\n\
             `left` has 1.0.0 of long ago and 1.1.0 of an hour ago, which is `latest` in its registry; of `fresh` \
             there is only a version of an hour ago, and `parent` needs it. A frozen install has a lockfile that \
             pins 1.1.0, made before it was held, and runs under `cleanbill run`. Where the client has the bytes in \
             its own cache it asks nobody: a gate cannot take back what was fetched, `cleanbill audit` and \
             `cleanbill hunt` find it.\n\n{table}\n## What they print\n\nThe line by which a person learns why; \
             `GATE` stands for the gate's address.\n\n{said}"
        );
        fs::write(&file, text.trim_end().to_owned() + "\n").unwrap();
    }
    let kept = fs::read_to_string(&file).expect("docs/clients.md");
    for row in table.lines().skip(2) {
        assert!(kept.contains(row), "docs/clients.md says otherwise than\n{row}");
    }
}
