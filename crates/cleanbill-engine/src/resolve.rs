//! Which version a request means, as npm would choose at the reading: the tagged one where it satisfies
//! the range, else the highest that does, deprecated ones last.
use cleanbill_facts::{Package, Release};
use cleanbill_model::Range;

/// The release that answers `wanted`: a dist-tag, a version, or a range; empty means `latest`.
#[must_use]
pub fn resolve<'a>(package: &'a Package, wanted: &str) -> Option<&'a Release> {
    let wanted = if wanted.is_empty() { "latest" } else { wanted };
    if let Some(tagged) = package.dist_tags.get(wanted) {
        return package.release(tagged);
    }
    if let Some(exact) = package
        .releases
        .iter()
        .find(|release| release.version.as_str() == wanted)
    {
        return Some(exact);
    }
    let range = Range::parse(wanted).ok()?;
    let latest = package
        .dist_tags
        .get("latest")
        .filter(|version| range.matches(version));
    if let Some(release) = latest.and_then(|version| package.release(version))
        && release.deprecated.is_none()
    {
        return Some(release);
    }
    package
        .releases
        .iter()
        .filter(|release| range.matches(&release.version))
        .max_by(|a, b| (a.deprecated.is_none(), &a.version).cmp(&(b.deprecated.is_none(), &b.version)))
}

/// The package a dependency's name and specifier lead to: aliases (`npm:real@range`) are followed;
/// `None` where it does not come from a registry.
#[must_use]
pub fn target<'a>(name: &'a str, specifier: &'a str) -> Option<(&'a str, &'a str)> {
    if let Some(alias) = specifier.strip_prefix("npm:") {
        let split = alias
            .char_indices()
            .skip(1)
            .find(|(_, c)| *c == '@')
            .map(|(at, _)| at);
        return Some(match split {
            Some(at) => (alias.get(..at)?, alias.get(at + 1..)?),
            None => (alias, ""),
        });
    }
    let elsewhere = specifier.contains("://")
        || [
            "git+",
            "git@",
            "github:",
            "gitlab:",
            "bitbucket:",
            "gist:",
            "file:",
            "link:",
            "workspace:",
            "portal:",
            "patch:",
        ]
        .iter()
        .any(|prefix| specifier.starts_with(prefix))
        || (specifier.contains('/') && !specifier.starts_with('@'));
    (!elsewhere).then_some((name, specifier))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn aliases_are_followed_and_other_sources_are_not_the_registry() {
        assert_eq!(target("a", "npm:@real/pkg@^1"), Some(("@real/pkg", "^1")));
        assert_eq!(target("a", "npm:real"), Some(("real", "")));
        assert_eq!(target("a", "^1.0.0"), Some(("a", "^1.0.0")));
        for elsewhere in [
            "github:o/r",
            "o/r",
            "git+ssh://git@git.example/o/r",
            "https://files.example/a.tgz",
            "file:../a",
            "workspace:*",
        ] {
            assert_eq!(target("a", elsewhere), None, "{elsewhere}");
        }
    }
}
