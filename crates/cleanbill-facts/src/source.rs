//! What the files of a release are and do: the archive's own flaws, its manifest, its code as analysed.
//! It is made from the tarball's bytes alone, so it can be kept under their digest.
pub use cleanbill_js::{
    Analysis, Chain, Context, Delta, HostClass, REQUIRED_STACK_BYTES, Source as Origin, Step, Trigger,
    analysis::{Capability, FileFacts, Structural},
    delta::{Change, ChangeKind, compare, raised},
    hosts::registrable,
    witness::{Seen, Witnessed, join},
};
use cleanbill_js::{Budget, Package as JsPackage, SourceFile, analyse};
use cleanbill_model::{Evidence, Integrity};
use cleanbill_npm::tarball::{ArchiveFile, Limits, unpack};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use crate::{
    rehearsal::Rehearsal,
    shrinkwrap::{SHRINKWRAP, Shipped, shipped},
};

/// Largest manifest read from a tarball, in bytes; real ones stay far below a megabyte.
const MAX_MANIFEST_BYTES: usize = 4 * 1024 * 1024;
/// Largest single decoded file name list kept for telling, in entries.
const MAX_FLAWS: usize = 200;

/// Something wrong with the archive.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Flaw {
    /// A kebab-case code.
    pub code: String,
    /// Where.
    pub place: String,
    /// What stood there.
    pub note: String,
}

/// What a tarball holds, read.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Source {
    /// The code and what it does.
    pub analysis: Analysis,
    /// Flaws of the archive.
    pub flaws: Vec<Flaw>,
    /// The limit that kept something from being seen.
    pub truncated: Option<String>,
    /// Digests of the packed bytes.
    pub integrity: Option<Integrity>,
    /// The manifest inside, where there is one that reads as an object.
    pub manifest: Option<Map<String, Value>>,
    /// What a rehearsal of it showed, where there was one.
    #[serde(default)]
    pub rehearsal: Option<Rehearsal>,
    /// What a lockfile shipped inside takes from where.
    #[serde(default)]
    pub shrinkwrap: Vec<Shipped>,
}

impl Source {
    /// What the code can do, as the words of a judgement.
    #[must_use]
    pub fn capability_words(&self) -> Vec<String> {
        let words = self.analysis.capability_set();
        words
            .iter()
            .filter_map(|word| serde_json::to_value(word).ok()?.as_str().map(str::to_owned))
            .collect()
    }
}

/// A step of the analysis as evidence.
#[must_use]
pub fn evidence(step: &Step) -> Evidence {
    let mut evidence = Evidence::note(step.note.as_str());
    if !step.file.is_empty() {
        evidence = evidence
            .file(step.file.as_str())
            .at(step.line.max(1), step.column.max(1));
    }
    if let Some(value) = &step.decoded {
        evidence = evidence.decoded(value.as_str());
    }
    if step.excerpt.is_empty() {
        evidence
    } else {
        evidence.excerpt(step.excerpt.as_str())
    }
}

/// The files of a tarball, as the analysis takes them.
pub(crate) fn sources(files: Vec<ArchiveFile>) -> Vec<SourceFile> {
    let source = |file: ArchiveFile| SourceFile {
        path: file.path,
        bytes: file.bytes.into(),
    };
    files.into_iter().map(source).collect()
}

/// Reads a tarball. Pure and bounded; it wants the large stack that the analysis asks for.
#[must_use]
pub fn read_tarball(bytes: &[u8], context: &Context) -> Source {
    let unpacked = unpack(bytes, &Limits::default());
    let manifest = unpacked
        .file("package.json")
        .filter(|file| file.bytes.len() <= MAX_MANIFEST_BYTES)
        .and_then(|file| {
            let text = file.bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(&file.bytes);
            serde_json::from_slice(text).ok()
        });
    let flaws = unpacked.defects.iter().take(MAX_FLAWS).map(|defect| Flaw {
        code: defect.code.to_owned(),
        place: defect.place.raw().to_owned(),
        note: defect.note.raw().to_owned(),
    });
    let flaws = flaws.collect();
    let shrinkwrap = unpacked
        .file(SHRINKWRAP)
        .map(|file| shipped(&file.bytes))
        .unwrap_or_default();
    let files = sources(unpacked.files);
    Source {
        analysis: analyse(&JsPackage { files }, context, &Budget::default()),
        flaws,
        truncated: unpacked.truncated.map(str::to_owned),
        integrity: unpacked.integrity,
        manifest,
        rehearsal: None,
        shrinkwrap,
    }
}
