//! TLS for the loopback registry, with certificates nobody but the tests believes.
//! It knows keys and handshakes, and no request.
use std::{io, net::SocketAddr, sync::Arc, time::Duration};

use axum::serve::Listener;
use tokio::net::{TcpListener, TcpStream};
use tokio_rustls::{
    TlsAcceptor,
    rustls::{
        RootCertStore, ServerConfig,
        crypto::aws_lc_rs,
        pki_types::{CertificateDer, PrivateKeyDer, pem::PemObject as _},
        server::WebPkiClientVerifier,
    },
    server::TlsStream,
};

/// The authority that vouches for the registry and for [`CLIENT_PEM`], in PEM.
pub const AUTHORITY_PEM: &[u8] = include_bytes!("../../fixtures/tls/ca.pem");
/// A client's certificate and key, one after the other, in PEM.
pub const CLIENT_PEM: &str = concat!(
    include_str!("../../fixtures/tls/client.pem"),
    include_str!("../../fixtures/tls/client.key")
);
const SERVER_PEM: &[u8] = include_bytes!("../../fixtures/tls/server.pem");
const SERVER_KEY: &[u8] = include_bytes!("../../fixtures/tls/server.key");

/// How long a handshake may take; others wait for it.
const HANDSHAKE: Duration = Duration::from_secs(2);

/// Who may connect.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Clients {
    /// Anyone.
    Any,
    /// Those with a certificate of [`AUTHORITY_PEM`].
    WithCertificate,
}

pub(super) fn acceptor(clients: Clients) -> io::Result<TlsAcceptor> {
    let builder = ServerConfig::builder_with_provider(Arc::new(aws_lc_rs::default_provider()))
        .with_safe_default_protocol_versions()
        .map_err(io::Error::other)?;
    let builder = match clients {
        Clients::Any => builder.with_no_client_auth(),
        Clients::WithCertificate => {
            let mut roots = RootCertStore::empty();
            roots
                .add(CertificateDer::from_pem_slice(AUTHORITY_PEM).map_err(io::Error::other)?)
                .map_err(io::Error::other)?;
            let provider = Arc::new(aws_lc_rs::default_provider());
            let verifier = WebPkiClientVerifier::builder_with_provider(Arc::new(roots), provider);
            builder.with_client_cert_verifier(verifier.build().map_err(io::Error::other)?)
        }
    };
    let certificate = CertificateDer::from_pem_slice(SERVER_PEM).map_err(io::Error::other)?;
    let key = PrivateKeyDer::from_pem_slice(SERVER_KEY).map_err(io::Error::other)?;
    let mut config = builder
        .with_single_cert(vec![certificate], key)
        .map_err(io::Error::other)?;
    config.alpn_protocols = vec![b"h2".to_vec(), b"http/1.1".to_vec()];
    Ok(TlsAcceptor::from(Arc::new(config)))
}

pub(super) struct TlsListener {
    pub listener: TcpListener,
    pub acceptor: TlsAcceptor,
}

impl Listener for TlsListener {
    type Io = TlsStream<TcpStream>;
    type Addr = SocketAddr;

    async fn accept(&mut self) -> (Self::Io, Self::Addr) {
        loop {
            let (stream, address) = Listener::accept(&mut self.listener).await;
            if let Ok(Ok(stream)) = tokio::time::timeout(HANDSHAKE, self.acceptor.accept(stream)).await {
                return (stream, address);
            }
        }
    }

    fn local_addr(&self) -> io::Result<Self::Addr> {
        self.listener.local_addr()
    }
}
