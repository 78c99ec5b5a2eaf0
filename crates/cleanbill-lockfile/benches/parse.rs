//! How fast each real lockfile is read, in bytes a second: whole parse, edges and lines included.
#![expect(
    clippy::disallowed_methods,
    clippy::unwrap_used,
    reason = "a benchmark reads its fixtures and may fail"
)]
use std::{hint::black_box, path::Path};

use criterion::{Criterion, Throughput, criterion_group, criterion_main};

fn parse(criterion: &mut Criterion) {
    let real = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/real");
    for size in ["small", "mid"] {
        let mut group = criterion.benchmark_group(size);
        let mut folders: Vec<_> = real
            .join(size)
            .read_dir()
            .unwrap()
            .map(|entry| entry.unwrap().path())
            .collect();
        folders.retain(|folder| folder.is_dir());
        folders.sort();
        for folder in folders {
            for file in folder.read_dir().unwrap() {
                let path = file.unwrap().path();
                let (name, bytes) = (
                    path.file_name().unwrap().to_str().unwrap(),
                    std::fs::read(&path).unwrap(),
                );
                group.throughput(Throughput::Bytes(bytes.len() as u64));
                group.bench_function(folder.file_name().unwrap().to_str().unwrap(), |bencher| {
                    bencher.iter(|| cleanbill_lockfile::parse(name, black_box(&bytes)).unwrap());
                });
            }
        }
        group.finish();
    }
}

criterion_group! {
    name = benches;
    config = Criterion::default().sample_size(20);
    targets = parse
}
criterion_main!(benches);
