//! The pure chain: facts through every audit to signals, signals through policy to a decision.
//! It awaits nothing, and an audit that panics leaves its release unassessed and the run alive.
use std::{
    collections::BTreeSet,
    panic::{AssertUnwindSafe, catch_unwind},
};

use cleanbill_audits::catalogue::CATALOGUE;
use cleanbill_facts::{Facts, Source};
use cleanbill_js::Trigger;
use cleanbill_model::{Known, Missing, Need, Signal, Unassessed};
use cleanbill_policy::{Context, Decision, Policy, decide};

/// Judges one release by its facts.
#[must_use]
pub fn assess(facts: &Facts, policy: &Policy) -> Decision {
    let mut signals: Vec<Signal> = Vec::new();
    let mut unassessed = BTreeSet::new();
    let mut lacking: BTreeSet<(Need, Missing)> = BTreeSet::new();
    for audit in CATALOGUE {
        let mut able = true;
        for need in audit.meta().needs {
            if let Some(reason) = facts.missing(*need) {
                able = false;
                lacking.insert((*need, reason));
            }
        }
        if !able {
            continue;
        }
        let mut seen = Vec::new();
        match catch_unwind(AssertUnwindSafe(|| audit.run(facts, &mut seen))) {
            Ok(()) => signals.append(&mut seen),
            Err(_) => {
                let reason = format!(
                    "the audit `{}` broke off on this release; this is our fault",
                    audit.meta().id
                );
                unassessed.insert(Unassessed {
                    file: None,
                    reason: reason.into(),
                });
            }
        }
    }
    for (need, reason) in lacking {
        if let Some(words) = could_not(need, reason, facts) {
            unassessed.insert(Unassessed {
                file: None,
                reason: words.into(),
            });
        }
    }
    let release = facts.release();
    let context = Context {
        integrity: release
            .get()
            .and_then(|release| release.integrity.get().cloned())
            .or_else(|| facts.pin.get().and_then(|pin| pin.integrity.clone())),
        published: release.get().and_then(|release| release.published.get().copied()),
        upstream: facts.pin.get().and_then(|pin| pin.registry_host.clone()),
        fixes: match &facts.notices {
            Known::Known(notices) => notices.fixes.iter().map(|advisory| advisory.id.clone()).collect(),
            Known::Missing(_) => Vec::new(),
        },
        capabilities: facts
            .source
            .get()
            .map(|source| source.capability_words())
            .unwrap_or_default(),
    };
    unassessed.extend(
        facts
            .source
            .get()
            .map(|source| unread(source))
            .unwrap_or_default(),
    );
    decide(
        &facts.subject,
        facts.as_of,
        signals,
        unassessed.into_iter().collect(),
        &context,
        policy,
    )
}

/// Files that something starts and that could not be read, and an archive that goes beyond a limit.
fn unread(source: &Source) -> Vec<Unassessed> {
    let analysis = &source.analysis;
    let started = |path: &str| {
        analysis
            .files
            .iter()
            .any(|file| file.path == path && !matches!(file.trigger, Trigger::Unreached | Trigger::Test))
    };
    let mut unread: Vec<Unassessed> = analysis
        .unassessed
        .iter()
        .filter(|(path, _)| started(path))
        .map(|(path, reason)| Unassessed {
            file: Some(path.as_str().into()),
            reason: reason.as_str().into(),
        })
        .collect();
    unread.extend(source.truncated.as_ref().map(|limit| Unassessed {
        file: None,
        reason:
            format!("the tarball goes beyond the limit `{limit}`; what lies behind it was not seen").into(),
    }));
    unread
}

/// What could not be assessed for want of a fact; `None` where its absence is in the nature of the thing
/// or is told once a run.
fn could_not(need: Need, reason: Missing, facts: &Facts) -> Option<String> {
    if matches!(
        reason,
        Missing::NotApplicable | Missing::NotGathered | Missing::NotSent
    ) {
        return None;
    }
    // Without the release before it, a release is judged whole: that loses sharpness, not the judgement.
    if need == Need::Delta {
        return None;
    }
    let withdrawn = facts
        .package
        .get()
        .is_some_and(|package| package.withdrawal(&facts.subject.version).is_some());
    if need == Need::Release && (withdrawn || facts.package.get().is_none()) {
        return None;
    }
    let what = match need {
        Need::Package => "its history",
        Need::Release => "this release",
        Need::Pin => "its lockfile entry",
        Need::Notices => "advisories on it",
        Need::Companions => "the packages it depends on",
        Need::Edges => "what it resolves to",
        Need::Run => "the other releases of this run",
        Need::Source | Need::Delta => "its code",
    };
    Some(format!("{what} is not known: {}", reason.reason()))
}
