//! Any bytes as an OSV record: read or refused, never a panic; what is read survives the index.
#![no_main]
use cleanbill_feeds::{
    index::{Builder, Index},
    osv,
};
use cleanbill_model::Timestamp;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    let Ok(parsed) = osv::parse(bytes, "fuzz") else {
        return;
    };
    let mut builder = Builder::default();
    parsed
        .advisories
        .iter()
        .for_each(|advisory| builder.add(advisory, parsed.modified));
    let built = builder
        .build(Timestamp::from_millis(0))
        .expect("a record always fits an index");
    let index = Index::from_bytes(built.bytes).expect("what was built opens");
    index.verify().expect("what was built is whole");
    for advisory in &parsed.advisories {
        let found = index
            .about(&advisory.name, "fuzz")
            .expect("what was built is readable");
        assert!(!found.is_empty());
    }
});
