//! Certificates: who is believed, who we are, and HTTP/2 where it is offered.
use cleanbill_model::Secret;
use cleanbill_testkit::{
    PackageBuilder, Registry,
    registry::tls::{AUTHORITY_PEM, CLIENT_PEM, Clients},
};
use cleanbill_upstream::{ClientCertificate, Roots, UpstreamSettings};

use crate::support::{packument, quick, upstream};

fn registry(clients: Clients) -> Registry {
    Registry::start_tls(
        [PackageBuilder::new("left").release("1.0.0", &[]).build()]
            .into_iter()
            .collect(),
        clients,
    )
}

fn believing(registry: &Registry) -> UpstreamSettings {
    let mut settings = quick(registry.url());
    settings.roots = Roots::Only(vec![AUTHORITY_PEM.to_vec()]);
    settings
}

#[tokio::test]
async fn an_unknown_authority_is_not_believed() {
    let registry = registry(Clients::Any);
    let error = packument(&upstream(quick(registry.url())), "left")
        .await
        .unwrap_err()
        .to_string();
    assert!(error.contains("certificate"), "{error}");
    assert!(registry.log().is_empty());
}

#[tokio::test]
async fn a_configured_authority_is_believed_alone_or_beside_the_systems_and_http2_is_spoken() {
    let registry = registry(Clients::Any);
    let beside = Roots::System {
        extra: vec![AUTHORITY_PEM.to_vec()],
    };
    for roots in [Roots::Only(vec![AUTHORITY_PEM.to_vec()]), beside] {
        let mut settings = quick(registry.url());
        settings.roots = roots;
        packument(&upstream(settings), "left").await.unwrap();
    }
    assert!(
        registry.log().iter().all(|logged| logged.version == "HTTP/2.0"),
        "{:?}",
        registry.log()
    );
}

#[tokio::test]
async fn strict_tls_can_be_switched_off() {
    let registry = registry(Clients::Any);
    let mut settings = quick(registry.url());
    settings.strict_tls = false;
    packument(&upstream(settings), "left").await.unwrap();
}

#[tokio::test]
async fn a_client_certificate_is_shown_where_it_is_bound() {
    let registry = registry(Clients::WithCertificate);
    assert!(packument(&upstream(believing(&registry)), "left").await.is_err());
    let certificate = |prefix: &str| ClientCertificate {
        prefix: prefix.to_owned(),
        pem: Secret::new(CLIENT_PEM),
    };
    for (prefix, opens) in [
        (registry.url(), true),
        ("", true),
        ("https://other.example/", false),
    ] {
        let mut settings = believing(&registry);
        settings.client_certificates = vec![certificate(prefix)];
        assert_eq!(
            packument(&upstream(settings), "left").await.is_ok(),
            opens,
            "{prefix:?}"
        );
    }
}
