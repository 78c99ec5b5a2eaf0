//! A package that no registry has and this gate serves itself: a client that can install it goes through
//! the gate. It contains nothing but the word it was asked by.
use std::io::Write as _;

use axum::{
    body::Body,
    http::{HeaderValue, Response, StatusCode, header},
};
use base64::{Engine as _, engine::general_purpose::STANDARD};
use cleanbill_model::PackageName;
use flate2::{Compression, write::GzEncoder};
use serde_json::{Value, json};
use sha2::{Digest as _, Sha512};

use crate::problem;

/// The scope of probes.
pub const SCOPE: &str = "@cleanbill-probe";
/// The one version.
pub const VERSION: &str = "1.0.0";
/// Long past, so that no client's own age rule stands in the way.
const PUBLISHED: &str = "2020-01-01T00:00:00.000Z";

/// True when a name is a probe's.
#[must_use]
pub fn is_probe(name: &PackageName) -> bool {
    name.scope() == Some(SCOPE)
}

fn manifest(name: &PackageName) -> Value {
    json!({
        "name": name.as_str(),
        "version": VERSION,
        "description": "Shows that an install goes through Cleanbill",
        "license": "MIT",
        "main": "index.js",
    })
}

/// The tarball: the same bytes each time.
fn tarball(name: &PackageName) -> std::io::Result<Vec<u8>> {
    let mut archive = tar::Builder::new(GzEncoder::new(Vec::new(), Compression::default()));
    let files = [
        ("package/package.json", manifest(name).to_string()),
        (
            "package/index.js",
            format!("module.exports = {:?};\n", name.bare()),
        ),
    ];
    for (path, content) in files {
        let mut head = tar::Header::new_gnu();
        head.set_size(u64::try_from(content.len()).unwrap_or(0));
        head.set_mode(0o644);
        head.set_mtime(1_577_836_800);
        archive.append_data(&mut head, path, content.as_bytes())?;
    }
    let mut encoder = archive.into_inner()?;
    encoder.flush()?;
    encoder.finish()
}

/// The document of a probe.
#[must_use]
pub fn document(name: &PackageName, address: &str) -> Response<Body> {
    let Ok(bytes) = tarball(name) else {
        return problem::plain(StatusCode::INTERNAL_SERVER_ERROR, "the probe cannot be packed");
    };
    let mut version = manifest(name);
    let dist = json!({
        "tarball": format!("{address}/{name}/-/{}-{VERSION}.tgz", name.bare()),
        "integrity": format!("sha512-{}", STANDARD.encode(Sha512::digest(&bytes))),
    });
    if let Some(fields) = version.as_object_mut() {
        fields.insert("dist".into(), dist);
    }
    problem::json_ok(
        &json!({
            "name": name.as_str(),
            "dist-tags": { "latest": VERSION },
            "time": { "created": PUBLISHED, "modified": PUBLISHED, VERSION: PUBLISHED },
            "versions": { VERSION: version },
        })
        .to_string(),
    )
}

/// The tarball of a probe.
#[must_use]
pub fn file(name: &PackageName) -> Response<Body> {
    match tarball(name) {
        Ok(bytes) => {
            let mut response = Response::new(Body::from(bytes));
            response.headers_mut().insert(
                header::CONTENT_TYPE,
                HeaderValue::from_static("application/octet-stream"),
            );
            response
        }
        Err(_) => problem::plain(StatusCode::INTERNAL_SERVER_ERROR, "the probe cannot be packed"),
    }
}
