//! How far a step goes, and how a manifest's range is written anew in its owner's style.
//! It knows texts and versions, and neither manifests nor registries.
use cleanbill_model::{Range, Version};

/// How far a step goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Step {
    /// The same major and minor.
    Patch,
    /// The same major.
    Minor,
    /// Another major; below 1, another minor.
    Major,
}

impl Step {
    /// The step between two versions, in either direction. Below 1 a minor breaks as a major does elsewhere.
    #[must_use]
    pub fn between(from: &Version, to: &Version) -> Self {
        let (a, b) = (from.triple(), to.triple());
        if a.0 != b.0 || (a.0 == 0 && a.1 != b.1) {
            Self::Major
        } else if a.1 != b.1 || (a.0 == 0 && a.1 == 0 && a.2 != b.2) {
            Self::Minor
        } else {
            Self::Patch
        }
    }

    /// The word for it.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Patch => "patch",
            Self::Minor => "minor",
            Self::Major => "major",
        }
    }
}

/// The alias in front of a range (`npm:real@`), where there is one, and the range itself.
#[must_use]
pub fn split_alias(specifier: &str) -> (&str, &str) {
    let Some(rest) = specifier.strip_prefix("npm:") else {
        return ("", specifier);
    };
    let at = rest
        .char_indices()
        .skip(1)
        .find(|(_, c)| *c == '@')
        .map(|(at, _)| at);
    let split = match at {
        Some(at) => specifier.split_at_checked("npm:".len() + at + 1),
        // Yarn writes `npm:^1.0.0` for what a manifest calls `^1.0.0`; `npm:real` is an alias without a range.
        None if Range::parse(rest).is_ok() => specifier.split_at_checked("npm:".len()),
        None => None,
    };
    split.unwrap_or((specifier, ""))
}

/// True when the specifier names one exact version: it states no range, so its owner's line is taken for one.
#[must_use]
pub fn is_pin(specifier: &str) -> bool {
    let (_, range) = split_alias(specifier);
    let bare = range.trim().trim_start_matches(['=', 'v']).trim_start();
    bare.split('.').count() >= 3
        && Version::parse(bare).is_ok()
        && bare.starts_with(|c: char| c.is_ascii_digit())
        && !bare.contains(['x', 'X', '*', ' ']) | bare.contains('-')
}

/// True when the specifier lets `version` in.
#[must_use]
pub fn takes(specifier: &str, version: &Version) -> bool {
    Range::parse(split_alias(specifier).1).is_ok_and(|range| range.matches(version))
}

/// True when a step from `from` to `to` stays in what the specifier's owner meant: its range, or, for an exact
/// version, the line that version belongs to.
#[must_use]
pub fn stays(specifier: &str, from: &Version, to: &Version) -> bool {
    takes(specifier, to) || (is_pin(specifier) && from.same_line(to))
}

/// The specifier that lets `to` in, in the style of the one there is: an exact version stays exact, `^` stays
/// `^`, `1.x` becomes `2.x`. The same text comes back where it lets `to` in already. `None` where the specifier
/// is none that can be written anew: a tag, a catalog, a place.
#[must_use]
pub fn rewrite(specifier: &str, to: &Version) -> Option<String> {
    if takes(specifier, to) {
        return Some(specifier.to_owned());
    }
    let (alias, range) = split_alias(specifier);
    Range::parse(range).ok()?;
    let trimmed = range.trim();
    let written = if is_pin(specifier) {
        let lead: String = trimmed.chars().take_while(|c| !c.is_ascii_digit()).collect();
        format!("{lead}{to}")
    } else if trimmed.contains("||") {
        format!("{trimmed} || ^{to}")
    } else {
        let operator: String = trimmed.chars().take_while(|c| "^~>=<v ".contains(*c)).collect();
        let rest = trimmed.get(operator.len()..).unwrap_or_default();
        let operator = operator.trim();
        match operator {
            "" | "^" | "~" if !rest.contains(' ') => format!("{operator}{}", with_precision(rest, to)),
            ">=" if !rest.contains(' ') => format!(">={to}"),
            _ => format!("^{to}"),
        }
    };
    Some(format!("{alias}{written}"))
}

/// `to` with as many parts as `old` has, its wildcards kept.
fn with_precision(old: &str, to: &Version) -> String {
    let (major, minor, patch) = to.triple();
    let parts: Vec<&str> = old.split('.').collect();
    if parts.len() >= 3 && !parts.iter().any(|part| is_wild(part)) {
        return to.to_string();
    }
    let numbers = [major.to_string(), minor.to_string(), patch.to_string()];
    let written: Vec<&str> = parts
        .iter()
        .take(3)
        .zip(&numbers)
        .map(|(part, number)| if is_wild(part) { *part } else { number.as_str() })
        .collect();
    // A pre-release is let in by nothing but its own full text.
    if to.is_prerelease() {
        to.to_string()
    } else {
        written.join(".")
    }
}

fn is_wild(part: &str) -> bool {
    matches!(part, "x" | "X" | "*")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn version(text: &str) -> Version {
        Version::parse(text).unwrap()
    }

    #[test]
    fn a_range_keeps_its_style() {
        for (old, to, new) in [
            ("1.2.3", "1.2.4", "1.2.4"),
            ("=1.2.3", "1.3.0", "=1.3.0"),
            ("v1.2.3", "1.3.0", "v1.3.0"),
            ("^1.2.3", "1.9.0", "^1.2.3"),
            ("^1.2.3", "2.0.1", "^2.0.1"),
            ("~1.2.3", "1.3.4", "~1.3.4"),
            ("^1", "2.3.4", "^2"),
            ("1.x", "2.3.4", "2.x"),
            ("1.2.x", "1.3.4", "1.3.x"),
            ("1", "2.3.4", "2"),
            (">=1.0.0 <2", "2.3.4", "^2.3.4"),
            ("^1.0.0 || ^2.0.0", "3.1.0", "^1.0.0 || ^2.0.0 || ^3.1.0"),
            ("npm:real@^1.0.0", "2.0.0", "npm:real@^2.0.0"),
            ("npm:@s/real@1.0.0", "1.0.1", "npm:@s/real@1.0.1"),
            ("*", "9.0.0", "*"),
            ("npm:1.0.0", "1.0.5", "npm:1.0.5"),
            ("npm:^1.0.0", "2.0.0", "npm:^2.0.0"),
        ] {
            assert_eq!(rewrite(old, &version(to)).as_deref(), Some(new), "{old} to {to}");
            assert!(takes(new, &version(to)), "{new} lets {to} in");
        }
        for other in ["latest", "catalog:", "workspace:*", "github:o/r"] {
            assert_eq!(rewrite(other, &version("1.0.0")), None, "{other}");
        }
    }

    #[test]
    fn an_exact_version_stands_for_its_line() {
        assert!(stays("1.2.3", &version("1.2.3"), &version("1.9.0")));
        assert!(!stays("1.2.3", &version("1.2.3"), &version("2.0.0")));
        assert!(!stays("~1.2.3", &version("1.2.3"), &version("1.3.0")));
        assert!(
            is_pin("1.2.3-rc.1")
                && is_pin("=1.0.0")
                && !is_pin("1.2")
                && !is_pin("1.2.x")
                && !is_pin("^1.2.3")
        );
    }

    #[test]
    fn a_minor_below_one_is_a_major() {
        assert_eq!(Step::between(&version("0.1.0"), &version("0.2.0")), Step::Major);
        assert_eq!(Step::between(&version("1.1.0"), &version("1.2.0")), Step::Minor);
        assert_eq!(Step::between(&version("1.1.0"), &version("1.1.7")), Step::Patch);
        assert!(Step::Patch < Step::Major);
    }
}
