//! What the machine met: chains, capabilities, destinations, files written, layers opened.
//! It keeps the first of each and judges only through `chain`.
use std::collections::{BTreeMap, BTreeSet, HashMap};

use cleanbill_model::Level;
use serde::{Deserialize, Serialize};

use crate::chain::{Chain, Step};
use crate::entry::Trigger;
use crate::hosts::HostClass;
use crate::machine::marks::Place;
use crate::machine::value::Taint;

/// Something the code is able to do.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Capability {
    /// Talks over a network.
    Network,
    /// Starts processes.
    Process,
    /// Writes files.
    FilesystemWrite,
    /// Reads files.
    FilesystemRead,
    /// Reads the environment.
    Environment,
    /// Runs text as code.
    Eval,
    /// Loads native code.
    Native,
    /// Asks a resolver.
    Dns,
    /// Encrypts, decrypts or hashes.
    Crypto,
    /// Loads modules under names that are computed.
    DynamicLoad,
}

impl Capability {
    /// The word used in JSON and text.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Network => "network",
            Self::Process => "process",
            Self::FilesystemWrite => "filesystem-write",
            Self::FilesystemRead => "filesystem-read",
            Self::Environment => "environment",
            Self::Eval => "eval",
            Self::Native => "native",
            Self::Dns => "dns",
            Self::Crypto => "crypto",
            Self::DynamicLoad => "dynamic-load",
        }
    }
}

/// A destination.
#[derive(Clone, Debug)]
pub(crate) struct Dest {
    pub url: String,
    pub host: Option<String>,
    pub class: HostClass,
    pub place: Place,
    pub dead_drop: bool,
    /// An answer of the network named it.
    pub told: bool,
}

/// A file the code wrote.
#[derive(Clone, Debug)]
pub(crate) struct Written {
    pub path: String,
    pub t: Taint,
    pub text: Option<String>,
    pub place: Place,
}

/// Places kept for each capability.
const MOST_PLACES: usize = 8;
/// Chains kept for one package: beyond, nothing new is learned.
const MOST_CHAINS: usize = 400;
/// Most layers told.
const MOST_LAYERS: usize = 64;

#[derive(Default)]
pub(crate) struct Notebook {
    pub chains: Vec<Chain>,
    keys: HashMap<String, usize>,
    pub capabilities: BTreeMap<(Capability, Trigger), Vec<Place>>,
    pub dests: Vec<Dest>,
    pub written: Vec<Written>,
    pub natives: BTreeSet<(String, Trigger)>,
    /// Blind copies of letters to addresses that stand in the code.
    pub copies: Vec<(Place, String)>,
    /// Loops without an end that loading a file runs into.
    pub endless: Vec<(Place, Trigger)>,
    pub unassessed: BTreeMap<String, String>,
    pub layers: Vec<(u32, Place, String)>,
    pub edges: BTreeSet<(u32, u32)>,
}

impl Notebook {
    pub fn unassessed(&mut self, file: &str, reason: &str) {
        self.unassessed
            .entry(file.to_owned())
            .or_insert_with(|| reason.to_owned());
    }

    pub fn native(&mut self, path: String, trigger: Trigger, _place: Place) {
        self.natives.insert((path, trigger));
    }

    pub fn copied(&mut self, place: Place, address: &str) {
        let known = self.copies.iter().any(|(_, have)| have == address);
        if !known && self.copies.len() < MOST_PLACES {
            self.copies.push((place, address.to_owned()));
        }
    }

    pub fn endless(&mut self, place: Place, trigger: Trigger) {
        let known = self.endless.iter().any(|(have, _)| *have == place);
        if !known && self.endless.len() < MOST_PLACES {
            self.endless.push((place, trigger));
        }
    }

    pub fn edge(&mut self, from: u32, to: u32) {
        self.edges.insert((from, to));
    }

    pub fn layer(&mut self, src: u32, place: Place, text: &str) {
        if self.layers.len() < MOST_LAYERS {
            let head: String = text.chars().take(400).collect();
            self.layers.push((src, place, head));
        }
    }

    pub fn can(&mut self, capability: Capability, trigger: Trigger, place: Place) {
        let places = self.capabilities.entry((capability, trigger)).or_default();
        if places.len() < MOST_PLACES && !places.contains(&place) {
            places.push(place);
        }
    }

    /// Keeps a chain; of two alike the stronger stays.
    pub fn chain(&mut self, chain: Chain) {
        let last = chain.steps.last().map(|s| (s.file.as_str(), s.line, s.column));
        let key = format!("{} {:?} {:?} {:?}", chain.id, last, chain.host, chain.sources);
        match self.keys.get(&key) {
            Some(ix) => {
                if let Some(have) = self.chains.get_mut(*ix)
                    && (chain.level, std::cmp::Reverse(chain.trigger))
                        > (have.level, std::cmp::Reverse(have.trigger))
                {
                    *have = chain;
                }
            }
            None if self.chains.len() < MOST_CHAINS => {
                self.keys.insert(key, self.chains.len());
                self.chains.push(chain);
            }
            None => {
                // Full: a strong chain may still push out a mere note.
                if chain.level >= Level::Quarantine
                    && let Some(weak) = self.chains.iter_mut().find(|c| c.level == Level::Note)
                {
                    *weak = chain;
                }
            }
        }
    }
}

/// The line and column of a byte offset, and the text around it.
pub(crate) fn locate(text: &str, at: u32) -> (u32, u32, String) {
    let mut at = (at as usize).min(text.len());
    while at > 0 && !text.is_char_boundary(at) {
        at -= 1;
    }
    let before = text.get(..at).unwrap_or_default();
    let line = before.bytes().filter(|b| *b == b'\n').count() as u32 + 1;
    let start = before.rfind('\n').map_or(0, |ix| ix + 1);
    let column = before.get(start..).unwrap_or_default().chars().count() as u32 + 1;
    let tail = text.get(at..).unwrap_or_default();
    let end = tail.find('\n').map_or(text.len(), |ix| at + ix);
    // One line, and of a long line the neighbourhood.
    const AROUND: usize = 120;
    let mut from = start.max(at.saturating_sub(AROUND / 2));
    let mut to = end.min(at + AROUND);
    while from < text.len() && !text.is_char_boundary(from) {
        from += 1;
    }
    while to < text.len() && !text.is_char_boundary(to) {
        to += 1;
    }
    (
        line,
        column,
        text.get(from..to).unwrap_or_default().trim().to_owned(),
    )
}

/// A step at a place of a source.
pub(crate) fn step(path: &str, text: &str, at: u32, note: String, decoded: Option<String>) -> Step {
    let (line, column, excerpt) = locate(text, at);
    Step {
        file: path.to_owned(),
        line,
        column,
        note,
        decoded,
        excerpt,
    }
}
