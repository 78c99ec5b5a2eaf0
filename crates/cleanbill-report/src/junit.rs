//! The view for test dashboards: a suite a lockfile, a case a release.
//! A held or blocked release fails; one that could not be assessed is an error where the policy holds it.
use cleanbill_model::{Level, Verdict};
use quick_junit::{NonSuccessKind, Report, TestCase, TestCaseStatus, TestSuite};

use crate::{
    escape::xml,
    format::{RenderError, RenderOptions},
    report::{AuditReport, InspectReport, LockfileReport, PackageReport, UnassessedRule},
    view::{self, FindingView, ReleaseView},
    words,
};

/// The answer on a project.
pub(crate) fn audit(report: &AuditReport, _: &RenderOptions) -> Result<String, RenderError> {
    let mut out = Report::new("cleanbill");
    let mut packages: Vec<&PackageReport> = report.packages.iter().collect();
    packages.sort_by(|a, b| view::order(&a.judgement, &b.judgement));
    for lockfile in &report.lockfiles {
        out.add_test_suite(suite(lockfile, &packages, report.unassessed));
    }
    let known = |package: &&&PackageReport| {
        package.pins.first().is_some_and(|pin| {
            report
                .lockfiles
                .iter()
                .any(|lockfile| lockfile.path == pin.lockfile)
        })
    };
    let loose: Vec<&&PackageReport> = packages.iter().filter(|package| !known(package)).collect();
    if !loose.is_empty() {
        let mut suite = TestSuite::new("releases");
        suite.add_test_cases(
            loose
                .iter()
                .map(|package| case("releases", package, report.unassessed)),
        );
        out.add_test_suite(suite);
    }
    let mut text = out.to_string()?;
    if !text.ends_with('\n') {
        text.push('\n');
    }
    Ok(text)
}

/// The answer on one release.
pub(crate) fn inspect(report: &InspectReport, options: &RenderOptions) -> Result<String, RenderError> {
    audit(&report.as_audit(), options)
}

fn suite(lockfile: &LockfileReport, packages: &[&PackageReport], rule: UnassessedRule) -> TestSuite {
    let name = xml::line(lockfile.path.raw());
    let mut suite = TestSuite::new(name.as_ref());
    if let Some(problem) = &lockfile.error {
        let mut status = TestCaseStatus::non_success(NonSuccessKind::Error);
        status
            .set_type("lockfile-not-read")
            .set_message(xml::line(problem.message.raw()).as_ref());
        if let Some(hint) = &problem.hint {
            status.set_description(xml::line(hint.raw()).as_ref());
        }
        let mut case = TestCase::new("the lockfile can be read", status);
        case.set_classname(name.as_ref());
        suite.add_test_case(case);
    }
    let own = packages
        .iter()
        .filter(|p| p.pins.first().is_some_and(|pin| pin.lockfile == lockfile.path));
    suite.add_test_cases(own.map(|package| case(&name, package, rule)));
    suite
}

fn case(class: &str, package: &PackageReport, rule: UnassessedRule) -> TestCase {
    let view = ReleaseView::from(&package.judgement);
    let mut case = TestCase::new(xml::line(&view.spec).as_ref(), status(&view, package, rule));
    case.set_classname(class);
    let warnings: Vec<String> = view
        .findings
        .iter()
        .filter(|f| f.waived || (view.verdict < Verdict::Quarantine && f.level > Level::Note))
        .map(words_of)
        .collect();
    if !warnings.is_empty() {
        case.set_system_out(warnings.join("\n"));
    }
    case
}

fn status(view: &ReleaseView<'_>, package: &PackageReport, rule: UnassessedRule) -> TestCaseStatus {
    let mut status = match (view.verdict, rule) {
        (Verdict::Block | Verdict::Quarantine, _) => TestCaseStatus::non_success(NonSuccessKind::Failure),
        (Verdict::Unassessed, UnassessedRule::Hold) => TestCaseStatus::non_success(NonSuccessKind::Error),
        (Verdict::Unassessed, UnassessedRule::Tell) => TestCaseStatus::skipped(),
        (Verdict::Allow, _) => return TestCaseStatus::success(),
    };
    let first = view.findings.iter().find(|f| !f.waived).map(|f| f.title);
    let reason = first
        .or(view.unassessed.first().map(|missed| missed.reason))
        .unwrap_or("no reason was given");
    status.set_type(view.verdict.as_str());
    status.set_message(format!("{}: {}", words::verdict(view.verdict), xml::line(reason)));
    let mut lines: Vec<String> = view
        .findings
        .iter()
        .filter(|f| !f.waived && f.level > Level::Note)
        .map(words_of)
        .collect();
    lines.extend(view.unassessed.iter().map(|missed| {
        let file = missed
            .file
            .map_or(String::new(), |file| format!("{}: ", xml::line(file)));
        format!("not assessed: {file}{}", xml::line(missed.reason))
    }));
    if let Some(until) = view.until {
        lines.push(format!("until: {}", words::until(until, view.as_of)));
    }
    for path in package.paths.iter().take(1) {
        let steps: Vec<_> = path.iter().map(|step| xml::line(step.raw())).collect();
        lines.push(format!("way in: {}", steps.join(" > ")));
    }
    for pin in &package.pins {
        lines.push(format!(
            "pinned at: {}:{}",
            xml::line(pin.lockfile.raw()),
            pin.line
        ));
    }
    status.set_description(lines.join("\n"));
    status
}

fn words_of(finding: &FindingView<'_>) -> String {
    let waived = if finding.waived { "waived, " } else { "" };
    let parts = [finding.what, finding.why, finding.advice].map(xml::line);
    let text = parts
        .iter()
        .filter(|part| !part.is_empty())
        .map(AsRef::as_ref)
        .collect::<Vec<&str>>()
        .join(" ");
    format!(
        "{} [{}, {waived}{}]: {text}",
        xml::line(finding.title),
        finding.audit,
        finding.level.as_str()
    )
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::{escape::hostile, samples};

    fn read(report: &AuditReport) -> Report {
        let text = audit(report, &RenderOptions::default()).unwrap();
        Report::deserialize_from_str(&text).unwrap()
    }

    #[test]
    fn blocked_fails_and_clean_passes() {
        let report = read(&samples::blocked_with_chain());
        assert_eq!((report.tests, report.failures, report.errors), (4, 2, 0));
    }

    #[test]
    fn the_unassessed_are_errors_where_held_and_skipped_where_told() {
        let mut report = samples::unassessed();
        assert_eq!(read(&report).errors, 1);
        report.unassessed = UnassessedRule::Tell;
        let skipped: usize = read(&report).test_suites.iter().map(|suite| suite.skipped).sum();
        assert_eq!(skipped, 1);
    }

    #[test]
    fn an_unreadable_lockfile_is_an_error_of_its_own_suite() {
        let report = read(&samples::broken_lockfile());
        assert_eq!((report.tests, report.errors), (1, 1));
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(64))]
        #[test]
        fn hostile_text_stays_text(text in hostile::text()) {
            let report = read(&samples::hostile_with(&text));
            prop_assert_eq!(report.tests, 3);
        }
    }
}
