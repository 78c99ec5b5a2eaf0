//! One package of a replay: releases and a partial document in, whole documents and tarballs out.
//! It completes what a registry would and leaves what the replay says untouched.
use std::{collections::BTreeMap, io, sync::Arc};

use base64::Engine as _;
use cleanbill_model::{PackageName, Version};
use serde_json::{Map, Value, json};
use sha1::Digest as _;

use crate::tarball::TarballBuilder;

/// The two documents a registry gives of one package.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Form {
    /// Everything.
    Full,
    /// `application/vnd.npm.install-v1+json`: what an install needs.
    Abbreviated,
}

impl Form {
    /// The content type it travels under.
    #[must_use]
    pub fn content_type(self) -> &'static str {
        match self {
            Self::Full => "application/json",
            Self::Abbreviated => "application/vnd.npm.install-v1+json",
        }
    }
}

/// One file of a release.
#[derive(Clone, Debug)]
pub struct ReplayFile {
    /// Path below the package's root, with `/`.
    pub path: String,
    /// Its bytes.
    pub content: Vec<u8>,
    /// Whether it may be run.
    pub executable: bool,
}

/// One release with its files, `package.json` among them.
#[derive(Clone, Debug)]
pub struct ReplayRelease {
    /// The version.
    pub version: Version,
    /// Its files.
    pub files: Vec<ReplayFile>,
}

/// A release that cannot be completed.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum BuildPackageError {
    /// There is no readable `package.json`.
    #[error("release {version} of {name} has no `package.json` that is a JSON object")]
    Manifest {
        /// The package.
        name: PackageName,
        /// The release.
        version: Version,
    },
    /// Its files do not fit into an archive.
    #[error("cannot pack release {version} of {name}")]
    Pack {
        /// The package.
        name: PackageName,
        /// The release.
        version: Version,
        /// What the archiver said.
        #[source]
        source: io::Error,
    },
}

/// One package, complete but for the address it is served at.
#[derive(Clone, Debug)]
pub struct ReplayPackage {
    name: PackageName,
    document: Map<String, Value>,
    tarballs: BTreeMap<String, Arc<[u8]>>,
}

impl ReplayPackage {
    /// Completes `partial` from `releases`. What `partial` says wins over what is computed, and a `null`
    /// in it takes a field away, as in a JSON merge patch (RFC 7386).
    ///
    /// # Errors
    /// When a release has no manifest or cannot be packed.
    pub fn build(
        name: PackageName,
        partial: &Map<String, Value>,
        releases: &[ReplayRelease],
    ) -> Result<Self, BuildPackageError> {
        let mut tarballs = BTreeMap::new();
        let mut versions = Map::new();
        for release in releases {
            let bytes = pack(&name, release)?;
            let manifest = complete_manifest(&name, release, &bytes)?;
            versions.insert(release.version.as_str().to_owned(), manifest);
            tarballs.insert(tarball_file(&name, release.version.as_str()), Arc::from(bytes));
        }
        let mut document = json!({"_id": name.as_str(), "name": name.as_str()});
        if let Some(latest) = latest_of(releases) {
            set(&mut document, "dist-tags", json!({"latest": latest}));
        }
        set(&mut document, "versions", Value::Object(versions));
        merge(&mut document, &Value::Object(partial.clone()));
        let mut document = into_object(document);
        if let Some(Value::Object(versions)) = document.get_mut("versions") {
            for (version, manifest) in versions.iter_mut().filter(|(_, manifest)| manifest.is_object()) {
                fill(manifest, "name", json!(name.as_str()));
                fill(manifest, "version", json!(version));
                fill(manifest, "_id", json!(format!("{name}@{version}")));
                fill(manifest, "dist", json!({}));
            }
        }
        Ok(Self {
            name,
            document,
            tarballs,
        })
    }

    /// Its name.
    #[must_use]
    pub fn name(&self) -> &PackageName {
        &self.name
    }

    /// The document in `form`, its tarballs below `base` (an address without a slash at its end).
    #[must_use]
    pub fn document(&self, form: Form, base: &str) -> Vec<u8> {
        let mut document = self.document.clone();
        if let Some(Value::Object(versions)) = document.get_mut("versions") {
            for (version, manifest) in versions.iter_mut() {
                let address = format!("{base}/{}/-/{}", self.name, tarball_file(&self.name, version));
                if let Some(dist) = manifest.get_mut("dist") {
                    fill(dist, "tarball", json!(address));
                }
            }
        }
        let document = match form {
            Form::Full => document,
            Form::Abbreviated => abbreviate(&document),
        };
        Value::Object(document).to_string().into_bytes()
    }

    /// The tarball called `file`, such as `left-1.0.0.tgz`.
    #[must_use]
    pub fn tarball(&self, file: &str) -> Option<&Arc<[u8]>> {
        self.tarballs.get(file)
    }

    /// The tarball of `version`; versions that stand only in the partial document have none.
    #[must_use]
    pub fn tarball_of(&self, version: &str) -> Option<&Arc<[u8]>> {
        self.tarballs.get(&tarball_file(&self.name, version))
    }

    /// Puts other bytes in the place of the tarball of `version`; the documents stay as they are.
    pub fn replace_tarball(&mut self, version: &str, bytes: &[u8]) {
        self.tarballs
            .insert(tarball_file(&self.name, version), Arc::from(bytes));
    }
}

/// The file a registry keeps the tarball of `version` under.
#[must_use]
fn tarball_file(name: &PackageName, version: &str) -> String {
    format!("{}-{version}.tgz", name.bare())
}

fn pack(name: &PackageName, release: &ReplayRelease) -> Result<Vec<u8>, BuildPackageError> {
    let mut builder = TarballBuilder::new();
    for file in &release.files {
        builder = if file.executable {
            builder.executable(&file.path, &file.content)
        } else {
            builder.file(&file.path, &file.content)
        };
    }
    builder.build().map_err(|source| BuildPackageError::Pack {
        name: name.clone(),
        version: release.version.clone(),
        source,
    })
}

/// The release's own manifest and what a registry adds to it.
fn complete_manifest(
    name: &PackageName,
    release: &ReplayRelease,
    tarball: &[u8],
) -> Result<Value, BuildPackageError> {
    let refuse = || BuildPackageError::Manifest {
        name: name.clone(),
        version: release.version.clone(),
    };
    let file = release
        .files
        .iter()
        .find(|file| file.path == "package.json")
        .ok_or_else(refuse)?;
    let mut manifest: Value = serde_json::from_slice(&file.content).map_err(|_| refuse())?;
    if !manifest.is_object() {
        return Err(refuse());
    }
    let version = release.version.as_str();
    let unpacked: usize = release.files.iter().map(|file| file.content.len()).sum();
    set(&mut manifest, "name", json!(name.as_str()));
    set(&mut manifest, "version", json!(version));
    set(&mut manifest, "_id", json!(format!("{name}@{version}")));
    set(
        &mut manifest,
        "dist",
        json!({
            "shasum": hex(&sha1::Sha1::digest(tarball)),
            "integrity": sri_sha512(tarball),
            "fileCount": release.files.len(),
            "unpackedSize": unpacked,
        }),
    );
    Ok(manifest)
}

/// The highest release, and the highest that is no pre-release where there is one.
fn latest_of(releases: &[ReplayRelease]) -> Option<&str> {
    let versions = || releases.iter().map(|release| &release.version);
    versions()
        .filter(|version| !version.is_prerelease())
        .max()
        .or_else(|| versions().max())
        .map(Version::as_str)
}

/// Fields of a version that the abbreviated document keeps.
const ABBREVIATED_FIELDS: [&str; 20] = [
    "name",
    "version",
    "dist",
    "dependencies",
    "optionalDependencies",
    "devDependencies",
    "bundleDependencies",
    "bundledDependencies",
    "peerDependencies",
    "peerDependenciesMeta",
    "acceptDependencies",
    "directories",
    "bin",
    "engines",
    "cpu",
    "os",
    "libc",
    "funding",
    "deprecated",
    "_hasShrinkwrap",
];

fn abbreviate(full: &Map<String, Value>) -> Map<String, Value> {
    let mut short = Map::new();
    for field in ["name", "dist-tags"] {
        if let Some(value) = full.get(field) {
            short.insert(field.to_owned(), value.clone());
        }
    }
    if let Some(modified) = full.get("time").and_then(|time| time.get("modified")) {
        short.insert("modified".to_owned(), modified.clone());
    }
    let mut versions = Map::new();
    for (version, manifest) in full
        .get("versions")
        .and_then(Value::as_object)
        .into_iter()
        .flatten()
    {
        let mut kept = Map::new();
        for field in ABBREVIATED_FIELDS {
            if let Some(value) = manifest.get(field) {
                kept.insert(field.to_owned(), value.clone());
            }
        }
        if has_install_script(manifest) {
            kept.insert("hasInstallScript".to_owned(), json!(true));
        }
        versions.insert(version.clone(), Value::Object(kept));
    }
    short.insert("versions".to_owned(), Value::Object(versions));
    short
}

fn has_install_script(manifest: &Value) -> bool {
    let scripted = ["preinstall", "install", "postinstall"]
        .into_iter()
        .any(|script| {
            manifest
                .get("scripts")
                .and_then(|scripts| scripts.get(script))
                .is_some_and(Value::is_string)
        });
    scripted
        || manifest.get("hasInstallScript") == Some(&json!(true))
        || manifest.get("gypfile") == Some(&json!(true))
}

/// Lays `patch` over `target` as RFC 7386 has it.
fn merge(target: &mut Value, patch: &Value) {
    let Value::Object(patch) = patch else {
        *target = patch.clone();
        return;
    };
    if !target.is_object() {
        *target = Value::Object(Map::new());
    }
    if let Value::Object(target) = target {
        for (key, value) in patch {
            if value.is_null() {
                target.remove(key);
            } else {
                merge(target.entry(key.clone()).or_insert(Value::Null), value);
            }
        }
    }
}

fn set(target: &mut Value, key: &str, value: Value) {
    if let Value::Object(map) = target {
        map.insert(key.to_owned(), value);
    }
}

fn fill(target: &mut Value, key: &str, value: Value) {
    if let Value::Object(map) = target {
        map.entry(key.to_owned()).or_insert(value);
    }
}

fn into_object(value: Value) -> Map<String, Value> {
    match value {
        Value::Object(map) => map,
        _ => Map::new(),
    }
}

/// The SRI text of `bytes` in SHA-512.
#[must_use]
pub fn sri_sha512(bytes: &[u8]) -> String {
    format!(
        "sha512-{}",
        base64::engine::general_purpose::STANDARD.encode(sha2::Sha512::digest(bytes))
    )
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}
