//! Who fetched what, when, and what was refused: kept in memory for the summary of a run, and handed to
//! whoever keeps it for longer.
use std::sync::{Arc, Mutex};

use cleanbill_model::{Purl, Timestamp, Verdict};

/// Most entries kept in memory; the sink has them all.
const MAX_KEPT: usize = 50_000;

/// One thing that happened.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    /// When.
    pub at: Timestamp,
    /// The client's address.
    pub client: String,
    /// The release.
    pub release: Purl,
    /// What was decided.
    pub verdict: Verdict,
    /// The sentence said, where it was refused.
    pub sentence: Option<String>,
}

/// Hears of every entry.
pub type Sink = Arc<dyn Fn(&Entry) + Send + Sync>;

/// The trail of a gate.
#[derive(Clone, Default)]
pub struct Trail {
    kept: Arc<Mutex<Vec<Entry>>>,
    sink: Option<Sink>,
}

impl Trail {
    /// A trail that also tells `sink`.
    #[must_use]
    pub fn with(sink: Sink) -> Self {
        Self {
            kept: Arc::default(),
            sink: Some(sink),
        }
    }

    /// Adds an entry.
    pub fn add(&self, entry: Entry) {
        if let Some(sink) = &self.sink {
            sink(&entry);
        }
        if let Ok(mut kept) = self.kept.lock()
            && kept.len() < MAX_KEPT
        {
            kept.push(entry);
        }
    }

    /// Everything kept so far.
    #[must_use]
    pub fn entries(&self) -> Vec<Entry> {
        self.kept.lock().map(|kept| kept.clone()).unwrap_or_default()
    }
}
