//! Spans as they open and close, with their place in a trace.
//! It does not know who gets them.
use std::{
    fmt,
    time::{Instant, SystemTime, UNIX_EPOCH},
};

use cleanbill_gate::SPANS;
use serde_json::{Value, json};
use tracing::{
    Metadata, Subscriber,
    field::{Field, Visit},
    span::{Attributes, Id, Record},
};
use tracing_subscriber::{Layer, layer::Context, registry::LookupSpan};

use super::Traces;

/// Attributes of one span; ours have a handful.
const MAX_ATTRIBUTES: usize = 16;
/// Longest value of one, in characters: a path may be as long as a client likes.
const MAX_VALUE: usize = 256;

/// Hears of spans.
pub struct Spans(pub(super) Traces);

/// True for what traces are made of.
#[must_use]
pub fn is_traced(metadata: &Metadata<'_>) -> bool {
    metadata.is_span() && metadata.target() == SPANS
}

/// A span that is over.
pub(super) struct Done {
    pub(super) trace: u128,
    pub(super) id: u64,
    pub(super) parent: Option<u64>,
    pub(super) name: &'static str,
    pub(super) kind: u8,
    pub(super) start: u64,
    pub(super) end: u64,
    pub(super) failed: bool,
    pub(super) attributes: Vec<(&'static str, Value)>,
}

/// One that is open.
struct Open {
    trace: u128,
    id: u64,
    parent: Option<u64>,
    started: Instant,
    start: u64,
    fields: Fields,
}

impl<S: Subscriber + for<'a> LookupSpan<'a>> Layer<S> for Spans {
    fn on_new_span(&self, attributes: &Attributes<'_>, id: &Id, context: Context<'_, S>) {
        let Some(span) = context.span(id) else { return };
        let mut fields = Fields::default();
        attributes.record(&mut fields);
        let above = span.parent().and_then(|parent| {
            let extensions = parent.extensions();
            let open = extensions.get::<Open>()?;
            Some((open.trace, open.id))
        });
        let above = above.or_else(|| continued(fields.traceparent.as_deref()?));
        let (trace, parent) = match above {
            Some((trace, parent)) => (trace, Some(parent)),
            None => (random(), None),
        };
        let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
        span.extensions_mut().insert(Open {
            trace,
            // An id of nothing but zeros is none.
            id: u64::try_from(random() >> 64).unwrap_or_default().max(1),
            parent,
            started: Instant::now(),
            start: u64::try_from(since.as_nanos()).unwrap_or(u64::MAX),
            fields,
        });
    }

    fn on_record(&self, id: &Id, values: &Record<'_>, context: Context<'_, S>) {
        if let Some(span) = context.span(id)
            && let Some(open) = span.extensions_mut().get_mut::<Open>()
        {
            values.record(&mut open.fields);
        }
    }

    fn on_close(&self, id: Id, context: Context<'_, S>) {
        let Some(span) = context.span(&id) else { return };
        let Some(open) = span.extensions_mut().remove::<Open>() else {
            return;
        };
        let took = u64::try_from(open.started.elapsed().as_nanos()).unwrap_or(u64::MAX);
        self.0.tell(Done {
            trace: open.trace,
            id: open.id,
            parent: open.parent,
            name: span.name(),
            kind: open.fields.kind,
            start: open.start,
            // The clock may be set while a span is open; its length is not.
            end: open.start.saturating_add(took),
            failed: open.fields.failed,
            attributes: open.fields.others,
        });
    }
}

/// The trace and the span of a `traceparent` header (W3C); `None` where it is none.
fn continued(header: &str) -> Option<(u128, u64)> {
    let mut parts = header.split('-');
    let (version, trace, span) = (parts.next()?, parts.next()?, parts.next()?);
    let right = version.len() == 2 && version != "ff" && trace.len() == 32 && span.len() == 16;
    let hex = |text: &str| text.bytes().all(|b| matches!(b, b'0'..=b'9' | b'a'..=b'f'));
    if !(right && hex(trace) && hex(span) && parts.next()?.len() == 2) {
        return None;
    }
    let trace = u128::from_str_radix(trace, 16).ok().filter(|trace| *trace != 0)?;
    let span = u64::from_str_radix(span, 16).ok().filter(|span| *span != 0)?;
    Some((trace, span))
}

fn random() -> u128 {
    let mut bytes = [0; 16];
    // Ids name and protect nothing: where the system gives no chance, one that is told apart by time does.
    if getrandom::fill(&mut bytes).is_err() {
        let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
        return since.as_nanos() << 40;
    }
    u128::from_le_bytes(bytes).max(1)
}

/// What is said of a span.
struct Fields {
    kind: u8,
    failed: bool,
    traceparent: Option<String>,
    others: Vec<(&'static str, Value)>,
}

impl Default for Fields {
    fn default() -> Self {
        Self {
            // Internal, as OpenTelemetry counts.
            kind: 1,
            failed: false,
            traceparent: None,
            others: Vec::new(),
        }
    }
}

impl Fields {
    fn add(&mut self, field: &Field, value: Value) {
        if self.others.len() < MAX_ATTRIBUTES {
            self.others.push((field.name(), value));
        }
    }

    fn text(&mut self, field: &Field, text: &str) {
        match field.name() {
            "otel.kind" => {
                self.kind = match text {
                    "server" => 2,
                    "client" => 3,
                    _ => 1,
                };
            }
            "traceparent" => self.traceparent = Some(text.chars().take(MAX_VALUE).collect()),
            _ => {
                let text: String = text.chars().take(MAX_VALUE).collect();
                self.add(field, json!({ "stringValue": text }));
            }
        }
    }
}

impl Visit for Fields {
    fn record_str(&mut self, field: &Field, value: &str) {
        self.text(field, value);
    }

    fn record_u64(&mut self, field: &Field, value: u64) {
        self.failed |= field.name() == "http.response.status_code" && value >= 500;
        self.add(field, json!({ "intValue": value.to_string() }));
    }

    fn record_i64(&mut self, field: &Field, value: i64) {
        self.add(field, json!({ "intValue": value.to_string() }));
    }

    fn record_bool(&mut self, field: &Field, value: bool) {
        self.add(field, json!({ "boolValue": value }));
    }

    fn record_debug(&mut self, field: &Field, value: &dyn fmt::Debug) {
        self.text(field, &format!("{value:?}"));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_trace_is_continued_where_the_header_is_whole() {
        let trace = "4bf92f3577b34da6a3ce929d0e0e4736";
        let whole = format!("00-{trace}-00f067aa0ba902b7-01");
        assert_eq!(
            continued(&whole),
            Some((0x4bf9_2f35_77b3_4da6_a3ce_929d_0e0e_4736, 0x00f0_67aa_0ba9_02b7))
        );
        let zeros = "0".repeat(32);
        for wrong in [
            "",
            "00",
            &format!("ff-{trace}-00f067aa0ba902b7-01"),
            &format!("00-{zeros}-00f067aa0ba902b7-01"),
            &format!("00-{trace}-0000000000000000-01"),
            &format!("00-{}-00f067aa0ba902b7-01", trace.to_uppercase()),
            &format!("00-{trace}-00f067aa0ba902b-01"),
            &format!("00-{trace}-00f067aa0ba902b7"),
            &format!("00-+{}-00f067aa0ba902b7-01", &trace[1..]),
        ] {
            assert_eq!(continued(wrong), None, "{wrong}");
        }
    }
}
