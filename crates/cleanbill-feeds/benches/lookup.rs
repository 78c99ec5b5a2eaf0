//! How long it takes to open a feed and ask it, and to read one record.
use std::hint::black_box;

use cleanbill_feeds::{
    FeedSet,
    index::{Builder, Index},
    osv,
};
use cleanbill_model::{PackageName, Timestamp};
use cleanbill_ports::Advisories as _;
use criterion::{Criterion, criterion_group, criterion_main};

const RECORDS: u32 = 50_000;

fn record(n: u32) -> String {
    format!(
        r#"{{"id":"MAL-2026-{n}","modified":"2026-04-07T14:41:20Z","published":"2026-03-31T03:15:49Z","summary":"Malicious code in pack-{n} (npm)","details":"{}","affected":[{{"package":{{"ecosystem":"npm","name":"pack-{n}"}},"versions":["1.0.{}","1.1.0"]}}]}}"#,
        "words of its finder ".repeat(40),
        n % 50,
    )
}

fn feeds(c: &mut Criterion) {
    let Ok(now) = Timestamp::parse("2026-11-24T00:00:00Z") else {
        return;
    };
    let mut builder = Builder::default();
    for n in 0..RECORDS {
        if let Ok(parsed) = osv::parse(record(n).as_bytes(), "") {
            parsed
                .advisories
                .iter()
                .for_each(|advisory| builder.add(advisory, parsed.modified));
        }
    }
    let Ok(built) = builder.build(now) else { return };
    let Ok(folder) = tempfile::tempdir() else { return };
    let path = folder.path().join("osv.index");
    if built.store(&path).is_err() {
        return;
    }
    let names: Vec<PackageName> = (0..1_200)
        .filter_map(|n| {
            PackageName::parse(&if n % 20 == 0 {
                format!("pack-{n}")
            } else {
                format!("part-{n}")
            })
            .ok()
        })
        .collect();
    c.bench_function("open and 1,200 names", |b| {
        b.iter(|| {
            let Ok(index) = Index::open(&path) else { return 0 };
            names
                .iter()
                .filter_map(|name| index.about(name, "osv").ok())
                .map(|found| found.len())
                .sum::<usize>()
        });
    });
    let pack = FeedSet::built_in(now);
    c.bench_function("1,200 names in the pack", |b| {
        b.iter(|| {
            names
                .iter()
                .map(|name| black_box(pack.about(name)).len())
                .sum::<usize>()
        });
    });
    c.bench_function("all campaigns read", |b| {
        b.iter(|| cleanbill_feeds::pack::campaigns().map(|all| all.len()))
    });
    let text = record(1);
    c.bench_function("one record", |b| {
        b.iter(|| osv::parse(black_box(text.as_bytes()), "osv").is_ok())
    });
}

criterion_group!(benches, feeds);
criterion_main!(benches);
