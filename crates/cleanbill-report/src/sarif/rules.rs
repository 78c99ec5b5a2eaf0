//! The tool as SARIF describes it: one rule an audit, with its page as help, and ATT&CK as a taxonomy.
use std::collections::BTreeSet;

use cleanbill_model::{AuditMeta, Confidence, Level, Severity};
use serde_json::json;
use serde_sarif::sarif::{
    MultiformatMessageString, PropertyBag, ReportingConfiguration, ReportingDescriptor,
    ReportingDescriptorReference, ToolComponent, ToolComponentReference,
};

use crate::{escape::visible, report::AuditReport};

const ATTACK: &str = "MITRE ATT&CK";

/// The rules of a run, sorted by name; a finding of an audit that is not described gets none.
pub(super) struct Rules<'a> {
    audits: Vec<&'a AuditMeta>,
}

impl<'a> Rules<'a> {
    pub(super) fn of(report: &'a AuditReport) -> Self {
        let mut audits: Vec<&AuditMeta> = report.audits.iter().collect();
        audits.sort_by_key(|meta| meta.id);
        audits.dedup_by_key(|meta| meta.id);
        Self { audits }
    }

    pub(super) fn index_of(&self, audit: &str) -> Option<i64> {
        self.audits
            .iter()
            .position(|meta| meta.id.0 == audit)
            .and_then(|at| i64::try_from(at).ok())
    }

    pub(super) fn driver(&self, version: &str) -> ToolComponent {
        let mut driver = blank_component("cleanbill");
        driver.full_name = Some("Cleanbill".to_owned());
        driver.version = Some(visible(version).into_owned());
        driver.rules = Some(self.audits.iter().map(|meta| rule(meta)).collect());
        driver.supported_taxonomies = self.taxonomies().map(|_| vec![attack_component()]);
        driver
    }

    /// ATT&CK with the techniques that occur, or nothing where none does.
    pub(super) fn taxonomies(&self) -> Option<Vec<ToolComponent>> {
        let ids: BTreeSet<&str> = self
            .audits
            .iter()
            .flat_map(|meta| meta.attack.iter().copied())
            .collect();
        if ids.is_empty() {
            return None;
        }
        let mut taxonomy = blank_component(ATTACK);
        taxonomy.taxa = Some(
            ids.into_iter()
                .map(|id| ReportingDescriptor::builder().id(id.to_owned()).build())
                .collect(),
        );
        Some(vec![taxonomy])
    }

    pub(super) fn taxa_of(&self, audit: &str) -> Option<Vec<ReportingDescriptorReference>> {
        let meta = self.audits.iter().find(|meta| meta.id.0 == audit)?;
        let taxa: Vec<_> = meta
            .attack
            .iter()
            .map(|id| ReportingDescriptorReference {
                id: Some((*id).to_owned()),
                tool_component: Some(attack_component()),
                ..super::reference()
            })
            .collect();
        (!taxa.is_empty()).then_some(taxa)
    }
}

pub(super) fn blank_component(name: &str) -> ToolComponent {
    ToolComponent::builder().name(name.to_owned()).build()
}

fn attack_component() -> ToolComponentReference {
    ToolComponentReference {
        name: Some(ATTACK.to_owned()),
        guid: None,
        index: None,
        properties: None,
    }
}

fn rule(meta: &AuditMeta) -> ReportingDescriptor {
    let mut rule = ReportingDescriptor::builder().id(meta.id.0.to_owned()).build();
    rule.name = Some(camel(meta.id.0));
    rule.short_description = Some(words(meta.title));
    rule.full_description = Some(words(meta.title));
    // Markdown reads well as plain text too, and viewers without Markdown show `text`.
    let page = crate::page::body(meta.page);
    rule.help = Some(MultiformatMessageString {
        text: page.clone(),
        markdown: Some(page),
        properties: None,
    });
    let mut configuration = ReportingConfiguration::builder().build();
    configuration.level = Some(json!(match meta.level {
        Level::Block | Level::Quarantine => "error",
        Level::Warn => "warning",
        Level::Note => "note",
    }));
    rule.default_configuration = Some(configuration);
    let mut tags = vec!["security".to_owned(), "supply-chain".to_owned()];
    tags.extend(meta.taxonomy.iter().map(|id| (*id).to_owned()));
    tags.dedup();
    let mut more = std::collections::BTreeMap::from([
        ("precision".to_owned(), json!(precision(meta.confidence))),
        ("since".to_owned(), json!(meta.since)),
    ]);
    if let Some(score) = score(meta.severity) {
        more.insert("security-severity".to_owned(), json!(score));
    }
    rule.properties = Some(PropertyBag {
        tags: Some(tags),
        additional_properties: more,
    });
    rule
}

fn words(text: &str) -> MultiformatMessageString {
    MultiformatMessageString {
        text: text.to_owned(),
        markdown: None,
        properties: None,
    }
}

/// The number code scanning sorts by; it bands them as CVSS does.
fn score(severity: Severity) -> Option<&'static str> {
    match severity {
        Severity::Critical => Some("9.5"),
        Severity::High => Some("8.0"),
        Severity::Medium => Some("5.5"),
        Severity::Low => Some("2.5"),
        Severity::Info => None,
    }
}

fn precision(confidence: Confidence) -> &'static str {
    match confidence {
        Confidence::High => "very-high",
        Confidence::Medium => "medium",
        Confidence::Low => "low",
    }
}

/// `known-malicious` as `KnownMalicious`, the form SARIF asks of a rule's name.
fn camel(id: &str) -> String {
    id.split('-')
        .map(|word| {
            let mut letters = word.chars();
            letters.next().map_or(String::new(), |first| {
                first.to_ascii_uppercase().to_string() + letters.as_str()
            })
        })
        .collect()
}
