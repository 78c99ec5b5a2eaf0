//! Processes that may be lost: hostile input is read in a child of ours that has no files, no network and
//! bounded memory. It knows bytes in and bytes out, and nothing of what they mean.
//!
//! Reading order: the two sides of the pipe ([`frame`]), what a child gives up before it reads anything
//! ([`confine`]), the child's loop ([`serve`]), the parent's pool ([`pool`]).

pub mod confine;
pub mod frame;
pub mod pool;
pub mod serve;

pub use confine::{Confinement, Limits};
pub use pool::{Pool, PoolSettings, WorkError};
pub use serve::serve;
