//! Dependencies between our crates against `architecture.toml`, and the pure crates against the outside world.
use std::collections::BTreeMap;

use anyhow::{Context, Result};
use serde::Deserialize;

use crate::tree::Tree;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Architecture {
    #[serde(rename = "crate")]
    crates: Vec<Rule>,
    pure: Pure,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Rule {
    name: String,
    layer: u8,
    may: Vec<String>,
    #[serde(default)]
    in_tests: Vec<String>,
    #[serde(default)]
    only_in_tests: bool,
    why: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Pure {
    layers: Vec<u8>,
    never: Vec<String>,
}

#[derive(Deserialize)]
struct Metadata {
    packages: Vec<Package>,
}

#[derive(Deserialize)]
struct Package {
    name: String,
    dependencies: Vec<Dependency>,
}

#[derive(Deserialize)]
struct Dependency {
    name: String,
    kind: Option<String>,
}

/// Complaints about arrows that the architecture does not have.
pub(crate) fn check(tree: &Tree) -> Result<Vec<String>> {
    let architecture: Architecture =
        toml::from_str(&tree.read("architecture.toml")?).context("cannot read `architecture.toml`")?;
    let metadata = tree.output("cargo", &["metadata", "--no-deps", "--format-version", "1"])?;
    let metadata: Metadata =
        serde_json::from_str(&metadata).context("cannot read what `cargo metadata` prints")?;
    Ok(compare(&architecture, &metadata.packages))
}

fn compare(architecture: &Architecture, packages: &[Package]) -> Vec<String> {
    let rules: BTreeMap<&str, &Rule> = architecture
        .crates
        .iter()
        .map(|rule| (rule.name.as_str(), rule))
        .collect();
    let ours: Vec<&str> = packages.iter().map(|package| package.name.as_str()).collect();
    let mut complaints = Vec::new();
    for rule in architecture
        .crates
        .iter()
        .filter(|rule| !ours.contains(&rule.name.as_str()))
    {
        complaints.push(format!(
            "architecture.toml: `{}` is no crate of the workspace; take it out",
            rule.name
        ));
    }
    for package in packages {
        let Some(rule) = rules.get(package.name.as_str()) else {
            complaints.push(format!(
                "architecture.toml: `{}` is not there; say its layer and what it may know",
                package.name
            ));
            continue;
        };
        for dependency in &package.dependencies {
            let dev = dependency.kind.as_deref() == Some("dev");
            let pure = architecture.pure.layers.contains(&rule.layer);
            if pure && !dev && architecture.pure.never.contains(&dependency.name) {
                complaints.push(format!(
                    "{} → {}: between bytes and verdict there is no world; make it a fact and gather it in the engine",
                    package.name, dependency.name
                ));
            }
            if ours.contains(&dependency.name.as_str()) && !allowed(&rules, rule, &dependency.name, dev) {
                let place = if dev { " in tests" } else { "" };
                complaints.push(format!(
                    "{} → {}{place}: {}",
                    package.name, dependency.name, rule.why
                ));
            }
        }
    }
    complaints
}

fn allowed(rules: &BTreeMap<&str, &Rule>, rule: &Rule, to: &str, dev: bool) -> bool {
    if dev && rule.in_tests.iter().any(|name| name == to) {
        return true;
    }
    let only_in_tests = rules.get(to).is_some_and(|rule| rule.only_in_tests);
    let listed = rule.may.iter().any(|name| name == to || name == "*");
    listed && (dev || !only_in_tests)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn complaints(dependencies: &[(&str, &str, Option<&str>)]) -> Vec<String> {
        let architecture = r#"
            [[crate]]
            name = "model"
            layer = 0
            may = []
            why = "words depend on nobody"
            [[crate]]
            name = "kit"
            layer = 8
            may = ["model"]
            only_in_tests = true
            why = "stays in tests"
            [[crate]]
            name = "edge"
            layer = 8
            may = ["*"]
            in_tests = ["kit"]
            why = "names the adapters"
            [pure]
            layers = [0]
            never = ["tokio"]
        "#;
        let architecture: Architecture = toml::from_str(architecture).unwrap();
        let packages: Vec<Package> = ["model", "kit", "edge"]
            .iter()
            .map(|name| Package {
                name: (*name).to_owned(),
                dependencies: dependencies
                    .iter()
                    .filter(|(from, ..)| from == name)
                    .map(|(_, to, kind)| Dependency {
                        name: (*to).to_owned(),
                        kind: kind.map(str::to_owned),
                    })
                    .collect(),
            })
            .collect();
        compare(&architecture, &packages)
    }

    #[test]
    fn an_arrow_that_is_not_drawn_is_told_with_the_reason() {
        assert!(
            complaints(&[
                ("edge", "model", None),
                ("edge", "kit", Some("dev")),
                ("kit", "model", None)
            ])
            .is_empty()
        );
        assert_eq!(
            complaints(&[("model", "edge", None)]),
            ["model → edge: words depend on nobody"]
        );
        assert_eq!(complaints(&[("model", "edge", Some("dev"))]).len(), 1);
        assert_eq!(
            complaints(&[("edge", "kit", None)]).len(),
            1,
            "the testkit stays in tests"
        );
    }

    #[test]
    fn a_pure_crate_with_a_runtime_is_told() {
        assert_eq!(complaints(&[("model", "tokio", None)]).len(), 1);
        assert!(complaints(&[("edge", "tokio", None), ("model", "tokio", Some("dev"))]).is_empty());
    }
}
