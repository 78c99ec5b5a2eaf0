//! Finds lockfiles below the paths a user names, and reads them within limits.
//! What a `.gitignore` leaves out is left out, and so is what package managers unpack.
use std::{
    fs::File,
    io::Read as _,
    path::{Path, PathBuf},
    sync::Arc,
};

use cleanbill_engine::NamedLockfile;
use cleanbill_lockfile::{FORMATS, ParseLockfileError, limits::MAX_LOCKFILE_BYTES};
use ignore::WalkBuilder;
use rayon::prelude::*;

use crate::{failure::Failure, manifests, world::World};

/// Folders never searched: what lies in them was unpacked, not written.
const SKIPPED: [&str; 3] = ["node_modules", ".git", ".yarn"];
/// Deepest folder searched below a path.
const MAX_FOLDER_DEPTH: usize = 64;

/// A lockfile that was found: its text, and what it holds or why it cannot be read.
pub struct Found {
    /// The path as its user would write it.
    pub path: Arc<str>,
    /// The file on disk.
    pub file: PathBuf,
    /// Its text, for frames; empty where it is not UTF-8 or too large.
    pub text: String,
    /// What it holds.
    pub lockfile: Result<NamedLockfile, ParseLockfileError>,
}

/// Finds and reads every lockfile at or below `paths`.
///
/// # Errors
/// When a path does not exist, or no lockfile is found at all.
pub fn discover(paths: &[PathBuf], world: &World) -> Result<Vec<Found>, Failure> {
    let mut files = Vec::new();
    for path in paths {
        let full = world.folder.join(path);
        if full.is_file() {
            files.push(full);
        } else if full.is_dir() {
            walk(&full, &mut files);
        } else {
            return Err(
                Failure::usage(format!("no such file or folder: `{}`", path.display()))
                    .hint("name a lockfile, or a folder with one at or below it"),
            );
        }
    }
    files.sort();
    files.dedup();
    if files.is_empty() {
        let named: Vec<String> = paths.iter().map(|path| format!("`{}`", path.display())).collect();
        return Err(
            Failure::usage(format!("no lockfile at or below {}", named.join(", ")))
                .hint("run the command where the lockfile is, or let your package manager write one first"),
        );
    }
    files.par_iter().map(|file| read(file, world)).collect()
}

fn walk(folder: &Path, files: &mut Vec<PathBuf>) {
    let names: Vec<&str> = FORMATS
        .iter()
        .flat_map(|format| format.file_names())
        .copied()
        .collect();
    let walker = WalkBuilder::new(folder)
        .hidden(false)
        .require_git(false)
        .max_depth(Some(MAX_FOLDER_DEPTH))
        .filter_entry(|entry| !SKIPPED.iter().any(|skipped| entry.file_name() == *skipped))
        .build();
    for entry in walker.filter_map(Result::ok) {
        let is_file = entry.file_type().is_some_and(|kind| kind.is_file());
        if is_file
            && entry
                .file_name()
                .to_str()
                .is_some_and(|name| names.contains(&name))
        {
            files.push(entry.into_path());
        }
    }
}

/// Reads one lockfile; it never reads beyond the limit, whatever the file claims to be.
fn read(file: &Path, world: &World) -> Result<Found, Failure> {
    let path: Arc<str> = Arc::from(world.shown(file));
    let cannot =
        |error: &std::io::Error| Failure::usage(format!("cannot read lockfile `{path}`")).because(error);
    let limit = u64::try_from(MAX_LOCKFILE_BYTES).unwrap_or(u64::MAX);
    let mut bytes = Vec::new();
    File::open(file)
        .map_err(|e| cannot(&e))?
        .take(limit + 1)
        .read_to_end(&mut bytes)
        .map_err(|e| cannot(&e))?;
    let name = file
        .file_name()
        .and_then(|name| name.to_str())
        .unwrap_or_default();
    let lockfile = cleanbill_lockfile::parse(name, &bytes).map(|mut lockfile| {
        manifests::add(&mut lockfile, file);
        NamedLockfile {
            path: Arc::clone(&path),
            lockfile,
        }
    });
    Ok(Found {
        path,
        file: file.to_owned(),
        text: String::from_utf8(bytes).unwrap_or_default(),
        lockfile,
    })
}

/// The lockfile npm keeps inside `node_modules`, where there is one that can be read.
#[must_use]
pub fn read_installed(file: &Path) -> Option<cleanbill_lockfile::Lockfile> {
    let limit = u64::try_from(MAX_LOCKFILE_BYTES).unwrap_or(u64::MAX);
    let mut bytes = Vec::new();
    File::open(file)
        .ok()?
        .take(limit + 1)
        .read_to_end(&mut bytes)
        .ok()?;
    cleanbill_lockfile::parse(file.file_name()?.to_str()?, &bytes).ok()
}
