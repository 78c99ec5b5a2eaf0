//! Credentials and what they are bound to: a host, a port and a path prefix, never more.
//! It sends nothing and knows no registry.
use std::collections::BTreeMap;

use base64::{Engine as _, engine::general_purpose::STANDARD as BASE64};
use cleanbill_model::Secret;
use url::{Host, Url};

use crate::settings::Level;

/// What one client may show to one part of one host. Nothing in it can be printed.
#[derive(Clone, Debug, PartialEq, Eq, Default)]
pub struct Credential {
    /// For `Authorization: Bearer`.
    pub token: Option<Secret>,
    /// For `Authorization: Basic`, in base64 as it goes over the line.
    pub basic: Option<Secret>,
    /// Path of a client certificate, PEM.
    pub certfile: Option<String>,
    /// Path of its key.
    pub keyfile: Option<String>,
}

impl Credential {
    /// True when there is nothing to show.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }

    /// The value of the `Authorization` header: the token where there is one, else user and password.
    #[must_use]
    pub fn authorization(&self) -> Option<Secret> {
        let bearer = self
            .token
            .as_ref()
            .map(|token| format!("Bearer {}", token.expose()));
        let basic = || {
            self.basic
                .as_ref()
                .map(|basic| format!("Basic {}", basic.expose()))
        };
        bearer.or_else(basic).map(Secret::new)
    }
}

/// The part of a host a credential is bound to: `//host[:port]/path/`.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Binding {
    host: String,
    /// `None` stands for the default of whatever scheme asks.
    port: Option<u16>,
    /// Begins and ends with a slash.
    path: String,
}

impl Binding {
    /// Reads `//host[:port][/path][/]`; `None` when it holds anything else.
    pub(crate) fn parse(text: &str) -> Option<Self> {
        let rest = text.strip_prefix("//")?;
        if rest.starts_with('/') || rest.contains(['@', '?', '#', '\\']) {
            return None;
        }
        let authority = rest.split('/').next().unwrap_or_default();
        // The reader drops a scheme's default port, so the port is taken from the text.
        let url = Url::parse(&format!("https://{rest}")).ok()?;
        let explicit = authority
            .rsplit_once(':')
            .and_then(|(_, port)| port.parse::<u16>().ok());
        let mut path = url.path().to_owned();
        if !path.ends_with('/') {
            path.push('/');
        }
        Some(Self {
            host: url.host_str()?.to_owned(),
            port: explicit,
            path,
        })
    }

    /// True when the address lies within.
    fn covers(&self, url: &Url) -> bool {
        let default = if url.scheme() == "https" { 443 } else { 80 };
        let Some(rest) = url.path().strip_prefix(self.path.trim_end_matches('/')) else {
            return false;
        };
        url.host_str() == Some(self.host.as_str())
            && url.port_or_known_default() == Some(self.port.unwrap_or(default))
            && (rest.is_empty() || rest.starts_with('/'))
    }
}

/// The settings of one binding at one level, before they are put together.
#[derive(Clone, Debug, Default)]
pub(crate) struct Partial {
    pub(crate) token: Option<Secret>,
    pub(crate) auth: Option<Secret>,
    pub(crate) username: Option<Secret>,
    pub(crate) password: Option<Secret>,
    pub(crate) certfile: Option<String>,
    pub(crate) keyfile: Option<String>,
}

impl Partial {
    /// These settings over those of a lower level.
    fn over(self, lower: Self) -> Self {
        Self {
            token: self.token.or(lower.token),
            auth: self.auth.or(lower.auth),
            username: self.username.or(lower.username),
            password: self.password.or(lower.password),
            certfile: self.certfile.or(lower.certfile),
            keyfile: self.keyfile.or(lower.keyfile),
        }
    }

    /// `None` when the password is no base64 of text.
    fn put_together(self) -> Option<Credential> {
        let basic = match (self.auth, self.username, self.password) {
            (Some(auth), _, _) => Some(auth),
            (None, Some(username), Some(password)) => {
                let password = BASE64
                    .decode(password.expose())
                    .ok()
                    .and_then(|bytes| String::from_utf8(bytes).ok())?;
                Some(Secret::new(
                    BASE64.encode(format!("{}:{password}", username.expose())),
                ))
            }
            _ => None,
        };
        Some(Credential {
            token: self.token,
            basic,
            certfile: self.certfile,
            keyfile: self.keyfile,
        })
    }
}

/// Credentials as they are gathered, level by level.
#[derive(Clone, Debug, Default)]
pub(crate) struct Gathered(BTreeMap<Binding, BTreeMap<Level, Partial>>);

impl Gathered {
    pub(crate) fn entry(&mut self, binding: Binding, level: Level) -> &mut Partial {
        self.0.entry(binding).or_default().entry(level).or_default()
    }

    /// The credentials of the admitted levels, higher ones over lower, and the number of unreadable ones.
    pub(crate) fn put_together(self, admitted: impl Fn(Level) -> bool) -> (Credentials, usize) {
        let (mut bound, mut unreadable) = (BTreeMap::new(), 0);
        for (binding, levels) in self.0 {
            let admitted = levels.into_iter().filter(|(level, _)| admitted(*level));
            let merged = admitted.fold(Partial::default(), |lower, (_, higher)| higher.over(lower));
            match merged.put_together() {
                Some(credential) if !credential.is_empty() => drop(bound.insert(binding, credential)),
                Some(_) => {}
                None => unreadable += 1,
            }
        }
        (Credentials(bound), unreadable)
    }
}

/// All credentials of a client, by what they are bound to.
#[derive(Clone, Debug, Default)]
pub(crate) struct Credentials(BTreeMap<Binding, Credential>);

impl Credentials {
    /// The credential with the longest binding that covers the address.
    pub(crate) fn covering(&self, url: &Url) -> Option<&Credential> {
        let covering = self.0.iter().filter(|(binding, _)| binding.covers(url));
        covering
            .max_by_key(|(binding, _)| binding.path.len())
            .map(|(_, credential)| credential)
    }
}

/// True when the address stays on this machine.
pub(crate) fn is_loopback(url: &Url) -> bool {
    match url.host() {
        Some(Host::Ipv4(address)) => address.is_loopback(),
        Some(Host::Ipv6(address)) => address.is_loopback(),
        Some(Host::Domain(name)) => name == "localhost",
        None => false,
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[track_caller]
    fn covers(binding: &str, url: &str) -> bool {
        Binding::parse(binding).unwrap().covers(&Url::parse(url).unwrap())
    }

    #[test]
    fn a_binding_covers_its_path_and_what_lies_below() {
        assert!(covers("//registry.example/", "https://registry.example/left"));
        assert!(covers("//registry.example", "https://registry.example/"));
        assert!(covers(
            "//registry.example/npm/",
            "https://registry.example/npm/left"
        ));
        assert!(covers("//registry.example/npm", "https://registry.example/npm"));
        assert!(covers(
            "//Registry.EXAMPLE/npm/",
            "https://REGISTRY.example/npm/@a%2fb"
        ));
        assert!(covers("//registry.example:443/", "https://registry.example/left"));
        assert!(covers("//registry.example/", "https://registry.example:443/left"));
        assert!(covers(
            "//registry.example:8443/",
            "https://registry.example:8443/left"
        ));
    }

    #[test]
    fn a_binding_covers_nothing_beside_it() {
        for (binding, url) in [
            ("//registry.example/npm/", "https://registry.example/npmx/left"),
            ("//registry.example/npm/", "https://registry.example/left"),
            ("//registry.example/npm/", "https://registry.example/npm/../left"),
            (
                "//registry.example/npm/",
                "https://registry.example/npm/%2e%2e/left",
            ),
            ("//registry.example/npm/", "https://registry.example/npm%2fleft"),
            ("//registry.example/", "https://registry.example:8443/left"),
            ("//registry.example:8443/", "https://registry.example/left"),
            ("//registry.example:443/", "http://registry.example/left"),
            (
                "//registry.example/",
                "https://registry.example@evil.example/left",
            ),
            (
                "//registry.example/",
                "https://registry.example.evil.example/left",
            ),
            (
                "//registry.example/",
                "https://evil.example/registry.example/left",
            ),
            (
                "//registry.example/",
                "https://evil.example#@registry.example/left",
            ),
            (
                "//registry.example/",
                "https://evil.example\\@registry.example/left",
            ),
            ("//registry.example/", "https://registry.example./left"),
            ("//example/", "https://registry.example/left"),
        ] {
            assert!(!covers(binding, url), "{binding} {url}");
        }
    }

    #[test]
    fn what_is_no_binding_is_refused() {
        for text in [
            "",
            "//",
            "registry.example/",
            "https://registry.example/",
            "//a@registry.example/",
            "//a:b@registry.example/",
            "///x",
            "//a b/",
        ] {
            assert!(Binding::parse(text).is_none(), "{text}");
        }
    }

    #[test]
    fn credentials_never_show() {
        let credential = Credential {
            token: Some(Secret::new("hunter2")),
            ..Credential::default()
        };
        assert!(!format!("{credential:?} {:?}", credential.authorization()).contains("hunter2"));
        assert_eq!(credential.authorization().unwrap().expose(), "Bearer hunter2");
    }

    proptest! {
        #[test]
        fn a_credential_goes_to_its_own_host_only(url in "https?://[a-z@:\\\\/.#?%0-9]{0,40}") {
            let binding = Binding::parse("//registry.example/npm/").unwrap();
            if let Ok(url) = Url::parse(&url) && binding.covers(&url) {
                prop_assert_eq!(url.host_str(), Some("registry.example"));
            }
        }
    }
}
