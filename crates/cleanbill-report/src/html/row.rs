//! One release on the page: what its heading shows, what the filter looks at, what opens below.
use cleanbill_model::{Level, Verdict};

use crate::{
    command,
    excerpt::{self, Shown},
    report::{AuditReport, PackageReport},
    view::{EvidenceView, FindingView, ReleaseView},
    words,
};

/// Ways listed for one release; a page with thousands of ways reads no better.
const MAX_PATHS: usize = 20;

/// Held releases that are open from the start, while they are among the first; the blocked always are.
const MAX_OPEN: usize = 6;

/// A release with something to tell.
pub(super) struct Row<'a> {
    pub number: usize,
    pub spec: String,
    pub purl: String,
    pub integrity: Option<String>,
    pub verdict: &'static str,
    pub verdict_word: &'static str,
    pub open: bool,
    pub headline: String,
    pub severity: &'static str,
    pub audits: String,
    pub until: Option<String>,
    pub dev: bool,
    pub optional: bool,
    pub paths: Vec<Vec<&'a str>>,
    pub more_paths: usize,
    pub findings: Vec<FindingRow<'a>>,
    pub unassessed: Vec<String>,
    pub pins: Vec<Pin<'a>>,
    pub commands: Vec<String>,
    pub capabilities: Vec<&'a str>,
}

/// A finding.
pub(super) struct FindingRow<'a> {
    pub audit: &'a str,
    pub level: &'static str,
    pub level_word: &'static str,
    pub severity: &'static str,
    pub confidence: &'a str,
    pub title: &'a str,
    pub what: &'a str,
    pub why: &'a str,
    pub advice: &'a str,
    pub because: Option<&'a str>,
    pub steps: Vec<Step<'a>>,
}

/// A step of proof.
pub(crate) struct Step<'a> {
    pub note: &'a str,
    pub place: String,
    pub decoded: Option<&'a str>,
    pub frame: Vec<Shown>,
}

/// A place in a lockfile.
pub(super) struct Pin<'a> {
    pub lockfile: &'a str,
    pub line: u32,
    pub frame: Vec<Shown>,
}

/// A release with nothing to tell.
pub(super) struct Clean<'a> {
    pub spec: String,
    pub way: Vec<&'a str>,
    pub kind: &'static str,
}

impl<'a> Clean<'a> {
    pub(super) fn new(package: &'a PackageReport) -> Self {
        Self {
            spec: package.judgement.subject.spec(),
            way: package
                .paths
                .first()
                .map_or(vec![], |path| path.iter().map(|step| step.raw()).collect()),
            kind: match (package.dev, package.optional) {
                (true, true) => "development, optional",
                (true, false) => "development",
                (false, true) => "optional",
                (false, false) => "",
            },
        }
    }
}

impl<'a> Row<'a> {
    pub(super) fn new(number: usize, package: &'a PackageReport, report: &AuditReport) -> Self {
        let view = ReleaseView::from(&package.judgement);
        let mut audits: Vec<&str> = view.findings.iter().map(|finding| finding.audit).collect();
        audits.sort_unstable();
        audits.dedup();
        let worst = view
            .findings
            .iter()
            .filter(|finding| !finding.waived)
            .map(|finding| finding.severity)
            .max();
        Self {
            number,
            headline: headline(&view),
            severity: worst.map_or("info", |severity| severity.as_str()),
            audits: audits.join(" "),
            until: view
                .until
                .filter(|_| view.verdict == Verdict::Quarantine)
                .map(|until| words::until(until, view.as_of)),
            open: view.verdict == Verdict::Block
                || (view.verdict == Verdict::Quarantine && number < MAX_OPEN),
            verdict: view.verdict.as_str(),
            verdict_word: words::verdict(view.verdict),
            dev: package.dev,
            optional: package.optional,
            paths: package
                .paths
                .iter()
                .take(MAX_PATHS)
                .map(|path| path.iter().map(|step| step.raw()).collect())
                .collect(),
            more_paths: package.paths.len().saturating_sub(MAX_PATHS) + package.more_paths,
            findings: view.findings.into_iter().map(FindingRow::from).collect(),
            unassessed: view
                .unassessed
                .iter()
                .map(|missed| match missed.file {
                    Some(file) => format!("{file}: {}", missed.reason),
                    None => missed.reason.to_owned(),
                })
                .collect(),
            pins: package
                .pins
                .iter()
                .map(|pin| Pin {
                    lockfile: pin.lockfile.raw(),
                    line: pin.line,
                    frame: excerpt::lines(pin.text.raw(), pin.line, None),
                })
                .collect(),
            commands: command::for_package(package, &report.lockfiles),
            capabilities: view.capabilities,
            spec: view.spec,
            purl: view.purl,
            integrity: view.integrity,
        }
    }
}

/// The worst thing found, in a line.
fn headline(view: &ReleaseView<'_>) -> String {
    let told: Vec<&FindingView<'_>> = view.findings.iter().filter(|finding| !finding.waived).collect();
    match (told.as_slice(), view.unassessed.first()) {
        ([], Some(missed)) => missed.reason.to_owned(),
        ([], None) if !view.findings.is_empty() => "waived".to_owned(),
        ([], None) => String::new(),
        ([only], _) => only.title.to_owned(),
        ([first, rest @ ..], _) => format!("{}, and {} more", first.title, rest.len()),
    }
}

impl<'a> From<FindingView<'a>> for FindingRow<'a> {
    fn from(finding: FindingView<'a>) -> Self {
        Self {
            audit: finding.audit,
            level: if finding.waived {
                "waived"
            } else {
                finding.level.as_str()
            },
            level_word: match (finding.waived, finding.level) {
                (true, _) => "waived",
                (false, Level::Block) => "block",
                (false, Level::Quarantine) => "hold",
                (false, Level::Warn) => "warn",
                (false, Level::Note) => "note",
            },
            severity: finding.severity.as_str(),
            confidence: finding.confidence,
            title: finding.title,
            what: finding.what,
            why: finding.why,
            advice: finding.advice,
            because: finding.because,
            steps: finding.evidence.into_iter().map(Step::from).collect(),
        }
    }
}

impl<'a> From<EvidenceView<'a>> for Step<'a> {
    fn from(step: EvidenceView<'a>) -> Self {
        let place = match (step.file, step.line, step.column) {
            (Some(file), Some(line), Some(column)) => format!("{file}:{line}:{column}"),
            (Some(file), Some(line), None) => format!("{file}:{line}"),
            (Some(file), None, _) => file.to_owned(),
            (None, ..) => String::new(),
        };
        let frame = match (step.excerpt, step.line) {
            (Some(source), Some(line)) => excerpt::lines(source, line, step.column),
            _ => vec![],
        };
        Self {
            note: step.note,
            place,
            decoded: step.decoded,
            frame,
        }
    }
}
