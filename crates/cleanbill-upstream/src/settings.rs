//! What the registry client is told: addresses, credentials, certificates, proxies, deadlines, cache.
//! It does not know where any of it was written down.
use std::{fmt, path::PathBuf, sync::Arc, time::Duration};

use cleanbill_model::{PackageName, SafeUrl, Secret};

use crate::limits;

/// Gives the address of the registry that answers for a name; `None` where none is configured.
pub type BaseOf = Arc<dyn Fn(&PackageName) -> Option<SafeUrl> + Send + Sync>;

/// Knows which credentials are bound to which address.
pub trait Credentials: Send + Sync {
    /// The whole value of `Authorization` for a request to `url`, where one is bound to it. Asked anew
    /// for every hop of a redirect.
    fn authorization_for(&self, url: &str) -> Option<Secret>;
}

/// No credentials for anyone.
#[derive(Clone, Copy, Debug, Default)]
pub struct Anonymous;

impl Credentials for Anonymous {
    fn authorization_for(&self, _url: &str) -> Option<Secret> {
        None
    }
}

/// Which certificate authorities are believed.
#[derive(Clone, Debug)]
pub enum Roots {
    /// Those of the system, and these (PEM) beside them.
    System {
        /// Bundles in PEM.
        extra: Vec<Vec<u8>>,
    },
    /// These (PEM) alone.
    Only(Vec<Vec<u8>>),
}

/// A client certificate for the addresses that begin with `prefix`.
#[derive(Clone, Debug)]
pub struct ClientCertificate {
    /// `https://host/path/` it is bound to; empty for all.
    pub prefix: String,
    /// Certificate chain and key in PEM, one after the other.
    pub pem: Secret,
}

/// Proxies; none are read from the environment here.
#[derive(Clone, Debug, Default)]
pub struct ProxySettings {
    /// For `http` addresses.
    pub http: Option<SafeUrl>,
    /// For `https` addresses.
    pub https: Option<SafeUrl>,
    /// Hosts asked directly, as `NO_PROXY` writes them.
    pub no_proxy: String,
}

/// How long things may take.
#[derive(Clone, Copy, Debug)]
pub struct Deadlines {
    /// Until the line stands.
    pub connect: Duration,
    /// From the request to the answer's headers.
    pub headers: Duration,
    /// Between two pieces of a body.
    pub stall: Duration,
    /// All of one document or tarball, retries and waits included, from its turn on.
    pub whole: Duration,
}

impl Default for Deadlines {
    fn default() -> Self {
        Self {
            connect: Duration::from_secs(10),
            headers: Duration::from_secs(30),
            stall: Duration::from_secs(20),
            whole: Duration::from_secs(120),
        }
    }
}

/// The cache on disk.
#[derive(Clone, Debug)]
pub struct Cache {
    /// Its folder; made when first written to.
    pub folder: PathBuf,
    /// How old a packument may be and be used without asking.
    pub packument_freshness: Duration,
    /// How old a tarball may be and be used without asking.
    pub tarball_freshness: Duration,
}

impl Cache {
    /// A cache in `folder`: packuments are fresh for five minutes, tarballs for a day.
    #[must_use]
    pub fn in_folder(folder: impl Into<PathBuf>) -> Self {
        Self {
            folder: folder.into(),
            packument_freshness: Duration::from_secs(5 * 60),
            tarball_freshness: Duration::from_secs(24 * 3600),
        }
    }
}

/// Gives the smaller document; `None` when what came is no packument.
pub type Condenser = Arc<dyn Fn(&[u8]) -> Option<Vec<u8>> + Send + Sync>;

/// Makes a packument smaller before it is kept and handed out.
#[derive(Clone)]
pub struct Condense {
    /// Changes whenever `apply` gives another result for the same document: cached copies are kept apart
    /// by it.
    pub id: String,
    /// The smaller document; `None` when what came is no packument.
    pub apply: Condenser,
}

impl fmt::Debug for Condense {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Condense")
            .field("id", &self.id)
            .finish_non_exhaustive()
    }
}

/// Everything the registry client is told.
#[derive(Clone)]
pub struct UpstreamSettings {
    /// Name to registry.
    pub base_of: BaseOf,
    /// Address to credentials.
    pub credentials: Arc<dyn Credentials>,
    /// Who is believed.
    pub roots: Roots,
    /// Whether certificates are checked at all (`strict-ssl`).
    pub strict_tls: bool,
    /// Client certificates; the longest prefix that fits is taken.
    pub client_certificates: Vec<ClientCertificate>,
    /// Proxies.
    pub proxy: ProxySettings,
    /// Requests in flight.
    pub concurrency: usize,
    /// Deadlines.
    pub deadlines: Deadlines,
    /// Attempts at one thing.
    pub attempts: u32,
    /// The wait before the second attempt.
    pub backoff: Duration,
    /// The cache; without one nothing is kept.
    pub cache: Option<Cache>,
    /// No network.
    pub offline: bool,
    /// `User-Agent`.
    pub user_agent: String,
    /// Largest packument after decompression.
    pub max_packument_bytes: u64,
    /// Largest tarball.
    pub max_tarball_bytes: u64,
    /// Makes packuments smaller.
    pub condense: Option<Condense>,
}

impl UpstreamSettings {
    /// One registry for every name, no credentials, no cache, defaults for the rest.
    #[must_use]
    pub fn for_registry(base: &str) -> Self {
        let base = SafeUrl::new(base);
        Self::new(Arc::new(move |_: &PackageName| Some(base.clone())))
    }

    /// Registries by `base_of`, no credentials, no cache, defaults for the rest.
    #[must_use]
    pub fn new(base_of: BaseOf) -> Self {
        Self {
            base_of,
            credentials: Arc::new(Anonymous),
            roots: Roots::System { extra: Vec::new() },
            strict_tls: true,
            client_certificates: Vec::new(),
            proxy: ProxySettings::default(),
            concurrency: limits::MAX_IN_FLIGHT,
            deadlines: Deadlines::default(),
            attempts: limits::MAX_ATTEMPTS,
            backoff: limits::FIRST_BACKOFF,
            cache: None,
            offline: false,
            user_agent: concat!("cleanbill/", env!("CARGO_PKG_VERSION")).to_owned(),
            max_packument_bytes: limits::MAX_PACKUMENT_BYTES,
            max_tarball_bytes: limits::MAX_TARBALL_BYTES,
            condense: None,
        }
    }
}

impl fmt::Debug for UpstreamSettings {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("UpstreamSettings")
            .field("offline", &self.offline)
            .field("concurrency", &self.concurrency)
            .field("cache", &self.cache)
            .finish_non_exhaustive()
    }
}
