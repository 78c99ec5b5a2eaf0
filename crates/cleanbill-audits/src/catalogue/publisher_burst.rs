//! One account publishes many packages within the hour, and it is new to this one or was long silent on it:
//! a stolen account running a script. Whole monorepos are released like this every day by those who always do.
//! Incident: 116 to 143 packages of `@mastra` within 88 minutes, June 2026.
use std::collections::BTreeSet;

use cleanbill_facts::{Channel, Facts, Package, Release};
use cleanbill_model::{
    Age, AuditId, AuditMeta, Confidence, Evidence, Level, Mark, Need, PackageName, Severity, Signal,
    Stability,
};

use crate::{
    Audit,
    history::{self, Account},
    words,
};

pub(crate) struct PublisherBurst;

static META: AuditMeta = AuditMeta {
    id: AuditId("publisher-burst"),
    title: "one unusual account published many packages at once",
    severity: Severity::High,
    confidence: Confidence::Medium,
    level: Level::Warn,
    needs: &[Need::Package, Need::Release, Need::Run],
    since: "0.1.0",
    stability: Stability::Stable,
    taxonomy: &["MET-07"],
    attack: &["T1195.002", "T1078"],
    page: include_str!("../../docs/publisher-burst.md"),
};

/// Names within [`WINDOW`] that make a burst. Two or three related packages are often released by hand.
const NAMES: usize = 5;
/// The window, to each side of the release: scripts of the known incidents took 25 to 90 minutes for all.
const WINDOW: Age = Age::minutes(60);
/// Silence after which an account is unusual on a package.
const DORMANT: Age = Age::days(365);
/// Names listed in the evidence; the count says the rest.
const LISTED: usize = 8;

impl Audit for PublisherBurst {
    fn meta(&self) -> &'static AuditMeta {
        &META
    }

    fn run(&self, facts: &Facts, signals: &mut Vec<Signal>) {
        let Some((package, release)) = history::subject(facts) else {
            return;
        };
        let Some(run) = facts.run.get() else { return };
        let Some(account @ Account::Person(name)) = history::account(release) else {
            return;
        };
        let Some(&moment) = release.published.get() else {
            return;
        };
        if !history::orderly(package) {
            return;
        }
        let Some(unusual) = unusual(package, release, account) else {
            return;
        };
        let Some(published) = run.by_publisher.get(name) else {
            return;
        };
        let (from, to) = (moment.minus(WINDOW), moment.plus(WINDOW));
        let near = published
            .iter()
            .filter(|other| (from..=to).contains(&other.published));
        let names: BTreeSet<&PackageName> = near.map(|other| &other.purl.name).collect();
        if names.len() < NAMES {
            return;
        }
        let listed: Vec<String> = names
            .iter()
            .take(LISTED)
            .map(|name| format!("`{name}`"))
            .collect();
        let more = if names.len() > LISTED { ", …" } else { "" };
        let by = words::field(&release.version, "_npmUser", &format!("{name:?}"));
        signals.push(
            Signal::new(&META, &facts.subject, by)
                .also(Evidence::note(format!("within the hour: {}{more}", listed.join(", "))).file("this run"))
                .level(history::alone(release, facts.as_of))
                .mark(Mark::Shape)
                .words(
                    format!(
                        "`{name}`, {unusual}, published {} packages of this run within an hour of {}.",
                        names.len(),
                        release.version
                    ),
                    "A thief with a token publishes everything the account can reach before it is locked. Monorepos are \
                     released in bursts too, but by the account or workflow that always does it.",
                    format!(
                        "Hold all of these releases together until the project confirms them; meanwhile {}.",
                        words::keep(package.name.as_str(), history::baseline(package, release).map(|r| &r.version))
                    ),
                ),
        );
    }
}

/// Why this account is not the one to expect here, if so. On a package's first releases nobody is.
fn unusual(package: &Package, release: &Release, account: Account<'_>) -> Option<String> {
    let before = history::earlier(package, release)
        .into_iter()
        .find(|earlier| history::account(earlier).is_some())?;
    match history::silence(package, release, account) {
        None if history::last_by(package, release, account).is_none() => {
            Some("which had never published this package".to_owned())
        }
        Some(silence) if silence > DORMANT => Some(format!("silent here for {silence}")),
        _ => matches!(
            (before.channel.get(), release.channel.get()),
            (Some(Channel::TrustedPublisher { .. }), Some(Channel::Account))
        )
        .then(|| "publishing by hand where a trusted workflow did".to_owned()),
    }
}
