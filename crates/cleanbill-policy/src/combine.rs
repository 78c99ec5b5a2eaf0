//! When signals add up: two different marks of a hijack on one young release hold it, one never does.
//! Source: the metadata of the June 2026 burst, where any two of publisher, channel, dependency and
//! script would have held every release, against base rates by which one alone is mostly honest. Where one of the
//! signals is a proven new flow, what else speaks for a hijack turns the hold into a block.
use std::collections::BTreeSet;

use cleanbill_model::{Age, Confidence, Level, Mark, Signal, Timestamp};

/// True when marks of other kinds stand beside a proven new flow: one beside a flow that is held alone, two beside
/// one that is only told. Young releases only, as in [`looks_hijacked`].
#[must_use]
pub fn is_confirmed<'a>(
    flow: &Signal,
    others: impl Iterator<Item = &'a Signal>,
    published: Option<Timestamp>,
    as_of: Timestamp,
    window: Age,
) -> bool {
    let wanted = match flow.level {
        Level::Block | Level::Quarantine => 1,
        Level::Warn => 2,
        Level::Note => return false,
    };
    if !flow.proven || published.is_some_and(|moment| as_of.since(moment) > window) {
        return false;
    }
    let kinds: BTreeSet<Mark> = others
        .filter(|signal| signal.confidence > Confidence::Low)
        .filter_map(|signal| signal.mark)
        .filter(|mark| *mark != Mark::Code && Some(*mark) != flow.mark)
        .collect();
    kinds.len() >= wanted
}

/// True when the signals carry at least two different marks and the release is young enough for that to
/// matter. A publication time that is not known counts as young.
#[must_use]
pub fn looks_hijacked<'a>(
    signals: impl Iterator<Item = &'a Signal>,
    published: Option<Timestamp>,
    as_of: Timestamp,
    window: Age,
) -> bool {
    if published.is_some_and(|moment| as_of.since(moment) > window) {
        return false;
    }
    let strong: Vec<&Signal> = signals
        .filter(|signal| signal.confidence > Confidence::Low)
        .collect();
    strong
        .iter()
        .filter_map(|signal| signal.mark)
        .collect::<BTreeSet<Mark>>()
        .len()
        >= 2
}
