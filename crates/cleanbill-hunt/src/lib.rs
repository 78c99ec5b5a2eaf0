//! Looks for campaigns where they may have been: lockfiles, histories, installed trees, stores, logs.
//! It asks no registry, changes nothing on the machine, and leaves judging to `cleanbill-intel`.
#![expect(clippy::disallowed_methods, reason = "a hunt reads the disk; that is its work")]

mod git;
pub mod limits;
pub mod pins;
pub mod sighting;
pub mod watch;
mod window;

pub use sighting::{CommitSeen, Looked, Sighting, Source, Unseen, Window};
pub use watch::{Watch, WatchError};
