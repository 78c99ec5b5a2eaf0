//! Traces for whoever follows requests through several services: spans of the gate as OpenTelemetry tells them, sent
//! as OTLP over HTTP in JSON. It knows no gate; it hears of spans with the gate's target and sends them on.
mod layer;
mod send;

use std::{
    sync::{
        Arc, OnceLock,
        atomic::{AtomicU64, Ordering},
        mpsc::{self, SyncSender},
    },
    time::Duration,
};

pub use layer::{Spans, is_traced};
use send::Collector;

use crate::{failure::Failure, world::World};

/// Spans that wait for the collector; more are dropped and counted, and no request waits for them.
const QUEUE: usize = 8_192;
/// How long the end of the program waits for the last spans.
const LAST_WORDS: Duration = Duration::from_secs(3);

static RUNNING: OnceLock<Traces> = OnceLock::new();

/// What goes to the sending thread.
enum Message {
    Span(Box<layer::Done>),
    Flush(SyncSender<()>),
}

/// Traces that are sent.
#[derive(Clone)]
pub struct Traces {
    messages: SyncSender<Message>,
    /// Spans a collector has taken.
    pub sent: Arc<AtomicU64>,
    /// Spans nobody has got.
    pub dropped: Arc<AtomicU64>,
}

impl Traces {
    /// Starts sending to the collector at `endpoint`, and gives the layer that hears of spans.
    ///
    /// # Errors
    /// When the address is none, or the system gives no thread.
    pub fn start(endpoint: &str, world: &World) -> Result<Spans, Failure> {
        let (messages, receiver) = mpsc::sync_channel(QUEUE);
        let traces = Self {
            messages,
            sent: Arc::default(),
            dropped: Arc::default(),
        };
        let collector = Collector::new(endpoint, world)?;
        let counting = traces.clone();
        std::thread::Builder::new()
            .name("cleanbill-traces".into())
            .spawn(move || send::serve(&receiver, &collector, &counting.sent, &counting.dropped))
            .map_err(|error| Failure::ours("cannot start the thread that sends traces").because(&error))?;
        // A second start in one process (tests) keeps the first.
        let _kept = RUNNING.set(traces.clone());
        Ok(Spans(traces))
    }

    /// Those of this process, where some are sent.
    pub fn running() -> Option<&'static Self> {
        RUNNING.get()
    }

    /// Sends what waits, within a bound.
    pub fn flush(&self) {
        let (done, told) = mpsc::sync_channel(1);
        // A queue that is full is being sent already.
        if self.messages.try_send(Message::Flush(done)).is_ok() {
            let _late = told.recv_timeout(LAST_WORDS);
        }
    }

    fn tell(&self, span: layer::Done) {
        if self.messages.try_send(Message::Span(Box::new(span))).is_err() {
            self.dropped.fetch_add(1, Ordering::Relaxed);
        }
    }
}
