//! Measures the registry client on loopback: packuments fetched, confirmed, read fresh, read offline.
//! `cargo run --release -p cleanbill-upstream --example fetch_many [COUNT] [VERSIONS]`
#![expect(clippy::disallowed_methods, reason = "a measurement looks at the clock")]
use std::{
    error::Error,
    sync::Arc,
    time::{Duration, Instant},
};

use cleanbill_model::PackageName;
use cleanbill_ports::{Registry as _, Source};
use cleanbill_testkit::{PackageBuilder, Registry, Replay};
use cleanbill_upstream::{Cache, Upstream, UpstreamSettings};
use serde_json::json;

fn main() -> Result<(), Box<dyn Error>> {
    let mut arguments = std::env::args()
        .skip(1)
        .filter_map(|text| text.parse::<usize>().ok());
    let count = arguments.next().unwrap_or(1_200);
    let versions = arguments.next().unwrap_or(60);
    let folder = std::env::temp_dir().join(format!("cleanbill-fetch-many-{}", std::process::id()));
    let registry = Registry::start(replay(count, versions));
    let names: Vec<PackageName> = (0..count)
        .map(|n| PackageName::parse(&format!("package-{n}")))
        .collect::<Result<_, _>>()?;

    let settings = |freshness: u64, offline: bool| {
        let mut settings = UpstreamSettings::for_registry(registry.url());
        let mut cache = Cache::in_folder(&folder);
        cache.packument_freshness = Duration::from_secs(freshness);
        settings.cache = Some(cache);
        settings.offline = offline;
        settings
    };
    // The registry renders and compresses each document once; that is not what is measured.
    let mut warming = settings(0, false);
    warming.cache = None;
    pass("warming the registry", &Upstream::new(warming)?, &names)?;
    println!("peak memory, registry and all: {} MiB", peak_memory_mib());
    pass("first fetch", &Upstream::new(settings(0, false))?, &names)?;
    pass("confirmed by 304", &Upstream::new(settings(0, false))?, &names)?;
    pass(
        "fresh in the cache",
        &Upstream::new(settings(300, false))?,
        &names,
    )?;
    pass("offline", &Upstream::new(settings(0, true))?, &names)?;
    println!("peak memory, registry and all: {} MiB", peak_memory_mib());
    std::fs::remove_dir_all(&folder)?;
    Ok(())
}

fn pass(what: &str, upstream: &Upstream, names: &[PackageName]) -> Result<(), Box<dyn Error>> {
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
    let started = Instant::now();
    let (bytes, source) = runtime.block_on(async {
        let pending: Vec<_> = names.iter().map(|name| upstream.packument(name)).collect();
        let mut total = 0;
        let mut source = Source::Network;
        for answer in futures::future::join_all(pending).await {
            let fetched = answer?;
            total += fetched.bytes.len();
            source = fetched.source;
        }
        Ok::<_, cleanbill_ports::FetchError>((total, source))
    })?;
    let elapsed = started.elapsed();
    println!(
        "{what}: {} packuments, {} KiB, {source:?}, {:.1} ms, {:.0} a second",
        names.len(),
        bytes / 1024,
        elapsed.as_secs_f64() * 1000.0,
        names.len() as f64 / elapsed.as_secs_f64()
    );
    Ok(())
}

/// Packages of `versions` releases each, all but one without a tarball.
fn replay(count: usize, versions: usize) -> Replay {
    let fields = Arc::new(json!({
        "description": "a package for measuring",
        "dependencies": {"left": "^1.0.0", "right": "~2.1.0"},
        "_npmUser": {"name": "ada", "email": "ada@mail.example"},
        "dist": {"integrity": format!("sha512-{}==", "A".repeat(86)), "shasum": "0".repeat(40), "fileCount": 12, "unpackedSize": 51234},
    }));
    let package = |n: usize| {
        let mut builder = PackageBuilder::new(&format!("package-{n}")).release("0.0.1", &[]);
        for version in 0..versions {
            let version = format!("1.{version}.0");
            builder = builder
                .listed(&version, fields.as_ref().clone())
                .published(&version, "2026-06-01T00:00:00.000Z");
        }
        builder.build()
    };
    (0..count).map(package).collect()
}

/// Most memory this process has had, where the system tells.
fn peak_memory_mib() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status
        .lines()
        .find_map(|line| line.strip_prefix("VmHWM:"))
        .unwrap_or_default();
    line.trim()
        .trim_end_matches(" kB")
        .trim()
        .parse::<u64>()
        .unwrap_or(0)
        / 1024
}
