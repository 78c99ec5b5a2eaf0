//! What an audit is: it says what it is and what it needs, and tells what it sees.
use cleanbill_facts::Facts;
use cleanbill_model::{AuditMeta, Signal};

/// One audit. It runs only when every fact it needs is known, and can fail at nothing.
pub trait Audit: Sync {
    /// What it is.
    fn meta(&self) -> &'static AuditMeta;
    /// Tells what it sees in `facts`.
    fn run(&self, facts: &Facts, signals: &mut Vec<Signal>);
}
