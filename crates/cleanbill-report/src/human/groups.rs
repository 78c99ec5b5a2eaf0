//! What many releases share is told once: the held for one reason, the warnings.
//! It counts and lists; the decision on each release was made long before.
use std::collections::BTreeMap;

use cleanbill_model::{Level, Verdict};

use super::{
    release,
    sheet::{Ink, Sheet},
};
use crate::{
    command,
    format::Detail,
    report::{AuditReport, PackageReport},
    view::FindingView,
    words,
};

/// So many held for the same reason are told one by one; more are told together.
const ALIKE: usize = 3;
/// Releases listed by name unless everything is asked for.
const USUAL_NAMES: usize = 8;

/// Held releases that share their findings.
pub(crate) struct Alike<'a> {
    packages: Vec<&'a PackageReport>,
}

/// Parts the stopped releases into those told alone and those told together. What is blocked is
/// always told alone, and everything is when all detail is asked for.
pub(crate) fn split(stopped: Vec<&PackageReport>, detail: Detail) -> (Vec<&PackageReport>, Vec<Alike<'_>>) {
    let mut single = vec![];
    let mut by_reason: BTreeMap<Vec<&str>, Vec<&PackageReport>> = BTreeMap::new();
    for package in stopped {
        if package.judgement.verdict == Verdict::Block || detail == Detail::Verbose {
            single.push(package);
        } else {
            by_reason.entry(reasons(package)).or_default().push(package);
        }
    }
    let mut alike = vec![];
    for (_, packages) in by_reason {
        if packages.len() > ALIKE {
            alike.push(Alike { packages })
        } else {
            single.extend(packages)
        }
    }
    single.sort_by(|a, b| crate::view::order(&a.judgement, &b.judgement));
    (single, alike)
}

fn reasons(package: &PackageReport) -> Vec<&str> {
    let findings = package.judgement.findings.iter();
    let mut ids: Vec<&str> = findings
        .filter(|f| !f.waived && f.level > Level::Note)
        .map(|f| f.signal.audit.0)
        .collect();
    ids.sort_unstable();
    ids.dedup();
    ids
}

/// Releases held for the same reasons.
pub(crate) fn held(sheet: &mut Sheet, group: &Alike<'_>, detail: Detail) {
    let Some(first) = group.packages.first() else {
        return;
    };
    sheet.gap();
    let text = format!(
        "{}, all for the same reason",
        words::releases(group.packages.len())
    );
    sheet.entry(
        0,
        ("held:", release::ink(Verdict::Quarantine)),
        (&text, Ink::Strong),
    );
    let view = crate::view::ReleaseView::from(&first.judgement);
    for finding in view
        .findings
        .iter()
        .filter(|f| f.level > Level::Note && !f.waived)
    {
        told_once(sheet, finding);
    }
    sheet.gap();
    let mut packages = group.packages.clone();
    packages.sort_by_key(|package| (package.judgement.until.is_none(), package.judgement.until));
    for package in packages.iter().take(listed(detail)) {
        let judgement = &package.judgement;
        let until = judgement.until.map_or(String::new(), |end| {
            format!(" until {}", words::until(end, judgement.as_of))
        });
        sheet.entry(
            4,
            ("-", Ink::Faint),
            (&format!("{}{until}", judgement.subject.spec()), Ink::Plain),
        );
    }
    rest(sheet, packages.len(), detail);
}

/// A finding without its proof, for many at once; its words are those of the first release.
fn told_once(sheet: &mut Sheet, finding: &FindingView<'_>) {
    sheet.entry(
        2,
        ("-", Ink::Faint),
        (&format!("{} [{}]", finding.title, finding.audit), Ink::Strong),
    );
    for (label, text) in [
        ("for one:", finding.what),
        ("why:", finding.why),
        ("do:", finding.advice),
    ] {
        if !text.is_empty() {
            sheet.entry(4, (label, Ink::Faint), (text, Ink::Plain));
        }
    }
}

/// How many of a list are shown.
pub(super) fn listed(detail: Detail) -> usize {
    if detail == Detail::Verbose {
        usize::MAX
    } else {
        USUAL_NAMES
    }
}

/// How many were not listed.
pub(super) fn rest(sheet: &mut Sheet, all: usize, detail: Detail) {
    let more = all.saturating_sub(listed(detail));
    if more > 0 {
        sheet.text(
            4,
            &format!("and {} more (`-v` lists them)", words::number(more)),
            Ink::Faint,
        );
    }
}

/// A warning and every release let through that carries it.
struct Warning<'a> {
    first: FindingView<'a>,
    packages: Vec<&'a PackageReport>,
}

/// Warnings on what was let through, by audit; notes by count.
pub(crate) fn warnings(sheet: &mut Sheet, report: &AuditReport, detail: Detail) {
    let mut warnings: BTreeMap<&str, Warning<'_>> = BTreeMap::new();
    let mut notes: BTreeMap<&str, usize> = BTreeMap::new();
    let passed = |p: &&PackageReport| matches!(p.judgement.verdict, Verdict::Allow | Verdict::Unassessed);
    for package in report.packages.iter().filter(passed) {
        for finding in package.judgement.findings.iter().filter(|f| !f.waived) {
            let id = finding.signal.audit.0;
            if finding.level == Level::Note && detail < Detail::Verbose {
                *notes.entry(id).or_default() += 1;
                continue;
            }
            let warning = warnings.entry(id).or_insert_with(|| Warning {
                first: FindingView::from(finding),
                packages: vec![],
            });
            if finding.level > warning.first.level || finding.signal.severity > warning.first.severity {
                warning.first = FindingView::from(finding);
            }
            if warning
                .packages
                .last()
                .is_none_or(|last| !std::ptr::eq(*last, package))
            {
                warning.packages.push(package);
            }
        }
    }
    let mut warnings: Vec<Warning<'_>> = warnings.into_values().collect();
    warnings.sort_by_key(|w| std::cmp::Reverse((w.first.level, w.first.severity, w.packages.len())));
    for warning in &warnings {
        one_warning(sheet, warning, report, detail);
    }
    if !notes.is_empty() {
        let counts: Vec<String> = notes
            .iter()
            .map(|(id, count)| format!("{} `{id}`", words::number(*count)))
            .collect();
        sheet.gap();
        let text = format!("{} (`-v` shows them)", words::list(&counts));
        sheet.entry(0, ("notes:", Ink::Faint), (&text, Ink::Plain));
    }
}

fn one_warning(sheet: &mut Sheet, warning: &Warning<'_>, report: &AuditReport, detail: Detail) {
    let first = &warning.first;
    sheet.gap();
    let label = if first.level == Level::Note {
        "note:"
    } else {
        "warning:"
    };
    let title = format!("{} [{}]", first.title, first.audit);
    if let [only] = warning.packages.as_slice() {
        sheet.entry(
            0,
            (label, Ink::Strong),
            (
                &format!("{}: {title}", only.judgement.subject.spec()),
                Ink::Strong,
            ),
        );
        release::ways(sheet, only, detail);
        for (label, text) in [("", first.what), ("why:", first.why), ("do:", first.advice)] {
            if !text.is_empty() {
                sheet.entry(2, (label, Ink::Faint), (text, Ink::Plain));
            }
        }
        release::pins(sheet, &only.pins, detail);
        release::commands(sheet, &command::for_package(only, &report.lockfiles));
        return;
    }
    let text = format!("{title}: {}", words::releases(warning.packages.len()));
    sheet.entry(0, (label, Ink::Strong), (&text, Ink::Strong));
    for (label, text) in [("why:", first.why), ("do:", first.advice)] {
        if !text.is_empty() {
            sheet.entry(2, (label, Ink::Faint), (text, Ink::Plain));
        }
    }
    for package in warning.packages.iter().take(listed(detail)) {
        let findings = package.judgement.findings.iter();
        let own: Vec<&str> = findings
            .filter(|f| f.signal.audit.0 == first.audit)
            .map(|f| f.signal.what.raw())
            .collect();
        let text = format!("{}: {}", package.judgement.subject.spec(), own.join(" "));
        sheet.entry(4, ("-", Ink::Faint), (&text, Ink::Plain));
        if let Some(command) = command::for_package(package, &report.lockfiles).first() {
            sheet.whole(6, ("run:", Ink::Faint), command, Ink::Link);
        }
    }
    rest(sheet, warning.packages.len(), detail);
}
