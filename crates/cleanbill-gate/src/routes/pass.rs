//! What is not ours to filter passes to upstream: login, publish, tags, search, audit, keys, attestations,
//! token exchange, and routes of tomorrow. Names of one's own are taken out of what a public upstream hears.
use std::io::Read as _;

use axum::{
    body::{Body, to_bytes},
    extract::Request,
    http::{HeaderMap, HeaderName, HeaderValue, Method, Response, StatusCode, header},
};
use cleanbill_model::{PackageName, SafeUrl};
use serde_json::{Map, Value};
use tracing::Instrument as _;

use crate::{SPANS, problem, server::Gate, tokens};

/// Largest body read to take names out of it, before and after decompression; audits of huge trees are a
/// few megabytes.
const MAX_AUDIT_BYTES: usize = 32 * 1024 * 1024;
/// Headers that belong to one connection, or that would tell upstream of ours.
const NOT_PASSED: [HeaderName; 9] = [
    header::HOST,
    header::CONNECTION,
    header::TRANSFER_ENCODING,
    header::UPGRADE,
    header::TE,
    header::TRAILER,
    header::PROXY_AUTHORIZATION,
    header::PROXY_AUTHENTICATE,
    header::CONTENT_LENGTH,
];
/// Routes whose body tells what a project depends on: bulk, quick and whole audits, and those to come.
const AUDIT_ROUTES: &str = "/-/npm/v1/security/";
/// Deepest tree of an audit that is looked through; lockfiles of the first kind nest a dozen deep.
const MAX_DEPTH: usize = 100;

/// Passes a request on and streams the answer back.
pub async fn on(gate: &Gate, name: Option<&PackageName>, request: Request) -> Response<Body> {
    let Some(base) = (gate.settings.pass_to)(name) else {
        return problem::plain(StatusCode::NOT_FOUND, "no upstream is set for this");
    };
    let (parts, body) = request.into_parts();
    let path = parts.uri.path_and_query().map_or("/", |path| path.as_str());
    let url = format!("{}{path}", base.expose().trim_end_matches('/'));
    let client = match &gate.settings.client_for {
        Some(client_for) => client_for(&url),
        None => Some(gate.client.clone()),
    };
    let Some(client) = client else {
        return problem::plain(StatusCode::BAD_GATEWAY, "upstream cannot be spoken to");
    };
    let ours = tokens::secret_of(&parts.headers).is_some();
    let mut headers = passed(&parts.headers, ours);
    let body = if parts.uri.path().starts_with(AUDIT_ROUTES) && parts.method == Method::POST {
        let Ok(bytes) = to_bytes(body, MAX_AUDIT_BYTES).await else {
            return problem::plain(StatusCode::PAYLOAD_TOO_LARGE, "the audit request is too large");
        };
        let Some(cleaned) = without_internal(gate, &parts.headers, &bytes) else {
            return problem::plain(StatusCode::BAD_REQUEST, "the audit request cannot be read");
        };
        // What is sent on is plain.
        headers.remove(header::CONTENT_ENCODING);
        headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/json"));
        reqwest::Body::from(cleaned)
    } else {
        reqwest::Body::wrap_stream(body.into_data_stream())
    };
    let outgoing = client.request(parts.method, &url).headers(headers).body(body);
    let span = tracing::info_span!(target: SPANS, "pass", otel.kind = "client");
    match outgoing.send().instrument(span).await {
        Ok(answer) => {
            let mut response = Response::new(Body::empty());
            *response.status_mut() = answer.status();
            *response.headers_mut() = passed(answer.headers(), false);
            *response.body_mut() = Body::from_stream(answer.bytes_stream());
            response
        }
        Err(error) => {
            tracing::warn!(target: "cleanbill", reason = %error.without_url(), "upstream did not answer");
            problem::plain(StatusCode::BAD_GATEWAY, "upstream did not answer")
        }
    }
}

/// Headers without those of the connection; `ours` takes out a token that is this gate's alone.
fn passed(headers: &HeaderMap, ours: bool) -> HeaderMap {
    let mut passed = headers.clone();
    if ours {
        passed.remove(header::AUTHORIZATION);
    }
    for name in &NOT_PASSED {
        passed.remove(name);
    }
    passed
}

/// The body without packages of one's own, as plain JSON; `None` when it is none.
fn without_internal(gate: &Gate, headers: &HeaderMap, bytes: &[u8]) -> Option<Vec<u8>> {
    let zipped = headers
        .get(header::CONTENT_ENCODING)
        .is_some_and(|coding| coding == "gzip");
    let plain = if zipped {
        let mut plain = Vec::new();
        let limit = u64::try_from(MAX_AUDIT_BYTES).ok()?;
        flate2::read::GzDecoder::new(bytes)
            .take(limit)
            .read_to_end(&mut plain)
            .ok()?;
        plain
    } else {
        bytes.to_vec()
    };
    let mut document: Map<String, Value> = serde_json::from_slice(&plain).ok()?;
    let asked = (gate.settings.pass_to)(None);
    let internal = |text: &str| {
        PackageName::parse(text).is_ok_and(|name| {
            // A name that another registry answers for is none of this one's business.
            let theirs = (gate.settings.pass_to)(Some(&name));
            let elsewhere = theirs.as_ref().map(SafeUrl::expose) != asked.as_ref().map(SafeUrl::expose);
            elsewhere || (gate.settings.internal)(&name)
        })
    };
    document.retain(|key, value| !(internal(key) || key == "name" && value.as_str().is_some_and(internal)));
    strip(&mut document, &internal, MAX_DEPTH)?;
    serde_json::to_vec(&document).ok()
}

/// Takes names out of a tree of `requires` and `dependencies`; `None` where it is deeper than any.
fn strip(node: &mut Map<String, Value>, internal: &dyn Fn(&str) -> bool, depth: usize) -> Option<()> {
    if let Some(Value::Object(requires)) = node.get_mut("requires") {
        requires.retain(|name, _| !internal(name));
    }
    if let Some(Value::Object(dependencies)) = node.get_mut("dependencies") {
        dependencies.retain(|name, _| !internal(name));
        for child in dependencies.values_mut() {
            if let Value::Object(child) = child {
                strip(child, internal, depth.checked_sub(1)?)?;
            }
        }
    }
    Some(())
}
