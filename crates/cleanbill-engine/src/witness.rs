//! Between reading and rehearsing: which releases are worth a rehearsal, and what of its story becomes a chain.
//! It runs nothing, and leaves to the chains how far they go.
use cleanbill_facts::{
    Source,
    rehearsal::{Machine, Moment, Rehearsal},
    source::{Capability, Context, HostClass, Origin, Step, Trigger, Witnessed, compare, join},
};
use cleanbill_model::Level;
use cleanbill_rehearsal::{
    Action, CanaryKind, CanaryRef, Entry, Event, FactKind, RehearsalFact, Trace, told,
};
use serde::{Deserialize, Serialize};

use crate::rehearse::{Part, Rehearsed};

/// Changes whenever the stage may tell another story of the same files.
pub const STAGE_VERSION: u32 = 2;
/// The registry of the invented machines: what installers fetch from there, they fetch from the registry.
const INVENTED_REGISTRY: &str = "registry.example";
/// Most moments kept of one machine's story.
const MAX_MOMENTS: usize = 60;
/// Longest text of one moment, in characters.
const MAX_MOMENT_CHARS: usize = 300;
/// Most scripts played of one release.
const MAX_SCRIPTS: usize = 12;

/// Whose word about code is heard.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Voices {
    /// The reading alone.
    Static,
    /// The rehearsal alone, of everything the manifest starts; for measuring.
    Rehearsal,
    /// The reading, and a rehearsal where it is worth its time.
    #[default]
    Both,
}

impl Voices {
    /// The word for it.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Static => "static",
            Self::Rehearsal => "rehearsal",
            Self::Both => "both",
        }
    }
}

/// What of a release is worth a rehearsal; `None` where nothing is. `news` says that the release does something
/// its predecessor did not.
#[must_use]
pub fn worth(source: &Source, voices: Voices, news: bool) -> Option<Part> {
    let part = Part {
        entries: scripts(source),
        imports: match voices {
            Voices::Static => return None,
            Voices::Rehearsal => true,
            Voices::Both => news || is_odd(source),
        },
        beside: true,
    };
    (part.imports || !part.entries.is_empty()).then_some(part)
}

/// Scripts of the installation, and commands its build description runs.
fn scripts(source: &Source) -> Vec<Entry> {
    let started = source
        .analysis
        .entries
        .iter()
        .filter(|entry| entry.trigger.is_install());
    let mut scripts: Vec<Entry> = Vec::new();
    for entry in started {
        let Some(command) = &entry.command else { continue };
        let name = match entry.trigger {
            Trigger::Gyp => "native build".to_owned(),
            _ => lifecycle(source, command),
        };
        let script = Entry::Script {
            name,
            command: command.clone(),
        };
        if !scripts.contains(&script) && scripts.len() < MAX_SCRIPTS {
            scripts.push(script);
        }
    }
    scripts
}

/// The lifecycle name under which the manifest has a command.
fn lifecycle(source: &Source, command: &str) -> String {
    const NAMES: [&str; 3] = ["preinstall", "install", "postinstall"];
    let scripts = source
        .manifest
        .as_ref()
        .and_then(|manifest| manifest.get("scripts"));
    NAMES
        .into_iter()
        .find(|name| scripts.and_then(|scripts| scripts.get(name)?.as_str()) == Some(command))
        .unwrap_or("install")
        .to_owned()
}

/// Something in code that an import starts was not resolved, or is not as most code is.
fn is_odd(source: &Source) -> bool {
    let analysis = &source.analysis;
    let imported = |path: &str| {
        analysis
            .files
            .iter()
            .any(|file| file.path == path && file.trigger <= Trigger::Import)
    };
    let hidden = analysis
        .files
        .iter()
        .any(|file| file.trigger <= Trigger::Import && !file.obfuscation.is_empty());
    let unread = analysis.unassessed.keys().any(|path| imported(path));
    let suspicious = analysis.chains.iter().any(|chain| {
        let open = chain.host_class == Some(HostClass::Unresolved);
        chain.level >= Level::Warn || (open && chain.trigger <= Trigger::Import && !chain.lazy)
    });
    let shaped = analysis
        .structural
        .iter()
        .any(|fact| fact.level >= Level::Quarantine);
    let can = |wanted: Capability| {
        let mut uses = analysis.capabilities.iter();
        uses.any(|one| one.capability == wanted && one.trigger <= Trigger::Import)
    };
    let reaches = can(Capability::Network) || can(Capability::Process) || can(Capability::Dns);
    let generates = (can(Capability::Eval) || can(Capability::DynamicLoad)) && reaches;
    hidden || unread || suspicious || shaped || generates || !analysis.layers.is_empty()
}

/// Whether a release does something that counts and that the release before it did not do.
#[must_use]
pub fn is_news(before: &Source, after: &Source) -> bool {
    let delta = compare(&before.analysis, &after.analysis);
    delta
        .changes
        .iter()
        .any(|change| change.counts && change.kind.is_leading())
}

/// Puts what a rehearsal showed into what was read.
pub fn attach(source: &mut Source, part: &Part, rehearsed: Rehearsed, hosts: &[String], voices: Voices) {
    if voices == Voices::Rehearsal {
        source.analysis.chains.clear();
        source.analysis.structural.clear();
        source.analysis.unassessed.clear();
    }
    let manifest = source
        .manifest
        .as_ref()
        .and_then(|manifest| serde_json::to_vec(manifest).ok())
        .unwrap_or_default();
    let mut registry_hosts = hosts.to_vec();
    registry_hosts.push(INVENTED_REGISTRY.to_owned());
    let context = Context {
        registry_hosts,
        known_hosts: Vec::new(),
    };
    let seen = rehearsed.facts.iter().filter_map(witnessed).collect();
    join(&mut source.analysis, &manifest, &context, seen);
    source.rehearsal = Some(Rehearsal {
        imports: part.imports,
        machines: rehearsed.traces.iter().map(machine).collect(),
        problem: rehearsed.problem,
    });
}

/// A proven fact as a witness tells it; what is only noted says nothing alone.
fn witnessed(fact: &RehearsalFact) -> Option<Witnessed> {
    if fact.kind != FactKind::Proven {
        return None;
    }
    let trigger = match fact.entry.split(' ').next() {
        _ if fact.at_install => Trigger::Install,
        Some("run") => Trigger::Bin,
        _ => Trigger::Import,
    };
    let machine = fact
        .personas
        .first()
        .map_or("a machine", |persona| persona.as_str());
    let steps = fact.steps.iter().map(|step| Step {
        file: step.file.clone().unwrap_or_default(),
        line: step.line.unwrap_or(1),
        column: 1,
        note: format!("rehearsed on {machine}: {}", verb(&step.decoded)),
        decoded: step.value.clone(),
        excerpt: String::new(),
    });
    let secrets: Vec<String> = fact
        .canaries
        .iter()
        .filter(|canary| canary.kind != CanaryKind::Identity)
        .map(|canary| canary.name.clone())
        .collect();
    let handed = fact.given && fact.chain == "FLO-01";
    Some(Witnessed {
        id: if handed {
            "FLO-10".to_owned()
        } else {
            fact.chain.clone()
        },
        trigger: Some(trigger),
        lazy: fact.lazy,
        steps: steps.collect(),
        sources: origins(fact),
        secrets: match (fact.names.is_empty(), secrets.is_empty()) {
            (false, false) => fact.names.clone(),
            _ => secrets.clone(),
        },
        details: if fact.names.is_empty() {
            secrets
        } else {
            fact.names.clone()
        },
        destination: fact.url.clone().or_else(|| fact.host.clone()),
        generated: fact.generated,
    })
}

/// The words of a step without its arguments, which stand beside them.
fn verb(told: &str) -> String {
    match told.split_once(" `") {
        Some((verb, _)) => verb.to_owned(),
        None => told.chars().take(MAX_MOMENT_CHARS).collect(),
    }
}

/// The kinds of origin a fact shows.
fn origins(fact: &RehearsalFact) -> Vec<Origin> {
    if fact.given {
        return vec![Origin::KeyMaterial];
    }
    let mut origins: Vec<Origin> = fact.canaries.iter().map(|canary| origin(canary, fact)).collect();
    if fact.whole_environment {
        origins.push(Origin::Environment);
    }
    if matches!(fact.chain.as_str(), "FLO-03" | "FLO-06" | "FLO-15") {
        origins.push(Origin::Network);
    }
    origins.sort();
    origins.dedup();
    origins
}

fn origin(canary: &CanaryRef, fact: &RehearsalFact) -> Origin {
    let from_file = fact.names.iter().any(|name| name.contains('/'));
    match canary.kind {
        CanaryKind::Identity => Origin::Fingerprint,
        CanaryKind::Input => Origin::Clipboard,
        CanaryKind::PrivateKey | CanaryKind::Browser => Origin::CredentialFile,
        _ if canary.name == "ci identity token" && !fact.names.is_empty() => Origin::Secret,
        _ if canary.name.contains("environment") || canary.name == "model provider key" => Origin::Secret,
        _ if from_file => Origin::CredentialFile,
        _ => Origin::Secret,
    }
}

/// One machine's story, without what every program does.
fn machine(trace: &Trace) -> Machine {
    let mut moments: Vec<Moment> = trace
        .events
        .iter()
        .filter(|event| tells(event))
        .map(moment)
        .collect();
    moments.dedup_by(|one, other| one.did == other.did && one.place == other.place);
    let more = moments.len().saturating_sub(MAX_MOMENTS);
    moments.truncate(MAX_MOMENTS);
    Machine {
        name: trace.persona.as_str().to_owned(),
        moments,
        more: more + usize::try_from(trace.dropped).unwrap_or(usize::MAX),
        stops: trace
            .stops
            .iter()
            .map(|stop| format!("{} in {}", stop.reason, stop.entry))
            .collect(),
    }
}

/// Whether an event is part of the story, or how every program begins.
pub fn tells(event: &Event) -> bool {
    match &event.action {
        Action::ModuleAsked { found, .. } => found == "missing" && event.at_install,
        Action::EnvRead { secret, .. } => *secret,
        Action::FileRead { .. } => !event.canaries.is_empty(),
        Action::Missing { .. } | Action::FolderListed { .. } => false,
        _ => true,
    }
}

fn moment(event: &Event) -> Moment {
    let place = event.site.as_ref().map(|site| match site.line {
        Some(line) => format!("{}:{line}", site.file),
        None => site.file.clone(),
    });
    let stolen = event
        .canaries
        .iter()
        .filter(|canary| canary.kind != CanaryKind::Identity)
        .filter(|_| !matches!(event.action, Action::FileRead { .. }));
    Moment {
        at_ms: event.virtual_ms,
        entry: event.entry.clone(),
        place: place.unwrap_or_default(),
        did: told(&event.action).chars().take(MAX_MOMENT_CHARS).collect(),
        stolen: stolen.map(|canary| canary.name.clone()).collect(),
    }
}
