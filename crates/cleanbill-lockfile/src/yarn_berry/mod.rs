//! `yarn.lock` of Yarn 2 and later, every `__metadata.version` from 4 to 10.
//! It takes no checksum for an integrity: Yarn's is of the archive it packs itself for its cache, prefixed
//! by a cache key, and can be compared with nothing that a registry says.
//!
//! Every scope is `Runtime`: the file lists a workspace's development dependencies among the others. A
//! patched package is the registry's package that the patch is laid over, since that is what is fetched.
mod locator;
mod requests;
#[cfg(test)]
mod tests;

use cleanbill_model::SafeUrl;

use crate::{
    Edge, EdgeKind, Locked, Lockfile, LockfileFormat, Origin, ParseLockfileError, Root, Scope,
    block_yaml::{self, Node, Pair},
    intake::{Intake, kept_key},
    scope,
    text::{self, malformed},
};
use locator::{Locator, Source};
use requests::Answers;

/// `yarn.lock` as Yarn 2 and later write it.
#[derive(Debug)]
pub struct YarnBerry;

/// The format's id.
pub(crate) const ID: &str = "yarn-berry";
/// What an unknown version is renewed with.
const CONVERT: &str = "yarn install --mode=update-lockfile";
/// Versions of the file that are known, oldest and newest.
const VERSIONS: std::ops::RangeInclusive<u32> = 4..=10;
/// The top-level key that only this format has.
const METADATA: &str = "__metadata";

/// True when a line of the file opens with `__metadata:`, which Yarn 1 never writes.
pub(crate) fn is_berry(bytes: &[u8]) -> bool {
    memchr::memmem::find_iter(bytes, METADATA.as_bytes()).any(|at| {
        let before = bytes.get(..at).unwrap_or_default();
        let opens = before.is_empty() || before.ends_with(b"\n") || before == "\u{feff}".as_bytes();
        opens && bytes.get(at + METADATA.len()) == Some(&b':')
    })
}

impl LockfileFormat for YarnBerry {
    fn id(&self) -> &'static str {
        ID
    }

    fn file_names(&self) -> &'static [&'static str] {
        &["yarn.lock"]
    }

    fn recognises(&self, file_name: &str, bytes: &[u8]) -> bool {
        file_name == "yarn.lock" && is_berry(bytes)
    }

    fn parse(&self, bytes: &[u8]) -> Result<Lockfile, ParseLockfileError> {
        let documents = block_yaml::read(text::text_of(bytes)?)?;
        let document = documents
            .first()
            .ok_or_else(|| malformed(1, 1, "the file is empty"))?;
        let version = self.version(document)?;
        let mut intake = Intake::default();
        if let Some(extra) = documents.get(1) {
            intake.flaw(
                "extra-document",
                extra.line,
                "a second YAML document, which Yarn does not read",
            );
        }
        document.each_duplicate(&mut |pair| {
            intake.flaw_of(
                "duplicate-key",
                pair.line,
                "a key that stands there twice",
                &pair.key,
            )
        });

        let mut roots = Vec::new();
        let mut packages = Vec::new();
        let mut answers = Answers::default();
        for pair in document.pairs().iter().filter(|pair| pair.key != METADATA) {
            intake.count_entry()?;
            let Some(entry) = read_entry(pair, &mut intake)? else {
                continue;
            };
            if let Origin::Workspace { path } = &entry.origin {
                let name = entry
                    .name
                    .as_ref()
                    .map(ToString::to_string)
                    .or_else(|| entry.alias.clone());
                let path = if path == "." { String::new() } else { path.clone() };
                let is_root = path.is_empty();
                roots.push(Root {
                    path,
                    name,
                    edges: entry.edges.clone(),
                });
                if is_root {
                    continue;
                }
            }
            answers.add(&pair.key, packages.len());
            packages.push(entry);
        }
        for root in &mut roots {
            answers.give_to(&mut root.edges, None);
        }
        for (own, package) in packages.iter_mut().enumerate() {
            answers.give_to(&mut package.edges, Some(own));
        }
        let defects = intake.into_defects();
        let mut lockfile = Lockfile {
            format: self.id(),
            version,
            roots,
            packages,
            defects,
        };
        scope::work_out(&mut lockfile);
        Ok(lockfile)
    }
}

impl YarnBerry {
    fn version(&self, document: &Node<'_>) -> Result<String, ParseLockfileError> {
        let found = document
            .get(METADATA)
            .and_then(|metadata| metadata.get("version"));
        let Some(found) = found.and_then(Node::text) else {
            return Err(malformed(
                document.line,
                1,
                "the file has no `__metadata.version`",
            ));
        };
        match found.parse::<u32>() {
            Ok(number) if VERSIONS.contains(&number) => Ok(found.to_owned()),
            _ => {
                let version = text::clipped(found, 32).to_owned();
                Err(ParseLockfileError::UnknownVersion {
                    format: self.id(),
                    version,
                    convert: CONVERT,
                })
            }
        }
    }
}

fn read_entry(pair: &Pair<'_>, intake: &mut Intake) -> Result<Option<Locked>, ParseLockfileError> {
    let (line, node) = (pair.line, &pair.node);
    if node.pairs().is_empty() {
        intake.flaw_of(
            "wrong-type",
            line,
            &format!("an entry that is {}", node.kind()),
            &pair.key,
        );
        return Ok(None);
    }
    let asked = locator::descriptors(&pair.key)
        .next()
        .map(Locator::parse)
        .unwrap_or_default();
    let resolution = field(node, "resolution", line, intake).and_then(|text| intake.kept(text, line));
    if resolution.is_none() {
        intake.flaw("missing-field", line, "the entry has no `resolution`");
    }
    let located = resolution.map(Locator::parse);
    let source = located
        .as_ref()
        .map(|located| located.source())
        .unwrap_or(Source::Unknown);
    let written = field(node, "version", line, intake);
    let (origin, release) = origin_of(source, line, intake);
    let own_name = located.map_or(asked.name, |located| located.name);
    let name = release
        .as_ref()
        .and_then(|release| release.name.as_deref())
        .unwrap_or(own_name);
    // What is fetched is what the resolution names; the other field is only written beside it.
    let version = release
        .as_ref()
        .map(|release| release.version.as_str())
        .or(written);
    if let Some(written) = written.filter(|written| version != Some(written)) {
        intake.flaw_of(
            "version-mismatch",
            line,
            "`version` is not that of `resolution`",
            written,
        );
    }
    let version = version.and_then(|version| intake.version(version, line));
    let alias = locator::descriptors(&pair.key)
        .map(|descriptor| Locator::parse(descriptor).name)
        .find(|asked| *asked != name);
    let mut edges = requests::edges_of(node, line, intake)?;
    if let Some(below) = locator::descriptors(&pair.key).find_map(locator::under_patch) {
        let below = Locator::parse(&below);
        if let (Some(name), Some(range)) = (intake.kept(below.name, line), intake.kept(below.reference, line))
        {
            edges.push(Edge {
                name: name.to_owned(),
                range: Some(range.to_owned()),
                kind: EdgeKind::Runtime,
                to: None,
            });
        }
    }
    Ok(Some(Locked {
        name: intake.name(name, line),
        alias: alias.map(str::to_owned),
        version,
        origin,
        integrity: None,
        edges,
        scope: Scope::Runtime,
        optional: false,
        has_install_script: None,
        line,
        key: kept_key(&pair.key),
    }))
}

/// What a registry source says of itself.
struct Release {
    name: Option<String>,
    version: String,
}

fn origin_of(source: Source, line: u32, intake: &mut Intake) -> (Origin, Option<Release>) {
    match source {
        Source::Registry {
            name,
            version,
            archive,
        } => (
            Origin::Registry {
                url: archive.map(SafeUrl::new),
            },
            Some(Release { name, version }),
        ),
        Source::Other(origin) => (origin, None),
        Source::Unknown => {
            intake.flaw(
                "unknown-source",
                line,
                "the entry does not say where its bytes come from in a way known here",
            );
            (Origin::Unknown, None)
        }
    }
}

/// A field that is text; another kind of node is a defect.
fn field<'n>(node: &'n Node<'_>, key: &str, line: u32, intake: &mut Intake) -> Option<&'n str> {
    let value = node.get(key)?;
    if value.text().is_none() {
        intake.flaw(
            "wrong-type",
            value.line.max(line),
            format!("`{key}` is {}, not text", value.kind()),
        );
    }
    value.text()
}
