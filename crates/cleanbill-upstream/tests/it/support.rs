//! What the tests share: a small registry, quick settings, a look into the cache folder.
use std::{path::Path, time::Duration};

use cleanbill_model::{PackageName, SafeUrl};
use cleanbill_ports::{FetchError, Fetched, Registry as _};
use cleanbill_testkit::{PackageBuilder, Registry};
use cleanbill_upstream::{Cache, Deadlines, Upstream, UpstreamSettings};

pub fn name(text: &str) -> PackageName {
    PackageName::parse(text).unwrap()
}

/// A registry with `left` and `@scope/right`, one release each.
pub fn registry() -> Registry {
    Registry::with([
        PackageBuilder::new("left")
            .release("1.0.0", &[("index.js", "module.exports = 1;\n")])
            .build(),
        PackageBuilder::new("@scope/right").release("1.0.0", &[]).build(),
    ])
}

/// Short waits between attempts, deadlines that only a machine at a standstill misses, no cache.
pub fn quick(url: &str) -> UpstreamSettings {
    let mut settings = UpstreamSettings::for_registry(url);
    settings.backoff = Duration::from_millis(5);
    settings
}

/// With deadlines that a slow registry misses soon.
pub fn impatient(mut settings: UpstreamSettings) -> UpstreamSettings {
    settings.deadlines = Deadlines {
        connect: Duration::from_secs(5),
        headers: Duration::from_millis(300),
        stall: Duration::from_millis(300),
        whole: Duration::from_secs(2),
    };
    settings
}

/// The same with a cache whose copies are never fresh.
pub fn cached(url: &str, folder: &Path) -> UpstreamSettings {
    let mut settings = quick(url);
    let mut cache = Cache::in_folder(folder);
    cache.packument_freshness = Duration::ZERO;
    cache.tarball_freshness = Duration::ZERO;
    settings.cache = Some(cache);
    settings
}

pub fn upstream(settings: UpstreamSettings) -> Upstream {
    Upstream::new(settings).unwrap()
}

pub async fn packument(upstream: &Upstream, text: &str) -> Result<Fetched, FetchError> {
    upstream.packument(&name(text)).await
}

pub async fn tarball(upstream: &Upstream, registry: &Registry) -> Result<Fetched, FetchError> {
    let url = SafeUrl::new(format!("{}/left/-/left-1.0.0.tgz", registry.url()));
    upstream.tarball(&name("left"), &url).await
}

/// Every file below `folder`.
pub fn files(folder: &Path) -> Vec<std::path::PathBuf> {
    let mut found = Vec::new();
    let mut open = vec![folder.to_owned()];
    while let Some(folder) = open.pop() {
        for entry in std::fs::read_dir(folder).into_iter().flatten() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                open.push(path)
            } else {
                found.push(path)
            }
        }
    }
    found
}
