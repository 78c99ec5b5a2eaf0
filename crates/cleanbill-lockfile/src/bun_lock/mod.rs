//! Bun's text lockfile, `bun.lock`, versions 0 to 3.
//! It knows Bun's words and no other manager's.
//!
//! An entry is a list whose shape hangs on what it resolves to:
//! a release `["name@version", "tarball or empty", {…}, "integrity"]`, a git checkout
//! `["name@git+…#commit", {…}, "tag", "integrity"?]`, a tarball `["name@address", {…}, "integrity"?]`, a
//! folder or link `["name@file:…", {…}]`, a workspace `["name@workspace:path"]`. Its key is the path of
//! install names that leads to it. Versions differ in what Bun refuses and in `overrides`, save that
//! version 0 repeats a workspace's requests behind its entry.
#[cfg(test)]
mod tests;
mod wire;

use cleanbill_model::SafeUrl;
use serde::de::DeserializeSeed;
use serde_json::value::RawValue;

use self::wire::{File, Package, Top};
use crate::{
    Locked, Lockfile, LockfileFormat, Origin, ParseLockfileError, Root, Scope, entry,
    json::{Object, Place, Reading},
    jsonc,
    lines::Lines,
    scope,
    spec::{self, Asked, asked},
    text::text_of,
    tree::{NodeId, ROOT, Tree},
};

/// Renews a file of a version that is not known here.
const CONVERT: &str = "bun install --save-text-lockfile --lockfile-only";

/// Bun's text lockfile.
#[derive(Debug)]
pub struct BunLock;

impl LockfileFormat for BunLock {
    fn id(&self) -> &'static str {
        "bun-lock"
    }
    fn file_names(&self) -> &'static [&'static str] {
        &["bun.lock"]
    }
    fn recognises(&self, file_name: &str, _: &[u8]) -> bool {
        self.file_names().contains(&file_name)
    }
    fn parse(&self, bytes: &[u8]) -> Result<Lockfile, ParseLockfileError> {
        let plain = jsonc::plain(text_of(bytes)?);
        let mut reading = Reading::new(&plain);
        let mut file = File::default();
        reading.whole(|deserializer, reading| {
            let mut top = Top {
                reading,
                file: &mut file,
                is_object: true,
            };
            Object(&mut top).deserialize(deserializer)?;
            if top.is_object {
                Ok(())
            } else {
                Err(serde::de::Error::custom("the file is no object"))
            }
        })?;
        let version = version(&mut reading, file.version)?;
        let mut lockfile = build(&file, &mut reading, &Lines::new(plain.as_bytes()));
        lockfile.format = self.id();
        lockfile.version = version;
        lockfile.defects = reading.defects;
        Ok(lockfile)
    }
}

fn version(reading: &mut Reading<'_>, raw: Option<&RawValue>) -> Result<String, ParseLockfileError> {
    let text = raw.map_or("none", |raw| raw.get().trim_matches('"'));
    if let Some(raw) = raw.filter(|raw| raw.get().starts_with('"')) {
        reading.wrong_type(&Place::top("lockfileVersion"), "a number", raw);
    }
    match text {
        "0" | "1" | "2" | "3" => Ok(text.to_owned()),
        _ => Err(ParseLockfileError::UnknownVersion {
            format: "bun-lock",
            version: text.chars().filter(|c| !c.is_control()).take(32).collect(),
            convert: CONVERT,
        }),
    }
}

/// The model of what was read.
fn build(file: &File<'_>, reading: &mut Reading<'_>, lines: &Lines<'_>) -> Lockfile {
    let mut tree = Tree::with_capacity(file.packages.len());
    let mut kept: Vec<(&Package<'_>, NodeId)> = Vec::with_capacity(file.packages.len());
    for package in &file.packages {
        let at = Place {
            map: "packages",
            key: &package.key,
            field: "",
        };
        let Some(node) = tree.place_names(&package.key) else {
            reading.defect("limit-depth", &at, "nested too deeply, left out");
            continue;
        };
        if let Some(earlier) = tree.entry(node) {
            reading.defect("duplicate-key", &at, "the path stands twice, the last one counts");
            if let Some(slot) = kept.get_mut(earlier) {
                *slot = (package, node);
            }
            continue;
        }
        tree.set(node, kept.len());
        kept.push((package, node));
    }
    let mut lockfile = Lockfile {
        packages: Vec::with_capacity(kept.len()),
        ..Lockfile::default()
    };
    for project in &file.workspaces {
        // A workspace's own entries lie below its name.
        let name = project.info.name.as_deref();
        let node = name
            .filter(|_| !project.path.is_empty())
            .and_then(|name| tree.child_of(ROOT, name));
        let edges = entry::edges(&project.info.asks, |name| {
            tree.resolve(node.unwrap_or(ROOT), name)
        });
        let (path, name) = (project.path.clone().into_owned(), name.map(str::to_owned));
        lockfile.roots.push(Root { path, name, edges });
    }
    for (package, node) in kept {
        let mut locked = locked(package, &tree, node, reading, lines);
        // Version 0 repeats a workspace's requests here; they stand with the workspace already.
        if !matches!(locked.origin, Origin::Workspace { .. }) {
            locked.edges = entry::edges(&package.info.asks, |name| tree.resolve(node, name));
        }
        lockfile.packages.push(locked);
    }
    scope::work_out(&mut lockfile);
    lockfile
}

fn locked(
    package: &Package<'_>,
    tree: &Tree<'_>,
    node: NodeId,
    reading: &mut Reading<'_>,
    lines: &Lines<'_>,
) -> Locked {
    let at = |field| Place {
        map: "packages",
        key: &package.key,
        field,
    };
    let (real, resolution) = spec::name_and_rest(&package.resolution).unwrap_or((&package.resolution, ""));
    let installed = last_name(&package.key);
    let (name, alias) = entry::identity(reading, real, installed, &at("name"));
    let mut version = None;
    let mut texts = package.texts.iter().map(AsRef::as_ref);
    let mut pinned = texts.next();
    let origin = match asked(resolution) {
        Asked::Git => {
            // The text behind a checkout is Bun's own tag; the digest stands after it.
            pinned = texts.next();
            spec::git(resolution)
        }
        Asked::Url => Origin::Url {
            url: SafeUrl::new(resolution),
        },
        Asked::Path => of_path(resolution),
        Asked::Release if resolution.starts_with("root:") => Origin::Workspace { path: String::new() },
        Asked::Release => {
            version = entry::version(reading, Some(resolution), &at("version"));
            let url = pinned.filter(|text| !text.is_empty());
            pinned = texts.next();
            if package.info.bundled && tree.is_nested(node) {
                Origin::Bundled
            } else {
                if package.info.bundled {
                    reading.defect(
                        "bundled-without-bundler",
                        &at("bundled"),
                        "no package above it bundles anything",
                    );
                }
                Origin::Registry {
                    url: url.map(SafeUrl::new),
                }
            }
        }
    };
    Locked {
        name,
        alias,
        version,
        origin,
        integrity: entry::integrity(reading, pinned, &at("integrity")),
        edges: Vec::new(),
        scope: Scope::Runtime,
        optional: false,
        has_install_script: None,
        line: lines.line(package.offset),
        key: package.key.as_ref().into(),
    }
}

fn of_path(resolution: &str) -> Origin {
    let path = spec::path(resolution).to_owned();
    if resolution.starts_with("workspace:") {
        Origin::Workspace { path }
    } else if resolution.starts_with("link:") || resolution.starts_with("portal:") {
        Origin::Link { path }
    } else {
        Origin::File { path }
    }
}

/// The install name at the end of a key such as `a/@s/b`.
fn last_name(key: &str) -> &str {
    let bare = key.rfind('/').map_or(0, |at| at + 1);
    let before = key.get(..bare.saturating_sub(1)).unwrap_or_default();
    let scope = before.rfind('/').map_or(0, |at| at + 1);
    if before.get(scope..).is_some_and(|scope| scope.starts_with('@')) {
        key.get(scope..).unwrap_or(key)
    } else {
        key.get(bare..).unwrap_or(key)
    }
}
