//! What a rehearsal is given: a package's files in memory, what of it to run, and how much may be spent.
//! It refuses to know where the bytes came from.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::limits;

/// Files of a package by their path inside it, with forward slashes and no leading `package/`.
pub type Files = BTreeMap<String, Vec<u8>>;

/// A dependency whose files are at hand.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub struct Dependency {
    /// Its name as the importing code writes it.
    pub name: String,
    /// Its files.
    pub files: Files,
}

/// One thing to run.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "kebab-case")]
#[non_exhaustive]
pub enum Entry {
    /// A lifecycle script: its name and its shell command.
    Script {
        /// The lifecycle name, such as `postinstall`.
        name: String,
        /// The shell command as the manifest states it.
        command: String,
    },
    /// A file loaded as an importing program would load it.
    Import {
        /// The path inside the package.
        path: String,
        /// Whether its exported functions are called with invented arguments afterwards.
        call_exports: bool,
    },
    /// A file run as a program.
    Run {
        /// The path inside the package.
        path: String,
        /// Its arguments.
        arguments: Vec<String>,
    },
}

impl Entry {
    /// The words a trace uses for this entry.
    #[must_use]
    pub fn label(&self) -> String {
        match self {
            Entry::Script { name, .. } => format!("script {name}"),
            Entry::Import { path, .. } => format!("import {path}"),
            Entry::Run { path, .. } => format!("run {path}"),
        }
    }

    /// Whether the package manager starts this without being asked by a user.
    #[must_use]
    pub fn at_install(&self) -> bool {
        matches!(self, Entry::Script { .. })
    }
}

/// Everything a rehearsal knows of a package.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub struct RehearsalInput {
    /// The package's name.
    pub name: String,
    /// The package's version.
    pub version: String,
    /// Its `package.json` as text; empty when it has none.
    pub manifest: String,
    /// Its files.
    pub files: Files,
    /// Dependencies whose files are given; all others answer as inert recorders.
    pub dependencies: Vec<Dependency>,
    /// What to run, in order. Empty means: whatever [`crate::entries_of`] finds.
    pub entries: Vec<Entry>,
    /// Where the invented machine's invention starts from; the same seed gives the same trace.
    pub seed: u64,
}

/// How much a rehearsal may spend. The wall is the caller's to hold: the crate has no clock.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Budget {
    /// Interpreter instructions.
    pub instructions: usize,
    /// Turns of one loop within one call.
    pub loop_turns: u64,
    /// Nested calls.
    pub recursion: usize,
    /// Events kept.
    pub events: usize,
    /// Calls into the stage.
    pub host_calls: usize,
    /// Promise and timer jobs.
    pub jobs: usize,
    /// Timers fired.
    pub timers: usize,
    /// Bytes written.
    pub written_bytes: usize,
}

impl Default for Budget {
    fn default() -> Self {
        Budget {
            instructions: limits::INSTRUCTIONS,
            loop_turns: limits::LOOP_TURNS,
            recursion: limits::RECURSION,
            events: limits::EVENTS,
            host_calls: limits::HOST_CALLS,
            jobs: limits::JOBS,
            timers: limits::TIMERS,
            written_bytes: limits::WRITTEN_BYTES,
        }
    }
}
