//! The clients' own age, script and trust settings, written from a policy: texts in, texts out, every other line as
//! it was. It knows each client's words and units; which of them a project uses is told by its lockfiles.
pub mod expiry;
mod line;
mod scripts;

use std::collections::BTreeSet;

use cleanbill_model::PackageName;
use cleanbill_policy::{AuditLevel, Policy};
use serde_json::Value;

pub use scripts::{Scripts, allowed, scripts};

use crate::apply::{client::Client, edit, overrides::PNPM_WORKSPACE, yaml};
use expiry::Left;
use line::Line;

/// Minutes of a day and milliseconds of a minute.
const DAY: i64 = 24 * 60;
const MINUTE: i64 = 60_000;
/// The audit that a client's trust rule stands beside.
const TRUST_AUDIT: &str = "provenance-dropped";

/// What a client's settings file should say.
#[derive(Clone, Debug, PartialEq)]
pub struct Wanted {
    /// The file, beside the lockfile.
    pub file: &'static str,
    /// Where in it: tables and keys.
    pub path: Vec<String>,
    /// The value.
    pub value: Value,
}

/// What cannot be said to a client, in a sentence.
pub type Note = String;

/// What is known of a project when its clients are told.
pub struct Known<'a> {
    /// The policy.
    pub policy: &'a Policy,
    /// Who runs scripts at install today and may; `None` where that could not be learnt.
    pub scripts: Option<&'a Scripts>,
    /// Exclusions from the age rule that the client has now.
    pub exclusions: Vec<String>,
    /// Young releases that a fix let in, `name@version`, whose time has not passed.
    pub admitted: Vec<String>,
    /// Names that may run scripts by the client's settings as they are.
    pub allowed: BTreeSet<String>,
    /// Whether the cooldown of a release has ended.
    pub ended: &'a dyn Fn(&PackageName, &cleanbill_model::Version) -> bool,
    /// Whether pnpm takes names that may build as a mapping, as it does since its eleventh major.
    pub pnpm_allow_builds: bool,
}

/// The exclusions from its age rule that a client has, from its settings file.
#[must_use]
pub fn exclusions(client: Client, text: &str) -> Vec<String> {
    match client {
        Client::Pnpm => yaml::list(text, &["minimumReleaseAgeExclude"]).ok().flatten(),
        Client::YarnBerry => yaml::list(text, &["npmPreapprovedPackages"]).ok().flatten(),
        Client::Bun => text.parse::<toml::Table>().ok().and_then(|root| {
            let list = root
                .get("install")?
                .get("minimumReleaseAgeExcludes")?
                .as_array()?;
            Some(
                list.iter()
                    .filter_map(|one| Some(one.as_str()?.to_owned()))
                    .collect(),
            )
        }),
        Client::Npm => Some(
            text.lines()
                .filter_map(|line| line.trim().strip_prefix("min-release-age-exclude[]"))
                .filter_map(|rest| Some(rest.trim_start().strip_prefix('=')?.trim().to_owned()))
                .collect(),
        ),
        Client::YarnClassic => None,
    }
    .unwrap_or_default()
}

/// The file with a client's age settings.
#[must_use]
pub fn age_file(client: Client) -> Option<&'static str> {
    match client {
        Client::Npm => Some(".npmrc"),
        Client::Pnpm => Some(PNPM_WORKSPACE),
        Client::YarnBerry => Some(".yarnrc.yml"),
        Client::Bun => Some("bunfig.toml"),
        Client::YarnClassic => None,
    }
}

/// What `client` should be told, and what cannot be.
#[must_use]
pub fn wanted(client: Client, known: &Known<'_>) -> (Vec<Wanted>, Vec<Note>) {
    let (mut settings, mut notes) = (Vec::new(), Vec::new());
    ages(client, known, &mut settings, &mut notes);
    scripts::wanted(client, known, &mut settings, &mut notes);
    let trusts = !matches!(known.policy.levels.get(TRUST_AUDIT), Some(AuditLevel::Off));
    if client == Client::Pnpm && trusts {
        settings.push(one(PNPM_WORKSPACE, &["trustPolicy"], "no-downgrade".into()));
    }
    (settings, notes)
}

fn one(file: &'static str, path: &[&str], value: Value) -> Wanted {
    Wanted {
        file,
        path: path.iter().map(|part| (*part).to_owned()).collect(),
        value,
    }
}

fn ages(client: Client, known: &Known<'_>, settings: &mut Vec<Wanted>, notes: &mut Vec<Note>) {
    let cooldown = &known.policy.cooldown;
    let minutes = cooldown.release.as_millis().saturating_add(MINUTE - 1) / MINUTE;
    let Some(file) = age_file(client) else {
        notes.push("Yarn 1 has no age setting; the gate holds what is young".to_owned());
        return;
    };
    match client {
        // npm counts whole days: rounded up, so that it is never laxer than the policy.
        Client::Npm => settings.push(one(
            file,
            &["min-release-age"],
            ((minutes + DAY - 1) / DAY).into(),
        )),
        Client::Pnpm => settings.push(one(file, &["minimumReleaseAge"], minutes.into())),
        // In minutes: some releases of Yarn read a unit behind the number as minutes.
        Client::YarnBerry => settings.push(one(file, &["npmMinimalAgeGate"], minutes.into())),
        Client::Bun => settings.push(one(
            file,
            &["install", "minimumReleaseAge"],
            minutes.saturating_mul(60).into(),
        )),
        Client::YarnClassic => {}
    }
    let own: Vec<String> = cooldown
        .own
        .iter()
        .map(|pattern| match pattern.0.as_str() {
            scope if scope.starts_with('@') && !scope.contains('/') => format!("{scope}/*"),
            other => other.to_owned(),
        })
        .collect();
    let mut kept: Vec<String> = Vec::new();
    let mut changed = false;
    for exclusion in &known.exclusions {
        match expiry::left(exclusion, known.ended) {
            Left::Whole => kept.push(exclusion.clone()),
            Left::Part(part) => {
                changed = true;
                kept.push(part);
            }
            Left::Nothing => changed = true,
            Left::Endless => {
                if !own.contains(exclusion) {
                    notes.push(format!(
                        "`{exclusion}` is exempt from the age rule of {} in {file} and names no version, so that it never ends; name the version, or take it out",
                        client.program()
                    ));
                }
                kept.push(exclusion.clone());
            }
        }
    }
    let by_version = matches!(client, Client::Pnpm | Client::YarnBerry);
    let admitted = known.admitted.iter().filter(|_| by_version);
    let missing: Vec<String> = own
        .iter()
        .filter(|pattern| !kept.contains(pattern))
        .chain(admitted.filter(|spec| !kept.iter().any(|one| expiry::covers(one, spec))))
        .cloned()
        .collect();
    if !by_version {
        // A bare name would let every later release of it in as well.
        notes.extend(known.admitted.iter().map(|spec| {
            format!(
                "{} exempts no single version; it keeps {spec} where the lockfile has it, and takes it anew only once its age is reached",
                client.program()
            )
        }));
    }
    match client {
        Client::Pnpm | Client::YarnBerry if changed || !missing.is_empty() => {
            kept.extend(missing);
            settings.push(one(file, &[exclusions_key(client)], kept.into()));
        }
        Client::Bun if changed || missing.iter().any(|pattern| !pattern.contains('*')) => {
            // Bun exempts exact names alone.
            kept.extend(missing.into_iter().filter(|pattern| !pattern.contains('*')));
            settings.push(one(file, &["install", "minimumReleaseAgeExcludes"], kept.into()));
        }
        Client::Npm => notes.extend(missing.iter().map(|pattern| {
            format!("npm 11.17 and later exempt your own with `min-release-age-exclude[]={pattern}`")
        })),
        _ => {}
    }
}

fn exclusions_key(client: Client) -> &'static str {
    if client == Client::Pnpm {
        "minimumReleaseAgeExclude"
    } else {
        "npmPreapprovedPackages"
    }
}

/// A client's settings file with `specs`, each `name@version`, exempt from the age it sets; `None` where it sets none,
/// exempts them already, or knows no exemption of one version.
#[must_use]
pub fn exempt(client: Client, text: &str, specs: &[String]) -> Option<String> {
    let age = match client {
        Client::Pnpm => "minimumReleaseAge:",
        Client::YarnBerry => "npmMinimalAgeGate:",
        _ => return None,
    };
    if !text.lines().any(|line| line.starts_with(age)) {
        return None;
    }
    let mut list = exclusions(client, text);
    let before = list.len();
    for spec in specs {
        if !list.iter().any(|one| expiry::covers(one, spec)) {
            list.push(spec.clone());
        }
    }
    if list.len() == before {
        return None;
    }
    yaml::set(text, &[exclusions_key(client)], &yaml::value(&list.into())).ok()
}

/// The text with `wanted` in it.
///
/// # Errors
/// When it stands there in a form that is left to its owner.
pub fn write(text: &str, wanted: &Wanted) -> Result<String, Note> {
    let path: Vec<&str> = wanted.path.iter().map(String::as_str).collect();
    let by_hand = |why: String| {
        format!(
            "{} in {} is left to you ({why}); it should say {}",
            wanted.path.join("."),
            wanted.file,
            shown(&wanted.value)
        )
    };
    match wanted.file {
        "package.json" => {
            edit::put_json(text, &path, &wanted.value).map_err(|error| by_hand(error.to_string()))
        }
        ".npmrc" | "bunfig.toml" => {
            let (key, tables) = path
                .split_last()
                .ok_or_else(|| by_hand("it names no key".into()))?;
            let value = match &wanted.value {
                Value::String(text) if wanted.file == ".npmrc" => text.clone(),
                other => other.to_string(),
            };
            let line = Line {
                file: wanted.file,
                table: tables.first().copied(),
                key,
                value: &value,
            };
            line::write(text, &line)
        }
        _ => {
            let value = yaml::value(&wanted.value);
            yaml::set(text, &path, &value).map_err(|error| by_hand(error.to_string()))
        }
    }
}

/// A value in a line.
#[must_use]
pub fn shown(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        Value::Array(items) => {
            let items: Vec<String> = items.iter().map(shown).collect();
            format!("[{}]", items.join(", "))
        }
        other => other.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use cleanbill_model::{Age, Version};
    use cleanbill_policy::{Cooldown, NamePattern};

    use super::*;

    fn known<'a>(policy: &'a Policy, scripts: Option<&'a Scripts>, exclusions: &[&str]) -> Known<'a> {
        Known {
            policy,
            scripts,
            exclusions: exclusions.iter().map(|one| (*one).to_owned()).collect(),
            admitted: Vec::new(),
            allowed: BTreeSet::new(),
            ended: &|_: &PackageName, version: &Version| version.as_str() == "1.0.0",
            pnpm_allow_builds: false,
        }
    }

    fn find(settings: &[Wanted], key: &str) -> Option<String> {
        settings
            .iter()
            .find(|one| one.path.last().is_some_and(|last| last == key))
            .map(|one| shown(&one.value))
    }

    #[test]
    fn each_client_is_told_in_its_own_unit_and_never_less() {
        let policy = Policy {
            cooldown: Cooldown {
                release: Age::hours(50),
                ..Cooldown::default()
            },
            ..Policy::default()
        };
        let value = |client, key: &str| find(&wanted(client, &known(&policy, None, &[])).0, key);
        for (client, key, expected) in [
            (Client::Npm, "min-release-age", Some("3")),
            (Client::Pnpm, "minimumReleaseAge", Some("3000")),
            (Client::YarnBerry, "npmMinimalAgeGate", Some("3000")),
            (Client::Bun, "minimumReleaseAge", Some("180000")),
            (Client::YarnClassic, "minimumReleaseAge", None),
            (Client::Pnpm, "trustPolicy", Some("no-downgrade")),
        ] {
            assert_eq!(value(client, key).as_deref(), expected, "{client:?}");
        }
    }

    #[test]
    fn exclusions_whose_time_has_passed_go_and_own_scopes_stay() {
        let policy = Policy {
            cooldown: Cooldown {
                own: vec![NamePattern("@acme".into())],
                ..Cooldown::default()
            },
            ..Policy::default()
        };
        let (settings, notes) = wanted(
            Client::Pnpm,
            &known(
                &policy,
                None,
                &["left@1.0.0", "right@1.0.0 || 2.0.0", "always", "@acme/*"],
            ),
        );
        assert_eq!(
            find(&settings, "minimumReleaseAgeExclude").as_deref(),
            Some("[right@2.0.0, always, @acme/*]")
        );
        assert!(notes.iter().any(|note| note.contains("`always`")), "{notes:?}");
        assert!(!notes.iter().any(|note| note.contains("@acme")), "{notes:?}");
        let text = "minimumReleaseAgeExclude:\n  - left@1.0.0\n  - 'always'\npackages:\n  - a\n";
        let list = exclusions(Client::Pnpm, text);
        let (settings, _) = wanted(
            Client::Pnpm,
            &Known {
                exclusions: list,
                ..known(&Policy::default(), None, &[])
            },
        );
        let setting = settings
            .iter()
            .find(|one| one.path == ["minimumReleaseAgeExclude"])
            .unwrap();
        assert_eq!(
            write(text, setting).unwrap(),
            "minimumReleaseAgeExclude:\n  - always\npackages:\n  - a\n"
        );
    }

    #[test]
    fn what_a_fix_let_in_young_is_exempt_by_version_where_a_client_knows_that() {
        let policy = Policy::default();
        let with = |client, exclusions: &[&str]| {
            wanted(
                client,
                &Known {
                    admitted: vec!["@s/need@1.1.0".into()],
                    ..known(&policy, None, exclusions)
                },
            )
        };
        for (client, key) in [
            (Client::Pnpm, "minimumReleaseAgeExclude"),
            (Client::YarnBerry, "npmPreapprovedPackages"),
        ] {
            let (settings, _) = with(client, &["other@2.0.0"]);
            assert_eq!(
                find(&settings, key).as_deref(),
                Some("[other@2.0.0, @s/need@1.1.0]"),
                "{client:?}"
            );
            let (settings, _) = with(client, &["@s/need@1.1.0 || 1.2.0"]);
            assert_eq!(find(&settings, key), None, "{client:?}");
        }
        for client in [Client::Npm, Client::Bun] {
            let (settings, notes) = with(client, &[]);
            assert!(!format!("{settings:?}").contains("need"), "{client:?}");
            assert!(
                notes.iter().any(|note| note.contains("@s/need@1.1.0")),
                "{notes:?}"
            );
        }
        let pnpm = "minimumReleaseAge: 4320\npackages:\n  - a\n";
        let specs = ["@s/need@1.1.0".to_owned()];
        let written = exempt(Client::Pnpm, pnpm, &specs).unwrap();
        assert!(
            written.contains("'@s/need@1.1.0'") && written.contains("packages:"),
            "{written}"
        );
        assert_eq!(exempt(Client::Pnpm, &written, &specs), None);
        assert_eq!(exempt(Client::Pnpm, "packages: []\n", &specs), None);
        assert_eq!(exempt(Client::Npm, "min-release-age=3\n", &specs), None);
    }

    #[test]
    fn only_who_runs_scripts_today_and_may_is_let_run_them() {
        let policy = Policy::default();
        let scripts = Scripts {
            allowed: [
                PackageName::parse("esbuild").unwrap(),
                PackageName::parse("@s/native").unwrap(),
            ]
            .into(),
            refused: [PackageName::parse("bad").unwrap()].into(),
        };
        let known = known(&policy, Some(&scripts), &[]);
        let (pnpm, notes) = wanted(Client::Pnpm, &known);
        assert_eq!(
            find(&pnpm, "onlyBuiltDependencies").as_deref(),
            Some("[@s/native, esbuild]")
        );
        assert_eq!(find(&pnpm, "strictDepBuilds").as_deref(), Some("true"));
        assert!(notes.iter().any(|note| note.contains("bad")), "{notes:?}");
        let (yarn, _) = wanted(Client::YarnBerry, &known);
        assert_eq!(find(&yarn, "enableScripts").as_deref(), Some("false"));
        let built = yarn
            .iter()
            .filter(|one| one.path.last().is_some_and(|last| last == "built"))
            .count();
        assert_eq!(built, 2);
        let (bun, _) = wanted(Client::Bun, &known);
        assert_eq!(
            find(&bun, "trustedDependencies").as_deref(),
            Some("[@s/native, esbuild]")
        );
        let (npm, _) = wanted(Client::Npm, &known);
        assert_eq!(find(&npm, "strict-allow-scripts").as_deref(), Some("true"));
        let allow = npm
            .iter()
            .find(|one| one.path == ["allowScripts", "esbuild"])
            .unwrap();
        let text = "{\n  \"name\": \"app\",\n  \"allowScripts\": {\n    \"x\": false\n  }\n}\n";
        assert_eq!(
            write(text, allow).unwrap(),
            text.replace("false\n", "false,\n    \"esbuild\": true\n")
        );
        let empty = Scripts::default();
        let (npm, _) = wanted(
            Client::Npm,
            &Known {
                scripts: Some(&empty),
                ..known
            },
        );
        assert!(npm.iter().all(|one| one.file == ".npmrc"));
    }
}
