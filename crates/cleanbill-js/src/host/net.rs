//! The network: clients, sockets, resolvers; what goes out and what comes back.
//! Destinations are classed in `hosts`; nothing is ever sent.
use super::{can, sink};
use crate::ir::Name;
use crate::machine::heap::{Kind, Remote, Wire};
use crate::machine::marks::{Place, Source};
use crate::machine::value::{Taint, V, Val};
use crate::machine::{Act, Machine};
use crate::notebook::Capability;

/// Packages whose functions send a request.
const CLIENTS: &[&str] = &[
    "axios",
    "got",
    "request",
    "request-promise",
    "request-promise-native",
    "superagent",
    "undici",
    "needle",
    "ky",
    "phin",
    "bent",
    "wretch",
    "ofetch",
    "centra",
    "node-fetch-cjs",
    "follow-redirects",
    "make-fetch-happen",
    "simple-get",
    "urllib",
    "axios-retry",
    "cloudscraper",
    "snekfetch",
    "teeny-request",
    "gaxios",
    "redaxios",
    "unfetch",
    "whatwg-fetch",
    "form-data",
    "https-proxy-agent",
];

/// Packages with a connection that is written to and listened on.
const SOCKETS: &[&str] = &[
    "ws",
    "socket.io-client",
    "websocket",
    "isomorphic-ws",
    "faye-websocket",
    "reconnecting-websocket",
    "sockjs-client",
];

/// Packages that speak for a messenger.
const MESSENGERS: &[(&str, &str)] = &[
    ("nodemailer", "mail"),
    ("node-telegram-bot-api", "https://api.telegram.org/bot"),
    ("telegraf", "https://api.telegram.org/bot"),
    ("discord.js", "https://discord.com/api/webhooks"),
    ("discord-webhook-node", "https://discord.com/api/webhooks"),
];

/// The mark of what a destination answers.
pub(crate) fn response_mark(m: &mut Machine<'_>, dest: u32, place: Place) -> Taint {
    let Some(d) = m.notes.dests.get(dest as usize) else {
        return Taint::none();
    };
    let drop = d.dead_drop || (d.told && !m.lazy);
    let metadata = d.class == crate::hosts::HostClass::Metadata;
    let note = if d.url.is_empty() {
        "comes over the network".to_owned()
    } else {
        "comes over the network from".to_owned()
    };
    let mut t = m.mark_from(Source::Network, place, note, None, Some(dest));
    if drop {
        t = t.join(&m.mark_from(
            Source::DeadDrop,
            place,
            "read from a place where anyone can leave a value",
            None,
            Some(dest),
        ));
    }
    if metadata {
        t = t.join(&m.mark_from(
            Source::Metadata,
            place,
            "credentials of the cloud machine",
            Some("metadata".to_owned()),
            Some(dest),
        ));
    }
    t
}

/// The detail of what a client of this server wrote into its request.
pub(crate) const REQUEST_HEADERS: &str = "headers of a request";

/// The mark of a request's headers, when `t` is the request a handler was given.
pub(crate) fn request_headers(m: &mut Machine<'_>, a: &Act, t: &Taint, at: u32) -> Taint {
    let request = t.ids().iter().any(|id| {
        m.marks.get(*id as usize).is_some_and(|k| {
            k.source == Source::Caller
                && k.detail.as_deref().is_some_and(|name| {
                    matches!(name, "req" | "request") || super::secrets::says_nothing(name)
                })
        })
    });
    if !request {
        return Taint::none();
    }
    let place = m.place(a, at);
    let detail = Some(REQUEST_HEADERS.to_owned());
    m.mark(
        Source::Network,
        place,
        "written by whoever sends a request",
        detail,
    )
}

fn remote(m: &mut Machine<'_>, a: &Act, dest: u32, wire: Wire, at: u32) -> Val {
    let place = m.place(a, at);
    let t = response_mark(m, dest, place);
    m.obj_val(Kind::Remote(Remote { dest, wire })).with(&t)
}

/// The address in an options object or a URL, and what else of it is sent.
fn address(m: &mut Machine<'_>, a: &mut Act, v: &Val, scheme: &str, at: u32) -> Val {
    let V::Obj(obj) = v.v else { return v.clone() };
    let Some(o) = m.get(obj) else { return v.clone() };
    if matches!(o.kind, Kind::Remote(_)) {
        return v.clone();
    }
    let mut get = |names: &[&str]| -> Option<Val> {
        for name in names {
            let got = m.get_prop(a, v, &Name::from(*name), at);
            if !matches!(got.v, V::Undef) {
                return Some(got);
            }
        }
        None
    };
    if let Some(url) = get(&["url", "uri", "href"]) {
        let base = get(&["baseURL", "baseUrl", "prefixUrl"]);
        return match base {
            Some(base) if m.to_text(&url).is_none_or(|s| !s.as_str().contains("://")) => {
                m.concat(&base, &url)
            }
            _ => url,
        };
    }
    let Some(host) = get(&["hostname", "host", "address"]) else {
        return get(&["baseURL", "baseUrl", "prefixUrl"]).unwrap_or_else(|| Val::tainted(v.t.clone()));
    };
    let path = get(&["path", "pathname"]).unwrap_or_else(|| Val::str("/"));
    let head = m.concat(&Val::str(format!("{scheme}://")), &host);
    let head = if m.to_text(&path).is_some_and(|s| s.as_str().starts_with('/')) {
        head
    } else {
        m.concat(&head, &Val::str("/"))
    };
    m.concat(&head, &path)
}

/// One request: its address, what goes out, what comes back.
fn request(m: &mut Machine<'_>, a: &mut Act, args: &[Val], scheme: &str, at: u32, how: &str) -> (u32, Val) {
    can(m, a, Capability::Network, at);
    let place = m.place(a, at);
    let first = args.first().cloned().unwrap_or_else(Val::undef);
    let mut url = address(m, a, &first, scheme, at);
    // `request(url, options)` and `get(options)` may split the address over both.
    if m.to_text(&url).is_none()
        && let Some(second) = args.get(1)
        && matches!(second.v, V::Obj(_))
        && !m.is_function(second)
    {
        let other = address(m, a, second, scheme, at);
        if m.to_text(&other).is_some() {
            url = other;
        }
    }
    let dest = sink::dest(m, &url, place);
    for arg in args {
        if !m.is_function(arg) {
            sink::send(m, a, dest, arg, at, how);
        }
    }
    let response = remote(m, a, dest, Wire::Response, at);
    (dest, response)
}

fn callbacks(m: &mut Machine<'_>, a: &mut Act, args: &[Val], response: &Val, at: u32, node: bool) {
    for arg in args {
        if m.is_function(arg) {
            let given = if node {
                vec![response.clone()]
            } else {
                vec![Val::unknown(), response.clone(), Val::tainted(response.t.clone())]
            };
            m.call(a, arg, Val::undef(), given, at);
        }
    }
}

pub(crate) fn call(
    m: &mut Machine<'_>,
    a: &mut Act,
    path: &str,
    this: &Val,
    args: &[Val],
    at: u32,
) -> Option<Val> {
    let (head, tail) = path.split_once('.').unwrap_or((path, ""));
    match path {
        "http.request" | "https.request" | "http.get" | "https.get" => {
            let (dest, response) = request(m, a, args, head, at, &format!("`{path}`"));
            callbacks(m, a, args, &response, at, true);
            for arg in args {
                if m.is_function(arg) {
                    m.defer(arg, Val::undef(), vec![response.clone()], at);
                }
            }
            return Some(remote(m, a, dest, Wire::Http, at));
        }
        "http2.connect" => {
            let (dest, _) = request(m, a, args, "https", at, "`http2`");
            return Some(remote(m, a, dest, Wire::Http, at));
        }
        "fetch" | "Bun.fetch" | "globalThis.fetch" => {
            let (_, response) = request(m, a, args, "https", at, "`fetch`");
            return Some(response);
        }
        "navigator.sendBeacon" => {
            request(m, a, args, "https", at, "`sendBeacon`");
            return Some(Val::unknown());
        }
        "net.connect" | "net.createConnection" | "tls.connect" => return Some(connect(m, a, args, at)),
        "dgram.createSocket" => {
            can(m, a, Capability::Network, at);
            let place = m.place(a, at);
            let dest = sink::dest(m, &Val::unknown(), place);
            return Some(remote(m, a, dest, Wire::Socket, at));
        }
        "jQuery.ajax" | "$.ajax" | "$.post" | "$.get" | "jQuery.post" | "jQuery.get" | "$.getJSON"
        | "$.getScript" => {
            let (_, response) = request(m, a, args, "https", at, "`ajax`");
            callbacks(m, a, args, &response, at, false);
            return Some(response);
        }
        _ => {}
    }
    if head == "dns" {
        return Some(super::resolver::dns(m, a, tail, args, at));
    }
    let package = npm_package(path)?;
    if CLIENTS.contains(&package) {
        return Some(client(m, a, path, package, args, at));
    }
    if SOCKETS.contains(&package) {
        let (dest, _) = request(m, a, args, "wss", at, "a web socket");
        return Some(remote(m, a, dest, Wire::WebSocket, at));
    }
    if let Some((_, url)) = MESSENGERS.iter().find(|(p, _)| *p == package) {
        can(m, a, Capability::Network, at);
        let place = m.place(a, at);
        let dest = sink::dest(m, &Val::str(*url), place);
        for arg in args {
            sink::send(m, a, dest, arg, at, &format!("`{package}`"));
        }
        return Some(Val {
            v: this.v.clone(),
            t: this.t.clone(),
        });
    }
    None
}

fn npm_package(path: &str) -> Option<&str> {
    let rest = path.strip_prefix("npm:")?;
    // Names may hold dots: `discord.js`, `socket.io-client`.
    [CLIENTS, SOCKETS]
        .iter()
        .flat_map(|l| l.iter())
        .copied()
        .chain(MESSENGERS.iter().map(|(p, _)| *p))
        .find(|p| rest == *p || rest.strip_prefix(p).is_some_and(|r| r.starts_with('.')))
}

fn client(m: &mut Machine<'_>, a: &mut Act, path: &str, package: &str, args: &[Val], at: u32) -> Val {
    let method = path.rsplit('.').next().unwrap_or_default();
    if matches!(method, "create" | "extend" | "defaults" | "instance" | "new") && package != method {
        // An instance with a base address: remembered where the calls will look.
        let name = format!("npm:{package}");
        return m.host_val(&name);
    }
    if matches!(
        method,
        "isCancel"
            | "isAxiosError"
            | "use"
            | "eject"
            | "CancelToken"
            | "setGlobalDispatcher"
            | "isAxios"
            | "jar"
            | "append"
            | "getHeaders"
    ) {
        let t = args.iter().fold(Taint::none(), |t, v| t.join(&m.shallow(v)));
        return Val::tainted(t);
    }
    let scheme = if path.contains(".http.") { "http" } else { "https" };
    let (dest, response) = request(m, a, args, scheme, at, &format!("`{package}`"));
    callbacks(m, a, args, &response, at, package == "follow-redirects");
    // superagent and needle go on with `.send()`: the value is request and response in one.
    let mut out = remote(m, a, dest, Wire::Http, at);
    out.t = out.t.join(&response.t);
    out
}

fn connect(m: &mut Machine<'_>, a: &mut Act, args: &[Val], at: u32) -> Val {
    can(m, a, Capability::Network, at);
    let place = m.place(a, at);
    let url = match args.first() {
        Some(v) if matches!(v.v, V::Num(_) | V::Unknown) => match args.get(1) {
            Some(host) if !m.is_function(host) => host.clone(),
            _ => Val::str("localhost"),
        },
        Some(v) => {
            let host = m.get_prop(a, v, &Name::from("host"), at);
            if matches!(v.v, V::Obj(_)) { host } else { v.clone() }
        }
        None => Val::unknown(),
    };
    let dest = sink::dest(m, &url, place);
    let socket = remote(m, a, dest, Wire::Socket, at);
    for arg in args {
        if m.is_function(arg) {
            m.call(a, arg, socket.clone(), Vec::new(), at);
            m.defer(arg, socket.clone(), Vec::new(), at);
        }
    }
    socket
}

pub(crate) fn construct(m: &mut Machine<'_>, a: &mut Act, path: &str, args: &[Val], at: u32) -> Option<Val> {
    match path {
        "WebSocket" | "EventSource" => {
            let (dest, _) = request(m, a, args, "wss", at, "a web socket");
            Some(remote(m, a, dest, Wire::WebSocket, at))
        }
        "XMLHttpRequest" => {
            can(m, a, Capability::Network, at);
            Some(m.obj_val(Kind::Xhr))
        }
        "net.Socket" | "tls.TLSSocket" => {
            can(m, a, Capability::Network, at);
            let place = m.place(a, at);
            let dest = sink::dest(m, &Val::unknown(), place);
            Some(remote(m, a, dest, Wire::Socket, at))
        }
        "Request" => Some(args.first().cloned().unwrap_or_else(Val::unknown)),
        "Image" | "Audio" => Some(m.obj_val(Kind::Plain)),
        "dns.Resolver" => Some(m.host_val("dns")),
        _ => {
            let package = npm_package(path)?;
            if SOCKETS.contains(&package) && !path.contains("Server") {
                let (dest, _) = request(m, a, args, "wss", at, "a web socket");
                return Some(remote(m, a, dest, Wire::WebSocket, at));
            }
            if MESSENGERS.iter().any(|(p, _)| *p == package) || CLIENTS.contains(&package) {
                return Some(m.host_val(&format!("npm:{package}")));
            }
            None
        }
    }
}

/// A method of a request, response or socket.
pub(crate) fn remote_method(
    m: &mut Machine<'_>,
    a: &mut Act,
    remote: &Remote,
    recv: &Val,
    name: &Name,
    args: &[Val],
    at: u32,
) -> Option<Val> {
    let place = m.place(a, at);
    match name.as_ref() {
        "write" | "end" | "send" | "query" | "field" | "attach" | "set" | "setHeader" | "emit" | "form"
        | "json" | "body" | "request" | "auth" | "setRequestHeader"
            if !remote.wire.comes_in() =>
        {
            let mut dest = remote.dest;
            // dgram: send(data, …, port, host).
            if name.as_ref() == "send"
                && let Some(host) = args
                    .iter()
                    .skip(1)
                    .find(|v| m.to_text(v).is_some_and(|s| s.as_str().contains('.')))
            {
                let host = host.clone();
                dest = sink::dest(m, &host, place);
            }
            for arg in args {
                if !m.is_function(arg) {
                    sink::send(m, a, dest, arg, at, &format!("`{name}`"));
                }
            }
            for arg in args {
                if m.is_function(arg) {
                    m.call(
                        a,
                        arg,
                        Val::undef(),
                        vec![Val::unknown(), Val::tainted(recv.t.clone())],
                        at,
                    );
                }
            }
            Some(recv.clone())
        }
        "connect" if remote.wire == Wire::Socket => {
            let socket = connect(m, a, args, at);
            if let (V::Obj(me), V::Obj(new)) = (&recv.v, &socket.v) {
                let kind = m.get(*new).map(|o| o.kind.clone());
                if let (Some(kind), Some(o)) = (kind, m.get_mut(*me)) {
                    o.kind = kind;
                    o.rest = Val {
                        v: V::Undef,
                        t: socket.t.clone(),
                    };
                }
            }
            Some(Val {
                v: recv.v.clone(),
                t: recv.t.join(&socket.t),
            })
        }
        "on" | "once" | "addListener" | "addEventListener" => {
            let event = args
                .first()
                .and_then(|v| m.to_text(v))
                .map(|s| s.as_str().to_owned())
                .unwrap_or_default();
            let t = response_mark(m, remote.dest, place);
            let given = match event.as_str() {
                "response" => self::remote(m, a, remote.dest, Wire::Response, at),
                "error" | "close" | "end" | "timeout" | "finish" | "connect" | "open" | "ready" => {
                    Val::unknown()
                }
                _ => Val::tainted(t),
            };
            if let V::Obj(obj) = recv.v
                && let (Some(f), Some(o)) = (args.get(1).cloned(), m.get_mut(obj))
                && o.listeners.len() < 32
            {
                o.listeners.push((Name::from(event.as_str()), f));
            }
            for f in args.iter().skip(1) {
                if m.is_function(f) {
                    m.call(a, f, recv.clone(), vec![given.clone()], at);
                }
            }
            Some(recv.clone())
        }
        "then" | "catch" | "finally" => {
            let response = if remote.wire == Wire::Http {
                self::remote(m, a, remote.dest, Wire::Response, at)
            } else {
                recv.clone()
            };
            let f = args.first()?;
            if name.as_ref() == "then" && (m.is_function(f) || matches!(f.v, V::Host(_))) {
                let out = m.call(a, f, Val::undef(), vec![response], at);
                for other in args.iter().skip(1) {
                    if m.is_function(other) {
                        m.call(a, other, Val::undef(), vec![Val::unknown()], at);
                    }
                }
                return Some(m.settled(&out));
            }
            if m.is_function(f) {
                m.call(a, f, Val::undef(), vec![Val::unknown()], at);
            }
            Some(recv.clone())
        }
        "pipe" | "pipeTo" | "pipeThrough" => {
            let to = args.first()?.clone();
            super::process::wire(m, a, recv, &to, at);
            let t = response_mark(m, remote.dest, place);
            m.call_method(a, &to, &Name::from("write"), vec![Val::tainted(t.clone())], at);
            Some(to.with(&t))
        }
        "setEncoding" | "resume" | "pause" | "ref" | "unref" | "setTimeout" | "setNoDelay"
        | "setKeepAlive" | "clone" => Some(recv.clone()),
        "get" if remote.wire == Wire::Headers => {
            let name = args.first().and_then(|v| m.to_text(v));
            let wire = match name {
                Some(name) if name.as_str().eq_ignore_ascii_case("location") => Wire::Redirect,
                _ => return Some(Val::tainted(recv.t.clone())),
            };
            let dest = remote.dest;
            Some(m.obj_val(Kind::Remote(Remote { dest, wire })).with(&recv.t))
        }
        _ => {
            // Reading the answer: text(), json(), arrayBuffer(), data, headers.get().
            for arg in args {
                if m.is_function(arg) {
                    let given = Val::tainted(recv.t.clone());
                    m.call(a, arg, Val::undef(), vec![given.clone(), given], at);
                }
            }
            Some(Val::tainted(recv.t.clone()))
        }
    }
}
