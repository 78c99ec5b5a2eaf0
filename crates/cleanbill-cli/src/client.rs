//! The user's own client configuration, read from disk: which registry, which credentials, which rules.
//! It hands texts to their parsers and asks npm only when nothing else names a registry.
use std::{
    path::{Path, PathBuf},
    process::{Command, Stdio},
    sync::Arc,
    time::{Duration, Instant, UNIX_EPOCH},
};

use cleanbill_model::{PackageName, SafeUrl, Secret};
use cleanbill_npm::{
    clients::{ClientSetting as Rule, ClientSettings},
    settings::{Level, Settings, SettingsFile, environment_value},
};
use cleanbill_policy::Policy;
use cleanbill_report::ClientSetting;
use cleanbill_upstream::settings::{
    Cache, ClientCertificate, Condense, Credentials, ProxySettings, Roots, UpstreamSettings,
};

use crate::{cli::Common, commands::setup::blocks, compose::read_text, failure::Failure, world::World};

/// Largest settings file of a client read, in bytes.
const MAX_CLIENT_SETTINGS: usize = 1024 * 1024;
/// Largest certificate bundle read, in bytes; system bundles are near 250 KB.
const MAX_CERTIFICATES: usize = 8 * 1024 * 1024;
/// How long `npm config get registry` may take: it starts in a quarter of a second.
const NPM_PATIENCE: Duration = Duration::from_secs(10);
/// Name of the file in the state folder that keeps npm's last answer and which npm gave it.
const REMEMBERED: &str = "registry-of-npm";
/// How long an answer of the same npm is taken without asking again. Every file and variable that people
/// change is read by us before npm is asked at all.
const NPM_ANSWER_HOLDS: Duration = Duration::from_secs(3600);

/// What the client is set to.
pub struct Client {
    settings: Arc<Settings>,
    /// The registry for names without one of their own, and where that was said.
    default: Option<(SafeUrl, String)>,
    /// True when `--registry` speaks for every name.
    forced: bool,
    roots: Vec<Vec<u8>>,
    only_roots: bool,
    certificates: Vec<ClientCertificate>,
}

impl Client {
    /// Reads every level. `must` asks for a registry, and that npm be asked where nothing names one.
    ///
    /// # Errors
    /// When a file is there and cannot be read, or no registry can be named and one must be.
    pub fn read(common: &Common, world: &World, project: &Path, must: bool) -> Result<Self, Failure> {
        let environment: Vec<(String, String)> = world.environment.clone().into_iter().collect();
        let texts = npmrc_texts(world, project, &environment)?;
        let files: Vec<SettingsFile<'_>> = texts
            .iter()
            .map(|(level, path, text)| SettingsFile {
                level: *level,
                path,
                text,
            })
            .collect();
        let settings = Settings::resolve(&files, &environment, &|name| world.environment.get(name).cloned());
        let named = settings
            .default_registry()
            .map(|registry| (registry.url.clone(), registry.file.clone()));
        let default = match (&common.registry, named) {
            (Some(url), _) => {
                if !(url.starts_with("https://") || url.starts_with("http://")) {
                    return Err(Failure::usage(format!("`--registry {url}` is no address"))
                        .hint("write it with https:// or http://"));
                }
                Some((SafeUrl::new(url.clone()), "flag".to_owned()))
            }
            (None, Some(named)) => Some(named),
            (None, None) if must => ask_npm(world).or_else(|| remembered(world)),
            (None, None) => remembered(world),
        };
        if must && default.is_none() && settings.scopes().next().is_none() {
            return Err(Failure::usage("no registry is named anywhere")
                .hint("pass `--registry URL`, or write `registry=URL` into your .npmrc"));
        }
        let (roots, only_roots) = certificate_roots(world, &settings)?;
        let certificates = default
            .iter()
            .filter_map(|(url, _)| client_certificate(&settings, url))
            .collect();
        Ok(Self {
            forced: common.registry.is_some(),
            settings: Arc::new(settings),
            default,
            roots,
            only_roots,
            certificates,
        })
    }

    /// Which registry answers for a name, or for routes of none.
    pub fn base_of(&self) -> impl Fn(Option<&PackageName>) -> Option<SafeUrl> + Send + Sync + 'static {
        let (settings, forced) = (Arc::clone(&self.settings), self.forced);
        let default = self.default.as_ref().map(|(url, _)| url.clone());
        move |name| {
            let Some(name) = name else { return default.clone() };
            let own_scope = || settings.scopes().find(|(scope, _)| Some(*scope) == name.scope());
            match own_scope() {
                // A scope whose registry was named and cannot be used is asked of nobody else.
                Some((_, registry)) if !forced => registry.map(|registry| registry.url.clone()),
                _ => default.clone(),
            }
        }
    }

    /// What the registry adapter is told.
    #[must_use]
    pub fn upstream_settings(&self, world: &World, offline: bool) -> UpstreamSettings {
        let base_of = self.base_of();
        let mut told = UpstreamSettings::new(Arc::new(move |name: &PackageName| base_of(Some(name))));
        told.credentials = Arc::new(Bound(Arc::clone(&self.settings)));
        told.roots = if self.only_roots {
            Roots::Only(self.roots.clone())
        } else {
            Roots::System {
                extra: self.roots.clone(),
            }
        };
        let transport = &self.settings.transport;
        told.strict_tls = transport.strict_ssl;
        told.client_certificates.clone_from(&self.certificates);
        told.proxy = ProxySettings {
            http: transport.proxy.clone(),
            https: transport.https_proxy.clone(),
            no_proxy: transport.no_proxy.join(","),
        };
        told.cache = Some(Cache::in_folder(world.cache_folder().join("registry")));
        told.offline = offline;
        told.condense = Some(Condense {
            id: "facts-1".into(),
            apply: Arc::new(|bytes| {
                cleanbill_npm::packument::parse(bytes)
                    .ok()
                    .map(|packument| cleanbill_npm::condense(&packument))
            }),
        });
        told
    }

    /// Scopes with a registry of their own.
    #[must_use]
    pub fn scopes(&self) -> Vec<String> {
        self.settings
            .scopes()
            .map(|(scope, _)| scope.to_owned())
            .collect()
    }

    /// The default registry's address, as it goes into lockfiles.
    #[must_use]
    pub fn registry_base(&self) -> Option<String> {
        self.default.as_ref().map(|(url, _)| url.expose().to_owned())
    }

    /// The registry as it may be shown.
    #[must_use]
    pub fn registry_shown(&self) -> String {
        self.default.as_ref().map_or_else(
            || "none named; npm is asked when a run needs one".to_owned(),
            |(url, _)| url.to_string(),
        )
    }

    /// Where the registry was named.
    #[must_use]
    pub fn registry_origin(&self) -> String {
        self.default
            .as_ref()
            .map_or_else(String::new, |(_, origin)| origin.clone())
    }

    /// Age and script rules of the clients, beside ours.
    #[must_use]
    pub fn lines(&self, project: &Path, policy: &Policy) -> Vec<ClientSetting> {
        let mut read = ClientSettings::default();
        let text = |name: &str| read_text(&project.join(name), MAX_CLIENT_SETTINGS).ok().flatten();
        if let Some(text) = text(".yarnrc.yml") {
            read.add_yarnrc(&text, ".yarnrc.yml");
        }
        if let Some(text) = text("pnpm-workspace.yaml") {
            read.add_pnpm_workspace(&text, "pnpm-workspace.yaml");
        }
        if let Some(text) = text("bunfig.toml") {
            read.add_bunfig(&text, "bunfig.toml");
        }
        if let Some(text) = text("package.json") {
            read.add_manifest(&text, "package.json");
        }
        self.settings
            .rules
            .iter()
            .chain(&read.settings)
            .map(|rule| beside(rule, policy))
            .collect()
    }
}

/// The rule with what we do about the same thing.
fn beside(rule: &Rule, policy: &Policy) -> ClientSetting {
    let key = rule.key.to_ascii_lowercase();
    let ours = if key.contains("age") || key == "before" {
        format!(
            "cooldown.release = {}",
            cleanbill_config::duration::write_duration(policy.cooldown.release)
        )
    } else if key.contains("script")
        || key.contains("built")
        || key.contains("trusted")
        || key.contains("build")
    {
        "install scripts are told when they are new".to_owned()
    } else {
        "read as the client reads it".to_owned()
    };
    ClientSetting {
        client: rule.client.to_string(),
        setting: rule.key.clone(),
        value: Some(rule.value.clone()),
        origin: Some(rule.file.clone().into()),
        ours,
    }
}

/// Credentials by the address they are bound to.
struct Bound(Arc<Settings>);

impl Credentials for Bound {
    fn authorization_for(&self, url: &str) -> Option<Secret> {
        self.0.credential_for(url)?.authorization()
    }
}

/// The texts of every `.npmrc`: global, user, project.
fn npmrc_texts(
    world: &World,
    project: &Path,
    environment: &[(String, String)],
) -> Result<Vec<(Level, String, String)>, Failure> {
    let named = |key: &str| environment_value(environment, key).map(PathBuf::from);
    let global = named("globalconfig").or_else(|| global_npmrc(world, named("prefix")));
    let user = named("userconfig").or_else(|| world.home.as_ref().map(|home| home.join(".npmrc")));
    let own = project_npmrc(project);
    let mut texts = Vec::new();
    for (level, path) in [
        (Level::Global, global),
        (Level::User, user.clone()),
        (Level::Project, own),
    ] {
        let Some(path) = path else { continue };
        // A project in the home folder itself has one file for both; it is the user's.
        if level == Level::Project && Some(&path) == user.as_ref() {
            continue;
        }
        if let Some(text) = read_text(&path, MAX_CLIENT_SETTINGS)? {
            // What `cleanbill setup` put in names the gate: whoever asks here asks the registry behind it.
            let text = blocks::without(&text).unwrap_or_default();
            texts.push((level, world.shown(&path), text));
        }
    }
    Ok(texts)
}

/// The `.npmrc` beside the nearest manifest at or above the project's folder, as npm looks for it.
fn project_npmrc(project: &Path) -> Option<PathBuf> {
    let root = project
        .ancestors()
        .find(|folder| folder.join("package.json").is_file() || folder.join("node_modules").is_dir());
    Some(root.unwrap_or(project).join(".npmrc"))
}

/// npm's machine-wide file: below its prefix, which is two folders above the program.
fn global_npmrc(world: &World, prefix: Option<PathBuf>) -> Option<PathBuf> {
    let prefix = prefix.or_else(|| {
        let npm = find_program("npm", world)?;
        Some(npm.parent()?.parent()?.to_owned())
    })?;
    Some(prefix.join("etc").join("npmrc"))
}

fn find_program(name: &str, world: &World) -> Option<PathBuf> {
    std::env::split_paths(world.variable("PATH")?)
        .map(|folder| folder.join(name))
        .find(|file| file.is_file())
}

/// Asks npm itself, and keeps the answer: for the next hour's runs, and for offline ones.
fn ask_npm(world: &World) -> Option<(SafeUrl, String)> {
    let npm = find_program("npm", world)?;
    let giver = identity(&npm);
    if let Some(answer) = Remembered::read(world).filter(|answer| answer.is_fresh(giver.as_deref())) {
        return Some(answer.named());
    }
    let mut npm = Command::new(npm);
    if set_up(world) {
        npm.env(
            "npm_config_userconfig",
            if cfg!(windows) { "NUL" } else { "/dev/null" },
        );
    }
    npm.args(["config", "get", "registry"]).current_dir(&world.folder);
    let text = answer_of(&mut npm, NPM_PATIENCE)?;
    let url = text.trim();
    if !is_address(url) {
        return None;
    }
    // Only a convenience: an offline run without it says that no registry is named.
    let folder = world.state_folder();
    let kept = format!("{url}\n{}\n", giver.unwrap_or_default());
    drop(std::fs::create_dir_all(&folder).and_then(|()| std::fs::write(folder.join(REMEMBERED), kept)));
    Some((SafeUrl::new(url), "npm config get registry".to_owned()))
}

/// What a client's program answers on stdout; nothing where it does not start, is no text, or takes longer than
/// `patience`, at which it is ended.
pub(crate) fn answer_of(program: &mut Command, patience: Duration) -> Option<String> {
    let mut child = program
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .ok()?;
    let started = Instant::now();
    while child.try_wait().ok()?.is_none() {
        if started.elapsed() > patience {
            drop(child.kill());
            drop(child.wait());
            return None;
        }
        std::thread::sleep(Duration::from_millis(5));
    }
    let output = child.wait_with_output().ok()?;
    String::from_utf8(output.stdout).ok()
}

/// True where `cleanbill setup` has the user's npm ask the gate.
fn set_up(world: &World) -> bool {
    let environment: Vec<(String, String)> = world.environment.clone().into_iter().collect();
    let user = environment_value(&environment, "userconfig")
        .map(PathBuf::from)
        .or_else(|| world.home.as_ref().map(|home| home.join(".npmrc")));
    let text = user.and_then(|path| read_text(&path, MAX_CLIENT_SETTINGS).ok().flatten());
    text.is_some_and(|text| blocks::has_block(&text))
}

/// Which program this is: its path, length and time of change.
fn identity(program: &Path) -> Option<String> {
    let known = std::fs::metadata(program).ok()?;
    let changed = known.modified().ok()?.duration_since(UNIX_EPOCH).ok()?;
    Some(format!(
        "{} {} {}",
        program.display(),
        known.len(),
        changed.as_nanos()
    ))
}

fn is_address(url: &str) -> bool {
    (url.starts_with("https://") || url.starts_with("http://"))
        && url.len() <= 2048
        && !url.contains(char::is_whitespace)
}

/// npm's last answer.
struct Remembered {
    url: String,
    giver: String,
    age: Option<Duration>,
}

impl Remembered {
    fn read(world: &World) -> Option<Self> {
        let path = world.state_folder().join(REMEMBERED);
        let text = read_text(&path, 8192).ok()??;
        let (url, giver) = text.split_once('\n').unwrap_or((&text, ""));
        is_address(url.trim()).then(|| Self {
            url: url.trim().to_owned(),
            giver: giver.trim_end().to_owned(),
            // A clock that was set back gives no age, so the answer does not count as fresh.
            age: std::fs::metadata(&path)
                .and_then(|known| known.modified())
                .ok()
                .and_then(|written| written.elapsed().ok()),
        })
    }

    fn is_fresh(&self, giver: Option<&str>) -> bool {
        giver.is_some_and(|giver| giver == self.giver) && self.age.is_some_and(|age| age < NPM_ANSWER_HOLDS)
    }

    fn named(self) -> (SafeUrl, String) {
        (SafeUrl::new(self.url), "npm's last answer".to_owned())
    }
}

fn remembered(world: &World) -> Option<(SafeUrl, String)> {
    Remembered::read(world).map(Remembered::named)
}

/// Certificate authorities the client is told of; `ca` in settings stands in place of the system's.
fn certificate_roots(world: &World, settings: &Settings) -> Result<(Vec<Vec<u8>>, bool), Failure> {
    let transport = &settings.transport;
    let mut roots: Vec<Vec<u8>> = transport.ca.iter().map(|pem| pem.clone().into_bytes()).collect();
    if let Some(path) = &transport.cafile {
        let path = world.folder.join(path);
        match read_text(&path, MAX_CERTIFICATES)? {
            Some(text) => roots.push(text.into_bytes()),
            None => {
                return Err(Failure::usage(format!("no certificates at `{}`", path.display()))
                    .hint("check `cafile` in your .npmrc"));
            }
        }
    }
    let only = !roots.is_empty();
    // What node is told to believe beside the system's.
    if let Some(path) = world.variable("NODE_EXTRA_CA_CERTS")
        && let Some(text) = read_text(&world.folder.join(path), MAX_CERTIFICATES)?
    {
        roots.push(text.into_bytes());
    }
    Ok((roots, only))
}

fn client_certificate(settings: &Settings, url: &SafeUrl) -> Option<ClientCertificate> {
    let credential = settings.credential_for(url.expose())?;
    let read = |path: &String| read_text(Path::new(path), MAX_CERTIFICATES).ok().flatten();
    let (chain, key) = (
        read(credential.certfile.as_ref()?)?,
        read(credential.keyfile.as_ref()?)?,
    );
    Some(ClientCertificate {
        prefix: url.expose().to_owned(),
        pem: Secret::new(format!("{chain}\n{key}")),
    })
}
