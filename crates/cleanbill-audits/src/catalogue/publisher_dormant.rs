//! An account publishes after more than a year of silence, while others kept the package going. Forgotten
//! publish rights of former contributors are what attackers look for.
//! Incident: `@mastra`, June 2026, through the account of a contributor silent for 16 months.
use cleanbill_facts::{Facts, Release};
use cleanbill_model::{Age, AuditId, AuditMeta, Confidence, Level, Mark, Need, Severity, Signal, Stability};

use crate::{
    Audit,
    history::{self, Account},
    words,
};

pub(crate) struct PublisherDormant;

static META: AuditMeta = AuditMeta {
    id: AuditId("publisher-dormant"),
    title: "an account publishes after a long silence",
    severity: Severity::Medium,
    confidence: Confidence::Medium,
    level: Level::Warn,
    needs: &[Need::Package, Need::Release],
    since: "0.1.0",
    stability: Stability::Stable,
    taxonomy: &["MET-06"],
    attack: &["T1195.002", "T1078"],
    page: include_str!("../../docs/publisher-dormant.md"),
};

/// Silence from which an account counts as dormant: twelve months, the span after which organisations
/// commonly revoke unused access.
const DORMANT: Age = Age::days(365);

impl Audit for PublisherDormant {
    fn meta(&self) -> &'static AuditMeta {
        &META
    }

    fn run(&self, facts: &Facts, signals: &mut Vec<Signal>) {
        let Some((package, release)) = history::subject(facts) else {
            return;
        };
        let Some(now @ Account::Person(name)) = history::account(release) else {
            return;
        };
        let Some(silence) = history::silence(package, release, now).filter(|silence| *silence > DORMANT)
        else {
            return;
        };
        let Some(last) = history::last_by(package, release, now).filter(|_| history::orderly(package)) else {
            return;
        };
        let between: Vec<&Release> = history::earlier(package, release)
            .into_iter()
            .take_while(|e| e.version != last.version)
            .collect();
        let others = between
            .iter()
            .filter(|earlier| history::account(earlier).is_some())
            .count();
        let signal = Signal::new(&META, &facts.subject, when(release)).also(when(last)).words(
            if others > 0 {
                format!(
                    "`{name}` published {} after {silence} of silence here; its last release was {}, and others \
                     published {others} since.",
                    release.version, last.version
                )
            } else {
                format!(
                    "`{name}` published {} after {silence} without any release; the last was {}.",
                    release.version, last.version
                )
            },
            "Publish rights nobody uses any more are rarely watched, and taking over such an account raises no \
             alarm with the people who run the project.",
            format!(
                "Ask the project whether the release is theirs; until then {}.",
                words::keep(package.name.as_str(), history::baseline(package, release).map(|r| &r.version))
            ),
        );
        // A package that slept as a whole and woke up with its own author is mostly just that.
        signals.push(if others > 0 {
            signal
                .level(history::alone(release, facts.as_of))
                .mark(Mark::Publisher)
        } else {
            signal.level(Level::Note).confidence(Confidence::Low)
        });
    }
}

fn when(release: &Release) -> cleanbill_model::Evidence {
    let moment = release
        .published
        .get()
        .map_or_else(|| "not known".to_owned(), ToString::to_string);
    words::packument(&format!("time[\"{}\"]", release.version), &moment)
}
