//! Judges every replay under a folder by reading, by rehearsal and by both, and prints a table:
//! `voices corpus/replays`.
#![allow(
    clippy::disallowed_methods,
    clippy::unwrap_used,
    clippy::print_stdout,
    reason = "an example stands outside"
)]
#[path = "../tests/common/mod.rs"]
mod common;

use std::path::PathBuf;

use cleanbill_engine::Voices;
use cleanbill_model::Level;

fn main() {
    let root = std::env::args().nth(1).unwrap();
    let wanted = std::env::args().nth(2).unwrap_or_default();
    let mut cases: Vec<PathBuf> = std::fs::read_dir(root)
        .unwrap()
        .filter_map(|entry| Some(entry.ok()?.path()))
        .filter(|path| path.join("case.json").exists())
        .filter(|path| path.to_string_lossy().contains(&wanted))
        .collect();
    cases.sort();
    for case in cases {
        let name = case.file_name().unwrap().to_string_lossy().into_owned();
        print!("| {name} ");
        for voices in [Voices::Static, Voices::Rehearsal, Voices::Both] {
            let (_, outcome) = common::judge(&case, voices);
            let held: Vec<&str> = outcome
                .judgement
                .findings
                .iter()
                .filter(|finding| finding.level >= Level::Quarantine)
                .map(|finding| finding.signal.audit.0)
                .collect();
            print!("| {} {} ", outcome.judgement.verdict.as_str(), held.join(" "));
        }
        println!("|");
    }
}
