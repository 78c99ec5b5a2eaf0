//! `cleanbill rehearse`: what a release tries to do, on invented machines without a host.
use std::process::ExitCode;

use clap::Args;
use cleanbill_engine::{
    Spec,
    code::{CodePorts, Wanted, rehearse},
    rehearse::Rehearsed,
    resolve::resolve,
};
use cleanbill_facts::Package;
use cleanbill_report::escape::terminal::line;

use crate::{cli::Common, compose::Session, failure::Failure, local, output, world::World};

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
    let path = world.folder.join(&arguments.spec);
    let looks_like_a_path = arguments.spec.starts_with(['.', '/']) || arguments.spec.ends_with(".tgz");
    let own = if looks_like_a_path {
        local::tarball(&path)?
    } else {
        None
    };
    let session = match &own {
        Some(_) => Session::without_registry(common, world, &world.folder, None)?,
        None => Session::open(common, world, &world.folder, None)?,
    };
    let ports = session.ports_with_code(world)?;
    let code: &CodePorts = ports
        .code
        .as_ref()
        .ok_or_else(|| Failure::ours("no reader of code is set up"))?;
    let tarball = match own {
        Some(tarball) => tarball,
        None => session.runtime.block_on(fetch(arguments, &session))?,
    };
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

async fn fetch(arguments: &Arguments, session: &Session) -> Result<Vec<u8>, Failure> {
    let cannot = || Failure::usage(format!("cannot rehearse `{}`", arguments.spec));
    let spec = Spec::parse(&arguments.spec)
        .map_err(|error| cannot().because(&error).hint("write name or name@version"))?;
    let registry = &session.ports.registry;
    let fetched = registry
        .packument(&spec.name)
        .await
        .map_err(|error| cannot().because(&error))?;
    let packument =
        cleanbill_npm::packument::parse(&fetched.bytes).map_err(|error| cannot().because(&error))?;
    let package = Package::collect(&spec.name, &packument, session.as_of);
    let release = resolve(&package, &spec.wanted)
        .ok_or_else(|| cannot().hint("no release answers that version or tag"))?;
    let url = Wanted::of(&spec.name, release)
        .tarball
        .ok_or_else(|| cannot().hint("its registry names no tarball"))?;
    let tarball = registry
        .tarball(&spec.name, &url)
        .await
        .map_err(|error| cannot().because(&error))?;
    Ok(tarball.bytes.to_vec())
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
