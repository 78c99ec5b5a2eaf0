//! Connections: opened with or without TLS as the address says, each in a thread of its own.
//! It runs what it is handed and does not know what that is.
use std::{
    sync::{
        Arc, Mutex,
        mpsc::{self, Receiver, Sender, SyncSender},
    },
    thread,
    time::{Duration, Instant},
};

use postgres::{Client, Config, NoTls, config::SslMode};
use rustls_platform_verifier::BuilderVerifierExt as _;
use tokio_postgres_rustls::MakeRustlsConnect;
use tokio_rustls::rustls::{ClientConfig, crypto::aws_lc_rs};

/// Connections of one process: enough that a slow call holds up nobody.
const CONNECTIONS: usize = 4;
/// How long a call goes on trying where connections are lost: a server restarts within.
const PATIENCE: Duration = Duration::from_secs(20);
/// How long opening one connection may take.
const OPENING: Duration = Duration::from_secs(5);
/// Pause between two tries, so that a server that starts is not hindered.
const PAUSE: Duration = Duration::from_millis(100);

/// Why work was not done.
#[derive(Debug)]
pub(crate) enum Trouble {
    /// The database said so.
    Database(postgres::Error),
    /// A row is none of ours, or the threads are gone.
    Other(String),
}

impl From<postgres::Error> for Trouble {
    fn from(error: postgres::Error) -> Self {
        Self::Database(error)
    }
}

impl From<crate::tables::Strange> for Trouble {
    fn from(strange: crate::tables::Strange) -> Self {
        Self::Other(format!("the table holds {}", strange.0))
    }
}

impl Trouble {
    /// True when another connection may do better: this one is lost, the server is going or coming, or two calls stood
    /// in each other's way.
    fn is_of_the_line(&self, client: &Client) -> bool {
        match self {
            Self::Database(error) => {
                let class = error
                    .code()
                    .map(|code| code.code().get(..2).unwrap_or_default().to_owned());
                client.is_closed()
                    || error.is_closed()
                    || matches!(class.as_deref(), Some("08" | "40" | "57"))
            }
            Self::Other(_) => false,
        }
    }
}

type Job = Box<dyn FnOnce(&mut Option<Client>, &Config) + Send>;

/// The threads. Dropping it ends them when they have done what they were handed.
pub(crate) struct Connections {
    jobs: Mutex<Sender<Job>>,
}

impl Connections {
    pub(crate) fn new(config: Config) -> Self {
        let (sender, receiver) = mpsc::channel::<Job>();
        let receiver = Arc::new(Mutex::new(receiver));
        let config = Arc::new(config);
        for _ in 0..CONNECTIONS {
            let (receiver, config) = (Arc::clone(&receiver), Arc::clone(&config));
            thread::spawn(move || serve(&receiver, &config));
        }
        Self {
            jobs: Mutex::new(sender),
        }
    }

    /// Runs `work` on a connection, and again on others while the line is what fails.
    pub(crate) fn run<T: Send + 'static>(
        &self,
        work: impl Fn(&mut Client) -> Result<T, Trouble> + Send + 'static,
    ) -> Result<T, Trouble> {
        let (answer, told) = mpsc::sync_channel(1);
        let job: Job = Box::new(move |client, config| persist(client, config, &work, &answer));
        let sent = self.jobs.lock().is_ok_and(|jobs| jobs.send(job).is_ok());
        if !sent {
            return Err(Trouble::Other("its threads are gone".into()));
        }
        told.recv()
            .unwrap_or_else(|_| Err(Trouble::Other("its thread broke off".into())))
    }
}

fn serve(jobs: &Mutex<Receiver<Job>>, config: &Config) {
    let mut client = None;
    loop {
        let job = match jobs.lock() {
            Ok(jobs) => jobs.recv(),
            Err(_) => return,
        };
        match job {
            Ok(job) => job(&mut client, config),
            Err(_) => return,
        }
    }
}

fn persist<T>(
    client: &mut Option<Client>,
    config: &Config,
    work: &impl Fn(&mut Client) -> Result<T, Trouble>,
    answer: &SyncSender<Result<T, Trouble>>,
) {
    let started = Instant::now();
    let done = loop {
        let attempt = match client {
            Some(open) => match work(open) {
                Err(trouble) if trouble.is_of_the_line(open) => {
                    *client = None;
                    Err(trouble)
                }
                done => break done,
            },
            None => match open(config) {
                Ok(opened) => {
                    *client = Some(opened);
                    continue;
                }
                Err(trouble) => Err(trouble),
            },
        };
        if started.elapsed() > PATIENCE {
            break attempt;
        }
        tracing::debug!(target: "cleanbill", "the database's connection is lost, trying again");
        thread::sleep(PAUSE);
    };
    // Whoever asked may have gone.
    let _gone = answer.send(done);
}

fn open(config: &Config) -> Result<Client, Trouble> {
    let mut config = config.clone();
    config.connect_timeout(OPENING).application_name("cleanbill");
    if config.get_ssl_mode() == SslMode::Disable {
        return Ok(config.connect(NoTls)?);
    }
    let tls = ClientConfig::builder_with_provider(Arc::new(aws_lc_rs::default_provider()))
        .with_safe_default_protocol_versions()
        .and_then(|builder| builder.with_platform_verifier())
        .map_err(|error| Trouble::Other(format!("TLS cannot be set up: {error}")))?
        .with_no_client_auth();
    Ok(config.connect(MakeRustlsConnect::new(tls))?)
}
