//! What is true of a release, or known missing: bytes have been read, nothing has been judged.
//! It knows the formats and no audit, no network and no clock.
//!
//! Reading order: one package's history ([`package`]), how a lockfile pins it ([`pin`]), what advisories
//! say ([`notices`]), what else was seen ([`run`]), which names are popular ([`popular`]), and all of it
//! together ([`facts`]).
#![deny(clippy::disallowed_methods)]

mod collect_notices;
mod collect_package;
mod collect_release;
pub mod collect_run;
pub mod facts;
pub mod notices;
pub mod package;
pub mod pin;
pub mod popular;
pub mod rehearsal;
pub mod run;
pub mod shrinkwrap;
pub mod source;
pub mod traits;

pub use facts::{Facts, JudgedEdge};
pub use notices::{Notice, Notices, Tier};
pub use package::{
    BundledNames, Channel, Dependency, DependencyKind, Identity, Package, Person, Release, Script, Sends,
    TRUSTED, Withdrawn,
};
pub use pin::Pin;
pub use popular::PopularNames;
pub use rehearsal::Rehearsal;
pub use run::{Publication, Run};
pub use source::{Flaw, Source, read_tarball};
pub use traits::{Traits, read_traits};
