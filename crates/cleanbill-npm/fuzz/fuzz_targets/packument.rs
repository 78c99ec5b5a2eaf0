//! Any bytes are a packument or an error, and a condensed copy reads the same.
#![no_main]
use cleanbill_npm::{condense, packument};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    let Ok(first) = packument::parse(bytes) else { return };
    let small = condense(&first);
    let again = packument::parse(&small).expect("a condensed copy is a packument");
    assert_eq!(first.name, again.name);
    assert_eq!(first.dist_tags, again.dist_tags);
    assert_eq!(first.times, again.times);
    assert_eq!(first.maintainers, again.maintainers);
    assert_eq!(first.versions, again.versions);
    assert_eq!(first.truncated, again.truncated);
    let repaired = ["not-utf8", "byte-order-mark", "limit-defects"];
    let kept = first.defects.iter().filter(|defect| !repaired.contains(&defect.code));
    // A repair takes one of the places there are for defects.
    assert!(kept.zip(&again.defects).all(|(one, other)| one == other));
});
