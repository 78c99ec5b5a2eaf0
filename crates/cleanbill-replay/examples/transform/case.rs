//! A replay as files in memory, ready to be changed and written again under another id.
//! It finds the files that carry an attack by comparing releases; it does not know how to disguise them.
use std::{
    collections::{BTreeMap, BTreeSet},
    fs, io,
    path::{Path, PathBuf},
};

use serde_json::{Map, Value};
use walkdir::WalkDir;

/// One release with files that the case calls bad, or the target of an honest case.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Release {
    /// The package.
    pub name: String,
    /// The version.
    pub version: String,
    /// Its folder below the case: `registry/left/1.0.1`.
    pub folder: String,
}

/// A replay in memory.
#[derive(Clone, Debug)]
pub struct Mutable {
    /// `case.json`.
    pub case: Map<String, Value>,
    /// Everything else, by path below the case folder.
    pub files: BTreeMap<String, Vec<u8>>,
}

/// What a path ends in, where that makes it code.
pub fn is_script(path: &str) -> bool {
    [".js", ".cjs", ".mjs"]
        .iter()
        .any(|ending| path.ends_with(ending))
}

/// `@scope/name` as a folder's name.
pub fn folder_of(name: &str) -> String {
    name.replacen('/', "+", 1)
}

impl Mutable {
    /// Reads the case folder.
    ///
    /// # Errors
    /// When it cannot be read or has no `case.json` of the format.
    pub fn read(folder: &Path) -> io::Result<Self> {
        let mut files = BTreeMap::new();
        let mut case = Map::new();
        for entry in WalkDir::new(folder).sort_by_file_name() {
            let entry = entry?;
            if !entry.file_type().is_file() {
                continue;
            }
            let path = entry.path().strip_prefix(folder).unwrap_or(entry.path());
            let path = path.to_string_lossy().replace('\\', "/");
            let bytes = fs::read(entry.path())?;
            if path == "case.json" {
                case = serde_json::from_slice(&bytes)?;
            } else {
                files.insert(path, bytes);
            }
        }
        Ok(Self { case, files })
    }

    /// Writes it below `out`, in a folder named by its id.
    ///
    /// # Errors
    /// When the disk says no.
    pub fn write(&self, out: &Path) -> io::Result<PathBuf> {
        let folder = out.join(self.text("id"));
        fs::create_dir_all(&folder)?;
        fs::write(
            folder.join("case.json"),
            format!("{:#}\n", Value::Object(self.case.clone())),
        )?;
        for (path, bytes) in &self.files {
            let path = folder.join(path);
            if let Some(parent) = path.parent() {
                fs::create_dir_all(parent)?;
            }
            fs::write(path, bytes)?;
        }
        Ok(folder)
    }

    /// A text field of `case.json`.
    pub fn text(&self, key: &str) -> &str {
        self.case.get(key).and_then(Value::as_str).unwrap_or_default()
    }

    /// Whether it replays an attack.
    pub fn is_attack(&self) -> bool {
        self.text("class") == "malicious"
    }

    /// The bad releases that have files; of an honest case its target.
    pub fn releases(&self) -> Vec<Release> {
        let specs: Vec<&str> = match self.case.get("bad").and_then(Value::as_array) {
            Some(bad) if self.is_attack() => bad.iter().filter_map(Value::as_str).collect(),
            _ => vec![self.text("target")],
        };
        let releases = specs.into_iter().filter_map(|spec| {
            let (name, version) = spec.rsplit_once('@')?;
            let folder = format!("registry/{}/{version}", folder_of(name));
            let release = Release {
                name: name.to_owned(),
                version: version.to_owned(),
                folder,
            };
            self.files
                .contains_key(&release.file("package.json"))
                .then_some(release)
        });
        releases.collect()
    }

    /// The paths, below the case, of the scripts that carry the attack: those of a bad release that no other release
    /// of the package has in the same words. Of an honest case, every script of the target.
    pub fn carriers(&self) -> BTreeSet<String> {
        let mut found = BTreeSet::new();
        for release in self.releases() {
            for path in self.scripts_of(&release) {
                if !self.is_attack() || !self.is_elsewhere(&release, &path, true) {
                    found.insert(path);
                }
            }
        }
        if found.is_empty() {
            // Every release of the package is bad, as far as it has files: what its hook or command runs.
            for release in self.releases() {
                let hooked = self.hook(&release).and_then(|hook| hook.file);
                let hooked = hooked.map(|file| release.file(&file));
                if hooked.is_some_and(|file| self.files.contains_key(&file)) || self.text("trigger") == "bin"
                {
                    found.extend(self.scripts_of(&release));
                }
            }
        }
        found
    }

    /// Whether no other release of the package has a file at this path.
    pub fn is_new(&self, path: &str) -> bool {
        let releases = self.releases();
        let release = releases.iter().find(|release| path.starts_with(&release.folder));
        release.is_some_and(|release| !self.is_elsewhere(release, path, false))
    }

    fn scripts_of(&self, release: &Release) -> Vec<String> {
        let below = format!("{}/", release.folder);
        let paths = self.files.keys().filter(|path| path.starts_with(&below));
        paths.filter(|path| is_script(path)).cloned().collect()
    }

    fn is_elsewhere(&self, release: &Release, path: &str, in_the_same_words: bool) -> bool {
        let package = format!("registry/{}/", folder_of(&release.name));
        let below = path.strip_prefix(&release.folder).unwrap_or(path);
        self.files.iter().any(|(other, bytes)| {
            other != path
                && other
                    .strip_prefix(&package)
                    .and_then(|rest| rest.split_once('/'))
                    .is_some_and(|(_, rest)| below.strip_prefix('/') == Some(rest))
                && (!in_the_same_words || Some(bytes) == self.files.get(path))
        })
    }

    /// The text of a file, where it is text.
    pub fn read_text(&self, path: &str) -> Option<&str> {
        std::str::from_utf8(self.files.get(path)?).ok()
    }

    /// Puts a text at a path.
    pub fn put(&mut self, path: impl Into<String>, text: impl Into<Vec<u8>>) {
        self.files.insert(path.into(), text.into());
    }

    /// The manifest of a release.
    pub fn manifest(&self, release: &Release) -> Map<String, Value> {
        let bytes = self.files.get(&release.file("package.json"));
        bytes
            .and_then(|bytes| serde_json::from_slice(bytes).ok())
            .unwrap_or_default()
    }

    /// Puts a manifest in place.
    pub fn put_manifest(&mut self, release: &Release, manifest: Map<String, Value>) {
        self.put(
            release.file("package.json"),
            format!("{:#}\n", Value::Object(manifest)).into_bytes(),
        );
    }

    /// The path of a release's entry point.
    pub fn entry(&self, release: &Release) -> Option<String> {
        let manifest = self.manifest(release);
        let main = manifest.get("main").and_then(Value::as_str).unwrap_or("index.js");
        let path = release.file(main);
        self.files.contains_key(&path).then_some(path)
    }

    /// The install hook of a release.
    pub fn hook(&self, release: &Release) -> Option<Hook> {
        let manifest = self.manifest(release);
        let scripts = manifest.get("scripts")?.as_object()?;
        let (name, command) = ["preinstall", "install", "postinstall"]
            .into_iter()
            .find_map(|name| Some((name, scripts.get(name)?.as_str()?)))?;
        let words: Vec<&str> = command.split_whitespace().collect();
        let file = words
            .windows(2)
            .filter_map(|pair| match pair {
                ["node" | "run", file] => Some(file.trim_start_matches("./").to_owned()),
                _ => None,
            })
            .find(|file| self.files.contains_key(&release.file(file)));
        Some(Hook {
            name,
            command: command.to_owned(),
            file,
        })
    }

    /// Takes the install hooks out of a release's manifest.
    pub fn unhook(&mut self, release: &Release) {
        let mut manifest = self.manifest(release);
        if let Some(scripts) = manifest.get_mut("scripts").and_then(Value::as_object_mut) {
            for name in ["preinstall", "install", "postinstall"] {
                scripts.remove(name);
            }
        }
        self.put_manifest(release, manifest);
    }
}

/// An install hook.
#[derive(Clone, Debug)]
pub struct Hook {
    /// Its name in the manifest.
    pub name: &'static str,
    /// The whole command.
    pub command: String,
    /// The file of the release that it has an interpreter run, if any.
    pub file: Option<String>,
}

impl Release {
    /// A file of it, below the case.
    pub fn file(&self, path: &str) -> String {
        format!("{}/{}", self.folder, path.trim_start_matches("./"))
    }
}
