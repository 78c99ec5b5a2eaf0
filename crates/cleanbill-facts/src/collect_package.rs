//! From a packument to a package's history at one clock reading.
//! It knows what a registry's fields mean, and has no idea what is suspicious in them.
use std::collections::{BTreeMap, HashSet};

use cleanbill_model::{
    Algorithm, Defect, Integrity, Known, Missing, PackageName, SafeUrl, Timestamp, Untrusted, Version,
};
use cleanbill_npm::{
    Account, Deprecation, Dist, Manifest, Packument, Pairs, Publisher, Str, limits::MAX_DEFECTS,
};

use crate::{
    Channel, Dependency, DependencyKind, Identity, Package, Person, Release, Script, Sends, Withdrawn,
};

/// The account name a registry shows for releases published from GitHub's own workflows. No account can
/// be called that, since account names hold no blanks.
const GITHUB_WORKFLOW: &str = "GitHub Actions";

impl Package {
    /// The package of that name as it stood at `as_of`: what was published later does not exist, and `latest` is
    /// recomputed among what existed.
    #[must_use]
    pub fn collect(name: &PackageName, packument: &Packument<'_>, as_of: Timestamp) -> Self {
        let mut defects = Defects(packument.defects.clone());
        if let Known::Known(told) = &packument.name
            && told != name.as_str()
        {
            let note = format!(
                "the document of {name} says that it is about {:?}",
                Untrusted::clipped(told, 120).raw()
            );
            defects.push("name-differs", "name".to_owned(), note);
        }
        let times = ReadTimes::of(packument, &mut defects);
        let sends = sends(packument, &times);
        let mut releases = Vec::new();
        for manifest in packument.versions.get().into_iter().flatten() {
            let Some(version) = defects.version(&manifest.version) else {
                continue;
            };
            let published = times.of_version(&manifest.version);
            if !existed(&published, as_of) {
                continue;
            }
            releases.push(release(manifest, version, published, sends, &mut defects));
        }
        let far = Timestamp::from_millis(i64::MAX);
        let when = |release: &Release| release.published.get().copied().unwrap_or(far);
        releases.sort_by(|a, b| when(a).cmp(&when(b)).then_with(|| a.version.cmp(&b.version)));
        Self {
            name: name.clone(),
            created: times.created.clone(),
            withdrawn: withdrawn(packument, &times, as_of, &mut defects),
            dist_tags: dist_tags(packument, &releases, &times, as_of, &mut defects),
            releases,
            maintainers: people(&packument.maintainers),
            sends,
            defects: defects.0,
        }
    }
}

/// The document's defects and those found while its fields are given their meaning.
struct Defects(Vec<Defect>);

impl Defects {
    fn push(&mut self, code: &'static str, place: String, note: String) {
        // The document's own list may be full; the same bound again keeps both together small.
        if self.0.len() < 2 * MAX_DEFECTS {
            self.0.push(Defect::new(code, place, note));
        }
    }

    fn version(&mut self, text: &str) -> Option<Version> {
        let read = Version::parse(text).ok();
        if read.is_none() {
            let place = format!("versions[{:?}]", Untrusted::clipped(text, 120).raw());
            self.push(
                "version-unreadable",
                place,
                "no client reads this as a version; it is left out".to_owned(),
            );
        }
        read
    }
}

/// What existed at the reading; a release whose time is not known is taken to have existed.
fn existed(published: &Known<Timestamp>, as_of: Timestamp) -> bool {
    published.get().is_none_or(|published| *published <= as_of)
}

/// The `time` of a packument, read.
struct ReadTimes<'p> {
    created: Known<Timestamp>,
    versions: BTreeMap<&'p str, Known<Timestamp>>,
    /// Why a version that is not listed has no time.
    otherwise: Missing,
}

impl<'p> ReadTimes<'p> {
    fn of(packument: &'p Packument<'_>, defects: &mut Defects) -> Self {
        let times = match &packument.times {
            Known::Known(times) => times,
            Known::Missing(reason) => {
                return Self {
                    created: Known::Missing(*reason),
                    versions: BTreeMap::new(),
                    otherwise: *reason,
                };
            }
        };
        let mut read = |key: &str, time: &Known<Str<'_>>| match time {
            Known::Known(text) => Timestamp::parse(text).map_or_else(
                |_| {
                    let note = format!("{:?} is no time", Untrusted::clipped(text, 120).raw());
                    defects.push(
                        "time-unreadable",
                        format!("time[{:?}]", Untrusted::clipped(key, 120).raw()),
                        note,
                    );
                    Known::Missing(Missing::Malformed)
                },
                Known::Known,
            ),
            Known::Missing(reason) => Known::Missing(*reason),
        };
        let declared = read("created", &times.created);
        let versions: BTreeMap<_, _> = times
            .versions
            .iter()
            .map(|(key, time)| (&**key, read(key, time)))
            .collect();
        // A `created` that lies behind the first version is wrong, by accident or on purpose.
        let first = versions
            .values()
            .filter_map(Known::get)
            .chain(declared.get())
            .min()
            .copied();
        let created = first.map_or(declared, Known::Known);
        Self {
            created,
            versions,
            otherwise: Missing::NotSent,
        }
    }

    fn of_version(&self, version: &str) -> Known<Timestamp> {
        self.versions
            .get(version)
            .cloned()
            .unwrap_or(Known::Missing(self.otherwise))
    }
}

/// Asked of the whole document, since a registry either sends a kind of fact or does not.
fn sends(packument: &Packument<'_>, times: &ReadTimes<'_>) -> Sends {
    let manifests = || packument.versions.get().into_iter().flatten();
    let vouched = |dist: &Dist<'_>| dist.attested == Known::Known(true) || dist.signed == Known::Known(true);
    Sends {
        times: times.versions.values().any(|time| time.get().is_some()),
        publisher: manifests().any(|manifest| manifest.publisher.get().is_some()),
        attestations: manifests().any(|manifest| manifest.dist.get().is_some_and(vouched)),
        maintainers: packument.maintainers.get().is_some(),
    }
}

fn release(
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
        deprecated: manifest
            .deprecated
            .get()
            .map(|Deprecation { message }| Untrusted::from(message.as_ref())),
        unpacked_size: flattened(dist, |dist| dist.unpacked_size.clone()),
        file_count: flattened(dist, |dist| dist.file_count.clone()),
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

fn people(accounts: &Known<Vec<Account<'_>>>) -> Known<Vec<Person>> {
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

/// Versions with a time and no document. Nothing can be said where not every version was read.
fn withdrawn(
    packument: &Packument<'_>,
    times: &ReadTimes<'_>,
    as_of: Timestamp,
    defects: &mut Defects,
) -> Vec<Withdrawn> {
    let gone = packument.times.get().and_then(|times| times.unpublished.get());
    let listed: HashSet<&str> = match &packument.versions {
        Known::Known(manifests) => manifests.iter().map(|manifest| &*manifest.version).collect(),
        Known::Missing(Missing::NotSent) if gone.is_some() => HashSet::new(),
        Known::Missing(_) => return Vec::new(),
    };
    if packument.truncated {
        return Vec::new();
    }
    let remembered = gone
        .into_iter()
        .flat_map(|gone| &gone.versions)
        .map(|version| &**version);
    let names: HashSet<&str> = times.versions.keys().copied().chain(remembered).collect();
    let mut found: Vec<Withdrawn> = names
        .into_iter()
        .filter(|name| !listed.contains(name))
        .filter_map(|name| {
            let published = times.of_version(name);
            if !existed(&published, as_of) {
                return None;
            }
            Some(Withdrawn {
                version: defects.version(name)?,
                published,
            })
        })
        .collect();
    found.sort_by(|a, b| a.version.cmp(&b.version));
    found
}

/// Tags whose versions existed at the reading. `latest` is the tagged version where it is one of them,
/// else the highest stable release, else the highest of all.
fn dist_tags(
    packument: &Packument<'_>,
    releases: &[Release],
    times: &ReadTimes<'_>,
    as_of: Timestamp,
    defects: &mut Defects,
) -> BTreeMap<String, Version> {
    let mut tags = BTreeMap::new();
    for (tag, text) in packument.dist_tags.get().into_iter().flatten() {
        let Some(text) = text.get() else { continue };
        if !existed(&times.of_version(text), as_of) {
            continue;
        }
        match Version::parse(text) {
            Ok(version) => {
                tags.insert(tag.to_string(), version);
            }
            Err(_) => {
                let place = format!("dist-tags[{:?}]", Untrusted::clipped(tag, 120).raw());
                defects.push(
                    "version-unreadable",
                    place,
                    "the tag points to what is no version".to_owned(),
                );
            }
        }
    }
    let has = |version: &Version| releases.iter().any(|release| &release.version == version);
    if !tags.get("latest").is_some_and(has) {
        let stable = releases.iter().filter(|release| !release.version.is_prerelease());
        let highest = stable.max_by(|a, b| a.version.cmp(&b.version));
        match highest.or_else(|| releases.iter().max_by(|a, b| a.version.cmp(&b.version))) {
            Some(release) => tags.insert("latest".to_owned(), release.version.clone()),
            None => tags.remove("latest"),
        };
    }
    tags
}
