//! Clients for requests that somebody else makes and that are handed on as they are.
//! They have the trust, the proxies and the certificates of the settings, and no memory of what is asked.
use std::sync::OnceLock;

use reqwest::Client;

use crate::{
    clients::{self, Clients, Purpose},
    settings::UpstreamSettings,
    upstream::SetUpError,
};

/// The clients, made when one is first asked for: reading the system's certificates takes a while.
pub struct Passing {
    settings: UpstreamSettings,
    clients: OnceLock<Option<Clients>>,
}

impl Passing {
    /// Clients under these settings.
    ///
    /// # Errors
    /// When a certificate or a proxy address cannot be read.
    pub fn new(settings: UpstreamSettings) -> Result<Self, SetUpError> {
        clients::check(&settings)?;
        Ok(Self {
            settings,
            clients: OnceLock::new(),
        })
    }

    /// The client for `url`: it follows nothing and unpacks nothing. `None` where TLS cannot be set up.
    #[must_use]
    pub fn of(&self, url: &str) -> Option<Client> {
        let made = self.clients.get_or_init(|| {
            let built = Clients::build(&self.settings);
            built
                .inspect_err(
                    |error| tracing::warn!(target: "cleanbill", reason = %error, "nothing can be passed on"),
                )
                .ok()
        });
        Some(made.as_ref()?.of(url, Purpose::Tarball).clone())
    }
}
