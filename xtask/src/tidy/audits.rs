//! Audit files, pages and cases as one set: each audit has its page with every heading and both kinds of case,
//! and nothing lies about that belongs to no audit.
use std::collections::BTreeSet;

use anyhow::Result;

use crate::{
    audits::{self, CRATE},
    tree::Tree,
};

/// Headings of a page, in order.
const HEADINGS: &[&str] = &[
    "What it sees",
    "Why it matters",
    "When it is wrong",
    "What to do",
    "Options",
    "Examples",
    "History",
];
/// Most lines of an audit's file.
const MAX_LINES: usize = 400;

/// Complaints about audits, pages and cases that do not belong together.
pub(crate) fn check(tree: &Tree) -> Result<Vec<String>> {
    let audits = audits::all(tree)?;
    let ids: BTreeSet<&str> = audits.iter().map(|audit| audit.id.as_str()).collect();
    let mut complaints = Vec::new();
    for name in tree.names(format!("{CRATE}/docs")) {
        if !name.strip_suffix(".md").is_some_and(|id| ids.contains(id)) {
            complaints.push(format!("{CRATE}/docs/{name}: a page of no audit"));
        }
    }
    for name in tree
        .names(format!("{CRATE}/fixtures"))
        .iter()
        .filter(|name| !name.contains('.'))
    {
        if !ids.contains(name.as_str()) {
            complaints.push(format!("{CRATE}/fixtures/{name}: cases of no audit"));
        }
    }
    for audit in &audits {
        match tree.read(audit.page()) {
            Ok(page) => complaints.extend(headings(&page).map(|wrong| format!("{}: {wrong}", audit.page()))),
            Err(_) => complaints.push(format!("{}: the page is missing", audit.page())),
        }
        for kind in ["flagged", "clean"] {
            let folder = format!("{}/{kind}", audit.fixtures());
            if tree.names(&folder).is_empty() {
                complaints.push(format!(
                    "{folder}: no case; at least one, named for what it shows"
                ));
            }
        }
        let file = format!("{CRATE}/src/catalogue/{}.rs", audit.module);
        let lines = tree.read(&file)?.lines().count();
        if lines > MAX_LINES {
            complaints.push(format!(
                "{file}: {lines} lines, the limit for an audit is {MAX_LINES}"
            ));
        }
    }
    Ok(complaints)
}

/// What is wrong with a page: its first line is the sentence tables show, its headings are fixed.
fn headings(page: &str) -> Option<String> {
    let first = page.lines().next().unwrap_or_default();
    if first.is_empty() || first.starts_with('#') || !first.ends_with('.') {
        return Some("its first line has to be one sentence, which tables show".to_owned());
    }
    let found: Vec<&str> = page.lines().filter_map(|line| line.strip_prefix("## ")).collect();
    if found != HEADINGS {
        return Some(format!(
            "its headings are {found:?}, they have to be {HEADINGS:?}"
        ));
    }
    let mut sections = page.split("\n## ").skip(1);
    sections
        .find(|section| section.lines().skip(1).all(|line| line.trim().is_empty()))
        .map(|empty| {
            format!(
                "nothing stands under `{}`",
                empty.lines().next().unwrap_or_default()
            )
        })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn page() -> String {
        let sections: String = HEADINGS
            .iter()
            .map(|heading| format!("\n## {heading}\n\ntext\n"))
            .collect();
        format!("One sentence.\n{sections}")
    }

    #[test]
    fn a_page_has_every_heading_with_something_under_it() {
        assert_eq!(headings(&page()), None);
        assert!(headings(&page().replace("## Options", "## Settings")).is_some());
        assert!(headings(&page().replace("## Options\n\ntext", "## Options\n")).is_some());
        assert!(headings(&page().replace("One sentence.", "# Title")).is_some());
    }

    #[test]
    fn leftovers_are_told() {
        let folder = tempfile::tempdir().unwrap();
        let tree = Tree::at(folder.path());
        tree.write(format!("{CRATE}/docs/gone.md"), "x").unwrap();
        tree.write(format!("{CRATE}/fixtures/gone/clean/a/case.json"), "{}")
            .unwrap();
        tree.write(format!("{CRATE}/fixtures/README.md"), "x").unwrap();
        assert_eq!(check(&tree).unwrap().len(), 2);
    }
}
