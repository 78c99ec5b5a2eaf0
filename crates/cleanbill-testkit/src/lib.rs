//! What tests stand on: replays read from folders, a registry on loopback, builders, suites for ports.
//! It knows the wire and the formats; it has no opinion on what it serves.
//!
//! Reading order: [`replay`] makes a whole registry in memory from a folder, [`builder`] does the same without
//! a folder, [`registry`] serves it over HTTP and misbehaves to order, [`suites`] holds what every
//! implementation of a port must pass.
pub mod builder;
pub mod registry;
pub mod suites;

pub use builder::PackageBuilder;
pub use cleanbill_replay::{
    self as replay, Case, Form, MemoryBlobs, MemoryRegistry, MemoryVerdictLog, ReadReplayError, Replay,
    ReplayPackage, TarballBuilder, memory, tarball,
};
pub use registry::{Behaviour, Logged, Registry, Validators};
