//! `cleanbill why`: the reason for the last verdict on a release, offline, from the local log.
use std::process::ExitCode;

use clap::Args;
use cleanbill_engine::Spec;
use cleanbill_model::{Judgement, Version};
use cleanbill_ports::{VerdictLog, VerdictRecord};
use cleanbill_report::why as render;

use crate::{
    cli::Common,
    compose::{self, Session},
    failure::Failure,
    output,
    world::World,
};

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
        .map_err(|error| cannot().because(&error))?
        .ok_or_else(|| {
            cannot().hint(
                "nothing was decided on it here yet; run `cleanbill audit` or `cleanbill inspect` first",
            )
        })?;
    let text = if arguments.format == "json" {
        record.json.clone() + "\n"
    } else {
        let told = render(&record.json, &output::render_options(common, world))
            .map_err(|error| cannot().because(&error))?;
        format!("Decided {}\n\n{told}", record.decided)
    };
    output::answer(&text, common)?;
    Ok(ExitCode::SUCCESS)
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
