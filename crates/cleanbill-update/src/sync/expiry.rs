//! Exclusions from a client's age rule: which versions they name, and which of those need no exclusion any more.
//! It reads the words of pnpm, Yarn, npm and Bun, and is told which ages have ended.
use cleanbill_model::{PackageName, Version};

/// Most versions read of one exclusion.
const MAX_VERSIONS: usize = 100;

/// An exclusion, taken apart.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Exclusion {
    /// The package; `None` where it is a pattern.
    pub name: Option<PackageName>,
    /// The versions it names; empty where it means every version.
    pub versions: Vec<Version>,
}

/// What is left of an exclusion.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Left {
    /// It stays as it is.
    Whole,
    /// Some of its versions are old enough now; this is what should stand there.
    Part(String),
    /// All of it is needed no more.
    Nothing,
    /// It names no version, so that it never ends.
    Endless,
}

/// Takes an exclusion apart: `name`, `@scope/*`, `name@1.2.3`, `name@1.2.3 || 1.2.4`, Yarn's `name@npm:1.2.3`.
#[must_use]
pub fn read(text: &str) -> Exclusion {
    let at = text
        .char_indices()
        .skip(1)
        .find(|(_, c)| *c == '@')
        .map(|(at, _)| at);
    let (name, rest) = match at.and_then(|at| Some((text.get(..at)?, text.get(at + 1..)?))) {
        Some((name, rest)) => (name, rest),
        None => (text, ""),
    };
    let versions: Option<Vec<Version>> = rest
        .split("||")
        .take(MAX_VERSIONS)
        .map(|part| {
            let part = part.trim();
            Version::parse(part.strip_prefix("npm:").unwrap_or(part)).ok()
        })
        .collect();
    Exclusion {
        name: PackageName::parse(name).ok(),
        // A range has no one moment at which it ends.
        versions: versions.unwrap_or_default(),
    }
}

/// True where the exclusion `text` lets in what `spec`, a `name@version`, names.
#[must_use]
pub fn covers(text: &str, spec: &str) -> bool {
    let (listed, wanted) = (read(text), read(spec));
    listed.name.is_some()
        && listed.name == wanted.name
        && (text == listed.name.as_ref().map_or("", PackageName::as_str)
            || wanted
                .versions
                .iter()
                .all(|version| listed.versions.contains(version)))
}

/// What is left of `text` where `ended` tells of a version whether its cooldown has.
#[must_use]
pub fn left(text: &str, ended: &dyn Fn(&PackageName, &Version) -> bool) -> Left {
    let exclusion = read(text);
    let Some(name) = &exclusion.name else {
        return Left::Endless;
    };
    if exclusion.versions.is_empty() {
        return Left::Endless;
    }
    let young: Vec<&str> = exclusion
        .versions
        .iter()
        .filter(|version| !ended(name, version))
        .map(Version::as_str)
        .collect();
    if young.len() == exclusion.versions.len() {
        Left::Whole
    } else if young.is_empty() {
        Left::Nothing
    } else {
        let protocol = if text.contains("@npm:") { "npm:" } else { "" };
        Left::Part(format!("{name}@{protocol}{}", young.join(" || ")))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_versions_whose_time_has_passed_leave() {
        let ended = |_: &PackageName, version: &Version| version.as_str() != "1.2.4";
        for (text, expected) in [
            ("left@1.2.3", Left::Nothing),
            ("left@1.2.4", Left::Whole),
            ("@s/left@1.2.3 || 1.2.4", Left::Part("@s/left@1.2.4".into())),
            ("left@npm:1.2.3", Left::Nothing),
            ("left", Left::Endless),
            ("@s/*", Left::Endless),
            ("left@^1", Left::Endless),
            ("", Left::Endless),
        ] {
            assert_eq!(left(text, &ended), expected, "{text}");
        }
    }
}
