//! The suite of the port against a PostgreSQL of the test's own, on a free loopback port, and what happens
//! when it restarts under load. Where no server is installed the tests say so and pass.
#![expect(clippy::unwrap_used, reason = "a test that cannot go on says so")]
use std::{
    fs,
    net::TcpListener,
    path::{Path, PathBuf},
    process::{Command, Stdio},
    sync::atomic::{AtomicU64, Ordering},
};

use cleanbill_ports::{EventKind, GateStore as _, chain::Verifier};
use cleanbill_postgres::PostgresStore;
use cleanbill_testkit::suites::{self, event};
use tempfile::TempDir;

/// Where Debian and others put the server's programs.
fn programs() -> Option<PathBuf> {
    let on_path = std::env::var_os("PATH").map(|path| std::env::split_paths(&path).collect::<Vec<_>>());
    let versioned = fs::read_dir("/usr/lib/postgresql")
        .into_iter()
        .flatten()
        .filter_map(|entry| Some(entry.ok()?.path().join("bin")));
    versioned
        .chain(on_path.into_iter().flatten())
        .find(|folder| folder.join("initdb").is_file() && folder.join("pg_ctl").is_file())
}

struct Server {
    programs: PathBuf,
    folder: TempDir,
    port: u16,
}

impl Server {
    fn start() -> Option<Self> {
        let Some(programs) = programs() else {
            println!("skipped: no PostgreSQL server is installed");
            return None;
        };
        let folder = tempfile::tempdir().unwrap();
        #[cfg(unix)]
        {
            // The server does not run as root: its own account has to look in here.
            use std::os::unix::fs::PermissionsExt as _;
            fs::set_permissions(folder.path(), fs::Permissions::from_mode(0o777)).unwrap();
        }
        let port = TcpListener::bind("127.0.0.1:0")
            .unwrap()
            .local_addr()
            .unwrap()
            .port();
        let server = Self {
            programs,
            folder,
            port,
        };
        let data = server.data();
        server.call("initdb", &["-D", &data, "-U", "gate", "-A", "trust", "--no-sync"]);
        server.control("start");
        Some(server)
    }

    fn data(&self) -> String {
        self.folder.path().join("data").display().to_string()
    }

    fn control(&self, what: &str) {
        let options = format!(
            "-p {} -c listen_addresses=127.0.0.1 -c unix_socket_directories='' -c fsync=off",
            self.port
        );
        let log = self.folder.path().join("log").display().to_string();
        let data = self.data();
        let mut arguments = vec!["-D", &data, "-w", "-t", "60", "-m", "immediate"];
        if what != "stop" {
            arguments.extend(["-o", &options, "-l", &log]);
        }
        arguments.push(what);
        if what == "start" {
            arguments.retain(|argument| !["-m", "immediate"].contains(argument));
        }
        self.call("pg_ctl", &arguments);
    }

    fn call(&self, program: &str, arguments: &[&str]) {
        let program = self.programs.join(program);
        let is_root = Path::new("/root").read_dir().is_ok();
        let mut command = if is_root {
            let mut command = Command::new("setpriv");
            command
                .args(["--reuid=postgres", "--regid=postgres", "--clear-groups"])
                .arg(program);
            command
        } else {
            Command::new(program)
        };
        let status = command
            .args(arguments)
            .current_dir(self.folder.path())
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .status()
            .unwrap();
        assert!(status.success(), "{arguments:?}");
    }

    fn open(&self) -> PostgresStore {
        let address = format!("postgres://gate@127.0.0.1:{}/postgres?sslmode=disable", self.port);
        PostgresStore::open(&address).unwrap()
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        if self.folder.path().join("data/postmaster.pid").exists() {
            self.control("stop");
        }
    }
}

#[test]
fn the_suite_of_the_port_and_a_restart_under_load() {
    let Some(server) = Server::start() else { return };
    suites::gate_store(|| server.open());

    let before = server.open().append(&[]).unwrap();
    let answered = AtomicU64::new(0);
    std::thread::scope(|scope| {
        for n in 0..4 {
            let (store, answered) = (server.open(), &answered);
            scope.spawn(move || {
                for m in 0..60 {
                    let who = format!("writer {n}");
                    store
                        .append(&[event(EventKind::Served, "load", "1.0.0", &who, m)])
                        .unwrap();
                    answered.fetch_add(1, Ordering::SeqCst);
                }
            });
        }
        while answered.load(Ordering::SeqCst) < 20 {
            std::thread::yield_now();
        }
        // `immediate` is the server's own kill: it recovers from its log when it starts again.
        server.control("restart");
    });
    let store = server.open();
    let mut verifier = Verifier::default();
    loop {
        let piece = store.entries(verifier.number(), 100).unwrap();
        if piece.is_empty() {
            break;
        }
        verifier.follow(&piece).unwrap();
    }
    // One more for each writer whose answer was lost on the way.
    let added = verifier.number() - before;
    assert!((240..=244).contains(&added), "{added} of 240 are there");
}

#[test]
fn a_server_that_is_not_there_is_said_with_its_place_and_no_secret() {
    let port = TcpListener::bind("127.0.0.1:0")
        .unwrap()
        .local_addr()
        .unwrap()
        .port();
    let error = PostgresStore::open(&format!("not an address {port}"))
        .err()
        .unwrap();
    assert!(
        error.to_string().contains("postgres://user@host/database"),
        "{error}"
    );
}
