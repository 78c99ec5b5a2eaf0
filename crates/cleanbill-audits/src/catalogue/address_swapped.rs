//! Functions of the page that send money are replaced, beside a table of the thief's addresses. What the user sees and
//! what is signed are two things.
//! Incident: `chalk`, `debug` and sixteen more, September 2025.
use cleanbill_facts::Facts;
use cleanbill_model::{AuditId, AuditMeta, Confidence, Level, Need, Severity, Signal, Stability};

use crate::{Audit, code};

pub(crate) struct AddressSwapped;

static META: AuditMeta = AuditMeta {
    id: AuditId("address-swapped"),
    title: "wallet addresses are swapped on their way",
    severity: Severity::Critical,
    confidence: Confidence::High,
    level: Level::Block,
    needs: &[Need::Source],
    since: "0.1.0",
    stability: Stability::Preview,
    taxonomy: &["FLO-11"],
    attack: &["T1565.002", "T1657"],
    page: include_str!("../../docs/address-swapped.md"),
};

const WHY: &str =
    "Money goes to an address of the thief while the page shows the right one, and it does not come back.";
const UNDO: &str = "If it ran already, stop payments from pages built with it, and tell those who paid.";

impl Audit for AddressSwapped {
    fn meta(&self) -> &'static AuditMeta {
        &META
    }

    fn run(&self, facts: &Facts, signals: &mut Vec<Signal>) {
        for sight in code::sights(facts, META.taxonomy) {
            let what = format!(
                "replaces {} beside a table of wallet addresses",
                sight.value().unwrap_or_else(|| "what sends requests".to_owned())
            );
            signals.push(sight.signal(&META, facts, &what, WHY, UNDO));
        }
    }
}
