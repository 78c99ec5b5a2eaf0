//! The commands, one file each: its arguments, its help, its function.

pub mod audit;
pub mod campaign;
pub mod config;
pub mod demo;
pub mod diff;
pub mod doctor;
pub mod eval;
pub mod explain;
pub mod feed;
pub mod gate;
pub mod generate;
pub mod hunt;
pub mod inspect;
pub mod link;
pub mod rehearse;
pub mod run;
pub mod setup;
pub mod update;
pub mod why;
pub mod worker;

use std::process::ExitCode;

use crate::{
    cli::{Cli, Command},
    failure::Failure,
    traces::{Spans, Traces},
    world::World,
};

/// The layer that hears of spans, where the command is one that tells of them and was asked to.
///
/// # Errors
/// When they cannot be sent where they are wanted.
pub fn traces(cli: &Cli, world: &World) -> Result<Option<Spans>, Failure> {
    match &cli.command {
        Command::Gate(arguments) => arguments
            .traces()
            .map(|endpoint| Traces::start(endpoint, world))
            .transpose(),
        _ => Ok(None),
    }
}

/// Runs the command that was asked for.
///
/// # Errors
/// When it could not do its work.
pub fn dispatch(cli: &Cli, world: &World) -> Result<ExitCode, Failure> {
    let common = &cli.common;
    match &cli.command {
        Command::Audit(arguments) => audit::run(arguments, common, world),
        Command::Inspect(arguments) => inspect::run(arguments, common, world),
        Command::Update(arguments) => update::run(arguments, common, world),
        Command::Why(arguments) => why::run(arguments, common, world),
        Command::Explain(arguments) => explain::run(arguments, common, world),
        Command::Feed(arguments) => feed::run(arguments, common, world),
        Command::Config(arguments) => config::run(arguments, common, world),
        Command::Gate(arguments) => gate::run(arguments, common, world),
        Command::Run(arguments) => run::run(arguments, common, world),
        Command::Setup(arguments) => setup::run(arguments, common, world),
        Command::Doctor(arguments) => doctor::run(arguments, common, world),
        Command::Diff(arguments) => diff::run(arguments, common, world),
        Command::Demo(arguments) => demo::run(arguments, common, world),
        Command::Eval(arguments) => eval::run(arguments, common, world),
        Command::Campaign(arguments) => campaign::run(arguments, common, world),
        Command::Hunt(arguments) => hunt::run(arguments, common, world),
        Command::Rehearse(arguments) => rehearse::run(arguments, common, world),
        Command::Worker(arguments) => worker::run(arguments),
        Command::Completions(arguments) => generate::completions(arguments, common),
        Command::Man(arguments) => generate::man(arguments),
    }
}
