//! Turns a dossier of incidents into one readable file for each campaign.
//! It keeps every fact it is given; where a fact is unclear it becomes a note, never a match.
//!
//! `make_pack INCIDENTS.json SUPPLEMENTS.json OUT_FOLDER [HOST…]`: links to a HOST (a registry's web
//! site, say) are cut to a note.
#![expect(
    clippy::disallowed_methods,
    reason = "a tool at the edge: it reads files and measures time"
)]
use std::{collections::BTreeMap, error::Error, fs, path::Path};

use cleanbill_feeds::campaign::{
    Campaign, CampaignPackage, Claim, Class, Execution, Exposure, Indicator, IndicatorKind, Moment, Reported,
    SCHEMA,
};
use cleanbill_model::{PackageName, Range, Version};
use serde::Deserialize;

#[derive(Deserialize)]
struct Incident {
    id: String,
    name: String,
    date_first_bad_publish_utc: Option<String>,
    detected_utc: Option<String>,
    packages: Vec<IncidentPackage>,
    vector: String,
    signals: Vec<String>,
    iocs: Iocs,
    attribution: Option<String>,
    sources: Vec<String>,
    class: String,
    execution: Vec<String>,
    execution_detail: String,
    hiding: Option<String>,
    package_count_reported: Option<u64>,
    version_count_reported: Option<u64>,
    hours_to_first_flag: Option<f64>,
    hours_exposed: Option<f64>,
    window_bucket: String,
    caught_by_cooldown_days: Option<BTreeMap<String, bool>>,
    confidence: cleanbill_model::Confidence,
    notes: Option<String>,
}

#[derive(Deserialize)]
struct IncidentPackage {
    name: String,
    bad_versions: Vec<String>,
    last_good: Option<String>,
}

#[derive(Deserialize)]
struct Iocs {
    domains: Vec<String>,
    ips: Vec<String>,
    hashes: Vec<String>,
    files: Vec<String>,
    emails: Vec<String>,
    npm_users: Vec<String>,
}

/// What is known beside the dossier's table.
#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
struct Supplement {
    timeline: Vec<Moment>,
    attribution: Vec<Claim>,
    remediation: Vec<String>,
    labels: BTreeMap<String, String>,
    packages: BTreeMap<String, PackageSupplement>,
    aliases: Vec<String>,
    notes: Vec<String>,
}

#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
struct PackageSupplement {
    range: Option<String>,
    tarballs: Vec<String>,
    note: Option<String>,
}

fn main() -> Result<(), Box<dyn Error>> {
    let mut arguments = std::env::args().skip(1);
    let mut next = || {
        arguments
            .next()
            .ok_or("usage: make_pack INCIDENTS SUPPLEMENTS OUT_FOLDER [HOST…]")
    };
    let (incidents, supplements, out) = (next()?, next()?, next()?);
    let cut_hosts: Vec<String> = arguments.collect();
    let incidents: Vec<Incident> = serde_json::from_str(&fs::read_to_string(incidents)?)?;
    let mut supplements: BTreeMap<String, Supplement> =
        serde_json::from_str(&fs::read_to_string(supplements)?)?;
    fs::create_dir_all(&out)?;
    let mut unmatched = 0;
    let count = incidents.len();
    for incident in incidents {
        let supplement = supplements.remove(&incident.id).unwrap_or_default();
        let campaign = convert(incident, supplement, &cut_hosts)?;
        unmatched += campaign
            .packages
            .iter()
            .filter(|p| p.versions.is_empty() && p.range.is_none() && !p.whole)
            .count();
        let text = serde_json::to_string_pretty(&campaign)? + "\n";
        fs::write(Path::new(&out).join(format!("{}.json", campaign.id)), text)?;
    }
    if let Some((id, _)) = supplements.first_key_value() {
        return Err(format!("supplement for `{id}`, which is no incident").into());
    }
    println!("{count} campaigns written; {unmatched} packages are kept as notes, since no version is known");
    Ok(())
}

fn convert(incident: Incident, extra: Supplement, cut_hosts: &[String]) -> Result<Campaign, Box<dyn Error>> {
    let class: Class = serde_json::from_value(incident.class.replace('_', "-").into())?;
    let mut packages = Vec::with_capacity(incident.packages.len());
    for package in incident.packages {
        packages.push(convert_package(package, class, &extra)?);
    }
    let mut notes = Vec::new();
    let mut remediation = extra.remediation;
    let mut aliases = extra.aliases;
    for note in incident.notes.iter().flat_map(|notes| notes.split("; ")) {
        let note = note.trim().trim_end_matches('.');
        if let Some(clean) = note.strip_prefix("clean ") {
            remediation.push(format!("clean release: {clean}"));
        } else {
            let ids = note
                .split([',', ' ', '.'])
                .filter(|word| is_id(word))
                .map(str::to_owned);
            aliases.extend(ids);
            notes.push(note.to_owned());
        }
    }
    notes.retain(|note| !note.split(", ").all(is_id));
    notes.extend(extra.notes);
    aliases.sort();
    aliases.dedup();
    let mut sources = Vec::new();
    for source in incident.sources {
        match cut_hosts.iter().find(|host| source.contains(host.as_str())) {
            Some(_) => notes.push("one source is a page of a registry and is left out".to_owned()),
            None => sources.push(source),
        }
    }
    let mut attribution = extra.attribution;
    if attribution.is_empty() {
        attribution.extend(incident.attribution.map(|actor| Claim {
            actor,
            by: None,
            confidence: None,
            basis: None,
        }));
    }
    let mut timeline = extra.timeline;
    let began = match class {
        Class::FalsePositive => "taken down by mistake",
        _ => "first bad release published",
    };
    let dated = [
        (incident.date_first_bad_publish_utc, began),
        (incident.detected_utc, "detected"),
    ];
    timeline.extend(dated.into_iter().filter_map(|(at, what)| {
        at.map(|at| Moment {
            at,
            what: what.to_owned(),
            by: None,
        })
    }));
    timeline.sort_by(|a, b| a.at.cmp(&b.at));
    Ok(Campaign {
        schema: SCHEMA.to_owned(),
        id: incident.id,
        name: incident.name,
        class,
        confidence: incident.confidence,
        vector: incident.vector,
        execution: Execution {
            when: incident.execution,
            detail: incident.execution_detail,
        },
        hiding: incident.hiding.filter(|text| !text.is_empty()),
        timeline,
        exposure: Exposure {
            hours_to_first_flag: incident.hours_to_first_flag,
            hours_exposed: incident.hours_exposed,
            window: incident.window_bucket,
            cooldown_days_enough: incident.caught_by_cooldown_days,
        },
        reported: Reported {
            packages: incident.package_count_reported,
            versions: incident.version_count_reported,
        },
        signals: incident.signals,
        packages,
        indicators: indicators(incident.iocs, &extra.labels),
        attribution,
        remediation,
        aliases,
        sources,
        notes,
    })
}

fn convert_package(
    package: IncidentPackage,
    class: Class,
    extra: &Supplement,
) -> Result<CampaignPackage, Box<dyn Error>> {
    PackageName::parse(&package.name)?;
    let known = extra.packages.get(&package.name);
    let mut note = known.and_then(|k| k.note.clone());
    let mut versions = Vec::new();
    let mut words = Vec::new();
    for text in package.bad_versions {
        match Version::parse(&text) {
            Ok(_) => versions.push(text),
            Err(_) => words.push(text),
        }
    }
    let range = known.and_then(|k| k.range.clone());
    if let Some(range) = &range {
        Range::parse(range)?;
    }
    if !words.is_empty() {
        note.get_or_insert_default()
            .push_str(&format!("sources say of its versions: {}", words.join(", ")));
    }
    let unknown = versions.is_empty() && range.is_none();
    let whole = unknown && words.is_empty() && class == Class::Squat;
    if unknown && !whole && note.is_none() {
        note = Some(match class {
            Class::FalsePositive => "no version was ever bad".to_owned(),
            _ => "which versions were bad is not known, so none is matched".to_owned(),
        });
    }
    let tarballs = known.map(|k| k.tarballs.clone()).unwrap_or_default();
    Ok(CampaignPackage {
        name: package.name,
        versions,
        range,
        whole,
        last_good: package.last_good,
        tarballs,
        note,
    })
}

fn is_id(word: &str) -> bool {
    ["CVE-", "GHSA-", "MAL-"]
        .iter()
        .any(|start| word.starts_with(start))
}

fn indicators(iocs: Iocs, labels: &BTreeMap<String, String>) -> Vec<Indicator> {
    let mut found = Vec::new();
    let mut add = |kind, value: String, label: Option<String>| {
        found.push(Indicator {
            kind,
            value,
            label,
            by: None,
        });
    };
    iocs.domains
        .iter()
        .for_each(|value| add(IndicatorKind::Domain, defang(value), None));
    iocs.ips
        .iter()
        .for_each(|value| add(IndicatorKind::Ip, defang(value), None));
    for value in iocs.emails {
        let (user, host) = value.split_once('@').unwrap_or((&value, ""));
        add(IndicatorKind::Email, format!("{user}@{}", defang(host)), None);
    }
    for value in iocs.npm_users {
        match value.strip_suffix(" (victim account)") {
            Some(victim) => add(IndicatorKind::VictimUser, victim.to_owned(), None),
            None => add(IndicatorKind::NpmUser, value, None),
        }
    }
    iocs.files
        .into_iter()
        .for_each(|value| add(IndicatorKind::File, value, None));
    for value in iocs.hashes {
        let label = labels.get(&value).cloned();
        add(IndicatorKind::Hash, value, label);
    }
    found
}

fn defang(host: &str) -> String {
    host.replace('.', "[.]")
}
