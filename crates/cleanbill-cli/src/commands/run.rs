//! `cleanbill run`: one command behind a gate of its own, on a free loopback port.
pub(crate) mod redirect;
mod yarn;

use std::{
    collections::{BTreeMap, HashMap},
    ffi::OsString,
    fs,
    path::{Path, PathBuf},
    process::{Command, ExitCode},
    sync::Arc,
};

use clap::Args;
use cleanbill_gate::{Running, canonical::restore, server::LockedBy};
use cleanbill_lockfile::limits::MAX_LOCKFILE_BYTES;
use cleanbill_model::{PackageName, Verdict};
use cleanbill_ports::Locked;

use crate::{
    cli::Common,
    commands::gate,
    compose::{self, Session},
    discover,
    failure::Failure,
    output,
    world::World,
};

/// Lockfiles a client may write, and npm's hidden one.
const LOCKFILES: [&str; 7] = [
    "package-lock.json",
    "npm-shrinkwrap.json",
    "yarn.lock",
    "pnpm-lock.yaml",
    "bun.lock",
    "deno.lock",
    "node_modules/.package-lock.json",
];
/// Refusals told one by one at the end.
const TOLD: usize = 20;

/// The arguments.
#[derive(Debug, Args)]
#[command(after_help = "Examples:\n  \
    cleanbill run -- npm ci\n  \
    cleanbill run -- pnpm add left\n  \
    cleanbill run --scripts -- npm install\n\n\
    The client keeps its own exit code. Install scripts are off unless `--scripts` is given.")]
pub struct Arguments {
    /// Let install scripts of what passes the gate run
    #[arg(long)]
    scripts: bool,
    /// The command and its arguments
    #[arg(last = true, required = true, num_args = 1..)]
    command: Vec<OsString>,
}

/// Runs the command.
///
/// # Errors
/// When the gate or the command cannot start.
pub fn run(arguments: &Arguments, common: &Common, world: &World) -> Result<ExitCode, Failure> {
    let session = Session::open(common, world, &world.folder, None)?;
    let locked = locked_by(&world.folder);
    let running = session
        .runtime
        .block_on(gate::start(&session, common, world, locked))?;
    let address = format!("http://{}", running.address);
    let base = session.registry_base().unwrap_or_default();
    for mended in redirect::mend(&base, world) {
        output::remark(
            &format!(
                "note: `{}` is put back; a run before was killed",
                world.shown(&mended)
            ),
            common,
        );
    }
    let Some((program, rest)) = arguments.command.split_first() else {
        return Err(Failure::usage("no command was given")
            .hint("write it behind `--`, as in `cleanbill run -- npm ci`"));
    };
    let mut command = Command::new(program);
    command
        .args(rest)
        .current_dir(&world.folder)
        .envs(client_environment(&address, arguments.scripts, &session.scopes()));
    let yarns = yarn::own_global_folder(&world.folder, world);
    if let Some((name, own)) = &yarns {
        command.env(name, own.path());
    }
    let led = redirect::lead(&world.folder, &address, world)?;
    // Ctrl-C ends the client; this process stays to put its lockfiles right.
    let _deaf = session.runtime.block_on(async { interrupts() });
    let status = command.status().map_err(|error| {
        Failure::usage(format!("cannot run `{}`", program.to_string_lossy()))
            .because(&error)
            .hint("check that the client is installed and on the PATH")
    });
    let restored = restore_led(&session, &running, &address, &world.folder, Some(&led));
    match restored {
        Ok(()) => led.done(),
        Err(problems) => {
            for problem in problems {
                output::remark(&format!("warning: {problem}"), common);
            }
        }
    }
    let status = status?;
    summary(&running, common);
    session.runtime.block_on(running.stop());
    let code = status
        .code()
        .and_then(|code| u8::try_from(code).ok())
        .unwrap_or(1);
    Ok(ExitCode::from(code))
}

/// What the lockfiles of the project pin: it stays to be seen, and its tarballs are judged like any other.
fn locked_by(folder: &Path) -> LockedBy {
    let mut by_name: HashMap<PackageName, Vec<Locked>> = HashMap::new();
    for name in LOCKFILES {
        let Some(lockfile) = discover::read_installed(&folder.join(name)) else {
            continue;
        };
        for locked in gate::pins(&lockfile) {
            by_name.entry(locked.name.clone()).or_default().push(locked);
        }
    }
    Arc::new(move |name| by_name.get(name).cloned().unwrap_or_default())
}

/// What makes each client ask the gate, and leave scripts alone.
pub(crate) fn client_environment(
    address: &str,
    scripts: bool,
    scopes: &[String],
) -> BTreeMap<String, String> {
    let registry = format!("{address}/");
    let mut set: BTreeMap<String, String> = BTreeMap::new();
    for name in [
        "npm_config_registry",
        "pnpm_config_registry",
        "YARN_REGISTRY",
        "YARN_NPM_REGISTRY_SERVER",
        "BUN_CONFIG_REGISTRY",
        "NPM_CONFIG_REGISTRY",
    ] {
        set.insert(name.into(), registry.clone());
    }
    for scope in scopes {
        set.insert(format!("npm_config_{scope}:registry"), registry.clone());
        set.insert(format!("pnpm_config_{scope}:registry"), registry.clone());
    }
    // Tarball addresses of a lockfile are asked of the gate, whatever host they name.
    set.insert("npm_config_replace_registry_host".into(), "always".into());
    set.insert("YARN_UNSAFE_HTTP_WHITELIST".into(), "127.0.0.1".into());
    if !scripts {
        set.insert("npm_config_ignore_scripts".into(), "true".into());
        set.insert("pnpm_config_ignore_scripts".into(), "true".into());
        set.insert("YARN_ENABLE_SCRIPTS".into(), "false".into());
    }
    set
}

/// While it lives, an interrupt does not end this process.
#[cfg(unix)]
fn interrupts() -> Option<tokio::signal::unix::Signal> {
    use tokio::signal::unix::{SignalKind, signal};
    signal(SignalKind::interrupt()).ok()
}

#[cfg(not(unix))]
fn interrupts() -> Option<tokio::signal::windows::CtrlC> {
    tokio::signal::windows::ctrl_c().ok()
}

/// Takes the gate's address out of what the client wrote.
pub(crate) fn restore_lockfiles(
    session: &Session,
    running: &Running,
    address: &str,
    folder: &Path,
) -> Result<(), Vec<String>> {
    restore_led(session, running, address, folder, None)
}

/// The same where some lockfiles were led to the gate before.
fn restore_led(
    session: &Session,
    running: &Running,
    address: &str,
    folder: &Path,
    led: Option<&redirect::Redirected>,
) -> Result<(), Vec<String>> {
    let mut problems = Vec::new();
    for name in LOCKFILES {
        let path: PathBuf = folder.join(name);
        let text = match compose::read_text(&path, MAX_LOCKFILE_BYTES) {
            Ok(Some(text)) if text.contains(address) => text,
            Ok(_) => continue,
            Err(failure) => {
                problems.push(failure.what);
                continue;
            }
        };
        let originals = originals(session, running, address, &text);
        let base = session.registry_base().unwrap_or_default();
        let original = |name: &PackageName, file: &str| {
            let stood = led.and_then(|led| led.original(&path, name, file));
            stood.or_else(|| originals.get(&(name.clone(), file.to_owned())).cloned())
        };
        if let Some(restored) = restore(&text, address, &base, &original)
            && let Err(error) = fs::write(&path, restored)
        {
            problems.push(format!(
                "cannot take the gate's address out of `{}`: {error}",
                path.display()
            ));
        }
    }
    if problems.is_empty() {
        Ok(())
    } else {
        Err(problems)
    }
}

/// Upstream's addresses of the tarballs a text names, asked of the gate before the text is changed.
fn originals(
    session: &Session,
    running: &Running,
    address: &str,
    text: &str,
) -> HashMap<(PackageName, String), String> {
    let named = std::cell::RefCell::new(Vec::new());
    restore(text, address, "", &|name, file| {
        named.borrow_mut().push((name.clone(), file.to_owned()));
        None
    });
    session.runtime.block_on(async {
        let mut originals = HashMap::new();
        for (name, file) in named.into_inner() {
            if let Some(url) = running.original(&name, &file).await {
                originals.insert((name, file), url);
            }
        }
        originals
    })
}

fn summary(running: &Running, common: &Common) {
    let entries = running.trail.entries();
    let account = running.account();
    let refused: Vec<_> = entries
        .iter()
        .filter(|entry| entry.verdict != Verdict::Allow)
        .collect();
    output::remark(
        &format!(
            "cleanbill: {} tarballs served, {} refused",
            entries.len() - refused.len(),
            refused.len()
        ),
        common,
    );
    if account.packages > 0 {
        output::remark(
            &format!(
                "  {} of {} packages have versions that are held, {} in all; judging took {:.1} s, reading code {:.1} s",
                account.with_held,
                account.packages,
                account.held,
                account.judging.as_secs_f64(),
                account.reading.as_secs_f64()
            ),
            common,
        );
    }
    for replaced in account.replaced.iter().take(TOLD) {
        output::remark(
            &format!(
                "  {}: `latest` is {} here, its registry says {}",
                replaced.name, replaced.ours, replaced.theirs
            ),
            common,
        );
    }
    if account.replaced.len() > TOLD {
        output::remark(
            &format!(
                "  and {} more have another `latest`",
                account.replaced.len() - TOLD
            ),
            common,
        );
    }
    for entry in refused.iter().take(TOLD) {
        output::remark(
            &format!("  {}", entry.sentence.as_deref().unwrap_or_default()),
            common,
        );
    }
    if refused.len() > TOLD {
        output::remark(
            &format!(
                "  and {} more; `cleanbill why NAME` tells each",
                refused.len() - TOLD
            ),
            common,
        );
    }
}
