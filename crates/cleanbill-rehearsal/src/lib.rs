//! A package's code run on a stage: an interpreter with an invented machine around it and no host behind it.
//! It knows what the code tried to do, in order; it has no file, socket, process, clock or variable of ours to give.
#![deny(clippy::disallowed_methods)]

mod canary;
mod codec;
mod crypto;
mod digest;
mod esm;
mod facts;
mod host;
mod input;
mod jobs;
mod limits;
mod network;
mod persona;
mod recorder;
mod shell;
mod shell_programs;
mod shell_words;
mod stage;
mod strategy;
mod trace;
mod tree;
mod world;

pub use canary::{CanaryKind, CanaryRef, Disguise};
pub use facts::{EvidenceStep, FactKind, RehearsalFact, findings, told};
pub use input::{Budget, Dependency, Entry, RehearsalInput};
pub use persona::Persona;
pub use stage::rehearse;
pub use strategy::{entries_of, rehearse_all};
pub use trace::{Action, Event, Origin, Site, Stop, Trace};
