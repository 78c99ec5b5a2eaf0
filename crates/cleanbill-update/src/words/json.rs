//! The plan as JSON, schema `cleanbill.update/v1`: names and meanings here are fixed, fields may be added.
use serde::Serialize;
use serde_json::{Value, json};

use crate::{
    plan::{Choice, Entry, How, PassedOver, Plan},
    project::Ask,
};
use cleanbill_model::{Purl, Untrusted};

/// The schema's name.
pub const SCHEMA: &str = "cleanbill.update/v1";

/// What was done with a plan.
#[derive(Clone, Debug, Default, Serialize)]
pub struct Applied {
    /// Files that were changed.
    pub files: Vec<String>,
    /// The client that was run.
    pub client: String,
    /// Releases the new lockfile has and the old one had not, `name@version`.
    pub added: Vec<String>,
    /// Releases it has no more.
    pub removed: Vec<String>,
    /// What was proposed and is left to the owner.
    pub left: Vec<Left>,
    /// Young releases that were let in for a fix.
    pub admitted: Vec<Admission>,
}

/// A young release that installs on this machine let pass until its own cooldown ends.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Admission {
    /// The release.
    pub purl: Purl,
    /// When it ends.
    pub until: String,
}

/// A proposal that was not carried out.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Left {
    /// The package.
    pub name: String,
    /// What is there.
    pub from: String,
    /// What was proposed.
    pub to: String,
    /// Why it was not carried out.
    pub why: String,
    /// True where what is there is held or vulnerable.
    pub must: bool,
}

/// The plans of one run, one a lockfile, as one document.
#[must_use]
pub fn plans(plans: &[Plan], applied: &[Applied]) -> Value {
    let as_of = plans.first().map(|plan| plan.as_of.to_string());
    let lockfiles: Vec<Value> = plans.iter().map(lockfile).collect();
    let updates: Vec<Value> = plans
        .iter()
        .flat_map(|plan| plan.entries.iter().map(|entry| update(plan, entry)))
        .collect();
    json!({
        "schema": SCHEMA,
        "as_of": as_of,
        "lockfiles": lockfiles,
        "updates": updates,
        "summary": {
            "considered": plans.iter().map(|plan| plan.considered).sum::<usize>(),
            "proposed": plans.iter().map(|plan| plan.proposals().count()).sum::<usize>(),
            "unmended": plans.iter().map(|plan| plan.unmended().count()).sum::<usize>(),
        },
        "applied": applied,
    })
}

fn lockfile(plan: &Plan) -> Value {
    json!({
        "path": &*plan.lockfile,
        "format": plan.format,
        "worst": plan.worst.as_str(),
        "removable_overrides": plan.removable.iter().map(|one| json!({"file": one.file, "at": one.at, "name": one.name.as_str(), "value": one.value})).collect::<Vec<_>>(),
        "unknown": plan.unknown.iter().map(|(name, reason)| json!({"name": name.as_str(), "reason": reason})).collect::<Vec<_>>(),
    })
}

fn update(plan: &Plan, entry: &Entry) -> Value {
    json!({
        "lockfile": &*plan.lockfile,
        "name": entry.name.as_str(),
        "from": entry.from.as_str(),
        "from_purl": Purl::new(entry.name.clone(), entry.from.clone()).to_string(),
        "cause": entry.cause.as_str(),
        "standing": entry.standing.as_str(),
        "direct": !entry.asks.is_empty(),
        "asked_by": entry.asks.iter().map(|ask| json!({"folder": ask.folder, "map": ask.map, "name": ask.key, "range": ask.specifier})).collect::<Vec<_>>(),
        "wanted_by": entry.wanted_by,
        "problems": entry.problems.iter().map(|p| json!({"id": p.id.raw(), "summary": p.summary.raw(), "url": p.url.as_ref().map(Untrusted::raw)})).collect::<Vec<_>>(),
        "to": entry.choice.as_ref().map(choice),
        "passed_over": entry.passed_over.iter().map(passed_over).collect::<Vec<_>>(),
        "beyond": entry.beyond.as_ref().map(|version| version.as_str()),
    })
}

fn choice(choice: &Choice) -> Value {
    json!({
        "version": choice.to.as_str(),
        "step": choice.step.as_str(),
        "verdict": choice.verdict.as_str(),
        "published": choice.published.map(|moment| moment.to_string()),
        "how": how(&choice.how),
        "fixes": texts(&choice.fixes),
        "still": texts(&choice.still),
        "why": texts(&choice.why),
        "changes": texts(&choice.changes),
        "brings": choice.brings.iter().map(Purl::to_string).collect::<Vec<_>>(),
        "admissions": choice.admissions.iter().map(|a| json!({"purl": a.purl.to_string(), "until": a.until.to_string()})).collect::<Vec<_>>(),
        "repository": choice.repository.as_ref().map(Untrusted::raw),
    })
}

fn how(how: &How) -> Value {
    match how {
        How::Lockfile => json!({"kind": "lockfile"}),
        How::Manifest(written) => json!({"kind": "manifest", "ranges": ranges(written)}),
        How::Override { until, written } => {
            json!({"kind": "override", "until": until, "ranges": ranges(written)})
        }
        How::ByHand(specifier) => json!({"kind": "by-hand", "range": specifier}),
    }
}

fn ranges(written: &[(Ask, String)]) -> Vec<Value> {
    let one = |(ask, new): &(Ask, String)| json!({"folder": ask.folder, "map": ask.map, "name": ask.key, "from": ask.specifier, "to": new});
    written.iter().map(one).collect()
}

fn passed_over(passed: &PassedOver) -> Value {
    json!({
        "version": passed.version.as_str(),
        "reasons": texts(&passed.reasons),
        "ready": passed.ready.map(|moment| moment.to_string()),
    })
}

fn texts(texts: &[Untrusted]) -> Vec<&str> {
    texts.iter().map(Untrusted::raw).collect()
}
