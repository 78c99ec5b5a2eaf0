//! `cleanbill campaign publish`: the static site of campaigns, written into a folder.
use std::{fs, path::PathBuf, process::ExitCode};

use clap::Args;
use cleanbill_feeds::campaign::Campaign;

use crate::{cli::Common, commands::hunt, failure::Failure, output, publishing::site::site, world::World};

/// The arguments.
#[derive(Debug, Args)]
pub struct Arguments {
    /// The folder; it must be new or empty, unless --replace is given
    folder: PathBuf,
    /// Where the site will be served, for the feeds
    #[arg(long, value_name = "URL")]
    base: String,
    /// Only these campaigns
    #[arg(long = "campaign", value_name = "ID")]
    campaigns: Vec<String>,
    /// Campaign files of your own, beside the built-in ones
    #[arg(long = "pack", value_name = "FILE")]
    packs: Vec<PathBuf>,
    /// Write over the pages of an earlier site; other files stay
    #[arg(long)]
    replace: bool,
}

/// Publishes.
///
/// # Errors
/// When the folder cannot be used, or a campaign is not known.
pub fn run(arguments: &Arguments, common: &Common, world: &World) -> Result<ExitCode, Failure> {
    if !(arguments.base.starts_with("https://") || arguments.base.starts_with("http://")) {
        return Err(Failure::usage(format!("cannot use `--base {}`", arguments.base))
            .hint("write it as https://campaigns.example/"));
    }
    let base = format!("{}/", arguments.base.trim_end_matches('/'));
    let mut known = hunt::campaigns(&arguments.packs, None, world)?;
    if !arguments.campaigns.is_empty() {
        known = hunt::chosen(known, &arguments.campaigns)?;
    }
    if let Some(odd) = known.iter().find(|campaign| !is_plain(campaign)) {
        return Err(
            Failure::usage(format!("the id `{}` makes no folder's name", odd.id))
                .hint("`cleanbill campaign lint FILE` says what an id may hold"),
        );
    }
    let folder = world.folder.join(&arguments.folder);
    let cannot = |path: &std::path::Path, error: &std::io::Error| {
        Failure::usage(format!("cannot write `{}`", path.display())).because(error)
    };
    fs::create_dir_all(&folder).map_err(|error| cannot(&folder, &error))?;
    let filled = fs::read_dir(&folder)
        .map_err(|error| cannot(&folder, &error))?
        .next()
        .is_some();
    if filled && !arguments.replace {
        return Err(
            Failure::usage(format!("`{}` is not empty", arguments.folder.display()))
                .hint("name a new folder, or give `--replace` for the site of an earlier run"),
        );
    }
    let files = site(&known, &base, super::made(common)?)
        .map_err(|error| Failure::ours("cannot write the site").because(&error))?;
    for (path, bytes) in &files {
        let path = folder.join(path);
        if let Some(parent) = path.parent() {
            fs::create_dir_all(parent).map_err(|error| cannot(parent, &error))?;
        }
        fs::write(&path, bytes).map_err(|error| cannot(&path, &error))?;
    }
    output::answer(
        &format!(
            "{} campaigns, {} files in {}\n",
            known.len(),
            files.len(),
            arguments.folder.display()
        ),
        common,
    )?;
    Ok(ExitCode::SUCCESS)
}

/// An id becomes a folder's name, so it may be nothing else.
fn is_plain(campaign: &Campaign) -> bool {
    !campaign.id.is_empty()
        && campaign
            .id
            .bytes()
            .all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-')
}
