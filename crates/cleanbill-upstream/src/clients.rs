//! The HTTP clients: one a client certificate, for documents (decoded) and for tarballs (as they are).
//! It knows certificates and proxies, and no package.
use reqwest::{Certificate, Client, ClientBuilder, Identity, NoProxy, Proxy, redirect};

use crate::{
    settings::{ClientCertificate, Roots, UpstreamSettings},
    upstream::SetUpError,
};

/// What a client is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Purpose {
    /// Documents: gzip and brotli are asked for and undone.
    Document,
    /// Tarballs: the bytes as they are, or their integrity would not be that of the release.
    Tarball,
}

#[derive(Debug)]
pub(crate) struct Clients {
    bound: Vec<(String, Client, Client)>,
    document: Client,
    tarball: Client,
}

impl Clients {
    pub(crate) fn build(settings: &UpstreamSettings) -> Result<Self, SetUpError> {
        let one = |purpose, certificate| client(settings, purpose, certificate);
        let mut bound = Vec::new();
        let mut global = None;
        for certificate in &settings.client_certificates {
            if certificate.prefix.is_empty() {
                global = Some(certificate);
                continue;
            }
            let (document, tarball) = (
                one(Purpose::Document, Some(certificate))?,
                one(Purpose::Tarball, Some(certificate))?,
            );
            bound.push((certificate.prefix.clone(), document, tarball));
        }
        bound.sort_by_key(|(prefix, ..)| std::cmp::Reverse(prefix.len()));
        Ok(Self {
            bound,
            document: one(Purpose::Document, global)?,
            tarball: one(Purpose::Tarball, global)?,
        })
    }

    pub(crate) fn of(&self, url: &str, purpose: Purpose) -> &Client {
        let bound = self
            .bound
            .iter()
            .find(|(prefix, ..)| url.starts_with(prefix.as_str()));
        let (document, tarball) = bound.map_or((&self.document, &self.tarball), |(_, document, tarball)| {
            (document, tarball)
        });
        match purpose {
            Purpose::Document => document,
            Purpose::Tarball => tarball,
        }
    }
}

/// Finds what is wrong in the settings without loading the system's certificates.
pub(crate) fn check(settings: &UpstreamSettings) -> Result<(), SetUpError> {
    match &settings.roots {
        Roots::System { extra: bundles } | Roots::Only(bundles) => certificates(bundles).map(drop)?,
    }
    for certificate in &settings.client_certificates {
        identity(certificate)?;
    }
    proxies(Client::builder(), settings).map(drop)
}

fn client(
    settings: &UpstreamSettings,
    purpose: Purpose,
    certificate: Option<&ClientCertificate>,
) -> Result<Client, SetUpError> {
    let mut builder = Client::builder()
        .user_agent(&settings.user_agent)
        .redirect(redirect::Policy::none())
        .referer(false)
        .connect_timeout(settings.deadlines.connect)
        .pool_max_idle_per_host(settings.concurrency)
        .http2_adaptive_window(true)
        .no_proxy();
    if purpose == Purpose::Tarball {
        builder = builder.no_gzip().no_brotli();
    }
    builder = trust(builder, settings)?;
    builder = proxies(builder, settings)?;
    if let Some(certificate) = certificate {
        builder = builder.identity(identity(certificate)?);
    }
    builder.build().map_err(|source| SetUpError::Client {
        source: source.without_url(),
    })
}

fn trust(builder: ClientBuilder, settings: &UpstreamSettings) -> Result<ClientBuilder, SetUpError> {
    let builder = match &settings.roots {
        Roots::System { extra } if extra.is_empty() => builder,
        Roots::System { extra } => builder.tls_certs_merge(certificates(extra)?),
        Roots::Only(only) => builder.tls_certs_only(certificates(only)?),
    };
    Ok(if settings.strict_tls {
        builder
    } else {
        builder.tls_danger_accept_invalid_certs(true)
    })
}

fn proxies(mut builder: ClientBuilder, settings: &UpstreamSettings) -> Result<ClientBuilder, SetUpError> {
    let direct = || NoProxy::from_string(&settings.proxy.no_proxy);
    let failed = |_| SetUpError::Proxy;
    if let Some(proxy) = &settings.proxy.http {
        builder = builder.proxy(Proxy::http(proxy.expose()).map_err(failed)?.no_proxy(direct()));
    }
    if let Some(proxy) = &settings.proxy.https {
        builder = builder.proxy(Proxy::https(proxy.expose()).map_err(failed)?.no_proxy(direct()));
    }
    Ok(builder)
}

fn certificates(bundles: &[Vec<u8>]) -> Result<Vec<Certificate>, SetUpError> {
    let mut all = Vec::new();
    for bundle in bundles {
        let found = Certificate::from_pem_bundle(bundle).map_err(|_| SetUpError::Authority)?;
        if found.is_empty() {
            return Err(SetUpError::Authority);
        }
        all.extend(found);
    }
    Ok(all)
}

fn identity(certificate: &ClientCertificate) -> Result<Identity, SetUpError> {
    Identity::from_pem(certificate.pem.expose().as_bytes()).map_err(|_| SetUpError::ClientCertificate {
        prefix: certificate.prefix.clone(),
    })
}
