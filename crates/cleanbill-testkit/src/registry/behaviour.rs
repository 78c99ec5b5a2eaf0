//! The ways a registry goes wrong, each to order.
//! It turns one honest answer into a bad one and does not know who asked.
use std::{convert::Infallible, io, time::Duration};

use axum::{
    body::{Body, Bytes},
    http::{Response, StatusCode, header},
};
use futures::{Stream, StreamExt as _, stream};

use crate::tarball::gzip;

/// Largest endless or stalled answer: far above any client's limit, and the end of a test gone wrong.
const MAX_ENDLESS_CHUNKS: usize = 16 * 1024;
/// How long an answer that will be cut waits, so that its start is on the line before the end.
const BEFORE_THE_CUT: Duration = Duration::from_millis(30);
/// How long a silent answer stays open; longer than any deadline a test sets.
const SILENCE: Duration = Duration::from_secs(120);

/// What the registry does in place of, or to, the honest answer.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub enum Behaviour {
    /// The honest answer.
    Honest,
    /// The honest answer, after a wait before its first byte.
    SlowStart(Duration),
    /// The start of the honest answer, then silence with the line open.
    Stall {
        /// Bytes sent first.
        after: usize,
    },
    /// The honest answer, a piece at a time.
    Trickle {
        /// Bytes of a piece, 1 at least.
        bytes: usize,
        /// The wait before each.
        every: Duration,
    },
    /// An error status with a JSON body.
    Status(u16),
    /// An error status with `Retry-After`.
    RetryAfter {
        /// The status.
        status: u16,
        /// The header's value.
        value: String,
    },
    /// 200 with an HTML page.
    Html,
    /// 200 with these bytes under this content type.
    Body {
        /// The content type.
        content_type: String,
        /// The body.
        bytes: Vec<u8>,
    },
    /// `Content-Length` says more than comes.
    PromisesTooMuch,
    /// `Content-Length` says less than there is; the rest never arrives.
    PromisesTooLittle,
    /// The line drops after that many bytes of a body without a declared length.
    Drop {
        /// Bytes sent first.
        after: usize,
    },
    /// The same in the middle of a gzip body.
    DropPacked {
        /// Bytes sent first.
        after: usize,
    },
    /// `Content-Encoding: gzip` on bytes that are not.
    WrongGzip,
    /// Gzip that ends early inside a whole HTTP answer.
    CutGzip,
    /// The honest answer in brotli, whether that was asked for or not.
    Brotli,
    /// A small gzip body that unpacks to a JSON document of that size.
    Bomb {
        /// Bytes after unpacking.
        unpacked: usize,
    },
    /// A body that does not end.
    Endless,
    /// A redirect to that address.
    Redirect {
        /// The status, 301, 302, 303, 307 or 308.
        status: u16,
        /// The `Location`.
        to: String,
    },
    /// 304 whatever was asked.
    NotModified,
}

impl Behaviour {
    /// False where the honest answer is to be taken without compression, so that counts of bytes hold.
    pub(super) fn takes_packed(&self) -> bool {
        matches!(self, Self::Honest | Self::SlowStart(_) | Self::DropPacked { .. })
    }
}

/// An answer before it is sent.
#[derive(Clone, Debug)]
pub(super) struct Plain {
    pub status: u16,
    pub headers: Vec<(&'static str, String)>,
    pub body: Bytes,
}

impl Plain {
    pub(super) fn new(status: u16, content_type: &str, body: impl Into<Bytes>) -> Self {
        Self {
            status,
            headers: vec![("content-type", content_type.to_owned())],
            body: body.into(),
        }
    }

    pub(super) fn with(mut self, name: &'static str, value: impl Into<String>) -> Self {
        self.headers.push((name, value.into()));
        self
    }

    pub(super) fn send(self) -> Response<Body> {
        let body = Body::from(self.body.clone());
        self.send_as(body, None)
    }

    fn send_as(&self, body: Body, length: Option<usize>) -> Response<Body> {
        let mut response = Response::new(body);
        *response.status_mut() =
            StatusCode::from_u16(self.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        for (name, value) in &self.headers {
            if let Ok(value) = value.parse() {
                response.headers_mut().insert(*name, value);
            }
        }
        if let Some(length) = length {
            response
                .headers_mut()
                .insert(header::CONTENT_LENGTH, length.into());
        }
        response
    }
}

/// Sends `honest`, or what `behaviour` makes of it.
pub(super) async fn misbehave(honest: Plain, behaviour: Behaviour) -> Response<Body> {
    let whole = honest.body.len();
    match behaviour {
        Behaviour::Honest => honest.send(),
        Behaviour::SlowStart(wait) => {
            tokio::time::sleep(wait).await;
            honest.send()
        }
        Behaviour::Stall { after } => {
            let start = honest.body.slice(..after.min(whole));
            honest.send_as(Body::from_stream(then_silence(start)), Some(whole.max(after + 1)))
        }
        Behaviour::Trickle { bytes, every } => {
            let pieces: Vec<Bytes> = honest
                .body
                .chunks(bytes.max(1))
                .map(Bytes::copy_from_slice)
                .collect();
            let body = stream::iter(pieces).then(move |piece| async move {
                tokio::time::sleep(every).await;
                Ok::<_, Infallible>(piece)
            });
            honest.send_as(Body::from_stream(body), Some(whole))
        }
        Behaviour::Status(status) => failure(status).send(),
        Behaviour::RetryAfter { status, value } => failure(status).with("retry-after", value).send(),
        Behaviour::Html => Plain::new(
            200,
            "text/html; charset=utf-8",
            "<!doctype html><title>sign in</title>",
        )
        .send(),
        Behaviour::Body { content_type, bytes } => Plain::new(200, &content_type, bytes).send(),
        Behaviour::PromisesTooMuch => {
            let body = Body::from_stream(then_cut(honest.body.clone()));
            honest.send_as(body, Some(whole + 512))
        }
        Behaviour::PromisesTooLittle => {
            let body = honest.body.slice(..whole / 2);
            honest.send_as(Body::from(body), Some(whole / 2))
        }
        Behaviour::Drop { after } | Behaviour::DropPacked { after } => honest.send_as(
            Body::from_stream(then_cut(honest.body.slice(..after.min(whole)))),
            None,
        ),
        Behaviour::WrongGzip => honest.with("content-encoding", "gzip").send(),
        Behaviour::CutGzip => {
            let packed = gzip(&honest.body).unwrap_or_default();
            let half: Vec<u8> = packed.iter().copied().take(packed.len() / 2).collect();
            Plain {
                body: half.into(),
                ..honest
            }
            .with("content-encoding", "gzip")
            .send()
        }
        Behaviour::Brotli => {
            let body = brotli(&honest.body).into();
            Plain { body, ..honest }.with("content-encoding", "br").send()
        }
        Behaviour::Bomb { unpacked } => {
            let document = format!("{{\"name\":\"{}\"}}", "0".repeat(unpacked.saturating_sub(11)));
            let packed = gzip(document.as_bytes()).unwrap_or_default();
            Plain::new(200, "application/json", packed)
                .with("content-encoding", "gzip")
                .send()
        }
        Behaviour::Endless => {
            let chunk = Bytes::from(vec![b' '; 64 * 1024]);
            let body = stream::repeat(chunk)
                .take(MAX_ENDLESS_CHUNKS)
                .map(Ok::<_, Infallible>);
            Plain::new(200, "application/json", "").send_as(Body::from_stream(body), None)
        }
        Behaviour::Redirect { status, to } => Plain::new(status, "text/plain", "elsewhere")
            .with("location", to)
            .send(),
        Behaviour::NotModified => Plain {
            status: 304,
            headers: Vec::new(),
            body: Bytes::new(),
        }
        .send(),
    }
}

/// Brotli that packs nothing (RFC 7932): a window of 16 bits, then blocks as they are, then the end.
fn brotli(bytes: &[u8]) -> Vec<u8> {
    let mut out = Vec::new();
    for (n, block) in bytes.chunks(1 << 16).enumerate() {
        // The window's one bit comes before the first block.
        let shift = u32::from(n == 0);
        let length = u32::try_from(block.len().saturating_sub(1)).unwrap_or(0);
        // Not the last; a length in four nibbles; not compressed.
        let head = (length << 3 | 1 << 19) << shift;
        out.extend_from_slice(head.to_le_bytes().get(..3).unwrap_or_default());
        out.extend_from_slice(block);
    }
    // The last, and empty; alone, the window's bit is in front of it.
    out.push(if bytes.is_empty() { 0b110 } else { 0b11 });
    out
}

/// An error as registries word it.
pub(super) fn failure(status: u16) -> Plain {
    let word = StatusCode::from_u16(status)
        .ok()
        .and_then(|status| status.canonical_reason())
        .unwrap_or("error");
    Plain::new(
        status,
        "application/json",
        serde_json::json!({"error": word}).to_string(),
    )
}

fn then_cut(start: Bytes) -> impl Stream<Item = io::Result<Bytes>> {
    stream::iter([Ok(start)]).chain(stream::once(async {
        tokio::time::sleep(BEFORE_THE_CUT).await;
        Err(io::Error::from(io::ErrorKind::ConnectionReset))
    }))
}

fn then_silence(start: Bytes) -> impl Stream<Item = io::Result<Bytes>> {
    stream::iter([Ok(start)]).chain(stream::once(async {
        tokio::time::sleep(SILENCE).await;
        Err(io::Error::from(io::ErrorKind::TimedOut))
    }))
}
