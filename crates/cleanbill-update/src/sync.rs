//! The clients' own age settings, written from a policy: texts in, texts out, every other line as it was.
//! It knows each client's words and units; which of them a project uses is told by its lockfiles.
use cleanbill_policy::Cooldown;

use crate::apply::client::Client;

/// Minutes of a day and milliseconds of a minute.
const DAY: i64 = 24 * 60;
const MINUTE: i64 = 60_000;

/// What a client's settings file should say.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Wanted {
    /// The file, beside the lockfile.
    pub file: &'static str,
    /// The table it stands in, for TOML.
    pub table: Option<&'static str>,
    /// The key.
    pub key: &'static str,
    /// The value, as the file writes it.
    pub value: String,
}

/// What cannot be said to a client, in a sentence.
pub type Note = String;

/// What `client` should be told; Yarn 1 has no such setting.
#[must_use]
pub fn wanted(client: Client, cooldown: &Cooldown) -> (Vec<Wanted>, Vec<Note>) {
    let minutes = cooldown.release.as_millis().saturating_add(MINUTE - 1) / MINUTE;
    let own: Vec<&str> = cooldown.own.iter().map(|pattern| pattern.0.as_str()).collect();
    let patterns: Vec<String> = own
        .iter()
        .map(|pattern| {
            if pattern.starts_with('@') && !pattern.contains('/') {
                format!("{pattern}/*")
            } else {
                (*pattern).to_owned()
            }
        })
        .collect();
    let list = format!(
        "[{}]",
        patterns
            .iter()
            .map(|p| serde_json::Value::from(p.as_str()).to_string())
            .collect::<Vec<_>>()
            .join(", ")
    );
    let mut notes = Vec::new();
    let one = |file, table, key, value: String| Wanted {
        file,
        table,
        key,
        value,
    };
    let mut settings = match client {
        // npm counts whole days: rounded up, so that it is never laxer than the policy.
        Client::Npm => vec![one(
            ".npmrc",
            None,
            "min-release-age",
            ((minutes + DAY - 1) / DAY).to_string(),
        )],
        Client::Pnpm => vec![one(
            "pnpm-workspace.yaml",
            None,
            "minimumReleaseAge",
            minutes.to_string(),
        )],
        // In minutes: some releases of Yarn read a unit behind the number as minutes.
        Client::YarnBerry => vec![one(".yarnrc.yml", None, "npmMinimalAgeGate", minutes.to_string())],
        Client::Bun => vec![one(
            "bunfig.toml",
            Some("install"),
            "minimumReleaseAge",
            minutes.saturating_mul(60).to_string(),
        )],
        Client::YarnClassic => {
            notes.push("Yarn 1 has no age setting; the gate holds what is young".to_owned());
            Vec::new()
        }
    };
    if !own.is_empty() {
        match client {
            Client::Pnpm => settings.push(one("pnpm-workspace.yaml", None, "minimumReleaseAgeExclude", list)),
            Client::YarnBerry => settings.push(one(".yarnrc.yml", None, "npmPreapprovedPackages", list)),
            Client::Npm => notes.extend(patterns.iter().map(|p| {
                format!("npm 11.17 and later exempt your own with `min-release-age-exclude[]={p}`")
            })),
            Client::Bun => notes.push(
                "Bun exempts exact names alone; list your own under `minimumReleaseAgeExcludes`".to_owned(),
            ),
            Client::YarnClassic => {}
        }
    }
    (settings, notes)
}

/// The text with `wanted` in it: the line that says something else is replaced, a missing one is added.
///
/// # Errors
/// When the key stands there in a form that is not one line, which is left to its owner.
pub fn write(text: &str, wanted: &Wanted) -> Result<String, Note> {
    let separator = if wanted.file.ends_with(".npmrc") {
        "="
    } else if wanted.table.is_some() {
        " = "
    } else {
        ": "
    };
    let line = format!("{}{separator}{}", wanted.key, wanted.value);
    let newline = if text.contains("\r\n") { "\r\n" } else { "\n" };
    let mut out: Vec<String> = Vec::new();
    let mut table: Option<String> = None;
    let mut done = false;
    let lines: Vec<&str> = text.lines().collect();
    for (at, old) in lines.iter().enumerate() {
        let header = wanted.table.is_some() && old.trim_start().starts_with('[');
        if header {
            table = Some(old.trim().trim_matches(['[', ']']).trim().to_owned());
        }
        let here = table.as_deref() == wanted.table;
        if here && !done && says(old, wanted.key, separator.trim()) {
            let value = old
                .split_once(separator.trim())
                .map(|(_, value)| value.trim())
                .unwrap_or_default();
            let opened = value.is_empty() || (value.starts_with('[') && !value.contains(']'));
            let listed = lines
                .get(at + 1)
                .is_some_and(|next| next.trim_start().starts_with("- "));
            if opened || listed {
                return Err(format!(
                    "`{}` in {} spans several lines and is left to you; it should say {}",
                    wanted.key, wanted.file, wanted.value
                ));
            }
            out.push(line.clone());
            done = true;
        } else {
            out.push((*old).to_owned());
            if header
                && here
                && !done
                && !lines
                    .iter()
                    .skip(at + 1)
                    .take_while(|l| !l.trim_start().starts_with('['))
                    .any(|l| says(l, wanted.key, "="))
            {
                out.push(line.clone());
                done = true;
            }
        }
    }
    if !done {
        if let Some(table) = wanted.table {
            out.push(format!("[{table}]"));
        }
        out.push(line);
    }
    Ok(out.join(newline) + newline)
}

fn says(line: &str, key: &str, separator: &str) -> bool {
    line.strip_prefix(key)
        .is_some_and(|rest| rest.trim_start().starts_with(separator))
}

#[cfg(test)]
mod tests {
    use cleanbill_policy::NamePattern;

    use super::*;

    #[test]
    fn each_client_is_told_in_its_own_unit_and_never_less() {
        let cooldown = Cooldown {
            release: cleanbill_model::Age::hours(50),
            ..Cooldown::default()
        };
        let value = |client| {
            wanted(client, &cooldown)
                .0
                .first()
                .map(|one| one.value.clone())
                .unwrap_or_default()
        };
        assert_eq!(
            [
                Client::Npm,
                Client::Pnpm,
                Client::YarnBerry,
                Client::Bun,
                Client::YarnClassic
            ]
            .map(value),
            ["3", "3000", "3000", "180000", ""]
        );
    }

    #[test]
    fn own_scopes_are_exempt_where_the_client_can_say_so() {
        let cooldown = Cooldown {
            own: vec![NamePattern("@acme".into())],
            ..Cooldown::default()
        };
        let (settings, _) = wanted(Client::Pnpm, &cooldown);
        assert_eq!(settings[1].value, "[\"@acme/*\"]");
    }

    #[test]
    fn one_line_changes_and_the_others_stay() {
        let (settings, _) = wanted(Client::Npm, &Cooldown::default());
        assert_eq!(
            write("# ours\nmin-release-age = 1\nsave=false\n", &settings[0]).unwrap(),
            "# ours\nmin-release-age=3\nsave=false\n"
        );
        assert_eq!(write("", &settings[0]).unwrap(), "min-release-age=3\n");
        let (settings, _) = wanted(Client::Bun, &Cooldown::default());
        assert_eq!(
            write(
                "[test]\nminimumReleaseAge = 1\n[install]\nexact = true\n",
                &settings[0]
            )
            .unwrap(),
            "[test]\nminimumReleaseAge = 1\n[install]\nminimumReleaseAge = 259200\nexact = true\n"
        );
        assert_eq!(
            write("[install]\nminimumReleaseAge = 9\n", &settings[0]).unwrap(),
            "[install]\nminimumReleaseAge = 259200\n"
        );
        let (settings, _) = wanted(
            Client::Pnpm,
            &Cooldown {
                own: vec![NamePattern("a".into())],
                ..Cooldown::default()
            },
        );
        assert!(write("minimumReleaseAgeExclude:\n  - b\n", &settings[1]).is_err());
    }
}
