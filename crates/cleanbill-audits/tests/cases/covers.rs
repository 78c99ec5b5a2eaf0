//! What the analysis can say, some audit tells, and one only: every id of a chain or a fact of shape that stands
//! in the analysis's own code is put into facts by itself and shown to every audit.
use std::{collections::BTreeSet, fs, path::Path, sync::Arc};

use cleanbill_audits::CATALOGUE;
use cleanbill_facts::{
    Facts, Source,
    source::{Chain, Seen, Step, Structural, Trigger},
};
use cleanbill_model::{Known, Level, Purl, Timestamp};

/// Ids that name a kind of origin or a circumstance, and are no finding by themselves.
const NOT_EMITTED: &[&str] = &[
    "OBF-08", "SRC-01", "SRC-02", "SRC-06", "SRC-09", "ANT-01", "ANT-02", "ANT-04",
];

fn ids() -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    let mut folders = vec![Path::new(env!("CARGO_MANIFEST_DIR")).join("../cleanbill-js/src")];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
                continue;
            }
            let text = fs::read_to_string(&path).unwrap();
            found.extend(text.split('"').filter(|word| is_id(word)).map(str::to_owned));
        }
    }
    found.retain(|id| !NOT_EMITTED.contains(&id.as_str()));
    found
}

fn is_id(word: &str) -> bool {
    word.split_once('-').is_some_and(|(family, number)| {
        family.len() == 3
            && family.bytes().all(|byte| byte.is_ascii_uppercase())
            && number.len() == 2
            && number.bytes().all(|byte| byte.is_ascii_digit())
    })
}

fn step(line: u32) -> Step {
    Step {
        file: "index.js".to_owned(),
        line,
        column: 1,
        note: "a step of the way".to_owned(),
        decoded: Some("a value".to_owned()),
        excerpt: "code()".to_owned(),
    }
}

fn facts(source: Source) -> Facts {
    let mut facts = Facts::unknown(
        Purl::parse("pkg:npm/case-kit@1.0.1").unwrap(),
        Timestamp::parse("2026-06-17T02:00:00Z").unwrap(),
    );
    facts.source = Known::Known(Arc::new(source));
    facts
}

fn told_by(facts: &Facts) -> Vec<&'static str> {
    let speaks = |audit: &&&'static dyn cleanbill_audits::Audit| {
        let mut signals = Vec::new();
        if audit
            .meta()
            .needs
            .iter()
            .all(|need| facts.missing(*need).is_none())
        {
            audit.run(facts, &mut signals);
        }
        !signals.is_empty()
    };
    CATALOGUE
        .iter()
        .filter(speaks)
        .map(|audit| audit.meta().id.0)
        .collect()
}

fn chain(id: &str, level: Level) -> Chain {
    Chain {
        id: id.to_owned(),
        trigger: Trigger::Import,
        lazy: false,
        steps: vec![step(1), step(2)],
        sources: Vec::new(),
        details: Vec::new(),
        host: None,
        host_class: None,
        abnormal_host: false,
        layers: 0,
        aggravations: Vec::new(),
        level,
        signature: id.to_owned(),
        seen: Seen::Read,
    }
}

#[test]
fn every_id_of_the_analysis_is_told_by_exactly_one_audit() {
    let ids = ids();
    assert!(ids.len() > 25, "the analysis names its ids otherwise: {ids:?}");
    for id in &ids {
        let mut flow = Source::default();
        flow.analysis.chains.push(chain(id, Level::Warn));
        let mut shape = Source::default();
        shape.analysis.structural.push(Structural {
            id: id.clone(),
            level: Level::Warn,
            note: "a fact of shape".to_owned(),
            evidence: vec![step(1)],
        });
        for source in [flow, shape] {
            let told = told_by(&facts(source));
            assert_eq!(told.len(), 1, "{id} is told by {told:?}");
        }
    }
}

#[test]
fn a_block_without_its_way_is_held_instead() {
    for (steps, level) in [
        (vec![step(1), step(2)], Level::Block),
        (vec![step(2)], Level::Quarantine),
    ] {
        let mut source = Source::default();
        source.analysis.chains.push(Chain {
            steps,
            ..chain("FLO-01", Level::Block)
        });
        let facts = facts(source);
        let audit = CATALOGUE
            .iter()
            .find(|audit| audit.meta().id.0 == "secret-sent-out")
            .unwrap();
        let mut signals = Vec::new();
        audit.run(&facts, &mut signals);
        assert_eq!(signals.first().map(|signal| signal.level), Some(level));
    }
}
