//! Somebody publishes who never published this package before. A stolen token or a planted maintainer looks
//! just like that, and so does an honest new colleague.
//! Incident: 143 packages of `@mastra`, June 2026, published by an account they had not known for 16 months.
use cleanbill_facts::{Facts, Package, Release};
use cleanbill_model::{AuditId, AuditMeta, Confidence, Level, Mark, Need, Severity, Signal, Stability};

use crate::{
    Audit,
    history::{self, Account},
    words,
};

pub(crate) struct PublisherChanged;

static META: AuditMeta = AuditMeta {
    id: AuditId("publisher-changed"),
    title: "an account publishes that did not publish before",
    severity: Severity::Medium,
    confidence: Confidence::Medium,
    level: Level::Warn,
    needs: &[Need::Package, Need::Release],
    since: "0.1.0",
    stability: Stability::Stable,
    taxonomy: &["MET-06"],
    attack: &["T1195.002", "T1078"],
    page: include_str!("../../docs/publisher-changed.md"),
};

/// How many of the last releases say who usually publishes; teams take turns, so one is too few.
const RECENT: usize = 10;

impl Audit for PublisherChanged {
    fn meta(&self) -> &'static AuditMeta {
        &META
    }

    fn run(&self, facts: &Facts, signals: &mut Vec<Signal>) {
        let Some((package, release)) = history::subject(facts) else {
            return;
        };
        let Some(now) = history::account(release) else {
            return;
        };
        let earlier: Vec<&Release> = history::earlier(package, release)
            .into_iter()
            .filter(|e| history::account(e).is_some())
            .collect();
        let Some(before) = earlier.first() else { return };
        let usual = earlier
            .iter()
            .take(RECENT)
            .any(|earlier| history::account(earlier) == Some(now));
        if usual {
            return;
        }
        let known = history::last_by(package, release, now);
        let weak = known.is_some() || matches!(now, Account::Workflow(_));
        let was = history::account(before).map(Account::words).unwrap_or_default();
        let signal = Signal::new(&META, &facts.subject, words::field(&release.version, "_npmUser", &shown(release)))
            .also(words::field(&before.version, "_npmUser", &shown(before)))
            .words(
                match known {
                    Some(known) => format!(
                        "{} was published by {}, which last published {}; the {} releases since came from others, \
                         the last of them from {was}.",
                        release.version,
                        now.words(),
                        known.version,
                        earlier.iter().take_while(|earlier| earlier.version != known.version).count(),
                    ),
                    None => format!(
                        "{} was published by {}{}. No earlier release with a known publisher ({} in all) came from \
                         it; {} came from {was}.",
                        release.version,
                        now.words(),
                        owner(package, now),
                        earlier.len(),
                        before.version,
                    ),
                },
                "A stolen token or a planted maintainer shows first as another publisher. A new colleague looks the \
                 same, so this counts only together with something else.",
                format!(
                    "See whether the project announced the change; until then {}.",
                    words::keep(package.name.as_str(), history::baseline(package, release).map(|r| &r.version))
                ),
            );
        signals.push(if weak {
            signal.level(Level::Note).confidence(Confidence::Low)
        } else {
            signal
                .level(history::alone(release, facts.as_of))
                .mark(Mark::Publisher)
        });
    }
}

/// The publisher as the packument shows it.
fn shown(release: &Release) -> String {
    match (history::account(release), release.publisher.get()) {
        (Some(Account::Workflow(provider)), _) => format!("trusted publisher {provider:?}"),
        (_, Some(person)) => format!("{:?}", person.name),
        _ => "not sent".to_owned(),
    }
}

/// Whether the account is among today's owners, in words.
fn owner(package: &Package, account: Account<'_>) -> &'static str {
    match (package.maintainers.get(), account) {
        (Some(owners), Account::Person(name)) if owners.iter().any(|owner| owner.name == name) => {
            ", one of today's owners"
        }
        (Some(_), Account::Person(_)) => ", not one of today's owners",
        _ => "",
    }
}
