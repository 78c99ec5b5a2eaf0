//! The registry port over HTTP: cache first, one request a thing, stale rather than nothing.
//! It decides in which order; the line, the cache and the waits are other files.
use std::{
    collections::{HashMap, HashSet},
    fmt,
    sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError},
    time::{Duration, Instant, SystemTime},
};

use cleanbill_model::{PackageName, SafeUrl};
use cleanbill_ports::{FetchError, Fetched, Registry, Source};
use futures::{
    FutureExt as _,
    future::{BoxFuture, Shared},
};
use tokio::sync::Semaphore;
use tracing::Instrument as _;
use url::Url;

use crate::{
    address,
    body::Deadline,
    breaker::Breaker,
    check::{Reason, packument, tarball},
    clients::{self, Clients},
    exchange::{self, Answer, Failure, Line, Question, Trouble},
    limits::{BREAKER_FAILURES, BREAKER_PAUSE, LARGE_BODY_SEATS, READ_IN_PLACE_BYTES, REFETCH_AFTER},
    retry,
    settings::UpstreamSettings,
    store::{Held, Key, Kind, Store, Validators},
};

/// The settings cannot be used; the fault is in the user's configuration.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum SetUpError {
    /// A certificate authority that is no PEM certificate.
    #[error("a configured certificate authority is not in PEM form")]
    Authority,
    /// A client certificate or key that cannot be read.
    #[error("the client certificate for `{prefix}` or its key is not in PEM form")]
    ClientCertificate {
        /// What it is bound to.
        prefix: String,
    },
    /// A proxy address that cannot be read; it is not shown, as it may hold a password.
    #[error("the configured proxy address cannot be read")]
    Proxy,
    /// The HTTP client refuses.
    #[error("cannot set up the HTTP client")]
    Client {
        /// What it said.
        #[source]
        source: reqwest::Error,
    },
}

type Pending = Shared<BoxFuture<'static, Result<Fetched, FetchError>>>;

/// The registry over HTTP. Cheap to make: certificates of the system are loaded at the first request.
pub struct Upstream {
    inner: Arc<Inner>,
}

struct Inner {
    settings: UpstreamSettings,
    clients: OnceLock<Result<Clients, String>>,
    slots: Semaphore,
    seats: Semaphore,
    breaker: Breaker,
    store: Option<Store>,
    pending: Mutex<HashMap<Key, Pending>>,
    absent: Mutex<HashSet<Key>>,
}

/// One thing to get.
#[derive(Clone)]
struct Wanted {
    key: Key,
    what: String,
    url: SafeUrl,
    home: Option<Url>,
    limit: u64,
    freshness: Duration,
}

impl Upstream {
    /// Checks the settings. No request is made.
    ///
    /// # Errors
    /// When a certificate or a proxy address cannot be read.
    pub fn new(settings: UpstreamSettings) -> Result<Self, SetUpError> {
        if !settings.offline {
            clients::check(&settings)?;
        }
        Ok(Self {
            inner: Arc::new(Inner {
                slots: Semaphore::new(settings.concurrency.clamp(1, Semaphore::MAX_PERMITS)),
                seats: Semaphore::new(LARGE_BODY_SEATS),
                clients: OnceLock::new(),
                breaker: Breaker::new(BREAKER_FAILURES, BREAKER_PAUSE),
                store: settings
                    .cache
                    .as_ref()
                    .map(|cache| Store::new(cache.folder.clone())),
                pending: Mutex::default(),
                absent: Mutex::default(),
                settings,
            }),
        })
    }
}

impl fmt::Debug for Upstream {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Upstream")
            .field("settings", &self.inner.settings)
            .finish_non_exhaustive()
    }
}

impl Registry for Upstream {
    fn packument<'a>(&'a self, name: &'a PackageName) -> BoxFuture<'a, Result<Fetched, FetchError>> {
        async move {
            let settings = &self.inner.settings;
            let Some(base) = (settings.base_of)(name) else {
                return Err(FetchError::NoRegistry { name: name.clone() });
            };
            let url = address::packument_url(&base, name);
            let variant = settings
                .condense
                .as_ref()
                .map_or("", |condense| condense.id.as_str());
            let wanted = Wanted {
                key: self.inner.key(Kind::Packument, &url, variant),
                what: name.to_string(),
                home: Url::parse(base.expose()).ok(),
                limit: settings.max_packument_bytes,
                freshness: settings
                    .cache
                    .as_ref()
                    .map_or(Duration::ZERO, |cache| cache.packument_freshness),
                url,
            };
            self.inner.get(wanted).await
        }
        .boxed()
    }

    fn tarball<'a>(
        &'a self,
        name: &'a PackageName,
        url: &'a SafeUrl,
    ) -> BoxFuture<'a, Result<Fetched, FetchError>> {
        async move {
            let settings = &self.inner.settings;
            let wanted = Wanted {
                key: self.inner.key(Kind::Tarball, url, ""),
                what: format!("the tarball of {name}"),
                url: url.clone(),
                home: (settings.base_of)(name).and_then(|base| Url::parse(base.expose()).ok()),
                limit: settings.max_tarball_bytes,
                freshness: settings
                    .cache
                    .as_ref()
                    .map_or(Duration::ZERO, |cache| cache.tarball_freshness),
            };
            self.inner.get(wanted).await
        }
        .boxed()
    }

    fn host_of(&self, name: &PackageName) -> Option<String> {
        (self.inner.settings.base_of)(name).and_then(|base| address::host_of(&base))
    }
}

impl Inner {
    fn key(&self, kind: Kind, url: &SafeUrl, variant: &str) -> Key {
        let authorised = self
            .settings
            .credentials
            .authorization_for(url.expose())
            .is_some();
        Key::new(kind, url.expose(), variant, authorised)
    }

    async fn get(self: &Arc<Self>, wanted: Wanted) -> Result<Fetched, FetchError> {
        if self.settings.offline {
            let kept = self.kept(&wanted, Source::Stale).await;
            return kept.ok_or(FetchError::Offline { what: wanted.what });
        }
        if let Some(held) = self
            .held(&wanted)
            .filter(|held| is_within(held.checked, wanted.freshness))
            && let Some(bytes) = read(held).await
        {
            return Ok(Fetched {
                bytes,
                source: Source::Cache,
            });
        }
        if lock(&self.absent).contains(&wanted.key) {
            return Err(FetchError::NotFound { url: wanted.url });
        }
        self.shared(wanted).await
    }

    fn held(&self, wanted: &Wanted) -> Option<Held> {
        self.store.as_ref()?.open(&wanted.key, wanted.limit)
    }

    /// What the cache keeps, read and found whole.
    async fn kept(&self, wanted: &Wanted, source: Source) -> Option<Fetched> {
        let bytes = read(self.held(wanted)?).await?;
        Some(Fetched { bytes, source })
    }

    /// Joins the request for the same thing that is under way, or starts it. It runs to its end even
    /// when everyone who waits for it goes away.
    fn shared(self: &Arc<Self>, wanted: Wanted) -> Pending {
        let mut pending = lock(&self.pending);
        if let Some(under_way) = pending.get(&wanted.key) {
            return under_way.clone();
        }
        let (key, url) = (wanted.key.clone(), wanted.url.clone());
        let entry = Entry {
            inner: Arc::clone(self),
            key: key.clone(),
        };
        let span = tracing::debug_span!("fetch", package = %wanted.what, upstream = %wanted.url);
        let task = tokio::spawn(
            async move {
                let result = entry.inner.fetch(&wanted).await;
                drop(entry);
                result
            }
            .instrument(span),
        );
        let joined = task.map(move |result| {
            result.unwrap_or_else(|_| {
                Err(FetchError::Line {
                    url,
                    attempts: 0,
                    reason: "the request was given up".to_owned(),
                })
            })
        });
        let shared = joined.boxed().shared();
        pending.insert(key, shared.clone());
        shared
    }

    async fn fetch(self: &Arc<Self>, wanted: &Wanted) -> Result<Fetched, FetchError> {
        let _slot = self.slots.acquire().await;
        let origin = Url::parse(wanted.url.expose())
            .map(|url| url.origin().ascii_serialization())
            .unwrap_or_default();
        if let Some(last) = self.breaker.left_alone(&origin, Instant::now()) {
            let reason = format!("not asked again for now, as everything lately asked of it failed ({last})");
            let error = FetchError::Line {
                url: wanted.url.clone(),
                attempts: 0,
                reason,
            };
            return self.or_stale(wanted, error).await;
        }
        let result = self.attempts(wanted).await;
        match &result {
            Err(error) if is_failing(error) => {
                self.breaker.failed(&origin, &reason_of(error), Instant::now());
            }
            _ => self.breaker.answered(&origin),
        }
        match result {
            Ok(fetched) => Ok(fetched),
            Err(error) => {
                if matches!(error, FetchError::NotFound { .. }) {
                    lock(&self.absent).insert(wanted.key.clone());
                }
                self.or_stale(wanted, error).await
            }
        }
    }

    /// A registry that fails is no reason to know nothing; one that says no is.
    async fn or_stale(&self, wanted: &Wanted, error: FetchError) -> Result<Fetched, FetchError> {
        let fails = matches!(
            error,
            FetchError::Line { .. }
                | FetchError::Deadline { .. }
                | FetchError::Status { .. }
                | FetchError::Unusable { .. }
        );
        if fails && let Some(kept) = self.kept(wanted, Source::Stale).await {
            tracing::warn!(error = %error, "the registry failed, an unconfirmed copy is used");
            return Ok(kept);
        }
        tracing::debug!(error = %error, "nothing could be fetched");
        Err(error)
    }

    async fn attempts(self: &Arc<Self>, wanted: &Wanted) -> Result<Fetched, FetchError> {
        let clients = match self
            .clients
            .get_or_init(|| Clients::build(&self.settings).map_err(|e| describe(&e)))
        {
            Ok(clients) => clients,
            Err(reason) => {
                return Err(FetchError::Line {
                    url: wanted.url.clone(),
                    attempts: 0,
                    reason: reason.clone(),
                });
            }
        };
        let line = Line {
            settings: &self.settings,
            clients,
            seats: &self.seats,
        };
        let mut deadline = Deadline::new(self.settings.deadlines.whole);
        let mut conditional = true;
        let mut attempt = 1;
        loop {
            let held = if conditional { self.held(wanted) } else { None };
            if held
                .as_ref()
                .is_some_and(|held| is_within(held.checked, wanted.freshness))
                && let Some(kept) = self.kept(wanted, Source::Cache).await
            {
                return Ok(kept);
            }
            let validators = held.filter(|held| is_within(held.fetched(), REFETCH_AFTER));
            let validators = validators
                .as_ref()
                .map(Held::validators)
                .filter(|v| **v != Validators::default());
            let question = Question {
                kind: wanted.key.kind,
                url: &wanted.url,
                home: wanted.home.as_ref(),
                validators,
                limit: wanted.limit,
            };
            let failure = match exchange::ask(&line, &question, &mut deadline).await {
                Ok(Answer::Unchanged) => {
                    if let Some(kept) = self.confirmed(wanted).await {
                        return Ok(kept);
                    }
                    conditional = false;
                    Trouble::Unusable("it confirms a cached copy that is damaged".to_owned()).into()
                }
                Ok(Answer::Whole {
                    body,
                    validators,
                    html,
                }) => {
                    let (bytes, seat) = (body.bytes, body.seat);
                    let finished = self.finish(wanted, bytes, validators, html).await;
                    drop(seat);
                    match finished {
                        Ok(bytes) => {
                            return Ok(Fetched {
                                bytes,
                                source: Source::Network,
                            });
                        }
                        Err(failure) => failure,
                    }
                }
                Err(failure) => failure,
            };
            let (trouble, asked_wait) = match failure {
                Failure::Lasting(FetchError::Status { url, status, .. }) => {
                    return Err(FetchError::Status {
                        url,
                        status,
                        attempts: attempt,
                    });
                }
                Failure::Lasting(error) => return Err(error),
                Failure::Passing { trouble, wait } => (trouble, wait),
            };
            if attempt >= self.settings.attempts.max(1) {
                return Err(trouble.into_error(&wanted.url, attempt));
            }
            attempt += 1;
            let wait = asked_wait.unwrap_or_else(|| retry::backoff(self.settings.backoff, attempt));
            tracing::debug!(attempt, wait_ms = wait.as_millis(), trouble = ?trouble, "the request is tried again");
            let (until, _) = deadline.within(wait);
            tokio::time::sleep_until(until).await;
            if deadline.is_over() {
                return Err(Trouble::Slow(deadline.whole()).into_error(&wanted.url, attempt));
            }
        }
    }

    async fn confirmed(&self, wanted: &Wanted) -> Option<Fetched> {
        let kept = self.kept(wanted, Source::Cache).await?;
        if let Some(store) = &self.store
            && let Err(error) = store.confirm(&wanted.key, SystemTime::now())
        {
            tracing::debug!(error = %error, "the cache cannot be written");
        }
        Some(kept)
    }

    /// Checks what came, condenses and keeps it; on a thread where that may take its time.
    async fn finish(
        self: &Arc<Self>,
        wanted: &Wanted,
        bytes: Vec<u8>,
        validators: Validators,
        html: bool,
    ) -> Result<Arc<[u8]>, Failure> {
        let (inner, key, url) = (Arc::clone(self), wanted.key.clone(), wanted.url.clone());
        let work = tokio::task::spawn_blocking(move || {
            let bytes = match key.kind {
                Kind::Packument => packument(bytes, html, inner.settings.condense.as_ref()),
                Kind::Tarball => tarball(bytes, html),
            };
            let bytes = bytes.map_err(|reason| match reason {
                Reason::Other(reason) => Failure::Lasting(FetchError::Unusable {
                    url,
                    reason: reason.to_owned(),
                }),
                Reason::Broken(reason) => Trouble::Unusable(reason).into(),
            })?;
            if let Some(store) = &inner.store
                && let Err(error) = store.write(&key, &validators, &bytes, SystemTime::now())
            {
                tracing::warn!(error = %error, "the cache cannot be written");
            }
            Ok(Arc::from(bytes))
        });
        work.await
            .unwrap_or_else(|_| Err(Trouble::Unusable("it cannot be worked on".to_owned()).into()))
    }
}

/// Reads what is held: a small copy where it is asked for, a large one on a thread of its own.
async fn read(held: Held) -> Option<Arc<[u8]>> {
    if held.length() <= READ_IN_PLACE_BYTES {
        return held.read();
    }
    tokio::task::spawn_blocking(move || held.read())
        .await
        .ok()
        .flatten()
}

/// Takes a request off the list of those under way, however it ends.
struct Entry {
    inner: Arc<Inner>,
    key: Key,
}

impl Drop for Entry {
    fn drop(&mut self) {
        lock(&self.inner.pending).remove(&self.key);
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// True when `moment` is past and no longer ago than `age`. A moment ahead is no confirmation.
fn is_within(moment: SystemTime, age: Duration) -> bool {
    SystemTime::now()
        .duration_since(moment)
        .is_ok_and(|since| since < age)
}

fn reason_of(error: &FetchError) -> String {
    match error {
        FetchError::Line { reason, .. } => reason.clone(),
        FetchError::Deadline { seconds, .. } => format!("no answer within {seconds} s"),
        FetchError::Status { status, .. } => format!("status {status}"),
        _ => String::new(),
    }
}

/// True when the registry did not do its work, whatever was asked.
fn is_failing(error: &FetchError) -> bool {
    match error {
        FetchError::Line { .. } | FetchError::Deadline { .. } => true,
        FetchError::Status { status, .. } => retry::is_passing(*status),
        _ => false,
    }
}

fn describe(error: &SetUpError) -> String {
    match std::error::Error::source(error) {
        Some(source) => format!("{error}: {source}"),
        None => error.to_string(),
    }
}
