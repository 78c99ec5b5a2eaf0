//! A virtual tree of files: absolute paths with forward slashes, bytes, modes, links.
//! It has no disk behind it and no opinion on what is written.

use std::{
    collections::{BTreeMap, BTreeSet},
    rc::Rc,
};

/// What stands at a path.
#[derive(Debug, Clone)]
pub(crate) struct Leaf {
    pub bytes: Rc<Vec<u8>>,
    pub mode: u32,
    /// Whether the code under rehearsal wrote it.
    pub written: bool,
    /// Whether it holds bytes of the scripted network.
    pub downloaded: bool,
}

#[derive(Debug, Clone, Default)]
pub(crate) struct Tree {
    leaves: BTreeMap<String, Leaf>,
    folders: BTreeSet<String>,
    links: BTreeMap<String, String>,
}

/// Longest path kept; longer ones are cut so that names cannot eat memory.
const PATH: usize = 4096;
/// Links followed before giving up.
const HOPS: usize = 8;

/// Brings any spelling of a path to one form: `C:\a\..\b` becomes `/C:/b`.
pub(crate) fn normalise(path: &str, folder: &str) -> String {
    let path: String = path.chars().take(PATH).collect::<String>().replace('\\', "/");
    let path = path.strip_prefix("file://").unwrap_or(&path).to_owned();
    let drive = path.as_bytes().get(1) == Some(&b':');
    let full = if path.starts_with('/') {
        path
    } else if drive {
        format!("/{path}")
    } else {
        format!("{folder}/{path}")
    };
    let mut parts: Vec<&str> = Vec::new();
    for part in full.split('/') {
        match part {
            "" | "." => {}
            ".." => {
                parts.pop();
            }
            part => parts.push(part),
        }
    }
    format!("/{}", parts.join("/"))
}

pub(crate) fn parent(path: &str) -> &str {
    match path.rfind('/') {
        Some(0) | None => "/",
        Some(at) => path.get(..at).unwrap_or("/"),
    }
}

impl Tree {
    pub fn plant(&mut self, path: &str, bytes: Vec<u8>) {
        self.put(path, bytes, false, false);
    }

    pub fn put(&mut self, path: &str, bytes: Vec<u8>, written: bool, downloaded: bool) {
        let path = self.followed(path);
        self.folder(parent(&path).to_owned());
        let mode = self.leaves.get(&path).map_or(0o644, |leaf| leaf.mode);
        self.leaves.insert(
            path,
            Leaf {
                bytes: Rc::new(bytes),
                mode,
                written,
                downloaded,
            },
        );
    }

    pub fn folder(&mut self, path: String) {
        let mut path = path;
        while path != "/" && self.folders.insert(path.clone()) {
            path = parent(&path).to_owned();
        }
    }

    fn followed(&self, path: &str) -> String {
        let mut path = path.to_owned();
        for _ in 0..HOPS {
            let Some(to) = self.links.get(&path) else { break };
            path.clone_from(to);
        }
        path
    }

    pub fn link(&mut self, path: String, to: String) {
        self.links.insert(path, to);
    }

    pub fn linked(&self, path: &str) -> Option<&str> {
        self.links.get(path).map(String::as_str)
    }

    pub fn leaf(&self, path: &str) -> Option<&Leaf> {
        self.leaves.get(&self.followed(path))
    }

    pub fn is_folder(&self, path: &str) -> bool {
        path == "/" || self.folders.contains(&self.followed(path))
    }

    pub fn list(&self, path: &str) -> Option<Vec<String>> {
        let path = self.followed(path);
        if !self.is_folder(&path) {
            return None;
        }
        let prefix = if path == "/" { path } else { format!("{path}/") };
        let mut names: BTreeSet<String> = BTreeSet::new();
        let below = |key: &String| {
            key.strip_prefix(&prefix)
                .and_then(|rest| rest.split('/').next())
                .map(str::to_owned)
        };
        for key in self
            .leaves
            .range(prefix.clone()..)
            .map(|(key, _)| key)
            .take_while(|key| key.starts_with(&prefix))
        {
            names.extend(below(key));
        }
        for key in self
            .folders
            .range(prefix.clone()..)
            .take_while(|key| key.starts_with(&prefix))
        {
            names.extend(below(key));
        }
        Some(names.into_iter().filter(|name| !name.is_empty()).collect())
    }

    /// Removes a file, or a folder with all below; tells whether anything was there.
    pub fn remove(&mut self, path: &str) -> bool {
        let prefix = format!("{path}/");
        let before = self.leaves.len() + self.folders.len() + self.links.len();
        self.leaves
            .retain(|key, _| key != path && !key.starts_with(&prefix));
        self.folders
            .retain(|key| key != path && !key.starts_with(&prefix));
        self.links.remove(path);
        before != self.leaves.len() + self.folders.len() + self.links.len()
    }

    pub fn rename(&mut self, from: &str, to: &str, copy: bool) -> bool {
        let prefix = format!("{from}/");
        let moved: Vec<(String, Leaf)> = self
            .leaves
            .iter()
            .filter(|(key, _)| *key == from || key.starts_with(&prefix))
            .map(|(key, leaf)| {
                (
                    key.replacen(from, to, 1),
                    Leaf {
                        written: true,
                        ..leaf.clone()
                    },
                )
            })
            .collect();
        let found = !moved.is_empty() || self.is_folder(from);
        if !copy {
            self.remove(from);
        }
        for (key, leaf) in moved {
            self.folder(parent(&key).to_owned());
            self.leaves.insert(key, leaf);
        }
        found
    }

    pub fn chmod(&mut self, path: &str, mode: u32) {
        let path = self.followed(path);
        if let Some(leaf) = self.leaves.get_mut(&path) {
            leaf.mode = mode;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_have_one_form() {
        assert_eq!(normalise("a/../b/./c", "/x"), "/x/b/c");
        assert_eq!(normalise("C:\\Users\\m", "/x"), "/C:/Users/m");
        assert_eq!(normalise("../../../../etc", "/x/y"), "/etc");
        assert_eq!(normalise("file:///a/b", "/x"), "/a/b");
    }

    #[test]
    fn folders_list_what_is_directly_below() {
        let mut tree = Tree::default();
        tree.plant("/a/b/c.js", b"1".to_vec());
        tree.plant("/a/d.js", b"2".to_vec());
        assert_eq!(tree.list("/a"), Some(vec!["b".to_owned(), "d.js".to_owned()]));
        assert_eq!(tree.list("/nowhere"), None);
        assert!(tree.rename("/a/b", "/a/e", false));
        assert!(tree.leaf("/a/e/c.js").is_some());
        assert!(tree.remove("/a"));
        assert!(!tree.remove("/a"));
    }
}
