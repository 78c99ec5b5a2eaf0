//! Measures the registry client on loopback: packuments fetched, confirmed, read fresh, read offline.
//! `cargo run --release -p cleanbill-upstream --example fetch_many [COUNT] [VERSIONS]`
#![expect(clippy::disallowed_methods, reason = "a measurement looks at the clock")]
use std::{
    error::Error,
    io::{BufRead as _, BufReader},
    process::{Command, Stdio},
    sync::Arc,
    time::{Duration, Instant},
};

use cleanbill_model::PackageName;
use cleanbill_ports::{Registry as _, Source};
use cleanbill_testkit::{PackageBuilder, Registry, Replay};
use cleanbill_upstream::{Cache, Upstream, UpstreamSettings};
use serde_json::json;

fn main() -> Result<(), Box<dyn Error>> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let number = |at: usize, or: usize| arguments.get(at).and_then(|text| text.parse().ok()).unwrap_or(or);
    if arguments.first().is_some_and(|first| first == "serve") {
        return serve(number(1, 0), number(2, 0));
    }
    let (count, versions) = (number(0, 1_200), number(1, 60));
    // The registry has a process of its own, so that the memory below is the client's.
    let mut server = Command::new(std::env::current_exe()?)
        .args(["serve", &count.to_string(), &versions.to_string()])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()?;
    let mut url = String::new();
    BufReader::new(server.stdout.take().ok_or("the registry says nothing")?).read_line(&mut url)?;
    let measured = measure(url.trim(), count);
    drop(server.stdin.take());
    server.wait()?;
    measured
}

/// Serves until the other side closes the pipe.
fn serve(count: usize, versions: usize) -> Result<(), Box<dyn Error>> {
    let registry = Registry::start(replay(count, versions));
    println!("{}", registry.url());
    std::io::stdin().read_line(&mut String::new())?;
    Ok(())
}

fn measure(url: &str, count: usize) -> Result<(), Box<dyn Error>> {
    let folder = std::env::temp_dir().join(format!("cleanbill-fetch-many-{}", std::process::id()));
    let names: Vec<PackageName> = (0..count)
        .map(|n| PackageName::parse(&format!("package-{n}")))
        .collect::<Result<_, _>>()?;
    let settings = |freshness: u64, offline: bool| {
        let mut settings = UpstreamSettings::for_registry(url);
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
    pass("first fetch", &Upstream::new(settings(0, false))?, &names)?;
    pass("confirmed by 304", &Upstream::new(settings(0, false))?, &names)?;
    pass(
        "fresh in the cache",
        &Upstream::new(settings(300, false))?,
        &names,
    )?;
    pass("offline", &Upstream::new(settings(0, true))?, &names)?;
    println!("peak memory of the client: {} MiB", peak_memory_mib());
    std::fs::remove_dir_all(&folder)?;
    Ok(())
}

fn pass(what: &str, upstream: &Upstream, names: &[PackageName]) -> Result<(), Box<dyn Error>> {
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
    let started = Instant::now();
    let (bytes, source) = runtime.block_on(async {
        let one = |name| async move {
            upstream
                .packument(name)
                .await
                .map(|fetched| (fetched.bytes.len(), fetched.source))
        };
        let mut total = 0;
        let mut source = Source::Network;
        for answer in futures::future::join_all(names.iter().map(one)).await {
            let (bytes, from) = answer?;
            total += bytes;
            source = from;
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
