//! Chains: a source, its way, a sink, and how far that goes alone.
//! The levels are suggestions of this crate; policy has the last word.
use cleanbill_model::Level;
use serde::{Deserialize, Serialize};

use crate::entry::Trigger;
use crate::hosts::HostClass;
use crate::machine::gates::GATES;
pub use crate::machine::marks::Source;
pub use crate::witness::Seen;

/// One step of a chain.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Step {
    /// File inside the release.
    pub file: String,
    /// Line, from 1, in the file or in the decoded text.
    pub line: u32,
    /// Column in characters, from 1.
    pub column: u32,
    /// What happens there.
    pub note: String,
    /// A value recovered from the code.
    pub decoded: Option<String>,
    /// The source text around the place.
    pub excerpt: String,
}

/// A chain with its proof.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Chain {
    /// The id of the taxonomy, such as `FLO-01`.
    pub id: String,
    /// Who starts it.
    pub trigger: Trigger,
    /// It runs only when an exported function is called.
    pub lazy: bool,
    /// The way from source to sink.
    pub steps: Vec<Step>,
    /// Kinds of origin.
    pub sources: Vec<Source>,
    /// Names of the origins: variables, files.
    pub details: Vec<String>,
    /// The destination, when there is one.
    pub host: Option<String>,
    /// Its class.
    pub host_class: Option<HostClass>,
    /// Data has no business going there.
    pub abnormal_host: bool,
    /// Decoded layers the code stood in.
    pub layers: u32,
    /// What makes it worse: ids such as `ANT-04`.
    pub aggravations: Vec<String>,
    /// How far it goes alone.
    pub level: Level,
    /// What stays the same when code moves: for comparing releases.
    pub signature: String,
    /// Who saw it.
    #[serde(default)]
    pub seen: Seen,
}

impl Chain {
    /// Something makes it worse; a question asked or a wait before it does not.
    pub(crate) fn is_aggravated(&self) -> bool {
        let mut ids = self.aggravations.iter();
        ids.any(|id| !GATES.contains(&id.as_str()))
    }
}

/// A chain before its level is known.
pub(crate) struct Draft<'a> {
    pub id: &'a str,
    pub trigger: Trigger,
    pub lazy: bool,
    pub sources: &'a [Source],
    /// Distinct secrets, and how many of them fit the destination's provider.
    pub secrets: usize,
    pub fitting: usize,
    pub class: Option<HostClass>,
    pub layers: u32,
    pub obfuscated: bool,
    pub dead_drop: bool,
    /// Facts the sink found, such as a hidden detached child.
    pub aggravations: usize,
    /// What arrives steers the sink and need not be the code itself.
    pub indirect: bool,
}

/// How far a chain goes alone.
pub(crate) fn level(d: &Draft<'_>) -> Level {
    let level = base(d);
    // Code nobody starts waits for its starter: one step less, and never the last word.
    match d.trigger {
        Trigger::Unreached | Trigger::Test => match level {
            Level::Block if d.layers > 0 || d.obfuscated => Level::Quarantine,
            Level::Block if d.class.is_some_and(HostClass::is_shady) => Level::Quarantine,
            Level::Block | Level::Quarantine => Level::Warn,
            _ => Level::Note,
        },
        _ => level,
    }
}

fn base(d: &Draft<'_>) -> Level {
    let install = d.trigger.is_install();
    let eager = !d.lazy;
    let hidden = d.layers > 0 || d.obfuscated;
    let class = d.class.unwrap_or(HostClass::Unresolved);
    let shady = class.is_shady();
    let abnormal = class.is_abnormal() || (d.dead_drop && class == HostClass::Unresolved);
    // Somebody asks for it: a caller of the library, or whoever starts the program.
    let asked = d.lazy || d.trigger == Trigger::Bin;
    match d.id {
        "FLO-01" | "FLO-16" => secret_out(d, install, eager, hidden, shady, abnormal, class),
        "FLO-10" => match () {
            () if shady || (abnormal && hidden) => Level::Block,
            () if abnormal => Level::Quarantine,
            () if class == HostClass::Claimed => Level::Note,
            () => Level::Note,
        },
        "FLO-02" => match class {
            HostClass::Catcher => {
                if install {
                    Level::Block
                } else {
                    Level::Quarantine
                }
            }
            _ if install && abnormal => Level::Quarantine,
            _ if install && hidden && class == HostClass::Unresolved => Level::Quarantine,
            _ if abnormal && hidden && eager => Level::Quarantine,
            // Names under a stranger's domain that carry who asks are no look-up.
            _ if abnormal && eager && d.aggravations > 0 => Level::Quarantine,
            _ if abnormal && shady && eager => Level::Warn,
            _ => Level::Note,
        },
        // No honest server runs what a client writes into its headers.
        "FLO-15" if d.aggravations > 0 => Level::Block,
        "FLO-03" | "FLO-06" | "FLO-15" => match class {
            _ if abnormal && (install || hidden) => Level::Block,
            // A name or a command that depends on an answer is how many tools work when called.
            _ if d.indirect && asked => {
                if abnormal {
                    Level::Warn
                } else {
                    Level::Note
                }
            }
            _ if shady && eager => Level::Block,
            // A program that gets a helper from its maker's host when its user starts it names that host nowhere else.
            _ if abnormal && d.trigger == Trigger::Bin && d.id == "FLO-06" => Level::Warn,
            _ if abnormal && eager => Level::Block,
            _ if shady => Level::Quarantine,
            _ if abnormal => {
                if d.id == "FLO-06" {
                    Level::Warn
                } else {
                    Level::Quarantine
                }
            }
            HostClass::Unresolved if hidden && (install || eager) => Level::Quarantine,
            HostClass::Unresolved | HostClass::Claimed if install => Level::Warn,
            _ if install => Level::Note,
            _ => Level::Note,
        },
        "FLO-04" => match () {
            () if d.layers >= 1 || install => Level::Quarantine,
            () if (d.obfuscated || d.aggravations > 0) && eager => Level::Quarantine,
            () => Level::Warn,
        },
        "FLO-05" => {
            if eager {
                Level::Block
            } else {
                Level::Quarantine
            }
        }
        "FLO-07" => {
            if abnormal || hidden || install {
                Level::Block
            } else {
                Level::Quarantine
            }
        }
        // Tools for releases take the token of whoever starts them, write his manifest, and publish: all at his word.
        "FLO-08" if asked && !hidden => Level::Note,
        "FLO-08" | "FLO-14" => match () {
            () if d.aggravations > 0 || hidden || install => Level::Block,
            () if eager && d.trigger == Trigger::Import => Level::Block,
            () => Level::Note,
        },
        "FLO-09" => {
            if hidden || install {
                Level::Quarantine
            } else {
                Level::Note
            }
        }
        "FLO-11" => Level::Block,
        // Each entry of a listing may have been picked by a test we cannot follow.
        "FLO-12" if d.indirect => match () {
            () if (install || eager) && d.trigger != Trigger::Bin => Level::Quarantine,
            () => Level::Note,
        },
        "FLO-12" => {
            if (install || eager) && d.trigger != Trigger::Bin {
                Level::Block
            } else {
                Level::Quarantine
            }
        }
        "FLO-13" => {
            if install || eager {
                Level::Block
            } else {
                Level::Quarantine
            }
        }
        "FLO-17" => match () {
            () if hidden => Level::Quarantine,
            () if install || (eager && d.trigger == Trigger::Import) => Level::Warn,
            () => Level::Note,
        },
        "EXE-10" => {
            if install && (hidden || d.aggravations > 0) {
                Level::Quarantine
            } else {
                Level::Note
            }
        }
        "PER-01" | "PER-03" => match () {
            () if install || hidden => Level::Block,
            () if eager && d.trigger == Trigger::Import => Level::Quarantine,
            () => Level::Note,
        },
        "PER-02" => {
            if install || hidden || d.sources.contains(&Source::Network) {
                Level::Quarantine
            } else if d.aggravations > 0 {
                Level::Warn
            } else {
                Level::Note
            }
        }
        "AIX-02" => match () {
            () if install && d.aggravations > 0 => Level::Block,
            () if install || (hidden && eager) => Level::Quarantine,
            () if eager && d.trigger == Trigger::Import => Level::Warn,
            () => Level::Note,
        },
        "AIX-03" => {
            if install || hidden || (eager && d.trigger == Trigger::Import) {
                Level::Block
            } else {
                Level::Note
            }
        }
        "AIX-05" => {
            if install || hidden || (eager && d.trigger == Trigger::Import) {
                Level::Block
            } else {
                Level::Note
            }
        }
        "SRC-03" => {
            if install {
                Level::Quarantine
            } else {
                Level::Note
            }
        }
        "SRC-05" => {
            if install || hidden || eager {
                Level::Quarantine
            } else {
                Level::Warn
            }
        }
        "SRC-08" => {
            if install || hidden || eager && d.trigger == Trigger::Import {
                Level::Quarantine
            } else {
                Level::Note
            }
        }
        "ANT-03" => {
            if install && hidden {
                Level::Quarantine
            } else if install {
                Level::Warn
            } else {
                Level::Note
            }
        }
        "EXE-11" => {
            if install {
                Level::Warn
            } else {
                Level::Note
            }
        }
        _ => Level::Note,
    }
}

fn secret_out(
    d: &Draft<'_>,
    install: bool,
    eager: bool,
    hidden: bool,
    shady: bool,
    abnormal: bool,
    class: HostClass,
) -> Level {
    let strong = d.sources.iter().any(|s| {
        matches!(
            s,
            Source::Environment
                | Source::CredentialFile
                | Source::CiInternal
                | Source::Clipboard
                | Source::Metadata
        )
    }) || d.secrets.saturating_sub(d.fitting) >= 2;
    // A secret of the provider it goes to is how every client of that provider works.
    if !strong && d.secrets > 0 && d.fitting == d.secrets {
        return Level::Note;
    }
    if abnormal {
        return match () {
            () if strong && (eager || shady || hidden) => Level::Block,
            () if strong => Level::Quarantine,
            () if hidden || (install && shady) => Level::Block,
            () if install || (eager && shady) => Level::Quarantine,
            () if shady && d.trigger != Trigger::Bin => Level::Quarantine,
            () => Level::Warn,
        };
    }
    match class {
        HostClass::Unresolved if strong && hidden && (install || eager) => Level::Quarantine,
        HostClass::Unresolved if strong && install => Level::Quarantine,
        HostClass::Claimed if strong && install => Level::Quarantine,
        HostClass::Claimed if strong && eager => Level::Warn,
        HostClass::Platform if strong && (hidden || install) => Level::Quarantine,
        _ => Level::Note,
    }
}
