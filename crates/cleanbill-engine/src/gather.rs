//! The I/O half: packuments and advisories for every subject, in parallel, into one owned value.
use std::{
    collections::{BTreeMap, BTreeSet, HashMap},
    sync::Arc,
};

use cleanbill_facts::{Facts, Notices, Package, PopularNames, Release, Run, Source};
use cleanbill_model::{Advisory, Age, Known, Level, Missing, PackageName, Purl, Timestamp, Version};
use cleanbill_ports::{Advisories, FeedStatus, FetchError, Registry};
use futures::{StreamExt as _, stream};

use crate::{
    code::{self, CodePorts, Sources, Wanted, read_all, rehearse_news},
    resolve::target,
    subject::Subject,
    witness::{Voices, is_news},
};

/// Packuments asked for at one time; the adapter bounds its connections further.
const CONCURRENT: usize = 64;
/// Companions are gathered for releases younger than this: later, an injected dependency is old news.
const COMPANION_WINDOW: Age = Age::days(90);
/// A name older than this is established: advisories on all of it want a second voice.
const ESTABLISHED: Age = Age::days(30);

/// The abilities gathering asks for.
#[derive(Clone)]
pub struct Ports {
    /// The registry.
    pub registry: Arc<dyn Registry>,
    /// Advisories.
    pub advisories: Arc<dyn Advisories>,
    /// The reading of code, where the run does it.
    pub code: Option<CodePorts>,
}

/// Something happened that a progress bar shows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Event {
    /// So many packages are to be read now.
    Planned(usize),
    /// One more has been read.
    Read,
}

/// Hears of progress.
pub type Progress = Arc<dyn Fn(Event) + Send + Sync>;

/// How to gather.
#[derive(Clone)]
pub struct GatherOptions {
    /// The clock reading.
    pub as_of: Timestamp,
    /// Hears of progress.
    pub progress: Progress,
    /// Popular names.
    pub popular: Arc<PopularNames>,
    /// Versions the project has installed now, where known: what an update would replace.
    pub installed: Arc<HashMap<PackageName, Version>>,
}

/// Everything gathered.
pub struct Inputs {
    /// Packages by name.
    pub packages: HashMap<PackageName, Known<Arc<Package>>>,
    /// Why a package could not be had, by name.
    pub failures: BTreeMap<PackageName, FetchError>,
    /// Advisories by name; names without any are absent.
    pub advisories: HashMap<PackageName, Vec<Arc<Advisory>>>,
    /// How the feeds stand.
    pub feeds: Vec<FeedStatus>,
    /// What accounts published.
    pub run: Arc<Run>,
    /// Code that was read, by release.
    pub sources: Sources,
    options: GatherOptions,
}

/// Gathers what the facts of `subjects` require.
pub async fn gather(subjects: &[Subject], ports: &Ports, options: &GatherOptions) -> Inputs {
    let mut inputs = Inputs {
        packages: HashMap::new(),
        failures: BTreeMap::new(),
        advisories: HashMap::new(),
        feeds: ports.advisories.status(options.as_of),
        run: Arc::default(),
        sources: Sources::new(),
        options: options.clone(),
    };
    let from_registry = || {
        subjects
            .iter()
            .filter(|subject| subject.purl.qualifiers.is_none())
    };
    let names: BTreeSet<PackageName> = from_registry().map(|subject| subject.purl.name.clone()).collect();
    let mut kept: HashMap<PackageName, Vec<Version>> = HashMap::new();
    for subject in from_registry() {
        kept.entry(subject.purl.name.clone())
            .or_default()
            .push(subject.purl.version.clone());
    }
    inputs.read(names, ports, &kept).await;
    let companions: BTreeSet<PackageName> = from_registry()
        .flat_map(|subject| inputs.added_names(subject))
        .filter(|name| !inputs.packages.contains_key(name))
        .collect();
    inputs.read(companions, ports, &HashMap::new()).await;
    inputs.run = Arc::new(Run::collect(
        inputs.packages.values().filter_map(Known::get).map(Arc::as_ref),
        options.as_of,
    ));
    for subject in from_registry() {
        inputs.notice(&subject.purl.name, ports);
    }
    let releases: Vec<Purl> = from_registry().map(|subject| subject.purl.clone()).collect();
    inputs.read_code(&releases, ports).await;
    inputs
}

impl Inputs {
    /// Reads packuments, parsing each off the runtime and keeping only what its facts need.
    pub async fn read(
        &mut self,
        names: BTreeSet<PackageName>,
        ports: &Ports,
        kept: &HashMap<PackageName, Vec<Version>>,
    ) {
        (self.options.progress)(Event::Planned(names.len()));
        let as_of = self.options.as_of;
        let answers = stream::iter(names.into_iter().map(|name| {
            let registry = Arc::clone(&ports.registry);
            let wanted = kept.get(&name).cloned();
            let read = name.clone();
            // A task each, so that reading from the cache and parsing use every core.
            let task = tokio::spawn(async move {
                let fetched = registry.packument(&read).await?;
                Ok(read_package(&read, &fetched.bytes, as_of, wanted.as_deref()))
            });
            async move {
                let answer = match task.await {
                    Ok(Ok(package)) => package.map(Ok),
                    Ok(Err(error)) => Known::Known(Err(error)),
                    // It broke off, which is our fault; what it was reading is not known.
                    Err(_) => Known::Missing(Missing::Malformed),
                };
                (name, answer)
            }
        }))
        .buffer_unordered(CONCURRENT);
        let mut answers = std::pin::pin!(answers);
        while let Some((name, answer)) = answers.next().await {
            let package = match answer {
                Known::Known(Ok(package)) => Known::Known(package),
                Known::Known(Err(error)) => {
                    let reason = match &error {
                        FetchError::Offline { .. } | FetchError::NoRegistry { .. } => Missing::Offline,
                        FetchError::NotFound { .. } => Missing::NotFound,
                        FetchError::TooLarge { .. } => Missing::Limit,
                        _ => Missing::Unreachable,
                    };
                    self.failures.insert(name.clone(), error);
                    Known::Missing(reason)
                }
                Known::Missing(reason) => Known::Missing(reason),
            };
            self.packages.insert(name, package);
            (self.options.progress)(Event::Read);
        }
    }

    /// Reads the code of `releases`, where the run reads code, and of the release before each that is young
    /// enough for its difference to be news.
    pub async fn read_code(&mut self, releases: &[Purl], ports: &Ports) {
        let Some(code) = &ports.code else { return };
        let mut wanted: Vec<Wanted> = Vec::new();
        for purl in releases {
            let Some(Known::Known(package)) = self.packages.get(&purl.name) else {
                continue;
            };
            let Some(release) = package.release(&purl.version) else {
                continue;
            };
            wanted.extend(
                Wanted::with_before(package, release)
                    .into_iter()
                    .take(if self.is_young(release) { 2 } else { 1 }),
            );
        }
        wanted.retain(|one| !self.sources.contains_key(&one.purl));
        (self.options.progress)(Event::Planned(wanted.len()));
        let progress = Arc::clone(&self.options.progress);
        let done = || progress(Event::Read);
        let read = read_all(wanted, &ports.registry, code, &done).await;
        self.sources.extend(read);
        self.rehearse_news(releases, ports, code).await;
        let elders: Vec<Wanted> = releases.iter().filter_map(|purl| self.doubted(purl)).collect();
        (self.options.progress)(Event::Planned(elders.len()));
        let read = read_all(elders, &ports.registry, code, &done).await;
        self.sources.extend(read);
    }

    /// The elder of a release that its code alone would hold: what both do is no news.
    fn doubted(&self, purl: &Purl) -> Option<Wanted> {
        let source = self.sources.get(purl)?.get()?;
        let analysis = &source.analysis;
        let levels = analysis.chains.iter().map(|chain| chain.level);
        let strongest = levels
            .chain(analysis.structural.iter().map(|fact| fact.level))
            .max()?;
        if strongest < Level::Quarantine {
            return None;
        }
        let package = self.packages.get(&purl.name)?.get()?;
        let elder = package.elder(package.release(&purl.version)?, self.options.as_of)?;
        let wanted = Wanted::of(&purl.name, elder);
        (!self.sources.contains_key(&wanted.purl)).then_some(wanted)
    }

    /// Rehearses what importing starts in releases that do something their predecessors did not.
    async fn rehearse_news(&mut self, releases: &[Purl], ports: &Ports, code: &CodePorts) {
        if code.voices != Voices::Both {
            return;
        }
        let wanted: Vec<(Wanted, Arc<Source>)> = releases
            .iter()
            .filter_map(|purl| {
                let source = self.sources.get(purl)?.get()?;
                let package = self.packages.get(&purl.name)?.get()?;
                let release = package.release(&purl.version)?;
                let before = package.predecessor(release)?;
                let before = self
                    .sources
                    .get(&Purl::new(purl.name.clone(), before.version.clone()))?
                    .get()?;
                let played = source
                    .rehearsal
                    .as_ref()
                    .is_some_and(|rehearsal| rehearsal.imports);
                let news = !played && is_news(before, source);
                news.then(|| (Wanted::of(&purl.name, release), Arc::clone(source)))
            })
            .collect();
        let played: Vec<(Purl, Option<Arc<Source>>)> = stream::iter(wanted)
            .map(|(wanted, source)| async move {
                let played = rehearse_news(&wanted, &source, &ports.registry, code).await;
                (wanted.purl, played)
            })
            .buffer_unordered(code::CONCURRENT)
            .collect()
            .await;
        for (purl, source) in played {
            if let Some(source) = source {
                self.sources.insert(purl, Known::Known(source));
            }
        }
    }

    fn is_young(&self, release: &Release) -> bool {
        release
            .published
            .get()
            .is_none_or(|moment| self.options.as_of.since(*moment) <= COMPANION_WINDOW)
    }

    /// Looks up advisories on `name` once.
    pub fn notice(&mut self, name: &PackageName, ports: &Ports) {
        if !self.advisories.contains_key(name) {
            let about = ports.advisories.about(name);
            if !about.is_empty() {
                self.advisories.insert(name.clone(), about);
            }
        }
    }

    /// Names that the subject's release asks for and its predecessor did not, while that is news.
    fn added_names(&self, subject: &Subject) -> Vec<PackageName> {
        let Some(Known::Known(package)) = self.packages.get(&subject.purl.name) else {
            return Vec::new();
        };
        let Some(release) = package.release(&subject.purl.version) else {
            return Vec::new();
        };
        if !self.is_young(release) {
            return Vec::new();
        }
        let before = package.predecessor(release);
        release
            .dependencies
            .iter()
            .filter(|wanted| before.is_none_or(|b| !b.dependencies.iter().any(|old| old.name == wanted.name)))
            .filter_map(|wanted| target(&wanted.name, &wanted.range))
            .filter_map(|(name, _)| PackageName::parse(name).ok())
            .collect()
    }

    /// The facts of one subject, with the pin at `pin` where it has pins.
    #[must_use]
    pub fn facts(&self, subject: &Subject, pin: usize) -> Facts {
        let options = &self.options;
        let mut facts = Facts::unknown(subject.purl.clone(), options.as_of);
        facts.popular = Arc::clone(&options.popular);
        facts.pin = match subject.pins.get(pin) {
            Some((_, _, pin)) => Known::Known(pin.clone()),
            None => Known::Missing(Missing::NotApplicable),
        };
        if subject.purl.qualifiers.is_some() {
            facts.package = Known::Missing(Missing::NotApplicable);
            facts.notices = Known::Missing(Missing::NotApplicable);
            facts.companions = Known::Missing(Missing::NotApplicable);
            return facts;
        }
        let name = &subject.purl.name;
        facts.package = self
            .packages
            .get(name)
            .cloned()
            .unwrap_or(Known::Missing(Missing::NotGathered));
        facts.run = Known::Known(Arc::clone(&self.run));
        facts.companions = Known::Known(self.companions_of(&facts));
        facts.notices = Known::Known(self.notices_of(&facts));
        let source_of = |purl: &Purl| {
            self.sources
                .get(purl)
                .cloned()
                .unwrap_or(Known::Missing(Missing::NotGathered))
        };
        facts.source = source_of(&subject.purl);
        let (before, elder) = match (&facts.package, facts.release().get()) {
            (Known::Known(package), Some(release)) => (
                // What changed in a release that is no longer young is old news, whether or not it was read.
                package.predecessor(release).filter(|_| self.is_young(release)),
                package.elder(release, options.as_of),
            ),
            _ => (None, None),
        };
        let source_of_release = |release: Option<&Release>| match release {
            Some(release) => source_of(&Purl::new(name.clone(), release.version.clone())),
            None => Known::Missing(Missing::NotApplicable),
        };
        let (before, elder) = (source_of_release(before), source_of_release(elder));
        (facts.before, facts.elder) = (before, elder);
        facts
    }

    fn companions_of(&self, facts: &Facts) -> BTreeMap<PackageName, Known<Arc<Package>>> {
        let release = facts.release();
        let wanted = release
            .get()
            .map(|release| release.dependencies.as_slice())
            .unwrap_or_default();
        wanted
            .iter()
            .filter_map(|wanted| target(&wanted.name, &wanted.range))
            .filter_map(|(name, _)| PackageName::parse(name).ok())
            .filter_map(|name| self.packages.get(&name).map(|package| (name, package.clone())))
            .collect()
    }

    fn notices_of(&self, facts: &Facts) -> Notices {
        let Some(advisories) = self.advisories.get(&facts.subject.name) else {
            return Notices::default();
        };
        let release = facts.release();
        let from_registry = release.get().and_then(|release| release.integrity.get());
        let pinned = facts.pin.get().and_then(|pin| pin.integrity.as_ref());
        let digests: Vec<_> = from_registry.into_iter().chain(pinned).collect();
        let established = match &facts.package {
            Known::Known(package) => package
                .created
                .get()
                .is_some_and(|born| self.options.as_of.since(*born) > ESTABLISHED),
            // A name the registry does not tell of may be anything; as long as that is so, one voice
            // does not block it outright.
            Known::Missing(_) => true,
        };
        let installed = self.options.installed.get(&facts.subject.name);
        let before = match (&facts.package, release.get()) {
            (Known::Known(package), Some(release)) => {
                package.predecessor(release).map(|before| &before.version)
            }
            _ => None,
        };
        Notices::collect(
            advisories,
            &facts.subject,
            &digests,
            established,
            installed.or(before),
            self.options.as_of,
        )
    }
}

/// Parses a packument into facts and drops what no audit will look at: the requests and words of
/// releases that are neither pinned nor the ones they are measured against.
fn read_package(
    name: &PackageName,
    bytes: &[u8],
    as_of: Timestamp,
    kept: Option<&[Version]>,
) -> Known<Arc<Package>> {
    let Ok(packument) = cleanbill_npm::packument::parse(bytes) else {
        return Known::Missing(Missing::Malformed);
    };
    let mut package = Package::collect(name, &packument, as_of);
    drop(packument);
    if let Some(kept) = kept {
        slim(&mut package, kept, as_of);
    }
    Known::Known(Arc::new(package))
}

fn slim(package: &mut Package, kept: &[Version], as_of: Timestamp) {
    let mut needed: BTreeSet<Version> = kept.iter().cloned().collect();
    for version in kept {
        if let Some(release) = package.release(version) {
            needed.extend(package.predecessor(release).map(|before| before.version.clone()));
            needed.extend(
                package
                    .latest_before(release)
                    .map(|before| before.version.clone()),
            );
            needed.extend(package.elder(release, as_of).map(|elder| elder.version.clone()));
        }
    }
    needed.extend(package.dist_tags.values().cloned());
    for release in &mut package.releases {
        if !needed.contains(&release.version) {
            release.dependencies = Vec::new();
            release.tarball = None;
            release.identity = cleanbill_facts::Identity::default();
            release.shape.clear();
        }
    }
}
