//! The parent's side: a few workers, each given one message at a time, replaced when it dies or is slow.
use std::{
    ffi::OsString,
    process::Stdio,
    sync::{
        Arc,
        atomic::{AtomicU8, Ordering},
    },
    time::Duration,
};

use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    process::{Child, ChildStdin, ChildStdout, Command},
    sync::{Mutex, Semaphore},
    time::timeout,
};

use crate::{confine::Confinement, frame};

/// How long a worker may take to start and confine itself.
const START_DEADLINE: Duration = Duration::from_secs(10);
/// Messages after which a worker is replaced, so that what it has hoarded goes back.
const MESSAGES_A_LIFE: usize = 400;

/// How to run workers.
#[derive(Clone, Debug)]
pub struct PoolSettings {
    /// The program, usually our own.
    pub program: OsString,
    /// Its arguments.
    pub arguments: Vec<OsString>,
    /// Workers at one time.
    pub workers: usize,
    /// How long one message may take.
    pub deadline: Duration,
}

/// Why a message has no answer. The fault is the input's unless nothing starts at all.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum WorkError {
    /// No worker starts.
    #[error("cannot start a worker: {reason}")]
    Start {
        /// What the system said.
        reason: String,
    },
    /// It took too long and was ended.
    #[error("the worker was ended after {seconds} s")]
    Deadline {
        /// The deadline.
        seconds: u64,
    },
    /// It died: out of memory, out of stack, or a fault of ours.
    #[error("the worker died ({status})")]
    Died {
        /// How, as far as the system tells.
        status: String,
    },
}

/// A pool of workers.
#[derive(Clone)]
pub struct Pool {
    settings: Arc<PoolSettings>,
    places: Arc<Semaphore>,
    idle: Arc<Mutex<Vec<Worker>>>,
    confinement: Arc<AtomicU8>,
}

struct Worker {
    child: Child,
    input: ChildStdin,
    output: ChildStdout,
    served: usize,
}

impl Pool {
    /// A pool; workers start when they are needed.
    #[must_use]
    pub fn new(settings: PoolSettings) -> Self {
        let places = settings.workers.max(1);
        Self {
            settings: Arc::new(settings),
            places: Arc::new(Semaphore::new(places)),
            idle: Arc::default(),
            confinement: Arc::new(AtomicU8::new(u8::MAX)),
        }
    }

    /// What every worker so far has given up; all true before the first one starts.
    #[must_use]
    pub fn confinement(&self) -> Confinement {
        let bits = self.confinement.load(Ordering::Relaxed);
        Confinement {
            limits: bits & 1 != 0,
            files: bits & 2 != 0,
            calls: bits & 4 != 0,
        }
    }

    /// Has a worker answer `message`.
    ///
    /// # Errors
    /// When no worker starts, or the one that took it dies or exceeds the deadline.
    pub async fn ask(&self, message: &[u8]) -> Result<Vec<u8>, WorkError> {
        let start = |reason: &dyn ToString| WorkError::Start {
            reason: reason.to_string(),
        };
        let _place = self.places.acquire().await.map_err(|e| start(&e))?;
        let waiting = self.idle.lock().await.pop();
        let mut worker = match waiting {
            Some(worker) => worker,
            None => self.start().await?,
        };
        match timeout(self.settings.deadline, worker.exchange(message)).await {
            Ok(Ok(answer)) => {
                worker.served += 1;
                if worker.served < MESSAGES_A_LIFE {
                    self.idle.lock().await.push(worker);
                }
                Ok(answer)
            }
            Ok(Err(_)) => {
                // The pipe broke, so it is dying or dead; it is given a moment to say how.
                let status = match timeout(Duration::from_secs(2), worker.child.wait()).await {
                    Ok(Ok(status)) => status.to_string(),
                    _ => "no status".into(),
                };
                Err(WorkError::Died { status })
            }
            Err(_) => {
                drop(worker.child.kill().await);
                Err(WorkError::Deadline {
                    seconds: self.settings.deadline.as_secs(),
                })
            }
        }
    }

    async fn start(&self) -> Result<Worker, WorkError> {
        let start = |reason: &dyn ToString| WorkError::Start {
            reason: reason.to_string(),
        };
        let mut child = Command::new(&self.settings.program)
            .args(&self.settings.arguments)
            .env_clear()
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .kill_on_drop(true)
            .spawn()
            .map_err(|e| start(&e))?;
        let (Some(input), Some(output)) = (child.stdin.take(), child.stdout.take()) else {
            return Err(start(&"its pipes are missing"));
        };
        let mut worker = Worker {
            child,
            input,
            output,
            served: 0,
        };
        let hello = timeout(START_DEADLINE, worker.receive())
            .await
            .map_err(|_| start(&"it does not answer"))?;
        let hello = hello.map_err(|e| start(&e))?;
        let given_up = hello
            .iter()
            .take(3)
            .enumerate()
            .fold(0_u8, |bits, (i, flag)| bits | (flag & 1) << i);
        self.confinement.fetch_and(given_up, Ordering::Relaxed);
        tracing::debug!(target: "cleanbill", confinement = given_up, "worker started");
        Ok(worker)
    }
}

impl Worker {
    async fn exchange(&mut self, message: &[u8]) -> std::io::Result<Vec<u8>> {
        self.input.write_all(&frame::head(message)?).await?;
        self.input.write_all(message).await?;
        self.input.flush().await?;
        self.receive().await
    }

    async fn receive(&mut self) -> std::io::Result<Vec<u8>> {
        let mut head = [0_u8; 4];
        self.output.read_exact(&mut head).await?;
        let length = u64::from(u32::from_be_bytes(head));
        if length > frame::MAX_FRAME_BYTES as u64 {
            return Err(std::io::Error::new(
                std::io::ErrorKind::InvalidData,
                "the answer is larger than the limit",
            ));
        }
        let mut bytes = Vec::new();
        let read = (&mut self.output).take(length).read_to_end(&mut bytes).await?;
        if read as u64 != length {
            return Err(std::io::ErrorKind::UnexpectedEof.into());
        }
        Ok(bytes)
    }
}
