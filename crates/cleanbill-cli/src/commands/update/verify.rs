//! Whether a copy's new lockfile is what was meant: it reads, what was chosen came, and nothing came in that cannot
//! be vouched for.
use std::{collections::BTreeSet, path::Path, sync::Arc};

use cleanbill_engine::{GatherOptions, NamedLockfile, audit};
use cleanbill_facts::PopularNames;
use cleanbill_model::{Purl, Verdict};
use cleanbill_policy::{Policy, UnassessedAction};
use cleanbill_update::{Cause, Choice, Entry, project::held};

use super::apply::Order;
use crate::{discover, failure::Failure};

/// Releases told one by one in a failure.
pub const TOLD: usize = 5;

/// The registry releases of a lockfile.
pub fn releases(named: &NamedLockfile) -> BTreeSet<Purl> {
    held(&named.lockfile).into_iter().map(|held| held.purl).collect()
}

/// Reads the lockfile a client wrote.
///
/// # Errors
/// When it cannot be read.
pub fn read(order: &Order<'_>, path: &Path, old: &NamedLockfile) -> Result<NamedLockfile, Failure> {
    let found = discover::discover(&[path.to_owned()], order.world)?;
    match found.into_iter().next().map(|found| found.lockfile) {
        Some(Ok(named)) => Ok(NamedLockfile {
            path: Arc::clone(&old.path),
            lockfile: named.lockfile,
        }),
        _ => Err(Failure::usage(
            "the client wrote a lockfile that cannot be read; nothing was changed",
        )),
    }
}

/// What was to move and stayed. What was chosen came where it is there, or something newer that was offered beside it.
pub fn stayed<'p>(new: &NamedLockfile, wanted: &[(&'p Entry, &'p Choice)]) -> Vec<(&'p Entry, &'p Choice)> {
    let after = releases(new);
    wanted
        .iter()
        .filter(|(entry, choice)| {
            let chosen = after.contains(&Purl::new(entry.name.clone(), choice.to.clone()));
            let stays = after.contains(&Purl::new(entry.name.clone(), entry.from.clone()));
            let better = after
                .iter()
                .any(|purl| purl.name == entry.name && purl.version > choice.to && choice.to > entry.from);
            let must_go = entry.cause <= Cause::Vulnerable;
            // A parent that moves may ask for it no more; then it is gone, which serves as well.
            let gone = !stays && !after.iter().any(|purl| purl.name == entry.name);
            !(chosen || better || gone) || (must_go && stays)
        })
        .copied()
        .collect()
}

/// That nothing of what was chosen came.
pub fn nothing_moved(stayed: &[(&Entry, &Choice)]) -> Failure {
    let shown: Vec<String> = stayed
        .iter()
        .take(TOLD)
        .map(|(entry, choice)| format!("{} {} to {}", entry.name, entry.from, choice.to))
        .collect();
    let more = stayed.len().saturating_sub(shown.len());
    let more = if more > 0 {
        format!(" and {more} more")
    } else {
        String::new()
    };
    Failure::usage(format!(
        "the client did not come to what the plan chose: {}{more}; nothing was changed",
        shown.join(", ")
    ))
    .hint("something else in the project holds it back; name fewer packages, or change the requests by hand")
}

/// Nothing is in `new` and not in `before` that `policy` holds.
///
/// # Errors
/// When something is.
pub fn clean(
    order: &Order<'_>,
    new: &NamedLockfile,
    old: &NamedLockfile,
    before: &BTreeSet<Purl>,
    policy: Policy,
) -> Result<(), Failure> {
    let options = GatherOptions {
        as_of: order.session.as_of,
        progress: Arc::new(|_| {}),
        popular: Arc::new(PopularNames::builtin()),
        installed: Arc::new(super::installed(old)),
    };
    let holds = policy.unassessed == UnassessedAction::Hold;
    let outcome = order.session.runtime.block_on(audit(
        Arc::new(vec![new.clone()]),
        &order.session.ports,
        &options,
        Arc::new(policy),
    ));
    let bad: Vec<String> = outcome
        .judged
        .iter()
        .filter(|(subject, judgement)| {
            !before.contains(&subject.purl)
                && (judgement.verdict >= Verdict::Quarantine
                    || (holds && judgement.verdict == Verdict::Unassessed))
        })
        .map(|(subject, judgement)| format!("{} ({})", subject.purl.spec(), judgement.verdict.as_str()))
        .collect();
    if bad.is_empty() {
        return Ok(());
    }
    let shown: Vec<String> = bad.iter().take(TOLD).cloned().collect();
    Err(Failure::usage(format!(
        "the new lockfile would bring in {}; nothing was changed",
        shown.join(", ")
    ))
    .hint("`cleanbill inspect` tells why"))
}
