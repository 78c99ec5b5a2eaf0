//! Look-alikes, injected helpers and invented names are new names, whatever their version number says.
//! Their bad version may be weeks in coming, so a name has an age of its own.
//! Incident: `easy-day-js`, 18 hours old when it was pulled into 143 packages.
use cleanbill_facts::Facts;
use cleanbill_model::{AuditId, AuditMeta, Confidence, Level, Maturity, Need, Severity, Signal, Stability};

use crate::{Audit, history, words};

pub(crate) struct NameYoung;

static META: AuditMeta = AuditMeta {
    id: AuditId("name-young"),
    title: "the package's name is young",
    severity: Severity::Low,
    confidence: Confidence::High,
    level: Level::Quarantine,
    needs: &[Need::Package],
    since: "0.1.0",
    stability: Stability::Stable,
    taxonomy: &["MET-04", "MET-10"],
    attack: &["T1195.002"],
    page: include_str!("../../docs/name-young.md"),
};

impl Audit for NameYoung {
    fn meta(&self) -> &'static AuditMeta {
        &META
    }

    fn run(&self, facts: &Facts, signals: &mut Vec<Signal>) {
        let Some(package) = facts.package.get() else {
            return;
        };
        let Some(created) = history::created(package) else {
            return;
        };
        let age = facts.as_of.since(created);
        if age >= history::FRESH {
            return;
        }
        let mut signal = Signal::new(
            &META,
            &facts.subject,
            words::packument("time.created", &created.to_string()),
        )
        .words(
            format!("The name `{}` first appeared {age} ago.", package.name),
            "New names carry most look-alikes and invented dependencies; waiting for the release alone does \
                 not help, because the name can be staged before the harm is.",
            "Check that this is the package you mean, and wait until the cooldown for names is over.",
        );
        signal.maturity = Some(Maturity::Name(created));
        signals.push(signal);
    }
}
