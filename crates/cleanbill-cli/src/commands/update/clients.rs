//! `cleanbill update --sync-clients`: the clients' own age settings, written from the policy.
use std::{collections::BTreeSet, process::ExitCode};

use cleanbill_update::{
    apply::{
        client::Client,
        commit::{Change, commit},
    },
    sync,
};

use super::Arguments;
use crate::{
    cli::Common,
    compose::{self, Session},
    discover,
    failure::Failure,
    output,
    world::World,
};

/// Largest settings file of a client read, in bytes.
const MAX_CLIENT_SETTINGS: usize = 1024 * 1024;

/// Tells what each client should be told; `--apply` writes it.
///
/// # Errors
/// When a settings file cannot be read or written.
pub fn run(arguments: &Arguments, common: &Common, world: &World) -> Result<ExitCode, Failure> {
    let paths = [arguments.project.clone()];
    let found = discover::discover(&paths, world)?;
    let folder = compose::project_folder(&paths, world);
    let session = Session::without_registry(common, world, &folder, None)?;
    let mut told = String::new();
    let mut seen = BTreeSet::new();
    for found in &found {
        let Ok(named) = &found.lockfile else { continue };
        let (Some(client), Some(project)) = (Client::of_format(named.lockfile.format), found.file.parent())
        else {
            continue;
        };
        let (settings, mut notes) = sync::wanted(client, &session.settings.policy.cooldown);
        let mut changes: Vec<Change> = Vec::new();
        for setting in settings
            .iter()
            .filter(|setting| seen.insert((project.to_owned(), setting.key)))
        {
            let at = changes.iter().position(|change| change.path == setting.file);
            let old = compose::read_text(&project.join(setting.file), MAX_CLIENT_SETTINGS)?;
            let now = match at.and_then(|at| changes.get(at)) {
                Some(change) => String::from_utf8_lossy(&change.new).into_owned(),
                None => old.clone().unwrap_or_default(),
            };
            match sync::write(&now, setting) {
                Ok(new) if new == now => {}
                Ok(new) => {
                    told.push_str(&format!(
                        "{}: {} {}\n",
                        world.shown(&project.join(setting.file)),
                        setting.key,
                        setting.value
                    ));
                    let change = Change {
                        path: setting.file.to_owned(),
                        old: old.map(String::into_bytes),
                        new: new.into_bytes(),
                    };
                    match at.and_then(|at| changes.get_mut(at)) {
                        Some(known) => known.new = change.new,
                        None => changes.push(change),
                    }
                }
                Err(note) => notes.push(note),
            }
        }
        for note in notes {
            output::remark(&format!("note: {note}"), common);
        }
        if arguments.apply {
            commit(project, &changes)
                .map_err(|error| Failure::usage("cannot write the clients' settings").because(&error))?;
        }
    }
    if told.is_empty() {
        told.push_str("the clients' settings say what the policy says\n");
    } else if !arguments.apply {
        output::remark(
            "nothing was written; `cleanbill update --sync-clients --apply` does",
            common,
        );
    }
    output::answer(&told, common)?;
    Ok(ExitCode::SUCCESS)
}
