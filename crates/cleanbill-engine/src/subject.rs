//! What a project's lockfiles ask us to judge: distinct releases, each with every place that pins it.
//! It decides what is a registry release and what is not, and nothing else.
use std::{collections::HashMap, sync::Arc};

use cleanbill_facts::{Pin, pin::Origin};
use cleanbill_lockfile::{Locked, Lockfile};
use cleanbill_model::{PackageName, Purl, Version};

/// A lockfile and the path its owner would write.
#[derive(Clone, Debug)]
pub struct NamedLockfile {
    /// The path.
    pub path: Arc<str>,
    /// What it holds.
    pub lockfile: Lockfile,
}

/// One release to judge and where it is pinned.
#[derive(Clone, Debug)]
pub struct Subject {
    /// The release.
    pub purl: Purl,
    /// Each place that pins it: lockfile index, entry index, facts.
    pub pins: Vec<(usize, usize, Pin)>,
}

/// Everything to judge, and what is left to others.
#[derive(Clone, Debug, Default)]
pub struct Subjects {
    /// Releases and off-registry packages, in order of first mention.
    pub all: Vec<Subject>,
    /// Entries that are the project's own folders, links, or files of its disk.
    pub own: usize,
    /// Entries shipped inside another package's tarball: judged with that tarball, never by their name.
    pub bundled: usize,
    /// Entries whose name or version cannot be read: lockfile index, entry index.
    pub unreadable: Vec<(usize, usize)>,
}

impl Subjects {
    /// Collects what is to be judged. `host_of` tells which registry the client would ask for a name.
    #[must_use]
    pub fn collect(lockfiles: &[NamedLockfile], host_of: &dyn Fn(&PackageName) -> Option<String>) -> Self {
        let mut subjects = Self::default();
        let mut known: HashMap<Purl, usize> = HashMap::new();
        for (file_index, named) in lockfiles.iter().enumerate() {
            let ranges = ranges_asked(&named.lockfile);
            for (index, locked) in named.lockfile.packages.iter().enumerate() {
                let purl = match identity(locked) {
                    Identity::Judge(purl) => purl,
                    Identity::Own => {
                        subjects.own += 1;
                        continue;
                    }
                    Identity::Bundled => {
                        subjects.bundled += 1;
                        continue;
                    }
                    Identity::Unreadable => {
                        subjects.unreadable.push((file_index, index));
                        continue;
                    }
                };
                let pin = pin_of(
                    named,
                    locked,
                    ranges.get(index).cloned().unwrap_or_default(),
                    host_of,
                );
                let at = *known.entry(purl.clone()).or_insert_with(|| {
                    subjects.all.push(Subject {
                        purl,
                        pins: Vec::new(),
                    });
                    subjects.all.len() - 1
                });
                if let Some(subject) = subjects.all.get_mut(at) {
                    subject.pins.push((file_index, index, pin));
                }
            }
        }
        subjects
    }
}

enum Identity {
    Judge(Purl),
    Own,
    Bundled,
    Unreadable,
}

/// What an entry is. A git or URL entry has an identity of its own, told apart by a qualifier, so that it
/// is never taken for the registry's release of that name.
fn identity(locked: &Locked) -> Identity {
    let elsewhere = |key: &str, url: &str, revision: Option<&str>| {
        let Some(name) = locked.name.clone() else {
            return Identity::Unreadable;
        };
        let version = locked.version.clone().or_else(|| {
            let revision: String = revision?
                .chars()
                .filter(char::is_ascii_alphanumeric)
                .take(40)
                .collect();
            Version::parse(&format!("0.0.0-git.{revision}")).ok()
        });
        let Some(version) = version.or_else(|| Version::parse("0.0.0-unversioned").ok()) else {
            return Identity::Unreadable;
        };
        Identity::Judge(Purl::from_elsewhere(name, version, key, url))
    };
    match &locked.origin {
        Origin::Registry { .. } => locked.purl().map_or(Identity::Unreadable, Identity::Judge),
        Origin::Git { url, commit } => {
            let address = match commit {
                Some(commit) => format!("{url}@{commit}"),
                None => url.to_string(),
            };
            elsewhere("vcs_url", &address, commit.as_deref())
        }
        Origin::Url { url } => elsewhere("download_url", &url.to_string(), None),
        Origin::File { .. } | Origin::Link { .. } | Origin::Workspace { .. } => Identity::Own,
        Origin::Bundled => Identity::Bundled,
        Origin::Unknown => locked.purl().map_or(Identity::Unreadable, Identity::Judge),
    }
}

/// Per entry, the distinct ranges that ask for it.
fn ranges_asked(lockfile: &Lockfile) -> Vec<Vec<String>> {
    let mut ranges: Vec<Vec<String>> = vec![Vec::new(); lockfile.packages.len()];
    let edges = lockfile
        .roots
        .iter()
        .flat_map(|root| &root.edges)
        .chain(lockfile.packages.iter().flat_map(|p| &p.edges));
    for edge in edges {
        let (Some(to), Some(range)) = (edge.to, &edge.range) else {
            continue;
        };
        if let Some(list) = ranges.get_mut(to)
            && !list.contains(range)
        {
            list.push(range.clone());
        }
    }
    ranges
}

fn pin_of(
    named: &NamedLockfile,
    locked: &Locked,
    ranges: Vec<String>,
    host_of: &dyn Fn(&PackageName) -> Option<String>,
) -> Pin {
    Pin {
        file: Arc::clone(&named.path),
        format: named.lockfile.format,
        line: locked.line,
        key: locked.key.clone(),
        origin: locked.origin.clone(),
        integrity: locked.integrity.clone(),
        format_pins_integrity: named.lockfile.format != "yarn-berry",
        ranges,
        alias: locked.alias.clone(),
        scope: locked.scope,
        optional: locked.optional,
        registry_host: locked.name.as_ref().and_then(host_of),
    }
}
