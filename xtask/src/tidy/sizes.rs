//! Sizes of source files against `tidy.toml`, without their tests.
use anyhow::{Context, Result};
use serde::Deserialize;

use crate::tree::Tree;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Tidy {
    size: Size,
    #[serde(default)]
    exempt: Vec<Exemption>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Size {
    limit: usize,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Exemption {
    path: String,
    reason: String,
    owner: String,
}

/// Complaints about files beyond the limit, and about exemptions nobody needs.
pub(crate) fn check(tree: &Tree) -> Result<Vec<String>> {
    let tidy: Tidy = toml::from_str(&tree.read("tidy.toml")?).context("cannot read `tidy.toml`")?;
    let limit = tidy.size.limit;
    let mut complaints = Vec::new();
    let mut used = Vec::new();
    for path in super::openings::sources(tree) {
        let lines = without_tests(&tree.read(&path)?);
        if lines <= limit {
            continue;
        }
        let shown = path.display().to_string();
        if tidy.exempt.iter().any(|exempt| exempt.path == shown) {
            used.push(shown);
        } else {
            complaints.push(format!(
                "{shown}: {lines} lines without tests, the limit is {limit}; part it by ideas"
            ));
        }
    }
    for exempt in &tidy.exempt {
        if !used.contains(&exempt.path) {
            complaints.push(format!(
                "tidy.toml: `{}` needs no exemption any more; take it out",
                exempt.path
            ));
        }
        if exempt.reason.trim().is_empty() || exempt.owner.trim().is_empty() {
            complaints.push(format!(
                "tidy.toml: the exemption of `{}` has no reason or no owner",
                exempt.path
            ));
        }
    }
    Ok(complaints)
}

/// Lines up to the file's own tests, which stand last.
fn without_tests(text: &str) -> usize {
    let lines: Vec<&str> = text.lines().collect();
    let tests = lines.windows(2).position(
        |pair| matches!(pair, ["#[cfg(test)]", next] if next.starts_with("mod ") && next.ends_with('{')),
    );
    tests.unwrap_or(lines.len())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn complaints(lines: usize, exempt: &str) -> Vec<String> {
        let folder = tempfile::tempdir().unwrap();
        let tree = Tree::at(folder.path());
        let tests = "#[cfg(test)]\nmod tests {\n".to_owned() + &"// t\n".repeat(50);
        tree.write("crates/a/src/lib.rs", &("// a\n".repeat(lines) + &tests))
            .unwrap();
        tree.write("tidy.toml", &format!("[size]\nlimit = 10\n{exempt}"))
            .unwrap();
        check(&tree).unwrap()
    }

    #[test]
    fn tests_do_not_count_and_exemptions_have_to_be_needed() {
        let exempt = "[[exempt]]\npath = \"crates/a/src/lib.rs\"\nreason = \"one table\"\nowner = \"anna\"\n";
        assert!(complaints(10, "").is_empty());
        assert_eq!(complaints(11, "").len(), 1);
        assert!(complaints(11, exempt).is_empty());
        assert_eq!(complaints(10, exempt).len(), 1);
        assert_eq!(complaints(11, &exempt.replace("anna", " ")).len(), 1);
    }
}
