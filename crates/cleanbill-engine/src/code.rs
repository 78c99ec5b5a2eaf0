//! The code of releases: fetched, read away from us, kept by what it was made from.
//! The reading itself is [`answer`], a pure function that a worker runs.
use std::{collections::HashMap, fmt::Write as _, sync::Arc};

use crate::rehearse::{Rehearsed, rehearse_tarball};
use cleanbill_facts::{Package, Release, Source, read_tarball};
use cleanbill_js::{Context, RULESET_VERSION};
use cleanbill_model::{Algorithm, Integrity, Known, Missing, PackageName, Purl};
use cleanbill_ports::{BlobKey, Blobs, FetchError, Reader, Registry};
use futures::{StreamExt as _, stream};
use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256, Sha512};

/// Changes whenever the reading of a tarball changes in any way beside its rules.
const READING_VERSION: u32 = 1;
/// Tarballs in flight at one time: enough to keep the workers busy, few enough to hold in memory.
const CONCURRENT: usize = 6;

/// The abilities reading code asks for.
#[derive(Clone)]
pub struct CodePorts {
    /// Reads tarballs.
    pub reader: Arc<dyn Reader>,
    /// Keeps readings.
    pub cache: Arc<dyn Blobs>,
}

/// What a reader is told beside the tarball.
#[derive(Serialize, Deserialize)]
struct Request {
    registry_hosts: Vec<String>,
    /// Rehearse it in place of reading it.
    #[serde(default)]
    rehearse: bool,
}

/// Answers one request of [`Code::read`]: a line of JSON, then the tarball. What cannot be read as a request
/// gives an empty answer.
#[must_use]
pub fn answer(request: &[u8]) -> Vec<u8> {
    let Some(at) = request.iter().position(|byte| *byte == b'\n') else {
        return Vec::new();
    };
    let (head, tarball) = request.split_at(at);
    let Ok(told) = serde_json::from_slice::<Request>(head) else {
        return Vec::new();
    };
    let tarball = tarball.get(1..).unwrap_or_default();
    if told.rehearse {
        return serde_json::to_vec(&rehearse_tarball(tarball)).unwrap_or_default();
    }
    let context = Context {
        registry_hosts: told.registry_hosts,
        known_hosts: Vec::new(),
    };
    serde_json::to_vec(&read_tarball(tarball, &context)).unwrap_or_default()
}

/// A release whose code is wanted.
#[derive(Clone, Debug)]
pub struct Wanted {
    /// The release.
    pub purl: Purl,
    /// Its tarball's address.
    pub tarball: Option<cleanbill_model::SafeUrl>,
    /// What its bytes should be.
    pub integrity: Option<Integrity>,
}

impl Wanted {
    /// The code of `release`.
    #[must_use]
    pub fn of(name: &PackageName, release: &Release) -> Self {
        Self {
            purl: Purl::new(name.clone(), release.version.clone()),
            tarball: release.tarball.clone(),
            integrity: release.integrity.get().cloned(),
        }
    }

    /// The code of `release` and of the one before it, which its difference is judged by.
    #[must_use]
    pub fn with_before(package: &Package, release: &Release) -> Vec<Self> {
        let mut wanted = vec![Self::of(&package.name, release)];
        wanted.extend(
            package
                .predecessor(release)
                .map(|before| Self::of(&package.name, before)),
        );
        wanted
    }
}

/// Readings of a run, by release.
pub type Sources = HashMap<Purl, Known<Arc<Source>>>;

/// Reads what is wanted, each once, a few at a time.
pub async fn read_all(
    wanted: Vec<Wanted>,
    registry: &Arc<dyn Registry>,
    code: &CodePorts,
    done: &(dyn Fn() + Sync),
) -> Sources {
    let mut first: HashMap<Purl, Wanted> = HashMap::new();
    for one in wanted {
        first.entry(one.purl.clone()).or_insert(one);
    }
    let answers = stream::iter(first.into_values().map(|one| async move {
        let source = read(&one, registry, code).await;
        done();
        (one.purl, source)
    }))
    .buffer_unordered(CONCURRENT);
    answers.collect().await
}

/// Reads one release's code, from the cache where the bytes it announces were read before.
async fn read(wanted: &Wanted, registry: &Arc<dyn Registry>, code: &CodePorts) -> Known<Arc<Source>> {
    let hosts: Vec<String> = registry.host_of(&wanted.purl.name).into_iter().collect();
    let announced = wanted.integrity.as_ref().and_then(|integrity| {
        integrity
            .digests()
            .iter()
            .find(|digest| digest.algorithm == Algorithm::Sha512)
            .map(|digest| digest.bytes.clone())
    });
    if let Some(kept) = announced
        .as_deref()
        .and_then(|digest| kept(&key(digest, &hosts)?, code))
    {
        return Known::Known(kept);
    }
    let Some(url) = &wanted.tarball else {
        return Known::Missing(Missing::NotFound);
    };
    let fetched = match registry.tarball(&wanted.purl.name, url).await {
        Ok(fetched) => fetched,
        Err(error) => {
            tracing::debug!(target: "cleanbill", purl = %wanted.purl, reason = %error, "tarball not fetched");
            return Known::Missing(match error {
                FetchError::Offline { .. } | FetchError::NoRegistry { .. } => Missing::Offline,
                FetchError::NotFound { .. } => Missing::NotFound,
                FetchError::TooLarge { .. } => Missing::Limit,
                _ => Missing::Unreachable,
            });
        }
    };
    let found = Sha512::digest(&fetched.bytes);
    let key = key(&found, &hosts);
    if let Some(kept) = key.as_ref().and_then(|key| kept(key, code)) {
        return Known::Known(kept);
    }
    let mut request = serde_json::to_vec(&Request {
        registry_hosts: hosts,
        rehearse: false,
    })
    .unwrap_or_default();
    request.push(b'\n');
    request.extend_from_slice(&fetched.bytes);
    drop(fetched);
    let answer = match code.reader.read(&request).await {
        Ok(answer) => answer,
        Err(error) => {
            tracing::debug!(target: "cleanbill", purl = %wanted.purl, reason = %error, "code not read");
            return Known::Missing(Missing::Limit);
        }
    };
    let Ok(source) = serde_json::from_slice::<Source>(&answer) else {
        return Known::Missing(Missing::Limit);
    };
    if let Some(key) = key {
        // A store that is full or read-only costs time on the next run, nothing else.
        drop(code.cache.put(&key, &answer));
    }
    Known::Known(Arc::new(source))
}

fn kept(key: &BlobKey, code: &CodePorts) -> Option<Arc<Source>> {
    let bytes = code.cache.get(key).ok()??;
    serde_json::from_slice(&bytes).ok().map(Arc::new)
}

/// Everything a reading depends on: the bytes, the rules, the reader, what it was told.
fn key(digest: &[u8], hosts: &[String]) -> Option<BlobKey> {
    let mut hash = Sha256::new();
    hash.update(format!(
        "reading {READING_VERSION} rules {RULESET_VERSION} program {} ",
        env!("CARGO_PKG_VERSION")
    ));
    hash.update(serde_json::to_vec(hosts).ok()?);
    hash.update(digest);
    let mut text = String::new();
    for byte in hash.finalize() {
        write!(text, "{byte:02x}").ok()?;
    }
    BlobKey::parse(&text).ok()
}

/// Reads a tarball that came from no registry; it is not kept.
///
/// # Errors
/// When the reader gives it up, with the reason.
pub async fn read_local(tarball: &[u8], code: &CodePorts) -> Result<Source, String> {
    let mut request = serde_json::to_vec(&Request {
        registry_hosts: Vec::new(),
        rehearse: false,
    })
    .map_err(|error| error.to_string())?;
    request.push(b'\n');
    request.extend_from_slice(tarball);
    let answer = code
        .reader
        .read(&request)
        .await
        .map_err(|error| error.to_string())?;
    serde_json::from_slice(&answer).map_err(|_| "the reader gave no usable answer".to_owned())
}

/// Rehearses a tarball, away from us.
///
/// # Errors
/// When the reader gives it up, with the reason.
pub async fn rehearse(tarball: &[u8], code: &CodePorts) -> Result<Rehearsed, String> {
    let request = Request {
        registry_hosts: Vec::new(),
        rehearse: true,
    };
    let mut bytes = serde_json::to_vec(&request).map_err(|error| error.to_string())?;
    bytes.push(b'\n');
    bytes.extend_from_slice(tarball);
    let answer = code
        .reader
        .read(&bytes)
        .await
        .map_err(|error| error.to_string())?;
    serde_json::from_slice(&answer).map_err(|_| "the stage gave no usable answer".to_owned())
}
