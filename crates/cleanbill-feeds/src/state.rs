//! The few lines kept beside an index: when its source was last asked, and what the server called it.
//! Without them the index still works; it only asks the server for everything again.
use std::{fs::File, io::Read as _, path::Path};

use cleanbill_model::Timestamp;
use serde::{Deserialize, Serialize};

use crate::{index, limits::MAX_STATE_BYTES};

/// What is remembered of a feed between runs.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct FeedMemory {
    /// The source the index was built from, as shown; another source makes the rest worthless.
    #[serde(default)]
    pub(crate) source: String,
    /// When the source last said what it holds, or that nothing changed.
    #[serde(default)]
    pub(crate) checked: Option<Timestamp>,
    /// The server's `ETag`.
    #[serde(default)]
    pub(crate) etag: Option<String>,
    /// The server's `Last-Modified`.
    #[serde(default)]
    pub(crate) last_modified: Option<String>,
    /// Parts of the source that could not be used the last time it was read.
    #[serde(default)]
    pub(crate) skipped: u64,
}

impl FeedMemory {
    /// What is remembered; nothing when there is none or it is not readable.
    pub(crate) fn load(path: &Path) -> Self {
        let Ok(file) = File::open(path) else {
            return Self::default();
        };
        let mut text = String::new();
        match file.take(MAX_STATE_BYTES).read_to_string(&mut text) {
            Ok(_) => serde_json::from_str(&text).unwrap_or_default(),
            Err(_) => Self::default(),
        }
    }

    pub(crate) fn store(&self, path: &Path) -> std::io::Result<()> {
        let text = serde_json::to_vec_pretty(self)?;
        index::write_whole(path, &text)
    }
}
