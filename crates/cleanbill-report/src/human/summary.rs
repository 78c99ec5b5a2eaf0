//! The first line and the last: how many of what, and what to do about it.
//! It counts verdicts and makes none.
use cleanbill_model::Verdict;

use super::{
    release,
    sheet::{Ink, Sheet},
    standing,
};
use crate::{
    format::Detail,
    report::{AuditReport, UnassessedRule},
    words,
};

/// Defects of one lockfile listed unless everything is asked for.
const USUAL_DEFECTS: usize = 3;
/// Lockfiles listed unless everything is asked for.
const USUAL_LOCKFILES: usize = 10;

fn count(report: &AuditReport, verdict: Verdict) -> usize {
    report
        .packages
        .iter()
        .filter(|package| package.judgement.verdict == verdict)
        .count()
}

fn warned(report: &AuditReport) -> usize {
    let warns = |package: &&crate::report::PackageReport| {
        package.judgement.verdict == Verdict::Allow
            && package
                .judgement
                .findings
                .iter()
                .any(|f| !f.waived && f.level > cleanbill_model::Level::Note)
    };
    report.packages.iter().filter(warns).count()
}

/// `1 blocked, 2 held, 1,210 allowed: 1,213 releases in 1 lockfile`
pub(crate) fn first_line(sheet: &mut Sheet, report: &AuditReport) {
    let mut parts = vec![];
    for verdict in words::WORST_FIRST {
        let n = count(report, verdict);
        if n > 0 {
            parts.push(format!("{} {}", words::number(n), words::verdict(verdict)));
        }
    }
    let warned = warned(report);
    if warned > 0 {
        parts.push(format!("{} of these with warnings", words::number(warned)));
    }
    let counts = if parts.is_empty() {
        String::new()
    } else {
        format!(": {}", parts.join(", "))
    };
    let lockfiles = words::counted(report.lockfiles.len(), "lockfile", "lockfiles");
    let scope = if report.lockfiles.is_empty() {
        String::new()
    } else {
        format!(" in {lockfiles}")
    };
    let text = format!("{}{scope}{counts}", words::releases(report.packages.len()));
    sheet.text(0, &text, Ink::Strong);
}

/// Each lockfile; what could not be read is said before anything else.
pub(crate) fn lockfiles(sheet: &mut Sheet, report: &AuditReport, detail: Detail) {
    for lockfile in &report.lockfiles {
        if let Some(problem) = &lockfile.error {
            sheet.gap();
            sheet.entry(0, ("error:", Ink::Bad), (problem.message.raw(), Ink::Strong));
            if let Some(hint) = &problem.hint {
                sheet.entry(0, ("hint:", Ink::Link), (hint.raw(), Ink::Plain));
            }
        }
    }
    if detail == Detail::Quiet {
        return;
    }
    let shown = if detail == Detail::Verbose {
        usize::MAX
    } else {
        USUAL_LOCKFILES
    };
    if report.lockfiles.iter().any(|lockfile| lockfile.error.is_some()) {
        sheet.gap();
    }
    let read = report
        .lockfiles
        .iter()
        .filter(|lockfile| lockfile.error.is_none());
    for lockfile in read.clone().take(shown) {
        let text = format!(
            "{}{}, {}, {}",
            lockfile.format,
            words::version(&lockfile.version),
            words::counted(lockfile.entries, "entry", "entries"),
            words::releases(lockfile.releases)
        );
        sheet.entry(
            2,
            (&format!("{}:", lockfile.path.raw()), Ink::Link),
            (&text, Ink::Faint),
        );
        let defects = if detail == Detail::Verbose {
            usize::MAX
        } else {
            USUAL_DEFECTS
        };
        for defect in lockfile.defects.iter().take(defects) {
            let text = format!("{} ({})", defect.note.raw(), defect.code);
            sheet.entry(
                4,
                (&format!("{}:", defect.place.raw()), Ink::Open),
                (&text, Ink::Plain),
            );
        }
        let more = lockfile.defects.len().saturating_sub(defects);
        if more > 0 {
            sheet.text(
                4,
                &format!(
                    "and {} (`-v` lists them)",
                    words::counted(more, "other flaw", "other flaws")
                ),
                Ink::Faint,
            );
        }
    }
    let more = read.count().saturating_sub(shown);
    if more > 0 {
        sheet.text(
            2,
            &format!("and {} more (`-v` lists them)", words::number(more)),
            Ink::Faint,
        );
    }
}

/// Where the worst finding is explained.
pub(crate) fn read_on(sheet: &mut Sheet, report: &AuditReport) {
    let findings = report
        .packages
        .iter()
        .flat_map(|package| &package.judgement.findings);
    let told = findings.filter(|f| !f.waived && f.level > cleanbill_model::Level::Note);
    let worst = told.max_by(|a, b| {
        (a.level, a.signal.severity, b.signal.audit).cmp(&(b.level, b.signal.severity, a.signal.audit))
    });
    if let Some(worst) = worst {
        sheet.gap();
        sheet.whole(
            0,
            ("read on:", Ink::Faint),
            &format!("cleanbill explain {}", worst.signal.audit),
            Ink::Link,
        );
    }
}

/// The decision, and how sure one may be of it.
pub(crate) fn last_line(sheet: &mut Sheet, report: &AuditReport) {
    sheet.gap();
    let verdict = report.verdict();
    let (blocked, held, open) = (
        count(report, Verdict::Block),
        count(report, Verdict::Quarantine),
        count(report, Verdict::Unassessed),
    );
    let unread = report
        .lockfiles
        .iter()
        .filter(|lockfile| lockfile.error.is_some())
        .count();
    let mut parts = vec![];
    if blocked > 0 {
        parts.push(format!("remove {} before you install", words::releases(blocked)));
    }
    if held > 0 {
        parts.push(format!("wait with {}", words::releases(held)));
    }
    if open > 0 {
        let rule = match report.unassessed {
            UnassessedRule::Hold => "the policy holds",
            UnassessedRule::Tell => "the policy lets through",
        };
        parts.push(format!(
            "{rule} {} that could not be assessed",
            words::releases(open)
        ));
    }
    if unread > 0 {
        parts.push(format!(
            "{} could not be read",
            words::counted(unread, "lockfile", "lockfiles")
        ));
    }
    if parts.is_empty() {
        parts.push(nothing_found(report));
    }
    let took = report.elapsed_millis.map_or(String::new(), |ms| match ms {
        ms if ms < 1_000 => format!(" ({ms} ms)"),
        ms => format!(" ({}.{} s)", ms / 1_000, ms % 1_000 / 100),
    });
    let label = format!("{}:", words::verdict(verdict));
    sheet.entry(
        0,
        (&label, release::ink(verdict)),
        (&format!("{}{took}", parts.join("; ")), Ink::Strong),
    );
}

fn nothing_found(report: &AuditReport) -> String {
    if report.packages.is_empty() {
        return "there was no release to judge".to_owned();
    }
    let all = words::releases(report.packages.len());
    if standing::feeds_lacking(report) {
        return format!("nothing found that would hold any of {all}, but not every feed could be asked");
    }
    format!("nothing found that would hold any of {all}")
}
