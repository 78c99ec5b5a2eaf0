//! The folders of an installed tree, and Node's way of finding a package in them.
//! It knows where an entry lies, not what it is.
use std::collections::HashMap;

use crate::limits::{MAX_DEPTH, MAX_ENTRIES};

/// A place in the tree.
pub(crate) type NodeId = usize;

/// The root of the project.
pub(crate) const ROOT: NodeId = 0;

/// Most places kept: an entry and the plain folders above it.
const MAX_NODES: usize = 2 * MAX_ENTRIES;

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
enum Step {
    /// Below `node_modules`.
    Package,
    /// A plain folder.
    Folder,
}

#[derive(Debug)]
struct Node {
    /// Where Node looks next; `None` above and beside the project, where its `node_modules` is not seen.
    above: Option<NodeId>,
    entry: Option<usize>,
    /// Most packages have nothing below them, and a flag is quicker than a look into the map.
    is_leaf: bool,
}

/// Places by path, each with the entry that lies there.
#[derive(Debug)]
pub(crate) struct Tree<'k> {
    nodes: Vec<Node>,
    below: HashMap<(NodeId, Step, &'k str), NodeId>,
}

impl<'k> Tree<'k> {
    pub(crate) fn with_capacity(entries: usize) -> Self {
        let mut nodes = Vec::with_capacity(entries + 1);
        nodes.push(Node {
            above: None,
            entry: None,
            is_leaf: true,
        });
        Self {
            nodes,
            below: HashMap::with_capacity(entries),
        }
    }

    /// The place of a path such as `packages/a/node_modules/@s/b`, made where it is not there yet.
    /// `None` when it is deeper than [`MAX_DEPTH`] or the tree is full.
    pub(crate) fn place(&mut self, path: &'k str) -> Option<NodeId> {
        let mut node = ROOT;
        for (depth, (step, name)) in steps(path).enumerate() {
            if depth >= MAX_DEPTH {
                return None;
            }
            node = self.step(node, step, name)?;
        }
        Some(node)
    }

    /// The place of a path of install names such as `a/@s/b`, made where it is not there yet.
    pub(crate) fn place_names(&mut self, path: &'k str) -> Option<NodeId> {
        let mut node = ROOT;
        let mut rest = path;
        for _ in 0..MAX_DEPTH {
            let (name, tail) = first_name(rest);
            node = self.step(node, Step::Package, name)?;
            if tail.is_empty() {
                return Some(node);
            }
            rest = tail;
        }
        None
    }

    /// True when the place lies below another package.
    pub(crate) fn is_nested(&self, node: NodeId) -> bool {
        self.nodes
            .get(node)
            .and_then(|node| node.above)
            .is_some_and(|above| above != ROOT)
    }

    /// The place of a path that is there already.
    pub(crate) fn find(&self, path: &str) -> Option<NodeId> {
        let mut node = ROOT;
        for (step, name) in steps(path).take(MAX_DEPTH + 1) {
            node = *self.below.get(&(node, step, name))?;
        }
        Some(node)
    }

    /// The place of the package `name` right below `node`, made where it is not there yet.
    pub(crate) fn child(&mut self, node: NodeId, name: &'k str) -> Option<NodeId> {
        self.step(node, Step::Package, name)
    }

    /// The place of the package `name` right below `node`, where there is one.
    pub(crate) fn child_of(&self, node: NodeId, name: &str) -> Option<NodeId> {
        if self.nodes.get(node).is_none_or(|node| node.is_leaf) {
            return None;
        }
        self.below.get(&(node, Step::Package, name)).copied()
    }

    pub(crate) fn set(&mut self, node: NodeId, entry: usize) {
        if let Some(node) = self.nodes.get_mut(node) {
            node.entry = Some(entry);
        }
    }

    pub(crate) fn entry(&self, node: NodeId) -> Option<usize> {
        self.nodes.get(node).and_then(|node| node.entry)
    }

    /// The entry that `name` finds from `node`: its own `node_modules`, then that of each folder above.
    pub(crate) fn resolve(&self, node: NodeId, name: &str) -> Option<usize> {
        self.above(node)
            .find_map(|node| self.entry(self.child_of(node, name)?))
    }

    /// The place itself and those above it.
    pub(crate) fn above(&self, node: NodeId) -> impl Iterator<Item = NodeId> {
        std::iter::successors(Some(node), |&node| {
            self.nodes.get(node).and_then(|node| node.above)
        })
    }

    fn step(&mut self, from: NodeId, step: Step, name: &'k str) -> Option<NodeId> {
        if let Some(&known) = self.below.get(&(from, step, name)) {
            return Some(known);
        }
        if self.nodes.len() >= MAX_NODES {
            return None;
        }
        let above = (step == Step::Package || name != "..").then_some(from);
        let node = self.nodes.len();
        self.nodes.push(Node {
            above,
            entry: None,
            is_leaf: true,
        });
        if let Some(from) = self.nodes.get_mut(from) {
            from.is_leaf = false;
        }
        self.below.insert((from, step, name), node);
        Some(node)
    }
}

/// The install name at the end of a path, when it ends in `node_modules/` and a package name.
pub(crate) fn install_name(path: &str) -> Option<&str> {
    let (above, name) = path.rsplit_once('/')?;
    let (above, from) = match above.rfind('/').map_or(("", above), |at| above.split_at(at)) {
        (rest, last) if last.trim_start_matches('/').starts_with('@') => {
            (rest, above.len() - last.trim_start_matches('/').len())
        }
        _ => (above, path.len() - name.len()),
    };
    let is_package = above == "node_modules" || above.ends_with("/node_modules");
    path.get(from..).filter(|_| is_package && !name.is_empty())
}

/// The package name a path begins with, and what follows the slash behind it.
fn first_name(path: &str) -> (&str, &str) {
    let mut end = path.find('/').unwrap_or(path.len());
    if path.starts_with('@') && end < path.len() {
        let bare = path.get(end + 1..).unwrap_or_default();
        end += 1 + bare.find('/').unwrap_or(bare.len());
    }
    let (name, tail) = path.split_at_checked(end).unwrap_or((path, ""));
    (name, tail.strip_prefix('/').unwrap_or(tail))
}

/// A path cut into packages and plain folders.
fn steps(path: &str) -> impl Iterator<Item = (Step, &str)> {
    let mut rest = path;
    std::iter::from_fn(move || {
        if rest.is_empty() {
            return None;
        }
        let package = rest.strip_prefix("node_modules/");
        let (step, from) = package.map_or((Step::Folder, rest), |rest| (Step::Package, rest));
        let (name, tail) = match step {
            Step::Package => first_name(from),
            Step::Folder => from.split_once('/').unwrap_or((from, "")),
        };
        rest = tail;
        Some((step, name))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tree(paths: &[&'static str]) -> Tree<'static> {
        let mut tree = Tree::with_capacity(paths.len());
        for (entry, path) in paths.iter().enumerate() {
            let node = tree.place(path).unwrap();
            tree.set(node, entry);
        }
        tree
    }

    #[test]
    fn the_nearest_folder_wins_and_a_sibling_is_not_seen() {
        let tree = tree(&[
            "node_modules/a",
            "node_modules/b",
            "node_modules/b/node_modules/a",
            "node_modules/@s/c",
        ]);
        let at = |path| tree.find(path).unwrap();
        assert_eq!(tree.resolve(ROOT, "a"), Some(0));
        assert_eq!(tree.resolve(at("node_modules/b"), "a"), Some(2));
        assert_eq!(tree.resolve(at("node_modules/b/node_modules/a"), "a"), Some(2));
        assert_eq!(tree.resolve(at("node_modules/@s/c"), "a"), Some(0));
        assert_eq!(tree.resolve(ROOT, "@s/c"), Some(3));
        assert_eq!(tree.resolve(ROOT, "none"), None);
    }

    #[test]
    fn a_workspace_sees_its_own_then_the_root_and_a_folder_outside_never_does() {
        let tree = tree(&[
            "node_modules/a",
            "packages/x",
            "packages/x/node_modules/b",
            "../out",
            "../out/node_modules/c",
            "../node_modules/d",
        ]);
        let x = tree.find("packages/x").unwrap();
        assert_eq!((tree.resolve(x, "b"), tree.resolve(x, "a")), (Some(2), Some(0)));
        let out = tree.find("../out").unwrap();
        assert_eq!(
            (tree.resolve(out, "c"), tree.resolve(out, "d")),
            (Some(4), Some(5))
        );
        assert_eq!(tree.resolve(out, "a"), None);
    }

    #[test]
    fn too_deep_a_path_has_no_place() {
        let path: &'static str = "node_modules/a/".repeat(MAX_DEPTH + 1).leak();
        assert_eq!(Tree::with_capacity(0).place(path.trim_end_matches('/')), None);
    }

    #[test]
    fn an_install_name_follows_the_last_folder() {
        assert_eq!(install_name("node_modules/a/node_modules/@s/b"), Some("@s/b"));
        assert_eq!(install_name("packages/a"), None);
        assert_eq!(install_name("packages/my_node_modules/a"), None);
        assert_eq!(install_name("node_modules/@s/b"), Some("@s/b"));
        assert_eq!(install_name("node_modules/b"), Some("b"));
        for path in [
            "",
            "node_modules/",
            "node_modules",
            "node_modules/a/lib",
            "@s/b",
            "node_modules/@s/",
        ] {
            assert_eq!(install_name(path), None, "{path}");
        }
    }
}
