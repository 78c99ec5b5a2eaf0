//! What whoever keeps a gate does now and then: tokens, the log and its chain, what projects had locked.
use std::{fmt::Write as _, path::PathBuf, process::ExitCode};

use clap::{Args, Subcommand};
use cleanbill_config::duration::parse_duration;
use cleanbill_gate::tokens::{digest, new_secret};
use cleanbill_model::Age;
use cleanbill_ports::{Event, EventKind, GateStore, Locked, Role, Token, chain::Verifier};

use crate::{cli::Common, discover, failure::Failure, output, world::World};

/// Entries read at one time.
const PIECE: usize = 5_000;
/// Longest id of a token.
const MAX_ID: usize = 64;

/// `gate token`.
#[derive(Debug, Args)]
#[command(after_help = "Examples:\n  \
    cleanbill gate token add ci --note \"the build machines\" --for 90d\n  \
    cleanbill gate token add me --admin\n  \
    cleanbill gate token revoke ci\n\n\
    The secret is shown once, on stdout. Clients send it as they send any registry's token.")]
pub struct TokenArguments {
    #[command(subcommand)]
    action: TokenAction,
}

#[derive(Debug, Subcommand)]
enum TokenAction {
    /// Make one and write its secret to stdout
    Add {
        /// A short name for it
        id: String,
        /// What it is for
        #[arg(long, default_value = "")]
        note: String,
        /// May read the gate's standing and counters as well
        #[arg(long)]
        admin: bool,
        /// Names it may fetch, such as `@acme/*`; all where none is given
        #[arg(long = "scope", value_name = "PATTERN")]
        scopes: Vec<String>,
        /// How long it counts, such as `90d`
        #[arg(long = "for", value_name = "TIME", value_parser = age)]
        lasts: Option<Age>,
    },
    /// List them, without their secrets
    List,
    /// Make one worth nothing, within two seconds at every replica
    Revoke {
        /// Its name
        id: String,
    },
}

fn age(text: &str) -> Result<Age, String> {
    parse_duration(text).map_err(|error| error.to_string())
}

/// Makes, lists or revokes tokens.
///
/// # Errors
/// When the store cannot be used, or says no.
pub fn token(
    arguments: &TokenArguments,
    place: Option<&str>,
    common: &Common,
    world: &World,
) -> Result<ExitCode, Failure> {
    let store = super::open_store(place, world)?;
    match &arguments.action {
        TokenAction::Add {
            id,
            note,
            admin,
            scopes,
            lasts,
        } => {
            let cannot = || Failure::usage(format!("cannot make the token `{id}`"));
            let plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.');
            if id.is_empty() || id.len() > MAX_ID || !id.chars().all(plain) {
                return Err(cannot().hint("name it with letters, digits, `-`, `_` and `.`, 64 at most"));
            }
            let secret = new_secret().map_err(|error| cannot().because(&error))?;
            let token = Token {
                id: id.clone(),
                note: note.clone(),
                hash: digest(&secret),
                role: if *admin { Role::Admin } else { Role::Client },
                scopes: scopes.clone(),
                created: world.now,
                expires: lasts.map(|lasts| world.now.plus(lasts)),
                revoked: None,
            };
            store
                .add_token(&token)
                .map_err(|error| cannot().because(&error).hint("choose a name that is not taken"))?;
            note_it(
                &*store,
                world,
                &format!("token `{id}` made, {}", token.role.as_str()),
            )?;
            output::answer(&format!("{secret}\n"), common)?;
            output::remark(
                "it is shown this once; give it to the client as its token for this registry",
                common,
            );
        }
        TokenAction::List => {
            let tokens = store.tokens().map_err(unusable)?;
            let mut text = String::new();
            for token in tokens {
                let state = match (token.revoked, token.expires) {
                    (Some(moment), _) => format!("revoked {moment}"),
                    (None, Some(moment)) if moment <= world.now => format!("expired {moment}"),
                    (None, Some(moment)) => format!("until {moment}"),
                    (None, None) => "counts".to_owned(),
                };
                let scopes = if token.scopes.is_empty() {
                    "every name".to_owned()
                } else {
                    token.scopes.join(" ")
                };
                // Writing to a string does not fail.
                let _ = writeln!(
                    text,
                    "{}  {}  {scopes}  made {}  {state}  {}",
                    token.id,
                    token.role.as_str(),
                    token.created,
                    token.note
                );
            }
            output::answer(&text, common)?;
        }
        TokenAction::Revoke { id } => {
            if !store.revoke_token(id, world.now).map_err(unusable)? {
                return Err(Failure::usage(format!("no token `{id}` counts"))
                    .hint("`cleanbill gate token list` shows those there are"));
            }
            note_it(&*store, world, &format!("token `{id}` revoked"))?;
            output::remark(&format!("`{id}` is worth nothing from now on"), common);
        }
    }
    Ok(ExitCode::SUCCESS)
}

fn note_it(store: &dyn GateStore, world: &World, text: &str) -> Result<(), Failure> {
    let who = ["USER", "USERNAME", "LOGNAME"]
        .iter()
        .find_map(|name| world.variable(name))
        .unwrap_or("administrator");
    store
        .append(&[Event::plain(world.now, EventKind::Token, who, text)])
        .map(|_| ())
        .map_err(unusable)
}

fn unusable(error: cleanbill_ports::StoreError) -> Failure {
    Failure::usage("cannot use the gate's store").because(&error)
}

/// `gate verify-log`.
#[derive(Debug, Args)]
#[command(after_help = "Keep the last line somewhere else, and later give it back:\n  \
    cleanbill gate verify-log --expect 1234:5f0c…\n\n\
    Then not even whoever can write the store can have changed what came before.")]
pub struct VerifyArguments {
    /// An entry and its hash as an earlier run told them
    #[arg(long, value_name = "NUMBER:HASH")]
    expect: Option<String>,
}

/// Follows the chain of the log.
///
/// # Errors
/// When the store cannot be read or the expectation is none.
pub fn verify(
    arguments: &VerifyArguments,
    place: Option<&str>,
    common: &Common,
    world: &World,
) -> Result<ExitCode, Failure> {
    let expected = match &arguments.expect {
        Some(text) => Some(
            text.split_once(':')
                .and_then(|(number, hash)| Some((number.parse::<u64>().ok()?, hash)))
                .ok_or_else(|| {
                    Failure::usage(format!("cannot read `--expect {text}`")).hint("write it as NUMBER:HASH")
                })?,
        ),
        None => None,
    };
    let store = super::open_store(place, world)?;
    let mut verifier = Verifier::default();
    let mut met = expected.is_none();
    loop {
        let piece = store.entries(verifier.number(), PIECE).map_err(unusable)?;
        if piece.is_empty() {
            break;
        }
        if let Err(broken) = verifier.follow(&piece) {
            output::answer(
                &format!(
                    "the log is not whole: {broken}\nsound up to {}:{}\n",
                    verifier.number(),
                    verifier.hash()
                ),
                common,
            )?;
            return Ok(ExitCode::from(1));
        }
        met |= piece
            .iter()
            .any(|entry| expected == Some((entry.number, entry.hash.as_str())));
    }
    if !met {
        output::answer(
            "the log is not the one that was expected: no entry has that number and hash\n",
            common,
        )?;
        return Ok(ExitCode::from(1));
    }
    output::answer(
        &format!(
            "the log is whole, its last entry is\n{}:{}\n",
            verifier.number(),
            verifier.hash()
        ),
        common,
    )?;
    Ok(ExitCode::SUCCESS)
}

/// `gate log`.
#[derive(Debug, Args)]
pub struct LogArguments {
    /// Only entries after this number
    #[arg(long, value_name = "NUMBER", default_value_t = 0)]
    after: u64,
}

/// Writes the log.
///
/// # Errors
/// When the store cannot be read.
pub fn log(
    arguments: &LogArguments,
    place: Option<&str>,
    common: &Common,
    world: &World,
) -> Result<ExitCode, Failure> {
    let store = super::open_store(place, world)?;
    let mut after = arguments.after;
    let mut text = String::new();
    loop {
        let piece = store.entries(after, PIECE).map_err(unusable)?;
        let Some(last) = piece.last() else { break };
        after = last.number;
        for entry in &piece {
            // The entry's own text is JSON; it stands inside as it was chained.
            let _ = writeln!(
                text,
                "{{\"number\":{},\"hash\":\"{}\",\"entry\":{}}}",
                entry.number, entry.hash, entry.text
            );
        }
        if common.output.is_none() {
            output::answer(&text, common)?;
            text.clear();
        }
    }
    if common.output.is_some() {
        output::answer(&text, common)?;
    }
    Ok(ExitCode::SUCCESS)
}

/// `gate lock`.
#[derive(Debug, Args)]
pub struct LockArguments {
    /// Lockfiles, or folders with some at or below them
    #[arg(default_value = ".")]
    paths: Vec<PathBuf>,
}

/// Takes in what lockfiles pin.
///
/// # Errors
/// When a lockfile cannot be read or the store not be used.
pub fn lock(
    arguments: &LockArguments,
    place: Option<&str>,
    common: &Common,
    world: &World,
) -> Result<ExitCode, Failure> {
    let found = discover::discover(&arguments.paths, world)?;
    let mut locked = Vec::new();
    for found in &found {
        match &found.lockfile {
            Ok(named) => locked.extend(pins(&named.lockfile)),
            Err(error) => {
                return Err(Failure::usage(format!("cannot read lockfile `{}`", found.path)).because(error));
            }
        }
    }
    let store = super::open_store(place, world)?;
    store.keep_locked(&locked).map_err(unusable)?;
    let text = format!("{} versions of {} lockfiles taken in", locked.len(), found.len());
    store
        .append(&[Event::plain(world.now, EventKind::Locked, "administrator", &text)])
        .map_err(unusable)?;
    output::remark(&text, common);
    Ok(ExitCode::SUCCESS)
}

/// The releases a lockfile pins, with their contents.
pub(crate) fn pins(lockfile: &cleanbill_lockfile::Lockfile) -> impl Iterator<Item = Locked> {
    lockfile.packages.iter().filter_map(|locked| {
        let purl = locked.purl()?;
        Some(Locked {
            name: purl.name,
            version: purl.version,
            content: locked
                .integrity
                .as_ref()
                .map(ToString::to_string)
                .unwrap_or_default(),
        })
    })
}
