//! How a gate stands: its store, its log, what was served and found bad later, and what stays open or
//! closes under each failure. It reads the store and the settings, and asks no running gate.
use std::{collections::BTreeSet, fmt::Write as _, process::ExitCode};

use clap::{Args, ValueEnum as _};
use cleanbill_gate::failures::{self, Unlogged};
use cleanbill_ports::{EventKind, FeedState, GateStore};
use serde_json::json;

use super::serve::UnloggedWord;
use crate::{cli::Common, compose::Session, failure::Failure, output, world::World};

/// Findings told at most.
const TOLD: usize = 200;
/// Fetches looked through for one finding.
const FETCHES: usize = 2_000;

/// The arguments.
#[derive(Debug, Args)]
pub struct Arguments {
    /// How to tell it
    #[arg(long, default_value = "human", value_parser = ["human", "json"])]
    format: String,
    /// As the gate is started with
    #[arg(long, default_value = "refuse", value_parser = |text: &str| UnloggedWord::from_str(text, false))]
    unlogged: UnloggedWord,
}

struct Bad {
    release: String,
    found: String,
    why: String,
    fetched: Vec<String>,
}

/// Tells it. Exit code 1 where something served is bad.
///
/// # Errors
/// When the store or the settings cannot be read.
pub fn run(
    arguments: &Arguments,
    place: Option<&str>,
    common: &Common,
    world: &World,
) -> Result<ExitCode, Failure> {
    let session = Session::without_registry(common, world, &world.folder, None)?;
    let store = super::open_store(place, world)?;
    let unusable = |error| Failure::usage("cannot use the gate's store").because(&error);
    let bad = found_bad(&*store).map_err(unusable)?;
    let tokens = store.tokens().map_err(unusable)?;
    let counting = tokens
        .iter()
        .filter(|token| token.revoked.is_none() && token.expires.is_none_or(|expires| expires > world.now))
        .count();
    let unlogged = match arguments.unlogged {
        UnloggedWord::Refuse => Unlogged::Refuse,
        UnloggedWord::Serve => Unlogged::Serve,
    };
    let rules = failures::rules(&session.settings.policy, unlogged);
    let feeds = session.ports.advisories.status(session.as_of);
    let text = if arguments.format == "json" {
        let bad: Vec<_> = bad
            .iter()
            .map(|bad| json!({"release": bad.release, "found": bad.found, "why": bad.why, "fetched": bad.fetched}))
            .collect();
        let rules: Vec<_> = rules
            .iter()
            .map(|rule| json!({"what": rule.what, "open": rule.open, "then": rule.then}))
            .collect();
        format!(
            "{}\n",
            json!({
                "schema": "cleanbill.gate-standing/v1",
                "store": store.place(),
                "tokens": counting,
                "found_bad": bad,
                "failures": rules,
            })
        )
    } else {
        let mut text = format!("store   {}\ntokens  {counting} count\n", store.place());
        // Writing to a string does not fail.
        for feed in feeds {
            let state = match feed.state {
                FeedState::Fresh => "fresh",
                FeedState::Stale => "stale",
                FeedState::Absent => "never fetched",
                FeedState::Empty => "empty",
                FeedState::Broken => "broken",
            };
            let _ = writeln!(
                text,
                "feed    {}, {state}, {} malicious",
                feed.name, feed.malicious
            );
        }
        text.push_str("\nserved and found bad later\n");
        if bad.is_empty() {
            text.push_str("  nothing\n");
        }
        for bad in &bad {
            let _ = writeln!(text, "  {}  found {}\n    {}", bad.release, bad.found, bad.why);
            for fetch in &bad.fetched {
                let _ = writeln!(text, "    fetched {fetch}");
            }
        }
        text.push_str("\nwhen something fails\n");
        for rule in rules {
            let state = if rule.open { "open  " } else { "closed" };
            let _ = writeln!(text, "  {state}  {}: {}", rule.what, rule.then);
        }
        text
    };
    output::answer(&text, common)?;
    Ok(if bad.is_empty() {
        ExitCode::SUCCESS
    } else {
        ExitCode::from(1)
    })
}

fn found_bad(store: &dyn GateStore) -> Result<Vec<Bad>, cleanbill_ports::StoreError> {
    let mut all = Vec::new();
    for event in store.of_kind(EventKind::FoundBad, TOLD)? {
        let (Some(name), Some(version)) = (&event.name, &event.version) else {
            continue;
        };
        let fetched: BTreeSet<String> = store
            .about(name, Some(version), FETCHES)?
            .into_iter()
            .filter(|event| event.kind == EventKind::Served)
            .map(|event| format!("{} by {}", event.at, event.who))
            .collect();
        all.push(Bad {
            release: format!("{name}@{version}"),
            found: event.at.to_string(),
            why: event.text,
            fetched: fetched.into_iter().collect(),
        });
    }
    Ok(all)
}
