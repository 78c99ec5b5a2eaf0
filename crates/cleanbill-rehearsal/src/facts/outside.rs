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
const NAMED_BY_US: [&str; 3] = ["service.example", "wallet-api.example", "shop.example"];

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
    let mut found: Vec<&Event> = found.into_iter().skip(skip).collect();
    // The last question asked stands last, so that the fact is filed under its host.
    found.sort_by_key(|one| (host(one).is_some(), one.at));
    found
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
