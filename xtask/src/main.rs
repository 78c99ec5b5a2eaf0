//! What keeps the tree in step with itself: scaffolds for new parts, generated lists and pages, tidiness checks.
//! It builds without any other crate of the workspace and knows nothing of packages or verdicts.
//!
//! Reading order: the tree on disk ([`tree`]), the audits as their files tell them ([`audits`]), what is
//! generated from them ([`generate`]), scaffolds ([`scaffold`]), checks ([`tidy`]).
#![expect(
    clippy::disallowed_methods,
    reason = "this tool is made to read and write the tree and to ask cargo and git"
)]

mod audits;
mod generate;
mod scaffold;
mod tidy;
mod tree;

use std::process::ExitCode;

use clap::{Parser, Subcommand, ValueEnum};

use crate::tree::Tree;

/// Scaffolding, generation and tidiness checks.
#[derive(Parser)]
#[command(name = "cargo xtask", bin_name = "cargo xtask")]
struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Make everything a new part needs, registered and compiling.
    New {
        /// What to make.
        kind: Kind,
        /// Its id, in kebab-case; for an audit the thing seen, never the cure.
        id: String,
    },
    /// Write the catalogue, the generated parts of the audits' pages, and the index of audits.
    Gen {
        /// Write nothing; say what is stale and fail if anything is.
        #[arg(long)]
        check: bool,
    },
    /// Check arrows, sizes, audits, paths in documents, openings of files, and host names.
    Tidy,
}

#[derive(Clone, Copy, ValueEnum)]
enum Kind {
    /// An audit: file, page, a flagged and a clean case.
    Audit,
    /// A lockfile format: file, folder of samples, registration.
    LockfileFormat,
    /// A report format: file, registration.
    ReportFormat,
}

fn main() -> anyhow::Result<ExitCode> {
    let arguments = Arguments::parse();
    let tree = Tree::here()?;
    match arguments.command {
        Command::New { kind, id } => {
            let made = match kind {
                Kind::Audit => scaffold::audit(&tree, &id)?,
                Kind::LockfileFormat => scaffold::lockfile_format(&tree, &id)?,
                Kind::ReportFormat => scaffold::report_format(&tree, &id)?,
            };
            for path in made {
                println!("{}", path.display());
            }
        }
        Command::Gen { check } => {
            let stale = generate::stale(&tree)?;
            for output in &stale {
                println!("{}{}", if check { "stale: " } else { "" }, output.path.display());
                if !check {
                    tree.write(&output.path, &output.text)?;
                }
            }
            if check && !stale.is_empty() {
                eprintln!("run `cargo xtask gen` and commit what it writes");
                return Ok(ExitCode::FAILURE);
            }
        }
        Command::Tidy => {
            let complaints = tidy::all(&tree)?;
            for complaint in &complaints {
                println!("{complaint}");
            }
            if !complaints.is_empty() {
                eprintln!("{} complaints", complaints.len());
                return Ok(ExitCode::FAILURE);
            }
        }
    }
    Ok(ExitCode::SUCCESS)
}
