//! The one model of a lockfile, whatever wrote it: entries, where they come from, who asks for them.
//! It never changes for one format; a format's own words stay in its file.
use cleanbill_model::{Defect, Integrity, PackageName, Purl, SafeUrl, Untrusted, Version};

use crate::limits::MAX_PATHS;

/// A lockfile as read.
#[derive(Clone, Debug, Default)]
pub struct Lockfile {
    /// The format's id: `package-lock`, `yarn-classic`, `yarn-berry`, `pnpm-lock`, `bun-lock`.
    pub format: &'static str,
    /// The version the file gives itself, such as `3`, `9.0`, `1`.
    pub version: String,
    /// The projects the file speaks for: the root and its workspaces, in file order.
    pub roots: Vec<Root>,
    /// Every entry, in file order.
    pub packages: Vec<Locked>,
    /// What is wrong with the file.
    pub defects: Vec<Defect>,
}

/// One project of the file: the root or a workspace.
#[derive(Clone, Debug, Default)]
pub struct Root {
    /// Folder relative to the lockfile; empty for the root itself.
    pub path: String,
    /// The project's own name, where the file gives it.
    pub name: Option<String>,
    /// What it asks for.
    pub edges: Vec<Edge>,
}

/// One entry: a package as it will be installed.
#[derive(Clone, Debug)]
pub struct Locked {
    /// The name in the registry (never the alias). Where the text is no package name it is `None`
    /// and a defect says so.
    pub name: Option<PackageName>,
    /// The name it is installed under, where that differs (`npm:` aliases).
    pub alias: Option<String>,
    /// Its version, where it has one that reads as such.
    pub version: Option<Version>,
    /// Where its bytes come from.
    pub origin: Origin,
    /// The digest the file pins, where it does.
    pub integrity: Option<Integrity>,
    /// What it asks for.
    pub edges: Vec<Edge>,
    /// Why it is here.
    pub scope: Scope,
    /// True when it is only wanted where it can be had.
    pub optional: bool,
    /// True when the file says that it has an install script.
    pub has_install_script: Option<bool>,
    /// The line of the file on which the entry starts, from 1.
    pub line: u32,
    /// The entry's own key in the file, as it stands there.
    pub key: Untrusted,
}

/// Where an entry's bytes come from. Only `Registry` is a release of a registry under its own name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Origin {
    /// A registry; the URL where the file gives one.
    Registry {
        /// The tarball's address, where the file gives it.
        url: Option<SafeUrl>,
    },
    /// A git repository at a commit.
    Git {
        /// The repository.
        url: SafeUrl,
        /// The commit, where the file pins one.
        commit: Option<String>,
    },
    /// A tarball from any other address.
    Url {
        /// The address.
        url: SafeUrl,
    },
    /// A tarball or folder of the project's own disk that is copied in.
    File {
        /// The path as written.
        path: String,
    },
    /// A link to a folder outside the workspaces.
    Link {
        /// The path as written.
        path: String,
    },
    /// A workspace of the project itself.
    Workspace {
        /// The path as written.
        path: String,
    },
    /// Shipped inside another package's tarball; never fetched by itself.
    Bundled,
    /// The file does not tell enough to know.
    Unknown,
}

/// Why an entry is in the tree.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Scope {
    /// Needed at run time.
    #[default]
    Runtime,
    /// Only reached through development dependencies.
    Development,
    /// Only there as somebody's peer.
    Peer,
}

/// One request for a package.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Edge {
    /// The name asked for, as written (the alias, where there is one).
    pub name: String,
    /// The range or specifier asked for, as written, where the file keeps it.
    pub range: Option<String>,
    /// Which map it stands in.
    pub kind: EdgeKind,
    /// Index into [`Lockfile::packages`] of what answers it, where something does.
    pub to: Option<usize>,
}

/// The map of a manifest an edge stands in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum EdgeKind {
    /// `dependencies`.
    Runtime,
    /// `devDependencies`.
    Development,
    /// `optionalDependencies`.
    Optional,
    /// `peerDependencies`.
    Peer,
}

impl Locked {
    /// The release in its registry, when it is one: registry origin, readable name and version.
    #[must_use]
    pub fn purl(&self) -> Option<Purl> {
        match (&self.origin, &self.name, &self.version) {
            (Origin::Registry { .. }, Some(name), Some(version)) => {
                Some(Purl::new(name.clone(), version.clone()))
            }
            _ => None,
        }
    }
}

impl Lockfile {
    /// For each entry the shortest paths from a root, at most [`MAX_PATHS`]: indices of entries, the
    /// entry itself last. Breadth first, so cycles end and the shortest come first.
    #[must_use]
    pub fn paths(&self) -> Vec<Vec<Vec<usize>>> {
        let mut paths: Vec<Vec<Vec<usize>>> = vec![Vec::new(); self.packages.len()];
        let mut queue = std::collections::VecDeque::new();
        for edge in self.roots.iter().flat_map(|root| &root.edges) {
            if let Some(to) = edge.to {
                queue.push_back(vec![to]);
            }
        }
        while let Some(path) = queue.pop_front() {
            let Some(&last) = path.last() else { continue };
            let Some(known) = paths.get_mut(last) else {
                continue;
            };
            if known.len() >= MAX_PATHS || known.contains(&path) {
                continue;
            }
            let first_visit = known.is_empty();
            known.push(path.clone());
            if !first_visit {
                continue;
            }
            for to in self
                .packages
                .get(last)
                .into_iter()
                .flat_map(|p| &p.edges)
                .filter_map(|edge| edge.to)
            {
                if !path.contains(&to) {
                    let mut longer = path.clone();
                    longer.push(to);
                    queue.push_back(longer);
                }
            }
        }
        paths
    }
}
