//! A whole project: every release of its lockfiles gathered once, judged on every core.
use std::{collections::BTreeMap, sync::Arc};

use cleanbill_model::{Finding, Judgement, PackageName, Verdict};
use cleanbill_policy::{Decision, Policy, WaiverState};
use cleanbill_ports::{FeedStatus, FetchError};
use rayon::prelude::*;

use crate::{
    assess::assess,
    gather::{GatherOptions, Inputs, Ports, gather},
    not_known::{NotKnown, not_known},
    subject::{NamedLockfile, Subject, Subjects},
};

/// What an audit of lockfiles found.
pub struct AuditOutcome {
    /// What was judged, in order of first mention, beside its judgement.
    pub judged: Vec<(Subject, Judgement)>,
    /// What was not for us to judge, and what could not be read.
    pub subjects: Subjects,
    /// The worst verdict.
    pub verdict: Verdict,
    /// Facts the registry does not send.
    pub not_known: Vec<NotKnown>,
    /// How the feeds stand.
    pub feeds: Vec<FeedStatus>,
    /// Why packages could not be had.
    pub failures: BTreeMap<PackageName, FetchError>,
    /// What became of each waiver, in the policy's order.
    pub waivers: Vec<WaiverState>,
}

/// Audits `lockfiles` under `policy`.
pub async fn audit(
    lockfiles: Arc<Vec<NamedLockfile>>,
    ports: &Ports,
    options: &GatherOptions,
    policy: Arc<Policy>,
) -> AuditOutcome {
    let registry = Arc::clone(&ports.registry);
    let mut subjects = Subjects::collect(&lockfiles, &|name| registry.host_of(name));
    let all = std::mem::take(&mut subjects.all);
    let inputs = gather(&all, ports, options).await;
    let judge = move || {
        let decisions: Vec<Decision> = all
            .par_iter()
            .map(|subject| judge(subject, &inputs, &policy))
            .collect();
        (all, inputs, decisions, policy)
    };
    // A panic inside would be ours; the join then carries it to the edge, which tells so.
    let (all, inputs, decisions, policy) = match tokio::task::spawn_blocking(judge).await {
        Ok(done) => done,
        Err(error) => std::panic::resume_unwind(error.into_panic()),
    };
    let mut waivers = vec![WaiverState::Unused; policy.waivers.len()];
    for decision in &decisions {
        for (state, here) in waivers.iter_mut().zip(&decision.waivers) {
            *state = (*state).max(*here);
        }
    }
    let judged: Vec<(Subject, Judgement)> = all
        .into_iter()
        .zip(decisions)
        .map(|(subject, decision)| (subject, decision.judgement))
        .collect();
    AuditOutcome {
        verdict: judged
            .iter()
            .map(|(_, judgement)| judgement.verdict)
            .max()
            .unwrap_or(Verdict::Allow),
        judged,
        subjects,
        not_known: not_known(
            inputs
                .packages
                .values()
                .filter_map(|package| package.get())
                .map(Arc::as_ref),
        ),
        feeds: inputs.feeds,
        failures: inputs.failures,
        waivers,
    }
}

/// Judges one subject at every place that pins it, and keeps each distinct finding once.
fn judge(subject: &Subject, inputs: &Inputs, policy: &Policy) -> Decision {
    let mut merged = assess(&inputs.facts(subject, 0), policy);
    for pin in 1..subject.pins.len() {
        let same_shape = |a: usize, b: usize| match (subject.pins.get(a), subject.pins.get(b)) {
            (Some((_, _, a)), Some((_, _, b))) => a.origin == b.origin && a.integrity == b.integrity,
            _ => false,
        };
        if (0..pin).any(|earlier| same_shape(earlier, pin)) {
            continue;
        }
        let other = assess(&inputs.facts(subject, pin), policy);
        merge(&mut merged, other);
    }
    merged
}

fn merge(into: &mut Decision, other: Decision) {
    let known: Vec<&Finding> = into.judgement.findings.iter().collect();
    let fresh: Vec<Finding> = other
        .judgement
        .findings
        .into_iter()
        .filter(|finding| {
            !known
                .iter()
                .any(|k| k.signal.audit == finding.signal.audit && k.signal.what == finding.signal.what)
        })
        .collect();
    into.judgement.findings.extend(fresh);
    into.judgement
        .findings
        .sort_by(|a, b| (a.waived, b.level, b.signal.severity).cmp(&(b.waived, a.level, a.signal.severity)));
    if other.judgement.verdict > into.judgement.verdict {
        into.judgement.verdict = other.judgement.verdict;
        into.judgement.until = other.judgement.until;
    }
    for (state, here) in into.waivers.iter_mut().zip(other.waivers) {
        *state = (*state).max(here);
    }
}
