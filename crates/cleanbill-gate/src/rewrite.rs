//! A packument cut to what may be seen: held versions out of `versions`, `time` and tags, `latest` on the
//! best that remains, tarballs at our own address, everything else byte for byte as it came.
//! It knows which versions are held and why in one sentence, and nothing of how that was decided.
use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};

use cleanbill_model::Version;
use serde::{Deserialize, Serialize, ser::SerializeMap as _};
use serde_json::value::RawValue;

/// Which of the two documents a client asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Form {
    /// Everything.
    Full,
    /// What an install needs.
    Abbreviated,
}

/// Fields of a version that the abbreviated form drops. What is not named here passes, so that a field
/// registries add tomorrow reaches the client.
const FULL_ONLY: [&str; 22] = [
    "_from",
    "_id",
    "_nodeVersion",
    "_npmOperationalInternal",
    "_npmUser",
    "_npmVersion",
    "_resolved",
    "author",
    "bugs",
    "contributors",
    "description",
    "gitHead",
    "homepage",
    "keywords",
    "license",
    "main",
    "maintainers",
    "readme",
    "readmeFilename",
    "repository",
    "scripts",
    "users",
];
/// Fields of the document that the abbreviated form keeps.
const ABBREVIATED_KEEPS: [&str; 5] = ["name", "dist-tags", "versions", "modified", "policyRestrictions"];

/// The document is no packument we can cut.
#[derive(Debug, thiserror::Error)]
#[error("the registry's document cannot be read")]
pub struct RewriteError(#[from] serde_json::Error);

/// What to cut.
#[derive(Clone, Debug, Default)]
pub struct Cut {
    /// Held versions and the sentence on each.
    pub held: BTreeMap<Version, String>,
    /// Held ones that stay to be seen, as projects have them locked; no tag names them.
    pub shown: BTreeSet<Version>,
    /// The versions that were judged, where that is known: no other one is shown.
    pub judged: Option<BTreeSet<Version>>,
    /// Times to put in where the document has none: first seen.
    pub times: BTreeMap<String, String>,
}

/// One JSON object as it came: keys in order, the last of equal keys kept, as JavaScript reads it.
struct Object<'a>(Vec<(String, &'a RawValue)>);

impl<'de: 'a, 'a> Deserialize<'de> for Object<'a> {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Visitor<'a>(std::marker::PhantomData<&'a ()>);
        impl<'de: 'a, 'a> serde::de::Visitor<'de> for Visitor<'a> {
            type Value = Object<'a>;
            fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str("an object")
            }
            fn visit_map<A: serde::de::MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
                let mut entries: Vec<(String, &'a RawValue)> = Vec::new();
                let mut places: HashMap<String, usize> = HashMap::new();
                while let Some((key, value)) = map.next_entry::<String, &'a RawValue>()? {
                    if let Some(entry) = places.get(&key).and_then(|at| entries.get_mut(*at)) {
                        entry.1 = value;
                    } else {
                        places.insert(key.clone(), entries.len());
                        entries.push((key, value));
                    }
                }
                Ok(Object(entries))
            }
        }
        deserializer.deserialize_map(Visitor(std::marker::PhantomData))
    }
}

impl<'a> Object<'a> {
    fn get(&self, key: &str) -> Option<&'a RawValue> {
        self.0
            .iter()
            .find(|(known, _)| known == key)
            .map(|(_, value)| *value)
    }
}

impl Serialize for Object<'_> {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(Some(self.0.len()))?;
        for (key, value) in &self.0 {
            map.serialize_entry(key, value)?;
        }
        map.end()
    }
}

/// Cuts `document` and points each tarball to `tarball_of(version)`.
///
/// # Errors
/// When the document is no JSON object with objects where a packument has them.
pub fn rewrite(
    document: &str,
    cut: &Cut,
    form: Form,
    tarball_of: &dyn Fn(&str) -> String,
) -> Result<Vec<u8>, RewriteError> {
    let document: Object<'_> = serde_json::from_str(document)?;
    let versions: Object<'_> = match document.get("versions") {
        Some(raw) => serde_json::from_str(raw.get())?,
        None => Object(Vec::new()),
    };
    let held = |text: &str| {
        Version::parse(text)
            .ok()
            .and_then(|version| cut.held.get(&version))
    };
    let shown = |text: &str| Version::parse(text).is_ok_and(|version| cut.shown.contains(&version));
    let is_judged = |text: &str| {
        let judged = cut.judged.as_ref();
        judged.is_none_or(|judged| Version::parse(text).is_ok_and(|version| judged.contains(&version)))
    };
    let (judged, gone): (Vec<_>, Vec<_>) = versions.0.into_iter().partition(|(text, _)| is_judged(text));
    let (restricted, allowed): (Vec<_>, Vec<_>) = judged
        .into_iter()
        .partition(|(text, _)| held(text).is_some() && !shown(text));
    let proposed: Vec<&str> = allowed
        .iter()
        .map(|(text, _)| text.as_str())
        .filter(|text| !shown(text))
        .collect();
    let tags = tags(&document, &proposed)?;
    let hidden: HashSet<&str> = restricted
        .iter()
        .chain(&gone)
        .map(|(text, _)| text.as_str())
        .collect();
    let mut out = Vec::with_capacity(document.0.iter().map(|(_, value)| value.get().len()).sum());
    let mut serializer = serde_json::Serializer::new(&mut out);
    let mut map = serde::Serializer::serialize_map(&mut serializer, None)?;
    for (key, value) in &document.0 {
        if form == Form::Abbreviated && !ABBREVIATED_KEEPS.contains(&key.as_str()) {
            continue;
        }
        match key.as_str() {
            "versions" => {
                let shown = Versions {
                    entries: &allowed,
                    form,
                    tarball_of,
                };
                map.serialize_entry(key, &shown)?;
            }
            "dist-tags" => map.serialize_entry(key, &tags)?,
            "time" => map.serialize_entry(key, &times(value, cut, &hidden, &allowed)?)?,
            // Ours alone: one from upstream would speak for a policy that is not this gate's.
            "policyRestrictions" => {}
            _ => map.serialize_entry(key, value)?,
        }
    }
    if form == Form::Full && document.get("time").is_none() && !cut.times.is_empty() {
        map.serialize_entry("time", &cut.times)?;
    }
    if !restricted.is_empty() {
        let message = message(&restricted, &held);
        let versions = Versions {
            entries: &restricted,
            form,
            tarball_of,
        };
        map.serialize_entry("policyRestrictions", &Restrictions { message, versions })?;
    }
    map.end()?;
    Ok(out)
}

/// The document with these times in place of its own, where it has others or none.
///
/// # Errors
/// When the document is no JSON object.
pub fn with_times(document: &str, corrected: &BTreeMap<String, String>) -> Result<String, RewriteError> {
    let mut document: Object<'_> = serde_json::from_str(document)?;
    let mut times: BTreeMap<String, serde_json::Value> = document
        .get("time")
        .and_then(|raw| serde_json::from_str(raw.get()).ok())
        .unwrap_or_default();
    for (version, moment) in corrected {
        times.insert(version.clone(), moment.clone().into());
    }
    let times = serde_json::value::to_raw_value(&times)?;
    match document.0.iter_mut().find(|(key, _)| key == "time") {
        Some((_, value)) => *value = &times,
        None => document.0.push(("time".to_owned(), &times)),
    }
    Ok(serde_json::to_string(&document)?)
}

/// npm prints this for a version it is refused. At most three versions are named.
fn message<'c>(restricted: &[(String, &RawValue)], held: &impl Fn(&str) -> Option<&'c String>) -> String {
    let told: Vec<String> = restricted
        .iter()
        .rev()
        .take(3)
        .filter_map(|(text, _)| held(text).map(|why| format!("{text}: {why}")))
        .collect();
    let more = restricted.len().saturating_sub(told.len());
    let tail = if more == 0 {
        String::new()
    } else {
        format!(" (and {more} more)")
    };
    format!("held by Cleanbill: {}{tail}", told.join("; "))
}

#[derive(Serialize)]
struct Restrictions<'a> {
    message: String,
    versions: Versions<'a>,
}

struct Versions<'a> {
    entries: &'a [(String, &'a RawValue)],
    form: Form,
    tarball_of: &'a dyn Fn(&str) -> String,
}

impl Serialize for Versions<'_> {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        use serde::ser::Error as _;
        let mut map = serializer.serialize_map(Some(self.entries.len()))?;
        for (version, manifest) in self.entries {
            let tarball =
                serde_json::value::to_raw_value(&(self.tarball_of)(version)).map_err(S::Error::custom)?;
            let mut fields: Object<'_> = serde_json::from_str(manifest.get()).map_err(S::Error::custom)?;
            let install_script = self.form == Form::Abbreviated
                && fields.get("hasInstallScript").is_none()
                && has_install_script(&fields);
            if self.form == Form::Abbreviated {
                fields.0.retain(|(key, _)| !FULL_ONLY.contains(&key.as_str()));
            }
            let dist = match fields.get("dist") {
                Some(raw) => {
                    let mut dist: Object<'_> = serde_json::from_str(raw.get()).map_err(S::Error::custom)?;
                    for (key, value) in &mut dist.0 {
                        if key == "tarball" {
                            *value = &tarball;
                        }
                    }
                    Some(serde_json::value::to_raw_value(&dist).map_err(S::Error::custom)?)
                }
                None => None,
            };
            for (key, value) in &mut fields.0 {
                if key == "dist"
                    && let Some(dist) = &dist
                {
                    *value = dist;
                }
            }
            let yes = serde_json::value::to_raw_value(&true).map_err(S::Error::custom)?;
            if install_script {
                fields.0.push(("hasInstallScript".into(), &yes));
            }
            map.serialize_entry(version, &fields)?;
        }
        map.end()
    }
}

/// Registries say in the abbreviated form whether anything runs at install; a full document may not.
fn has_install_script(fields: &Object<'_>) -> bool {
    let Some(Ok(scripts)) = fields
        .get("scripts")
        .map(|raw| serde_json::from_str::<Object<'_>>(raw.get()))
    else {
        return false;
    };
    ["preinstall", "install", "postinstall"]
        .iter()
        .any(|event| scripts.get(event).is_some())
}

/// Tags on what remains: `latest` always on something that exists, the others dropped where theirs is gone.
fn tags(document: &Object<'_>, proposed: &[&str]) -> Result<BTreeMap<String, String>, RewriteError> {
    let Some(raw) = document.get("dist-tags") else {
        return Ok(BTreeMap::new());
    };
    let mut tags: BTreeMap<String, serde_json::Value> = serde_json::from_str(raw.get())?;
    let wanted_latest = tags
        .remove("latest")
        .and_then(|value| value.as_str().map(str::to_owned));
    let exists = |text: &str| proposed.contains(&text);
    let mut kept: BTreeMap<String, String> = tags
        .into_iter()
        .filter_map(|(tag, value)| Some((tag, value.as_str()?.to_owned())))
        .filter(|(_, version)| exists(version))
        .collect();
    let latest = match wanted_latest {
        Some(text) if exists(&text) => Some(text),
        other => highest_not_above(proposed, other.as_deref()),
    };
    kept.extend(latest.map(|text| ("latest".to_owned(), text)));
    Ok(kept)
}

/// The highest remaining stable version not above the old `latest`; never by date, since back-ports are
/// younger than what they port from; never a pre-release while a stable one remains.
fn highest_not_above(proposed: &[&str], old: Option<&str>) -> Option<String> {
    let ceiling = old.and_then(|text| Version::parse(text).ok());
    let versions: Vec<Version> = proposed
        .iter()
        .filter_map(|text| Version::parse(text).ok())
        .collect();
    let below = |version: &&Version| ceiling.as_ref().is_none_or(|ceiling| *version <= ceiling);
    let stable = versions
        .iter()
        .filter(below)
        .filter(|version| !version.is_prerelease())
        .max();
    stable
        .or_else(|| versions.iter().filter(below).max())
        .or_else(|| versions.iter().max())
        .map(ToString::to_string)
}

fn times(
    raw: &RawValue,
    cut: &Cut,
    hidden: &HashSet<&str>,
    allowed: &[(String, &RawValue)],
) -> Result<BTreeMap<String, serde_json::Value>, RewriteError> {
    let mut times: BTreeMap<String, serde_json::Value> = serde_json::from_str(raw.get())?;
    times.retain(|key, _| !hidden.contains(key.as_str()));
    for (version, seen) in &cut.times {
        if allowed.iter().any(|(text, _)| text == version)
            && !times.get(version).is_some_and(serde_json::Value::is_string)
        {
            times.insert(version.clone(), seen.clone().into());
        }
    }
    Ok(times)
}

#[cfg(test)]
mod tests {
    use super::*;

    const DOCUMENT: &str = r#"{"name":"left","readme":"x","dist-tags":{"latest":"1.2.0","next":"2.0.0-rc.1","old":"1.0.0"},
        "time":{"created":"2020-01-01T00:00:00.000Z","1.0.0":"2020-01-01T00:00:00.000Z","1.1.0":"2021-01-01T00:00:00.000Z","1.2.0":"2026-01-01T00:00:00.000Z"},
        "versions":{"1.0.0":{"name":"left","version":"1.0.0","description":"d","libc":["glibc"],"dist":{"tarball":"https://registry.example/left/-/left-1.0.0.tgz","integrity":"sha512-x"}},
        "1.1.0":{"name":"left","version":"1.1.0","scripts":{"postinstall":"node x"},"dist":{"tarball":"https://registry.example/left/-/left-1.1.0.tgz"}},
        "1.2.0":{"name":"left","version":"1.2.0","dist":{"tarball":"https://registry.example/left/-/left-1.2.0.tgz"}},
        "2.0.0-rc.1":{"name":"left","version":"2.0.0-rc.1","dist":{}}},"_future":{"a":1e999}}"#;

    fn cut(versions: &[&str]) -> Cut {
        let held = versions
            .iter()
            .map(|text| (Version::parse(text).unwrap(), "too young".to_owned()))
            .collect();
        Cut {
            held,
            ..Cut::default()
        }
    }
    fn rewritten(cut: &Cut, form: Form) -> serde_json::Value {
        let bytes = rewrite(
            &DOCUMENT.replace(r#","_future":{"a":1e999}"#, ""),
            cut,
            form,
            &|v| format!("http://gate.example/left/-/left-{v}.tgz"),
        )
        .unwrap();
        serde_json::from_slice(&bytes).unwrap()
    }

    #[test]
    fn a_held_latest_falls_to_the_highest_stable_version_below_it() {
        let document = rewritten(&cut(&["1.2.0"]), Form::Full);
        assert_eq!(document["dist-tags"]["latest"], "1.1.0");
        assert!(document["versions"].get("1.2.0").is_none() && document["time"].get("1.2.0").is_none());
        assert_eq!(
            document["policyRestrictions"]["versions"]["1.2.0"]["version"],
            "1.2.0"
        );
        assert!(
            document["policyRestrictions"]["message"]
                .as_str()
                .unwrap()
                .contains("1.2.0: too young")
        );
        assert_eq!(document["dist-tags"]["next"], "2.0.0-rc.1");
    }

    #[test]
    fn other_tags_on_held_versions_are_dropped_and_not_moved() {
        let document = rewritten(&cut(&["1.0.0"]), Form::Full);
        assert!(document["dist-tags"].get("old").is_none());
        assert_eq!(document["dist-tags"]["latest"], "1.2.0");
    }

    #[test]
    fn both_forms_hold_the_same_versions_and_our_own_tarballs() {
        for form in [Form::Full, Form::Abbreviated] {
            let document = rewritten(&cut(&["1.2.0"]), form);
            let versions: Vec<&String> = document["versions"].as_object().unwrap().keys().collect();
            assert_eq!(versions, ["1.0.0", "1.1.0", "2.0.0-rc.1"]);
            assert_eq!(
                document["versions"]["1.0.0"]["dist"]["tarball"],
                "http://gate.example/left/-/left-1.0.0.tgz"
            );
            assert_eq!(document["versions"]["1.0.0"]["dist"]["integrity"], "sha512-x");
        }
    }

    #[test]
    fn the_abbreviated_form_drops_words_and_keeps_what_an_install_needs() {
        let document = rewritten(&cut(&[]), Form::Abbreviated);
        assert!(document.get("readme").is_none() && document.get("time").is_none());
        assert_eq!(document["versions"]["1.0.0"]["libc"][0], "glibc");
        assert!(document["versions"]["1.0.0"].get("description").is_none());
        assert_eq!(document["versions"]["1.1.0"]["hasInstallScript"], true);
    }

    #[test]
    fn what_is_not_ours_passes_byte_for_byte() {
        let bytes = rewrite(DOCUMENT, &cut(&[]), Form::Full, &|_| String::new()).unwrap();
        assert!(
            String::from_utf8(bytes)
                .unwrap()
                .contains(r#""_future":{"a":1e999}"#)
        );
    }

    #[test]
    fn of_equal_keys_the_last_counts_as_clients_read_it() {
        let twice = r#"{"versions":{"1.0.0":{"dist":{"tarball":"x"}},"1.0.0":{"dist":{"tarball":"y"},"marker":1}},"dist-tags":{"latest":"1.0.0"}}"#;
        let bytes = rewrite(twice, &cut(&[]), Form::Full, &|_| "ours".into()).unwrap();
        let document: serde_json::Value = serde_json::from_slice(&bytes).unwrap();
        assert_eq!(document["versions"]["1.0.0"]["marker"], 1);
        assert_eq!(
            String::from_utf8(bytes).unwrap().matches("\"1.0.0\":{").count(),
            1
        );
    }

    #[test]
    fn missing_times_are_filled_with_first_seen() {
        let bare = r#"{"versions":{"1.0.0":{"dist":{}}},"dist-tags":{"latest":"1.0.0"}}"#;
        let mut cut = cut(&[]);
        cut.times
            .insert("1.0.0".into(), "2026-01-01T00:00:00.000Z".into());
        let bytes = rewrite(bare, &cut, Form::Full, &|_| String::new()).unwrap();
        let document: serde_json::Value = serde_json::from_slice(&bytes).unwrap();
        assert_eq!(document["time"]["1.0.0"], "2026-01-01T00:00:00.000Z");
    }

    #[test]
    fn a_locked_version_stays_to_be_seen_and_no_tag_names_it() {
        let mut cut = cut(&["1.2.0"]);
        cut.shown.insert(Version::parse("1.2.0").unwrap());
        for form in [Form::Full, Form::Abbreviated] {
            let document = rewritten(&cut, form);
            assert!(document["versions"].get("1.2.0").is_some());
            assert_eq!(document["dist-tags"]["latest"], "1.1.0");
            assert!(document.get("policyRestrictions").is_none());
        }
        assert!(rewritten(&cut, Form::Full)["time"].get("1.2.0").is_some());
    }

    #[test]
    fn a_version_nobody_judged_is_not_there() {
        let mut cut = cut(&[]);
        cut.judged = Some(
            ["1.0.0", "1.1.0"]
                .iter()
                .map(|text| Version::parse(text).unwrap())
                .collect(),
        );
        let document = rewritten(&cut, Form::Full);
        let versions: Vec<&String> = document["versions"].as_object().unwrap().keys().collect();
        assert_eq!(versions, ["1.0.0", "1.1.0"]);
        assert!(document["time"].get("1.2.0").is_none());
        assert_eq!(document["dist-tags"]["latest"], "1.1.0");
        assert!(document.get("policyRestrictions").is_none());
    }

    #[test]
    fn corrected_times_take_the_place_of_the_documents_own() {
        let corrected = BTreeMap::from([("1.2.0".to_owned(), "2026-06-01T00:00:00Z".to_owned())]);
        let text = with_times(DOCUMENT, &corrected).unwrap();
        assert!(
            text.contains(r#""1.2.0":"2026-06-01T00:00:00Z""#) && text.contains(r#""_future":{"a":1e999}"#)
        );
        let bare = with_times(r#"{"versions":{}}"#, &corrected).unwrap();
        assert!(bare.contains(r#""time":{"1.2.0""#), "{bare}");
    }
}
