//! A campaign from what others write: OSV records, a STIX bundle, or a plain list of releases.
//! What the source does not tell stays empty; nothing is guessed but the id its importer gives.
use std::collections::BTreeMap;

use cleanbill_feeds::campaign::{Campaign, CampaignPackage, SCHEMA};
use cleanbill_model::PackageName;
use serde_json::{Value, json};

use super::stix_in;

/// Most releases taken from one list; the largest campaign known has some 2,500.
pub const MAX_RELEASES: usize = 200_000;

/// Why nothing can be imported.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ImportError {
    /// Neither a record nor a list.
    #[error("no npm release is named in it")]
    Nothing,
    /// A line that names no release.
    #[error("line {line} names no release: {text:?}")]
    Line {
        /// The line, from 1.
        line: usize,
        /// Its beginning.
        text: String,
    },
    /// Beyond the limit.
    #[error("it names more than {MAX_RELEASES} releases")]
    TooMany,
    /// What was read makes no campaign; a fault of ours.
    #[error("what was read makes no campaign")]
    Shape(#[from] serde_json::Error),
}

/// Reads OSV records (one, a list, or one a line), a STIX 2.1 bundle, or lines of `name@version`; `#` begins a remark.
///
/// # Errors
/// When nothing in it names a release, or a line of a list does not.
pub fn import(id: &str, text: &str) -> Result<Campaign, ImportError> {
    let mut packages: BTreeMap<String, CampaignPackage> = BTreeMap::new();
    let mut aliases = Vec::new();
    let mut sources = Vec::new();
    let records: Vec<Value> = match serde_json::from_str(text) {
        Ok(Value::Array(records)) => records,
        Ok(value) => vec![value],
        Err(_) => text
            .lines()
            .filter_map(|line| serde_json::from_str(line).ok())
            .filter(Value::is_object)
            .collect(),
    };
    if records.is_empty() {
        list(text, &mut packages)?;
    }
    let mut campaign: Campaign = serde_json::from_value(json!({
        "schema": SCHEMA, "id": id, "name": id, "class": "hijack", "confidence": "low", "vector": "not verified",
        "execution": {"when": ["not verified"], "detail": "not verified"}, "packages": [],
    }))?;
    for record in &records {
        if stix_in::is_bundle(record) {
            stix_in::read(record, &mut campaign, &mut packages);
            continue;
        }
        osv(record, &mut packages);
        aliases.extend(record.get("id").and_then(Value::as_str).map(str::to_owned));
        let urls = record
            .get("references")
            .and_then(Value::as_array)
            .into_iter()
            .flatten();
        sources.extend(
            urls.filter_map(|reference| reference.get("url")?.as_str())
                .map(str::to_owned),
        );
    }
    sources.append(&mut campaign.sources);
    sources.sort();
    sources.dedup();
    if packages.is_empty() && campaign.indicators.is_empty() {
        return Err(ImportError::Nothing);
    }
    if packages
        .values()
        .map(|package| package.versions.len())
        .sum::<usize>()
        > MAX_RELEASES
    {
        return Err(ImportError::TooMany);
    }
    campaign.packages = packages.into_values().collect();
    campaign.aliases = aliases;
    campaign.sources = sources;
    campaign
        .notes
        .push("Imported: class, vector and execution are not verified.".into());
    Ok(campaign)
}

pub(super) fn empty(name: &str) -> CampaignPackage {
    CampaignPackage {
        name: name.to_owned(),
        versions: Vec::new(),
        range: None,
        whole: false,
        last_good: None,
        tarballs: Vec::new(),
        note: None,
    }
}

fn list(text: &str, packages: &mut BTreeMap<String, CampaignPackage>) -> Result<(), ImportError> {
    for (number, line) in (1..).zip(text.lines()) {
        let entry = line
            .split('#')
            .next()
            .unwrap_or_default()
            .trim()
            .trim_end_matches(',')
            .trim_matches('"');
        if entry.is_empty() {
            continue;
        }
        let refuse = || ImportError::Line {
            line: number,
            text: entry.chars().take(80).collect(),
        };
        let at = entry.get(1..).and_then(|rest| rest.rfind('@')).map(|at| at + 1);
        let (name, version) = match at {
            Some(at) => (entry.get(..at).unwrap_or_default(), entry.get(at + 1..)),
            None => (entry, None),
        };
        PackageName::parse(name).map_err(|_| refuse())?;
        let package = packages.entry(name.to_owned()).or_insert_with(|| empty(name));
        match version {
            Some(version) if cleanbill_model::Version::parse(version).is_ok() => {
                package.versions.push(version.to_owned())
            }
            Some(_) => return Err(refuse()),
            None => package.whole = true,
        }
        package.versions.dedup();
    }
    Ok(())
}

fn osv(record: &Value, packages: &mut BTreeMap<String, CampaignPackage>) {
    if record
        .get("withdrawn")
        .is_some_and(|withdrawn| !withdrawn.is_null())
    {
        return;
    }
    for affected in record
        .get("affected")
        .and_then(Value::as_array)
        .into_iter()
        .flatten()
    {
        let is_npm = affected.pointer("/package/ecosystem").and_then(Value::as_str) == Some("npm");
        let Some(name) = affected
            .pointer("/package/name")
            .and_then(Value::as_str)
            .filter(|name| is_npm && PackageName::parse(name).is_ok())
        else {
            continue;
        };
        let package = packages.entry(name.to_owned()).or_insert_with(|| empty(name));
        let versions = affected
            .get("versions")
            .and_then(Value::as_array)
            .into_iter()
            .flatten()
            .filter_map(Value::as_str);
        package
            .versions
            .extend(versions.take(MAX_RELEASES).map(str::to_owned));
        package.versions.sort();
        package.versions.dedup();
        let mut ranges: Vec<String> = Vec::new();
        for range in affected
            .get("ranges")
            .and_then(Value::as_array)
            .into_iter()
            .flatten()
        {
            let (mut from, mut closed) = (None, false);
            for event in range
                .get("events")
                .and_then(Value::as_array)
                .into_iter()
                .flatten()
            {
                let text = |key: &str| event.get(key).and_then(Value::as_str);
                if let Some(introduced) = text("introduced") {
                    (from, closed) = (Some(introduced.to_owned()), false);
                } else if let (Some(begun), Some((sign, end))) = (
                    &from,
                    text("fixed")
                        .map(|end| ("<", end))
                        .or(text("last_affected").map(|end| ("<=", end))),
                ) {
                    ranges.push(format!(">={begun} {sign}{end}"));
                    closed = true;
                }
            }
            match from {
                Some(begun) if !closed && begun == "0" && package.versions.is_empty() => package.whole = true,
                Some(begun) if !closed && begun != "0" => ranges.push(format!(">={begun}")),
                _ => {}
            }
        }
        // Versions told one by one go before ranges, which OSV often draws too wide.
        if package.versions.is_empty() && !ranges.is_empty() {
            package.range = Some(ranges.join(" || "));
        }
    }
}
