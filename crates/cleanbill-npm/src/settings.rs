//! A client's settings, all levels together: which registry answers for a name, which credential an
//! address may see. It reads no file and no environment; both are handed in.
//!
//! A project's own file speaks for whoever wrote the project. It may name registries, and nothing that would
//! carry the user's secrets elsewhere: no variables are put in, and where it decides how the line to the
//! registry is made (proxy, certificates), credentials of the user's are withheld.
use std::collections::BTreeMap;

use cleanbill_model::{Defect, PackageName, SafeUrl, Secret, Untrusted};
use url::Url;

use crate::{
    clients::{Client, ClientSetting},
    credentials::{Binding, Credential, Credentials, Gathered, is_loopback},
    npmrc::{self, expand, has_variable},
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
    registries: BTreeMap<Option<String>, Option<RegistrySetting>>,
    credentials: Credentials,
    /// Hosts and ports the user (no project) talks to without TLS.
    plain: Vec<(String, u16)>,
    /// Proxies and certificates.
    pub transport: Transport,
    /// What npm is told about ages and scripts, to be shown beside the policy.
    pub rules: Vec<ClientSetting>,
    /// What is wrong with the settings.
    pub defects: Vec<Defect>,
}

/// npm's settings on ages, scripts and sources.
const NPM_RULES: [&str; 10] = [
    "min-release-age",
    "min-release-age-exclude",
    "before",
    "ignore-scripts",
    "allow-scripts",
    "allow-git",
    "allow-remote",
    "allow-file",
    "allow-directory",
    "dangerously-allow-all-builds",
];

impl Settings {
    /// Puts files and environment together. `environment` holds the pairs as the process has them;
    /// `lookup` answers for `${VAR}` in files other than the project's.
    #[must_use]
    pub fn resolve(
        files: &[SettingsFile<'_>],
        environment: &[(String, String)],
        lookup: &dyn Fn(&str) -> Option<String>,
    ) -> Self {
        let mut resolver = Resolver {
            lookup,
            settings: Self::default(),
            gathered: Gathered::default(),
            project_line: false,
        };
        let mut files: Vec<&SettingsFile<'_>> = files.iter().collect();
        files.sort_by_key(|file| file.level);
        for file in files {
            let read = npmrc::parse(file.text, file.path);
            resolver.settings.defects.extend(read.defects);
            let mut lists = Vec::new();
            for entry in read.entries {
                let place = format!("{} line {}", file.path, entry.line);
                let first_of_list = entry.is_list && !lists.contains(&entry.key);
                if first_of_list {
                    lists.push(entry.key.clone());
                }
                let origin = Origin {
                    level: file.level,
                    file: file.path,
                    place: &place,
                    adds: entry.is_list && !first_of_list,
                };
                resolver.take(&entry.key, entry.value.expose(), origin);
            }
        }
        resolver.fall_back_to_proxies(environment);
        for (name, value) in environment {
            if let Some(key) = environment_key(name).filter(|_| !value.is_empty()) {
                resolver.take(
                    &key,
                    value,
                    Origin {
                        level: Level::Environment,
                        file: name,
                        place: name,
                        adds: false,
                    },
                );
            }
        }
        resolver.finish()
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

#[derive(Clone, Copy)]
struct Origin<'o> {
    level: Level,
    file: &'o str,
    place: &'o str,
    /// A further value of a list.
    adds: bool,
}

struct Resolver<'l> {
    lookup: &'l dyn Fn(&str) -> Option<String>,
    settings: Settings,
    gathered: Gathered,
    /// True when the project decides how the line is made.
    project_line: bool,
}

impl Resolver<'_> {
    fn defect(&mut self, code: &'static str, origin: Origin<'_>, note: impl Into<Untrusted>) {
        self.settings.defects.push(Defect::new(code, origin.place, note));
    }

    fn take(&mut self, key: &str, value: &str, origin: Origin<'_>) {
        let secret = key.starts_with("//") || key.starts_with('_');
        if origin.level == Level::Project && (has_variable(key) || has_variable(value)) {
            let note = "a project's own file may not name variables: they are left as they stand, and a credential with one is not used; move the line to your own settings file";
            self.defect("variable-in-project", origin, note);
            if !secret && !has_variable(key) {
                self.apply(key, value, true, origin);
            }
            return;
        }
        let (key, value) = match origin.level {
            Level::Project => (key.to_owned(), value.to_owned()),
            _ => {
                let (key, value) = (expand(key, self.lookup), expand(value, self.lookup));
                if key.unset || value.unset {
                    self.defect("variable-unset", origin, "a variable named here is not set");
                    if secret || key.unset {
                        return;
                    }
                }
                (key.text, value.text)
            }
        };
        self.apply(&key, &value, false, origin);
    }

    /// `raw` is true for a value with variables that were left as they stand.
    fn apply(&mut self, key: &str, value: &str, raw: bool, origin: Origin<'_>) {
        let key = if key.starts_with("//") {
            key.to_owned()
        } else {
            key.replace("no-proxy", "noproxy")
        };
        match key.as_str() {
            "registry" => self.registry(None, value, raw, origin),
            "_auth" | "_authToken" | "_authtoken" | "-authtoken" | "_password" => {
                let note = "this credential is bound to no host, so it is sent nowhere; write it as //host/path/:_authToken";
                self.defect("credential-unbound", origin, note);
            }
            "proxy" | "https-proxy" | "noproxy" | "strict-ssl" | "ca" | "cafile" => {
                self.line(&key, value, raw, origin)
            }
            rule if NPM_RULES.contains(&rule) => self.settings.rules.push(ClientSetting {
                client: Client::Npm,
                key: rule.to_owned(),
                value: value.into(),
                file: origin.file.to_owned(),
            }),
            _ if key.starts_with("//") => self.credential(&key, value, origin),
            _ => {
                if let Some(scope) = key
                    .strip_suffix(":registry")
                    .filter(|scope| scope.starts_with('@'))
                {
                    self.registry(Some(scope.to_owned()), value, raw, origin);
                }
            }
        }
    }

    fn registry(&mut self, scope: Option<String>, value: &str, raw: bool, origin: Origin<'_>) {
        let url = Url::parse(value)
            .ok()
            .filter(|url| !raw && matches!(url.scheme(), "http" | "https") && url.has_host());
        let setting = match &url {
            Some(url) => {
                if origin.level != Level::Project && url.scheme() == "http" {
                    self.settings.plain.extend(origin_of(url));
                }
                Some(RegistrySetting {
                    url: SafeUrl::new(value),
                    level: origin.level,
                    file: origin.file.to_owned(),
                })
            }
            None => {
                self.defect(
                    "registry-unusable",
                    origin,
                    "this registry is no http or https address, so it cannot be asked",
                );
                None
            }
        };
        self.settings.registries.insert(scope, setting);
    }

    fn credential(&mut self, key: &str, value: &str, origin: Origin<'_>) {
        let Some((bound, field)) = key.rsplit_once(':') else {
            return;
        };
        if ![
            "_authToken",
            "_auth",
            "username",
            "_password",
            "certfile",
            "keyfile",
        ]
        .contains(&field)
        {
            return;
        }
        let Some(binding) = Binding::parse(bound) else {
            let note = "this credential is bound to what is no host and path, so it is sent nowhere";
            return self.defect("credential-unbound", origin, note);
        };
        let partial = self.gathered.entry(binding, origin.level);
        let secret = || Some(Secret::new(value));
        match field {
            "_authToken" => partial.token = secret(),
            "_auth" => partial.auth = secret(),
            "username" => partial.username = secret(),
            "_password" => partial.password = secret(),
            "certfile" => partial.certfile = Some(value.to_owned()),
            _ => partial.keyfile = Some(value.to_owned()),
        }
    }

    fn line(&mut self, key: &str, value: &str, raw: bool, origin: Origin<'_>) {
        if raw {
            return;
        }
        let value = Some(value).filter(|value| !matches!(*value, "" | "null" | "false"));
        // A check that is switched off counts, and any other value that is set.
        if origin.level == Level::Project && (key == "strict-ssl") != value.is_some() {
            self.project_line = true;
            let note = "the project's file decides how the registry is reached, so credentials of your own settings are withheld; move this line to your own settings file to trust it";
            self.defect("line-set-by-project", origin, note);
        }
        let transport = &mut self.settings.transport;
        match key {
            "proxy" => transport.proxy = value.map(SafeUrl::new),
            "https-proxy" => transport.https_proxy = value.map(SafeUrl::new),
            "noproxy" => transport.no_proxy = value.map(host_list).unwrap_or_default(),
            "strict-ssl" => transport.strict_ssl = value.is_some(),
            "cafile" => transport.cafile = value.map(str::to_owned),
            _ => {
                if !origin.adds {
                    transport.ca.clear();
                }
                // A certificate on one line has its line ends written as `\n`.
                transport.ca.extend(value.map(|pem| pem.replace("\\n", "\n")));
            }
        }
    }

    /// The variables other programs read, where npm's own settings name no proxy.
    fn fall_back_to_proxies(&mut self, environment: &[(String, String)]) {
        let get = |names: &[&str]| {
            let set = |name: &&str| {
                environment
                    .iter()
                    .find(|(key, value)| key == name && !value.is_empty())
            };
            names.iter().find_map(set).map(|(_, value)| value.clone())
        };
        let transport = &mut self.settings.transport;
        let plain = ["HTTP_PROXY", "http_proxy"];
        if transport.https_proxy.is_none() {
            let fallback = transport.proxy.clone();
            transport.https_proxy = get(&["HTTPS_PROXY", "https_proxy"])
                .map(SafeUrl::new)
                .or(fallback)
                .or_else(|| get(&plain).map(SafeUrl::new));
        }
        if transport.proxy.is_none() {
            transport.proxy = get(&plain).map(SafeUrl::new);
        }
        if transport.no_proxy.is_empty() {
            transport.no_proxy = get(&["NO_PROXY", "no_proxy"])
                .map(|value| host_list(&value))
                .unwrap_or_default();
        }
    }

    fn finish(self) -> Settings {
        let Self {
            mut settings,
            gathered,
            project_line,
            ..
        } = self;
        let (credentials, unreadable) =
            gathered.put_together(|level| !project_line || level == Level::Project);
        settings.credentials = credentials;
        if unreadable > 0 {
            let note = format!("{unreadable} passwords are not in base64, so they are sent nowhere");
            settings
                .defects
                .push(Defect::new("credential-unreadable", "settings", note));
        }
        settings
    }
}

fn host_list(text: &str) -> Vec<String> {
    text.split([',', ' '])
        .map(str::trim)
        .filter(|host| !host.is_empty())
        .map(str::to_owned)
        .collect()
}

fn origin_of(url: &Url) -> Option<(String, u16)> {
    Some((url.host_str()?.to_owned(), url.port_or_known_default()?))
}
