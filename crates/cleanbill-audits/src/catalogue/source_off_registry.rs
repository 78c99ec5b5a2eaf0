//! An entry of the lockfile takes its bytes from a repository or a web address, not from a registry. Nobody
//! keeps those bytes, dates them or takes them down, and no notice ever names them.
//! Incident: PhantomRaven, 2025, whose packages pulled their payload from an address of the attacker's own.
use cleanbill_facts::{Facts, Pin, pin::Origin};
use cleanbill_model::{
    Algorithm, AuditId, AuditMeta, Confidence, Level, Need, SafeUrl, Severity, Signal, Stability,
};

use crate::{Audit, address::Address, words};

pub(crate) struct SourceOffRegistry;

static META: AuditMeta = AuditMeta {
    id: AuditId("source-off-registry"),
    title: "the bytes do not come from a registry",
    severity: Severity::High,
    confidence: Confidence::High,
    level: Level::Block,
    needs: &[Need::Pin],
    since: "0.1.0",
    stability: Stability::Stable,
    taxonomy: &["MET-02"],
    attack: &["T1195.001"],
    page: include_str!("../../docs/source-off-registry.md"),
};

impl Audit for SourceOffRegistry {
    fn meta(&self) -> &'static AuditMeta {
        &META
    }

    fn run(&self, facts: &Facts, signals: &mut Vec<Signal>) {
        let Some(pin) = facts.pin.get() else { return };
        let sound = pin
            .integrity
            .as_ref()
            .is_some_and(|integrity| integrity.strongest() > Algorithm::Sha1);
        let (url, pinned, kind) = match &pin.origin {
            Origin::Git { url, commit } => (url, commit.is_some(), "the git repository"),
            Origin::Url { url } => (url, sound, "the address"),
            Origin::Registry { url: Some(url) } if unsealed(url) => {
                (url, sound, "a registry over plain HTTP at")
            }
            _ => return,
        };
        let Some(address) = Address::parse(url.expose()) else {
            return;
        };
        let registry = matches!(pin.origin, Origin::Registry { .. });
        let (level, confidence, why) = address.judge(pinned || address.commit && !registry);
        let level = if registry && pinned { Level::Note } else { level };
        signals.push(
            Signal::new(&META, &facts.subject, words::entry(pin, &format!("comes from {url}")))
                .level(level)
                .confidence(confidence)
                .severity(severity(level))
                .words(
                    format!("`{}` is taken from {kind} {url}{}.", facts.subject.name, held(pin, pinned)),
                    if registry {
                        format!("A registry vouches for its bytes only over a sealed connection; here {why}.")
                    } else {
                        format!("No registry keeps, dates or takes down these bytes, and {why}.")
                    },
                    "Use a release from your registry, or pin a full commit on a forge you trust and waive this entry with \
                     the reason.",
                ),
        );
    }
}

fn unsealed(url: &SafeUrl) -> bool {
    // Nearly every entry of a lockfile begins so, and need not be taken apart to tell.
    !url.expose().starts_with("https://")
        && Address::parse(url.expose()).is_some_and(|address| !address.sealed)
}

fn held(pin: &Pin, pinned: bool) -> &'static str {
    match (&pin.origin, pinned) {
        (Origin::Git { .. }, true) => ", held to one commit",
        (Origin::Git { .. }, false) => ", held to no commit",
        (_, true) => ", held to a digest",
        (_, false) => ", held to no sound digest",
    }
}

fn severity(level: Level) -> Severity {
    match level {
        Level::Note => Severity::Info,
        Level::Warn => Severity::Low,
        Level::Quarantine => Severity::Medium,
        Level::Block => Severity::High,
    }
}
