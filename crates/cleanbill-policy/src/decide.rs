//! The decision: signals, a policy and a clock reading in, one judgement out, with every reason.
use cleanbill_model::{
    Finding, Integrity, Judgement, Level, Maturity, Purl, Signal, Timestamp, Unassessed, Untrusted, Verdict,
};

use crate::{
    AuditLevel, CooldownUse, Policy, UnassessedAction, WaiverState,
    combine::{is_confirmed, looks_hijacked},
};

/// What the decision must know of the release beside its signals.
#[derive(Clone, Debug, Default)]
pub struct Context {
    /// Its digest, where known.
    pub integrity: Option<Integrity>,
    /// When it was published, where known.
    pub published: Option<Timestamp>,
    /// Host of the registry it comes from.
    pub upstream: Option<String>,
    /// Ids of vulnerabilities of what it replaces that it fixes: its ticket to the fast lane.
    pub fixes: Vec<Untrusted>,
    /// What its code can do, where it was read.
    pub capabilities: Vec<String>,
}

/// A judgement, and what became of each waiver of the policy, in the policy's order.
#[derive(Clone, Debug)]
pub struct Decision {
    /// The judgement.
    pub judgement: Judgement,
    /// One state a waiver.
    pub waivers: Vec<WaiverState>,
}

/// Decides on one release.
#[must_use]
pub fn decide(
    subject: &Purl,
    as_of: Timestamp,
    signals: Vec<Signal>,
    unassessed: Vec<Unassessed>,
    context: &Context,
    policy: &Policy,
) -> Decision {
    let mut waivers = vec![WaiverState::Unused; policy.waivers.len()];
    let fast = policy.fast_lane && !context.fixes.is_empty() && !signals.iter().any(speaks_against);
    let mut until: Option<Timestamp> = None;
    let mut findings = Vec::with_capacity(signals.len());
    for signal in signals {
        let mut finding = Finding {
            level: signal.level,
            because: None,
            waived: false,
            signal,
        };
        if let Some(maturity) = finding.signal.maturity {
            match ripen(&mut finding, maturity, fast, as_of, context, policy) {
                Ripeness::Ripe => continue,
                Ripeness::Told => {}
                Ripeness::Held(moment) => until = until.max(Some(moment)),
            }
        }
        match policy.levels.get(finding.signal.audit.0) {
            Some(AuditLevel::Off) => continue,
            Some(AuditLevel::Fixed(level)) if *level != finding.level => {
                finding.level = *level;
                finding.because =
                    Some(format!("the policy sets `{}` to {}", finding.signal.audit, level.as_str()).into());
            }
            _ => {}
        }
        for (waiver, state) in policy.waivers.iter().zip(&mut waivers) {
            let here = waiver.covers(&finding.signal, context.integrity.as_ref(), as_of);
            *state = (*state).max(here);
            if here == WaiverState::Used && !finding.waived {
                finding.waived = true;
                finding.because = Some(
                    format!(
                        "waived by {} until {}: {}",
                        waiver.owner, waiver.until, waiver.reason
                    )
                    .into(),
                );
            }
        }
        findings.push(finding);
    }
    confirm_flows(&mut findings, as_of, context, policy);
    raise_hijack(&mut findings, as_of, context, policy);
    findings.sort_by(|a, b| {
        (
            a.waived,
            b.level,
            b.signal.severity,
            b.signal.confidence,
            a.signal.audit,
        )
            .cmp(&(
                b.waived,
                a.level,
                a.signal.severity,
                a.signal.confidence,
                b.signal.audit,
            ))
    });
    let worst = findings
        .iter()
        .filter(|finding| !finding.waived)
        .map(|finding| finding.level)
        .max();
    let verdict = match worst {
        Some(Level::Block) => Verdict::Block,
        Some(Level::Quarantine) => Verdict::Quarantine,
        _ if !unassessed.is_empty() && policy.unassessed == UnassessedAction::Hold => Verdict::Unassessed,
        _ => Verdict::Allow,
    };
    let healed_by_time = verdict == Verdict::Quarantine
        && findings
            .iter()
            .filter(|finding| !finding.waived && finding.level >= Level::Quarantine)
            .all(|finding| finding.signal.maturity.is_some());
    let judgement = Judgement {
        subject: subject.clone(),
        integrity: context.integrity.clone(),
        as_of,
        verdict,
        until: until.filter(|_| healed_by_time),
        findings,
        unassessed,
        capabilities: context.capabilities.clone(),
    };
    Decision { judgement, waivers }
}

/// A signal that closes the fast lane: anything but youth and further vulnerabilities.
fn speaks_against(signal: &Signal) -> bool {
    let youth = signal.maturity.is_some();
    let vulnerability = signal
        .advisory
        .as_ref()
        .is_some_and(|advisory| !advisory.malicious);
    !youth && !vulnerability && (signal.mark.is_some() || signal.level >= Level::Warn)
}

enum Ripeness {
    /// Old enough: nothing to tell.
    Ripe,
    /// Too young, and told only.
    Told,
    /// Too young, and held until then.
    Held(Timestamp),
}

/// Gives a signal of youth its level under the policy's cooldown.
fn ripen(
    finding: &mut Finding,
    maturity: Maturity,
    fast: bool,
    as_of: Timestamp,
    context: &Context,
    policy: &Policy,
) -> Ripeness {
    let Some((ready, minimum)) = policy.cooldown.ready(
        maturity,
        &finding.signal.subject.name,
        context.upstream.as_deref(),
    ) else {
        return Ripeness::Ripe;
    };
    if as_of >= ready {
        return Ripeness::Ripe;
    }
    let kind = match maturity {
        Maturity::Release(_) => "releases",
        Maturity::Name(_) => "names",
    };
    if fast && matches!(maturity, Maturity::Release(_)) {
        let fixes: Vec<&str> = context.fixes.iter().map(Untrusted::raw).collect();
        finding.level = Level::Note;
        finding.because = Some(format!("passes the cooldown because it fixes {}", fixes.join(", ")).into());
        return Ripeness::Told;
    }
    finding.because = Some(format!("the cooldown for {kind} is {minimum}; it ends at {ready}").into());
    match policy.cooldown_use {
        CooldownUse::Hold => {
            finding.level = Level::Quarantine;
            Ripeness::Held(ready)
        }
        CooldownUse::Tell => {
            finding.level = Level::Warn;
            Ripeness::Told
        }
    }
}

/// Blocks a release with a proven new flow where independent marks of a hijack stand beside it.
fn confirm_flows(findings: &mut [Finding], as_of: Timestamp, context: &Context, policy: &Policy) {
    if !findings.iter().any(|finding| finding.signal.proven) {
        return;
    }
    let told: Vec<Signal> = findings
        .iter()
        .filter(|finding| !finding.waived)
        .map(|finding| finding.signal.clone())
        .collect();
    let window = policy.hijack_window;
    for finding in findings
        .iter_mut()
        .filter(|finding| !finding.waived && finding.level == finding.signal.level)
    {
        let flow = &finding.signal;
        if flow.level < Level::Block && is_confirmed(flow, told.iter(), context.published, as_of, window) {
            finding.level = Level::Block;
            finding.because = Some(
                "its whole way is proven and new, and independent marks of a hijack stand beside it".into(),
            );
        }
    }
}

/// Holds a release whose signals add up to a hijack.
fn raise_hijack(findings: &mut [Finding], as_of: Timestamp, context: &Context, policy: &Policy) {
    let marked = findings
        .iter()
        .filter(|finding| !finding.waived)
        .map(|finding| &finding.signal);
    if !looks_hijacked(marked, context.published, as_of, policy.hijack_window) {
        return;
    }
    for finding in findings
        .iter_mut()
        .filter(|finding| !finding.waived && finding.signal.mark.is_some())
    {
        if finding.level < Level::Quarantine {
            finding.level = Level::Quarantine;
            finding.because = Some("two independent marks of a hijack stand on this release".into());
        }
    }
}

#[cfg(test)]
mod tests {
    use cleanbill_model::{
        Age, AuditId, AuditMeta, Confidence, Evidence, Mark, PackageName, Severity, Stability, Version,
    };

    use super::*;
    use crate::{NamePattern, Waiver};

    const META: AuditMeta = AuditMeta {
        id: AuditId("publisher-changed"),
        title: "another account published this release",
        severity: Severity::Medium,
        confidence: Confidence::Medium,
        level: Level::Warn,
        needs: &[],
        since: "0.1.0",
        stability: Stability::Stable,
        taxonomy: &[],
        attack: &[],
        page: "",
    };

    fn subject() -> Purl {
        Purl::new(
            PackageName::parse("left").unwrap(),
            Version::parse("1.2.3").unwrap(),
        )
    }
    fn at(hours: i64) -> Timestamp {
        Timestamp::from_millis(0).plus(Age::hours(hours))
    }
    fn signal() -> Signal {
        Signal::new(&META, &subject(), Evidence::note("seen"))
    }
    fn young() -> Signal {
        let mut signal = signal().level(Level::Quarantine);
        signal.audit = AuditId("release-young");
        signal.maturity = Some(Maturity::Release(at(0)));
        signal
    }
    fn verdict(signals: Vec<Signal>, context: &Context, policy: &Policy, hours: i64) -> Judgement {
        decide(&subject(), at(hours), signals, Vec::new(), context, policy).judgement
    }

    #[test]
    fn one_weak_mark_never_holds_and_two_different_ones_do() {
        let context = Context {
            published: Some(at(0)),
            ..Context::default()
        };
        let policy = Policy::default();
        let publisher = signal().mark(Mark::Publisher);
        assert_eq!(
            verdict(vec![publisher.clone(), publisher.clone()], &context, &policy, 5).verdict,
            Verdict::Allow
        );
        let script = signal().mark(Mark::Script);
        assert_eq!(
            verdict(vec![publisher.clone(), script.clone()], &context, &policy, 5).verdict,
            Verdict::Quarantine
        );
        let old = verdict(vec![publisher, script], &context, &policy, 24 * 365);
        assert_eq!(
            old.verdict,
            Verdict::Allow,
            "a release that stood for a year is told, not held"
        );
    }

    #[test]
    fn a_proven_new_flow_is_blocked_beside_another_mark_and_held_without_one() {
        let context = Context {
            published: Some(at(0)),
            ..Context::default()
        };
        let policy = Policy::default();
        let flow = |level| signal().level(level).mark(Mark::Code).proven();
        let publisher = signal().mark(Mark::Publisher);
        let channel = signal().mark(Mark::Channel);
        let judge = |signals| verdict(signals, &context, &policy, 5).verdict;
        assert_eq!(judge(vec![flow(Level::Quarantine)]), Verdict::Quarantine);
        assert_eq!(
            judge(vec![flow(Level::Quarantine), publisher.clone()]),
            Verdict::Block
        );
        assert_eq!(
            judge(vec![flow(Level::Warn), publisher.clone()]),
            Verdict::Quarantine
        );
        assert_eq!(
            judge(vec![flow(Level::Warn), publisher.clone(), channel]),
            Verdict::Block
        );
        let unproven = signal().level(Level::Quarantine).mark(Mark::Code);
        assert_eq!(judge(vec![unproven, publisher.clone()]), Verdict::Quarantine);
        let doubtful = publisher.clone().confidence(Confidence::Low);
        assert_eq!(
            judge(vec![flow(Level::Quarantine), doubtful]),
            Verdict::Quarantine
        );
        let old = verdict(vec![flow(Level::Warn), publisher], &context, &policy, 24 * 365);
        assert_eq!(old.verdict, Verdict::Allow);
    }

    #[test]
    fn an_owner_who_fixed_a_level_is_not_overruled_by_a_proof() {
        let mut policy = Policy::default();
        policy
            .levels
            .insert("publisher-changed".into(), AuditLevel::Fixed(Level::Warn));
        let flow = signal().level(Level::Quarantine).mark(Mark::Code).proven();
        let context = Context {
            published: Some(at(0)),
            ..Context::default()
        };
        let judged = verdict(vec![flow, signal().mark(Mark::Channel)], &context, &policy, 5);
        assert!(judged.verdict < Verdict::Block, "{:?}", judged.verdict);
    }

    #[test]
    fn youth_holds_until_the_cooldown_ends_and_not_longer() {
        let held = verdict(vec![young()], &Context::default(), &Policy::default(), 71);
        assert_eq!((held.verdict, held.until), (Verdict::Quarantine, Some(at(72))));
        let ripe = verdict(vec![young()], &Context::default(), &Policy::default(), 72);
        assert_eq!((ripe.verdict, ripe.findings.len()), (Verdict::Allow, 0));
    }

    #[test]
    fn a_fix_passes_the_cooldown_only_when_nothing_speaks_against_it() {
        let context = Context {
            fixes: vec!["GHSA-1".into()],
            published: Some(at(0)),
            ..Context::default()
        };
        let fix = verdict(vec![young()], &context, &Policy::default(), 1);
        assert_eq!(fix.verdict, Verdict::Allow);
        assert!(fix.findings[0].because.as_ref().unwrap().raw().contains("GHSA-1"));
        let suspect = verdict(
            vec![young(), signal().mark(Mark::Script)],
            &context,
            &Policy::default(),
            1,
        );
        assert_eq!(suspect.verdict, Verdict::Quarantine);
    }

    #[test]
    fn own_scopes_are_exempt_from_age_and_from_nothing_else() {
        let mut policy = Policy::default();
        policy.cooldown.own.push(NamePattern("left".into()));
        assert_eq!(
            verdict(vec![young()], &Context::default(), &policy, 1).verdict,
            Verdict::Allow
        );
        let bad = signal().level(Level::Block);
        assert_eq!(
            verdict(vec![bad], &Context::default(), &policy, 1).verdict,
            Verdict::Block
        );
    }

    #[test]
    fn what_is_unassessed_is_never_clean_by_default() {
        let reason = vec![Unassessed {
            file: None,
            reason: "offline".into(),
        }];
        let held = decide(
            &subject(),
            at(0),
            Vec::new(),
            reason.clone(),
            &Context::default(),
            &Policy::default(),
        );
        assert_eq!(held.judgement.verdict, Verdict::Unassessed);
        let policy = Policy {
            unassessed: UnassessedAction::Warn,
            ..Policy::default()
        };
        let told = decide(
            &subject(),
            at(0),
            Vec::new(),
            reason,
            &Context::default(),
            &policy,
        );
        assert_eq!(
            (told.judgement.verdict, told.judgement.unassessed.len()),
            (Verdict::Allow, 1)
        );
    }

    fn waiver(until: Timestamp) -> Waiver {
        Waiver {
            name: subject().name,
            version: subject().version,
            integrity: None,
            audits: Vec::new(),
            reason: "read by us".into(),
            owner: "security@acme.example".into(),
            until,
            place: "cleanbill.toml:3".into(),
        }
    }

    #[test]
    fn a_waiver_counts_until_its_end_and_never_silences_known_malware_by_accident() {
        let policy = Policy {
            waivers: vec![waiver(at(10))],
            ..Policy::default()
        };
        let held = signal().level(Level::Quarantine);
        let decision = decide(
            &subject(),
            at(9),
            vec![held.clone()],
            Vec::new(),
            &Context::default(),
            &policy,
        );
        assert_eq!(
            (decision.judgement.verdict, decision.waivers),
            (Verdict::Allow, vec![WaiverState::Used])
        );
        let decision = decide(
            &subject(),
            at(10),
            vec![held.clone()],
            Vec::new(),
            &Context::default(),
            &policy,
        );
        assert_eq!(
            (decision.judgement.verdict, decision.waivers),
            (Verdict::Quarantine, vec![WaiverState::Expired])
        );
        let mut malware = held.level(Level::Block);
        malware.advisory = Some(cleanbill_model::AdvisoryRef {
            id: "MAL-1".into(),
            aliases: Vec::new(),
            fixed: None,
            score: None,
            malicious: true,
            feed: "osv".into(),
        });
        assert_eq!(
            verdict(vec![malware], &Context::default(), &policy, 1).verdict,
            Verdict::Block
        );
    }

    #[test]
    fn an_owner_may_silence_or_raise_an_audit() {
        let mut policy = Policy::default();
        policy
            .levels
            .insert("publisher-changed".into(), AuditLevel::Fixed(Level::Block));
        assert_eq!(
            verdict(vec![signal()], &Context::default(), &policy, 1).verdict,
            Verdict::Block
        );
        policy.levels.insert("publisher-changed".into(), AuditLevel::Off);
        assert_eq!(
            verdict(vec![signal()], &Context::default(), &policy, 1)
                .findings
                .len(),
            0
        );
    }
}
