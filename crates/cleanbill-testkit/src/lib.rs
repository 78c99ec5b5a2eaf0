//! What tests stand on: replays read from folders, a registry on loopback, builders, suites for ports.
//! It knows the wire and the formats; it has no opinion on what it serves.
//!
//! Reading order: [`tarball`] makes one release's archive, [`replay`] makes a package's documents and
//! a whole registry in memory, [`builder`] does the same without a folder, [`registry`] serves it over
//! HTTP and misbehaves to order, [`memory`] is the ports without a line, [`suites`] holds what every implementation of a port must pass.
pub mod builder;
pub mod memory;
pub mod registry;
pub mod replay;
pub mod suites;
pub mod tarball;

pub use builder::PackageBuilder;
pub use memory::{MemoryBlobs, MemoryRegistry, MemoryVerdictLog};
pub use registry::{Behaviour, Logged, Registry, Validators};
pub use replay::{Case, Form, ReadReplayError, Replay, ReplayPackage};
pub use tarball::TarballBuilder;
