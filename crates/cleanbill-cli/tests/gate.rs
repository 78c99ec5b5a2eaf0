//! `cleanbill gate` as its keeper meets it: a process with a store, signals, tokens, rules that change.
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
    io::{BufRead as _, BufReader, Read as _, Write as _},
    net::TcpStream,
    process::{Child, ChildStderr, Command, Stdio},
    time::{Duration, Instant},
};

use cleanbill_model::{Age, Timestamp};
use cleanbill_testkit::{PackageBuilder, Registry};
use common::Machine;

/// A gate that runs in a process of its own.
struct Gate {
    child: Child,
    errors: BufReader<ChildStderr>,
    address: String,
}

impl Gate {
    fn start(machine: &Machine, registry: &Registry, more: &[&str]) -> Self {
        Self::start_with(machine, registry, more, |_| {})
    }

    fn start_with(
        machine: &Machine,
        registry: &Registry,
        more: &[&str],
        change: impl FnOnce(&mut Command),
    ) -> Self {
        let mut arguments = vec!["gate", "--registry", registry.url(), "--listen", "127.0.0.1:0"];
        arguments.extend(more);
        let mut command = machine.command(machine.home(), &arguments);
        change(&mut command);
        let mut child = command
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::piped())
            .spawn()
            .expect("it starts");
        let mut gate = Self {
            errors: BufReader::new(child.stderr.take().unwrap()),
            child,
            address: String::new(),
        };
        let line = gate.line("gate on http://");
        gate.address = line["gate on http://".len()..]
            .split(' ')
            .next()
            .unwrap()
            .to_owned();
        gate.line("stop it with");
        gate
    }

    /// The next line that begins so.
    fn line(&mut self, start: &str) -> String {
        for _ in 0..50 {
            let mut line = String::new();
            if self.errors.read_line(&mut line).unwrap() == 0 {
                break;
            }
            if line.starts_with(start) {
                return line.trim_end().to_owned();
            }
        }
        panic!("no line begins with {start:?}");
    }

    /// Status and body of a plain request.
    fn get(&self, path: &str, header: &str) -> (u16, String) {
        let mut stream = TcpStream::connect(&self.address).unwrap();
        stream.set_read_timeout(Some(Duration::from_secs(30))).unwrap();
        let host = &self.address;
        write!(
            stream,
            "GET {path} HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n{header}\r\n"
        )
        .unwrap();
        let mut bytes = Vec::new();
        stream.read_to_end(&mut bytes).unwrap();
        let text = String::from_utf8_lossy(&bytes).into_owned();
        let status = text
            .get(9..12)
            .and_then(|status| status.parse().ok())
            .unwrap_or(0);
        (status, text)
    }

    fn signal(&self, signal: &str) {
        let status = Command::new("kill")
            .args([signal, &self.child.id().to_string()])
            .status()
            .unwrap();
        assert!(status.success());
    }
}

impl Drop for Gate {
    fn drop(&mut self) {
        // It may have ended on its own.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// `left`, of a month ago.
fn registry() -> Registry {
    let now = std::time::UNIX_EPOCH.elapsed().unwrap().as_millis();
    let month_ago = Timestamp::from_millis(i64::try_from(now).unwrap()).minus(Age::days(30));
    Registry::with([PackageBuilder::new("left")
        .release("1.0.0", &[("index.js", "module.exports = 1;\n")])
        .published("1.0.0", &month_ago.to_string())
        .partial(serde_json::json!({"time": {"created": "2020-01-01T00:00:00.000Z"}}))
        .tag("latest", "1.0.0")
        .build()])
}

const TARBALL: &str = "/left/-/left-1.0.0.tgz";
const BLOCK: &str = "[cooldown]\nrelease = \"60d\"\n";

#[test]
fn a_rule_that_changes_is_in_force_within_two_seconds_and_a_broken_one_changes_nothing() {
    let machine = Machine::new();
    let registry = registry();
    let mut gate = Gate::start(&machine, &registry, &[]);
    assert_eq!(gate.get(TARBALL, "").0, 200);
    let changed = Instant::now();
    machine.write(".config/cleanbill/cleanbill.toml", BLOCK);
    while gate.get(TARBALL, "").0 != 403 {
        assert!(
            changed.elapsed() < Duration::from_secs(10),
            "it is never in force"
        );
        std::thread::sleep(Duration::from_millis(20));
    }
    let took = changed.elapsed();
    gate.line("rules read anew");
    println!("in force after {took:?}");
    assert!(took < Duration::from_secs(2), "{took:?}");
    machine.write(".config/cleanbill/cleanbill.toml", "this is = not [ toml\n");
    let told = gate.line("warning: the old rules stay in force");
    assert!(
        told.contains("cannot read settings") && told.contains("line 1"),
        "{told}"
    );
    assert_eq!(gate.get(TARBALL, "").0, 403, "the old rule holds");
    machine.write(".config/cleanbill/cleanbill.toml", "");
    gate.line("rules read anew");
    assert_eq!(gate.get(TARBALL, "").0, 200);
    gate.signal("-HUP");
    gate.line("rules read anew");
    gate.signal("-TERM");
    let end = gate.line("stopped:");
    assert!(end.contains("served"), "{end}");
    assert!(gate.child.wait().unwrap().success(), "a stop is no failure");
}

#[test]
fn the_log_outlives_the_gate_even_one_that_is_killed_and_shows_every_change() {
    let machine = Machine::new();
    let registry = registry();
    let gate = Gate::start(&machine, &registry, &[]);
    assert_eq!(gate.get(TARBALL, "").0, 200);
    gate.signal("-KILL");
    drop(gate);
    let whole = machine.run(machine.home(), &["gate", "verify-log"]);
    assert_eq!(whole.code(), 0, "{}{}", whole.stdout(), whole.stderr());
    let head = whole.stdout().lines().last().unwrap().to_owned();
    assert!(head.starts_with("2:"), "started and served: {head}");
    let log = machine.run(machine.home(), &["gate", "log"]).stdout();
    let served: Vec<serde_json::Value> = log
        .lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .filter(|entry: &serde_json::Value| entry["entry"]["kind"] == "served")
        .collect();
    assert_eq!(served.len(), 1);
    assert_eq!(served[0]["entry"]["name"], "left");
    let why = machine.run(machine.home(), &["why", "left@1.0.0"]);
    assert_eq!(why.code(), 0, "{}", why.stderr());
    assert!(
        why.stdout().contains("left@1.0.0 served to 127.0.0.1"),
        "{}",
        why.stdout()
    );
    let gate = Gate::start(&machine, &registry, &[]);
    assert_eq!(gate.get(TARBALL, "").0, 200);
    drop(gate);
    let expect = |head: &str| machine.run(machine.home(), &["gate", "verify-log", "--expect", head]);
    assert_eq!(expect(&head).code(), 0, "the old head is still there");
    let other = format!("2:{}", "0".repeat(64));
    assert_eq!(expect(&other).code(), 1);
    assert_eq!(expect("nonsense").code(), 2);
}

#[test]
fn tokens_are_made_shown_once_listed_without_their_secret_and_revoked() {
    let machine = Machine::new();
    let registry = registry();
    let made = machine.run(
        machine.home(),
        &["gate", "token", "add", "ci", "--note", "builds", "--for", "90d"],
    );
    assert_eq!(made.code(), 0, "{}", made.stderr());
    let secret = made.stdout().trim().to_owned();
    assert!(secret.starts_with("cleanbill_"));
    assert_eq!(
        machine
            .run(machine.home(), &["gate", "token", "add", "ci"])
            .code(),
        2,
        "taken"
    );
    let gate = Gate::start(&machine, &registry, &["--require-token"]);
    let header = format!("Authorization: Bearer {secret}\r\n");
    assert_eq!(gate.get("/left", "").0, 401);
    assert_eq!(gate.get("/left", &header).0, 200);
    let list = machine.run(machine.home(), &["gate", "token", "list"]).stdout();
    assert!(
        list.contains("ci  client  every name") && !list.contains(&secret),
        "{list}"
    );
    assert_eq!(
        machine
            .run(machine.home(), &["gate", "token", "revoke", "ci"])
            .code(),
        0
    );
    let started = Instant::now();
    while gate.get("/left", &header).0 != 401 {
        assert!(started.elapsed() < Duration::from_secs(10), "it still counts");
        std::thread::sleep(Duration::from_millis(50));
    }
    assert_eq!(
        machine
            .run(machine.home(), &["gate", "token", "revoke", "ci"])
            .code(),
        2
    );
    let log = machine.run(machine.home(), &["gate", "log"]).stdout();
    assert!(log.contains("token `ci` made") && log.contains("token `ci` revoked") && !log.contains(&secret));
    let stored = std::fs::read(machine.home().join(".local/state/cleanbill/gate/gate.sqlite")).unwrap();
    assert!(
        !stored
            .windows(secret.len())
            .any(|window| window == secret.as_bytes()),
        "only its digest is kept"
    );
}

#[test]
fn the_standing_names_every_failure_and_what_then() {
    let machine = Machine::new();
    let status = machine.run(machine.home(), &["gate", "status"]);
    assert_eq!(status.code(), 0, "{}", status.stderr());
    let text = status.stdout();
    for part in [
        "the registry does not answer",
        "closed  the log cannot be written",
        "served and found bad later\n  nothing",
    ] {
        assert!(text.contains(part), "{part} in\n{text}");
    }
    let open = machine
        .run(
            machine.home(),
            &["gate", "status", "--unlogged", "serve", "--format", "json"],
        )
        .json();
    let rule = open["failures"]
        .as_array()
        .unwrap()
        .iter()
        .find(|rule| rule["what"] == "the log cannot be written");
    assert_eq!(rule.unwrap()["open"], true);
}

#[test]
fn a_gate_before_itself_and_a_store_that_cannot_be_are_said_at_once() {
    let machine = Machine::new();
    let itself = machine.run(
        machine.home(),
        &[
            "gate",
            "--registry",
            "http://127.0.0.1:4999/",
            "--listen",
            "127.0.0.1:4999",
        ],
    );
    assert_eq!(itself.code(), 2);
    assert!(
        itself.stderr().contains("is this gate itself"),
        "{}",
        itself.stderr()
    );
    machine.write("a-file", "");
    let store = machine.run(
        machine.home(),
        &["gate", "status", "--store", "a-file/gate.sqlite"],
    );
    assert_eq!(store.code(), 2);
    assert!(
        store.stderr().contains("cannot open the gate's store"),
        "{}",
        store.stderr()
    );
}

#[test]
fn setup_writes_every_client_takes_it_back_to_the_byte_and_cleanbill_looks_behind_it() {
    let machine = Machine::new();
    let npmrc = "registry=https://registry.example/\nsave-exact=true\n";
    machine.write(".npmrc", npmrc);
    let done = machine.run(machine.home(), &["setup"]);
    assert_eq!(done.code(), 0, "{}", done.stderr());
    let read = |file: &str| std::fs::read_to_string(machine.home().join(file)).ok();
    assert!(
        read(".npmrc")
            .unwrap()
            .contains("\nregistry=http://127.0.0.1:4874/\n")
    );
    for file in [".yarnrc", ".yarnrc.yml", ".bunfig.toml"] {
        assert!(read(file).unwrap().contains("http://127.0.0.1:4874"), "{file}");
    }
    let before = read(".npmrc");
    assert_eq!(machine.run(machine.home(), &["setup"]).code(), 0);
    assert_eq!(read(".npmrc"), before, "a second time changes nothing");
    let config = machine.run(machine.home(), &["config", "show"]).stdout();
    assert!(
        config.contains("registry.example"),
        "the registry behind the gate is asked:\n{config}"
    );
    assert_eq!(machine.run(machine.home(), &["setup", "--remove"]).code(), 0);
    assert_eq!(read(".npmrc").as_deref(), Some(npmrc));
    for file in [".yarnrc", ".yarnrc.yml", ".bunfig.toml"] {
        assert_eq!(read(file), None, "{file} is gone again");
    }
    assert_eq!(
        machine
            .run(machine.home(), &["setup", "--address", "http://x/npm/"])
            .code(),
        2
    );
}

#[test]
fn doctor_proves_npm_goes_through_and_tells_where_it_does_not() {
    let machine = Machine::new();
    let registry = registry();
    let gate = Gate::start(&machine, &registry, &[]);
    let address = format!("http://{}", gate.address);
    let only_npm = |machine: &Machine, arguments: &[&str]| {
        let folder = machine.home().join("bin");
        std::fs::create_dir_all(&folder).unwrap();
        for program in ["npm", "node", "sh", "env"] {
            let found = std::env::split_paths(&std::env::var_os("PATH").unwrap())
                .map(|folder| folder.join(program))
                .find(|path| path.is_file());
            let to = folder.join(program);
            if let Some(found) = found.filter(|_| !to.exists()) {
                std::os::unix::fs::symlink(std::fs::canonicalize(found).unwrap(), to).unwrap();
            }
        }
        let mut command = machine.command(machine.home(), arguments);
        common::Answer(command.env("PATH", folder).output().unwrap())
    };
    let before = only_npm(&machine, &["doctor", "--address", &address]);
    machine.write(".npmrc", &format!("registry={}/\n", registry.url()));
    let past = only_npm(&machine, &["doctor", "--address", &address]);
    assert_eq!(past.code(), 1, "{}", past.stdout());
    assert!(
        past.stdout().contains("does NOT go through the gate"),
        "{}",
        past.stdout()
    );
    assert_eq!(
        machine
            .run(machine.home(), &["setup", "--address", &address])
            .code(),
        0
    );
    let through = only_npm(&machine, &["doctor", "--address", &address]);
    assert_eq!(through.code(), 0, "{}{}", through.stdout(), before.stdout());
    assert!(
        through.stdout().contains("goes through the gate"),
        "{}",
        through.stdout()
    );
    machine.write(
        "yarn.lock",
        "# yarn lockfile v1\n\n\nleft@^1.0.0:\n  version \"1.0.0\"\n  resolved \"https://registry.example/left/-/left-1.0.0.tgz#aa\"\n",
    );
    let lockfile = only_npm(&machine, &["doctor", "--address", &address]);
    assert_eq!(lockfile.code(), 1);
    assert!(
        lockfile.stdout().contains("yarn.lock  names 1 addresses"),
        "{}",
        lockfile.stdout()
    );
}

#[test]
fn a_run_leads_yarns_lockfile_to_the_gate_and_leaves_it_as_it_was() {
    let machine = Machine::new();
    let registry = registry();
    let lockfile = "# yarn lockfile v1\n\n\nleft@^1.0.0:\n  version \"1.0.0\"\n  resolved \"https://registry.example/left/-/left-1.0.0.tgz#aa\"\n";
    machine.write("app/yarn.lock", lockfile);
    machine.write("app/package.json", "{\"name\":\"app\",\"version\":\"1.0.0\"}");
    let folder = machine.home().join("app");
    let run = |script: &str| {
        machine.run(
            &folder,
            &["run", "--registry", registry.url(), "--", "sh", "-c", script],
        )
    };
    let seen = run("cat yarn.lock; kill -INT $$; exit 7");
    assert!(
        seen.stdout().contains("resolved \"http://127.0.0.1:"),
        "{}",
        seen.stdout()
    );
    assert!(!seen.stdout().contains("registry.example"), "{}", seen.stdout());
    let read = || std::fs::read_to_string(folder.join("yarn.lock")).unwrap();
    assert_eq!(read(), lockfile);
    // Killed in the middle: the next run puts it back.
    let killed = run("kill -KILL $PPID; sleep 1");
    assert!(killed.0.status.code().is_none(), "it was killed");
    assert!(read().contains("127.0.0.1"));
    let mended = run("cat yarn.lock > seen");
    assert!(mended.stderr().contains("is put back"), "{}", mended.stderr());
    assert_eq!(read(), lockfile);
}

/// Takes one request after another and keeps their bodies.
fn collector() -> (String, std::sync::Arc<std::sync::Mutex<Vec<String>>>) {
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    let kept = std::sync::Arc::<std::sync::Mutex<Vec<String>>>::default();
    let keeping = std::sync::Arc::clone(&kept);
    std::thread::spawn(move || {
        for stream in listener.incoming().take(64) {
            let mut stream = stream.unwrap();
            stream.set_read_timeout(Some(Duration::from_secs(10))).unwrap();
            let mut reader = BufReader::new(stream.try_clone().unwrap());
            // A connection is used again until its client lets it go.
            loop {
                let (mut head, mut length) = (String::new(), 0);
                loop {
                    let mut line = String::new();
                    if reader.read_line(&mut line).unwrap_or(0) == 0 {
                        break;
                    }
                    if let Some(told) = line.to_lowercase().strip_prefix("content-length:") {
                        length = told.trim().parse().unwrap();
                    }
                    head.push_str(&line);
                    if line == "\r\n" {
                        break;
                    }
                }
                if !head.ends_with("\r\n\r\n") {
                    break;
                }
                let mut body = vec![0; length];
                reader.read_exact(&mut body).unwrap();
                keeping
                    .lock()
                    .unwrap()
                    .push(head + &String::from_utf8(body).unwrap());
                stream
                    .write_all(b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\n{}")
                    .unwrap();
            }
        }
    });
    (format!("http://{address}"), kept)
}

#[test]
fn a_request_is_followed_through_the_gate_in_the_clients_own_trace() {
    let machine = Machine::new();
    let registry = registry();
    let (url, kept) = collector();
    let mut gate = Gate::start_with(&machine, &registry, &["--traces", &url], |command| {
        command.env("OTEL_EXPORTER_OTLP_HEADERS", "x-team=builds");
    });
    let trace = "4bf92f3577b34da6a3ce929d0e0e4736";
    let header = format!("traceparent: 00-{trace}-00f067aa0ba902b7-01\r\n");
    assert_eq!(gate.get(TARBALL, &header).0, 200);
    assert_eq!(gate.get("/absent", "").0, 404);
    gate.signal("-TERM");
    gate.line("stopped:");
    gate.child.wait().unwrap();
    let kept = kept.lock().unwrap().clone();
    assert!(!kept.is_empty(), "nothing came");
    let mut spans = Vec::new();
    for request in &kept {
        assert!(request.starts_with("POST /v1/traces HTTP/1.1\r\n"), "{request}");
        assert!(request.contains("x-team: builds"), "{request}");
        let body: serde_json::Value =
            serde_json::from_str(request.split_once("\r\n\r\n").unwrap().1).unwrap();
        let resource = &body["resourceSpans"][0];
        assert_eq!(
            resource["resource"]["attributes"][0]["value"]["stringValue"],
            "cleanbill-gate"
        );
        spans.extend(resource["scopeSpans"][0]["spans"].as_array().unwrap().clone());
    }
    let ours: Vec<_> = spans.iter().filter(|span| span["traceId"] == trace).collect();
    let named = |name: &str| -> Vec<&serde_json::Value> {
        ours.iter().copied().filter(|span| span["name"] == name).collect()
    };
    let request = named("request")[0];
    assert_eq!(
        (&request["parentSpanId"], &request["kind"]),
        (&"00f067aa0ba902b7".into(), &2.into())
    );
    let attribute = |span: &serde_json::Value, key: &str| {
        let all = span["attributes"].as_array().unwrap().clone();
        all.into_iter()
            .find(|told| told["key"] == key)
            .map(|told| told["value"].clone())
    };
    assert_eq!(attribute(request, "url.path").unwrap()["stringValue"], TARBALL);
    assert_eq!(
        attribute(request, "http.response.status_code").unwrap()["intValue"],
        "200"
    );
    assert_eq!(
        attribute(request, "cleanbill.kind").unwrap()["stringValue"],
        "tarball"
    );
    let document = named("document")[0];
    assert_eq!(document["parentSpanId"], request["spanId"]);
    assert_eq!(named("verdict")[0]["parentSpanId"], document["spanId"]);
    // The document, then the tarball.
    let fetches = named("fetch");
    assert_eq!(fetches.len(), 2, "{ours:?}");
    assert!(fetches.iter().all(|span| span["kind"] == 3));
    assert_eq!(named("analysis")[0]["parentSpanId"], request["spanId"]);
    for span in &spans {
        let moment = |key: &str| span[key].as_str().unwrap().parse::<u64>().unwrap();
        assert!(moment("startTimeUnixNano") <= moment("endTimeUnixNano"), "{span}");
    }
    assert!(
        spans.iter().any(|span| span["traceId"] != trace),
        "another request is another trace"
    );
}

#[test]
fn a_collector_that_is_down_costs_the_spans_and_nothing_else() {
    let machine = Machine::new();
    let registry = registry();
    let nobody = std::net::TcpListener::bind("127.0.0.1:0")
        .unwrap()
        .local_addr()
        .unwrap();
    let gate = Gate::start(&machine, &registry, &["--traces", &format!("http://{nobody}")]);
    assert_eq!(gate.get(TARBALL, "").0, 200);
    let started = Instant::now();
    loop {
        let told = gate.get("/-/cleanbill/metrics", "").1;
        let dropped = told
            .lines()
            .find_map(|line| line.strip_prefix("cleanbill_spans_dropped_total "));
        if dropped.is_some_and(|count| count.parse::<u64>().unwrap() >= 4) {
            assert!(told.contains("\ncleanbill_spans_sent_total 0"), "{told}");
            break;
        }
        assert!(started.elapsed() < Duration::from_secs(15), "{told}");
        std::thread::sleep(Duration::from_millis(100));
    }
    let wrong = machine.run(machine.home(), &["gate", "--traces", "nowhere"]);
    assert_eq!(wrong.code(), 2);
    assert!(
        wrong.stderr().contains("no collector of traces"),
        "{}",
        wrong.stderr()
    );
}

#[test]
fn a_bucket_that_cannot_be_used_is_said_at_once_and_one_that_is_gone_holds_up_nobody() {
    let machine = Machine::new();
    let registry = registry();
    let told = |place: &str| {
        let answer = machine.run(
            machine.home(),
            &["gate", "--registry", registry.url(), "--blobs", place],
        );
        assert_eq!(answer.code(), 2, "{}", answer.stderr());
        answer.stderr()
    };
    assert!(told("cleanbill").contains("cannot use the bucket"));
    let bucket = "s3://cleanbill/gate?endpoint=http://127.0.0.1:9";
    assert!(told(bucket).contains("AWS_ACCESS_KEY_ID"));
    let gate = Gate::start_with(&machine, &registry, &["--blobs", bucket], |command| {
        command
            .env("AWS_ACCESS_KEY_ID", "inert")
            .env("AWS_SECRET_ACCESS_KEY", "inert");
    });
    assert_eq!(gate.get(TARBALL, "").0, 200);
}

#[test]
fn a_run_tells_at_its_end_what_was_held_and_what_came_in_its_place() {
    let machine = Machine::new();
    let now = std::time::UNIX_EPOCH.elapsed().unwrap().as_millis();
    let hour_ago = Timestamp::from_millis(i64::try_from(now).unwrap()).minus(Age::hours(1));
    let registry = Registry::with([PackageBuilder::new("left")
        .release("1.0.0", &[("index.js", "module.exports = 1;\n")])
        .published("1.0.0", "2020-01-01T00:00:00.000Z")
        .release("1.1.0", &[("index.js", "module.exports = 2;\n")])
        .published("1.1.0", &hour_ago.to_string())
        .partial(serde_json::json!({"time": {"created": "2020-01-01T00:00:00.000Z"}}))
        .tag("latest", "1.1.0")
        .build()]);
    machine.write("package.json", "{\"name\":\"app\",\"version\":\"1.0.0\"}");
    let install = [
        "run",
        "--registry",
        registry.url(),
        "--",
        "npm",
        "install",
        "left",
        "--no-audit",
        "--no-fund",
    ];
    let done = machine.run(machine.home(), &install);
    let told = done.stderr();
    assert_eq!(done.code(), 0, "{told}");
    for line in [
        "cleanbill: 1 tarballs served, 0 refused",
        "  1 of 1 packages have versions that are held, 1 in all; judging took ",
        "  left: `latest` is 1.0.0 here, its registry says 1.1.0",
    ] {
        assert!(told.contains(line), "{line} in\n{told}");
    }
}
