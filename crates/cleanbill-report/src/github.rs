//! The view for GitHub Actions: one annotation a finding, at its line of the lockfile.
//! The runner shows only the first few of a step, so the worst stand first.
use cleanbill_model::{Level, Verdict};

use crate::{
    escape::github::{data, property},
    format::{Detail, RenderError, RenderOptions},
    report::{AuditReport, FeedState, InspectReport, LockfileReport, PackageReport, UnassessedRule},
    view::{self, FindingView, ReleaseView},
    words,
};

/// The answer on a project.
pub(crate) fn audit(report: &AuditReport, options: &RenderOptions) -> Result<String, RenderError> {
    let mut out = String::new();
    for lockfile in &report.lockfiles {
        unread(&mut out, lockfile);
    }
    let mut packages: Vec<&PackageReport> = report.packages.iter().collect();
    packages.sort_by(|a, b| view::order(&a.judgement, &b.judgement));
    for package in packages {
        annotate_package(&mut out, package, report, options.detail);
    }
    for feed in report.feeds.iter().filter(|feed| feed.state != FeedState::Fresh) {
        let title = format!("feed {} is {}", feed.name, feed.state.as_str());
        let text = feed
            .problem
            .as_ref()
            .map_or("what only it knows was not looked up", |problem| problem.raw());
        command(&mut out, "warning", None, &title, &[text]);
    }
    if report.feeds.is_empty() {
        command(
            &mut out,
            "warning",
            None,
            "no feed",
            &["known malware and vulnerabilities were not looked up"],
        );
    }
    Ok(out)
}

/// The answer on one release.
pub(crate) fn inspect(report: &InspectReport, options: &RenderOptions) -> Result<String, RenderError> {
    audit(&report.as_audit(), options)
}

fn unread(out: &mut String, lockfile: &LockfileReport) {
    let Some(problem) = &lockfile.error else { return };
    let hint = problem.hint.as_ref().map_or("", |hint| hint.raw());
    let place = Some((lockfile.path.raw(), 1));
    command(
        out,
        "error",
        place,
        "lockfile not read",
        &[problem.message.raw(), hint],
    );
}

fn annotate_package(out: &mut String, package: &PackageReport, report: &AuditReport, detail: Detail) {
    let view = ReleaseView::from(&package.judgement);
    let place = package.pins.first().map(|pin| (pin.lockfile.raw(), pin.line));
    let way = package.paths.first().filter(|path| path.len() > 2);
    let way = way.map_or(String::new(), |path| {
        let steps: Vec<&str> = path.iter().map(|step| step.raw()).collect();
        format!("way in: {}", steps.join(" > "))
    });
    for finding in view
        .findings
        .iter()
        .filter(|finding| !finding.waived && told(finding, detail))
    {
        let title = format!(
            "{} {}: {}",
            words::verdict(view.verdict),
            view.spec,
            finding.title
        );
        let until = match view.until {
            Some(until) if finding.level == Level::Quarantine => {
                format!("until {}", words::until(until, view.as_of))
            }
            _ => String::new(),
        };
        let advice = if finding.advice.is_empty() {
            String::new()
        } else {
            format!("do: {}", finding.advice)
        };
        let parts = [finding.what, finding.why, &advice, &until, &way];
        command(out, severity(finding.level), place, &title, &parts);
    }
    if view.verdict == Verdict::Unassessed {
        let kind = if report.unassessed == UnassessedRule::Hold {
            "error"
        } else {
            "warning"
        };
        let reasons: Vec<&str> = view.unassessed.iter().map(|missed| missed.reason).collect();
        command(out, kind, place, &format!("not assessed {}", view.spec), &reasons);
    }
}

fn told(finding: &FindingView<'_>, detail: Detail) -> bool {
    match detail {
        Detail::Quiet => finding.level >= Level::Quarantine,
        Detail::Normal => finding.level >= Level::Warn,
        Detail::Verbose => true,
    }
}

fn severity(level: Level) -> &'static str {
    match level {
        Level::Block | Level::Quarantine => "error",
        Level::Warn => "warning",
        Level::Note => "notice",
    }
}

/// Writes one command; the parts become lines of its message.
fn command(out: &mut String, kind: &str, place: Option<(&str, u32)>, title: &str, parts: &[&str]) {
    out.push_str("::");
    out.push_str(kind);
    out.push(' ');
    if let Some((file, line)) = place {
        out.push_str(&format!("file={},line={line},", property(file)));
    }
    let message: Vec<String> = parts
        .iter()
        .filter(|part| !part.is_empty())
        .map(|part| data(part))
        .collect();
    out.push_str(&format!("title={}::{}\n", property(title), message.join("%0A")));
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::{escape::hostile, samples};

    fn drawn(report: &AuditReport) -> String {
        audit(report, &RenderOptions::default()).unwrap()
    }

    #[test]
    fn a_blocked_release_is_an_error_at_its_line() {
        let out = drawn(&samples::blocked_with_chain());
        assert!(out.starts_with("::error file=package-lock.json,line="), "{out}");
        assert!(
            out.contains("line=812,title=blocked easy-day-kit@1.11.22%3A listed as malicious::"),
            "{out}"
        );
    }

    #[test]
    fn a_warning_is_a_warning_and_a_clean_tree_says_nothing() {
        assert!(drawn(&samples::vulnerable()).starts_with("::warning file=package-lock.json,line=51,"));
        assert_eq!(drawn(&samples::clean()), "");
    }

    proptest! {
        #[test]
        fn every_line_is_one_of_our_commands(text in hostile::text()) {
            for line in drawn(&samples::hostile_with(&text)).lines() {
                let known = ["::error ", "::warning "].iter().any(|start| line.starts_with(start));
                prop_assert!(known, "{line:?}");
                let head = line.get(2..).unwrap().split("::").next().unwrap();
                prop_assert!(head.matches("title=").count() == 1 || text.contains("title="), "{line:?}");
            }
        }
    }
}
