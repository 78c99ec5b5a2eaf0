//! Cases for the analysis, all in one program: building it once is what costs.
//! Every package here is written by hand and inert: reserved hosts, nothing is ever run.
#![expect(clippy::expect_used, reason = "a failed helper is a failed test")]
mod chains;
mod common;
mod delta;
mod graph;
mod honest;
mod metamorphic;
mod obfuscation;
mod pages;
mod robust;
mod scripts;
mod shape;
mod taxonomy;
