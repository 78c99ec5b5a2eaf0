//! Worker processes as the engine's reader.
use std::time::Duration;

use cleanbill_ports::{ReadError, Reader};
use cleanbill_worker::{Pool, PoolSettings, WorkError};
use futures::future::BoxFuture;

/// How long the reading of one release may take. The slowest honest ones take a second or two.
const DEADLINE: Duration = Duration::from_secs(60);

/// How long the rehearsal of one release may take: its own counts end it after about a second, and what they
/// cannot count is ended here. A build for testing interprets some twenty times slower.
const STAGE_DEADLINE: Duration = Duration::from_secs(if cfg!(debug_assertions) { 20 } else { 2 });

/// A pool of this program's own workers.
pub struct Workers(Pool);

impl Workers {
    /// One worker a core; `None` where the program cannot find itself.
    #[must_use]
    pub fn of_this_program() -> Option<Self> {
        Self::with(DEADLINE)
    }

    /// The same with the shorter time a stage is given.
    #[must_use]
    pub fn of_the_stage() -> Option<Self> {
        Self::with(STAGE_DEADLINE)
    }

    fn with(deadline: Duration) -> Option<Self> {
        let program = std::env::current_exe().ok()?;
        let workers = std::thread::available_parallelism().map_or(2, std::num::NonZeroUsize::get);
        let settings = PoolSettings {
            program: program.into(),
            arguments: vec!["worker".into()],
            workers,
            deadline,
        };
        Some(Self(Pool::new(settings)))
    }
}

impl Reader for Workers {
    fn read<'a>(&'a self, request: &'a [u8]) -> BoxFuture<'a, Result<Vec<u8>, ReadError>> {
        Box::pin(async move {
            self.0.ask(request).await.map_err(|error| match error {
                WorkError::Start { reason } => ReadError::NoReader { reason },
                WorkError::Deadline { seconds } => ReadError::TooSlow { seconds },
                other => ReadError::GivenUp {
                    reason: other.to_string(),
                },
            })
        })
    }
}
