//! No file names the host of a package registry: the program learns it from its user's client and nowhere else.
//! The names looked for are put together here at run time and asked from `npm`, so that this file has none either.
use std::collections::BTreeSet;

use anyhow::Result;

use crate::tree::Tree;

/// Labels of registry domains, apart.
const DOMAINS: &[&[&str]] = &[
    &["npmjs", "org"],
    &["npmjs", "com"],
    &["yarnpkg", "com"],
    &["npmmirror", "com"],
    &["jsr", "io"],
    &["crates", "io"],
    &["pypi", "org"],
    &["pythonhosted", "org"],
    &["debian", "org"],
];

/// Complaints about files that name a registry.
pub(crate) fn check(tree: &Tree) -> Result<Vec<String>> {
    let names = names(tree);
    let listed = tree.output(
        "git",
        &["ls-files", "-z", "--cached", "--others", "--exclude-standard"],
    )?;
    let mut complaints = Vec::new();
    for path in listed.split('\0').filter(|path| !path.is_empty()) {
        // What is no text cannot be read by eye either; it is held by the tests that made it.
        let Ok(text) = tree.read(path) else { continue };
        complaints.extend(
            named(&text, &names)
                .map(|line| format!("{path}:{line}: names a package registry; use registry.example")),
        );
    }
    Ok(complaints)
}

/// Domains to look for: the known ones, and the one this machine's own client uses.
fn names(tree: &Tree) -> BTreeSet<String> {
    let mut names: BTreeSet<String> = DOMAINS.iter().map(|labels| labels.join(".")).collect();
    // Without the client the known ones have to do; that is no fault of the tree.
    if let Ok(url) = tree.output("npm", &["config", "get", "registry"]) {
        let host = url
            .trim()
            .split("://")
            .nth(1)
            .and_then(|rest| rest.split(['/', ':']).next());
        names.extend(
            host.filter(|host| host.contains('.') && !host.starts_with("127."))
                .map(str::to_lowercase),
        );
    }
    names
}

/// The first line that holds one of the names as a whole domain or the end of one.
fn named(text: &str, names: &BTreeSet<String>) -> Option<usize> {
    let lower = text.to_lowercase();
    let bounded = |line: &str, name: &str| {
        line.match_indices(name).any(|(at, found)| {
            let before = line.get(..at).and_then(|text| text.chars().next_back());
            let after = line.get(at + found.len()..).and_then(|text| text.chars().next());
            let inner = |c: Option<char>| c.is_some_and(|c| c.is_ascii_alphanumeric() || c == '-');
            !inner(before) && !inner(after)
        })
    };
    lower
        .lines()
        .position(|line| names.iter().any(|name| bounded(line, name)))
        .map(|index| index + 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_domain_is_found_whole_and_below_another() {
        let names = BTreeSet::from(["left.example".to_owned()]);
        for text in [
            "https://LEFT.example/a",
            "registry.left.example",
            "\"left.example\"",
        ] {
            assert_eq!(named(text, &names), Some(1), "{text}");
        }
        for text in ["cleft.example", "left.examples", "left example"] {
            assert_eq!(named(text, &names), None, "{text}");
        }
    }
}
