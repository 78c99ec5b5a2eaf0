//! `cleanbill config`: each setting and where it came from, beside what the package managers are told.
use std::process::ExitCode;

use clap::{Args, Subcommand};

use crate::{
    cli::Common,
    compose::{self, Session},
    failure::Failure,
    output,
    world::World,
};

/// The arguments.
#[derive(Debug, Args)]
pub struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Print each value and where it came from
    Show,
    /// Print a commented template of `cleanbill.toml`
    Template,
}

/// Shows settings.
///
/// # Errors
/// When a settings file cannot be read or meant.
pub fn run(arguments: &Arguments, common: &Common, world: &World) -> Result<ExitCode, Failure> {
    match arguments.command {
        Command::Template => output::answer(cleanbill_config::template::TEMPLATE, common)?,
        Command::Show => {
            let session = Session::without_registry(common, world, &world.folder, None)?;
            output::answer(&shown(&session, world), common)?;
        }
    }
    Ok(ExitCode::SUCCESS)
}

fn shown(session: &Session, world: &World) -> String {
    let clean = |text: &str| cleanbill_report::escape::terminal::line(text).into_owned();
    let mut rows: Vec<[String; 3]> = session
        .settings
        .origins
        .iter()
        .map(|setting| [setting.key.clone(), setting.value.clone(), setting.from.clone()])
        .collect();
    rows.push([
        "registry".into(),
        session.registry_shown(),
        session.registry_origin(),
    ]);
    rows.push([
        "folders.cache".into(),
        world.cache_folder().display().to_string(),
        "machine".into(),
    ]);
    rows.push([
        "folders.state".into(),
        world.state_folder().display().to_string(),
        "machine".into(),
    ]);
    let mut text = table(
        &rows
            .iter()
            .map(|row| row.each_ref().map(|cell| clean(cell)))
            .collect::<Vec<_>>(),
    );
    let refused: Vec<String> = session
        .settings
        .refused
        .iter()
        .map(|(place, refused)| {
            format!(
                "  {} in {}: left out: {}\n",
                clean(&refused.key),
                clean(place),
                clean(&refused.reason)
            )
        })
        .collect();
    if !refused.is_empty() {
        text.push_str("\nA project's settings may only tighten:\n");
        text.extend(refused);
    }
    let clients = session.client_settings(&world.folder);
    if !clients.is_empty() {
        text.push_str("\nWhat the package managers are told (ours beside it):\n");
        let rows: Vec<[String; 3]> = clients
            .iter()
            .map(|line| {
                let value = line.value.as_ref().map_or("not set", |value| value.raw());
                let origin = line.origin.as_ref().map_or("", |origin| origin.raw());
                [
                    clean(&format!("{} {}", line.client, line.setting)),
                    clean(value),
                    clean(&format!("{origin} (ours: {})", line.ours)),
                ]
            })
            .collect();
        text.push_str(&table(&rows));
    }
    text.push_str(&format!(
        "\nSettings files looked for:\n{}",
        compose::settings_places(world)
    ));
    text
}

fn table(rows: &[[String; 3]]) -> String {
    let width = |column: usize| {
        rows.iter()
            .filter_map(|row| row.get(column))
            .map(|cell| cell.chars().count())
            .max()
            .unwrap_or_default()
            .min(60)
    };
    let (first, second) = (width(0), width(1));
    rows.iter()
        .map(|[key, value, from]| format!("{key:first$}  {value:second$}  {from}\n"))
        .collect()
}
