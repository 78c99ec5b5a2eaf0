//! One release as the human views tell it, from a fresh judgement or from a stored answer alike.
//! Every text in it is as it came; only a view's escaper may print one.
use cleanbill_model::{Evidence, Finding, Judgement, Level, Severity, Timestamp, Verdict};

/// A release and its answer.
pub(crate) struct ReleaseView<'a> {
    pub spec: String,
    pub purl: String,
    pub integrity: Option<String>,
    pub as_of: Timestamp,
    pub verdict: Verdict,
    pub until: Option<Timestamp>,
    pub findings: Vec<FindingView<'a>>,
    pub unassessed: Vec<UnassessedView<'a>>,
    pub capabilities: Vec<&'a str>,
}

/// A finding.
pub(crate) struct FindingView<'a> {
    pub audit: &'a str,
    pub level: Level,
    pub severity: Severity,
    pub confidence: &'a str,
    pub title: &'a str,
    pub what: &'a str,
    pub why: &'a str,
    pub advice: &'a str,
    pub because: Option<&'a str>,
    pub waived: bool,
    pub evidence: Vec<EvidenceView<'a>>,
}

/// A step of proof.
#[derive(Default)]
pub(crate) struct EvidenceView<'a> {
    pub file: Option<&'a str>,
    pub line: Option<u32>,
    pub column: Option<u32>,
    pub note: &'a str,
    pub decoded: Option<&'a str>,
    pub excerpt: Option<&'a str>,
}

/// What could not be assessed.
pub(crate) struct UnassessedView<'a> {
    pub file: Option<&'a str>,
    pub reason: &'a str,
}

impl<'a> From<&'a Judgement> for ReleaseView<'a> {
    fn from(judgement: &'a Judgement) -> Self {
        let mut findings: Vec<FindingView<'a>> = judgement.findings.iter().map(FindingView::from).collect();
        worst_first(&mut findings);
        Self {
            spec: judgement.subject.spec(),
            purl: judgement.subject.to_string(),
            integrity: judgement.integrity.as_ref().map(ToString::to_string),
            as_of: judgement.as_of,
            verdict: judgement.verdict,
            until: judgement.until,
            findings,
            unassessed: judgement
                .unassessed
                .iter()
                .map(|u| UnassessedView {
                    file: u.file.as_ref().map(|file| file.raw()),
                    reason: u.reason.raw(),
                })
                .collect(),
            capabilities: judgement.capabilities.iter().map(String::as_str).collect(),
        }
    }
}

impl<'a> From<&'a Finding> for FindingView<'a> {
    fn from(finding: &'a Finding) -> Self {
        let signal = &finding.signal;
        Self {
            audit: signal.audit.0,
            level: finding.level,
            severity: signal.severity,
            confidence: signal.confidence.as_str(),
            title: signal.title.raw(),
            what: signal.what.raw(),
            why: signal.why.raw(),
            advice: signal.advice.raw(),
            because: finding.because.as_ref().map(|text| text.raw()),
            waived: finding.waived,
            evidence: signal.evidence.iter().map(EvidenceView::from).collect(),
        }
    }
}

impl<'a> From<&'a Evidence> for EvidenceView<'a> {
    fn from(evidence: &'a Evidence) -> Self {
        Self {
            file: evidence.file.as_ref().map(|file| file.raw()),
            line: evidence.line,
            column: evidence.column,
            note: evidence.note.raw(),
            decoded: evidence.decoded.as_ref().map(|value| value.raw()),
            excerpt: evidence.excerpt.as_ref().map(|text| text.raw()),
        }
    }
}

/// Sorts findings for reading: what counts before what is waived, then by level and severity.
pub(crate) fn worst_first(findings: &mut [FindingView<'_>]) {
    findings.sort_by(|a, b| {
        (a.waived, b.level, b.severity, a.audit).cmp(&(b.waived, a.level, a.severity, b.audit))
    });
}

/// Sorts releases for reading: the worst verdict first, then the worst finding, then by name.
pub(crate) fn order(a: &Judgement, b: &Judgement) -> std::cmp::Ordering {
    let worst = |judgement: &Judgement| {
        let malicious = |f: &Finding| {
            f.signal
                .advisory
                .as_ref()
                .is_some_and(|advisory| advisory.malicious)
        };
        judgement
            .findings
            .iter()
            .filter(|f| !f.waived)
            .map(|f| (f.level, f.signal.severity, malicious(f)))
            .max()
    };
    (b.verdict, worst(b))
        .cmp(&(a.verdict, worst(a)))
        .then_with(|| a.subject.cmp(&b.subject))
}
