//! A registry of which one document is known already: the judgement sees the very bytes that are cut.
//! It asks the registry behind it for everything else.
use std::sync::Arc;

use cleanbill_model::{PackageName, SafeUrl};
use cleanbill_ports::{FetchError, Fetched, Registry};
use futures::future::BoxFuture;

/// The document of `name`, before the registry behind it.
pub(crate) struct Overlay {
    pub(crate) behind: Arc<dyn Registry>,
    pub(crate) name: PackageName,
    pub(crate) document: Fetched,
}

impl Registry for Overlay {
    fn packument<'a>(&'a self, name: &'a PackageName) -> BoxFuture<'a, Result<Fetched, FetchError>> {
        if *name == self.name {
            return Box::pin(std::future::ready(Ok(self.document.clone())));
        }
        self.behind.packument(name)
    }

    fn tarball<'a>(
        &'a self,
        name: &'a PackageName,
        url: &'a SafeUrl,
    ) -> BoxFuture<'a, Result<Fetched, FetchError>> {
        self.behind.tarball(name, url)
    }

    fn host_of(&self, name: &PackageName) -> Option<String> {
        self.behind.host_of(name)
    }
}
