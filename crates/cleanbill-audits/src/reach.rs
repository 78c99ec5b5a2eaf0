//! How far a flow or a fact of shape goes by its circumstances, whatever its kind says alone: what it starts from,
//! who starts it, whether it hides. It knows no audit and no policy.
use std::collections::BTreeSet;

use cleanbill_facts::{
    Source,
    source::{Chain, HostClass, Origin, Structural, Trigger, registrable},
};
use cleanbill_model::Level;
use serde_json::Value;

/// What a chain's own circumstances make of it, whatever its kind says alone.
pub(crate) fn of_chain(chain: &Chain, level: Level, new: bool) -> Level {
    let circumstance = |word: &str| chain.aggravations.iter().any(|a| a == word);
    let starts_itself = chain.trigger.is_install() || (chain.trigger == Trigger::Import && !chain.lazy);
    let hidden = chain.layers > 0 || circumstance("OBF");
    match chain.id.as_str() {
        // Whoever serves the answer decides what a program people trust does from now on.
        "PER-02" if level >= Level::Quarantine && chain.sources.contains(&Origin::Network) => Level::Block,
        // Nobody hides in an update that its import rewrites another program, and means well.
        "PER-02" if new && hidden && starts_itself => Level::Block,
        // What an update newly takes and sends as soon as it is loaded goes where nothing went before.
        "FLO-01" | "FLO-16" if new && starts_itself && chain.abnormal_host && level >= Level::Quarantine => {
            Level::Block
        }
        // Without the key nobody can read what an import runs, so nobody can have checked it.
        "FLO-04" if new && circumstance("foreign-key") && starts_itself => Level::Block,
        _ => Level::Note,
    }
}

/// What the difference to the release before makes of a fact of shape: mail that is copied to an address under a
/// domain that neither the manifest nor the release before names (FLO-10 with a new host), and a loop without an end
/// where loading came to its end before (EXE-14).
pub(crate) fn of_fact(fact: &Structural, source: &Source, before: Option<&Source>) -> Level {
    if fact.id == "EXE-14" {
        let ended = |before: &Source| before.analysis.structural.iter().all(|old| old.id != fact.id);
        return if before.is_some_and(ended) {
            Level::Quarantine
        } else {
            Level::Note
        };
    }
    let Some(before) = before.filter(|_| fact.id == "FLO-10") else {
        return Level::Note;
    };
    let addresses = |source: &Source| -> BTreeSet<String> {
        let facts = source
            .analysis
            .structural
            .iter()
            .filter(|fact| fact.id == "FLO-10");
        facts
            .flat_map(|fact| fact.evidence.iter().filter_map(|step| step.decoded.clone()))
            .collect()
    };
    let known = addresses(before);
    let homes = home_hosts(source);
    let foreign = fact
        .evidence
        .iter()
        .filter_map(|step| step.decoded.as_ref())
        .filter(|address| !known.contains(*address))
        .filter_map(|address| address.rsplit_once('@'))
        .any(|(_, host)| !homes.contains(registrable(host)));
    if foreign { Level::Block } else { Level::Note }
}

/// Origins that no destination excuses: a host a package has long used has no business with them either.
const NEVER_EXCUSED: [Origin; 4] = [
    Origin::CredentialFile,
    Origin::CiInternal,
    Origin::Metadata,
    Origin::KeyMaterial,
];

/// The chain goes where the release before, which has stood the test of time, spoke already, or to a domain that its
/// manifest named as home (NEG-02). Places where anyone may collect, and bare addresses, are nobody's own.
pub(crate) fn is_own(chain: &Chain, before: &Source) -> bool {
    let kind = matches!(chain.host_class, Some(HostClass::Unknown | HostClass::Claimed));
    let Some(host) = chain.host.as_deref().filter(|_| kind) else {
        return false;
    };
    if chain.sources.iter().any(|origin| NEVER_EXCUSED.contains(origin)) {
        return false;
    }
    let home = registrable(host);
    let spoken = before
        .analysis
        .destinations
        .iter()
        .any(|known| registrable(&known.host) == home);
    spoken || home_hosts(before).contains(home)
}

/// The domains a manifest names as the package's own.
fn home_hosts(source: &Source) -> BTreeSet<&str> {
    let fields = ["homepage", "repository", "bugs", "author", "funding"];
    let manifest = source.manifest.as_ref();
    let values = fields.iter().filter_map(|field| manifest?.get(*field));
    let texts = values.flat_map(|value| match value {
        Value::String(text) => vec![text.as_str()],
        Value::Object(map) => map.values().filter_map(Value::as_str).collect(),
        _ => Vec::new(),
    });
    texts
        .flat_map(|text| text.split(|c: char| !(c.is_ascii_alphanumeric() || matches!(c, '.' | '-'))))
        .filter(|word| word.contains('.'))
        .map(registrable)
        .collect()
}

#[cfg(test)]
mod tests {
    use cleanbill_facts::source::{Seen, Step};

    use super::*;

    fn mailer(address: &str) -> Source {
        let mut source = Source {
            manifest: serde_json::from_str(
                r#"{"homepage":"https://docs.left.example","author":"Ann <ann@ann.example>","repository":{"url":"git+https://code.example/left"}}"#,
            )
            .unwrap_or_default(),
            ..Source::default()
        };
        source.analysis.structural.push(Structural {
            id: "FLO-10".to_owned(),
            level: Level::Note,
            note: "mail is copied".to_owned(),
            evidence: vec![Step {
                file: "index.js".to_owned(),
                line: 1,
                column: 1,
                note: "mail is copied".to_owned(),
                decoded: Some(address.to_owned()),
                excerpt: String::new(),
            }],
        });
        source
    }

    fn level(address: &str, before: Option<&str>) -> Level {
        let source = mailer(address);
        let before = before.map(mailer);
        let fact = source.analysis.structural.first();
        fact.map_or(Level::Note, |fact| of_fact(fact, &source, before.as_ref()))
    }

    fn sends(id: &str, sources: Vec<Origin>) -> Chain {
        Chain {
            id: id.to_owned(),
            trigger: Trigger::Import,
            lazy: false,
            steps: Vec::new(),
            sources,
            details: Vec::new(),
            host: Some("in.metrics.example".to_owned()),
            host_class: Some(HostClass::Unknown),
            abnormal_host: true,
            layers: 0,
            aggravations: Vec::new(),
            level: Level::Quarantine,
            signature: String::new(),
            seen: Seen::Read,
        }
    }

    #[test]
    fn a_host_of_the_trusted_release_before_is_own_and_excuses_no_credentials() {
        let mut before = Source::default();
        let chain = sends("FLO-01", vec![Origin::Secret]);
        assert!(!is_own(&chain, &before));
        before.manifest =
            serde_json::from_str(r#"{"homepage":"https://docs.metrics.example/a"}"#).unwrap_or_default();
        assert!(is_own(&chain, &before));
        assert!(!is_own(&sends("FLO-01", vec![Origin::CredentialFile]), &before));
        let shady = Chain {
            host_class: Some(HostClass::Abused),
            ..chain
        };
        assert!(!is_own(&shady, &before));
    }

    #[test]
    fn secrets_newly_sent_at_import_are_blocked_and_those_sent_on_request_are_not() {
        let chain = sends("FLO-01", vec![Origin::Secret]);
        assert_eq!(of_chain(&chain, Level::Quarantine, true), Level::Block);
        assert_eq!(of_chain(&chain, Level::Warn, true), Level::Note);
        assert_eq!(of_chain(&chain, Level::Quarantine, false), Level::Note);
        let lazy = Chain { lazy: true, ..chain };
        assert_eq!(of_chain(&lazy, Level::Quarantine, true), Level::Note);
    }

    #[test]
    fn mail_copied_to_a_strange_domain_for_the_first_time_is_blocked() {
        assert_eq!(level("x@shop.example", Some("ann@ann.example")), Level::Block);
        assert_eq!(level("x@shop.example", Some("x@shop.example")), Level::Note);
        assert_eq!(level("log@left.example", Some("ann@ann.example")), Level::Note);
        assert_eq!(level("x@shop.example", None), Level::Note);
    }
}
