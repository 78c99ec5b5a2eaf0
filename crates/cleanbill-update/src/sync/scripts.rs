//! Who may run scripts at install: whoever has them in the project today and is not held. A release that gains one
//! later, and a name that comes later, are then stopped by the client itself.
//! It judges through the engine and knows each client's words.
use std::collections::BTreeSet;

use cleanbill_engine::{GatherOptions, NamedLockfile, Ports, Subjects, assess::assess, gather};
use cleanbill_model::{Known as Learnt, PackageName, Verdict};
use cleanbill_policy::Policy;
use serde_json::Value;

use super::{Known, Note, Wanted, one};
use crate::apply::{client::Client, overrides::PNPM_WORKSPACE};

/// Names told in one note.
const MAX_TOLD: usize = 10;

/// Who runs scripts at install.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Scripts {
    /// Those that may.
    pub allowed: BTreeSet<PackageName>,
    /// Those that are held or blocked, and may not.
    pub refused: BTreeSet<PackageName>,
}

/// Who of a lockfile runs scripts at install; `None` where something could not be learnt.
pub async fn scripts(
    named: &NamedLockfile,
    ports: &Ports,
    options: &GatherOptions,
    policy: &Policy,
) -> Option<Scripts> {
    let registry = std::sync::Arc::clone(&ports.registry);
    let subjects = Subjects::collect(std::slice::from_ref(named), &|name| registry.host_of(name));
    let inputs = gather(&subjects.all, ports, options).await;
    let mut found = Scripts::default();
    for subject in subjects
        .all
        .iter()
        .filter(|subject| subject.purl.qualifiers.is_none())
    {
        let package = inputs.packages.get(&subject.purl.name)?.get()?;
        let Some(release) = package.release(&subject.purl.version) else {
            continue;
        };
        match &release.install_scripts {
            Learnt::Known(scripts) if scripts.is_empty() => continue,
            Learnt::Known(_) => {}
            Learnt::Missing(_) => return None,
        }
        let judgement = assess(&inputs.facts(subject, 0), policy).judgement;
        let held = judgement.verdict == Verdict::Block
            || (judgement.verdict == Verdict::Quarantine && judgement.until.is_none());
        let list = if held {
            &mut found.refused
        } else {
            &mut found.allowed
        };
        list.insert(subject.purl.name.clone());
    }
    found.allowed.retain(|name| !found.refused.contains(name));
    Some(found)
}

pub(super) fn wanted(client: Client, known: &Known<'_>, settings: &mut Vec<Wanted>, notes: &mut Vec<Note>) {
    let Some(scripts) = known.scripts else {
        notes.push(
            "who runs scripts at install could not be learnt; script settings are left as they are".into(),
        );
        return;
    };
    if !scripts.refused.is_empty() {
        let names: Vec<&str> = scripts
            .refused
            .iter()
            .take(MAX_TOLD)
            .map(PackageName::as_str)
            .collect();
        notes.push(format!(
            "{} may run no scripts, since what the project has of it is held",
            names.join(", ")
        ));
    }
    let mut names: BTreeSet<String> = scripts.allowed.iter().map(ToString::to_string).collect();
    let list = |names: &BTreeSet<String>| Value::from(names.iter().cloned().collect::<Vec<_>>());
    match client {
        Client::Npm => {
            settings.push(one(".npmrc", &["strict-allow-scripts"], true.into()));
            for name in names.difference(&known.allowed) {
                settings.push(one("package.json", &["allowScripts", name], true.into()));
            }
        }
        Client::Pnpm => {
            settings.push(one(PNPM_WORKSPACE, &["strictDepBuilds"], true.into()));
            if known.pnpm_allow_builds {
                for name in names.difference(&known.allowed) {
                    settings.push(one(PNPM_WORKSPACE, &["allowBuilds", name], true.into()));
                }
            } else if !names.is_subset(&known.allowed) {
                names.extend(known.allowed.iter().cloned());
                settings.push(one(PNPM_WORKSPACE, &["onlyBuiltDependencies"], list(&names)));
            }
        }
        Client::YarnBerry => {
            settings.push(one(".yarnrc.yml", &["enableScripts"], false.into()));
            for name in names.difference(&known.allowed) {
                settings.push(one(
                    "package.json",
                    &["dependenciesMeta", name, "built"],
                    true.into(),
                ));
            }
        }
        Client::Bun => {
            names.extend(known.allowed.iter().cloned());
            if names != known.allowed {
                settings.push(one("package.json", &["trustedDependencies"], list(&names)));
            }
        }
        Client::YarnClassic => notes.push(
            "Yarn 1 knows no list of who may run scripts; `cleanbill run -- yarn install` runs none".into(),
        ),
    }
}

/// The names a client's settings let run scripts already.
#[must_use]
pub fn allowed(client: Client, manifest: &str, workspace: &str) -> BTreeSet<String> {
    let root: Value = serde_json::from_str(manifest).unwrap_or_default();
    let named = |value: Option<&Value>| -> BTreeSet<String> {
        value
            .and_then(Value::as_array)
            .into_iter()
            .flatten()
            .filter_map(|name| Some(name.as_str()?.to_owned()))
            .collect()
    };
    let keys = |value: Option<&Value>| -> BTreeSet<String> {
        value
            .and_then(Value::as_object)
            .into_iter()
            .flatten()
            .map(|(key, _)| key.clone())
            .collect()
    };
    match client {
        // What an owner denied or pinned is theirs; it is not written over.
        Client::Npm => keys(root.get("allowScripts"))
            .into_iter()
            .map(|key| {
                super::expiry::read(&key)
                    .name
                    .map_or(key, |name| name.to_string())
            })
            .collect(),
        Client::Pnpm => {
            let mut names: BTreeSet<String> = crate::apply::yaml::list(workspace, &["onlyBuiltDependencies"])
                .ok()
                .flatten()
                .unwrap_or_default()
                .into_iter()
                .collect();
            names.extend(crate::apply::yaml::keys(workspace, &["allowBuilds"]).unwrap_or_default());
            names.extend(named(
                root.get("pnpm")
                    .and_then(|pnpm| pnpm.get("onlyBuiltDependencies")),
            ));
            names
        }
        Client::YarnBerry => keys(root.get("dependenciesMeta")),
        Client::Bun => named(root.get("trustedDependencies")),
        Client::YarnClassic => BTreeSet::new(),
    }
}
