//! The registry's routes: documents, versions, tags, tarballs, ping.
//! It answers honestly and leaves misbehaving to [`super::behaviour`].
use std::{
    net::TcpListener,
    sync::{Arc, PoisonError},
};

use axum::{
    Router,
    body::{Body, Bytes, to_bytes},
    extract,
    http::{HeaderMap, Method, Request, Response, header},
};
use cleanbill_model::PackageName;
use serde_json::Value;
use tokio::sync::oneshot;
use tokio_rustls::TlsAcceptor;

use super::{
    Validators,
    behaviour::{Plain, failure, misbehave},
    state::{Logged, State, entity_tag},
    tls::TlsListener,
};
use crate::replay::Form;

/// The moment every `Last-Modified` says.
const LAST_MODIFIED: &str = "Mon, 01 Jun 2026 00:00:00 GMT";

/// Largest body that is kept; tests publish packages of a few files.
const MAX_BODY: usize = 8 * 1024 * 1024;

/// Serves until `stopped` fires or its sender is gone.
pub(super) async fn run(
    listener: TcpListener,
    acceptor: Option<TlsAcceptor>,
    state: Arc<State>,
    stopped: oneshot::Receiver<()>,
) {
    let Ok(listener) = tokio::net::TcpListener::from_std(listener) else {
        return;
    };
    let router = Router::new().fallback(answer).with_state(state);
    let serving = async {
        match acceptor {
            Some(acceptor) => axum::serve(TlsListener { listener, acceptor }, router).await,
            None => axum::serve(listener, router).await,
        }
    };
    tokio::select! {
        _ = serving => {}
        _ = stopped => {}
    }
}

async fn answer(extract::State(state): extract::State<Arc<State>>, request: Request<Body>) -> Response<Body> {
    let (parts, body) = request.into_parts();
    // One that is longer or breaks off is as good as none.
    let body = to_bytes(body, MAX_BODY).await.unwrap_or_default();
    let request = Request::from_parts(parts, ());
    let raw_path = request.uri().path().to_owned();
    let path = percent_encoding::percent_decode_str(&raw_path)
        .decode_utf8_lossy()
        .into_owned();
    let headers: Vec<(String, String)> = request
        .headers()
        .iter()
        .map(|(name, value)| {
            (
                name.as_str().to_owned(),
                String::from_utf8_lossy(value.as_bytes()).into_owned(),
            )
        })
        .collect();
    let logged = Logged {
        method: request.method().to_string(),
        version: format!("{:?}", request.version()),
        raw_path,
        path: path.clone(),
        headers,
        body: body.into(),
    };
    state
        .log
        .lock()
        .unwrap_or_else(PoisonError::into_inner)
        .push(logged);
    let (behaviour, refused) = {
        let mut orders = state.orders.lock().unwrap_or_else(PoisonError::into_inner);
        let sent = request
            .headers()
            .get(header::AUTHORIZATION)
            .and_then(|value| value.to_str().ok());
        (
            orders.take(&path),
            orders
                .authorization
                .as_deref()
                .is_some_and(|wanted| sent != Some(wanted)),
        )
    };
    let mut headers = request.headers().clone();
    if !behaviour.takes_packed() {
        headers.remove(header::ACCEPT_ENCODING);
    }
    let honest = if refused {
        failure(401)
    } else if matches!(*request.method(), Method::PUT | Method::DELETE) {
        // What is written is taken, and read in the log.
        Plain::new(201, "application/json", "{\"ok\":true,\"success\":true}")
    } else {
        honest_answer(&state, &path, &headers)
    };
    state.enter();
    let response = misbehave(honest, behaviour).await;
    state.leave();
    response
}

fn honest_answer(state: &State, path: &str, headers: &HeaderMap) -> Plain {
    if path == "/-/ping" {
        return Plain::new(200, "application/json", "{}");
    }
    if let Some(name) = path
        .strip_prefix("/-/package/")
        .and_then(|rest| rest.strip_suffix("/dist-tags"))
    {
        return PackageName::parse(name)
            .ok()
            .and_then(|name| field_of(state, &name, |document| document.get("dist-tags").cloned()))
            .unwrap_or_else(|| failure(404));
    }
    let Some((name, rest)) = split(path) else {
        return failure(404);
    };
    match rest {
        None => document(state, &name, headers),
        Some(rest) => match rest.strip_prefix("-/") {
            Some(file) => tarball(state, &name, file, headers),
            None => version(state, &name, rest),
        },
    }
}

/// The package's name and what follows it; a leading `@` decides how many steps the name has.
fn split(path: &str) -> Option<(PackageName, Option<&str>)> {
    let path = path.strip_prefix('/')?;
    let slashes: Vec<usize> = path.match_indices('/').map(|(at, _)| at).collect();
    let end = slashes.get(usize::from(path.starts_with('@'))).copied();
    let (name, rest) = match end {
        Some(end) => (path.get(..end)?, path.get(end + 1..)),
        None => (path, None),
    };
    Some((PackageName::parse(name).ok()?, rest))
}

fn document(state: &State, name: &PackageName, headers: &HeaderMap) -> Plain {
    let form = if wants_abbreviated(headers) {
        Form::Abbreviated
    } else {
        Form::Full
    };
    let Some(rendered) = state.document(name, form) else {
        return failure(404);
    };
    if let Some(unchanged) = unchanged(state, &rendered.tag, headers) {
        return unchanged;
    }
    let packs = headers
        .get(header::ACCEPT_ENCODING)
        .and_then(|value| value.to_str().ok());
    let plain = if packs.is_some_and(|value| value.contains("gzip")) {
        Plain::new(200, form.content_type(), rendered.packed.clone()).with("content-encoding", "gzip")
    } else {
        Plain::new(200, form.content_type(), rendered.plain.clone())
    };
    validated(state, plain, &rendered.tag).with("vary", "Accept, Accept-Encoding")
}

fn tarball(state: &State, name: &PackageName, file: &str, headers: &HeaderMap) -> Plain {
    let Some(bytes) = state.tarball(name, file) else {
        return failure(404);
    };
    let tag = entity_tag(&bytes);
    if let Some(unchanged) = unchanged(state, &tag, headers) {
        return unchanged;
    }
    validated(
        state,
        Plain::new(200, "application/octet-stream", Bytes::copy_from_slice(&bytes)),
        &tag,
    )
}

fn version(state: &State, name: &PackageName, asked: &str) -> Plain {
    let found = field_of(state, name, |document| {
        let tagged = document
            .get("dist-tags")
            .and_then(|tags| tags.get(asked))
            .and_then(Value::as_str);
        document
            .get("versions")
            .and_then(|versions| versions.get(tagged.unwrap_or(asked)))
            .cloned()
    });
    found.unwrap_or_else(|| failure(404))
}

fn field_of(state: &State, name: &PackageName, pick: impl Fn(&Value) -> Option<Value>) -> Option<Plain> {
    let rendered = state.document(name, Form::Full)?;
    let document: Value = serde_json::from_slice(&rendered.plain).ok()?;
    Some(Plain::new(200, "application/json", pick(&document)?.to_string()))
}

fn validated(state: &State, plain: Plain, tag: &str) -> Plain {
    match state.chosen_validators() {
        Validators::EntityTag => plain.with("etag", tag),
        Validators::LastModified => plain.with("last-modified", LAST_MODIFIED),
        Validators::None => plain,
    }
}

/// A 304, where the request's own validators allow one.
fn unchanged(state: &State, tag: &str, headers: &HeaderMap) -> Option<Plain> {
    let text = |name| headers.get(name).and_then(|value| value.to_str().ok());
    let same = match state.chosen_validators() {
        Validators::EntityTag => text(header::IF_NONE_MATCH) == Some(tag),
        Validators::LastModified => text(header::IF_MODIFIED_SINCE) == Some(LAST_MODIFIED),
        Validators::None => false,
    };
    same.then(|| {
        validated(
            state,
            Plain {
                status: 304,
                headers: Vec::new(),
                body: Bytes::new(),
            },
            tag,
        )
    })
}

/// True when the abbreviated document is asked for and weighs more than the full one.
fn wants_abbreviated(headers: &HeaderMap) -> bool {
    let accept = headers
        .get(header::ACCEPT)
        .and_then(|value| value.to_str().ok())
        .unwrap_or_default();
    let weight = |wanted: &str| {
        accept
            .split(',')
            .filter_map(|part| {
                let mut pieces = part.split(';').map(str::trim);
                let kind = pieces.next()?;
                let weight = pieces.find_map(|piece| piece.strip_prefix("q=")?.parse::<f32>().ok());
                (kind == wanted).then(|| weight.unwrap_or(1.0))
            })
            .fold(0.0, f32::max)
    };
    let abbreviated = weight(Form::Abbreviated.content_type());
    abbreviated > 0.0 && abbreviated >= weight(Form::Full.content_type())
}
