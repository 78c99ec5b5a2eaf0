//! The publishing account is the old one and its mail address is not: the first thing a thief changes, so
//! that warnings and resets no longer reach the owner.
//! Incident: `axios`, March 2026, whose lead maintainer's address became one at an anonymous provider.
use cleanbill_facts::{Facts, Release};
use cleanbill_model::{AuditId, AuditMeta, Confidence, Level, Mark, Need, Severity, Signal, Stability};

use crate::{
    Audit,
    history::{self, Account},
    words,
};

pub(crate) struct MailDomainChanged;

static META: AuditMeta = AuditMeta {
    id: AuditId("mail-domain-changed"),
    title: "the publisher's mail address moved to another domain",
    severity: Severity::Medium,
    confidence: Confidence::Medium,
    level: Level::Warn,
    needs: &[Need::Package, Need::Release],
    since: "0.1.0",
    stability: Stability::Stable,
    taxonomy: &["MET-06"],
    attack: &["T1195.002", "T1078", "T1098"],
    page: include_str!("../../docs/mail-domain-changed.md"),
};

impl Audit for MailDomainChanged {
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
        let Some(domain) = domain(release) else { return };
        let earlier = history::earlier(package, release);
        let mut own = earlier
            .iter()
            .filter(|earlier| history::account(earlier) == Some(now));
        let Some((before, old)) = own.find_map(|earlier| Some((earlier, self::domain(earlier)?))) else {
            return;
        };
        if old == domain {
            return;
        }
        let seen = earlier
            .iter()
            .any(|earlier| self::domain(earlier).as_deref() == Some(domain.as_str()));
        let signal = Signal::new(&META, &facts.subject, words::field(&release.version, "_npmUser.email", &format!("…@{domain}")))
            .also(words::field(&before.version, "_npmUser.email", &format!("…@{old}")))
            .words(
                format!(
                    "`{name}` published {} with an address at `{domain}`; with {} it was at `{old}`.",
                    release.version, before.version
                ),
                if seen {
                    "Whoever takes an account changes its address first. This domain was seen on earlier releases, \
                     which makes an ordinary change likelier."
                } else {
                    "Whoever takes an account changes its address first, so that resets and warnings no longer reach \
                     the owner. No earlier release used this domain."
                },
                format!(
                    "Ask the maintainer by a way you already know; until then {}.",
                    words::keep(package.name.as_str(), history::baseline(package, release).map(|r| &r.version))
                ),
            );
        signals.push(if seen {
            signal.level(Level::Note).confidence(Confidence::Low)
        } else {
            signal
                .level(history::alone(release, facts.as_of))
                .mark(Mark::Publisher)
        });
    }
}

fn domain(release: &Release) -> Option<String> {
    release.publisher.get()?.mail_domain()
}
