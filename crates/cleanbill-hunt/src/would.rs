//! What an unlocked install would have taken: ranges in manifests and lockfiles against bad versions in a window.
//! It shows that something was possible, never that it happened.
use std::collections::HashSet;

use cleanbill_intel::Reach;
use cleanbill_lockfile::Lockfile;
use cleanbill_model::{Age, Range, Timestamp, Version};
use serde_json::Value;

use crate::{Sighting, Source, Watch, read::seen};

/// The time in which installs are asked about; open where an end is `None`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Span {
    /// Not before.
    pub from: Option<Timestamp>,
    /// Not after.
    pub until: Option<Timestamp>,
}

/// The maps of a manifest that an install follows.
const MAPS: &[&str] = &[
    "dependencies",
    "devDependencies",
    "optionalDependencies",
    "peerDependencies",
];
/// Where npm, Yarn and pnpm keep overrides.
const OVERRIDES: &[&str] = &["/overrides", "/resolutions", "/pnpm/overrides"];
/// Deepest nesting of overrides followed; npm's own documentation shows two.
const MAX_NESTING: usize = 8;
/// Most requests read from one manifest; real ones have below 1,000.
const MAX_ASKS: usize = 20_000;

/// One request: who asks, for what, by which range.
struct Ask<'a> {
    asker: &'a str,
    name: &'a str,
    range: &'a str,
    line: Option<u32>,
}

/// What a manifest's ranges would have taken.
pub(crate) fn manifest(watch: &Watch, manifest: &Value, span: Span, shown: &str) -> Vec<Sighting> {
    let maps = MAPS.iter().filter_map(|map| manifest.get(map)?.as_object());
    let asks = maps.flatten().filter_map(|(name, range)| {
        Some(Ask {
            asker: "the project",
            name,
            range: range.as_str()?,
            line: None,
        })
    });
    // Overrides put their own range in place of everybody's: `left`, `upper>left`, `**/left`, or nested.
    let mut forced = Vec::new();
    for pointer in OVERRIDES {
        overrides(manifest.pointer(pointer), &mut forced, 0);
    }
    let forced = forced.iter().map(|(name, range)| Ask {
        asker: "an override of the project",
        name,
        range,
        line: None,
    });
    would(
        watch,
        asks.chain(forced).take(MAX_ASKS),
        span,
        Source::Manifest,
        shown,
    )
}

/// What the catalogs of a workspace would have taken: manifests that say `catalog:` have their ranges there.
pub(crate) fn catalogs<'a>(watch: &Watch, text: &'a str, span: Span, shown: &str) -> Vec<Sighting> {
    let mut inside = false;
    let asks = (1_u32..).zip(text.lines()).filter_map(|(number, line)| {
        let indented = line.starts_with([' ', '\t']);
        if !indented && !line.trim().is_empty() {
            inside = matches!(line.split(':').next(), Some("catalog" | "catalogs"));
        }
        if !inside || !indented {
            return None;
        }
        let line = line.split(" #").next().unwrap_or(line);
        // A name may stand in quotation marks and hold no colon.
        let (key, value) = line.split_once(':')?;
        let bare = |text: &'a str| text.trim().trim_matches(['"', '\'']);
        let (name, range) = (bare(key), bare(value));
        if range.is_empty() {
            return None;
        }
        Some(Ask {
            asker: "a catalog of the workspace",
            name,
            range,
            line: Some(number),
        })
    });
    would(watch, asks.take(MAX_ASKS), span, Source::Manifest, shown)
}

/// What the ranges of a lockfile's entries would have taken, had the lockfile not held them: a clean, pinned
/// package may ask for a range that a bad version answers.
pub(crate) fn lockfile(watch: &Watch, lockfile: &Lockfile, span: Span, shown: &str) -> Vec<Sighting> {
    let specs: Vec<String> = lockfile
        .packages
        .iter()
        .map(|locked| match (&locked.name, &locked.version) {
            (Some(name), Some(version)) => format!("`{name}` {version}"),
            _ => "an entry".into(),
        })
        .collect();
    let entries = lockfile.packages.iter().zip(&specs).flat_map(|(locked, spec)| {
        locked.edges.iter().filter_map(move |edge| {
            Some(Ask {
                asker: spec,
                name: &edge.name,
                range: edge.range.as_deref()?,
                line: Some(locked.line),
            })
        })
    });
    let roots = lockfile
        .roots
        .iter()
        .flat_map(|root| &root.edges)
        .filter_map(|edge| {
            Some(Ask {
                asker: "the project",
                name: &edge.name,
                range: edge.range.as_deref()?,
                line: None,
            })
        });
    would(watch, roots.chain(entries), span, Source::Lockfile, shown)
}

fn overrides(value: Option<&Value>, forced: &mut Vec<(String, String)>, depth: usize) {
    let Some(map) = value.and_then(Value::as_object).filter(|_| depth < MAX_NESTING) else {
        return;
    };
    for (key, value) in map.iter().take(MAX_ASKS) {
        let last = key.rsplit('>').next().unwrap_or(key);
        let mut steps = last.rsplit('/');
        let bare = steps.next().unwrap_or_default();
        let scoped = steps.next().filter(|scope| scope.starts_with('@'));
        let whole = scoped.map_or_else(|| bare.to_owned(), |scope| format!("{scope}/{bare}"));
        // `left@^1` overrides only what asks for that.
        let at = whole.get(1..).and_then(|rest| rest.find('@')).map(|at| at + 1);
        let name = at.and_then(|at| whole.get(..at)).unwrap_or(&whole).to_owned();
        match value {
            Value::String(range) if forced.len() < MAX_ASKS => forced.push((name, range.clone())),
            Value::Object(inner) => {
                if let Some(Value::String(range)) = inner.get(".") {
                    forced.push((name, range.clone()));
                }
                overrides(Some(value), forced, depth + 1);
            }
            _ => {}
        }
    }
}

fn would<'a>(
    watch: &Watch,
    asks: impl Iterator<Item = Ask<'a>>,
    span: Span,
    source: Source,
    shown: &str,
) -> Vec<Sighting> {
    let mut found = Vec::new();
    let mut told = HashSet::new();
    for ask in asks {
        // An alias asks for another package than its own name says.
        let (name, range) = match ask.range.strip_prefix("npm:") {
            Some(target) => match target.get(1..).and_then(|rest| rest.rfind('@')) {
                Some(at) => (
                    target.get(..=at).unwrap_or_default(),
                    target.get(at + 2..).unwrap_or_default(),
                ),
                None => (target, ""),
            },
            None => (ask.name, ask.range),
        };
        if !watch.knows(name) {
            continue;
        }
        let parsed = Range::parse(range).ok();
        for campaign in watch.whole(name) {
            let key = (campaign, name.to_owned(), String::new(), ask.asker.to_owned());
            // A file, an address or a repository is no version of a registry.
            if (parsed.is_none() && range != "latest")
                || !overlaps(watch, campaign, span)
                || !told.insert(key)
            {
                continue;
            }
            let note = format!(
                "{} asks for `{name}` {range}, and every version of it is bad: an install in the window would have taken one",
                ask.asker
            );
            found.push(Sighting {
                campaign,
                line: ask.line,
                ..seen(Reach::WouldResolve, source, shown, note, None)
            });
        }
        for (campaign, version) in watch.versions_of(name) {
            let Ok(parsed_version) = Version::parse(version) else {
                continue;
            };
            let answers = parsed
                .as_ref()
                .map_or(range == "latest", |range| range.matches(&parsed_version));
            if !answers
                || !overlaps(watch, campaign, span)
                || !told.insert((
                    campaign,
                    name.to_owned(),
                    version.to_owned(),
                    ask.asker.to_owned(),
                ))
            {
                continue;
            }
            let note = format!(
                "{} asks for `{name}` {range}, which {version} answers: an install without the lockfile in the window would have taken it",
                ask.asker
            );
            let base = seen(Reach::WouldResolve, source, shown, note, None);
            found.push(Sighting {
                campaign,
                release: Some((name.to_owned(), version.to_owned())),
                line: ask.line,
                ..base
            });
        }
    }
    found
}

/// True when a campaign's bad releases stood at some time in the span. Where its end is not told, they still stand.
fn overlaps(watch: &Watch, campaign: usize, span: Span) -> bool {
    let Some(began) = watch.start(campaign) else {
        return true;
    };
    let told = watch.campaigns().get(campaign);
    let hours = told.and_then(|campaign| campaign.exposure.hours_exposed);
    // The hours count from the first armed release, the beginning may be a bait's: the later end is taken.
    let last = told.and_then(|campaign| crate::exchange::span(campaign).1);
    #[expect(
        clippy::cast_possible_truncation,
        reason = "a float beyond an i64 is cut to its ends"
    )]
    let ended = hours
        .map(|hours| began.plus(Age::hours(hours.ceil() as i64)))
        .map(|ended| last.map_or(ended, |last| last.max(ended)));
    span.until.is_none_or(|until| began <= until)
        && span
            .from
            .is_none_or(|from| ended.is_none_or(|ended| ended >= from))
}
