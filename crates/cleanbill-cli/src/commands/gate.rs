//! `cleanbill gate`: a registry for your clients that lets nothing unproven through, and what its keeper
//! needs: tokens, the log, what projects had locked, its standing.
mod admin;
mod serve;
mod status;
mod stores;

use std::{net::SocketAddr, process::ExitCode, sync::Arc};

use clap::{Args, Subcommand};
use cleanbill_engine::Ports;
use cleanbill_facts::PopularNames;
use cleanbill_gate::{GateSettings, Running, enforce::Enforcer, server::StartError};
use cleanbill_model::{Judgement, PackageName, Timestamp, Verdict};
use cleanbill_policy::{NamePattern, Policy};
use cleanbill_ports::{Advisories, Clock, Registry, VerdictLog as _, VerdictRecord, clock::FixedClock};
use sha2::{Digest as _, Sha256};

use crate::{cli::Common, compose::Session, failure::Failure, world::World};

pub(crate) use admin::pins;
pub use stores::{default_file, open as open_store};

/// The arguments.
#[derive(Debug, Args)]
#[command(
    args_conflicts_with_subcommands = true,
    after_help = "Examples:\n  \
    cleanbill gate                                   on 127.0.0.1:4874\n  \
    cleanbill setup                                  let the clients of this machine use it\n  \
    cleanbill gate status                            what is open and what is closed when something fails\n  \
    cleanbill run -- npm ci                          or put one command behind a gate of its own"
)]
pub struct Arguments {
    #[command(subcommand)]
    action: Option<Action>,
    #[command(flatten)]
    serve: serve::ServeArguments,
    /// Where the gate keeps what it must not forget: a file, or postgres://USER@HOST/DATABASE
    #[arg(
        long,
        global = true,
        value_name = "PLACE",
        env = "CLEANBILL_STORE",
        hide_env_values = true
    )]
    store: Option<String>,
}

impl Arguments {
    /// Where traces of what is served go.
    #[must_use]
    pub fn traces(&self) -> Option<&str> {
        let serves = self.action.is_none();
        self.serve.traces().filter(|_| serves)
    }
}

/// What else there is to do about a gate.
#[derive(Debug, Subcommand)]
enum Action {
    /// Tell how the gate stands, what was found bad later, and what is open under each failure
    Status(status::Arguments),
    /// Make, list and revoke tokens
    Token(admin::TokenArguments),
    /// Follow the chain of the log from its first entry to its last
    VerifyLog(admin::VerifyArguments),
    /// Write the log, one JSON object a line
    Log(admin::LogArguments),
    /// Take in what lockfiles pinned before the gate came, so that it stays to be seen
    Lock(admin::LockArguments),
}

/// Does what was asked for.
///
/// # Errors
/// When it cannot be done.
pub fn run(arguments: &Arguments, common: &Common, world: &World) -> Result<ExitCode, Failure> {
    let store = arguments.store.as_deref();
    match &arguments.action {
        None => serve::run(&arguments.serve, store, common, world),
        Some(Action::Status(told)) => status::run(told, store, common, world),
        Some(Action::Token(told)) => admin::token(told, store, common, world),
        Some(Action::VerifyLog(told)) => admin::verify(told, store, common, world),
        Some(Action::Log(told)) => admin::log(told, store, common, world),
        Some(Action::Lock(told)) => admin::lock(told, store, common, world),
    }
}

/// The machine's clock.
struct SystemClock;

impl Clock for SystemClock {
    fn now(&self) -> Timestamp {
        World::read().now
    }
}

/// Starts a gate of one command before the registries of the session; `locked` is what the project at hand
/// has locked.
///
/// # Errors
/// When the address cannot be had.
pub async fn start(
    session: &Session,
    common: &Common,
    world: &World,
    locked: cleanbill_gate::server::LockedBy,
) -> Result<Running, Failure> {
    let registry = session.whole_documents(world, common.offline)?;
    let policy = session.settings.policy.clone();
    let listen = SocketAddr::from((std::net::Ipv4Addr::LOCALHOST, 0));
    let mut settings = settings(registry, policy, session, common, world, listen)?;
    settings.locked = locked;
    begin(settings).await
}

/// Starts a gate before `registry`, under `policy`.
///
/// # Errors
/// When the address cannot be had.
pub async fn start_before(
    registry: Arc<dyn Registry>,
    policy: Policy,
    session: &Session,
    common: &Common,
    world: &World,
    listen: SocketAddr,
) -> Result<Running, Failure> {
    begin(settings(registry, policy, session, common, world, listen)?).await
}

/// Starts one for a client that resolves and runs nothing: what it comes to is judged afterwards, so that code is not
/// read here, which would hold a client that fetches what others only look up.
///
/// # Errors
/// When the address cannot be had.
pub async fn start_to_resolve(
    registry: Arc<dyn Registry>,
    policy: Policy,
    session: &Session,
    common: &Common,
    world: &World,
) -> Result<Running, Failure> {
    let listen = SocketAddr::from((std::net::Ipv4Addr::LOCALHOST, 0));
    let mut settings = settings(registry, policy, session, common, world, listen)?;
    settings.enforcer.code = None;
    begin(settings).await
}

async fn begin(settings: GateSettings) -> Result<Running, Failure> {
    cleanbill_gate::Gate::start(settings).await.map_err(|error| {
        let failure = Failure::usage("cannot start the gate").because(&error);
        match error {
            StartError::Listen { .. } => {
                failure.hint("choose another address with `--listen`, such as 127.0.0.1:0")
            }
            _ => failure,
        }
    })
}

fn settings(
    registry: Arc<dyn Registry>,
    policy: Policy,
    session: &Session,
    common: &Common,
    world: &World,
    listen: SocketAddr,
) -> Result<GateSettings, Failure> {
    let clock: Arc<dyn Clock> = if common.as_of.is_some() {
        Arc::new(FixedClock(session.as_of))
    } else {
        Arc::new(SystemClock)
    };
    let own: Vec<NamePattern> = policy.cooldown.own.clone();
    let log = crate::compose::verdict_log(world);
    let decided = Arc::clone(&clock);
    let mut settings = GateSettings::new(listen, enforcer(registry, policy, session, world)?, clock);
    settings.pass_to = session.base_of();
    settings.client_for = Some(session.passing(world)?);
    settings.internal = Arc::new(move |name: &PackageName| own.iter().any(|pattern| pattern.matches(name)));
    settings.remember = Some(Arc::new(move |judgements: &[Judgement]| {
        let records: Vec<VerdictRecord> = judgements
            .iter()
            .filter(|judgement| judgement.verdict != Verdict::Allow)
            .filter_map(|judgement| {
                Some(VerdictRecord {
                    name: judgement.subject.name.clone(),
                    version: judgement.subject.version.clone(),
                    decided: decided.now(),
                    json: cleanbill_report::json::v1::record(judgement).ok()?,
                })
            })
            .collect();
        if let Err(error) = log.append(&records) {
            tracing::warn!(target: "cleanbill", reason = %error, "verdicts were not kept");
        }
    }));
    Ok(settings)
}

fn enforcer(
    registry: Arc<dyn Registry>,
    policy: Policy,
    session: &Session,
    world: &World,
) -> Result<Enforcer, Failure> {
    Ok(Enforcer {
        basis: basis(&policy, &*session.ports.advisories, session.as_of),
        ports: Ports {
            registry,
            advisories: Arc::clone(&session.ports.advisories),
            code: None,
        },
        policy: Arc::new(policy),
        popular: Arc::new(PopularNames::builtin()),
        code: session.ports_with_code(world)?.code,
    })
}

/// Covers what a verdict on a content depends on beside the content: this program, the policy, the feeds.
/// A fingerprint that is another for no reason costs work; one that stays the same would cost a verdict.
fn basis(policy: &Policy, advisories: &dyn Advisories, now: Timestamp) -> String {
    let mut digest = Sha256::new();
    digest.update(env!("CARGO_PKG_VERSION"));
    digest.update(format!("{policy:?}"));
    for feed in advisories.status(now) {
        let told = (&feed.name, feed.synced, feed.malicious, feed.vulnerable);
        digest.update(format!("{told:?}"));
    }
    digest
        .finalize()
        .iter()
        .map(|byte| format!("{byte:02x}"))
        .collect()
}
