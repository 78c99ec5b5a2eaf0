//! Ports in memory: a replay as a registry without a line, and stores that end with the process.
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

use crate::{Form, Replay};

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
