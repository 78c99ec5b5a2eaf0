//! The gate as a running server: one listener, one cache of answers, stopped when its handle is dropped.
use std::{net::SocketAddr, sync::Arc, time::Duration};

use axum::{Router, routing::any};
use cleanbill_facts::Package;
use cleanbill_model::{Judgement, PackageName, Purl, SafeUrl, Timestamp};
use cleanbill_ports::{Clock, FetchError};
use moka::future::Cache;
use tokio::{net::TcpListener, sync::oneshot, task::JoinHandle};

use crate::{
    enforce::Enforcer,
    routes,
    snapshot::Snapshot,
    trail::{Sink, Trail},
};

/// Memory for answers, in bytes. The documents of a large project are near 60 MB, compressed and plain.
const ANSWER_BYTES: u64 = 192 * 1024 * 1024;
/// Releases whose examination is remembered, and for how long: feeds and policy may change their mind.
const EXAMINED: u64 = 20_000;
const EXAMINED_FOR: Duration = Duration::from_secs(15 * 60);
/// How long a client is kept waiting for an examination; clients wait half a minute without a word.
const EXAMINATION_BUDGET: Duration = Duration::from_secs(25);
/// How long a stop waits for requests in flight.
const STOP_PATIENCE: Duration = Duration::from_secs(5);

/// Which upstream answers for what is not filtered, and with which credential.
pub type PassTo = Arc<dyn Fn(Option<&PackageName>) -> Option<SafeUrl> + Send + Sync>;

/// Hears of judgements.
pub type Remember = Arc<dyn Fn(&[Judgement]) + Send + Sync>;

/// What a gate is told.
#[derive(Clone)]
pub struct GateSettings {
    /// Where to listen; port 0 takes a free one.
    pub listen: SocketAddr,
    /// The address clients use, where it is not the listening one (behind a proxy); no slash at its end.
    pub public_address: Option<String>,
    /// Judges packages.
    pub enforcer: Enforcer,
    /// The clock.
    pub clock: Arc<dyn Clock>,
    /// Upstream for routes that pass.
    pub pass_to: PassTo,
    /// Names that must not be told to a public upstream.
    pub internal: Arc<dyn Fn(&PackageName) -> bool + Send + Sync>,
    /// Hears of everything fetched and refused.
    pub sink: Option<Sink>,
    /// Hears of every judgement, for `why`.
    pub remember: Option<Remember>,
}

/// What the routes share.
#[derive(Clone)]
pub struct Gate {
    pub(crate) settings: Arc<GateSettings>,
    pub(crate) address: Arc<str>,
    pub(crate) answers: Cache<PackageName, Arc<Snapshot>>,
    pub(crate) examined: Cache<Purl, Arc<Judgement>>,
    pub(crate) trail: Trail,
    pub(crate) client: reqwest::Client,
}

/// A gate that runs; dropping it stops it.
pub struct Running {
    /// Where it listens.
    pub address: SocketAddr,
    /// What it has done.
    pub trail: Trail,
    gate: Gate,
    stop: Option<oneshot::Sender<()>>,
    task: Option<JoinHandle<()>>,
}

/// A gate cannot start.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum StartError {
    /// The address cannot be had.
    #[error("cannot listen on {address}")]
    Listen {
        /// The address.
        address: SocketAddr,
        /// What the system said.
        #[source]
        source: std::io::Error,
    },
    /// The client for what passes cannot be made.
    #[error("cannot set up the client for upstream")]
    Client(#[source] reqwest::Error),
}

impl Gate {
    /// Starts a gate.
    ///
    /// # Errors
    /// When its address cannot be had.
    pub async fn start(settings: GateSettings) -> Result<Running, StartError> {
        let listen = |source| StartError::Listen {
            address: settings.listen,
            source,
        };
        let listener = TcpListener::bind(settings.listen).await.map_err(listen)?;
        let address = listener.local_addr().map_err(listen)?;
        let client = reqwest::Client::builder()
            .redirect(reqwest::redirect::Policy::none())
            .no_gzip()
            .no_brotli()
            .build()
            .map_err(StartError::Client)?;
        let trail = settings.sink.clone().map_or_else(Trail::default, Trail::with);
        let gate = Self {
            address: settings
                .public_address
                .clone()
                .unwrap_or_else(|| format!("http://{address}"))
                .into(),
            answers: Cache::builder()
                .weigher(|_: &PackageName, snapshot: &Arc<Snapshot>| {
                    u32::try_from(snapshot.weight()).unwrap_or(u32::MAX)
                })
                .max_capacity(ANSWER_BYTES)
                .build(),
            examined: Cache::builder()
                .max_capacity(EXAMINED)
                .time_to_live(EXAMINED_FOR)
                .build(),
            trail: trail.clone(),
            client,
            settings: Arc::new(settings),
        };
        let router = Router::new()
            .fallback(any(routes::route))
            .with_state(gate.clone());
        let (stop, stopped) = oneshot::channel::<()>();
        let service = router.into_make_service_with_connect_info::<SocketAddr>();
        let task = tokio::spawn(async move {
            let served = axum::serve(listener, service).with_graceful_shutdown(async move {
                drop(stopped.await);
            });
            if let Err(error) = served.await {
                tracing::error!(target: "cleanbill", reason = %error, "gate stopped serving");
            }
        });
        Ok(Running {
            address,
            trail,
            gate,
            stop: Some(stop),
            task: Some(task),
        })
    }

    /// The filtered answer on `name`, made when there is none or the last one's time is over. Requests at
    /// one time wait for one making; a client that goes away does not end it for the others.
    pub(crate) async fn snapshot(&self, name: &PackageName) -> Result<Arc<Snapshot>, Arc<FetchError>> {
        let now = self.settings.clock.now();
        if let Some(snapshot) = self.answers.get(name).await {
            if now < snapshot.expires {
                return Ok(snapshot);
            }
            self.answers.invalidate(name).await;
        }
        let gate = self.clone();
        let wanted = name.clone();
        let making = async move { tokio::spawn(async move { gate.make(&wanted, now).await }).await };
        self.answers
            .try_get_with(name.clone(), async move {
                making.await.unwrap_or_else(|error| {
                    Err(FetchError::Unusable {
                        url: SafeUrl::new(""),
                        reason: format!("the gate broke off: {error}"),
                    })
                })
            })
            .await
    }

    /// The judgement on a young release with its code read: `Ok(None)` where this gate reads none, an error
    /// where it takes longer than a client waits. The examination goes on for whoever asks again.
    pub(crate) async fn examine(&self, release: &Purl) -> Result<Option<Arc<Judgement>>, ()> {
        if self.settings.enforcer.code.is_none() {
            return Ok(None);
        }
        let (gate, wanted) = (self.clone(), release.clone());
        let task = tokio::spawn(async move {
            let now = gate.settings.clock.now();
            let making = async { gate.settings.enforcer.examine(&wanted, now).await.map(Arc::new) };
            gate.examined.optionally_get_with(wanted.clone(), making).await
        });
        match tokio::time::timeout(EXAMINATION_BUDGET, task).await {
            Ok(Ok(judgement)) => Ok(judgement),
            _ => Err(()),
        }
    }

    async fn make(&self, name: &PackageName, now: Timestamp) -> Result<Arc<Snapshot>, FetchError> {
        let fetched = self.settings.enforcer.ports.registry.packument(name).await?;
        let unusable = |reason: &str| FetchError::Unusable {
            url: SafeUrl::new(name.as_str()),
            reason: reason.to_owned(),
        };
        let package = {
            let packument = cleanbill_npm::packument::parse(&fetched.bytes)
                .map_err(|error| unusable(&error.to_string()))?;
            Package::collect(name, &packument, now)
        };
        let (held, judgements) = self.settings.enforcer.judge(name, &package, now).await;
        if let Some(remember) = &self.settings.remember {
            remember(&judgements);
        }
        let document =
            std::str::from_utf8(&fetched.bytes).map_err(|_| unusable("the document is not UTF-8"))?;
        Snapshot::make(name, document, &package, held, &self.address, now)
            .map(Arc::new)
            .map_err(|error| unusable(&error.to_string()))
    }
}

impl Running {
    /// The sentences on what is held of a package that was asked for.
    pub async fn held(&self, name: &PackageName) -> Vec<String> {
        let snapshot = self.gate.answers.get(name).await;
        snapshot
            .map(|snapshot| {
                snapshot
                    .held
                    .versions
                    .values()
                    .map(|held| held.sentence.clone())
                    .collect()
            })
            .unwrap_or_default()
    }

    /// Upstream's own address of a tarball that this gate has told of.
    pub async fn original(&self, name: &PackageName, file: &str) -> Option<String> {
        let snapshot = self.gate.answers.get(name).await?;
        let version = snapshot.version_of(name, file)?;
        snapshot
            .tarballs
            .get(version)
            .map(|tarball| tarball.url.expose().to_owned())
    }

    /// Stops listening and waits for what is in flight.
    pub async fn stop(mut self) {
        if let Some(stop) = self.stop.take() {
            let _gone = stop.send(());
        }
        if let Some(task) = self.task.take() {
            drop(tokio::time::timeout(STOP_PATIENCE, task).await);
        }
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        if let Some(stop) = self.stop.take() {
            let _gone = stop.send(());
        }
    }
}
