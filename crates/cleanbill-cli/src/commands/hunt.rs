//! `cleanbill hunt`: who was exposed to which campaign, when, where, and what to do first.
use std::{
    path::{Path, PathBuf},
    process::ExitCode,
};

use clap::Args;
use cleanbill_feeds::{campaign::Campaign, pack};
use cleanbill_hunt::{
    Answer, History, HuntOptions, Hunted, Watch, answers, exchange::signed::MAX_TEXT_BYTES, gate_log::Told,
    gravest, hunt, would::Span,
};
use cleanbill_intel::Standing;
use cleanbill_model::Timestamp;
use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

use crate::{
    cli::Common,
    commands::{campaign::sign, gate},
    failure::Failure,
    hunting::{self, Format, View},
    output,
    world::World,
};

/// The arguments.
#[derive(Debug, Args)]
#[command(after_help = "Examples:\n  \
    cleanbill hunt                                     lockfiles, installed packages and the whole git history here\n  \
    cleanbill hunt ~/src --campaign axios-2026-03      one campaign over many projects\n  \
    cleanbill hunt --machine --no-history              caches, stores and global packages of this machine too\n  \
    cleanbill hunt ci.log sbom.cdx.json image.tar      logs, bills of materials and images by name\n  \
    cleanbill hunt . --logs ./ci-logs                  and every log a build system kept\n  \
    cleanbill hunt --gate                              and what this machine's gate handed out\n  \
    cleanbill hunt --format markdown -o ticket.md      for a ticket\n\n\
    Exit codes: 0 not exposed, 1 exposed, 2 usage, 3 possibly exposed or a place could not be read.")]
pub struct Arguments {
    /// Folders to search, or single lockfiles, logs, bills of materials and image tars
    #[arg(default_value = ".")]
    paths: Vec<PathBuf>,
    /// Only these campaigns; `cleanbill campaign list` names them
    #[arg(long = "campaign", value_name = "ID")]
    campaigns: Vec<String>,
    /// Campaign files of your own, beside the built-in ones
    #[arg(long = "pack", value_name = "FILE")]
    packs: Vec<PathBuf>,
    /// Take campaign files only with a signature by this public key beside them, as FILE.minisig
    #[arg(long, value_name = "FILE", requires = "packs")]
    pack_key: Option<PathBuf>,
    /// How to tell it
    #[arg(long, value_enum, default_value = "human")]
    format: Format,
    /// Leave git histories out
    #[arg(long)]
    no_history: bool,
    /// Also tell which projects an install without lockfile would have exposed
    #[arg(long)]
    would_resolve: bool,
    /// Only installs in this time, for --would-resolve; an end may be left out
    #[arg(long, value_name = "FROM..UNTIL", requires = "would_resolve", value_parser = span)]
    window: Option<Span>,
    /// Look through this machine's caches, stores, global packages and start-up folders as well
    #[arg(long)]
    machine: bool,
    /// A log, or a folder of them: every file there is read as one, whatever it is called, packed with gzip or zstd or not
    #[arg(long, value_name = "PATH")]
    logs: Vec<PathBuf>,
    /// Read the log of a gate as well: that of this machine, or of the store at PLACE
    #[arg(long, value_name = "PLACE", num_args = 0..=1, require_equals = true, default_missing_value = "")]
    gate: Option<String>,
}

/// Reads `FROM..UNTIL`.
fn span(text: &str) -> Result<Span, String> {
    let refuse = || "write it as 2026-06-17..2026-06-18T12:00:00Z".to_owned();
    let (from, until) = text.split_once("..").ok_or_else(refuse)?;
    let end = |text: &str| {
        if text.is_empty() {
            Ok(None)
        } else {
            Timestamp::parse(text).map(Some).map_err(|_| refuse())
        }
    };
    Ok(Span {
        from: end(from)?,
        until: end(until)?,
    })
}

/// Hunts.
///
/// # Errors
/// When a path does not exist, or a campaign is not known.
pub fn run(arguments: &Arguments, common: &Common, world: &World) -> Result<ExitCode, Failure> {
    let as_of = match &common.as_of {
        Some(text) => Timestamp::parse(text).map_err(|error| {
            Failure::usage("cannot read `--as-of`")
                .because(&error)
                .hint("write it as 2026-06-17T01:16:00Z")
        })?,
        None => world.now,
    };
    let mut known = campaigns(&arguments.packs, arguments.pack_key.as_deref(), world)?;
    if !arguments.campaigns.is_empty() {
        known = chosen(known, &arguments.campaigns)?;
    }
    let watch = Watch::new(known)
        .map_err(|error| Failure::usage("cannot search for these campaigns").because(&error))?;
    let there = |paths: &[PathBuf]| -> Result<Vec<PathBuf>, Failure> {
        let full = |path: &PathBuf| {
            let full = world.folder.join(path);
            if full.exists() {
                Ok(full)
            } else {
                Err(
                    Failure::usage(format!("no such file or folder: `{}`", path.display()))
                        .hint("name a folder, a lockfile, a log, a bill of materials or an image"),
                )
            }
        };
        paths.iter().map(full).collect()
    };
    let mut roots = there(&arguments.paths)?;
    let logs = without_nested(there(&arguments.logs)?);
    if arguments.machine {
        roots.extend(machine_folders(world));
    }
    roots = without_nested(roots);
    let bar = bar(common, world);
    let show = |path: &Path| world.shown(path);
    let tick = |count: u64| bar.inc(count);
    let history = if arguments.no_history {
        History::Skip
    } else {
        History::Read
    };
    let would = arguments
        .would_resolve
        .then(|| arguments.window.unwrap_or_default());
    let mut hunted = hunt(
        &watch,
        &HuntOptions {
            roots,
            logs,
            history,
            would,
            show: &show,
            tick: &tick,
        },
    );
    bar.finish_and_clear();
    if let Some(place) = &arguments.gate {
        gate_log(place, &watch, &mut hunted, world)?;
    }
    let answers = answers(&watch, &hunted);
    let view = View {
        as_of,
        hunted: &hunted,
        answers: &answers,
    };
    let ours = |error: serde_json::Error| Failure::ours("cannot draw the answer").because(&error);
    let text = match arguments.format {
        Format::Human => hunting::human::draw(&view, &output::render_options(common, world)),
        Format::Json => hunting::json::draw(&view).map_err(ours)?,
        Format::Markdown => hunting::markdown::draw(&view),
        Format::Html => hunting::html::draw(&view),
        Format::Sarif => hunting::sarif::draw(&view).map_err(ours)?,
    };
    output::answer(&text, common)?;
    Ok(exit_code(&hunted, &answers))
}

/// Exposed is 1. What could not be looked at, or only points to something, is 3. A campaign whose own file
/// names nothing to search for says nothing of this machine.
fn exit_code(hunted: &Hunted, answers: &[Answer<'_>]) -> ExitCode {
    ExitCode::from(match gravest(answers) {
        Standing::Exposed => 1,
        Standing::PossiblyExposed => 3,
        Standing::NotKnown
            if !hunted.unseen.is_empty() || !hunted.looked.at_anything() || answers.len() == 1 =>
        {
            3
        }
        Standing::NotKnown | Standing::NotExposed => 0,
    })
}

/// Largest campaign file read, in bytes; the largest built-in one has some 500 kB.
const MAX_PACK_BYTES: usize = 16 * 1024 * 1024;

/// Entries of a gate's log read at a time.
const PIECE: usize = 2_000;

/// Reads the log of a gate. The store is opened only where it is, so that nothing is made by looking.
fn gate_log(place: &str, watch: &Watch, hunted: &mut Hunted, world: &World) -> Result<(), Failure> {
    let is_address = place.contains("://");
    let file = if place.is_empty() {
        gate::default_file(world)
    } else {
        world.folder.join(place)
    };
    if !is_address && !file.is_file() {
        return Err(
            Failure::usage(format!("no gate has kept a log in `{}`", file.display()))
                .hint("`--gate=PLACE` takes the file or address a gate was given with `--store`"),
        );
    }
    let store = gate::open_store(Some(place).filter(|place| !place.is_empty()), world)?;
    let unusable = |error| Failure::usage("cannot read the gate's log").because(&error);
    let shown = format!("the log of the gate at {}", store.place());
    let (mut after, mut known) = (0, Told::default());
    loop {
        let piece = store.entries(after, PIECE).map_err(unusable)?;
        let Some(last) = piece.last() else { return Ok(()) };
        after = last.number;
        let texts = piece.iter().map(|entry| entry.text.as_str());
        hunted.add_gate_log(watch, texts, &shown, &mut known);
    }
}

/// What a file of campaigns may be: one, a list, or what a published site has for programs.
#[derive(serde::Deserialize)]
#[serde(untagged)]
enum Pack {
    Listed { campaigns: Vec<Campaign> },
    List(Vec<Campaign>),
}

/// The built-in campaigns and those of files. With a key, a file counts only with a signature beside it.
///
/// # Errors
/// When a file cannot be read as campaigns, or its signature does not count.
pub fn campaigns(packs: &[PathBuf], key: Option<&Path>, world: &World) -> Result<Vec<Campaign>, Failure> {
    let key = key.map(|path| sign::public(path, world)).transpose()?;
    let mut known = pack::campaigns()
        .map_err(|error| Failure::ours("cannot read the built-in campaigns").because(&error))?;
    for path in packs {
        let cannot = || Failure::usage(format!("cannot read campaign `{}`", path.display()));
        let text = crate::compose::read_text(&world.folder.join(path), MAX_PACK_BYTES)?.ok_or_else(cannot)?;
        if let Some(key) = &key {
            let beside = sign::beside(path);
            let signature = crate::compose::read_text(&world.folder.join(&beside), MAX_TEXT_BYTES)?
                .ok_or_else(|| cannot().hint(format!("its signature `{}` is not there", beside.display())))?;
            key.verify(text.as_bytes(), &signature).map_err(|error| {
                cannot()
                    .because(&error)
                    .hint("get the file anew from who signed it, and do not use this one")
            })?;
        }
        let several = serde_json::from_str::<Pack>(&text);
        let read = match several {
            Ok(Pack::List(list) | Pack::Listed { campaigns: list }) => list,
            // One campaign's own error says more than that of the choice between shapes.
            Err(_) => vec![serde_json::from_str(&text).map_err(|error| {
                cannot()
                    .because(&error)
                    .hint("`cleanbill campaign lint FILE` says what is wrong with it")
            })?],
        };
        for campaign in read {
            known.retain(|other| other.id != campaign.id);
            known.push(campaign);
        }
    }
    Ok(known)
}

/// The campaigns that were asked for.
///
/// # Errors
/// When one is not known.
pub fn chosen(known: Vec<Campaign>, ids: &[String]) -> Result<Vec<Campaign>, Failure> {
    if let Some(unknown) = ids
        .iter()
        .find(|id| !known.iter().any(|campaign| &&campaign.id == id))
    {
        return Err(Failure::usage(format!("no campaign is called `{unknown}`"))
            .hint("`cleanbill campaign list` names them all"));
    }
    Ok(known
        .into_iter()
        .filter(|campaign| ids.contains(&campaign.id))
        .collect())
}

/// Where package managers keep caches, stores and global packages, and where things start by themselves:
/// below the home, and below the root.
const HOME_FOLDERS: &[&str] = &[
    ".npm",
    ".cache/yarn",
    ".cache/pnpm",
    ".cache/node",
    ".yarn",
    ".local/share/pnpm",
    ".local/share/yarn",
    ".local/lib/node_modules",
    ".bun/install",
    ".nvm/versions",
    ".local/share/fnm",
    ".fnm",
    ".local/share/mise/installs/node",
    ".asdf/installs/nodejs",
    ".nodenv/versions",
    ".n/n/versions",
    ".volta/tools",
    ".cache/deno",
    ".config/yarn/global",
    ".config/systemd/user",
    ".config/autostart",
    ".npm-global",
    "Library/Caches",
    "Library/pnpm",
    "Library/LaunchAgents",
    "AppData/Local/npm-cache",
    "AppData/Local/Yarn",
    "AppData/Local/pnpm",
    "AppData/Roaming/npm",
    ".claude",
    ".cursor",
    ".vscode",
];
const ROOT_FOLDERS: &[&str] = &[
    "/usr/lib/node_modules",
    "/usr/local/lib/node_modules",
    "/usr/local/n/versions",
    "/opt/homebrew/lib/node_modules",
    "/etc/systemd/system",
    "/Library/LaunchAgents",
    "/Library/LaunchDaemons",
    "/Library/Caches",
];

fn machine_folders(world: &World) -> Vec<PathBuf> {
    let home = world
        .home
        .iter()
        .flat_map(|home| HOME_FOLDERS.iter().map(|folder| home.join(folder)));
    let told = [
        "npm_config_cache",
        "NPM_CONFIG_CACHE",
        "YARN_CACHE_FOLDER",
        "PNPM_HOME",
        "BUN_INSTALL",
    ];
    let told = told
        .iter()
        .filter_map(|name| world.variable(name))
        .map(PathBuf::from);
    // What `bunx` runs, it unpacks into the folder for temporary files.
    let temporary = std::env::temp_dir();
    let bunx = std::fs::read_dir(&temporary).into_iter().flatten().flatten();
    let bunx = bunx
        .filter(|entry| entry.file_name().to_string_lossy().starts_with("bunx-"))
        .map(|entry| entry.path());
    home.chain(told)
        .chain(bunx)
        .chain(ROOT_FOLDERS.iter().map(PathBuf::from))
        .filter(|folder| folder.is_dir())
        .collect()
}

/// Roots without those that lie below another, so that nothing is told twice.
fn without_nested(roots: Vec<PathBuf>) -> Vec<PathBuf> {
    let mut roots: Vec<PathBuf> = roots
        .into_iter()
        .map(|root| root.canonicalize().unwrap_or(root))
        .collect();
    roots.sort();
    roots.dedup();
    let all = roots.clone();
    roots.retain(|root| !all.iter().any(|other| other != root && root.starts_with(other)));
    roots
}

fn bar(common: &Common, world: &World) -> ProgressBar {
    let bar = ProgressBar::new_spinner();
    if common.quiet || !world.stderr_is_terminal {
        bar.set_draw_target(ProgressDrawTarget::hidden());
    }
    if let Ok(style) =
        ProgressStyle::with_template("{spinner} hunting: {pos} files and lockfile versions, {elapsed}")
    {
        bar.set_style(style);
    }
    bar
}
