//! Yarn's own way to write a place: `name@protocol:selector#fragment::binding=…`.
//! It knows what the words mean, not which entry of the file they belong to.
use std::borrow::Cow;

use crate::{Origin, address, spec};

/// Deepest chain of `virtual:` and `patch:` followed; Yarn itself nests two.
const MAX_CHAIN: usize = 8;

/// A name and what follows its `@`, of a descriptor or a locator.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Locator<'a> {
    pub(super) name: &'a str,
    pub(super) reference: &'a str,
}

/// Where the bytes of an entry come from.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Source {
    /// A release of a registry.
    Registry {
        /// Where the reference names it.
        name: Option<String>,
        version: String,
        /// The tarball's address, where it is not the registry's usual one.
        archive: Option<String>,
    },
    Other(Origin),
    Unknown,
}

/// The descriptors of an entry's key.
pub(super) fn descriptors(key: &str) -> impl Iterator<Item = &str> {
    key.split(',')
        .map(|part| part.trim_matches(' '))
        .filter(|part| !part.is_empty())
}

/// A descriptor or locator without its `::binding=…`.
pub(super) fn unbound(text: &str) -> &str {
    text.split("::").next().unwrap_or(text)
}

/// The descriptor that a patch is laid over: `a@patch:a@npm%3A^1#./a.patch` answers `a@npm:^1`.
pub(super) fn under_patch(descriptor: &str) -> Option<String> {
    let (inner, _) = Locator::parse(descriptor)
        .reference
        .strip_prefix("patch:")?
        .split_once('#')?;
    Some(decoded(inner).into_owned())
}

/// The same, only where Yarn lays the patch over by itself, whoever asks.
pub(super) fn under_built_in(descriptor: &str) -> Option<String> {
    let (_, patch) = descriptor.split_once('#')?;
    let patch = patch.trim_start_matches("optional!").trim_start_matches('~');
    if patch.starts_with("builtin<") {
        under_patch(descriptor)
    } else {
        None
    }
}

impl<'a> Locator<'a> {
    /// Cuts at the `@` that is not the scope's.
    pub(super) fn parse(text: &'a str) -> Self {
        let (name, reference) = spec::name_and_rest(text).unwrap_or((text, ""));
        Self { name, reference }
    }

    pub(super) fn source(&self) -> Source {
        source_of(self.reference, None, 0)
    }
}

fn source_of(reference: &str, name: Option<&str>, chain: usize) -> Source {
    if chain > MAX_CHAIN {
        return Source::Unknown;
    }
    if let Some(rest) = reference.strip_prefix("virtual:") {
        let inner = rest.split_once('#').map_or("", |(_, inner)| inner);
        return source_of(inner, name, chain + 1);
    }
    if let Some(rest) = reference.strip_prefix("patch:") {
        let inner = decoded(rest.split('#').next().unwrap_or_default());
        let inner = Locator::parse(&inner);
        return source_of(inner.reference, Some(inner.name), chain + 1);
    }
    if let Some(selector) = reference.strip_prefix("npm:") {
        return registry(selector, name);
    }
    if let Some(origin) = address::origin_of(reference) {
        return Source::Other(without_binding(origin));
    }
    if reference.starts_with(|c: char| c.is_ascii_digit()) {
        return registry(reference, name);
    }
    Source::Unknown
}

/// `1.0.0`, `name@1.0.0`, either with `::__archiveUrl=…`.
fn registry(selector: &str, name: Option<&str>) -> Source {
    let (selector, bindings) = selector.split_once("::").unwrap_or((selector, ""));
    let archive = url::form_urlencoded::parse(bindings.as_bytes())
        .find(|(key, _)| key == "__archiveUrl")
        .map(|(_, url)| url.into_owned());
    let inner = Locator::parse(selector);
    let (name, version) = if inner.reference.is_empty() {
        (name, inner.name)
    } else {
        (Some(inner.name), inner.reference)
    };
    if version.is_empty() {
        return Source::Unknown;
    }
    Source::Registry {
        name: name.map(str::to_owned),
        version: version.to_owned(),
        archive,
    }
}

/// Paths carry the locator of whoever asked for them; that is no part of the path.
fn without_binding(origin: Origin) -> Origin {
    let cut = |path: String| {
        path.split("::")
            .next()
            .and_then(|path| path.split('#').next())
            .unwrap_or_default()
            .to_owned()
    };
    match origin {
        Origin::File { path } => Origin::File { path: cut(path) },
        Origin::Link { path } => Origin::Link { path: cut(path) },
        Origin::Workspace { path } => Origin::Workspace { path: cut(path) },
        other => other,
    }
}

/// Undoes `encodeURIComponent`; broken escapes stay as they are.
fn decoded(text: &str) -> Cow<'_, str> {
    if !text.contains('%') {
        return Cow::Borrowed(text);
    }
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let Some((&first, tail)) = rest.split_first() {
        let pair = tail.get(..2).and_then(|pair| std::str::from_utf8(pair).ok());
        match pair.and_then(|pair| u8::from_str_radix(pair, 16).ok()) {
            Some(byte) if first == b'%' => {
                bytes.push(byte);
                rest = tail.get(2..).unwrap_or_default();
            }
            _ => {
                bytes.push(first);
                rest = tail;
            }
        }
    }
    String::from_utf8(bytes).map_or(Cow::Borrowed(text), Cow::Owned)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn source(text: &str) -> Source {
        Locator::parse(text).source()
    }

    fn release(text: &str) -> (Option<String>, String, Option<String>) {
        match source(text) {
            Source::Registry {
                name,
                version,
                archive,
            } => (name, version, archive),
            other => panic!("{text} is {other:?}"),
        }
    }

    #[test]
    fn a_plain_release_keeps_its_version() {
        assert_eq!(release("@s/a@npm:1.0.0-rc.1"), (None, "1.0.0-rc.1".into(), None));
        assert_eq!(Locator::parse("@s/a@npm:1.0.0").name, "@s/a");
    }

    #[test]
    fn an_unusual_address_is_decoded() {
        let found = release("a@npm:1.0.0::__archiveUrl=https%3A%2F%2Fregistry.example%2Fa%2F-%2Fa-1.0.0.tgz");
        assert_eq!(
            found.2.as_deref(),
            Some("https://registry.example/a/-/a-1.0.0.tgz")
        );
    }

    #[test]
    fn a_patch_is_the_release_it_is_laid_over() {
        let found = release(
            "fsevents@patch:fsevents@npm%3A2.3.3#optional!builtin<compat/fsevents>::version=2.3.3&hash=df0bf1",
        );
        assert_eq!(found, (Some("fsevents".into()), "2.3.3".into(), None));
        let nested = "a@patch:a@patch%3Aa@npm%253A1.0.0%23one.patch#two.patch";
        assert_eq!(release(nested).1, "1.0.0");
        let endless = format!("a@{}npm:1.0.0", "virtual:f#".repeat(MAX_CHAIN + 1));
        assert_eq!(source(&endless), Source::Unknown);
    }

    #[test]
    fn a_virtual_package_is_what_it_stands_for() {
        assert_eq!(release("a@virtual:0f0f#npm:2.0.0").1, "2.0.0");
    }

    #[test]
    fn paths_lose_their_binding() {
        assert_eq!(
            source("a@link:../a::locator=root%40workspace%3A."),
            Source::Other(Origin::Link { path: "../a".into() })
        );
        assert_eq!(
            source("a@file:./a.tgz#./a.tgz::hash=1&locator=x"),
            Source::Other(Origin::File {
                path: "./a.tgz".into()
            })
        );
        assert_eq!(
            source("a@workspace:packages/a"),
            Source::Other(Origin::Workspace {
                path: "packages/a".into()
            })
        );
    }

    #[test]
    fn what_is_not_known_is_not_guessed() {
        for text in [
            "a",
            "a@",
            "a@npm:",
            "a@weird:1",
            "@",
            "",
            "a@patch:",
            "a@virtual:",
        ] {
            assert_eq!(source(text), Source::Unknown, "{text}");
        }
    }

    #[test]
    fn only_patches_of_yarn_itself_answer_for_the_plain_range() {
        assert_eq!(
            under_built_in("a@patch:a@npm%3A^1#optional!builtin<compat/a>").as_deref(),
            Some("a@npm:^1")
        );
        assert_eq!(
            under_built_in("a@patch:a@^1#~builtin<compat/a>").as_deref(),
            Some("a@^1")
        );
        assert_eq!(under_built_in("a@patch:a@npm%3A^1#./a.patch"), None);
    }
}
