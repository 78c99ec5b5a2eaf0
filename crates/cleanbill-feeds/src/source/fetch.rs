//! Fetches an archive into a file: asked only for what is new, bounded in bytes and in time.
//! It knows HTTP and nothing of what the archive holds.
use std::{io::Write as _, path::Path};

use cleanbill_model::SafeUrl;
use futures::StreamExt as _;
use reqwest::{
    StatusCode,
    header::{ETAG, HeaderMap, HeaderName, IF_MODIFIED_SINCE, IF_NONE_MATCH, LAST_MODIFIED},
    redirect,
};
use tempfile::NamedTempFile;

use crate::limits::{CONNECT_TIMEOUT, FETCH_DEADLINE, MAX_ARCHIVE_BYTES, MAX_REDIRECTS, READ_TIMEOUT};

/// Longest validator kept; servers send some tens of bytes.
const MAX_VALIDATOR_BYTES: usize = 1024;

/// What the server said.
pub(crate) enum Answer {
    /// Nothing new since the validators given.
    Unchanged,
    /// A new archive, and the server's names for it.
    New {
        /// Where it lies; gone when dropped.
        file: NamedTempFile,
        /// `ETag`.
        etag: Option<String>,
        /// `Last-Modified`.
        last_modified: Option<String>,
    },
}

/// The fetch failed.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum FetchFailure {
    /// The connection, the exchange or the redirect failed.
    #[error("the exchange failed: {reason}")]
    Exchange {
        /// The causes, from the outside in, without the address.
        reason: String,
    },
    /// An answer that is no archive.
    #[error("the server answered {status}")]
    Status {
        /// The status.
        status: u16,
    },
    /// More than [`MAX_ARCHIVE_BYTES`].
    #[error("the answer has more than {MAX_ARCHIVE_BYTES} bytes")]
    TooLarge,
    /// It took longer than [`FETCH_DEADLINE`].
    #[error("the answer was not complete after {} seconds", FETCH_DEADLINE.as_secs())]
    Deadline,
    /// The answer could not be kept.
    #[error("cannot keep the answer on the disk: {0}")]
    Disk(std::io::Error),
}

impl From<reqwest::Error> for FetchFailure {
    fn from(error: reqwest::Error) -> Self {
        let error = error.without_url();
        let mut reason = error.to_string();
        let mut cause = std::error::Error::source(&error);
        while let Some(inner) = cause {
            reason = format!("{reason}: {inner}");
            cause = inner.source();
        }
        Self::Exchange { reason }
    }
}

/// Asks for `url`, unless the server says that nothing changed since the validators.
pub(crate) async fn fetch(
    url: &SafeUrl,
    etag: Option<&str>,
    last_modified: Option<&str>,
    folder: &Path,
) -> Result<Answer, FetchFailure> {
    match tokio::time::timeout(FETCH_DEADLINE, ask(url, etag, last_modified, folder)).await {
        Ok(answer) => answer,
        Err(_) => Err(FetchFailure::Deadline),
    }
}

async fn ask(
    url: &SafeUrl,
    etag: Option<&str>,
    last_modified: Option<&str>,
    folder: &Path,
) -> Result<Answer, FetchFailure> {
    let client = reqwest::Client::builder()
        .connect_timeout(CONNECT_TIMEOUT)
        .read_timeout(READ_TIMEOUT)
        .redirect(careful_redirects())
        .user_agent(concat!("cleanbill/", env!("CARGO_PKG_VERSION")))
        .build()?;
    let mut request = client.get(url.expose());
    if let Some(etag) = etag {
        request = request.header(IF_NONE_MATCH, etag);
    }
    if let Some(since) = last_modified {
        request = request.header(IF_MODIFIED_SINCE, since);
    }
    let response = request.send().await?;
    let status = response.status();
    if status == StatusCode::NOT_MODIFIED && (etag.is_some() || last_modified.is_some()) {
        return Ok(Answer::Unchanged);
    }
    if status != StatusCode::OK {
        return Err(FetchFailure::Status {
            status: status.as_u16(),
        });
    }
    if response
        .content_length()
        .is_some_and(|length| length > MAX_ARCHIVE_BYTES)
    {
        return Err(FetchFailure::TooLarge);
    }
    let (etag, last_modified) = (
        validator(response.headers(), &ETAG),
        validator(response.headers(), &LAST_MODIFIED),
    );
    let mut file = NamedTempFile::new_in(folder).map_err(FetchFailure::Disk)?;
    let mut written = 0_u64;
    let mut body = response.bytes_stream();
    while let Some(piece) = body.next().await {
        let piece = piece?;
        written = written.saturating_add(piece.len() as u64);
        if written > MAX_ARCHIVE_BYTES {
            return Err(FetchFailure::TooLarge);
        }
        file.write_all(&piece).map_err(FetchFailure::Disk)?;
    }
    file.flush().map_err(FetchFailure::Disk)?;
    Ok(Answer::New {
        file,
        etag,
        last_modified,
    })
}

/// Follows a few redirects, and never from an encrypted address to an open one.
fn careful_redirects() -> redirect::Policy {
    redirect::Policy::custom(|attempt| {
        let was_encrypted = attempt
            .previous()
            .last()
            .is_some_and(|url| url.scheme() == "https");
        if attempt.previous().len() > MAX_REDIRECTS {
            attempt.error("too many redirects")
        } else if was_encrypted && attempt.url().scheme() != "https" {
            attempt.error("a redirect leads from an encrypted address to an open one")
        } else {
            attempt.follow()
        }
    })
}

fn validator(headers: &HeaderMap, name: &HeaderName) -> Option<String> {
    let value = headers.get(name)?.to_str().ok()?;
    (value.len() <= MAX_VALIDATOR_BYTES).then(|| value.to_owned())
}
