//! Bun's text lockfile, `bun.lock`, versions 0 to 3.
//! It knows Bun's words and no other manager's.
//!
//! An entry is a list whose shape hangs on what it resolves to:
//! a release `["name@version", "tarball or empty", {…}, "integrity"]`, a git checkout
//! `["name@git+…#commit", {…}, "tag", "integrity"?]`, a tarball `["name@address", {…}, "integrity"?]`, a
//! folder or link `["name@file:…", {…}]`, a workspace `["name@workspace:path"]`. Its key is the path of
//! install names that leads to it. Versions differ in what Bun refuses and in `overrides`, save that
//! version 0 repeats a workspace's requests behind its entry.
use std::{borrow::Cow, collections::HashMap};

use cleanbill_model::SafeUrl;
use serde::de::{DeserializeSeed, IgnoredAny, MapAccess};
use serde_json::value::RawValue;

use crate::{
    EdgeKind, Locked, Lockfile, LockfileFormat, Origin, ParseLockfileError, Root, Scope,
    asks::{self, Ask},
    entry,
    json::{self, Head, Members, Object, Place, Reading},
    jsonc,
    lines::Lines,
    scope,
    spec::{self, Asked, asked},
    tree::{NodeId, ROOT, Tree},
};

/// Renews a file of a version that is not known here.
const CONVERT: &str = "bun install --save-text-lockfile --lockfile-only";

/// Most elements of an entry; Bun writes up to four.
const MAX_ELEMENTS: usize = 4;

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
        let plain = jsonc::plain(json::text_of(bytes)?);
        let mut reading = Reading::new(&plain);
        let mut file = File::default();
        reading.whole(|deserializer, reading| {
            let mut top = Top { reading, file: &mut file, is_object: true };
            Object(&mut top).deserialize(deserializer)?;
            if top.is_object { Ok(()) } else { Err(serde::de::Error::custom("the file is no object")) }
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

#[derive(Debug, Default)]
struct File<'a> {
    version: Option<&'a RawValue>,
    workspaces: Vec<Project<'a>>,
    packages: Vec<Package<'a>>,
}

/// A root or workspace.
#[derive(Debug)]
struct Project<'a> {
    path: Cow<'a, str>,
    info: Info<'a>,
}

/// An entry of `packages`.
#[derive(Debug)]
struct Package<'a> {
    key: Cow<'a, str>,
    offset: usize,
    /// The first element: `name@resolution`.
    resolution: Cow<'a, str>,
    /// The texts behind it, in order.
    texts: Vec<Cow<'a, str>>,
    info: Info<'a>,
}

/// The object of an entry or of a workspace.
#[derive(Debug, Default)]
struct Info<'a> {
    name: Option<Cow<'a, str>>,
    bundled: bool,
    asks: Vec<Ask<'a>>,
}

struct Top<'r, 'a> {
    reading: &'r mut Reading<'a>,
    file: &'r mut File<'a>,
    is_object: bool,
}

impl<'a> Members<'a> for Top<'_, 'a> {
    fn member<A: MapAccess<'a>>(&mut self, key: &'a RawValue, map: &mut A) -> Result<(), A::Error> {
        let key = self.reading.decode(key, &Place::top("the file's own keys"));
        let again = match key.as_ref() {
            "lockfileVersion" => self.file.version.replace(map.next_value()?).is_some(),
            "workspaces" => {
                let again = !std::mem::take(&mut self.file.workspaces).is_empty();
                let into = &mut self.file.workspaces;
                map.next_value_seed(Object(&mut Workspaces { reading: &mut *self.reading, into }))?;
                again
            }
            "packages" => {
                let again = !std::mem::take(&mut self.file.packages).is_empty();
                let into = &mut self.file.packages;
                map.next_value_seed(Object(&mut Packages { reading: &mut *self.reading, into }))?;
                again
            }
            _ => {
                map.next_value::<IgnoredAny>()?;
                false
            }
        };
        if again {
            self.reading.defect("duplicate-key", key.as_ref(), "the key stands twice, the last one counts");
        }
        Ok(())
    }
    fn no_object(&mut self, _: &'static str) {
        self.is_object = false;
    }
}

struct Workspaces<'r, 'a> {
    reading: &'r mut Reading<'a>,
    into: &'r mut Vec<Project<'a>>,
}

impl<'a> Members<'a> for Workspaces<'_, 'a> {
    fn member<A: MapAccess<'a>>(&mut self, key: &'a RawValue, map: &mut A) -> Result<(), A::Error> {
        self.reading.count_entry()?;
        let Some(path) = self.reading.text(key, &Place::top("workspaces")) else {
            return map.next_value::<IgnoredAny>().map(drop);
        };
        let mut fields =
            Fields { reading: &mut *self.reading, map: "workspaces", key: &path, info: Info::default(), is_object: true };
        map.next_value_seed(Object(&mut fields))?;
        if fields.is_object {
            let info = fields.info;
            self.into.push(Project { path, info });
        }
        Ok(())
    }
    fn no_object(&mut self, found: &'static str) {
        self.reading.defect("wrong-type", "workspaces", format!("{found} stands where an object belongs"));
    }
}

struct Packages<'r, 'a> {
    reading: &'r mut Reading<'a>,
    into: &'r mut Vec<Package<'a>>,
}

impl<'a> Members<'a> for Packages<'_, 'a> {
    fn member<A: MapAccess<'a>>(&mut self, key: &'a RawValue, map: &mut A) -> Result<(), A::Error> {
        self.reading.count_entry()?;
        let offset = self.reading.offset_of(key.get());
        let Some(key) = self.reading.text(key, &Place::top("packages")) else {
            return map.next_value::<IgnoredAny>().map(drop);
        };
        let at = Place { map: "packages", key: &key, field: "" };
        let Some(elements) = map.next_value_seed(Head::<MAX_ELEMENTS>)? else {
            self.reading.defect("wrong-type", &at, "no list stands where one belongs");
            return Ok(());
        };
        let mut texts = Vec::with_capacity(2);
        let mut fields =
            Fields { reading: &mut *self.reading, map: "packages", key: &key, info: Info::default(), is_object: true };
        for element in elements {
            if element.get().starts_with('{') {
                // The grammar has been checked on the way here; what can still fail is a limit.
                Object(&mut fields)
                    .deserialize(&mut serde_json::Deserializer::from_str(element.get()))
                    .map_err(serde::de::Error::custom)?;
            } else if let Some(text) = fields.reading.text(element, &at) {
                texts.push(text);
            }
        }
        let info = fields.info;
        if texts.is_empty() {
            self.reading.defect("wrong-type", &at, "the list does not begin with `name@resolution`");
            return Ok(());
        }
        let resolution = texts.remove(0);
        self.into.push(Package { key, offset, resolution, texts, info });
        Ok(())
    }
    fn no_object(&mut self, found: &'static str) {
        self.reading.defect("wrong-type", "packages", format!("{found} stands where an object belongs"));
    }
}

struct Fields<'r, 'a> {
    reading: &'r mut Reading<'a>,
    map: &'static str,
    key: &'r str,
    info: Info<'a>,
    is_object: bool,
}

impl<'a> Members<'a> for Fields<'_, 'a> {
    fn member<A: MapAccess<'a>>(&mut self, key: &'a RawValue, map: &mut A) -> Result<(), A::Error> {
        let Self { reading, info, .. } = self;
        let field = reading.decode(key, &Place { map: self.map, key: self.key, field: "a key" });
        let at = Place { map: self.map, key: self.key, field: &field };
        let kind = match field.as_ref() {
            "dependencies" => EdgeKind::Runtime,
            "devDependencies" => EdgeKind::Development,
            "optionalDependencies" => EdgeKind::Optional,
            "peerDependencies" => EdgeKind::Peer,
            "name" => {
                info.name = reading.text(map.next_value()?, &at);
                return Ok(());
            }
            "bundled" => {
                info.bundled = reading.flag(map.next_value()?, &at);
                return Ok(());
            }
            _ => return map.next_value::<IgnoredAny>().map(drop),
        };
        if info.asks.iter().any(|ask| ask.kind == kind) {
            reading.defect("duplicate-key", &at, "the key stands twice, the last one counts");
        }
        asks::read(reading, self.key, &mut info.asks, kind, &field, map)
    }
    fn no_object(&mut self, found: &'static str) {
        self.is_object = false;
        let at = Place { map: self.map, key: self.key, field: "" };
        self.reading.defect("wrong-type", &at, format!("{found} stands where an object belongs"));
    }
}

/// The model of what was read.
fn build(file: &File<'_>, reading: &mut Reading<'_>, lines: &Lines<'_>) -> Lockfile {
    let mut tree = Tree::with_capacity(file.packages.len());
    let mut kept: Vec<(&Package<'_>, NodeId)> = Vec::with_capacity(file.packages.len());
    let mut seen: HashMap<NodeId, usize> = HashMap::with_capacity(file.packages.len());
    for package in &file.packages {
        let at = Place { map: "packages", key: &package.key, field: "" };
        let Some(node) = tree.place_names(&package.key) else {
            reading.defect("limit-depth", &at, "nested too deeply, left out");
            continue;
        };
        if let Some(&earlier) = seen.get(&node) {
            reading.defect("duplicate-key", &at, "the path stands twice, the last one counts");
            if let Some(slot) = kept.get_mut(earlier) {
                *slot = (package, node);
            }
            continue;
        }
        seen.insert(node, kept.len());
        tree.set(node, kept.len());
        kept.push((package, node));
    }
    let mut lockfile = Lockfile::default();
    for project in &file.workspaces {
        // A workspace's own entries lie below its name.
        let name = project.info.name.as_deref();
        let node = name.filter(|_| !project.path.is_empty()).and_then(|name| tree.child_of(ROOT, name));
        let edges = entry::edges(&project.info.asks, |name| tree.resolve(node.unwrap_or(ROOT), name));
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

fn locked(package: &Package<'_>, tree: &Tree<'_>, node: NodeId, reading: &mut Reading<'_>, lines: &Lines<'_>) -> Locked {
    let at = |field| Place { map: "packages", key: &package.key, field };
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
        Asked::Url => Origin::Url { url: SafeUrl::new(resolution) },
        Asked::Path => of_path(resolution),
        Asked::Release if resolution.starts_with("root:") => Origin::Workspace { path: String::new() },
        Asked::Release if resolution.ends_with(".tgz") || resolution.ends_with(".tar.gz") => {
            Origin::File { path: resolution.to_owned() }
        }
        Asked::Release => {
            version = entry::version(reading, Some(resolution), &at("version"));
            let url = pinned.filter(|text| !text.is_empty());
            pinned = texts.next();
            if package.info.bundled && tree.is_nested(node) {
                Origin::Bundled
            } else {
                if package.info.bundled {
                    reading.defect("bundled-without-bundler", &at("bundled"), "no package above it bundles anything");
                }
                Origin::Registry { url: url.map(SafeUrl::new) }
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
