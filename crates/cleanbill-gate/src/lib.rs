//! A registry for every npm client that filters what it may resolve and refuses what it may not download.
//! It asks the engine for verdicts and never makes one of its own.
//!
//! Reading order: a document cut to what may be seen ([`rewrite`]), which versions may ([`enforce`]), one
//! filtered answer and its validators ([`snapshot`]), how a refusal is said ([`problem`]), the routes
//! ([`routes`]), all of it served ([`server`]), and what outlives it ([`books`]).

pub mod account;
pub mod books;
pub mod canonical;
pub mod doors;
pub mod enforce;
pub mod failures;
pub mod limits;
mod making;
pub mod metrics;
pub mod names;
mod overlay;
pub mod probe;
pub mod problem;
pub mod rewrite;
pub mod routes;
pub mod server;
mod shelf;
mod sightings;
pub mod snapshot;
pub mod tokens;
pub mod trail;

pub use server::{Gate, GateSettings, Running};

/// The target of the spans by which a request can be followed through the gate: the request, what was asked of
/// upstream, the verdict, the reading of code. Nobody hears of them unless whoever runs the gate asks for them.
pub const SPANS: &str = "cleanbill::spans";
