//! A good index with changed bytes, or any bytes at all, as an index: answers or damage, never a panic.
#![no_main]
use std::sync::LazyLock;

use cleanbill_feeds::{
    index::{Builder, Index},
    osv,
};
use cleanbill_model::{PackageName, Timestamp};
use libfuzzer_sys::fuzz_target;

const RECORD: &str = r#"{"id":"MAL-1","aliases":["GHSA-1"],"published":"2026-01-01T00:00:00Z","affected":[{"package":{"ecosystem":"npm","name":"left"},"versions":["1.0.0"],"ranges":[{"type":"SEMVER","events":[{"introduced":"2.0.0"},{"fixed":"2.1.0"}]}],"database_specific":{"indicators":{"package_integrity":[{"hashes":{"sha1":"2c8fc0f6f39897039c46cb48d19674423888cbf8"}}]}}}]}"#;

static GOOD: LazyLock<(Vec<u8>, PackageName)> = LazyLock::new(|| {
    let mut builder = Builder::default();
    let parsed = osv::parse(RECORD.as_bytes(), "").expect("a good record");
    parsed
        .advisories
        .iter()
        .for_each(|advisory| builder.add(advisory, None));
    let built = builder.build(Timestamp::from_millis(0)).expect("a good index");
    (built.bytes, PackageName::parse("left").expect("a good name"))
});

fn ask(bytes: Vec<u8>, name: &PackageName) {
    if let Ok(index) = Index::from_bytes(bytes) {
        let _ = index.about(name, "fuzz");
        let _ = index.verify();
    }
}

fuzz_target!(|bytes: &[u8]| {
    let (good, name) = &*GOOD;
    ask(bytes.to_vec(), name);
    let _ = Index::read_unchecked(bytes, name);
    // Three bytes of input are one change: where, and what.
    let mut changed = good.clone();
    for change in bytes.chunks_exact(3) {
        let at = usize::from(u16::from_le_bytes([change[0], change[1]])) % changed.len();
        changed[at] ^= change[2];
    }
    ask(changed, name);
});
