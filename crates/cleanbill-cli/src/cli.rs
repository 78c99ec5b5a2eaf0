//! The arguments: every command with its help and examples.
use std::path::PathBuf;

use clap::{Args, Parser, Subcommand};

use crate::commands::{
    audit, campaign, config, demo, diff, doctor, eval, explain, feed, gate, generate, hunt, inspect,
    rehearse, run, setup, update, why, worker,
};

/// Gives every npm dependency a clean bill of health.
#[derive(Debug, Parser)]
#[command(
    name = "cleanbill",
    version,
    max_term_width = 100,
    disable_help_subcommand = true,
    after_help = "Exit codes: 0 nothing at or above the bar, 1 something quarantined or blocked, \
                  2 usage or an input that cannot be read, 3 something could not be assessed, 70 our own fault."
)]
pub struct Cli {
    /// The command.
    #[command(subcommand)]
    pub command: Command,
    /// Flags that every command knows.
    #[command(flatten)]
    pub common: Common,
}

/// The commands.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Judge every release that the lockfiles under PATH pin
    Audit(audit::Arguments),
    /// Judge one release in depth
    Inspect(inspect::Arguments),
    /// Tell what the new release can do that the old one could not
    Diff(diff::Arguments),
    /// Show what a release tries to do, on invented machines
    Rehearse(rehearse::Arguments),
    /// Be a registry that lets nothing unproven through
    Gate(gate::Arguments),
    /// Run one command behind a gate of its own
    Run(run::Arguments),
    /// Let the clients of this account ask the gate, or take that back
    Setup(setup::Arguments),
    /// Prove for every client on this machine that its installs go through the gate
    Doctor(doctor::Arguments),
    /// Plan the safest newer versions of what the project has
    Update(update::Arguments),
    /// Tell who was exposed to which campaign, when, and what to do first
    Hunt(hunt::Arguments),
    /// List, show, link, export, import and check campaigns
    Campaign(campaign::Arguments),
    /// Tell the reason for the last verdict on a release, from the local log
    Why(why::Arguments),
    /// Show the page of one audit, or list all audits
    Explain(explain::Arguments),
    /// Show, fetch and import advisory feeds
    Feed(feed::Arguments),
    /// Show each setting and where it came from
    Config(config::Arguments),
    /// Replay the attack of June 2026, inert, with and without the gate
    Demo(demo::Arguments),
    /// Measure recall and false alarms over a folder of replays
    Eval(eval::Arguments),
    /// Read hostile code for another process
    #[command(hide = true)]
    Worker(worker::Arguments),
    /// Write the completions of a shell to stdout
    Completions(generate::CompletionsArguments),
    /// Write the manual pages into a folder
    Man(generate::ManArguments),
}

/// Flags that every command knows.
#[derive(Debug, Args)]
pub struct Common {
    /// The registry to ask, in place of the one the client's configuration names
    #[arg(long, global = true, value_name = "URL", help_heading = "Where to look")]
    pub registry: Option<String>,
    /// Behave as at this moment: what was published later does not exist
    #[arg(long, global = true, value_name = "RFC3339", help_heading = "Where to look")]
    pub as_of: Option<String>,
    /// Ask nothing of the network; use what is cached and say what could not be known
    #[arg(long, global = true, env = "CLEANBILL_OFFLINE", value_parser = clap::builder::FalseyValueParser::new(), help_heading = "Where to look")]
    pub offline: bool,
    /// Settings that speak before the user's and the project's
    #[arg(
        long,
        global = true,
        value_name = "FILE",
        env = "CLEANBILL_POLICY",
        help_heading = "Where to look"
    )]
    pub policy: Option<PathBuf>,
    /// Read code only; play nothing of it on invented machines
    #[arg(long, global = true, env = "CLEANBILL_NO_REHEARSAL", value_parser = clap::builder::FalseyValueParser::new(), help_heading = "Where to look")]
    pub no_rehearsal: bool,
    /// Write the answer to this file in place of stdout
    #[arg(
        long,
        short = 'o',
        global = true,
        value_name = "FILE",
        help_heading = "Output"
    )]
    pub output: Option<PathBuf>,
    /// No colour
    #[arg(long, global = true, help_heading = "Output")]
    pub no_color: bool,
    /// Tell only what is held or blocked, and the summary
    #[arg(
        long,
        short,
        global = true,
        conflicts_with = "verbose",
        help_heading = "Output"
    )]
    pub quiet: bool,
    /// Tell more; twice for the log of what is done
    #[arg(long, short, global = true, action = clap::ArgAction::Count, help_heading = "Output")]
    pub verbose: u8,
}
