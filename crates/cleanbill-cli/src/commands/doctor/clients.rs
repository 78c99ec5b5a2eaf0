//! The clients that may be on a machine: how each is asked for its version, and how it installs one package
//! into an empty project under the settings of this folder and account.
use std::{
    fs,
    path::Path,
    process::{Command, Stdio},
    time::{Duration, Instant},
};

use crate::{compose::read_text, world::World};

/// How long one install of one tiny package may take; the slowest client starts in a few seconds.
const PATIENCE: Duration = Duration::from_secs(90);
/// Settings files of a project that name registries.
const SETTINGS: [&str; 4] = [".npmrc", ".yarnrc", ".yarnrc.yml", "bunfig.toml"];
/// Largest of them read.
const MAX_SETTINGS: usize = 1024 * 1024;
/// Lines of `.yarnrc.yml` that name files of the project, which the trial does not have.
const NOT_TAKEN: [&str; 3] = ["yarnPath:", "plugins:", "  - "];

/// A client.
#[derive(Clone, Copy, Debug)]
pub(super) enum Client {
    Npm,
    Pnpm,
    Yarn,
    Bun,
    Deno,
}

/// Every client looked for.
pub(super) const ALL: [Client; 5] = [Client::Npm, Client::Pnpm, Client::Yarn, Client::Bun, Client::Deno];

impl Client {
    pub(super) fn word(self) -> &'static str {
        match self {
            Self::Npm => "npm",
            Self::Pnpm => "pnpm",
            Self::Yarn => "yarn",
            Self::Bun => "bun",
            Self::Deno => "deno",
        }
    }

    pub(super) fn shown(self) -> &'static str {
        match self {
            Self::Npm => "npm",
            Self::Pnpm => "pnpm",
            Self::Yarn => "Yarn",
            Self::Bun => "Bun",
            Self::Deno => "Deno",
        }
    }

    /// Its version; `None` where it is not on the PATH.
    pub(super) fn version(self, world: &World) -> Option<String> {
        let (succeeded, text) = call(
            Command::new(self.word())
                .arg("--version")
                .current_dir(std::env::temp_dir()),
            world,
        )?;
        let first = text
            .lines()
            .find(|line| line.contains(|c: char| c.is_ascii_digit()))?;
        let version = first
            .split_whitespace()
            .find(|word| word.starts_with(|c: char| c.is_ascii_digit()))?;
        succeeded.then(|| version.to_owned())
    }

    /// Installs `name` into an empty project at `project`; an error says what the client said.
    pub(super) fn installs(
        self,
        name: &str,
        version: &str,
        project: &Path,
        world: &World,
    ) -> Result<(), String> {
        let told = |error: std::io::Error| format!("the trial cannot be set up: {error}");
        fs::create_dir_all(project).map_err(told)?;
        let manifest = format!(
            "{{\"name\":\"trial\",\"version\":\"1.0.0\",\"private\":true,\"dependencies\":{{\"{name}\":\"1.0.0\"}}}}\n"
        );
        fs::write(project.join("package.json"), manifest).map_err(told)?;
        for file in SETTINGS {
            let Ok(Some(text)) = read_text(&world.folder.join(file), MAX_SETTINGS) else {
                continue;
            };
            let taken: String = text
                .split_inclusive('\n')
                .filter(|line| {
                    file != ".yarnrc.yml" || !NOT_TAKEN.iter().any(|start| line.starts_with(start))
                })
                .collect();
            fs::write(project.join(file), taken).map_err(told)?;
        }
        let is_classic = version.starts_with("1.");
        if matches!(self, Self::Yarn) && !is_classic {
            // Without a lockfile of its own Yarn looks for the project in the folders above.
            fs::write(project.join("yarn.lock"), "").map_err(told)?;
        }
        let mut command = Command::new(self.word());
        command.current_dir(project);
        match self {
            Self::Npm => command.args(["install", "--ignore-scripts", "--no-audit", "--no-fund"]),
            Self::Pnpm => command.args(["install", "--ignore-scripts", "--ignore-workspace"]),
            Self::Yarn if is_classic => command.args(["install", "--ignore-scripts", "--non-interactive"]),
            Self::Yarn => command
                .args(["install", "--no-immutable"])
                .env("YARN_ENABLE_SCRIPTS", "false")
                .env("YARN_NODE_LINKER", "node-modules"),
            Self::Bun => command.args(["install", "--ignore-scripts"]),
            Self::Deno => command.args(["install", "--node-modules-dir=auto"]),
        };
        let Some((succeeded, said)) = call(&mut command, world) else {
            return Err(format!("it did not end within {} s", PATIENCE.as_secs()));
        };
        let installed = project.join("node_modules").join(name).join("index.js");
        let bare = name.rsplit('/').next().unwrap_or(name);
        let arrived = matches!(read_text(&installed, MAX_SETTINGS), Ok(Some(text)) if text.contains(bare));
        if arrived {
            return Ok(());
        }
        let line = said
            .lines()
            .map(str::trim)
            .filter(|line| !line.is_empty())
            .find(|line| {
                ["404", "ERR", "error", "rror:"]
                    .iter()
                    .any(|word| line.contains(word))
            })
            .or_else(|| said.lines().last())
            .unwrap_or("it said nothing")
            .to_owned();
        Err(if succeeded {
            format!("nothing was installed: {line}")
        } else {
            line
        })
    }
}

/// Runs a command to its end; `None` where it cannot be started or takes too long.
fn call(command: &mut Command, world: &World) -> Option<(bool, String)> {
    let output = tempfile::tempfile().ok()?;
    let mut child = command
        .env("PATH", world.variable("PATH").unwrap_or_default())
        .env("CI", "1")
        .env("COREPACK_ENABLE_DOWNLOAD_PROMPT", "0")
        .stdin(Stdio::null())
        .stdout(output.try_clone().ok()?)
        .stderr(output.try_clone().ok()?)
        .spawn()
        .ok()?;
    let started = Instant::now();
    let status = loop {
        if let Some(status) = child.try_wait().ok()? {
            break status;
        }
        if started.elapsed() > PATIENCE {
            drop(child.kill());
            drop(child.wait());
            return None;
        }
        std::thread::sleep(Duration::from_millis(20));
    };
    let mut text = Vec::new();
    let mut output = output;
    std::io::Seek::rewind(&mut output).ok()?;
    std::io::Read::read_to_end(&mut std::io::Read::take(output, 1024 * 1024), &mut text).ok()?;
    Some((status.success(), String::from_utf8_lossy(&text).into_owned()))
}
