//! What the gate tells of itself: whether it lives, whether it is ready, its counters, its standing; and
//! the probe by which a client is shown to go through it.
use std::net::SocketAddr;

use axum::{
    body::Body,
    http::{HeaderValue, Response, StatusCode, header},
};
use cleanbill_model::PackageName;
use cleanbill_ports::{FeedState, Role, Token};
use serde_json::json;

use crate::{failures, names::Asked, probe, problem, server::Gate};

/// What anyone may ask: machines that watch over this one have no token.
pub(super) async fn open(gate: &Gate, route: &str) -> Option<Response<Body>> {
    match route {
        "health" => Some(problem::json_ok("{\"status\":\"alive\"}")),
        "ready" => Some(ready(gate).await),
        _ => None,
    }
}

/// Ready is who can decide and keep: the store answers.
async fn ready(gate: &Gate) -> Response<Body> {
    if let Some(books) = &gate.books
        && let Err(error) = books.ask(|store| store.check()).await
    {
        tracing::warn!(target: "cleanbill", reason = %error, "not ready");
        return problem::plain(
            StatusCode::SERVICE_UNAVAILABLE,
            "the gate's store does not answer",
        );
    }
    problem::json_ok("{\"status\":\"ready\"}")
}

/// What administrators may ask, and where no token is needed this machine alone.
pub(super) async fn guarded(
    gate: &Gate,
    route: &str,
    client: SocketAddr,
    token: Option<&Token>,
) -> Response<Body> {
    let may = match token {
        Some(token) => token.role == Role::Admin,
        None => !gate.settings.tokens_required && client.ip().is_loopback(),
    };
    if !may {
        return problem::plain(
            StatusCode::FORBIDDEN,
            "only an administrator's token, or this machine itself, may ask for this",
        );
    }
    match route {
        "metrics" => {
            let mut response = Response::new(Body::from(gate.metrics.render(&gate.settings.counters)));
            response.headers_mut().insert(
                header::CONTENT_TYPE,
                HeaderValue::from_static("text/plain; version=0.0.4; charset=utf-8"),
            );
            response
        }
        "status" => status(gate).await,
        _ => problem::plain(StatusCode::NOT_FOUND, "the gate tells nothing by this name"),
    }
}

async fn status(gate: &Gate) -> Response<Body> {
    let now = gate.settings.clock.now();
    let enforcer = gate.enforcer();
    let feeds: Vec<_> = enforcer
        .ports
        .advisories
        .status(now)
        .into_iter()
        .map(|feed| {
            json!({
                "name": feed.name,
                "fresh": feed.state == FeedState::Fresh,
                "synced": feed.synced.map(|moment| moment.to_string()),
                "malicious": feed.malicious,
            })
        })
        .collect();
    let failures: Vec<_> = failures::rules(&enforcer.policy, gate.settings.unlogged)
        .into_iter()
        .map(|rule| json!({ "what": rule.what, "open": rule.open, "then": rule.then }))
        .collect();
    let store = match &gate.books {
        Some(books) => Some(json!({
            "place": books.store().place(),
            "answers": books.ask(|store| store.check()).await.is_ok(),
        })),
        None => None,
    };
    problem::json_ok(
        &json!({
            "schema": "cleanbill.gate-status/v1",
            "address": &*gate.address,
            "started": gate.started.to_string(),
            "generation": gate.generation(),
            "documents": gate.answers.entry_count(),
            "store": store,
            "feeds": feeds,
            "failures": failures,
        })
        .to_string(),
    )
}

pub(super) fn probe(gate: &Gate, asked: &Asked, name: &PackageName) -> Response<Body> {
    match asked {
        Asked::Packument(_) => probe::document(name, &gate.address),
        Asked::Tarball(_, file) if *file == format!("{}-{}.tgz", name.bare(), probe::VERSION) => {
            probe::file(name)
        }
        _ => problem::plain(StatusCode::NOT_FOUND, "the probe has nothing by this name"),
    }
}
