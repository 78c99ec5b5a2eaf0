//! Advisory feeds: brought in, compiled to an index, opened by memory map; and the built-in campaigns.
//! It finds advisories by name, and leaves what they mean for a release to others.
//!
//! Reading order: what the caller says ([`settings`]), how a record is read ([`osv`]), where records come
//! from ([`sync()`]), the compiled form ([`index`]), the built-in pack ([`campaign`], [`pack`]), and all of
//! it together ([`FeedSet`]).
#![expect(
    clippy::disallowed_methods,
    reason = "an adapter: reading the disk and measuring how long a sync took are its work"
)]

pub mod campaign;
pub mod index;
pub mod limits;
pub mod osv;
pub mod pack;
mod set;
pub mod settings;
mod source;
mod state;
mod sync;

pub use set::FeedSet;
pub use settings::FeedSettings;
pub use source::{FetchFailure, Skipped, SkippedPart, SourceError};
pub use sync::{SyncError, SyncReport, sync, sync_local};
