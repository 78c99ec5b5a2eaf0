//! `case.json` of a replay: what it replays and what verdict is expected.
//! It does not know how a verdict is reached.
use cleanbill_model::Timestamp;
use serde::Deserialize;

/// Whether the replayed release is an attack or its honest look-alike.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Class {
    /// An attack.
    Malicious,
    /// An honest look-alike.
    Benign,
}

/// The verdict a case expects at least (malicious) or exactly (benign).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Expectation {
    /// Let through.
    Allow,
    /// Held.
    Quarantine,
    /// Refused.
    Block,
}

/// What sets the replayed code going.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Trigger {
    /// An install script.
    Install,
    /// A `binding.gyp`.
    Gyp,
    /// Being imported.
    Import,
    /// Its command being run.
    Bin,
    /// Some later call.
    Lazy,
    /// A page in a browser.
    Browser,
    /// Nothing.
    None,
}

/// `case.json`.
#[derive(Clone, Debug, Deserialize)]
pub struct Case {
    /// The case's id, also its folder's name.
    pub id: String,
    /// One line for people.
    pub title: String,
    /// The family of attack or look-alike.
    pub family: String,
    /// Attack or look-alike.
    pub class: Class,
    /// The clock reading the case is judged at.
    pub as_of: Timestamp,
    /// `name@version` to judge.
    pub target: String,
    /// Every bad `name@version` in it.
    #[serde(default)]
    pub bad: Vec<String>,
    /// The expected verdict.
    pub expect: Expectation,
    /// Taxonomy codes that occur.
    #[serde(default)]
    pub techniques: Vec<String>,
    /// How the code was disguised, where it was.
    #[serde(default)]
    pub transform: Option<String>,
    /// The case this one was made from by that transform, where it was made.
    #[serde(default)]
    pub base: Option<String>,
    /// What sets it going.
    pub trigger: Trigger,
    /// The incident behind it.
    #[serde(default)]
    pub inspired_by: Option<String>,
}
