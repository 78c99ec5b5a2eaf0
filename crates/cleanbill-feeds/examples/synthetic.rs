//! Makes a feed as large as the real one, brings it in and asks it 1,200 names; prints what that cost.
//! Run it in release: `cargo run --release -p cleanbill-feeds --example synthetic`.
#![expect(
    clippy::disallowed_methods,
    reason = "a tool at the edge: it reads files and measures time"
)]
use std::{error::Error, fs::File, hint::black_box, io::Write as _, path::Path, time::Instant};

use cleanbill_feeds::{FeedSet, FeedSettings, sync_local};
use cleanbill_model::{Age, PackageName, Timestamp};
use cleanbill_ports::Advisories as _;
use zip::{CompressionMethod, ZipWriter, write::SimpleFileOptions};

const MALICIOUS: u32 = 300_000;
const VULNERABLE: u32 = 10_000;
const ASKED: u32 = 1_200;

fn main() -> Result<(), Box<dyn Error>> {
    let step = std::env::args().nth(1);
    let kept = std::env::args().nth(2);
    let own = tempfile::tempdir()?;
    let folder = kept.as_deref().map_or(own.path(), Path::new);
    std::fs::create_dir_all(folder)?;
    let archive = folder.join("all.zip");
    let now = Timestamp::parse("2026-11-24T00:00:00Z")?;
    let settings = FeedSettings {
        name: "osv".to_owned(),
        source: archive.display().to_string(),
        max_age: Age::days(1),
    };
    let does = |name: &str| step.as_deref().is_none_or(|step| step == name);
    if does("make") {
        let records = make(&archive)?;
        println!(
            "archive: {} MB of {records} records",
            std::fs::metadata(&archive)?.len() / 1_000_000
        );
    }
    if does("build") {
        let report = sync_local(folder, &settings, now)?;
        println!(
            "index: {} malicious, {} vulnerable, {} names, {} skipped, {:.1} MB, built in {:.2} s, peak {} MiB",
            report.malicious,
            report.vulnerable,
            report.names,
            report.skipped.total(),
            report.index_bytes as f64 / 1e6,
            report.took.as_secs_f64(),
            peak_mib(),
        );
    }
    if does("ask") {
        let names: Vec<PackageName> = (0..ASKED).map(asked).collect::<Result<_, _>>()?;
        let before = peak_mib();
        let started = Instant::now();
        black_box(FeedSet::built_in(now).about(names.first().ok_or("no names")?));
        println!(
            "built-in pack on first use {:.3} ms",
            started.elapsed().as_secs_f64() * 1e3
        );
        for round in ["first", "second"] {
            let started = Instant::now();
            let set = FeedSet::open(folder, std::slice::from_ref(&settings), now);
            let opened = started.elapsed();
            let found: usize = names.iter().map(|name| black_box(set.about(name)).len()).sum();
            let took = started.elapsed();
            println!(
                "{round} open {:.3} ms, with {ASKED} look-ups {:.3} ms, {found} found, peak {} MiB (before {before})",
                opened.as_secs_f64() * 1e3,
                took.as_secs_f64() * 1e3,
                peak_mib(),
            );
        }
    }
    Ok(())
}

/// One name in twenty is in the feed; a real tree has fewer.
fn asked(n: u32) -> Result<PackageName, Box<dyn Error>> {
    let text = if n.is_multiple_of(20) {
        malicious_name(n.wrapping_mul(7919) % MALICIOUS)
    } else {
        format!("@tree/part-{n}")
    };
    Ok(PackageName::parse(&text)?)
}

fn malicious_name(n: u32) -> String {
    if n.is_multiple_of(5) {
        format!("@group-{}/tool-{n}", n % 997)
    } else {
        format!("left-{}-pad-{n}", n % 613)
    }
}

/// Records shaped and sized as the published ones are.
fn make(path: &Path) -> Result<u32, Box<dyn Error>> {
    let mut archive = ZipWriter::new(std::io::BufWriter::new(File::create(path)?));
    let options = SimpleFileOptions::default()
        .compression_method(CompressionMethod::Deflated)
        .compression_level(Some(1));
    for n in 0..MALICIOUS {
        let (id, name) = (format!("MAL-2026-{n}"), malicious_name(n));
        let digest = format!("{:064x}", u128::from(n).wrapping_mul(0x9e37_79b9_7f4a_7c15_f39c));
        archive.start_file(format!("{id}.json"), options)?;
        write!(
            archive,
            r#"{{"modified":"2026-04-07T14:41:20Z","published":"2026-03-31T03:15:49Z","schema_version":"1.7.4","id":"{id}","aliases":["GHSA-{:04x}-{:04x}-9f9f"],"summary":"Malicious code in {name} (npm)","details":"\n---\n_-= Per source details. Do not edit below this line.=-_\n\n## Source: inspector ({digest})\nThe package {name} was found to contain code that sends the environment of the machine it is installed on to an address that its author controls, and runs what that address answers.\n\n## Source: advisories ({digest})\nA computer on which it was installed should be taken as lost; keys on it should be changed from another one.\n","affected":[{{"package":{{"ecosystem":"npm","name":"{name}"}},"versions":["1.0.{}","1.1.{}"],"database_specific":{{"cwes":[{{"cweId":"CWE-506","description":"The product contains code that appears to be malicious in nature.","name":"Embedded Malicious Code"}}],"indicators":{{"package_integrity":[{{"filename":"x.tgz","hashes":{{"sha1":"{}"}}}}]}}}}}}],"references":[{{"type":"ADVISORY","url":"https://advisories.example/{id}"}}],"credits":[{{"name":"Inspector","type":"FINDER","contact":["finder@inspector.example"]}}],"database_specific":{{"malicious-packages-origins":[{{"source":"advisories","sha256":"{digest}","import_time":"2026-03-31T03:22:12.62722761Z","id":"GHSA-x","modified_time":"2026-03-31T03:15:49Z","versions":["1.0.{}"]}}]}}}}"#,
            n % 0xffff,
            n / 0xffff,
            n % 40,
            n % 9,
            digest.get(..40).unwrap_or_default(),
            n % 40,
        )?;
    }
    for n in 0..VULNERABLE {
        archive.start_file(format!("GHSA-v-{n}.json"), options)?;
        let words = "A crafted input makes the parser read past what it was given. ".repeat(30);
        write!(
            archive,
            r#"{{"id":"GHSA-v-{n}","modified":"2026-01-01T00:00:00Z","published":"2025-01-01T00:00:00Z","aliases":["CVE-2025-{n}"],"summary":"Denial of service in part {n}","details":"{words}","severity":[{{"type":"CVSS_V3","score":"CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:N/I:N/A:H"}}],"affected":[{{"package":{{"ecosystem":"npm","name":"vuln-{}"}},"ranges":[{{"type":"SEMVER","events":[{{"introduced":"{}.0.0"}},{{"fixed":"{}.2.3"}}]}}]}}],"references":[{{"type":"WEB","url":"https://advisories.example/v/{n}"}}]}}"#,
            n / 3,
            n % 3,
            n % 3,
        )?;
    }
    archive.finish()?.flush()?;
    Ok(MALICIOUS + VULNERABLE)
}

/// Highest memory of this process so far, where the system tells it.
fn peak_mib() -> u64 {
    let text = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = text
        .lines()
        .find_map(|line| line.strip_prefix("VmHWM:"))
        .unwrap_or_default();
    line.trim()
        .trim_end_matches(" kB")
        .trim()
        .parse::<u64>()
        .map_or(0, |kib| kib / 1024)
}
