//! Packuments that outlive their bytes, for documents that had to be repaired before they could be read.
//! It changes no value.
use std::borrow::Cow;

use cleanbill_model::Known;

use crate::{
    dist::Dist,
    manifest::{Account, Bundled, Deprecation, Manifest, Pairs, Publisher},
    packument::{Packument, Times, Unpublished},
    reader::Str,
};

type Text = Str<'static>;

fn text(text: Str<'_>) -> Text {
    Cow::Owned(text.into_owned())
}

fn known(known: Known<Str<'_>>) -> Known<Text> {
    known.map(text)
}

fn pairs(pairs: Pairs<'_>) -> Pairs<'static> {
    pairs
        .into_iter()
        .map(|(key, value)| (text(key), known(value)))
        .collect()
}

fn account(account: Account<'_>) -> Account<'static> {
    Account {
        name: known(account.name),
        email: known(account.email),
    }
}

fn accounts(accounts: Vec<Account<'_>>) -> Vec<Account<'static>> {
    accounts.into_iter().map(account).collect()
}

fn publisher(publisher: Publisher<'_>) -> Publisher<'static> {
    Publisher {
        account: account(publisher.account),
        trusted: known(publisher.trusted),
    }
}

fn dist(dist: Dist<'_>) -> Dist<'static> {
    Dist {
        tarball: known(dist.tarball),
        integrity: known(dist.integrity),
        shasum: known(dist.shasum),
        attested: dist.attested,
        signed: dist.signed,
        unpacked_size: dist.unpacked_size,
        file_count: dist.file_count,
    }
}

fn bundled(bundled: Bundled<'_>) -> Bundled<'static> {
    match bundled {
        Bundled::All(all) => Bundled::All(all),
        Bundled::Names(names) => Bundled::Names(names.into_iter().map(text).collect()),
    }
}

fn times(times: Times<'_>) -> Times<'static> {
    Times {
        created: known(times.created),
        modified: known(times.modified),
        unpublished: times.unpublished.map(|gone| Unpublished {
            time: known(gone.time),
            versions: gone.versions.into_iter().map(text).collect(),
        }),
        versions: pairs(times.versions),
    }
}

impl Manifest<'_> {
    /// The same manifest with its own text.
    #[must_use]
    pub fn into_owned(self) -> Manifest<'static> {
        Manifest {
            version: text(self.version),
            declared_version: known(self.declared_version),
            publisher: self.publisher.map(publisher),
            dist: self.dist.map(dist),
            scripts: self.scripts.map(pairs),
            has_install_script: self.has_install_script,
            gypfile: self.gypfile,
            dependencies: self.dependencies.map(pairs),
            optional_dependencies: self.optional_dependencies.map(pairs),
            peer_dependencies: self.peer_dependencies.map(pairs),
            bundled: self.bundled.map(bundled),
            deprecated: self.deprecated.map(|deprecation| Deprecation {
                message: text(deprecation.message),
            }),
            description: known(self.description),
            repository: known(self.repository),
            homepage: known(self.homepage),
            author: self.author.map(account),
            bin: self.bin.map(pairs),
            maintainers: self.maintainers.map(accounts),
            shape: self
                .shape
                .into_iter()
                .map(|(field, json)| (field, text(json)))
                .collect(),
        }
    }
}

impl Packument<'_> {
    /// The same packument with its own text.
    #[must_use]
    pub fn into_owned(self) -> Packument<'static> {
        Packument {
            name: known(self.name),
            dist_tags: self.dist_tags.map(pairs),
            times: self.times.map(times),
            maintainers: self.maintainers.map(accounts),
            versions: self
                .versions
                .map(|versions| versions.into_iter().map(Manifest::into_owned).collect()),
            truncated: self.truncated,
            defects: self.defects,
            source: text(self.source),
        }
    }
}
