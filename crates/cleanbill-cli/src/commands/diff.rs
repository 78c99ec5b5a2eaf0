//! `cleanbill diff`: what the new release can do that the old one could not.
use std::process::ExitCode;

use clap::Args;
use cleanbill_engine::code::{CodePorts, read_local};
use cleanbill_facts::Source;
use cleanbill_js::delta::compare;
use cleanbill_report::{DiffFormat, render_diff};

use crate::{
    cli::Common, comparison::comparison, compose::Session, failure::Failure, output, spec, world::World,
};

/// The arguments.
#[derive(Debug, Args)]
#[command(after_help = "Examples:\n  \
    cleanbill diff left@1.2.2 left@1.2.3\n  \
    cleanbill diff ./left-1.2.2.tgz ./left-1.2.3.tgz --format json\n  \
    cleanbill diff left@1.2.2 left@1.2.3 --format html -o left.html\n\n\
    Exit code 1 when the changes together would hold the new release.")]
pub struct Arguments {
    /// The old release: name@version, a .tgz, or a folder with a package.json
    old: String,
    /// The new one
    new: String,
    /// How to tell it: human, json, sarif or html
    #[arg(long, default_value = "human")]
    format: DiffFormat,
}

/// Compares.
///
/// # Errors
/// When one of the two cannot be had or read.
pub fn run(arguments: &Arguments, common: &Common, world: &World) -> Result<ExitCode, Failure> {
    let session = spec::session(&[&arguments.old, &arguments.new], common, world)?;
    let ports = session.ports_with_code(world)?;
    let code = ports
        .code
        .as_ref()
        .ok_or_else(|| Failure::ours("no reader of code is set up"))?;
    let old = read(&arguments.old, &session, code, world)?;
    let new = read(&arguments.new, &session, code, world)?;
    let delta = compare(&old.analysis, &new.analysis);
    let report = comparison((&arguments.old, &old), (&arguments.new, &new), &delta);
    let text = render_diff(&report, arguments.format, &output::render_options(common, world))
        .map_err(|error| Failure::ours("cannot draw the comparison").because(&error))?;
    output::answer(&text, common)?;
    Ok(ExitCode::from(u8::from(report.holds())))
}

fn read(text: &str, session: &Session, code: &CodePorts, world: &World) -> Result<Source, Failure> {
    let tarball = spec::tarball(text, session, world)?;
    let source = session.runtime.block_on(read_local(&tarball, code));
    source.map_err(|reason| Failure::usage(format!("cannot read the code of `{text}`")).hint(reason))
}
