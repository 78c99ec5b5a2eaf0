//! What the code tried to do, in order, as values that can be stored and compared.
//! It records and does not judge.

use serde::{Deserialize, Serialize};

use crate::{canary::CanaryRef, persona::Persona};

/// Where in the package the call was made.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Site {
    /// The file inside the package (or `node_modules/x/…` of a given dependency).
    pub file: String,
    /// The line, counted from one; absent when the engine could not tell.
    pub line: Option<u32>,
    /// The column, counted from one.
    pub column: Option<u32>,
    /// The function, when it has a name.
    pub function: String,
    /// Whether the calling code was itself made from text while running.
    pub generated: bool,
}

/// How a payload came to be outside: by a request, a process and so on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
#[non_exhaustive]
pub enum Origin {
    /// The code handed text to `eval`.
    Eval,
    /// The code built a function from text.
    Function,
    /// The code used `vm`.
    Vm,
    /// A module was compiled from text or loaded from a file written while running.
    Module,
    /// A `data:` import.
    DataImport,
    /// A worker or child was given code or a written file.
    Process,
    /// A shell read it from a pipe.
    Shell,
    /// WebAssembly was compiled from bytes.
    WebAssembly,
}

/// One thing the code did.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "do", rename_all = "kebab-case")]
#[non_exhaustive]
#[allow(
    missing_docs,
    reason = "the fields are named for what they hold and each variant says what happened"
)]
pub enum Action {
    /// A module was asked for; `found` says what answered.
    ModuleAsked {
        name: String,
        how: String,
        found: String,
    },
    /// A file was read.
    FileRead {
        path: String,
        bytes: u64,
        excerpt: String,
        found: bool,
    },
    /// A folder was listed.
    FolderListed { path: String, found: bool },
    /// A file was written or appended to.
    FileWritten {
        path: String,
        bytes: u64,
        excerpt: String,
        inside: bool,
        downloaded: bool,
    },
    /// A file was removed, renamed, linked or its mode changed.
    FileChanged {
        path: String,
        change: String,
        to: String,
    },
    /// A process was started.
    Spawned {
        command: String,
        arguments: Vec<String>,
        line: String,
        options: Vec<String>,
        stdin: String,
        downloaded: bool,
    },
    /// A request was made.
    Request {
        method: String,
        url: String,
        host: String,
        headers: Vec<String>,
        body: String,
    },
    /// A name was resolved.
    DnsQuery { name: String, record: String },
    /// A socket was connected.
    Connected {
        host: String,
        port: u32,
        protocol: String,
    },
    /// Data was sent through a socket.
    SocketData { host: String, data: String },
    /// A port was listened on.
    Listened { port: u32, protocol: String },
    /// Text was run as code.
    CodeRun {
        origin: Origin,
        excerpt: String,
        bytes: u64,
        downloaded: bool,
    },
    /// A variable of the environment was read by name.
    EnvRead { name: String, secret: bool },
    /// The environment was read as a whole.
    EnvWhole {},
    /// A variable of the environment was set.
    EnvSet { name: String, value: String },
    /// The code asked who or where it is.
    IdentityRead { what: String },
    /// A timer was set.
    TimerSet { delay_ms: u64, repeats: bool },
    /// Something was printed.
    Printed { stream: String, text: String },
    /// The process ended itself.
    Exited { code: i32 },
    /// A wallet or page interface was used or replaced.
    Page { what: String, detail: String },
    /// Something asked for is not on this stage and answered as an inert recorder.
    Missing { what: String },
    /// The run ended in an error the code did not catch.
    Threw { message: String },
}

/// An action with its circumstances.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Event {
    /// Its place in the trace.
    pub at: u32,
    /// Virtual milliseconds since the start.
    pub virtual_ms: u64,
    /// Which entry was being run.
    pub entry: String,
    /// Whether the entry is started by the package manager itself.
    pub at_install: bool,
    /// Whether it happened only because an exported function was called.
    #[serde(default)]
    pub lazy: bool,
    /// Where the call was made, if the engine could tell.
    pub site: Option<Site>,
    /// What happened.
    pub action: Action,
    /// Canaries found in what left.
    pub canaries: Vec<CanaryRef>,
}

/// Why a rehearsal is not the whole story.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Stop {
    /// The entry concerned.
    pub entry: String,
    /// The limit's name or the reason.
    pub reason: String,
}

/// The story of one rehearsal on one persona.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Trace {
    /// The invented machine.
    pub persona: Persona,
    /// What happened, in order.
    pub events: Vec<Event>,
    /// Events beyond the limit, which were counted and not kept.
    pub dropped: u64,
    /// Where and why the rehearsal stopped before its end.
    pub stops: Vec<Stop>,
    /// What the code asked of its surroundings before deciding, such as `process.platform` or `env CI`.
    pub gates: Vec<String>,
    /// Whether nothing was seen but loading, printing and reading.
    pub silent: bool,
    /// Interpreter instructions spent.
    pub instructions: u64,
}
