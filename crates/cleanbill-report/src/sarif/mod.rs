//! The view for code scanning: SARIF 2.1.0. Rules come from the audits' own descriptions, results from
//! findings; what could not be done at all becomes a notification, so that silence never reads as clean.
//! Format: OASIS Static Analysis Results Interchange Format 2.1.0.
use cleanbill_model::Verdict;
use serde_json::json;
use serde_sarif::sarif::{Invocation, Message, Notification, ReportingDescriptorReference, Run, Sarif, Tool};

use crate::{
    escape::{json::pretty, sarif::message},
    format::{RenderError, RenderOptions},
    report::{AuditReport, FeedState, InspectReport, UnassessedRule},
    view,
};

mod place;
mod result;
mod rules;

/// Where a reader finds the schema; it is a name, never fetched by us.
const SCHEMA: &str = "https://json.schemastore.org/sarif-2.1.0.json";

/// The answer on a project.
pub(crate) fn audit(report: &AuditReport, _: &RenderOptions) -> Result<String, RenderError> {
    Ok(pretty(&log(report))?)
}

/// The answer on one release.
pub(crate) fn inspect(report: &InspectReport, options: &RenderOptions) -> Result<String, RenderError> {
    audit(&report.as_audit(), options)
}

fn log(report: &AuditReport) -> Sarif {
    let rules = rules::Rules::of(report);
    let mut packages: Vec<_> = report.packages.iter().collect();
    packages.sort_by(|a, b| view::order(&a.judgement, &b.judgement));
    let results = packages
        .iter()
        .flat_map(|package| result::of_package(package, &rules))
        .collect();
    let run = Run {
        tool: Tool {
            driver: rules.driver(&report.tool_version),
            extensions: None,
            properties: None,
        },
        taxonomies: rules.taxonomies(),
        invocations: Some(vec![invocation(report)]),
        results: Some(results),
        column_kind: Some(json!("unicodeCodePoints")),
        ..blank_run()
    };
    Sarif {
        schema: Some(SCHEMA.to_owned()),
        version: json!("2.1.0"),
        runs: vec![run],
        inline_external_properties: None,
        properties: None,
    }
}

fn blank_run() -> Run {
    Run::builder()
        .tool(
            Tool::builder()
                .driver(rules::blank_component("cleanbill"))
                .build(),
        )
        .build()
}

fn invocation(report: &AuditReport) -> Invocation {
    let notes = notifications(report);
    let mut invocation = Invocation::builder().execution_successful(true).build();
    invocation.end_time_utc = Some(report.as_of.to_string());
    invocation.tool_execution_notifications = (!notes.is_empty()).then_some(notes);
    invocation
}

fn notifications(report: &AuditReport) -> Vec<Notification> {
    let mut notes = vec![];
    for lockfile in &report.lockfiles {
        if let Some(problem) = &lockfile.error {
            let hint = problem
                .hint
                .as_ref()
                .map_or(String::new(), |hint| format!("; {}", hint.raw()));
            let mut note = notification(
                "lockfile-not-read",
                "error",
                &format!("{}{hint}", problem.message.raw()),
            );
            note.locations = Some(vec![place::in_project(lockfile.path.raw(), 1, None)]);
            notes.push(note);
        }
    }
    let level = if report.unassessed == UnassessedRule::Hold {
        "error"
    } else {
        "warning"
    };
    for package in report
        .packages
        .iter()
        .filter(|p| p.judgement.verdict == Verdict::Unassessed)
    {
        let reasons: Vec<&str> = package
            .judgement
            .unassessed
            .iter()
            .map(|u| u.reason.raw())
            .collect();
        let text = format!(
            "{} was not assessed: {}",
            package.judgement.subject.spec(),
            reasons.join("; ")
        );
        let mut note = notification("not-assessed", level, &text);
        let pins: Vec<_> = package
            .pins
            .iter()
            .map(|p| place::in_project(p.lockfile.raw(), p.line, None))
            .collect();
        note.locations = (!pins.is_empty()).then_some(pins);
        notes.push(note);
    }
    for feed in report.feeds.iter().filter(|feed| feed.state != FeedState::Fresh) {
        let problem = feed
            .problem
            .as_ref()
            .map_or(String::new(), |problem| format!("; {}", problem.raw()));
        let text = format!("feed {} is {}{problem}", feed.name, feed.state.as_str());
        notes.push(notification("feed-lacking", "warning", &text));
    }
    if report.feeds.is_empty() {
        notes.push(notification(
            "feed-lacking",
            "warning",
            "no feed is set up; known malware was not looked up",
        ));
    }
    for fact in &report.not_known {
        let text = format!(
            "not known for {} releases: {}: {}",
            fact.count, fact.what, fact.reason
        );
        notes.push(notification("not-known", "note", &text));
    }
    notes
}

fn notification(id: &str, level: &str, text: &str) -> Notification {
    let mut note = Notification::builder().message(plain(text)).build();
    note.descriptor = Some(ReportingDescriptorReference {
        id: Some(id.to_owned()),
        ..reference()
    });
    note.level = Some(json!(level));
    note
}

fn reference() -> ReportingDescriptorReference {
    ReportingDescriptorReference {
        guid: None,
        id: None,
        index: None,
        properties: None,
        tool_component: None,
    }
}

fn plain(text: &str) -> Message {
    Message {
        text: Some(message(text)),
        arguments: None,
        id: None,
        markdown: None,
        properties: None,
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::Value;

    use super::*;
    use crate::{escape::hostile, samples};

    fn schema() -> jsonschema::Validator {
        let schema: Value =
            serde_json::from_str(include_str!("../../testdata/schema/sarif-2.1.0.json")).unwrap();
        jsonschema::validator_for(&schema).unwrap()
    }

    fn drawn(report: &AuditReport) -> Value {
        serde_json::from_str(&audit(report, &RenderOptions::default()).unwrap()).unwrap()
    }

    fn flaws(schema: &jsonschema::Validator, value: &Value) -> Vec<String> {
        schema
            .iter_errors(value)
            .map(|e| format!("{}: {e}", e.instance_path()))
            .collect()
    }

    #[test]
    fn every_situation_is_valid_by_the_schema() {
        let schema = schema();
        for (name, report) in samples::named() {
            assert_eq!(flaws(&schema, &drawn(&report)), Vec::<String>::new(), "{name}");
        }
        let text = inspect(&samples::inspected(), &RenderOptions::default()).unwrap();
        assert_eq!(
            flaws(&schema, &serde_json::from_str(&text).unwrap()),
            Vec::<String>::new()
        );
    }

    #[test]
    fn the_schema_refuses_what_is_wrong() {
        let mut log = drawn(&samples::clean());
        log["runs"][0]["results"] = json!([{ "level": "terrible", "message": { "text": "x" } }]);
        assert!(!flaws(&schema(), &log).is_empty());
    }

    #[test]
    fn a_result_names_its_rule_its_line_and_its_steps() {
        let log = drawn(&samples::blocked_with_chain());
        let run = &log["runs"][0];
        let results = run["results"].as_array().unwrap();
        let result = results.iter().find(|r| r["ruleId"] == "known-malicious").unwrap();
        let rule = &run["tool"]["driver"]["rules"][result["ruleIndex"].as_u64().unwrap() as usize];
        assert_eq!(rule["id"], "known-malicious");
        assert!(
            rule["help"]["markdown"]
                .as_str()
                .unwrap()
                .starts_with("# known-malicious")
        );
        assert_eq!(result["level"], "error");
        let place = &result["locations"][0]["physicalLocation"];
        assert_eq!(
            (&place["artifactLocation"]["uri"], &place["region"]["startLine"]),
            (&json!("package-lock.json"), &json!(812))
        );
        let steps = result["codeFlows"][0]["threadFlows"][0]["locations"]
            .as_array()
            .unwrap();
        assert_eq!(steps.len(), 2);
        assert!(result["partialFingerprints"]["cleanbill/v1"].is_string());
    }

    #[test]
    fn a_waived_finding_is_suppressed_with_its_reason() {
        let log = drawn(&samples::blocked_with_chain());
        let results = log["runs"][0]["results"].as_array().unwrap();
        let waived = results.iter().find(|r| r["ruleId"] == "deprecated").unwrap();
        assert_eq!(waived["suppressions"][0]["status"], "accepted");
    }

    #[test]
    fn a_fingerprint_minds_neither_the_line_nor_the_lockfile() {
        let print =
            |report: &AuditReport| drawn(report)["runs"][0]["results"][0]["partialFingerprints"].clone();
        let mut moved = samples::vulnerable();
        for pin in moved.packages.iter_mut().flat_map(|p| &mut p.pins) {
            pin.line += 100;
        }
        assert_eq!(print(&samples::vulnerable()), print(&moved));
        assert_ne!(print(&samples::vulnerable()), print(&samples::quarantined()));
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(24))]
        #[test]
        fn hostile_text_never_breaks_the_schema(text in hostile::text()) {
            let schema = schema();
            let log = drawn(&samples::hostile_with(&text));
            prop_assert_eq!(flaws(&schema, &log), Vec::<String>::new());
        }
    }
}
