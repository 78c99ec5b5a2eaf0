//! The gate's store in a PostgreSQL database, for several replicas.
//! It knows tables and transactions, and nothing of what is decided from them.
//!
//! Connections live in threads of their own, so that a caller may be anywhere. A call whose connection is
//! lost is tried again on a new one: a server that restarts costs time and no answer. An event may then
//! stand in the log twice, where the server had written it and could not say so any more.

mod connect;
mod store;
mod tables;

pub use store::PostgresStore;
