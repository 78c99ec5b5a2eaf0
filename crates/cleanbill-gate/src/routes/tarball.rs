//! Tarballs: judged by the same verdict as the document, verified before the first byte leaves, never changed.
use std::net::SocketAddr;

use axum::{
    body::Body,
    http::{HeaderValue, Response, StatusCode, header},
};
use bytes::Bytes;
use cleanbill_model::{Algorithm, Comparison, Integrity, PackageName, Purl, Verdict};
use sha1::Sha1;
use sha2::{Digest as _, Sha512};

use crate::{
    enforce::Enforcer, problem, routes::packument::unavailable, server::Gate, snapshot::status_of,
    trail::Entry,
};

/// One tarball.
pub async fn tarball(gate: &Gate, name: &PackageName, file: &str, client: SocketAddr) -> Response<Body> {
    let snapshot = match gate.snapshot(name).await {
        Ok(snapshot) => snapshot,
        Err(error) => return unavailable(&error),
    };
    let Some(version) = snapshot.version_of(name, file) else {
        return problem::plain(
            StatusCode::NOT_FOUND,
            &format!("{name} has no tarball by the name {file}"),
        );
    };
    let release = Purl::new(name.clone(), version.clone());
    let enter = |verdict: Verdict, sentence: Option<String>| {
        let at = gate.settings.clock.now();
        gate.trail.add(Entry {
            at,
            client: client.ip().to_string(),
            release: release.clone(),
            verdict,
            sentence,
        });
    };
    if let Some(held) = snapshot.held.versions.get(version) {
        enter(held.verdict, Some(held.sentence.clone()));
        return problem::refusal(&release.spec(), held.verdict, &held.sentence, held.until);
    }
    let Some(known) = snapshot.tarballs.get(version) else {
        return problem::plain(
            StatusCode::NOT_FOUND,
            &format!("{} has no tarball", release.spec()),
        );
    };
    let fetched = match gate
        .settings
        .enforcer
        .ports
        .registry
        .tarball(name, &known.url)
        .await
    {
        Ok(fetched) => fetched,
        Err(error) => return problem::plain(status_of(&error), &error.to_string()),
    };
    let Some(expected) = &known.integrity else {
        let sentence = format!(
            "{} is held: its registry gives no integrity to check its bytes by",
            release.spec()
        );
        enter(Verdict::Unassessed, Some(sentence.clone()));
        return problem::refusal(&release.spec(), Verdict::Unassessed, &sentence, None);
    };
    if !verifies(expected, &fetched.bytes) {
        let sentence = format!(
            "{} is blocked: its bytes are not those its registry announces",
            release.spec()
        );
        enter(Verdict::Block, Some(sentence.clone()));
        return problem::refusal(&release.spec(), Verdict::Block, &sentence, None);
    }
    if Enforcer::is_young(known.published, gate.settings.clock.now()) {
        match gate.examine(&release).await {
            Ok(Some(judgement)) if gate.settings.enforcer.stops(&judgement) => {
                let said = problem::sentence(&judgement);
                if let Some(remember) = &gate.settings.remember {
                    remember(std::slice::from_ref(&*judgement));
                }
                enter(judgement.verdict, Some(said.clone()));
                return problem::refusal(&release.spec(), judgement.verdict, &said, judgement.until);
            }
            Ok(_) => {}
            Err(()) => {
                let said = format!("{} is being examined; ask again in a minute", release.spec());
                enter(Verdict::Unassessed, Some(said.clone()));
                return problem::refusal(&release.spec(), Verdict::Unassessed, &said, None);
            }
        }
    }
    enter(Verdict::Allow, None);
    let mut response = Response::new(Body::from(Bytes::from_owner(fetched.bytes)));
    let headers = response.headers_mut();
    headers.insert(
        header::CONTENT_TYPE,
        HeaderValue::from_static("application/octet-stream"),
    );
    headers.insert(
        header::CACHE_CONTROL,
        HeaderValue::from_static("private, max-age=31536000, immutable"),
    );
    response
}

/// True when the strongest digest of `expected` that we can make is that of the bytes.
fn verifies(expected: &Integrity, bytes: &[u8]) -> bool {
    let sha512 = Integrity::from_digest(Algorithm::Sha512, &Sha512::digest(bytes));
    let sha1 = || Integrity::from_digest(Algorithm::Sha1, &Sha1::digest(bytes));
    let ours = match expected.strongest() {
        Algorithm::Sha512 => sha512,
        _ => sha512.and_then(|strong| Some(strong.merged(&sha1()?))),
    };
    ours.is_some_and(|ours| expected.compare(&ours) == Comparison::Same)
}
