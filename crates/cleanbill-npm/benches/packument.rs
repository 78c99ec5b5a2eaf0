//! How fast packuments are read and condensed, on documents of the shapes that occur.
#![expect(clippy::unwrap_used, reason = "a bench that fails should stop")]
#![allow(missing_docs, reason = "the macro that names the group writes none")]
use std::{fmt::Write as _, hint::black_box};

use cleanbill_npm::{condense, packument};
use criterion::{BenchmarkId, Criterion, Throughput, criterion_group, criterion_main};

/// A document of `versions` versions with `dependencies` requests each, as a public registry sends it.
fn document(versions: usize, dependencies: usize) -> String {
    let mut json = String::from(r#"{"_id":"left","name":"left","dist-tags":{"latest":"1.0.0"},"versions":{"#);
    for version in 0..versions {
        let comma = if version == 0 { "" } else { "," };
        let requests: Vec<_> = (0..dependencies)
            .map(|n| format!(r#""dependency-{n}":"^{n}.{version}.0""#))
            .collect();
        let requests = requests.join(",");
        write!(
            json,
            r#"{comma}"1.{version}.0":{{"name":"left","version":"1.{version}.0","keywords":["pad","left","text","javascript"],
"author":{{"name":"Ann"}},"license":"Apache-2.0","_id":"left@1.{version}.0","maintainers":[{{"name":"ann","email":"ann@mail.example"}},
{{"name":"bo","email":"bo@mail.example"}},{{"name":"cy","email":"cy@mail.example"}}],"homepage":"https://left.example/",
"bugs":{{"url":"https://git.example/left/issues"}},"bin":{{"left":"bin/left"}},"dist":{{
"shasum":"da39a3ee5e6b4b0d3255bfef95601890afd80709","tarball":"https://registry.example/left/-/left-1.{version}.0.tgz",
"fileCount":183,"integrity":"sha512-z4PhNX7vuL3xVChQ1m2AB9Yg5AULVxXcg/SpIdNs6c5H0NE8XYXysP+DGNKHfuwvY7kxvUdBeoGlODJ6+SfaPg==",
"signatures":[{{"sig":"MEUCIQDq3tLQmbUmxJ3sKBAk3Y5rBKKkSGkg5dVy3Gz5Z5bZbQIgG1Yz1VdQ0cNfZ7g5QqB1fCkYl1lQm8o3mYJ8bY5m1Zc=",
"keyid":"SHA256:jl3bwswu80PjjokCgh0o2w5c2U4LhQAE57gj9cz1kzA"}}],"unpackedSize":65109912}},"main":"./lib/left.js","types":"./lib/left.d.ts",
"engines":{{"node":">=14.17"}},"scripts":{{"test":"hereby runtests-parallel --light=false","build":"npm run build:compiler","lint":"hereby lint"}},
"_npmUser":{{"name":"ann","email":"ann@mail.example"}},"repository":{{"url":"git+https://git.example/left.git","type":"git"}},
"_npmVersion":"10.8.1","description":"Left is a language for application scale text","directories":{{}},"_nodeVersion":"20.14.0",
"dependencies":{{{requests}}},"devDependencies":{{"@esfx/canceltoken":"^1.0.0","@octokit/rest":"latest","@types/chai":"latest","chai":"latest",
"glob":"latest","hereby":"^1.8.9","mocha":"latest","esbuild":"^0.21.5","eslint":"^8.57.0","tslib":"latest","which":"^2.0.2"}},
"_hasShrinkwrap":false,"readmeFilename":"README.md","_npmOperationalInternal":{{"tmp":"tmp/left_1.{version}.0","host":"s3://packages"}}}}"#
        )
        .unwrap();
    }
    json.push_str(r#"},"time":{"created":"2012-10-01T15:35:39.553Z","modified":"2026-01-01T00:00:00.000Z""#);
    for version in 0..versions {
        write!(
            json,
            r#","1.{version}.0":"2024-{:02}-{:02}T15:35:39.553Z""#,
            version % 12 + 1,
            version % 28 + 1
        )
        .unwrap();
    }
    json.push_str(r##"},"maintainers":[{"name":"ann","email":"ann@mail.example"}],"readme":"# Left"}"##);
    json
}

fn benches(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("packument");
    for (label, versions, dependencies) in [("long", 3_478, 0), ("wide", 600, 60), ("usual", 27, 6)] {
        let json = document(versions, dependencies);
        group.throughput(Throughput::Bytes(json.len() as u64));
        group.bench_with_input(BenchmarkId::new("parse", label), &json, |bencher, json| {
            bencher.iter(|| {
                packument::parse(black_box(json.as_bytes()))
                    .unwrap()
                    .versions
                    .get()
                    .unwrap()
                    .len()
            });
        });
        // The least any reader does: see that it is JSON.
        group.bench_with_input(BenchmarkId::new("floor", label), &json, |bencher, json| {
            bencher.iter(|| {
                serde_json::from_str::<&serde_json::value::RawValue>(black_box(json))
                    .unwrap()
                    .get()
                    .len()
            });
        });
        let parsed = packument::parse(json.as_bytes()).unwrap();
        assert_eq!(parsed.defects, []);
        group.bench_with_input(BenchmarkId::new("condense", label), &parsed, |bencher, parsed| {
            bencher.iter(|| condense(black_box(parsed)).len());
        });
    }
    group.finish();
}

criterion_group! {
    name = packuments;
    config = Criterion::default().sample_size(20).measurement_time(std::time::Duration::from_secs(3));
    targets = benches
}
criterion_main!(packuments);
