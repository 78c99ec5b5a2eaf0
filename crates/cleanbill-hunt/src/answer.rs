//! The answer a hunt gives: for each campaign how it stands, the evidence, and what to do first.
//! It takes sightings as they are and looks at nothing itself.
use std::collections::BTreeMap;

use cleanbill_feeds::campaign::{Campaign, Class, IndicatorKind};
use cleanbill_intel::{Case, Gap, Punishment, Reach, Standing, Step, first_steps, standing, steps};
use cleanbill_model::Timestamp;

use crate::{Hunted, Sighting, Unseen, Watch};

/// The answer for one campaign.
#[derive(Debug)]
pub struct Answer<'a> {
    /// The campaign.
    pub campaign: &'a Campaign,
    /// How it stands.
    pub standing: Standing,
    /// Why, where it is not known.
    pub reason: Option<String>,
    /// The strongest evidence.
    pub reach: Option<Reach>,
    /// Everything seen, strongest first.
    pub sightings: Vec<&'a Sighting>,
    /// The earliest moment anything shows it.
    pub from: Option<Timestamp>,
    /// The latest moment a history shows it gone; `None` while it is there, or where nothing tells.
    pub until: Option<Timestamp>,
    /// When its first bad release was published.
    pub began: Option<Timestamp>,
    /// What to do, in order; empty where nothing was found.
    pub steps: Vec<Step>,
    /// Credentials within reach.
    pub within_reach: Vec<&'static str>,
    /// Whether revoking is punished.
    pub punishment: Punishment,
    /// Packages seen and their last good versions, in words.
    pub last_good: BTreeMap<String, Option<String>>,
}

/// The answers, in the campaigns' order. False alarms are nobody's exposure and have none.
#[must_use]
pub fn answers<'a>(watch: &'a Watch, hunted: &'a Hunted) -> Vec<Answer<'a>> {
    let campaigns = watch.campaigns().iter().enumerate();
    campaigns
        .filter(|(_, campaign)| campaign.class != Class::FalsePositive)
        .map(|(at, campaign)| answer(watch, hunted, at, campaign))
        .collect()
}

/// What anybody with a release of a campaign installed should do, in order; which credentials were within reach;
/// and whether revoking is punished.
#[must_use]
pub fn advice(campaign: &Campaign) -> (Vec<Step>, Vec<&'static str>, Punishment) {
    let known: BTreeMap<String, Option<String>> = campaign
        .packages
        .iter()
        .map(|package| (package.name.clone(), package.last_good.clone()))
        .collect();
    let case = case(campaign, Some(Reach::Installed), &known);
    let mut advised = first_steps(&case);
    // A page is read without a hunt, and names no machine.
    for step in &mut advised {
        step.text = step
            .text
            .replace("each machine named below", "each machine that had a bad version");
    }
    (advised, steps::within_reach(&case), steps::punishment(&case))
}

/// The gravest of the answers.
#[must_use]
pub fn gravest(answers: &[Answer<'_>]) -> Standing {
    answers
        .iter()
        .map(|answer| answer.standing)
        .max()
        .unwrap_or(Standing::NotKnown)
}

fn answer<'a>(watch: &'a Watch, hunted: &'a Hunted, at: usize, campaign: &'a Campaign) -> Answer<'a> {
    let sightings: Vec<&Sighting> = hunted
        .sightings
        .iter()
        .filter(|sighting| sighting.campaign == at)
        .collect();
    let began = watch.start(at);
    let reason = gap(watch, hunted, campaign, began);
    let reach = sightings.iter().map(|sighting| sighting.reach).max();
    let gap = if reason.is_some() { Gap::Some } else { Gap::None };
    let standing = standing(sightings.iter().map(|sighting| sighting.reach), gap);
    let last_good = last_good(campaign, &sightings);
    let still = sightings.iter().any(|sighting| {
        sighting
            .window
            .as_ref()
            .is_none_or(|window| window.until.is_none())
    });
    let case = case(campaign, reach, &last_good);
    Answer {
        campaign,
        standing,
        reason: reason.filter(|_| standing == Standing::NotKnown),
        reach,
        from: sightings
            .iter()
            .filter_map(|sighting| sighting.window.as_ref().map_or(sighting.at, |window| window.from))
            .min(),
        until: if still {
            None
        } else {
            sightings
                .iter()
                .filter_map(|sighting| sighting.window.as_ref()?.until)
                .max()
        },
        began,
        steps: first_steps(&case),
        within_reach: steps::within_reach(&case),
        punishment: steps::punishment(&case),
        sightings,
        last_good,
    }
}

/// Why nobody can say that a campaign was not there.
fn gap(watch: &Watch, hunted: &Hunted, campaign: &Campaign, began: Option<Timestamp>) -> Option<String> {
    let matchable = campaign.packages.iter().any(|package| watch.knows(&package.name));
    if !matchable {
        return Some("its file names no release that could be searched for".into());
    }
    if !hunted.looked.at_anything() {
        return Some("there was nothing to look at: no lockfile, installed package, history, cache, log or bill of materials".into());
    }
    let touches = |unseen: &&Unseen| match (unseen.before, began) {
        (Some(before), Some(began)) => began < before,
        _ => true,
    };
    let count = hunted.unseen.iter().filter(touches).count();
    let first = hunted.unseen.iter().find(touches)?;
    let more = u64::try_from(count.saturating_sub(1))
        .unwrap_or(u64::MAX)
        .saturating_add(hunted.unseen_unnamed);
    let more = if more == 0 {
        String::new()
    } else {
        format!(", and {more} more such places")
    };
    Some(format!(
        "`{}` could not be read: {}{more}",
        first.place, first.reason
    ))
}

fn last_good(campaign: &Campaign, sightings: &[&Sighting]) -> BTreeMap<String, Option<String>> {
    let mut known = BTreeMap::new();
    for (name, _) in sightings.iter().filter_map(|sighting| sighting.release.as_ref()) {
        let package = campaign.packages.iter().find(|package| &package.name == name);
        known
            .entry(name.clone())
            .or_insert_with(|| package.and_then(|package| package.last_good.clone()));
    }
    known
}

fn case<'a>(
    campaign: &'a Campaign,
    reach: Option<Reach>,
    last_good: &'a BTreeMap<String, Option<String>>,
) -> Case<'a> {
    let of = |kinds: &[IndicatorKind]| -> Vec<&'a str> {
        campaign
            .indicators
            .iter()
            .filter(|indicator| kinds.contains(&indicator.kind))
            .map(|indicator| indicator.value.as_str())
            .collect()
    };
    let mut words: Vec<&str> = campaign
        .remediation
        .iter()
        .chain(&campaign.notes)
        .map(String::as_str)
        .collect();
    words.extend(campaign.hiding.as_deref());
    words.push(&campaign.execution.detail);
    Case {
        reach,
        signals: campaign.signals.iter().map(String::as_str).collect(),
        when: campaign.execution.when.iter().map(String::as_str).collect(),
        words,
        remediation: campaign.remediation.iter().map(String::as_str).collect(),
        traces: of(&[IndicatorKind::File]),
        addresses: of(&[IndicatorKind::Domain, IndicatorKind::Ip]),
        last_good: last_good
            .iter()
            .map(|(name, good)| (name.as_str(), good.as_deref()))
            .collect(),
    }
}
