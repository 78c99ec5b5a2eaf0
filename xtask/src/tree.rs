//! The working tree on disk: its root, its files, reading and writing with the path in every error.
//! It knows no file's meaning.
use std::{
    fs,
    path::{Path, PathBuf},
    process::Command,
};

use anyhow::{Context, Result, bail};

/// A tree by its root.
pub(crate) struct Tree {
    root: PathBuf,
}

impl Tree {
    /// The tree this tool was started in by cargo, which says so at run time: a path compiled in would be that
    /// of another working copy where two share a target folder.
    pub(crate) fn here() -> Result<Self> {
        let own = std::env::var_os("CARGO_MANIFEST_DIR").context("start this by `cargo xtask`")?;
        Ok(Self::at(
            Path::new(&own).parent().context("xtask lies in no workspace")?,
        ))
    }

    /// The tree at `root`.
    pub(crate) fn at(root: &Path) -> Self {
        Self {
            root: root.to_owned(),
        }
    }

    /// The absolute path of one in the tree.
    pub(crate) fn path(&self, path: impl AsRef<Path>) -> PathBuf {
        self.root.join(path)
    }

    /// True when there is something at that path.
    pub(crate) fn has(&self, path: impl AsRef<Path>) -> bool {
        self.path(path).exists()
    }

    /// The text of a file.
    pub(crate) fn read(&self, path: impl AsRef<Path>) -> Result<String> {
        let path = self.path(path);
        fs::read_to_string(&path).with_context(|| format!("cannot read `{}`", path.display()))
    }

    /// Writes a file and the folders above it.
    pub(crate) fn write(&self, path: impl AsRef<Path>, text: &str) -> Result<()> {
        let path = self.path(path);
        if let Some(folder) = path.parent() {
            fs::create_dir_all(folder).with_context(|| format!("cannot make `{}`", folder.display()))?;
        }
        fs::write(&path, text).with_context(|| format!("cannot write `{}`", path.display()))
    }

    /// Names of what lies in a folder, sorted; nothing where there is none.
    pub(crate) fn names(&self, folder: impl AsRef<Path>) -> Vec<String> {
        let entries = fs::read_dir(self.path(folder)).into_iter().flatten().flatten();
        let mut names: Vec<String> = entries
            .map(|entry| entry.file_name().to_string_lossy().into_owned())
            .collect();
        names.sort();
        names
    }

    /// Files below a folder, as paths in the tree, sorted; build output is left out.
    pub(crate) fn files(&self, folder: impl AsRef<Path>) -> Vec<PathBuf> {
        let skipped = |name: &std::ffi::OsStr| name == "target" || name == ".git";
        walkdir::WalkDir::new(self.path(folder))
            .sort_by_file_name()
            .into_iter()
            .filter_entry(|entry| !skipped(entry.file_name()))
            .flatten()
            .filter(|entry| entry.file_type().is_file())
            .filter_map(|entry| Some(entry.path().strip_prefix(&self.root).ok()?.to_owned()))
            .collect()
    }

    /// What a command prints, run at the root.
    pub(crate) fn output(&self, command: &str, arguments: &[&str]) -> Result<String> {
        let output = Command::new(command)
            .args(arguments)
            .current_dir(&self.root)
            .output()
            .with_context(|| format!("cannot run `{command}`"))?;
        if !output.status.success() {
            bail!(
                "`{command} {}` failed: {}",
                arguments.join(" "),
                String::from_utf8_lossy(&output.stderr).trim()
            );
        }
        Ok(String::from_utf8_lossy(&output.stdout).into_owned())
    }
}
