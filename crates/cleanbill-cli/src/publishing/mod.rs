//! Campaigns as a static site: pages for readers, feeds and files for programs, nothing to run and nothing fetched.
//! It words what campaign files say, each claim with its speaker, and adds no judgement of its own.
//!
//! Reading order: the whole site ([`site`]), one campaign's page ([`page`]), its drawings ([`drawing`]), the
//! feeds ([`feeds`]), the layer for ATT&CK's Navigator ([`navigator`]).

pub mod drawing;
pub mod feeds;
pub mod navigator;
pub mod page;
pub mod site;

use cleanbill_feeds::campaign::{Campaign, CampaignPackage, Claim};
use cleanbill_hunt::exchange::span;
use cleanbill_intel::profile::{PROFILES, relate};
use cleanbill_model::Timestamp;

/// Releases known one by one, and packages bad in every version.
fn releases(campaign: &Campaign) -> (usize, usize) {
    let each = campaign
        .packages
        .iter()
        .map(|package| package.versions.len())
        .sum();
    let whole = campaign.packages.iter().filter(|package| package.whole).count();
    (each, whole)
}

/// The bad versions of a package, in words.
fn versions(package: &CampaignPackage) -> String {
    if package.whole {
        return "every version".into();
    }
    if !package.versions.is_empty() {
        return package.versions.join(", ");
    }
    match (&package.range, &package.note) {
        (Some(range), _) => range.clone(),
        (None, Some(note)) => format!("not known: {note}"),
        (None, None) => "not known".into(),
    }
}

/// How many releases, in words.
fn counted(campaign: &Campaign) -> String {
    let packages = campaign.packages.len();
    if packages == 0 {
        return "no package known by name".into();
    }
    let (each, whole) = releases(campaign);
    let mut text = format!(
        "{packages} {}",
        if packages == 1 { "package" } else { "packages" }
    );
    if each > 0 {
        text.push_str(&format!(
            ", {each} bad {}",
            if each == 1 { "version" } else { "versions" }
        ));
    }
    if whole > 0 {
        text.push_str(&format!(", {whole} of them bad in every version"));
    }
    text
}

/// What a campaign's file tells of how its makers work; never who anybody says they are.
fn traits(campaign: &Campaign) -> impl Iterator<Item = &str> {
    let indicators = campaign
        .indicators
        .iter()
        .flat_map(|indicator| [Some(indicator.value.as_str()), indicator.label.as_deref()]);
    let moments = campaign.timeline.iter().map(|moment| moment.what.as_str());
    campaign
        .packages
        .iter()
        .map(|package| package.name.as_str())
        .chain(indicators.flatten())
        .chain(moments)
        .chain(campaign.hiding.as_deref())
        .chain(campaign.notes.iter().map(String::as_str))
        .chain(campaign.remediation.iter().map(String::as_str))
}

/// Other campaigns that show the same published traits, each with the traits in words.
#[must_use]
pub fn related<'a>(campaign: &Campaign, all: &'a [Campaign]) -> Vec<(&'a Campaign, String)> {
    let mut found = Vec::new();
    for other in all.iter().filter(|other| other.id != campaign.id) {
        for known in PROFILES {
            let relation = relate(known, traits(campaign), traits(other));
            if relation.related {
                let shared: Vec<String> = relation
                    .shared
                    .iter()
                    .map(|(facet, power)| format!("{facet} ({})", power.as_str()))
                    .collect();
                found.push((other, shared.join(", ")));
            }
        }
    }
    found
}

/// A claim of attribution, with its speaker.
#[must_use]
pub fn claim(claim: &Claim) -> String {
    let by = claim.by.as_deref().unwrap_or("somebody not named");
    let mut text = format!("attributed by {by} to {}", claim.actor);
    if let Some(words) = &claim.confidence {
        text.push_str(&format!("; confidence in their words: {words}"));
    }
    if let Some(basis) = &claim.basis {
        text.push_str(&format!("; basis: {basis}"));
    }
    text
}

/// When it began, where its timeline tells a moment.
fn began(campaign: &Campaign) -> Option<Timestamp> {
    let first = campaign
        .timeline
        .iter()
        .find(|moment| moment.what == "first bad release published")
        .and_then(|moment| Timestamp::parse(&moment.at).ok());
    first.or(span(campaign).0)
}

/// A moment for sorting and for people, as exactly as it is known.
fn began_text(campaign: &Campaign) -> String {
    let first = campaign
        .timeline
        .iter()
        .find(|moment| moment.what == "first bad release published")
        .map(|moment| moment.at.as_str());
    let earliest = || campaign.timeline.iter().map(|moment| moment.at.as_str()).min();
    let text = first.or_else(earliest).unwrap_or("not known");
    text.get(..10).unwrap_or(text).to_owned()
}
