//! The flat view of package-lock (`packages`, versions 2 and 3) as the model.
//! It knows the folders npm installs into, and nothing of the nested view.
use crate::{
    Edge, Locked, Lockfile, Origin, Root, Scope,
    entry::{self, Requests},
    json::{Place, Reading},
    lines::Lines,
    package_lock::{
        origin,
        wire::{Entry, Flags},
        workspaces::is_match,
    },
    spec,
    tree::{NodeId, ROOT, Tree, install_name},
};

/// The entries of `packages` and the folders they lie in.
#[derive(Debug)]
pub(super) struct Folders<'e, 'a> {
    pub(super) entries: &'e [Entry<'a>],
    pub(super) tree: Tree<'e>,
    /// The place of each entry; `None` where another entry took it.
    places: Vec<Option<NodeId>>,
}

impl<'e, 'a> Folders<'e, 'a> {
    /// Puts each entry in its folder. Of two in one folder the last one counts.
    pub(super) fn new(entries: &'e [Entry<'a>], reading: &mut Reading<'_>) -> Self {
        let mut tree = Tree::with_capacity(entries.len());
        let mut places: Vec<Option<NodeId>> = Vec::with_capacity(entries.len());
        for (index, entry) in entries.iter().enumerate() {
            let place = Place {
                map: "packages",
                key: &entry.key,
                field: "",
            };
            let node = tree.place(&entry.key);
            match node {
                Some(node) => {
                    if let Some(earlier) = tree.entry(node).and_then(|earlier| places.get_mut(earlier)) {
                        *earlier = None;
                        reading.defect(
                            "duplicate-key",
                            &place,
                            "the folder stands twice, the last one counts",
                        );
                    }
                    tree.set(node, index);
                }
                None => reading.defect("limit-depth", &place, "nested too deeply, left out"),
            }
            places.push(node);
        }
        Self {
            entries,
            tree,
            places,
        }
    }

    /// The entry and its folder, as long as no later one took it.
    fn kept(&self) -> impl Iterator<Item = (usize, &'e Entry<'a>, NodeId)> {
        self.entries
            .iter()
            .enumerate()
            .zip(&self.places)
            .filter_map(|((i, entry), place)| Some((i, entry, (*place)?)))
    }

    /// The folder that a link leads to.
    pub(super) fn target(&self, link: &Entry<'_>) -> Option<NodeId> {
        self.tree.find(spec::path(link.resolved.as_deref()?))
    }

    /// True when the entry lies in the tarball of a package above it.
    fn is_in_bundle(&self, node: NodeId) -> bool {
        self.tree
            .above(node)
            .skip(1)
            .filter_map(|above| self.entries.get(self.tree.entry(above)?))
            .any(|above| {
                // What the project itself bundles is fetched first; only installed packages bring theirs along.
                above.flags.bundles_others && install_name(&above.key).is_some()
            })
    }
}

/// The whole view as the model.
pub(super) fn read(folders: &Folders<'_, '_>, reading: &mut Reading<'_>, lines: &Lines<'_>) -> Lockfile {
    let mut slots: Vec<Option<usize>> = vec![None; folders.entries.len()];
    let mut count = 0;
    for (index, entry, _) in folders.kept() {
        if install_name(&entry.key).is_some()
            && let Some(slot) = slots.get_mut(index)
        {
            *slot = Some(count);
            count += 1;
        }
    }
    let slot_of = |index: usize| slots.get(index).copied().flatten();
    let mut asked: Vec<Vec<Edge>> = vec![Vec::new(); folders.entries.len()];
    for (index, entry, node) in folders.kept() {
        if let Some(edges) = asked.get_mut(index) {
            *edges = entry::edges(&entry.asks, |name| {
                folders.tree.resolve(node, name).and_then(slot_of)
            });
        }
    }
    let requests = entry::requests(asked.iter().flatten(), count);
    let links = links(folders, &requests, &slot_of);

    let mut lockfile = Lockfile {
        packages: Vec::with_capacity(count),
        ..Lockfile::default()
    };
    for (index, entry, node) in folders.kept() {
        let edges = asked.get_mut(index).map(std::mem::take).unwrap_or_default();
        let Some(installed) = install_name(&entry.key) else {
            if links.linked.get(index).copied().flatten().is_none() {
                let name = entry.name.clone().map(Into::into);
                lockfile.roots.push(Root {
                    path: entry.key.clone().into_owned(),
                    name,
                    edges,
                });
            } else if let Some(kept) = asked.get_mut(index) {
                *kept = edges;
            }
            continue;
        };
        let none = Requests::default();
        let requests = slot_of(index)
            .and_then(|slot| requests.get(slot))
            .unwrap_or(&none);
        let origin = origin_of(folders, entry, node, requests, &links, reading);
        lockfile
            .packages
            .push(locked(entry, installed, origin, edges, reading, lines));
    }
    // What a plain link leads to is no project of its own: its requests are the link's.
    for (index, link) in links.linked.iter().enumerate() {
        if let Some(link) = link
            .and_then(slot_of)
            .and_then(|slot| lockfile.packages.get_mut(slot))
            && let Some(edges) = asked.get_mut(index)
        {
            link.edges = std::mem::take(edges);
        }
    }
    lockfile
}

/// Which folders are plain links' targets; all other folders are projects of their own.
struct Links {
    /// For each entry that is a plain link's target, the first such link.
    linked: Vec<Option<usize>>,
}

/// Tells links to workspaces from links to other folders: a workspace is one that the root's patterns
/// name, or one that is linked though nobody asks for its path.
fn links(
    folders: &Folders<'_, '_>,
    requests: &[Requests],
    slot_of: &impl Fn(usize) -> Option<usize>,
) -> Links {
    let root = folders
        .tree
        .entry(ROOT)
        .and_then(|root| folders.entries.get(root));
    let mut linked: Vec<Option<usize>> = vec![None; folders.entries.len()];
    for (index, link, _) in folders.kept().filter(|(_, entry, _)| entry.flags.link) {
        let Some(target) = folders.target(link).and_then(|node| folders.tree.entry(node)) else {
            continue;
        };
        let Some(folder) = folders
            .entries
            .get(target)
            .filter(|folder| install_name(&folder.key).is_none())
        else {
            continue;
        };
        let by_path = slot_of(index)
            .and_then(|slot| requests.get(slot))
            .is_some_and(|r| r.other.is_some());
        let is_workspace = root.is_some_and(|root| {
            root.flags.has_workspaces
                && (is_match(&root.workspaces, &folder.key) || (!by_path && !folder.key.starts_with("..")))
        });
        if !is_workspace
            && target != index
            && let Some(place) = linked.get_mut(target)
        {
            place.get_or_insert(index);
        }
    }
    Links { linked }
}

fn origin_of(
    folders: &Folders<'_, '_>,
    entry: &Entry<'_>,
    node: NodeId,
    requests: &Requests,
    links: &Links,
    reading: &mut Reading<'_>,
) -> Origin {
    let at = |field| Place {
        map: "packages",
        key: &entry.key,
        field,
    };
    let version = entry.version.as_deref();
    if entry.flags.link {
        let path = spec::path(entry.resolved.as_deref().unwrap_or_default()).to_owned();
        let target = folders.target(entry).and_then(|node| folders.tree.entry(node));
        return match target {
            Some(target) if links.linked.get(target).copied().flatten().is_none() => {
                Origin::Workspace { path }
            }
            Some(_) => Origin::Link { path },
            None => {
                reading.defect(
                    "link-without-target",
                    &at("resolved"),
                    "the folder linked to is not in the file",
                );
                Origin::Link { path }
            }
        };
    }
    if let Some(resolved) = entry.resolved.as_deref().filter(|text| !text.is_empty()) {
        let installed = install_name(&entry.key).unwrap_or_default();
        let name = entry.name.as_deref().unwrap_or(installed);
        return origin::recorded(resolved, requests, name, version);
    }
    if entry.flags.bundled {
        if folders.is_in_bundle(node) {
            return Origin::Bundled;
        }
        reading.defect(
            "bundled-without-bundler",
            &at("inBundle"),
            "no package above it bundles anything",
        );
    }
    let origin = origin::unrecorded(requests, version.is_some());
    // npm leaves a bare stub for an optional package that it could not find.
    if version.is_none() && !entry.flags.optional && matches!(origin, Origin::Unknown) {
        reading.defect(
            "missing-version",
            &at("version"),
            "neither a version nor an address is recorded",
        );
    }
    origin
}

fn locked(
    entry: &Entry<'_>,
    installed: &str,
    origin: Origin,
    edges: Vec<Edge>,
    reading: &mut Reading<'_>,
    lines: &Lines<'_>,
) -> Locked {
    let at = |field| Place {
        map: "packages",
        key: &entry.key,
        field,
    };
    let real = entry.name.as_deref().unwrap_or(installed);
    let (name, alias) = entry::identity(reading, real, installed, &at("name"));
    Locked {
        name,
        alias,
        version: entry::version(reading, entry.version.as_deref(), &at("version")),
        origin,
        integrity: entry::integrity(reading, entry.integrity.as_deref(), &at("integrity")),
        edges,
        scope: scope(entry.flags),
        optional: entry.flags.optional || entry.flags.dev_optional,
        has_install_script: Some(entry.flags.install_script),
        line: lines.line(entry.offset),
        key: entry.key.as_ref().into(),
    }
}

/// npm's flags as a scope. `devOptional` is wanted at run time too, as long as it can be had.
pub(super) fn scope(flags: Flags) -> Scope {
    match flags {
        Flags { dev: true, .. } => Scope::Development,
        Flags { peer: true, .. } => Scope::Peer,
        _ => Scope::Runtime,
    }
}
