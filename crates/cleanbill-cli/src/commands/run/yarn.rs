//! A global folder of its own for Yarn 2 and later, which keeps documents there by host without port: those of an
//! earlier gate on this machine would be taken for this one's. It knows nothing of what Yarn puts in.
use std::{
    fs, io,
    path::{Path, PathBuf},
};

use tempfile::TempDir;

use crate::{compose::read_text, world::World};

/// Where the documents lie in a global folder.
const DOCUMENTS: &str = "metadata";
/// Where the bytes lie in it; they are kept by content, and are this account's to keep.
const BYTES: &str = "cache";
/// Largest settings file, manifest or head of a lockfile that is looked into.
const MAX_TEXT: usize = 64 * 1024 * 1024;
/// Most entries of a global folder that are linked; Yarn makes a handful.
const MAX_ENTRIES: usize = 64;

/// The variable, and a folder for it that lives as long as the value: all of the account's own but the documents.
/// `None` where the project is not one of Yarn 2 or later, or no folder can be made.
pub(super) fn own_global_folder(folder: &Path, world: &World) -> Option<(&'static str, TempDir)> {
    if !is_for_berry(folder) {
        return None;
    }
    let own = tempfile::Builder::new()
        .prefix("cleanbill-yarn-")
        .tempdir()
        .ok()?;
    if let Some(real) = global_folder(folder, world) {
        // Without the links Yarn fetches again what it has: slower, and nothing worse.
        if let Err(error) = link_all(&real, own.path()) {
            tracing::debug!(target: "cleanbill", reason = %error, "Yarn starts with an empty cache");
        }
    }
    Some(("YARN_GLOBAL_FOLDER", own))
}

/// True where a project says that its Yarn is a later one. Yarn 1 means another thing by the variable.
fn is_for_berry(folder: &Path) -> bool {
    folder.ancestors().any(|folder| {
        let text = |name: &str| read_text(&folder.join(name), MAX_TEXT).ok().flatten();
        let manager = text("package.json")
            .and_then(|text| serde_json::from_str::<serde_json::Value>(&text).ok())
            .and_then(|manifest| Some(manifest.get("packageManager")?.as_str()?.to_owned()));
        folder.join(".yarnrc.yml").is_file()
            || text("yarn.lock").is_some_and(|text| !text.contains("# yarn lockfile v1"))
            || manager.is_some_and(|manager| manager.starts_with("yarn@") && !manager.starts_with("yarn@1."))
    })
}

/// The account's own, as Yarn looks for it: the environment, the nearest settings that name one, its default.
fn global_folder(folder: &Path, world: &World) -> Option<PathBuf> {
    if let Some(named) = world.variable("YARN_GLOBAL_FOLDER") {
        return Some(folder.join(named));
    }
    let homes = world.home.as_deref();
    for folder in folder.ancestors().chain(homes) {
        let text = read_text(&folder.join(".yarnrc.yml"), MAX_TEXT).ok().flatten();
        let named = text.as_deref().and_then(|text| {
            let line = text.lines().find_map(|line| line.strip_prefix("globalFolder:"))?;
            Some(line.trim().trim_matches(['"', '\'']).to_owned())
        });
        if let Some(named) = named.filter(|named| !named.is_empty() && !named.contains('$')) {
            return Some(folder.join(named));
        }
    }
    if cfg!(windows) {
        return Some(PathBuf::from(world.variable("LOCALAPPDATA")?).join("Yarn/Berry"));
    }
    match world.variable("XDG_DATA_HOME") {
        Some(data) => Some(PathBuf::from(data).join("yarn/berry")),
        None => Some(homes?.join(".yarn/berry")),
    }
}

fn link_all(real: &Path, own: &Path) -> io::Result<()> {
    fs::create_dir_all(real.join(BYTES))?;
    for entry in fs::read_dir(real)?.take(MAX_ENTRIES) {
        let entry = entry?;
        if entry.file_name() != DOCUMENTS {
            link(&entry.path(), &own.join(entry.file_name()))?;
        }
    }
    Ok(())
}

#[cfg(unix)]
fn link(to: &Path, at: &Path) -> io::Result<()> {
    std::os::unix::fs::symlink(to, at)
}

#[cfg(windows)]
fn link(to: &Path, at: &Path) -> io::Result<()> {
    if to.is_dir() {
        std::os::windows::fs::symlink_dir(to, at)
    } else {
        std::os::windows::fs::symlink_file(to, at)
    }
}
