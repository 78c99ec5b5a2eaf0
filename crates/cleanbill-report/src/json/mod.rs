//! Cleanbill's own JSON. It fills the frozen shapes of [`v1`] and writes them; it adds no judgement.
use cleanbill_model::{Defect, Evidence, Finding, Judgement, Level, Verdict};

use crate::{
    escape::json::pretty,
    format::{RenderError, RenderOptions},
    report::{
        AuditReport, FeedLine, InspectReport, LockfileReport, NotKnown, PackageReport, WaiverNote,
        WaiverState,
    },
    view, words,
};

pub mod v1;

/// The answer on a project.
pub(crate) fn audit(report: &AuditReport, _: &RenderOptions) -> Result<String, RenderError> {
    Ok(pretty(&audit_v1(report))?)
}

/// The answer on one release.
pub(crate) fn inspect(report: &InspectReport, _: &RenderOptions) -> Result<String, RenderError> {
    Ok(pretty(&inspect_v1(report))?)
}

/// One judgement as a stored `inspect/v1` record on one line, for the log that [`why()`](crate::why())
/// reads back. How the feeds stood is not in it.
///
/// # Errors
/// When the JSON writer refuses a value, which no text of a package can cause.
pub fn record(judgement: &Judgement) -> Result<String, serde_json::Error> {
    serde_json::to_string(&judged(judgement, env!("CARGO_PKG_VERSION")))
}

/// The answer on one release as a record.
#[must_use]
pub fn inspect_v1(report: &InspectReport) -> v1::Inspect {
    v1::Inspect {
        brings_in: report
            .brings_in
            .iter()
            .map(|dependency| v1::BroughtIn {
                spec: dependency.spec.raw().to_owned(),
                range: dependency.range.raw().to_owned(),
                verdict: dependency.verdict.as_str().to_owned(),
                reason: dependency.reason.raw().to_owned(),
            })
            .collect(),
        feeds: report.feeds.iter().map(feed).collect(),
        not_known: report.not_known.iter().map(not_known).collect(),
        ..judged(&report.judgement, &report.tool_version)
    }
}

fn judged(judgement: &Judgement, version: &str) -> v1::Inspect {
    v1::Inspect {
        schema: v1::INSPECT.to_owned(),
        tool: tool(version),
        subject: v1::Subject {
            purl: judgement.subject.to_string(),
            integrity: judgement.integrity.as_ref().map(ToString::to_string),
        },
        as_of: judgement.as_of.to_string(),
        verdict: judgement.verdict.as_str().to_owned(),
        until: judgement.until.map(|until| until.to_string()),
        findings: findings(judgement),
        unassessed: unassessed(judgement),
        capabilities: judgement.capabilities.clone(),
        ..v1::Inspect::default()
    }
}

/// The answer on a project as a record, packages in reading order.
#[must_use]
pub fn audit_v1(report: &AuditReport) -> v1::Audit {
    let mut packages: Vec<&PackageReport> = report.packages.iter().collect();
    packages.sort_by(|a, b| view::order(&a.judgement, &b.judgement));
    v1::Audit {
        schema: v1::AUDIT.to_owned(),
        tool: tool(&report.tool_version),
        as_of: report.as_of.to_string(),
        verdict: report.verdict().as_str().to_owned(),
        summary: summary(report),
        lockfiles: report.lockfiles.iter().map(lockfile).collect(),
        packages: packages.into_iter().map(package).collect(),
    }
}

fn tool(version: &str) -> v1::Tool {
    v1::Tool {
        name: "cleanbill".to_owned(),
        version: version.to_owned(),
    }
}

fn summary(report: &AuditReport) -> v1::Summary {
    let verdicts = |verdict: Verdict| {
        report
            .packages
            .iter()
            .filter(|p| p.judgement.verdict == verdict)
            .count()
    };
    let findings = || report.packages.iter().flat_map(|p| &p.judgement.findings);
    let levels = |level: Level| findings().filter(|f| !f.waived && f.level == level).count();
    v1::Summary {
        block: verdicts(Verdict::Block),
        quarantine: verdicts(Verdict::Quarantine),
        unassessed: verdicts(Verdict::Unassessed),
        allow: verdicts(Verdict::Allow),
        releases: report.packages.len(),
        lockfiles: report.lockfiles.len(),
        lockfiles_unread: report.lockfiles.iter().filter(|l| l.error.is_some()).count(),
        findings: v1::FindingCounts {
            block: levels(Level::Block),
            quarantine: levels(Level::Quarantine),
            warn: levels(Level::Warn),
            note: levels(Level::Note),
            waived: findings().filter(|f| f.waived).count(),
        },
        feeds: report.feeds.iter().map(feed).collect(),
        not_known: report.not_known.iter().map(not_known).collect(),
        client_settings: report
            .client_settings
            .iter()
            .map(|setting| v1::ClientSetting {
                client: setting.client.clone(),
                setting: setting.setting.clone(),
                value: setting.value.as_ref().map(|value| value.raw().to_owned()),
                origin: setting.origin.as_ref().map(|origin| origin.raw().to_owned()),
                ours: setting.ours.clone(),
            })
            .collect(),
        waivers: report.waivers.iter().map(waiver).collect(),
    }
}

fn lockfile(lockfile: &LockfileReport) -> v1::Lockfile {
    v1::Lockfile {
        path: lockfile.path.raw().to_owned(),
        format: lockfile.format.clone(),
        version: lockfile.version.clone(),
        releases: lockfile.releases,
        entries: lockfile.entries,
        defects: lockfile.defects.iter().map(defect).collect(),
        error: lockfile
            .error
            .as_ref()
            .map(|problem| problem.message.raw().to_owned()),
        hint: lockfile
            .error
            .as_ref()
            .and_then(|problem| problem.hint.as_ref())
            .map(|hint| hint.raw().to_owned()),
    }
}

fn defect(defect: &Defect) -> v1::Defect {
    v1::Defect {
        code: defect.code.to_owned(),
        place: defect.place.raw().to_owned(),
        note: defect.note.raw().to_owned(),
    }
}

fn package(package: &PackageReport) -> v1::Package {
    let judgement = &package.judgement;
    v1::Package {
        purl: judgement.subject.to_string(),
        integrity: judgement.integrity.as_ref().map(ToString::to_string),
        verdict: judgement.verdict.as_str().to_owned(),
        until: judgement.until.map(|until| until.to_string()),
        findings: findings(judgement),
        unassessed: unassessed(judgement),
        capabilities: judgement.capabilities.clone(),
        paths: package
            .paths
            .iter()
            .map(|path| path.iter().map(|step| step.raw().to_owned()).collect())
            .collect(),
        more_paths: package.more_paths,
        pins: package
            .pins
            .iter()
            .map(|pin| v1::Pin {
                lockfile: pin.lockfile.raw().to_owned(),
                line: pin.line,
            })
            .collect(),
        dev: package.dev,
        optional: package.optional,
    }
}

fn findings(judgement: &Judgement) -> Vec<v1::Finding> {
    judgement.findings.iter().map(finding).collect()
}

fn finding(finding: &Finding) -> v1::Finding {
    let signal = &finding.signal;
    v1::Finding {
        audit: signal.audit.0.to_owned(),
        level: finding.level.as_str().to_owned(),
        severity: signal.severity.as_str().to_owned(),
        confidence: signal.confidence.as_str().to_owned(),
        title: signal.title.raw().to_owned(),
        what: signal.what.raw().to_owned(),
        why: signal.why.raw().to_owned(),
        advice: signal.advice.raw().to_owned(),
        evidence: signal.evidence.iter().map(evidence).collect(),
        taxonomy: signal.taxonomy.iter().map(|id| (*id).to_owned()).collect(),
        attack: signal.attack.iter().map(|id| (*id).to_owned()).collect(),
        because: finding.because.as_ref().map(|text| text.raw().to_owned()),
        waived: finding.waived,
        advisory: signal.advisory.as_ref().map(|advisory| v1::Advisory {
            id: advisory.id.raw().to_owned(),
            aliases: advisory.aliases.iter().map(|id| id.raw().to_owned()).collect(),
            fixed: advisory.fixed.as_ref().map(ToString::to_string),
            score: words::score(advisory),
            malicious: advisory.malicious,
            feed: advisory.feed.clone(),
        }),
    }
}

fn evidence(evidence: &Evidence) -> v1::Evidence {
    v1::Evidence {
        file: evidence.file.as_ref().map(|file| file.raw().to_owned()),
        line: evidence.line,
        column: evidence.column,
        note: evidence.note.raw().to_owned(),
        decoded: evidence.decoded.as_ref().map(|value| value.raw().to_owned()),
        excerpt: evidence.excerpt.as_ref().map(|text| text.raw().to_owned()),
    }
}

fn unassessed(judgement: &Judgement) -> Vec<v1::Unassessed> {
    let own = |u: &cleanbill_model::Unassessed| v1::Unassessed {
        file: u.file.as_ref().map(|file| file.raw().to_owned()),
        reason: u.reason.raw().to_owned(),
    };
    judgement.unassessed.iter().map(own).collect()
}

fn feed(feed: &FeedLine) -> v1::Feed {
    v1::Feed {
        name: feed.name.clone(),
        state: feed.state.as_str().to_owned(),
        synced: feed.synced.map(|synced| synced.to_string()),
        malicious: feed.malicious,
        vulnerable: feed.vulnerable,
        problem: feed.problem.as_ref().map(|problem| problem.raw().to_owned()),
    }
}

fn not_known(fact: &NotKnown) -> v1::NotKnown {
    v1::NotKnown {
        what: fact.what.clone(),
        reason: fact.reason.clone(),
        count: fact.count,
    }
}

fn waiver(waiver: &WaiverNote) -> v1::Waiver {
    let (state, ended) = match waiver.state {
        WaiverState::Unused => ("unused", None),
        WaiverState::Expired(end) => ("expired", Some(end.to_string())),
    };
    v1::Waiver {
        release: waiver.release.raw().to_owned(),
        audit: waiver.audit.raw().to_owned(),
        reason: waiver.reason.raw().to_owned(),
        owner: waiver.owner.raw().to_owned(),
        state: state.to_owned(),
        ended,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::samples;

    #[test]
    fn the_contract_names_are_there() {
        let text = audit(&samples::blocked_with_chain(), &RenderOptions::default()).unwrap();
        let value: serde_json::Value = serde_json::from_str(&text).unwrap();
        assert_eq!(value["schema"], "cleanbill.audit/v1");
        assert_eq!(value["verdict"], "block");
        let worst = &value["packages"][0];
        for key in ["purl", "verdict", "findings", "paths"] {
            assert!(worst.get(key).is_some(), "{key}");
        }
        for key in [
            "audit",
            "level",
            "severity",
            "confidence",
            "title",
            "what",
            "why",
            "do",
            "evidence",
            "taxonomy",
            "attack",
        ] {
            assert!(worst["findings"][0].get(key).is_some(), "{key}");
        }
        for key in ["file", "line", "column", "note", "decoded"] {
            assert!(worst["findings"][0]["evidence"][0].get(key).is_some(), "{key}");
        }
    }

    #[test]
    fn one_release_carries_the_contract_names_and_null_for_no_end() {
        let text = inspect(&samples::inspected(), &RenderOptions::default()).unwrap();
        let value: serde_json::Value = serde_json::from_str(&text).unwrap();
        assert_eq!(value["schema"], "cleanbill.inspect/v1");
        for key in [
            "subject",
            "as_of",
            "verdict",
            "until",
            "findings",
            "unassessed",
            "capabilities",
        ] {
            assert!(value.get(key).is_some(), "{key}");
        }
        assert!(value["subject"]["purl"].is_string() && value["until"].is_null());
    }

    #[test]
    fn what_is_written_is_read_back_the_same() {
        for report in samples::all() {
            let written = audit_v1(&report);
            let read: v1::Audit = serde_json::from_str(&pretty(&written).unwrap()).unwrap();
            assert_eq!(read, written);
        }
    }

    #[test]
    fn stored_samples_of_version_one_still_load() {
        let inspect: v1::Inspect =
            serde_json::from_str(include_str!("../../testdata/inspect/v1.json")).unwrap();
        assert_eq!(inspect.verdict, "block");
        assert_eq!(inspect.findings[0].audit, "dependency-injected");
        let least: v1::Inspect =
            serde_json::from_str(include_str!("../../testdata/inspect/v1-least.json")).unwrap();
        assert_eq!(least.verdict, "allow");
        let audit: v1::Audit = serde_json::from_str(include_str!("../../testdata/audit/v1.json")).unwrap();
        assert_eq!(audit.packages[0].paths[0], ["app", "left@1.0.0"]);
    }
}
