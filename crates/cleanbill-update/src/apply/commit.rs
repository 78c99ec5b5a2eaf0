//! Several files changed as one: what stood there is written down first, each file is replaced at one stroke, and
//! whatever goes wrong, now or in a process that was killed, every file is put back byte for byte.
//! It knows bytes and paths, and nothing of what they mean.
use std::{
    fs, io,
    io::Write as _,
    path::{Component, Path, PathBuf},
};

use serde::{Deserialize, Serialize};

/// The folder in the project that holds what stood there; it is gone once the change is whole.
pub const JOURNAL: &str = ".cleanbill-update";
/// The journal's list; it is written last, so a journal without it never began.
const LIST: &str = "journal.json";
/// Longest list read back.
const MAX_LIST_BYTES: u64 = 4 * 1024 * 1024;

/// A file to change.
#[derive(Clone, Debug)]
pub struct Change {
    /// Its path below the project, with `/`.
    pub path: String,
    /// What stood there when the plan was made; `None` where there was no file.
    pub old: Option<Vec<u8>>,
    /// What is to stand there.
    pub new: Vec<u8>,
}

/// Why files were not changed. Whatever it says, they stand as they stood.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum CommitError {
    /// Somebody changed a file since the plan was made.
    #[error("`{path}` was changed by somebody else meanwhile")]
    Changed {
        /// The file.
        path: String,
    },
    /// A path leaves the project.
    #[error("`{path}` lies outside the project")]
    Outside {
        /// The path.
        path: String,
    },
    /// The disk said no.
    #[error("cannot write `{path}`")]
    Io {
        /// The file.
        path: String,
        /// What the system said.
        #[source]
        source: io::Error,
    },
    /// The disk said no while files were put back. The journal is kept, and the next run tries again.
    #[error("cannot put `{path}` back; its copy lies in `{JOURNAL}`")]
    NotRestored {
        /// The file.
        path: String,
        /// What the system said.
        #[source]
        source: io::Error,
    },
}

#[derive(Serialize, Deserialize)]
struct Line {
    path: String,
    /// The copy's name; `None` where there was no file.
    copy: Option<String>,
}

/// Changes all or none.
///
/// # Errors
/// When a file is not what it was, or the disk refuses one.
pub fn commit(project: &Path, changes: &[Change]) -> Result<(), CommitError> {
    let places = changes
        .iter()
        .map(|change| place(project, &change.path))
        .collect::<Result<Vec<_>, _>>()?;
    for (change, place) in changes.iter().zip(&places) {
        let now = match fs::read(place) {
            Ok(bytes) => Some(bytes),
            Err(error) if error.kind() == io::ErrorKind::NotFound => None,
            Err(source) => {
                return Err(CommitError::Io {
                    path: change.path.clone(),
                    source,
                });
            }
        };
        if now != change.old {
            return Err(CommitError::Changed {
                path: change.path.clone(),
            });
        }
        // A file its owner made read-only is not ours to replace, even where the folder would let us.
        if fs::metadata(place).is_ok_and(|metadata| metadata.permissions().readonly()) {
            let source = io::Error::from(io::ErrorKind::PermissionDenied);
            return Err(CommitError::Io {
                path: change.path.clone(),
                source,
            });
        }
    }
    let journal = project.join(JOURNAL);
    if let Err(source) = write_journal(&journal, changes) {
        drop(fs::remove_dir_all(&journal));
        return Err(CommitError::Io {
            path: JOURNAL.to_owned(),
            source,
        });
    }
    for (change, place) in changes.iter().zip(&places) {
        if let Err(source) = replace(place, &change.new) {
            recover(project)?;
            return Err(CommitError::Io {
                path: change.path.clone(),
                source,
            });
        }
    }
    // From the moment the list is gone the change is whole; the copies beside it say nothing any more.
    let list = journal.join(LIST);
    if let Err(source) = fs::remove_file(&list) {
        recover(project)?;
        return Err(CommitError::Io {
            path: format!("{JOURNAL}/{LIST}"),
            source,
        });
    }
    drop(fs::remove_dir_all(&journal));
    Ok(())
}

/// Puts back what a run that was killed left half done; the files it restored.
///
/// # Errors
/// When a file cannot be put back.
pub fn recover(project: &Path) -> Result<Vec<String>, CommitError> {
    let journal = project.join(JOURNAL);
    let list = journal.join(LIST);
    let lines: Vec<Line> = match fs::metadata(&list) {
        Ok(metadata) if metadata.len() <= MAX_LIST_BYTES => {
            match fs::read(&list).map(|bytes| serde_json::from_slice(&bytes)) {
                Ok(Ok(lines)) => lines,
                Ok(Err(error)) => {
                    return Err(CommitError::NotRestored {
                        path: list.display().to_string(),
                        source: error.into(),
                    });
                }
                Err(source) => {
                    return Err(CommitError::NotRestored {
                        path: list.display().to_string(),
                        source,
                    });
                }
            }
        }
        Ok(_) => {
            return Err(CommitError::NotRestored {
                path: list.display().to_string(),
                source: io::ErrorKind::FileTooLarge.into(),
            });
        }
        Err(_) => {
            drop(fs::remove_dir_all(&journal));
            return Ok(Vec::new());
        }
    };
    let mut restored = Vec::new();
    for line in &lines {
        let not = |source| CommitError::NotRestored {
            path: line.path.clone(),
            source,
        };
        let place = place(project, &line.path)?;
        match &line.copy {
            Some(copy) => {
                let safe = Path::new(copy)
                    .components()
                    .all(|part| matches!(part, Component::Normal(_)));
                let bytes = if safe {
                    fs::read(journal.join(copy)).map_err(not)?
                } else {
                    return Err(CommitError::Outside { path: copy.clone() });
                };
                if fs::read(&place).ok().as_ref() != Some(&bytes) {
                    replace(&place, &bytes).map_err(not)?;
                    restored.push(line.path.clone());
                }
            }
            None if place.exists() => {
                fs::remove_file(&place).map_err(not)?;
                restored.push(line.path.clone());
            }
            None => {}
        }
    }
    let failed = |source| CommitError::NotRestored {
        path: JOURNAL.to_owned(),
        source,
    };
    fs::remove_file(&list).map_err(failed)?;
    fs::remove_dir_all(&journal).map_err(failed)?;
    Ok(restored)
}

fn write_journal(journal: &Path, changes: &[Change]) -> io::Result<()> {
    fs::create_dir(journal)?;
    let mut lines = Vec::new();
    for (at, change) in changes.iter().enumerate() {
        let copy = change.old.as_ref().map(|_| format!("{at}.old"));
        if let (Some(copy), Some(old)) = (&copy, &change.old) {
            write_through(&journal.join(copy), old)?;
        }
        lines.push(Line {
            path: change.path.clone(),
            copy,
        });
    }
    let text = serde_json::to_vec_pretty(&lines)?;
    let draft = journal.join("draft");
    write_through(&draft, &text)?;
    fs::rename(draft, journal.join(LIST))
}

fn write_through(path: &Path, bytes: &[u8]) -> io::Result<()> {
    let mut file = fs::File::create(path)?;
    file.write_all(bytes)?;
    file.sync_all()
}

/// Puts `bytes` in the file's place at one stroke, with its permissions.
fn replace(place: &Path, bytes: &[u8]) -> io::Result<()> {
    let parent = place
        .parent()
        .ok_or_else(|| io::Error::from(io::ErrorKind::NotFound))?;
    let mut draft = tempfile::Builder::new()
        .prefix(".cleanbill-")
        .tempfile_in(parent)?;
    draft.write_all(bytes)?;
    draft.as_file().sync_all()?;
    if let Ok(metadata) = fs::metadata(place) {
        fs::set_permissions(draft.path(), metadata.permissions())?;
    }
    draft.persist(place).map(drop).map_err(|error| error.error)
}

/// Where a path below the project lies, links followed; one that leads out is refused.
fn place(project: &Path, path: &str) -> Result<PathBuf, CommitError> {
    let outside = || CommitError::Outside {
        path: path.to_owned(),
    };
    if !Path::new(path)
        .components()
        .all(|part| matches!(part, Component::Normal(_)))
    {
        return Err(outside());
    }
    let io = |source| CommitError::Io {
        path: path.to_owned(),
        source,
    };
    let root = project.canonicalize().map_err(io)?;
    let full = root.join(path);
    let real = match full.canonicalize() {
        Ok(real) => real,
        Err(error) if error.kind() == io::ErrorKind::NotFound => full,
        Err(source) => return Err(io(source)),
    };
    if real.starts_with(&root) {
        Ok(real)
    } else {
        Err(outside())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn project(files: &[(&str, &str)]) -> tempfile::TempDir {
        let folder = tempfile::tempdir().unwrap();
        for (path, text) in files {
            fs::write(folder.path().join(path), text).unwrap();
        }
        folder
    }

    fn change(path: &str, old: Option<&str>, new: &str) -> Change {
        Change {
            path: path.into(),
            old: old.map(|text| text.as_bytes().to_vec()),
            new: new.as_bytes().to_vec(),
        }
    }

    fn text(folder: &tempfile::TempDir, path: &str) -> String {
        fs::read_to_string(folder.path().join(path)).unwrap()
    }

    #[test]
    fn all_files_change_and_no_trace_stays() {
        let folder = project(&[("a", "1"), ("b", "1")]);
        commit(
            folder.path(),
            &[
                change("a", Some("1"), "2"),
                change("b", Some("1"), "2"),
                change("c", None, "2"),
            ],
        )
        .unwrap();
        assert_eq!(
            (text(&folder, "a"), text(&folder, "b"), text(&folder, "c")),
            ("2".into(), "2".into(), "2".into())
        );
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 3);
    }

    #[test]
    fn when_one_cannot_be_written_every_file_is_as_it_was() {
        let folder = project(&[("a", "1")]);
        // A file in a folder that is not there cannot be written.
        let error = commit(
            folder.path(),
            &[change("a", Some("1"), "2"), change("missing/b", None, "2")],
        )
        .unwrap_err();
        assert!(matches!(error, CommitError::Io { .. }), "{error}");
        assert_eq!(text(&folder, "a"), "1");
        assert_eq!(
            fs::read_dir(folder.path()).unwrap().count(),
            1,
            "no journal and no draft stay"
        );
    }

    #[test]
    fn what_a_killed_run_left_is_put_back_by_the_next() {
        let folder = project(&[("a", "1"), ("b", "1")]);
        let changes = [
            change("a", Some("1"), "2"),
            change("b", Some("1"), "2"),
            change("c", None, "2"),
        ];
        write_journal(&folder.path().join(JOURNAL), &changes).unwrap();
        fs::write(folder.path().join("a"), "2").unwrap();
        fs::write(folder.path().join("c"), "2").unwrap();
        let mut restored = recover(folder.path()).unwrap();
        restored.sort();
        assert_eq!(restored, ["a", "c"]);
        assert_eq!((text(&folder, "a"), text(&folder, "b")), ("1".into(), "1".into()));
        assert!(!folder.path().join("c").exists() && !folder.path().join(JOURNAL).exists());
        assert!(recover(folder.path()).unwrap().is_empty());
    }

    #[test]
    fn a_file_changed_meanwhile_or_outside_is_left_alone() {
        let folder = project(&[("a", "3")]);
        assert!(matches!(
            commit(folder.path(), &[change("a", Some("1"), "2")]),
            Err(CommitError::Changed { .. })
        ));
        for path in ["../a", "/a", "x/../../a"] {
            assert!(
                matches!(
                    commit(folder.path(), &[change(path, None, "2")]),
                    Err(CommitError::Outside { .. })
                ),
                "{path}"
            );
        }
        assert_eq!(text(&folder, "a"), "3");
    }

    /// The files of the test below, and which of two generations stands there.
    const KILLED_FILES: usize = 12;
    /// Where the child works; only the test below sets it.
    const KILLED_IN: &str = "CLEANBILL_TEST_COMMIT_FOLDER";

    fn generations() -> Vec<(String, String, String)> {
        (0..KILLED_FILES)
            .map(|at| (format!("f{at}"), "old ".repeat(500 + at), "new ".repeat(700 + at)))
            .collect()
    }

    /// The child of the test below: changes everything back and forth until it is killed.
    #[test]
    fn killed_child() {
        let Some(folder) = std::env::var_os(KILLED_IN) else {
            return;
        };
        let folder = PathBuf::from(folder);
        let forth: Vec<Change> = generations()
            .iter()
            .map(|(path, old, new)| change(path, Some(old), new))
            .collect();
        let back: Vec<Change> = generations()
            .iter()
            .map(|(path, old, new)| change(path, Some(new), old))
            .collect();
        loop {
            commit(&folder, &forth).unwrap();
            commit(&folder, &back).unwrap();
        }
    }

    #[cfg(unix)]
    #[test]
    fn killed_at_any_moment_it_is_all_or_nothing_once_recovered() {
        use std::process::{Command, Stdio};
        let all = generations();
        let (mut mended, mut rounds) = (0, 0);
        // Until the kill has met a half-made change a few times; it does within some rounds.
        while mended < 3 && rounds < 60 {
            rounds += 1;
            let folder = tempfile::tempdir().unwrap();
            for (path, old, _) in &all {
                fs::write(folder.path().join(path), old).unwrap();
            }
            let mut child = Command::new(std::env::current_exe().unwrap())
                .args(["--exact", "apply::commit::tests::killed_child", "--nocapture"])
                .env(KILLED_IN, folder.path())
                .stdout(Stdio::null())
                .stderr(Stdio::null())
                .spawn()
                .unwrap();
            std::thread::sleep(std::time::Duration::from_millis(30 + 7 * rounds));
            // SIGKILL: it runs nothing more, not even what would clean up.
            child.kill().unwrap();
            child.wait().unwrap();
            let restored = recover(folder.path()).unwrap();
            mended += u64::from(!restored.is_empty());
            let read = |path: &str| fs::read_to_string(folder.path().join(path)).unwrap();
            let (old, new) = (
                all.iter().all(|(path, old, _)| read(path) == *old),
                all.iter().all(|(path, _, new)| read(path) == *new),
            );
            assert!(old || new, "round {rounds}: half of the files changed");
            assert!(!folder.path().join(JOURNAL).exists());
        }
        assert!(
            mended > 0,
            "no kill met a change in {rounds} rounds; the test proves nothing"
        );
    }

    #[cfg(unix)]
    #[test]
    fn a_link_out_of_the_project_is_refused() {
        let (folder, other) = (project(&[]), project(&[("a", "1")]));
        std::os::unix::fs::symlink(other.path().join("a"), folder.path().join("a")).unwrap();
        assert!(matches!(
            commit(folder.path(), &[change("a", Some("1"), "2")]),
            Err(CommitError::Outside { .. })
        ));
        assert_eq!(text(&other, "a"), "1");
    }
}
