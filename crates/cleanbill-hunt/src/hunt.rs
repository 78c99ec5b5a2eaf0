//! A whole hunt: walk, then read what was found, all cores at once, then put it in order.
//! It is told where to look and tells what was there; which places a machine has is the caller's knowledge.
use std::{
    collections::HashSet,
    io,
    path::{Path, PathBuf},
    sync::Mutex,
};

use cleanbill_intel::Reach;
use rayon::prelude::*;

use crate::{
    Looked, Sighting, Source, Unseen, Watch, git, image,
    limits::{MAX_GAPS, MAX_LOCKFILE_BYTES, MAX_MANIFEST_BYTES, MAX_SIGHTINGS},
    logs,
    pins::{self, Pins},
    read::{self, seen},
    sbom, store_index,
    walk::{Item, walk},
    would::{self, Span},
};

/// Where and how to look.
pub struct HuntOptions<'a> {
    /// Folders and files to look through.
    pub roots: Vec<PathBuf>,
    /// Folders of logs, and logs: every file there is read as one.
    pub logs: Vec<PathBuf>,
    /// Whether repositories' histories are read.
    pub history: History,
    /// Where asked for, ranges of manifests and lockfiles are judged over this time.
    pub would: Option<Span>,
    /// How a path is shown to its user.
    pub show: &'a (dyn Fn(&Path) -> String + Sync),
    /// Hears of work done: files walked and lockfiles read.
    pub tick: &'a (dyn Fn(u64) + Sync),
}

/// Whether repositories' histories are read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum History {
    /// Every commit of every branch.
    Read,
    /// Only what lies there now.
    Skip,
}

/// What a hunt brought home.
#[derive(Debug, Default)]
pub struct Hunted {
    /// Where something was seen.
    pub sightings: Vec<Sighting>,
    /// Where nobody could look.
    pub unseen: Vec<Unseen>,
    /// Places nobody could look at beyond those named.
    pub unseen_unnamed: u64,
    /// Sightings beyond those kept.
    pub sightings_dropped: u64,
    /// How much was looked at.
    pub looked: Looked,
}

impl Hunted {
    pub(crate) fn add(&mut self, found: git::Found) {
        for sighting in found.sightings {
            if self.sightings.len() < MAX_SIGHTINGS {
                self.sightings.push(sighting);
            } else {
                self.sightings_dropped += 1;
            }
        }
        for unseen in found.unseen {
            if self.unseen.len() < MAX_GAPS {
                self.unseen.push(unseen);
            } else {
                self.unseen_unnamed += 1;
            }
        }
        let (ours, theirs) = (&mut self.looked, found.looked);
        ours.lockfiles += theirs.lockfiles;
        ours.installed += theirs.installed;
        ours.repositories += theirs.repositories;
        ours.commits += theirs.commits;
        ours.history_lockfiles += theirs.history_lockfiles;
        ours.cached += theirs.cached;
        ours.logs += theirs.logs;
        ours.sboms += theirs.sboms;
        ours.image_files += theirs.image_files;
        ours.manifests += theirs.manifests;
        ours.gate_entries += theirs.gate_entries;
    }

    /// Puts everything in order, so that the same machine gives the same answer.
    pub(crate) fn sort(&mut self) {
        self.sightings.sort_by(|a, b| {
            (
                a.campaign,
                std::cmp::Reverse(a.reach),
                &a.place,
                a.line,
                &a.release,
                a.at,
            )
                .cmp(&(
                    b.campaign,
                    std::cmp::Reverse(b.reach),
                    &b.place,
                    b.line,
                    &b.release,
                    b.at,
                ))
        });
        self.sightings.dedup();
        self.unseen
            .sort_by(|a, b| (&a.place, &a.reason).cmp(&(&b.place, &b.reason)));
    }
}

/// Hunts.
#[must_use]
pub fn hunt(watch: &Watch, options: &HuntOptions<'_>) -> Hunted {
    let walked = walk(watch, &options.roots, &options.logs, options.tick);
    let mut hunted = Hunted::default();
    hunted.looked.walked = walked.entries;
    hunted.add(git::Found {
        unseen: walked.unseen,
        ..git::Found::default()
    });
    let (repositories, items): (Vec<Item>, Vec<Item>) = walked
        .items
        .into_iter()
        .partition(|item| matches!(item, Item::Repository { .. }));
    let collected = Mutex::new(hunted);
    items.par_iter().with_min_len(32).for_each(|item| {
        let found = look(watch, item, options);
        if let Ok(mut hunted) = collected.lock() {
            hunted.add(found);
        }
    });
    let mut hunted = collected.into_inner().unwrap_or_default();
    if options.history == History::Read {
        let mut known = HashSet::new();
        for item in &repositories {
            let Item::Repository { path } = item else { continue };
            // Work trees and submodules lead to repositories that were read already.
            if git::objects_of(path).is_none_or(|objects| known.insert(objects)) {
                let folder = if path.ends_with(".git") {
                    path.parent().unwrap_or(path)
                } else {
                    path
                };
                hunted.add(git::hunt(watch, path, &(options.show)(folder), options.tick));
            }
        }
    }
    hunted.sort();
    hunted
}

/// Reads one thing.
fn look(watch: &Watch, item: &Item, options: &HuntOptions<'_>) -> git::Found {
    let mut found = git::Found::default();
    let shown = |path: &Path| (options.show)(path);
    let (path, read) = match item {
        Item::Lockfile {
            path,
            name,
            installed,
        } => {
            found.looked.lockfiles = 1;
            (options.tick)(1);
            lockfile(
                watch,
                path,
                name,
                *installed,
                options.would,
                &shown(path),
                &mut found,
            );
            return found;
        }
        Item::Package { path, folder } => {
            found.looked.installed = 1;
            (path, read::package(watch, path, folder, &shown(path)))
        }
        Item::Named {
            path,
            name,
            version,
            what,
        } => {
            found.looked.cached = 1;
            let told = seen(
                Reach::Fetched,
                Source::Cache,
                &shown(path),
                format!("{what} of that name is there"),
                read::written(path),
            );
            (path, Ok(read::release(watch, name, version, &told)))
        }
        Item::NpmIndex { path } => {
            let read = read::npm_index(watch, path, &shown(path));
            (
                path,
                read.map(|(entries, sightings)| {
                    found.looked.cached = entries;
                    sightings
                }),
            )
        }
        Item::PnpmIndex { path } => {
            found.looked.cached = 1;
            (path, read::pnpm_index(watch, path, &shown(path)))
        }
        Item::PnpmStore { path } => {
            let read = store_index::store_index(watch, path, &shown(path));
            (
                path,
                read.map(|(keys, sightings)| {
                    found.looked.cached = keys;
                    sightings
                }),
            )
        }
        Item::YarnState { path } => (path, read::yarn_state(watch, path, &shown(path))),
        Item::Log { path } => {
            let read = logs::log(watch, path, &shown(path));
            (
                path,
                read.map(|(sightings, gate_entries)| {
                    found.looked.gate_entries = gate_entries;
                    found.looked.logs = u64::from(gate_entries == 0);
                    sightings
                }),
            )
        }
        Item::NpmContent { path } => {
            let (count, sightings) = read::npm_content(watch, path, &shown(path));
            found.looked.cached = count;
            (path, Ok(sightings))
        }
        Item::Sbom { path } => {
            let read = sbom::sbom(watch, path, &shown(path));
            (
                path,
                read.map(|listed| {
                    found.looked.sboms = u64::from(listed.is_some());
                    listed.unwrap_or_default()
                }),
            )
        }
        Item::Image { path } => {
            image::image(watch, path, &shown(path), &mut found);
            return found;
        }
        Item::Layer { path } => {
            image::layer(watch, path, &shown(path), &mut found);
            return found;
        }
        Item::Workspace { path } => {
            let Some(span) = options.would else { return found };
            found.looked.manifests = 1;
            let read = read::bytes(path, MAX_MANIFEST_BYTES);
            (
                path,
                read.map(|bytes| {
                    would::catalogs(watch, &String::from_utf8_lossy(&bytes), span, &shown(path))
                }),
            )
        }
        Item::Trace {
            path,
            campaign,
            value,
        } => {
            let note = format!(
                "a file named as `{value}`, which this campaign leaves behind; read it before you act"
            );
            let told = seen(Reach::Ran, Source::Trace, &shown(path), note, read::written(path));
            (
                path,
                Ok(vec![Sighting {
                    campaign: *campaign,
                    ..told
                }]),
            )
        }
        Item::Manifest { path } => {
            let Some(span) = options.would else { return found };
            found.looked.manifests = 1;
            let read = read::bytes(path, MAX_MANIFEST_BYTES).and_then(|bytes| {
                let start = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(&bytes);
                serde_json::from_slice(start)
                    .map_err(|error| io::Error::new(io::ErrorKind::InvalidData, error))
            });
            (
                path,
                read.map(|manifest: serde_json::Value| would::manifest(watch, &manifest, span, &shown(path))),
            )
        }
        Item::Repository { .. } => return found,
    };
    match read {
        Ok(sightings) => found.sightings = sightings,
        Err(error) => found.unseen.push(Unseen {
            place: shown(path),
            reason: error.to_string(),
            before: None,
        }),
    }
    found
}

fn lockfile(
    watch: &Watch,
    path: &Path,
    name: &str,
    installed: bool,
    would: Option<Span>,
    shown: &str,
    found: &mut git::Found,
) {
    let bytes = match read::bytes(path, MAX_LOCKFILE_BYTES) {
        Ok(bytes) => bytes,
        Err(error) => {
            return found.unseen.push(Unseen {
                place: shown.to_owned(),
                reason: error.to_string(),
                before: None,
            });
        }
    };
    lockfile_bytes(watch, name, &bytes, installed, shown, read::written(path), found);
    if let Some(span) = would
        && let Ok(lockfile) = cleanbill_lockfile::parse(name, &bytes)
    {
        found
            .sightings
            .extend(would::lockfile(watch, &lockfile, span, shown));
    }
}

/// What a lockfile's bytes say, wherever they lay.
pub(crate) fn lockfile_bytes(
    watch: &Watch,
    name: &str,
    bytes: &[u8],
    installed: bool,
    shown: &str,
    at: Option<cleanbill_model::Timestamp>,
    found: &mut git::Found,
) {
    let (reach, source) = if installed {
        (Reach::Installed, Source::Installed)
    } else {
        (Reach::Pinned, Source::Lockfile)
    };
    match pins::pins(watch, name, bytes) {
        Pins::Read(pins) => {
            for pin in pins {
                let mut note = format!(
                    "`{}` {} is {} there",
                    pin.name,
                    pin.version,
                    if installed {
                        "recorded as installed"
                    } else {
                        "pinned"
                    }
                );
                if let Some(label) = &pin.by_digest {
                    note.push_str(&format!("; its digest is that of {label}"));
                }
                let told = Sighting {
                    line: Some(pin.line),
                    ..seen(reach, source, shown, note, at)
                };
                found.sightings.push(Sighting {
                    campaign: pin.campaign,
                    release: Some((pin.name, pin.version)),
                    ..told
                });
            }
        }
        Pins::Unreadable { reason, named, any } => {
            if any {
                found.unseen.push(Unseen {
                    place: shown.to_owned(),
                    reason: reason.clone(),
                    before: None,
                });
            }
            for (campaign, name) in named {
                let note =
                    format!("it cannot be read ({reason}) and holds `{name}` with the text of a bad version");
                found.sightings.push(Sighting {
                    campaign,
                    ..seen(Reach::Named, source, shown, note, at)
                });
            }
        }
    }
}
