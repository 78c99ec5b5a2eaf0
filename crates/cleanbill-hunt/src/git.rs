//! Every version of every lockfile in a repository's history, on all branches: each distinct one read once.
//! It opens repositories without their hooks or the user's settings, and writes nothing.
use std::{
    collections::{HashMap, HashSet, VecDeque},
    path::{Path, PathBuf},
    sync::Arc,
};

use cleanbill_lockfile::FORMATS;
use cleanbill_model::Timestamp;
use gix::{ObjectId, objs::tree::EntryKind};
use rayon::prelude::*;

use crate::{
    Looked, Watch,
    limits::{MAX_BLOBS, MAX_COMMITS, MAX_LOCKFILE_BYTES, MAX_LOCKFILES_IN_TREE, MAX_TREE_DEPTH, MAX_TREES},
    pins::{self, Pins},
    sighting::{Sighting, Unseen},
    window,
};

/// Memory for unpacked objects of one thread: trees of neighbouring commits share most of their bases.
const OBJECT_CACHE_BYTES: usize = 32 * 1024 * 1024;

/// Lockfile versions one thread reads in a row: long enough to profit from each other, short enough to share out.
const RUN: usize = 64;
/// Memory for the bases of differences, for each thread, as git's own setting has it.
const BASES: &str = "core.deltaBaseCacheLimit=64m";

/// A commit, as far as a hunt needs it.
pub(crate) struct Commit {
    pub(crate) parents: Vec<ObjectId>,
    pub(crate) tree: ObjectId,
    pub(crate) at: Timestamp,
}

/// Everything a repository told.
pub(crate) struct History {
    pub(crate) commits: HashMap<ObjectId, Commit>,
    /// Branch or tag and the commit it points to.
    pub(crate) tips: Vec<(String, ObjectId)>,
    /// For each distinct tree the lockfiles in it: path and blob.
    pub(crate) trees: HashMap<ObjectId, Files>,
}

/// Lockfiles of a tree, by path from it.
pub(crate) type Files = Arc<Vec<(Arc<str>, ObjectId)>>;

/// What one repository brought.
#[derive(Default)]
pub(crate) struct Found {
    pub(crate) sightings: Vec<Sighting>,
    pub(crate) unseen: Vec<Unseen>,
    pub(crate) looked: Looked,
}

/// The folder that holds a repository's objects, to know two ways into the same one. `None` where there is no repository.
pub(crate) fn objects_of(path: &Path) -> Option<PathBuf> {
    let repository = open(path).ok()?;
    let common = repository.common_dir();
    Some(common.canonicalize().unwrap_or_else(|_| common.to_owned()))
}

fn open(path: &Path) -> gix::Result<gix::Repository> {
    // Isolated: no settings of the user or the system, no environment. A repository of another owner is read too.
    let options = gix::open::Options::isolated()
        .open_path_as_is(true)
        .bail_if_untrusted(false)
        .config_overrides([BASES]);
    gix::open_opts(path, options)
}

/// Hunts one repository. `path` is its `.git` folder or file, or a bare repository; `shown` what people call it.
pub(crate) fn hunt(watch: &Watch, path: &Path, shown: &str, tick: &(dyn Fn(u64) + Sync)) -> Found {
    let mut found = Found::default();
    let mut unseen = |reason: String, before: Option<Timestamp>| {
        found.unseen.push(Unseen {
            place: shown.to_owned(),
            reason,
            before,
        });
    };
    let repository = match open(path) {
        Ok(repository) => repository,
        Err(error) => {
            unseen(format!("the repository cannot be opened: {error}"), None);
            return found;
        }
    };
    let mut reader = Reader {
        repository,
        history: History {
            commits: HashMap::new(),
            tips: Vec::new(),
            trees: HashMap::new(),
        },
        faults: Faults::default(),
    };
    reader.read_tips();
    reader.read_commits();
    reader.read_trees();
    let Reader {
        repository,
        history,
        faults,
    } = reader;
    let shallow = repository.shallow_commits().ok().flatten();
    if let Some(shallow) = &shallow {
        // What lies behind a shallow clone's edge touches campaigns from before the edge alone.
        let edge = shallow
            .iter()
            .filter_map(|id| history.commits.get(id))
            .map(|commit| commit.at)
            .max();
        unseen(
            "the clone is shallow: older commits are not on this machine".into(),
            edge,
        );
    }
    for reason in faults.told(shallow.is_some()) {
        unseen(reason, None);
    }
    let blobs: Vec<(Arc<str>, ObjectId)> = distinct(&history);
    found.looked.repositories = 1;
    found.looked.commits = u64::try_from(history.commits.len()).unwrap_or(u64::MAX);
    found.looked.history_lockfiles = u64::try_from(blobs.len()).unwrap_or(u64::MAX);
    let shared = repository.into_sync();
    // Runs of neighbours stay on one thread, whose cache then holds what they differ from.
    let read: Vec<(ObjectId, Arc<str>, Result<Pins, String>)> = blobs
        .par_chunks(RUN)
        .map_init(
            || shared.to_thread_local(),
            |repository, run| {
                let read = |(name, id): &(Arc<str>, ObjectId)| {
                    (*id, Arc::clone(name), read_blob(watch, repository, name, *id))
                };
                let read: Vec<_> = run.iter().map(read).collect();
                tick(u64::try_from(run.len()).unwrap_or(0));
                read
            },
        )
        .flatten_iter()
        .collect();
    let repository = shared.to_thread_local();
    window::tell(&repository, &history, read, shown, &mut found);
    found
}

/// Each distinct lockfile once, under the name of its first path: path by path and newest first, since packs
/// keep newer versions whole and older ones as their differences.
fn distinct(history: &History) -> Vec<(Arc<str>, ObjectId)> {
    let mut commits: Vec<&Commit> = history.commits.values().collect();
    commits.sort_unstable_by_key(|commit| (std::cmp::Reverse(commit.at), commit.tree));
    let mut seen = HashSet::new();
    let mut blobs: Vec<(Arc<str>, usize, Arc<str>, ObjectId)> = Vec::new();
    for files in commits
        .iter()
        .filter_map(|commit| history.trees.get(&commit.tree))
    {
        for (path, id) in files.iter() {
            let name: Arc<str> = Arc::from(path.rsplit('/').next().unwrap_or(path));
            if blobs.len() < MAX_BLOBS && seen.insert((*id, Arc::clone(&name))) {
                blobs.push((Arc::clone(path), blobs.len(), name, *id));
            }
        }
    }
    blobs.sort_unstable();
    blobs.into_iter().map(|(_, _, name, id)| (name, id)).collect()
}

fn read_blob(watch: &Watch, repository: &gix::Repository, name: &str, id: ObjectId) -> Result<Pins, String> {
    let header = repository.find_header(id).map_err(|error| error.to_string())?;
    if header.size() > MAX_LOCKFILE_BYTES {
        return Err(format!(
            "{} bytes are more than a lockfile has ({MAX_LOCKFILE_BYTES})",
            header.size()
        ));
    }
    let object = repository.find_object(id).map_err(|error| error.to_string())?;
    Ok(pins::pins(watch, name, &object.data))
}

#[derive(Default)]
struct Faults {
    references: usize,
    commits: usize,
    trees: usize,
    limits: Vec<&'static str>,
}

impl Faults {
    fn told(&self, shallow: bool) -> Vec<String> {
        let mut told = Vec::new();
        let mut tell = |count: usize, what: &str| {
            if count > 0 {
                told.push(format!("{count} {what} could not be read"));
            }
        };
        tell(self.references, "branches or tags");
        // A shallow clone's missing parents are told once, with their edge.
        tell(if shallow { 0 } else { self.commits }, "commits");
        tell(self.trees, "folders of commits");
        told.extend(
            self.limits
                .iter()
                .map(|limit| format!("the history goes beyond the limit {limit}")),
        );
        told
    }
}

struct Reader {
    repository: gix::Repository,
    history: History,
    faults: Faults,
}

impl Reader {
    fn read_tips(&mut self) {
        self.repository.object_cache_size_if_unset(OBJECT_CACHE_BYTES);
        if let Ok(head) = self.repository.head_id() {
            self.history.tips.push(("HEAD".into(), head.detach()));
        }
        let platform = match self.repository.references() {
            Ok(platform) => platform,
            Err(_) => return self.faults.references += 1,
        };
        let Ok(all) = platform.all() else {
            return self.faults.references += 1;
        };
        for reference in all {
            let Ok(mut reference) = reference else {
                self.faults.references += 1;
                continue;
            };
            let is_tag = reference.name().as_bstr().starts_with(b"refs/tags/");
            let name = reference.name().shorten().to_string();
            match reference.peel_to_commit() {
                Ok(commit) => self.history.tips.push((name, commit.id().detach())),
                // A tag may name a tree or a blob: that is no history.
                Err(_) => self.faults.references += usize::from(!is_tag),
            }
        }
    }

    fn read_commits(&mut self) {
        let mut queue: VecDeque<ObjectId> = self.history.tips.iter().map(|(_, id)| *id).collect();
        let mut queued: HashSet<ObjectId> = queue.iter().copied().collect();
        while let Some(id) = queue.pop_front() {
            if self.history.commits.len() >= MAX_COMMITS {
                self.faults.limits.push("MAX_COMMITS");
                return;
            }
            let Some(commit) = self.read_commit(id) else {
                self.faults.commits += 1;
                continue;
            };
            for parent in &commit.parents {
                if queued.insert(*parent) {
                    queue.push_back(*parent);
                }
            }
            self.history.commits.insert(id, commit);
        }
    }

    fn read_commit(&self, id: ObjectId) -> Option<Commit> {
        let commit = self
            .repository
            .try_find_object(id)
            .ok()??
            .try_into_commit()
            .ok()?;
        let tree = commit.tree_id().ok()?.detach();
        let at = commit.time().map_or(0, |time| time.seconds);
        let parents = commit.parent_ids().map(gix::Id::detach).collect();
        Some(Commit {
            parents,
            tree,
            at: Timestamp::from_millis(at.saturating_mul(1000)),
        })
    }

    fn read_trees(&mut self) {
        let names: HashSet<&'static str> = FORMATS
            .iter()
            .flat_map(|format| format.file_names())
            .copied()
            .collect();
        let roots: HashSet<ObjectId> = self.history.commits.values().map(|commit| commit.tree).collect();
        for root in roots {
            self.read_tree(root, &names, 0);
            if self.history.trees.len() >= MAX_TREES {
                self.faults.limits.push("MAX_TREES");
                return;
            }
        }
    }

    /// The lockfiles of a tree; each distinct tree is read once, so what commits share costs nothing more.
    fn read_tree(&mut self, id: ObjectId, names: &HashSet<&'static str>, depth: usize) -> Files {
        if let Some(known) = self.history.trees.get(&id) {
            return Arc::clone(known);
        }
        if depth > MAX_TREE_DEPTH || self.history.trees.len() >= MAX_TREES {
            return Files::default();
        }
        let mut files: Vec<(Arc<str>, ObjectId)> = Vec::new();
        let mut folders: Vec<(String, ObjectId)> = Vec::new();
        match self.repository.try_find_object(id) {
            Ok(Some(object)) if object.kind == gix::objs::Kind::Tree => {
                for entry in gix::objs::TreeRefIter::from_bytes(&object.data, id.kind()) {
                    let Ok(entry) = entry else {
                        self.faults.trees += 1;
                        break;
                    };
                    let Ok(name) = std::str::from_utf8(entry.filename) else {
                        continue;
                    };
                    match entry.mode.kind() {
                        EntryKind::Tree if name != "node_modules" => {
                            folders.push((name.to_owned(), entry.oid.to_owned()))
                        }
                        EntryKind::Blob | EntryKind::BlobExecutable if names.contains(name) => {
                            files.push((Arc::from(name), entry.oid.to_owned()));
                        }
                        _ => {}
                    }
                }
            }
            _ => self.faults.trees += 1,
        }
        for (name, folder) in folders {
            for (path, blob) in self.read_tree(folder, names, depth + 1).iter() {
                if files.len() >= MAX_LOCKFILES_IN_TREE {
                    if !self.faults.limits.contains(&"MAX_LOCKFILES_IN_TREE") {
                        self.faults.limits.push("MAX_LOCKFILES_IN_TREE");
                    }
                    break;
                }
                files.push((Arc::from(format!("{name}/{path}")), *blob));
            }
        }
        let files = Files::new(files);
        self.history.trees.insert(id, Arc::clone(&files));
        files
    }
}
