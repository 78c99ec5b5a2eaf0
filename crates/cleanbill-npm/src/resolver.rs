//! Puts a client's settings together, line by line and level by level.
//! It decides what each line may do by whose line it is, and answers no question about the outcome.
use cleanbill_model::{Defect, SafeUrl, Secret, Untrusted};
use url::Url;

use crate::{
    clients::{Client, ClientSetting},
    credentials::{Binding, Gathered},
    npmrc::{self, expand, has_variable},
    settings::{Level, RegistrySetting, Settings, SettingsFile, environment_key, origin_of},
};

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

/// Reads all files, then the environment.
pub(crate) fn resolve(
    files: &[SettingsFile<'_>],
    environment: &[(String, String)],
    lookup: &dyn Fn(&str) -> Option<String>,
) -> Settings {
    let mut resolver = Resolver {
        lookup,
        settings: Settings::default(),
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
