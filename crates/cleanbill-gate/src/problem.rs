//! How a refusal is said, so that it reaches a person through any client: the reason phrase (npm, pnpm,
//! Yarn berry), the JSON field `error` (npm, Yarn classic, Deno) and npm's notice header, in one answer.
//! Always 403: every other status is retried for a minute, read as a typo, or shown without a word.
use axum::{
    body::Body,
    http::{HeaderValue, Response, StatusCode, header},
};
use cleanbill_model::{Judgement, Level, PackageName, Verdict};
use hyper::ext::ReasonPhrase;
use serde::Serialize;

/// Longest reason phrase, in bytes; clients print it on one line beside an address.
const MAX_PHRASE_BYTES: usize = 120;
/// Longest sentence, in characters.
const MAX_SENTENCE_CHARS: usize = 400;

/// The body of a refusal.
#[derive(Serialize)]
struct Body0<'a> {
    /// The sentence; npm, Yarn classic and Deno print this field.
    error: &'a str,
    /// What was refused.
    package: &'a str,
    /// `quarantine`, `block` or `unassessed`.
    verdict: &'a str,
    /// When time alone lifts it.
    #[serde(skip_serializing_if = "Option::is_none")]
    until: Option<String>,
}

/// Why a release is held, in one line of visible ASCII: what, the worst reason, and what to do.
#[must_use]
pub fn sentence(judgement: &Judgement) -> String {
    let spec = judgement.subject.spec();
    let worst = judgement
        .findings
        .iter()
        .find(|finding| !finding.waived && finding.level >= Level::Quarantine);
    let reason = match (worst, judgement.unassessed.first()) {
        (Some(finding), _) => finding.signal.title.raw().to_owned(),
        (None, Some(unassessed)) => unassessed.reason.raw().to_owned(),
        (None, None) => "no reason is recorded".to_owned(),
    };
    let done = match judgement.verdict {
        Verdict::Block => "blocked",
        Verdict::Unassessed => "held, it could not be assessed",
        _ => "held",
    };
    let until = judgement
        .until
        .map(|moment| format!(" until {moment}"))
        .unwrap_or_default();
    let text = format!("{spec} is {done}{until}: {reason}. Run `cleanbill why {spec}` for the evidence");
    visible_ascii(&text).chars().take(MAX_SENTENCE_CHARS).collect()
}

/// The text with everything but visible ASCII and blanks made a question mark: it goes into headers and
/// terminals.
fn visible_ascii(text: &str) -> String {
    text.chars()
        .map(|c| if c == ' ' || c.is_ascii_graphic() { c } else { '?' })
        .collect()
}

/// Refuses.
#[must_use]
pub fn refusal(
    package: &str,
    verdict: Verdict,
    sentence: &str,
    until: Option<cleanbill_model::Timestamp>,
) -> Response<Body> {
    let sentence = visible_ascii(sentence);
    let body = Body0 {
        error: &sentence,
        package,
        verdict: verdict.as_str(),
        until: until.map(|moment| moment.to_string()),
    };
    let mut response = json(StatusCode::FORBIDDEN, &body);
    let phrase: String = format!("Cleanbill: {sentence}")
        .chars()
        .take(MAX_PHRASE_BYTES)
        .collect();
    if let Ok(phrase) = ReasonPhrase::try_from(phrase.into_bytes()) {
        response.extensions_mut().insert(phrase);
    }
    let headers = response.headers_mut();
    if let Ok(notice) = HeaderValue::from_str(&sentence) {
        headers.insert("npm-notice", notice);
    }
    headers.insert("x-cleanbill-verdict", HeaderValue::from_static(verdict.as_str()));
    response
}

/// Refuses a whole package of which nothing remains.
#[must_use]
pub fn nothing_left(name: &PackageName, versions: usize, example: &str) -> Response<Body> {
    let sentence = format!("every one of the {versions} versions of {name} is held; for one: {example}");
    refusal(name.as_str(), Verdict::Quarantine, &sentence, None)
}

/// An answer that is not about policy: upstream said so, or could not be asked.
#[must_use]
pub fn plain(status: StatusCode, sentence: &str) -> Response<Body> {
    #[derive(Serialize)]
    struct Plain<'a> {
        error: &'a str,
    }
    json(
        status,
        &Plain {
            error: &visible_ascii(sentence),
        },
    )
}

fn json(status: StatusCode, body: &impl Serialize) -> Response<Body> {
    let bytes = serde_json::to_vec(body).unwrap_or_default();
    let mut response = Response::new(Body::from(bytes));
    *response.status_mut() = status;
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/json"));
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    response
}

/// A small JSON answer that clients do not keep.
#[must_use]
pub fn json_ok(body: &str) -> Response<Body> {
    let mut response = Response::new(Body::from(body.to_owned()));
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/json"));
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    response
}
