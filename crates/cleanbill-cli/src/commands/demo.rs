//! `cleanbill demo`: the attack of June 2026, replayed inert on this machine: one install without the gate and
//! one with it, a minute after the first poisoned release. Nothing leaves the machine and no script runs.
use std::{
    collections::BTreeMap,
    fs,
    net::{Ipv4Addr, SocketAddr},
    path::Path,
    process::{Command, ExitCode, Stdio},
    sync::Arc,
};

use clap::Args;
use cleanbill_audits::catalogue::CATALOGUE;
use cleanbill_engine::Ports;
use cleanbill_facts::PopularNames;
use cleanbill_gate::{Gate, GateSettings, Running, enforce::Enforcer};
use cleanbill_model::{Age, PackageName, Timestamp};
use cleanbill_policy::{AuditLevel, Cooldown, Policy, UnassessedAction};
use cleanbill_ports::clock::FixedClock;
use cleanbill_replay::{Case, MemoryRegistry, Replay, demo};
use serde_json::Value;

use crate::{cli::Common, compose, eval::corpus::Silence, failure::Failure, output, world::World};

/// What was known when, of the two packages played (UTC).
const TIMELINE: [(&str, &str); 5] = [
    (
        "16 Jun 07:05",
        "easy-day-js 1.11.21 appears: a copy of a popular date library, harmless",
    ),
    (
        "16 Jun 15:21",
        "@mastra/core 1.42.0, from its own workflow, attested",
    ),
    (
        "17 Jun 01:01",
        "easy-day-js 1.11.22: an install script that fetches and runs a program",
    ),
    (
        "17 Jun 01:15",
        "@mastra/core 1.42.1: by hand, without attestation, with easy-day-js added",
    ),
    (
        "17 Jun 01:16",
        "you run npm install; the first public report is still to come",
    ),
];

/// The arguments: none.
#[derive(Debug, Args)]
pub struct Arguments {}

/// Plays it.
///
/// # Errors
/// When npm is not there, or a folder for the play cannot be made.
pub fn run(_arguments: &Arguments, common: &Common, world: &World) -> Result<ExitCode, Failure> {
    let cannot = |what: &str| Failure::usage(format!("cannot play the demo: {what}"));
    let stage = tempfile::tempdir().map_err(|error| cannot("no temporary folder").because(&error))?;
    for (path, bytes) in demo::FILES {
        let path = stage.path().join("case").join(path);
        let written = path
            .parent()
            .map_or(Ok(()), fs::create_dir_all)
            .and_then(|()| fs::write(&path, bytes));
        written.map_err(|error| cannot("its files cannot be written").because(&error))?;
    }
    let folder = stage.path().join("case");
    let case = Case::read(&folder).map_err(|error| cannot("its case is damaged").because(&error))?;
    let runtime = compose::runtime()?;
    let mut text =
        String::from("A minute after the first poisoned release, 17 June 2026. What was known:\n\n");
    for (when, what) in TIMELINE {
        text.push_str(&format!("  {when}  {what}\n"));
    }
    for (title, policy) in [
        ("without the gate", open_policy()),
        ("with the gate", Policy::default()),
    ] {
        let replay =
            Replay::read(&folder).map_err(|error| cannot("its replay is damaged").because(&error))?;
        let gate = runtime.block_on(start(replay, policy, case.as_of))?;
        let project = stage.path().join(title.replace(' ', "-"));
        let installed = install(&project, gate.address, world)?;
        text.push_str(&format!("\n{title}: npm install @mastra/core\n\n"));
        for (name, (version, script)) in &installed {
            let would = script
                .as_ref()
                .map(|script| format!("  would have run `{script}`"))
                .unwrap_or_default();
            text.push_str(&format!("  installed {name}@{version}{would}\n"));
        }
        runtime.block_on(async {
            for name in ["@mastra/core", "easy-day-js"] {
                let Ok(name) = PackageName::parse(name) else {
                    continue;
                };
                for sentence in gate.held(&name).await {
                    // Nothing of the play is kept, so `cleanbill why` would not know it.
                    let reason = sentence.split(". Run `").next().unwrap_or(&sentence);
                    text.push_str(&format!("  held: {reason}\n"));
                }
            }
            gate.stop().await;
        });
    }
    text.push_str("\nNo feed was asked and no network used; the scripts were left alone in both.\n");
    output::answer(&text, common)?;
    Ok(ExitCode::SUCCESS)
}

/// A policy that lets everything through: a plain registry.
fn open_policy() -> Policy {
    Policy {
        cooldown: Cooldown {
            release: Age::default(),
            name: Age::default(),
            ..Cooldown::default()
        },
        levels: CATALOGUE
            .iter()
            .map(|audit| (audit.meta().id.0.to_owned(), AuditLevel::Off))
            .collect(),
        unassessed: UnassessedAction::Warn,
        ..Policy::default()
    }
}

async fn start(replay: Replay, policy: Policy, now: Timestamp) -> Result<Running, Failure> {
    let enforcer = Enforcer {
        ports: Ports {
            registry: Arc::new(MemoryRegistry::new(replay)),
            // Nobody knew: the verdict stands on what the registry tells.
            advisories: Arc::new(Silence),
            code: None,
        },
        policy: Arc::new(policy),
        popular: Arc::new(PopularNames::builtin()),
        code: None,
        basis: String::new(),
    };
    let listen = SocketAddr::from((Ipv4Addr::LOCALHOST, 0));
    let settings = GateSettings::new(listen, enforcer, Arc::new(FixedClock(now)));
    Gate::start(settings)
        .await
        .map_err(|error| Failure::usage("cannot play the demo: the gate does not start").because(&error))
}

/// What npm installed, by name: version and the script that would have run.
type Installed = BTreeMap<String, (String, Option<String>)>;

/// Lets npm install into `project` from the registry at `address`, scripts off, with a cache of its own.
fn install(project: &Path, address: SocketAddr, world: &World) -> Result<Installed, Failure> {
    let cannot = || Failure::usage("cannot play the demo: npm does not run");
    let manifest =
        "{\"name\":\"demo\",\"version\":\"1.0.0\",\"dependencies\":{\"@mastra/core\":\"^1.40.0\"}}\n";
    fs::create_dir_all(project)
        .and_then(|()| fs::write(project.join("package.json"), manifest))
        .map_err(|error| cannot().because(&error))?;
    let status = Command::new("npm")
        .args([
            "install",
            "--ignore-scripts",
            "--no-audit",
            "--no-fund",
            "--no-update-notifier",
            "--loglevel=error",
        ])
        .current_dir(project)
        .env_clear()
        .env("PATH", world.variable("PATH").unwrap_or_default())
        .env("HOME", project)
        .env("npm_config_registry", format!("http://{address}/"))
        .env("npm_config_cache", project.join(".cache"))
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .status()
        .map_err(|error| {
            cannot()
                .because(&error)
                .hint("install npm, and put it on the PATH")
        })?;
    if !status.success() {
        return Err(cannot().hint(format!("npm ended with {status}")));
    }
    let mut installed = Installed::new();
    let modules = project.join("node_modules");
    for folder in ["@mastra/core", "easy-day-js", "zod"] {
        let Some(text) = compose::read_text(&modules.join(folder).join("package.json"), 1024 * 1024)? else {
            continue;
        };
        let Ok(manifest) = serde_json::from_str::<Value>(&text) else {
            continue;
        };
        let word = |value: &Value| value.as_str().map(str::to_owned);
        let script = manifest
            .get("scripts")
            .and_then(|scripts| scripts.get("postinstall"))
            .and_then(word);
        installed.insert(
            folder.to_owned(),
            (manifest.get("version").and_then(word).unwrap_or_default(), script),
        );
    }
    Ok(installed)
}
