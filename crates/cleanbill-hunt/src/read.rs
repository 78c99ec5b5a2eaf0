//! Bounded reads, and the few facts read from each kind of file a walk found.
//! What a file means for a campaign is asked of the [`Watch`]; nothing is decided here.
use std::{
    fs::File,
    io::{self, Read as _},
    path::Path,
    time::UNIX_EPOCH,
};

use cleanbill_intel::Reach;
use cleanbill_model::{Integrity, Timestamp};
use serde::Deserialize;

use crate::{
    Sighting, Source, Watch,
    limits::{MAX_INDEX_BYTES, MAX_MANIFEST_BYTES},
    sighting::clipped,
};

/// Reads a whole file of at most `limit` bytes.
pub(crate) fn bytes(path: &Path, limit: u64) -> io::Result<Vec<u8>> {
    let file = File::open(path)?;
    let length = file.metadata()?.len();
    let too_large = || {
        io::Error::new(
            io::ErrorKind::FileTooLarge,
            format!("it has more than {limit} bytes"),
        )
    };
    if length > limit {
        return Err(too_large());
    }
    let mut bytes = Vec::with_capacity(usize::try_from(length).unwrap_or(0));
    file.take(limit.saturating_add(1)).read_to_end(&mut bytes)?;
    if u64::try_from(bytes.len()).unwrap_or(u64::MAX) > limit {
        return Err(too_large());
    }
    Ok(bytes)
}

/// When a file was last written, by the machine's own record.
pub(crate) fn written(path: &Path) -> Option<Timestamp> {
    let modified = std::fs::symlink_metadata(path).ok()?.modified().ok()?;
    let millis = modified.duration_since(UNIX_EPOCH).ok()?.as_millis();
    i64::try_from(millis).ok().map(Timestamp::from_millis)
}

/// Name and version of a manifest, as far as they are texts.
#[derive(Deserialize)]
pub(crate) struct NameVersion {
    #[serde(default, deserialize_with = "text")]
    pub(crate) name: Option<String>,
    #[serde(default, deserialize_with = "text")]
    pub(crate) version: Option<String>,
}

/// A text, or nothing where something else stands.
fn text<'de, D: serde::Deserializer<'de>>(deserializer: D) -> Result<Option<String>, D::Error> {
    Ok(match serde_json::Value::deserialize(deserializer)? {
        serde_json::Value::String(text) => Some(text),
        _ => None,
    })
}

/// Sightings of a release by name and version.
pub(crate) fn release(watch: &Watch, name: &str, version: &str, seen: &Sighting) -> Vec<Sighting> {
    let of = |campaign| Sighting {
        campaign,
        release: Some((name.to_owned(), version.to_owned())),
        ..seen.clone()
    };
    watch.about(name, version).map(of).collect()
}

/// What is known before it is clear whose campaign it is.
pub(crate) fn seen(
    reach: Reach,
    source: Source,
    place: &str,
    note: impl Into<String>,
    at: Option<Timestamp>,
) -> Sighting {
    Sighting {
        campaign: 0,
        release: None,
        reach,
        source,
        place: place.to_owned(),
        line: None,
        note: note.into(),
        at,
        window: None,
    }
}

/// The manifest of an unpacked package.
pub(crate) fn package(watch: &Watch, path: &Path, folder: &str, shown: &str) -> io::Result<Vec<Sighting>> {
    let bytes = match bytes(path, MAX_MANIFEST_BYTES) {
        Ok(bytes) => bytes,
        // What cannot be read matters where the folder's name is one that campaigns used.
        Err(error) => {
            return if watch.knows(folder) {
                Err(error)
            } else {
                Ok(Vec::new())
            };
        }
    };
    let start = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(&bytes);
    let told: NameVersion = match serde_json::from_slice(start) {
        Ok(told) => told,
        Err(error) if watch.knows(folder) => return Err(io::Error::new(io::ErrorKind::InvalidData, error)),
        Err(_) => return Ok(Vec::new()),
    };
    let Some(version) = told.version else {
        return Ok(Vec::new());
    };
    let name = told.name.unwrap_or_else(|| folder.to_owned());
    let mut found = Vec::new();
    if watch.knows(&name) {
        let what = format!("`{name}` {version} lies unpacked there");
        found = release(
            watch,
            &name,
            &version,
            &seen(Reach::Installed, Source::Installed, shown, what, written(path)),
        );
    }
    // A bad package may write another name or a clean version into its manifest once it ran.
    if found.is_empty() && name != folder && watch.knows(folder) {
        let what = format!(
            "the folder of `{folder}` holds a manifest that calls itself `{}` {}",
            clipped(&name),
            clipped(&version)
        );
        let about = watch.about(folder, &version);
        found = about
            .map(|campaign| Sighting {
                campaign,
                ..seen(
                    Reach::Installed,
                    Source::Installed,
                    shown,
                    what.clone(),
                    written(path),
                )
            })
            .collect();
    }
    Ok(found)
}

/// One line of npm's cache index, after the digest and the tab.
#[derive(Deserialize)]
struct IndexLine<'a> {
    #[serde(borrow)]
    key: std::borrow::Cow<'a, str>,
    #[serde(borrow, default)]
    integrity: Option<std::borrow::Cow<'a, str>>,
    #[serde(default)]
    time: Option<i64>,
}

/// A bucket of npm's cache index: lines of a digest, a tab, and JSON. Returns the entries read and what was found.
pub(crate) fn npm_index(watch: &Watch, path: &Path, shown: &str) -> io::Result<(u64, Vec<Sighting>)> {
    let bytes = bytes(path, MAX_INDEX_BYTES)?;
    let (mut entries, mut found) = (0, Vec::new());
    for line in bytes.split(|byte| *byte == b'\n') {
        let Some(tab) = memchr::memchr(b'\t', line) else {
            continue;
        };
        let Some(json) = line.get(tab + 1..) else { continue };
        // A line cut short by a crash is passed over, as npm does.
        let Ok(entry) = serde_json::from_slice::<IndexLine<'_>>(json) else {
            continue;
        };
        entries += 1;
        let at = entry.time.map(Timestamp::from_millis);
        let told = seen(
            Reach::Fetched,
            Source::Cache,
            shown,
            "npm's cache holds the answer to a request for its tarball",
            at,
        );
        let mut here = Vec::new();
        if let Some((name, version)) = tarball_of(&entry.key) {
            here = release(watch, &name, &version, &told);
        }
        if let Some(integrity) = entry
            .integrity
            .as_deref()
            .and_then(|text| Integrity::parse(text).ok())
        {
            let known: Vec<(usize, &str)> = watch.by_digest(&integrity).collect();
            for (campaign, label) in known {
                if !here.iter().any(|seen| seen.campaign == campaign) {
                    let note = format!("npm's cache holds bytes with the digest of {label}");
                    here.push(Sighting {
                        campaign,
                        note,
                        ..told.clone()
                    });
                }
            }
        }
        found.extend(here);
    }
    found.dedup();
    Ok((entries, found))
}

/// Bytes that campaigns are known by, looked for at their place in npm's cache: content lies under its digest,
/// whatever the index still tells of it. Returns how many places were looked at.
pub(crate) fn npm_content(watch: &Watch, path: &Path, shown: &str) -> (u64, Vec<Sighting>) {
    let (mut looked, mut found) = (0, Vec::new());
    for (algorithm, hex, campaign, label) in watch.digests_known() {
        let (Some(first), Some(second), Some(rest)) = (hex.get(..2), hex.get(2..4), hex.get(4..)) else {
            continue;
        };
        looked += 1;
        let place = path.join(algorithm).join(first).join(second).join(rest);
        if place.is_file() {
            let note = format!("npm's cache holds bytes with the digest of {label}");
            found.push(Sighting {
                campaign,
                ..seen(Reach::Fetched, Source::Cache, shown, note, written(&place))
            });
        }
    }
    (looked, found)
}

/// An index of pnpm's store: it names its package, in newer stores in the file's name as well.
pub(crate) fn pnpm_index(watch: &Watch, path: &Path, shown: &str) -> io::Result<Vec<Sighting>> {
    let told: NameVersion = match serde_json::from_slice(&bytes(path, MAX_MANIFEST_BYTES)?) {
        Ok(told) => told,
        Err(error) => return Err(io::Error::new(io::ErrorKind::InvalidData, error)),
    };
    let at = written(path);
    let by_file = || {
        let stem = path.file_stem()?.to_str()?;
        let (_, rest) = stem.split_once('-')?;
        let split = rest.get(1..)?.find('@')? + 1;
        Some((
            rest.get(..split)?.replacen('+', "/", 1),
            rest.get(split + 1..)?.to_owned(),
        ))
    };
    let pair = told.name.zip(told.version).or_else(by_file);
    let told = seen(
        Reach::Fetched,
        Source::Cache,
        shown,
        "pnpm's store holds its files",
        at,
    );
    Ok(pair.map_or_else(Vec::new, |(name, version)| release(watch, &name, &version, &told)))
}

/// Yarn's record of linked packages: keys such as `"left@npm:1.0.0":`.
pub(crate) fn yarn_state(watch: &Watch, path: &Path, shown: &str) -> io::Result<Vec<Sighting>> {
    let bytes = bytes(path, crate::limits::MAX_LOCKFILE_BYTES)?;
    let text = String::from_utf8_lossy(&bytes);
    let mut found = Vec::new();
    for (line, text) in (1_u32..).zip(text.lines()) {
        let Some(key) = text.strip_suffix(':').map(|key| key.trim_matches('"')) else {
            continue;
        };
        let Some((name, rest)) = key
            .get(1..)
            .and_then(|rest| rest.find("@npm:"))
            .and_then(|at| Some((key.get(..=at)?, key.get(at + 6..)?)))
        else {
            continue;
        };
        let version = rest.split(['#', ':']).next().unwrap_or(rest);
        let told = Sighting {
            line: Some(line),
            ..seen(
                Reach::Installed,
                Source::Installed,
                shown,
                "Yarn's record says that it linked it",
                written(path),
            )
        };
        found.extend(release(watch, name, version, &told));
    }
    Ok(found)
}

/// Name and version in the address of a tarball: `…/@scope/left/-/left-1.0.0.tgz`.
pub(crate) fn tarball_of(address: &str) -> Option<(String, String)> {
    let path = address.split(['?', '#']).next()?;
    let (before, file) = path.rsplit_once("/-/")?;
    let stem = file.strip_suffix(".tgz")?;
    let mut steps = before.rsplit('/');
    let bare = steps.next()?;
    let (name, bare) = match bare.split_once("%2f").or_else(|| bare.split_once("%2F")) {
        Some((scope, bare)) => (format!("{}/{bare}", scope.replace("%40", "@")), bare),
        None => match steps.next().filter(|scope| scope.starts_with('@')) {
            Some(scope) => (format!("{scope}/{bare}"), bare),
            None => (bare.to_owned(), bare),
        },
    };
    let version = stem.strip_prefix(bare)?.strip_prefix('-')?;
    (!version.is_empty()).then(|| (name, version.to_owned()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_of_tarballs_tell_name_and_version() {
        let pair = |name: &str, version: &str| Some((name.to_owned(), version.to_owned()));
        let of = |path: &str| {
            tarball_of(&format!(
                "make-fetch-happen:request-cache:https://registry.example{path}"
            ))
        };
        assert_eq!(of("/left/-/left-1.0.0.tgz"), pair("left", "1.0.0"));
        assert_eq!(
            of("/@scope/left-pad/-/left-pad-1.0.0-rc.1.tgz"),
            pair("@scope/left-pad", "1.0.0-rc.1")
        );
        assert_eq!(
            of("/@scope%2fleft/-/left-1.0.0.tgz?x=1"),
            pair("@scope/left", "1.0.0")
        );
        assert_eq!(of("/left"), None);
        assert_eq!(of("/left/-/right-1.0.0.tgz"), None);
    }
}
