//! The command line: arguments in, one command run, an exit code out.
//!
//! Reading order: the arguments ([`cli`]), what is read of the machine ([`world`]), which adapters are
//! used ([`compose`]), finding lockfiles ([`discover`]), an outcome made ready to tell ([`present`]),
//! and the commands, one file each ([`commands`]).

pub mod cli;
pub mod client;
pub mod commands;
pub mod comparison;
pub mod compose;
pub mod discover;
pub mod eval;
pub mod failure;
pub mod hunting;
pub mod local;
pub mod manifests;
pub mod output;
pub mod present;
pub mod progress;
pub mod publishing;
pub mod readers;
pub mod spec;
pub mod traces;
pub mod world;

use std::{ffi::OsString, process::ExitCode};

use clap::Parser as _;

use crate::{cli::Cli, failure::Failure, world::World};

/// Runs the command the arguments name.
#[must_use]
pub fn run(arguments: impl IntoIterator<Item = OsString>, world: World) -> ExitCode {
    let cli = match Cli::try_parse_from(arguments) {
        Ok(cli) => cli,
        Err(error) => {
            let code = if error.use_stderr() { 2 } else { 0 };
            // A closed pipe while printing help is no failure of the command.
            drop(error.print());
            return ExitCode::from(code);
        }
    };
    let spans = match commands::traces(&cli, &world) {
        Ok(spans) => spans,
        Err(failure) => return report(&failure, &world),
    };
    output::start_log(cli.common.verbose, spans);
    match commands::dispatch(&cli, &world) {
        Ok(code) => code,
        Err(failure) => report(&failure, &world),
    }
}

fn report(failure: &Failure, world: &World) -> ExitCode {
    output::complain(failure, world);
    failure.exit_code()
}
