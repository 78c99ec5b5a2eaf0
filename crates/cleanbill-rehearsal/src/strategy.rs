//! Which entries of a package are rehearsed and on which personas, so that time goes where code could wake.
//! It decides what to run; it judges nothing it sees.

use std::collections::BTreeSet;

use serde_json::Value;

use crate::{
    input::{Budget, Entry, RehearsalInput},
    persona::Persona,
    stage::rehearse,
    trace::{Action, Trace},
};

/// Lifecycle scripts a package manager starts for a dependency, in its order. `prepare` runs for git dependencies
/// alone, whose caller names it as an entry.
const LIFECYCLE: [&str; 3] = ["preinstall", "install", "postinstall"];

/// The entries a manifest names: install scripts first, then what importing loads, then its programs.
#[must_use]
pub fn entries_of(input: &RehearsalInput) -> Vec<Entry> {
    let manifest: Value =
        serde_json::from_str(input.manifest.trim_start_matches('\u{feff}')).unwrap_or(Value::Null);
    let mut entries = Vec::new();
    for name in LIFECYCLE {
        if let Some(command) = manifest
            .get("scripts")
            .and_then(|scripts| scripts.get(name))
            .and_then(Value::as_str)
        {
            entries.push(Entry::Script {
                name: name.to_owned(),
                command: command.to_owned(),
            });
        }
    }
    let mut paths = Vec::new();
    let mut note = |path: &str| paths.extend(existing(input, path));
    match manifest.get("main").and_then(Value::as_str) {
        Some(main) => note(main),
        None => note("index"),
    }
    exported(manifest.get("exports"), 0, &mut note);
    for key in ["module", "browser"] {
        if let Some(path) = manifest.get(key).and_then(Value::as_str) {
            note(path);
        }
    }
    let mut seen = BTreeSet::new();
    paths.retain(|path| seen.insert(path.clone()));
    paths.truncate(MODULES);
    entries.extend(paths.into_iter().map(|path| Entry::Import {
        path,
        call_exports: true,
    }));
    let programs: Vec<String> = match manifest.get("bin") {
        Some(Value::String(path)) => vec![path.clone()],
        Some(Value::Object(map)) => map
            .values()
            .filter_map(Value::as_str)
            .map(str::to_owned)
            .collect(),
        _ => Vec::new(),
    };
    for path in programs.iter().filter_map(|path| existing(input, path)).take(4) {
        if seen.insert(path.clone()) {
            entries.push(Entry::Run {
                path,
                arguments: vec!["--help".to_owned()],
            });
        }
    }
    entries
}

/// Modules of one package loaded as entries; a package with more exports repeats itself.
const MODULES: usize = 6;

fn exported(value: Option<&Value>, depth: usize, note: &mut impl FnMut(&str)) {
    match value {
        Some(Value::String(path)) if !path.contains('*') => note(path),
        Some(Value::Array(list)) if depth < 6 => {
            list.iter().for_each(|one| exported(Some(one), depth + 1, note))
        }
        Some(Value::Object(map)) if depth < 6 => {
            for (key, one) in map {
                if key != "types" {
                    exported(Some(one), depth + 1, note);
                }
            }
        }
        _ => {}
    }
}

fn existing(input: &RehearsalInput, path: &str) -> Option<String> {
    let path = path.trim_start_matches("./").trim_end_matches('/');
    ["", ".js", ".cjs", ".mjs", "/index.js"]
        .iter()
        .map(|ending| format!("{path}{ending}"))
        .find(|path| {
            input.files.contains_key(path)
                && [".js", ".cjs", ".mjs"]
                    .iter()
                    .any(|ending| path.ends_with(ending))
                    | !path.contains('.')
        })
}

/// Rehearses on the personas worth the time: the developer's Linux first; those whose difference the code asked about,
/// where the first stayed silent; and the page where it looks for one.
#[must_use]
pub fn rehearse_all(input: &RehearsalInput, budget: &Budget) -> Vec<Trace> {
    let mut input = input.clone();
    if input.entries.is_empty() {
        input.entries = entries_of(&input);
    }
    let first = rehearse(&input, Persona::LinuxDeveloper, budget);
    let mut others = BTreeSet::new();
    if first.silent || !acts(&first) {
        for gate in &first.gates {
            others.extend(personas_for(gate, &input));
        }
    }
    if wants_page(&input, &first) {
        others.insert(Persona::Browser);
    }
    let mut traces = vec![first];
    for persona in others {
        let mut own = input.clone();
        if persona.is_browser() {
            own.entries.retain(|entry| matches!(entry, Entry::Import { .. }));
        }
        if !own.entries.is_empty() {
            traces.push(rehearse(&own, persona, budget));
        }
    }
    traces
}

/// Whether anything in a trace reached out of the package.
fn acts(trace: &Trace) -> bool {
    trace.events.iter().any(|event| {
        matches!(
            event.action,
            Action::Request { .. }
                | Action::Connected { .. }
                | Action::DnsQuery { .. }
                | Action::CodeRun { .. }
        ) || (matches!(event.action, Action::Spawned { .. }) && event.site.is_some())
    })
}

fn personas_for(gate: &str, input: &RehearsalInput) -> Vec<Persona> {
    const CI: [&str; 7] = [
        "env CI",
        "env GITHUB_",
        "env GITLAB",
        "env BUILD",
        "env RUNNER",
        "env TRAVIS",
        "env JENKINS",
    ];
    const PLATFORM: [&str; 8] = [
        "process.platform",
        "os.platform",
        "os.type",
        "env APPDATA",
        "env USERPROFILE",
        "env OS",
        "process.arch",
        "env ComSpec",
    ];
    const LOCALE: [&str; 6] = [
        "Intl",
        "env LANG",
        "env LC_",
        "env TZ",
        "env LANGUAGE",
        "navigator.language",
    ];
    let starts = |list: &[&str]| list.iter().any(|start| gate.starts_with(start));
    if starts(&CI) {
        vec![Persona::LinuxCi]
    } else if starts(&PLATFORM) {
        // Who names no other system may still shun Linux, which any other machine shows.
        let mac = names(input, &[b"darwin", b"Darwin", b"macos", b"osascript"]);
        let windows = names(
            input,
            &[
                b"win32",
                b"Windows",
                b"windows",
                b"APPDATA",
                b"USERPROFILE",
                b"cmd",
            ],
        );
        match (windows, mac) {
            (false, true) => vec![Persona::MacDeveloper],
            (true, true) => vec![Persona::WindowsDeveloper, Persona::MacDeveloper],
            _ => vec![Persona::WindowsDeveloper],
        }
    } else if starts(&LOCALE) {
        vec![Persona::RussianLocale, Persona::BelarusianLocale]
    } else {
        Vec::new()
    }
}

/// Whether code of the package has one of these words in it.
fn names(input: &RehearsalInput, words: &[&[u8]]) -> bool {
    /// Bytes of code searched in all: installers are short, and a bundle is not read for a guess.
    const SEARCHED: usize = 2 * 1024 * 1024;
    let mut left = SEARCHED;
    let code = input.files.iter().filter(|(path, _)| {
        [".js", ".cjs", ".mjs"]
            .iter()
            .any(|ending| path.ends_with(ending))
            || !path.contains('.')
    });
    for (_, bytes) in code {
        let part = bytes.get(..bytes.len().min(left)).unwrap_or(bytes);
        left -= part.len();
        if words.iter().any(|word| crate::canary::contains(part, word)) {
            return true;
        }
    }
    false
}

fn wants_page(input: &RehearsalInput, first: &Trace) -> bool {
    const WORDS: [&[u8]; 4] = [b"window", b"document", b"XMLHttpRequest", b"ethereum"];
    /// Bytes of a file searched for a page's words.
    const HEAD: usize = 256 * 1024;
    first.events.iter().any(|event| {
        matches!(&event.action, Action::Threw { message } if message.contains("window") || message.contains("document"))
    }) || input.entries.iter().any(|entry| match entry {
        Entry::Import { path, .. } => input.files.get(path).is_some_and(|bytes| {
            let head = bytes.get(..bytes.len().min(HEAD)).unwrap_or(bytes);
            WORDS.iter().any(|word| crate::canary::contains(head, word))
        }),
        _ => false,
    })
}
