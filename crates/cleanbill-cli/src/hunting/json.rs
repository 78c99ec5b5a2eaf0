//! The answer of a hunt for programs: `cleanbill.hunt/v1`. Fields may be added, never change meaning.
use cleanbill_hunt::{Answer, Looked, Sighting, Source, Unseen, Window, gravest};
use cleanbill_intel::{Punishment, Reach, Standing, Step};
use cleanbill_model::{PackageName, Purl, Timestamp, Version};
use serde::Serialize;

use super::{View, claims};

#[derive(Serialize)]
struct Report<'a> {
    schema: &'static str,
    as_of: Timestamp,
    verdict: Standing,
    campaigns: Vec<CampaignAnswer<'a>>,
    unseen: &'a [Unseen],
    looked: Looked,
    summary: Summary,
}

#[derive(Serialize)]
struct Summary {
    exposed: usize,
    possibly_exposed: usize,
    not_exposed: usize,
    not_known: usize,
    unseen_unnamed: u64,
    evidence_dropped: u64,
}

#[derive(Serialize)]
struct CampaignAnswer<'a> {
    id: &'a str,
    name: &'a str,
    verdict: Standing,
    #[serde(skip_serializing_if = "Option::is_none")]
    reason: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    reach: Option<Reach>,
    began: Option<Timestamp>,
    from: Option<Timestamp>,
    until: Option<Timestamp>,
    evidence: Vec<Evidence<'a>>,
    steps: &'a [Step],
    within_reach: &'a [&'static str],
    revocation_punished: Punishment,
    last_good: &'a std::collections::BTreeMap<String, Option<String>>,
    attribution: Vec<String>,
    sources: &'a [String],
}

#[derive(Serialize)]
struct Evidence<'a> {
    reach: Reach,
    source: Source,
    #[serde(skip_serializing_if = "Option::is_none")]
    purl: Option<String>,
    file: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    line: Option<u32>,
    note: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    at: Option<Timestamp>,
    #[serde(skip_serializing_if = "Option::is_none")]
    window: Option<&'a Window>,
}

/// Draws it.
///
/// # Errors
/// When it cannot be written as JSON, which is our fault.
pub fn draw(view: &View<'_>) -> Result<String, serde_json::Error> {
    let count = |standing| view.of(standing).count();
    let report = Report {
        schema: "cleanbill.hunt/v1",
        as_of: view.as_of,
        verdict: gravest(view.answers),
        campaigns: view.answers.iter().map(answer).collect(),
        unseen: &view.hunted.unseen,
        looked: view.hunted.looked,
        summary: Summary {
            exposed: count(Standing::Exposed),
            possibly_exposed: count(Standing::PossiblyExposed),
            not_exposed: count(Standing::NotExposed),
            not_known: count(Standing::NotKnown),
            unseen_unnamed: view.hunted.unseen_unnamed,
            evidence_dropped: view.hunted.sightings_dropped,
        },
    };
    cleanbill_report::escape::json::pretty(&report)
}

fn answer<'a>(answer: &'a Answer<'a>) -> CampaignAnswer<'a> {
    CampaignAnswer {
        id: &answer.campaign.id,
        name: &answer.campaign.name,
        verdict: answer.standing,
        reason: answer.reason.as_deref(),
        reach: answer.reach,
        began: answer.began,
        from: answer.from,
        until: answer.until,
        evidence: answer
            .sightings
            .iter()
            .map(|sighting| evidence(sighting))
            .collect(),
        steps: &answer.steps,
        within_reach: &answer.within_reach,
        revocation_punished: answer.punishment,
        last_good: &answer.last_good,
        attribution: if answer.sightings.is_empty() {
            Vec::new()
        } else {
            claims(answer)
        },
        sources: if answer.sightings.is_empty() {
            &[]
        } else {
            &answer.campaign.sources
        },
    }
}

fn evidence(sighting: &Sighting) -> Evidence<'_> {
    let purl = sighting.release.as_ref().and_then(|(name, version)| {
        Some(Purl::new(PackageName::parse(name).ok()?, Version::parse(version).ok()?).to_string())
    });
    Evidence {
        reach: sighting.reach,
        source: sighting.source,
        purl,
        file: &sighting.place,
        line: sighting.line,
        note: &sighting.note,
        at: sighting.at,
        window: sighting.window.as_ref(),
    }
}
