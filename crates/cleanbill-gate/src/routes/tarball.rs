//! Tarballs: judged by the same verdict as the document, verified before the first byte leaves, never changed.
use std::sync::Arc;

use axum::{
    body::Body,
    http::{HeaderValue, Response, StatusCode, header},
};
use bytes::Bytes;
use cleanbill_model::{Algorithm, Comparison, Integrity, PackageName, Purl, Verdict};
use cleanbill_ports::{Event, EventKind};
use sha1::Sha1;
use sha2::{Digest as _, Sha512};
use tracing::Instrument as _;

use crate::{
    SPANS,
    enforce::{Enforcer, LockedUse},
    failures::Unlogged,
    metrics::Count,
    problem,
    routes::packument::unavailable,
    server::Gate,
    shelf,
    snapshot::{Tarball, status_of},
    trail::Entry,
};

/// Largest tarball kept in memory; nine in ten are smaller.
const MAX_REMEMBERED: usize = 2 * 1024 * 1024;

/// A tarball on its way to one client: every end of it is told in the log.
struct Request<'g> {
    gate: &'g Gate,
    who: &'g str,
    release: Purl,
    content: String,
}

impl Request<'_> {
    /// Tells what was decided; an error is the answer where nothing may leave unrecorded.
    async fn tell(
        &self,
        verdict: Verdict,
        sentence: Option<&str>,
        served: bool,
    ) -> Result<(), Response<Body>> {
        let at = self.gate.settings.clock.now();
        self.gate.trail.add(Entry {
            at,
            client: self.who.to_owned(),
            release: self.release.clone(),
            verdict,
            sentence: sentence.map(str::to_owned),
        });
        let Some(books) = &self.gate.books else {
            return Ok(());
        };
        let kind = if served {
            EventKind::Served
        } else {
            EventKind::Refused
        };
        let written = books
            .write(Event {
                name: Some(self.release.name.clone()),
                version: Some(self.release.version.clone()),
                content: self.content.clone(),
                verdict: Some(verdict),
                ..Event::plain(at, kind, self.who, sentence.unwrap_or_default())
            })
            .await;
        if written.is_err() {
            self.gate.metrics.count(Count::LogFailure);
            if served && self.gate.settings.unlogged == Unlogged::Refuse {
                return Err(problem::plain(
                    StatusCode::SERVICE_UNAVAILABLE,
                    "the gate cannot write its log, and serves nothing that it cannot record",
                ));
            }
        }
        Ok(())
    }

    /// The bytes, verified: remembered, from the shelf of all replicas, or from the registry.
    async fn bytes(&self, known: &Tarball, expected: &Integrity) -> Result<Bytes, Response<Body>> {
        let gate = self.gate;
        if let Some(bytes) = gate.verified.get(&self.content).await {
            return Ok(bytes);
        }
        let shelf = gate.settings.tarballs.as_ref();
        let shared = match shelf {
            Some(shelf) => shelf::take(shelf, expected).await,
            None => None,
        };
        let bytes = match shared.filter(|bytes| verifies(expected, bytes)) {
            Some(bytes) => bytes,
            None => {
                let registry = Arc::clone(&gate.enforcer().ports.registry);
                let span = tracing::info_span!(target: SPANS, "fetch", otel.kind = "client", release = %self.release.spec());
                let fetching = registry.tarball(&self.release.name, &known.url).instrument(span);
                let fetched = match fetching.await {
                    Ok(fetched) => fetched,
                    Err(error) => return Err(problem::plain(status_of(&error), &error.to_string())),
                };
                if !verifies(expected, &fetched.bytes) {
                    let spec = self.release.spec();
                    let sentence =
                        format!("{spec} is blocked: its bytes are not those its registry announces");
                    return Err(self.refuse(Verdict::Block, &sentence, None).await);
                }
                let bytes = Bytes::from_owner(fetched.bytes);
                if let Some(shelf) = shelf {
                    shelf::put(shelf, expected, bytes.clone());
                }
                bytes
            }
        };
        if bytes.len() <= MAX_REMEMBERED {
            gate.verified.insert(self.content.clone(), bytes.clone()).await;
        }
        Ok(bytes)
    }

    async fn refuse(
        &self,
        verdict: Verdict,
        sentence: &str,
        until: Option<cleanbill_model::Timestamp>,
    ) -> Response<Body> {
        // A refusal that cannot be recorded is one all the same.
        let _unrecorded = self.tell(verdict, Some(sentence), false).await;
        self.gate.metrics.tarball(verdict, 0);
        problem::refusal(&self.release.spec(), verdict, sentence, until)
    }
}

/// One tarball.
pub async fn tarball(gate: &Gate, name: &PackageName, file: &str, who: &str) -> Response<Body> {
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
    let known = snapshot.tarballs.get(version);
    let request = Request {
        gate,
        who,
        release: Purl::new(name.clone(), version.clone()),
        content: known
            .and_then(|known| known.integrity.as_ref())
            .map(ToString::to_string)
            .unwrap_or_default(),
    };
    let spec = request.release.spec();
    let held = snapshot.held.versions.get(version);
    if let Some(held) = held.filter(|held| held.locked != LockedUse::Served) {
        return request.refuse(held.verdict, &held.sentence, held.until).await;
    }
    let Some(known) = known else {
        return problem::plain(StatusCode::NOT_FOUND, &format!("{spec} has no tarball"));
    };
    let Some(expected) = &known.integrity else {
        let sentence = format!("{spec} is held: its registry gives no integrity to check its bytes by");
        return request.refuse(Verdict::Unassessed, &sentence, None).await;
    };
    let bytes = match request.bytes(known, expected).await {
        Ok(bytes) => bytes,
        Err(answer) => return answer,
    };
    if Enforcer::is_young(known.published, gate.settings.clock.now()) {
        match gate.examine(&request.release, &request.content).await {
            // Its age alone was forgiven to who had it locked; what its code says was not.
            Ok(Some(examined)) if examined.stops && !(held.is_some() && examined.kept.until.is_some()) => {
                let kept = &examined.kept;
                return request.refuse(kept.verdict, &kept.sentence, kept.until).await;
            }
            Ok(_) => {}
            Err(()) => {
                let said = format!("{spec} is being examined; ask again in a minute");
                return request.refuse(Verdict::Unassessed, &said, None).await;
            }
        }
    }
    if let Err(answer) = request.tell(Verdict::Allow, None, true).await {
        return answer;
    }
    gate.metrics.tarball(Verdict::Allow, bytes.len());
    let mut response = Response::new(Body::from(bytes));
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
