//! Every crate the program is built from has a licence that `deny.toml` allows, and none is one it bans.
//! It reads what `cargo metadata` says of each crate; what a crate's files say is for a person to read.
use std::collections::BTreeSet;

use anyhow::{Context as _, Result};
use serde::Deserialize;
use spdx::{Expression, ParseMode};

use crate::tree::Tree;

/// What is asked of `deny.toml`.
#[derive(Deserialize)]
struct Deny {
    licenses: Licences,
    bans: Bans,
}

#[derive(Deserialize)]
struct Licences {
    allow: BTreeSet<String>,
}

#[derive(Deserialize)]
struct Bans {
    deny: Vec<Ban>,
}

#[derive(Deserialize)]
struct Ban {
    name: String,
    reason: String,
}

/// What is asked of `cargo metadata`.
#[derive(Deserialize)]
struct Metadata {
    packages: Vec<Package>,
}

#[derive(Deserialize)]
struct Package {
    name: String,
    version: String,
    license: Option<String>,
    /// Nothing for crates of this tree.
    source: Option<String>,
}

/// Complaints about crates from elsewhere.
pub(crate) fn check(tree: &Tree) -> Result<Vec<String>> {
    let deny: Deny = toml::from_str(&tree.read("deny.toml")?).context("cannot read `deny.toml`")?;
    // Cargo fetches what only other platforms build, which an ordinary build never did.
    let told = tree.output("cargo", &["metadata", "--format-version", "1", "--locked"])?;
    let metadata: Metadata = serde_json::from_str(&told).context("cannot read what `cargo metadata` says")?;
    Ok(metadata
        .packages
        .iter()
        .filter(|package| package.source.is_some())
        .filter_map(|package| complaint(package, &deny))
        .collect())
}

fn complaint(package: &Package, deny: &Deny) -> Option<String> {
    let who = format!("{} {}", package.name, package.version);
    if let Some(ban) = deny.bans.deny.iter().find(|ban| ban.name == package.name) {
        return Some(format!("{who} is banned in `deny.toml`: {}", ban.reason));
    }
    let Some(text) = &package.license else {
        return Some(format!("{who} names no licence; do without it"));
    };
    let Ok(expression) = Expression::parse_mode(text, ParseMode::LAX) else {
        return Some(format!(
            "{who} has a licence nobody can read: `{text}`; do without it"
        ));
    };
    let allowed = expression.evaluate(|asked| deny.licenses.allow.contains(&asked.to_string()));
    (!allowed).then(|| format!("{who} is under `{text}`, which `deny.toml` does not allow; do without it"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn told(name: &str, license: Option<&str>) -> Option<String> {
        let deny = Deny {
            licenses: Licences {
                allow: ["MIT", "Apache-2.0 WITH LLVM-exception"]
                    .map(str::to_owned)
                    .into(),
            },
            bans: Bans {
                deny: vec![Ban {
                    name: "banned".into(),
                    reason: "why not".into(),
                }],
            },
        };
        let package = Package {
            name: name.into(),
            version: "1.0.0".into(),
            license: license.map(str::to_owned),
            source: Some("registry".into()),
        };
        complaint(&package, &deny)
    }

    #[test]
    fn one_allowed_choice_is_enough_and_every_demand_must_be_met() {
        for allowed in [
            "MIT",
            "MIT OR GPL-3.0-only",
            "GPL-3.0-only/MIT",
            "Apache-2.0 WITH LLVM-exception",
        ] {
            assert_eq!(told("fine", Some(allowed)), None, "{allowed}");
        }
        for refused in [
            "GPL-3.0-only",
            "MIT AND GPL-3.0-only",
            "Apache-2.0",
            "no such words (",
        ] {
            assert!(told("other", Some(refused)).is_some(), "{refused}");
        }
        assert!(told("silent", None).is_some());
        assert!(told("banned", Some("MIT")).is_some_and(|told| told.contains("why not")));
    }
}
