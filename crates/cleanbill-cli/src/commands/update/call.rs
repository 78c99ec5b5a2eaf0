//! One call of the project's own client on a copy, behind a gate, with an end to patience.
//! It knows neither plans nor manifests.
use std::{
    collections::BTreeMap,
    fs::{self, File},
    io::{Read as _, Seek as _, SeekFrom},
    net::{Ipv4Addr, SocketAddr},
    path::Path,
    process::{Command, Stdio},
    sync::Arc,
    time::{Duration, Instant},
};

use cleanbill_lockfile::limits::MAX_LOCKFILE_BYTES;
use cleanbill_model::PackageName;
use cleanbill_policy::Policy;
use cleanbill_ports::Registry;
use cleanbill_update::apply::{
    client::{Client, Within},
    stage::Stage,
};

use super::apply::Order;
use crate::{
    client::answer_of,
    commands::{gate, run},
    compose,
    failure::Failure,
    world::World,
};

/// How long one call of a client may take; resolving a large tree from an empty cache takes a minute or two.
const PATIENCE: Duration = Duration::from_secs(600);
/// How long a client may take to tell its version.
const VERSION_PATIENCE: Duration = Duration::from_secs(30);
/// How much of a client's own words is shown when it fails.
const TOLD_BYTES: u64 = 2_000;

/// What a client is to do.
pub struct Task<'a> {
    /// The client.
    pub client: Client,
    /// The copy it works on.
    pub stage: &'a Stage,
    /// The lockfile's name.
    pub lockfile: &'a str,
    /// What it may see of the registry.
    pub registry: Arc<dyn Registry>,
    /// What the gate lets through.
    pub policy: Policy,
    /// Packages that move within their ranges.
    pub within: &'a Within,
    /// Packages whose entries a client must not find.
    pub forgotten: &'a [PackageName],
    /// True where something young is let in for a fix.
    pub young: bool,
}

/// Lets the client write the copy's lockfile.
///
/// # Errors
/// When it cannot be started, fails, or does not end. The project was only read.
pub fn write_lockfile(order: &Order<'_>, task: Task<'_>) -> Result<(), Failure> {
    let (session, world, stage) = (order.session, order.world, task.stage);
    let running = if order.deep {
        let listen = SocketAddr::from((Ipv4Addr::LOCALHOST, 0));
        let gate = gate::start_before(task.registry, task.policy, session, order.common, world, listen);
        session.runtime.block_on(gate)?
    } else {
        let gate = gate::start_to_resolve(task.registry, task.policy, session, order.common, world);
        session.runtime.block_on(gate)?
    };
    let address = format!("http://{}", running.address);
    if let Some(text) = compose::read_text(&stage.file(task.lockfile), MAX_LOCKFILE_BYTES)?
        && let Some(without) = task.client.forgets(&text, task.forgotten)
    {
        fs::write(stage.file(task.lockfile), without)
            .map_err(|error| Failure::ours("cannot write the copy of the lockfile").because(&error))?;
    }
    let mut environment = run::client_environment(&address, false, &session.scopes());
    if task.client == Client::YarnBerry {
        // Yarn keeps documents by host without its port: those of an earlier gate would be taken for this one's.
        let own = stage.file(".yarn-global").display().to_string();
        environment.insert("YARN_GLOBAL_FOLDER".into(), own);
    }
    if task.young {
        // The gate holds what is young; a client's own age rule knows no fast lane and would hold the fix.
        for (name, none) in [
            ("npm_config_min_release_age", "0"),
            ("pnpm_config_minimum_release_age", "0"),
            ("YARN_NPM_MINIMAL_AGE_GATE", "0"),
        ] {
            environment.insert(name.into(), none.into());
        }
    }
    let mut outcome = Ok(());
    for call in task.client.calls(task.within) {
        outcome = run_one(task.client, &call, &environment, stage, world);
        if outcome.is_err() {
            break;
        }
    }
    let restored = run::restore_lockfiles(session, &running, &address, stage.path());
    session.runtime.block_on(running.stop());
    outcome?;
    restored.map_err(|problems| {
        Failure::usage("cannot take the gate's address out of the new lockfile").hint(problems.join("; "))
    })
}

/// The client's version, where it tells one.
pub fn version(client: Client, folder: &Path, world: &World) -> Option<String> {
    let mut program = Command::new(client.program());
    program
        .arg("--version")
        .current_dir(folder)
        .env_clear()
        .envs(world.environment.iter());
    answer_of(&mut program, VERSION_PATIENCE).map(|text| text.trim().to_owned())
}

fn run_one(
    client: Client,
    call: &[String],
    environment: &BTreeMap<String, String>,
    stage: &Stage,
    world: &World,
) -> Result<(), Failure> {
    let shown = format!("{} {}", client.program(), call.join(" "));
    let ours = |error: &std::io::Error| Failure::ours(format!("cannot watch `{shown}`")).because(error);
    let mut log = tempfile_in(stage).map_err(|error| ours(&error))?;
    let (out, err) = (
        log.try_clone().map_err(|e| ours(&e))?,
        log.try_clone().map_err(|e| ours(&e))?,
    );
    let mut child = Command::new(client.program())
        .args(call)
        .current_dir(stage.path())
        .env_clear()
        .envs(world.environment.iter())
        .envs(environment)
        .stdin(Stdio::null())
        .stdout(Stdio::from(out))
        .stderr(Stdio::from(err))
        .spawn()
        .map_err(|error| {
            Failure::usage(format!("cannot run `{}`", client.program()))
                .because(&error)
                .hint("check that the client is installed and on the PATH")
        })?;
    let started = Instant::now();
    let status = loop {
        match child.try_wait() {
            Ok(Some(status)) => break status,
            Ok(None) if started.elapsed() > PATIENCE => {
                drop(child.kill());
                drop(child.wait());
                return Err(
                    Failure::usage(format!("`{shown}` did not end within {} s", PATIENCE.as_secs()))
                        .hint("nothing was changed"),
                );
            }
            Ok(None) => std::thread::sleep(Duration::from_millis(20)),
            Err(error) => return Err(ours(&error)),
        }
    };
    if status.success() {
        return Ok(());
    }
    let said = tail(&mut log).unwrap_or_default();
    Err(
        Failure::usage(format!("`{shown}` failed ({status}); nothing was changed"))
            .hint(format!("the client said: {said}")),
    )
}

fn tempfile_in(stage: &Stage) -> std::io::Result<File> {
    File::options()
        .create(true)
        .append(true)
        .read(true)
        .open(stage.file(".client-log"))
}

fn tail(log: &mut File) -> std::io::Result<String> {
    let length = log.metadata()?.len();
    log.seek(SeekFrom::Start(length.saturating_sub(TOLD_BYTES)))?;
    let mut bytes = Vec::new();
    log.take(TOLD_BYTES).read_to_end(&mut bytes)?;
    Ok(String::from_utf8_lossy(&bytes).trim().to_owned())
}
