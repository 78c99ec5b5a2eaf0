//! The ports of one machine, each in a folder of plain files that several processes may share.
//! It knows files and checksums, and nothing of what is stored.
#![expect(
    clippy::disallowed_methods,
    reason = "this is where the disk is: nothing here decides on a package"
)]
pub mod blobs;
mod files;
pub mod sqlite;
pub mod verdicts;

pub use blobs::FolderBlobs;
pub use sqlite::SqliteStore;
pub use verdicts::FileVerdictLog;
