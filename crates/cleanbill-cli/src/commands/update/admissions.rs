//! Young releases that came with a fix, let in by name, for one project and until each one's own cooldown ends: kept in
//! the user's state folder, where no project can write itself an exception. It judges nothing.
use std::{
    fs, io,
    path::{Path, PathBuf},
};

use cleanbill_model::{PackageName, Purl, Timestamp, Version};
use cleanbill_policy::Waiver;
use serde::{Deserialize, Serialize};

use super::sets::hex;
use crate::{compose, world::World};

/// The audit an admission speaks to; a name that is itself young is never let in.
const AUDIT: &str = "release-young";
/// Longest list read; a fix brings in a few.
const MAX_LIST_BYTES: usize = 1024 * 1024;
/// Most admissions of one project kept.
const MAX_ADMITTED: usize = 500;

/// One admission.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Admitted {
    /// The package.
    pub name: PackageName,
    /// The one version.
    pub version: Version,
    /// When it ends.
    pub until: Timestamp,
    /// What it came for.
    pub reason: String,
}

impl Admitted {
    /// `name@version`.
    #[must_use]
    pub fn spec(&self) -> String {
        Purl::new(self.name.clone(), self.version.clone()).spec()
    }

    /// It, as the policy takes it.
    #[must_use]
    pub fn waiver(&self) -> Waiver {
        let purl = Purl::new(self.name.clone(), self.version.clone());
        youth(
            &purl,
            self.until,
            self.reason.clone(),
            "the admissions of this project",
        )
    }
}

/// A waiver of a release's youth, until its cooldown ends.
#[must_use]
pub fn youth(purl: &Purl, until: Timestamp, reason: String, place: &str) -> Waiver {
    Waiver {
        name: purl.name.clone(),
        version: purl.version.clone(),
        integrity: None,
        audits: vec![AUDIT.to_owned()],
        reason,
        owner: "cleanbill update".to_owned(),
        until,
        place: place.to_owned(),
    }
}

/// The admissions of the project in `folder` that have not ended at `as_of`. What cannot be read lets nothing in.
#[must_use]
pub fn standing(world: &World, folder: &Path, as_of: Timestamp) -> Vec<Admitted> {
    let mut admitted = read(world, folder).unwrap_or_default();
    admitted.retain(|one| one.until > as_of);
    admitted
}

/// Adds to the admissions of the project in `folder`, and forgets those that have ended.
///
/// # Errors
/// When they cannot be written.
pub fn admit(world: &World, folder: &Path, as_of: Timestamp, new: &[Admitted]) -> io::Result<()> {
    let mut all = standing(world, folder, as_of);
    for one in new {
        all.retain(|other| (&other.name, &other.version) != (&one.name, &one.version));
        all.push(one.clone());
    }
    let over = all.len().saturating_sub(MAX_ADMITTED);
    all.drain(..over);
    let file = place(world, folder)?;
    let parent = file.parent().ok_or(io::ErrorKind::NotFound)?;
    fs::create_dir_all(parent)?;
    let draft = tempfile::NamedTempFile::new_in(parent)?;
    serde_json::to_writer(io::BufWriter::new(draft.as_file()), &all)?;
    draft.persist(file).map(drop).map_err(|error| error.error)
}

fn read(world: &World, folder: &Path) -> Option<Vec<Admitted>> {
    let text = compose::read_text(&place(world, folder).ok()?, MAX_LIST_BYTES).ok()??;
    serde_json::from_str(&text).ok()
}

fn place(world: &World, folder: &Path) -> io::Result<PathBuf> {
    let folder = if folder.as_os_str().is_empty() {
        Path::new(".").canonicalize()?
    } else {
        folder.canonicalize()?
    };
    let name = format!("{}.json", hex(folder.as_os_str().as_encoded_bytes()));
    Ok(world.state_folder().join("admissions-v1").join(name))
}
