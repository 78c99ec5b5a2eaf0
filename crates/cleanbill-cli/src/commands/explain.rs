//! `cleanbill explain`: the page of one audit, or the list of all.
use std::process::ExitCode;

use clap::Args;
use cleanbill_audits::catalogue::CATALOGUE;

use crate::{cli::Common, failure::Failure, output, world::World};

/// The arguments.
#[derive(Debug, Args)]
#[command(
    after_help = "Examples:\n  cleanbill explain                          list every audit\n  cleanbill explain install-script-added    read one page"
)]
pub struct Arguments {
    /// The audit; without it all are listed
    audit: Option<String>,
}

/// Shows the page, or the list.
///
/// # Errors
/// When there is no such audit.
pub fn run(arguments: &Arguments, common: &Common, world: &World) -> Result<ExitCode, Failure> {
    let options = output::render_options(common, world);
    let text = match &arguments.audit {
        Some(id) => match CATALOGUE.iter().find(|audit| audit.meta().id.0 == id) {
            Some(audit) => cleanbill_report::explain(audit.meta(), &options),
            None => {
                return Err(Failure::usage(format!("no audit is called `{id}`"))
                    .hint("`cleanbill explain` without a name lists them all"));
            }
        },
        None => {
            let width = CATALOGUE
                .iter()
                .map(|audit| audit.meta().id.0.len())
                .max()
                .unwrap_or_default();
            let line = |audit: &&dyn cleanbill_audits::Audit| {
                let meta = audit.meta();
                format!(
                    "{:width$}  {:10}  {}\n",
                    meta.id.0,
                    meta.level.as_str(),
                    meta.title
                )
            };
            CATALOGUE.iter().map(line).collect()
        }
    };
    output::answer(&text, common)?;
    Ok(ExitCode::SUCCESS)
}
