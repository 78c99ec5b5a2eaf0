//! The abilities the engine asks of the world, each a small trait with its meaning in its doc.
//! Bytes travel here, meaning does not.
pub mod advisories;
pub mod blobs;
pub mod chain;
pub mod clock;
pub mod gate_store;
pub mod reader;
pub mod registry;
pub mod seal;
pub mod verdicts;

pub use advisories::{Advisories, FeedState, FeedStatus};
pub use blobs::{BlobKey, Blobs, BlobsError, ParseBlobKeyError};
pub use clock::Clock;
pub use gate_store::{
    Chained, Event, EventKind, GateStore, KeptVerdict, Locked, Role, Seen, Sighting, StoreError, Token,
};
pub use reader::{ReadError, Reader};
pub use registry::{FetchError, Fetched, Registry, Source};
pub use seal::{MAX_BLOB_BYTES, SEAL_BYTES, seal, unseal};
pub use verdicts::{VerdictLog, VerdictLogError, VerdictRecord};
