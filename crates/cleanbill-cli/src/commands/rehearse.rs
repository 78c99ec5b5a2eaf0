//! `cleanbill rehearse`: what a release tries to do, on invented machines without a host.
use std::process::ExitCode;

use clap::Args;
use cleanbill_audits::catalogue::CATALOGUE;
use cleanbill_engine::{
    code::{CodePorts, rehearse},
    rehearse::Rehearsed,
    witness::tells,
};
use cleanbill_rehearsal::{Action, CanaryKind, Event, FactKind, RehearsalFact, told as in_words};
use cleanbill_report::escape::terminal::line;

use crate::{cli::Common, failure::Failure, output, spec, world::World};

/// Events told one by one for each machine; `-v` tells all.
const TOLD: usize = 40;
/// Longest line told of an event, in characters.
const EVENT_CHARS: usize = 160;

/// The arguments.
#[derive(Debug, Args)]
#[command(after_help = "Examples:\n  \
    cleanbill rehearse left@1.2.3\n  \
    cleanbill rehearse ./left-1.2.3.tgz --format json\n\n\
    Nothing of the release runs on this machine: files, network, clock and secrets are invented.")]
pub struct Arguments {
    /// What: name, name@version, a .tgz, or a folder with a package.json
    spec: String,
    /// How to tell it
    #[arg(long, default_value = "human", value_parser = ["human", "json"])]
    format: String,
}

/// Rehearses.
///
/// # Errors
/// When there is no such release, or it cannot be fetched or played.
pub fn run(arguments: &Arguments, common: &Common, world: &World) -> Result<ExitCode, Failure> {
    let cannot = || Failure::usage(format!("cannot rehearse `{}`", arguments.spec));
    let session = spec::session(&[&arguments.spec], common, world)?;
    let ports = session.ports_with_code(world)?;
    let code: &CodePorts = ports
        .code
        .as_ref()
        .ok_or_else(|| Failure::ours("no reader of code is set up"))?;
    let tarball = spec::tarball(&arguments.spec, &session, world)?;
    let rehearsed = session
        .runtime
        .block_on(rehearse(&tarball, code))
        .map_err(|reason| cannot().hint(reason))?;
    if let Some(problem) = &rehearsed.problem {
        return Err(cannot().hint(problem.clone()));
    }
    let text = if arguments.format == "json" {
        let mut value = serde_json::to_value(&rehearsed).map_err(|error| cannot().because(&error))?;
        if let Some(map) = value.as_object_mut() {
            map.insert("schema".into(), "cleanbill.rehearse/v1".into());
        }
        format!("{value:#}\n")
    } else {
        told(&rehearsed, common.verbose > 0)
    };
    output::answer(&text, common)?;
    let proven = rehearsed.facts.iter().any(|fact| fact.kind == FactKind::Proven);
    Ok(ExitCode::from(u8::from(proven)))
}

/// The story of every machine, then what it proves.
fn told(rehearsed: &Rehearsed, all: bool) -> String {
    let mut text = String::new();
    for trace in &rehearsed.traces {
        text.push_str(&format!("on {}\n", trace.persona.as_str()));
        let mut entry = "";
        let worth: Vec<&Event> = trace.events.iter().filter(|event| all || tells(event)).collect();
        for event in worth.iter().take(if all { usize::MAX } else { TOLD }) {
            if event.entry != entry {
                entry = &event.entry;
                text.push_str(&format!("  {}\n", line(entry)));
            }
            text.push_str(&moment(event));
        }
        if worth.is_empty() {
            text.push_str("  did nothing worth a line\n");
        }
        if worth.len() > TOLD && !all {
            text.push_str(&format!("    and {} more; `-v` tells them\n", worth.len() - TOLD));
        }
        for stop in &trace.stops {
            text.push_str(&format!(
                "  ended early: {} in {}\n",
                line(&stop.reason),
                line(&stop.entry)
            ));
        }
    }
    let mut proven: Vec<&RehearsalFact> = rehearsed
        .facts
        .iter()
        .filter(|fact| fact.kind == FactKind::Proven)
        .collect();
    // Flows first: what was cleaned up afterwards is told last.
    proven.sort_by_key(|fact| !fact.chain.starts_with("FLO"));
    if proven.is_empty() {
        text.push_str("\nnothing harmful was carried out\n");
    }
    for fact in proven {
        text.push_str(&proof(fact));
    }
    text
}

fn moment(event: &Event) -> String {
    let place = event
        .site
        .as_ref()
        .map(|site| format!(" ({}:{})", site.file, site.line.unwrap_or(0)))
        .unwrap_or_default();
    let did: String = in_words(&event.action).chars().take(EVENT_CHARS).collect();
    let taken: Vec<&str> = event
        .canaries
        .iter()
        .filter(|canary| {
            canary.kind != CanaryKind::Identity && !matches!(event.action, Action::FileRead { .. })
        })
        .map(|canary| canary.name.as_str())
        .collect();
    let mut text = format!("  {:>8} ms  {}{}\n", event.virtual_ms, line(&did), line(&place));
    if !taken.is_empty() {
        text.push_str(&format!("               taking {}\n", line(&taken.join(", "))));
    }
    text
}

fn proof(fact: &RehearsalFact) -> String {
    let title = CATALOGUE
        .iter()
        .find(|audit| audit.meta().taxonomy.contains(&fact.chain.as_str()))
        .map_or(fact.chain.as_str(), |audit| audit.meta().title);
    let host = fact
        .host
        .as_deref()
        .map(|host| format!(": {host}"))
        .unwrap_or_default();
    let when = if fact.at_install { ", at install" } else { "" };
    let mut text = format!("\nproven: {title}{}{when}\n", line(&host));
    for (number, step) in fact.steps.iter().enumerate() {
        let place = match (&step.file, step.line) {
            (Some(file), Some(at)) => format!(" ({file}:{at})"),
            (Some(file), None) => format!(" ({file})"),
            _ => String::new(),
        };
        let did: String = step.decoded.chars().take(EVENT_CHARS).collect();
        text.push_str(&format!("  {}. {}{}\n", number + 1, line(&did), line(&place)));
    }
    for canary in fact
        .canaries
        .iter()
        .filter(|canary| canary.kind != CanaryKind::Identity)
    {
        text.push_str(&format!("  taken: {}\n", line(&canary.name)));
    }
    text
}
