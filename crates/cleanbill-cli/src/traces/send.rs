//! The thread that sends spans, a batch at a time. A collector that is down costs the batches of that time, which
//! are counted; nothing waits for it and nothing piles up.
use std::{
    sync::{
        atomic::{AtomicU64, Ordering},
        mpsc::{Receiver, RecvTimeoutError},
    },
    time::{Duration, Instant},
};

use reqwest::{
    Client,
    header::{CONTENT_TYPE, HeaderMap, HeaderName, HeaderValue},
};
use serde_json::{Value, json};

use super::{Message, layer::Done};
use crate::{failure::Failure, world::World};

/// Spans sent at one time.
const BATCH: usize = 512;
/// How long the first span of a batch waits for others.
const EVERY: Duration = Duration::from_secs(1);
/// How long a collector may take.
const PATIENCE: Duration = Duration::from_secs(5);
/// Where traces go, below the endpoint.
const PATH: &str = "/v1/traces";
/// Headers taken from the environment.
const MAX_HEADERS: usize = 32;

/// Who gets the spans.
pub(super) struct Collector {
    url: String,
    headers: HeaderMap,
    service: String,
    client: Client,
}

impl Collector {
    /// The collector at `endpoint`, with the headers and the service's name that OpenTelemetry's variables give.
    pub(super) fn new(endpoint: &str, world: &World) -> Result<Self, Failure> {
        if !(endpoint.starts_with("http://") || endpoint.starts_with("https://")) {
            return Err(Failure::usage(format!("`{endpoint}` is no collector of traces"))
                .hint("name its base with http:// or https://, such as http://127.0.0.1:4318"));
        }
        let base = endpoint.trim_end_matches('/');
        let url = if base.ends_with(PATH) {
            base.to_owned()
        } else {
            format!("{base}{PATH}")
        };
        let named = world.variable("OTEL_EXPORTER_OTLP_HEADERS").unwrap_or_default();
        let mut headers = HeaderMap::new();
        for pair in named
            .split(',')
            .filter(|pair| !pair.trim().is_empty())
            .take(MAX_HEADERS)
        {
            let read = pair.split_once('=').and_then(|(name, value)| {
                let name = HeaderName::from_bytes(name.trim().as_bytes()).ok()?;
                let mut value = HeaderValue::from_str(value.trim()).ok()?;
                value.set_sensitive(true);
                Some((name, value))
            });
            let Some((name, value)) = read else {
                return Err(Failure::usage("cannot read `OTEL_EXPORTER_OTLP_HEADERS`")
                    .hint("write it as NAME=VALUE, several with commas between"));
            };
            headers.insert(name, value);
        }
        headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
        let client = Client::builder()
            .redirect(reqwest::redirect::Policy::none())
            .timeout(PATIENCE)
            .build()
            .map_err(|error| Failure::ours("cannot set up the client for traces").because(&error))?;
        Ok(Self {
            url,
            headers,
            service: world
                .variable("OTEL_SERVICE_NAME")
                .unwrap_or("cleanbill-gate")
                .to_owned(),
            client,
        })
    }

    async fn send(&self, spans: &[Value]) -> bool {
        let text = |key: &str, value: &str| json!({"key": key, "value": {"stringValue": value}});
        let body = json!({"resourceSpans": [{
            "resource": {"attributes": [
                text("service.name", &self.service),
                text("service.version", env!("CARGO_PKG_VERSION")),
            ]},
            "scopeSpans": [{"scope": {"name": "cleanbill"}, "spans": spans}],
        }]});
        let posted = self.client.post(&self.url).headers(self.headers.clone());
        match posted.body(body.to_string()).send().await {
            Ok(answer) if answer.status().is_success() => true,
            Ok(answer) => {
                tracing::debug!(target: "cleanbill", status = answer.status().as_u16(), "traces are not taken");
                false
            }
            Err(error) => {
                tracing::debug!(target: "cleanbill", reason = %error.without_url(), "traces cannot be sent");
                false
            }
        }
    }
}

/// Sends until nobody can tell of spans any more.
pub(super) fn serve(
    messages: &Receiver<Message>,
    collector: &Collector,
    sent: &AtomicU64,
    dropped: &AtomicU64,
) {
    let Ok(runtime) = tokio::runtime::Builder::new_current_thread().enable_all().build() else {
        return;
    };
    let mut batch: Vec<Value> = Vec::with_capacity(BATCH);
    let mut due = Instant::now();
    loop {
        let wait = if batch.is_empty() {
            EVERY
        } else {
            due.saturating_duration_since(Instant::now())
        };
        let mut flushed = None;
        match messages.recv_timeout(wait) {
            Ok(Message::Span(span)) => {
                if batch.is_empty() {
                    due = Instant::now() + EVERY;
                }
                batch.push(told(&span));
                if batch.len() < BATCH && Instant::now() < due {
                    continue;
                }
            }
            Ok(Message::Flush(done)) => flushed = Some(done),
            Err(RecvTimeoutError::Timeout) => {}
            Err(RecvTimeoutError::Disconnected) => return,
        }
        if !batch.is_empty() {
            let count = u64::try_from(batch.len()).unwrap_or(0);
            let counter = if runtime.block_on(collector.send(&batch)) {
                sent
            } else {
                dropped
            };
            counter.fetch_add(count, Ordering::Relaxed);
            batch.clear();
        }
        if let Some(done) = flushed {
            // Whoever asked may have gone.
            let _gone = done.send(());
        }
    }
}

/// A span as OTLP writes it in JSON.
fn told(span: &Done) -> Value {
    let attributes: Vec<Value> = span
        .attributes
        .iter()
        .map(|(key, value)| json!({"key": key, "value": value}))
        .collect();
    let mut told = json!({
        "traceId": format!("{:032x}", span.trace),
        "spanId": format!("{:016x}", span.id),
        "name": span.name,
        "kind": span.kind,
        "startTimeUnixNano": span.start.to_string(),
        "endTimeUnixNano": span.end.to_string(),
        "attributes": attributes,
        "status": if span.failed { json!({"code": 2}) } else { json!({}) },
    });
    if let (Some(parent), Some(told)) = (span.parent, told.as_object_mut()) {
        told.insert("parentSpanId".into(), format!("{parent:016x}").into());
    }
    told
}
