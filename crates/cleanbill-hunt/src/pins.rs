//! The bad releases one lockfile pins, from its name and bytes.
//! It reads only what a quick search does not rule out, and knows neither disk nor repository.
use cleanbill_lockfile::{Origin, limits, parse};

use crate::{Watch, scan::Shape, watch::Candidates};

/// One bad release a lockfile pins.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Pin {
    /// The campaign.
    pub campaign: usize,
    /// The package.
    pub name: String,
    /// The version.
    pub version: String,
    /// The line the entry starts on.
    pub line: u32,
    /// What ties the entry to the campaign, where it is not name and version.
    pub by_digest: Option<String>,
}

/// What a lockfile says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Pins {
    /// It pins these, mostly none.
    Read(Vec<Pin>),
    /// It cannot be read. Its text holds names and versions of these campaigns, mostly none.
    Unreadable {
        /// Why.
        reason: String,
        /// Campaign and name.
        named: Vec<(usize, String)>,
        /// True when nothing can be ruled out.
        any: bool,
    },
}

/// A binary format: its words cannot be searched for.
const BINARY: &str = "bun.lockb";

/// Formats of strict JSON in which name and version stand in one object.
const STRICT_JSON: &[&str] = &["package-lock.json", "npm-shrinkwrap.json", ".package-lock.json"];

/// Formats of lines set in by spaces, in which name and version stand in one entry.
const BLOCKS: &[&str] = &["yarn.lock", "pnpm-lock.yaml"];

/// Reads a lockfile, as far as it has to be read.
#[must_use]
pub fn pins(watch: &Watch, file_name: &str, bytes: &[u8]) -> Pins {
    let candidates = if file_name == BINARY {
        Candidates::Any
    } else {
        let shape = if STRICT_JSON.contains(&file_name) {
            Shape::Json
        } else if BLOCKS.contains(&file_name) {
            Shape::Block
        } else {
            Shape::Text
        };
        watch.candidates(bytes, shape)
    };
    if candidates == Candidates::None {
        return Pins::Read(Vec::new());
    }
    let lockfile = match parse(file_name, bytes) {
        Ok(lockfile) => lockfile,
        Err(error) => {
            let (named, any) = match candidates {
                Candidates::Some(named) => (named, false),
                Candidates::Any => (Vec::new(), true),
                Candidates::None => (Vec::new(), false),
            };
            return Pins::Unreadable {
                reason: error.to_string(),
                named,
                any,
            };
        }
    };
    let mut found = Vec::new();
    for locked in lockfile.packages.iter().take(limits::MAX_ENTRIES) {
        // A link or a workspace is the project's own code, whatever it calls itself.
        if matches!(locked.origin, Origin::Link { .. } | Origin::Workspace { .. }) {
            continue;
        }
        let (Some(name), Some(version)) = (&locked.name, &locked.version) else {
            continue;
        };
        let pin = |campaign: usize, by_digest: Option<String>| Pin {
            campaign,
            name: name.to_string(),
            version: version.to_string(),
            line: locked.line,
            by_digest,
        };
        found.extend(
            watch
                .about(name.as_str(), version.as_str())
                .map(|campaign| pin(campaign, None)),
        );
        if let Some(integrity) = &locked.integrity {
            for (campaign, label) in watch.by_digest(integrity) {
                if !found
                    .iter()
                    .any(|known| known.campaign == campaign && known.line == locked.line)
                {
                    found.push(pin(campaign, Some(label.to_owned())));
                }
            }
        }
    }
    Pins::Read(found)
}
