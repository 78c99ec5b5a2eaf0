//! The view to keep and to send: one page with everything in it, readable without script or network.
//! Values reach the page through the HTML escaper alone; the page's policy lets nothing else run.
use std::collections::BTreeSet;

use askama::Template;
use base64::Engine as _;
use cleanbill_model::{Level, Verdict};
use sha2::{Digest as _, Sha256};

use crate::{
    escape::html::ticked,
    format::{RenderError, RenderOptions},
    report::{AuditReport, InspectReport, UnassessedRule},
    view, words,
};

mod audit_page;
pub(crate) mod row;
mod table;
mod timeline;

pub(crate) const STYLE: &str = include_str!("../../templates/page.css");
const SCRIPT: &str = include_str!("../../templates/page.js");

/// The page.
#[derive(Template)]
#[template(path = "page.html")]
struct Page<'a> {
    title: String,
    policy: String,
    style: &'static str,
    script: &'static str,
    verdict: &'static str,
    verdict_word: &'static str,
    decision: String,
    as_of: String,
    version: &'a str,
    tiles: Vec<Tile>,
    alerts: Vec<Alert>,
    told: Vec<row::Row<'a>>,
    clean: Vec<row::Clean<'a>>,
    clean_count: String,
    audits: Vec<&'static str>,
    pages: Vec<audit_page::AuditPage>,
    tables: Vec<table::Table>,
}

/// A count on top.
struct Tile {
    verdict: &'static str,
    word: &'static str,
    count: String,
}

/// What must not be overlooked: an unread lockfile, a missing feed.
#[derive(Clone)]
struct Alert {
    kind: &'static str,
    title: String,
    text: String,
}

/// The answer on a project.
pub(crate) fn audit(report: &AuditReport, _: &RenderOptions) -> Result<String, RenderError> {
    let title = match report.lockfiles.as_slice() {
        [only] => only.path.raw().to_owned(),
        _ => words::counted(report.lockfiles.len(), "lockfile", "lockfiles"),
    };
    Ok(page(report, title, &[]).render()?)
}

/// The answer on one release.
pub(crate) fn inspect(report: &InspectReport, _: &RenderOptions) -> Result<String, RenderError> {
    let audit = report.as_audit();
    let brings_in: Vec<Alert> = report
        .brings_in
        .iter()
        .map(|dependency| Alert {
            kind: "bad",
            title: format!(
                "brings in {}, {}",
                dependency.spec.raw(),
                words::verdict(dependency.verdict)
            ),
            text: format!(
                "asked for as {}: {}",
                dependency.range.raw(),
                dependency.reason.raw()
            ),
        })
        .collect();
    let mut page = page(&audit, report.judgement.subject.spec(), &brings_in);
    page.tables.splice(0..0, timeline::of(&report.rehearsal));
    Ok(page.render()?)
}

fn page<'a>(report: &'a AuditReport, title: String, more: &[Alert]) -> Page<'a> {
    let mut packages: Vec<_> = report.packages.iter().collect();
    packages.sort_by(|a, b| view::order(&a.judgement, &b.judgement));
    let (told, clean): (Vec<_>, Vec<_>) = packages.into_iter().partition(|package| {
        let judgement = &package.judgement;
        judgement.verdict != Verdict::Allow
            || !judgement.findings.is_empty()
            || !judgement.unassessed.is_empty()
    });
    let findings = report
        .packages
        .iter()
        .flat_map(|package| &package.judgement.findings);
    let audits: BTreeSet<&'static str> = findings.map(|finding| finding.signal.audit.0).collect();
    let mut alerts = alerts(report);
    alerts.extend_from_slice(more);
    Page {
        title,
        policy: policy(),
        style: STYLE,
        script: SCRIPT,
        verdict: report.verdict().as_str(),
        verdict_word: words::verdict(report.verdict()),
        decision: decision(report),
        as_of: words::moment(report.as_of),
        version: &report.tool_version,
        tiles: tiles(report),
        alerts,
        told: told
            .into_iter()
            .enumerate()
            .map(|(i, package)| row::Row::new(i, package, report))
            .collect(),
        clean_count: words::number(clean.len()),
        clean: clean.into_iter().map(row::Clean::new).collect(),
        pages: audit_page::of(report, &audits),
        audits: audits.into_iter().collect(),
        tables: table::all(report),
    }
}

/// Only this very style and this very script, by digest; nothing is fetched, sent or embedded.
fn policy() -> String {
    let digest = |text: &str| base64::engine::general_purpose::STANDARD.encode(Sha256::digest(text));
    format!(
        "default-src 'none'; style-src 'sha256-{}'; script-src 'sha256-{}'; base-uri 'none'; form-action 'none'",
        digest(STYLE),
        digest(SCRIPT)
    )
}

fn tiles(report: &AuditReport) -> Vec<Tile> {
    let count = |verdict: Verdict| {
        report
            .packages
            .iter()
            .filter(|p| p.judgement.verdict == verdict)
            .count()
    };
    let tile = |verdict: Verdict| Tile {
        verdict: verdict.as_str(),
        word: words::verdict(verdict),
        count: words::number(count(verdict)),
    };
    words::WORST_FIRST.into_iter().map(tile).collect()
}

fn alerts(report: &AuditReport) -> Vec<Alert> {
    let mut alerts = vec![];
    for lockfile in &report.lockfiles {
        if let Some(problem) = &lockfile.error {
            let text = problem
                .hint
                .as_ref()
                .map_or(String::new(), |hint| hint.raw().to_owned());
            alerts.push(Alert {
                kind: "bad",
                title: problem.message.raw().to_owned(),
                text,
            });
        }
    }
    if report.feeds.is_empty() {
        alerts.push(Alert {
            kind: "open",
            title: "no feed is set up".to_owned(),
            text: "Known malware and vulnerabilities were not looked up; see `cleanbill feed`.".to_owned(),
        });
    }
    for feed in report
        .feeds
        .iter()
        .filter(|feed| feed.state != crate::report::FeedState::Fresh)
    {
        let problem = feed.problem.as_ref().map(|problem| problem.raw().to_owned());
        alerts.push(Alert {
            kind: "open",
            title: format!("feed `{}` is {}", feed.name, feed.state.as_str()),
            text: problem.unwrap_or_else(|| "What only it knows was not looked up.".to_owned()),
        });
    }
    alerts
}

fn decision(report: &AuditReport) -> String {
    let count = |verdict: Verdict| {
        report
            .packages
            .iter()
            .filter(|p| p.judgement.verdict == verdict)
            .count()
    };
    let all = words::releases(report.packages.len());
    let warned = report.packages.iter().filter(|package| {
        let findings = &package.judgement.findings;
        package.judgement.verdict == Verdict::Allow
            && findings.iter().any(|f| !f.waived && f.level > Level::Note)
    });
    match report.verdict() {
        Verdict::Block => format!(
            "{} of {all} must go before you install.",
            words::number(count(Verdict::Block))
        ),
        Verdict::Quarantine => format!(
            "{} of {all} should wait.",
            words::number(count(Verdict::Quarantine))
        ),
        Verdict::Unassessed => {
            let rule = match report.unassessed {
                UnassessedRule::Hold => "the policy holds them",
                UnassessedRule::Tell => "the policy lets them through",
            };
            format!(
                "{} of {all} could not be assessed; {rule}.",
                words::number(count(Verdict::Unassessed))
            )
        }
        Verdict::Allow if report.packages.is_empty() => "There was no release to judge.".to_owned(),
        Verdict::Allow => match warned.count() {
            0 => format!("Nothing found that would hold any of {all}."),
            n => format!(
                "Nothing found that would hold any of {all}; {} with warnings.",
                words::number(n)
            ),
        },
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use proptest::prelude::*;

    use super::*;
    use crate::{escape::hostile, samples};

    fn drawn(report: &AuditReport) -> String {
        audit(report, &RenderOptions::default()).unwrap()
    }

    #[test]
    fn the_page_names_no_place_outside_itself() {
        for report in samples::all() {
            let html = drawn(&report);
            for needle in ["src=\"", "url(", "@import", "<link", "href=\"http"] {
                assert!(!html.contains(needle), "{needle}");
            }
        }
    }

    #[test]
    fn the_policy_allows_the_page_its_own_script_and_no_other() {
        let html = drawn(&samples::clean());
        assert!(html.contains("default-src 'none'") || html.contains("default-src &#39;none&#39;"));
        assert_eq!(html.matches("<script>").count(), 1);
        assert!(!html.contains("onclick=") && !html.contains("style=\""));
    }

    /// The elements of a page, as a reader of tags alone would see them.
    fn tags(html: &str) -> Vec<String> {
        let body = html.replace(SCRIPT, "").replace(STYLE, "");
        let name = |rest: &str| {
            rest.chars()
                .take_while(|c| c.is_ascii_alphanumeric() || *c == '/')
                .collect::<String>()
        };
        body.split('<').skip(1).map(name).collect()
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(48))]
        #[test]
        fn hostile_text_adds_no_element(text in hostile::text()) {
            let harmless: String = text.chars().map(|c| if c == '\n' { '\n' } else { 'x' }).collect();
            let (hostile, harmless) = (drawn(&samples::hostile_with(&text)), drawn(&samples::hostile_with(&harmless)));
            // Text that draws as nothing may leave an element out; none may add one.
            let known: BTreeSet<String> = tags(&harmless).into_iter().collect();
            let added: Vec<String> = tags(&hostile).into_iter().filter(|tag| !known.contains(tag)).collect();
            prop_assert!(added.is_empty(), "{:?}", added);
            prop_assert_eq!(hostile.matches("<script>").count(), 1);
        }
    }
}
