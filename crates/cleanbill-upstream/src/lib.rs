//! The registry over HTTP, with a cache on disk: bytes in, bytes out, whole or not at all.
//! It knows the wire and its failures; it has no idea what a packument says.
//!
//! Reading order: [`settings`] is what it needs to be told, [`upstream`] is the port's implementation
//! and the order of its decisions, `exchange` is one attempt on the line, `retry` and `breaker` decide
//! whether there is another, `store` is the cache.
#![expect(
    clippy::disallowed_methods,
    reason = "this is where the network, the clock and the cache on disk are: nothing here decides on a package"
)]
mod address;
mod body;
mod breaker;
mod check;
mod clients;
mod exchange;
pub mod limits;
mod passing;
mod prune;
mod retry;
pub mod settings;
mod store;
pub mod upstream;

pub use passing::Passing;
pub use prune::{PruneReport, prune};
pub use settings::{
    Anonymous, BaseOf, Cache, ClientCertificate, Condense, Condenser, Credentials, Deadlines, ProxySettings,
    Roots, UpstreamSettings,
};

pub use upstream::{SetUpError, Upstream};
