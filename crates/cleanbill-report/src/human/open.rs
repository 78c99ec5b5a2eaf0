//! What could not be assessed, by reason: a hole in the answer is counted, named and never passed over.
//! It does not say what the policy ought to do about it, only what it does.
use std::collections::{BTreeMap, BTreeSet};

use cleanbill_model::Verdict;

use super::{
    groups::{listed, rest},
    release,
    sheet::{Ink, Sheet},
};
use crate::{
    format::Detail,
    report::{AuditReport, PackageReport, UnassessedRule},
    words,
};

/// Releases without a verdict of their own.
pub(crate) fn unassessed(sheet: &mut Sheet, report: &AuditReport, detail: Detail) {
    let consequence = match report.unassessed {
        UnassessedRule::Hold => "held, as the policy asks",
        UnassessedRule::Tell => "let through, as the policy asks",
    };
    let open = |p: &&PackageReport| p.judgement.verdict == Verdict::Unassessed;
    let packages: Vec<&PackageReport> = report.packages.iter().filter(open).collect();
    by_reason(sheet, "not assessed:", consequence, &packages, detail);
}

/// Releases let through although a part of them could not be assessed.
pub(crate) fn in_part(sheet: &mut Sheet, report: &AuditReport, detail: Detail) {
    let partly =
        |p: &&PackageReport| p.judgement.verdict == Verdict::Allow && !p.judgement.unassessed.is_empty();
    let packages: Vec<&PackageReport> = report.packages.iter().filter(partly).collect();
    by_reason(sheet, "assessed in part:", "let through", &packages, detail);
}

fn by_reason(sheet: &mut Sheet, label: &str, consequence: &str, packages: &[&PackageReport], detail: Detail) {
    if packages.is_empty() {
        return;
    }
    let mut by_reason: BTreeMap<&str, BTreeSet<String>> = BTreeMap::new();
    for package in packages {
        let judgement = &package.judgement;
        if judgement.unassessed.is_empty() {
            by_reason
                .entry("no reason was given")
                .or_default()
                .insert(judgement.subject.spec());
        }
        for missed in &judgement.unassessed {
            by_reason
                .entry(missed.reason.raw())
                .or_default()
                .insert(judgement.subject.spec());
        }
    }
    sheet.gap();
    let text = format!("{}, {consequence}", words::releases(packages.len()));
    sheet.entry(
        0,
        (label, release::ink(Verdict::Unassessed)),
        (&text, Ink::Strong),
    );
    let mut reasons: Vec<(&str, BTreeSet<String>)> = by_reason.into_iter().collect();
    reasons.sort_by_key(|(_, names)| std::cmp::Reverse(names.len()));
    for (reason, names) in reasons {
        sheet.entry(
            2,
            ("-", Ink::Faint),
            (&format!("{reason}: {}", words::releases(names.len())), Ink::Plain),
        );
        for name in names.iter().take(listed(detail)) {
            sheet.text(6, name, Ink::Plain);
        }
        rest(sheet, names.len(), detail);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Format, RenderOptions, render_audit, samples};

    #[test]
    fn what_was_let_through_with_a_hole_is_said() {
        let mut report = samples::unassessed();
        report.packages[0].judgement.verdict = Verdict::Allow;
        let text = render_audit(&report, Format::Human, &RenderOptions::default()).unwrap();
        assert!(
            text.contains("assessed in part: 1 release, let through"),
            "{text}"
        );
    }

    #[test]
    fn a_thousand_for_one_reason_take_a_few_lines() {
        let mut report = samples::large(1_000);
        let missed = samples::unassessed().packages[0].judgement.unassessed.clone();
        for package in &mut report.packages {
            package.judgement.verdict = Verdict::Unassessed;
            package.judgement.unassessed = missed.clone();
        }
        let text = render_audit(&report, Format::Human, &RenderOptions::default()).unwrap();
        assert!(
            text.contains("not assessed: 1,000 releases, held") && text.lines().count() < 30,
            "{text}"
        );
    }
}
