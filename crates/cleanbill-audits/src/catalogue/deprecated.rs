//! The author says that the release should no longer be used. Mostly it is age; sometimes the message is the
//! first and only public word of a compromise.
use cleanbill_facts::Facts;
use cleanbill_model::{AuditId, AuditMeta, Confidence, Level, Need, Severity, Signal, Stability};

use crate::{Audit, history, words};

pub(crate) struct Deprecated;

static META: AuditMeta = AuditMeta {
    id: AuditId("deprecated"),
    title: "deprecated by its author",
    severity: Severity::Medium,
    confidence: Confidence::High,
    level: Level::Warn,
    needs: &[Need::Package, Need::Release],
    since: "0.1.0",
    stability: Stability::Stable,
    taxonomy: &[],
    attack: &[],
    page: include_str!("../../docs/deprecated.md"),
};

/// Words with which authors deprecate a release because it does harm, in lower case.
const ALARMING: &[&str] = &[
    "compromis",
    "malware",
    "malicious",
    "hijack",
    "stolen",
    "backdoor",
    "do not install",
    "unauthori",
];
/// Words with which authors deprecate a release because of a flaw.
const WORRYING: &[&str] = &["vulnerab", "security", "cve-", "ghsa-", "exploit"];

impl Audit for Deprecated {
    fn meta(&self) -> &'static AuditMeta {
        &META
    }

    fn run(&self, facts: &Facts, signals: &mut Vec<Signal>) {
        let Some((package, release)) = history::subject(facts) else {
            return;
        };
        let Some(message) = &release.deprecated else {
            return;
        };
        let lower = message.raw().to_lowercase();
        let says = |list: &[&str]| list.iter().any(|word| lower.contains(word));
        let (level, severity) = match (says(ALARMING), says(WORRYING)) {
            (true, _) => (Level::Warn, Severity::Medium),
            (_, true) => (Level::Warn, Severity::Low),
            _ => (Level::Note, Severity::Info),
        };
        let next = package
            .releases
            .iter()
            .filter(|other| other.deprecated.is_none() && !other.version.is_prerelease())
            .map(|other| &other.version)
            .filter(|other| **other > release.version);
        let next = next
            .clone()
            .filter(|other| other.same_line(&release.version))
            .max()
            .or_else(|| next.max());
        let quoted = words::quote(message.raw());
        signals.push(
            Signal::new(&META, &facts.subject, words::field(&release.version, "deprecated", &quoted))
                .level(level)
                .severity(severity)
                .words(
                    format!("{} is deprecated: {quoted}", facts.subject.spec()),
                    if level == Level::Warn {
                        "The message speaks of a danger, and authors often write it before any notice is published."
                    } else {
                        "It will get no further fixes."
                    },
                    match next {
                        Some(next) => format!("Move to {next} (`{}`).", words::install(package.name.as_str(), next)),
                        None => "No later release is free of the message; look for a replacement.".to_owned(),
                    },
                ),
        );
    }
}
