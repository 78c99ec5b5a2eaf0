//! A registry on loopback that serves packages from memory, misbehaves to order and logs what it was asked.
//! It runs on a thread of its own and stops when dropped; it knows no client.
mod behaviour;
mod serve;
mod state;
pub mod tls;

use std::{
    net::{SocketAddr, TcpListener},
    sync::{Arc, PoisonError},
    thread::JoinHandle,
};

use cleanbill_model::PackageName;
use tokio::sync::oneshot;

pub use behaviour::Behaviour;
pub use state::{Logged, Validators};

use crate::replay::{Replay, ReplayPackage};
use state::State;

/// A running registry. Dropping it stops it and cuts what is under way.
#[derive(Debug)]
pub struct Registry {
    address: SocketAddr,
    state: Arc<State>,
    stop: Option<oneshot::Sender<()>>,
    thread: Option<JoinHandle<()>>,
}

impl Registry {
    /// Serves `replay` on a free port of 127.0.0.1.
    ///
    /// # Panics
    /// When the machine gives no port or no thread: no test can go on without.
    #[must_use]
    pub fn start(replay: Replay) -> Self {
        Self::start_on(replay, None)
    }

    /// The same over TLS, HTTP/2 offered; [`tls::AUTHORITY_PEM`] vouches for it.
    ///
    /// # Panics
    /// As [`Registry::start`].
    #[must_use]
    pub fn start_tls(replay: Replay, clients: tls::Clients) -> Self {
        Self::start_on(replay, Some(clients))
    }

    #[expect(clippy::expect_used, reason = "without a server the test has nothing to say")]
    #[expect(
        clippy::disallowed_methods,
        reason = "the server lives on a thread of its own, so that tests without a runtime can have one"
    )]
    fn start_on(replay: Replay, tls: Option<tls::Clients>) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a free port on loopback");
        listener
            .set_nonblocking(true)
            .expect("a listener that does not block");
        let address = listener.local_addr().expect("the port just bound");
        let acceptor = tls.map(|clients| tls::acceptor(clients).expect("certificates that can be read"));
        let scheme = if acceptor.is_some() { "https" } else { "http" };
        let state = Arc::new(State::new(replay, format!("{scheme}://{address}")));
        let (stop, stopped) = oneshot::channel();
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build()
            .expect("a runtime for the server");
        let serving = Arc::clone(&state);
        let thread = std::thread::spawn(move || {
            runtime.block_on(serve::run(listener, acceptor, serving, stopped));
            runtime.shutdown_background();
        });
        Self {
            address,
            state,
            stop: Some(stop),
            thread: Some(thread),
        }
    }

    /// Serves these packages.
    #[must_use]
    pub fn with(packages: impl IntoIterator<Item = ReplayPackage>) -> Self {
        Self::start(packages.into_iter().collect())
    }

    /// Its address, `http://127.0.0.1:PORT`, without a slash at the end.
    #[must_use]
    pub fn url(&self) -> &str {
        self.state.base()
    }

    /// Host and port.
    #[must_use]
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// Publishes a package, or what is now said of one.
    pub fn publish(&self, package: ReplayPackage) {
        self.state.change(|replay| replay.insert(package));
    }

    /// Takes a package down; it answers 404 from now on.
    pub fn take_down(&self, name: &PackageName) {
        self.state.change(|replay| replay.remove(name));
    }

    /// The next answers to `path` (decoded, such as `/@scope/left`), one a request; honest ones follow.
    pub fn order(&self, path: &str, behaviours: impl IntoIterator<Item = Behaviour>) {
        let mut orders = self.state.orders.lock().unwrap_or_else(PoisonError::into_inner);
        orders.next.entry(path.to_owned()).or_default().extend(behaviours);
    }

    /// Every answer to `path`, once the ordered ones are used up.
    pub fn order_always(&self, path: &str, behaviour: Behaviour) {
        let mut orders = self.state.orders.lock().unwrap_or_else(PoisonError::into_inner);
        orders.always.insert(path.to_owned(), behaviour);
    }

    /// Every answer to every path that has no order of its own.
    pub fn order_everywhere(&self, behaviour: Option<Behaviour>) {
        let mut orders = self.state.orders.lock().unwrap_or_else(PoisonError::into_inner);
        orders.everywhere = behaviour;
    }

    /// Which validators documents and tarballs carry; entity tags unless told otherwise.
    pub fn validators(&self, validators: Validators) {
        self.state.change_validators(validators);
    }

    /// Only requests that carry exactly this `Authorization` are answered; others get 401.
    pub fn require_authorization(&self, value: &str) {
        let mut orders = self.state.orders.lock().unwrap_or_else(PoisonError::into_inner);
        orders.authorization = Some(value.to_owned());
    }

    /// Every request so far, oldest first.
    #[must_use]
    pub fn log(&self) -> Vec<Logged> {
        self.state
            .log
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .clone()
    }

    /// Requests so far for `path` (decoded).
    #[must_use]
    pub fn requests_for(&self, path: &str) -> Vec<Logged> {
        self.log()
            .into_iter()
            .filter(|logged| logged.path == path)
            .collect()
    }

    /// Most requests that were in the server at one moment.
    #[must_use]
    pub fn peak(&self) -> usize {
        self.state.peak()
    }
}

impl Drop for Registry {
    fn drop(&mut self) {
        if let Some(stop) = self.stop.take() {
            let _ = stop.send(());
        }
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}
