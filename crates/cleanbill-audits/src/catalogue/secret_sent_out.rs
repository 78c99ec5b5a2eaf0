//! Secrets of the machine flow into a request, a socket or names asked of a resolver, to a host that has no business
//! with them. Most thefts of tokens through packages come to this, whatever else they do on the way.
//! Incident: `shai-hulud`, September 2025, which sent tokens of developers and runners to a webhook.
use cleanbill_facts::Facts;
use cleanbill_model::{AuditId, AuditMeta, Confidence, Level, Need, Severity, Signal, Stability};

use crate::{Audit, code};

pub(crate) struct SecretSentOut;

static META: AuditMeta = AuditMeta {
    id: AuditId("secret-sent-out"),
    title: "secrets of this machine leave it",
    severity: Severity::Critical,
    confidence: Confidence::High,
    level: Level::Block,
    needs: &[Need::Source],
    since: "0.1.0",
    stability: Stability::Preview,
    taxonomy: &["FLO-01", "FLO-16"],
    attack: &["T1041", "T1552.001", "T1567"],
    page: include_str!("../../docs/secret-sent-out.md"),
};

const WHY: &str = "A package has no reason to send tokens, keys or the whole environment to a host that is not their provider. Whoever stands there can publish, deploy and pay in your name.";
const UNDO: &str = "If it ran already, count every secret it could read as known to others and change it.";

impl Audit for SecretSentOut {
    fn meta(&self) -> &'static AuditMeta {
        &META
    }

    fn run(&self, facts: &Facts, signals: &mut Vec<Signal>) {
        for sight in code::sights(facts, META.taxonomy) {
            let what = match sight.id {
                "FLO-16" => format!(
                    "hides {} in names it asks a resolver for, under {}",
                    sight.origins(),
                    sight.place()
                ),
                _ => format!("sends {} to {}", sight.origins(), sight.place()),
            };
            signals.push(sight.signal(&META, facts, &what, WHY, UNDO));
        }
    }
}
