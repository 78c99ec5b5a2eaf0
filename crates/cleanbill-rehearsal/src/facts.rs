//! Traces turned into facts: chains proven by what happened, each with the steps that prove it.
//! It states what was shown; how bad that is, and what to do, is for others to say.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::{
    canary::{CanaryKind, CanaryRef},
    persona::Persona,
    trace::{Action, Event, Trace},
};

mod outside;
mod places;

pub(crate) use outside::WIRED;

/// How a fact came about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
#[non_exhaustive]
pub enum FactKind {
    /// A chain was carried out before our eyes.
    Proven,
    /// Something was done that is a step of a chain; the trace does not prove the chain.
    Noted,
}

/// One step of the evidence.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct EvidenceStep {
    /// The file inside the package, if known; the manifest where one of its scripts did it itself.
    pub file: Option<String>,
    /// The line in it.
    pub line: Option<u32>,
    /// What happened, with its decoded arguments. Text from the package is in it: escape it before it is shown.
    pub decoded: String,
    /// The argument that matters: a path, an address, a command.
    #[serde(default)]
    pub value: Option<String>,
    /// The event's place in its trace.
    pub event: u32,
}

/// A fact about a package, proven or noted in a rehearsal.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RehearsalFact {
    /// The chain's identifier in the taxonomy, such as `FLO-01`.
    pub chain: String,
    /// Whether it is proven.
    pub kind: FactKind,
    /// The personas on which it was seen.
    pub personas: Vec<Persona>,
    /// Whether the package manager itself started it.
    pub at_install: bool,
    /// The entry during which it was seen.
    pub entry: String,
    /// Whether it took the calling of an exported function.
    #[serde(default)]
    pub lazy: bool,
    /// Whether the code that did it was made from text while running.
    #[serde(default)]
    pub generated: bool,
    /// The host concerned, if there is one.
    pub host: Option<String>,
    /// The address as far as it is known.
    #[serde(default)]
    pub url: Option<String>,
    /// Variables and files that what left was taken from.
    #[serde(default)]
    pub names: Vec<String>,
    /// Whether the environment was taken as a whole.
    #[serde(default)]
    pub whole_environment: bool,
    /// Whether what left was handed over by whoever called the export.
    #[serde(default)]
    pub given: bool,
    /// The canaries concerned.
    pub canaries: Vec<CanaryRef>,
    /// The path it took, in order.
    pub steps: Vec<EvidenceStep>,
}

/// Steps kept for one fact.
const STEPS: usize = 12;

/// What traces prove and note, one fact a chain and host.
#[must_use]
pub fn findings(traces: &[Trace]) -> Vec<RehearsalFact> {
    let mut facts: BTreeMap<(String, Option<String>), RehearsalFact> = BTreeMap::new();
    for trace in traces {
        for event in &trace.events {
            for mut fact in judge(trace, event) {
                fact.personas = vec![trace.persona];
                let key = (fact.chain.clone(), fact.host.clone());
                match facts.get_mut(&key) {
                    Some(known) => {
                        if !known.personas.contains(&trace.persona) {
                            known.personas.push(trace.persona);
                        }
                        known.at_install |= fact.at_install;
                        known.lazy &= fact.lazy;
                        known.given &= fact.given;
                        known.generated |= fact.generated;
                        known.whole_environment |= fact.whole_environment;
                        for name in fact.names {
                            if !known.names.contains(&name) && known.names.len() < STEPS {
                                known.names.push(name);
                            }
                        }
                        known.kind = known.kind.min(fact.kind);
                        for canary in fact.canaries {
                            if !known.canaries.iter().any(|one| one.name == canary.name) {
                                known.canaries.push(canary);
                            }
                        }
                        if known.personas.len() == 1 && known.steps.len() < STEPS {
                            let seen: Vec<u32> = known.steps.iter().map(|step| step.event).collect();
                            known
                                .steps
                                .extend(fact.steps.into_iter().filter(|step| !seen.contains(&step.event)));
                            known.steps.sort_by_key(|step| step.event);
                        }
                    }
                    None => {
                        facts.insert(key, fact);
                    }
                }
            }
        }
    }
    facts.into_values().collect()
}

fn judge(trace: &Trace, event: &Event) -> Vec<RehearsalFact> {
    let mut facts = Vec::new();
    let secrets: Vec<CanaryRef> = event
        .canaries
        .iter()
        .filter(|canary| canary.kind != CanaryKind::Identity)
        .cloned()
        .collect();
    let mut add =
        |chain: &str, kind: FactKind, host: Option<&str>, canaries: &[CanaryRef], before: Vec<&Event>| {
            let taken = outside::Taken::of(&before, canaries, event);
            let generated = before
                .iter()
                .chain(std::iter::once(&event))
                .any(|one| one.site.as_ref().is_some_and(|site| site.generated));
            let url = before
                .iter()
                .rev()
                .chain(std::iter::once(&event))
                .find_map(|one| outside::url(one).filter(|_| outside::host(one).as_deref() == host));
            let mut steps: Vec<EvidenceStep> = before.into_iter().map(step).collect();
            steps.push(step(event));
            facts.push(RehearsalFact {
                chain: chain.to_owned(),
                kind,
                personas: Vec::new(),
                at_install: event.at_install,
                entry: event.entry.clone(),
                lazy: event.lazy,
                generated,
                url,
                names: taken.names,
                whole_environment: taken.whole_environment,
                given: taken.given,
                host: host.filter(|host| !host.is_empty()).map(str::to_owned),
                canaries: canaries.to_vec(),
                steps,
            });
        };
    use FactKind::{Noted, Proven};
    if let Some((host, chain)) = outside::leaving(event) {
        if !secrets.is_empty() {
            let sources = outside::sources(trace, event, &secrets);
            add(chain, Proven, Some(&host), &secrets, sources.clone());
            if outside::is_forge_write(event) {
                add("FLO-14", Proven, Some(&host), &secrets, sources.clone());
            }
        } else if event.at_install
            && event
                .canaries
                .iter()
                .any(|canary| canary.kind == CanaryKind::Identity)
        {
            add(
                "FLO-02",
                Proven,
                Some(&host),
                &event.canaries,
                outside::identities(trace, event),
            );
        }
    }
    match &event.action {
        Action::CodeRun { downloaded: true, .. } => {
            let requests = outside::downloads(trace, event);
            let host = outside::origin(&requests);
            let wrote = trace.events.iter().any(|one| {
                one.at < event.at && matches!(&one.action, Action::FileWritten { downloaded: true, .. })
            });
            let program = wrote
                && matches!(&event.action, Action::CodeRun { origin, .. } if outside::is_process(*origin));
            let chain = if program { "FLO-06" } else { "FLO-03" };
            add(chain, Proven, host.as_deref(), &[], requests);
        }
        Action::Spawned { downloaded: true, .. } => {
            let requests = outside::downloads(trace, event);
            let host = outside::origin(&requests);
            if outside::is_wired_shell(event, &requests) {
                add("FLO-07", Proven, host.as_deref(), &[], requests);
                return facts;
            }
            let written = trace.events.iter().any(|one| {
                one.at < event.at && matches!(&one.action, Action::FileWritten { downloaded: true, .. })
            });
            add(
                if written { "FLO-06" } else { "FLO-03" },
                Proven,
                host.as_deref(),
                &[],
                requests,
            );
        }
        Action::CodeRun {
            downloaded: false,
            bytes,
            ..
        } if *bytes > outside::IDIOM && event.site.is_some() => {
            add("FLO-04", Noted, None, &[], Vec::new());
        }
        Action::Connected { host, protocol, .. } if protocol == outside::WIRED => {
            add("FLO-07", Proven, Some(host), &[], Vec::new());
        }
        Action::FileWritten {
            downloaded: true,
            inside: true,
            ..
        } => {
            let requests = outside::downloads(trace, event);
            let host = outside::origin(&requests);
            add("download-stored", Noted, host.as_deref(), &[], requests);
        }
        Action::Page { what, .. } if what == "address swapped" => {
            add("FLO-11", Proven, None, &[], outside::hooks(trace, event))
        }
        Action::Request {
            method, body, host, ..
        } if outside::is_publish(method, body) => {
            add("FLO-08", Proven, Some(host), &secrets, Vec::new());
        }
        _ => {}
    }
    if outside::is_tasked(trace, event) {
        let requests = outside::downloads(trace, event);
        let host = outside::origin(&requests);
        add("FLO-15", Proven, host.as_deref(), &[], requests);
    }
    if let Some(host) = outside::mines(event) {
        add("FLO-13", Proven, host.as_deref(), &[], Vec::new());
    }
    for (chain, proven) in places::chains(event) {
        add(chain, if proven { Proven } else { Noted }, None, &[], Vec::new());
    }
    facts
}

/// An event as a step of evidence.
fn step(event: &Event) -> EvidenceStep {
    EvidenceStep {
        file: match &event.site {
            Some(site) => Some(site.file.clone()),
            None => event.at_install.then(|| "package.json".to_owned()),
        },
        line: event.site.as_ref().and_then(|site| site.line),
        decoded: told(&event.action),
        value: value(&event.action),
        event: event.at,
    }
}

/// The one argument of an action that says most.
fn value(action: &Action) -> Option<String> {
    Some(match action {
        Action::FileRead { path, .. }
        | Action::FileWritten { path, .. }
        | Action::FileChanged { path, .. }
        | Action::FolderListed { path, .. } => path.clone(),
        Action::Spawned { line, .. } => line.clone(),
        Action::Request { url, .. } => url.clone(),
        Action::DnsQuery { name, .. } | Action::EnvRead { name, .. } => name.clone(),
        Action::Connected { host, port, .. } => format!("{host}:{port}"),
        Action::SocketData { data, .. } => data.clone(),
        Action::CodeRun { excerpt, .. } => excerpt.clone(),
        _ => return None,
    })
}

/// An action in words. Text from the package is in them: escape them before they are shown.
#[must_use]
pub fn told(action: &Action) -> String {
    match action {
        Action::FileRead { path, .. } => format!("reads `{path}`"),
        Action::FileWritten {
            path,
            bytes,
            downloaded,
            ..
        } => {
            let what = if *downloaded {
                "what was downloaded"
            } else {
                "a file"
            };
            format!("writes {what} to `{path}` ({bytes} bytes)")
        }
        Action::FileChanged { path, change, to } => {
            let did = match change.as_str() {
                "remove" => "removes",
                "remove-all" => "removes all of",
                "rename" => "renames",
                "copy" => "copies",
                "link" => "links",
                "chmod" => "changes the mode of",
                other => other,
            };
            match to.as_str() {
                "" => format!("{did} `{path}`"),
                to => format!("{did} `{path}` to `{to}`"),
            }
        }
        Action::Spawned { line, options, .. } if options.is_empty() => format!("starts `{line}`"),
        Action::Spawned { line, options, .. } => format!("starts `{line}` ({})", options.join(", ")),
        Action::Request {
            method, url, body, ..
        } if body.is_empty() => format!("asks {method} `{url}`"),
        Action::Request {
            method, url, body, ..
        } => format!("sends {method} `{url}` with `{body}`"),
        Action::DnsQuery { name, record } => format!("resolves {record} `{name}`"),
        Action::Connected { host, port, protocol } => format!("connects to `{host}:{port}` by {protocol}"),
        Action::SocketData { host, data } => format!("sends to `{host}`: `{data}`"),
        Action::CodeRun {
            excerpt, downloaded, ..
        } => {
            let what = if *downloaded {
                "runs what was downloaded"
            } else {
                "runs text as code"
            };
            format!("{what}: `{excerpt}`")
        }
        Action::EnvRead { name, .. } => format!("reads the variable `{name}`"),
        Action::EnvWhole {} => "reads the whole environment".to_owned(),
        Action::IdentityRead { what } => format!("asks for the {what}"),
        Action::Page { what, detail } => format!("{what}: `{detail}`"),
        Action::ModuleAsked { name, found, .. } => format!("loads `{name}` ({found})"),
        Action::FolderListed { path, .. } => format!("lists `{path}`"),
        Action::Listened { port, protocol } => format!("listens on port {port} by {protocol}"),
        Action::EnvSet { name, value } => format!("sets the variable `{name}` to `{value}`"),
        Action::TimerSet { delay_ms, repeats } => {
            let each = if *repeats { "every " } else { "" };
            format!("waits {each}{delay_ms} ms")
        }
        Action::Printed { text, .. } => format!("prints `{text}`"),
        Action::Exited { code } => format!("ends itself with {code}"),
        Action::Missing { what } => format!("asks for `{what}`, which the stage does not have"),
        Action::Threw { message } => format!("fails: {message}"),
    }
}
