//! A replay as an inert registry in memory: packages with whole documents and tarballs.
//! It knows the replay format v1 and nothing of HTTP, nor of what is suspicious in what it builds.
mod case;
pub mod demo;
mod folder;
pub mod memory;
mod package;
pub mod tarball;

use std::collections::BTreeMap;

use cleanbill_model::PackageName;

pub use case::{Case, Class, Expectation, Trigger};
pub use folder::ReadReplayError;
pub use memory::{MemoryBlobs, MemoryRegistry, MemoryVerdictLog};
pub use package::{BuildPackageError, Form, ReplayFile, ReplayPackage, ReplayRelease, sri_sha512};
pub use tarball::TarballBuilder;

/// Every package of one replay.
#[derive(Clone, Debug, Default)]
pub struct Replay {
    packages: BTreeMap<PackageName, ReplayPackage>,
}

impl Replay {
    /// No package in it yet.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds a package, or puts it in the place of the one of that name.
    pub fn insert(&mut self, package: ReplayPackage) {
        self.packages.insert(package.name().clone(), package);
    }

    /// Takes a package away.
    pub fn remove(&mut self, name: &PackageName) {
        self.packages.remove(name);
    }

    /// The package of that name.
    #[must_use]
    pub fn package(&self, name: &PackageName) -> Option<&ReplayPackage> {
        self.packages.get(name)
    }

    /// All names, sorted.
    pub fn names(&self) -> impl Iterator<Item = &PackageName> {
        self.packages.keys()
    }
}

impl FromIterator<ReplayPackage> for Replay {
    fn from_iter<I: IntoIterator<Item = ReplayPackage>>(packages: I) -> Self {
        let mut replay = Self::new();
        for package in packages {
            replay.insert(package);
        }
        replay
    }
}
