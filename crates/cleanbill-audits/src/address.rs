//! Where an address points: a forge people know, this machine or network, a bare number, or any other host.
//! It reads addresses as clients do and asks none of them.
use std::{borrow::Cow, net::IpAddr};

use cleanbill_model::{Confidence, Level};

/// Hosts whose business is source code, where a pinned commit can be looked up by anyone.
const FORGES: &[&str] = &[
    "github.com",
    "codeload.github.com",
    "gitlab.com",
    "bitbucket.org",
    "codeberg.org",
    "git.sr.ht",
];
/// Digits of a full git commit.
const COMMIT_DIGITS: usize = 40;

/// What kind of place a host is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Place {
    /// A forge people know.
    Forge,
    /// This machine or a private network.
    Local,
    /// A public address without a name.
    Number,
    /// Any other host.
    Other,
}

/// An address as a client would read it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Address {
    /// Whether the way there is encrypted.
    pub(crate) sealed: bool,
    /// The host, lower-cased as in every client.
    pub(crate) host: String,
    /// What kind of host.
    pub(crate) place: Place,
    /// The path, with escaped slashes and at-signs read as such.
    pub(crate) path: String,
    /// True when it names a full commit.
    pub(crate) commit: bool,
}

impl Address {
    /// Reads a URL or a git specifier such as `git@host:owner/repository`, `github:owner/repository`.
    pub(crate) fn parse(text: &str) -> Option<Self> {
        let (text, fragment) = text
            .split_once('#')
            .map_or((text, ""), |(text, fragment)| (text, fragment));
        let plain = text.strip_prefix("git+").unwrap_or(text);
        let long: Cow<'_, str> = match plain.split_once(':') {
            Some(("github", path)) => format!("https://github.com/{path}").into(),
            Some(("gitlab", path)) => format!("https://gitlab.com/{path}").into(),
            Some(("bitbucket", path)) => format!("https://bitbucket.org/{path}").into(),
            Some(("gist", path)) => format!("https://gist.github.com/{path}").into(),
            Some((before, path)) if !path.starts_with("//") && before.contains('@') => {
                format!("ssh://{before}/{path}").into()
            }
            _ => plain.into(),
        };
        let url = url::Url::parse(&long).ok()?;
        let sealed = match url.scheme() {
            "https" | "ssh" => true,
            "http" | "git" | "ftp" => false,
            _ => return None,
        };
        let host = url.host_str()?.to_ascii_lowercase();
        let path = match url.path() {
            plain if !plain.contains('%') => plain.to_owned(),
            escaped => escaped
                .replace("%2f", "/")
                .replace("%2F", "/")
                .replace("%40", "@"),
        };
        let is_commit =
            |word: &str| word.len() == COMMIT_DIGITS && word.bytes().all(|b| b.is_ascii_hexdigit());
        let commit = is_commit(fragment) || path.split(['/', '.']).any(is_commit);
        Some(Self {
            sealed,
            place: place(&host),
            host,
            path,
            commit,
        })
    }

    /// How far bytes from here go, and why: `pinned` when a digest or a commit says which bytes they are.
    pub(crate) fn judge(&self, pinned: bool) -> (Level, Confidence, &'static str) {
        match (self.place, self.sealed, pinned) {
            (Place::Local, _, _) => (
                Level::Warn,
                Confidence::Medium,
                "they come from a private network, where others cannot check them",
            ),
            (_, false, false) => (
                Level::Block,
                Confidence::High,
                "the way is not encrypted, so anyone along it can put other bytes in their place",
            ),
            (Place::Number, _, false) => (
                Level::Block,
                Confidence::High,
                "a bare number names nobody who answers for what is served there",
            ),
            (Place::Number, _, true) => (
                Level::Quarantine,
                Confidence::Medium,
                "a bare number names nobody who answers for what is served there",
            ),
            (Place::Forge, true, true) => (
                Level::Note,
                Confidence::Low,
                "only the repository's owner stands behind them; the pinned commit can be looked up",
            ),
            (Place::Forge, _, _) => (
                Level::Warn,
                Confidence::Medium,
                "they change with whatever the repository's owner, or a thief, puts there next",
            ),
            (Place::Other, _, _) => (
                Level::Quarantine,
                Confidence::Medium,
                "the host is no forge people know, and what it serves can change after any check",
            ),
        }
    }
}

fn place(host: &str) -> Place {
    if FORGES.contains(&host) {
        return Place::Forge;
    }
    if host == "localhost" || host.ends_with(".localhost") {
        return Place::Local;
    }
    let bare = host.trim_start_matches('[').trim_end_matches(']');
    match bare.parse::<IpAddr>() {
        Ok(IpAddr::V4(v4))
            if v4.is_loopback() || v4.is_private() || v4.is_link_local() || v4.is_unspecified() =>
        {
            Place::Local
        }
        Ok(IpAddr::V6(v6)) if v6.is_loopback() || v6.is_unspecified() || v6.is_unique_local() => Place::Local,
        Ok(_) => Place::Number,
        Err(_) => Place::Other,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_host_is_the_one_a_client_would_ask() {
        for (text, host, sealed) in [
            ("https://github.com@evil.example/a.tgz", "evil.example", true),
            ("git+ssh://git@github.com/left/left.git#abc", "github.com", true),
            ("git@github.com:left/left.git", "github.com", true),
            ("github:left/left", "github.com", true),
            ("git://git.example/left", "git.example", false),
            ("HTTP://Files.Example/a.tgz", "files.example", false),
        ] {
            let address = Address::parse(text).unwrap();
            assert_eq!((address.host.as_str(), address.sealed), (host, sealed), "{text}");
        }
        for text in ["^1.0.0", "latest", "file:../a", "workspace:*", "npm:left@1"] {
            assert_eq!(Address::parse(text), None, "{text}");
        }
    }

    #[test]
    fn numbers_are_told_from_names_and_from_ones_own_network() {
        for (text, place) in [
            ("https://203.0.113.7/a.tgz", Place::Number),
            ("https://3405803783/a.tgz", Place::Number),
            ("https://[2001:db8::1]/a.tgz", Place::Number),
            ("http://127.0.0.1:4873/a.tgz", Place::Local),
            ("http://localhost:4873/a.tgz", Place::Local),
            ("https://files.example/a.tgz", Place::Other),
        ] {
            assert_eq!(Address::parse(text).unwrap().place, place, "{text}");
        }
    }
}
