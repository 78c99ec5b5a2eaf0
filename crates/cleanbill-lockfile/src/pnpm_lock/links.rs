//! Folders that a project links to. pnpm writes no entry for them, so they get one here: a workspace where
//! the folder is one, else a link.
//! It knows paths as text and asks no disk.
use std::collections::HashMap;

use cleanbill_model::{PackageName, Untrusted};

use crate::{Locked, Origin, Scope, limits::MAX_DEPTH};

/// The entries made so far, by the path from the lockfile's folder.
#[derive(Default)]
pub(super) struct Links {
    by_path: HashMap<String, usize>,
}

impl Links {
    /// The index of the entry for `link:<path>`, asked for as `name` by the project in `folder`.
    pub(super) fn entry(
        &mut self,
        packages: &mut Vec<Locked>,
        folder: &str,
        path: &str,
        name: &str,
        line: u32,
        workspaces: &HashMap<&str, u32>,
    ) -> usize {
        let whole = join(folder, path);
        if let Some(&known) = self.by_path.get(&whole) {
            return known;
        }
        let (origin, line) = match workspaces.get(whole.as_str()) {
            Some(&line) => (Origin::Workspace { path: whole.clone() }, line),
            None => (Origin::Link { path: whole.clone() }, line),
        };
        let at = packages.len();
        packages.push(Locked {
            name: PackageName::parse(name).ok(),
            alias: None,
            version: None,
            origin,
            integrity: None,
            edges: Vec::new(),
            scope: Scope::Runtime,
            optional: false,
            has_install_script: None,
            line,
            key: Untrusted::new(format!("link:{path}")),
        });
        self.by_path.insert(whole, at);
        at
    }

    /// Paths and entries.
    pub(super) fn all(&self) -> impl Iterator<Item = (&str, usize)> {
        self.by_path.iter().map(|(path, at)| (path.as_str(), *at))
    }
}

/// `path` seen from `folder`, without `.` and with `..` undone where a step is there to undo.
fn join(folder: &str, path: &str) -> String {
    if path.starts_with('/') || path.len() > 2 * crate::limits::MAX_FIELD_BYTES {
        return path.to_owned();
    }
    let mut steps: Vec<&str> = Vec::new();
    for step in folder
        .split('/')
        .chain(path.split('/'))
        .filter(|step| !step.is_empty() && *step != ".")
    {
        if step == ".." && steps.last().is_some_and(|last| *last != "..") {
            steps.pop();
        } else if steps.len() < MAX_DEPTH {
            steps.push(step);
        }
    }
    steps.join("/")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_is_seen_from_its_project() {
        assert_eq!(join("packages/a", "../b"), "packages/b");
        assert_eq!(join(".", "packages/b"), "packages/b");
        assert_eq!(join("", "../out"), "../out");
        assert_eq!(join("a", "../../out"), "../out");
        assert_eq!(join("a", "/abs"), "/abs");
    }
}
