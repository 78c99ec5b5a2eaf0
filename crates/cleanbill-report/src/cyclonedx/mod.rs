//! The view for bill-of-materials tools: every release, what depends on what, and each finding that
//! counts as a vulnerability with a VEX state. The serial number comes from the content, not from chance.
//! Format: CycloneDX 1.6, JSON.
use std::collections::{BTreeMap, BTreeSet};

use cleanbill_model::Algorithm;
use sha2::{Digest as _, Sha256};

use crate::{
    escape::json::pretty,
    format::{RenderError, RenderOptions},
    report::{AuditReport, InspectReport, PackageReport},
};

mod bom;
mod vulnerability;

use bom::{Bom, Component, Dependency, Hash, Metadata, Property, Tools};

/// The reference of the project itself.
const ROOT: &str = "project";

/// The answer on a project.
pub(crate) fn audit(report: &AuditReport, _: &RenderOptions) -> Result<String, RenderError> {
    let mut bom = bill(report);
    bom.serial_number = Some(serial_number(&serde_json::to_vec(&bom)?));
    Ok(pretty(&bom)?)
}

/// The answer on one release.
pub(crate) fn inspect(report: &InspectReport, options: &RenderOptions) -> Result<String, RenderError> {
    audit(&report.as_audit(), options)
}

fn bill(report: &AuditReport) -> Bom {
    // One component a purl, sorted: references must be unique, and the same tree gives the same bill.
    let packages: BTreeMap<String, &PackageReport> = report
        .packages
        .iter()
        .map(|package| (package.judgement.subject.to_string(), package))
        .collect();
    Bom {
        schema: "http://cyclonedx.org/schema/bom-1.6.schema.json",
        bom_format: "CycloneDX",
        spec_version: "1.6",
        serial_number: None,
        version: 1,
        metadata: metadata(report),
        components: packages
            .iter()
            .map(|(purl, package)| component(purl, package))
            .collect(),
        dependencies: dependencies(&packages),
        vulnerabilities: vulnerability::of(&packages),
    }
}

fn metadata(report: &AuditReport) -> Metadata {
    let tool = Component {
        kind: "application",
        name: "cleanbill".to_owned(),
        version: Some(report.tool_version.clone()),
        ..Component::default()
    };
    let properties = [
        Property::new("cleanbill:verdict", report.verdict().as_str()),
        Property::new("cleanbill:feeds", feeds(report)),
    ];
    Metadata {
        timestamp: report.as_of.to_string(),
        tools: Tools {
            components: vec![tool],
        },
        component: Component {
            kind: "application",
            bom_ref: Some(ROOT.to_owned()),
            name: root_name(report),
            ..Component::default()
        },
        properties: properties.into(),
    }
}

/// How the feeds stood, in one line: a bill without vulnerabilities must not read as proof of none.
fn feeds(report: &AuditReport) -> String {
    if report.feeds.is_empty() {
        return "none".to_owned();
    }
    let each: Vec<String> = report
        .feeds
        .iter()
        .map(|feed| format!("{}: {}", feed.name, feed.state.as_str()))
        .collect();
    each.join(", ")
}

/// The name all ways begin with, where they agree on one.
fn root_name(report: &AuditReport) -> String {
    let roots: BTreeSet<&str> = report
        .packages
        .iter()
        .flat_map(|p| &p.paths)
        .filter_map(|path| path.first())
        .map(|name| name.raw())
        .collect();
    match (roots.len(), roots.first()) {
        (1, Some(name)) if !name.is_empty() => (*name).to_owned(),
        _ => ROOT.to_owned(),
    }
}

fn component(purl: &str, package: &PackageReport) -> Component {
    let judgement = &package.judgement;
    let mut properties = vec![];
    if package.dev {
        properties.push(Property::new("cdx:npm:package:development", "true"));
    }
    properties.push(Property::new("cleanbill:verdict", judgement.verdict.as_str()));
    properties.extend(
        judgement
            .until
            .map(|until| Property::new("cleanbill:until", until.to_string())),
    );
    properties.extend(
        judgement
            .unassessed
            .iter()
            .map(|missed| Property::new("cleanbill:unassessed", missed.reason.raw())),
    );
    Component {
        kind: "library",
        bom_ref: Some(purl.to_owned()),
        group: judgement.subject.name.scope().map(str::to_owned),
        name: judgement.subject.name.bare().to_owned(),
        version: Some(judgement.subject.version.to_string()),
        scope: Some(if package.optional { "optional" } else { "required" }),
        hashes: hashes(package),
        purl: Some(purl.to_owned()),
        properties,
    }
}

fn hashes(package: &PackageReport) -> Vec<Hash> {
    let digests = package
        .judgement
        .integrity
        .iter()
        .flat_map(|integrity| integrity.digests());
    digests
        .map(|digest| Hash {
            alg: match digest.algorithm {
                Algorithm::Md5 => "MD5",
                Algorithm::Sha1 => "SHA-1",
                Algorithm::Sha256 => "SHA-256",
                Algorithm::Sha384 => "SHA-384",
                Algorithm::Sha512 => "SHA-512",
            },
            content: digest.hex(),
        })
        .collect()
}

fn dependencies(packages: &BTreeMap<String, &PackageReport>) -> Vec<Dependency> {
    // A way of two steps is the project and what it asks for itself.
    let direct = packages
        .iter()
        .filter(|(_, package)| package.paths.iter().any(|path| path.len() == 2));
    let root = Dependency {
        reference: ROOT.to_owned(),
        depends_on: direct.map(|(purl, _)| purl.clone()).collect(),
    };
    let rest = packages.iter().map(|(purl, package)| Dependency {
        reference: purl.clone(),
        // What is not a component of this bill, such as a git dependency, has no reference to name.
        depends_on: package
            .depends_on
            .iter()
            .filter(|to| packages.contains_key(*to))
            .cloned()
            .collect(),
    });
    std::iter::once(root).chain(rest).collect()
}

/// A UUID of version 8 from the bill's own bytes.
fn serial_number(content: &[u8]) -> String {
    let mut bytes = [0u8; 16];
    bytes
        .iter_mut()
        .zip(Sha256::digest(content))
        .for_each(|(to, from)| *to = from);
    let mut number = u128::from_be_bytes(bytes);
    number = (number & !(0xf << 76)) | (0x8 << 76);
    number = (number & !(0x3 << 62)) | (0x2 << 62);
    let hex = format!("{number:032x}");
    let part = |from: usize, to: usize| hex.get(from..to).unwrap_or_default();
    format!(
        "urn:uuid:{}-{}-{}-{}-{}",
        part(0, 8),
        part(8, 12),
        part(12, 16),
        part(16, 20),
        part(20, 32)
    )
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::{Value, json};

    use super::*;
    use crate::{escape::hostile, samples};

    fn schema() -> jsonschema::Validator {
        let schema: Value = serde_json::from_str(include_str!("../../testdata/schema/bom-1.6.json")).unwrap();
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
    }

    #[test]
    fn the_schema_refuses_what_is_wrong() {
        let mut bom = drawn(&samples::clean());
        bom["components"][0]["hashes"][0]["alg"] = json!("CRC-32");
        assert!(!flaws(&schema(), &bom).is_empty());
    }

    #[test]
    fn a_component_carries_its_digest_and_its_scope() {
        let bom = drawn(&samples::clean());
        let component = bom["components"]
            .as_array()
            .unwrap()
            .iter()
            .find(|c| c["name"] == "right")
            .unwrap();
        assert_eq!(
            (&component["group"], &component["scope"]),
            (&json!("@scope"), &json!("required"))
        );
        assert_eq!(component["hashes"][0]["alg"], "SHA-512");
        assert_eq!(component["hashes"][0]["content"].as_str().unwrap().len(), 128);
    }

    #[test]
    fn the_graph_starts_at_the_project_and_names_only_components() {
        let bom = drawn(&samples::blocked_with_chain());
        let graph = bom["dependencies"].as_array().unwrap();
        assert_eq!(graph[0]["ref"], "project");
        assert!(
            graph[0]["dependsOn"]
                .as_array()
                .unwrap()
                .contains(&json!("pkg:npm/%40masts/core@1.4.2"))
        );
        let host = graph
            .iter()
            .find(|d| d["ref"] == "pkg:npm/%40masts/core@1.4.2")
            .unwrap();
        assert_eq!(host["dependsOn"], json!(["pkg:npm/easy-day-kit@1.11.22"]));
        assert_eq!(bom["metadata"]["component"]["name"], "app");
    }

    #[test]
    fn states_follow_the_level_and_the_waiver() {
        let bom = drawn(&samples::blocked_with_chain());
        let state = |id: &str| {
            let all = bom["vulnerabilities"].as_array().unwrap();
            all.iter().find(|v| v["id"] == id).unwrap()["analysis"]["state"].clone()
        };
        assert_eq!(state("MAL-2026-4242"), "exploitable");
        assert_eq!(state("deprecated"), "not_affected");
        let vulnerable = drawn(&samples::vulnerable());
        let first = &vulnerable["vulnerabilities"][0];
        assert_eq!(
            (&first["id"], &first["analysis"]["state"]),
            (&json!("GHSA-aaaa-bbbb-cccc"), &json!("in_triage"))
        );
        assert_eq!(first["ratings"][0]["score"], json!(7.5));
    }

    #[test]
    fn the_serial_number_is_of_the_content() {
        let number = |report: &AuditReport| drawn(report)["serialNumber"].clone();
        assert_eq!(number(&samples::clean()), number(&samples::clean()));
        assert_ne!(number(&samples::clean()), number(&samples::vulnerable()));
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(24))]
        #[test]
        fn hostile_text_never_breaks_the_schema(text in hostile::text()) {
            let flaws = flaws(&schema(), &drawn(&samples::hostile_with(&text)));
            prop_assert_eq!(flaws, Vec::<String>::new());
        }
    }
}
