//! The view for people: the worst first, one summary at the top and the decision at the bottom.
//! It never asks a terminal anything; width and colour are given.
use cleanbill_model::{Level, Verdict};

use crate::{
    command,
    format::{Detail, RenderError, RenderOptions},
    report::{AuditReport, BroughtIn, InspectReport, PackageReport, UnassessedRule},
    view::{self, ReleaseView},
    words,
};

mod frame;
mod groups;
mod open;
mod release;
mod sheet;
mod standing;
mod story;
mod summary;

pub(crate) use release::evidence;
pub(crate) use sheet::{Ink, Sheet};
pub(crate) use standing::Lookup;

/// The answer on a project.
pub(crate) fn audit(report: &AuditReport, options: &RenderOptions) -> Result<String, RenderError> {
    let mut sheet = Sheet::new(options);
    let detail = options.detail;
    summary::first_line(&mut sheet, report);
    summary::lockfiles(&mut sheet, report, detail);

    let mut told: Vec<&PackageReport> = report
        .packages
        .iter()
        .filter(|p| stopped(p.judgement.verdict))
        .collect();
    told.sort_by(|a, b| view::order(&a.judgement, &b.judgement));
    let (single, alike) = groups::split(told, detail);
    for package in single.iter().filter(|p| p.judgement.verdict == Verdict::Block) {
        held(&mut sheet, package, report, detail);
    }
    for package in single.iter().filter(|p| p.judgement.verdict != Verdict::Block) {
        held(&mut sheet, package, report, detail);
    }
    for group in &alike {
        groups::held(&mut sheet, group, detail);
    }
    open::unassessed(&mut sheet, report, detail);
    if detail > Detail::Quiet {
        open::in_part(&mut sheet, report, detail);
        groups::warnings(&mut sheet, report, detail);
    }
    standing::tell(&mut sheet, report, detail);
    if detail > Detail::Quiet {
        summary::read_on(&mut sheet, report);
    }
    summary::last_line(&mut sheet, report);
    Ok(sheet.finish())
}

fn stopped(verdict: Verdict) -> bool {
    matches!(verdict, Verdict::Block | Verdict::Quarantine)
}

fn held(sheet: &mut Sheet, package: &PackageReport, report: &AuditReport, detail: Detail) {
    let view = ReleaseView::from(&package.judgement);
    release::heading(sheet, &view);
    release::ways(sheet, package, detail);
    findings(sheet, &view, detail);
    release::unassessed(sheet, &view);
    release::pins(sheet, &package.pins, detail);
    release::commands(sheet, &command::for_package(package, &report.lockfiles));
}

fn findings(sheet: &mut Sheet, view: &ReleaseView<'_>, detail: Detail) {
    let shown = |level: Level| level > Level::Note || detail == Detail::Verbose;
    for finding in view.findings.iter().filter(|finding| shown(finding.level)) {
        release::finding(sheet, finding, detail);
    }
    let rest = view
        .findings
        .iter()
        .filter(|finding| !shown(finding.level))
        .count();
    if rest > 0 {
        let text = format!("and {} (`-v` shows them)", words::counted(rest, "note", "notes"));
        sheet.gap();
        sheet.text(2, &text, Ink::Faint);
    }
}

/// The answer on one release.
pub(crate) fn inspect(report: &InspectReport, options: &RenderOptions) -> Result<String, RenderError> {
    let mut sheet = Sheet::new(options);
    let view = ReleaseView::from(&report.judgement);
    one(&mut sheet, &view, &report.brings_in, options.detail);
    story::tell(&mut sheet, report);
    let around = report.as_audit();
    standing::tell(&mut sheet, &around, options.detail);
    decision(
        &mut sheet,
        &view,
        Some(report.unassessed),
        standing::lookup(&around),
    );
    Ok(sheet.finish())
}

/// A release in depth, fresh or stored.
pub(crate) fn one(sheet: &mut Sheet, view: &ReleaseView<'_>, brings_in: &[BroughtIn], detail: Detail) {
    release::heading(sheet, view);
    if let Some(integrity) = &view.integrity {
        sheet.whole(2, ("integrity:", Ink::Faint), integrity, Ink::Plain);
    }
    sheet.entry(
        2,
        ("as of:", Ink::Faint),
        (&words::moment(view.as_of), Ink::Plain),
    );
    if !view.capabilities.is_empty() {
        sheet.entry(
            2,
            ("can use:", Ink::Faint),
            (&view.capabilities.join(", "), Ink::Plain),
        );
    }
    for dependency in brings_in {
        let text = format!(
            "{} ({}): {}",
            dependency.spec.raw(),
            dependency.range.raw(),
            dependency.reason.raw()
        );
        let label = format!("brings in, {}:", words::verdict(dependency.verdict));
        sheet.entry(2, (&label, release::ink(dependency.verdict)), (&text, Ink::Plain));
    }
    findings(sheet, view, detail);
    if !view.unassessed.is_empty() {
        sheet.gap();
        release::unassessed(sheet, view);
    }
}

/// The closing line on one release; a stored answer no longer knows the policy's rule.
pub(crate) fn decision(
    sheet: &mut Sheet,
    view: &ReleaseView<'_>,
    rule: Option<UnassessedRule>,
    lookup: Lookup,
) {
    let text = match (view.verdict, rule) {
        (Verdict::Block, _) => "do not install this release".to_owned(),
        (Verdict::Quarantine, _) => match view.until {
            Some(until) => format!("do not install it yet; ask again after {}", words::moment(until)),
            None => "do not install it before someone has looked at it".to_owned(),
        },
        (Verdict::Unassessed, Some(UnassessedRule::Hold)) => {
            "the policy holds what could not be assessed".to_owned()
        }
        (Verdict::Unassessed, Some(UnassessedRule::Tell)) => {
            "the policy lets through what could not be assessed".to_owned()
        }
        (Verdict::Unassessed, None) => "it could not be judged when this was stored".to_owned(),
        (Verdict::Allow, _) => match lookup {
            Lookup::Whole => "nothing found that would hold this release",
            Lookup::Lacking => "nothing was found, but known malware could not be looked up in every feed",
            Lookup::NotKept => "nothing was found; how the feeds stood was not kept",
        }
        .to_owned(),
    };
    sheet.gap();
    let label = format!("{}:", words::verdict(view.verdict));
    sheet.entry(0, (&label, release::ink(view.verdict)), (&text, Ink::Strong));
}
