//! A line that a trusted workflow published is now published by an account with a token: stolen tokens
//! cannot go through the workflow. Honest projects do this when their pipeline is broken.
//! Incident: `axios@1.14.1`, March 2026, published by hand where CI had done it before.
use cleanbill_facts::{Channel, Facts};
use cleanbill_model::{AuditId, AuditMeta, Confidence, Level, Mark, Need, Severity, Signal, Stability};

use crate::{Audit, history, words};

pub(crate) struct PublishChannelChanged;

static META: AuditMeta = AuditMeta {
    id: AuditId("publish-channel-changed"),
    title: "published by an account where a trusted workflow published before",
    severity: Severity::High,
    confidence: Confidence::High,
    level: Level::Warn,
    needs: &[Need::Package, Need::Release],
    since: "0.1.0",
    stability: Stability::Stable,
    taxonomy: &["MET-06"],
    attack: &["T1195.002", "T1078"],
    page: include_str!("../../docs/publish-channel-changed.md"),
};

impl Audit for PublishChannelChanged {
    fn meta(&self) -> &'static AuditMeta {
        &META
    }

    fn run(&self, facts: &Facts, signals: &mut Vec<Signal>) {
        let Some((package, release)) = history::subject(facts) else {
            return;
        };
        let Some(Channel::Account) = release.channel.get() else {
            return;
        };
        let Some(before) = history::baseline(package, release) else {
            return;
        };
        let Some(Channel::TrustedPublisher { provider }) = before.channel.get() else {
            return;
        };
        // A line that has gone to and fro before tells nothing by doing it once more.
        let wavered = history::earlier(package, release)
            .into_iter()
            .filter(|earlier| earlier.version.same_line(&release.version))
            .filter_map(|earlier| earlier.channel.get())
            .skip_while(|channel| matches!(channel, Channel::TrustedPublisher { .. }))
            .any(|channel| matches!(channel, Channel::TrustedPublisher { .. }));
        let by = release
            .publisher
            .get()
            .map_or_else(|| "an account".to_owned(), |person| format!("`{}`", person.name));
        let signal = Signal::new(&META, &facts.subject, words::field(&release.version, "_npmUser", "no trusted publisher"))
            .also(words::field(&before.version, "_npmUser.trustedPublisher", provider))
            .words(
                format!(
                    "{} was published by {by} with a session or token; {} before it came from a trusted `{provider}` \
                     workflow.",
                    release.version, before.version
                ),
                "A thief with a token cannot publish through the project's workflow, so a release beside it is how \
                 stolen accounts show.",
                format!(
                    "Look for the release in the project's repository; until then {}.",
                    words::keep(package.name.as_str(), Some(&before.version))
                ),
            );
        signals.push(if wavered {
            signal.level(Level::Note).confidence(Confidence::Low)
        } else {
            signal
                .level(history::alone(release, facts.as_of))
                .mark(Mark::Channel)
        });
    }
}
