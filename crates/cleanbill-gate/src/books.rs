//! The gate's store, from asynchronous code: calls off the runtime's threads, and the log written many
//! events at a time. It does not know what is decided from what is kept.
use std::sync::Arc;

use cleanbill_ports::{Event, GateStore, StoreError};
use tokio::sync::{mpsc, oneshot};

/// Events written with one call at most: what a busy gate gathers while the last call is written.
const AT_ONCE: usize = 512;
/// Events waiting at most; whoever comes later waits for room.
const WAITING: usize = 4096;

struct Pending {
    event: Event,
    written: oneshot::Sender<Result<(), Arc<str>>>,
}

/// The store and its writer.
#[derive(Clone)]
pub struct Books {
    store: Arc<dyn GateStore>,
    queue: mpsc::Sender<Pending>,
}

impl Books {
    /// Starts the writer; it ends when the last clone is gone and everything is written.
    #[must_use]
    pub fn open(store: Arc<dyn GateStore>) -> Self {
        let (queue, waiting) = mpsc::channel(WAITING);
        tokio::spawn(write_all(Arc::clone(&store), waiting));
        Self { store, queue }
    }

    /// Writes an event; when this answers, it is kept.
    ///
    /// # Errors
    /// With the reason, where it cannot be kept.
    pub async fn write(&self, event: Event) -> Result<(), Arc<str>> {
        let (written, told) = oneshot::channel();
        let gone = || Arc::from("the writer of the log is gone");
        self.queue
            .send(Pending { event, written })
            .await
            .map_err(|_| gone())?;
        told.await.unwrap_or_else(|_| Err(gone()))
    }

    /// Asks the store.
    ///
    /// # Errors
    /// What the store says.
    pub async fn ask<T: Send + 'static>(
        &self,
        question: impl FnOnce(&dyn GateStore) -> Result<T, StoreError> + Send + 'static,
    ) -> Result<T, StoreError> {
        let store = Arc::clone(&self.store);
        let place = store.place();
        tokio::task::spawn_blocking(move || question(&*store))
            .await
            .unwrap_or_else(|error| {
                Err(StoreError::Failed {
                    place,
                    reason: error.to_string(),
                })
            })
    }

    /// The store itself, for code that may block.
    #[must_use]
    pub fn store(&self) -> &Arc<dyn GateStore> {
        &self.store
    }
}

async fn write_all(store: Arc<dyn GateStore>, mut waiting: mpsc::Receiver<Pending>) {
    let mut pending = Vec::with_capacity(AT_ONCE);
    while waiting.recv_many(&mut pending, AT_ONCE).await > 0 {
        let (events, written): (Vec<Event>, Vec<_>) =
            pending.drain(..).map(|one| (one.event, one.written)).unzip();
        let writer = Arc::clone(&store);
        let done = tokio::task::spawn_blocking(move || writer.append(&events)).await;
        let answer = match done {
            Ok(Ok(_)) => Ok(()),
            Ok(Err(error)) => Err(Arc::from(error.to_string())),
            Err(error) => Err(Arc::from(error.to_string())),
        };
        if let Err(reason) = &answer {
            tracing::error!(target: "cleanbill", reason = %reason, "the gate's log cannot be written");
        }
        for one in written {
            // A client that went away does not wait for this any more.
            let _gone = one.send(answer.clone());
        }
    }
}
