//! One package's history as its registry tells it, at one clock reading: releases in order of
//! publication, withdrawn versions, owners. It has no idea what is suspicious in it.
use std::collections::BTreeMap;

use cleanbill_model::{Age, Defect, Integrity, Known, PackageName, SafeUrl, Timestamp, Untrusted, Version};

/// How long a release has to be out before the next is measured against it: nine in ten hijacked releases whose
/// window is known were found within three days.
pub const SETTLED: Age = Age::days(3);

/// A release that was out for this long has been looked at by many: what it does is the package's known behaviour.
pub const TRUSTED: Age = Age::days(90);

/// A package and its releases that existed at the reading.
#[derive(Clone, Debug)]
pub struct Package {
    /// Its name.
    pub name: PackageName,
    /// When its first version appeared.
    pub created: Known<Timestamp>,
    /// Releases that can be had, by time of publication (unknown times last), then by version.
    pub releases: Vec<Release>,
    /// Versions that have a time and no document: withdrawn after publication.
    pub withdrawn: Vec<Withdrawn>,
    /// Dist-tags as sent, `latest` recomputed where the reading lies before the document.
    pub dist_tags: BTreeMap<String, Version>,
    /// Owners today.
    pub maintainers: Known<Vec<Person>>,
    /// Which kinds of fact this registry sends for this package.
    pub sends: Sends,
    /// What is wrong with the document.
    pub defects: Vec<Defect>,
}

/// One release.
#[derive(Clone, Debug)]
pub struct Release {
    /// Its version.
    pub version: Version,
    /// When it was published.
    pub published: Known<Timestamp>,
    /// The account that published it.
    pub publisher: Known<Person>,
    /// The way it was published.
    pub channel: Known<Channel>,
    /// True when it carries a provenance attestation.
    pub provenance: Known<bool>,
    /// Digest of its tarball.
    pub integrity: Known<Integrity>,
    /// Address of its tarball.
    pub tarball: Option<SafeUrl>,
    /// What runs at install: `preinstall`, `install`, `postinstall`, an implicit native build.
    pub install_scripts: Known<Vec<Script>>,
    /// What it asks for.
    pub dependencies: Vec<Dependency>,
    /// The commands it puts on the path, name and file; a single one without a name stands under the empty name.
    pub commands: Known<Vec<(String, String)>>,
    /// The deprecation message.
    pub deprecated: Option<Untrusted>,
    /// Bytes once unpacked.
    pub unpacked_size: Known<u64>,
    /// Files in the tarball.
    pub file_count: Known<u64>,
    /// What it says of itself.
    pub identity: Identity,
    /// The fields that say which files are loaded and where it may be installed, as the JSON that was sent.
    pub shape: BTreeMap<&'static str, String>,
    /// What its tarball brings along itself, by name; an empty list is none, and all is every dependency.
    pub bundled: Known<BundledNames>,
    /// The registry's word that a native build runs at install.
    pub gypfile: Known<bool>,
}

/// What a release says that its tarball brings along.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum BundledNames {
    /// Every dependency, or none.
    All(bool),
    /// These.
    Names(Vec<String>),
}

/// An account.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Person {
    /// Account name.
    pub name: String,
    /// Mail address, where sent.
    pub email: Option<String>,
}

impl Person {
    /// The part behind the last `@` of the mail address, lower-cased for comparison only.
    #[must_use]
    pub fn mail_domain(&self) -> Option<String> {
        self.email
            .as_ref()?
            .rsplit_once('@')
            .map(|(_, domain)| domain.to_ascii_lowercase())
    }
}

/// How a release reached the registry.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Channel {
    /// By a workflow the registry trusts, without a token.
    TrustedPublisher {
        /// `github`, `gitlab`, ….
        provider: String,
    },
    /// By an account, with a session or a token.
    Account,
}

/// A script of the manifest.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Script {
    /// `preinstall`, `install`, `postinstall`, or `gyp` for the implicit native build.
    pub event: String,
    /// The command as written; empty where the registry only says that there is one.
    pub command: Untrusted,
}

/// One request of a manifest.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Dependency {
    /// The name as written.
    pub name: String,
    /// The range or specifier as written.
    pub range: String,
    /// Which map.
    pub kind: DependencyKind,
}

/// The map of a manifest a request stands in; development dependencies are not installed with a release
/// and do not occur here.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum DependencyKind {
    /// `dependencies`.
    Runtime,
    /// `optionalDependencies`.
    Optional,
    /// `peerDependencies`.
    Peer,
}

/// What a release says of itself, for telling copies.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct Identity {
    /// `description`.
    pub description: Option<String>,
    /// Repository address, as written.
    pub repository: Option<String>,
    /// `homepage`.
    pub homepage: Option<String>,
    /// Author's name.
    pub author: Option<String>,
}

/// A version with a time and no document.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Withdrawn {
    /// The version.
    pub version: Version,
    /// When it had been published.
    pub published: Known<Timestamp>,
}

/// Which kinds of fact the document carries for at least one release; the others are not known.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Sends {
    /// Publication times.
    pub times: bool,
    /// Publishing accounts.
    pub publisher: bool,
    /// Attestations or registry signatures.
    pub attestations: bool,
    /// Owners.
    pub maintainers: bool,
}

impl Package {
    /// The release of that version.
    #[must_use]
    pub fn release(&self, version: &Version) -> Option<&Release> {
        self.releases.iter().find(|release| &release.version == version)
    }

    /// The withdrawn entry of that version.
    #[must_use]
    pub fn withdrawal(&self, version: &Version) -> Option<&Withdrawn> {
        self.withdrawn.iter().find(|gone| &gone.version == version)
    }

    /// Releases published strictly before `release`, latest first. Empty where its time is not known.
    pub fn before<'a>(&'a self, release: &'a Release) -> impl Iterator<Item = &'a Release> {
        let moment = release.published.get().copied();
        self.releases.iter().rev().filter(move |other| {
            other.version != release.version
                && matches!((other.published.get(), moment), (Some(theirs), Some(ours)) if *theirs < ours)
        })
    }

    /// The release an updater would come from: the highest version below this one of the same line that had been
    /// out for [`SETTLED`] when this one came; failing that, the highest such version of any line; and only where
    /// nothing had settled, the highest that was published before. A thief who publishes twice would otherwise be
    /// measured against himself.
    #[must_use]
    pub fn predecessor<'a>(&'a self, release: &'a Release) -> Option<&'a Release> {
        let settled = |other: &Release| {
            matches!((other.published.get(), release.published.get()),
                (Some(theirs), Some(ours)) if ours.since(*theirs) >= SETTLED)
        };
        let below = |same_line: bool, only_settled: bool| {
            self.before(release)
                .filter(|other| other.version < release.version)
                .filter(|other| release.version.is_prerelease() || !other.version.is_prerelease())
                .filter(|other| !same_line || other.version.same_line(&release.version))
                .filter(|other| !only_settled || settled(other))
                .max_by(|a, b| a.version.cmp(&b.version))
        };
        below(true, true)
            .or_else(|| below(false, true))
            .or_else(|| below(true, false))
            .or_else(|| below(false, false))
    }

    /// The release whose behaviour is the package's known one when `release` is judged: the highest below it that had
    /// been out for [`TRUSTED`] at the reading, of its own line where that has one. It may be the predecessor.
    #[must_use]
    pub fn elder<'a>(&'a self, release: &'a Release, as_of: Timestamp) -> Option<&'a Release> {
        let below = |same_line: bool| {
            self.before(release)
                .filter(|other| other.version < release.version)
                .filter(|other| release.version.is_prerelease() || !other.version.is_prerelease())
                .filter(|other| !same_line || other.version.same_line(&release.version))
                .filter(|other| {
                    other
                        .published
                        .get()
                        .is_some_and(|out| as_of.since(*out) >= TRUSTED)
                })
                .max_by(|a, b| a.version.cmp(&b.version))
        };
        below(true).or_else(|| below(false))
    }

    /// What `latest` most likely was just before `release` appeared: the stable release published last.
    /// Registries keep no history of dist-tags, so this is an inference.
    #[must_use]
    pub fn latest_before<'a>(&'a self, release: &'a Release) -> Option<&'a Release> {
        self.before(release).find(|other| !other.version.is_prerelease())
    }
}
