//! A comparison as one page to keep and to send, readable without script or network.
//! Values reach the page through the HTML escaper alone; the page's policy lets nothing run at all.
use askama::Template;
use base64::Engine as _;
use cleanbill_model::{Evidence, Level, Untrusted};
use sha2::{Digest as _, Sha256};

use super::{DiffFiles, DiffReport, views};
use crate::{
    escape::html::ticked,
    format::RenderError,
    html::{STYLE, row::Step},
    words,
};

/// Names listed of one kind of file; the JSON has the rest.
const MAX_NAMES: usize = 500;

#[derive(Template)]
#[template(path = "diff.html")]
struct Page<'a> {
    policy: String,
    style: &'static str,
    version: &'a str,
    old: String,
    new: String,
    class: &'static str,
    word: &'static str,
    decision: &'static str,
    tiles: Vec<Tile>,
    gained: &'a [String],
    lost: &'a [String],
    sections: Vec<Section<'a>>,
    decoded: Vec<Step<'a>>,
    tables: Vec<Table>,
    missed: Vec<String>,
    digests: Vec<String>,
}

struct Tile {
    class: &'static str,
    count: String,
    word: &'static str,
}

struct Section<'a> {
    title: &'static str,
    blocks: Vec<Block<'a>>,
}

/// A chain or a change with its steps.
struct Block<'a> {
    level: &'static str,
    level_word: &'static str,
    title: String,
    note: &'a str,
    steps: Vec<Step<'a>>,
}

struct Table {
    title: &'static str,
    head: &'static [&'static str],
    rows: Vec<Vec<String>>,
}

pub(super) fn draw(report: &DiffReport) -> Result<String, RenderError> {
    let (class, word) = match report.level {
        Some(Level::Block) => ("block", "would be blocked"),
        Some(Level::Quarantine) => ("quarantine", "would be held"),
        Some(Level::Warn) => ("unassessed", "worth a look"),
        _ => ("allow", "nothing against it"),
    };
    let page = Page {
        policy: policy(),
        style: STYLE,
        version: &report.tool_version,
        old: report.old.spec(),
        new: report.new.spec(),
        class,
        word,
        decision: report.decision(),
        tiles: tiles(report),
        gained: &report.gained,
        lost: &report.lost,
        sections: [("New chains", chains(report)), ("Changes", changes(report))]
            .into_iter()
            .filter(|(_, blocks)| !blocks.is_empty())
            .map(|(title, blocks)| Section { title, blocks })
            .collect(),
        decoded: steps(&report.decoded),
        tables: [hosts(report), dependencies(report), files(report)]
            .into_iter()
            .filter(|table| !table.rows.is_empty())
            .collect(),
        missed: report
            .unassessed
            .iter()
            .map(|missed| match &missed.file {
                Some(file) => format!("{}: {}", file.raw(), missed.reason.raw()),
                None => missed.reason.raw().to_owned(),
            })
            .collect(),
        digests: [&report.old, &report.new]
            .into_iter()
            .filter_map(|side| {
                side.integrity
                    .as_ref()
                    .map(|digest| format!("{} {digest}", side.spec()))
            })
            .collect(),
    };
    Ok(page.render()?)
}

fn chains(report: &DiffReport) -> Vec<Block<'_>> {
    let blocks = report.chains.iter().map(|chain| Block {
        level: chain.level.as_str(),
        level_word: chain.level.as_str(),
        title: chain.title(),
        note: chain.ending(),
        steps: steps(&chain.steps),
    });
    blocks.collect()
}

fn changes(report: &DiffReport) -> Vec<Block<'_>> {
    let blocks = report.changes.iter().map(|change| Block {
        level: if change.counts { "quarantine" } else { "note" },
        level_word: if change.counts { "counts" } else { "told only" },
        title: format!("new {}", change.kind),
        note: change.note.raw(),
        steps: steps(&change.steps),
    });
    blocks.collect()
}

/// Only this very style, by digest; nothing is run, fetched, sent or embedded.
fn policy() -> String {
    let digest = base64::engine::general_purpose::STANDARD.encode(Sha256::digest(STYLE));
    format!("default-src 'none'; style-src 'sha256-{digest}'; base-uri 'none'; form-action 'none'")
}

fn steps(steps: &[Evidence]) -> Vec<Step<'_>> {
    views(steps).into_iter().map(Step::from).collect()
}

fn tiles(report: &DiffReport) -> Vec<Tile> {
    let counts = report.changes.iter().filter(|change| change.counts).count();
    let hosts = report.hosts.iter().filter(|host| host.added).count();
    let files = |count: fn(&DiffFiles) -> usize| report.files.iter().map(count).sum::<usize>();
    [
        ("block", report.chains.len(), "new chains"),
        ("quarantine", counts, "changes that count"),
        ("unassessed", hosts, "new hosts"),
        ("allow", files(|files| files.added.len()), "files added"),
    ]
    .into_iter()
    .map(|(class, count, word)| Tile {
        class,
        count: words::number(count),
        word,
    })
    .collect()
}

fn hosts(report: &DiffReport) -> Table {
    let rows = report.hosts.iter().map(|host| {
        let address = host.place.decoded.as_ref().map_or("", |url| url.raw());
        let file = host.place.file.as_ref().map_or("", |file| file.raw());
        vec![
            if host.added { "added" } else { "removed" }.to_owned(),
            host.host.raw().to_owned(),
            host.class.clone(),
            format!("{file}:{}", host.place.line.unwrap_or(1)),
            address.to_owned(),
        ]
    });
    Table {
        title: "Hosts",
        head: &["", "host", "what it is", "place", "address"],
        rows: rows.collect(),
    }
}

fn dependencies(report: &DiffReport) -> Table {
    let text = |value: &Option<Untrusted>| value.as_ref().map_or("", Untrusted::raw).to_owned();
    let rows = report.dependencies.iter().map(|request| {
        vec![
            request.fate().to_owned(),
            request.name.raw().to_owned(),
            text(&request.old),
            text(&request.new),
            request.map.clone(),
        ]
    });
    Table {
        title: "Dependencies",
        head: &["", "name", "before", "now", "map"],
        rows: rows.collect(),
    }
}

fn files(report: &DiffReport) -> Table {
    let rows = report.files.iter().flat_map(|files| {
        let all = [
            ("added", &files.added),
            ("removed", &files.removed),
            ("changed", &files.changed),
        ];
        all.into_iter().flat_map(move |(fate, names)| {
            let rest = names.len().saturating_sub(MAX_NAMES);
            let more = (rest > 0).then(|| format!("and {} more", words::number(rest)));
            names
                .iter()
                .take(MAX_NAMES)
                .map(|name| name.raw().to_owned())
                .chain(more)
                .map(move |name| vec![fate.to_owned(), files.kind.clone(), name])
        })
    });
    Table {
        title: "Files",
        head: &["", "kind", "path"],
        rows: rows.collect(),
    }
}
