//! The gate that runs until it is told to stop: its address, its certificate, its store, and rules that
//! are read anew when their files change or SIGHUP says so.
use std::{
    fs,
    net::SocketAddr,
    path::{Path, PathBuf},
    process::ExitCode,
    sync::Arc,
    time::{Duration, SystemTime},
};

use clap::{Args, ValueEnum};
use cleanbill_gate::{Running, doors::Tls, failures::Unlogged, limits::Rate, metrics::Counter};
use cleanbill_model::Verdict;
use cleanbill_ports::Blobs;

use crate::{
    cli::Common,
    compose::{self, Session},
    failure::Failure,
    output,
    traces::Traces,
    world::World,
};

/// How often files are looked at: a change is in force within two seconds, the reading of it included.
const LOOK: Duration = Duration::from_millis(500);
/// Files of feeds looked at; a folder of feeds has a handful.
const MAX_FILES: usize = 2_000;
/// Largest certificate or key file, in bytes.
const MAX_PEM: usize = 1024 * 1024;

/// The arguments.
#[derive(Debug, Args)]
pub struct ServeArguments {
    /// Where to listen
    #[arg(long, default_value = "127.0.0.1:4874", value_name = "ADDRESS")]
    listen: SocketAddr,
    /// The address clients use, where that is another
    #[arg(long, value_name = "URL")]
    public_address: Option<String>,
    /// Certificates (PEM) to show; clients then connect by https
    #[arg(long, value_name = "FILE", requires = "tls_key")]
    tls_certificate: Option<PathBuf>,
    /// The key (PEM) of the certificate
    #[arg(long, value_name = "FILE", requires = "tls_certificate")]
    tls_key: Option<PathBuf>,
    /// Serve nobody without a token of this gate
    #[arg(long)]
    require_token: bool,
    /// Requests a second that one client may make over time; ten seconds' worth at once
    #[arg(long, value_name = "NUMBER", value_parser = clap::value_parser!(u32).range(1..=1_000_000))]
    rate: Option<u32>,
    /// What to do with a tarball whose fetching cannot be recorded
    #[arg(long, value_enum, default_value = "refuse")]
    unlogged: UnloggedWord,
    /// A bucket of any S3 for tarballs and readings that replicas share: s3://BUCKET/PREFIX?endpoint=URL
    #[arg(long, value_name = "BUCKET", env = "CLEANBILL_BLOBS", hide_env_values = true)]
    blobs: Option<String>,
    /// A collector of OpenTelemetry traces (OTLP over HTTP), by the base of its address
    #[arg(
        long,
        value_name = "URL",
        env = "OTEL_EXPORTER_OTLP_ENDPOINT",
        hide_env_values = true
    )]
    traces: Option<String>,
}

impl ServeArguments {
    /// Where traces go.
    pub fn traces(&self) -> Option<&str> {
        self.traces.as_deref().filter(|endpoint| !endpoint.is_empty())
    }
}

/// As it is written.
#[derive(Clone, Copy, Debug, ValueEnum)]
pub enum UnloggedWord {
    /// Answer 503
    Refuse,
    /// Serve it all the same
    Serve,
}

/// Serves until it is told to stop.
///
/// # Errors
/// When the address, the certificate or the store cannot be had.
pub fn run(
    arguments: &ServeArguments,
    place: Option<&str>,
    common: &Common,
    world: &World,
) -> Result<ExitCode, Failure> {
    let mut session = Session::open(common, world, &world.folder, None)?;
    refuse_itself(&session, arguments.listen)?;
    let blobs = super::stores::open_blobs(arguments.blobs.as_deref(), world)?;
    session.shared = blobs.as_ref().map(|blobs| blobs.readings.clone());
    let mut settings = super::settings(
        session.whole_documents(world, common.offline)?,
        session.settings.policy.clone(),
        &session,
        common,
        world,
        arguments.listen,
    )?;
    settings.public_address = arguments
        .public_address
        .as_ref()
        .map(|address| address.trim_end_matches('/').to_owned());
    settings.tls = tls(arguments, world)?;
    settings.tokens_required = arguments.require_token;
    settings.rate = arguments.rate.map(|per_second| Rate {
        per_second,
        burst: per_second.saturating_mul(10),
    });
    settings.unlogged = match arguments.unlogged {
        UnloggedWord::Refuse => Unlogged::Refuse,
        UnloggedWord::Serve => Unlogged::Serve,
    };
    settings.tarballs = blobs.map(|blobs| Arc::new(blobs.tarballs) as Arc<dyn Blobs>);
    settings.counters = counters();
    // A clock that stands still must not teach a store when things were first seen.
    if common.as_of.is_none() {
        settings.store = Some(super::open_store(place, world)?);
    }
    let running = session.runtime.block_on(super::begin(settings))?;
    output::remark(
        &format!("gate on {} before {}", running.url(), session.registry_shown()),
        common,
    );
    output::remark("stop it with Ctrl-C", common);
    if let Err(error) = session.runtime.block_on(running.reconsider()) {
        output::remark(
            &format!("warning: what was served before cannot be looked through: {error}"),
            common,
        );
    }
    watch(&session, &running, arguments, common, world);
    let entries = running.trail.entries();
    let refused = entries
        .iter()
        .filter(|entry| entry.verdict != Verdict::Allow)
        .count();
    session.runtime.block_on(running.stop());
    if let Some(traces) = Traces::running() {
        traces.flush();
    }
    output::remark(
        &format!(
            "stopped: {} tarballs served, {refused} refused",
            entries.len() - refused
        ),
        common,
    );
    Ok(ExitCode::SUCCESS)
}

/// What is told with the gate's own counters.
fn counters() -> Vec<Counter> {
    let Some(traces) = Traces::running() else {
        return Vec::new();
    };
    vec![
        Counter {
            name: "spans_sent_total",
            help: "Spans a collector has taken.",
            value: Arc::clone(&traces.sent),
        },
        Counter {
            name: "spans_dropped_total",
            help: "Spans nobody has got.",
            value: Arc::clone(&traces.dropped),
        },
    ]
}

/// A gate whose registry is itself would ask itself for ever.
fn refuse_itself(session: &Session, listen: SocketAddr) -> Result<(), Failure> {
    let Some(base) = session.registry_base() else {
        return Ok(());
    };
    let authority = base
        .split_once("://")
        .and_then(|(_, rest)| rest.split('/').next())
        .unwrap_or_default();
    let port = format!(":{}", listen.port());
    let itself = authority == listen.to_string()
        || (["localhost", "127.0.0.1", "[::1]"]
            .iter()
            .any(|host| authority == format!("{host}{port}")));
    if itself && listen.port() != 0 {
        return Err(
            Failure::usage(format!("the registry to ask, {base}, is this gate itself"))
                .hint("name the registry behind it with `--registry URL`"),
        );
    }
    Ok(())
}

fn tls(arguments: &ServeArguments, world: &World) -> Result<Option<Tls>, Failure> {
    let (Some(certificate), Some(key)) = (&arguments.tls_certificate, &arguments.tls_key) else {
        return Ok(None);
    };
    let read = |path: &Path| {
        compose::read_text(&world.folder.join(path), MAX_PEM)?
            .ok_or_else(|| Failure::usage(format!("no file at `{}`", path.display())))
    };
    let tls = Tls::from_pem(read(certificate)?.as_bytes(), read(key)?.as_bytes()).map_err(|error| {
        Failure::usage("cannot use the certificate")
            .because(&error)
            .hint("both files are PEM: the chain with the server's own certificate first, and its key")
    })?;
    Ok(Some(tls))
}

/// What ends a wait.
enum Woken {
    Stop,
    Reload,
    Look,
}

/// Waits for the end, and puts new rules in force as they come.
fn watch(session: &Session, running: &Running, arguments: &ServeArguments, common: &Common, world: &World) {
    let Ok(mut signals) = session.runtime.block_on(async { Signals::listen() }) else {
        output::remark(
            "warning: signals cannot be heard; end the gate by its process id",
            common,
        );
        return;
    };
    let mut known = fingerprint(common, world);
    loop {
        let reload = match session.runtime.block_on(signals.next()) {
            Woken::Stop => return,
            Woken::Reload => true,
            // A standing clock stands for its rules, too.
            Woken::Look => common.as_of.is_none() && fingerprint(common, world) != known,
        };
        if reload {
            known = fingerprint(common, world);
            renew(session, running, arguments, common, world);
        }
    }
}

fn renew(old: &Session, running: &Running, arguments: &ServeArguments, common: &Common, world: &World) {
    let world = &World {
        now: World::read().now,
        ..world.clone()
    };
    let read = Session::open(common, world, &world.folder, None).and_then(|mut session| {
        session.shared.clone_from(&old.shared);
        let registry = session.whole_documents(world, common.offline)?;
        let policy = session.settings.policy.clone();
        Ok((
            super::enforcer(registry, policy, &session, world)?,
            tls(arguments, world)?,
        ))
    });
    match read {
        Ok((enforcer, tls)) => {
            if let Some(tls) = tls {
                running.renew_tls(tls);
            }
            let told = match old.runtime.block_on(running.renew(enforcer)) {
                Ok(0) => "rules read anew".to_owned(),
                Ok(bad) => format!(
                    "rules read anew: {bad} releases served before are bad, see `cleanbill gate status`"
                ),
                Err(error) => {
                    format!("rules read anew, but what was served before cannot be looked through: {error}")
                }
            };
            output::remark(&told, common);
        }
        Err(failure) => output::remark(
            &format!(
                "warning: the old rules stay in force: {}",
                [&[failure.what], failure.causes.as_slice()].concat().join(": ")
            ),
            common,
        ),
    }
}

#[cfg(unix)]
struct Signals {
    terminate: tokio::signal::unix::Signal,
    interrupt: tokio::signal::unix::Signal,
    reload: tokio::signal::unix::Signal,
}

#[cfg(unix)]
impl Signals {
    fn listen() -> std::io::Result<Self> {
        use tokio::signal::unix::{SignalKind, signal};
        Ok(Self {
            terminate: signal(SignalKind::terminate())?,
            interrupt: signal(SignalKind::interrupt())?,
            reload: signal(SignalKind::hangup())?,
        })
    }

    async fn next(&mut self) -> Woken {
        tokio::select! {
            _ = self.terminate.recv() => Woken::Stop,
            _ = self.interrupt.recv() => Woken::Stop,
            _ = self.reload.recv() => Woken::Reload,
            () = tokio::time::sleep(LOOK) => Woken::Look,
        }
    }
}

#[cfg(not(unix))]
struct Signals;

#[cfg(not(unix))]
impl Signals {
    fn listen() -> std::io::Result<Self> {
        Ok(Self)
    }

    async fn next(&mut self) -> Woken {
        tokio::select! {
            _ = tokio::signal::ctrl_c() => Woken::Stop,
            () = tokio::time::sleep(LOOK) => Woken::Look,
        }
    }
}

/// What files of settings and feeds look like from outside; another look means another content.
fn fingerprint(common: &Common, world: &World) -> Vec<(PathBuf, Option<SystemTime>, u64)> {
    let mut files = compose::settings_files(common, world);
    let mut folders = vec![compose::feed_folder(world)];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(&folder).into_iter().flatten().filter_map(Result::ok) {
            if files.len() >= MAX_FILES {
                break;
            }
            match entry.file_type() {
                Ok(kind) if kind.is_dir() => folders.push(entry.path()),
                Ok(_) => files.push(entry.path()),
                Err(_) => {}
            }
        }
    }
    let mut seen: Vec<_> = files
        .into_iter()
        .filter_map(|path| {
            let told = fs::metadata(&path).ok()?;
            Some((path, told.modified().ok(), told.len()))
        })
        .collect();
    seen.sort();
    seen
}
