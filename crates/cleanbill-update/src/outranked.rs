//! Why a release that can be vouched for was passed over for another one.
//! It compares two that were weighed, and weighs none.
use cleanbill_model::Untrusted;

use crate::{plan::PassedOver, weigh::Weighed};

/// Why a candidate that can be vouched for was not the first.
pub(crate) fn outranked(other: Weighed, best: &Weighed) -> PassedOver {
    let mut reasons: Vec<Untrusted> = Vec::new();
    if other.still.len() > best.still.len() {
        reasons.push("it still has known problems that the proposed one has not".into());
    }
    if other.still.len() <= best.still.len() && other.below.len() > best.below.len() {
        let brought = other.below.iter().take(2);
        reasons.extend(brought.map(|below| Untrusted::new(format!("it brings in {}", below.raw()))));
    }
    if other.forced && !best.forced {
        reasons.push("it needs an override, and the proposed one does not".into());
    }
    if other.weight > best.weight {
        reasons.extend(
            other
                .changes
                .iter()
                .map(|change| Untrusted::new(format!("it {}", change.raw()))),
        );
    }
    if reasons.is_empty() && best.there && !best.forced {
        reasons.push("the proposed one is in the project already".into());
    }
    if reasons.is_empty() {
        reasons.push("a smaller step does".into());
    }
    PassedOver {
        version: other.version,
        reasons,
        ready: None,
    }
}
