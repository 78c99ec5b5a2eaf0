//! `cleanbill update --sync-clients`: the clients' own age, script and trust settings, written from the policy.
use std::{
    collections::{BTreeMap, BTreeSet, HashMap},
    path::Path,
    process::ExitCode,
    sync::Arc,
};

use cleanbill_engine::{GatherOptions, Inputs, NamedLockfile, Subject, gather};
use cleanbill_facts::PopularNames;
use cleanbill_lockfile::limits::MAX_MANIFEST_BYTES;
use cleanbill_model::{Known, Maturity, PackageName, Purl, Version};
use cleanbill_update::{
    apply::{
        client::Client,
        commit::{Change, commit},
        overrides::PNPM_WORKSPACE,
    },
    sync::{self, Scripts, expiry},
};

use super::{
    Arguments,
    admissions::{self, Admitted},
    call,
};
use crate::{
    cli::Common,
    compose::{self, Session},
    discover,
    failure::Failure,
    output,
    world::World,
};

/// The first pnpm that takes names that may build as a mapping alone.
const PNPM_ALLOW_BUILDS_SINCE: u64 = 11;

/// Tells what each client should be told; `--apply` writes it.
///
/// # Errors
/// When a settings file cannot be read or written.
pub fn run(arguments: &Arguments, common: &Common, world: &World) -> Result<ExitCode, Failure> {
    let paths = [arguments.project.clone()];
    let found = discover::discover(&paths, world)?;
    let folder = compose::project_folder(&paths, world);
    // Ages can be told without a registry; who runs scripts cannot, and is then left alone.
    let session = Session::open(common, world, &folder, None)
        .or_else(|_| Session::without_registry(common, world, &folder, None))?;
    let mut told = String::new();
    let mut notes: BTreeSet<String> = BTreeSet::new();
    let mut seen = BTreeSet::new();
    for found in &found {
        let Ok(named) = &found.lockfile else { continue };
        let (Some(client), Some(project)) = (Client::of_format(named.lockfile.format), found.file.parent())
        else {
            continue;
        };
        if !seen.insert((project.to_owned(), client.program())) {
            continue;
        }
        let changes = one_client(client, project, named, &session, world, &mut told, &mut notes)?;
        if arguments.apply {
            commit(project, &changes)
                .map_err(|error| Failure::usage("cannot write the clients' settings").because(&error))?;
        }
    }
    for note in notes {
        output::remark(&format!("note: {note}"), common);
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
    session.tell_refused(common);
    Ok(ExitCode::SUCCESS)
}

fn one_client(
    client: Client,
    project: &Path,
    named: &NamedLockfile,
    session: &Session,
    world: &World,
    told: &mut String,
    notes: &mut BTreeSet<String>,
) -> Result<Vec<Change>, Failure> {
    let text = |name: &str| -> Result<Option<String>, Failure> {
        compose::read_text(&project.join(name), MAX_MANIFEST_BYTES)
    };
    let options = GatherOptions {
        as_of: session.as_of,
        progress: Arc::new(|_| {}),
        popular: Arc::new(PopularNames::builtin()),
        installed: Arc::new(HashMap::new()),
    };
    let policy = &session.settings.policy;
    let scripts: Option<Scripts> =
        session
            .runtime
            .block_on(sync::scripts(named, &session.ports, &options, policy));
    let age_text = match sync::age_file(client) {
        Some(file) => text(file)?.unwrap_or_default(),
        None => String::new(),
    };
    let exclusions = sync::exclusions(client, &age_text);
    let excluded: Vec<Subject> = exclusions
        .iter()
        .map(|text| expiry::read(text))
        .flat_map(|one| {
            one.versions
                .into_iter()
                .filter_map(move |version| Some(Purl::new(one.name.clone()?, version)))
        })
        .map(|purl| Subject {
            purl,
            pins: Vec::new(),
        })
        .collect();
    let inputs = session
        .runtime
        .block_on(gather(&excluded, &session.ports, &options));
    let manifest = text("package.json")?.unwrap_or_default();
    let workspace = text(PNPM_WORKSPACE)?.unwrap_or_default();
    let known = sync::Known {
        policy,
        scripts: scripts.as_ref(),
        exclusions,
        admitted: admissions::standing(world, project, session.as_of)
            .iter()
            .map(Admitted::spec)
            .collect(),
        allowed: sync::allowed(client, &manifest, &workspace),
        ended: &|name, version| ended(&inputs, session, name, version),
        pnpm_allow_builds: client == Client::Pnpm && pnpm_allow_builds(project, world),
    };
    let (settings, more) = sync::wanted(client, &known);
    notes.extend(more);
    let mut texts: BTreeMap<&'static str, (Option<String>, String)> = BTreeMap::new();
    for setting in &settings {
        if !texts.contains_key(setting.file) {
            let old = text(setting.file)?;
            texts.insert(setting.file, (old.clone(), old.unwrap_or_default()));
        }
        let Some((_, now)) = texts.get_mut(setting.file) else {
            continue;
        };
        match sync::write(now, setting) {
            Ok(new) if says_the_same(now, &new, setting) => {}
            Ok(new) => {
                *now = new;
                told.push_str(&format!(
                    "{}: {} {}\n",
                    world.shown(&project.join(setting.file)),
                    setting.path.join("."),
                    sync::shown(&setting.value)
                ));
            }
            Err(note) => {
                notes.insert(note);
            }
        }
    }
    Ok(texts
        .into_iter()
        .filter(|(_, (old, new))| old.as_deref().unwrap_or_default() != new)
        .map(|(path, (old, new))| Change {
            path: path.to_owned(),
            old: old.map(String::into_bytes),
            new: new.into_bytes(),
        })
        .collect())
}

/// True when a file says already what it should, perhaps in another form.
fn says_the_same(old: &str, new: &str, setting: &sync::Wanted) -> bool {
    if old == new {
        return true;
    }
    let path: Vec<&str> = setting.path.iter().map(String::as_str).collect();
    setting.file.ends_with(".yml") && cleanbill_update::apply::yaml::same(old, new, &path)
        || setting.file.ends_with(".yaml") && cleanbill_update::apply::yaml::same(old, new, &path)
}

/// Whether the cooldown of a release has ended. One that cannot be learnt has not.
fn ended(inputs: &Inputs, session: &Session, name: &PackageName, version: &Version) -> bool {
    let Some(Known::Known(package)) = inputs.packages.get(name) else {
        return false;
    };
    let Some(published) = package
        .release(version)
        .and_then(|release| release.published.get().copied())
    else {
        return false;
    };
    let host = session.ports.registry.host_of(name);
    session
        .settings
        .policy
        .cooldown
        .ready(Maturity::Release(published), name, host.as_deref())
        .is_none_or(|(ready, _)| ready <= session.as_of)
}

fn pnpm_allow_builds(project: &Path, world: &World) -> bool {
    call::version(Client::Pnpm, project, world)
        .and_then(|version| version.split('.').next()?.parse::<u64>().ok())
        .is_some_and(|major| major >= PNPM_ALLOW_BUILDS_SINCE)
}
