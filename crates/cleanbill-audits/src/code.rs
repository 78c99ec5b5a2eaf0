//! What the code of a release does, as the audits of code tell it: which chains and facts of shape carry an id,
//! whether the release before did the same, how far each may go, and its proof in order. It names no attack.
use std::sync::Arc;

use cleanbill_facts::{
    Facts, Release, Source, TRUSTED,
    source::{Chain, HostClass, Origin, Seen, Step, Structural, Trigger, raised, registrable},
};
use cleanbill_model::{AuditMeta, Confidence, Evidence, Level, Mark, Severity, Signal};

use crate::{reach, words};

/// Most sights of one kind told of one release, strongest first: the seventh proves nothing the first did not.
const MAX_TOLD: usize = 6;
/// Most names of origins put into a sentence.
const MAX_NAMES: usize = 4;

/// How a sight stands to the release before.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Standing {
    /// The release before is not known.
    Unmeasured,
    /// There is no release before: the name begins with it.
    First,
    /// The release before did not do it.
    New,
    /// The release before did it, and is itself young.
    Repeated,
    /// The release before did it, and has stood the test of time.
    Known,
}

/// One thing the code does.
pub(crate) struct Sight<'a> {
    /// The id of the taxonomy.
    pub(crate) id: &'a str,
    /// The flow, where it is one.
    pub(crate) chain: Option<&'a Chain>,
    /// What was seen, in the words of the analysis.
    pub(crate) note: &'a str,
    /// How far it may go.
    pub(crate) level: Level,
    steps: &'a [Step],
    standing: Standing,
    /// Further places of the same kind.
    more: usize,
    source: &'a Source,
}

/// What the code of the release does under one of `ids`, strongest first. What is as honest code does it is
/// left out.
pub(crate) fn sights<'a>(facts: &'a Facts, ids: &[&str]) -> Vec<Sight<'a>> {
    let Some(source) = facts.source.get() else {
        return Vec::new();
    };
    let before = facts.before.get();
    let trusted = before.is_some() && predecessor(facts).is_some_and(|before| stood(facts, before));
    let elder = facts.elder.get();
    let standing = |had: bool, elder_had: bool| match (before, had) {
        (Some(_), false) => Standing::New,
        (Some(_), true) if trusted || elder_had => Standing::Known,
        (Some(_), true) => Standing::Repeated,
        (None, _) if elder_had => Standing::Known,
        (None, _) if begins(facts) => Standing::First,
        (None, _) => Standing::Unmeasured,
    };
    let chains = source
        .analysis
        .chains
        .iter()
        .filter(|chain| ids.contains(&chain.id.as_str()));
    let mut seen: Vec<Sight<'a>> = chains
        .map(|chain| {
            let does = |other: &Arc<Source>| {
                let mut chains = other.analysis.chains.iter();
                chains.any(|old| old.signature == chain.signature)
            };
            let elder_had = elder.is_some_and(does) && !collects_unasked(chain);
            let standing = standing(before.is_some_and(does), elder_had);
            let level = match (standing, before) {
                (Standing::New, Some(before)) => raised(chain, is_fresh(chain, before), &before.analysis),
                _ => chain.level,
            };
            let level = level.max(reach::of_chain(chain, level, standing == Standing::New));
            let old_hands = before.filter(|_| trusted).into_iter().chain(elder);
            let own = old_hands.into_iter().any(|old| reach::is_own(chain, old));
            let level = if own { level.min(Level::Warn) } else { level };
            Sight {
                id: &chain.id,
                chain: Some(chain),
                note: chain.steps.last().map_or("", |step| step.note.as_str()),
                level,
                steps: &chain.steps,
                standing,
                more: 0,
                source,
            }
        })
        .collect();
    let shapes = source
        .analysis
        .structural
        .iter()
        .filter(|fact| ids.contains(&fact.id.as_str()));
    seen.extend(shapes.map(|fact| {
        Sight {
            id: &fact.id,
            chain: None,
            note: &fact.note,
            level: fact
                .level
                .max(reach::of_fact(fact, source, before.map(Arc::as_ref))),
            steps: &fact.evidence,
            standing: standing(
                before.is_some_and(|before| had(before, fact)),
                elder.is_some_and(|elder| had(elder, fact)),
            ),
            more: 0,
            source,
        }
    }));
    for sight in &mut seen {
        sight.level = sight.bounded();
    }
    seen.retain(|sight| sight.level > Level::Note);
    seen.sort_by_key(|sight| std::cmp::Reverse(sight.level));
    let mut told: Vec<Sight<'a>> = Vec::new();
    for sight in seen {
        if let Some(other) = told.iter_mut().find(|other| other.is_like(&sight)) {
            other.more += 1;
        } else if told.len() < MAX_TOLD {
            told.push(sight);
        }
    }
    told
}

/// The release whose files the facts hold as those before.
pub(crate) fn predecessor(facts: &Facts) -> Option<&Release> {
    let package = facts.package.get()?;
    package.predecessor(package.release(&facts.subject.version)?)
}

/// The release whose files the facts hold as those of the package's known behaviour.
fn elder(facts: &Facts) -> Option<&Release> {
    let package = facts.package.get()?;
    package.elder(package.release(&facts.subject.version)?, facts.as_of)
}

/// The history is known, and nothing of the package came before.
fn begins(facts: &Facts) -> bool {
    let package = facts.package.get();
    package.is_some_and(|package| {
        package.withdrawn.is_empty()
            && package.release(&facts.subject.version).is_some_and(|release| {
                package.before(release).next().is_none() && release.published.get().is_some()
            })
    })
}

fn stood(facts: &Facts, release: &Release) -> bool {
    release
        .published
        .get()
        .is_some_and(|moment| facts.as_of.since(*moment) >= TRUSTED)
}

/// It starts by itself and goes where anyone at all may stand: no age excuses that.
fn collects_unasked(chain: &Chain) -> bool {
    let unasked = chain.trigger.is_install() || (chain.trigger == Trigger::Import && !chain.lazy);
    unasked && chain.host_class.is_some_and(HostClass::is_shady)
}

/// No code of the release before spoke to the chain's host.
fn is_fresh(chain: &Chain, before: &Source) -> bool {
    let Some(host) = chain.host.as_deref() else {
        return true;
    };
    let home = registrable(host);
    before
        .analysis
        .destinations
        .iter()
        .all(|known| registrable(&known.host) != home)
}

/// The release before had the same fact: the same thing said of the same file.
fn had(before: &Source, fact: &Structural) -> bool {
    let place = |fact: &Structural| {
        fact.evidence
            .first()
            .map(|step| (step.file.clone(), step.decoded.clone()))
    };
    before
        .analysis
        .structural
        .iter()
        .any(|old| old.id == fact.id && (place(old) == place(fact) || is_command(old, fact)))
}

/// Both put the same command on the path: what a command is called is the fact, and the file behind it moves about.
fn is_command(old: &Structural, fact: &Structural) -> bool {
    fact.id == "EXE-06" && old.note == fact.note
}

/// The step that says who starts it: a script of the manifest, an import, a program.
struct Start {
    words: String,
    command: Option<String>,
}

impl Sight<'_> {
    /// The same thing done in another place.
    fn is_like(&self, other: &Self) -> bool {
        let same = match (self.chain, other.chain) {
            (Some(one), Some(two)) => one.host == two.host && one.sources == two.sources,
            (None, None) => self.note == other.note,
            _ => false,
        };
        same && self.id == other.id && self.standing == other.standing
    }

    /// The level within its bounds: what has long been so warns at most, and a block shows its whole way.
    fn bounded(&self) -> Level {
        let level = if self.standing == Standing::Known {
            self.level.min(Level::Warn)
        } else {
            self.level
        };
        if level == Level::Block && !self.is_whole() {
            return Level::Quarantine;
        }
        level
    }

    /// The way is there from its start to its end, each step with its place.
    fn is_whole(&self) -> bool {
        let placed = self
            .steps
            .iter()
            .filter(|step| !step.file.is_empty() && step.line > 0)
            .count();
        match self.chain {
            Some(_) => placed >= 2 || (placed == 1 && self.start().is_some()),
            None => {
                self.steps
                    .iter()
                    .any(|step| !step.file.is_empty() && step.decoded.is_some())
                    || placed >= 1
            }
        }
    }

    /// New, and shown from its start to its end: a flow, or one of the facts of shape that are a deed by themselves.
    fn is_proven(&self) -> bool {
        let deed = self.chain.is_some() || matches!(self.id, "EXE-02" | "EXE-11" | "FLO-10");
        matches!(self.standing, Standing::New | Standing::First) && deed && self.is_whole()
    }

    /// Who starts it, where that is known.
    fn start(&self) -> Option<Start> {
        let chain = self.chain?;
        let begins = self.steps.first().map_or("", |step| step.file.as_str());
        let entries = || {
            self.source
                .analysis
                .entries
                .iter()
                .filter(|entry| entry.trigger == chain.trigger)
        };
        let entry = entries()
            .find(|entry| entry.file.as_deref() == Some(begins))
            .or_else(|| entries().next())?;
        Some(Start {
            words: entry.why.clone(),
            command: entry.command.clone().or_else(|| entry.file.clone()),
        })
    }

    /// When it runs, as the end of a sentence.
    pub(crate) fn when(&self) -> String {
        let Some(chain) = self.chain else {
            return String::new();
        };
        let start = self
            .start()
            .map(|start| format!(" ({})", words::quote(&start.words)))
            .unwrap_or_default();
        match chain.trigger {
            Trigger::Install => format!("it runs at install{start}"),
            Trigger::Gyp => format!("it runs at install, when the native build is described{start}"),
            Trigger::Import if chain.lazy => format!("it runs when an exported function is called{start}"),
            Trigger::Import => format!("it runs when the package is imported{start}"),
            Trigger::Bin => format!("it runs when one of the package's programs is started{start}"),
            Trigger::Test => "only a script of the developers starts it".to_owned(),
            Trigger::Unreached => "nothing we found starts it".to_owned(),
        }
    }

    /// Where it goes to or comes from, with its class.
    pub(crate) fn place(&self) -> String {
        let Some(chain) = self.chain else {
            return String::new();
        };
        let class = chain.host_class.unwrap_or(HostClass::Unresolved);
        match &chain.host {
            Some(host) => format!("`{}` ({})", words::quote(host), class.words()),
            None => class.words().to_owned(),
        }
    }

    /// What kinds of value it starts from, with their names.
    pub(crate) fn origins(&self) -> String {
        let Some(chain) = self.chain else {
            return String::new();
        };
        let mut said: Vec<&str> = chain
            .sources
            .iter()
            .filter_map(|origin| origin_words(*origin))
            .collect();
        said.dedup();
        let text = match said.as_slice() {
            [] => "data of this machine".to_owned(),
            [one] => (*one).to_owned(),
            [most @ .., last] => format!("{} and {last}", most.join(", ")),
        };
        let names: Vec<String> = chain
            .details
            .iter()
            .take(MAX_NAMES)
            .map(|name| format!("`{}`", words::quote(name)))
            .collect();
        let more = if chain.details.len() > MAX_NAMES {
            ", …"
        } else {
            ""
        };
        if names.is_empty() {
            text
        } else {
            format!("{text} ({}{more})", names.join(", "))
        }
    }

    /// The value recovered where it ends: a command, a path, a name.
    pub(crate) fn value(&self) -> Option<String> {
        let value = self
            .steps
            .last()?
            .decoded
            .as_deref()
            .filter(|value| !value.is_empty())?;
        Some(format!("`{}`", words::quote(value)))
    }

    /// What was seen in the words of the analysis, with its place, to go after the version.
    pub(crate) fn told(&self) -> String {
        match self.spot() {
            Some(spot) => format!("has this at {spot}: {}", words::quote(self.note)),
            None => format!("has this: {}", words::quote(self.note)),
        }
    }

    /// The file and line a reader should open first.
    fn spot(&self) -> Option<String> {
        let last = self.steps.last().filter(|step| !step.file.is_empty())?;
        Some(format!(
            "`{}` line {}",
            words::quote(&last.file),
            last.line.max(1)
        ))
    }

    /// The signal: what was seen, when it runs and whether it is new; why; what to do, with `undo` for those who
    /// ran it already.
    pub(crate) fn signal(
        &self,
        meta: &'static AuditMeta,
        facts: &Facts,
        what: &str,
        why: &str,
        undo: &str,
    ) -> Signal {
        let mut evidence = self.evidence().into_iter();
        let first = evidence.next().unwrap_or_else(|| Evidence::note(self.note));
        let mut signal = evidence.fold(Signal::new(meta, &facts.subject, first), Signal::also);
        let old = predecessor(facts).filter(|_| facts.before.get().is_some());
        let old = old.or_else(|| elder(facts));
        let version = old.map(|old| &old.version);
        let since = match (self.standing, version) {
            (Standing::New, Some(version)) => format!(" {version} did not do that."),
            (Standing::New, None) => " The release before did not do that.".to_owned(),
            (Standing::Repeated | Standing::Known, Some(version)) => format!(" {version} did the same."),
            (Standing::Repeated | Standing::Known, None) => " The release before did the same.".to_owned(),
            (Standing::Unmeasured | Standing::First, _) => String::new(),
        };
        let when = self.when();
        let more = match self.more {
            0 => String::new(),
            1 => " (and in one more place)".to_owned(),
            more => format!(" (and in {more} more places)"),
        };
        let when = if when.is_empty() {
            String::new()
        } else {
            format!("; {when}")
        };
        let (name, spot) = (facts.subject.name.as_str(), self.spot());
        let read = spot.unwrap_or_else(|| "the steps below".to_owned());
        let keep = words::keep(name, version.filter(|_| self.standing == Standing::New));
        let advice = match self.level {
            Level::Block | Level::Quarantine => format!("Do not run it: {keep}, and read {read}. {undo}"),
            _ => format!("Read {read} before you rely on it."),
        };
        let (severity, confidence) = match (self.level, self.standing) {
            (_, Standing::Known) => (Severity::Low, Confidence::Low),
            (Level::Block, _) => (Severity::Critical, Confidence::High),
            (Level::Quarantine, _) => (Severity::High, Confidence::Medium),
            _ => (Severity::Medium, Confidence::Medium),
        };
        signal.level = self.level;
        signal.severity = severity.min(meta.severity);
        signal.confidence = confidence.min(meta.confidence);
        signal.taxonomy = self.taxonomy(meta);
        if self.standing == Standing::New {
            signal = signal.mark(Mark::Code);
        }
        if self.is_proven() {
            signal = signal.proven();
        }
        signal.words(
            format!(
                "{} {what}{when}{more}.{since}{}",
                facts.subject.version,
                self.seen()
            ),
            why,
            advice,
        )
    }

    /// Who saw it, where reading was not alone.
    fn seen(&self) -> &'static str {
        match self.chain.map(|chain| chain.seen) {
            Some(Seen::Twice) => " Seen twice: read in the code, and carried out in a rehearsal.",
            Some(Seen::Rehearsed) => " It was carried out in a rehearsal, on an invented machine.",
            Some(Seen::Read) | None => "",
        }
    }

    /// Its own id first, then those of its origins.
    fn taxonomy(&self, meta: &'static AuditMeta) -> Vec<&'static str> {
        let mut ids: Vec<&'static str> = meta
            .taxonomy
            .iter()
            .copied()
            .filter(|id| *id == self.id)
            .collect();
        if let Some(chain) = self.chain {
            ids.extend(
                chain
                    .sources
                    .iter()
                    .map(|origin| origin.taxonomy())
                    .filter(|id| !id.is_empty()),
            );
            ids.extend(
                AGGRAVATIONS
                    .iter()
                    .filter(|id| chain.aggravations.iter().any(|a| a == *id)),
            );
        }
        ids.dedup();
        ids
    }

    /// Who starts it, then every step in order.
    fn evidence(&self) -> Vec<Evidence> {
        let start = self.start().map(|start| {
            let step = Evidence::note(format!("starts it: {}", start.words)).file("package.json");
            match start.command {
                Some(command) => step.decoded(command),
                None => step,
            }
        });
        start.into_iter().chain(self.steps.iter().map(step)).collect()
    }
}

/// Marks of evasion the analysis may put on a chain.
const AGGRAVATIONS: &[&str] = &["ANT-01", "ANT-02", "ANT-03", "ANT-04"];

pub(crate) use cleanbill_facts::source::evidence as step;

/// The kind of an origin as people say it; what says nothing is left out.
fn origin_words(origin: Origin) -> Option<&'static str> {
    Some(match origin {
        Origin::Environment => "the whole environment",
        Origin::Secret => "secrets from the environment",
        Origin::CredentialFile => "files with credentials",
        Origin::Metadata => "credentials of the cloud machine",
        Origin::CiInternal => "the inside of a CI runner",
        Origin::Fingerprint => "who and where this machine is",
        Origin::Clipboard => "what is typed, copied or shown",
        Origin::KeyMaterial => "key material given by the caller",
        Origin::Network => "what the network answers",
        Origin::PackageFile => "a file that is no code",
        Origin::Decoded => "text decoded from the code",
        Origin::DeadDrop => "a value left in a public place",
        Origin::CommandOutput => "the output of commands",
        Origin::Caller | Origin::Configuration => return None,
    })
}
