//! The routes, by what is asked. A handler reads the request, asks the gate, answers.

mod own;
mod packument;
mod pass;
mod tarball;

use std::{net::SocketAddr, sync::Arc};

use axum::{
    body::Body,
    extract::{ConnectInfo, Request, State},
    http::{HeaderMap, HeaderValue, Method, Response, StatusCode, header},
};
use cleanbill_model::PackageName;
use cleanbill_ports::Token;
use tokio::time::Instant;
use tracing::{Instrument as _, Span, field::Empty};

use crate::{
    SPANS,
    metrics::{Count, KINDS},
    names::{Asked, asked, subject},
    probe, problem,
    server::Gate,
    tokens::{may_fetch, secret_of},
};

/// Where the gate tells of itself.
const OWN: &str = "/-/cleanbill/";

/// Every request.
pub async fn route(
    State(gate): State<Gate>,
    ConnectInfo(client): ConnectInfo<SocketAddr>,
    request: Request,
) -> Response<Body> {
    let started = Instant::now();
    let span = span_of(&request);
    let (kind, response) = answer(&gate, client, request).instrument(span.clone()).await;
    if !span.is_disabled() {
        span.record("http.response.status_code", response.status().as_u16());
        span.record("cleanbill.kind", KINDS.get(kind).copied());
    }
    let micros = u64::try_from(started.elapsed().as_micros()).unwrap_or(u64::MAX);
    gate.metrics.request(kind, response.status().as_u16(), micros);
    response
}

/// The span of a request; it continues the trace of a client that is in one.
fn span_of(request: &Request) -> Span {
    let traceparent = request.headers().get("traceparent");
    tracing::info_span!(
        target: SPANS,
        "request",
        otel.kind = "server",
        traceparent = traceparent.and_then(|value| value.to_str().ok()),
        http.request.method = request.method().as_str(),
        url.path = request.uri().path(),
        http.response.status_code = Empty,
        cleanbill.kind = Empty,
    )
}

/// Kinds of [`crate::metrics::KINDS`].
const DOCUMENT: usize = 0;
const TARBALL: usize = 1;
const PASSED: usize = 2;
const OWN_KIND: usize = 3;
const NOTHING: usize = 4;

async fn answer(gate: &Gate, client: SocketAddr, request: Request) -> (usize, Response<Body>) {
    let path = request.uri().path();
    if let Some(open) = path.strip_prefix(OWN)
        && let Some(response) = own::open(gate, open).await
    {
        return (OWN_KIND, response);
    }
    let token = match admitted(gate, request.headers()).await {
        Ok(token) => token,
        Err(response) => return (NOTHING, response),
    };
    let who = match &token {
        Some(token) => format!("{} {}", client.ip(), token.id),
        None => client.ip().to_string(),
    };
    if let Some(limiter) = &gate.limiter
        && let Err(wait) = limiter.take(&who, Instant::now())
    {
        gate.metrics.count(Count::Limited);
        return (NOTHING, too_many(wait.as_secs().saturating_add(1)));
    }
    if let Some(rest) = path.strip_prefix(OWN) {
        return (OWN_KIND, own::guarded(gate, rest, client, token.as_deref()).await);
    }
    let read_only = matches!(*request.method(), Method::GET | Method::HEAD);
    let asked = asked(path);
    let route = subject(path);
    if let Some(name) = named(&asked).or(route.as_ref()) {
        if let Some(token) = token.as_deref().filter(|token| !may_fetch(token, name)) {
            let sentence = format!("the token `{}` may not fetch {name}", token.id);
            return (NOTHING, problem::plain(StatusCode::FORBIDDEN, &sentence));
        }
        if probe::is_probe(name) && read_only {
            return (OWN_KIND, own::probe(gate, &asked, name));
        }
    }
    match asked {
        Asked::Packument(name) if read_only => (
            DOCUMENT,
            packument::document(gate, &name, request.headers()).await,
        ),
        Asked::Single(name, wanted) if read_only => (DOCUMENT, packument::single(gate, &name, &wanted).await),
        Asked::DistTags(name) if read_only => (DOCUMENT, packument::dist_tags(gate, &name).await),
        Asked::Tarball(name, file) if read_only => {
            (TARBALL, tarball::tarball(gate, &name, &file, &who).await)
        }
        Asked::Packument(name) | Asked::Single(name, _) | Asked::DistTags(name) | Asked::Tarball(name, _) => {
            (PASSED, pass::on(gate, Some(&name), request).await)
        }
        Asked::Registry if path == "/-/ping" => (OWN_KIND, problem::json_ok("{}")),
        Asked::Registry => (PASSED, pass::on(gate, route.as_ref(), request).await),
        Asked::Nothing => (
            NOTHING,
            problem::plain(
                StatusCode::NOT_FOUND,
                "no package, tarball or registry route by this path",
            ),
        ),
    }
}

fn named(asked: &Asked) -> Option<&PackageName> {
    match asked {
        Asked::Packument(name) | Asked::Single(name, _) | Asked::Tarball(name, _) | Asked::DistTags(name) => {
            Some(name)
        }
        Asked::Registry | Asked::Nothing => None,
    }
}

/// The token of a request, where it brings one of ours; an answer where it needs one and has none.
async fn admitted(gate: &Gate, headers: &HeaderMap) -> Result<Option<Arc<Token>>, Response<Body>> {
    let found = match (&gate.books, secret_of(headers)) {
        (Some(books), Some(secret)) => {
            let found = gate.tokens.find(books, &secret, gate.settings.clock.now()).await;
            found.map_err(|_| {
                let sentence = "the gate cannot read its tokens now";
                problem::plain(StatusCode::SERVICE_UNAVAILABLE, sentence)
            })?
        }
        _ => None,
    };
    if found.is_some() || !gate.settings.tokens_required {
        return Ok(found);
    }
    gate.metrics.count(Count::Unauthorised);
    let mut response = problem::plain(
        StatusCode::UNAUTHORIZED,
        "this gate wants a token of its own; whoever runs it makes one with `cleanbill gate token add`",
    );
    response
        .headers_mut()
        .insert(header::WWW_AUTHENTICATE, HeaderValue::from_static("Bearer"));
    Err(response)
}

fn too_many(seconds: u64) -> Response<Body> {
    let mut response = problem::plain(
        StatusCode::TOO_MANY_REQUESTS,
        "this client asks more often than this gate allows",
    );
    if let Ok(value) = HeaderValue::from_str(&seconds.to_string()) {
        response.headers_mut().insert(header::RETRY_AFTER, value);
    }
    response
}
