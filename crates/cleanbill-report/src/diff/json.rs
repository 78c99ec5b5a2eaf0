//! A comparison as Cleanbill's own JSON, version 1: fields may be added, none renamed, removed or given another
//! meaning. It fills frozen shapes and knows nothing of how the comparison was made.
use cleanbill_model::{Evidence, Level, Untrusted};
use serde::Serialize;

use super::{DiffReport, DiffSide};
use crate::{escape::json::pretty, format::RenderError};

/// The schema's name.
const SCHEMA: &str = "cleanbill.diff/v1";

#[derive(Serialize)]
struct Diff<'a> {
    schema: &'static str,
    tool: Tool<'a>,
    old: Side<'a>,
    new: Side<'a>,
    /// `note`, `warn`, `quarantine`, `block` or null.
    level: Option<&'static str>,
    patch: bool,
    delta: Delta<'a>,
    unassessed: Vec<Missed<'a>>,
}

#[derive(Serialize)]
struct Tool<'a> {
    name: &'static str,
    version: &'a str,
}

#[derive(Serialize)]
struct Side<'a> {
    spec: &'a str,
    name: Option<&'a str>,
    version: Option<&'a str>,
    integrity: Option<String>,
}

#[derive(Serialize)]
struct Delta<'a> {
    gained: &'a [String],
    lost: &'a [String],
    chains: Vec<Chain<'a>>,
    changes: Vec<Change<'a>>,
    hosts: Vec<Host<'a>>,
    dependencies: Vec<Dependency<'a>>,
    files: Vec<Files<'a>>,
    decoded: Vec<Step<'a>>,
}

#[derive(Serialize)]
struct Chain<'a> {
    taxonomy: &'a str,
    trigger: &'a str,
    level: &'static str,
    host: Option<&'a str>,
    host_class: Option<&'a str>,
    evidence: Vec<Step<'a>>,
}

#[derive(Serialize)]
struct Change<'a> {
    kind: &'a str,
    counts: bool,
    note: &'a str,
    evidence: Vec<Step<'a>>,
}

#[derive(Serialize)]
struct Host<'a> {
    change: &'static str,
    host: &'a str,
    class: &'a str,
    evidence: Step<'a>,
}

#[derive(Serialize)]
struct Dependency<'a> {
    change: &'static str,
    map: &'a str,
    name: &'a str,
    old: Option<&'a str>,
    new: Option<&'a str>,
}

#[derive(Serialize)]
struct Files<'a> {
    kind: &'a str,
    added: Vec<&'a str>,
    removed: Vec<&'a str>,
    changed: Vec<&'a str>,
}

#[derive(Serialize)]
struct Step<'a> {
    file: Option<&'a str>,
    line: Option<u32>,
    column: Option<u32>,
    note: &'a str,
    decoded: Option<&'a str>,
    excerpt: Option<&'a str>,
}

#[derive(Serialize)]
struct Missed<'a> {
    file: Option<&'a str>,
    reason: &'a str,
}

pub(super) fn draw(report: &DiffReport) -> Result<String, RenderError> {
    let delta = Delta {
        gained: &report.gained,
        lost: &report.lost,
        chains: report
            .chains
            .iter()
            .map(|chain| Chain {
                taxonomy: &chain.id,
                trigger: &chain.trigger,
                level: chain.level.as_str(),
                host: chain.host.as_ref().map(|(host, _)| host.raw()),
                host_class: chain.host.as_ref().map(|(_, class)| class.as_str()),
                evidence: steps(&chain.steps),
            })
            .collect(),
        changes: report
            .changes
            .iter()
            .map(|change| Change {
                kind: &change.kind,
                counts: change.counts,
                note: change.note.raw(),
                evidence: steps(&change.steps),
            })
            .collect(),
        hosts: report
            .hosts
            .iter()
            .map(|host| Host {
                change: if host.added { "added" } else { "removed" },
                host: host.host.raw(),
                class: &host.class,
                evidence: step(&host.place),
            })
            .collect(),
        dependencies: report
            .dependencies
            .iter()
            .map(|request| Dependency {
                change: request.fate(),
                map: &request.map,
                name: request.name.raw(),
                old: request.old.as_ref().map(Untrusted::raw),
                new: request.new.as_ref().map(Untrusted::raw),
            })
            .collect(),
        files: report
            .files
            .iter()
            .map(|files| Files {
                kind: &files.kind,
                added: files.added.iter().map(Untrusted::raw).collect(),
                removed: files.removed.iter().map(Untrusted::raw).collect(),
                changed: files.changed.iter().map(Untrusted::raw).collect(),
            })
            .collect(),
        decoded: steps(&report.decoded),
    };
    Ok(pretty(&Diff {
        schema: SCHEMA,
        tool: Tool {
            name: "cleanbill",
            version: &report.tool_version,
        },
        old: side(&report.old),
        new: side(&report.new),
        level: report.level.map(Level::as_str),
        patch: report.patch,
        delta,
        unassessed: report
            .unassessed
            .iter()
            .map(|missed| Missed {
                file: missed.file.as_ref().map(Untrusted::raw),
                reason: missed.reason.raw(),
            })
            .collect(),
    })?)
}

fn side(side: &DiffSide) -> Side<'_> {
    Side {
        spec: side.asked.raw(),
        name: side.name.as_ref().map(Untrusted::raw),
        version: side.version.as_ref().map(Untrusted::raw),
        integrity: side.integrity.as_ref().map(ToString::to_string),
    }
}

fn steps(steps: &[Evidence]) -> Vec<Step<'_>> {
    steps.iter().map(step).collect()
}

fn step(step: &Evidence) -> Step<'_> {
    Step {
        file: step.file.as_ref().map(Untrusted::raw),
        line: step.line,
        column: step.column,
        note: step.note.raw(),
        decoded: step.decoded.as_ref().map(Untrusted::raw),
        excerpt: step.excerpt.as_ref().map(Untrusted::raw),
    }
}
