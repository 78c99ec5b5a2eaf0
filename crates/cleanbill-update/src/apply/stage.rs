//! A copy of what a client needs to write a lockfile: manifests, lockfiles, settings, patches, and nothing else.
//! The project itself is only read.
use std::{
    fs, io,
    path::{Path, PathBuf},
};

use cleanbill_model::{Age, Timestamp};
use ignore::WalkBuilder;
use tempfile::TempDir;

/// Files copied wherever they lie below the project.
const NAMES: [&str; 14] = [
    "package.json",
    "package-lock.json",
    "npm-shrinkwrap.json",
    "yarn.lock",
    "pnpm-lock.yaml",
    "bun.lock",
    "pnpm-workspace.yaml",
    ".npmrc",
    ".yarnrc",
    ".yarnrc.yml",
    ".pnpmfile.cjs",
    ".pnpmfile.mjs",
    "bunfig.toml",
    "lerna.json",
];
/// Folders copied whole: what a client itself keeps beside the project, and patches a lockfile names.
const FOLDERS: [&str; 4] = [".yarn/releases", ".yarn/plugins", ".yarn/patches", "patches"];
/// Folders never entered.
const SKIPPED: [&str; 3] = ["node_modules", ".git", crate::apply::commit::JOURNAL];
/// Most files copied; the largest public monorepos have some thousand manifests.
const MAX_FILES: usize = 20_000;
/// Most bytes copied: a Yarn release is a few megabytes, lockfiles tens.
const MAX_BYTES: u64 = 512 * 1024 * 1024;

/// What the names of copies begin with.
const PREFIX: &str = "update-";
/// A copy older than this was left by a run that was killed; no call of a client may take a tenth as long.
const ABANDONED: Age = Age::days(1);

/// A copy, deleted when dropped.
#[derive(Debug)]
pub struct Stage {
    folder: TempDir,
}

impl Stage {
    /// Copies `project` into a new folder below `parent`; what runs that were killed left there a day before `now`
    /// is removed.
    ///
    /// # Errors
    /// When something cannot be read or written, or the project is beyond the limits.
    pub fn copy(project: &Path, parent: &Path, now: Timestamp) -> io::Result<Self> {
        fs::create_dir_all(parent)?;
        sweep(parent, now);
        let folder = tempfile::Builder::new().prefix(PREFIX).tempdir_in(parent)?;
        let walker = WalkBuilder::new(project)
            .standard_filters(false)
            .follow_links(false)
            .filter_entry(|entry| !SKIPPED.iter().any(|skipped| entry.file_name() == *skipped))
            .build();
        let (mut files, mut bytes) = (0_usize, 0_u64);
        for entry in walker {
            let entry = entry.map_err(io::Error::other)?;
            let Ok(relative) = entry.path().strip_prefix(project) else {
                continue;
            };
            if entry.path().is_dir() || !wanted(relative) {
                continue;
            }
            files += 1;
            bytes = bytes.saturating_add(entry.metadata().map_err(io::Error::other)?.len());
            if files > MAX_FILES || bytes > MAX_BYTES {
                return Err(io::Error::other(format!(
                    "its manifests and settings go beyond {MAX_FILES} files or {MAX_BYTES} bytes"
                )));
            }
            let to = folder.path().join(relative);
            if let Some(parent) = to.parent() {
                fs::create_dir_all(parent)?;
            }
            fs::copy(entry.path(), to)?;
        }
        Ok(Self { folder })
    }

    /// Where it lies.
    #[must_use]
    pub fn path(&self) -> &Path {
        self.folder.path()
    }

    /// A file of it.
    #[must_use]
    pub fn file(&self, relative: &str) -> PathBuf {
        self.folder.path().join(relative)
    }
}

/// Removes copies that nobody can be working on any more; one that stays costs a little disk and nothing else.
fn sweep(parent: &Path, now: Timestamp) {
    let Ok(entries) = fs::read_dir(parent) else { return };
    for entry in entries.filter_map(Result::ok) {
        let ours = entry
            .file_name()
            .to_str()
            .is_some_and(|name| name.starts_with(PREFIX));
        let modified = entry.metadata().and_then(|metadata| metadata.modified()).ok();
        let since = modified.and_then(|modified| modified.duration_since(std::time::UNIX_EPOCH).ok());
        let Some(millis) = since.and_then(|since| i64::try_from(since.as_millis()).ok()) else {
            continue;
        };
        if ours && now.since(Timestamp::from_millis(millis)) > ABANDONED {
            drop(fs::remove_dir_all(entry.path()));
        }
    }
}

fn wanted(relative: &Path) -> bool {
    let named = relative
        .file_name()
        .and_then(|name| name.to_str())
        .is_some_and(|name| NAMES.contains(&name) || name.ends_with(".tgz"));
    named || FOLDERS.iter().any(|folder| relative.starts_with(folder))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn manifests_and_settings_are_copied_and_nothing_that_was_unpacked() {
        let project = tempfile::tempdir().unwrap();
        for path in [
            "package.json",
            "packages/a/package.json",
            "node_modules/x/package.json",
            "src/index.js",
            ".yarn/releases/yarn.cjs",
            ".npmrc",
        ] {
            let full = project.path().join(path);
            fs::create_dir_all(full.parent().unwrap()).unwrap();
            fs::write(full, path).unwrap();
        }
        let parent = tempfile::tempdir().unwrap();
        let stage = Stage::copy(project.path(), parent.path(), Timestamp::from_millis(0)).unwrap();
        for (path, there) in [
            ("package.json", true),
            ("packages/a/package.json", true),
            (".npmrc", true),
            (".yarn/releases/yarn.cjs", true),
            ("node_modules/x/package.json", false),
            ("src/index.js", false),
        ] {
            assert_eq!(stage.file(path).is_file(), there, "{path}");
        }
        let path = stage.path().to_owned();
        drop(stage);
        assert!(!path.exists());
    }
}
