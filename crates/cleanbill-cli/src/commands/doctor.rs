//! `cleanbill doctor`: proves for every client on this machine that its installs go through the gate, by a
//! package that only the gate has, and tells what would go past it.
mod clients;

use std::{
    net::{SocketAddr, TcpStream, ToSocketAddrs as _},
    process::ExitCode,
    time::Duration,
};

use clap::Args;
use cleanbill_gate::{Running, probe};

use crate::{
    cli::Common,
    commands::{gate, run::redirect, setup},
    compose::Session,
    failure::Failure,
    output,
    world::World,
};

/// How long a gate may take to accept a connection.
const CONNECT: Duration = Duration::from_secs(3);

/// The arguments.
#[derive(Debug, Args)]
#[command(after_help = "Examples:\n  \
    cleanbill doctor                                  the clients of this machine, as this folder sets them\n  \
    cleanbill doctor --address https://gate.acme.example\n\n\
    Exit code 1 where a client does not go through, or a lockfile leads past the gate.")]
pub struct Arguments {
    /// The gate's address
    #[arg(long, value_name = "URL", default_value = setup::DEFAULT_ADDRESS)]
    address: String,
}

/// Examines every client.
///
/// # Errors
/// When no gate can be had, or no folder for the trials.
pub fn run(arguments: &Arguments, common: &Common, world: &World) -> Result<ExitCode, Failure> {
    let cannot = |what: &str| Failure::usage(format!("cannot examine the clients: {what}"));
    // A gate that runs is the better proof; where none does, one runs for the time of the trials.
    let address = resolve(&arguments.address)?;
    let own = if TcpStream::connect_timeout(&address, CONNECT).is_ok() {
        None
    } else if address.ip().is_loopback() && arguments.address.starts_with("http://") {
        Some(own_gate(common, world, address)?)
    } else {
        return Err(cannot(&format!("no gate answers at {}", arguments.address))
            .hint("start it there, or name another with `--address`"));
    };
    let stage = tempfile::tempdir().map_err(|error| cannot("no temporary folder").because(&error))?;
    let nonce =
        cleanbill_gate::tokens::new_secret().map_err(|error| cannot("no random bytes").because(&error))?;
    let word: String = nonce.chars().rev().take(12).collect();
    let mut text = String::new();
    let mut sound = true;
    let mut found = 0;
    for client in clients::ALL {
        let Some(version) = client.version(world) else {
            continue;
        };
        found += 1;
        let name = format!("{}/p-{}-{word}", probe::SCOPE, client.word());
        let outcome = client.installs(&name, &version, &stage.path().join(client.word()), world);
        match outcome {
            Ok(()) => text.push_str(&format!("{} {version}  goes through the gate\n", client.shown())),
            Err(why) => {
                sound = false;
                text.push_str(&format!(
                    "{} {version}  does NOT go through the gate: {why}\n",
                    client.shown()
                ));
            }
        }
    }
    if let Some((session, running)) = own {
        session.runtime.block_on(running.stop());
        text.push_str(&format!(
            "no gate ran at {}; one was started for these trials and is stopped again\n",
            arguments.address
        ));
    }
    if found == 0 {
        text.push_str("no client is on the PATH\n");
    }
    for (path, count) in redirect::bypasses(&world.folder, &arguments.address) {
        sound = false;
        text.push_str(&format!(
            "{}  names {count} addresses that its client fetches as they stand, past any registry that is set; \
             install with `cleanbill run -- …`, which leads them to the gate and leaves the file as it is\n",
            world.shown(&path)
        ));
    }
    if !sound {
        text.push_str(
            "run `cleanbill setup`, and look for settings in this project that name another registry\n",
        );
    }
    output::answer(&text, common)?;
    Ok(if sound {
        ExitCode::SUCCESS
    } else {
        ExitCode::from(1)
    })
}

fn resolve(address: &str) -> Result<SocketAddr, Failure> {
    let (scheme, rest) = address.split_once("://").unwrap_or_default();
    let authority = rest.split('/').next().unwrap_or_default();
    let with_port = match (authority.rsplit_once(':'), scheme) {
        (Some((_, port)), _) if port.bytes().all(|byte| byte.is_ascii_digit()) => authority.to_owned(),
        (_, "https") => format!("{authority}:443"),
        _ => format!("{authority}:80"),
    };
    let found = with_port.to_socket_addrs().ok().and_then(|mut all| all.next());
    found.ok_or_else(|| {
        Failure::usage(format!("`{address}` is no address of a gate"))
            .hint("write it as http://127.0.0.1:4874")
    })
}

fn own_gate(common: &Common, world: &World, listen: SocketAddr) -> Result<(Session, Running), Failure> {
    let session = Session::without_registry(common, world, &world.folder, None)?;
    let running = session.runtime.block_on(gate::start_before(
        session.whole_documents(world, true)?,
        session.settings.policy.clone(),
        &session,
        common,
        world,
        listen,
    ))?;
    Ok((session, running))
}
