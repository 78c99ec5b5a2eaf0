//! What counts as leaving the machine, and which earlier events led there.
//! It reads events; it knows no host to be good or bad.

use crate::{
    canary::{CanaryKind, CanaryRef},
    trace::{Action, Event, Origin, Trace},
};

/// Generated code no longer than this is a loader's idiom.
pub(super) const IDIOM: u64 = 160;

/// Programs that carry what they are given out of the machine.
const CARRIERS: [&str; 14] = [
    "nc", "ncat", "socat", "ssh", "scp", "sftp", "ftp", "tftp", "telnet", "rclone", "mail", "sendmail",
    "aws", "gsutil",
];

/// Where an event carried its words to, and the chain's name.
pub(super) fn leaving(event: &Event) -> Option<(String, &'static str)> {
    match &event.action {
        Action::Request { host, .. } if !is_local(host) => Some((host.clone(), "FLO-01")),
        Action::SocketData { host, .. } if !is_local(host) => Some((host.clone(), "FLO-01")),
        Action::DnsQuery { name, .. } => {
            let parts: Vec<&str> = name.rsplit('.').take(2).collect();
            Some((parts.into_iter().rev().collect::<Vec<_>>().join("."), "FLO-16"))
        }
        Action::Spawned { command, .. } => {
            let name = command.rsplit(['/', '\\']).next().unwrap_or(command);
            CARRIERS.contains(&name).then(|| (name.to_owned(), "FLO-01"))
        }
        _ => None,
    }
}

/// Hosts the stage itself names: the page's own, and the service whose address it hands to exports it calls. To send
/// there what was handed over with the address is what a client library is for.
const NAMED_BY_US: [&str; 3] = ["service.example", WALLET_SERVICE, "shop.example"];

/// The service the page asks about a payment, to see whether the answer comes back as it was given.
const WALLET_SERVICE: &str = "wallet-api.example";

fn is_local(host: &str) -> bool {
    NAMED_BY_US.contains(&host)
        || matches!(host, "localhost" | "127.0.0.1" | "::1" | "0.0.0.0")
        || host.starts_with('/')
}

/// The host of a request.
pub(super) fn host(event: &Event) -> Option<String> {
    match &event.action {
        Action::Request { host, .. } | Action::Connected { host, .. } => Some(host.clone()),
        Action::DnsQuery { name, .. } => Some(name.clone()),
        _ => None,
    }
}

/// The address of a request, or the name asked for.
pub(super) fn url(event: &Event) -> Option<String> {
    match &event.action {
        Action::Request { url, .. } => Some(url.clone()),
        Action::Connected { host, port, .. } => Some(format!("{host}:{port}")),
        Action::DnsQuery { name, .. } => Some(name.clone()),
        _ => None,
    }
}

/// The address our own network names in its answers: what is fetched from there came on the word of whoever was
/// asked before.
const NAMED_IN_ANSWERS: &str = "second-stage.example";

/// The host a download is owed to.
pub(super) fn origin(requests: &[&Event]) -> Option<String> {
    let hosts = || requests.iter().rev().filter_map(|request| host(request));
    hosts()
        .find(|host| host != NAMED_IN_ANSWERS)
        .or_else(|| hosts().next())
}

/// Where what left was taken from.
#[derive(Default)]
pub(super) struct Taken {
    pub names: Vec<String>,
    pub whole_environment: bool,
    pub given: bool,
}

impl Taken {
    /// Names told of one fact.
    const NAMES: usize = 12;
    /// More secrets than this from variables at one time are the environment itself.
    const VARIABLES: usize = 5;

    pub fn of(before: &[&Event], canaries: &[CanaryRef], event: &Event) -> Self {
        let mut taken = Self::default();
        let mut files = 0;
        for one in before {
            match &one.action {
                Action::EnvRead { name, .. } => taken.names.push(name.clone()),
                Action::FileRead { path, .. } => {
                    files += 1;
                    taken.names.push(path.clone());
                }
                Action::EnvWhole {} => taken.whole_environment = true,
                _ => {}
            }
        }
        taken.names.dedup();
        taken.names.truncate(Self::NAMES);
        let secrets = canaries
            .iter()
            .filter(|canary| canary.kind != CanaryKind::Identity)
            .count();
        taken.whole_environment &= secrets >= Self::VARIABLES || (secrets > 0 && taken.names.is_empty());
        taken.given = event.lazy
            && files == 0
            && !taken.whole_environment
            && taken.names.is_empty()
            && secrets > 0
            && canaries
                .iter()
                .all(|canary| matches!(canary.kind, CanaryKind::Wallet | CanaryKind::Identity));
        taken
    }
}

fn before<'a>(trace: &'a Trace, event: &Event, wanted: impl Fn(&Event) -> bool) -> Vec<&'a Event> {
    trace
        .events
        .iter()
        .filter(|one| one.at < event.at && one.entry == event.entry && wanted(one))
        .collect()
}

/// The reads that brought the canaries in.
pub(super) fn sources<'a>(trace: &'a Trace, event: &Event, secrets: &[CanaryRef]) -> Vec<&'a Event> {
    let mut found = before(trace, event, |one| match &one.action {
        Action::FileRead { .. } | Action::Page { .. } => one
            .canaries
            .iter()
            .any(|canary| secrets.iter().any(|secret| secret.name == canary.name)),
        Action::EnvRead { secret, .. } => *secret,
        Action::EnvWhole {} => true,
        _ => false,
    });
    found.truncate(8);
    found
}

/// The questions about who the machine is.
pub(super) fn identities<'a>(trace: &'a Trace, event: &Event) -> Vec<&'a Event> {
    let mut found = before(trace, event, |one| {
        matches!(one.action, Action::IdentityRead { .. } | Action::EnvWhole {})
            || one
                .canaries
                .iter()
                .any(|canary| canary.kind == CanaryKind::Identity && leaving(one).is_none())
    });
    found.truncate(8);
    found
}

/// The requests and writes that brought a download to where it ran.
pub(super) fn downloads<'a>(trace: &'a Trace, event: &Event) -> Vec<&'a Event> {
    let found = before(trace, event, |one| {
        matches!(
            &one.action,
            Action::Request { .. } | Action::Connected { .. } | Action::FileWritten { downloaded: true, .. }
        ) || matches!(&one.action, Action::DnsQuery { record, .. } if record == "TXT")
    });
    let skip = found.len().saturating_sub(6);
    found.into_iter().skip(skip).collect()
}

/// The calls of the page's own wallet and network that went through code of the package: that is where it stands
/// between the user and what is signed or shown.
pub(super) fn hooks<'a>(trace: &'a Trace, event: &Event) -> Vec<&'a Event> {
    /// Calls told; each hook shows itself once.
    const TOLD: usize = 3;
    let mut found = before(trace, event, |one| {
        let through = match &one.action {
            Action::Page { what, .. } => what.ends_with(" request"),
            Action::Request { host, .. } => host == WALLET_SERVICE,
            _ => false,
        };
        through && one.lazy == event.lazy && one.site.is_some()
    });
    found.dedup_by(|one, other| one.site == other.site);
    let skip = found.len().saturating_sub(TOLD);
    found.split_off(skip)
}

/// The protocol of a socket that a shell reads from or writes to.
pub(crate) const WIRED: &str = "tcp, wired to a shell";

fn is_shell(command: &str) -> bool {
    let name = command
        .rsplit(['/', '\\'])
        .next()
        .unwrap_or(command)
        .to_ascii_lowercase();
    matches!(
        name.trim_end_matches(".exe"),
        "sh" | "bash" | "zsh" | "dash" | "ash" | "cmd" | "powershell" | "pwsh"
    )
}

/// Whether a shell was fed by a socket: what came over the wire went into its input, not into a command.
pub(super) fn is_wired_shell(event: &Event, downloads: &[&Event]) -> bool {
    let Action::Spawned {
        command,
        stdin,
        arguments,
        ..
    } = &event.action
    else {
        return false;
    };
    let socket = downloads
        .iter()
        .rev()
        .find(|one| host(one).is_some())
        .is_some_and(|one| matches!(one.action, Action::Connected { .. }));
    let interactive = arguments
        .iter()
        .all(|word| word.starts_with('-') || word.starts_with('/'));
    socket && is_shell(command) && interactive && !stdin.is_empty()
}

/// Requests to one host from which it is a habit.
const HABIT: usize = 2;

/// Whether what was fetched is run again and again: someone outside hands out tasks.
pub(super) fn is_tasked(trace: &Trace, event: &Event) -> bool {
    let run = matches!(
        &event.action,
        Action::CodeRun { downloaded: true, .. } | Action::Spawned { downloaded: true, .. }
    );
    if !run {
        return false;
    }
    let Some(place) = &event.site else { return false };
    let again = |one: &&Event| {
        one.site
            .as_ref()
            .is_some_and(|site| site.file == place.file && site.line == place.line)
            && std::mem::discriminant(&one.action) == std::mem::discriminant(&event.action)
    };
    let runs = trace.events.iter().filter(again).count();
    let polls = before(trace, event, |one| {
        matches!(one.action, Action::TimerSet { repeats: true, .. })
    });
    runs >= HABIT && (!polls.is_empty() || runs > HABIT)
}

/// Where coins are dug for, when a process or a socket speaks the language of pools.
pub(super) fn mines(event: &Event) -> Option<Option<String>> {
    const PROGRAMS: [&str; 7] = [
        "xmrig", "minerd", "cpuminer", "cgminer", "ethminer", "nbminer", "t-rex",
    ];
    let pool = |text: &str| {
        let at = text.find("stratum+")?;
        let rest = text.get(at..)?.split_once("://")?.1;
        let host: String = rest
            .chars()
            .take_while(|letter| letter.is_ascii_alphanumeric() || matches!(letter, '.' | '-'))
            .collect();
        Some(host)
    };
    match &event.action {
        Action::Spawned { command, line, .. } => {
            let name = command.rsplit(['/', '\\']).next().unwrap_or(command);
            let name = name.to_ascii_lowercase();
            let digs = PROGRAMS.contains(&name.trim_end_matches(".exe"))
                && (line.contains("-o ") || line.contains("--url") || line.contains("-u "));
            match pool(line) {
                Some(host) => Some(Some(host)),
                None if digs || line.contains("--donate-level") => Some(None),
                None => None,
            }
        }
        Action::SocketData { host, data }
            if data.contains("mining.subscribe") || data.contains("mining.authorize") =>
        {
            Some(Some(host.clone()))
        }
        _ => None,
    }
}

/// Whether running it needed a process of its own.
pub(super) fn is_process(origin: Origin) -> bool {
    matches!(origin, Origin::Process | Origin::Shell)
}

/// A write to a forge: a repository, a gist, a release, a workflow's artifact.
pub(super) fn is_forge_write(event: &Event) -> bool {
    let Action::Request {
        method, host, url, ..
    } = &event.action
    else {
        return false;
    };
    matches!(method.as_str(), "POST" | "PUT" | "PATCH")
        && (host.starts_with("api.github.")
            || host.starts_with("gitlab.")
            || host.starts_with("uploads.github."))
        && [
            "/repos",
            "/gists",
            "/user/repos",
            "/contents",
            "/releases",
            "/projects",
        ]
        .iter()
        .any(|part| url.contains(part))
}

/// A request as a registry client publishes.
pub(super) fn is_publish(method: &str, body: &str) -> bool {
    method == "PUT" && (body.contains("_attachments") || body.contains("\"dist-tags\""))
}
