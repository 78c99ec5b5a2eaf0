//! `cleanbill rehearse`: what a release tries to do, on invented machines without a host.
use std::process::ExitCode;

use clap::Args;
use cleanbill_engine::{
    code::{CodePorts, rehearse},
    rehearse::Rehearsed,
};
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
    let proven = rehearsed
        .facts
        .iter()
        .any(|fact| fact.kind == cleanbill_rehearsal::FactKind::Proven);
    Ok(ExitCode::from(u8::from(proven)))
}

fn told(rehearsed: &Rehearsed, all: bool) -> String {
    let mut text = String::new();
    for trace in &rehearsed.traces {
        let silent = if trace.silent { ", did nothing" } else { "" };
        text.push_str(&format!(
            "on {} ({} events{silent})\n",
            trace.persona.as_str(),
            trace.events.len()
        ));
        for event in trace.events.iter().take(if all { usize::MAX } else { TOLD }) {
            let place = event
                .site
                .as_ref()
                .map(|site| format!("{}:{}", site.file, site.line.unwrap_or(0)))
                .unwrap_or_default();
            let action: String = format!("{:?}", event.action).chars().take(EVENT_CHARS).collect();
            text.push_str(&format!(
                "  {:>8} ms  {:<28} {}\n",
                event.virtual_ms,
                line(&place),
                line(&action)
            ));
        }
        for stop in &trace.stops {
            text.push_str(&format!(
                "  stopped: {} ({})\n",
                line(&stop.reason),
                line(&stop.entry)
            ));
        }
    }
    if rehearsed.facts.is_empty() {
        text.push_str("\nnothing harmful was seen\n");
    }
    for fact in &rehearsed.facts {
        let host = fact
            .host
            .as_deref()
            .map(|host| format!(" with {host}"))
            .unwrap_or_default();
        let when = if fact.at_install { " at install" } else { "" };
        text.push_str(&format!(
            "\n{:?}: {}{}{when}\n",
            fact.kind,
            fact.chain,
            line(&host)
        ));
        for (number, step) in fact.steps.iter().enumerate() {
            let place = step
                .file
                .as_ref()
                .map(|file| format!("{file}:{}", step.line.unwrap_or(0)))
                .unwrap_or_default();
            text.push_str(&format!(
                "  {}. {} {}\n",
                number + 1,
                line(&place),
                line(&step.decoded)
            ));
        }
        for canary in &fact.canaries {
            text.push_str(&format!("  stolen: {}\n", line(&canary.name)));
        }
    }
    text
}
