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
mod client;
#[path = "../common/mod.rs"]
mod common;
mod reason;
mod trials;
mod world;

use std::{
    fmt::Write as _,
    fs,
    io::{BufRead as _, BufReader},
    path::Path,
    process::{Child, Stdio},
};

use cleanbill_testkit::Registry;
use client::{CLIENTS, Client, clients_folder};
use common::Machine;
use reason::reason;
use world::packages;

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

fn installed(folder: &Path, name: &str) -> Option<String> {
    let text = fs::read_to_string(folder.join("node_modules").join(name).join("package.json")).ok()?;
    let manifest: serde_json::Value = serde_json::from_str(&text).unwrap();
    manifest["version"].as_str().map(str::to_owned)
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
    let registry = world::registry();
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
    let bench = trials::Bench {
        client,
        path: &path,
        machine: &machine,
        registry: &registry,
        gate: &gate.1,
    };
    for (title, trial) in trials::TRIALS {
        let (cell, said) = trial(&bench);
        if cell == "refused" {
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
    for (title, warm) in [("frozen", false), ("in its cache", true)] {
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
        .chain(trials::TRIALS.iter().map(|(title, _)| *title))
        .chain(["frozen", "in its cache"])
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
             `left` has 1.0.0 of long ago and 1.1.0 of an hour ago, which is `latest` in its registry, and so has \
             `cli`, which `dlx` runs; of `fresh` there is only a version of an hour ago, and `parent` needs it, as \
             `opts` does as an option and `peers` as a peer. A version in a cell is the one that was installed; \
             `left out` means that the rest was installed. Audits name an advisory of the registry behind the gate, \
             signatures are checked against its keys, `publish` reaches it with the token of the login (`token`: the \
             client's login asks a person, so it was handed one), `tags` shows the tags as the gate has them. `–` \
             stands where a client has no such command, or one that asks past any registry: Yarn 1's audit asks \
             Yarn's own address, and npm's check of signatures a service of its own first.\n\n\
             A frozen install has a lockfile that pins 1.1.0, made before it was held, and runs under `cleanbill \
             run`. Where the client has the bytes in its own cache it asks nobody: a gate cannot take back what was \
             fetched, `cleanbill audit` and `cleanbill hunt` find it.\n\n{table}\n## What they print\n\nThe line by which a person learns why; \
             `GATE` stands for the gate's address.\n\n{said}"
        );
        fs::write(&file, text.trim_end().to_owned() + "\n").unwrap();
    }
    let kept = fs::read_to_string(&file).expect("docs/clients.md");
    for row in table.lines().skip(2) {
        assert!(kept.contains(row), "docs/clients.md says otherwise than\n{row}");
    }
}

/// Yarn 4 keeps documents by host without port, and takes an exact version from them without asking.
#[test]
fn yarn_4_takes_no_document_of_an_earlier_run_and_keeps_its_bytes() {
    let client = CLIENTS.iter().find(|client| client.folder == "yarn-4").unwrap();
    let Some(path) = client.path() else {
        println!("skipped: {} is not installed", client.shown);
        return;
    };
    let machine = Machine::new();
    let add = |name: &str, registry: &Registry| {
        let folder = client.project(&machine, name);
        let arguments = [
            "run",
            "--registry",
            registry.url(),
            "--",
            "yarn",
            "add",
            "left@1.1.0",
        ];
        let mut command = machine.command(&folder, &arguments);
        let output = client.dress(&mut command, &path, &machine).output().unwrap();
        let said = String::from_utf8_lossy(&[output.stdout, output.stderr].concat()).into_owned();
        let lockfile = fs::read_to_string(folder.join("yarn.lock")).unwrap();
        assert!(!lockfile.contains("127.0.0.1"), "{lockfile}");
        (output.status.success(), said)
    };
    let open = Registry::with(packages(true));
    for name in ["first", "second"] {
        let (succeeded, said) = add(name, &open);
        assert!(succeeded, "{name}: {said}");
    }
    assert_eq!(
        open.requests_for("/left/-/left-1.1.0.tgz").len(),
        1,
        "the bytes are the account's to keep"
    );
    let (succeeded, said) = add("third", &Registry::with(packages(false)));
    assert!(!succeeded, "an earlier gate's document speaks: {said}");
}
