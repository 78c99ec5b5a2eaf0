//! One YAML document of the file into projects and entries.
//! It knows where pnpm puts what; it derives nothing that the document does not say.
use std::collections::HashMap;

use super::{
    keys::{self, Grammar, Key, Place},
    links::Links,
    wire,
};
use crate::{
    Edge, EdgeKind, Locked, ParseLockfileError, Root, Scope,
    block_yaml::{Index, Node, Pair, Value},
    intake::{Intake, kept_key},
};

/// What all documents of a file came to.
#[derive(Default)]
pub(super) struct Gathered {
    pub(super) roots: Vec<Root>,
    pub(super) packages: Vec<Locked>,
    /// What the file itself says of each entry's place in the tree.
    pub(super) said: Vec<Said>,
    /// Where in `roots` the project at the file's own folder stands.
    own_root: Option<usize>,
}

/// What the file says of why an entry is there. It goes before what the edges say.
#[derive(Clone, Copy, Default)]
pub(super) struct Said {
    /// For development alone; files since 9.0 say nothing.
    dev: Option<bool>,
    /// Wanted only where it can be had; for a link the file says nothing.
    optional: Option<bool>,
}

impl Said {
    pub(super) fn apply(self, package: &mut Locked) {
        match self.dev {
            Some(true) => package.scope = Scope::Development,
            Some(false) if package.scope == Scope::Development => package.scope = Scope::Runtime,
            _ => {}
        }
        if let Some(optional) = self.optional {
            package.optional = optional;
        }
    }
}

/// Maps of a project, and what they mean. Configuration dependencies and pnpm's own version run at every
/// install, whoever installs.
const PROJECT_MAPS: &[(&str, EdgeKind)] = &[
    ("dependencies", EdgeKind::Runtime),
    ("optionalDependencies", EdgeKind::Optional),
    ("devDependencies", EdgeKind::Development),
    ("configDependencies", EdgeKind::Runtime),
    ("packageManagerDependencies", EdgeKind::Runtime),
];

/// Adds what `document` says to `gathered`.
pub(super) fn read(
    document: &Node<'_>,
    grammar: Grammar,
    gathered: &mut Gathered,
    intake: &mut Intake,
) -> Result<(), ParseLockfileError> {
    let mut reader = Reader {
        grammar,
        gathered,
        intake,
        by_key: HashMap::new(),
        wanted: Vec::new(),
    };
    reader.entries(document)?;
    reader.requests()?;
    reader.projects(document)
}

struct Reader<'r, 'n> {
    grammar: Grammar,
    gathered: &'r mut Gathered,
    intake: &'r mut Intake,
    /// Index of each entry by the key that requests point at.
    by_key: HashMap<&'n str, usize>,
    /// Entries whose requests are still to be read: index, the node with its dependencies, the node with
    /// its peers.
    wanted: Vec<(usize, &'n Node<'n>, &'n Node<'n>)>,
}

impl<'n> Reader<'_, 'n> {
    fn entries(&mut self, document: &'n Node<'n>) -> Result<(), ParseLockfileError> {
        let packages = self.section(document, "packages");
        let snapshots = if self.grammar == Grammar::At {
            self.section(document, "snapshots")
        } else {
            &[]
        };
        let mut of_package: HashMap<&str, Vec<&Pair<'_>>> = HashMap::with_capacity(packages.len());
        for snapshot in snapshots {
            of_package
                .entry(keys::without_peers(&snapshot.key))
                .or_default()
                .push(snapshot);
        }
        for package in packages {
            let key: &str = &package.key;
            if self.grammar != Grammar::At {
                self.entry(package, package)?;
                continue;
            }
            match of_package.remove(key) {
                Some(own) => {
                    for snapshot in own {
                        self.entry(package, snapshot)?;
                    }
                }
                // Named twice, it has been read with the first.
                None if self.by_key.contains_key(key) => {}
                None => self.entry(package, package)?,
            }
        }
        let mut orphans: Vec<&Pair<'_>> = of_package.into_values().flatten().collect();
        orphans.sort_by_key(|snapshot| snapshot.line);
        for snapshot in orphans {
            self.intake.flaw_of(
                "missing-entry",
                snapshot.line,
                "a snapshot of a package that `packages` does not have",
                &snapshot.key,
            );
            self.entry(snapshot, snapshot)?;
        }
        Ok(())
    }

    /// One entry: `package` says what it is, `snapshot` what it asks for (the same node before 9.0).
    fn entry(&mut self, package: &'n Pair<'n>, snapshot: &'n Pair<'n>) -> Result<(), ParseLockfileError> {
        self.intake.count_entry()?;
        let (line, node) = (package.line, &package.node);
        let pairs = if std::ptr::eq(package, snapshot) {
            &[package][..]
        } else {
            &[package, snapshot]
        };
        for pair in pairs {
            if !matches!(pair.node.value, Value::Map(_)) {
                self.intake.flaw_of(
                    "wrong-type",
                    pair.line,
                    &format!("an entry that is {}", pair.node.kind()),
                    &pair.key,
                );
            }
        }
        let key = Key::parse(&package.key, self.grammar);
        let (name, version) = self.identity(node, key, line);
        let (origin, integrity) = wire::source(node, key.place, line, self.intake);
        let mut flag = |field| wire::flag_of(&snapshot.node, field, line, self.intake);
        let [optional, dev, script] = ["optional", "dev", "requiresBuild"].map(&mut flag);
        let at = self.gathered.packages.len();
        self.gathered.packages.push(Locked {
            name: name.and_then(|name| self.intake.name(name, line)),
            alias: None,
            version: version.and_then(|version| self.intake.version(version, line)),
            origin,
            integrity,
            edges: Vec::new(),
            scope: Scope::Runtime,
            optional: false,
            // Of optional packages pnpm writes it unseen, since it may not have fetched them.
            has_install_script: script.filter(|_| optional != Some(true)),
            line,
            key: kept_key(&package.key),
        });
        self.gathered.said.push(Said {
            dev,
            optional: Some(optional == Some(true)),
        });
        self.by_key.entry(&snapshot.key).or_insert(at);
        self.wanted.push((at, &snapshot.node, node));
        Ok(())
    }

    /// Name and version. Before 9.0 the entry's own fields go before its key, since pnpm takes them so.
    fn identity<'k>(
        &mut self,
        node: &'k Node<'_>,
        key: Key<'k>,
        line: u32,
    ) -> (Option<&'k str>, Option<&'k str>) {
        let version = match key.place {
            Place::Version(version) => Some(version),
            Place::Other(_) => None,
        };
        let own_name = wire::text_of(node, "name", line, self.intake);
        let own_version = wire::text_of(node, "version", line, self.intake);
        let (name, version) = match own_name {
            Some(own) if self.grammar != Grammar::At => {
                if key.name.is_some_and(|name| name != own) {
                    self.intake.flaw_of(
                        "several-names",
                        line,
                        "the entry's key has another name than its `name`",
                        own,
                    );
                }
                (Some(own), own_version.or(version))
            }
            _ => (key.name.or(own_name), version.or(own_version)),
        };
        if name.is_none() {
            self.intake
                .flaw("missing-field", line, "neither the entry nor its key has a name");
        }
        (name, version)
    }

    /// What each entry asks for, now that all of them are known.
    fn requests(&mut self) -> Result<(), ParseLockfileError> {
        for (at, node, peers) in std::mem::take(&mut self.wanted) {
            let mut edges = Vec::new();
            let peer_ranges = peers.get("peerDependencies");
            let peers = Index::of(peer_ranges);
            let mut answered = std::collections::HashSet::new();
            for (map, kind) in [
                ("dependencies", EdgeKind::Runtime),
                ("optionalDependencies", EdgeKind::Optional),
            ] {
                for pair in self.map(node, map) {
                    self.intake.count_edge()?;
                    let Some(reference) = self.reference(pair) else {
                        continue;
                    };
                    let Some(name) = self.intake.kept(&pair.key, pair.line) else {
                        continue;
                    };
                    let peer = peers.get(name);
                    let kind = if peer.is_some() { EdgeKind::Peer } else { kind };
                    if peer.is_some() {
                        answered.insert(name);
                    }
                    let range = peer.and_then(Node::text).map(str::to_owned);
                    let to = self.answer(name, reference, pair.line);
                    edges.push(Edge {
                        name: name.to_owned(),
                        range,
                        kind,
                        to,
                    });
                }
            }
            for pair in peer_ranges.map(Node::pairs).unwrap_or_default() {
                if answered.contains(&*pair.key) {
                    continue;
                }
                self.intake.count_edge()?;
                let Some(name) = self.intake.kept(&pair.key, pair.line) else {
                    continue;
                };
                let range = pair
                    .node
                    .text()
                    .and_then(|range| self.intake.kept(range, pair.line))
                    .map(str::to_owned);
                edges.push(Edge {
                    name: name.to_owned(),
                    range,
                    kind: EdgeKind::Peer,
                    to: None,
                });
            }
            if let Some(package) = self.gathered.packages.get_mut(at) {
                package.edges = edges;
            }
        }
        Ok(())
    }

    /// The projects: `importers`, or before workspaces the document itself.
    fn projects(&mut self, document: &'n Node<'n>) -> Result<(), ParseLockfileError> {
        let catalogs = Catalogs::of(document);
        let mut projects: Vec<(&str, u32, &Node<'_>)> = Vec::new();
        if document.get("importers").is_some() {
            projects.extend(
                self.section(document, "importers")
                    .iter()
                    .map(|pair| (&*pair.key, pair.line, &pair.node)),
            );
        } else {
            projects.push((".", document.line, document));
        }
        let workspaces: HashMap<&str, u32> = projects.iter().map(|(path, line, _)| (*path, *line)).collect();
        let mut links = Links::default();
        for (path, _, node) in &projects {
            self.intake.count_entry()?;
            let edges = self.project_edges(path, node, &catalogs, &workspaces, &mut links)?;
            let path = if *path == "." { "" } else { path };
            // pnpm's own document speaks for the same project as the one that follows.
            let own = self.gathered.own_root.filter(|_| path.is_empty());
            match own.and_then(|own| self.gathered.roots.get_mut(own)) {
                Some(known) => known.edges.extend(edges),
                None => {
                    if path.is_empty() {
                        self.gathered.own_root = Some(self.gathered.roots.len());
                    }
                    self.gathered.roots.push(Root {
                        path: path.to_owned(),
                        name: None,
                        edges,
                    });
                }
            }
        }
        self.gathered
            .said
            .resize(self.gathered.packages.len(), Said::default());
        let edges_of: HashMap<&str, &Vec<Edge>> = self
            .gathered
            .roots
            .iter()
            .map(|root| (root.path.as_str(), &root.edges))
            .collect();
        for (path, at) in links.all() {
            if let (Some(edges), Some(package)) = (edges_of.get(path), self.gathered.packages.get_mut(at)) {
                package.edges = (*edges).clone();
            }
        }
        Ok(())
    }

    fn project_edges(
        &mut self,
        folder: &str,
        node: &'n Node<'n>,
        catalogs: &Catalogs<'n>,
        workspaces: &HashMap<&str, u32>,
        links: &mut Links,
    ) -> Result<Vec<Edge>, ParseLockfileError> {
        let specifiers = Index::of(node.get("specifiers"));
        let mut edges = Vec::new();
        for (map, kind) in PROJECT_MAPS {
            for pair in self.map(node, map) {
                self.intake.count_edge()?;
                let Some(reference) = self.reference(pair) else {
                    continue;
                };
                let Some(name) = self.intake.kept(&pair.key, pair.line) else {
                    continue;
                };
                let specifier = pair
                    .node
                    .get("specifier")
                    .or_else(|| specifiers.get(name))
                    .and_then(Node::text);
                let range = specifier
                    .map(|specifier| catalogs.range(specifier, name))
                    .and_then(|range| self.intake.kept(range, pair.line));
                let to = match reference.strip_prefix("link:") {
                    Some(path) => Some(links.entry(
                        &mut self.gathered.packages,
                        folder,
                        path,
                        name,
                        pair.line,
                        workspaces,
                    )),
                    None => self.answer(name, reference, pair.line),
                };
                edges.push(Edge {
                    name: name.to_owned(),
                    range: range.map(str::to_owned),
                    kind: *kind,
                    to,
                });
            }
        }
        Ok(edges)
    }

    /// What a dependency was resolved to: the value itself, or its `version`.
    fn reference(&mut self, pair: &'n Pair<'n>) -> Option<&'n str> {
        let found = pair
            .node
            .text()
            .or_else(|| pair.node.get("version").and_then(Node::text));
        if found.is_none() {
            self.intake.flaw_of(
                "wrong-type",
                pair.line,
                &format!("a dependency that is {}", pair.node.kind()),
                &pair.key,
            );
        }
        found
    }

    fn answer(&mut self, name: &str, reference: &str, line: u32) -> Option<usize> {
        let key = keys::target(name, reference, self.grammar)?;
        let found = self.by_key.get(&*key).copied();
        if found.is_none() {
            self.intake.flaw_of(
                "missing-entry",
                line,
                "a dependency on an entry that is not there",
                &key,
            );
        }
        found
    }

    /// The pairs of a top-level section; another kind of node is a defect.
    fn section(&mut self, document: &'n Node<'n>, name: &str) -> &'n [Pair<'n>] {
        self.map(document, name)
    }

    fn map(&mut self, node: &'n Node<'n>, name: &str) -> &'n [Pair<'n>] {
        let Some(found) = node.get(name) else { return &[] };
        if !matches!(found.value, Value::Map(_) | Value::Null) {
            self.intake.flaw(
                "wrong-type",
                found.line,
                format!("`{name}` is {}, not a map", found.kind()),
            );
        }
        found.pairs()
    }
}

/// The ranges that a workspace keeps in one place.
struct Catalogs<'n>(HashMap<&'n str, Index<'n, 'n>>);

impl<'n> Catalogs<'n> {
    fn of(document: &'n Node<'n>) -> Self {
        let pairs = document.get("catalogs").map(Node::pairs).unwrap_or_default();
        Self(
            pairs
                .iter()
                .map(|pair| (&*pair.key, Index::of(Some(&pair.node))))
                .collect(),
        )
    }

    /// The range behind `catalog:` or `catalog:<name>`; any other specifier is its own.
    fn range<'s>(&self, specifier: &'s str, name: &str) -> &'s str
    where
        'n: 's,
    {
        let Some(catalog) = specifier.strip_prefix("catalog:") else {
            return specifier;
        };
        let catalog = if catalog.is_empty() { "default" } else { catalog };
        let entry = self.0.get(catalog).and_then(|entries| entries.get(name));
        entry
            .and_then(|entry| entry.get("specifier")?.text())
            .unwrap_or(specifier)
    }
}
