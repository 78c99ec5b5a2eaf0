//! Where npm will take an entry's bytes from, by what the file records and by who asks for it.
//! It does not judge whether an address fits a name.
use cleanbill_model::SafeUrl;

use crate::{
    Origin,
    entry::Requests,
    spec::{self, Asked, asked, is_http},
};

/// The origin that a recorded address (`resolved`) gives.
///
/// An address is a release's tarball when somebody asks for a release, whatever the address looks like:
/// holding it against the name is for those who judge. It is a plain tarball when somebody asks for an
/// address, or when nobody asks at all and it has no registry's layout.
pub(super) fn recorded(resolved: &str, requests: &Requests, name: &str, version: Option<&str>) -> Origin {
    let url = || SafeUrl::new(resolved);
    if is_http(resolved) && asked(resolved) != Asked::Git {
        let plain = match (&requests.other, requests.release) {
            (Some((Asked::Url, _)), _) | (Some((Asked::Git, _)), false) => true,
            (_, true) => false,
            (_, false) => !version.is_some_and(|version| spec::has_registry_layout(resolved, name, version)),
        };
        return if plain {
            Origin::Url { url: url() }
        } else {
            Origin::Registry { url: Some(url()) }
        };
    }
    match asked(resolved) {
        Asked::Git | Asked::Url => spec::git(resolved),
        Asked::Path => Origin::File {
            path: spec::path(resolved).to_owned(),
        },
        // No address at all. npm would ask the registry for it, so it stays an entry to look at.
        Asked::Release => Origin::Registry { url: Some(url()) },
    }
}

/// The origin of an entry without a recorded address: npm asks the registry for it by name and version,
/// unless everyone who wants it asks for something else.
pub(super) fn unrecorded(requests: &Requests, has_version: bool) -> Origin {
    match requests.only_other() {
        Some((Asked::Git, spec)) => spec::git(spec),
        Some((Asked::Url, spec)) => Origin::Url {
            url: SafeUrl::new(spec),
        },
        Some((Asked::Path, spec)) => Origin::File {
            path: spec::path(spec).to_owned(),
        },
        _ if has_version => Origin::Registry { url: None },
        _ => Origin::Unknown,
    }
}
