//! What is written from the audits' files: the catalogue, the tables and examples on their pages, the index.
//! Outputs are texts; whether they are written or compared is the caller's.
use std::{fmt::Write as _, path::PathBuf};

use anyhow::{Context, Result};

use crate::{
    audits::{self, Audit, CRATE},
    tree::Tree,
};

/// A file as it should be.
pub(crate) struct Output {
    /// Its path in the tree.
    pub(crate) path: PathBuf,
    /// Its text.
    pub(crate) text: String,
}

/// Every generated file that is not as it should be.
pub(crate) fn stale(tree: &Tree) -> Result<Vec<Output>> {
    let differs = |output: &Output| tree.read(&output.path).ok().as_deref() != Some(output.text.as_str());
    Ok(outputs(tree)?.into_iter().filter(differs).collect())
}

/// Every generated file as it should be.
fn outputs(tree: &Tree) -> Result<Vec<Output>> {
    let audits = audits::all(tree)?;
    let mut outputs = vec![Output {
        path: format!("{CRATE}/src/catalogue.rs").into(),
        text: catalogue(&audits),
    }];
    let mut summaries = Vec::new();
    for audit in &audits {
        let page = tree.read(audit.page())?;
        let page = replaced(&page, "meta", &table(audit)).with_context(|| audit.page())?;
        let page = replaced(&page, "examples", &examples(tree, audit)?).with_context(|| audit.page())?;
        summaries.push(page.lines().next().unwrap_or_default().to_owned());
        outputs.push(Output {
            path: audit.page().into(),
            text: page,
        });
    }
    outputs.push(Output {
        path: "docs/audits.md".into(),
        text: index(&audits, &summaries),
    });
    Ok(outputs)
}

fn catalogue(audits: &[Audit]) -> String {
    let mut text = String::from(
        "//! Every audit, sorted by id. Written by `cargo xtask gen` from the files present; edit none of it by hand.\n\
         use crate::Audit;\n\n",
    );
    for audit in audits {
        let _ = writeln!(text, "mod {};", audit.module);
    }
    text.push_str("\n/// Every audit, sorted by id.\npub static CATALOGUE: &[&dyn Audit] = &[\n");
    for audit in audits {
        let _ = writeln!(text, "    &{}::{},", audit.module, audit.type_name());
    }
    text.push_str("];\n");
    text
}

/// The table at the head of a page.
fn table(audit: &Audit) -> String {
    let list = |items: &[String]| {
        if items.is_empty() {
            "–".to_owned()
        } else {
            items.join(", ")
        }
    };
    let rows = [
        ("severity", format!("{}, at most", audit.severity)),
        ("confidence", format!("{}, at most", audit.confidence)),
        ("level", format!("{}, at most", audit.level)),
        ("needs", list(&audit.needs)),
        ("since", audit.since.clone()),
        ("stability", audit.stability.clone()),
        ("taxonomy", list(&audit.taxonomy)),
        ("attack", list(&audit.attack)),
    ];
    let mut text = String::from("| | |\n|---|---|\n");
    for (name, value) in rows {
        let _ = writeln!(text, "| {name} | {value} |");
    }
    text
}

/// The cases of an audit, each with what is said of it.
fn examples(tree: &Tree, audit: &Audit) -> Result<String> {
    let mut text = String::new();
    for kind in ["flagged", "clean"] {
        for case in tree.names(format!("{}/{kind}", audit.fixtures())) {
            let snapshot = format!("{}/{kind}/{case}/expected.snap", audit.fixtures());
            let says = if tree.has(&snapshot) {
                let snapshot = tree.read(&snapshot)?;
                let what = snapshot
                    .lines()
                    .find_map(|line| line.strip_prefix("  what: "))
                    .map(str::to_owned);
                what.unwrap_or_else(|| "seen.".to_owned())
            } else {
                "nothing is said.".to_owned()
            };
            let _ = writeln!(text, "- *{}* ({kind}): {says}", case.replace('-', " "));
        }
    }
    Ok(text)
}

/// The index of audits in the book.
fn index(audits: &[Audit], summaries: &[String]) -> String {
    let mut text = String::from(
        "# Audits\n\n<!-- Written by `cargo xtask gen`; edit none of it by hand. -->\n\n\
         Each sees one thing. `cleanbill explain AUDIT` shows its page. The level is how far it goes alone, at most.\n\n\
         | audit | sees | level | severity | needs |\n|---|---|---|---|---|\n",
    );
    for (audit, summary) in audits.iter().zip(summaries) {
        let _ = writeln!(
            text,
            "| [`{}`](../{}) | {summary} | {} | {} | {} |",
            audit.id,
            audit.page(),
            audit.level,
            audit.severity,
            audit.needs.join(", ")
        );
    }
    text
}

/// The page with the part between `<!-- name: … -->` and `<!-- /name -->` replaced.
fn replaced(page: &str, name: &str, part: &str) -> Result<String> {
    let begins = format!("<!-- {name}: written by xtask gen -->\n");
    let ends = format!("<!-- /{name} -->");
    let (before, rest) = page
        .split_once(&begins)
        .with_context(|| format!("the page has no `{}`", begins.trim_end()))?;
    let (_, after) = rest
        .split_once(&ends)
        .with_context(|| format!("the page has no `{ends}`"))?;
    Ok(format!("{before}{begins}{part}{ends}{after}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_committed_is_what_would_be_written() {
        let stale = stale(&Tree::here().unwrap()).unwrap();
        let paths: Vec<_> = stale
            .iter()
            .map(|output| output.path.display().to_string())
            .collect();
        assert!(paths.is_empty(), "run `cargo xtask gen`: {paths:?}");
    }

    #[test]
    fn only_the_part_between_the_marks_changes() {
        let page = "a\n<!-- meta: written by xtask gen -->\nold\n<!-- /meta -->\nb\n";
        let new = replaced(page, "meta", "new\n").unwrap();
        assert_eq!(
            new,
            "a\n<!-- meta: written by xtask gen -->\nnew\n<!-- /meta -->\nb\n"
        );
        assert_eq!(replaced(&new, "meta", "new\n").unwrap(), new);
        assert!(replaced("a\n", "meta", "new\n").is_err());
    }
}
