//! `cleanbill why`: the reason for the last verdict on a release, offline, from the local log.
use std::process::ExitCode;

use clap::Args;
use cleanbill_engine::Spec;
use cleanbill_model::{Judgement, PackageName, Version};
use cleanbill_ports::{EventKind, VerdictLog, VerdictRecord};
use cleanbill_report::{escape, why as render};

use crate::{
    cli::Common,
    commands::gate,
    compose::{self, Session},
    failure::Failure,
    output,
    world::World,
};

/// Events of the gate told at most.
const TOLD: usize = 50;

/// The arguments.
#[derive(Debug, Args)]
#[command(
    after_help = "Examples:\n  cleanbill why left            the last verdict on any version\n  cleanbill why left@1.2.3 --format json"
)]
pub struct Arguments {
    /// What: name or name@version
    spec: String,
    /// How to tell it
    #[arg(long, default_value = "human", value_parser = ["human", "json"])]
    format: String,
}

/// Tells the last verdict.
///
/// # Errors
/// When there is none, or the log cannot be read.
pub fn run(arguments: &Arguments, common: &Common, world: &World) -> Result<ExitCode, Failure> {
    let cannot = || Failure::usage(format!("cannot tell why about `{}`", arguments.spec));
    let spec = Spec::parse(&arguments.spec)
        .map_err(|error| cannot().because(&error).hint("write name or name@version"))?;
    let version = match spec.wanted.as_str() {
        "" => None,
        text => Some(
            Version::parse(text)
                .map_err(|error| cannot().because(&error).hint("name one version, or none"))?,
        ),
    };
    let log = compose::verdict_log(world);
    let record = log
        .last(&spec.name, version.as_ref())
        .map_err(|error| cannot().because(&error))?;
    let passed = through_the_gate(&spec.name, version.as_ref(), world)?;
    let Some(record) = record else {
        if passed.is_empty() || arguments.format == "json" {
            return Err(cannot().hint(
                "nothing was decided on it here yet; run `cleanbill audit` or `cleanbill inspect` first",
            ));
        }
        output::answer(&passed, common)?;
        return Ok(ExitCode::SUCCESS);
    };
    let text = if arguments.format == "json" {
        record.json.clone() + "\n"
    } else {
        let told = render(&record.json, &output::render_options(common, world))
            .map_err(|error| cannot().because(&error))?;
        let gap = if passed.is_empty() { "" } else { "\n" };
        format!("Decided {}\n\n{told}{gap}{passed}", record.decided)
    };
    output::answer(&text, common)?;
    Ok(ExitCode::SUCCESS)
}

/// What the gate of this machine has served, refused and found bad of it, the newest first; empty where no
/// gate has run here.
fn through_the_gate(name: &PackageName, version: Option<&Version>, world: &World) -> Result<String, Failure> {
    let place = world.variable("CLEANBILL_STORE");
    if place.is_none() && !gate::default_file(world).is_file() {
        return Ok(String::new());
    }
    let events = gate::open_store(place, world)?
        .about(name, version, TOLD)
        .map_err(|error| Failure::usage("cannot read the gate's log").because(&error))?;
    let mut text = String::new();
    for event in events {
        let word = match event.kind {
            EventKind::Served => "served to",
            EventKind::Refused => "refused to",
            EventKind::FoundBad => "found bad by",
            EventKind::Changed => "dated otherwise by",
            EventKind::Token | EventKind::Locked | EventKind::Gate => continue,
        };
        let version = event
            .version
            .map(|version| format!("@{version}"))
            .unwrap_or_default();
        let line = format!(
            "  {}  {name}{version} {word} {}  {}",
            event.at, event.who, event.text
        );
        text.push_str(escape::terminal::line(line.trim_end()).as_ref());
        text.push('\n');
    }
    if !text.is_empty() {
        text.insert_str(0, "Through the gate\n");
    }
    Ok(text)
}

/// Keeps verdicts for `why`. A log that cannot be written is told and fails nothing.
pub fn remember<'a>(session: &Session, judgements: impl Iterator<Item = &'a Judgement>, common: &Common) {
    let records: Vec<VerdictRecord> = judgements
        .filter_map(|judgement| {
            Some(VerdictRecord {
                name: judgement.subject.name.clone(),
                version: judgement.subject.version.clone(),
                decided: session.now,
                json: cleanbill_report::json::v1::record(judgement).ok()?,
            })
        })
        .collect();
    if let Err(error) = session.log.append(&records) {
        let cause = std::error::Error::source(&error)
            .map(|cause| format!(": {cause}"))
            .unwrap_or_default();
        output::remark(
            &format!("note: {error}{cause}; `cleanbill why` will not know this run"),
            common,
        );
    }
}
