//! Reads one body: bounded in bytes and in time, whole or an error.
//! It does not know what the body should hold.
use std::time::Duration;

use reqwest::Response;
use tokio::{
    sync::{Semaphore, SemaphorePermit},
    time::{Instant, timeout_at},
};

use crate::{exchange::innermost, limits::LARGE_BODY_BYTES};

/// The moment by which one thing must be done; time spent in our own queues does not count.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Deadline {
    at: Instant,
    whole: Duration,
}

impl Deadline {
    pub(crate) fn new(whole: Duration) -> Self {
        Self {
            at: Instant::now() + whole,
            whole,
        }
    }

    pub(crate) fn whole(&self) -> Duration {
        self.whole
    }

    /// The nearer of the deadline and `step` from now, with its length.
    pub(crate) fn within(&self, step: Duration) -> (Instant, Duration) {
        let near = Instant::now() + step;
        if near < self.at {
            (near, step)
        } else {
            (self.at, self.whole)
        }
    }

    pub(crate) fn is_over(&self) -> bool {
        Instant::now() >= self.at
    }

    fn not_counting(&mut self, waited: Duration) {
        self.at += waited;
    }
}

/// A whole body, and the seat it took if it is large. Let the seat go when the bytes are gone.
pub(crate) struct Body<'a> {
    pub bytes: Vec<u8>,
    pub seat: Option<SemaphorePermit<'a>>,
}

/// Why a body did not come whole.
#[derive(Debug)]
pub(crate) enum BodyError {
    Slow(Duration),
    TooLarge,
    /// Ended before its end.
    Short {
        got: usize,
        declared: Option<u64>,
    },
    /// Its compression cannot be undone.
    Encoding,
    Line(String),
}

/// Reads `response` to its end.
pub(crate) async fn read<'a>(
    mut response: Response,
    limit: u64,
    stall: Duration,
    deadline: &mut Deadline,
    seats: &'a Semaphore,
) -> Result<Body<'a>, BodyError> {
    let declared = response.content_length();
    if declared.is_some_and(|declared| declared > limit) {
        return Err(BodyError::TooLarge);
    }
    let expected = declared
        .and_then(|declared| usize::try_from(declared).ok())
        .unwrap_or(0);
    let mut body = Body {
        bytes: Vec::with_capacity(expected.min(LARGE_BODY_BYTES)),
        seat: None,
    };
    loop {
        let (until, allowed) = deadline.within(stall);
        let chunk = match timeout_at(until, response.chunk()).await {
            Err(_) => return Err(BodyError::Slow(allowed)),
            Ok(Ok(None)) => return Ok(body),
            Ok(Ok(Some(chunk))) => chunk,
            Ok(Err(error)) => return Err(sort(&error, body.bytes.len(), declared)),
        };
        if body.bytes.len() as u64 + chunk.len() as u64 > limit {
            return Err(BodyError::TooLarge);
        }
        if body.seat.is_none() && body.bytes.len() + chunk.len() > LARGE_BODY_BYTES {
            let asked = Instant::now();
            body.seat = seats.acquire().await.ok();
            deadline.not_counting(asked.elapsed());
        }
        body.bytes.extend_from_slice(&chunk);
    }
}

fn sort(error: &reqwest::Error, got: usize, declared: Option<u64>) -> BodyError {
    // The decoder's own errors are plain I/O errors; those of the line pass through it as they are.
    let of_the_decoder = std::error::Error::source(error).is_some_and(|cause| cause.is::<std::io::Error>());
    if error.is_decode() && of_the_decoder {
        return BodyError::Encoding;
    }
    match declared {
        Some(declared) if (got as u64) < declared => BodyError::Short {
            got,
            declared: Some(declared),
        },
        _ if is_cut(error) => BodyError::Short { got, declared: None },
        _ => BodyError::Line(innermost(error)),
    }
}

/// True when the line ended before the body did.
fn is_cut(error: &reqwest::Error) -> bool {
    let mut cause = std::error::Error::source(error);
    while let Some(error) = cause {
        if error
            .downcast_ref::<std::io::Error>()
            .is_some_and(|io| io.kind() == std::io::ErrorKind::UnexpectedEof)
        {
            return true;
        }
        cause = error.source();
    }
    false
}
