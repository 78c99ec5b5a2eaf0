//! What a caller hands to an exported function, keys and seeds above all, goes out to a host. The call works as
//! before, so nobody notices.
//! Incident: `@solana/web3.js`, December 2024, which sent private keys from its own functions.
use cleanbill_facts::Facts;
use cleanbill_model::{AuditId, AuditMeta, Confidence, Level, Need, Severity, Signal, Stability};

use crate::{Audit, code};

pub(crate) struct ExportTrojaned;

static META: AuditMeta = AuditMeta {
    id: AuditId("export-trojaned"),
    title: "key material handed to the library leaves the machine",
    severity: Severity::Critical,
    confidence: Confidence::High,
    level: Level::Block,
    needs: &[Need::Source],
    since: "0.1.0",
    stability: Stability::Preview,
    taxonomy: &["FLO-10"],
    attack: &["T1041", "T1552.004"],
    page: include_str!("../../docs/export-trojaned.md"),
};

const WHY: &str = "Keys are handed to a library so that it signs with them here. Once they are sent, whoever has them can move everything they guard.";
const UNDO: &str = "If it ran already, move what the keys guard to new keys at once.";

impl Audit for ExportTrojaned {
    fn meta(&self) -> &'static AuditMeta {
        &META
    }

    fn run(&self, facts: &Facts, signals: &mut Vec<Signal>) {
        for sight in code::sights(facts, META.taxonomy) {
            let what = format!("sends {} to {}", sight.origins(), sight.place());
            signals.push(sight.signal(&META, facts, &what, WHY, UNDO));
        }
    }
}
