//! From a packument to a package's history at one clock reading.
//! It knows what a registry's fields mean, and has no idea what is suspicious in them.
use std::collections::{BTreeMap, HashSet};

use cleanbill_model::{Defect, Known, Missing, PackageName, Timestamp, Untrusted, Version};
use cleanbill_npm::{Dist, Packument, Str, limits::MAX_DEFECTS};

use crate::{
    Package, Release, Sends, Withdrawn,
    collect_release::{people, release},
};

impl Package {
    /// The package of that name as it stood at `as_of`: what was published later does not exist, and `latest` is
    /// recomputed among what existed.
    #[must_use]
    pub fn collect(name: &PackageName, packument: &Packument<'_>, as_of: Timestamp) -> Self {
        let mut defects = Defects(packument.defects.clone());
        if let Known::Known(told) = &packument.name
            && told != name.as_str()
        {
            let note = format!(
                "the document of {name} says that it is about {:?}",
                Untrusted::clipped(told, 120).raw()
            );
            defects.push("name-differs", "name".to_owned(), note);
        }
        let times = ReadTimes::of(packument, &mut defects);
        let sends = sends(packument, &times);
        let mut releases = Vec::new();
        for manifest in packument.versions.get().into_iter().flatten() {
            let Some(version) = defects.version(&manifest.version) else {
                continue;
            };
            let published = times.of_version(&manifest.version);
            if !existed(&published, as_of) {
                continue;
            }
            releases.push(release(manifest, version, published, sends, &mut defects));
        }
        let far = Timestamp::from_millis(i64::MAX);
        let when = |release: &Release| release.published.get().copied().unwrap_or(far);
        releases.sort_by(|a, b| when(a).cmp(&when(b)).then_with(|| a.version.cmp(&b.version)));
        Self {
            name: name.clone(),
            created: times.created.clone(),
            withdrawn: withdrawn(packument, &times, as_of, &mut defects),
            dist_tags: dist_tags(packument, &releases, &times, as_of, &mut defects),
            releases,
            maintainers: people(&packument.maintainers),
            sends,
            defects: defects.0,
        }
    }
}

/// The document's defects and those found while its fields are given their meaning.
pub(crate) struct Defects(Vec<Defect>);

impl Defects {
    pub(crate) fn push(&mut self, code: &'static str, place: String, note: String) {
        // The document's own list may be full; the same bound again keeps both together small.
        if self.0.len() < 2 * MAX_DEFECTS {
            self.0.push(Defect::new(code, place, note));
        }
    }

    fn version(&mut self, text: &str) -> Option<Version> {
        let read = Version::parse(text).ok();
        if read.is_none() {
            let place = format!("versions[{:?}]", Untrusted::clipped(text, 120).raw());
            self.push(
                "version-unreadable",
                place,
                "no client reads this as a version; it is left out".to_owned(),
            );
        }
        read
    }
}

/// What existed at the reading; a release whose time is not known is taken to have existed.
fn existed(published: &Known<Timestamp>, as_of: Timestamp) -> bool {
    published.get().is_none_or(|published| *published <= as_of)
}

/// The `time` of a packument, read.
struct ReadTimes<'p> {
    created: Known<Timestamp>,
    versions: BTreeMap<&'p str, Known<Timestamp>>,
    /// Why a version that is not listed has no time.
    otherwise: Missing,
}

impl<'p> ReadTimes<'p> {
    fn of(packument: &'p Packument<'_>, defects: &mut Defects) -> Self {
        let times = match &packument.times {
            Known::Known(times) => times,
            Known::Missing(reason) => {
                return Self {
                    created: Known::Missing(*reason),
                    versions: BTreeMap::new(),
                    otherwise: *reason,
                };
            }
        };
        let mut read = |key: &str, time: &Known<Str<'_>>| match time {
            Known::Known(text) => Timestamp::parse(text).map_or_else(
                |_| {
                    let note = format!("{:?} is no time", Untrusted::clipped(text, 120).raw());
                    defects.push(
                        "time-unreadable",
                        format!("time[{:?}]", Untrusted::clipped(key, 120).raw()),
                        note,
                    );
                    Known::Missing(Missing::Malformed)
                },
                Known::Known,
            ),
            Known::Missing(reason) => Known::Missing(*reason),
        };
        let declared = read("created", &times.created);
        let versions: BTreeMap<_, _> = times
            .versions
            .iter()
            .map(|(key, time)| (&**key, read(key, time)))
            .collect();
        // A `created` that lies behind the first version is wrong, by accident or on purpose.
        let first = versions
            .values()
            .filter_map(Known::get)
            .chain(declared.get())
            .min()
            .copied();
        let created = first.map_or(declared, Known::Known);
        Self {
            created,
            versions,
            otherwise: Missing::NotSent,
        }
    }

    fn of_version(&self, version: &str) -> Known<Timestamp> {
        self.versions
            .get(version)
            .cloned()
            .unwrap_or(Known::Missing(self.otherwise))
    }
}

/// Asked of the whole document, since a registry either sends a kind of fact or does not.
fn sends(packument: &Packument<'_>, times: &ReadTimes<'_>) -> Sends {
    let manifests = || packument.versions.get().into_iter().flatten();
    let vouched = |dist: &Dist<'_>| dist.attested == Known::Known(true) || dist.signed == Known::Known(true);
    Sends {
        times: times.versions.values().any(|time| time.get().is_some()),
        publisher: manifests().any(|manifest| manifest.publisher.get().is_some()),
        attestations: manifests().any(|manifest| manifest.dist.get().is_some_and(vouched)),
        maintainers: packument.maintainers.get().is_some(),
    }
}

/// Versions with a time and no document. Nothing can be said where not every version was read.
fn withdrawn(
    packument: &Packument<'_>,
    times: &ReadTimes<'_>,
    as_of: Timestamp,
    defects: &mut Defects,
) -> Vec<Withdrawn> {
    let gone = packument.times.get().and_then(|times| times.unpublished.get());
    let listed: HashSet<&str> = match &packument.versions {
        Known::Known(manifests) => manifests.iter().map(|manifest| &*manifest.version).collect(),
        Known::Missing(Missing::NotSent) if gone.is_some() => HashSet::new(),
        Known::Missing(_) => return Vec::new(),
    };
    if packument.truncated {
        return Vec::new();
    }
    let remembered = gone
        .into_iter()
        .flat_map(|gone| &gone.versions)
        .map(|version| &**version);
    let names: HashSet<&str> = times.versions.keys().copied().chain(remembered).collect();
    let mut found: Vec<Withdrawn> = names
        .into_iter()
        .filter(|name| !listed.contains(name))
        .filter_map(|name| {
            let published = times.of_version(name);
            if !existed(&published, as_of) {
                return None;
            }
            Some(Withdrawn {
                version: defects.version(name)?,
                published,
            })
        })
        .collect();
    found.sort_by(|a, b| a.version.cmp(&b.version));
    found
}

/// Tags whose versions existed at the reading. `latest` is the tagged version where it is one of them,
/// else the highest stable release, else the highest of all.
fn dist_tags(
    packument: &Packument<'_>,
    releases: &[Release],
    times: &ReadTimes<'_>,
    as_of: Timestamp,
    defects: &mut Defects,
) -> BTreeMap<String, Version> {
    let mut tags = BTreeMap::new();
    for (tag, text) in packument.dist_tags.get().into_iter().flatten() {
        let Some(text) = text.get() else { continue };
        if !existed(&times.of_version(text), as_of) {
            continue;
        }
        match Version::parse(text) {
            Ok(version) => {
                tags.insert(tag.to_string(), version);
            }
            Err(_) => {
                let place = format!("dist-tags[{:?}]", Untrusted::clipped(tag, 120).raw());
                defects.push(
                    "version-unreadable",
                    place,
                    "the tag points to what is no version".to_owned(),
                );
            }
        }
    }
    let has = |version: &Version| releases.iter().any(|release| &release.version == version);
    if !tags.get("latest").is_some_and(has) {
        let stable = releases.iter().filter(|release| !release.version.is_prerelease());
        let highest = stable.max_by(|a, b| a.version.cmp(&b.version));
        match highest.or_else(|| releases.iter().max_by(|a, b| a.version.cmp(&b.version))) {
            Some(release) => tags.insert("latest".to_owned(), release.version.clone()),
            None => tags.remove("latest"),
        };
    }
    tags
}
