//! What an entry asks for, and which entry answers.
//! It knows descriptors as text; it compares no version with a range.
use std::collections::HashMap;

use super::locator::{Locator, descriptors, unbound, under_built_in};
use crate::{
    Edge, EdgeKind, ParseLockfileError,
    block_yaml::{Index, Node},
    intake::Intake,
};

/// What an entry asks for, in file order.
pub(super) fn edges_of(
    entry: &Node<'_>,
    line: u32,
    intake: &mut Intake,
) -> Result<Vec<Edge>, ParseLockfileError> {
    let mut edges = Vec::new();
    let meta = Index::of(entry.get("dependenciesMeta"));
    for (map, plain) in [
        ("dependencies", EdgeKind::Runtime),
        ("optionalDependencies", EdgeKind::Optional),
        ("peerDependencies", EdgeKind::Peer),
    ] {
        let Some(node) = entry.get(map) else { continue };
        if node.pairs().is_empty() && node.kind() != "a map" {
            intake.flaw(
                "wrong-type",
                node.line.max(line),
                format!("`{map}` is {}, not a map", node.kind()),
            );
        }
        edges.reserve(node.pairs().len());
        for pair in node.pairs() {
            intake.count_edge()?;
            let Some(range) = pair.node.text() else {
                intake.flaw_of(
                    "wrong-type",
                    pair.line,
                    &format!("a range that is {}", pair.node.kind()),
                    &pair.key,
                );
                continue;
            };
            let (Some(name), Some(range)) =
                (intake.kept(&pair.key, pair.line), intake.kept(range, pair.line))
            else {
                continue;
            };
            let optional = meta
                .get(name)
                .and_then(|meta| meta.get("optional"))
                .is_some_and(Node::is_true);
            let kind = if optional && plain == EdgeKind::Runtime {
                EdgeKind::Optional
            } else {
                plain
            };
            edges.push(Edge {
                name: name.to_owned(),
                range: Some(range.to_owned()),
                kind,
                to: None,
            });
        }
    }
    Ok(edges)
}

/// Which entry answers a request.
#[derive(Default)]
pub(super) struct Answers<'a> {
    exact: HashMap<&'a str, usize>,
    /// Descriptors without their bindings; an exact one goes before.
    unbound: HashMap<&'a str, usize>,
    /// Patches that Yarn lays over by itself, by the descriptor they stand for.
    built_in: HashMap<String, usize>,
    /// The only entry of a name. An override or a catalog changes the range that is asked for, so the
    /// request finds no descriptor; where the name has but one entry there is no doubt.
    only: HashMap<&'a str, Option<usize>>,
}

impl<'a> Answers<'a> {
    pub(super) fn add(&mut self, key: &'a str, entry: usize) {
        for descriptor in descriptors(key) {
            self.exact.entry(descriptor).or_insert(entry);
            let bare = unbound(descriptor);
            if bare.len() != descriptor.len() {
                self.unbound.entry(bare).or_insert(entry);
            }
            if let Some(plain) = under_built_in(descriptor) {
                self.built_in.entry(plain).or_insert(entry);
            }
            let name = Locator::parse(descriptor).name;
            self.only
                .entry(name)
                .and_modify(|only| {
                    if *only != Some(entry) {
                        *only = None;
                    }
                })
                .or_insert(Some(entry));
        }
    }

    /// Finds what answers each of `edges`, which entry `own` asks for (none for a project).
    pub(super) fn give_to(&self, edges: &mut [Edge], own: Option<usize>) {
        let (mut plain, mut npm) = (String::new(), String::new());
        for edge in edges {
            let range = edge.range.as_deref().unwrap_or_default();
            write(&mut plain, &[&edge.name, "@", range]);
            // Before version 8 the file writes ranges without their protocol.
            write(&mut npm, &[&edge.name, "@npm:", range]);
            let found = self.one(&plain, own).or_else(|| self.one(&npm, own));
            edge.to = found.or_else(|| self.only.get(edge.name.as_str()).copied().flatten());
        }
    }

    fn one(&self, descriptor: &str, own: Option<usize>) -> Option<usize> {
        // What a patch asks for is the release below it, never itself.
        let patched = self
            .built_in
            .get(descriptor)
            .filter(|patched| own != Some(**patched));
        patched
            .or_else(|| self.exact.get(descriptor))
            .or_else(|| self.unbound.get(descriptor))
            .copied()
    }
}

fn write(buffer: &mut String, parts: &[&str]) {
    buffer.clear();
    for part in parts {
        buffer.push_str(part);
    }
}
