//! `cleanbill diff`: what the new release can do that the old one could not.
use std::process::ExitCode;

use clap::Args;
use cleanbill_engine::code::{CodePorts, read_local};
use cleanbill_facts::Source;
use cleanbill_js::{
    Analysis, Step,
    delta::{Delta, compare},
};
use cleanbill_model::Level;
use cleanbill_report::escape::terminal::line;
use serde::Serialize;
use serde_json::json;

use crate::{cli::Common, compose::Session, failure::Failure, output, spec, world::World};

/// Files told one by one for each kind; `-v` tells all.
const TOLD: usize = 12;

/// The arguments.
#[derive(Debug, Args)]
#[command(after_help = "Examples:\n  \
    cleanbill diff left@1.2.2 left@1.2.3\n  \
    cleanbill diff ./left-1.2.2.tgz ./left-1.2.3.tgz --format json\n\n\
    Exit code 1 when the changes together would hold the new release.")]
pub struct Arguments {
    /// The old release: name@version, a .tgz, or a folder with a package.json
    old: String,
    /// The new one
    new: String,
    /// How to tell it
    #[arg(long, default_value = "human", value_parser = ["human", "json"])]
    format: String,
}

/// Compares.
///
/// # Errors
/// When one of the two cannot be had or read.
pub fn run(arguments: &Arguments, common: &Common, world: &World) -> Result<ExitCode, Failure> {
    let session = spec::session(&[&arguments.old, &arguments.new], common, world)?;
    let ports = session.ports_with_code(world)?;
    let code = ports
        .code
        .as_ref()
        .ok_or_else(|| Failure::ours("no reader of code is set up"))?;
    let old = read(&arguments.old, &session, code, world)?;
    let new = read(&arguments.new, &session, code, world)?;
    let delta = compare(&old.analysis, &new.analysis);
    let text = if arguments.format == "json" {
        format!("{:#}\n", as_json(arguments, &delta))
    } else {
        human(arguments, &delta, &new.analysis, common.verbose > 0)
    };
    output::answer(&text, common)?;
    Ok(ExitCode::from(u8::from(delta.level >= Some(Level::Quarantine))))
}

fn read(text: &str, session: &Session, code: &CodePorts, world: &World) -> Result<Source, Failure> {
    let tarball = spec::tarball(text, session, world)?;
    let source = session.runtime.block_on(read_local(&tarball, code));
    source.map_err(|reason| Failure::usage(format!("cannot read the code of `{text}`")).hint(reason))
}

fn as_json(arguments: &Arguments, delta: &Delta) -> serde_json::Value {
    json!({
        "schema": "cleanbill.diff/v1",
        "old": arguments.old,
        "new": arguments.new,
        "level": delta.level.map(Level::as_str),
        "delta": delta,
    })
}

/// A value's word as it stands in JSON.
fn word(value: &impl Serialize) -> String {
    let value = serde_json::to_value(value).unwrap_or_default();
    value.as_str().map_or_else(|| value.to_string(), str::to_owned)
}

fn human(arguments: &Arguments, delta: &Delta, new: &Analysis, all: bool) -> String {
    let most = if all { usize::MAX } else { TOLD };
    let mut text = format!("from {} to {}\n", line(&arguments.old), line(&arguments.new));
    for (title, list) in [("gained", &delta.gained), ("lost", &delta.lost)] {
        if !list.is_empty() {
            let words: Vec<String> = list.iter().map(word).collect();
            text.push_str(&format!("  {title}: {}\n", words.join(", ")));
        }
    }
    if delta.changes.is_empty() {
        text.push_str("  nothing new is done, spoken to or started\n");
    }
    for change in &delta.changes {
        let weight = if change.counts { "" } else { " (told only)" };
        text.push_str(&format!(
            "\n  new {}{weight}: {}\n",
            word(&change.kind),
            line(&change.note)
        ));
        steps(&change.evidence, &mut text);
    }
    for (signature, level) in &delta.new_chains {
        if let Some(chain) = new.chains.iter().find(|chain| &chain.signature == signature) {
            text.push_str(&format!(
                "\n  new chain {} ({}), {}\n",
                chain.id,
                chain.trigger.as_str(),
                level.as_str()
            ));
            steps(&chain.steps, &mut text);
        }
    }
    for (kind, files) in &delta.added {
        let named: Vec<&str> = files.iter().take(most).map(String::as_str).collect();
        let more = files.len().saturating_sub(named.len());
        let tail = if more > 0 {
            format!(" and {more} more")
        } else {
            String::new()
        };
        text.push_str(&format!(
            "\n  added {}: {}{tail}\n",
            word(kind),
            line(&named.join(", "))
        ));
    }
    if !delta.removed.is_empty() {
        text.push_str(&format!("\n  removed: {} files\n", delta.removed.len()));
    }
    let end = match delta.level {
        Some(level) if level >= Level::Quarantine => {
            "these changes together would hold the new release; read the places above before you take it"
        }
        Some(Level::Warn) => "worth a look before you take it",
        _ => "nothing here speaks against the new release",
    };
    text.push_str(&format!("\n{end}\n"));
    text
}

fn steps(steps: &[Step], text: &mut String) {
    for (number, step) in steps.iter().enumerate() {
        let decoded = step
            .decoded
            .as_ref()
            .map(|value| format!(" `{value}`"))
            .unwrap_or_default();
        let place = format!("{}:{}:{}", step.file, step.line, step.column);
        text.push_str(&format!(
            "    {}. {} ({}){}\n",
            number + 1,
            line(&step.note),
            line(&place),
            line(&decoded)
        ));
    }
}
