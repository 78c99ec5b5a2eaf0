//! `cleanbill gate`: a registry for your clients that lets nothing unproven through.
use std::{net::SocketAddr, process::ExitCode, sync::Arc};

use clap::Args;
use cleanbill_engine::Ports;
use cleanbill_facts::PopularNames;
use cleanbill_gate::{GateSettings, Running, enforce::Enforcer, server::StartError};
use cleanbill_model::{Judgement, PackageName, Timestamp, Verdict};
use cleanbill_policy::{NamePattern, Policy};
use cleanbill_ports::{Clock, Registry, VerdictLog as _, VerdictRecord, clock::FixedClock};

use crate::{cli::Common, compose::Session, failure::Failure, output, world::World};

/// The arguments.
#[derive(Debug, Args)]
#[command(after_help = "Examples:\n  \
    cleanbill gate                                   on 127.0.0.1:4874\n  \
    npm config set registry http://127.0.0.1:4874/   then let a client use it\n  \
    cleanbill run -- npm ci                          or put one command behind a gate of its own")]
pub struct Arguments {
    /// Where to listen
    #[arg(long, default_value = "127.0.0.1:4874", value_name = "ADDRESS")]
    listen: SocketAddr,
    /// The address clients use, where that is another
    #[arg(long, value_name = "URL")]
    public_address: Option<String>,
}

/// The machine's clock.
struct SystemClock;

impl Clock for SystemClock {
    fn now(&self) -> Timestamp {
        World::read().now
    }
}

/// Serves until it is told to stop.
///
/// # Errors
/// When the address cannot be had.
pub fn run(arguments: &Arguments, common: &Common, world: &World) -> Result<ExitCode, Failure> {
    let session = Session::open(common, world, &world.folder, None)?;
    let running = session.runtime.block_on(start(
        &session,
        common,
        world,
        arguments.listen,
        arguments.public_address.clone(),
    ))?;
    output::remark(
        &format!(
            "gate on http://{} before {}",
            running.address,
            session.registry_shown()
        ),
        common,
    );
    output::remark("stop it with Ctrl-C", common);
    session.runtime.block_on(async {
        wait_for_end().await;
        let refused = running
            .trail
            .entries()
            .iter()
            .filter(|entry| entry.verdict != Verdict::Allow)
            .count();
        let served = running.trail.entries().len() - refused;
        running.stop().await;
        output::remark(
            &format!("stopped: {served} tarballs served, {refused} refused"),
            common,
        );
    });
    Ok(ExitCode::SUCCESS)
}

#[cfg(unix)]
async fn wait_for_end() {
    use tokio::signal::unix::{SignalKind, signal};
    let Ok(mut terminated) = signal(SignalKind::terminate()) else {
        drop(tokio::signal::ctrl_c().await);
        return;
    };
    tokio::select! {
        _ = tokio::signal::ctrl_c() => {}
        _ = terminated.recv() => {}
    }
}

#[cfg(not(unix))]
async fn wait_for_end() {
    drop(tokio::signal::ctrl_c().await);
}

/// Starts a gate before the registries of the session.
///
/// # Errors
/// When the address cannot be had.
pub async fn start(
    session: &Session,
    common: &Common,
    world: &World,
    listen: SocketAddr,
    public_address: Option<String>,
) -> Result<Running, Failure> {
    let registry = session.whole_documents(world, common.offline)?;
    start_before(
        registry,
        session.settings.policy.clone(),
        session,
        common,
        world,
        listen,
        public_address,
    )
    .await
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
    public_address: Option<String>,
) -> Result<Running, Failure> {
    let clock: Arc<dyn Clock> = if common.as_of.is_some() {
        Arc::new(FixedClock(session.as_of))
    } else {
        Arc::new(SystemClock)
    };
    let own: Vec<NamePattern> = policy.cooldown.own.clone();
    let log = crate::compose::verdict_log(world);
    let decided = Arc::clone(&clock);
    let settings = GateSettings {
        listen,
        public_address: public_address.map(|address| address.trim_end_matches('/').to_owned()),
        enforcer: Enforcer {
            ports: Ports {
                registry,
                advisories: Arc::clone(&session.ports.advisories),
                code: None,
            },
            policy: Arc::new(policy),
            popular: Arc::new(PopularNames::builtin()),
            code: session.ports_with_code(world)?.code,
        },
        clock,
        pass_to: session.base_of(),
        internal: Arc::new(move |name: &PackageName| own.iter().any(|pattern| pattern.matches(name))),
        sink: None,
        remember: Some(Arc::new(move |judgements: &[Judgement]| {
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
        })),
    };
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
