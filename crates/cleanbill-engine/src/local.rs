//! A tarball or folder of one's own: judged by its files alone, since no registry tells of it.
use std::sync::Arc;

use cleanbill_facts::{Facts, PopularNames, Source};
use cleanbill_model::{Judgement, Known, Missing, PackageName, Purl, Timestamp, Version};
use cleanbill_policy::Policy;
use serde_json::Value;

use crate::assess::assess;

/// Judges what was read. `subject` is `None` where the manifest names no release.
#[must_use]
pub fn judge(
    source: Source,
    as_of: Timestamp,
    popular: Arc<PopularNames>,
    policy: &Policy,
) -> Option<Judgement> {
    let subject = subject(&source)?;
    let mut facts = Facts::unknown(subject, as_of);
    facts.popular = popular;
    facts.package = Known::Missing(Missing::NotApplicable);
    facts.source = Known::Known(Arc::new(source));
    Some(assess(&facts, policy).judgement)
}

/// What the manifest says it is; a manifest without a version is version 0.0.0, as npm has it for folders.
fn subject(source: &Source) -> Option<Purl> {
    let manifest = source.manifest.as_ref()?;
    let text = |key: &str| manifest.get(key).and_then(Value::as_str);
    let name = PackageName::parse(text("name")?).ok()?;
    let version = Version::parse(text("version").unwrap_or("0.0.0")).ok()?;
    Some(Purl::new(name, version))
}
