//! A registry that offers, of some packages, only chosen versions: so every client, whatever its ways of choosing,
//! comes to what the plan chose. Documents of other packages pass as they are.
use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};

use cleanbill_model::{PackageName, SafeUrl};
use cleanbill_ports::{FetchError, Fetched, Registry};
use futures::future::BoxFuture;
use serde_json::{Map, Value};

/// Versions offered, by package; the first is what `latest` points to.
pub type Offers = BTreeMap<PackageName, Vec<String>>;

/// The registry behind it, narrowed.
pub struct Narrowed {
    behind: Arc<dyn Registry>,
    offers: Offers,
}

impl Narrowed {
    /// Narrows `behind` to `offers`.
    #[must_use]
    pub fn new(behind: Arc<dyn Registry>, offers: Offers) -> Self {
        Self { behind, offers }
    }
}

impl Registry for Narrowed {
    fn packument<'a>(&'a self, name: &'a PackageName) -> BoxFuture<'a, Result<Fetched, FetchError>> {
        Box::pin(async move {
            let fetched = self.behind.packument(name).await?;
            let Some(offered) = self.offers.get(name) else {
                return Ok(fetched);
            };
            let bytes = narrowed(&fetched.bytes, offered).ok_or_else(|| FetchError::Unusable {
                url: SafeUrl::new(name.to_string()),
                reason: "its document is no object with versions".to_owned(),
            })?;
            Ok(Fetched {
                bytes: bytes.into(),
                source: fetched.source,
            })
        })
    }

    fn tarball<'a>(
        &'a self,
        name: &'a PackageName,
        url: &'a SafeUrl,
    ) -> BoxFuture<'a, Result<Fetched, FetchError>> {
        self.behind.tarball(name, url)
    }

    fn host_of(&self, name: &PackageName) -> Option<String> {
        self.behind.host_of(name)
    }
}

/// Versions that are not offered leave the document; their times stay, so that ages and histories are judged as
/// they are.
fn narrowed(document: &[u8], offered: &[String]) -> Option<Vec<u8>> {
    let mut document: Map<String, Value> = serde_json::from_slice(document).ok()?;
    let kept: BTreeSet<&str> = offered.iter().map(String::as_str).collect();
    let versions = document.get_mut("versions")?.as_object_mut()?;
    versions.retain(|version, _| kept.contains(version.as_str()));
    let latest = offered
        .iter()
        .find(|version| versions.contains_key(*version))
        .cloned();
    if let Some(tags) = document.get_mut("dist-tags").and_then(Value::as_object_mut) {
        tags.retain(|_, version| version.as_str().is_some_and(|version| kept.contains(version)));
        if let Some(latest) = latest {
            tags.insert("latest".to_owned(), Value::String(latest));
        }
    }
    serde_json::to_vec(&document).ok()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn only_what_is_offered_is_left_and_latest_points_to_the_choice() {
        let document = json!({"name": "left", "dist-tags": {"latest": "1.2.0", "next": "2.0.0"},
            "versions": {"1.0.0": {}, "1.1.0": {}, "1.2.0": {}, "2.0.0": {}}, "time": {"1.2.0": "2026-01-01T00:00:00Z"}});
        let bytes = narrowed(document.to_string().as_bytes(), &["1.1.0".into(), "1.0.0".into()]).unwrap();
        let left: Value = serde_json::from_slice(&bytes).unwrap();
        assert_eq!(left["dist-tags"], json!({"latest": "1.1.0"}));
        assert_eq!(left["versions"].as_object().unwrap().len(), 2);
        assert!(left["time"]["1.2.0"].is_string());
        assert_eq!(narrowed(b"[]", &[]), None);
    }
}
