//! Facts in, signals out: one audit a file, one page an audit, one folder of cases.
//! It knows no policy and no world.
#![deny(clippy::disallowed_methods)]

pub mod audit;

pub use audit::Audit;
