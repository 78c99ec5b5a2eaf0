//! A registry for every npm client that filters what it may resolve and refuses what it may not download.
//! It asks the engine for verdicts and never makes one of its own.
//!
//! Reading order: a document cut to what may be seen ([`rewrite`]), which versions may ([`enforce`]), one
//! filtered answer and its validators ([`snapshot`]), how a refusal is said ([`problem`]), the routes
//! ([`routes`]), and all of it served ([`server`]).

pub mod canonical;
pub mod enforce;
pub mod names;
pub mod problem;
pub mod rewrite;
pub mod routes;
pub mod server;
pub mod snapshot;
pub mod trail;

pub use server::{Gate, GateSettings, Running};
