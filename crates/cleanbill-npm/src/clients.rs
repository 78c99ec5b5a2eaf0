//! What Yarn, pnpm, Bun and npm are told about ages, scripts and registries, to be shown beside a policy.
//! It enforces nothing and reads no secret.
use std::fmt;

use cleanbill_model::{Defect, SafeUrl, Untrusted};
use serde_json::Value;

use crate::limits::{MAX_QUOTED_CHARS, MAX_SETTINGS, MAX_SETTINGS_BYTES, MAX_YAML_BRACKETS};

/// A package manager.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Client {
    /// npm.
    Npm,
    /// Yarn 2 and later.
    Yarn,
    /// pnpm.
    Pnpm,
    /// Bun.
    Bun,
}

impl fmt::Display for Client {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Npm => "npm",
            Self::Yarn => "Yarn",
            Self::Pnpm => "pnpm",
            Self::Bun => "Bun",
        })
    }
}

/// One setting somebody made.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ClientSetting {
    /// Whose it is.
    pub client: Client,
    /// Its name, with a path where it is nested: `npmScopes.left.npmRegistryServer`.
    pub key: String,
    /// Its value as text; list entries apart by commas.
    pub value: Untrusted,
    /// The file it stands in.
    pub file: String,
}

/// Settings of one or more clients.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ClientSettings {
    /// In the order of their files.
    pub settings: Vec<ClientSetting>,
    /// What is wrong with the files.
    pub defects: Vec<Defect>,
}

/// What is read of a file: a path of names, `*` for any, and what stands there.
struct Wanted {
    path: &'static [&'static str],
    kind: Kind,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    /// A value or list, shown as it stands.
    Plain,
    /// An address, or an object with one under `url`; shown without user and password.
    Address,
}

const fn plain(path: &'static [&'static str]) -> Wanted {
    Wanted {
        path,
        kind: Kind::Plain,
    }
}

const fn address(path: &'static [&'static str]) -> Wanted {
    Wanted {
        path,
        kind: Kind::Address,
    }
}

const YARN: [Wanted; 7] = [
    address(&["npmRegistryServer"]),
    address(&["npmScopes", "*", "npmRegistryServer"]),
    plain(&["npmMinimalAgeGate"]),
    plain(&["npmPreapprovedPackages"]),
    plain(&["enableScripts"]),
    plain(&["enableStrictSsl"]),
    plain(&["approvedGitRepositories"]),
];

const PNPM: [Wanted; 14] = [
    address(&["registry"]),
    address(&["registries", "*"]),
    plain(&["minimumReleaseAge"]),
    plain(&["minimumReleaseAgeExclude"]),
    plain(&["minimumReleaseAgeStrict"]),
    plain(&["trustPolicy"]),
    plain(&["trustPolicyExclude"]),
    plain(&["onlyBuiltDependencies"]),
    plain(&["neverBuiltDependencies"]),
    plain(&["ignoredBuiltDependencies"]),
    plain(&["allowBuilds"]),
    plain(&["dangerouslyAllowAllBuilds"]),
    plain(&["ignoreScripts"]),
    plain(&["blockExoticSubdeps"]),
];

const BUN: [Wanted; 6] = [
    address(&["install", "registry"]),
    address(&["install", "scopes", "*"]),
    plain(&["install", "minimumReleaseAge"]),
    plain(&["install", "minimumReleaseAgeExcludes"]),
    plain(&["install", "ignoreScripts"]),
    plain(&["install", "security", "scanner"]),
];

const BUN_MANIFEST: [Wanted; 1] = [plain(&["trustedDependencies"])];

const PNPM_MANIFEST: [Wanted; 4] = [
    plain(&["pnpm", "onlyBuiltDependencies"]),
    plain(&["pnpm", "neverBuiltDependencies"]),
    plain(&["pnpm", "minimumReleaseAge"]),
    plain(&["pnpm", "minimumReleaseAgeExclude"]),
];

impl ClientSettings {
    /// Adds what a `.yarnrc.yml` says. `file` is its path as its owner would write it.
    pub fn add_yarnrc(&mut self, text: &str, file: &str) {
        self.add(text, file, read_yaml, &[(Client::Yarn, &YARN)]);
    }

    /// Adds what a `pnpm-workspace.yaml` says.
    pub fn add_pnpm_workspace(&mut self, text: &str, file: &str) {
        self.add(text, file, read_yaml, &[(Client::Pnpm, &PNPM)]);
    }

    /// Adds what a `bunfig.toml` says.
    pub fn add_bunfig(&mut self, text: &str, file: &str) {
        let read = |text: &str| toml::from_str(text).map_err(|error| error.to_string());
        self.add(text, file, read, &[(Client::Bun, &BUN)]);
    }

    /// Adds what a project's `package.json` tells its clients.
    pub fn add_manifest(&mut self, text: &str, file: &str) {
        let read = |text: &str| serde_json::from_str(text).map_err(|error| error.to_string());
        self.add(
            text,
            file,
            read,
            &[(Client::Bun, &BUN_MANIFEST), (Client::Pnpm, &PNPM_MANIFEST)],
        );
    }

    fn add(
        &mut self,
        text: &str,
        file: &str,
        read: impl FnOnce(&str) -> Result<Value, String>,
        wanted: &[(Client, &[Wanted])],
    ) {
        let text = text.strip_prefix('\u{feff}').unwrap_or(text);
        if text.len() > MAX_SETTINGS_BYTES {
            let note = format!(
                "the file has {} bytes, the limit is {MAX_SETTINGS_BYTES}; it is not read",
                text.len()
            );
            self.defects.push(Defect::new("limit-settings-bytes", file, note));
            return;
        }
        if text.trim().is_empty() {
            return;
        }
        match read(text) {
            Ok(root) => {
                for (client, wanted) in wanted {
                    for want in *wanted {
                        self.gather(*client, &root, want.path, want.kind, String::new(), file);
                    }
                }
            }
            Err(reason) => {
                let reason = Untrusted::clipped(&reason, MAX_QUOTED_CHARS);
                self.defects
                    .push(Defect::new("settings-unreadable", file, reason));
            }
        }
    }

    fn gather(&mut self, client: Client, value: &Value, path: &[&str], kind: Kind, key: String, file: &str) {
        if self.settings.len() >= MAX_SETTINGS {
            return;
        }
        let joined = |name: &str| {
            if key.is_empty() {
                name.to_owned()
            } else {
                format!("{key}.{name}")
            }
        };
        match path.split_first() {
            Some((&"*", rest)) => {
                for (name, inner) in value.as_object().into_iter().flatten() {
                    self.gather(client, inner, rest, kind, joined(name), file);
                }
            }
            Some((name, rest)) => {
                if let Some(inner) = value.get(name) {
                    self.gather(client, inner, rest, kind, joined(name), file);
                }
            }
            None => match shown(value, kind) {
                Some(value) => self.settings.push(ClientSetting {
                    client,
                    key,
                    value,
                    file: file.to_owned(),
                }),
                None => {
                    let note = "the value is not of a type this setting has; it is not shown";
                    self.defects
                        .push(Defect::new("wrong-type", format!("{file} {key}"), note));
                }
            },
        }
    }
}

fn read_yaml(text: &str) -> Result<Value, String> {
    let brackets = text.bytes().filter(|byte| matches!(byte, b'[' | b'{')).count();
    if brackets > MAX_YAML_BRACKETS {
        return Err(format!(
            "the file has {brackets} opening brackets, the limit is {MAX_YAML_BRACKETS}"
        ));
    }
    yaml_serde::from_str(text).map_err(|error| error.to_string())
}

fn shown(value: &Value, kind: Kind) -> Option<Untrusted> {
    if kind == Kind::Address {
        let url = value.as_str().or_else(|| value.get("url")?.as_str())?;
        return Some(SafeUrl::new(url).to_string().into());
    }
    let text = match value {
        Value::Array(items) => items
            .iter()
            .map(plain_text)
            .collect::<Option<Vec<_>>>()?
            .join(", "),
        Value::Object(map) => {
            let pairs = map
                .iter()
                .map(|(key, value)| Some(format!("{key}: {}", plain_text(value)?)));
            pairs.collect::<Option<Vec<_>>>()?.join(", ")
        }
        other => plain_text(other)?,
    };
    Some(text.into())
}

fn plain_text(value: &Value) -> Option<String> {
    match value {
        Value::String(text) => Some(text.clone()),
        Value::Number(number) => Some(number.to_string()),
        Value::Bool(flag) => Some(flag.to_string()),
        Value::Null | Value::Array(_) | Value::Object(_) => None,
    }
}
