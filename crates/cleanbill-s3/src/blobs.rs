//! The bucket as [`Blobs`], alone or behind a store that is nearer.
//! It does not know what the bytes mean; a blob that is damaged is not there.
use std::{
    fmt, io,
    sync::{
        Arc, Mutex, PoisonError,
        mpsc::{self, RecvTimeoutError},
    },
    time::{Duration, Instant},
};

use bytes::Bytes;
use cleanbill_ports::{BlobKey, Blobs, BlobsError, MAX_BLOB_BYTES, SEAL_BYTES, seal, unseal};
use futures::future::BoxFuture;
use reqwest::{Client, StatusCode};
use rusty_s3::S3Action as _;
use tokio::runtime::{Handle, Runtime, RuntimeFlavor};
use url::Url;

use crate::place::{Keys, Place};

/// How long a signature counts: a request under way and two clocks that differ by some seconds.
const SIGNED_FOR: Duration = Duration::from_secs(60);
/// How long a connection may take; buckets are near.
const CONNECTING: Duration = Duration::from_secs(2);
/// How long a whole request may take: the largest blob over a slow line.
const WHOLE: Duration = Duration::from_secs(20);
/// How often a request is made: S3 answers now and then with an error of its own, and says to ask again.
const ATTEMPTS: u32 = 3;
/// The pause before the second attempt; it doubles.
const PAUSE: Duration = Duration::from_millis(100);
/// How long a bucket that did not answer is left alone.
const LEFT_ALONE: Duration = Duration::from_secs(10);

/// Blobs in one folder of a bucket; several processes may use it at once.
#[derive(Clone)]
pub struct S3Blobs(Arc<Inner>);

struct Inner {
    place: Place,
    keys: Keys,
    client: Client,
    /// Taken when it is dropped: a runtime must not wait for its threads in another one.
    runtime: Option<Runtime>,
    silent_since: Mutex<Option<Instant>>,
}

impl fmt::Debug for S3Blobs {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "S3Blobs({})", self.0.place)
    }
}

impl Drop for Inner {
    fn drop(&mut self) {
        if let Some(runtime) = self.runtime.take() {
            runtime.shutdown_background();
        }
    }
}

impl S3Blobs {
    /// Blobs at `place`.
    ///
    /// # Errors
    /// When the system gives no thread, or TLS cannot be set up.
    pub fn new(place: Place, keys: Keys) -> io::Result<Self> {
        let runtime = tokio::runtime::Builder::new_multi_thread()
            .worker_threads(1)
            .thread_name("cleanbill-s3")
            .enable_all()
            .build()?;
        let client = Client::builder()
            .redirect(reqwest::redirect::Policy::none())
            .no_gzip()
            .no_brotli()
            .connect_timeout(CONNECTING)
            .timeout(WHOLE)
            .build()
            .map_err(io::Error::other)?;
        Ok(Self(Arc::new(Inner {
            place,
            keys,
            client,
            runtime: Some(runtime),
            silent_since: Mutex::new(None),
        })))
    }

    /// A folder within it, over the same connections' settings.
    ///
    /// # Errors
    /// As for [`S3Blobs::new`].
    pub fn within(&self, folder: &str) -> io::Result<Self> {
        Self::new(self.0.place.within(folder), self.0.keys.clone())
    }

    fn object(&self, key: &BlobKey) -> String {
        format!("{}{}", self.0.place.prefix, key.as_str())
    }

    /// Runs a request in the runtime of its own and waits for it, without holding up the caller's.
    fn wait<T: Send + 'static>(
        &self,
        work: impl Fn() -> BoxFuture<'static, Result<T, Trouble>> + Send + 'static,
    ) -> Result<T, BlobsError> {
        self.0.ask_ahead().map_err(|trouble| self.failed(&trouble))?;
        let (answer, told) = mpsc::sync_channel(1);
        let Some(runtime) = &self.0.runtime else {
            return Err(self.failed(&Trouble::said("its runtime is gone")));
        };
        runtime.spawn(async move {
            // Whoever asked may have given up.
            let _gone = answer.send(persist(work).await);
        });
        let patience = WHOLE.saturating_add(CONNECTING);
        let wait = || told.recv_timeout(patience);
        let answer = match Handle::try_current().map(|handle| handle.runtime_flavor()) {
            Ok(RuntimeFlavor::MultiThread) => tokio::task::block_in_place(wait),
            _ => wait(),
        };
        let answer = answer.unwrap_or_else(|error| {
            Err(match error {
                RecvTimeoutError::Timeout => Trouble::silent("it does not answer"),
                RecvTimeoutError::Disconnected => Trouble::said("the request broke off"),
            })
        });
        self.0.remember(answer.as_ref().err());
        answer.map_err(|trouble| self.failed(&trouble))
    }

    fn failed(&self, trouble: &Trouble) -> BlobsError {
        BlobsError::Io {
            path: self.0.place.to_string(),
            source: io::Error::other(trouble.text.clone()),
        }
    }
}

async fn persist<T>(work: impl Fn() -> BoxFuture<'static, Result<T, Trouble>>) -> Result<T, Trouble> {
    let mut pause = PAUSE;
    for _ in 1..ATTEMPTS {
        match work().await {
            Err(trouble) if trouble.again => tokio::time::sleep(pause).await,
            done => return done,
        }
        pause = pause.saturating_mul(2);
    }
    work().await
}

impl Inner {
    fn ask_ahead(&self) -> Result<(), Trouble> {
        let since = *self.silent_since.lock().unwrap_or_else(PoisonError::into_inner);
        match since {
            Some(since) if since.elapsed() < LEFT_ALONE => {
                Err(Trouble::said("it did not answer a moment ago"))
            }
            _ => Ok(()),
        }
    }

    fn remember(&self, trouble: Option<&Trouble>) {
        let silent = trouble.is_some_and(|trouble| trouble.silent);
        let mut since = self.silent_since.lock().unwrap_or_else(PoisonError::into_inner);
        *since = silent.then(Instant::now);
    }
}

/// Why a request gave nothing.
struct Trouble {
    text: String,
    /// True where nobody answered at all, or nobody who could.
    silent: bool,
    /// True where asking once more may help.
    again: bool,
}

impl Trouble {
    fn said(text: &str) -> Self {
        Self {
            text: text.to_owned(),
            silent: false,
            again: false,
        }
    }

    fn silent(text: &str) -> Self {
        Self {
            text: text.to_owned(),
            silent: true,
            again: false,
        }
    }

    fn status(status: StatusCode) -> Self {
        let text = match status {
            StatusCode::FORBIDDEN | StatusCode::UNAUTHORIZED => "the keys are not taken",
            StatusCode::NOT_FOUND => "there is no such bucket",
            _ => "it answers with an error",
        };
        // One that is overloaded or broken for longer is left alone like one that is gone.
        let busy = status.is_server_error() || status == StatusCode::TOO_MANY_REQUESTS;
        Self {
            text: format!("{text} ({})", status.as_u16()),
            silent: busy,
            again: busy,
        }
    }
}

impl From<reqwest::Error> for Trouble {
    fn from(error: reqwest::Error) -> Self {
        // Its address carries the signature.
        Self::silent(&error.without_url().to_string())
    }
}

impl Blobs for S3Blobs {
    fn get(&self, key: &BlobKey) -> Result<Option<Vec<u8>>, BlobsError> {
        let object = self.object(key);
        let get = self.0.place.bucket.get_object(Some(&self.0.keys.0), &object);
        let (client, url) = (self.0.client.clone(), get.sign(SIGNED_FOR));
        let found = self.wait(move || Box::pin(fetch(client.clone(), url.clone())))?;
        Ok(found.and_then(|sealed| unseal(key, sealed)))
    }

    fn put(&self, key: &BlobKey, bytes: &[u8]) -> Result<(), BlobsError> {
        let seal = seal(key, bytes)?;
        let object = self.object(key);
        let put = self.0.place.bucket.put_object(Some(&self.0.keys.0), &object);
        let (client, url) = (self.0.client.clone(), put.sign(SIGNED_FOR));
        let body = Bytes::from([seal.as_slice(), bytes].concat());
        self.wait(move || {
            let sent = client.put(url.clone()).body(body.clone()).send();
            Box::pin(async move {
                match sent.await?.status() {
                    status if status.is_success() => Ok(()),
                    status => Err(Trouble::status(status)),
                }
            })
        })
    }
}

async fn fetch(client: Client, url: Url) -> Result<Option<Vec<u8>>, Trouble> {
    let mut answer = client.get(url).send().await?;
    match answer.status() {
        StatusCode::OK => {}
        StatusCode::NOT_FOUND => return Ok(None),
        status => return Err(Trouble::status(status)),
    }
    let bound = usize::try_from(MAX_BLOB_BYTES).unwrap_or(usize::MAX) + SEAL_BYTES;
    let mut bytes = Vec::new();
    while let Some(piece) = answer.chunk().await? {
        if bytes.len() + piece.len() > bound {
            return Ok(None);
        }
        bytes.extend_from_slice(&piece);
    }
    Ok(Some(bytes))
}

/// A store that is near, and one that is shared behind it. What is not near is looked for behind and kept near.
pub struct Layered<N> {
    /// Asked first.
    pub near: N,
    /// Asked where the first has nothing, and told of everything.
    pub shared: S3Blobs,
}

impl<N: Blobs> Blobs for Layered<N> {
    fn get(&self, key: &BlobKey) -> Result<Option<Vec<u8>>, BlobsError> {
        if let Ok(Some(bytes)) = self.near.get(key) {
            return Ok(Some(bytes));
        }
        let found = self.shared.get(key)?;
        if let Some(bytes) = &found
            && let Err(error) = self.near.put(key, bytes)
        {
            tracing::debug!(target: "cleanbill", reason = %error, "a blob is not kept near");
        }
        Ok(found)
    }

    fn put(&self, key: &BlobKey, bytes: &[u8]) -> Result<(), BlobsError> {
        let near = self.near.put(key, bytes);
        let shared = self.shared.put(key, bytes);
        near.and(shared)
    }
}
