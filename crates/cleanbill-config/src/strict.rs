//! What a project's own file may not do: make the policy looser than the one it is given.
//! A repository is an input like any other; whoever can change it must not be able to let itself in.
use cleanbill_audits::catalogue::CATALOGUE;
use cleanbill_model::Level;

use crate::file::{File, LevelWord, UnassessedWord};

/// One loosening found in a project's file, and left out.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refused {
    /// The key, such as `cooldown.release`.
    pub key: String,
    /// Why it is left out, to stand after "left out: ".
    pub reason: String,
}

/// Removes from `file` whatever can only loosen, telling each. Ages are compared later, value by value,
/// where the value in force is known.
pub fn tighten_only(file: &mut File) -> Vec<Refused> {
    let mut refused = Vec::new();
    let mut refuse = |key: String, reason: &str| {
        refused.push(Refused {
            key,
            reason: reason.to_owned(),
        })
    };
    if !file.cooldown.own.is_empty() {
        file.cooldown.own.clear();
        refuse(
            "cooldown.own".into(),
            "a project may not exempt names from the cooldown",
        );
    }
    if file.cooldown.fast_lane == Some(true) {
        file.cooldown.fast_lane = None;
        refuse(
            "cooldown.fast-lane".into(),
            "a project may not open the fast lane",
        );
    }
    if file.run.unassessed == Some(UnassessedWord::Warn) {
        file.run.unassessed = None;
        refuse(
            "run.unassessed".into(),
            "a project may not let pass what could not be assessed",
        );
    }
    if !file.waivers.is_empty() {
        file.waivers.clear();
        refuse("waiver".into(), "a project may not waive its own findings");
    }
    if !file.feeds.is_empty() {
        file.feeds.clear();
        refuse("feed".into(), "a project may not choose advisory feeds");
    }
    if !file.trust.projects.is_empty() {
        file.trust.projects.clear();
        refuse("trust.projects".into(), "a project may not trust itself");
    }
    file.audits.retain(|id, word| {
        let loosens = level_of(*word) < most_of(id);
        if loosens {
            refuse(
                format!("audits.{id}"),
                "a project may not lower an audit below its own level",
            );
        }
        !loosens
    });
    refused
}

/// The level an audit may reach by itself.
fn most_of(id: &str) -> Option<Level> {
    CATALOGUE
        .iter()
        .find(|audit| audit.meta().id.0 == id)
        .map(|audit| audit.meta().level)
}

fn level_of(word: LevelWord) -> Option<Level> {
    match word {
        LevelWord::Off => None,
        LevelWord::Note => Some(Level::Note),
        LevelWord::Warn => Some(Level::Warn),
        LevelWord::Quarantine => Some(Level::Quarantine),
        LevelWord::Block => Some(Level::Block),
    }
}
