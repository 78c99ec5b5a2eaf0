//! One filtered answer: both documents from one cut, compressed once, each with a validator of its own
//! bytes. It is true until a moment it knows; then it is made anew.
use std::{collections::BTreeMap, io::Write as _};

use axum::http::StatusCode;
use bytes::Bytes;
use cleanbill_facts::Package;
use cleanbill_model::{Age, Integrity, PackageName, SafeUrl, Timestamp, Version};
use flate2::{Compression, write::GzEncoder};
use serde::Deserialize;
use sha2::{Digest as _, Sha256};

use crate::{
    enforce::{Held, LockedUse},
    rewrite::{Cut, Form, RewriteError, rewrite},
};

/// How long an answer is used before upstream is asked again, whatever else: a change there shows within
/// this.
pub const MAX_STALENESS: Age = Age::minutes(5);

/// One representation.
#[derive(Clone, Debug)]
pub struct Representation {
    /// Its bytes.
    pub plain: Bytes,
    /// The same, compressed.
    pub gzip: Bytes,
    /// Its validator, quotes included.
    pub etag: String,
}

/// A tarball of the package as its registry tells it.
#[derive(Clone, Debug)]
pub struct Tarball {
    /// Where it is.
    pub url: SafeUrl,
    /// What its bytes must be.
    pub integrity: Option<Integrity>,
    /// When it was published, where known.
    pub published: Option<Timestamp>,
}

/// A filtered answer.
#[derive(Clone, Debug)]
pub struct Snapshot {
    /// The full document.
    pub full: Representation,
    /// The abbreviated one.
    pub abbreviated: Representation,
    /// What is held.
    pub held: Held,
    /// Every tarball, held ones too, by version.
    pub tarballs: BTreeMap<Version, Tarball>,
    /// Versions that remain.
    pub remaining: usize,
    /// From this moment on it is not used any more.
    pub expires: Timestamp,
    /// Which rules it was made under.
    pub generation: u64,
    /// The registry's `latest` and ours, where they are not the same.
    pub replaced: Option<(String, String)>,
}

/// What a document proposes.
fn latest(document: &[u8]) -> Option<String> {
    #[derive(Deserialize)]
    struct Proposing {
        #[serde(rename = "dist-tags")]
        tags: Option<Tags>,
    }
    #[derive(Deserialize)]
    struct Tags {
        latest: Option<serde_json::Value>,
    }
    let read: Proposing = serde_json::from_slice(document).ok()?;
    Some(read.tags?.latest?.as_str()?.to_owned())
}

/// The file name of a tarball at our address.
#[must_use]
pub fn file_name(name: &PackageName, version: &str) -> String {
    format!("{}-{version}.tgz", name.bare())
}

impl Snapshot {
    /// Cuts `document` for the clients of the gate at `address` (no slash at its end).
    ///
    /// # Errors
    /// When the document cannot be read.
    pub fn make(
        name: &PackageName,
        document: &str,
        package: &Package,
        held: Held,
        address: &str,
        now: Timestamp,
        generation: u64,
    ) -> Result<Self, RewriteError> {
        let cut = Cut {
            held: held
                .versions
                .iter()
                .map(|(version, held)| (version.clone(), held.sentence.clone()))
                .collect(),
            shown: held
                .versions
                .iter()
                .filter(|(_, held)| held.locked != LockedUse::No)
                .map(|(version, _)| version.clone())
                .collect(),
            judged: Some(
                package
                    .releases
                    .iter()
                    .map(|release| release.version.clone())
                    .collect(),
            ),
            times: package
                .releases
                .iter()
                .filter_map(|release| {
                    Some((release.version.to_string(), release.published.get()?.to_string()))
                })
                .collect(),
        };
        let at = |version: &str| format!("{address}/{name}/-/{}", file_name(name, version));
        let expires = held.next_change.map_or_else(
            || now.plus(MAX_STALENESS),
            |moment| moment.min(now.plus(MAX_STALENESS)),
        );
        let tarballs = package.releases.iter().filter_map(|release| {
            let url = release.tarball.clone()?;
            Some((
                release.version.clone(),
                Tarball {
                    url,
                    integrity: release.integrity.get().cloned(),
                    published: release.published.get().copied(),
                },
            ))
        });
        let full = rewrite(document, &cut, Form::Full, &at)?;
        let ours = (!cut.held.is_empty()).then(|| latest(&full)).flatten();
        let theirs = package.dist_tags.get("latest").map(ToString::to_string);
        let replaced = theirs.zip(ours).filter(|(theirs, ours)| theirs != ours);
        Ok(Self {
            full: Representation::of(full),
            replaced,
            abbreviated: Representation::of(rewrite(document, &cut, Form::Abbreviated, &at)?),
            tarballs: tarballs.collect(),
            remaining: package
                .releases
                .len()
                .saturating_sub(cut.held.len() - cut.shown.len()),
            generation,
            held,
            expires,
        })
    }

    /// The version a tarball's file name means: our own name for it first, else the one whose upstream
    /// address ends in it. Two that would do mean none.
    #[must_use]
    pub fn version_of(&self, name: &PackageName, file: &str) -> Option<&Version> {
        if let Some((version, _)) = self
            .tarballs
            .iter()
            .find(|(version, _)| file_name(name, version.as_str()) == file)
        {
            return Some(version);
        }
        let mut found = self.tarballs.iter().filter(|(_, tarball)| {
            let url = tarball.url.expose();
            url.split(['?', '#'])
                .next()
                .and_then(|path| path.rsplit('/').next())
                == Some(file)
        });
        match (found.next(), found.next()) {
            (Some((version, _)), None) => Some(version),
            _ => None,
        }
    }

    /// Bytes this answer holds in memory.
    #[must_use]
    pub fn weight(&self) -> usize {
        [&self.full, &self.abbreviated]
            .iter()
            .map(|r| r.plain.len() + r.gzip.len())
            .sum::<usize>()
            + self.tarballs.len() * 256
    }
}

impl Representation {
    fn of(plain: Vec<u8>) -> Self {
        let digest = Sha256::digest(&plain);
        let etag = format!(
            "\"{}\"",
            digest
                .iter()
                .take(16)
                .map(|byte| format!("{byte:02x}"))
                .collect::<String>()
        );
        let mut encoder = GzEncoder::new(Vec::new(), Compression::fast());
        // Writing into memory does not fail; should it, the plain bytes are served.
        let gzip = encoder
            .write_all(&plain)
            .and_then(|()| encoder.finish())
            .unwrap_or_default();
        Self {
            plain: plain.into(),
            gzip: gzip.into(),
            etag,
        }
    }
}

/// The status to answer with where upstream could not give a document.
#[must_use]
pub fn status_of(error: &cleanbill_ports::FetchError) -> StatusCode {
    use cleanbill_ports::FetchError as E;
    match error {
        E::NotFound { .. } => StatusCode::NOT_FOUND,
        E::Refused { status, .. } => StatusCode::from_u16(*status).unwrap_or(StatusCode::FORBIDDEN),
        E::Deadline { .. } => StatusCode::GATEWAY_TIMEOUT,
        _ => StatusCode::BAD_GATEWAY,
    }
}
