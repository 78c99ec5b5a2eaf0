//! Marks: where a value came from, as a chain of places.
//! It does not say whether that is good or bad.
use serde::{Deserialize, Serialize};

/// A byte offset in one source.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Place {
    pub src: u32,
    pub at: u32,
}

/// The kind of origin.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Source {
    /// The whole environment (SRC-01).
    Environment,
    /// A named secret of the environment (SRC-02).
    Secret,
    /// A credential store (SRC-03).
    CredentialFile,
    /// A cloud metadata endpoint (SRC-04).
    Metadata,
    /// The inside of a CI runner (SRC-05).
    CiInternal,
    /// Who and where this machine is (SRC-06).
    Fingerprint,
    /// Clipboard, keyboard or screen (SRC-07).
    Clipboard,
    /// Key material handed to the library (SRC-09).
    KeyMaterial,
    /// Bytes that came over the network.
    Network,
    /// A file of the package that is not code.
    PackageFile,
    /// Text decoded from a literal.
    Decoded,
    /// A value from a public dead drop: DNS TXT, a paste, a chain.
    DeadDrop,
    /// An argument the caller gave.
    Caller,
    /// Configuration of the machine: ordinary variables, arguments, files of the user.
    Configuration,
    /// Output of a command.
    CommandOutput,
}

impl Source {
    /// Values that must not leave the machine.
    pub fn is_sensitive(self) -> bool {
        matches!(
            self,
            Self::Environment
                | Self::Secret
                | Self::CredentialFile
                | Self::CiInternal
                | Self::Clipboard
                | Self::KeyMaterial
        )
    }

    /// The id of the taxonomy.
    pub fn taxonomy(self) -> &'static str {
        match self {
            Self::Environment => "SRC-01",
            Self::Secret => "SRC-02",
            Self::CredentialFile => "SRC-03",
            Self::Metadata => "SRC-04",
            Self::CiInternal => "SRC-05",
            Self::Fingerprint => "SRC-06",
            Self::Clipboard => "SRC-07",
            Self::KeyMaterial => "SRC-09",
            Self::Decoded | Self::PackageFile => "OBF-08",
            Self::DeadDrop => "FLO-09",
            _ => "",
        }
    }
}

/// One origin or one station after it.
#[derive(Clone, Debug)]
pub struct Mark {
    pub source: Source,
    pub place: Place,
    pub note: String,
    pub detail: Option<String>,
    /// The destination a network value came from.
    pub dest: Option<u32>,
    /// The mark before this station.
    pub before: Option<u32>,
    /// The mark the chain starts with.
    pub root: u32,
}
