//! `cleanbill campaign`: the campaigns this program knows, their files checked, carried out and brought in.
pub mod publish;
pub mod sign;

use std::{fmt::Write as _, path::PathBuf, process::ExitCode};

use clap::{Args, Subcommand, ValueEnum};
use cleanbill_feeds::campaign::{Campaign, Class};
use cleanbill_hunt::{
    exchange::{csv, import, misp, osv, stix},
    lint::lint,
};
use cleanbill_model::Timestamp;
use cleanbill_report::escape::{json::pretty, terminal::line};

use crate::{
    cli::Common,
    commands::{hunt, link},
    compose::read_text,
    failure::Failure,
    output,
    publishing::{
        page::{Place, page},
        related,
    },
    world::World,
};

/// The arguments.
#[derive(Debug, Args)]
#[command(after_help = "Examples:\n  \
    cleanbill campaign list\n  \
    cleanbill campaign show mastra-2026-06\n  \
    cleanbill campaign export --to stix mastra-2026-06 -o mastra.json\n  \
    cleanbill campaign import found.txt --id found-2026-11 -o found-2026-11.json\n  \
    cleanbill campaign lint found-2026-11.json\n  \
    cleanbill campaign link ./samples\n  \
    cleanbill campaign publish ./site --base https://campaigns.example/\n  \
    cleanbill campaign sign found-2026-11.json --key secret.pem -o found-2026-11.json.minisig")]
pub struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Every campaign in one line each
    List {
        /// How to tell it
        #[arg(long, value_enum, default_value = "human")]
        format: Told,
        /// Only those that name this package
        #[arg(long, value_name = "NAME")]
        package: Option<String>,
    },
    /// One campaign whole: timeline, releases, indicators, claims
    Show {
        /// Its id
        id: String,
        /// How to tell it
        #[arg(long, value_enum, default_value = "human")]
        format: Shown,
        /// Campaign files of your own, beside the built-in ones
        #[arg(long = "pack", value_name = "FILE")]
        packs: Vec<PathBuf>,
    },
    /// Which of these releases belong together, and by what evidence
    Link(link::Arguments),
    /// Campaigns in a format that others read
    Export {
        /// Their ids; without any, all of them
        ids: Vec<String>,
        /// The format
        #[arg(long, value_enum)]
        to: Exchange,
        /// Campaign files of your own, beside the built-in ones
        #[arg(long = "pack", value_name = "FILE")]
        packs: Vec<PathBuf>,
    },
    /// A campaign file from OSV records, a STIX 2.1 bundle, or lines of name@version
    Import {
        /// The file
        file: PathBuf,
        /// The id of the new campaign
        #[arg(long)]
        id: String,
    },
    /// A site of campaigns for readers, feeds and programs
    Publish(publish::Arguments),
    /// Draw a pair of keys for signing campaign files
    Keys(sign::KeysArguments),
    /// Sign a campaign file or a feed, in minisign's format
    Sign(sign::SignArguments),
    /// Check the signature of a file
    Verify(sign::VerifyArguments),
    /// Say what is wrong with campaign files
    Lint {
        /// The files
        #[arg(required = true)]
        files: Vec<PathBuf>,
    },
}

/// How a list or a page is told.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Told {
    /// For a terminal.
    Human,
    /// For programs.
    Json,
}

/// How one campaign is told.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Shown {
    /// For a terminal
    Human,
    /// For programs
    Json,
    /// A page of its own, with its timeline and graph
    Html,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Exchange {
    /// Campaign files, a list: what `--pack` reads
    Pack,
    /// OSV records, a list
    Osv,
    /// One STIX 2.1 bundle
    Stix,
    /// MISP events, a list
    Misp,
    /// One table
    Csv,
}

/// Largest file to import, in bytes; a list of every malicious release on record has some 20 MB.
pub(crate) const MAX_IMPORT_BYTES: usize = 256 * 1024 * 1024;

/// Works on campaigns.
///
/// # Errors
/// When a campaign is not known, or a file cannot be read.
pub fn run(arguments: &Arguments, common: &Common, world: &World) -> Result<ExitCode, Failure> {
    let ours = |error: serde_json::Error| Failure::ours("cannot draw the answer").because(&error);
    match &arguments.command {
        Command::List { format, package } => {
            let mut known = hunt::campaigns(&[], None, world)?;
            if let Some(name) = package {
                known.retain(|campaign| campaign.packages.iter().any(|package| &package.name == name));
            }
            known.sort_by(|a, b| began(b).cmp(began(a)).then_with(|| a.id.cmp(&b.id)));
            let text = match format {
                Told::Human => known.iter().map(listed).collect(),
                Told::Json => {
                    pretty(&serde_json::json!({"schema": "cleanbill.campaigns/v1", "campaigns": known}))
                        .map_err(ours)?
                }
            };
            output::answer(&text, common)?;
        }
        Command::Show { id, format, packs } => {
            let all = hunt::campaigns(packs, None, world)?;
            let known = hunt::chosen(all.clone(), std::slice::from_ref(id))?;
            let mut text = String::new();
            for campaign in &known {
                text.push_str(&match format {
                    Shown::Human => shown(campaign, &all),
                    Shown::Json => pretty(campaign).map_err(ours)?,
                    Shown::Html => page(campaign, &all, made(common)?, Place::Alone),
                });
            }
            output::answer(&text, common)?;
        }
        Command::Link(arguments) => return link::run(arguments, common, world),
        Command::Publish(arguments) => return publish::run(arguments, common, world),
        Command::Keys(arguments) => return sign::keys(arguments, common, world),
        Command::Sign(arguments) => return sign::sign(arguments, common, world),
        Command::Verify(arguments) => return sign::verify(arguments, common, world),
        Command::Export { ids, to, packs } => {
            let mut known = hunt::campaigns(packs, None, world)?;
            known = if ids.is_empty() {
                known
            } else {
                hunt::chosen(known, ids)?
            };
            known.retain(|campaign| campaign.class != Class::FalsePositive);
            let made = made(common)?;
            let text = match to {
                Exchange::Pack => pretty(&known).map_err(ours)?,
                Exchange::Osv => pretty(
                    &known
                        .iter()
                        .map(|campaign| osv::record(campaign, made))
                        .collect::<Vec<_>>(),
                )
                .map_err(ours)?,
                Exchange::Stix => {
                    pretty(&stix::bundle(&known.iter().collect::<Vec<_>>(), made)).map_err(ours)?
                }
                Exchange::Misp => pretty(
                    &known
                        .iter()
                        .map(|campaign| misp::event(campaign, made))
                        .collect::<Vec<_>>(),
                )
                .map_err(ours)?,
                Exchange::Csv => known
                    .iter()
                    .fold(csv::HEAD.to_owned(), |text, campaign| text + &csv::rows(campaign)),
            };
            output::answer(&text, common)?;
        }
        Command::Import { file, id } => {
            let text = needed(file, MAX_IMPORT_BYTES, world)?;
            let campaign = import::import(id, &text).map_err(|error| {
                Failure::usage(format!("cannot import `{}`", file.display()))
                    .because(&error)
                    .hint("give OSV records, a STIX 2.1 bundle, or one `name@version` a line")
            })?;
            output::answer(&pretty(&campaign).map_err(ours)?, common)?;
            output::remark(
                "note: fill in class, vector, execution and sources, then run `cleanbill campaign lint` on it",
                common,
            );
        }
        Command::Lint { files } => return check(files, common, world),
    }
    Ok(ExitCode::SUCCESS)
}

fn check(files: &[PathBuf], common: &Common, world: &World) -> Result<ExitCode, Failure> {
    let (mut text, mut grave) = (String::new(), 0_usize);
    for file in files {
        let content = needed(file, MAX_IMPORT_BYTES, world)?;
        let stem = file.file_stem().and_then(|stem| stem.to_str());
        let (_, lints) = lint(&content, stem);
        for found in &lints {
            grave += usize::from(found.grave);
            let word = if found.grave { "error" } else { "note" };
            let _ = writeln!(
                text,
                "{}{}: {word}: {}",
                line(&file.display().to_string()),
                line(&found.at),
                line(&found.what)
            );
        }
        if lints.is_empty() {
            let _ = writeln!(text, "{}: sound", line(&file.display().to_string()));
        }
    }
    output::answer(&text, common)?;
    Ok(if grave > 0 {
        ExitCode::from(1)
    } else {
        ExitCode::SUCCESS
    })
}

/// The moment exports are dated with: the one asked for, or that of the pack, so that an export repeats.
fn made(common: &Common) -> Result<Timestamp, Failure> {
    let text = common.as_of.as_deref().unwrap_or(cleanbill_feeds::pack::AS_OF);
    Timestamp::parse(text).map_err(|error| Failure::usage("cannot read `--as-of`").because(&error))
}

fn needed(file: &std::path::Path, limit: usize, world: &World) -> Result<String, Failure> {
    read_text(&world.folder.join(file), limit)?
        .ok_or_else(|| Failure::usage(format!("no such file: `{}`", file.display())))
}

fn began(campaign: &Campaign) -> &str {
    campaign
        .timeline
        .iter()
        .map(|moment| moment.at.as_str())
        .min()
        .unwrap_or_default()
}

fn listed(campaign: &Campaign) -> String {
    let began = began(campaign).get(..10).unwrap_or_else(|| began(campaign));
    format!(
        "{began:10}  {:28} {:>4} packages  {}\n",
        line(&campaign.id),
        campaign.packages.len(),
        line(&campaign.name)
    )
}

/// Packages named one by one; the JSON has them all.
const SHOWN_PACKAGES: usize = 40;

fn shown(campaign: &Campaign, all: &[Campaign]) -> String {
    let mut out = format!("{}: {}\n", line(&campaign.id), line(&campaign.name));
    let mut section = |title: &str, lines: Vec<String>| {
        if !lines.is_empty() {
            let _ = write!(out, "\n{title}\n");
            for text in lines {
                let _ = writeln!(out, "  {}", line(&text));
            }
        }
    };
    section(
        "how",
        vec![
            format!("way in: {}", campaign.vector),
            format!(
                "runs at {}: {}",
                campaign.execution.when.join(", "),
                campaign.execution.detail
            ),
        ],
    );
    section(
        "timeline",
        campaign
            .timeline
            .iter()
            .map(|moment| {
                let by = moment
                    .by
                    .as_deref()
                    .map(|by| format!(" (says {by})"))
                    .unwrap_or_default();
                format!("{:24} {}{by}", moment.at, moment.what)
            })
            .collect(),
    );
    let mut packages: Vec<String> = campaign
        .packages
        .iter()
        .take(SHOWN_PACKAGES)
        .map(|package| {
            let versions = if package.whole {
                "every version".to_owned()
            } else {
                package
                    .range
                    .clone()
                    .unwrap_or_else(|| package.versions.join(", "))
            };
            let good = package
                .last_good
                .as_deref()
                .map(|good| format!("; last good {good}"))
                .unwrap_or_default();
            format!("{} {versions}{good}", package.name)
        })
        .collect();
    if campaign.packages.len() > SHOWN_PACKAGES {
        packages.push(format!(
            "and {} more; --format json has them all",
            campaign.packages.len() - SHOWN_PACKAGES
        ));
    }
    section("packages", packages);
    section(
        "indicators",
        campaign
            .indicators
            .iter()
            .map(|indicator| {
                let kind = serde_json::to_value(indicator.kind).ok();
                let kind = kind
                    .as_ref()
                    .and_then(serde_json::Value::as_str)
                    .unwrap_or("other");
                let label = indicator
                    .label
                    .as_deref()
                    .map(|label| format!(" ({label})"))
                    .unwrap_or_default();
                format!("{kind:12} {}{label}", indicator.value)
            })
            .collect(),
    );
    section("what to do", campaign.remediation.clone());
    section(
        "who says who did it",
        campaign
            .attribution
            .iter()
            .map(|claim| {
                let by = claim.by.as_deref().unwrap_or("somebody not named");
                let basis = claim
                    .basis
                    .as_deref()
                    .map(|basis| format!("; basis: {basis}"))
                    .unwrap_or_default();
                let confidence = claim
                    .confidence
                    .as_deref()
                    .map(|words| format!("; confidence in their words: {words}"))
                    .unwrap_or_default();
                format!("attributed by {by} to {}{confidence}{basis}", claim.actor)
            })
            .collect(),
    );
    section(
        "made alike, by published traits that both show",
        related(campaign, all)
            .into_iter()
            .map(|(other, shared)| format!("{}: {shared}", other.id))
            .collect(),
    );
    section("notes", campaign.notes.clone());
    section("sources", campaign.sources.clone());
    out
}
