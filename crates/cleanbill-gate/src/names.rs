//! What a path asks for: a document, one version of it, a tarball, or something that is not ours to filter.
//! Names are taken as they come; what could lead anywhere else is refused, never repaired.
use cleanbill_model::PackageName;

/// What a request is about.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Asked {
    /// The document of a package.
    Packument(PackageName),
    /// One version or tag of it.
    Single(PackageName, String),
    /// A tarball of it, by its file name.
    Tarball(PackageName, String),
    /// The dist-tags of it.
    DistTags(PackageName),
    /// A route of the registry itself (`/-/…`), passed on.
    Registry,
    /// Nothing that a registry has.
    Nothing,
}

/// Reads a path as it came on the line, percent-encoding and all. Both spellings of a scoped name occur.
#[must_use]
pub fn asked(path: &str) -> Asked {
    let Some(rest) = path.strip_prefix('/') else {
        return Asked::Nothing;
    };
    if let Some(route) = rest.strip_prefix("-/") {
        let tags = route
            .strip_prefix("package/")
            .and_then(|rest| rest.strip_suffix("/dist-tags"))
            .and_then(decoded);
        return match tags.map(|name| PackageName::parse(&name)) {
            Some(Ok(name)) => Asked::DistTags(name),
            _ => Asked::Registry,
        };
    }
    let Some(segments) = rest.split('/').map(decoded).collect::<Option<Vec<String>>>() else {
        return Asked::Nothing;
    };
    let joined = |scope: &str, bare: &str| PackageName::parse(&format!("{scope}/{bare}"));
    let (name, rest) = match segments.as_slice() {
        [scope, bare, rest @ ..] if scope.starts_with('@') && !scope.contains('/') => {
            (joined(scope, bare), rest)
        }
        [name, rest @ ..] => (PackageName::parse(name), rest),
        [] => return Asked::Nothing,
    };
    let Ok(name) = name else { return Asked::Nothing };
    match rest {
        [] => Asked::Packument(name),
        [single] if is_plain(single) => Asked::Single(name, single.clone()),
        [dash, file] if dash == "-" && is_plain(file) => Asked::Tarball(name, file.clone()),
        [dash, scope, file] if dash == "-" && Some(scope.as_str()) == name.scope() && is_plain(file) => {
            Asked::Tarball(name, file.clone())
        }
        _ => Asked::Nothing,
    }
}

/// The package a route of the registry itself is about: tags, access, attestations, staged and trusted publishing.
/// Which upstream answers depends on it, as for a document.
#[must_use]
pub fn subject(path: &str) -> Option<PackageName> {
    let route = path.strip_prefix("/-/")?;
    let mut segments = route.split('/').map(decoded);
    while let Some(segment) = segments.next() {
        let is_attested = match segment?.as_str() {
            "package" => false,
            "attestations" => true,
            _ => continue,
        };
        let mut text = segments.next()??;
        if text.starts_with('@') && !text.contains('/') {
            text = format!("{text}/{}", segments.next()??);
        }
        // A version follows, behind the last of the signs but the one that begins a scope.
        let name = match text.rfind('@').filter(|at| is_attested && *at > 0) {
            Some(at) => text.get(..at)?,
            None => text.as_str(),
        };
        return PackageName::parse(name).ok();
    }
    None
}

/// A file name, version or tag: nothing that names another folder.
fn is_plain(segment: &str) -> bool {
    !segment.is_empty()
        && segment.len() <= 512
        && segment != "."
        && segment != ".."
        && !segment.contains(['/', '\\', '\0'])
}

/// Decodes `%xx` once; `None` where it is malformed, not UTF-8, or decodes to something encoded again.
fn decoded(segment: &str) -> Option<String> {
    let mut bytes = Vec::with_capacity(segment.len());
    let mut rest = segment.bytes();
    while let Some(byte) = rest.next() {
        if byte == b'%' {
            let pair = [rest.next()?, rest.next()?];
            let text = std::str::from_utf8(&pair).ok()?;
            bytes.push(u8::from_str_radix(text, 16).ok()?);
        } else {
            bytes.push(byte);
        }
    }
    let text = String::from_utf8(bytes).ok()?;
    (!text.contains('%') && !text.chars().any(char::is_control)).then_some(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn name(text: &str) -> PackageName {
        PackageName::parse(text).unwrap()
    }

    #[test]
    fn every_spelling_of_a_scoped_name_is_one_name() {
        for path in ["/@acme%2ftool", "/@acme%2Ftool", "/%40acme%2ftool", "/@acme/tool"] {
            assert_eq!(asked(path), Asked::Packument(name("@acme/tool")), "{path}");
        }
    }

    #[test]
    fn a_leading_at_decides_between_scope_and_version() {
        assert_eq!(asked("/left/1.2.3"), Asked::Single(name("left"), "1.2.3".into()));
        assert_eq!(
            asked("/@acme/tool/latest"),
            Asked::Single(name("@acme/tool"), "latest".into())
        );
    }

    #[test]
    fn tarballs_and_tags_are_told_from_routes() {
        assert_eq!(
            asked("/left/-/left-1.2.3.tgz"),
            Asked::Tarball(name("left"), "left-1.2.3.tgz".into())
        );
        assert_eq!(
            asked("/@acme/tool/-/tool-1.0.0.tgz"),
            Asked::Tarball(name("@acme/tool"), "tool-1.0.0.tgz".into())
        );
        assert_eq!(
            asked("/@acme%2ftool/-/tool-1.0.0.tgz"),
            Asked::Tarball(name("@acme/tool"), "tool-1.0.0.tgz".into())
        );
        assert_eq!(
            asked("/-/package/@acme%2ftool/dist-tags"),
            Asked::DistTags(name("@acme/tool"))
        );
        assert_eq!(asked("/-/npm/v1/security/advisories/bulk"), Asked::Registry);
    }

    #[test]
    fn routes_about_a_package_are_told_from_those_about_none() {
        for path in [
            "/-/package/@acme%2ftool/access",
            "/-/package/@acme/tool/dist-tags/next",
            "/-/npm/v1/attestations/@acme%2ftool@1.0.0",
            "/-/npm/v1/attestations/@acme/tool@1.0.0",
            "/-/npm/v1/oidc/token/exchange/package/@acme%2ftool",
            "/-/stage/package/%40acme%2Ftool",
        ] {
            assert_eq!(subject(path), Some(name("@acme/tool")), "{path}");
        }
        assert_eq!(subject("/-/npm/v1/attestations/left@1.0.0"), Some(name("left")));
        for path in [
            "/-/whoami",
            "/-/npm/v1/keys",
            "/-/v1/search",
            "/-/package",
            "/-/package/%zz",
            "/left",
        ] {
            assert_eq!(subject(path), None, "{path}");
        }
    }

    #[test]
    fn tricks_with_paths_are_nothing() {
        for path in [
            "/../etc",
            "/left/-/..%2f..%2fetc",
            "/%252e%252e",
            "/left/-/a%00b",
            "/a%2fb",
            "/left/x/y/z",
            "/@acme",
            "left",
            "/%zz",
            "/left/-/..",
        ] {
            assert_eq!(asked(path), Asked::Nothing, "{path}");
        }
    }

    proptest::proptest! {
        #[test]
        fn whatever_the_path_a_name_is_one_or_there_is_none(path in "(/-/)?(package/|attestations/)?[@%a-z0-9/.\\PC]{0,60}") {
            if let Some(found) = subject(&path) {
                proptest::prop_assert!(PackageName::parse(found.as_str()).is_ok());
            }
            if let Asked::Packument(found) | Asked::Single(found, _) | Asked::Tarball(found, _) = asked(&path) {
                proptest::prop_assert!(PackageName::parse(found.as_str()).is_ok());
            }
        }
    }
}
