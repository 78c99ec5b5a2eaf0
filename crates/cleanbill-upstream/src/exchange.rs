//! One attempt: a request, its redirects, its answer sorted into what may be tried again and what not.
//! It keeps nothing and never tries twice.
use std::time::{Duration, SystemTime};

use cleanbill_model::SafeUrl;
use cleanbill_ports::FetchError;
use reqwest::{
    RequestBuilder, Response,
    header::{self, HeaderValue},
};
use tokio::{sync::Semaphore, time::timeout_at};
use url::Url;

use crate::{
    address::{self, Refusal},
    body::{self, Body, BodyError, Deadline},
    clients::{Clients, Purpose},
    limits::{MAX_REDIRECTS, MAX_VALIDATOR_BYTES},
    retry,
    settings::UpstreamSettings,
    store::{Kind, Validators},
};

/// What is asked for.
#[derive(Debug)]
pub(crate) struct Question<'a> {
    pub kind: Kind,
    pub url: &'a SafeUrl,
    /// The registry of the package, which decides where redirects and credentials may go.
    pub home: Option<&'a Url>,
    pub validators: Option<&'a Validators>,
    pub limit: u64,
}

/// A good answer.
pub(crate) enum Answer<'a> {
    Unchanged,
    Whole {
        body: Body<'a>,
        validators: Validators,
        html: bool,
    },
}

/// A bad one.
#[derive(Debug)]
pub(crate) enum Failure {
    /// Another attempt would end the same.
    Lasting(FetchError),
    /// Another attempt may do, after `wait` where the registry asked for one.
    Passing {
        trouble: Trouble,
        wait: Option<Duration>,
    },
}

/// What happened in an attempt that may be repeated.
#[derive(Clone, Debug)]
pub(crate) enum Trouble {
    Status(u16),
    Line(String),
    Slow(Duration),
    Unusable(String),
}

impl Trouble {
    /// As an error for the caller, `attempts` made.
    pub(crate) fn into_error(self, url: &SafeUrl, attempts: u32) -> FetchError {
        let url = url.clone();
        match self {
            Self::Status(status) => FetchError::Status {
                url,
                status,
                attempts,
            },
            Self::Line(reason) => FetchError::Line {
                url,
                attempts,
                reason,
            },
            Self::Slow(allowed) => FetchError::Deadline {
                url,
                seconds: whole_seconds(allowed),
            },
            Self::Unusable(reason) => FetchError::Unusable { url, reason },
        }
    }
}

impl From<Trouble> for Failure {
    fn from(trouble: Trouble) -> Self {
        Self::Passing { trouble, wait: None }
    }
}

fn whole_seconds(duration: Duration) -> u64 {
    duration.as_millis().div_ceil(1000).try_into().unwrap_or(u64::MAX)
}

/// What every attempt stands on.
pub(crate) struct Line<'a> {
    pub settings: &'a UpstreamSettings,
    pub clients: &'a Clients,
    pub seats: &'a Semaphore,
}

/// Asks once.
pub(crate) async fn ask<'a>(
    line: &Line<'a>,
    question: &Question<'_>,
    deadline: &mut Deadline,
) -> Result<Answer<'a>, Failure> {
    let response = follow(line, question, deadline).await?;
    let status = response.status().as_u16();
    let url = || question.url.clone();
    match status {
        200 => {}
        304 if question.validators.is_some() => return Ok(Answer::Unchanged),
        304 => return Err(unusable(question, "it says 304 to a question without validators")),
        404 | 410 => return Err(Failure::Lasting(FetchError::NotFound { url: url() })),
        401 | 403 => return Err(Failure::Lasting(FetchError::Refused { url: url(), status })),
        status if retry::is_passing(status) => {
            let wait = text_of(&response, header::RETRY_AFTER)
                .and_then(|value| retry::retry_after(value, SystemTime::now()));
            return Err(Failure::Passing {
                trouble: Trouble::Status(status),
                wait,
            });
        }
        status => {
            return Err(Failure::Lasting(FetchError::Status {
                url: url(),
                status,
                attempts: 1,
            }));
        }
    }
    let validators = Validators::new(
        text_of(&response, header::ETAG),
        text_of(&response, header::LAST_MODIFIED),
    );
    let html = text_of(&response, header::CONTENT_TYPE).is_some_and(|kind| {
        kind.trim_start()
            .get(..9)
            .is_some_and(|start| start.eq_ignore_ascii_case("text/html"))
    });
    let stall = line.settings.deadlines.stall;
    let body = body::read(response, question.limit, stall, deadline, line.seats).await;
    let body = body.map_err(|error| match error {
        BodyError::TooLarge => Failure::Lasting(FetchError::TooLarge {
            url: url(),
            limit: question.limit,
        }),
        BodyError::Slow(allowed) => Trouble::Slow(allowed).into(),
        BodyError::Line(reason) => Trouble::Line(reason).into(),
        BodyError::Encoding => Trouble::Unusable("its compression cannot be undone".to_owned()).into(),
        BodyError::Short {
            got,
            declared: Some(declared),
        } => Trouble::Unusable(format!("the body ends after {got} of {declared} bytes")).into(),
        BodyError::Short { got, declared: None } => {
            Trouble::Line(format!("the line dropped after {got} bytes of the body")).into()
        }
    })?;
    Ok(Answer::Whole {
        body,
        validators,
        html,
    })
}

/// Sends the request and follows redirects, each hop with the credentials bound to it alone.
async fn follow(line: &Line<'_>, question: &Question<'_>, deadline: &Deadline) -> Result<Response, Failure> {
    let mut at = address::readable(question.url.expose()).map_err(|refusal| refused(question, refusal))?;
    for _ in 0..=MAX_REDIRECTS {
        address::not_inward(&at, question.home).map_err(|refusal| refused(question, refusal))?;
        let (until, allowed) = deadline.within(line.settings.deadlines.headers);
        let response = match timeout_at(until, request(line, question, &at).send()).await {
            Err(_) => return Err(Trouble::Slow(allowed).into()),
            Ok(Err(error)) => return Err(sort(&error, line.settings.deadlines.connect).into()),
            Ok(Ok(response)) => response,
        };
        if !matches!(response.status().as_u16(), 301 | 302 | 303 | 307 | 308) {
            return Ok(response);
        }
        let Some(location) = text_of(&response, header::LOCATION) else {
            return Err(unusable(question, "it redirects without saying where"));
        };
        at = address::redirected(&at, location).map_err(|refusal| refused(question, refusal))?;
    }
    Err(unusable(question, "it redirects too often"))
}

fn request(line: &Line<'_>, question: &Question<'_>, at: &Url) -> RequestBuilder {
    let (purpose, accept) = match question.kind {
        Kind::Packument => (Purpose::Document, "application/json"),
        Kind::Tarball => (Purpose::Tarball, "*/*"),
    };
    let mut request = line
        .clients
        .of(at.as_str(), purpose)
        .get(at.clone())
        .header(header::ACCEPT, accept);
    if purpose == Purpose::Tarball {
        request = request.header(header::ACCEPT_ENCODING, "identity");
    }
    if may_carry_credentials(at, question.home)
        && let Some(secret) = line.settings.credentials.authorization_for(at.as_str())
        && let Ok(mut value) = HeaderValue::from_str(secret.expose())
    {
        value.set_sensitive(true);
        request = request.header(header::AUTHORIZATION, value);
    }
    if let Some(validators) = question.validators {
        if let Some(etag) = &validators.etag {
            request = request.header(header::IF_NONE_MATCH, etag);
        }
        if let Some(date) = &validators.last_modified {
            request = request.header(header::IF_MODIFIED_SINCE, date);
        }
    }
    request
}

/// False for a plain-text hop of a package whose registry speaks TLS: a document that names an `http`
/// address must not draw a token onto an open line.
fn may_carry_credentials(at: &Url, home: Option<&Url>) -> bool {
    at.scheme() == "https" || home.is_none_or(|home| home.scheme() == "http")
}

fn text_of(response: &Response, name: header::HeaderName) -> Option<&str> {
    let value = response.headers().get(name)?;
    value
        .to_str()
        .ok()
        .filter(|text| text.len() <= MAX_VALIDATOR_BYTES * 8)
}

fn refused(question: &Question<'_>, refusal: Refusal) -> Failure {
    unusable(question, refusal.reason())
}

fn unusable(question: &Question<'_>, reason: &str) -> Failure {
    Failure::Lasting(FetchError::Unusable {
        url: question.url.clone(),
        reason: reason.to_owned(),
    })
}

fn sort(error: &reqwest::Error, connect: Duration) -> Trouble {
    if error.is_timeout() {
        Trouble::Slow(connect)
    } else if error.is_connect() {
        Trouble::Line(format!("no connection: {}", innermost(error)))
    } else {
        Trouble::Line(innermost(error))
    }
}

/// The text of the last cause: the outer ones repeat the address.
pub(crate) fn innermost(error: &reqwest::Error) -> String {
    let mut cause: &(dyn std::error::Error + 'static) = error;
    while let Some(next) = cause.source() {
        cause = next;
    }
    if cause.is::<reqwest::Error>() {
        "the line failed".to_owned()
    } else {
        cause.to_string()
    }
}
