//! `cleanbill completions` and `cleanbill man`: what the shell and `man` want to know.
use std::{fs, path::PathBuf, process::ExitCode};

use clap::{Args, CommandFactory as _};
use clap_complete::Shell;

use crate::{
    cli::{Cli, Common},
    failure::Failure,
    output,
};

/// `cleanbill completions bash > /etc/bash_completion.d/cleanbill`
#[derive(Debug, Args)]
pub struct CompletionsArguments {
    /// The shell
    shell: Shell,
}

/// `cleanbill man ~/.local/share/man/man1`
#[derive(Debug, Args)]
pub struct ManArguments {
    /// The folder, made where it is not there
    folder: PathBuf,
}

/// Writes completions.
///
/// # Errors
/// When the answer cannot be written.
pub fn completions(arguments: &CompletionsArguments, common: &Common) -> Result<ExitCode, Failure> {
    let mut text = Vec::new();
    clap_complete::generate(arguments.shell, &mut Cli::command(), "cleanbill", &mut text);
    output::answer(&String::from_utf8_lossy(&text), common)?;
    Ok(ExitCode::SUCCESS)
}

/// Writes one page a command.
///
/// # Errors
/// When the folder or a page cannot be written.
pub fn man(arguments: &ManArguments) -> Result<ExitCode, Failure> {
    let cannot = |error: &std::io::Error| {
        Failure::usage(format!(
            "cannot write manual pages into `{}`",
            arguments.folder.display()
        ))
        .because(error)
    };
    fs::create_dir_all(&arguments.folder).map_err(|error| cannot(&error))?;
    clap_mangen::generate_to(Cli::command(), &arguments.folder).map_err(|error| cannot(&error))?;
    Ok(ExitCode::SUCCESS)
}
