//! What kind of source a specifier or address names: git, a tarball, the disk, or a registry's range.
//! It goes by shape alone; whether a host is a good one is not its affair.
use cleanbill_model::SafeUrl;

use crate::{Origin, spec::is_http};

/// The origin that a specifier such as `git+ssh://…#v1`, `./a.tgz` or `owner/repo` names; `None` for a
/// range, a tag, or anything else that a registry answers.
pub(crate) fn origin_of(specifier: &str) -> Option<Origin> {
    if let Some(path) = strip_any(specifier, &["link:", "portal:"]) {
        return Some(Origin::Link {
            path: path.to_owned(),
        });
    }
    if let Some(path) = specifier.strip_prefix("workspace:") {
        return Some(Origin::Workspace {
            path: path.to_owned(),
        });
    }
    if let Some(path) = strip_any(specifier, &["file:", "exec:"]) {
        return Some(Origin::File {
            path: path.to_owned(),
        });
    }
    if is_path(specifier) {
        return Some(Origin::File {
            path: specifier.to_owned(),
        });
    }
    if is_git(specifier) {
        return Some(git(specifier));
    }
    if is_http(specifier) {
        return Some(web(specifier));
    }
    None
}

/// A tarball's address, or the git commit it is the archive of: hosts that serve archives by commit
/// have addresses of a telling shape.
pub(crate) fn web(address: &str) -> Origin {
    archive(address).unwrap_or_else(|| {
        let plain = without_fragment(address);
        Origin::Url {
            url: SafeUrl::new(plain),
        }
    })
}

/// A git address with its commit, `url#commit`, `url#commit=…` or `url#semver:…`.
pub(crate) fn git(address: &str) -> Origin {
    let (url, fragment) = address.split_once('#').unwrap_or((address, ""));
    let commit = fragment
        .split('&')
        .map(|part| part.strip_prefix("commit=").unwrap_or(part))
        .find(|part| is_commit(part))
        .map(str::to_owned);
    Origin::Git {
        url: SafeUrl::new(url),
        commit,
    }
}

/// The address without `#…`.
pub(crate) fn without_fragment(address: &str) -> &str {
    address.split('#').next().unwrap_or(address)
}

/// True for a git object name: 40 or 64 hexadecimal digits.
pub(crate) fn is_commit(text: &str) -> bool {
    matches!(text.len(), 40 | 64) && text.bytes().all(|byte| byte.is_ascii_hexdigit())
}

/// True for an address that git is asked for.
pub(crate) fn is_git(text: &str) -> bool {
    const SCHEMES: &[&str] = &[
        "git+",
        "git:",
        "git@",
        "ssh:",
        "github:",
        "gitlab:",
        "bitbucket:",
        "gist:",
    ];
    if SCHEMES.iter().any(|scheme| text.starts_with(scheme)) {
        return true;
    }
    let plain = without_fragment(text);
    if is_http(text) {
        let fragment = text.get(plain.len()..).unwrap_or_default();
        return plain.ends_with(".git") || fragment.contains("commit=");
    }
    is_shorthand(plain)
}

/// `owner/repo`, which means a well-known git host.
fn is_shorthand(text: &str) -> bool {
    let word = |part: &str| {
        !part.is_empty()
            && part
                .bytes()
                .all(|b| b.is_ascii_alphanumeric() || b"-_.".contains(&b))
    };
    match text.split_once('/') {
        Some((owner, repository)) => word(owner) && word(repository) && !owner.starts_with('.'),
        None => false,
    }
}

fn is_path(text: &str) -> bool {
    let starts = ["./", "../", "/", "~/"]
        .iter()
        .any(|start| text.starts_with(start));
    let archive = [".tgz", ".tar.gz", ".tar"].iter().any(|end| text.ends_with(end)) && !text.contains(':');
    starts || archive || text == "." || text == ".."
}

fn strip_any<'t>(text: &'t str, starts: &[&str]) -> Option<&'t str> {
    starts.iter().find_map(|start| text.strip_prefix(start))
}

/// `/<owner>/<repo>/tar.gz/<commit>`, `/<owner>/<repo>/get/<commit>.tar.gz` and
/// `/<owner>/<repo>/-/archive/<commit>/…`.
fn archive(address: &str) -> Option<Origin> {
    let parsed = url::Url::parse(without_fragment(address)).ok()?;
    let steps: Vec<&str> = parsed.path_segments()?.collect();
    let at = steps
        .iter()
        .position(|step| matches!(*step, "tar.gz" | "get" | "archive"))?;
    let commit = steps.get(at + 1)?;
    let commit = commit.strip_suffix(".tar.gz").unwrap_or(commit);
    let owner_and_repository = steps.get(..at)?;
    let owner_and_repository = owner_and_repository
        .strip_suffix(&["-"])
        .unwrap_or(owner_and_repository);
    if !is_commit(commit) || owner_and_repository.len() < 2 {
        return None;
    }
    let mut repository = parsed.clone();
    repository.set_path(&owner_and_repository.join("/"));
    repository.set_query(None);
    Some(Origin::Git {
        url: SafeUrl::new(repository.as_str()),
        commit: Some(commit.to_owned()),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    const COMMIT: &str = "0123456789abcdef0123456789abcdef01234567";

    fn git_at(specifier: &str) -> (String, Option<String>) {
        match origin_of(specifier) {
            Some(Origin::Git { url, commit }) => (url.expose().to_owned(), commit),
            other => panic!("{specifier} is {other:?}"),
        }
    }

    #[test]
    fn ranges_and_tags_are_the_registrys() {
        for text in ["^1.0.0", "latest", ">= 1 < 2", "*", "", "1.x || 2", "npm:left@^1"] {
            assert_eq!(origin_of(text), None, "{text}");
        }
    }

    #[test]
    fn git_goes_by_many_spellings() {
        for text in [
            "git+ssh://git@git.example/a/b.git",
            "git@git.example:a/b.git",
            "github:a/b",
            "a/b",
            "https://git.example/a/b.git",
        ] {
            assert_eq!(
                git_at(&format!("{text}#{COMMIT}")),
                (text.to_owned(), Some(COMMIT.to_owned()))
            );
            assert_eq!(git_at(&format!("{text}#main")).1, None);
        }
        let berry = format!("https://git.example/a/b#workspace=x&commit={COMMIT}");
        assert_eq!(git_at(&berry).1.as_deref(), Some(COMMIT));
    }

    #[test]
    fn the_archive_of_a_commit_is_git() {
        for path in [
            format!("a/b/tar.gz/{COMMIT}"),
            format!("a/b/get/{COMMIT}.tar.gz"),
            format!("a/b/-/archive/{COMMIT}/b.tar.gz"),
        ] {
            assert_eq!(
                git_at(&format!("https://git.example/{path}")),
                ("https://git.example/a/b".into(), Some(COMMIT.into()))
            );
        }
    }

    #[test]
    fn tarballs_and_folders_are_told_apart() {
        let url = |text: &str| {
            Some(Origin::Url {
                url: SafeUrl::new(text),
            })
        };
        assert_eq!(
            origin_of("https://files.example/a.tgz#x"),
            url("https://files.example/a.tgz")
        );
        assert_eq!(
            origin_of("https://files.example/a/b/tar.gz/main"),
            url("https://files.example/a/b/tar.gz/main")
        );
        assert_eq!(origin_of("file:../a"), Some(Origin::File { path: "../a".into() }));
        assert_eq!(
            origin_of("vendor/a.tgz"),
            Some(Origin::File {
                path: "vendor/a.tgz".into()
            })
        );
        assert_eq!(origin_of("../a"), Some(Origin::File { path: "../a".into() }));
        assert_eq!(
            origin_of("portal:../a"),
            Some(Origin::Link { path: "../a".into() })
        );
        assert_eq!(
            origin_of("workspace:packages/a"),
            Some(Origin::Workspace {
                path: "packages/a".into()
            })
        );
    }
}
