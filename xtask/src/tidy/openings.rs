//! Each source file opens by saying what it is for; each pure crate bans the world at its root.
use std::path::PathBuf;

use anyhow::{Context, Result};
use serde::Deserialize;

use crate::tree::Tree;

/// Source files of ours: what is compiled into a crate, without tests, benches and fuzz targets. A module's
/// tests may stand beside it in a `tests.rs`.
pub(crate) fn sources(tree: &Tree) -> Vec<PathBuf> {
    let ours = |path: &PathBuf| {
        let steps: Vec<_> = path.iter().filter_map(|step| step.to_str()).collect();
        let inside = matches!(steps.as_slice(), ["crates", _, "src", ..] | ["xtask", "src", ..]);
        inside && path.extension().is_some_and(|extension| extension == "rs") && !path.ends_with("tests.rs")
    };
    ["crates", "xtask"]
        .into_iter()
        .flat_map(|folder| tree.files(folder))
        .filter(ours)
        .collect()
}

/// Complaints about files that begin without a word, and pure crates that do not ban the world.
pub(crate) fn check(tree: &Tree) -> Result<Vec<String>> {
    let mut complaints = Vec::new();
    for path in sources(tree) {
        if !tree.read(&path)?.starts_with("//!") {
            complaints.push(format!(
                "{}: begin with `//!` and say what the file is for",
                path.display()
            ));
        }
    }
    for name in pure(tree)? {
        let root = format!("crates/{name}/src/lib.rs");
        if !tree.read(&root)?.contains("#![deny(clippy::disallowed_methods)]") {
            complaints.push(format!(
                "{root}: `{name}` is pure; put `#![deny(clippy::disallowed_methods)]` at its root"
            ));
        }
    }
    Ok(complaints)
}

/// Crates of the pure layers.
fn pure(tree: &Tree) -> Result<Vec<String>> {
    #[derive(Deserialize)]
    struct Architecture {
        #[serde(rename = "crate")]
        crates: Vec<Rule>,
        pure: Pure,
    }
    #[derive(Deserialize)]
    struct Rule {
        name: String,
        layer: u8,
    }
    #[derive(Deserialize)]
    struct Pure {
        layers: Vec<u8>,
    }
    let architecture: Architecture =
        toml::from_str(&tree.read("architecture.toml")?).context("cannot read `architecture.toml`")?;
    let pure = |rule: &Rule| architecture.pure.layers.contains(&rule.layer);
    Ok(architecture
        .crates
        .iter()
        .filter(|rule| pure(rule))
        .map(|rule| rule.name.clone())
        .collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_silent_file_and_an_open_root_are_told() {
        let folder = tempfile::tempdir().unwrap();
        let tree = Tree::at(folder.path());
        let architecture = "[[crate]]\nname = \"a\"\nlayer = 0\n[pure]\nlayers = [0]\n";
        tree.write("architecture.toml", architecture).unwrap();
        tree.write("crates/a/src/lib.rs", "//! a\n").unwrap();
        tree.write("crates/a/src/b.rs", "fn b() {}\n").unwrap();
        tree.write("crates/a/tests/c.rs", "fn c() {}\n").unwrap();
        assert_eq!(check(&tree).unwrap().len(), 2);
        tree.write(
            "crates/a/src/lib.rs",
            "//! a\n#![deny(clippy::disallowed_methods)]\n",
        )
        .unwrap();
        tree.write("crates/a/src/b.rs", "//! b\n").unwrap();
        assert!(check(&tree).unwrap().is_empty());
    }
}
