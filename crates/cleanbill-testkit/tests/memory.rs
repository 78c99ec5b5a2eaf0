//! The ports in memory keep what the ports promise.
#![allow(
    clippy::expect_used,
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "a test that cannot go on says so"
)]
use cleanbill_model::{PackageName, SafeUrl};
use cleanbill_ports::Registry as _;
use cleanbill_testkit::{MemoryBlobs, MemoryRegistry, MemoryVerdictLog, PackageBuilder, suites};

#[test]
fn memory_passes_the_suites() {
    let (blobs, log) = (MemoryBlobs::default(), MemoryVerdictLog::default());
    suites::blobs(|| blobs.clone());
    suites::verdict_log(|| log.clone());
}

#[test]
fn the_registry_in_memory_gives_what_its_document_names() {
    let package = PackageBuilder::new("@scope/left").release("1.0.0", &[]).build();
    let registry = MemoryRegistry::new([package].into_iter().collect());
    let name = PackageName::parse("@scope/left").unwrap();
    let fetched = futures::executor::block_on(registry.packument(&name)).unwrap();
    let document: serde_json::Value = serde_json::from_slice(&fetched.bytes).unwrap();
    let url = SafeUrl::new(document["versions"]["1.0.0"]["dist"]["tarball"].as_str().unwrap());
    assert!(futures::executor::block_on(registry.tarball(&name, &url)).is_ok());
    let other = PackageName::parse("left").unwrap();
    assert!(futures::executor::block_on(registry.packument(&other)).is_err());
    assert!(futures::executor::block_on(registry.tarball(&other, &url)).is_err());
}
