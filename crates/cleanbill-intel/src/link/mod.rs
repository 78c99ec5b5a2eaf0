//! Which releases belong together: candidate pairs by index, evidence scored kind by kind, clusters by average linkage.
//! It compares facts somebody gathered; who is behind a cluster it never says.
//!
//! Reading order: what is known of a release ([`facts`]), what two of them share ([`evidence`]), what
//! follows ([`cluster`]), in which words ([`words`]).

pub mod cluster;
pub mod evidence;
pub mod facts;
pub mod fingerprint;
pub mod tlsh;
pub mod words;

pub use cluster::{Cluster, link};
pub use evidence::{Background, Evidence, Kind, Pair, compare};
pub use facts::{Facts, Library};
pub use fingerprint::fingerprints;
pub use tlsh::Tlsh;
