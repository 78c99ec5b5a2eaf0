//! Facts the registry does not send: named once a run, not once a package.
use std::collections::BTreeMap;

use cleanbill_facts::Package;

/// One kind of fact that is not known, and for how many packages.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct NotKnown {
    /// What is not known.
    pub what: &'static str,
    /// What it would have told.
    pub costs: &'static str,
    /// Packages concerned.
    pub packages: usize,
}

/// Counts what the documents of `packages` lack.
#[must_use]
pub fn not_known<'a>(packages: impl Iterator<Item = &'a Package>) -> Vec<NotKnown> {
    let mut counts: BTreeMap<(&'static str, &'static str), usize> = BTreeMap::new();
    for package in packages {
        let lacking = [
            (
                package.sends.times,
                "publication times",
                "ages and the order of releases",
            ),
            (
                package.sends.publisher,
                "publishing accounts",
                "changed, dormant or bursting publishers",
            ),
            (
                package.sends.attestations,
                "attestations and signatures",
                "provenance that was dropped",
            ),
            (package.sends.maintainers, "owners", "changes of ownership"),
        ];
        for (sent, what, costs) in lacking {
            if !sent {
                *counts.entry((what, costs)).or_default() += 1;
            }
        }
    }
    counts
        .into_iter()
        .map(|((what, costs), packages)| NotKnown {
            what,
            costs,
            packages,
        })
        .collect()
}
