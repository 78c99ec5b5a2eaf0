//! Reads a replay from its folder, bounded, following no link.
//! It does not know what the files mean beyond their places.
use std::{
    fs::{self, File},
    io::{self, Read as _},
    path::{Path, PathBuf},
};

use cleanbill_model::{PackageName, Version};
use serde_json::{Map, Value};

use crate::{BuildPackageError, Case, Replay, ReplayFile, ReplayPackage, ReplayRelease};

/// Largest file of a replay; real bundles end below this, and a replay lives in a repository.
const MAX_FILE_BYTES: u64 = 64 * 1024 * 1024;
/// Most files of one release; the largest real packages have fewer.
const MAX_FILES: usize = 50_000;

/// A replay that cannot be read; the fault is in the folder.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ReadReplayError {
    /// The disk said no.
    #[error("cannot read `{}`", path.display())]
    Io {
        /// What was read.
        path: PathBuf,
        /// What the system said.
        #[source]
        source: io::Error,
    },
    /// A JSON file of the format holds something else.
    #[error("`{}` is not what the replay format says", path.display())]
    Json {
        /// The file.
        path: PathBuf,
        /// What the parser said.
        #[source]
        source: serde_json::Error,
    },
    /// A folder whose name is no package name or version.
    #[error("`{}` is named like no {expected}", path.display())]
    FolderName {
        /// The folder.
        path: PathBuf,
        /// What its name should be.
        expected: &'static str,
    },
    /// A link or a special file, or more than the limits.
    #[error("`{}` {problem}", path.display())]
    Refused {
        /// The file.
        path: PathBuf,
        /// Why it is not taken.
        problem: &'static str,
    },
    /// A package that cannot be completed.
    #[error("cannot complete the replay in `{}`", path.display())]
    Build {
        /// The package's folder.
        path: PathBuf,
        /// What is missing.
        #[source]
        source: BuildPackageError,
    },
}

impl Replay {
    /// Reads the replay whose case folder (the one that holds `registry`) is `case`.
    ///
    /// # Errors
    /// When it does not follow the format.
    pub fn read(case: &Path) -> Result<Self, ReadReplayError> {
        let mut replay = Self::new();
        for folder in folders_in(&case.join("registry"))? {
            replay.insert(read_package(&folder, Told::Everything)?);
        }
        Ok(replay)
    }

    /// The same with nothing but files: no times, no accounts, and of the package `name` only release `version`, as
    /// somebody sees it who has the archive alone.
    ///
    /// # Errors
    /// When it does not follow the format.
    pub fn read_files_alone(
        case: &Path,
        name: &PackageName,
        version: &Version,
    ) -> Result<Self, ReadReplayError> {
        let mut replay = Self::new();
        for folder in folders_in(&case.join("registry"))? {
            replay.insert(read_package(&folder, Told::FilesAlone(name, version))?);
        }
        Ok(replay)
    }
}

/// How much of a package the registry is to tell.
#[derive(Clone, Copy)]
enum Told<'a> {
    Everything,
    /// Of this package only this release.
    FilesAlone(&'a PackageName, &'a Version),
}

impl Case {
    /// Reads `case.json` of the case folder `case`.
    ///
    /// # Errors
    /// When it is missing or not of the format.
    pub fn read(case: &Path) -> Result<Self, ReadReplayError> {
        let path = case.join("case.json");
        serde_json::from_slice(&read_bounded(&path)?).map_err(|source| ReadReplayError::Json { path, source })
    }
}

fn read_package(folder: &Path, told: Told<'_>) -> Result<ReplayPackage, ReadReplayError> {
    let wrong = || ReadReplayError::FolderName {
        path: folder.to_owned(),
        expected: "package",
    };
    let written = folder
        .file_name()
        .and_then(|name| name.to_str())
        .ok_or_else(wrong)?;
    let name = match written.strip_prefix('@') {
        Some(scoped) => scoped
            .split_once('+')
            .map(|(scope, bare)| format!("@{scope}/{bare}"))
            .ok_or_else(wrong)?,
        None => written.to_owned(),
    };
    let name = PackageName::parse(&name).map_err(|_| wrong())?;
    let path = folder.join("packument.json");
    let partial: Map<String, Value> = match (told, read_bounded(&path)) {
        (Told::FilesAlone(..), _) => Map::new(),
        (Told::Everything, Ok(bytes)) => {
            serde_json::from_slice(&bytes).map_err(|source| ReadReplayError::Json { path, source })?
        }
        (_, Err(ReadReplayError::Io { source, .. })) if source.kind() == io::ErrorKind::NotFound => {
            Map::new()
        }
        (_, Err(error)) => return Err(error),
    };
    let mut releases = Vec::new();
    for folder in folders_in(folder)? {
        let release = read_release(&folder)?;
        let is_wanted = match told {
            Told::FilesAlone(of, only) if *of == name => release.version == *only,
            _ => true,
        };
        if is_wanted {
            releases.push(release);
        }
    }
    ReplayPackage::build(name, &partial, &releases).map_err(|source| ReadReplayError::Build {
        path: folder.to_owned(),
        source,
    })
}

fn read_release(folder: &Path) -> Result<ReplayRelease, ReadReplayError> {
    let version = folder
        .file_name()
        .and_then(|name| name.to_str())
        .and_then(|name| Version::parse(name).ok())
        .ok_or_else(|| ReadReplayError::FolderName {
            path: folder.to_owned(),
            expected: "version",
        })?;
    let mut files = Vec::new();
    for entry in walkdir::WalkDir::new(folder).sort_by_file_name() {
        let entry = entry.map_err(|error| ReadReplayError::Io {
            path: folder.to_owned(),
            source: error.into(),
        })?;
        let refuse = |problem| ReadReplayError::Refused {
            path: entry.path().to_owned(),
            problem,
        };
        if entry.file_type().is_dir() {
            continue;
        }
        if !entry.file_type().is_file() {
            return Err(refuse("is neither a file nor a folder"));
        }
        if files.len() >= MAX_FILES {
            return Err(refuse("is one file more than a release may have"));
        }
        let relative = entry.path().strip_prefix(folder).unwrap_or(entry.path());
        let steps: Option<Vec<&str>> = relative.iter().map(|step| step.to_str()).collect();
        let path = steps
            .ok_or_else(|| refuse("has a name that is not UTF-8"))?
            .join("/");
        files.push(ReplayFile {
            path,
            content: read_bounded(entry.path())?,
            executable: is_executable(entry.path()),
        });
    }
    Ok(ReplayRelease { version, files })
}

/// The folders directly in `folder`, sorted by name.
fn folders_in(folder: &Path) -> Result<Vec<PathBuf>, ReadReplayError> {
    let failed = |source| ReadReplayError::Io {
        path: folder.to_owned(),
        source,
    };
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).map_err(failed)? {
        let entry = entry.map_err(failed)?;
        if entry.file_type().map_err(failed)?.is_dir() {
            found.push(entry.path());
        }
    }
    found.sort();
    Ok(found)
}

#[expect(clippy::disallowed_methods, reason = "a replay is on disk")]
fn read_bounded(path: &Path) -> Result<Vec<u8>, ReadReplayError> {
    let failed = |source| ReadReplayError::Io {
        path: path.to_owned(),
        source,
    };
    let mut bytes = Vec::new();
    let file = File::open(path).map_err(failed)?;
    let read = file
        .take(MAX_FILE_BYTES + 1)
        .read_to_end(&mut bytes)
        .map_err(failed)?;
    if read as u64 > MAX_FILE_BYTES {
        return Err(ReadReplayError::Refused {
            path: path.to_owned(),
            problem: "is larger than a file may be",
        });
    }
    Ok(bytes)
}

#[cfg(unix)]
fn is_executable(path: &Path) -> bool {
    use std::os::unix::fs::PermissionsExt as _;
    fs::metadata(path).is_ok_and(|metadata| metadata.permissions().mode() & 0o100 != 0)
}

#[cfg(not(unix))]
fn is_executable(_path: &Path) -> bool {
    false
}
