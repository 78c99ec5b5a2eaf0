//! Chains that were carried out before our eyes, joined with those that were read: one chain where both saw it.
//! It takes a witness's word for what happened, and does not know what kind of stage it happened on.
use serde::{Deserialize, Serialize};

use crate::analysis::{Analysis, Destination};
use crate::chain::{Chain, Draft, Source, Step, level};
use crate::entry::Trigger;
use crate::hosts::{HostClass, classify, is_dead_drop, registrable, same_provider};
use crate::package::{Context, Indexed, Package, SourceFile};
use cleanbill_model::Level;

/// Most steps a witness adds to a chain that was read: the end of the way is what reading could not know.
const ADDED_STEPS: usize = 4;
/// Most chains of witnesses in one analysis; more tell the same again.
const MOST_WITNESSED: usize = 40;

/// Who saw a chain.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Seen {
    /// It was read in the code.
    #[default]
    Read,
    /// It was carried out on a stage, and not found by reading.
    Rehearsed,
    /// It was read, and carried out on a stage.
    Twice,
}

/// One chain as a witness tells it.
#[derive(Clone, Debug, Default)]
pub struct Witnessed {
    /// The id of the taxonomy.
    pub id: String,
    /// Who started it; nobody known where there is none.
    pub trigger: Option<Trigger>,
    /// It took the calling of an exported function.
    pub lazy: bool,
    /// The way, in order.
    pub steps: Vec<Step>,
    /// Kinds of origin.
    pub sources: Vec<Source>,
    /// Names of the origins.
    pub details: Vec<String>,
    /// Secrets that arrived, by name.
    pub secrets: Vec<String>,
    /// The destination or the origin: an address or a bare host.
    pub destination: Option<String>,
    /// The code that did it was made from text while running.
    pub generated: bool,
}

/// Joins what was witnessed into `analysis`. `manifest` is the release's `package.json` as it lies in the tarball.
pub fn join(analysis: &mut Analysis, manifest: &[u8], context: &Context, witnessed: Vec<Witnessed>) {
    let package = Package {
        files: vec![SourceFile {
            path: "package.json".to_owned(),
            bytes: manifest.into(),
        }],
    };
    let indexed = Indexed::new(&package, context);
    for seen in witnessed.into_iter().take(MOST_WITNESSED) {
        let chain = chain(analysis, &indexed, seen);
        tell_destination(analysis, &chain);
        match analysis.chains.iter_mut().find(|known| is_same(known, &chain)) {
            Some(known) => confirm(known, chain),
            None => analysis.chains.push(chain),
        }
    }
    analysis
        .chains
        .sort_by(|a, b| b.level.cmp(&a.level).then_with(|| a.signature.cmp(&b.signature)));
}

fn chain(analysis: &Analysis, indexed: &Indexed<'_>, seen: Witnessed) -> Chain {
    let (class, host) = match &seen.destination {
        Some(destination) => {
            let (class, host) = classify(indexed, destination);
            (Some(class), host)
        }
        None => (None, None),
    };
    let trigger = seen.trigger.unwrap_or(Trigger::Unreached);
    let obfuscated = seen.steps.iter().any(|step| {
        analysis
            .files
            .iter()
            .any(|file| file.path == step.file && !file.obfuscation.is_empty())
    });
    let mut sources = seen.sources;
    sources.sort();
    sources.dedup();
    let home = host.as_deref().unwrap_or_default();
    let fitting = seen
        .secrets
        .iter()
        .filter(|secret| same_provider(secret, home))
        .count();
    let dead_drop = seen.destination.as_deref().is_some_and(is_dead_drop);
    let draft = Draft {
        id: &seen.id,
        trigger,
        lazy: seen.lazy,
        sources: &sources,
        secrets: seen.secrets.len(),
        fitting,
        class,
        layers: u32::from(seen.generated),
        obfuscated,
        dead_drop,
        aggravations: 0,
        indirect: false,
    };
    let abnormal = class.is_some_and(HostClass::is_abnormal);
    let read = level(&draft);
    // Reading infers that a secret leaves; here one of ours arrived, at a host that has no business with it.
    let proven = matches!(seen.id.as_str(), "FLO-01" | "FLO-16")
        && abnormal
        && !seen.lazy
        && fitting < seen.secrets.len().max(1)
        && matches!(trigger, Trigger::Install | Trigger::Gyp | Trigger::Import);
    let mut aggravations = Vec::new();
    if obfuscated {
        aggravations.push("OBF".to_owned());
    }
    Chain {
        signature: signature(&seen.id, &sources, host.as_deref(), trigger),
        id: seen.id,
        trigger,
        lazy: seen.lazy,
        steps: seen.steps,
        sources,
        details: seen.details,
        abnormal_host: abnormal,
        host,
        host_class: class,
        layers: u32::from(seen.generated),
        aggravations,
        level: if proven { Level::Block } else { read },
        seen: Seen::Rehearsed,
    }
}

/// What stays the same when code moves.
pub(crate) fn signature(id: &str, sources: &[Source], host: Option<&str>, trigger: Trigger) -> String {
    let sources: Vec<String> = sources.iter().map(|source| format!("{source:?}")).collect();
    let when = if trigger.is_install() { "install" } else { "import" };
    format!("{id}|{}|{}|{when}", sources.join("+"), host.unwrap_or("-"))
}

/// Code or program: what was fetched and run may be read as the one and carried out as the other.
const DOWNLOADS: [&str; 2] = ["FLO-03", "FLO-06"];

fn is_same(read: &Chain, seen: &Chain) -> bool {
    let hosts = match (&read.host, &seen.host) {
        (Some(one), Some(other)) => registrable(one) == registrable(other),
        // Where reading found no host, the stage tells which it was.
        _ => true,
    };
    let ids = read.id == seen.id
        || (DOWNLOADS.contains(&read.id.as_str()) && DOWNLOADS.contains(&seen.id.as_str()));
    ids && read.trigger.is_install() == seen.trigger.is_install() && hosts
}

/// One finding where both saw it: the read chain stays, and what the stage knows better is put in.
fn confirm(known: &mut Chain, seen: Chain) {
    if known.seen == Seen::Read {
        known.seen = Seen::Twice;
    }
    if known.host.is_none() && seen.host.is_some() {
        known.host = seen.host;
        known.host_class = seen.host_class;
        known.abnormal_host = seen.abnormal_host;
        known.signature = signature(&known.id, &known.sources, known.host.as_deref(), known.trigger);
    }
    known.level = known.level.max(seen.level);
    known.lazy &= seen.lazy;
    for detail in seen.details {
        if !known.details.contains(&detail) {
            known.details.push(detail);
        }
    }
    let skip = seen.steps.len().saturating_sub(ADDED_STEPS);
    for step in seen.steps.into_iter().skip(skip) {
        if !known.steps.contains(&step) {
            known.steps.push(step);
        }
    }
}

fn tell_destination(analysis: &mut Analysis, chain: &Chain) {
    let (Some(host), Some(class)) = (&chain.host, chain.host_class) else {
        return;
    };
    if analysis.destinations.iter().any(|known| &known.host == host) {
        return;
    }
    let last = chain.steps.last();
    analysis.destinations.push(Destination {
        host: host.clone(),
        class,
        url: host.clone(),
        file: last.map(|step| step.file.clone()).unwrap_or_default(),
        line: last.map(|step| step.line).unwrap_or_default(),
    });
    analysis.destinations.sort();
}

#[cfg(test)]
mod tests {
    use super::*;

    fn told(id: &str, host: &str, sources: &[Source]) -> Witnessed {
        Witnessed {
            id: id.to_owned(),
            trigger: Some(Trigger::Install),
            steps: vec![Step {
                file: "setup.js".to_owned(),
                line: 3,
                column: 1,
                note: format!("sends to `{host}`"),
                decoded: None,
                excerpt: String::new(),
            }],
            sources: sources.to_vec(),
            secrets: vec!["NPM_TOKEN".to_owned()],
            destination: Some(format!("https://{host}/in")),
            ..Witnessed::default()
        }
    }

    fn joined(mut analysis: Analysis, seen: Vec<Witnessed>) -> Analysis {
        let manifest = br#"{"name":"a","version":"1.0.0","homepage":"https://home.example/"}"#;
        join(&mut analysis, manifest, &Context::default(), seen);
        analysis
    }

    #[test]
    fn what_only_the_stage_saw_is_a_chain_of_its_own() {
        let analysis = joined(
            Analysis::default(),
            vec![told("FLO-01", "drop.example", &[Source::Secret])],
        );
        let [chain] = analysis.chains.as_slice() else {
            panic!("{:?}", analysis.chains);
        };
        assert_eq!(chain.seen, Seen::Rehearsed);
        assert_eq!(chain.level, Level::Block);
        assert_eq!(chain.host.as_deref(), Some("drop.example"));
        assert_eq!(analysis.destinations.len(), 1);
    }

    #[test]
    fn what_both_saw_is_one_chain_and_the_stage_fills_in_the_host() {
        let read = Chain {
            id: "FLO-01".to_owned(),
            trigger: Trigger::Install,
            lazy: false,
            steps: Vec::new(),
            sources: vec![Source::Environment],
            details: Vec::new(),
            host: None,
            host_class: Some(HostClass::Unresolved),
            abnormal_host: false,
            layers: 0,
            aggravations: Vec::new(),
            level: Level::Quarantine,
            signature: "FLO-01|Environment|-|install".to_owned(),
            seen: Seen::Read,
        };
        let analysis = Analysis {
            chains: vec![read],
            ..Analysis::default()
        };
        let analysis = joined(
            analysis,
            vec![told("FLO-01", "drop.example", &[Source::Environment])],
        );
        let [chain] = analysis.chains.as_slice() else {
            panic!("{:?}", analysis.chains);
        };
        assert_eq!(chain.seen, Seen::Twice);
        assert_eq!(chain.level, Level::Block);
        assert_eq!(chain.signature, "FLO-01|Environment|drop.example|install");
        assert_eq!(chain.steps.len(), 1);
    }

    #[test]
    fn a_host_the_manifest_names_is_not_where_thieves_live() {
        let analysis = joined(
            Analysis::default(),
            vec![told("FLO-06", "files.home.example", &[Source::Network])],
        );
        let level = analysis.chains.first().map(|chain| chain.level);
        assert_eq!(level, Some(Level::Warn));
    }

    #[test]
    fn a_different_host_is_a_different_chain() {
        let first = joined(
            Analysis::default(),
            vec![
                told("FLO-01", "one.example", &[Source::Secret]),
                told("FLO-01", "two.example", &[Source::Secret]),
                told("FLO-01", "api.two.example", &[Source::Secret]),
            ],
        );
        assert_eq!(first.chains.len(), 2);
    }
}
