//! One result a finding: its message, its lines, its steps of proof, and a print that outlives edits.
use cleanbill_model::{Level, Verdict};
use serde_json::json;
use serde_sarif::sarif::{
    CodeFlow, PropertyBag, Result, ResultLevel, Suppression, ThreadFlow, ThreadFlowLocation,
};
use sha2::{Digest as _, Sha256};

use super::{place, plain, rules::Rules};
use crate::{
    report::PackageReport,
    view::{FindingView, ReleaseView},
    words,
};

/// The results on one release.
pub(super) fn of_package(package: &PackageReport, rules: &Rules<'_>) -> Vec<Result> {
    let view = ReleaseView::from(&package.judgement);
    view.findings
        .iter()
        .map(|finding| of_finding(finding, &view, package, rules))
        .collect()
}

fn of_finding(
    finding: &FindingView<'_>,
    view: &ReleaseView<'_>,
    package: &PackageReport,
    rules: &Rules<'_>,
) -> Result {
    let mut result = Result::builder()
        .message(plain(&text(finding, view, package)))
        .build();
    result.rule_id = Some(finding.audit.to_owned());
    result.rule_index = rules.index_of(finding.audit);
    result.level = Some(level(finding.level));
    result.locations = Some(locations(finding, package));
    if finding.evidence.len() > 1 {
        result.code_flows = Some(vec![flow(finding, package)]);
    }
    result.partial_fingerprints = Some([("cleanbill/v1".to_owned(), fingerprint(finding, view))].into());
    if finding.waived {
        let mut suppression = Suppression::builder().kind(json!("external")).build();
        suppression.status = Some(json!("accepted"));
        suppression.justification = finding
            .because
            .map(|text| crate::escape::visible(text).into_owned());
        result.suppressions = Some(vec![suppression]);
    }
    result.taxa = rules.taxa_of(finding.audit);
    result.properties = Some(PropertyBag {
        tags: None,
        additional_properties: [
            ("purl".to_owned(), json!(view.purl)),
            ("verdict".to_owned(), json!(view.verdict.as_str())),
            ("severity".to_owned(), json!(finding.severity.as_str())),
            ("confidence".to_owned(), json!(finding.confidence)),
            (
                "until".to_owned(),
                json!(view.until.map(|until| until.to_string())),
            ),
        ]
        .into(),
    });
    result
}

fn text(finding: &FindingView<'_>, view: &ReleaseView<'_>, package: &PackageReport) -> String {
    let mut parts = vec![format!("{}: {}.", view.spec, finding.title)];
    parts.extend(
        [finding.what, finding.why, finding.advice]
            .iter()
            .filter(|p| !p.is_empty())
            .map(|p| (*p).to_owned()),
    );
    if let Some(until) = view.until.filter(|_| view.verdict == Verdict::Quarantine) {
        parts.push(format!("Held until {}.", words::moment(until)));
    }
    if let Some(path) = package.paths.first().filter(|path| path.len() > 2) {
        let steps: Vec<&str> = path.iter().map(|step| step.raw()).collect();
        parts.push(format!("Way in: {}.", steps.join(" > ")));
    }
    parts.join(" ")
}

fn level(level: Level) -> ResultLevel {
    match level {
        Level::Block | Level::Quarantine => ResultLevel::Error,
        Level::Warn => ResultLevel::Warning,
        Level::Note => ResultLevel::Note,
    }
}

/// Every line that pins the release; without a lockfile, the first place in the release itself.
fn locations(finding: &FindingView<'_>, package: &PackageReport) -> Vec<serde_sarif::sarif::Location> {
    let mut places: Vec<_> = package
        .pins
        .iter()
        .map(|pin| place::in_project(pin.lockfile.raw(), pin.line, None))
        .collect();
    if places.is_empty() {
        let located = finding
            .evidence
            .iter()
            .find(|step| step.file.is_some())
            .or(finding.evidence.first());
        places.extend(located.map(|step| place::step(step, package)));
    }
    for place in &mut places {
        place.logical_locations = Some(vec![place::release(package)]);
    }
    places
}

fn flow(finding: &FindingView<'_>, package: &PackageReport) -> CodeFlow {
    let steps = finding.evidence.iter().map(|step| {
        ThreadFlowLocation::builder()
            .location(place::step(step, package))
            .build()
    });
    CodeFlow::builder()
        .thread_flows(vec![
            ThreadFlow::builder().locations(steps.collect::<Vec<_>>()).build(),
        ])
        .build()
}

/// The same finding on the same release keeps its print, wherever the lockfile or the line moves.
fn fingerprint(finding: &FindingView<'_>, view: &ReleaseView<'_>) -> String {
    let mut hash = Sha256::new();
    for part in [finding.audit, &view.purl, finding.title] {
        hash.update(part.len().to_le_bytes());
        hash.update(part);
    }
    for step in &finding.evidence {
        hash.update(step.file.unwrap_or_default());
        hash.update([0]);
    }
    hash.finalize()
        .iter()
        .take(16)
        .map(|byte| format!("{byte:02x}"))
        .collect()
}
