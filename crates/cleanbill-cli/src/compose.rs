//! The only room that names concrete adapters: settings in, the abilities of a run out.
use std::{
    fs::File,
    io::Read as _,
    path::{Path, PathBuf},
    sync::Arc,
};

use cleanbill_config::{Layer, LayerKind, Overrides, Settings, file::MAX_SETTINGS_BYTES, resolve};
use cleanbill_embedded::{FileVerdictLog, FolderBlobs};
use cleanbill_engine::{CodePorts, Ports, Voices};
use cleanbill_feeds::{FeedSet, FeedSettings};
use cleanbill_gate::server::{ClientFor, PassTo};
use cleanbill_model::{Level, Timestamp};
use cleanbill_ports::{Blobs, Registry};
use cleanbill_report::ClientSetting;
use cleanbill_s3::{Layered, S3Blobs};
use cleanbill_upstream::{Passing, Upstream};

use crate::{
    cli::Common,
    client::Client,
    commands::{feed::feed_settings, update::admissions},
    failure::Failure,
    output,
    readers::Workers,
    world::World,
};

/// A run's settings and abilities.
pub struct Session {
    /// The clock reading verdicts hold for.
    pub as_of: Timestamp,
    /// The clock.
    pub now: Timestamp,
    /// Everything decided.
    pub settings: Settings,
    /// Feeds to read.
    pub feeds: Vec<FeedSettings>,
    /// The registry and the advisories.
    pub ports: Ports,
    /// The log of verdicts.
    pub log: FileVerdictLog,
    /// Where asynchronous work runs.
    pub runtime: Runtime,
    /// Readings of code that replicas share; `None` where each has its own.
    pub shared: Option<S3Blobs>,
    voices: Voices,
    client: Client,
}

impl Session {
    /// Opens what a run that judges needs. Where no registry can be named, that is an error with advice,
    /// unless the run is offline and may find everything in the cache.
    ///
    /// # Errors
    /// When settings cannot be read or meant, or no registry can be named.
    pub fn open(
        common: &Common,
        world: &World,
        project: &Path,
        fail_on: Option<Level>,
    ) -> Result<Self, Failure> {
        Self::with(common, world, project, fail_on, true)
    }

    /// The same for commands that ask no registry.
    ///
    /// # Errors
    /// When settings cannot be read or meant.
    pub fn without_registry(
        common: &Common,
        world: &World,
        project: &Path,
        fail_on: Option<Level>,
    ) -> Result<Self, Failure> {
        Self::with(common, world, project, fail_on, false)
    }

    fn with(
        common: &Common,
        world: &World,
        project: &Path,
        fail_on: Option<Level>,
        ask: bool,
    ) -> Result<Self, Failure> {
        let as_of = match &common.as_of {
            Some(text) => Timestamp::parse(text).map_err(|error| {
                Failure::usage("cannot read `--as-of`")
                    .because(&error)
                    .hint("write it as 2026-06-17T01:16:00Z")
            })?,
            None => world.now,
        };
        let mut settings = settings(common, world, project, fail_on)?;
        // What a fix brought in young passes here until its own cooldown ends.
        let admitted = admissions::standing(world, project, as_of);
        settings
            .policy
            .waivers
            .extend(admitted.iter().map(admissions::Admitted::waiver));
        let feeds = feed_settings(&settings);
        let client = Client::read(common, world, project, ask && !common.offline)?;
        let upstream = Upstream::new(client.upstream_settings(world, common.offline))
            .map_err(|error| Failure::usage("cannot set up the registry client").because(&error))?;
        Ok(Self {
            as_of,
            now: world.now,
            ports: Ports {
                registry: Arc::new(upstream),
                advisories: Arc::new(FeedSet::open(&feed_folder(world), &feeds, as_of)),
                code: None,
            },
            feeds,
            log: verdict_log(world),
            voices: if settings.rehearse && !common.no_rehearsal {
                Voices::Both
            } else {
                Voices::Static
            },
            runtime: runtime()?,
            shared: None,
            settings,
            client,
        })
    }

    /// The package managers' own settings, beside ours.
    #[must_use]
    pub fn client_settings(&self, project: &Path) -> Vec<ClientSetting> {
        self.client.lines(project, &self.settings.policy)
    }

    /// The registry as it may be shown.
    #[must_use]
    pub fn registry_shown(&self) -> String {
        self.client.registry_shown()
    }

    /// Where the registry's name came from.
    #[must_use]
    pub fn registry_origin(&self) -> String {
        self.client.registry_origin()
    }

    /// The same abilities with the reading of code.
    ///
    /// # Errors
    /// When the program cannot start workers of itself.
    pub fn ports_with_code(&self, world: &World) -> Result<Ports, Failure> {
        let workers = Workers::of_this_program()
            .ok_or_else(|| Failure::ours("cannot find the program to start workers from"))?;
        let stage = Workers::of_the_stage()
            .ok_or_else(|| Failure::ours("cannot find the program to start workers from"))?;
        let near = FolderBlobs::in_folder(world.cache_folder().join("readings"));
        let cache: Arc<dyn Blobs> = match &self.shared {
            Some(shared) => Arc::new(Layered {
                near,
                shared: shared.clone(),
            }),
            None => Arc::new(near),
        };
        Ok(Ports {
            code: Some(CodePorts {
                reader: Arc::new(workers),
                stage: Arc::new(stage),
                voices: self.voices,
                cache,
            }),
            ..self.ports.clone()
        })
    }

    /// The registry with its documents whole, as a gate passes them on.
    ///
    /// # Errors
    /// When a certificate or a proxy address cannot be read.
    pub fn whole_documents(&self, world: &World, offline: bool) -> Result<Arc<dyn Registry>, Failure> {
        let mut told = self.client.upstream_settings(world, offline);
        told.condense = None;
        let upstream = Upstream::new(told)
            .map_err(|error| Failure::usage("cannot set up the registry client").because(&error))?;
        Ok(Arc::new(upstream))
    }

    /// Clients for what a gate passes on, by their address.
    ///
    /// # Errors
    /// When a certificate or a proxy address cannot be read.
    pub fn passing(&self, world: &World) -> Result<ClientFor, Failure> {
        let passing = Passing::new(self.client.upstream_settings(world, false))
            .map_err(|error| Failure::usage("cannot set up the registry client").because(&error))?;
        Ok(Arc::new(move |url| passing.of(url)))
    }

    /// Which registry answers for a name, or for routes of none.
    #[must_use]
    pub fn base_of(&self) -> PassTo {
        Arc::new(self.client.base_of())
    }

    /// Scopes with a registry of their own.
    #[must_use]
    pub fn scopes(&self) -> Vec<String> {
        self.client.scopes()
    }

    /// The default registry's address.
    #[must_use]
    pub fn registry_base(&self) -> Option<String> {
        self.client.registry_base()
    }

    /// Tells what a project's settings wanted and may not.
    pub fn tell_refused(&self, common: &Common) {
        for (place, refused) in &self.settings.refused {
            output::remark(
                &format!(
                    "note: `{}` in {place} is left out: {}",
                    refused.key, refused.reason
                ),
                common,
            );
        }
    }
}

/// The runtime of a run. Dropping it waits for nobody: a name look-up that hangs must not hold a command
/// that has its answer.
pub struct Runtime(Option<tokio::runtime::Runtime>);

impl Runtime {
    /// Runs a future to its end.
    pub fn block_on<F: Future>(&self, future: F) -> F::Output {
        match &self.0 {
            Some(runtime) => runtime.block_on(future),
            None => unreachable!("the runtime is taken only when it is dropped"),
        }
    }
}

/// Starts a runtime.
///
/// # Errors
/// When the system gives no threads.
pub fn runtime() -> Result<Runtime, Failure> {
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()
        .map_err(|error| Failure::ours("cannot start the runtime").because(&error))?;
    Ok(Runtime(Some(runtime)))
}

impl Drop for Runtime {
    fn drop(&mut self) {
        if let Some(runtime) = self.0.take() {
            runtime.shutdown_background();
        }
    }
}

/// The log of verdicts.
#[must_use]
pub fn verdict_log(world: &World) -> FileVerdictLog {
    FileVerdictLog::in_folder(world.state_folder().join("verdicts"))
}

/// Where feed indexes lie.
#[must_use]
pub fn feed_folder(world: &World) -> PathBuf {
    world.state_folder().join("feeds")
}

/// The folder a run's paths belong to: that of the first path.
#[must_use]
pub fn project_folder(paths: &[PathBuf], world: &World) -> PathBuf {
    let first = paths
        .first()
        .map_or_else(|| world.folder.clone(), |path| world.folder.join(path));
    let folder = if first.is_dir() {
        first
    } else {
        first
            .parent()
            .map_or_else(|| world.folder.clone(), Path::to_owned)
    };
    folder.canonicalize().unwrap_or(folder)
}

/// Reads every settings file there is and decides.
fn settings(
    common: &Common,
    world: &World,
    project: &Path,
    fail_on: Option<Level>,
) -> Result<Settings, Failure> {
    let mut layers = Vec::new();
    if let Some(path) = &common.policy {
        let path = world.folder.join(path);
        match layer(LayerKind::Organisation, &path, "", world)? {
            Some(found) => layers.push(found),
            None => {
                return Err(Failure::usage(format!("no settings at `{}`", path.display()))
                    .hint("check the path given to `--policy`"));
            }
        }
    } else {
        layers.extend(layer(
            LayerKind::Organisation,
            Path::new(ORGANISATION_SETTINGS),
            "",
            world,
        )?);
    }
    if let Some(path) = world.user_settings() {
        layers.extend(layer(LayerKind::User, &path, "", world)?);
    }
    let folder = project.display().to_string();
    let ours = project.join("cleanbill.toml");
    let named_already = common
        .policy
        .as_ref()
        .is_some_and(|path| world.folder.join(path) == ours);
    if !named_already {
        layers.extend(layer(LayerKind::Project, &ours, &folder, world)?);
    }
    let overrides = Overrides { fail_on };
    resolve(layers, &overrides).map_err(|error| {
        Failure::usage("cannot use the settings")
            .because(&error)
            .hint("`cleanbill config template` shows what may be written")
    })
}

/// The organisation's settings on a machine it manages.
const ORGANISATION_SETTINGS: &str = "/etc/cleanbill/cleanbill.toml";

/// Every settings file that may speak, there or not.
#[must_use]
pub fn settings_files(common: &Common, world: &World) -> Vec<PathBuf> {
    let organisation = common.policy.as_ref().map_or_else(
        || PathBuf::from(ORGANISATION_SETTINGS),
        |path| world.folder.join(path),
    );
    let own = world.folder.join("cleanbill.toml");
    [Some(organisation), world.user_settings(), Some(own)]
        .into_iter()
        .flatten()
        .collect()
}

/// Settings files in the order in which they speak, for telling.
#[must_use]
pub fn settings_places(world: &World) -> String {
    let user = world.user_settings();
    let places = [
        Some(PathBuf::from(ORGANISATION_SETTINGS)),
        user,
        Some(world.folder.join("cleanbill.toml")),
    ];
    places
        .into_iter()
        .flatten()
        .map(|path| {
            format!(
                "  {}{}\n",
                path.display(),
                if path.is_file() { "" } else { " (not there)" }
            )
        })
        .collect()
}

fn layer(kind: LayerKind, path: &Path, folder: &str, world: &World) -> Result<Option<Layer>, Failure> {
    let Some(text) = read_text(path, MAX_SETTINGS_BYTES)? else {
        return Ok(None);
    };
    let place = world.shown(path);
    let file = cleanbill_config::parse(&text).map_err(|error| {
        Failure::usage(format!("cannot read settings `{place}`"))
            .because(&error)
            .hint("`cleanbill config template` shows what may be written")
    })?;
    Ok(Some(Layer {
        kind,
        place,
        folder: folder.to_owned(),
        file,
    }))
}

/// Reads a small text file; `None` where there is none. More than `limit` bytes are an error.
///
/// # Errors
/// When it is there and cannot be read, is too large, or is not UTF-8.
pub fn read_text(path: &Path, limit: usize) -> Result<Option<String>, Failure> {
    let cannot = || Failure::usage(format!("cannot read `{}`", path.display()));
    let file = match File::open(path) {
        Ok(file) => file,
        Err(error)
            if matches!(
                error.kind(),
                std::io::ErrorKind::NotFound | std::io::ErrorKind::NotADirectory
            ) =>
        {
            return Ok(None);
        }
        Err(error) => return Err(cannot().because(&error)),
    };
    let mut text = String::new();
    let most = u64::try_from(limit).unwrap_or(u64::MAX);
    file.take(most.saturating_add(1))
        .read_to_string(&mut text)
        .map_err(|error| cannot().because(&error))?;
    if text.len() > limit {
        return Err(cannot().hint(format!(
            "it has more than {limit} bytes, which no such file needs"
        )));
    }
    Ok(Some(text))
}
