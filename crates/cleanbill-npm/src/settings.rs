//! A client's settings, all levels together: which registry answers for a name, which credential an
//! address may see. It reads no file and no environment; both are handed in.
//!
//! A project's own file speaks for whoever wrote the project. It may name registries, and nothing that would
//! carry the user's secrets elsewhere: no variables are put in, and where it decides how the line to the
//! registry is made (proxy, certificates), credentials of the user's are withheld.
use std::collections::BTreeMap;

use cleanbill_model::{Defect, PackageName, SafeUrl};
use url::Url;

use crate::{
    clients::ClientSetting,
    credentials::{Credential, Credentials, is_loopback},
    resolver,
};

/// Where a setting comes from; later ones count more.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Level {
    /// The machine's file.
    Global,
    /// The user's file.
    User,
    /// The project's file.
    Project,
    /// `npm_config_…`.
    Environment,
}

/// A settings file's text.
#[derive(Clone, Copy, Debug)]
pub struct SettingsFile<'t> {
    /// Whose it is.
    pub level: Level,
    /// Its path as its owner would write it.
    pub path: &'t str,
    /// What stands in it.
    pub text: &'t str,
}

/// A registry somebody named.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RegistrySetting {
    /// Its address.
    pub url: SafeUrl,
    /// Whose setting it is.
    pub level: Level,
    /// The file, or the variable.
    pub file: String,
}

/// How the line to a registry is made.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Transport {
    /// Proxy for `http` addresses.
    pub proxy: Option<SafeUrl>,
    /// Proxy for `https` addresses.
    pub https_proxy: Option<SafeUrl>,
    /// Hosts asked without a proxy, as written.
    pub no_proxy: Vec<String>,
    /// False when certificates are not to be checked.
    pub strict_ssl: bool,
    /// Further certificate authorities, PEM.
    pub ca: Vec<String>,
    /// Path of a file with certificate authorities, PEM.
    pub cafile: Option<String>,
}

impl Default for Transport {
    fn default() -> Self {
        Self {
            proxy: None,
            https_proxy: None,
            no_proxy: Vec::new(),
            strict_ssl: true,
            ca: Vec::new(),
            cafile: None,
        }
    }
}

/// What a client is set to.
#[derive(Clone, Debug, Default)]
pub struct Settings {
    /// By scope with its `@`, the default under `None`; a value of `None` was named and cannot be used.
    pub(crate) registries: BTreeMap<Option<String>, Option<RegistrySetting>>,
    pub(crate) credentials: Credentials,
    /// Hosts and ports the user (no project) talks to without TLS.
    pub(crate) plain: Vec<(String, u16)>,
    /// Proxies and certificates.
    pub transport: Transport,
    /// What npm is told about ages and scripts, to be shown beside the policy.
    pub rules: Vec<ClientSetting>,
    /// What is wrong with the settings.
    pub defects: Vec<Defect>,
}

impl Settings {
    /// Puts files and environment together. `environment` holds the pairs as the process has them;
    /// `lookup` answers for `${VAR}` in files other than the project's.
    #[must_use]
    pub fn resolve(
        files: &[SettingsFile<'_>],
        environment: &[(String, String)],
        lookup: &dyn Fn(&str) -> Option<String>,
    ) -> Self {
        resolver::resolve(files, environment, lookup)
    }

    /// The registry a client would ask for that name. `None` when none is named, or the named one cannot be
    /// used: then another must not be asked in its place.
    #[must_use]
    pub fn registry_for(&self, name: &PackageName) -> Option<&RegistrySetting> {
        let scoped = name
            .scope()
            .and_then(|scope| self.registries.get(&Some(scope.to_owned())));
        scoped.or_else(|| self.registries.get(&None))?.as_ref()
    }

    /// The registry for names without a scope of their own.
    #[must_use]
    pub fn default_registry(&self) -> Option<&RegistrySetting> {
        self.registries.get(&None)?.as_ref()
    }

    /// Scopes, with their `@`, that have a registry of their own.
    pub fn scopes(&self) -> impl Iterator<Item = (&str, Option<&RegistrySetting>)> {
        self.registries
            .iter()
            .filter_map(|(scope, registry)| Some((scope.as_deref()?, registry.as_ref())))
    }

    /// The credential that may go to this address: the one with the longest binding around it, on the same
    /// host and port. An address without TLS gets none, unless it stays on this machine or the user's own
    /// settings name that host without TLS.
    #[must_use]
    pub fn credential_for(&self, url: &str) -> Option<&Credential> {
        let url = Url::parse(url).ok()?;
        let admitted = match url.scheme() {
            "https" => true,
            "http" => is_loopback(&url) || origin_of(&url).is_some_and(|origin| self.plain.contains(&origin)),
            _ => false,
        };
        if admitted {
            self.credentials.covering(&url)
        } else {
            None
        }
    }
}

/// The setting a variable of the environment stands for, as npm reads it: `npm_config_userconfig` and
/// `NPM_CONFIG_USERCONFIG` are `userconfig`.
#[must_use]
pub fn environment_key(name: &str) -> Option<String> {
    const PREFIX: &str = "npm_config_";
    let (prefix, rest) = name.split_at_checked(PREFIX.len())?;
    if !prefix.eq_ignore_ascii_case(PREFIX) || rest.is_empty() {
        return None;
    }
    if rest.starts_with("//") {
        return Some(rest.to_owned());
    }
    // A leading underscore belongs to the name: `_auth`.
    let underscores = rest.len() - rest.trim_start_matches('_').len();
    let (lead, tail) = rest.split_at(underscores.min(1));
    Some(format!("{lead}{}", tail.replace('_', "-")).to_lowercase())
}

/// The value the environment gives to one setting, such as `userconfig` or `globalconfig`.
#[must_use]
pub fn environment_value(environment: &[(String, String)], key: &str) -> Option<String> {
    let mut set = environment
        .iter()
        .filter(|(name, value)| !value.is_empty() && environment_key(name).as_deref() == Some(key));
    set.next_back().map(|(_, value)| value.clone())
}

/// Host and port of an address.
pub(crate) fn origin_of(url: &Url) -> Option<(String, u16)> {
    Some((url.host_str()?.to_owned(), url.port_or_known_default()?))
}
