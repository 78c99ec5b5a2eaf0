//! A registry that offers, of some packages, nothing above the chosen versions: so every client, whatever its ways
//! of choosing, comes to what the plan chose. Documents of other packages pass as they are.
use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};

use cleanbill_model::{PackageName, SafeUrl, Version};
use cleanbill_ports::{FetchError, Fetched, Registry};
use futures::future::BoxFuture;
use serde_json::{Map, Value};

/// What is offered of a package.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Offer {
    /// Versions that were chosen.
    pub chosen: Vec<Version>,
    /// Versions above them that are offered all the same: what is there, and what something else brings in.
    pub beside: BTreeSet<Version>,
}

impl Offer {
    /// True when the version is offered: a chosen one, one beside, or one that a range would not prefer to them.
    /// Older ones stay, since what comes anew may ask for nothing else.
    #[must_use]
    pub fn takes(&self, version: &Version) -> bool {
        if self.chosen.contains(version) || self.beside.contains(version) {
            return true;
        }
        let above = |known: &Version| known < version && known.same_line(version);
        let highest = self.chosen.iter().chain(&self.beside).max();
        highest.is_some_and(|highest| version < highest) && !self.chosen.iter().any(above)
    }
}

/// What is offered, by package.
pub type Offers = BTreeMap<PackageName, Offer>;

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
            let Some(offer) = self.offers.get(name) else {
                return Ok(fetched);
            };
            let bytes = narrowed(&fetched.bytes, offer).ok_or_else(|| FetchError::Unusable {
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
fn narrowed(document: &[u8], offer: &Offer) -> Option<Vec<u8>> {
    let mut document: Map<String, Value> = serde_json::from_slice(document).ok()?;
    let offered = |text: &str| Version::parse(text).is_ok_and(|version| offer.takes(&version));
    let versions = document.get_mut("versions")?.as_object_mut()?;
    versions.retain(|version, _| offered(version));
    // Some clients take `latest` wherever a range lets it in; pointing below what is there would take that back.
    let latest = offer
        .chosen
        .iter()
        .chain(&offer.beside)
        .filter(|version| versions.contains_key(version.as_str()))
        .max()
        .map(ToString::to_string);
    if let Some(tags) = document.get_mut("dist-tags").and_then(Value::as_object_mut) {
        tags.retain(|_, version| version.as_str().is_some_and(offered));
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

    fn versions(texts: &[&str]) -> Vec<Version> {
        texts.iter().map(|text| Version::parse(text).unwrap()).collect()
    }

    #[test]
    fn nothing_above_what_was_chosen_is_left_and_latest_points_to_the_choice() {
        let document = json!({"name": "left", "dist-tags": {"latest": "1.2.0", "next": "2.0.0", "old": "0.9.0"},
            "versions": {"0.9.0": {}, "1.0.0": {}, "1.1.0": {}, "1.2.0": {}, "2.0.0": {}, "rubbish": {}}, "time": {"1.2.0": "2026-01-01T00:00:00Z"}});
        let offer = Offer {
            chosen: versions(&["1.1.0"]),
            beside: versions(&["1.0.0"]).into_iter().collect(),
        };
        let bytes = narrowed(document.to_string().as_bytes(), &offer).unwrap();
        let left: Value = serde_json::from_slice(&bytes).unwrap();
        assert_eq!(left["dist-tags"], json!({"latest": "1.1.0", "old": "0.9.0"}));
        assert_eq!(left["versions"], json!({"0.9.0": {}, "1.0.0": {}, "1.1.0": {}}));
        assert!(left["time"]["1.2.0"].is_string());
        assert_eq!(narrowed(b"[]", &offer), None);
    }

    #[test]
    fn each_line_has_its_own_bound_and_what_is_brought_in_is_offered_beside() {
        let offer = Offer {
            chosen: versions(&["1.1.0", "3.0.5"]),
            beside: versions(&["1.4.0", "4.1.0"]).into_iter().collect(),
        };
        let takes = |text: &str| offer.takes(&Version::parse(text).unwrap());
        for taken in [
            "0.1.0", "1.0.0", "1.1.0", "1.4.0", "2.9.0", "3.0.5", "4.0.0", "4.1.0",
        ] {
            assert!(takes(taken), "{taken}");
        }
        for left_out in ["1.1.1", "1.3.0", "1.5.0", "3.0.6", "3.1.0", "4.1.1", "5.0.0"] {
            assert!(!takes(left_out), "{left_out}");
        }
    }
}
