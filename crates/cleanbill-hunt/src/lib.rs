//! Looks for campaigns where they may have been: lockfiles, histories, installed trees, stores, logs.
//! It asks no registry, changes nothing on the machine, and leaves judging to `cleanbill-intel`.
//!
//! Reading order: campaigns made ready ([`watch`]), a whole hunt ([`mod@hunt`]), what it brings home
//! ([`sighting`]), what that means ([`answer`]).
#![expect(
    clippy::disallowed_methods,
    reason = "a hunt reads the disk; that is its work"
)]

pub mod answer;
pub mod exchange;
pub mod gate_log;
mod git;
pub mod hunt;
mod image;
pub mod limits;
pub mod lint;
mod logs;
pub mod packed;
pub mod pins;
mod read;
pub mod samples;
mod sbom;
mod scan;
pub mod sighting;
mod store_index;
mod walk;
pub mod watch;
mod window;
pub mod would;

pub use answer::{Answer, answers, gravest};
pub use hunt::{History, HuntOptions, Hunted, hunt};
pub use sighting::{CommitSeen, Looked, Sighting, Source, Unseen, Window};
pub use watch::{Watch, WatchError};
