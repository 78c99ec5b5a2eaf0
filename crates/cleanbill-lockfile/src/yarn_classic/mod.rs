//! `yarn.lock` of Yarn 1: which range of which package came to which tarball.
//! It names no projects, since the file does not: who asks first stands in `package.json` alone.
//!
//! An entry counts as optional when only optional dependencies lead to it. A range that no entry asks
//! for is taken as the project's own wish.
mod grammar;
#[cfg(test)]
mod tests;

use std::{
    borrow::Cow,
    collections::{HashMap, HashSet},
};

use cleanbill_model::{Integrity, SafeUrl};

use crate::{
    Edge, EdgeKind, Locked, Lockfile, LockfileFormat, Origin, ParseLockfileError, Root, Scope, address,
    intake::{Intake, kept_key},
    reach, spec, text, yarn_berry,
};
use grammar::{Entry, Room, Section};

/// `yarn.lock` as Yarn 1 writes it.
#[derive(Debug)]
pub struct YarnClassic;

/// The format's id.
pub(crate) const ID: &str = "yarn-classic";
/// What a newer file is renewed with.
const CONVERT: &str = "yarn install";
/// The one version of the format.
const VERSION: &str = "1";

impl LockfileFormat for YarnClassic {
    fn id(&self) -> &'static str {
        ID
    }

    fn file_names(&self) -> &'static [&'static str] {
        &["yarn.lock"]
    }

    fn recognises(&self, file_name: &str, bytes: &[u8]) -> bool {
        file_name == "yarn.lock" && !yarn_berry::is_berry(bytes)
    }

    fn parse(&self, bytes: &[u8]) -> Result<Lockfile, ParseLockfileError> {
        let text = text::text_of(bytes)?;
        let parsed = grammar::read(text, Room::FULL)?;
        if let Some(version) = parsed.version.filter(|version| *version != VERSION) {
            return Err(ParseLockfileError::UnknownVersion {
                format: self.id(),
                version: version.to_owned(),
                convert: CONVERT,
            });
        }
        let mut intake = Intake::default();
        let mut packages = Vec::with_capacity(parsed.entries.len());
        let mut answers = Answers::default();
        for entry in &parsed.entries {
            intake.count_entry()?;
            for pattern in &entry.patterns {
                if !answers.add(pattern, packages.len()) {
                    intake.flaw_of("duplicate-key", entry.line, "asked for by two entries", pattern);
                }
            }
            packages.push(locked(entry, &mut intake)?);
        }
        answers.give_to(packages.iter_mut().flat_map(|package| &mut package.edges));
        note_optional(&parsed.entries, &mut packages);
        let defects = intake.into_defects();
        let roots = vec![Root::default()];
        Ok(Lockfile {
            format: self.id(),
            version: VERSION.to_owned(),
            roots,
            packages,
            defects,
        })
    }
}

/// Which entry answers `name@range`.
#[derive(Default)]
struct Answers<'a>(HashMap<&'a str, usize>);

impl<'a> Answers<'a> {
    /// False when another entry answers it already; the first one stays.
    fn add(&mut self, pattern: &'a str, entry: usize) -> bool {
        match self.0.entry(pattern) {
            std::collections::hash_map::Entry::Occupied(_) => false,
            std::collections::hash_map::Entry::Vacant(place) => {
                place.insert(entry);
                true
            }
        }
    }

    fn give_to<'e>(&self, edges: impl Iterator<Item = &'e mut Edge>) {
        let mut pattern = String::new();
        for edge in edges {
            pattern.clear();
            pattern.push_str(&edge.name);
            pattern.push('@');
            pattern.push_str(edge.range.as_deref().unwrap_or_default());
            edge.to = self.0.get(pattern.as_str()).copied();
        }
    }
}

/// Finds what answers requests from outside the file, by the keys of its entries.
pub(crate) fn answer(lockfile: &Lockfile, edges: &mut [Edge]) {
    let patterns: Vec<(Text<'_>, usize)> = lockfile
        .packages
        .iter()
        .enumerate()
        .flat_map(|(at, package)| {
            grammar::patterns(package.key.raw())
                .into_iter()
                .map(move |pattern| (pattern, at))
        })
        .collect();
    let mut answers = Answers::default();
    for (pattern, at) in &patterns {
        answers.add(pattern, *at);
    }
    answers.give_to(edges.iter_mut());
}

fn locked(entry: &Entry<'_>, intake: &mut Intake) -> Result<Locked, ParseLockfileError> {
    let line = entry.line;
    for field in &entry.repeated {
        intake.flaw_of("duplicate-key", line, "a field that the entry has twice", field);
    }
    let asked: Vec<Asked<'_>> = entry.patterns.iter().map(|pattern| Asked::of(pattern)).collect();
    let name = true_name(entry, &asked, intake);
    let alias = asked
        .iter()
        .map(|asked| asked.name)
        .find(|asked| *asked != name)
        .map(str::to_owned);
    if entry.version.is_none() {
        intake.flaw("missing-field", line, "the entry has no `version`");
    }
    let version = entry
        .version
        .as_deref()
        .and_then(|version| intake.version(version, line));
    let resolved = entry
        .resolved
        .as_deref()
        .and_then(|resolved| intake.kept(resolved, line));
    let origin = origin(&asked, resolved);
    let integrity = match entry.integrity.as_deref() {
        Some(integrity) => intake.integrity(integrity, line),
        None => resolved
            .filter(|_| !matches!(origin, Origin::Git { .. }))
            .and_then(fragment_digest),
    };
    note_repeated_asks(entry, intake);
    let mut edges = Vec::with_capacity(entry.asks.len());
    for (section, name, range) in &entry.asks {
        intake.count_edge()?;
        let kind = match section {
            Section::Dependencies => EdgeKind::Runtime,
            Section::Optional => EdgeKind::Optional,
        };
        let (Some(name), Some(range)) = (intake.kept(name, line), intake.kept(range, line)) else {
            continue;
        };
        edges.push(Edge {
            name: name.to_owned(),
            range: Some(range.to_owned()),
            kind,
            to: None,
        });
    }
    Ok(Locked {
        name: intake.name(name, line),
        alias,
        version,
        origin,
        integrity,
        edges,
        scope: Scope::Runtime,
        optional: false,
        has_install_script: None,
        line,
        key: kept_key(entry.key),
    })
}

/// Says where one map of an entry asks for a name twice; both requests stay.
fn note_repeated_asks(entry: &Entry<'_>, intake: &mut Intake) {
    let mut seen = HashSet::with_capacity(entry.asks.len());
    for (section, name, _) in &entry.asks {
        if !seen.insert((*section, &**name)) {
            intake.flaw_of(
                "duplicate-key",
                entry.line,
                "a dependency that the entry has twice",
                name,
            );
        }
    }
}

/// One pattern of an entry's key: the name it is asked for by, and what for.
struct Asked<'a> {
    name: &'a str,
    /// Behind `npm:`, where the pattern is an alias.
    real: Option<&'a str>,
    range: &'a str,
}

impl<'a> Asked<'a> {
    fn of(pattern: &'a str) -> Self {
        let (name, range) = split_name(pattern);
        match range.strip_prefix("npm:") {
            Some(target) => {
                let (real, range) = split_name(target);
                Self {
                    name,
                    real: Some(real),
                    range,
                }
            }
            None => Self {
                name,
                real: None,
                range,
            },
        }
    }
}

/// `name@range`, or a name alone.
fn split_name(pattern: &str) -> (&str, &str) {
    spec::name_and_rest(pattern).unwrap_or((pattern, ""))
}

/// The name in the registry: the entry's own `name` (written where patterns of several names share
/// it), else the first pattern's.
fn true_name<'a>(entry: &'a Entry<'_>, asked: &[Asked<'a>], intake: &mut Intake) -> &'a str {
    if let Some(name) = entry.name.as_deref() {
        return name;
    }
    let mut names = asked.iter().map(|asked| asked.real.unwrap_or(asked.name));
    let first = names.next().unwrap_or_default();
    if let Some(other) = names.find(|name| *name != first) {
        intake.flaw_of(
            "several-names",
            entry.line,
            &format!("one entry for two packages, `{first}` and"),
            other,
        );
    }
    first
}

fn origin(asked: &[Asked<'_>], resolved: Option<&str>) -> Origin {
    let named = asked
        .iter()
        .filter(|asked| asked.real.is_none())
        .find_map(|asked| address::origin_of(asked.range));
    match (named, resolved) {
        (None, Some(resolved)) if address::is_git(resolved) => address::git(resolved),
        // With an offline mirror, Yarn takes the file from there: by path, or in old files by its bare name.
        (None, Some(resolved)) if !spec::is_http(resolved) => match resolved.strip_prefix("file:") {
            Some(path) => Origin::File {
                path: address::without_fragment(path).to_owned(),
            },
            None => Origin::Registry { url: None },
        },
        (None, Some(resolved)) => Origin::Registry {
            url: Some(SafeUrl::new(address::without_fragment(resolved))),
        },
        (None, None) => Origin::Registry { url: None },
        (Some(Origin::Git { .. }), Some(resolved))
            if spec::is_http(resolved) && !address::is_git(resolved) =>
        {
            address::web(resolved)
        }
        (Some(Origin::Git { .. }), Some(resolved)) => address::git(resolved),
        (Some(Origin::Url { .. }), Some(resolved)) if spec::is_http(resolved) => address::web(resolved),
        (Some(origin), _) => origin,
    }
}

/// The SHA-1 that old files carry as the address's fragment.
fn fragment_digest(resolved: &str) -> Option<Integrity> {
    let (_, fragment) = resolved.split_once('#')?;
    (fragment.len() == SHA1_HEX).then(|| Integrity::parse_hex(fragment).ok())?
}

/// Digits of a SHA-1 in hexadecimal.
const SHA1_HEX: usize = 40;

fn note_optional(entries: &[Entry<'_>], packages: &mut [Locked]) {
    let asks = entries.iter().flat_map(|entry| &entry.asks);
    let wanted: HashSet<String> = asks.map(|(_, name, range)| format!("{name}@{range}")).collect();
    let by_project = entries
        .iter()
        .enumerate()
        .filter(|(_, entry)| {
            entry
                .patterns
                .iter()
                .any(|pattern| !wanted.contains(pattern.as_ref() as &str))
        })
        .map(|(at, _)| at);
    let needed = reach::reached(packages, by_project, |edge| edge.kind != EdgeKind::Optional);
    let through_optional: Vec<usize> = packages
        .iter()
        .flat_map(|package| &package.edges)
        .filter(|edge| edge.kind == EdgeKind::Optional)
        .filter_map(|edge| edge.to)
        .collect();
    let optional = reach::reached(packages, through_optional, |_| true);
    for (at, package) in packages.iter_mut().enumerate() {
        package.optional = optional.get(at) == Some(&true) && needed.get(at) == Some(&false);
    }
}

/// Text borrowed from the file where it holds no escape.
type Text<'a> = Cow<'a, str>;
