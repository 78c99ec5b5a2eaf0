//! JavaScript read as an attacker would be read: what a release's files do, step by step, and what of it
//! leaves the machine or runs what came from outside. It knows no disk, no network, no clock and no registry.
#![deny(clippy::disallowed_methods)]

mod analyse;
pub mod analysis;
mod batch;
mod builtin;
pub mod chain;
mod decode;
pub mod delta;
pub mod entry;
mod graph;
pub mod gyp;
mod hash;
mod host;
pub mod hosts;
mod ir;
pub mod kind;
mod look;
mod lower;
mod machine;
pub mod manifest;
mod notebook;
pub mod package;
mod parse;
pub mod shape;
pub mod shell;
mod text;
pub mod witness;

pub use analyse::analyse;
pub use analysis::{Analysis, RULESET_VERSION};
pub use chain::{Chain, Source, Step};
pub use delta::{Delta, compare};
pub use entry::Trigger;
pub use hosts::HostClass;
pub use kind::FileKind;
pub use package::{Budget, Context, Package, SourceFile};
pub use parse::REQUIRED_STACK_BYTES;
pub use shape::{Shape, shape};

/// A number as JavaScript prints it.
fn text_num(n: f64) -> String {
    if n.is_nan() {
        "NaN".to_owned()
    } else if n.is_infinite() {
        if n > 0.0 {
            "Infinity".to_owned()
        } else {
            "-Infinity".to_owned()
        }
    } else if n == 0.0 {
        "0".to_owned()
    } else if n.abs() >= 1e21 || n.abs() < 1e-6 {
        let text = format!("{n:e}");
        match text.split_once('e') {
            Some((m, e)) if !e.starts_with('-') => format!("{m}e+{e}"),
            _ => text,
        }
    } else {
        format!("{n}")
    }
}
