//! What a specifier or a recorded address says of where bytes come from, in the words npm and Bun share.
//! It fetches nothing and trusts no name.
use cleanbill_model::SafeUrl;

use crate::Origin;

/// What a manifest asks for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Asked {
    /// A release of a registry: a version, a range, a tag, or an alias of one.
    Release,
    /// A git repository.
    Git,
    /// A tarball at an address.
    Url,
    /// A file or folder of the own disk.
    Path,
}

const GIT: [&str; 8] = [
    "git+",
    "git:",
    "git@",
    "ssh:",
    "github:",
    "gitlab:",
    "bitbucket:",
    "gist:",
];
const PATH: [&str; 8] = ["file:", "link:", "portal:", "workspace:", "./", "../", "/", "~/"];

/// Which kind of thing a specifier asks for, as npm tells them apart.
pub(crate) fn asked(spec: &str) -> Asked {
    if is_http(spec) {
        let address = spec.split('#').next().unwrap_or(spec);
        return if address.ends_with(".git") {
            Asked::Git
        } else {
            Asked::Url
        };
    }
    if PATH.iter().any(|start| spec.starts_with(start)) {
        return Asked::Path;
    }
    if GIT.iter().any(|start| spec.starts_with(start)) {
        return Asked::Git;
    }
    if [".tgz", ".tar.gz", ".tar"].iter().any(|end| spec.ends_with(end)) {
        return Asked::Path;
    }
    // `owner/repository` is short for a GitHub repository; an alias may hold a slash in its scope.
    if spec.contains('/') && !spec.starts_with('@') && !spec.contains(':') {
        return Asked::Git;
    }
    Asked::Release
}

/// True for `http:` and `https:` addresses; schemes have no case.
pub(crate) fn is_http(text: &str) -> bool {
    ["http://", "https://"].iter().any(|scheme| {
        text.as_bytes()
            .get(..scheme.len())
            .is_some_and(|head| head.eq_ignore_ascii_case(scheme.as_bytes()))
    })
}

/// A git repository and its commit, from an address with the commit behind `#`.
pub(crate) fn git(address: &str) -> Origin {
    let (url, fragment) = address
        .split_once('#')
        .map_or((address, None), |(url, rest)| (url, Some(rest)));
    let commit = fragment
        .and_then(|text| text.split("::").next())
        .filter(|text| (7..=64).contains(&text.len()) && text.bytes().all(|b| b.is_ascii_hexdigit()));
    Origin::Git {
        url: SafeUrl::new(url),
        commit: commit.map(str::to_owned),
    }
}

/// The path behind `file:` or `link:`, or the path itself.
pub(crate) fn path(spec: &str) -> &str {
    ["file:", "link:", "portal:", "workspace:"]
        .iter()
        .find_map(|start| spec.strip_prefix(start))
        .unwrap_or(spec)
}

/// The real name and version behind `npm:name@version`.
pub(crate) fn alias(spec: &str) -> Option<(&str, &str)> {
    name_and_rest(spec.strip_prefix("npm:")?)
}

/// Splits `name@rest`, minding the `@` of a scope.
pub(crate) fn name_and_rest(text: &str) -> Option<(&str, &str)> {
    let at = text.char_indices().skip(1).find(|&(_, c)| c == '@')?.0;
    Some((text.get(..at)?, text.get(at + 1..)?))
}

/// True when the end of an address has the layout of a registry's tarball of this very release.
pub(crate) fn has_registry_layout(address: &str, name: &str, version: &str) -> bool {
    let path = address.split(['?', '#']).next().unwrap_or(address);
    let path = path.replace("%2f", "/").replace("%2F", "/").replace("%40", "@");
    let bare = name.rsplit('/').next().unwrap_or(name);
    let file = format!("{bare}-{version}.tgz");
    // npm's own layout; the scope again before the file; cnpm; Gitea; GitHub Packages.
    [
        format!("/{name}/-/{file}"),
        format!("/{name}/-/{name}-{version}.tgz"),
        format!("/{name}/download/{file}"),
        format!("/{name}/download/{name}-{version}.tgz"),
        format!("/{name}/-/{version}/{file}"),
    ]
    .iter()
    .any(|end| path.ends_with(end.as_str()))
        || path.contains(&format!("/download/{name}/{version}/"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn specifiers_are_told_apart_as_npm_does() {
        for spec in [
            "^1.0.0",
            "~1",
            "",
            "*",
            "latest",
            "npm:@s/a@^1",
            ">=1 <2",
            "1.0.0 - 2.0.0",
            "catalog:",
        ] {
            assert_eq!(asked(spec), Asked::Release, "{spec}");
        }
        for spec in [
            "a/b",
            "github:a/b",
            "git+ssh://git@git.example/a.git#abc",
            "git@git.example:a/b",
            "https://git.example/a.git#v1",
        ] {
            assert_eq!(asked(spec), Asked::Git, "{spec}");
        }
        for spec in ["https://files.example/a.tgz", "HTTP://files.example/a.tgz"] {
            assert_eq!(asked(spec), Asked::Url, "{spec}");
        }
        for spec in [
            "file:../a",
            "link:a",
            "./a.tgz",
            "vendor/a.tgz",
            "a.tar.gz",
            "../a",
            "/a",
            "~/a",
            "workspace:*",
        ] {
            assert_eq!(asked(spec), Asked::Path, "{spec}");
        }
    }

    #[test]
    fn only_a_commit_is_taken_for_one() {
        let commit = |text| match git(text) {
            Origin::Git { commit, .. } => commit,
            _ => None,
        };
        assert_eq!(
            commit("git+https://git.example/a.git#0123abc").as_deref(),
            Some("0123abc")
        );
        assert_eq!(commit("git+https://git.example/a.git#main"), None);
        assert_eq!(commit("git+https://git.example/a.git#semver:^1"), None);
        assert_eq!(commit("git+https://git.example/a.git"), None);
    }

    #[test]
    fn layouts_of_known_registries_are_known() {
        for path in [
            "/@s/a/-/a-1.0.0.tgz",
            "/api/npm/repo/@s/a/-/@s/a-1.0.0.tgz",
            "/@s%2fa/-/a-1.0.0.tgz?cache=0",
            "/%40s%2Fa/-/1.0.0/a-1.0.0.tgz",
            "/@s/a/download/@s/a-1.0.0.tgz",
            "/download/@s/a/1.0.0/0123456789",
        ] {
            assert!(
                has_registry_layout(&format!("https://registry.example{path}"), "@s/a", "1.0.0"),
                "{path}"
            );
        }
        for path in ["/@s/a/-/a-1.0.1.tgz", "/a.tgz", "/@s/ab/-/ab-1.0.0.tgz"] {
            assert!(
                !has_registry_layout(&format!("https://registry.example{path}"), "@s/a", "1.0.0"),
                "{path}"
            );
        }
    }

    #[test]
    fn a_scoped_name_is_split_behind_its_scope() {
        assert_eq!(name_and_rest("@s/a@1.0.0"), Some(("@s/a", "1.0.0")));
        assert_eq!(name_and_rest("a@npm@1"), Some(("a", "npm@1")));
        assert_eq!(name_and_rest("@s/a"), None);
        assert_eq!(alias("npm:@s/a@^1"), Some(("@s/a", "^1")));
    }
}
