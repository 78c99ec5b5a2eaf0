//! The answer of a hunt in words, for people and programs: one result, several views.
//! It words what was found and finds nothing itself.

pub mod html;
pub mod human;
pub mod json;
pub mod markdown;
pub mod sarif;

use cleanbill_hunt::{Answer, Hunted};
use cleanbill_intel::{Standing, StepKind};
use cleanbill_model::Timestamp;

/// What every view draws.
pub struct View<'a> {
    /// The clock reading.
    pub as_of: Timestamp,
    /// What was found.
    pub hunted: &'a Hunted,
    /// What it means.
    pub answers: &'a [Answer<'a>],
}

/// How to tell it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
pub enum Format {
    /// For a terminal.
    Human,
    /// For programs, `cleanbill.hunt/v1`.
    Json,
    /// For a ticket.
    Markdown,
    /// A page of its own.
    Html,
    /// For code scanning.
    Sarif,
}

impl View<'_> {
    /// Answers of one standing.
    pub fn of(&self, standing: Standing) -> impl Iterator<Item = &Answer<'_>> {
        self.answers
            .iter()
            .filter(move |answer| answer.standing == standing)
    }

    /// Answers with something found, gravest first.
    pub fn found(&self) -> impl Iterator<Item = &Answer<'_>> {
        self.of(Standing::Exposed)
            .chain(self.of(Standing::PossiblyExposed))
    }

    /// How many stand how, in words.
    pub fn counts(&self) -> String {
        let count = |standing| self.of(standing).count();
        format!(
            "{} exposed, {} possibly exposed, {} not exposed, {} not known",
            count(Standing::Exposed),
            count(Standing::PossiblyExposed),
            count(Standing::NotExposed),
            count(Standing::NotKnown)
        )
    }

    /// What was looked at, in words; what was not there is left out.
    pub fn looked(&self) -> String {
        let looked = &self.hunted.looked;
        let parts = [
            (looked.lockfiles, "lockfile", "lockfiles"),
            (
                looked.history_lockfiles,
                "lockfile version in history",
                "lockfile versions in history",
            ),
            (looked.commits, "commit", "commits"),
            (looked.installed, "unpacked package", "unpacked packages"),
            (looked.cached, "cache entry", "cache entries"),
            (looked.logs, "log", "logs"),
            (looked.sboms, "bill of materials", "bills of materials"),
            (looked.image_files, "file in images", "files in images"),
            (
                looked.manifests,
                "manifest judged by its ranges",
                "manifests judged by their ranges",
            ),
            (
                looked.gate_entries,
                "entry of a gate's log",
                "entries of a gate's log",
            ),
        ];
        let told: Vec<String> = parts
            .into_iter()
            .filter(|(count, ..)| *count > 0)
            .map(|(count, one, many)| format!("{count} {}", if count == 1 { one } else { many }))
            .collect();
        if told.is_empty() {
            "nothing".into()
        } else {
            told.join(", ")
        }
    }
}

/// When it was there, in words.
pub fn window(answer: &Answer<'_>) -> Option<String> {
    match (answer.from, answer.until) {
        (Some(from), Some(until)) => Some(format!("{from} until {until}")),
        (Some(from), None) => Some(format!("since {from}, and nothing shows that it is gone")),
        (None, Some(until)) => Some(format!("until {until}")),
        (None, None) => None,
    }
}

/// A step's short name.
pub fn step_name(kind: StepKind) -> &'static str {
    match kind {
        StepKind::Isolate => "isolate",
        StepKind::Evidence => "keep evidence",
        StepKind::Persistence => "stop persistence",
        StepKind::Revoke => "revoke",
        StepKind::Replace => "replace",
        StepKind::Block => "block",
        StepKind::Advice => "besides",
    }
}

/// Claims of attribution, each with its speaker; never a statement of our own.
pub fn claims(answer: &Answer<'_>) -> Vec<String> {
    let told = |claim: &cleanbill_feeds::campaign::Claim| {
        let by = claim.by.as_deref().unwrap_or("somebody the file does not name");
        let confidence = claim
            .confidence
            .as_deref()
            .map(|words| format!(", confidence in their words: {words}"))
            .unwrap_or_default();
        let basis = claim
            .basis
            .as_deref()
            .map(|words| format!("; basis: {words}"))
            .unwrap_or_default();
        format!("attributed by {by} to {}{confidence}{basis}", claim.actor)
    };
    answer.campaign.attribution.iter().map(told).collect()
}
