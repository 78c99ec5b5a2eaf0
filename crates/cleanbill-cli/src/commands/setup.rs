//! `cleanbill setup`: lets the clients of this account ask the gate, by each client's own settings file, and
//! takes that back again. It changes no project and no shell.
pub(crate) mod blocks;

use std::{
    fs,
    path::{Path, PathBuf},
    process::ExitCode,
};

use blocks::{Kind, Wanted};
use clap::Args;

use crate::{cli::Common, compose, failure::Failure, output, world::World};

/// Largest settings file of a client, in bytes.
const MAX_CLIENT_SETTINGS: usize = 1024 * 1024;
/// Where a gate listens unless told otherwise.
pub(crate) const DEFAULT_ADDRESS: &str = "http://127.0.0.1:4874";

/// The arguments.
#[derive(Debug, Args)]
#[command(after_help = "Examples:\n  \
    cleanbill setup                                      npm, pnpm, Yarn, Bun and Deno ask the gate on this machine\n  \
    cleanbill setup --address https://gate.acme.example --token-file token\n  \
    cleanbill setup --remove                             every file as it was before\n  \
    cleanbill doctor                                     prove that installs go through\n\n\
    What was set before stays in the files as a comment and comes back with `--remove`.")]
pub struct Arguments {
    /// The gate's address
    #[arg(long, value_name = "URL", default_value = DEFAULT_ADDRESS)]
    address: String,
    /// A file with the token that the gate wants
    #[arg(long, value_name = "FILE")]
    token_file: Option<PathBuf>,
    /// Take back what an earlier `setup` wrote
    #[arg(long, conflicts_with_all = ["token_file", "address"])]
    remove: bool,
    /// Tell what would be written, and write nothing
    #[arg(long)]
    dry_run: bool,
}

/// A settings file, and whose it is.
pub(crate) struct Place {
    pub(crate) path: PathBuf,
    pub(crate) kind: Kind,
    pub(crate) clients: &'static str,
}

/// The settings files of this account.
pub(crate) fn places(world: &World) -> Result<Vec<Place>, Failure> {
    let home = world
        .home
        .as_ref()
        .ok_or_else(|| Failure::usage("no home folder is known").hint("set HOME"))?;
    let npmrc = ["npm_config_userconfig", "NPM_CONFIG_USERCONFIG"]
        .iter()
        .find_map(|name| world.variable(name))
        .map_or_else(|| home.join(".npmrc"), PathBuf::from);
    let bunfig = world
        .variable("XDG_CONFIG_HOME")
        .map(|folder| Path::new(folder).join(".bunfig.toml"))
        .filter(|path| path.is_file())
        .unwrap_or_else(|| home.join(".bunfig.toml"));
    let place = |path, kind, clients| Place { path, kind, clients };
    Ok(vec![
        place(npmrc, Kind::Npmrc, "npm, pnpm, Deno"),
        place(home.join(".yarnrc"), Kind::Yarnrc, "Yarn 1"),
        place(home.join(".yarnrc.yml"), Kind::YarnrcYml, "Yarn 2 and later"),
        place(bunfig, Kind::Bunfig, "Bun"),
    ])
}

/// Writes or takes back.
///
/// # Errors
/// When a file cannot be read or written, or holds what cannot be changed line by line.
pub fn run(arguments: &Arguments, common: &Common, world: &World) -> Result<ExitCode, Failure> {
    let wanted = if arguments.remove {
        None
    } else {
        Some(wanted(arguments, world)?)
    };
    let mut changes = Vec::new();
    let mut told = String::new();
    for place in places(world)? {
        let old = compose::read_text(&place.path, MAX_CLIENT_SETTINGS)?;
        let before = old.as_deref().unwrap_or_default();
        let new = match &wanted {
            Some(wanted) => Some(
                blocks::with(before, place.kind, wanted, old.is_none()).map_err(|why| {
                    Failure::usage(format!("cannot change `{}`: {why}", world.shown(&place.path)))
                        .hint("write the registry into it by hand, or take that part out and run this again")
                })?,
            ),
            None if old.is_none() => None,
            None => blocks::without(before),
        };
        let state = match (&old, &new) {
            (None, None) => continue,
            (Some(old), Some(new)) if old == new => "as it should be",
            (Some(_), None) => "taken away: nothing but ours was in it",
            (None, Some(_)) => "made",
            (Some(_), Some(_)) => "changed",
        };
        told.push_str(&format!(
            "{}  {state}  ({})\n",
            world.shown(&place.path),
            place.clients
        ));
        changes.push((place, old, new));
    }
    if told.is_empty() {
        told.push_str("nothing to take back\n");
    }
    if !arguments.dry_run {
        for (place, old, new) in &changes {
            if old != new {
                write(&place.path, new.as_deref())?;
            }
        }
        if wanted.is_some() {
            told.push_str("now run `cleanbill doctor`\n");
        }
    }
    output::answer(&told, common)?;
    Ok(ExitCode::SUCCESS)
}

fn wanted(arguments: &Arguments, world: &World) -> Result<Wanted, Failure> {
    let address = arguments.address.trim_end_matches('/');
    let authority = ["https://", "http://"]
        .iter()
        .find_map(|scheme| address.strip_prefix(scheme));
    let is_plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '-' | ':' | '[' | ']' | '_');
    let Some(authority) =
        authority.filter(|authority| !authority.is_empty() && authority.chars().all(is_plain))
    else {
        return Err(
            Failure::usage(format!("`{}` is no address of a gate", arguments.address))
                .hint("write scheme, host and port, such as http://127.0.0.1:4874; a gate has no path"),
        );
    };
    let token = match &arguments.token_file {
        Some(path) => {
            let text = compose::read_text(&world.folder.join(path), 4096)?.unwrap_or_default();
            let token = text.trim().to_owned();
            if token.is_empty() || !token.chars().all(|c| c.is_ascii_alphanumeric() || c == '_') {
                return Err(Failure::usage(format!("no token is in `{}`", path.display()))
                    .hint("`cleanbill gate token add NAME > FILE` makes one"));
            }
            Some(token)
        }
        None => None,
    };
    Ok(Wanted {
        address: address.to_owned(),
        authority: authority.to_owned(),
        token,
    })
}

/// Writes the whole file beside its place and moves it there; it may hold a token, so only its owner reads it.
fn write(path: &Path, text: Option<&str>) -> Result<(), Failure> {
    let cannot =
        |error: &std::io::Error| Failure::usage(format!("cannot write `{}`", path.display())).because(error);
    let Some(text) = text else {
        return fs::remove_file(path).map_err(|error| cannot(&error));
    };
    // A link to a file kept elsewhere stays a link.
    let path = fs::canonicalize(path).unwrap_or_else(|_| path.to_owned());
    let folder = path.parent().unwrap_or(Path::new("."));
    let mut file = tempfile::Builder::new()
        .prefix(".cleanbill-")
        .tempfile_in(folder)
        .map_err(|error| cannot(&error))?;
    std::io::Write::write_all(&mut file, text.as_bytes()).map_err(|error| cannot(&error))?;
    if let Ok(told) = fs::metadata(&path) {
        // Where the mode cannot be kept, the file is its owner's alone.
        let _ = fs::set_permissions(file.path(), told.permissions());
    }
    file.persist(&path).map_err(|error| cannot(&error.error))?;
    Ok(())
}
