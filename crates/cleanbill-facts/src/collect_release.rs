//! From one version's manifest to a release: who, how, which bytes, what runs, what it asks for.
//! It knows what npm makes of each field, and has no idea what is suspicious in it.
use std::collections::HashSet;

use cleanbill_model::{Algorithm, Integrity, Known, Missing, SafeUrl, Timestamp, Untrusted, Version};
use cleanbill_npm::{Account, Bundled, Deprecation, Dist, Manifest, Pairs, Publisher, Str};

use crate::{
    BundledNames, Channel, Dependency, DependencyKind, Identity, Person, Release, Script, Sends,
    collect_package::Defects,
};

/// Longest `exports` and the like kept of a release, in bytes; the largest honest ones come to a hundred thousand.
const MAX_SHAPE_BYTES: usize = 256 * 1024;

/// The account name a registry shows for releases published from GitHub's own workflows. No account can
/// be called that, since account names hold no blanks.
const GITHUB_WORKFLOW: &str = "GitHub Actions";

pub(crate) fn release(
    manifest: &Manifest<'_>,
    version: Version,
    published: Known<Timestamp>,
    sends: Sends,
    defects: &mut Defects,
) -> Release {
    let dist = &manifest.dist;
    let attested = match dist {
        Known::Known(dist) => dist.attested.clone(),
        Known::Missing(Missing::NotSent) => Known::Known(false),
        Known::Missing(reason) => Known::Missing(*reason),
    };
    Release {
        published,
        publisher: publisher(&manifest.publisher),
        channel: channel(&manifest.publisher),
        provenance: if sends.attestations {
            attested
        } else {
            Known::Missing(Missing::NotSent)
        },
        integrity: integrity(dist, &manifest.version, defects),
        tarball: dist
            .get()
            .and_then(|dist| dist.tarball.get())
            .map(|url| SafeUrl::new(url.as_ref())),
        install_scripts: install_scripts(manifest, defects),
        dependencies: dependencies(manifest),
        commands: manifest.bin.as_ref().map(|pairs| {
            let written = pairs
                .iter()
                .filter_map(|(name, path)| Some((name.to_string(), path.get()?.to_string())));
            written.collect()
        }),
        deprecated: manifest
            .deprecated
            .get()
            .map(|Deprecation { message }| Untrusted::from(message.as_ref())),
        unpacked_size: flattened(dist, |dist| dist.unpacked_size.clone()),
        file_count: flattened(dist, |dist| dist.file_count.clone()),
        shape: manifest
            .shape
            .iter()
            .filter(|(_, json)| json.len() <= MAX_SHAPE_BYTES)
            .map(|(field, json)| (*field, json.to_string()))
            .collect(),
        bundled: manifest.bundled.as_ref().map(|bundled| match bundled {
            Bundled::All(all) => BundledNames::All(*all),
            Bundled::Names(names) => BundledNames::Names(names.iter().map(ToString::to_string).collect()),
        }),
        gypfile: manifest.gypfile.clone(),
        identity: Identity {
            description: owned(&manifest.description),
            repository: owned(&manifest.repository),
            homepage: owned(&manifest.homepage),
            author: manifest.author.get().and_then(|author| owned(&author.name)),
        },
        version,
    }
}

fn flattened<T, U>(outer: &Known<T>, inner: impl FnOnce(&T) -> Known<U>) -> Known<U> {
    match outer {
        Known::Known(value) => inner(value),
        Known::Missing(reason) => Known::Missing(*reason),
    }
}

fn owned(text: &Known<Str<'_>>) -> Option<String> {
    text.get().map(|text| text.to_string())
}

fn person(account: &Account<'_>) -> Known<Person> {
    account.name.clone().map(|name| Person {
        name: name.into_owned(),
        email: owned(&account.email),
    })
}

pub(crate) fn people(accounts: &Known<Vec<Account<'_>>>) -> Known<Vec<Person>> {
    accounts.as_ref().map(|accounts| {
        accounts
            .iter()
            .filter_map(|account| person(account).get().cloned())
            .collect()
    })
}

fn publisher(publisher: &Known<Publisher<'_>>) -> Known<Person> {
    flattened(publisher, |publisher| person(&publisher.account))
}

fn channel(publisher: &Known<Publisher<'_>>) -> Known<Channel> {
    flattened(publisher, |publisher| match &publisher.trusted {
        Known::Known(provider) => Known::Known(Channel::TrustedPublisher {
            provider: provider.to_string(),
        }),
        Known::Missing(Missing::NotSent) => {
            let by_workflow = publisher
                .account
                .name
                .get()
                .is_some_and(|name| name == GITHUB_WORKFLOW);
            Known::Known(match by_workflow {
                true => Channel::TrustedPublisher {
                    provider: "github".to_owned(),
                },
                false => Channel::Account,
            })
        }
        Known::Missing(reason) => Known::Missing(*reason),
    })
}

/// Both digests together, the SRI text and the old SHA-1.
fn integrity(dist: &Known<Dist<'_>>, version: &str, defects: &mut Defects) -> Known<Integrity> {
    flattened(dist, |dist| {
        let mut unreadable = |field: &str, text: &str| {
            let place = format!(
                "versions[{:?}].dist.{field}",
                Untrusted::clipped(version, 120).raw()
            );
            defects.push(
                "digest-unreadable",
                place,
                format!("{:?} is no digest", Untrusted::clipped(text, 120).raw()),
            );
        };
        let sri = dist
            .integrity
            .get()
            .filter(|text| !text.is_empty())
            .and_then(|text| {
                Integrity::parse(text)
                    .inspect_err(|_| unreadable("integrity", text))
                    .ok()
            });
        let sha1 = dist
            .shasum
            .get()
            .filter(|text| !text.is_empty())
            .and_then(|text| {
                let read = Integrity::parse_hex(text)
                    .ok()
                    .filter(|read| read.strongest() == Algorithm::Sha1);
                if read.is_none() {
                    unreadable("shasum", text);
                }
                read
            });
        match (sri, sha1) {
            (Some(sri), Some(sha1)) => Known::Known(sri.merged(&sha1)),
            (Some(one), None) | (None, Some(one)) => Known::Known(one),
            (None, None) => {
                let sent = [&dist.integrity, &dist.shasum].iter().any(|field| {
                    field.missing() != Some(Missing::NotSent)
                        && field.get().is_none_or(|text| !text.is_empty())
                });
                Known::Missing(if sent {
                    Missing::Malformed
                } else {
                    Missing::NotSent
                })
            }
        }
    })
}

/// What runs at install, in order, as npm decides it.
fn install_scripts(manifest: &Manifest<'_>, defects: &mut Defects) -> Known<Vec<Script>> {
    let mut found = Vec::new();
    let mut unread = match &manifest.scripts {
        Known::Known(scripts) => {
            let commands = scripts
                .iter()
                .filter_map(|(event, command)| command.get().map(|command| (event, command)));
            found.extend(
                commands
                    .filter(|(_, command)| !command.is_empty())
                    .map(|(event, command)| Script {
                        event: event.to_string(),
                        command: command.as_ref().into(),
                    }),
            );
            scripts.iter().find_map(|(_, command)| command.missing())
        }
        Known::Missing(reason) => Some(*reason).filter(|reason| *reason != Missing::NotSent),
    };
    let declares = |event: &str| found.iter().any(|script| script.event == event);
    if manifest.gypfile == Known::Known(true) && !declares("install") && !declares("preinstall") {
        found.push(Script {
            event: "gyp".to_owned(),
            command: "node-gyp rebuild".into(),
        });
    }
    if manifest.has_install_script == Known::Known(true) && found.is_empty() {
        if manifest.scripts.get().is_some() {
            let place = format!(
                "versions[{:?}].hasInstallScript",
                Untrusted::clipped(&manifest.version, 120).raw()
            );
            let note =
                "the registry says that something runs at install, and the manifest names nothing".to_owned();
            defects.push("install-script-unlisted", place, note);
        }
        found.push(Script {
            event: "install".to_owned(),
            command: Untrusted::default(),
        });
        unread = None;
    }
    match unread {
        Some(reason) if found.is_empty() => Known::Missing(reason),
        _ => Known::Known(found),
    }
}

/// Requests of the three maps; what is optional stands in two of them and counts once, as optional.
fn dependencies(manifest: &Manifest<'_>) -> Vec<Dependency> {
    let pairs = |map: &Known<Pairs<'_>>, kind| {
        let pairs = map.get().into_iter().flatten();
        pairs
            .filter_map(|(name, range)| {
                range.get().map(|range| Dependency {
                    name: name.to_string(),
                    range: range.to_string(),
                    kind,
                })
            })
            .collect::<Vec<_>>()
    };
    let optional = pairs(&manifest.optional_dependencies, DependencyKind::Optional);
    let names: HashSet<&str> = optional
        .iter()
        .map(|dependency| dependency.name.as_str())
        .collect();
    let mut found = pairs(&manifest.dependencies, DependencyKind::Runtime);
    found.retain(|dependency| !names.contains(dependency.name.as_str()));
    found.extend(optional);
    found.extend(pairs(&manifest.peer_dependencies, DependencyKind::Peer));
    found
}
