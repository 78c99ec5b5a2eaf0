//! Lockfiles whose clients fetch the addresses in them as they stand: led to the gate for the time of a
//! command, put back after it, and put back by the next run where this one was killed.
use std::{
    fs,
    net::TcpStream,
    path::{Path, PathBuf},
    time::Duration,
};

use cleanbill_gate::canonical::{Originals, redirect, restore};
use cleanbill_lockfile::limits::MAX_LOCKFILE_BYTES;
use cleanbill_model::PackageName;
use serde::{Deserialize, Serialize};

use crate::{compose::read_text, failure::Failure, world::World};

/// Largest record of one run: the addresses of a lockfile once more.
const MAX_RECORD: usize = MAX_LOCKFILE_BYTES;
/// How long a dead gate's port is asked whether it lives.
const ASK: Duration = Duration::from_millis(300);

/// What a run has changed, kept until it is put back.
#[derive(Serialize, Deserialize)]
struct Record {
    path: PathBuf,
    gate: String,
    originals: Vec<(String, String, String)>,
}

/// Lockfiles that were led to the gate.
pub(super) struct Redirected {
    records: Vec<(PathBuf, PathBuf, Originals)>,
}

/// True for lockfiles whose client takes the addresses in them at their word.
fn takes_at_its_word(name: &str, text: &str) -> bool {
    match name {
        "yarn.lock" => text
            .lines()
            .take(5)
            .any(|line| line.trim() == "# yarn lockfile v1"),
        "bun.lock" | "deno.lock" => true,
        _ => false,
    }
}

const NAMES: [&str; 3] = ["yarn.lock", "bun.lock", "deno.lock"];

/// The lockfiles in `folder` that name addresses past the gate, and how many.
pub(crate) fn bypasses(folder: &Path, gate: &str) -> Vec<(PathBuf, usize)> {
    let gate = gate.trim_end_matches('/');
    NAMES
        .iter()
        .filter_map(|name| {
            let path = folder.join(name);
            let text = read_text(&path, MAX_LOCKFILE_BYTES).ok()??;
            let count = if takes_at_its_word(name, &text) {
                redirect(&text, gate).1.len()
            } else {
                0
            };
            (count > 0).then_some((path, count))
        })
        .collect()
}

/// Leads the lockfiles in `folder` to the gate.
///
/// # Errors
/// When one cannot be read or written; then none is changed for good.
pub(super) fn lead(folder: &Path, gate: &str, world: &World) -> Result<Redirected, Failure> {
    let mut redirected = Redirected { records: Vec::new() };
    for name in NAMES {
        let path = folder.join(name);
        let Some(text) = read_text(&path, MAX_LOCKFILE_BYTES)? else {
            continue;
        };
        if !takes_at_its_word(name, &text) {
            continue;
        }
        let (led, originals) = redirect(&text, gate);
        if originals.is_empty() {
            continue;
        }
        let cannot = |error: std::io::Error| {
            Failure::usage(format!("cannot lead `{}` to the gate", world.shown(&path))).because(&error)
        };
        let record = Record {
            path: path.clone(),
            gate: gate.to_owned(),
            originals: originals
                .iter()
                .map(|((name, file), url)| (name.to_string(), file.clone(), url.clone()))
                .collect(),
        };
        // The record first: whoever is killed in between has changed nothing.
        let kept = keep(&record, world).map_err(cannot)?;
        fs::write(&path, led).map_err(cannot)?;
        redirected.records.push((kept, path, originals));
    }
    Ok(redirected)
}

fn records_folder(world: &World) -> PathBuf {
    world.state_folder().join("run")
}

fn keep(record: &Record, world: &World) -> std::io::Result<PathBuf> {
    let folder = records_folder(world);
    fs::create_dir_all(&folder)?;
    let file = tempfile::Builder::new()
        .prefix("led-")
        .suffix(".json")
        .tempfile_in(&folder)?;
    serde_json::to_writer(file.as_file(), record)?;
    let (_, path) = file.keep().map_err(|error| error.error)?;
    Ok(path)
}

impl Redirected {
    /// What stood in `path` before, for the tarballs it named.
    pub(super) fn original(&self, path: &Path, name: &PackageName, file: &str) -> Option<String> {
        let (_, _, originals) = self.records.iter().find(|(_, led, _)| led == path)?;
        originals.get(&(name.clone(), file.to_owned())).cloned()
    }

    /// Forgets the records, once everything is put back.
    pub(super) fn done(self) {
        for (record, _, _) in self.records {
            // One that stays is looked at again by the next run, which finds nothing to put back.
            let _ = fs::remove_file(record);
        }
    }
}

/// Puts back what runs that were killed have left; gives the files that were mended.
pub(super) fn mend(base: &str, world: &World) -> Vec<PathBuf> {
    let mut mended = Vec::new();
    for entry in fs::read_dir(records_folder(world))
        .into_iter()
        .flatten()
        .filter_map(Result::ok)
    {
        let kept = entry.path();
        let Ok(Some(text)) = read_text(&kept, MAX_RECORD) else {
            continue;
        };
        let Ok(record) = serde_json::from_str::<Record>(&text) else {
            continue;
        };
        let lives = record
            .gate
            .strip_prefix("http://")
            .and_then(|authority| authority.parse().ok())
            .is_some_and(|address| TcpStream::connect_timeout(&address, ASK).is_ok());
        if lives {
            continue;
        }
        if let Ok(Some(now)) = read_text(&record.path, MAX_LOCKFILE_BYTES) {
            let original = |name: &PackageName, file: &str| {
                record
                    .originals
                    .iter()
                    .find(|(of, named, _)| of == name.as_str() && named == file)
                    .map(|(_, _, url)| url.clone())
            };
            if let Some(restored) = restore(&now, &record.gate, base, &original) {
                if fs::write(&record.path, restored).is_err() {
                    continue;
                }
                mended.push(record.path);
            }
        }
        let _ = fs::remove_file(&kept);
    }
    mended
}
