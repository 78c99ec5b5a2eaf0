//! Documents: both forms, one version, the tags; all from one snapshot.
use std::sync::Arc;

use axum::{
    body::Body,
    http::{HeaderMap, HeaderValue, Response, StatusCode, header},
};
use bytes::Bytes;
use cleanbill_model::{PackageName, Version};
use serde_json::{Map, Value};

use crate::{
    enforce::LockedUse,
    making::MakeError,
    problem,
    rewrite::Form,
    server::Gate,
    snapshot::{Snapshot, status_of},
};

/// The media type of the abbreviated form.
const ABBREVIATED: &str = "application/vnd.npm.install-v1+json";

/// The document, in the form the client prefers.
pub async fn document(gate: &Gate, name: &PackageName, headers: &HeaderMap) -> Response<Body> {
    let snapshot = match gate.snapshot(name).await {
        Ok(snapshot) => snapshot,
        Err(error) => return unavailable(&error),
    };
    // One that still holds its restrictions tells npm why; nothing at all tells nobody.
    if snapshot.remaining == 0
        && let Some(held) = snapshot.held.versions.values().next_back()
    {
        return problem::nothing_left(name, snapshot.held.versions.len(), &held.sentence);
    }
    represent(&snapshot, headers)
}

fn represent(snapshot: &Snapshot, headers: &HeaderMap) -> Response<Body> {
    let form = preferred(headers);
    let representation = match form {
        Form::Full => &snapshot.full,
        Form::Abbreviated => &snapshot.abbreviated,
    };
    let zipped = accepts_gzip(headers) && !representation.gzip.is_empty();
    let unchanged = headers.get_all(header::IF_NONE_MATCH).iter().any(|value| {
        value.to_str().is_ok_and(|text| {
            text.split(',')
                .any(|tag| tag.trim().trim_start_matches("W/") == representation.etag)
        })
    });
    let body: Bytes = match (unchanged, zipped) {
        (true, _) => Bytes::new(),
        (false, true) => representation.gzip.clone(),
        (false, false) => representation.plain.clone(),
    };
    let mut response = Response::new(Body::from(body));
    if unchanged {
        *response.status_mut() = StatusCode::NOT_MODIFIED;
    }
    let out = response.headers_mut();
    let kind = match form {
        Form::Full => "application/json",
        Form::Abbreviated => ABBREVIATED,
    };
    out.insert(header::CONTENT_TYPE, HeaderValue::from_static(kind));
    if zipped && !unchanged {
        out.insert(header::CONTENT_ENCODING, HeaderValue::from_static("gzip"));
    }
    if let Ok(etag) = HeaderValue::from_str(&representation.etag) {
        out.insert(header::ETAG, etag);
    }
    out.insert(
        header::CACHE_CONTROL,
        HeaderValue::from_static("private, no-cache"),
    );
    out.insert(header::VARY, HeaderValue::from_static("Accept, Accept-Encoding"));
    let held = snapshot.held.versions.len();
    if held > 0
        && let Ok(count) = HeaderValue::from_str(&held.to_string())
    {
        out.insert("x-cleanbill-held", count);
    }
    response
}

/// The form with the higher quality value; the full one where nothing or anything is asked for.
fn preferred(headers: &HeaderMap) -> Form {
    let mut best: (f32, Form) = (0.0, Form::Full);
    for value in headers
        .get_all(header::ACCEPT)
        .iter()
        .filter_map(|value| value.to_str().ok())
        .flat_map(|text| text.split(','))
    {
        let mut parts = value.split(';').map(str::trim);
        let form = match parts.next() {
            Some(ABBREVIATED) => Form::Abbreviated,
            Some("application/json" | "*/*" | "application/*") => Form::Full,
            _ => continue,
        };
        let quality = parts
            .find_map(|part| part.strip_prefix("q="))
            .and_then(|q| q.trim().parse::<f32>().ok())
            .unwrap_or(1.0);
        if quality > best.0 {
            best = (quality, form);
        }
    }
    best.1
}

fn accepts_gzip(headers: &HeaderMap) -> bool {
    headers
        .get_all(header::ACCEPT_ENCODING)
        .iter()
        .filter_map(|value| value.to_str().ok())
        .flat_map(|text| text.split(','))
        .any(|coding| {
            let mut parts = coding.split(';').map(str::trim);
            let named = matches!(parts.next(), Some("gzip" | "*"));
            named && !parts.any(|part| matches!(part, "q=0" | "q=0.0"))
        })
}

/// One version or tag, exactly as the document has it.
pub async fn single(gate: &Gate, name: &PackageName, wanted: &str) -> Response<Body> {
    let snapshot = match gate.snapshot(name).await {
        Ok(snapshot) => snapshot,
        Err(error) => return unavailable(&error),
    };
    if let Some((version, held)) = Version::parse(wanted)
        .ok()
        .and_then(|version| snapshot.held.versions.get_key_value(&version))
        .filter(|(_, held)| held.locked == LockedUse::No)
    {
        return problem::refusal(
            &format!("{name}@{version}"),
            held.verdict,
            &held.sentence,
            held.until,
        );
    }
    let Some(document) = parsed(&snapshot) else {
        return problem::plain(StatusCode::BAD_GATEWAY, "the registry's document cannot be read");
    };
    let tagged = document
        .get("dist-tags")
        .and_then(|tags| tags.get(wanted))
        .and_then(Value::as_str)
        .unwrap_or(wanted);
    match document.get("versions").and_then(|versions| versions.get(tagged)) {
        Some(manifest) => problem::json_ok(&manifest.to_string()),
        None => problem::plain(
            StatusCode::NOT_FOUND,
            &format!("{name} has no version or tag {wanted}"),
        ),
    }
}

/// The tags, exactly as the document has them.
pub async fn dist_tags(gate: &Gate, name: &PackageName) -> Response<Body> {
    match gate.snapshot(name).await {
        Ok(snapshot) => match parsed(&snapshot).and_then(|document| document.get("dist-tags").cloned()) {
            Some(tags) => problem::json_ok(&tags.to_string()),
            None => problem::json_ok("{}"),
        },
        Err(error) => unavailable(&error),
    }
}

fn parsed(snapshot: &Arc<Snapshot>) -> Option<Map<String, Value>> {
    serde_json::from_slice(&snapshot.full.plain).ok()
}

/// Upstream's own answer, kept apart from policy.
pub fn unavailable(error: &Arc<MakeError>) -> Response<Body> {
    match &**error {
        MakeError::Fetch(error) => problem::plain(status_of(error), &error.to_string()),
        MakeError::Store(_) => problem::plain(StatusCode::SERVICE_UNAVAILABLE, &error.to_string()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn form(accept: &[&str]) -> Form {
        let mut headers = HeaderMap::new();
        for value in accept {
            headers.append(header::ACCEPT, HeaderValue::from_str(value).unwrap());
        }
        preferred(&headers)
    }

    #[test]
    fn each_client_gets_the_form_it_asks_for() {
        assert_eq!(form(&[]), Form::Full);
        assert_eq!(form(&["*/*"]), Form::Full);
        assert_eq!(form(&["application/json"]), Form::Full);
        assert_eq!(
            form(&["application/vnd.npm.install-v1+json; q=1.0, application/json; q=0.8, */*"]),
            Form::Abbreviated
        );
        assert_eq!(
            form(&[
                "application/vnd.npm.install-v1+json;q=0.5",
                "application/json;q=0.9"
            ]),
            Form::Full
        );
    }
}
