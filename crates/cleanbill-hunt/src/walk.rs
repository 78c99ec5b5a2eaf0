//! One walk over folders that says of each thing worth reading what it is; nothing is read here.
//! It follows no link, so no loop can hold it, and names every folder it could not enter.
use std::{
    collections::HashSet,
    ffi::OsStr,
    path::{Path, PathBuf},
};

use cleanbill_lockfile::FORMATS;
use walkdir::WalkDir;

use crate::{
    Watch,
    limits::{MAX_DEPTH, MAX_GAPS, MAX_WALKED},
    sighting::Unseen,
};

/// Something worth reading, and how.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Item {
    /// A lockfile of a project, or a package manager's record of what it installed: parsed under this name.
    Lockfile {
        path: PathBuf,
        name: String,
        installed: bool,
    },
    /// The manifest of an unpacked package, and the name of its folder.
    Package { path: PathBuf, folder: String },
    /// A manifest of a project's own.
    Manifest { path: PathBuf },
    /// A folder or file whose name alone tells package and version.
    Named {
        path: PathBuf,
        name: String,
        version: String,
        what: &'static str,
    },
    /// A bucket of npm's cache index.
    NpmIndex { path: PathBuf },
    /// Where npm's cache keeps bytes by their digest.
    NpmContent { path: PathBuf },
    /// An index file of a pnpm store.
    PnpmIndex { path: PathBuf },
    /// The database of a newer pnpm store.
    PnpmStore { path: PathBuf },
    /// Yarn's record of what it linked.
    YarnState { path: PathBuf },
    /// A repository: its `.git` or a bare one.
    Repository { path: PathBuf },
    /// A log.
    Log { path: PathBuf },
    /// A bill of materials.
    Sbom { path: PathBuf },
    /// An archive of a container image.
    Image { path: PathBuf },
    /// A blob of an image laid out as a folder; a layer, if it is a tar.
    Layer { path: PathBuf },
    /// The settings of a workspace, whose catalogs hold ranges.
    Workspace { path: PathBuf },
    /// A file whose name a campaign leaves behind.
    Trace {
        path: PathBuf,
        campaign: usize,
        value: String,
    },
}

/// What a walk brought.
#[derive(Default)]
pub(crate) struct Walked {
    pub(crate) items: Vec<Item>,
    pub(crate) unseen: Vec<Unseen>,
    pub(crate) entries: u64,
    lockfile_names: HashSet<&'static str>,
}

/// Walks below `roots`. A root that is a file is taken for what its name or beginning says. Below `logs` every file
/// is a log, whatever it is called.
pub(crate) fn walk(
    watch: &Watch,
    roots: &[PathBuf],
    logs: &[PathBuf],
    tick: &(dyn Fn(u64) + Sync),
) -> Walked {
    let mut walked = Walked {
        lockfile_names: FORMATS
            .iter()
            .flat_map(|format| format.file_names())
            .copied()
            .collect(),
        ..Walked::default()
    };
    for root in roots {
        walked.below(watch, root, false, tick);
    }
    for root in logs {
        walked.below(watch, root, true, tick);
    }
    walked
}

impl Walked {
    fn below(&mut self, watch: &Watch, root: &Path, logs: bool, tick: &(dyn Fn(u64) + Sync)) {
        let mut walk = WalkDir::new(root)
            .follow_links(false)
            .max_depth(MAX_DEPTH)
            .into_iter();
        while let Some(entry) = walk.next() {
            self.entries += 1;
            if self.entries.is_multiple_of(4096) {
                tick(4096);
            }
            if self.entries > MAX_WALKED {
                self.cannot(root, format!("more than {MAX_WALKED} files and folders"));
                return;
            }
            let entry = match entry {
                Ok(entry) => entry,
                Err(error) => {
                    let place = error.path().unwrap_or(root).to_owned();
                    let reason = error
                        .io_error()
                        .map_or_else(|| error.to_string(), ToString::to_string);
                    self.cannot(&place, reason);
                    continue;
                }
            };
            if logs {
                if entry.file_type().is_file() {
                    self.items.push(Item::Log {
                        path: entry.path().to_owned(),
                    });
                }
                continue;
            }
            let Some(name) = entry.file_name().to_str() else {
                continue;
            };
            for trace in watch.traces(name) {
                if ends_in(entry.path(), &trace.segments) {
                    self.items.push(Item::Trace {
                        path: entry.path().to_owned(),
                        campaign: trace.campaign,
                        value: trace.value.clone(),
                    });
                }
            }
            let kind = entry.file_type();
            if kind.is_dir() {
                if entry.depth() >= MAX_DEPTH {
                    self.cannot(
                        entry.path(),
                        format!("folders deeper than {MAX_DEPTH} are not entered"),
                    );
                }
                if !self.folder(entry.path(), name) {
                    walk.skip_current_dir();
                }
            } else if kind.is_file() {
                self.file(watch, entry.path(), name, entry.depth() == 0);
            }
        }
    }

    /// Says what a folder is; false where nothing below it is to be walked.
    fn folder(&mut self, path: &Path, name: &str) -> bool {
        let parent = path
            .parent()
            .and_then(Path::file_name)
            .and_then(OsStr::to_str)
            .unwrap_or_default();
        match name {
            // Objects of a repository are read as such.
            ".git" => {
                self.items.push(Item::Repository {
                    path: path.to_owned(),
                });
                return false;
            }
            // Known bad bytes are looked for by their place in it; the rest of it tells nothing.
            "content-v2" if parent == "_cacache" => {
                self.items.push(Item::NpmContent {
                    path: path.to_owned(),
                });
                return false;
            }
            _ => {}
        }
        if name.ends_with(".git") && path.join("objects").is_dir() && path.join("HEAD").is_file() {
            self.items.push(Item::Repository {
                path: path.to_owned(),
            });
            return false;
        }
        if parent == ".pnpm"
            && let Some((name, version)) = pnpm_folder(name)
        {
            self.items.push(Item::Named {
                path: path.to_owned(),
                name,
                version,
                what: "a package folder of pnpm",
            });
        }
        if let Some(scope) = bun_cache(path)
            && let Some((bare, version)) = bun_folder(name)
        {
            let name = if scope.is_empty() {
                bare
            } else {
                format!("{scope}/{bare}")
            };
            self.items.push(Item::Named {
                path: path.to_owned(),
                name,
                version,
                what: "a package folder of Bun's cache",
            });
        }
        true
    }

    fn file(&mut self, watch: &Watch, path: &Path, name: &str, given: bool) {
        let parent = path
            .parent()
            .and_then(Path::file_name)
            .and_then(OsStr::to_str)
            .unwrap_or_default();
        let owned = || path.to_owned();
        let item = match name {
            ".git" => Item::Repository { path: owned() },
            "package.json" => match package_folder(path) {
                Some(folder) => Item::Package {
                    path: owned(),
                    folder,
                },
                None if below_modules(path) => return,
                None => Item::Manifest { path: owned() },
            },
            ".package-lock.json" if parent == "node_modules" => Item::Lockfile {
                path: owned(),
                name: "package-lock.json".into(),
                installed: true,
            },
            "lock.yaml" if parent == ".pnpm" => Item::Lockfile {
                path: owned(),
                name: "pnpm-lock.yaml".into(),
                installed: true,
            },
            ".yarn-state.yml" => Item::YarnState { path: owned() },
            name if self.lockfile_names.contains(name) && !below_modules(path) => Item::Lockfile {
                path: owned(),
                name: name.to_owned(),
                installed: false,
            },
            name if name.ends_with(".zip") && (parent == "cache" || given) => match yarn_zip(watch, name) {
                Some((name, version)) => Item::Named {
                    path: owned(),
                    name,
                    version,
                    what: "an archive in Yarn's cache",
                },
                None => return,
            },
            name if is_log(name, parent) => Item::Log { path: owned() },
            name if SBOM_NAMES.contains(&name) || SBOM_ENDS.iter().any(|end| name.ends_with(end)) => {
                Item::Sbom { path: owned() }
            }
            "index.db" | "index.db-wal" if store_version(parent) => Item::PnpmStore { path: owned() },
            "pnpm-workspace.yaml" => Item::Workspace { path: owned() },
            name if oci_blob(path, name) || name == "layer.tar" => Item::Layer { path: owned() },
            _ if npm_index(path) => Item::NpmIndex { path: owned() },
            name if name.ends_with(".json") && pnpm_index(path, name) => Item::PnpmIndex { path: owned() },
            _ if given => given_file(path, name),
            _ => return,
        };
        self.items.push(item);
    }

    fn cannot(&mut self, place: &Path, reason: String) {
        if self.unseen.len() < MAX_GAPS {
            self.unseen.push(Unseen {
                place: place.display().to_string(),
                reason,
                before: None,
            });
        }
    }
}

/// Names of bills of materials, and how others end: CycloneDX and SPDX in each of their forms.
const SBOM_NAMES: &[&str] = &["bom.json", "bom.xml"];
const SBOM_ENDS: &[&str] = &[
    ".cdx.json",
    ".cdx.xml",
    ".spdx.json",
    ".spdx",
    ".spdx.yaml",
    ".spdx.yml",
];

/// Logs that package managers leave behind.
fn is_log(name: &str, parent: &str) -> bool {
    matches!(
        name,
        "npm-debug.log" | "yarn-error.log" | "yarn-debug.log" | "pnpm-debug.log" | "lerna-debug.log"
    ) || (parent == "_logs" && name.ends_with(".log"))
}

/// A blob of an OCI layout: `blobs/sha256/` and 64 digits, `blobs/sha512/` and 128.
fn oci_blob(path: &Path, name: &str) -> bool {
    let length = match above(path) {
        (Some("sha256"), Some("blobs"), _) => 64,
        (Some("sha512"), Some("blobs"), _) => 128,
        _ => return false,
    };
    name.len() == length && name.bytes().all(|byte| byte.is_ascii_hexdigit())
}

/// How archives end, packed or not; what cannot be unpacked is named when it is read.
const IMAGE_ENDS: &[&str] = &[
    ".tar", ".tar.gz", ".tgz", ".tar.zst", ".tzst", ".tar.xz", ".txz", ".tar.bz2", ".tbz2", ".tar.lz4",
];

/// A file a user names that no rule knows: an image, a bill of materials, or else a log.
fn given_file(path: &Path, name: &str) -> Item {
    let path = path.to_owned();
    let ends = |end: &str| name.to_ascii_lowercase().ends_with(end);
    if IMAGE_ENDS.iter().any(|end| ends(end)) {
        Item::Image { path }
    } else if ends(".jsonl") || ends(".ndjson") {
        Item::Log { path }
    } else if ends(".json") || ends(".xml") {
        Item::Sbom { path }
    } else {
        Item::Log { path }
    }
}

fn ends_in(path: &Path, segments: &[String]) -> bool {
    let mut steps = path.components().rev();
    segments.iter().rev().all(|segment| {
        steps
            .next()
            .is_some_and(|step| step.as_os_str() == segment.as_str())
    })
}

/// The last two folders above a file, nearest first.
fn above(path: &Path) -> (Option<&str>, Option<&str>, Option<&str>) {
    let mut steps = path
        .ancestors()
        .skip(1)
        .map(|step| step.file_name().and_then(OsStr::to_str));
    (
        steps.next().flatten(),
        steps.next().flatten(),
        steps.next().flatten(),
    )
}

/// The name a package is unpacked under: `node_modules/left`, `node_modules/@scope/left`.
fn package_folder(path: &Path) -> Option<String> {
    match above(path) {
        (Some(name), Some("node_modules"), _) => Some(name.to_owned()),
        (Some(name), Some(scope), Some("node_modules")) if scope.starts_with('@') => {
            Some(format!("{scope}/{name}"))
        }
        // Stores that unpack elsewhere: Bun's cache keeps `left@1.0.0@@@1`.
        (Some(name), _, _) if bun_cache(path.parent()?).is_some() && bun_folder(name).is_some() => {
            Some(name.to_owned())
        }
        _ => None,
    }
}

fn below_modules(path: &Path) -> bool {
    path.components().any(|step| step.as_os_str() == "node_modules")
}

/// `left@1.0.0`, `@scope+left@1.0.0_react@18.0.0`, `left@1.0.0(react@18.0.0)`.
fn pnpm_folder(name: &str) -> Option<(String, String)> {
    let at = name.get(1..)?.find('@')? + 1;
    let (package, rest) = (name.get(..at)?, name.get(at + 1..)?);
    let version = rest.split(['_', '(']).next()?;
    let package = if package.starts_with('@') {
        package.replacen('+', "/", 1)
    } else {
        package.to_owned()
    };
    version
        .starts_with(|c: char| c.is_ascii_digit())
        .then(|| (package, version.to_owned()))
}

/// The scope, mostly empty, where a folder lies directly in Bun's cache.
fn bun_cache(path: &Path) -> Option<&str> {
    let is_cache = |one: Option<&str>, two: Option<&str>| one == Some("cache") && two == Some("install");
    let mut steps = path
        .ancestors()
        .skip(1)
        .map(|step| step.file_name().and_then(OsStr::to_str));
    let (one, two, three) = (
        steps.next().flatten(),
        steps.next().flatten(),
        steps.next().flatten(),
    );
    if is_cache(one, two) {
        return Some("");
    }
    one.filter(|scope| scope.starts_with('@') && is_cache(two, three))
}

/// `left@1.0.0@@@1`.
fn bun_folder(name: &str) -> Option<(String, String)> {
    let (package, rest) = name.split_once('@')?;
    let version = rest.split("@@").next()?;
    (!package.is_empty() && version.starts_with(|c: char| c.is_ascii_digit()))
        .then(|| (package.to_owned(), version.to_owned()))
}

/// `left-npm-1.0.0-0123456789-10c0.zip`, `@scope-left-npm-…`.
fn yarn_zip(watch: &Watch, name: &str) -> Option<(String, String)> {
    let stem = name.strip_suffix(".zip")?;
    let mut parts = stem.rsplitn(3, '-');
    let (_, _, rest) = (parts.next()?, parts.next()?, parts.next()?);
    // The name may hold `-npm-` itself, so every place to part is tried.
    rest.match_indices("-npm-").find_map(|(at, mark)| {
        let name = watch.by_yarn_slug(rest.get(..at)?)?;
        Some((name.to_owned(), rest.get(at + mark.len()..)?.to_owned()))
    })
}

/// A bucket: `_cacache/index-v5/ab/cd/…`.
fn npm_index(path: &Path) -> bool {
    let mut steps = path
        .ancestors()
        .skip(1)
        .map(|step| step.file_name().and_then(OsStr::to_str));
    let short = |step: Option<Option<&str>>| step.flatten().is_some_and(|name| name.len() == 2);
    short(steps.next())
        && short(steps.next())
        && steps.next().flatten() == Some("index-v5")
        && steps.next().flatten() == Some("_cacache")
}

/// The folder of a pnpm store's layout: `v11`.
fn store_version(folder: &str) -> bool {
    folder.strip_prefix('v').is_some_and(|number| {
        (1..=3).contains(&number.len()) && number.bytes().all(|byte| byte.is_ascii_digit())
    })
}

/// An index of pnpm's store: `v3/files/ab/…-index.json`, `v10/index/ab/….json`.
fn pnpm_index(path: &Path, name: &str) -> bool {
    match above(path) {
        (Some(bucket), Some("files"), Some(version)) => {
            bucket.len() == 2 && name.ends_with("-index.json") && version.starts_with('v')
        }
        (Some(bucket), Some("index"), Some(version)) => bucket.len() == 2 && version.starts_with('v'),
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn folders_of_stores_tell_name_and_version() {
        let pair = |name: &str, version: &str| Some((name.to_owned(), version.to_owned()));
        assert_eq!(pnpm_folder("left@1.0.0"), pair("left", "1.0.0"));
        assert_eq!(
            pnpm_folder("@scope+left@1.0.0-rc.1_react@18.0.0"),
            pair("@scope/left", "1.0.0-rc.1")
        );
        assert_eq!(pnpm_folder("left@1.0.0(react@18.0.0)"), pair("left", "1.0.0"));
        assert_eq!(pnpm_folder("node_modules"), None);
        assert_eq!(bun_folder("left@1.0.0@@@1"), pair("left", "1.0.0"));
        assert_eq!(bun_folder("@scope"), None);
    }

    #[test]
    fn places_of_package_managers_are_known_by_their_folders() {
        assert_eq!(
            package_folder(Path::new("/a/node_modules/@s/b/package.json")).as_deref(),
            Some("@s/b")
        );
        assert_eq!(
            package_folder(Path::new("/a/node_modules/b/package.json")).as_deref(),
            Some("b")
        );
        assert_eq!(
            package_folder(Path::new("/a/node_modules/b/lib/package.json")),
            None
        );
        assert_eq!(package_folder(Path::new("/a/package.json")), None);
        assert!(npm_index(Path::new("/h/.npm/_cacache/index-v5/ab/cd/ef0123")));
        assert!(!npm_index(Path::new("/h/index-v5/ab/cd/ef0123")));
        assert!(pnpm_index(
            Path::new("/s/v3/files/ab/cd-index.json"),
            "cd-index.json"
        ));
        assert!(pnpm_index(
            Path::new("/s/v10/index/ab/cd-left@1.0.0.json"),
            "cd-left@1.0.0.json"
        ));
    }

    #[test]
    fn a_trace_needs_every_segment() {
        let segments = ["NodePackages".to_owned(), "config.json".to_owned()];
        assert!(ends_in(Path::new("/x/NodePackages/config.json"), &segments));
        assert!(!ends_in(Path::new("/x/config.json"), &segments));
    }
}
