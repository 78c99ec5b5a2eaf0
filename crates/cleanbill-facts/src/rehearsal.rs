//! What a rehearsal of a release showed, as it is kept beside its analysis: each machine's story in short lines.
//! It holds no interpreter and judges nothing; what the story proves stands among the chains of the analysis.
use serde::{Deserialize, Serialize};

/// A release's rehearsal.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Rehearsal {
    /// Code that an import starts was played as well, and not the install scripts alone.
    pub imports: bool,
    /// Each invented machine.
    pub machines: Vec<Machine>,
    /// Why there is no story, or only a part of one.
    pub problem: Option<String>,
}

/// One invented machine.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Machine {
    /// Its name, such as `linux-developer`.
    pub name: String,
    /// What happened, in order.
    pub moments: Vec<Moment>,
    /// Moments that were left out.
    pub more: usize,
    /// Why it is not the whole story.
    pub stops: Vec<String>,
}

/// One thing that happened.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Moment {
    /// Virtual milliseconds since the start.
    pub at_ms: u64,
    /// Which script or file was being played.
    pub entry: String,
    /// File of the release and line, where known.
    pub place: String,
    /// What it did, in words; text of the release is in them.
    pub did: String,
    /// Marked secrets that went with it.
    pub stolen: Vec<String>,
}
