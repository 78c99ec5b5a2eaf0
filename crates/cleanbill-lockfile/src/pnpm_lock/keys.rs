//! How pnpm writes the place of an entry, in each of its three grammars, and how a request points at one.
//! It knows text alone: whether the entry is there is not its affair.
use std::borrow::Cow;

use crate::spec::name_and_rest;

/// The grammar of keys and references.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Grammar {
    /// 5.x: `/name/1.0.0_peer@2.0.0`.
    Slash,
    /// 6.x: `/name@1.0.0(peer@2.0.0)`.
    SlashAt,
    /// 9.x: `name@1.0.0(peer@2.0.0)`, with snapshots beside packages.
    At,
}

impl Grammar {
    /// The grammar of a `lockfileVersion`.
    pub(super) fn of(version: &str) -> Option<Self> {
        match version {
            "5" | "5.0" | "5.1" | "5.2" | "5.3" | "5.4" | "5.4-inlineSpecifiers" => Some(Self::Slash),
            "6" | "6.0" | "6.1" => Some(Self::SlashAt),
            "9" | "9.0" => Some(Self::At),
            _ => None,
        }
    }
}

/// An entry's key, taken apart. Peers and patch marks are left out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Key<'a> {
    /// The name, where the key holds one.
    pub(super) name: Option<&'a str>,
    pub(super) place: Place<'a>,
}

/// What a key says after the name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Place<'a> {
    /// A release of a registry.
    Version(&'a str),
    /// Anything else: a tarball's address, git, the disk, a runtime.
    Other(&'a str),
}

impl<'a> Key<'a> {
    /// Takes a key apart.
    pub(super) fn parse(key: &'a str, grammar: Grammar) -> Self {
        match grammar {
            Grammar::Slash => Self::slash(key),
            Grammar::SlashAt => Self::slash_at(without_peers(key)),
            Grammar::At => Self::at(without_peers(key)),
        }
    }

    /// `/name/1.0.0_peer`, or the same behind a registry's host.
    fn slash(key: &'a str) -> Self {
        let other = Self {
            name: None,
            place: Place::Other(key),
        };
        if is_local(key) {
            return other;
        }
        let Some((_host, rest)) = key.split_once('/') else {
            return other;
        };
        let name_end = match rest.strip_prefix('@').and_then(|scoped| scoped.find('/')) {
            Some(scope) => rest
                .get(scope + 2..)
                .and_then(|bare| bare.find('/'))
                .map(|bare| scope + 2 + bare),
            None => rest.find('/'),
        };
        let Some(end) = name_end else { return other };
        let name = rest.get(..end);
        let version = rest.get(end + 1..).unwrap_or_default();
        // Peers follow `_`; the oldest files put them behind another `/`.
        let version = version.split(['_', '/']).next().unwrap_or_default();
        if is_version(version) {
            Self {
                name,
                place: Place::Version(version),
            }
        } else {
            other
        }
    }

    /// `/name@1.0.0`, or the same behind a registry's host.
    fn slash_at(key: &'a str) -> Self {
        let other = Self {
            name: None,
            place: Place::Other(key),
        };
        if is_local(key) {
            return other;
        }
        let Some((_host, rest)) = key.split_once('/') else {
            return other;
        };
        match name_and_rest(rest) {
            Some((name, version)) if is_version(version) => Self {
                name: Some(name),
                place: Place::Version(version),
            },
            _ => other,
        }
    }

    /// `name@1.0.0`, `name@registry:1.0.0` for a registry that the workspace has named, or `name@address`.
    fn at(key: &'a str) -> Self {
        let Some((name, rest)) = name_and_rest(key) else {
            return Self {
                name: None,
                place: Place::Other(key),
            };
        };
        let place = if is_version(rest) {
            Place::Version(rest)
        } else {
            named_registry(rest).map_or(Place::Other(rest), Place::Version)
        };
        Self {
            name: Some(name),
            place,
        }
    }
}

/// The version behind the name of a registry. `runtime:` is written alike, and is no registry.
fn named_registry(rest: &str) -> Option<&str> {
    let (registry, version) = rest.split_once(':')?;
    let word = !registry.is_empty()
        && registry
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || b"-_.@/".contains(&byte));
    (word && registry != "runtime" && is_version(version)).then_some(version)
}

/// The key that a reference points at, asked for under `name`; `None` for a link, which has no entry.
pub(super) fn target<'a>(name: &str, reference: &'a str, grammar: Grammar) -> Option<Cow<'a, str>> {
    if reference.starts_with("link:") || reference.is_empty() {
        return None;
    }
    let bracket = reference.find('(').unwrap_or(reference.len());
    let before_peers = reference.get(..bracket).unwrap_or_default();
    match grammar {
        Grammar::Slash if reference.contains('/') || is_local(reference) => Some(Cow::Borrowed(reference)),
        Grammar::Slash => Some(Cow::Owned(format!("/{name}/{reference}"))),
        Grammar::SlashAt if before_peers.contains('/') || is_local(reference) => {
            Some(Cow::Borrowed(reference))
        }
        Grammar::SlashAt => Some(Cow::Owned(format!("/{name}@{reference}"))),
        Grammar::At => {
            // An `@` before any `:` and `(` belongs to a whole key: the request is an alias.
            let whole = reference.starts_with('@')
                || before_peers
                    .find('@')
                    .is_some_and(|at| before_peers.find(':').is_none_or(|colon| at < colon));
            Some(if whole {
                Cow::Borrowed(reference)
            } else {
                Cow::Owned(format!("{name}@{reference}"))
            })
        }
    }
}

/// A key without its trailing `(…)` groups, which name peers and patches.
pub(super) fn without_peers(key: &str) -> &str {
    let bytes = key.as_bytes();
    if !key.ends_with(')') {
        return key;
    }
    let (mut open, mut start) = (0usize, key.len());
    for (at, byte) in bytes.iter().enumerate().rev() {
        match byte {
            b')' => open += 1,
            b'(' => {
                open = open.saturating_sub(1);
                if open == 0 {
                    start = at;
                }
            }
            _ if open == 0 => break,
            _ => {}
        }
    }
    key.get(..start).unwrap_or(key)
}

fn is_local(text: &str) -> bool {
    text.starts_with("file:") || text.starts_with("link:")
}

/// True for three numbers and what may follow. Cheaper than reading it, which comes later for an entry
/// that is kept; a slash or colon makes it an address.
fn is_version(text: &str) -> bool {
    let mut parts = text.splitn(3, '.');
    let mut number = || {
        parts
            .next()
            .is_some_and(|part| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit()))
    };
    let leading = number() && number();
    leading
        && parts
            .next()
            .is_some_and(|rest| rest.starts_with(|c: char| c.is_ascii_digit()))
        && !text.contains(['/', ':'])
}

#[cfg(test)]
mod tests {
    use super::*;

    fn key(text: &str, grammar: Grammar) -> (Option<&str>, Result<&str, &str>) {
        let key = Key::parse(text, grammar);
        (
            key.name,
            match key.place {
                Place::Version(version) => Ok(version),
                Place::Other(other) => Err(other),
            },
        )
    }

    #[test]
    fn peers_are_no_part_of_a_version() {
        assert_eq!(
            key("/a/1.0.0_b@2.0.0+@s+c@3.0.0", Grammar::Slash),
            (Some("a"), Ok("1.0.0"))
        );
        assert_eq!(
            key("/@s/a/1.0.0-rc.1_0f0f", Grammar::Slash),
            (Some("@s/a"), Ok("1.0.0-rc.1"))
        );
        assert_eq!(key("/a/1.0.0/b@2.0.0", Grammar::Slash), (Some("a"), Ok("1.0.0")));
        assert_eq!(
            key("/@s/a@1.0.0(b@2.0.0)(@s/c@3.0.0(d@1.0.0))", Grammar::SlashAt),
            (Some("@s/a"), Ok("1.0.0"))
        );
        assert_eq!(
            key("a@1.0.0(patch_hash=0f0f)(b@2.0.0)", Grammar::At),
            (Some("a"), Ok("1.0.0"))
        );
    }

    #[test]
    fn a_registrys_host_or_name_is_no_part_of_the_name() {
        assert_eq!(
            key("registry.example/@s/a/1.0.0", Grammar::Slash),
            (Some("@s/a"), Ok("1.0.0"))
        );
        assert_eq!(
            key("registry.example/a@1.0.0", Grammar::SlashAt),
            (Some("a"), Ok("1.0.0"))
        );
        assert_eq!(
            key("a@work:1.0.0(b@2.0.0)", Grammar::At),
            (Some("a"), Ok("1.0.0"))
        );
    }

    #[test]
    fn other_places_are_no_versions() {
        let commit = "git.example/a/b/0123456789abcdef0123456789abcdef01234567";
        assert_eq!(key(commit, Grammar::Slash), (None, Err(commit)));
        assert_eq!(key(commit, Grammar::SlashAt), (None, Err(commit)));
        assert_eq!(key("file:a(1)/b", Grammar::SlashAt), (None, Err("file:a(1)/b")));
        assert_eq!(key("a@file:../b", Grammar::At), (Some("a"), Err("file:../b")));
        assert_eq!(
            key("node@runtime:22.0.0", Grammar::At),
            (Some("node"), Err("runtime:22.0.0"))
        );
        assert_eq!(
            key("a@https://files.example/a.tgz", Grammar::At),
            (Some("a"), Err("https://files.example/a.tgz"))
        );
        assert_eq!(key("", Grammar::At), (None, Err("")));
    }

    #[test]
    fn a_reference_is_a_version_or_a_whole_key() {
        let to = |name, reference, grammar| target(name, reference, grammar).map(Cow::into_owned);
        assert_eq!(
            to("a", "1.0.0_b@1.0.0", Grammar::Slash).unwrap(),
            "/a/1.0.0_b@1.0.0"
        );
        assert_eq!(to("a", "/b/1.0.0", Grammar::Slash).unwrap(), "/b/1.0.0");
        assert_eq!(
            to("a", "1.0.0(@s/b@1.0.0)", Grammar::SlashAt).unwrap(),
            "/a@1.0.0(@s/b@1.0.0)"
        );
        assert_eq!(to("a", "/b@1.0.0", Grammar::SlashAt).unwrap(), "/b@1.0.0");
        assert_eq!(
            to("a", "1.0.0(@s/b@1.0.0)", Grammar::At).unwrap(),
            "a@1.0.0(@s/b@1.0.0)"
        );
        assert_eq!(
            to("a", "b@1.0.0(c@1.0.0)", Grammar::At).unwrap(),
            "b@1.0.0(c@1.0.0)"
        );
        assert_eq!(to("a", "@s/b@1.0.0", Grammar::At).unwrap(), "@s/b@1.0.0");
        assert_eq!(
            to("a", "https://git.example/@s/b.tgz", Grammar::At).unwrap(),
            "a@https://git.example/@s/b.tgz"
        );
        assert_eq!(to("a", "work:1.0.0", Grammar::At).unwrap(), "a@work:1.0.0");
        assert_eq!(to("a", "link:../b", Grammar::At), None);
    }

    #[test]
    fn unbalanced_brackets_end_quietly() {
        for text in [")", "a)", "((", "a@1.0.0)))", "(a)", "()"] {
            without_peers(text);
        }
        assert_eq!(without_peers("a@1.0.0(b)"), "a@1.0.0");
    }
}
