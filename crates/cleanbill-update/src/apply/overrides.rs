//! Where each client keeps overrides, how it names a package below another, and which overrides a project has.
//! It knows the clients' words; what to override is the plan's affair.
use cleanbill_model::PackageName;
use serde_json::Value;

use super::{client::Client, yaml};

/// Most overrides looked at; the longest lists known have some hundred.
const MAX_OVERRIDES: usize = 5_000;
/// The first pnpm that reads overrides from `pnpm-workspace.yaml`, in a project of one package as well.
const PNPM_WORKSPACE_SINCE: (u64, u64) = (10, 6);

/// The file pnpm keeps them in since its tenth major.
pub const PNPM_WORKSPACE: &str = "pnpm-workspace.yaml";

/// The place of one override.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Place {
    /// The file, beside the lockfile.
    pub file: &'static str,
    /// The path of its value there.
    pub path: Vec<String>,
}

/// Where pnpm of the version `pnpm` keeps overrides. An unknown version is taken for a new one.
#[must_use]
pub fn pnpm_keeps_in_workspace(pnpm: Option<&str>) -> bool {
    let mut numbers = pnpm
        .unwrap_or_default()
        .trim()
        .split('.')
        .map(|part| part.parse::<u64>().ok());
    match (numbers.next().flatten(), numbers.next().flatten()) {
        (Some(major), Some(minor)) => (major, minor) >= PNPM_WORKSPACE_SINCE,
        _ => true,
    }
}

/// The place of an override of `name`, below `parent` where only there; `None` where the client knows no such.
/// `workspace` says where pnpm keeps them.
#[must_use]
pub fn place(
    client: Client,
    name: &PackageName,
    parent: Option<&PackageName>,
    workspace: bool,
) -> Option<Place> {
    let manifest = |path: Vec<String>| {
        Some(Place {
            file: "package.json",
            path,
        })
    };
    let name = name.to_string();
    match (client, parent) {
        (Client::Npm, Some(parent)) => manifest(vec!["overrides".into(), parent.to_string(), name]),
        (Client::Npm | Client::Bun, None) => manifest(vec!["overrides".into(), name]),
        (Client::YarnClassic | Client::YarnBerry, None) => manifest(vec!["resolutions".into(), name]),
        // Yarn 1 counts the path from the project, so that any depth must be asked for.
        (Client::YarnClassic, Some(parent)) => {
            manifest(vec!["resolutions".into(), format!("**/{parent}/{name}")])
        }
        (Client::YarnBerry, Some(parent)) => manifest(vec!["resolutions".into(), format!("{parent}/{name}")]),
        (Client::Pnpm, parent) => {
            let key = parent.map_or_else(|| name.clone(), |parent| format!("{parent}>{name}"));
            if workspace {
                Some(Place {
                    file: PNPM_WORKSPACE,
                    path: vec!["overrides".into(), key],
                })
            } else {
                manifest(vec!["pnpm".into(), "overrides".into(), key])
            }
        }
        (Client::Bun, Some(_)) => None,
    }
}

/// An override a project has.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Standing {
    /// The file it stands in.
    pub file: &'static str,
    /// Its path there, as its owner would name it.
    pub at: String,
    /// The package.
    pub name: PackageName,
    /// What it says.
    pub value: String,
}

/// The overrides a project's root manifest and `pnpm-workspace.yaml` have, those of the named client.
#[must_use]
pub fn standing(client: Client, manifest: &str, workspace: &str) -> Vec<Standing> {
    let mut found = Vec::new();
    let root: Value = serde_json::from_str(manifest).unwrap_or_default();
    let paths: &[&[&str]] = match client {
        Client::Npm | Client::Bun => &[&["overrides"]],
        Client::YarnClassic | Client::YarnBerry => &[&["resolutions"]],
        Client::Pnpm => &[&["pnpm", "overrides"]],
    };
    for path in paths {
        let map = path.iter().try_fold(&root, |value, key| value.get(key));
        gather(&mut found, map, &path.join("."), 0);
    }
    if client == Client::Pnpm {
        for (key, value) in yaml::pairs(workspace, &["overrides"]).unwrap_or_default() {
            push(&mut found, PNPM_WORKSPACE, "overrides", &key, &value);
        }
    }
    found
}

fn gather(found: &mut Vec<Standing>, map: Option<&Value>, at: &str, depth: usize) {
    // npm nests them; nobody's are deeper than a few.
    if depth > 8 {
        return;
    }
    for (key, value) in map.and_then(Value::as_object).into_iter().flatten() {
        match value {
            Value::String(value) => push(found, "package.json", at, key, value),
            inner => gather(found, Some(inner), &format!("{at}.{key}"), depth + 1),
        }
    }
}

fn push(found: &mut Vec<Standing>, file: &'static str, at: &str, key: &str, value: &str) {
    if found.len() >= MAX_OVERRIDES {
        return;
    }
    let last = key.rsplit('>').next().unwrap_or(key);
    // `@s/a`, `parent/@s/a`, `parent/a`, `a@^1`: the name is what is left without path and range.
    let parts: Vec<&str> = last.split('/').collect();
    let name = match parts.as_slice() {
        [.., scope, name] if scope.starts_with('@') => format!("{scope}/{name}"),
        [.., name] => (*name).to_owned(),
        [] => return,
    };
    let bare = name
        .char_indices()
        .skip(1)
        .find(|(_, c)| *c == '@')
        .map_or(name.as_str(), |(at, _)| name.get(..at).unwrap_or_default());
    if let Ok(name) = PackageName::parse(bare) {
        found.push(Standing {
            file,
            at: format!("{at}.{key}"),
            name,
            value: value.to_owned(),
        });
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn name(text: &str) -> PackageName {
        PackageName::parse(text).unwrap()
    }

    #[test]
    fn every_client_has_its_own_place_and_words() {
        let (left, outer) = (name("@s/left"), name("outer"));
        let at = |client, parent, workspace| {
            place(client, &left, parent, workspace).map(|place| (place.file, place.path.join(" ")))
        };
        for (client, parent, workspace, file, path) in [
            (Client::Npm, None, false, "package.json", "overrides @s/left"),
            (
                Client::Npm,
                Some(&outer),
                false,
                "package.json",
                "overrides outer @s/left",
            ),
            (
                Client::Pnpm,
                None,
                true,
                "pnpm-workspace.yaml",
                "overrides @s/left",
            ),
            (
                Client::Pnpm,
                Some(&outer),
                true,
                "pnpm-workspace.yaml",
                "overrides outer>@s/left",
            ),
            (
                Client::Pnpm,
                Some(&outer),
                false,
                "package.json",
                "pnpm overrides outer>@s/left",
            ),
            (
                Client::YarnClassic,
                Some(&outer),
                false,
                "package.json",
                "resolutions **/outer/@s/left",
            ),
            (
                Client::YarnBerry,
                Some(&outer),
                false,
                "package.json",
                "resolutions outer/@s/left",
            ),
            (Client::Bun, None, false, "package.json", "overrides @s/left"),
        ] {
            assert_eq!(
                at(client, parent, workspace),
                Some((file, path.to_owned())),
                "{client:?}"
            );
        }
        assert_eq!(at(Client::Bun, Some(&outer), false), None);
        assert!(pnpm_keeps_in_workspace(Some("10.34.9\n")) && pnpm_keeps_in_workspace(Some("12.0.0-rc.8")));
        assert!(!pnpm_keeps_in_workspace(Some("9.15.9")) && !pnpm_keeps_in_workspace(Some("10.4.0")));
        assert!(pnpm_keeps_in_workspace(None));
    }

    #[test]
    fn standing_overrides_are_found_in_every_form() {
        let manifest = r#"{"overrides": {"a": "1.0.0", "outer": {"@s/b": "2.0.0"}},
            "resolutions": {"**/outer/c": "3.0.0", "@s/d/@t/e": "4.0.0"}, "pnpm": {"overrides": {"f@^1": "1.2.0"}}}"#;
        let names = |client| -> Vec<String> {
            standing(client, manifest, "overrides:\n  'x>@s/g': 1.0.0\n")
                .into_iter()
                .map(|one| format!("{} {}", one.name, one.value))
                .collect()
        };
        assert_eq!(names(Client::Npm), ["a 1.0.0", "@s/b 2.0.0"]);
        assert_eq!(names(Client::YarnBerry), ["c 3.0.0", "@t/e 4.0.0"]);
        assert_eq!(names(Client::Pnpm), ["f 1.2.0", "@s/g 1.0.0"]);
        assert!(standing(Client::Npm, "[", "[").is_empty());
    }
}
