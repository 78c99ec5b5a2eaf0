//! Catalogs: ranges that a workspace keeps in one place and its manifests ask for as `catalog:`.
//! It reads and changes the three files that clients keep them in, and weighs no version.
use std::collections::BTreeMap;

use serde_json::Value;

use super::{
    client::Client,
    edit,
    overrides::PNPM_WORKSPACE,
    yaml::{self, YamlEditError},
};
use crate::project::Held;

/// The protocol of a request that a catalog answers.
const PROTOCOL: &str = "catalog:";
/// Yarn's settings.
const YARNRC: &str = ".yarnrc.yml";
/// Most entries read; the largest public catalogs have some hundred.
const MAX_ENTRIES: usize = 10_000;

/// The ranges of a project's catalogs, by catalog and name.
pub type Catalogs = BTreeMap<(String, String), String>;

/// The file a client keeps its catalogs in; npm and Yarn 1 have none.
#[must_use]
pub fn file(client: Client) -> Option<&'static str> {
    match client {
        Client::Pnpm => Some(PNPM_WORKSPACE),
        Client::YarnBerry => Some(YARNRC),
        Client::Bun => Some("package.json"),
        Client::Npm | Client::YarnClassic => None,
    }
}

/// The catalog a request names; the one without a name is `default`.
#[must_use]
pub fn named(specifier: &str) -> Option<&str> {
    let name = specifier.strip_prefix(PROTOCOL)?.trim();
    Some(if name.is_empty() { "default" } else { name })
}

/// The catalogs in `text`, the client's file.
#[must_use]
pub fn read(client: Client, text: &str) -> Catalogs {
    let mut catalogs = Catalogs::new();
    match client {
        Client::Pnpm | Client::YarnBerry => {
            for (key, range) in yaml::pairs(text, &["catalog"]).unwrap_or_default() {
                keep(&mut catalogs, "default", key, range);
            }
            for name in yaml::keys(text, &["catalogs"]).unwrap_or_default() {
                for (key, range) in yaml::pairs(text, &["catalogs", &name]).unwrap_or_default() {
                    keep(&mut catalogs, &name, key, range);
                }
            }
        }
        Client::Bun => {
            let root: Value = serde_json::from_str(text).unwrap_or_default();
            for base in [Some(&root), root.get("workspaces")].into_iter().flatten() {
                let entries = |value: Option<&Value>| -> Vec<(String, String)> {
                    value
                        .and_then(Value::as_object)
                        .into_iter()
                        .flatten()
                        .filter_map(|(key, range)| Some((key.clone(), range.as_str()?.to_owned())))
                        .collect()
                };
                for (key, range) in entries(base.get("catalog")) {
                    keep(&mut catalogs, "default", key, range);
                }
                for (name, inner) in base
                    .get("catalogs")
                    .and_then(Value::as_object)
                    .into_iter()
                    .flatten()
                {
                    for (key, range) in entries(Some(inner)) {
                        keep(&mut catalogs, name, key, range);
                    }
                }
            }
        }
        Client::Npm | Client::YarnClassic => {}
    }
    catalogs
}

fn keep(catalogs: &mut Catalogs, name: &str, key: String, range: String) {
    if catalogs.len() < MAX_ENTRIES {
        catalogs.insert((name.to_owned(), key), range);
    }
}

/// Puts the range of its catalog in place of every request that names one.
pub fn fill(project: &mut [Held], catalogs: &Catalogs) {
    if catalogs.is_empty() {
        return;
    }
    for ask in project.iter_mut().flat_map(|held| &mut held.asks) {
        if let Some(name) = named(&ask.specifier)
            && let Some(range) = catalogs.get(&(name.to_owned(), ask.key.clone()))
        {
            ask.specifier.clone_from(range);
        }
    }
}

/// The client's file with the range of `key` in `catalog` changed from `old` to `new`; `None` where it cannot be.
#[must_use]
pub fn write(client: Client, text: &str, catalog: &str, key: &str, old: &str, new: &str) -> Option<String> {
    let paths: Vec<Vec<&str>> = if catalog == "default" {
        vec![vec!["catalog", key], vec!["catalogs", catalog, key]]
    } else {
        vec![vec!["catalogs", catalog, key]]
    };
    // A second member that is asked for through the same catalog finds it changed already.
    let yaml_at = |path: &[&str]| match yaml::replace(text, path, old, new) {
        Err(YamlEditError::Differs { .. })
            if yaml::get(text, path).ok().flatten().as_deref() == Some(new) =>
        {
            Some(text.to_owned())
        }
        answer => answer.ok(),
    };
    let json_at = |path: &[&str]| {
        edit::replace(text, path, old, new)
            .or_else(|_| edit::replace(text, path, new, new))
            .ok()
    };
    match client {
        Client::Pnpm | Client::YarnBerry => paths.iter().find_map(|path| yaml_at(path)),
        Client::Bun => paths.iter().find_map(|path| {
            let below: Vec<&str> = std::iter::once("workspaces")
                .chain(path.iter().copied())
                .collect();
            json_at(path).or_else(|| json_at(&below))
        }),
        Client::Npm | Client::YarnClassic => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn catalogs_are_read_and_one_range_changes_in_each_clients_file() {
        let workspace = "packages: [a]\ncatalog:\n  left: ^1.0.0\ncatalogs:\n  old:\n    left: ^0.9.0\n";
        let catalogs = read(Client::Pnpm, workspace);
        assert_eq!(catalogs[&("default".into(), "left".into())], "^1.0.0");
        assert_eq!(catalogs[&("old".into(), "left".into())], "^0.9.0");
        let new = write(Client::Pnpm, workspace, "default", "left", "^1.0.0", "^2.0.0").unwrap();
        assert_eq!(new, workspace.replace("^1.0.0", "^2.0.0"));
        assert_eq!(
            write(Client::Pnpm, &new, "default", "left", "^1.0.0", "^2.0.0").as_ref(),
            Some(&new),
            "asked for twice, changed once"
        );
        assert_eq!(
            write(Client::Pnpm, workspace, "gone", "left", "^1.0.0", "^2.0.0"),
            None
        );
        let manifest = r#"{"workspaces": {"packages": ["a"], "catalog": {"left": "^1.0.0"}, "catalogs": {"old": {"left": "^0.9.0"}}}}"#;
        assert_eq!(read(Client::Bun, manifest), catalogs);
        let new = write(Client::Bun, manifest, "old", "left", "^0.9.0", "^1.5.0").unwrap();
        assert_eq!(new, manifest.replace("^0.9.0", "^1.5.0"));
        assert!(read(Client::Npm, workspace).is_empty());
        assert_eq!(
            (named("catalog:"), named("catalog:old"), named("^1")),
            (Some("default"), Some("old"), None)
        );
    }
}
