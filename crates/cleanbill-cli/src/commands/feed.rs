//! `cleanbill feed`: how advisory feeds stand, fetching them, and importing one by hand.
use std::{path::PathBuf, process::ExitCode};

use clap::{Args, Subcommand};
use cleanbill_feeds::{FeedSet, FeedSettings, SyncReport, sync};
use cleanbill_model::Age;
use cleanbill_ports::{Advisories as _, FeedState};
use cleanbill_report::escape;

use crate::{
    cli::Common,
    compose::{self, Session},
    failure::Failure,
    output,
    world::World,
};

/// Parts of a source that could not be read, shown one by one.
const SHOWN_SKIPS: usize = 5;

/// The arguments.
#[derive(Debug, Args)]
#[command(after_help = "Examples:\n  \
    cleanbill feed status\n  \
    cleanbill feed sync                                    every feed of the settings\n  \
    cleanbill feed import osv ./all.zip                    a dump carried here by hand")]
pub struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// How each feed stands: its age, its size, what is wrong with it
    Status,
    /// Fetch the feeds of the settings and compile their indexes
    Sync {
        /// Only these
        names: Vec<String>,
    },
    /// Compile a zip or folder of OSV records into the index of a feed
    Import {
        /// The feed's name
        name: String,
        /// The zip or folder
        source: PathBuf,
    },
}

/// Works on feeds.
///
/// # Errors
/// When a feed cannot be brought in, or its name is not known.
pub fn run(arguments: &Arguments, common: &Common, world: &World) -> Result<ExitCode, Failure> {
    let session = Session::without_registry(common, world, &world.folder, None)?;
    let folder = compose::feed_folder(world);
    match &arguments.command {
        Command::Status => status(&session, common, world),
        Command::Sync { names } => {
            if common.offline {
                return Err(Failure::usage("cannot fetch feeds offline")
                    .hint("`cleanbill feed import NAME FILE` takes a dump from disk"));
            }
            let mut wanted: Vec<FeedSettings> = session.feeds.clone();
            if let Some(unknown) = names
                .iter()
                .find(|name| !wanted.iter().any(|feed| &feed.name == *name))
            {
                return Err(Failure::usage(format!("no feed is called `{unknown}`"))
                    .hint("add it to your settings; `cleanbill config template` shows how"));
            }
            wanted.retain(|feed| names.is_empty() || names.contains(&feed.name));
            if wanted.is_empty() {
                return Err(Failure::usage("no feed is set up")
                    .hint("add a [[feed]] to your settings; `cleanbill config template` shows how"));
            }
            let mut text = String::new();
            for feed in &wanted {
                let report = session
                    .runtime
                    .block_on(sync(&folder, feed, session.now))
                    .map_err(|error| {
                        Failure::usage(format!("feed `{}` was not brought in", feed.name)).because(&error)
                    })?;
                text.push_str(&told(&report));
            }
            output::answer(&text, common)?;
            Ok(ExitCode::SUCCESS)
        }
        Command::Import { name, source } => {
            let known = session.feeds.iter().find(|feed| &feed.name == name);
            let feed = FeedSettings {
                name: name.clone(),
                source: world.folder.join(source).display().to_string(),
                max_age: known.map_or(cleanbill_config::settings::DEFAULT_FEED_AGE, |feed| feed.max_age),
            };
            let report = cleanbill_feeds::sync_local(&folder, &feed, session.now).map_err(|error| {
                Failure::usage(format!("feed `{name}` was not brought in")).because(&error)
            })?;
            let mut text = told(&report);
            if known.is_none() {
                text.push_str(&format!(
                    "note: no settings name this feed, so no run will read it; add to your settings:\n\n[[feed]]\nname = \"{name}\"\nsource = \"{}\"\n",
                    escape::terminal::line(&feed.source)
                ));
            }
            output::answer(&text, common)?;
            Ok(ExitCode::SUCCESS)
        }
    }
}

fn status(session: &Session, common: &Common, world: &World) -> Result<ExitCode, Failure> {
    let set = FeedSet::open(&compose::feed_folder(world), &session.feeds, session.as_of);
    set.verify();
    let statuses = set.status(session.as_of);
    let mut text = String::new();
    for status in &statuses {
        let state = match status.state {
            FeedState::Fresh => "fresh",
            FeedState::Stale => "stale",
            FeedState::Absent => "missing",
            FeedState::Empty => "empty",
            FeedState::Broken => "unreadable",
        };
        let age = status.synced.map_or_else(
            || "never brought in".into(),
            |moment| format!("{} old", session.as_of.since(moment)),
        );
        text.push_str(&format!(
            "{:22} {:10} {:>7} malicious {:>7} vulnerable  {age}\n{:22} from {}\n",
            status.name,
            state,
            status.malicious,
            status.vulnerable,
            "",
            escape::terminal::line(&status.source)
        ));
        if let Some(problem) = &status.problem {
            text.push_str(&format!("{:22} {}\n", "", escape::terminal::line(problem)));
        }
    }
    if session.feeds.is_empty() {
        text.push_str("No feed is set up beside Cleanbill's own campaigns: known vulnerabilities and malware of other sources are not checked.\nAdd one to your settings; `cleanbill config template` shows how.\n");
    }
    output::answer(&text, common)?;
    let unusable = statuses
        .iter()
        .any(|status| !matches!(status.state, FeedState::Fresh));
    Ok(ExitCode::from(if unusable { 3 } else { 0 }))
}

fn told(report: &SyncReport) -> String {
    let mut text = format!(
        "{}: {} malicious, {} vulnerable, {} names{} in {:.1} s\n",
        report.feed,
        report.malicious,
        report.vulnerable,
        report.names,
        if report.unchanged { " (unchanged)" } else { "" },
        report.took.as_secs_f32()
    );
    let skipped = report.skipped.total();
    if skipped > 0 {
        text.push_str(&format!("  {skipped} parts of the source could not be read:\n"));
        for part in report.skipped.told.iter().take(SHOWN_SKIPS) {
            text.push_str(&format!(
                "    {}\n",
                escape::terminal::line(&format!("{}: {}", part.file.raw(), part.reason.raw()))
            ));
        }
    }
    text
}

/// The feeds of the settings, as the adapter takes them.
#[must_use]
pub fn feed_settings(settings: &cleanbill_config::Settings) -> Vec<FeedSettings> {
    settings
        .feeds
        .iter()
        .map(|feed| FeedSettings {
            name: feed.name.clone(),
            source: feed.source.clone(),
            max_age: Age::max(feed.max_age, Age::minutes(1)),
        })
        .collect()
}
