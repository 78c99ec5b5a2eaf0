//! What a plan changes in the project's own files before its client runs: ranges, catalogs, overrides.
//! It works on a copy, keeps every byte that is not meant, and says what it leaves to the owner and why.
use std::{
    collections::{BTreeMap, BTreeSet},
    fs, io,
    io::Read as _,
};

use cleanbill_lockfile::limits::MAX_MANIFEST_BYTES;
use cleanbill_model::PackageName;

use super::{
    catalog,
    client::Client,
    commit::Change,
    edit::{self, EditError},
    overrides,
    stage::Stage,
    yaml,
};
use crate::{
    plan::{Choice, Entry, How},
    project::Ask,
};

/// What is to be carried out.
pub type Wanted<'a> = (&'a Entry, &'a Choice);

/// What was changed in the copy.
#[derive(Debug, Default)]
pub struct Edited {
    /// The changes, as they would be made in the project.
    pub changes: Vec<Change>,
    /// What is left to the owner: its place among what was wanted, and why.
    pub left: Vec<(usize, String)>,
}

/// The copy's files cannot be changed.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ManifestError {
    /// A manifest the lockfile tells of is not there.
    #[error("there is no manifest at `{path}`; let the client write its lockfile anew first")]
    Missing {
        /// Where.
        path: String,
    },
    /// A file is not what the lockfile says.
    #[error("`{path}` and the lockfile do not agree; let the client write its lockfile anew first")]
    Edit {
        /// The file.
        path: String,
        /// What differs.
        source: EditError,
    },
    /// The disk said no, or it is longer than any manifest.
    #[error("cannot use the copy of `{path}`")]
    Io {
        /// The file.
        path: String,
        /// What the system said.
        #[source]
        source: io::Error,
    },
}

/// What is known of the project beside its lockfile.
#[derive(Clone, Copy, Debug)]
pub struct Ways<'a> {
    /// The client.
    pub client: Client,
    /// Whether pnpm keeps overrides in `pnpm-workspace.yaml`.
    pub pnpm_workspace: bool,
    /// Names the project has in several versions, so that an override must not mean all of them.
    pub several: &'a BTreeSet<PackageName>,
}

struct Texts<'a> {
    stage: &'a Stage,
    /// As it was, where it was, and as it is to be.
    texts: BTreeMap<String, (Option<String>, String)>,
}

impl Texts<'_> {
    fn get(&mut self, path: &str) -> Result<Option<&mut String>, ManifestError> {
        if !self.texts.contains_key(path) {
            let read = read(self.stage, path).map_err(|source| ManifestError::Io {
                path: path.to_owned(),
                source,
            })?;
            let Some(text) = read else { return Ok(None) };
            self.texts.insert(path.to_owned(), (Some(text.clone()), text));
        }
        Ok(self.texts.get_mut(path).map(|(_, text)| text))
    }

    /// The text, empty where there is no file yet.
    fn get_or_new(&mut self, path: &str) -> Result<&mut String, ManifestError> {
        if self.get(path)?.is_none() {
            self.texts.insert(path.to_owned(), (None, String::new()));
        }
        Ok(&mut self.texts.entry(path.to_owned()).or_default().1)
    }
}

/// Writes new ranges and overrides into the copy.
///
/// # Errors
/// When a manifest is missing or says something else than the lockfile. The copy is then of no use.
pub fn change(stage: &Stage, wanted: &[Wanted<'_>], ways: &Ways<'_>) -> Result<Edited, ManifestError> {
    let mut texts = Texts {
        stage,
        texts: BTreeMap::new(),
    };
    let mut left = Vec::new();
    for (at, (entry, choice)) in wanted.iter().enumerate() {
        let before = texts.texts.clone();
        let done = match &choice.how {
            How::Lockfile => Ok(()),
            How::ByHand(specifier) => Err(format!("it is asked for as `{specifier}`")),
            How::Manifest(written) => ranges(&mut texts, written, ways)?,
            How::Override { until, written } => match ranges(&mut texts, written, ways)? {
                Ok(()) => override_it(&mut texts, entry, choice, until, ways)?,
                no => no,
            },
        };
        if let Err(why) = done {
            // Half of a step is none.
            texts.texts = before;
            left.push((at, why));
        }
    }
    finish(stage, texts, left)
}

/// Writes ranges alone into the copy.
///
/// # Errors
/// When a manifest is missing or says something else than the lockfile. The copy is then of no use.
pub fn rewrite(stage: &Stage, written: &[(Ask, String)], ways: &Ways<'_>) -> Result<Edited, ManifestError> {
    let mut texts = Texts {
        stage,
        texts: BTreeMap::new(),
    };
    let left = match ranges(&mut texts, written, ways)? {
        Ok(()) => Vec::new(),
        Err(why) => vec![(0, why)],
    };
    finish(stage, texts, left)
}

fn finish(stage: &Stage, texts: Texts<'_>, left: Vec<(usize, String)>) -> Result<Edited, ManifestError> {
    let mut changes = Vec::new();
    for (path, (old, new)) in texts.texts {
        if old.as_ref() == Some(&new) {
            continue;
        }
        fs::write(stage.file(&path), &new).map_err(|source| ManifestError::Io {
            path: path.clone(),
            source,
        })?;
        changes.push(Change {
            path,
            old: old.map(String::into_bytes),
            new: new.into_bytes(),
        });
    }
    Ok(Edited { changes, left })
}

fn ranges(
    texts: &mut Texts<'_>,
    written: &[(Ask, String)],
    ways: &Ways<'_>,
) -> Result<Result<(), String>, ManifestError> {
    for (ask, new) in written {
        let path = if ask.folder.is_empty() {
            "package.json".to_owned()
        } else {
            format!("{}/package.json", ask.folder)
        };
        let text = texts
            .get(&path)?
            .ok_or_else(|| ManifestError::Missing { path: path.clone() })?;
        let place = [ask.map, ask.key.as_str()];
        let asked = edit::get(text, &place).ok().flatten().unwrap_or_default();
        if let Some(name) = catalog::named(&asked) {
            let file = catalog::file(ways.client).unwrap_or("package.json");
            let changed = match texts.get(file)? {
                Some(text) => catalog::write(ways.client, text, name, &ask.key, &ask.specifier, new)
                    .map(|changed| *text = changed),
                None => None,
            };
            if changed.is_none() {
                return Ok(Err(format!(
                    "its range stands in the catalog `{name}` of {file}, in a form that is not changed here"
                )));
            }
            continue;
        }
        // Yarn's lockfile writes `npm:` before what the manifest has without.
        let bare = (ask.specifier.strip_prefix("npm:"), new.strip_prefix("npm:"));
        let changed = edit::replace(text, &place, &ask.specifier, new).or_else(|error| match bare {
            (Some(old), Some(new)) => edit::replace(text, &place, old, new),
            _ => Err(error),
        });
        *text = changed.map_err(|source| ManifestError::Edit {
            path: path.clone(),
            source,
        })?;
    }
    Ok(Ok(()))
}

fn override_it(
    texts: &mut Texts<'_>,
    entry: &Entry,
    choice: &Choice,
    until: &[String],
    ways: &Ways<'_>,
) -> Result<Result<(), String>, ManifestError> {
    let several = ways.several.contains(&entry.name);
    let mut parents: BTreeSet<PackageName> = BTreeSet::new();
    for by in until {
        match name_of(by) {
            Some(name) => drop(parents.insert(name)),
            // What another ships inside itself has a place and no name that an override could stand below.
            None if several => {
                return Ok(Err(format!(
                    "{by} asks for it, which is shipped inside another package; only another release of that one mends it"
                )));
            }
            None => {}
        }
    }
    let targets: Vec<Option<&PackageName>> = if several {
        parents.iter().map(Some).collect()
    } else {
        vec![None]
    };
    // npm takes an override of what the project itself asks for only where it says the same, as `$name` does.
    let value = match entry.asks.iter().find(|ask| ask.folder.is_empty()) {
        Some(ask) if ways.client == Client::Npm => format!("${}", ask.key),
        _ => choice.to.to_string(),
    };
    for target in targets {
        let Some(place) = overrides::place(ways.client, &entry.name, target, ways.pnpm_workspace) else {
            return Ok(Err(format!(
                "it needs an override below {} alone, which {} has not",
                target.map(ToString::to_string).unwrap_or_default(),
                ways.client.program()
            )));
        };
        let path: Vec<&str> = place.path.iter().map(String::as_str).collect();
        let text = texts.get_or_new(place.file)?;
        let changed = if place.file == overrides::PNPM_WORKSPACE {
            yaml::put(text, &path, &value).map_err(|error| error.to_string())
        } else {
            edit::put(text, &path, &value).map_err(|error| error.to_string())
        };
        match changed {
            Ok(changed) => *text = changed,
            Err(why) => {
                return Ok(Err(format!(
                    "its override cannot be written into {}: {why}",
                    place.file
                )));
            }
        }
    }
    Ok(Ok(()))
}

/// The name of `name@version`.
fn name_of(spec: &str) -> Option<PackageName> {
    let at = spec.char_indices().skip(1).find(|(_, c)| *c == '@')?.0;
    PackageName::parse(spec.get(..at)?).ok()
}

fn read(stage: &Stage, path: &str) -> io::Result<Option<String>> {
    let file = match fs::File::open(stage.file(path)) {
        Ok(file) => file,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(error),
    };
    let limit = u64::try_from(MAX_MANIFEST_BYTES).unwrap_or(u64::MAX);
    let mut text = String::new();
    file.take(limit.saturating_add(1)).read_to_string(&mut text)?;
    if text.len() > MAX_MANIFEST_BYTES {
        return Err(io::ErrorKind::FileTooLarge.into());
    }
    Ok(Some(text))
}

#[cfg(test)]
mod tests {
    use cleanbill_model::{Timestamp, Verdict, Version};

    use super::*;
    use crate::{plan::Cause, range::Step};

    fn entry(name: &str, asks: Vec<Ask>) -> Entry {
        Entry {
            name: PackageName::parse(name).unwrap(),
            from: Version::parse("1.0.0").unwrap(),
            standing: Verdict::Allow,
            cause: Cause::Vulnerable,
            problems: Vec::new(),
            asks,
            wanted_by: Vec::new(),
            choice: None,
            passed_over: Vec::new(),
            beyond: None,
        }
    }

    fn choice(how: How) -> Choice {
        Choice {
            to: Version::parse("1.0.1").unwrap(),
            step: Step::Patch,
            verdict: Verdict::Allow,
            how,
            published: None,
            fixes: Vec::new(),
            still: Vec::new(),
            why: Vec::new(),
            changes: Vec::new(),
            brings: Vec::new(),
            admissions: Vec::new(),
            repository: None,
        }
    }

    fn stage(files: &[(&str, &str)]) -> (Stage, tempfile::TempDir) {
        let project = tempfile::tempdir().unwrap();
        for (path, text) in files {
            let full = project.path().join(path);
            fs::create_dir_all(full.parent().unwrap()).unwrap();
            fs::write(full, text).unwrap();
        }
        let parent = tempfile::tempdir().unwrap();
        (
            Stage::copy(project.path(), parent.path(), Timestamp::from_millis(0)).unwrap(),
            parent,
        )
    }

    fn override_of(until: &[&str]) -> Choice {
        choice(How::Override {
            until: until.iter().map(|by| (*by).to_owned()).collect(),
            written: Vec::new(),
        })
    }

    #[test]
    fn an_override_goes_where_its_client_reads_it_and_a_refused_one_is_left() {
        let several: BTreeSet<PackageName> = [PackageName::parse("deep").unwrap()].into();
        let (deep, other) = (entry("deep", Vec::new()), entry("other", Vec::new()));
        let (below, all) = (override_of(&["outer@1.0.0"]), override_of(&["outer@1.0.0"]));
        let wanted = [(&deep, &below), (&other, &all)];
        let text = "{\n  \"name\": \"app\"\n}\n";
        let run = |client, pnpm_workspace| {
            let (stage, _keep) = stage(&[("package.json", text)]);
            let edited = change(
                &stage,
                &wanted,
                &Ways {
                    client,
                    pnpm_workspace,
                    several: &several,
                },
            )
            .unwrap();
            let told: Vec<(String, bool, String)> = edited
                .changes
                .into_iter()
                .map(|c| (c.path, c.old.is_some(), String::from_utf8(c.new).unwrap()))
                .collect();
            (told, edited.left)
        };
        let (pnpm, left) = run(Client::Pnpm, true);
        assert!(left.is_empty());
        assert_eq!(
            pnpm,
            [(
                "pnpm-workspace.yaml".to_owned(),
                false,
                "overrides:\n  'outer>deep': 1.0.1\n  other: 1.0.1\n".to_owned()
            )]
        );
        let (old_pnpm, _) = run(Client::Pnpm, false);
        assert!(
            old_pnpm[0].2.contains("\"outer>deep\": \"1.0.1\""),
            "{old_pnpm:?}"
        );
        let (bun, left) = run(Client::Bun, false);
        assert_eq!(left.len(), 1, "Bun has no override below one package: {left:?}");
        assert!(bun[0].2.contains("\"other\": \"1.0.1\"") && !bun[0].2.contains("deep"));
    }

    #[test]
    fn what_asks_from_inside_another_package_is_left_and_told() {
        let several: BTreeSet<PackageName> = [PackageName::parse("deep").unwrap()].into();
        let (deep, inside) = (entry("deep", Vec::new()), override_of(&["outer/inner"]));
        let (stage, _keep) = stage(&[("package.json", "{}")]);
        let ways = Ways {
            client: Client::Npm,
            pnpm_workspace: false,
            several: &several,
        };
        let edited = change(&stage, &[(&deep, &inside)], &ways).unwrap();
        assert!(edited.changes.is_empty());
        assert!(edited.left[0].1.contains("outer/inner"), "{:?}", edited.left);
    }

    #[test]
    fn a_range_in_a_catalog_changes_there_and_nowhere_else() {
        let ask = Ask {
            folder: "packages/a".into(),
            key: "left".into(),
            specifier: "^1.0.0".into(),
            map: "dependencies",
        };
        let left = entry("left", vec![ask.clone()]);
        let step = choice(How::Manifest(vec![(ask, "^2.0.0".into())]));
        let (stage, _keep) = stage(&[
            (
                "packages/a/package.json",
                "{\"dependencies\": {\"left\": \"catalog:\"}}",
            ),
            (
                "pnpm-workspace.yaml",
                "packages:\n  - packages/*\ncatalog:\n  left: ^1.0.0\n",
            ),
        ]);
        let ways = Ways {
            client: Client::Pnpm,
            pnpm_workspace: true,
            several: &BTreeSet::new(),
        };
        let edited = change(&stage, &[(&left, &step)], &ways).unwrap();
        assert_eq!(edited.changes.len(), 1);
        assert_eq!(
            String::from_utf8_lossy(&edited.changes[0].new),
            "packages:\n  - packages/*\ncatalog:\n  left: ^2.0.0\n"
        );
    }
}
