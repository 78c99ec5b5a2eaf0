//! Paths named in the documents at the root exist: links, and what stands in backticks and reads as a path of ours.
use anyhow::Result;

use crate::tree::Tree;

/// Documents whose paths are held to be true.
const DOCUMENTS: &[&str] = &[
    "ARCHITECTURE.md",
    "README.md",
    "CONTRIBUTING.md",
    "GLOSSARY.md",
    "STYLE.md",
];

/// Complaints about paths that lead nowhere, and about documents that are missing.
pub(crate) fn check(tree: &Tree) -> Result<Vec<String>> {
    let top = tree.names("");
    let mut complaints = Vec::new();
    for document in DOCUMENTS {
        if !tree.has(document) {
            complaints.push(format!("{document}: the document is missing"));
            continue;
        }
        let text = tree.read(document)?;
        for (line, path) in named(&text, &top) {
            if !tree.has(&path) {
                complaints.push(format!("{document}:{line}: `{path}` does not exist"));
            }
        }
    }
    Ok(complaints)
}

/// Paths a document names, with their lines.
fn named(text: &str, top: &[String]) -> Vec<(usize, String)> {
    let mut found = Vec::new();
    let mut fenced = false;
    for (index, line) in text.lines().enumerate() {
        if line.starts_with("```") {
            fenced = !fenced;
        }
        if fenced {
            continue;
        }
        let quoted = line
            .split('`')
            .skip(1)
            .step_by(2)
            .filter_map(|word| ours(word, top));
        let linked = line
            .split("](")
            .skip(1)
            .filter_map(|rest| rest.split(')').next())
            .filter_map(target);
        found.extend(quoted.chain(linked).map(|path| (index + 1, path)));
    }
    found
}

/// A word in backticks as a path of the tree, if it reads as one. `cleanbill-x/…` stands in `crates`.
fn ours(word: &str, top: &[String]) -> Option<String> {
    let plain = word.trim_end_matches('/');
    if plain.is_empty() || plain.contains(|c: char| c.is_whitespace() || "<>*{}…:$=".contains(c)) {
        return None;
    }
    let (first, more) = plain
        .split_once('/')
        .map_or((plain, false), |(first, _)| (first, true));
    if first.starts_with("cleanbill-") && !first.contains('.') {
        return Some(format!("crates/{plain}"));
    }
    let document = !more && first.ends_with(".md");
    let inside = more && top.iter().any(|name| name == first);
    (document || inside).then(|| plain.to_owned())
}

/// The target of a link, if it lies in the tree.
fn target(link: &str) -> Option<String> {
    let path = link.split('#').next().unwrap_or(link);
    let outside = path.is_empty() || path.contains(':');
    (!outside).then(|| path.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_are_told_from_other_words() {
        let top = ["crates".to_owned(), "xtask".to_owned()];
        let text = "See `crates/a/src/lib.rs`, `GONE.md`, [the map](ARCHITECTURE.md#top) and `cleanbill-js/src`.\n\
                    Not `@scope/name`, `left/right`, `cargo xtask gen`, `crates/<name>`, [there](https://a.example/b).\n\
                    ```\n`crates/in-a-listing`\n```\n";
        let paths: Vec<String> = named(text, &top).into_iter().map(|(_, path)| path).collect();
        assert_eq!(
            paths,
            [
                "crates/a/src/lib.rs",
                "GONE.md",
                "crates/cleanbill-js/src",
                "ARCHITECTURE.md"
            ]
        );
    }
}
