//! A registry: packuments and tarballs by name, as bytes.
use std::sync::Arc;

use cleanbill_model::{PackageName, SafeUrl};
use futures::future::BoxFuture;

/// Where an answer came from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Source {
    /// The registry, just now.
    Network,
    /// The cache, confirmed by the registry just now or young enough not to ask.
    Cache,
    /// The cache, unconfirmed: the run is offline or the registry did not answer.
    Stale,
}

/// Bytes and where they came from.
#[derive(Clone, Debug)]
pub struct Fetched {
    /// The document or tarball.
    pub bytes: Arc<[u8]>,
    /// Where it came from.
    pub source: Source,
}

/// Why something could not be had. Addresses show no secret.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum FetchError {
    /// No registry is configured for that name.
    #[error("no registry is configured for {name}")]
    NoRegistry {
        /// The name.
        name: PackageName,
    },
    /// Offline, and nothing cached.
    #[error("nothing is cached for {what} and the run is offline")]
    Offline {
        /// What was wanted.
        what: String,
    },
    /// The registry says there is no such thing (404, 410).
    #[error("{url} has nothing by that name")]
    NotFound {
        /// The address asked.
        url: SafeUrl,
    },
    /// The registry wants other credentials (401, 403).
    #[error("{url} refuses access with status {status}")]
    Refused {
        /// The address asked.
        url: SafeUrl,
        /// 401 or 403.
        status: u16,
    },
    /// The registry answered with an error, after all retries.
    #[error("{url} answers with status {status} after {attempts} attempts")]
    Status {
        /// The address asked.
        url: SafeUrl,
        /// The last status.
        status: u16,
        /// Attempts made.
        attempts: u32,
    },
    /// The line failed, after all retries.
    #[error("{url} cannot be reached after {attempts} attempts: {reason}")]
    Line {
        /// The address asked.
        url: SafeUrl,
        /// Attempts made.
        attempts: u32,
        /// What happened.
        reason: String,
    },
    /// It took longer than the deadline.
    #[error("{url} did not finish within {seconds} s")]
    Deadline {
        /// The address asked.
        url: SafeUrl,
        /// The deadline.
        seconds: u64,
    },
    /// Larger than the limit.
    #[error("{url} sends more than {limit} bytes")]
    TooLarge {
        /// The address asked.
        url: SafeUrl,
        /// The limit.
        limit: u64,
    },
    /// Not what was asked for: HTML in place of JSON, a short body.
    #[error("{url} answers with something else: {reason}")]
    Unusable {
        /// The address asked.
        url: SafeUrl,
        /// What came.
        reason: String,
    },
}

/// A registry for one client configuration; names map to upstreams inside.
/// Requests for one thing at one time are made once. Answers are whole or an error, never cut.
pub trait Registry: Send + Sync {
    /// The full packument of `name`.
    fn packument<'a>(&'a self, name: &'a PackageName) -> BoxFuture<'a, Result<Fetched, FetchError>>;
    /// The tarball at `url`, which belongs to `name`: credentials go along only where they are bound to it.
    fn tarball<'a>(
        &'a self,
        name: &'a PackageName,
        url: &'a SafeUrl,
    ) -> BoxFuture<'a, Result<Fetched, FetchError>>;
    /// Host (and port, where given) of the registry that answers for `name`.
    fn host_of(&self, name: &PackageName) -> Option<String>;
}
