//! What is not ours to filter passes to upstream: login, publish, tags, search, audit, keys, attestations,
//! token exchange, and routes of tomorrow. Names of one's own are taken out of what a public upstream hears.
use std::io::Read as _;

use axum::{
    body::{Body, to_bytes},
    extract::Request,
    http::{HeaderMap, HeaderName, Response, StatusCode, header},
};
use cleanbill_model::PackageName;
use serde_json::{Map, Value};

use crate::{problem, server::Gate, tokens};

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
/// Routes whose body is a map from package names.
const AUDIT_ROUTES: [&str; 2] = [
    "/-/npm/v1/security/advisories/bulk",
    "/-/npm/v1/security/audits/quick",
];

/// Passes a request on and streams the answer back.
pub async fn on(gate: &Gate, name: Option<&PackageName>, request: Request) -> Response<Body> {
    let Some(base) = (gate.settings.pass_to)(name) else {
        return problem::plain(StatusCode::NOT_FOUND, "no upstream is set for this");
    };
    let (parts, body) = request.into_parts();
    let path = parts.uri.path_and_query().map_or("/", |path| path.as_str());
    let url = format!("{}{path}", base.expose().trim_end_matches('/'));
    let mut outgoing = gate.client.request(parts.method.clone(), &url).headers(passed(
        &parts.headers,
        tokens::secret_of(&parts.headers).is_some(),
    ));
    if AUDIT_ROUTES.contains(&parts.uri.path()) {
        let Ok(bytes) = to_bytes(body, MAX_AUDIT_BYTES).await else {
            return problem::plain(StatusCode::PAYLOAD_TOO_LARGE, "the audit request is too large");
        };
        let Some(cleaned) = without_internal(gate, &parts.headers, &bytes) else {
            return problem::plain(StatusCode::BAD_REQUEST, "the audit request cannot be read");
        };
        outgoing = outgoing
            .header(header::CONTENT_TYPE, "application/json")
            .body(cleaned);
    } else {
        outgoing = outgoing.body(reqwest::Body::wrap_stream(body.into_data_stream()));
    }
    match outgoing.send().await {
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
    let internal = |text: &str| PackageName::parse(text).is_ok_and(|name| (gate.settings.internal)(&name));
    document.retain(|key, _| !internal(key));
    for key in ["requires", "dependencies"] {
        if let Some(Value::Object(map)) = document.get_mut(key) {
            map.retain(|name, _| !internal(name));
        }
    }
    serde_json::to_vec(&document).ok()
}
