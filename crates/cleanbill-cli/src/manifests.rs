//! The manifests beside a lockfile that does not tell its own project: `yarn.lock` names no roots.
//! It reads the project's own `package.json` files, bounded, and leaves what it cannot read alone.
use std::{
    fs::{self, File},
    io::Read as _,
    path::{Path, PathBuf},
};

use cleanbill_lockfile::{Lockfile, add_manifest, limits::MAX_MANIFEST_BYTES};
use serde_json::Value;

/// Most workspaces read; the largest public monorepos have some hundreds.
const MAX_WORKSPACES: usize = 2_000;
/// Deepest folder a `**` of a workspace pattern reaches.
const MAX_DEPTH: usize = 6;

/// Adds roots and their requests to a lockfile that keeps none.
pub fn add(lockfile: &mut Lockfile, file: &Path) {
    if !lockfile.format.starts_with("yarn") {
        return;
    }
    let Some(folder) = file.parent() else { return };
    let Some(root) = read(&folder.join("package.json")) else {
        return;
    };
    // A manifest that is none leaves the paths unknown; the entries are judged all the same.
    drop(add_manifest(lockfile, "", &root));
    let mut workspaces = Vec::new();
    for pattern in patterns(&root) {
        let steps: Vec<&str> = pattern
            .split('/')
            .filter(|step| !step.is_empty() && *step != ".")
            .collect();
        expand(folder, &steps, 0, &mut workspaces);
    }
    workspaces.sort();
    workspaces.dedup();
    for workspace in workspaces.iter().take(MAX_WORKSPACES) {
        let shown = workspace
            .strip_prefix(folder)
            .unwrap_or(workspace)
            .to_string_lossy()
            .replace('\\', "/");
        if let Some(manifest) = read(&workspace.join("package.json")) {
            drop(add_manifest(lockfile, &shown, &manifest));
        }
    }
}

fn read(path: &Path) -> Option<Vec<u8>> {
    let limit = u64::try_from(MAX_MANIFEST_BYTES).unwrap_or(u64::MAX);
    let mut bytes = Vec::new();
    File::open(path).ok()?.take(limit).read_to_end(&mut bytes).ok()?;
    Some(bytes)
}

/// Patterns of `workspaces`, in both of its shapes; those that leave the project or exclude are left out.
fn patterns(manifest: &[u8]) -> Vec<String> {
    let Ok(manifest) = serde_json::from_slice::<Value>(manifest) else {
        return Vec::new();
    };
    let workspaces = manifest.get("workspaces");
    let list = workspaces
        .and_then(|w| w.get("packages"))
        .or(workspaces)
        .and_then(Value::as_array);
    let texts = list.into_iter().flatten().filter_map(Value::as_str);
    texts
        .filter(|text| !text.starts_with(['!', '/']) && !text.contains(".."))
        .map(str::to_owned)
        .collect()
}

/// Folders below `folder` that the steps of a pattern lead to and that hold a manifest.
fn expand(folder: &Path, steps: &[&str], depth: usize, found: &mut Vec<PathBuf>) {
    if depth > MAX_DEPTH || found.len() >= MAX_WORKSPACES {
        return;
    }
    let Some((step, rest)) = steps.split_first() else {
        if folder.join("package.json").is_file() {
            found.push(folder.to_owned());
        }
        return;
    };
    if *step == "**" {
        expand(folder, rest, depth + 1, found);
    } else if !step.contains('*') {
        return expand(&folder.join(step), rest, depth + 1, found);
    }
    let Ok(entries) = fs::read_dir(folder) else { return };
    for entry in entries
        .filter_map(Result::ok)
        .filter(|entry| entry.file_type().is_ok_and(|kind| kind.is_dir()))
    {
        let name = entry.file_name();
        let Some(name) = name
            .to_str()
            .filter(|name| *name != "node_modules" && !name.starts_with('.'))
        else {
            continue;
        };
        if *step == "**" {
            expand(&entry.path(), steps, depth + 1, found);
        } else if fits(name, step) {
            expand(&entry.path(), rest, depth + 1, found);
        }
    }
}

/// True when a folder's name fits a step with one or more `*`.
fn fits(name: &str, step: &str) -> bool {
    let mut rest = name;
    let mut pieces = step.split('*');
    let first = pieces.next().unwrap_or_default();
    let Some(after) = rest.strip_prefix(first) else {
        return false;
    };
    rest = after;
    let pieces: Vec<&str> = pieces.collect();
    let Some((last, middle)) = pieces.split_last() else {
        return rest.is_empty();
    };
    for piece in middle {
        match rest.find(piece) {
            Some(at) => rest = rest.get(at + piece.len()..).unwrap_or_default(),
            None => return false,
        }
    }
    rest.ends_with(last)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn stars_fit_within_one_folder_name() {
        for (name, step, fit) in [
            ("a", "*", true),
            ("pkg-a", "pkg-*", true),
            ("a", "pkg-*", false),
            ("ab-x-c", "ab*c", true),
            ("ab", "ab", true),
        ] {
            assert_eq!(fits(name, step), fit, "{name} {step}");
        }
    }

    #[test]
    fn workspaces_of_both_shapes_are_found_and_none_outside() {
        let folder = tempfile::tempdir().unwrap();
        for path in ["packages/a", "packages/deep/b", "apps/web", "node_modules/x"] {
            fs::create_dir_all(folder.path().join(path)).unwrap();
            fs::write(folder.path().join(path).join("package.json"), "{}").unwrap();
        }
        let found = |pattern: &str| {
            let mut found = Vec::new();
            expand(
                folder.path(),
                &pattern.split('/').collect::<Vec<_>>(),
                0,
                &mut found,
            );
            found.len()
        };
        assert_eq!(
            (
                found("packages/*"),
                found("packages/**"),
                found("apps/web"),
                found("*/x")
            ),
            (1, 2, 1, 0)
        );
        assert!(patterns(br#"{"workspaces":["../up","/abs","!no"]}"#).is_empty());
        assert_eq!(patterns(br#"{"workspaces":{"packages":["a/*"]}}"#), ["a/*"]);
    }
}
