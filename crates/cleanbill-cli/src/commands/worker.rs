//! `cleanbill worker`: the child side of reading hostile code. Hidden: only Cleanbill itself calls it.
use std::process::ExitCode;

use clap::Args;
use cleanbill_worker::{Limits, serve};

use crate::failure::Failure;

/// The arguments: none.
#[derive(Debug, Args)]
pub struct Arguments {}

/// Serves over stdin and stdout until stdin closes.
///
/// # Errors
/// When the pipes break.
pub fn run(_arguments: &Arguments) -> Result<ExitCode, Failure> {
    let (mut input, mut output) = (std::io::stdin().lock(), std::io::stdout().lock());
    serve(
        &mut input,
        &mut output,
        &Limits::default(),
        cleanbill_engine::answer,
    )
    .map_err(|error| Failure::ours("the worker's pipes broke").because(&error))?;
    Ok(ExitCode::SUCCESS)
}
