//! A campaign, a folder and real repositories with fixed dates, made for each test.
#![allow(dead_code, reason = "each test file uses its part of the harness")]
#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::disallowed_methods,
    reason = "the harness of tests: it may fail, and it runs git and writes files"
)]
use std::{
    path::{Path, PathBuf},
    process::Command,
};

use cleanbill_feeds::campaign::Campaign;
use cleanbill_hunt::{History, HuntOptions, Hunted, Watch, hunt, would::Span};
use tempfile::TempDir;

/// SHA-1 of nothing, as hexadecimal and as a digest of a lockfile.
pub const BAD_HEX: &str = "da39a3ee5e6b4b0d3255bfef95601890afd80709";
pub const BAD_SRI: &str = "sha1-2jmj7l5rSw0yVb/vlWAYkK/YBwk=";

/// The campaign of these tests: `left` 1.0.1, all of `lefty`, a trace and a digest.
pub fn campaign() -> Campaign {
    serde_json::from_value(serde_json::json!({
        "schema": "cleanbill-campaign/1", "id": "left-2026-06", "name": "left", "class": "hijack", "confidence": "high",
        "vector": "stolen token", "execution": {"when": ["install"], "detail": "postinstall"},
        "timeline": [{"at": "2026-06-17T01:00:00Z", "what": "first bad release published"}],
        "signals": ["code:credential_file_read", "code:destructive"],
        "packages": [
            {"name": "left", "versions": ["1.0.1"], "last_good": "1.0.0", "tarballs": [BAD_HEX]},
            {"name": "@scope/left", "versions": ["3.0.0"]},
            {"name": "lefty", "whole": true},
        ],
        "indicators": [{"kind": "file", "value": "/Library/Caches/com.left.agent"}, {"kind": "domain", "value": "files[.]left[.]example"}],
    }))
    .unwrap()
}

/// Another one, with nothing in these tests' folders.
pub fn other() -> Campaign {
    let mut other = campaign();
    other.id = "other-2026-06".into();
    other.packages.truncate(1);
    other.packages[0].name = "nobody-has-this".into();
    other.packages[0].tarballs.clear();
    other.indicators.clear();
    other
}

/// Both, ready.
pub fn watch() -> Watch {
    Watch::new(vec![campaign(), other()]).unwrap()
}

/// A folder of its own.
pub struct Place(pub TempDir);

impl Place {
    pub fn new() -> Self {
        Self(tempfile::tempdir().unwrap())
    }

    pub fn path(&self) -> &Path {
        self.0.path()
    }

    pub fn write(&self, path: &str, text: impl AsRef<[u8]>) -> PathBuf {
        let full = self.path().join(path);
        std::fs::create_dir_all(full.parent().unwrap()).unwrap();
        std::fs::write(&full, text).unwrap();
        full
    }

    /// Runs git here at a fixed time, as somebody fixed, with nobody's settings.
    pub fn git_at(&self, at: &str, arguments: &[&str]) -> String {
        let output = Command::new("git")
            .args(arguments)
            .current_dir(self.path())
            .env_clear()
            .env("PATH", std::env::var_os("PATH").unwrap_or_default())
            .env("HOME", self.path())
            .env("GIT_CONFIG_NOSYSTEM", "1")
            .env("GIT_AUTHOR_NAME", "somebody")
            .env("GIT_AUTHOR_EMAIL", "somebody@people.example")
            .env("GIT_COMMITTER_NAME", "somebody")
            .env("GIT_COMMITTER_EMAIL", "somebody@people.example")
            .env("GIT_AUTHOR_DATE", at)
            .env("GIT_COMMITTER_DATE", at)
            .output()
            .unwrap();
        assert!(
            output.status.success(),
            "git {arguments:?}: {}",
            String::from_utf8_lossy(&output.stderr)
        );
        String::from_utf8(output.stdout).unwrap()
    }

    pub fn git(&self, arguments: &[&str]) -> String {
        self.git_at("2026-01-01T00:00:00Z", arguments)
    }

    /// Writes a lockfile and commits it.
    pub fn commit_lockfile(&self, at: &str, path: &str, version: &str) {
        self.write(path, lockfile(&[("left", version)]));
        self.git_at(at, &["add", "-A"]);
        self.git_at(at, &["commit", "-q", "-m", &format!("left {version}")]);
    }

    pub fn hunt(&self) -> Hunted {
        self.hunt_in(&[self.path().to_owned()])
    }

    pub fn hunt_in(&self, roots: &[PathBuf]) -> Hunted {
        self.hunt_would(roots, None)
    }

    /// Everything below these is a log.
    pub fn hunt_logs(&self, logs: &[PathBuf]) -> Hunted {
        self.hunt_all(&[], logs, None)
    }

    pub fn hunt_would(&self, roots: &[PathBuf], would: Option<Span>) -> Hunted {
        self.hunt_all(roots, &[], would)
    }

    fn hunt_all(&self, roots: &[PathBuf], logs: &[PathBuf], would: Option<Span>) -> Hunted {
        let show = |path: &Path| {
            path.strip_prefix(self.path())
                .unwrap_or(path)
                .display()
                .to_string()
        };
        hunt(
            &watch(),
            &HuntOptions {
                roots: roots.to_vec(),
                logs: logs.to_vec(),
                history: History::Read,
                would,
                show: &show,
                tick: &|_| {},
            },
        )
    }
}

/// A lockfile of npm with these packages.
pub fn lockfile(packages: &[(&str, &str)]) -> String {
    let mut map = serde_json::Map::new();
    map.insert(String::new(), serde_json::json!({"name": "app"}));
    for (name, version) in packages {
        let bare = name.rsplit('/').next().unwrap();
        map.insert(
            format!("node_modules/{name}"),
            serde_json::json!({"version": version, "resolved": format!("https://registry.example/{name}/-/{bare}-{version}.tgz")}),
        );
    }
    serde_json::to_string_pretty(&serde_json::json!({"name": "app", "lockfileVersion": 3, "packages": map}))
        .unwrap()
}
