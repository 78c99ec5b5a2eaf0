//! Ports in memory, for tests of those who use them.
//! They keep every promise of the port and nothing after the test.
use std::{
    collections::HashMap,
    sync::{Arc, Mutex, PoisonError},
};

use cleanbill_model::{PackageName, SafeUrl, Version};
use cleanbill_ports::{
    BlobKey, Blobs, BlobsError, FetchError, Fetched, Registry, Source, VerdictLog, VerdictLogError,
    VerdictRecord,
};
use futures::future::{BoxFuture, FutureExt as _};

use crate::replay::{Form, Replay};

/// [`Blobs`] in memory; clones share what they hold.
#[derive(Clone, Debug, Default)]
pub struct MemoryBlobs(Arc<Mutex<HashMap<BlobKey, Vec<u8>>>>);

impl Blobs for MemoryBlobs {
    fn get(&self, key: &BlobKey) -> Result<Option<Vec<u8>>, BlobsError> {
        Ok(self
            .0
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .get(key)
            .cloned())
    }

    fn put(&self, key: &BlobKey, bytes: &[u8]) -> Result<(), BlobsError> {
        self.0
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .insert(key.clone(), bytes.to_vec());
        Ok(())
    }
}

/// [`VerdictLog`] in memory; clones share what they hold.
#[derive(Clone, Debug, Default)]
pub struct MemoryVerdictLog(Arc<Mutex<Vec<VerdictRecord>>>);

impl VerdictLog for MemoryVerdictLog {
    fn append(&self, records: &[VerdictRecord]) -> Result<(), VerdictLogError> {
        self.0
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .extend_from_slice(records);
        Ok(())
    }

    fn last(
        &self,
        name: &PackageName,
        version: Option<&Version>,
    ) -> Result<Option<VerdictRecord>, VerdictLogError> {
        let records = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let mut newest_first = records.iter().rev();
        let wanted = |record: &&VerdictRecord| {
            record.name == *name && version.is_none_or(|version| record.version == *version)
        };
        Ok(newest_first.find(wanted).cloned())
    }
}

/// The base of a [`MemoryRegistry`]'s addresses.
pub const MEMORY_BASE: &str = "https://registry.example";

/// [`Registry`] straight from a replay, without a line in between.
#[derive(Clone, Debug, Default)]
pub struct MemoryRegistry(Replay);

impl MemoryRegistry {
    /// Answers from `replay`; tarballs are below [`MEMORY_BASE`].
    #[must_use]
    pub fn new(replay: Replay) -> Self {
        Self(replay)
    }
}

impl Registry for MemoryRegistry {
    fn packument<'a>(&'a self, name: &'a PackageName) -> BoxFuture<'a, Result<Fetched, FetchError>> {
        let found = self
            .0
            .package(name)
            .map(|package| package.document(Form::Full, MEMORY_BASE).into());
        let absent = || FetchError::NotFound {
            url: SafeUrl::new(format!("{MEMORY_BASE}/{name}")),
        };
        let answer = found
            .map(|bytes| Fetched {
                bytes,
                source: Source::Network,
            })
            .ok_or_else(absent);
        async move { answer }.boxed()
    }

    fn tarball<'a>(
        &'a self,
        name: &'a PackageName,
        url: &'a SafeUrl,
    ) -> BoxFuture<'a, Result<Fetched, FetchError>> {
        let below = format!("{MEMORY_BASE}/{name}/-/");
        let file = url.expose().strip_prefix(&below);
        let found = file.and_then(|file| self.0.package(name)?.tarball(file)).cloned();
        let answer = found
            .map(|bytes| Fetched {
                bytes,
                source: Source::Network,
            })
            .ok_or_else(|| FetchError::NotFound { url: url.clone() });
        async move { answer }.boxed()
    }

    fn host_of(&self, _name: &PackageName) -> Option<String> {
        Some("registry.example".to_owned())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{PackageBuilder, suites};

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
}
