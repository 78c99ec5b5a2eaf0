//! The fields that every JSON lockfile's entries share, from text to the model's types.
//! What does not read as its type becomes a defect and is left out.
use cleanbill_model::{Integrity, PackageName, Untrusted, Version};

use crate::{
    Edge,
    asks::Ask,
    json::{Place, Reading},
    spec::{Asked, asked},
};

/// How much of a bad value a defect shows.
const SHOWN: usize = 120;

/// The name in the registry, and the name it is installed under where that differs.
pub(crate) fn identity(
    reading: &mut Reading<'_>,
    real: &str,
    installed: &str,
    place: &Place<'_>,
) -> (Option<PackageName>, Option<String>) {
    let name = PackageName::parse(real).map_err(|error| {
        reading.defect(
            "bad-name",
            place,
            Untrusted::clipped(&format!("{real}: {error}"), SHOWN),
        )
    });
    (name.ok(), (real != installed).then(|| installed.to_owned()))
}

/// A version, where one is written.
pub(crate) fn version(reading: &mut Reading<'_>, text: Option<&str>, place: &Place<'_>) -> Option<Version> {
    let text = text?;
    Version::parse(text)
        .map_err(|_| reading.defect("bad-version", place, Untrusted::clipped(text, SHOWN)))
        .ok()
}

/// A digest, where one is written.
pub(crate) fn integrity(
    reading: &mut Reading<'_>,
    text: Option<&str>,
    place: &Place<'_>,
) -> Option<Integrity> {
    let text = text.filter(|text| !text.is_empty())?;
    Integrity::parse(text)
        .map_err(|_| reading.defect("bad-integrity", place, Untrusted::clipped(text, SHOWN)))
        .ok()
}

/// Requests as edges; `find` gives the entry that answers a name.
pub(crate) fn edges(asks: &[Ask<'_>], find: impl Fn(&str) -> Option<usize>) -> Vec<Edge> {
    asks.iter()
        .map(|ask| Edge {
            name: ask.name.clone().into_owned(),
            range: Some(ask.range.clone().into_owned()),
            kind: ask.kind,
            to: find(&ask.name),
        })
        .collect()
}

/// What those that ask for an entry call it.
#[derive(Clone, Debug, Default)]
pub(crate) struct Requests {
    /// Somebody asks for a release of a registry.
    pub(crate) release: bool,
    /// The first specifier that asks for something else.
    pub(crate) other: Option<(Asked, String)>,
}

impl Requests {
    /// The kind asked for, when nobody asks for a release.
    pub(crate) fn only_other(&self) -> Option<(Asked, &str)> {
        self.other
            .as_ref()
            .filter(|_| !self.release)
            .map(|(asked, spec)| (*asked, spec.as_str()))
    }
}

/// Gathers the requests of each of `count` entries.
pub(crate) fn requests<'e>(edges: impl Iterator<Item = &'e Edge>, count: usize) -> Vec<Requests> {
    let mut all = vec![Requests::default(); count];
    for edge in edges {
        let (Some(to), Some(range)) = (edge.to, edge.range.as_deref()) else {
            continue;
        };
        let Some(requests) = all.get_mut(to) else { continue };
        match asked(range) {
            Asked::Release => requests.release = true,
            other if requests.other.is_none() => requests.other = Some((other, range.to_owned())),
            // An address weighs most: it is the one that the recorded address is held against.
            Asked::Url => requests.other = Some((Asked::Url, range.to_owned())),
            _ => {}
        }
    }
    all
}
