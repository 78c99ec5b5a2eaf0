//! Facts in, signals out: one audit a file, one page an audit, one folder of cases.
//! It knows no policy and no world.
//!
//! Reading order: what an audit is ([`audit`]), the list of them ([`catalogue`]); each file of the catalogue
//! stands alone.
#![deny(clippy::disallowed_methods)]

mod address;
pub mod audit;
pub mod catalogue;
mod code;
mod history;
mod reach;
mod resemblance;
mod shape;
mod words;

pub use audit::Audit;
pub use catalogue::CATALOGUE;
