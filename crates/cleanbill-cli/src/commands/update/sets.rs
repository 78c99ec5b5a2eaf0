//! The log of what a project had installed: its lockfile and what its manifests asked for, after each run that looked
//! at it. It judges nothing; whether a set is good is asked when one is wanted back.
use std::{
    fs, io,
    path::{Path, PathBuf},
};

use cleanbill_engine::{NamedLockfile, Subject};
use cleanbill_lockfile::limits::MAX_LOCKFILE_BYTES;
use cleanbill_model::{Judgement, Timestamp, Verdict};
use cleanbill_update::{
    apply::client::Client,
    project::{Ask, held},
};
use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};

use crate::{
    cli::Common,
    compose::{self, Session},
    discover::Found,
    output,
    world::World,
};

/// Sets kept of one lockfile. A bad release is found within days; ten runs reach back further than that.
const MAX_SETS: usize = 10;
/// Projects remembered; beyond that the one longest not looked at is forgotten.
const MAX_PROJECTS: usize = 300;
/// Lockfiles of one audit whose sets are kept; a run over more is a survey, and no project's own.
const MAX_AUDITED: usize = 16;
/// Largest set read: a lockfile's text, escaped, and its requests.
const MAX_SET_BYTES: usize = 2 * MAX_LOCKFILE_BYTES;
/// Hexadecimal digits of a project's place and of a text's digest: they tell ten files apart, and guard nothing.
const DIGITS: usize = 16;

/// What was installed at some time.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Set {
    v: u32,
    /// When it was looked at.
    pub taken: Timestamp,
    /// The lockfile, whole.
    pub text: String,
    /// What the manifests asked for.
    pub asks: Vec<Line>,
}

/// One request of a manifest.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Line {
    /// The manifest's folder.
    pub folder: String,
    /// The map it stands in.
    pub map: String,
    /// The name it stands under.
    pub key: String,
    /// The specifier.
    pub specifier: String,
}

impl Line {
    /// The request as a line.
    #[must_use]
    pub fn of(ask: &Ask) -> Self {
        Self {
            folder: ask.folder.clone(),
            map: ask.map.to_owned(),
            key: ask.key.clone(),
            specifier: ask.specifier.clone(),
        }
    }
}

/// Keeps what the project has now. A log that cannot be written is told and fails nothing.
pub fn remember(session: &Session, common: &Common, world: &World, found: &Found, named: &NamedLockfile) {
    if let Err(error) = write(session, world, found, named) {
        let told = format!(
            "note: this set of releases is not kept ({error}); `cleanbill update --roll-back` will not know it"
        );
        output::remark(&told, common);
    }
}

/// Keeps what an audit found nothing against: a set that is known to be good.
pub fn remember_clean(
    session: &Session,
    common: &Common,
    world: &World,
    found: &[Found],
    judged: &[(Subject, Judgement)],
) {
    if found.len() > MAX_AUDITED
        || judged
            .iter()
            .any(|(_, judgement)| judgement.verdict != Verdict::Allow)
    {
        return;
    }
    for found in found {
        if let Ok(named) = &found.lockfile
            && Client::of_format(named.lockfile.format).is_some()
        {
            remember(session, common, world, found, named);
        }
    }
}

fn write(session: &Session, world: &World, found: &Found, named: &NamedLockfile) -> io::Result<()> {
    let text = compose::read_text(&found.file, MAX_LOCKFILE_BYTES)
        .map_err(|failure| io::Error::other(failure.what))?
        .unwrap_or_default();
    let folder = folder(world, &found.file)?;
    if !folder.exists() {
        make_room(folder.parent())?;
    }
    fs::create_dir_all(&folder)?;
    let digest = hex(text.as_bytes());
    let names = names(&folder)?;
    if names
        .last()
        .is_some_and(|last| last.ends_with(&format!("-{digest}.json")))
    {
        return Ok(());
    }
    let asks = held(&named.lockfile)
        .iter()
        .flat_map(|held| held.asks.iter().map(Line::of))
        .collect();
    let set = Set {
        v: 1,
        taken: session.now,
        text,
        asks,
    };
    let draft = tempfile::NamedTempFile::new_in(&folder)?;
    serde_json::to_writer(io::BufWriter::new(draft.as_file()), &set)?;
    let name = format!("{:016}-{digest}.json", session.now.as_millis().max(0));
    draft.persist(folder.join(name)).map_err(|error| error.error)?;
    for old in names.iter().take((names.len() + 1).saturating_sub(MAX_SETS)) {
        fs::remove_file(folder.join(old))?;
    }
    Ok(())
}

/// What is known of the lockfile at `file`, newest first. A damaged set is passed over.
///
/// # Errors
/// When the log cannot be read.
pub fn all(world: &World, file: &Path) -> io::Result<Vec<Set>> {
    let folder = folder(world, file)?;
    let mut sets = Vec::new();
    for name in names(&folder)?.iter().rev() {
        let text = compose::read_text(&folder.join(name), MAX_SET_BYTES)
            .map_err(|failure| io::Error::other(failure.what))?;
        let set: Option<Set> = text.and_then(|text| serde_json::from_str(&text).ok());
        sets.extend(set.filter(|set| set.v == 1));
    }
    Ok(sets)
}

/// Removes the logs of the projects longest not looked at where there are too many.
fn make_room(parent: Option<&Path>) -> io::Result<()> {
    let Some(parent) = parent.filter(|parent| parent.exists()) else {
        return Ok(());
    };
    let mut logs: Vec<_> = fs::read_dir(parent)?
        .filter_map(|entry| {
            let entry = entry.ok()?;
            Some((entry.metadata().ok()?.modified().ok()?, entry.path()))
        })
        .collect();
    logs.sort();
    let over = (logs.len() + 1).saturating_sub(MAX_PROJECTS);
    for (_, log) in logs.into_iter().take(over) {
        fs::remove_dir_all(log)?;
    }
    Ok(())
}

fn folder(world: &World, file: &Path) -> io::Result<PathBuf> {
    let place = file.canonicalize()?;
    let digest = hex(place.as_os_str().as_encoded_bytes());
    Ok(world.state_folder().join("update-sets-v1").join(digest))
}

/// The files of a log, oldest first.
fn names(folder: &Path) -> io::Result<Vec<String>> {
    let entries = match fs::read_dir(folder) {
        Ok(entries) => entries,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
        Err(error) => return Err(error),
    };
    let mut names: Vec<String> = entries
        .filter_map(|entry| entry.ok()?.file_name().into_string().ok())
        .filter(|name| name.ends_with(".json"))
        .collect();
    names.sort();
    Ok(names)
}

/// The first digits of the digest of `bytes`, for the name of a file.
#[must_use]
pub fn hex(bytes: &[u8]) -> String {
    Sha256::digest(bytes)
        .iter()
        .take(DIGITS / 2)
        .map(|byte| format!("{byte:02x}"))
        .collect()
}
