//! What a project's own `package.json` adds to a lockfile that leaves it out: Yarn 1 names no projects at
//! all, and later Yarns do not tell development dependencies from others.
//! It reads no other field of the manifest, and changes no other format's lockfile.
use std::collections::{HashMap, HashSet};

use cleanbill_model::{Defect, Untrusted};
use serde_json::{Map, Value};

use crate::{
    Edge, EdgeKind, Lockfile, Root,
    limits::{MAX_DEFECTS, MAX_FIELD_BYTES, MAX_MANIFEST_BYTES},
    scope, yarn_berry, yarn_classic,
};

/// Why a manifest adds nothing.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ParseManifestError {
    /// Larger than the limit.
    #[error("the manifest has {found} bytes, the limit is {MAX_MANIFEST_BYTES}")]
    TooLarge {
        /// Bytes found.
        found: usize,
    },
    /// No JSON.
    #[error("the manifest is malformed at line {line}, column {column}")]
    Malformed {
        /// Line, from 1.
        line: usize,
        /// Column, from 1.
        column: usize,
    },
    /// JSON, but no object.
    #[error("the manifest is no JSON object")]
    NoObject,
}

/// The maps of a manifest and what they mean; a later one goes before an earlier one, as Yarn has it.
const MAPS: &[(&str, EdgeKind)] = &[
    ("devDependencies", EdgeKind::Development),
    ("dependencies", EdgeKind::Runtime),
    ("optionalDependencies", EdgeKind::Optional),
];

/// Adds the manifest of the project in `folder` (relative to the lockfile, empty for its own) to a lockfile
/// of Yarn: its name, what it asks for and what answers, and with that every entry's scope. Call it once
/// for each project. Lockfiles of other formats, which know all that, are left as they are.
///
/// # Errors
/// When the manifest is too large or no JSON object; a field of a wrong type is a defect of the lockfile.
pub fn add_manifest(
    lockfile: &mut Lockfile,
    folder: &str,
    manifest: &[u8],
) -> Result<(), ParseManifestError> {
    if lockfile.format != yarn_classic::ID && lockfile.format != yarn_berry::ID {
        return Ok(());
    }
    if manifest.len() > MAX_MANIFEST_BYTES {
        return Err(ParseManifestError::TooLarge {
            found: manifest.len(),
        });
    }
    let manifest = manifest.strip_prefix("\u{feff}".as_bytes()).unwrap_or(manifest);
    let parsed: Value = serde_json::from_slice(manifest).map_err(|error| ParseManifestError::Malformed {
        line: error.line(),
        column: error.column(),
    })?;
    let Value::Object(manifest) = parsed else {
        return Err(ParseManifestError::NoObject);
    };
    if lockfile.format == yarn_classic::ID {
        add_project(lockfile, folder, &manifest);
    } else {
        mark_development(lockfile, folder, &manifest);
    }
    scope::work_out(lockfile);
    Ok(())
}

/// Yarn 1: the project becomes a root.
fn add_project(lockfile: &mut Lockfile, folder: &str, manifest: &Map<String, Value>) {
    let mut edges: Vec<Edge> = Vec::new();
    let mut places: HashMap<String, usize> = HashMap::new();
    for (map, kind) in MAPS {
        for (name, range) in requests(lockfile, folder, manifest, map) {
            let edge = Edge {
                name: name.clone(),
                range: Some(range),
                kind: *kind,
                to: None,
            };
            match places.get(&name).and_then(|at| edges.get_mut(*at)) {
                Some(earlier) => *earlier = edge,
                None => {
                    places.insert(name, edges.len());
                    edges.push(edge);
                }
            }
        }
    }
    yarn_classic::answer(lockfile, &mut edges);
    let name = manifest
        .get("name")
        .and_then(Value::as_str)
        .filter(|name| name.len() <= MAX_FIELD_BYTES)
        .map(str::to_owned);
    let root = Root {
        path: folder.to_owned(),
        name,
        edges,
    };
    match lockfile.roots.iter_mut().find(|known| known.path == folder) {
        Some(known) => *known = root,
        None => lockfile.roots.push(root),
    }
}

/// Later Yarns: the project is a root already, its development dependencies become such.
fn mark_development(lockfile: &mut Lockfile, folder: &str, manifest: &Map<String, Value>) {
    let firm: HashSet<String> = requests(lockfile, folder, manifest, "dependencies")
        .into_iter()
        .map(|(name, _)| name)
        .collect();
    let development: HashSet<String> = requests(lockfile, folder, manifest, "devDependencies")
        .into_iter()
        .map(|(name, _)| name)
        .collect();
    let edges = lockfile
        .roots
        .iter_mut()
        .filter(|root| root.path == folder)
        .flat_map(|root| &mut root.edges);
    for edge in edges.filter(|edge| edge.kind == EdgeKind::Runtime) {
        if development.contains(&edge.name) && !firm.contains(&edge.name) {
            edge.kind = EdgeKind::Development;
        }
    }
}

/// Names and ranges of one map; what is not text is a defect.
fn requests(
    lockfile: &mut Lockfile,
    folder: &str,
    manifest: &Map<String, Value>,
    map: &str,
) -> Vec<(String, String)> {
    let mut flaw = |note: String| {
        if lockfile.defects.len() < MAX_DEFECTS {
            let place = Untrusted::clipped(&format!("{folder}/package.json"), 200);
            lockfile
                .defects
                .push(Defect::new("wrong-type", place, Untrusted::clipped(&note, 200)));
        }
    };
    let pairs = match manifest.get(map) {
        None | Some(Value::Null) => return Vec::new(),
        Some(Value::Object(pairs)) => pairs,
        Some(_) => {
            flaw(format!("`{map}` is no object"));
            return Vec::new();
        }
    };
    let mut found = Vec::with_capacity(pairs.len());
    for (name, range) in pairs {
        match range.as_str() {
            Some(range) if name.len() + range.len() <= MAX_FIELD_BYTES => {
                found.push((name.clone(), range.to_owned()))
            }
            _ => flaw(format!(
                "`{map}` asks for `{name}` with no text, or too long a one"
            )),
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{LockfileFormat, Scope, yarn_berry::YarnBerry, yarn_classic::YarnClassic};

    const CLASSIC: &[u8] = include_bytes!("../fixtures/yarn-classic/sources.lock");
    const BERRY: &[u8] = include_bytes!("../fixtures/yarn-berry/version-4.lock");

    fn with(manifest: &str) -> Lockfile {
        let mut lockfile = YarnClassic.parse(CLASSIC).unwrap();
        add_manifest(&mut lockfile, "", manifest.as_bytes()).unwrap();
        lockfile
    }

    fn scope(lockfile: &Lockfile, key: &str) -> (Scope, bool) {
        let package = lockfile
            .packages
            .iter()
            .find(|package| package.key.raw().contains(key))
            .unwrap();
        (package.scope, package.optional)
    }

    #[test]
    fn a_project_brings_paths_and_scopes_to_yarn_1() {
        let lockfile = with(
            r#"{"name": "app", "dependencies": {"left": "^1.0.0", "gone": "^9"},
                "devDependencies": {"@acme/parser": "^2.1.0", "left": "^1.0.0"}}"#,
        );
        let root = &lockfile.roots[0];
        assert_eq!((root.name.as_deref(), root.edges.len()), (Some("app"), 3));
        assert_eq!(scope(&lockfile, "left@^1"), (Scope::Runtime, false));
        assert_eq!(scope(&lockfile, "@acme/parser"), (Scope::Development, false));
        assert_eq!(scope(&lockfile, "watcher@"), (Scope::Development, true));
        let parser = lockfile
            .packages
            .iter()
            .position(|package| package.key.raw().contains("parser"))
            .unwrap();
        let watcher = lockfile
            .packages
            .iter()
            .position(|package| package.key.raw().starts_with("watcher@"))
            .unwrap();
        assert_eq!(lockfile.paths()[watcher], [vec![parser, watcher]]);
    }

    #[test]
    fn each_project_is_a_root_of_its_own() {
        let mut lockfile = with(r#"{"dependencies": {"left": "^1.0.0"}}"#);
        add_manifest(
            &mut lockfile,
            "packages/a",
            br#"{"dependencies": {"old-left": "npm:left@^0.9.0"}}"#,
        )
        .unwrap();
        let roots: Vec<&str> = lockfile.roots.iter().map(|root| &*root.path).collect();
        assert_eq!(roots, ["", "packages/a"]);
        assert!(lockfile.roots[1].edges[0].to.is_some());
    }

    #[test]
    fn later_yarns_learn_what_is_for_development() {
        let mut lockfile = YarnBerry.parse(BERRY).unwrap();
        add_manifest(&mut lockfile, "", br#"{"devDependencies": {"left": "^1.0.0"}}"#).unwrap();
        assert_eq!(lockfile.roots[0].edges[0].kind, EdgeKind::Development);
        assert_eq!(scope(&lockfile, "left@"), (Scope::Development, false));
        assert_eq!(scope(&lockfile, "fsevents@patch"), (Scope::Development, true));
    }

    #[test]
    fn a_bad_manifest_adds_nothing_and_a_bad_field_is_a_defect() {
        let mut lockfile = YarnClassic.parse(CLASSIC).unwrap();
        let mut refused = |manifest: &[u8]| add_manifest(&mut lockfile, "", manifest).unwrap_err();
        assert_eq!(refused(b"[]"), ParseManifestError::NoObject);
        assert!(matches!(
            refused(b"{"),
            ParseManifestError::Malformed { line: 1, .. }
        ));
        assert!(matches!(
            refused(&vec![b' '; MAX_MANIFEST_BYTES + 1]),
            ParseManifestError::TooLarge { .. }
        ));
        assert!(matches!(
            refused("[".repeat(100_000).as_bytes()),
            ParseManifestError::Malformed { .. }
        ));
        let lockfile =
            with(r#"{"dependencies": ["left"], "devDependencies": {"left": 1, "watcher": "~2.3.2"}}"#);
        assert_eq!(
            lockfile
                .defects
                .iter()
                .map(|defect| defect.code)
                .collect::<Vec<_>>(),
            ["wrong-type", "wrong-type"]
        );
        assert_eq!(lockfile.roots[0].edges.len(), 1);
    }

    #[test]
    fn other_formats_are_left_alone() {
        let mut lockfile = crate::pnpm_lock::PnpmLock
            .parse(b"lockfileVersion: '9.0'\n")
            .unwrap();
        add_manifest(&mut lockfile, "", b"no JSON").unwrap();
        assert_eq!(lockfile.roots.len(), 1);
    }
}
