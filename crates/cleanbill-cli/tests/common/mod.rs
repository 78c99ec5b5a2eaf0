//! A machine of its own for each test: empty home, empty cache, no client settings, no network but loopback.
#![allow(dead_code, reason = "each test file uses its part of the harness")]
#![allow(
    clippy::expect_used,
    clippy::panic,
    reason = "a test that cannot go on says so"
)]
pub mod update;

use std::{
    path::{Path, PathBuf},
    process::{Command, Output},
};

use tempfile::TempDir;

/// A home with nothing in it.
pub struct Machine {
    home: TempDir,
}

impl Machine {
    /// A new one.
    pub fn new() -> Self {
        Self {
            home: tempfile::tempdir().expect("a temporary folder"),
        }
    }

    /// Its home.
    pub fn home(&self) -> &Path {
        self.home.path()
    }

    /// Writes a file below its home.
    pub fn write(&self, path: &str, text: &str) -> PathBuf {
        let full = self.home.path().join(path);
        std::fs::create_dir_all(full.parent().expect("a parent")).expect("a folder");
        std::fs::write(&full, text).expect("a file");
        full
    }

    /// `cleanbill` with `arguments`, called in `folder`.
    pub fn command(&self, folder: &Path, arguments: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_cleanbill"));
        command
            .args(arguments)
            .current_dir(folder)
            .env_clear()
            .env("PATH", std::env::var_os("PATH").unwrap_or_default())
            .env("HOME", self.home.path())
            .env("NO_COLOR", "1");
        command
    }

    /// Runs it.
    pub fn run(&self, folder: &Path, arguments: &[&str]) -> Answer {
        Answer(
            self.command(folder, arguments)
                .output()
                .expect("cleanbill starts"),
        )
    }
}

/// What a run answered.
pub struct Answer(pub Output);

impl Answer {
    /// The exit code.
    pub fn code(&self) -> i32 {
        self.0.status.code().expect("it was not killed")
    }
    /// Stdout.
    pub fn stdout(&self) -> String {
        String::from_utf8(self.0.stdout.clone()).expect("answers are UTF-8")
    }
    /// Stderr.
    pub fn stderr(&self) -> String {
        String::from_utf8_lossy(&self.0.stderr).into_owned()
    }
    /// Stdout as JSON.
    pub fn json(&self) -> serde_json::Value {
        serde_json::from_str(&self.stdout())
            .unwrap_or_else(|error| panic!("no JSON: {error}\n{}\n{}", self.stdout(), self.stderr()))
    }
}

/// A folder of this crate's tests.
pub fn tests(path: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests").join(path)
}

/// A replay of the corpus.
pub fn replay(id: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("../../corpus/replays")
        .join(id)
}
