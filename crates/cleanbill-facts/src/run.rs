//! What else was seen in the same run: who published which releases when.
//! Bursts show only across packages, so this is gathered once for all.
use std::collections::HashMap;

use cleanbill_model::{Purl, Timestamp};

/// One publication.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Publication {
    /// The release.
    pub purl: Purl,
    /// When.
    pub published: Timestamp,
}

/// Publications of a run by account, each list in order of time.
#[derive(Clone, Debug, Default)]
pub struct Run {
    /// Account name to what it published, over every package this run has read.
    pub by_publisher: HashMap<String, Vec<Publication>>,
}
