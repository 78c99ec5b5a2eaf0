//! The code of releases: fetched, read away from us, kept by what it was made from.
//! The reading itself is [`answer`], a pure function that a worker runs.
use std::{collections::HashMap, fmt::Write as _, sync::Arc};

use crate::{
    rehearse::{Part, Rehearsed, rehearse_tarball},
    witness::{STAGE_VERSION, Voices, attach, worth},
};
use cleanbill_facts::{Package, Release, Source, Traits, read_tarball, read_traits};
use cleanbill_js::{Context, RULESET_VERSION};
use cleanbill_model::{Algorithm, Integrity, Known, Missing, PackageName, Purl};
use cleanbill_ports::{BlobKey, Blobs, FetchError, ReadError, Reader, Registry};
use futures::{StreamExt as _, stream};
use rayon::prelude::*;
use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256, Sha512};

/// Changes whenever the reading of a tarball changes in any way beside its rules.
const READING_VERSION: u32 = 3;
/// Tarballs in flight at one time: enough to keep the workers busy, few enough to hold in memory.
pub(crate) const CONCURRENT: usize = 6;

/// The abilities reading code asks for.
#[derive(Clone)]
pub struct CodePorts {
    /// Reads tarballs.
    pub reader: Arc<dyn Reader>,
    /// Rehearses; its workers are given less time, since what a stage plays may not end.
    pub stage: Arc<dyn Reader>,
    /// Whose word about code is heard.
    pub voices: Voices,
    /// Keeps readings.
    pub cache: Arc<dyn Blobs>,
}

/// What a reader is told beside the tarball.
#[derive(Serialize, Deserialize)]
struct Request {
    registry_hosts: Vec<String>,
    /// Rehearse this of it, in place of reading it.
    #[serde(default)]
    rehearse: Option<Part>,
    /// Tell what ties it to others, in place of reading it.
    #[serde(default)]
    traits: bool,
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
    if let Some(part) = &told.rehearse {
        return serde_json::to_vec(&rehearse_tarball(tarball, part)).unwrap_or_default();
    }
    if told.traits {
        return serde_json::to_vec(&read_traits(tarball)).unwrap_or_default();
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
    let (mut sources, unread) = look_up(first, registry, code).await;
    for _ in 0..sources.len() {
        done();
    }
    let answers = stream::iter(unread.into_iter().map(|one| async move {
        let source = read(&one, registry, code).await;
        done();
        (one.purl, source)
    }))
    .buffer_unordered(CONCURRENT);
    sources.extend(answers.collect::<Vec<_>>().await);
    sources
}

/// The readings that are kept by what their releases announce, decoded on every core, and what is left to read.
async fn look_up(
    wanted: HashMap<Purl, Wanted>,
    registry: &Arc<dyn Registry>,
    code: &CodePorts,
) -> (Sources, Vec<Wanted>) {
    let asked: Vec<(Wanted, Option<BlobKey>)> = wanted
        .into_values()
        .map(|one| {
            let key = announced_key(&one, registry, code);
            (one, key)
        })
        .collect();
    let code = code.clone();
    let find = move || -> Vec<(Wanted, Option<Known<Arc<Source>>>)> {
        asked
            .into_par_iter()
            .map(|(one, key)| {
                let found = key.and_then(|key| kept(&key, &code));
                (one, found)
            })
            .collect()
    };
    // A panic inside would be ours; the join then carries it to the edge, which tells so.
    let looked = match tokio::task::spawn_blocking(find).await {
        Ok(looked) => looked,
        Err(error) => std::panic::resume_unwind(error.into_panic()),
    };
    let mut sources = Sources::with_capacity(looked.len());
    let mut unread = Vec::new();
    for (one, found) in looked {
        match found {
            Some(source) => {
                sources.insert(one.purl, source);
            }
            None => unread.push(one),
        }
    }
    (sources, unread)
}

/// Where the reading of the bytes that a release announces is kept.
fn announced_key(wanted: &Wanted, registry: &Arc<dyn Registry>, code: &CodePorts) -> Option<BlobKey> {
    let digests = wanted.integrity.as_ref()?.digests();
    let strong = digests
        .iter()
        .find(|digest| digest.algorithm == Algorithm::Sha512)?;
    key(&strong.bytes, &hosts_of(&wanted.purl, registry), code.voices)
}

fn hosts_of(purl: &Purl, registry: &Arc<dyn Registry>) -> Vec<String> {
    registry.host_of(&purl.name).into_iter().collect()
}

/// Reads one release's code, unless the bytes that came were read before.
async fn read(wanted: &Wanted, registry: &Arc<dyn Registry>, code: &CodePorts) -> Known<Arc<Source>> {
    let hosts = hosts_of(&wanted.purl, registry);
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
    let key = key(&found, &hosts, code.voices);
    if let Some(kept) = key.as_ref().and_then(|key| kept(key, code)) {
        return kept;
    }
    let mut source = match ask_reading(&fetched.bytes, &hosts, code).await {
        Ok(source) => source,
        Err(error) => {
            tracing::debug!(target: "cleanbill", purl = %wanted.purl, reason = %error, "code not read");
            if let (Some(key), Unread::For(ReadError::GivenUp { .. })) = (&key, &error) {
                keep(key, None, code);
            }
            return Known::Missing(Missing::Limit);
        }
    };
    let whole = ask_stage(&mut source, &fetched.bytes, &hosts, code, false).await;
    if let Some(key) = key.filter(|_| whole) {
        keep(&key, Some(&source), code);
    }
    Known::Known(Arc::new(source))
}

/// What is kept of a reading: itself, or that the reader dies of these bytes, so that it is not asked again.
fn kept(key: &BlobKey, code: &CodePorts) -> Option<Known<Arc<Source>>> {
    let bytes = code.cache.get(key).ok()??;
    let source: Option<Source> = serde_json::from_slice(&bytes).ok()?;
    Some(source.map_or(Known::Missing(Missing::Limit), |source| {
        Known::Known(Arc::new(source))
    }))
}

/// Everything a reading depends on: the bytes, the rules, the reader, what it was told.
fn key(digest: &[u8], hosts: &[String], voices: Voices) -> Option<BlobKey> {
    let mut hash = Sha256::new();
    hash.update(format!(
        "reading {READING_VERSION} rules {RULESET_VERSION} stage {STAGE_VERSION} {} program {} ",
        voices.as_str(),
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
    let mut source = ask_reading(tarball, &[], code)
        .await
        .map_err(|error| error.to_string())?;
    ask_stage(&mut source, tarball, &[], code, false).await;
    Ok(source)
}

/// Rehearses a whole tarball, away from us.
///
/// # Errors
/// When the stage gives it up, with the reason.
pub async fn rehearse(tarball: &[u8], code: &CodePorts) -> Result<Rehearsed, String> {
    let answer = ask(&code.stage, tarball, &[], Some(Part::default()))
        .await
        .map_err(|error| error.to_string())?;
    serde_json::from_slice(&answer).map_err(|_| "the stage gave no usable answer".to_owned())
}

/// Rehearses what is new in a release whose reading kept its imports from the stage, and keeps it.
pub async fn rehearse_news(
    wanted: &Wanted,
    source: &Source,
    registry: &Arc<dyn Registry>,
    code: &CodePorts,
) -> Option<Arc<Source>> {
    let hosts: Vec<String> = registry.host_of(&wanted.purl.name).into_iter().collect();
    let url = wanted.tarball.as_ref()?;
    let fetched = registry.tarball(&wanted.purl.name, url).await.ok()?;
    // The reading stays as it is; what was carried out before is carried out again, and joins itself.
    let mut source = source.clone();
    let whole = ask_stage(&mut source, &fetched.bytes, &hosts, code, true).await;
    if whole && let Some(key) = key(&Sha512::digest(&fetched.bytes), &hosts, code.voices) {
        keep(&key, Some(&source), code);
    }
    Some(Arc::new(source))
}

/// Why there is no reading.
#[derive(Debug, thiserror::Error)]
enum Unread {
    #[error("{0}")]
    For(ReadError),
    #[error("the reader gave no usable answer")]
    Unusable,
}

async fn ask_reading(tarball: &[u8], hosts: &[String], code: &CodePorts) -> Result<Source, Unread> {
    let answer = ask(&code.reader, tarball, hosts, None)
        .await
        .map_err(Unread::For)?;
    serde_json::from_slice(&answer).map_err(|_| Unread::Unusable)
}

/// Rehearses what of `source` is worth it. `false` where no stage could be had, so that the next run tries again;
/// one that gave up would give up again, and the reading stands without it.
async fn ask_stage(
    source: &mut Source,
    tarball: &[u8],
    hosts: &[String],
    code: &CodePorts,
    news: bool,
) -> bool {
    let Some(part) = worth(source, code.voices, news) else {
        return true;
    };
    let answer = ask(&code.stage, tarball, hosts, Some(part.clone())).await;
    let (rehearsed, whole) = match answer.map(|answer| serde_json::from_slice(&answer)) {
        Ok(Ok(rehearsed)) => (rehearsed, true),
        Ok(Err(_)) => (Rehearsed::without("the stage gave no usable answer"), true),
        Err(error) => (
            Rehearsed::without(&error.to_string()),
            !matches!(error, ReadError::NoReader { .. }),
        ),
    };
    attach(source, &part, rehearsed, hosts, code.voices);
    whole
}

async fn ask(
    reader: &Arc<dyn Reader>,
    tarball: &[u8],
    hosts: &[String],
    rehearse: Option<Part>,
) -> Result<Vec<u8>, ReadError> {
    let head = Request {
        registry_hosts: hosts.to_vec(),
        rehearse,
        traits: false,
    };
    send(reader, &head, tarball).await
}

/// What ties the release of a tarball to others, read away from us.
///
/// # Errors
/// When the reader gives it up, with the reason.
pub async fn traits(tarball: &[u8], reader: &Arc<dyn Reader>) -> Result<Traits, String> {
    let head = Request {
        registry_hosts: Vec::new(),
        rehearse: None,
        traits: true,
    };
    let answer = send(reader, &head, tarball)
        .await
        .map_err(|error| error.to_string())?;
    serde_json::from_slice(&answer).map_err(|_| "the reader gave no usable answer".to_owned())
}

async fn send(reader: &Arc<dyn Reader>, head: &Request, tarball: &[u8]) -> Result<Vec<u8>, ReadError> {
    let mut request = serde_json::to_vec(head).map_err(|error| ReadError::NoReader {
        reason: error.to_string(),
    })?;
    request.push(b'\n');
    request.extend_from_slice(tarball);
    reader.read(&request).await
}

fn keep(key: &BlobKey, source: Option<&Source>, code: &CodePorts) {
    if let Ok(bytes) = serde_json::to_vec(&source) {
        // A store that is full or read-only costs time on the next run, nothing else.
        drop(code.cache.put(key, &bytes));
    }
}
