//! Gather, then assess: everything the needed facts require is awaited first, then one pure chain makes
//! signals and a verdict of them. It renders nothing and names no concrete adapter.
//!
//! Reading order: what is judged ([`subject`]), what the world gives ([`gather`]), the pure chain
//! ([`assess`]), what a rehearsal adds to a reading ([`witness`]), which version a request means ([`resolve`]), a whole project ([`audit`]), one release in
//! depth ([`inspect`]), what the registry does not send ([`not_known`]).

pub mod assess;
pub mod audit;
pub mod code;
pub mod gather;
pub mod inspect;
pub mod local;
pub mod not_known;
pub mod rehearse;
pub mod resolve;
pub mod subject;
pub mod witness;

pub use audit::{AuditOutcome, audit};
pub use code::{CodePorts, answer};
pub use gather::{Event, GatherOptions, Inputs, Ports, Progress, gather};
pub use inspect::{InspectError, InspectOutcome, Spec, inspect};
pub use not_known::NotKnown;
pub use subject::{NamedLockfile, Subject, Subjects};
pub use witness::Voices;
