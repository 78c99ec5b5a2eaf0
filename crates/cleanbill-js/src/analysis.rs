//! What an analysis says: entries, files, capabilities, destinations, chains, structural facts.
//! It serialises whole, so that it can be kept under the content's hash and the rules' version.
use std::collections::BTreeMap;

use cleanbill_model::Level;
use serde::{Deserialize, Serialize};

use crate::chain::{Chain, Step};
use crate::entry::{Entry, Trigger};
use crate::hosts::HostClass;
use crate::kind::FileKind;
pub use crate::notebook::Capability;

/// Changes whenever the same files may give another analysis.
pub const RULESET_VERSION: u32 = 5;

/// How far a file was read.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Outcome {
    /// Parsed and run in the machine.
    Followed,
    /// Code without a word that could lead to a sink; looked at only as bytes.
    Quiet,
    /// No code.
    Data,
    /// Not read; the reason stands in [`Analysis::unassessed`].
    Unassessed,
}

/// What is known of one file.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct FileFacts {
    /// Path from the root.
    pub path: String,
    /// Type by bytes.
    pub kind: FileKind,
    /// Size.
    pub bytes: u64,
    /// The strongest trigger that reaches it.
    pub trigger: Trigger,
    /// Minified or bundled.
    pub minified: bool,
    /// Marks of obfuscation: ids such as `OBF-06`.
    pub obfuscation: Vec<String>,
    /// How far it was read.
    pub outcome: Outcome,
    /// Hashes of its pieces, names and spacing abstracted, in order.
    pub pieces: Vec<u64>,
    /// Hash of its bytes.
    pub digest: u64,
}

/// A destination some code speaks to.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Destination {
    /// The host, lower case.
    pub host: String,
    /// Its class.
    pub class: HostClass,
    /// The address as far as it is known.
    pub url: String,
    /// Where it is spoken to.
    pub file: String,
    /// Line there.
    pub line: u32,
}

/// Where a capability is used.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Use {
    /// What.
    pub capability: Capability,
    /// Who starts it.
    pub trigger: Trigger,
    /// Some places.
    pub places: Vec<Step>,
}

/// A fact about the release's shape rather than a flow.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Structural {
    /// The id of the taxonomy.
    pub id: String,
    /// How far it goes alone.
    pub level: Level,
    /// What was seen.
    pub note: String,
    /// The proof.
    pub evidence: Vec<Step>,
}

/// A decoded text that was run.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct DecodedLayer {
    /// Where it was decoded.
    pub at: Step,
    /// Its beginning.
    pub head: String,
}

/// Everything an analysis says.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Analysis {
    /// [`RULESET_VERSION`] at the time.
    pub ruleset: u32,
    /// Name in the manifest.
    pub name: Option<String>,
    /// Version in the manifest.
    pub version: Option<String>,
    /// What starts something.
    pub entries: Vec<Entry>,
    /// Every file.
    pub files: Vec<FileFacts>,
    /// What the code can do.
    pub capabilities: Vec<Use>,
    /// Where it speaks to.
    pub destinations: Vec<Destination>,
    /// Chains, strongest first.
    pub chains: Vec<Chain>,
    /// Facts of shape.
    pub structural: Vec<Structural>,
    /// Decoded layers.
    pub layers: Vec<DecodedLayer>,
    /// Files not read, with the reason.
    pub unassessed: BTreeMap<String, String>,
    /// Steps taken.
    pub steps: u64,
}

impl Analysis {
    /// The strongest level anything here reaches alone.
    #[must_use]
    pub fn level(&self) -> Option<Level> {
        self.chains
            .iter()
            .map(|c| c.level)
            .chain(self.structural.iter().map(|s| s.level))
            .max()
    }

    /// The capabilities, without places.
    #[must_use]
    pub fn capability_set(&self) -> Vec<Capability> {
        let mut out: Vec<Capability> = self.capabilities.iter().map(|u| u.capability).collect();
        out.sort();
        out.dedup();
        out
    }
}
