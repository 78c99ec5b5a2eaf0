//! The gate as a running server: one listener, one cache of answers, stopped when its handle is dropped.
use std::{
    net::SocketAddr,
    sync::{Arc, PoisonError, RwLock},
    time::Duration,
};

use axum::{Router, routing::any, serve::ListenerExt as _};
use bytes::Bytes;
use cleanbill_model::{Judgement, PackageName, Purl, SafeUrl, Timestamp};
use cleanbill_ports::{Blobs, Clock, Event, EventKind, FetchError, GateStore, Locked, StoreError};
use moka::future::Cache;
use tokio::{net::TcpListener, sync::oneshot, task::JoinHandle};
use tracing::Instrument as _;

use crate::{
    SPANS,
    account::Account,
    books::Books,
    doors::{Doors, Shown, Tls},
    enforce::Enforcer,
    failures::Unlogged,
    limits::{Limiter, Rate},
    making::{Examined, MakeError},
    metrics::{Count, Counter, Metrics},
    routes,
    snapshot::Snapshot,
    tokens::TokenList,
    trail::{Sink, Trail},
};

/// Memory for answers, in bytes. The documents of a large project are near 60 MB, compressed and plain.
const ANSWER_BYTES: u64 = 192 * 1024 * 1024;
/// Memory for tarballs that were verified, in bytes; a warm install asks for the same ones again and again.
const VERIFIED_BYTES: u64 = 48 * 1024 * 1024;
/// Releases whose examination is remembered, and for how long: feeds and policy may change their mind.
const EXAMINED: u64 = 20_000;
const EXAMINED_FOR: Duration = Duration::from_secs(15 * 60);
/// How long a client is kept waiting for an examination; clients wait half a minute without a word.
const EXAMINATION_BUDGET: Duration = Duration::from_secs(25);
/// How long a stop waits for requests in flight.
const STOP_PATIENCE: Duration = Duration::from_secs(5);

/// Which upstream answers for what is not filtered, and with which credential.
pub type PassTo = Arc<dyn Fn(Option<&PackageName>) -> Option<SafeUrl> + Send + Sync>;

/// The client that speaks to an address.
pub type ClientFor = Arc<dyn Fn(&str) -> Option<reqwest::Client> + Send + Sync>;

/// Hears of judgements.
pub type Remember = Arc<dyn Fn(&[Judgement]) + Send + Sync>;

/// Versions of a package that the project at hand has locked.
pub type LockedBy = Arc<dyn Fn(&PackageName) -> Vec<Locked> + Send + Sync>;

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
    /// The client for what passes, by its address, where upstream wants certificates or proxies of its own.
    pub client_for: Option<ClientFor>,
    /// Names that must not be told to a public upstream.
    pub internal: Arc<dyn Fn(&PackageName) -> bool + Send + Sync>,
    /// Hears of everything fetched and refused.
    pub sink: Option<Sink>,
    /// Hears of every judgement, for `why`.
    pub remember: Option<Remember>,
    /// Keeps what outlives the gate; `None` for a gate of one command.
    pub store: Option<Arc<dyn GateStore>>,
    /// What happens where the log cannot be written.
    pub unlogged: Unlogged,
    /// What the project at hand has locked: it stays to be seen.
    pub locked: LockedBy,
    /// Certificate and key, where clients connect by TLS.
    pub tls: Option<Tls>,
    /// True where every request needs a token.
    pub tokens_required: bool,
    /// How often one client may ask; `None` as often as it likes.
    pub rate: Option<Rate>,
    /// Keeps verified tarballs by their content for all replicas; `None` where each fetches for itself.
    pub tarballs: Option<Arc<dyn Blobs>>,
    /// Told with the gate's own counters.
    pub counters: Vec<Counter>,
}

impl GateSettings {
    /// A gate without store, TLS, tokens or limits, that passes nothing on.
    #[must_use]
    pub fn new(listen: SocketAddr, enforcer: Enforcer, clock: Arc<dyn Clock>) -> Self {
        Self {
            listen,
            public_address: None,
            enforcer,
            clock,
            pass_to: Arc::new(|_| None),
            client_for: None,
            internal: Arc::new(|_| false),
            sink: None,
            remember: None,
            store: None,
            unlogged: Unlogged::default(),
            locked: Arc::new(|_| Vec::new()),
            tls: None,
            tokens_required: false,
            rate: None,
            tarballs: None,
            counters: Vec::new(),
        }
    }
}

/// What the routes share.
#[derive(Clone)]
pub struct Gate {
    pub(crate) settings: Arc<GateSettings>,
    pub(crate) address: Arc<str>,
    pub(crate) answers: Cache<PackageName, Arc<Snapshot>>,
    pub(crate) examined: Cache<Purl, Arc<Examined>>,
    /// Bytes by the integrity they were found to have. Whether they may leave is asked each time.
    pub(crate) verified: Cache<String, Bytes>,
    pub(crate) trail: Trail,
    pub(crate) client: reqwest::Client,
    pub(crate) books: Option<Books>,
    pub(crate) metrics: Arc<Metrics>,
    pub(crate) tokens: Arc<TokenList>,
    pub(crate) limiter: Option<Arc<Limiter>>,
    pub(crate) started: Timestamp,
    rules: Arc<RwLock<Rules>>,
    shown: Shown,
}

/// The rules in force, and how often they were changed.
struct Rules {
    enforcer: Arc<Enforcer>,
    generation: u64,
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
        let shown = Shown::new(settings.tls.clone());
        let scheme = if settings.tls.is_some() { "https" } else { "http" };
        let doors = Doors::open(listener, shown.clone()).map_err(listen)?;
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
                .unwrap_or_else(|| format!("{scheme}://{address}"))
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
            verified: Cache::builder()
                .weigher(|_: &String, bytes: &Bytes| u32::try_from(bytes.len()).unwrap_or(u32::MAX))
                .max_capacity(VERIFIED_BYTES)
                .build(),
            trail: trail.clone(),
            client,
            books: settings.store.clone().map(Books::open),
            metrics: Arc::default(),
            tokens: Arc::default(),
            limiter: settings.rate.map(|rate| Arc::new(Limiter::new(rate))),
            started: settings.clock.now(),
            rules: Arc::new(RwLock::new(Rules {
                enforcer: Arc::new(settings.enforcer.clone()),
                generation: 0,
            })),
            shown,
            settings: Arc::new(settings),
        };
        gate.note("started").await;
        let router = Router::new()
            .fallback(any(routes::route))
            .with_state(gate.clone());
        let (stop, stopped) = oneshot::channel::<()>();
        let service = router.into_make_service_with_connect_info::<SocketAddr>();
        let task = tokio::spawn(async move {
            // Tapping changes nothing; it is the listener whose client address the library hands on.
            let served = axum::serve(doors.tap_io(|_| ()), service).with_graceful_shutdown(async move {
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

    /// The filtered answer on `name`, made when there is none, the last one's time is over or the rules are
    /// others. Requests at one time wait for one making; a client that goes away does not end it for others.
    pub(crate) async fn snapshot(&self, name: &PackageName) -> Result<Arc<Snapshot>, Arc<MakeError>> {
        let now = self.settings.clock.now();
        let generation = self.generation();
        if let Some(snapshot) = self.answers.get(name).await {
            if now < snapshot.expires && snapshot.generation == generation {
                return Ok(snapshot);
            }
            self.answers.invalidate(name).await;
        }
        let gate = self.clone();
        let wanted = name.clone();
        // It belongs to the trace of the request that began it.
        let span = tracing::info_span!(target: SPANS, "document", package = %name);
        let making = async move {
            tokio::spawn(async move { gate.make(&wanted, now, generation).await }.instrument(span)).await
        };
        let made = self
            .answers
            .try_get_with(name.clone(), async move {
                making.await.unwrap_or_else(|error| {
                    Err(MakeError::Fetch(FetchError::Unusable {
                        url: SafeUrl::new(""),
                        reason: format!("the gate broke off: {error}"),
                    }))
                })
            })
            .await;
        if made.is_err() {
            self.metrics.count(Count::DocumentFailed);
        }
        made
    }

    /// The verdict on a young release with its code read: `Ok(None)` where this gate reads none, an error
    /// where it takes longer than a client waits. The examination goes on for whoever asks again.
    pub(crate) async fn examine(&self, release: &Purl, content: &str) -> Result<Option<Arc<Examined>>, ()> {
        if self.enforcer().code.is_none() {
            return Ok(None);
        }
        let (gate, wanted, content) = (self.clone(), release.clone(), content.to_owned());
        let span = tracing::info_span!(target: SPANS, "analysis", release = %release.spec());
        let examining = async move {
            let making = async { gate.examine_once(&wanted, &content).await.map(Arc::new) };
            gate.examined.optionally_get_with(wanted.clone(), making).await
        };
        let task = tokio::spawn(examining.instrument(span));
        match tokio::time::timeout(EXAMINATION_BUDGET, task).await {
            Ok(Ok(examined)) => Ok(examined),
            _ => Err(()),
        }
    }

    /// The rules in force.
    pub(crate) fn enforcer(&self) -> Arc<Enforcer> {
        let rules = self.rules.read().unwrap_or_else(PoisonError::into_inner);
        Arc::clone(&rules.enforcer)
    }

    pub(crate) fn generation(&self) -> u64 {
        self.rules
            .read()
            .unwrap_or_else(PoisonError::into_inner)
            .generation
    }

    /// Writes into the log what happens to the gate itself.
    async fn note(&self, text: &str) {
        if let Some(books) = &self.books {
            let event = Event::plain(self.settings.clock.now(), EventKind::Gate, &self.address, text);
            // The writer has told of it where it could not.
            let _unwritten = books.write(event).await;
        }
    }
}

impl Running {
    /// What came of everything asked so far, for a summary.
    #[must_use]
    pub fn account(&self) -> Account {
        Account::of(self.gate.answers.iter(), self.gate.metrics.spent())
    }

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

    /// The address clients use; no slash at its end.
    #[must_use]
    pub fn url(&self) -> String {
        self.gate.address.to_string()
    }

    /// Puts other rules in force, at once for every request that comes from now on, and looks through what
    /// was served before; gives how much of it is found bad now.
    ///
    /// # Errors
    /// When the store cannot be looked through; the rules are in force all the same.
    pub async fn renew(&self, enforcer: Enforcer) -> Result<usize, StoreError> {
        {
            let mut rules = self.gate.rules.write().unwrap_or_else(PoisonError::into_inner);
            rules.enforcer = Arc::new(enforcer);
            rules.generation += 1;
        }
        self.gate.answers.invalidate_all();
        self.gate.examined.invalidate_all();
        self.gate.metrics.count(Count::Reload);
        self.gate.note("rules read anew").await;
        self.gate.reconsider().await
    }

    /// Shows clients that connect from now on another certificate.
    pub fn renew_tls(&self, tls: Tls) {
        self.gate.shown.set(tls);
    }

    /// Looks through what was served before for what the lists call malicious now.
    ///
    /// # Errors
    /// When the store does not answer.
    pub async fn reconsider(&self) -> Result<usize, StoreError> {
        self.gate.reconsider().await
    }

    /// Stops listening and waits for what is in flight.
    pub async fn stop(mut self) {
        self.gate.note("stopped").await;
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
